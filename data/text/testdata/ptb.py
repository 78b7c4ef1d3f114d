"""What TensorFlow's ptb_raw_data makes of the Penn Treebank, in its words of
2017; made the sums of ptb_test.go. Run: ZOO_PTB_DIR=… python3 ptb.py
"""

import collections
import hashlib
import os


def read(split):
    path = os.path.join(os.environ["ZOO_PTB_DIR"], f"ptb.{split}.txt")
    with open(path, encoding="utf-8", newline="") as f:
        return f.read().replace("\n", "<eos>").split()


def total(lines):
    return hashlib.sha256("".join(f"{x}\n" for x in lines).encode()).hexdigest()


counts = collections.Counter(read("train"))
words, _ = zip(*sorted(counts.items(), key=lambda x: (-x[1], x[0])))
ids = dict(zip(words, range(len(words))))
print("vocabulary", len(words), total(words))
for split in "train", "valid", "test":
    text = [ids[w] for w in read(split) if w in ids]
    print(split, len(text), total(text))

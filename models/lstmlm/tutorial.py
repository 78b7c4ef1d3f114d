#!/usr/bin/env python3
"""The tutorial configuration in PyTorch: the program that the figures of `ptb --config tutorial --corpus ptb` stand beside.

    tutorial.py --data DIR [--seed N] [--one-bias]

DIR holds ptb.train.txt, ptb.valid.txt and ptb.test.txt. Needs PyTorch 1.13 or newer, with OpenBLAS; an epoch takes some minutes.

--one-bias   trains one of the two biases of an LSTM layer and leaves the other at 0, as TensorFlow's LSTM, which has one, and
             as the zoo's configuration does. Training both moves their sum twice as far.
"""

import argparse
import collections
import math
import os
import time

os.environ.setdefault("GOMP_SPINCOUNT", "0")  # PyTorch's threads and those of OpenBLAS fight for the cores otherwise

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

UNITS, STEPS, BATCH, EPOCHS = 200, 35, 20, 2
DROPOUT, INIT, FORGET_BIAS, RATE, CLIP = 0.5, 0.05, 1.0, 1.0, 5.0


def corpus(folder):
    texts = []
    for part in ("train", "valid", "test"):
        with open(os.path.join(folder, f"ptb.{part}.txt"), encoding="utf-8") as f:
            texts.append(f.read().replace("\n", " <eos> ").split())
    words = sorted(collections.Counter(texts[0]).items(), key=lambda wc: (-wc[1], wc[0]))
    ids = {w: i for i, (w, _) in enumerate(words)}
    return len(ids), [torch.tensor([ids[w] for w in t]) for t in texts]


class Model(torch.nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.embed = torch.nn.Embedding(vocabulary, UNITS)
        self.lstm = torch.nn.LSTM(UNITS, UNITS, num_layers=2, dropout=DROPOUT)
        self.fc = torch.nn.Linear(UNITS, vocabulary)
        for name, p in self.named_parameters():
            torch.nn.init.uniform_(p, -INIT, INIT)
            if name.startswith("lstm.bias"):
                torch.nn.init.zeros_(p)
            if name.startswith("lstm.bias_ih"):
                p.data[UNITS:2 * UNITS] = FORGET_BIAS

    def forward(self, x, state):
        h, state = self.lstm(F.dropout(self.embed(x), DROPOUT, self.training), state)
        return self.fc(F.dropout(h, DROPOUT, self.training)), state


def zeros(rows):
    return tuple(torch.zeros(2, rows, UNITS) for _ in "hc")


def train(model, text, one_bias):
    model.train()
    rows = text[:len(text) // BATCH * BATCH].view(BATCH, -1).t()
    state, total = zeros(BATCH), 0.0
    n = (len(rows) - 1) // STEPS
    start = time.time()
    for i in range(n):
        x, y = rows[i * STEPS:(i + 1) * STEPS], rows[i * STEPS + 1:(i + 1) * STEPS + 1]
        logits, state = model(x, state)
        state = tuple(s.detach() for s in state)
        loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
        model.zero_grad()
        (loss * STEPS).backward()
        with torch.no_grad():
            trained = [p for name, p in model.named_parameters() if not (one_bias and "bias_hh" in name)]
            scale = min(1.0, CLIP / math.sqrt(sum(float(p.grad.square().sum()) for p in trained)))
            for p in trained:
                p -= RATE * scale * p.grad
        total += loss.item()
        if i == 0 or (i + 1) % 100 == 0:
            print(f"step {i + 1}/{n}  perplexity so far {math.exp(total / (i + 1)):.3f}  {time.time() - start:.0f} s", flush=True)


@torch.no_grad()
def perplexity(model, text, window=500):
    model.eval()
    state, total = zeros(1), 0.0
    for i in range(0, len(text) - 1, window):
        y = text[i + 1:i + window + 1]
        logits, state = model(text[i:i + len(y)].unsqueeze(1), state)
        total += F.cross_entropy(logits.squeeze(1), y, reduction="sum").item()
    return math.exp(total / (len(text) - 1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one-bias", action="store_true")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    vocabulary, (training, valid, test) = corpus(args.data)
    model = Model(vocabulary)
    for epoch in range(EPOCHS):
        train(model, training, args.one_bias)
        print(f"epoch {epoch + 1}  validation perplexity {perplexity(model, valid):.3f}", flush=True)
    print(f"seed {args.seed}  test perplexity {perplexity(model, test):.3f}")


if __name__ == "__main__":
    main()

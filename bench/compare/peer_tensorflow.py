#!/usr/bin/env python3
"""TensorFlow's side of the speed comparison: peer.py says what it does.

    peer_tensorflow.py --threads N [--onednn 0]

A step is one tf.function on variables, with the gather of its batch inside; the data set is a tensor. Images are
channels last, as oneDNN's and Eigen's kernels for processors want them. Keras's own loop would only add to that.

variant    graph: operations one by one. xla: compiled (jit_compile), with the batch gathered by numpy.
           block (ptb-tutorial): the LSTM is the one operation BlockLSTM, which TensorFlow has for processors; its
           gradient is too. graph and xla have it word by word, unrolled, after one product with the inputs of all words.
           Predictions: graph, xla; ptb-tutorial also block. Weights are constants of the function.
           Predictions have the same, by the concrete function, which a quarter of mlp's time goes without.
onednn     1 as installed, or 0: Eigen's kernels, sometimes the faster ones.
"""

from __future__ import annotations

import os

import peer

if __name__ == "__main__":
    ARGS = peer.arguments("TensorFlow's side of the comparison", onednn="1")
    peer.restart_with({
        "OMP_NUM_THREADS": str(ARGS.threads), "TF_ENABLE_ONEDNN_OPTS": ARGS.onednn,
        "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1",
    })

import numpy as np  # noqa: E402: only now
import tensorflow as tf  # noqa: E402

SETTINGS = ("TF_ENABLE_ONEDNN_OPTS", "OMP_NUM_THREADS", *peer.MALLOC)
VARIANTS = {"mlp": ("graph", "xla"), "lenet": ("graph", "xla"), "lenet5": ("graph", "xla"),
            "ptb-tutorial": ("block", "graph", "xla")}


def block(x, w, b, pad: int):
    """Convolution, max-pool 2, ReLU: the same as ReLU first, on a quarter of the numbers."""
    y = tf.nn.bias_add(tf.nn.conv2d(x, w, 1, "SAME" if pad else "VALID"), b)
    return tf.nn.relu(tf.nn.max_pool2d(y, 2, 2, "VALID"))


def cross_entropy(z, y):
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, z))


class Digits:
    def __init__(self, size: peer.Digits, batch: int, pool: int, variant: str, check: bool) -> None:
        self.size, self.n, self.drop = size, 0, 0.0 if check else size.drop
        x, y, self.order = peer.digits(batch, pool, check)
        x, y = x.reshape(-1, 28, 28, 1) if size.convs else x, y.astype(np.int32)
        p = size.channels_last(peer.first_values(size, check))
        self.p, self.average = [tf.Variable(w) for w in p], [tf.Variable(w, trainable=False) for w in p]
        if variant == "xla":
            update = tf.function(self.update, jit_compile=True)
            self.train = lambda chosen, *rest: update(tf.constant(x.take(chosen, 0)), tf.constant(y.take(chosen)), *rest)
        else:
            data = tf.constant(x), tf.constant(y)
            gathered = tf.function(lambda chosen, *rest: self.update(*(tf.gather(d, chosen) for d in data), *rest))
            self.train = lambda chosen, *rest: gathered(tf.constant(chosen), *rest)

    def forward(self, x):
        k, p = 0, self.p
        for _, _, pad in self.size.convs:
            x, k = block(x, p[k], p[k + 1], pad), k + 2
        x = tf.reshape(x, (x.shape[0], -1))
        while k < len(p) - 2:
            x, k = tf.nn.relu(tf.nn.bias_add(x @ p[k], p[k + 1])), k + 2
        return tf.nn.bias_add((tf.nn.dropout(x, self.drop) if self.drop else x) @ p[k], p[k + 1])

    def update(self, x, y, rate, decay):
        with tf.GradientTape() as tape:
            loss = cross_entropy(self.forward(x), y)
        for k, (w, g, a) in enumerate(zip(self.p, tape.gradient(loss, self.p), self.average)):
            w.assign_sub(rate * (g + peer.L2 * w) if self.size.decayed(k) else rate * g)
            a.assign_sub((1 - decay) * (a - w))
        return loss

    def step(self):
        chosen = self.order[self.n % len(self.order)]
        rate = tf.constant(peer.rate_at(self.size.rate, self.n), tf.float32)
        self.n += 1
        return self.train(chosen, rate, tf.constant(peer.averaging(self.n), tf.float32)).numpy()


class Words:
    def __init__(self, size: peer.Words, batch: int, pool: int, variant: str, check: bool) -> None:
        self.size, self.n, self.drop, self.variant = size, 0, 0.0 if check else size.drop, variant
        self.words = peer.words(batch, pool, check).astype(np.int32)
        self.p = [tf.Variable(w if k == 0 else w.T) for k, w in enumerate(peer.first_values(size, check))]
        self.state = [[tf.Variable(tf.zeros((batch, size.units)), trainable=False) for _ in "hc"] for _ in range(size.layers)]
        self.train = tf.function(self.update, jit_compile=variant == "xla")

    def dropped(self, x):
        return tf.nn.dropout(x, self.drop) if self.drop else x

    def lstm(self, x, w, u, b, h, c):
        z, outputs = tf.unstack(tf.tensordot(x, w, 1) + b), []
        for t in range(len(z)):
            i, f, g, o = tf.split(z[t] + h @ u, 4, 1)
            c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
            h = tf.sigmoid(o) * tf.tanh(c)
            outputs.append(h)
        return tf.stack(outputs), h, c

    def block_lstm(self, x, w, u, b, h, c):
        """Its gates are in the order i, g, f, o."""
        def order(m):
            i, f, g, o = tf.split(m, 4, -1)
            return tf.concat((i, g, f, o), -1)
        none = tf.zeros(self.size.units)
        y = tf.raw_ops.BlockLSTM(seq_len_max=tf.constant(self.size.time, tf.int64), x=x, cs_prev=c, h_prev=h,
                                 w=order(tf.concat((w, u), 0)), wci=none, wcf=none, wco=none, b=order(b),
                                 forget_bias=0.0, cell_clip=-1.0)
        return y.h, y.h[-1], y.cs[-1]

    def forward(self, x):
        h, states = self.dropped(tf.gather(self.p[0], x)), []
        for k in range(self.size.layers):
            lstm = self.block_lstm if self.variant == "block" else self.lstm
            h, *state = lstm(h, *self.p[1 + 3 * k:4 + 3 * k], *self.state[k])
            h = self.dropped(h)
            states.append(state)
        return tf.reshape(h, (-1, self.size.units)) @ self.p[-2] + self.p[-1], states

    def update(self, x, y):
        with tf.GradientTape() as tape:
            z, states = self.forward(x)
            loss = cross_entropy(z, tf.reshape(y, (-1,)))
            summed = loss * self.size.time
        words, *dense = tape.gradient(summed, self.p)
        if self.variant == "xla":  # which has no tf.unique
            dense, rows = [tf.convert_to_tensor(words), *dense], None
        else:  # a word that occurs twice has one gradient
            rows, place = tf.unique(words.indices)
            rows = tf.IndexedSlices(tf.math.unsorted_segment_sum(words.values, place, tf.size(rows)), rows)
        norm = tf.sqrt(sum(2 * tf.nn.l2_loss(g) for g in (dense if rows is None else [rows.values, *dense])))
        rate = self.size.rate * tf.minimum(1.0, self.size.clip / norm)
        if rows is not None:
            self.p[0].scatter_sub(tf.IndexedSlices(rate * rows.values, rows.indices))
        for w, g in zip(self.p if rows is None else self.p[1:], dense):
            w.assign_sub(rate * g)
        for old, new in zip(self.state, states):
            for variable, value in zip(old, new):
                variable.assign(value)
        return loss

    def step(self):
        length = self.words.shape[1]
        at = self.n % ((length - 1) // self.size.time) * self.size.time
        if at == 0:
            for s in self.state:
                for variable in s:
                    variable.assign(tf.zeros_like(variable))
        self.n += 1
        x, y = (tf.constant(self.words[:, k:k + self.size.time].T) for k in (at, at + 1))
        return self.train(x, y).numpy()


def build(model: str, variant: str, batch: int, pool: int, check: bool):
    tf.random.set_seed(1)
    size = peer.SIZES[model]
    return (Words if isinstance(size, peer.Words) else Digits)(size, batch, pool, variant, check)


class Predictor:
    """step() predicts from the next batch and returns the logits."""

    def __init__(self, size: peer.Digits | peer.Words, batch: int, pool: int, variant: str, check: bool) -> None:
        self.n, self.x = 0, peer.inputs(size, batch, pool, check)
        if isinstance(size, peer.Words):
            model = Words(size, batch, 1, variant, check)
            self.x = [x.astype(np.int32) for x in self.x]
        else:
            model = Digits(size, batch, 1, variant, check)
            if size.convs:
                self.x = [x.reshape(-1, 28, 28, 1) for x in self.x]
        model.drop = 0.0
        forward = tf.function(model.forward if isinstance(model, Digits) else lambda x: model.forward(x)[0], jit_compile=variant == "xla")
        self.forward = forward.get_concrete_function(tf.TensorSpec(self.x[0].shape, tf.as_dtype(self.x[0].dtype)))

    def step(self) -> np.ndarray:
        x = self.x[self.n % len(self.x)]
        self.n += 1
        return self.forward(tf.constant(x)).numpy()


def predictor(model: str, variant: str, batch: int, pool: int, check: bool) -> Predictor:
    return Predictor(peer.SIZES[model], batch, pool, variant, check)


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(ARGS.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)  # more of them fight for the cores
    peer.Peer(ARGS.threads, build, VARIANTS, predictor, VARIANTS, {
        "framework": f"TensorFlow {tf.__version__}", "library": "oneDNN" if ARGS.onednn == "1" else "Eigen",
        "settings": {k: os.environ[k] for k in SETTINGS if os.environ.get(k)},
    }).serve()

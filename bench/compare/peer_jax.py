#!/usr/bin/env python3
"""JAX's side of the speed comparison: peer.py says what it does.

    peer_jax.py --threads N [--flags XLA_FLAGS]

A step is one compiled function, to which parameters, averages and state are donated. The batch is gathered by numpy,
which is faster than XLA, and copied in. Dropout's bits come from XLA's own generator (rbg), which is faster than
JAX's threefry. XLA's threads are as many as NPROC says.

variant    conv: XLA's convolution and reduce_window. patches: a convolution as a product with the 25 shifts of its
           input, and pooling as a maximum of four slices: often faster, for XLA's own gradient of pooling scans.
           scan, unroll (ptb-tutorial): the LSTM as a loop, or five words a turn; both multiply the inputs of all words at once.
           Predictions have the same.
"""

from __future__ import annotations

import os
from functools import partial

import peer

if __name__ == "__main__":
    ARGS = peer.arguments("JAX's side of the comparison", flags="")
    peer.restart_with({
        "NPROC": str(ARGS.threads), "OMP_NUM_THREADS": str(ARGS.threads), "JAX_PLATFORMS": "cpu",
        "XLA_FLAGS": ARGS.flags if ARGS.threads > 1 else f"--xla_cpu_multi_thread_eigen=false {ARGS.flags}".strip(),
    })

import jax  # noqa: E402: only now
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402
from jax import lax  # noqa: E402

jax.config.update("jax_default_prng_impl", "rbg")
SETTINGS = ("XLA_FLAGS", "NPROC", *peer.MALLOC)
VARIANTS = {"mlp": ("dense",), "lenet": ("conv", "patches"), "lenet5": ("conv", "patches"), "ptb-tutorial": ("unroll", "scan")}


def block(x, w, b, pad: int, variant: str):
    """Convolution, max-pool 2, ReLU: the same as ReLU first, on a quarter of the numbers."""
    if variant == "conv":
        y = lax.conv_general_dilated(x, w, (1, 1), [(pad, pad)] * 2, dimension_numbers=("NHWC", "HWIO", "NHWC"))
        y = lax.reduce_window(y, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        return jnp.maximum(y + b, 0)
    x = jnp.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    h, wide = x.shape[1] - 4, x.shape[2] - 4
    x = jnp.concatenate([x[:, i:i + h, j:j + wide] for i in range(5) for j in range(5)], axis=3)
    y = x @ w.reshape(-1, w.shape[3])
    y = jnp.maximum(jnp.maximum(y[:, ::2, ::2], y[:, ::2, 1::2]), jnp.maximum(y[:, 1::2, ::2], y[:, 1::2, 1::2]))
    return jnp.maximum(y + b, 0)


def dropped(x, rate: float, key):
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0) if rate else x


def cross_entropy(z, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], 1))


class Digits:
    def __init__(self, size: peer.Digits, batch: int, pool: int, variant: str, check: bool) -> None:
        self.size, self.variant, self.n, self.drop = size, variant, 0, 0.0 if check else size.drop
        x, self.y, self.order = peer.digits(batch, pool, check)
        self.x, self.y = x.reshape(-1, 28, 28, 1) if size.convs else x, self.y.astype(np.int32)
        self.p = [jnp.array(w) for w in size.channels_last(peer.first_values(size, check))]
        self.average = [w.copy() for w in self.p]
        self.key = jax.random.key(1)

    def logits(self, p, x, key):
        k = 0
        for _, _, pad in self.size.convs:
            x, k = block(x, p[k], p[k + 1], pad, self.variant), k + 2
        x = x.reshape(len(x), -1)
        while k < len(p) - 2:
            x, k = jnp.maximum(x @ p[k] + p[k + 1], 0), k + 2
        return dropped(x, self.drop, key) @ p[k] + p[k + 1]

    def loss(self, p, x, y, key):
        return cross_entropy(self.logits(p, x, key), y)

    @partial(jax.jit, static_argnums=0, donate_argnums=(1, 2, 3))
    def update(self, p, average, key, x, y, rate, decay):
        key, own = jax.random.split(key)
        loss, grads = jax.value_and_grad(self.loss)(p, x, y, own)
        p = [w - rate * (g + peer.L2 * w if self.size.decayed(k) else g) for k, (w, g) in enumerate(zip(p, grads))]
        return loss, p, [decay * a + (1 - decay) * w for a, w in zip(average, p)], key

    def step(self):
        chosen = self.order[self.n % len(self.order)]
        rate = np.float32(peer.rate_at(self.size.rate, self.n))
        self.n += 1
        x, y = self.x.take(chosen, 0), self.y.take(chosen, 0)
        loss, self.p, self.average, self.key = jax.block_until_ready(
            self.update(self.p, self.average, self.key, x, y, rate, np.float32(peer.averaging(self.n))))
        return loss


class Words:
    def __init__(self, size: peer.Words, batch: int, pool: int, variant: str, check: bool) -> None:
        self.size, self.n, self.drop = size, 0, 0.0 if check else size.drop
        self.unroll = 5 if variant == "unroll" else 1
        self.words = peer.words(batch, pool, check).astype(np.int32)
        self.p = [jnp.array(w if k == 0 else w.T) for k, w in enumerate(peer.first_values(size, check))]
        self.key = jax.random.key(1)

    def lstm(self, x, w, u, b, state):
        def cell(state, z):
            h, c = state
            i, f, g, o = jnp.split(z + h @ u, 4, 1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h
        return lax.scan(cell, state, x @ w + b, unroll=self.unroll)

    def logits(self, p, x, state, key):
        keys = jax.random.split(key, 1 + self.size.layers)
        h, states = dropped(p[0][x], self.drop, keys[0]), []
        for k in range(self.size.layers):
            last, h = self.lstm(h, *p[1 + 3 * k:4 + 3 * k], state[k])
            h = dropped(h, self.drop, keys[1 + k])
            states.append(last)
        return h.reshape(-1, self.size.units) @ p[-2] + p[-1], states

    def loss(self, p, x, y, state, key):
        z, states = self.logits(p, x, state, key)
        return cross_entropy(z, y.reshape(-1)), states

    def zeros(self):
        zeros = np.zeros((2 * self.size.layers, len(self.words), self.size.units), np.float32)
        return [(jnp.array(h), jnp.array(c)) for h, c in zip(zeros[::2], zeros[1::2])]

    @partial(jax.jit, static_argnums=0, donate_argnums=(1, 2, 3))
    def update(self, p, state, key, x, y):
        key, own = jax.random.split(key)
        (loss, state), grads = jax.value_and_grad(self.loss, has_aux=True)(p, x, y, state, own)
        norm = self.size.time * jnp.sqrt(sum(jnp.vdot(g, g) for g in grads))
        rate = self.size.rate * self.size.time * jnp.minimum(1, self.size.clip / norm)
        return loss, [w - rate * g for w, g in zip(p, grads)], state, key

    def step(self):
        length = self.words.shape[1]
        at = self.n % ((length - 1) // self.size.time) * self.size.time
        if at == 0:
            self.state = self.zeros()
        x, y = (np.ascontiguousarray(self.words[:, k:k + self.size.time].T) for k in (at, at + 1))
        self.n += 1
        loss, self.p, self.state, self.key = jax.block_until_ready(self.update(self.p, self.state, self.key, x, y))
        return loss


def build(model: str, variant: str, batch: int, pool: int, check: bool):
    size = peer.SIZES[model]
    return (Words if isinstance(size, peer.Words) else Digits)(size, batch, pool, variant, check)


class Predictor:
    """step() predicts from the next batch and returns the logits."""

    def __init__(self, size: peer.Digits | peer.Words, batch: int, pool: int, variant: str, check: bool) -> None:
        self.n, self.x = 0, peer.inputs(size, batch, pool, check)
        if isinstance(size, peer.Words):
            model = Words(size, batch, 1, variant, check)
            state = model.zeros()
            self.x = [x.astype(np.int32) for x in self.x]
            self.forward = jax.jit(lambda p, x: model.logits(p, x, state, model.key)[0])
        else:
            model = Digits(size, batch, 1, variant, check)
            if size.convs:
                self.x = [x.reshape(-1, 28, 28, 1) for x in self.x]
            self.forward = jax.jit(lambda p, x: model.logits(p, x, model.key))
        model.drop, self.p = 0.0, model.p

    def step(self) -> np.ndarray:
        x = self.x[self.n % len(self.x)]
        self.n += 1
        return np.asarray(self.forward(self.p, x))


def predictor(model: str, variant: str, batch: int, pool: int, check: bool) -> Predictor:
    return Predictor(peer.SIZES[model], batch, pool, variant, check)


if __name__ == "__main__":
    peer.Peer(ARGS.threads, build, VARIANTS, predictor, VARIANTS, {
        "framework": f"JAX {jax.__version__}", "library": f"XLA of jaxlib {jax.lib.__version__}",
        "settings": {k: os.environ[k] for k in SETTINGS if os.environ.get(k)},
    }).serve()

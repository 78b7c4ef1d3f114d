"""What the peers in Python share: the protocol, the models' sizes, their data and first values.

A peer is a program `peer_NAME.py --threads N [--SETTING VALUE]`. It reads one JSON command a line and answers each with
one JSON line, until its input ends. Standard error is for people.

    {"model": "mlp", "batch": 100, "threads": 2, "seconds": 1}        required
    {..., "variant": "", "pool": 50, "check": 0, "predict": false}    optional, with their defaults

    {"times_ns": [...], "loss": ..., "first_loss": ..., "first_unix_ns": ..., "variant": ...,
     "framework": "NAME VERSION", "library": ..., "settings": {...}}
    {"losses": [...], "average": ..., ...}                            of a check
    {"outputs": [...], ...}                                           of a check of predictions
    {..., "epochs": 10, "data": "FOLDER", "limit": 0}                 to train from beginning to end
    {"steps": 5500, "wall_s": ..., "score": ..., ...}                 the answer to that
    {"error": "..."}                                                  what is wrong with the command; the next may follow

model      mlp: 784-500-10, ReLU.
           lenet: 28x28x1, conv 5x5x32 padded by 2, ReLU, max-pool 2, conv 5x5x64 padded by 2, ReLU, max-pool 2,
           512, ReLU, dropout 0.5, 10; L2 on the two dense layers only.
           lenet5: 28x28x1 padded by 2, conv 5x5x6, ReLU, max-pool 2, conv 5x5x16, ReLU, max-pool 2, 120, 84, 10, ReLU.
           A step is forward, softmax cross-entropy, backward, L2 1e-4 on the weights, SGD at a rate that falls by
           0.99^(step/550), moving averages of decay 0.99 by num_updates, and a fresh batch.
           ptb-tutorial: 35 words of a vocabulary of 10,000, embedded in 200, two LSTM layers of 200, 10,000; dropout
           0.5 of the embedding and of each layer's output. A step is forward, softmax cross-entropy summed over time
           and averaged over the batch, backward, gradients clipped to a global norm of 5, SGD at rate 1, and a fresh
           batch: the next words of each row. State is carried on to them, without gradients. An LSTM has one bias.
variant    how the peer's program does it; each peer lists its own. The first is the default.
pool       how many batches the data set has; a step gathers its batch from the set in shuffled order, as loaders do,
           or takes the next of a text.
seconds    how long to train; a tenth of it is added before, untimed, and each has at least one step.
times_ns   every step's time, in order. first_unix_ns is when the model's first step ended, for the start-up time.
check      instead of timing, take so many steps without dropout from values and batches that every peer computes the
           same way, and answer with the loss of each, and the mean magnitude of the averages: where these are equal,
           so are the steps, with penalties, clipping and averages.
predict    instead of training steps, time predictions: the logits of the next batch, from an array of numpy's to one.
           Nothing is dropped, and texts begin with a state of zeros. Losses are left out. A check predicts once, and
           answers with all logits.
epochs     instead of timing steps, train a new lenet or ptb-tutorial for so long, at most limit steps unless that is 0,
           and answer with the time, and the accuracy on the test images or the perplexity on the validation text. The
           folder data has train.images and test.images, a byte a pixel, with train.labels and test.labels; or train.words and
           valid.words: numbers of 32 bits, the least significant byte first.

A model lives on from command to command (20 steps or two seconds warm it up first), so that short commands can be
interleaved with another framework's. Idle threads may spin for some milliseconds: wait before timing anything else.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from dataclasses import dataclass
from typing import Any, Callable

import numpy as np

Variants = dict[str, tuple[str, ...]]

WARM_UP, WARM_UP_SECONDS = 20, 2.0
DECAY_RATE, DECAY_STEPS, L2, AVERAGE = 0.99, 550, 1e-4, 0.99
# glibc's allocator keeps freed memory, which else costs page faults in every step.
MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
    "MALLOC_TOP_PAD_": "268435456",
}


@dataclass(frozen=True)
class Digits:
    """The sizes of a net for digits: convolutions 5x5 with ReLU and max-pool 2, then dense layers with ReLU between."""

    convs: tuple[tuple[int, int, int], ...]  # channels in, channels out, padding
    dense: tuple[int, ...]
    rate: float  # at the first step
    drop: float = 0.0  # of the last dense layer's input
    decay_convs: bool = True

    def shapes(self) -> list[tuple[int, ...]]:
        """Of each layer's weight and bias, in PyTorch's layout."""
        convs = [s for i, o, _ in self.convs for s in ((o, i, 5, 5), (o,))]
        return convs + [s for i, o in zip(self.dense, self.dense[1:]) for s in ((o, i), (o,))]

    def decayed(self, k: int) -> bool:
        """Whether parameter k has an L2 penalty."""
        return k % 2 == 0 and (self.decay_convs or k >= 2 * len(self.convs))

    def channels_last(self, p: list[np.ndarray]) -> list[np.ndarray]:
        """Turns values of PyTorch's layout: filters to (H, W, in, out), dense weights to (in, out) of images NHWC."""
        first = 2 * len(self.convs)
        if self.convs:
            out, channels = len(p[first]), self.convs[-1][1]
            side = math.isqrt(self.dense[0] // channels)
            p = [*p[:first], p[first].reshape(out, channels, side, side).transpose(0, 2, 3, 1).reshape(out, -1), *p[first + 1:]]
        return [np.ascontiguousarray(w.transpose(2, 3, 1, 0) if w.ndim == 4 else w.T) for w in p]


@dataclass(frozen=True)
class Words:
    """The sizes of the language model."""

    units, layers, time, vocabulary = 200, 2, 35, 10_000
    drop, init, clip, rate = 0.5, 0.05, 5.0, 1.0

    def shapes(self) -> list[tuple[int, ...]]:
        gates = 4 * self.units
        lstm = [(gates, self.units), (gates, self.units), (gates,)] * self.layers
        return [(self.vocabulary, self.units), *lstm, (self.vocabulary, self.units), (self.vocabulary,)]


SIZES: dict[str, Digits | Words] = {
    "mlp": Digits((), (784, 500, 10), 0.8),
    "lenet": Digits(((1, 32, 2), (32, 64, 2)), (3136, 512, 10), 0.01, 0.5, False),
    "lenet5": Digits(((1, 6, 2), (6, 16, 0)), (400, 120, 84, 10), 0.01),
    "ptb-tutorial": Words(),
}


def uniform(seed: int, *shape: int) -> np.ndarray:
    """Numbers in [0, 1), the same in every language: murmur3's finalizer of 2^24·seed + i, its upper 24 bits."""
    h = np.arange(math.prod(shape), dtype=np.uint32) + np.uint32(seed << 24)
    h = (h ^ h >> 16) * np.uint32(0x85EBCA6B)
    h = (h ^ h >> 13) * np.uint32(0xC2B2AE35)
    return ((h ^ h >> 16) >> 8).astype(np.float32).reshape(shape) / np.float32(1 << 24)


def common(size: Digits | Words) -> list[np.ndarray]:
    """The first values of a check; the language model's are so large that its gradient is clipped."""
    scale = np.float32(1 if isinstance(size, Words) else 0.1)
    return [scale * (uniform(2 + k, *s) - np.float32(0.5)) for k, s in enumerate(size.shapes())]


def first_values(size: Digits | Words, check: bool) -> list[np.ndarray]:
    """In PyTorch's layout; their distribution does not matter to speed, as long as training stays finite."""
    if check:
        return common(size)
    r = np.random.default_rng(1)
    if isinstance(size, Words):
        p = [r.uniform(-size.init, size.init, s).astype(np.float32) for s in size.shapes()]
        for b in p[3:-2:3]:
            b[:] = 0
            b[size.units:2 * size.units] = 1  # the forget gate's
        return p
    return [np.zeros(s, np.float32) if len(s) == 1 else r.normal(0, 0.1, s).clip(-0.2, 0.2).astype(np.float32)
            for s in size.shapes()]


def digits(batch: int, pool: int, check: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images, labels, and the indices of each batch's."""
    n = batch * pool
    if check:
        return uniform(0, n, 784), (uniform(1, n) * 10).astype(np.int64), np.arange(n).reshape(pool, batch)
    r = np.random.default_rng(1)
    return r.random((n, 784), np.float32), r.integers(0, 10, n), r.permutation(n).reshape(pool, batch)


def words(batch: int, pool: int, check: bool) -> np.ndarray:
    """A text of so many rows; a step takes the next Words.time columns."""
    n = pool * Words.time + 1
    if check:
        return (uniform(0, batch, n) * Words.vocabulary).astype(np.int64)
    return np.random.default_rng(2).integers(0, Words.vocabulary, (batch, n))


def inputs(size: Digits | Words, batch: int, pool: int, check: bool) -> list[np.ndarray]:
    """What is predicted from: images (batch, 784), or words (time, batch)."""
    if isinstance(size, Words):
        text = words(batch, pool, check)
        return [np.ascontiguousarray(text[:, k * size.time:(k + 1) * size.time].T) for k in range(pool)]
    x, _, order = digits(batch, pool, check)
    return [x.take(chosen, 0) for chosen in order]


def rate_at(first: float, n: int) -> float:
    """The learning rate after n steps."""
    return first * DECAY_RATE ** (n / DECAY_STEPS)


def averaging(n: int) -> float:
    """The averages' decay in step n, from 1."""
    return min(AVERAGE, (1 + n) / (10 + n))


def arguments(description: str, **settings: str) -> argparse.Namespace:
    """The command line: the threads, and settings with their defaults."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="as many as commands will ask for")
    for name, default in settings.items():
        parser.add_argument("--" + name, default=default)
    return parser.parse_args()


def restart_with(want: dict[str, str], *cleared: str) -> None:
    """Replaces this process by one with these variables, unless it has them: libraries read them when they load."""
    want = {**MALLOC, **want}
    kept = {k: v for k, v in os.environ.items() if k not in cleared}
    if {**kept, **want} != dict(os.environ):
        os.execve(sys.executable, [sys.executable, *sys.argv], {**kept, **want})


class Peer:
    """Carries out commands; keeps one model at a time, as two would fight for the caches.

    build(model, variant, batch, pool, check) returns what has step(), which trains once and returns the loss when the
    step is done; variants lists each model's. predictor(...) returns what has step(), which predicts once and returns
    the logits as an array; predictors lists its variants. learn(model, variant, batch, epochs, data, limit) trains all of it and returns the reply.
    """

    def __init__(self, threads: int, build: Callable, variants: Variants, predictor: Callable, predictors: Variants, about: dict,
                 learn: Callable | None = None) -> None:
        self.threads, self.about, self.learn = threads, about, learn
        self.ways = {False: (build, variants), True: (predictor, predictors)}
        self.key, self.model, self.first = None, None, {}

    def run(self, command: dict) -> dict:
        if not isinstance(command, dict):
            raise ValueError("a command is a JSON object")
        unknown = command.keys() - {"model", "batch", "threads", "seconds", "variant", "pool", "check", "predict", "epochs", "data", "limit"}
        if unknown:
            raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")
        name, batch, threads, seconds = command["model"], int(command["batch"]), int(command["threads"]), float(command["seconds"])
        pool, check, epochs = int(command.get("pool", 50)), int(command.get("check", 0)), int(command.get("epochs", 0))
        predict = bool(command.get("predict", False))
        build, variants = self.ways[predict]
        variant = command.get("variant") or variants.get(name, ("",))[0]
        if variant not in variants.get(name, ()):
            known = "; ".join(f"{m}: {', '.join(v)}" for m, v in variants.items())
            raise ValueError(f"no model {name!r} of variant {variant!r}; there are {known}")
        if min(batch, threads, pool) < 1 or not (seconds > 0 or check > 0 or epochs > 0):
            raise ValueError("batch, threads and pool are at least 1, seconds above 0")
        if threads != self.threads:
            raise ValueError(f"this process has {self.threads} threads; start the peer with --threads {threads}")
        if epochs > 0:
            if self.learn is None:
                raise ValueError("this peer takes steps, no epochs")
            self.key, self.model = None, None
            return {**self.learn(name, variant, batch, epochs, command["data"], int(command.get("limit", 0))), **self.about}
        if check > 0:
            self.key, self.model = None, None
            model = build(name, variant, batch, 1 if predict else check, True)
            if predict:
                return {"outputs": np.asarray(model.step(), np.float64).ravel().tolist(), **self.about}
            losses = [float(model.step()) for _ in range(check)]
            averages = [np.abs(np.asarray(a, np.float64)).ravel() for a in getattr(model, "average", ())]
            return {"losses": losses, "average": float(np.concatenate(averages).mean()) if averages else 0, **self.about}
        key = (name, variant, batch, pool, predict)
        if self.key != key:
            self.key, self.model = None, None
            self.model = build(name, variant, batch, pool, False)
            out = self.model.step()
            self.first = {"first_unix_ns": time.time_ns()}
            if not predict:
                self.first["first_loss"] = float(out)
            self.key = key
            end = time.perf_counter() + WARM_UP_SECONDS
            for _ in range(WARM_UP):
                if time.perf_counter() < end:
                    self.model.step()
        take(self.model, seconds / 10)  # caches and clocks settle
        times, out = take(self.model, seconds)
        if not np.isfinite(out).all():
            raise ValueError("a logit is not finite" if predict else f"the loss became {float(out)}")
        reply = {"variant": variant, "times_ns": times, **self.first, **self.about}
        return reply if predict else {"loss": float(out), **reply}

    def serve(self) -> None:
        for line in sys.stdin:
            try:
                reply = self.run(json.loads(line))
            except KeyError as e:
                reply = {"error": f"the command has no {e}"}
            except Exception as e:  # a framework's own, which are of many types: the next command may do better
                reply = {"error": (str(e).strip() or type(e).__name__).splitlines()[-1].strip()}
            print(json.dumps(reply), flush=True)


def take(model, seconds: float) -> tuple[list[int], Any]:
    """Takes steps for so long, at least one, and returns the time of each and what the last one returned."""
    times: list[int] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter_ns()
        out = model.step()
        times.append(time.perf_counter_ns() - start)
    return times, out

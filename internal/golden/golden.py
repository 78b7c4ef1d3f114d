#!/usr/bin/env python3
"""Writes the golden files of package golden: what PyTorch computes, for Go's tests to agree with.

    golden.py            write testdata/*.json (PyTorch 1.13 or newer, CPU)
    golden.py --check    compute everything again and compare with the committed files; exit 1 where they differ

Inputs come from numpy's RandomState, whose streams never change, or from noise() below, which Go repeats bit for bit.
All inputs are float32 numbers, so that a float32 and a float64 graph start from the same values.
A file holds one case: what it is for, the versions that wrote it, and named values. A value too big to commit is
sampled: its shape, some elements ("at" gives their flat indices), the sum of all, and the sum of their absolute values.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, Optional, Union

import numpy as np
import torch
import torch.nn.functional as F

TESTDATA = Path(__file__).parent / "testdata"
SAMPLED_ABOVE = 200  # elements: larger results are sampled
SAMPLES = 48

Value = Union[np.ndarray, torch.Tensor, float, int]
Values = dict[str, Value]
CASES: dict[str, tuple[str, Callable[[], Values]]] = {}


def case(name: str, why: str, make: Callable[[], Values]) -> None:
    CASES[name] = (why, make)


def uniform(seed: int, *shape: int, scale: float = 1.0) -> np.ndarray:
    return np.random.RandomState(seed).uniform(-scale, scale, shape).astype(np.float32)


def noise(key: int, *shape: int) -> np.ndarray:
    """Multiples of 2^-23 in [-1, 1), by Murmur3's finalizer of index and key: package golden's Noise is the same."""
    h = np.arange(math.prod(shape), dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(key)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return ((h >> np.uint32(8)).astype(np.float32) / np.float32(2**23) - np.float32(1)).reshape(shape)


def leaf(a: np.ndarray, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.tensor(a, dtype=dtype, requires_grad=True)


case("noise", "the first 5000 numbers of Noise(1), and the largest key", lambda: {
    "key1": noise(1, 5000), "key4294967295": noise(2**32 - 1, 5000)})


# Dense layers, of sizes that leave every kernel a rest.

Activation = Callable[[torch.Tensor], torch.Tensor]


def dense(activation: Activation, bias: bool, seed: int, n: int, d: int, units: int) -> Values:
    given = {"x": uniform(seed, n, d), "weight": uniform(seed + 1, units, d, scale=0.5)}
    if bias:
        given["bias"] = uniform(seed + 2, units)
    dy = uniform(seed + 3, n, units)
    p = {k: leaf(v) for k, v in given.items()}
    z = F.linear(p["x"], p["weight"], p.get("bias"))
    assert z.abs().min() > 1e-3, "a value at ReLU's kink would fall on either side in float32"
    y = activation(z)
    y.backward(torch.tensor(dy, dtype=torch.float64))
    return {**given, "dy": dy, "y": y, **{"d" + k: v.grad for k, v in p.items()}}


def dense_case(
    name: str, what: str, f: Activation, *, seed: int, bias: bool = True, size: tuple[int, int, int] = (7, 13, 11)
) -> None:
    n, d, units = size
    why = f"{what}: y and all gradients for the upstream gradient dy; N={n}, D={d}, units={units}"
    case(name, why, lambda: dense(f, bias, seed, n, d, units))


dense_case("dense_linear", "torch.nn.Linear", lambda z: z, seed=90)
dense_case("dense_relu", "torch.nn.Linear and ReLU", torch.relu, seed=20)
dense_case("dense_sigmoid", "torch.nn.Linear and Sigmoid", torch.sigmoid, seed=30)
dense_case("dense_tanh", "torch.nn.Linear and Tanh", torch.tanh, seed=40)
dense_case("dense_nobias", "torch.nn.Linear(bias=False)", lambda z: z, bias=False, seed=50)
dense_case("dense_relu_nobias", "torch.nn.Linear(bias=False) and ReLU", torch.relu, bias=False, seed=60)
dense_case("dense_relu_wide", "torch.nn.Linear and ReLU", torch.relu, seed=110, size=(3, 5, 37))
dense_case("dense_one", "torch.nn.Linear and Tanh on a single number", torch.tanh, seed=80, size=(1, 1, 1))


# Embeddings.


def embedding(seed: int, size: int, units: int, *shape: int) -> Values:
    weight, ids = leaf(uniform(seed, size, units)), np.random.RandomState(seed + 1).randint(0, size, shape)
    ids.flat[0], ids.flat[-1] = size - 1, ids.flat[1]
    dy = uniform(seed + 2, *shape, units)
    y = F.embedding(torch.tensor(ids), weight)
    y.backward(torch.tensor(dy, dtype=torch.float64))
    return {"weight": weight, "ids": ids, "dy": dy, "y": y, "dweight": weight.grad}


EMBEDDING = "torch.nn.Embedding of ids that repeat, and of some that never occur: y and dweight for the upstream gradient dy; "
case("embedding", EMBEDDING + "ids (T, N)", lambda: embedding(600, 11, 5, 4, 3))
case("embedding_flat", EMBEDDING + "ids (N), units that leave every kernel a rest", lambda: embedding(610, 5, 25, 7))


# Batch normalization. PyTorch has channels second, the zoo last: values here have them last.


def channels_second(v: torch.Tensor) -> torch.Tensor:
    return v.movedim(-1, 1)


def batch_norm(seed: int, *shape: int) -> Values:
    c = shape[-1]
    given = {"x": uniform(seed, *shape, scale=2) + uniform(seed + 1, c, scale=3),
             "weight": uniform(seed + 2, c), "bias": uniform(seed + 3, c)}
    dy, mean, var = uniform(seed + 4, *shape), uniform(seed + 5, c), np.float32(1.5) + uniform(seed + 6, c)
    out: Values = {**given, "dy": dy, "running_mean": mean, "running_var": var}
    for training in (True, False):
        p = {k: leaf(v) for k, v in given.items()}
        m, v = torch.tensor(mean, dtype=torch.float64), torch.tensor(var, dtype=torch.float64)
        y = F.batch_norm(channels_second(p["x"]), m, v, p["weight"], p["bias"], training, 0.2, 1e-3)
        y.backward(channels_second(torch.tensor(dy, dtype=torch.float64)))
        mode = "train" if training else "eval"
        out.update({f"{mode}.y": y.movedim(1, -1), **{f"{mode}.d{k}": v.grad for k, v in p.items()}})
        out.update({"new_mean": m, "new_var": v} if training else {})
    return out


def batch_norm_fit() -> Values:
    sizes = {"fc1.weight": (5, 4), "fc1.bias": (5,), "bn1.weight": (5,), "bn1.bias": (5,),
             "fc2.weight": (3, 5), "fc2.bias": (3,)}
    p = {name: leaf(noise(k + 1, *size)) for k, (name, size) in enumerate(sizes.items())}
    mean, var = torch.zeros(5, dtype=torch.float64), torch.ones(5, dtype=torch.float64)

    def net(x: np.ndarray, training: bool) -> torch.Tensor:
        h = F.linear(torch.tensor(x, dtype=torch.float64), p["fc1.weight"], p["fc1.bias"])
        h = F.batch_norm(h, mean, var, p["bn1.weight"], p["bn1.bias"], training).relu()
        return F.linear(h, p["fc2.weight"], p["fc2.bias"])

    losses = []
    for step in range(10):
        loss = F.cross_entropy(net(noise(200 + step, 8, 4), True), torch.arange(8) * 7 % 3)
        losses.append(loss.item())
        for w, g in zip(p.values(), torch.autograd.grad(loss, list(p.values()))):
            w.data -= 0.1 * g
    after = {**p, "bn1.running_mean": mean, "bn1.running_var": var}
    return {**after, "losses": np.array(losses), "logits": net(noise(300, 6, 4), False)}


BN = ("torch.nn.functional.batch_norm with momentum 0.2 and eps 1e-3, in training and in evaluation: y and gradients "
      "for dy, and what training makes of running_mean and running_var; ")
FIT = """ten float64 steps of SGD, rate 0.1, on fc1 (5 units), bn1 (BatchNorm1d), ReLU and fc2 (3 classes), which start
as Noise(1) to Noise(6); step s = 0 to 9 reads Noise(200+s), 8 by 4, and the labels 7i mod 3. Parameters and running
statistics are those after step 9, and so are the logits, of evaluation on Noise(300), 6 by 4"""
case("batchnorm_2d", BN + "(N, D)", lambda: batch_norm(300, 7, 5))
case("batchnorm_4d", BN + "(N, H, W, C)", lambda: batch_norm(310, 3, 2, 4, 5))
case("batchnorm_fit", FIT.replace("\n", " "), batch_norm_fit)


# Convolutions. Images are (N, H, W, C) in the files, as in the zoo; weights have PyTorch's layout.

Pads = tuple[int, int, int, int]  # top, bottom, left, right


def conv2d(given: Values, dy: np.ndarray, stride: int, pad: Pads, dilation: int, groups: int) -> Values:
    p = {k: leaf(v) for k, v in given.items()}
    top, bottom, left, right = pad
    x = F.pad(p["x"].permute(0, 3, 1, 2), (left, right, top, bottom))
    y = F.conv2d(x, p["weight"], p.get("bias"), stride, 0, dilation, groups).permute(0, 2, 3, 1)
    y.backward(torch.tensor(dy, dtype=torch.float64))
    how = {"stride": stride, "pad": np.array(pad), "dilation": dilation, "groups": groups}
    return {"dy": dy, **how, "y": y, **{"d" + k: v.grad for k, v in p.items()}}


def conv2d_shape(x: tuple[int, ...], weight: tuple[int, ...], stride: int, pad: Pads, dilation: int) -> tuple[int, ...]:
    rows, columns = ((x[1 + i] + pad[2 * i] + pad[2 * i + 1] - dilation * (weight[2 + i] - 1) - 1) // stride + 1
                     for i in (0, 1))
    return x[0], rows, columns, weight[0]


def conv2d_case(
    name: str, what: str, *, seed: int, x: tuple[int, ...], weight: tuple[int, ...], bias: bool = True,
    stride: int = 1, pad: Pads = (0, 0, 0, 0), dilation: int = 1, groups: int = 1,
) -> None:
    def make() -> Values:
        given = {"x": uniform(seed, *x), "weight": uniform(seed + 1, *weight, scale=0.5)}
        if bias:
            given["bias"] = uniform(seed + 2, weight[0])
        dy = uniform(seed + 3, *conv2d_shape(x, weight, stride, pad, dilation))
        assert max(v.size for v in (*given.values(), dy)) <= SAMPLED_ABOVE, f"{name}: an input would be sampled"
        return {**given, **conv2d(given, dy, stride, pad, dilation, groups)}

    why = (f"torch.nn.functional.conv2d{what}: y and all gradients for the upstream gradient dy; x, y, dx and dy are "
           "(N, H, W, C), weight and dweight (F, C/groups, kh, kw); pad is top, bottom, left, right")
    case(name, why, make)


conv2d_case("conv2d", "", seed=300, x=(2, 5, 6, 3), weight=(4, 3, 3, 3))
conv2d_case("conv2d_nobias", " without bias", seed=310, x=(2, 5, 4, 3), weight=(7, 3, 3, 2), bias=False)
conv2d_case("conv2d_gray", " on one channel", seed=320, x=(2, 7, 8, 1), weight=(6, 1, 5, 5))
conv2d_case("conv2d_point", " with a kernel of one pixel", seed=330, x=(3, 3, 4, 5), weight=(5, 5, 1, 1))
conv2d_case("conv2d_strided", ", stride 2, with a last column and row that no window reaches", seed=340,
            x=(2, 8, 6, 2), weight=(5, 2, 3, 3), stride=2)
conv2d_case("conv2d_gaps", ", stride 3 over a kernel of 2, so that some pixels are in no window", seed=350,
            x=(2, 8, 9, 1), weight=(5, 1, 2, 2), stride=3)
conv2d_case("conv2d_padded", ", padded by 2 on all sides", seed=360, x=(2, 5, 4, 2), weight=(3, 2, 5, 5), pad=(2, 2, 2, 2))
conv2d_case("conv2d_same", ", stride 2, padded as TensorFlow's SAME: at the bottom and the right only", seed=370,
            x=(2, 6, 8, 2), weight=(5, 2, 3, 3), stride=2, pad=(0, 1, 0, 1))
conv2d_case("conv2d_dilated", ", dilation 2, padded by 1", seed=380, x=(2, 7, 5, 2), weight=(4, 2, 3, 3),
            pad=(1, 1, 1, 1), dilation=2)
conv2d_case("conv2d_grouped", " in 3 groups", seed=390, x=(2, 4, 4, 6), weight=(9, 2, 3, 3), groups=3)
conv2d_case("conv2d_depthwise", " in as many groups as channels, stride 2, padded by 1", seed=400,
            x=(2, 5, 5, 3), weight=(6, 1, 3, 3), stride=2, pad=(1, 1, 1, 1), groups=3)
conv2d_case("conv2d_all", ", stride 2, dilation 2, 2 groups, padded by 1, 2, 3 and 0", seed=410,
            x=(2, 7, 6, 2), weight=(4, 1, 3, 2), stride=2, pad=(1, 2, 3, 0), dilation=2, groups=2)


def conv2d_wide_case(name: str, what: str, key: int, x: tuple[int, ...], weight: tuple[int, ...], pad: int) -> None:
    def make() -> Values:
        given = {"x": noise(key, *x), "weight": noise(key + 1, *weight) / np.float32(16), "bias": noise(key + 2, weight[0])}
        pads = (pad, pad, pad, pad)
        return conv2d(given, noise(key + 3, *conv2d_shape(x, weight, 1, pads, 1)), 1, pads, 1, 1)

    why = (f"torch.nn.functional.conv2d, {what}, wide enough for Winograd's algorithm: y and all gradients for dy. "
           f"x {x} is Noise({key}), weight {weight} Noise({key + 1})/16, bias Noise({key + 2}), dy Noise({key + 3}); "
           "x, y, dx and dy are (N, H, W, C)")
    case(name, why, make)


conv2d_wide_case("conv2d_wide5", "5 by 5, padded by 2: the second of lenet", 420, (3, 14, 14, 32), (64, 32, 5, 5), 2)
conv2d_wide_case("conv2d_wide3", "3 by 3, padded by 1, on odd sizes", 430, (2, 9, 11, 24), (40, 24, 3, 3), 1)
conv2d_wide_case("conv2d_wide_valid", "5 by 5, not padded: the second of lenet5", 440, (3, 14, 14, 6), (16, 6, 5, 5), 0)


# Pooling. Images are (N, H, W, C) in the files, as in the zoo.


def pool(f: Callable[[torch.Tensor], torch.Tensor], given: np.ndarray) -> Values:
    x = leaf(given)
    y = f(x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    dy = noise(1, *y.shape)
    y.backward(torch.tensor(dy, dtype=torch.float64))
    return {"x": given, "dy": dy, "y": y, "dx": x.grad}


def max_pool_case(name: str, what: str, x: np.ndarray, *window: int) -> None:
    case(name, MAX + what, lambda: {**pool(lambda v: F.max_pool2d(v, *window), x), **geometry(*window)})


def avg_pool_case(name: str, what: str, x: np.ndarray, *window: int) -> None:
    case(name, AVG + what, lambda: {**pool(lambda v: F.avg_pool2d(v, *window), x), **geometry(*window)})


def geometry(size: int, stride: int, pad: int) -> Values:
    return {"size": size, "stride": stride, "pad": pad}


OF = ": y, and the gradient dx for the upstream gradient dy = Noise(1); all are (N, H, W, C); "
MAX, AVG = "torch.nn.functional.max_pool2d" + OF, "torch.nn.functional.avg_pool2d" + OF
max_pool_case("maxpool", "windows side by side", uniform(500, 2, 6, 4, 4), 2, 2, 0)
max_pool_case("maxpool_rest", "a last row and column that no window reaches", uniform(501, 1, 5, 3, 9), 2, 2, 0)
max_pool_case("maxpool_overlap", "windows that overlap, padded", uniform(502, 2, 5, 6, 3), 3, 2, 1)
max_pool_case("maxpool_gaps", "windows with gaps between them", uniform(503, 1, 7, 8, 3), 2, 3, 0)
max_pool_case("maxpool_ties", "integers from -2 to 2, so that the largest is seldom alone",
              np.round(uniform(504, 2, 6, 4, 4, scale=2)), 2, 2, 0)
max_pool_case("maxpool_ties_overlap", "the same, in windows that overlap, padded",
              np.round(uniform(505, 2, 5, 6, 3, scale=2)), 3, 2, 1)
max_pool_case("maxpool_negative", "all below 0, padded: what is outside of the image never wins",
              uniform(506, 2, 5, 6, 3) - np.float32(2), 3, 2, 1)
avg_pool_case("avgpool", "windows side by side", uniform(507, 2, 6, 4, 4), 2, 2, 0)
avg_pool_case("avgpool_overlap", "windows that overlap, padded with zeros that count", uniform(508, 2, 5, 6, 3), 3, 2, 1)
case("globalavgpool", "torch.nn.functional.adaptive_avg_pool2d to one pixel" + OF + "y and dy are (N, 1, 1, C)",
     lambda: pool(lambda v: F.adaptive_avg_pool2d(v, 1), uniform(509, 2, 4, 5, 4)))


# Recurrent layers. Sequences are (T, N, D), gates in PyTorch's order i, f, g, o.


def states(kind: type) -> tuple[str, ...]:
    return ("h", "c") if kind in (torch.nn.LSTM, torch.nn.LSTMCell) else ("h",)


def run(module: torch.nn.Module, x: torch.Tensor, first: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    """All that the module puts out, flat."""
    out = module(x, tuple(first) if len(first) > 1 else first[0])
    if isinstance(module, torch.nn.LSTMCell):
        return out
    y, last = out
    return (y, *last) if len(first) > 1 else (y, last)


def recurrent(kind: type, given: Values, count: int, names: list[str], upstream: Values) -> Values:
    """Outputs by their names, and the gradients of the input, the first states and the parameters."""
    d, h = given["x"].shape[-1], given["h0"].shape[-1]
    module = (kind(d, h) if kind is torch.nn.LSTMCell else kind(d, h, count)).double()
    module.load_state_dict({k: torch.tensor(given[k]) for k in module.state_dict()})
    p = {k: leaf(given[k]) for k in ("x", *(s + "0" for s in states(kind)))}
    out = dict(zip(names, run(module, p["x"], [p[s + "0"] for s in states(kind)])))
    sum((out[k[1:]] * torch.tensor(v, dtype=torch.float64)).sum() for k, v in upstream.items()).backward()
    p.update(module.named_parameters())
    return {**out, **{"d" + k: v.grad for k, v in p.items()}}


def recurrent_inputs(
    kind: type, key: int, x: tuple[int, ...], count: int, h: int, draw: Callable[..., np.ndarray], over: int, forget: bool
) -> tuple[Values, Values]:
    """What a case is given, and the gradients of its outputs."""
    cell, rows = kind is torch.nn.LSTMCell, h * (1 if kind is torch.nn.RNN else 4)
    state = (x[0], h) if cell else (count, x[1], h)
    given: Values = {"x": draw(key, *x)}
    given.update({s + "0": draw(key + 1 + k, *state) for k, s in enumerate(states(kind))})
    for k in range(count):
        shapes = {"weight_ih": (rows, h if k else x[-1]), "weight_hh": (rows, h), "bias_ih": (rows,), "bias_hh": (rows,)}
        for j, (part, shape) in enumerate(shapes.items()):
            v = draw(key + 3 + 4 * k + j, *shape) / np.float32(over)
            if forget and part.startswith("bias"):
                v = np.repeat(np.float32([0, part == "bias_ih", 0, 0]), h)
            given[part if cell else f"{part}_l{k}"] = v
    outputs = {} if cell else {"dy": (*x[:-1], h)}
    outputs.update({"d" + s: state for s in states(kind)})
    return given, {k: draw(key + 20 + i, *shape) for i, (k, shape) in enumerate(outputs.items())}


def recurrent_case(
    name: str, what: str, kind: type, *, key: int, x: tuple[int, ...], h: int, count: int = 1, forget: bool = False,
    draw: Callable[..., np.ndarray] = uniform, over: int = 2,
) -> None:
    def make() -> Values:
        given, upstream = recurrent_inputs(kind, key, x, count, h, draw, over, forget)
        kept = {} if draw is noise else {**given, **upstream}
        assert all(v.size <= SAMPLED_ABOVE for v in kept.values()), f"{name}: an input would be sampled"
        names = [k[1:] for k in upstream]
        out = {**kept, **recurrent(kind, given, count, names, upstream)}
        for s in states(kind) if kind is torch.nn.LSTMCell else ():
            only = recurrent(kind, given, count, names, {"d" + s: upstream["d" + s]})
            out.update({f"{s}.{k}": v for k, v in only.items() if k.startswith("d")})
        return out

    case(name, f"torch.nn.{kind.__name__}{what}", make)


GRADS = ": outputs, and all gradients for the upstream gradients of all outputs; h0 and c0 are the first states, h and c the last"
recurrent_case("lstm", GRADS, torch.nn.LSTM, key=600, x=(4, 3, 5), h=6)
recurrent_case("lstm_2layers", " with 2 layers" + GRADS, torch.nn.LSTM, key=630, x=(3, 2, 4), h=5, count=2)
recurrent_case("lstm_one", " on a single step of a single sequence of one feature, with one unit" + GRADS, torch.nn.LSTM,
               key=660, x=(1, 1, 1), h=1)
recurrent_case("lstm_forget", ", whose biases are 0 but for bias_ih of the forget gate, which is 1" + GRADS, torch.nn.LSTM,
               key=690, x=(4, 3, 5), h=6, forget=True)
recurrent_case("lstm_wide", " with 2 layers, wide enough for vectors" + GRADS + """. x is Noise(720), h0 and c0 Noise(721) and
Noise(722), the first layer's parameters Noise(723) to Noise(726) over 8, the second's Noise(727) to Noise(730) over 8; the
upstream gradients of y, h and c are Noise(740) to Noise(742)""".replace("\n", " "), torch.nn.LSTM, key=720, x=(7, 21, 20), h=43,
               count=2, draw=noise, over=8)
recurrent_case("lstm_cell", GRADS + ". h.dx and so on are the gradients if only h has one, c.dx and so on if only c has",
               torch.nn.LSTMCell, key=750, x=(4, 5), h=6)
recurrent_case("rnn", GRADS, torch.nn.RNN, key=780, x=(4, 3, 5), h=6)
recurrent_case("rnn_2layers", " with 2 layers" + GRADS, torch.nn.RNN, key=810, x=(3, 2, 4), h=5, count=2)
recurrent_case("rnn_wide", " with 2 layers, wide enough for vectors" + GRADS + """. x is Noise(840), h0 Noise(841), the first
layer's parameters Noise(843) to Noise(846) over 8, the second's Noise(847) to Noise(850) over 8; the upstream gradients of y
and h are Noise(860) and Noise(861)""".replace("\n", " "), torch.nn.RNN, key=840, x=(7, 21, 20), h=43, count=2, draw=noise, over=8)


# Losses.


def cross_entropy(logits: np.ndarray, seed: int) -> Values:
    labels = np.random.RandomState(seed).randint(0, logits.shape[1], logits.shape[0])
    labels[0], labels[-1] = 0, logits.shape[1] - 1
    x = leaf(logits)
    losses = F.cross_entropy(x, torch.tensor(labels), reduction="none")
    loss = F.cross_entropy(x, torch.tensor(labels))
    loss.backward()
    results = {"losses": losses, "loss": loss, "dlogits": x.grad, "probabilities": x.softmax(1)}
    return {"logits": logits, "labels": labels, **results}


def mse() -> Values:
    y, target = leaf(uniform(130, 7, 11)), uniform(131, 7, 11)
    loss = F.mse_loss(y, torch.tensor(target, dtype=torch.float64))
    loss.backward()
    return {"y": y, "target": target, "loss": loss, "dy": y.grad}


CE = "softmax cross-entropy on integer labels, each example's loss, their mean, and the mean's gradient: "
case("softmax_ce", CE + "moderate logits, 9 examples, 11 classes",
     lambda: cross_entropy(uniform(100, 9, 11, scale=4), 101))
case("softmax_ce_huge", CE + "logits of +-1e4, whose exponentials overflow unless the maximum is taken off",
     lambda: cross_entropy(np.sign(uniform(110, 9, 11)) * np.float32(1e4), 111))
case("softmax_ce_negative", CE + "logits near -1000, whose exponentials are all 0 unless the maximum is taken off",
     lambda: cross_entropy(uniform(120, 9, 11, scale=4) - np.float32(1000), 121))
case("mse", "mean squared error over all elements, as torch.nn.MSELoss", mse)


def linear_cross_entropy() -> Values:
    p = {"x": leaf(noise(1, 20, 7)), "weight": leaf(noise(2, 1030, 7)), "bias": leaf(noise(3, 1030))}
    labels = torch.arange(20) * 7919 % 1030
    loss = F.cross_entropy(F.linear(p["x"], p["weight"], p["bias"]), labels)
    loss.backward()
    return {"loss": loss, **{"d" + k: v.grad for k, v in p.items()}}


case("linear_ce", "softmax cross-entropy of torch.nn.functional.linear, x (20, 7) Noise(1), weight (1030, 7) Noise(2), "
     "bias Noise(3), labels 7919i mod 1030: the mean loss and its gradients", linear_cross_entropy)


# Optimizers, in float32.

Params = dict[str, torch.Tensor]
KEPT = (1, 10, 100)  # steps after which the weights are stored


def gradient(a: np.ndarray, w: torch.Tensor) -> torch.Tensor:
    """In float64 from float32 weights, then rounded, so that no other library's sine makes a difference."""
    x = w.detach().numpy().astype(np.float64)
    return torch.from_numpy((a * x + 0.1 * np.sin(x)).astype(np.float32))


def fit(make: Callable[[Params], torch.optim.Optimizer], l2: float, max_norm: float, average: float) -> Values:
    a = {"w": np.logspace(-3, 1, 24).astype(np.float32).reshape(4, 6), "b": np.logspace(-1, 0.5, 7).astype(np.float32)}
    p = {"w": leaf(uniform(200, 4, 6, scale=2), torch.float32), "b": leaf(uniform(201, 7, scale=2), torch.float32)}
    mean = {k: v.detach().numpy().astype(np.float64) for k, v in p.items()}
    out: Values = {f"{k}_a": v for k, v in a.items()}
    out.update({f"{k}_0": v.detach().clone() for k, v in p.items()})
    optimizer = make(p)
    for n in range(1, KEPT[-1] + 1):
        for k, v in p.items():
            v.grad = gradient(a[k], v)
        norm = 0.0
        if l2:
            p["w"].grad += l2 * p["w"].detach()
        if max_norm:
            norm = float(torch.nn.utils.clip_grad_norm_(p.values(), max_norm))
        optimizer.step()
        decay = min(average, (1 + n) / (10 + n))
        mean = {k: decay * mean[k] + (1 - decay) * v.detach().numpy().astype(np.float64) for k, v in p.items()}
        if n in KEPT:
            out.update({f"{k}_{n}": v.detach().clone() for k, v in p.items()})
            out.update({f"{k}_average_{n}": v for k, v in mean.items()} if average else {})
            out.update({f"norm_{n}": norm} if max_norm else {})
    around = {"l2": l2, "max_norm": max_norm, "average": average}
    return {**out, **settings(optimizer), **{k: v for k, v in around.items() if v}}


def settings(optimizer: torch.optim.Optimizer) -> Values:
    given = optimizer.defaults
    betas = dict(zip(("beta1", "beta2"), given.get("betas", ())))
    return {**{k: given[k] for k in ("lr", "momentum", "eps") if given.get(k)}, **betas}


def optimizer_case(
    name: str, what: str, make: Callable[[Params], torch.optim.Optimizer], *,
    l2: float = 0, max_norm: float = 0, average: float = 0,
) -> None:
    why = (f"{what}. Parameters w and b, from w_0 and b_0, after 1, 10 and 100 float32 steps; their gradient is "
           "a*w + 0.1*sin(w), computed in float64 from the float32 w and rounded to float32; w_a spans four decades")
    case(name, why, lambda: fit(make, l2, max_norm, average))


SGD, Adam = torch.optim.SGD, torch.optim.Adam
DECAYED = "SGD with l2*w added to the gradient of w, not of b"
CLIPPED = DECAYED + (", then torch.nn.utils.clip_grad_norm_ over w and b together; norm_1, norm_10 and norm_100 are "
                     "the norms before clipping, two above max_norm and one below")
AVERAGED = ("SGD with moving averages (w_average_1 and so on; they start at w_0), in numpy's float64, by TensorFlow's "
            "num_updates rule: decay = min(average, (1+n)/(10+n)), n = 1 at the first step")
optimizer_case("sgd", "torch.optim.SGD", lambda p: SGD(p.values(), lr=0.1))
optimizer_case("sgd_momentum", "torch.optim.SGD with momentum", lambda p: SGD(p.values(), lr=0.05, momentum=0.9))
optimizer_case("sgd_nesterov", "torch.optim.SGD with Nesterov's momentum",
               lambda p: SGD(p.values(), lr=0.05, momentum=0.9, nesterov=True))
optimizer_case("adam", "torch.optim.Adam with its defaults", lambda p: Adam(p.values()))
optimizer_case("adam_lr", "torch.optim.Adam at ten times its default rate", lambda p: Adam(p.values(), lr=0.01))
optimizer_case("sgd_l2", DECAYED, lambda p: SGD(p.values(), lr=0.1), l2=0.05)
optimizer_case("sgd_l2_clip", CLIPPED, lambda p: SGD(p.values(), lr=0.1), l2=0.05, max_norm=2)
optimizer_case("ema", AVERAGED, lambda p: SGD(p.values(), lr=0.1), average=0.99)
optimizer_case("ema_capped", AVERAGED + ". The minimum changes sides after step 8",
               lambda p: SGD(p.values(), lr=0.1), average=0.5)


# The zoo's dropout, after what layers.Dropout, internal/op and internal/kernel say of it. The masks are part of a case,
# so that Go's tests see where the two differ.


def philox(counter: np.ndarray, key: int) -> np.ndarray:
    """Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC 2011): four words of 32 bits a counter of 64, (len(counter), 4)."""
    low = np.uint64(2**32 - 1)
    shift = np.uint64(32)
    c0, c1, c2, c3 = counter & low, counter >> shift, np.zeros_like(counter), np.zeros_like(counter)
    k0, k1 = key & 0xFFFFFFFF, key >> 32
    for _ in range(10):
        a, b = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        c0, c1, c2, c3 = b >> shift ^ c1 ^ np.uint64(k0), b & low, a >> shift ^ c3 ^ np.uint64(k1), a & low
        k0, k1 = (k0 + 0x9E3779B9) % 2**32, (k1 + 0xBB67AE85) % 2**32
    return np.stack([c0, c1, c2, c3], 1)


def stream_key(seed: int, name: str) -> int:
    """What keys the random numbers called name: a round of the generator, keyed by seed and name's FNV-1a hash."""
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    words = philox(np.array([seed], dtype=np.uint64), seed ^ h)[0]
    return int(words[0]) | int(words[1]) << 32


def dropout_mask(rate: float, seed: int, name: str, step: int, *shape: int) -> np.ndarray:
    """1 where an element stays. The numbers of a layer called drop are drop.mask. Words come in groups of 64, word 16w+b of
    a group being word w of its counter b."""
    n = math.prod(shape)
    groups = -(-n // 64)
    counter = (np.uint64(step) << np.uint64(32)) + np.arange(16 * groups, dtype=np.uint64)
    words = philox(counter, stream_key(seed, name)).reshape(groups, 16, 4).swapaxes(1, 2).ravel()[:n]
    return (words >= np.uint64(round(rate * 2**32))).astype(np.float32).reshape(shape)


# Ten steps of each net.


class Watch:
    """ReLU and max-pooling, and how near they came to where a rounding error decides which way gradients go; dropout by
    the mask of the step."""

    def __init__(self) -> None:
        self.nearest = math.inf
        self.mask: Optional[torch.Tensor] = None  # None: nothing is dropped

    def relu(self, z: torch.Tensor) -> torch.Tensor:
        self.nearest = min(self.nearest, float(z.detach().abs().min()))
        return z.relu()

    def pool(self, h: torch.Tensor) -> torch.Tensor:
        """2 by 2. Ties at 0 don't count: ReLU stops gradients there."""
        first, second = h.detach().unfold(2, 2, 2).unfold(3, 2, 2).flatten(4).topk(2).values.unbind(-1)
        self.nearest = min(self.nearest, float((first - second)[first > 0].min()))
        return F.max_pool2d(h, 2)

    def drop(self, h: torch.Tensor) -> torch.Tensor:
        return h if self.mask is None else h * self.mask / (1 - RATE)


@dataclass
class Net:
    shapes: dict[str, tuple[int, ...]]
    forward: Callable[[Params, torch.Tensor, Watch], torch.Tensor]
    over: dict[str, int]  # parameters start as noise over this; 16 where nothing is said
    batch: int
    rate: float
    decayed: str  # names that start so have L2, if they are weights
    pixels: tuple[int, ...] = (1, 28, 28)
    dropped: int = 0  # units that drop, of which RATE are dropped, acts on; 0: no dropout


def mlp(p: Params, x: torch.Tensor, watch: Watch) -> torch.Tensor:
    h = watch.drop(watch.relu(F.linear(x, p["fc1.weight"], p["fc1.bias"])))
    return F.linear(h, p["fc2.weight"], p["fc2.bias"])


def lenet(p: Params, x: torch.Tensor, watch: Watch) -> torch.Tensor:
    h = watch.pool(watch.relu(F.conv2d(x, p["conv1.weight"], p["conv1.bias"], padding=2)))
    h = watch.pool(watch.relu(F.conv2d(h, p["conv2.weight"], p["conv2.bias"], padding=2)))
    return mlp(p, h.flatten(1), watch)


def lenet5(p: Params, x: torch.Tensor, watch: Watch) -> torch.Tensor:
    h = watch.pool(watch.relu(F.conv2d(x, p["conv1.weight"], p["conv1.bias"], padding=2)))
    h = watch.pool(watch.relu(F.conv2d(h, p["conv2.weight"], p["conv2.bias"])))
    h = watch.relu(mlp(p, h.flatten(1), watch))
    return F.linear(h, p["fc3.weight"], p["fc3.bias"])


STEPS, L2, AVERAGE, RATE, SEED = 10, 1e-4, 0.99, 0.5, 1
MLP = Net({"fc1.weight": (500, 784), "fc1.bias": (500,), "fc2.weight": (10, 500), "fc2.bias": (10,)},
          mlp, {}, batch=20, rate=0.8, decayed="", pixels=(784,))
LENET = Net({"conv1.weight": (32, 1, 5, 5), "conv1.bias": (32,), "conv2.weight": (64, 32, 5, 5), "conv2.bias": (64,),
             "fc1.weight": (512, 3136), "fc1.bias": (512,), "fc2.weight": (10, 512), "fc2.bias": (10,)},
            lenet, {"conv1.weight": 2, "fc1.weight": 32, "fc2.weight": 8}, batch=10, rate=0.01, decayed="fc")
LENET_DROPOUT = replace(LENET, dropped=512)
LENET5 = Net({"conv1.weight": (6, 1, 5, 5), "conv1.bias": (6,), "conv2.weight": (16, 6, 5, 5), "conv2.bias": (16,),
              "fc1.weight": (120, 400), "fc1.bias": (120,), "fc2.weight": (84, 120), "fc2.bias": (84,),
              "fc3.weight": (10, 84), "fc3.bias": (10,)},
             lenet5, {"conv1.weight": 2, "conv2.weight": 4, "fc1.weight": 8, "fc2.weight": 4, "fc3.weight": 4},
             batch=10, rate=0.1, decayed="")


def train(net: Net, dtype: torch.dtype) -> Values:
    p = {name: leaf(noise(k + 1, *shape) / np.float32(net.over.get(name, 16)), dtype)
         for k, (name, shape) in enumerate(net.shapes.items())}
    mean = {k: v.detach().clone() for k, v in p.items()}
    out: Values = {}
    losses, masks, watch = [], [], Watch()
    for step in range(STEPS):
        x = torch.tensor(np.maximum(noise(200 + step, net.batch, *net.pixels), 0), dtype=dtype)
        labels = torch.arange(step * net.batch, (step + 1) * net.batch) * 7 % 10
        if net.dropped:
            masks.append(dropout_mask(RATE, SEED, "drop.mask", step, net.batch, net.dropped))
            watch.mask = torch.tensor(masks[-1], dtype=dtype)
        logits = net.forward(p, x, watch)
        loss = F.cross_entropy(logits, labels)
        grads = dict(zip(p, torch.autograd.grad(loss, list(p.values()))))
        losses.append(loss.item())
        if step == 0:
            out.update({"logits": logits, **{f"grad.{k}": g for k, g in grads.items()}})
        rate = net.rate * 0.99 ** (step / 550)
        decay = min(AVERAGE, (2 + step) / (11 + step))
        with torch.no_grad():
            for k, w in p.items():
                w -= rate * (grads[k] + (L2 * w if k.endswith("weight") and k.startswith(net.decayed) else 0))
                mean[k].mul_(decay).add_(w, alpha=1 - decay)
    out.update({f"param.{k}": v for k, v in p.items()} | {f"average.{k}": v for k, v in mean.items()})
    out.update({"masks": np.stack(masks)} if masks else {})
    return {**out, "losses": np.array(losses), "nearest_to_kink": watch.nearest}


def steps_case(name: str, make: Callable[[torch.dtype], Values], why: str) -> None:
    def both() -> Values:
        out, single = make(torch.float64), make(torch.float32)
        for k, v in out.items():  # a step that float32 cannot follow would be no test
            if k != "nearest_to_kink":
                a, b = array(single[k]), array(v)
                assert np.abs(a - b).max() <= 1e-5 * np.abs(b).max(), f"{k}: float32 is not within 1e-5 of float64"
        return {**out, "losses_float32": single["losses"].astype(np.float32)}

    case(name, why.replace("\n", " "), both)


def net_case(name: str, net: Net, why: str) -> None:
    steps_case(name, lambda dtype: train(net, dtype), why)


net_case("mlp", MLP, """ten steps of the 784-500-10 ReLU net in float64 (losses_float32: in float32), 20 examples a step.
fc1.weight, fc1.bias, fc2.weight and fc2.bias start as Noise(1) to Noise(4) over 16; step s = 0 to 9 reads
x = max(0, Noise(200+s)) and the labels 7i mod 10, i counting from 20s. SGD's rate is 0.8*0.99^(s/550), 1e-4*w is
added to the gradients of weights, averages have decay 0.99 and num_updates s+1. Logits and gradients (of the loss
alone) are step 0's, parameters and averages those after step 9. No ReLU input is nearer to 0 than nearest_to_kink""")

CONVOLUTIONAL = """; step s = 0 to 9 reads
x = max(0, Noise(200+s)) as (10, 28, 28, 1) and the labels 7i mod 10, i counting from 10s. SGD's rate is {rate}*0.99^(s/550),
1e-4*w is added to the gradients of {decayed}, averages have decay 0.99 and num_updates s+1. Logits and gradients (of the
loss alone) are step 0's, parameters and averages those after step 9. Images are flattened channel first. No ReLU input is
nearer to 0 than nearest_to_kink, nor are the two largest of a pooling window to each other, unless both are 0"""
net_case("lenet", LENET, """ten steps of lenet (5x5x32 SAME, ReLU, max-pool 2, 5x5x64 SAME, ReLU, max-pool 2, 512, ReLU, 10; no dropout)
in float64 (losses_float32: in float32), 10 examples a step. conv1.weight, conv1.bias, conv2.weight, conv2.bias, fc1.weight,
fc1.bias, fc2.weight and fc2.bias start as Noise(1) to Noise(8), over 2, 16, 16, 16, 32, 16, 8 and 16"""
         + CONVOLUTIONAL.format(rate=LENET.rate, decayed="fc1.weight and fc2.weight"))
net_case("lenet_dropout", LENET_DROPOUT, """case lenet with dropout: what the 512 units after ReLU put out is doubled by one half of
them and dropped by the others, as the zoo's masks say for rate 0.5, seed 1, the name drop and the steps 0 to 9. masks has
them, (step, example, unit), 1 where a unit stays. Logits are those of training, too""")
net_case("lenet5", LENET5, """ten steps of lenet5 (5x5x6 padded by 2, ReLU, max-pool 2, 5x5x16, ReLU, max-pool 2, 120, ReLU, 84, ReLU, 10)
in float64 (losses_float32: in float32), 10 examples a step. conv1.weight, conv1.bias, conv2.weight, conv2.bias, fc1.weight,
fc1.bias, fc2.weight, fc2.bias, fc3.weight and fc3.bias start as Noise(1) to Noise(10), over 2, 16, 4, 16, 8, 16, 4, 16, 4 and 16"""
         + CONVOLUTIONAL.format(rate=LENET5.rate, decayed="weights"))


# Ten steps of each language model: truncated back-propagation along a text.

Tensors = tuple[torch.Tensor, ...]


class LanguageModel(torch.nn.Module):
    """Parameters are declared in the zoo's order."""

    def __init__(self, vocabulary: int, units: int) -> None:
        super().__init__()
        self.embed = torch.nn.Embedding(vocabulary, units)
        self.lstm = torch.nn.LSTM(units, units, 2)
        self.fc = torch.nn.Linear(units, vocabulary)

    def forward(self, x: torch.Tensor, first: Tensors, masks: Tensors) -> tuple[torch.Tensor, Tensors]:
        """Logits and the last h and c. masks, if any, are those of what the embedding and each LSTM layer put out."""
        y = self.embed(x)
        if not masks:
            y, last = self.lstm(y, first)
            return self.fc(y), last
        states = []
        y = y * masks[0] / (1 - RATE)
        for weights, h, c, mask in zip(self.lstm.all_weights, *first, masks[1:]):  # torch.nn.LSTM's masks are its own
            y, *state = torch.lstm(y, (h[None], c[None]), weights, True, 1, 0.0, True, False, False)
            y = y * mask / (1 - RATE)
            states.append(state)
        return self.fc(y), tuple(map(torch.cat, zip(*states)))


@dataclass
class Reading:
    """How a text is read, and by what."""

    vocabulary: int
    units: int
    steps: int  # words at a time
    rows: int
    clip: float
    over: int  # parameters start as noise over this
    masks: tuple[str, ...] = ()  # names of the random numbers
    batches: int = 7  # an epoch, so that ten steps are more than one

    def text(self) -> torch.Tensor:
        """(words of a row, rows). Words with small numbers are frequent, and three words of each row are left over."""
        part = (noise(100, self.rows, self.batches * self.steps + 3).astype(np.float64) + 1) / 2
        return torch.tensor((part**2 * self.vocabulary).astype(np.int64).T)


def read(r: Reading, dtype: torch.dtype) -> Values:
    model = LanguageModel(r.vocabulary, r.units).to(dtype)
    p = dict(model.named_parameters())
    for k, w in enumerate(p.values()):
        w.data = torch.tensor(noise(k + 1, *w.shape) / np.float32(r.over), dtype=dtype)
    optimizer = SGD(model.parameters(), lr=1)
    text, losses, norms = r.text(), [], []
    out: Values = {}
    for step in range(STEPS):
        at = step % r.batches * r.steps
        if at == 0:
            state: Tensors = (torch.zeros(2, r.rows, r.units, dtype=dtype),) * 2
        masks = (dropout_mask(RATE, SEED, name, step, r.steps, r.rows, r.units) for name in r.masks)
        logits, state = model(text[at:at + r.steps], state, tuple(torch.tensor(m, dtype=dtype) for m in masks))
        state = tuple(s.detach() for s in state)
        labels = text[at + 1:at + r.steps + 1].flatten()
        loss = F.cross_entropy(logits.flatten(0, 1), labels, reduction="sum") / r.rows
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item() / r.steps)
        if step == 0:
            out.update({"logits": logits, "h": state[0], "c": state[1]})
            out.update({f"grad.{k}": w.grad.clone() for k, w in p.items()})
        norms.append(float(torch.nn.utils.clip_grad_norm_(model.parameters(), r.clip)))
        optimizer.step()
    assert 3 <= sum(n > r.clip for n in norms) <= 7, f"clipping to {r.clip} must act in some steps, not in all: {norms}"
    return {**out, **{f"param.{k}": w for k, w in p.items()}, "losses": np.array(losses), "norms": np.array(norms)}


READING = """ten steps of torch.nn.Embedding({vocabulary}, {units}), torch.nn.LSTM({units}, {units}, 2) and
torch.nn.Linear({units}, {vocabulary}){dropout} in float64 (losses_float32: in float32). embed.weight, lstm.weight_ih_l0,
weight_hh_l0, bias_ih_l0, bias_hh_l0, the same of l1, fc.weight and fc.bias start as Noise(1) to Noise(11) over {over}. The text
is {rows} rows of words, one after the other; word i is floor({vocabulary}*((Noise(100)[i]+1)/2)^2). A step reads {steps} words
of each row; h and c are carried on, detached. After {batches} steps the three words left over of each row are skipped, and the
rows and zeros of h and c begin again. The loss is the sum over time of the mean over rows; losses has its means over words.
SGD has rate 1, the gradient's global norm is clipped to {clip}; norms has it before clipping. Logits, gradients, h and c (layer,
row, unit) are those of step 0, parameters those after step 9"""


def reading_case(name: str, r: Reading, dropout: str = "") -> None:
    steps_case(name, lambda dtype: read(r, dtype), READING.format(**vars(r), dropout=dropout))


LSTMLM = Reading(vocabulary=50, units=21, steps=6, rows=5, clip=2, over=2)
reading_case("lstmlm", LSTMLM)
reading_case("lstmlm_dropout", replace(LSTMLM, masks=("drop1.mask", "lstm.mask_l0", "drop2.mask")),
             f""" (what enters each LSTM layer and the last is dropped or divided by {1 - RATE}, as the zoo's masks
say for rate {RATE}, seed {SEED}, the names drop1.mask, lstm.mask_l0 and drop2.mask, and the steps 0 to 9)""")
reading_case("lstmlm_wide", Reading(vocabulary=1030, units=37, steps=9, rows=21, clip=3, over=1))


# Files.


def array(v: Value) -> np.ndarray:
    return v.detach().numpy() if isinstance(v, torch.Tensor) else np.asarray(v)


def number(v: np.generic) -> str:
    return str(int(v)) if isinstance(v, np.integer) else repr(float(str(v)))  # the shortest digits of v's own type


def entry(v: Value) -> str:
    a = array(v)
    fields = [f'"dtype": "{a.dtype}"', f'"shape": {list(a.shape)}']
    flat = a.ravel()
    if flat.size > SAMPLED_ABOVE:
        spread = np.linspace(0, flat.size - 1, SAMPLES).astype(int)
        at = np.union1d(spread, np.abs(flat).argmax())  # the largest gives tolerances their scale
        wide = flat.astype(np.float64)
        fields += [f'"at": {at.tolist()}', f'"sum": {number(wide.sum())}', f'"abs": {number(np.abs(wide).sum())}']
        flat = flat[at]
    return "{" + ", ".join(fields) + f', "data": [{", ".join(map(number, flat))}]' + "}"


def text(name: str) -> str:
    why, make = CASES[name]
    head = {"case": name, "why": why, "torch": torch.__version__, "numpy": np.__version__, "written_by": "golden.py"}
    lines = [f"{json.dumps(k)}: {json.dumps(v)}" for k, v in head.items()]
    values = ",\n".join(f"{json.dumps(k)}: {entry(v)}" for k, v in make().items())
    return "{\n" + ",\n".join(lines) + ',\n"values": {\n' + values + "\n}\n}\n"


def differences(name: str) -> list[str]:
    """What is wrong with a committed file. float64 must agree to 1e-9, float32 to 1e-5; all else exactly."""
    file = TESTDATA / f"{name}.json"
    if not file.exists():
        return [f"{file.name} is missing"]
    old, new = json.loads(file.read_text()), json.loads(text(name))
    if old["why"] != new["why"] or old["values"].keys() != new["values"].keys():
        return [f"{file.name} has another description or other values"]
    wrong = []
    for k, b in new["values"].items():
        a, tol = old["values"][k], {"float64": 1e-9, "float32": 1e-5}.get(b["dtype"], 0)
        same = all(a.get(f) == b.get(f) for f in ("dtype", "shape", "at")) and len(a["data"]) == len(b["data"])
        x, y = np.array(a["data"]), np.array(b["data"])
        same = same and bool(np.all(np.abs(x - y) <= tol * np.abs(y).max(initial=0)))
        same = same and all(abs(a.get(f, 0) - b.get(f, 0)) <= tol * b["abs"] for f in ("sum", "abs") if f in b)
        wrong += [] if same else [f"{file.name}: {k} differs"]
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description="write or check package golden's files")
    parser.add_argument("--check", action="store_true", help="compare with the committed files; write nothing")
    check = parser.parse_args().check
    torch.set_num_threads(1)
    if check:
        stray = [f"{f.name} belongs to no case" for f in sorted(TESTDATA.glob("*.json")) if f.stem not in CASES]
        wrong = [line for name in CASES for line in differences(name)] + stray
        print("\n".join(wrong) if wrong else f"{len(CASES)} golden files agree with PyTorch {torch.__version__}")
        return 1 if wrong else 0
    TESTDATA.mkdir(exist_ok=True)
    for name in CASES:
        (TESTDATA / f"{name}.json").write_text(text(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())

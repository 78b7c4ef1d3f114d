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
from pathlib import Path
from typing import Callable, Union

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


# Ten steps of the MLP.

BATCH, STEPS, RATE, L2, AVERAGE = 20, 10, 0.8, 1e-4, 0.99
SHAPES = {"fc1.weight": (500, 784), "fc1.bias": (500,), "fc2.weight": (10, 500), "fc2.bias": (10,)}


def mlp(dtype: torch.dtype) -> Values:
    p = {name: leaf(noise(k + 1, *shape) / np.float32(16), dtype) for k, (name, shape) in enumerate(SHAPES.items())}
    mean = {k: v.detach().clone() for k, v in p.items()}
    out: Values = {}
    losses, nearest = [], math.inf
    for step in range(STEPS):
        x = torch.tensor(np.maximum(noise(200 + step, BATCH, 784), 0), dtype=dtype)
        labels = torch.arange(step * BATCH, (step + 1) * BATCH) * 7 % 10
        z = F.linear(x, p["fc1.weight"], p["fc1.bias"])
        logits = F.linear(z.relu(), p["fc2.weight"], p["fc2.bias"])
        loss = F.cross_entropy(logits, labels)
        grads = dict(zip(p, torch.autograd.grad(loss, list(p.values()))))
        losses.append(loss.item())
        nearest = min(nearest, float(z.abs().min()))
        if step == 0:
            out.update({"logits": logits, **{f"grad.{k}": g for k, g in grads.items()}})
        rate = RATE * 0.99 ** (step / 550)
        decay = min(AVERAGE, (2 + step) / (11 + step))
        with torch.no_grad():
            for k, w in p.items():
                w -= rate * (grads[k] + (L2 * w if k.endswith("weight") else 0))
                mean[k].mul_(decay).add_(w, alpha=1 - decay)
    out.update({f"param.{k}": v for k, v in p.items()} | {f"average.{k}": v for k, v in mean.items()})
    return {**out, "losses": np.array(losses), "nearest_to_kink": nearest}


def mlp_case() -> Values:
    out, single = mlp(torch.float64), mlp(torch.float32)
    for k, v in out.items():  # a step that float32 cannot follow would be no test
        if k != "nearest_to_kink":
            a, b = array(single[k]), array(v)
            assert np.abs(a - b).max() <= 1e-5 * np.abs(b).max(), f"{k}: float32 is not within 1e-5 of float64"
    return {**out, "losses_float32": single["losses"].astype(np.float32)}


WHY = """ten steps of the 784-500-10 ReLU net in float64 (losses_float32: in float32), 20 examples a step.
fc1.weight, fc1.bias, fc2.weight and fc2.bias start as Noise(1) to Noise(4) over 16; step s = 0 to 9 reads
x = max(0, Noise(200+s)) and the labels 7i mod 10, i counting from 20s. SGD's rate is 0.8*0.99^(s/550), 1e-4*w is
added to the gradients of weights, averages have decay 0.99 and num_updates s+1. Logits and gradients (of the loss
alone) are step 0's, parameters and averages those after step 9. No ReLU input is nearer to 0 than nearest_to_kink"""
case("mlp", WHY.replace("\n", " "), mlp_case)


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

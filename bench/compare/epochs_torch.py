"""Whole trainings with PyTorch, with the settings of the zoo's: peer.py says what is asked for, and of which files.

lenet          the recipe "best" of cmd/mnist: Nesterov momentum; a rate that rises and then falls along a cosine; L2 on
               all weights; averages, which are evaluated; images shifted, turned and scaled.
ptb-tutorial   the configuration "tutorial" of models/lstmlm, whose tutorial.py evaluates.

The steps are those of peer_torch.py, in the variant that is asked for; time is from before the first step to the end of
the last, without reading the files and evaluating.
"""

from __future__ import annotations

import importlib.util
import math
import pathlib
import time

import numpy as np
import torch
import torch.nn.functional as F

RATE, WARM_UP, MOMENTUM, L2, AVERAGE = 0.02, 550, 0.9, 1e-4, 0.999
SHIFT, ROTATE, SCALE = 2.0, 10.0, 0.1  # pixels, degrees, share
BIAS = 0.1  # of dense layers, at first
TOGETHER = 500  # images, or words one after the other, in evaluation


def numbers(folder: str, name: str, kind: type) -> np.ndarray:
    return np.fromfile(pathlib.Path(folder, name), kind)


def images(folder: str, part: str) -> tuple[torch.Tensor, torch.Tensor]:
    x = numbers(folder, f"{part}.images", np.uint8).astype(np.float32) / 255
    return torch.from_numpy(x).view(-1, 1, 28, 28), torch.from_numpy(numbers(folder, f"{part}.labels", np.int32).astype(np.int64))


def moved(x: torch.Tensor) -> torch.Tensor:
    """Shifts, turns and scales each image about its middle, by draws of its own."""
    right, down, angle, size = (2 * torch.rand(4, len(x)) - 1).unbind()
    right, down, angle, size = SHIFT * right, SHIFT * down, math.radians(ROTATE) * angle, 1 + SCALE * size
    cos, sin, half = torch.cos(angle) / size, torch.sin(angle) / size, x.shape[-1] / 2
    back = torch.stack((cos, sin, -(cos * right + sin * down) / half, -sin, cos, (sin * right - cos * down) / half), 1)
    return F.grid_sample(x, F.affine_grid(back.view(-1, 2, 3), list(x.shape), align_corners=False), align_corners=False)


def rate_at(step: int, steps: int) -> float:
    if step < WARM_UP:
        return RATE * (step + 1) / WARM_UP
    return RATE * (1 + math.cos(math.pi * (step - WARM_UP) / (steps - WARM_UP))) / 2


def learn_digits(net, batch: int, epochs: int, folder: str, limit: int) -> dict:
    """Trains a Net of peer_torch.py and returns its accuracy on the test images."""
    x, y = images(folder, "train")
    for w in net.p:
        if w.dim() > 1:
            torch.nn.init.trunc_normal_(w, std=0.1, a=-0.2, b=0.2)
    for b in net.p[5::2]:
        b.fill_(BIAS)
    for a, w in zip(net.average, net.p):
        a.copy_(w)
    velocity = [torch.zeros_like(w) for w in net.p]
    weights = [k for k, w in enumerate(net.p) if w.dim() > 1]
    total = len(x) // batch * epochs
    steps = min(total, limit or total)
    start = time.perf_counter()
    for step in range(steps):
        at = step % (len(x) // batch)
        if at == 0:
            order = torch.randperm(len(x))
        chosen = order[at * batch:(at + 1) * batch]
        loss = net.loss(moved(x.index_select(0, chosen)), y.index_select(0, chosen), *net.leaves)
        grads = list(torch.autograd.grad(loss, net.leaves))
        torch._foreach_add_([grads[k] for k in weights], [net.p[k] for k in weights], alpha=L2)
        torch._foreach_mul_(velocity, MOMENTUM)
        torch._foreach_add_(velocity, grads)
        torch._foreach_add_(grads, velocity, alpha=MOMENTUM)
        torch._foreach_add_(net.p, grads, alpha=-rate_at(step, total))
        decay = min(AVERAGE, (2 + step) / (11 + step))
        torch._foreach_mul_(net.average, decay)
        torch._foreach_add_(net.average, net.p, alpha=1 - decay)
        loss.item()
    wall = time.perf_counter() - start
    net.drop = 0.0
    x, y = images(folder, "test")
    with torch.no_grad():
        right = sum((net.forward(a, *net.average).argmax(1) == b).sum().item() for a, b in zip(x.split(TOGETHER), y.split(TOGETHER)))
    return {"steps": steps, "wall_s": wall, "score": right / len(x)}


def learn_words(model, batch: int, epochs: int, folder: str, limit: int) -> dict:
    """Trains a PTBTutorial of peer_torch.py and returns its perplexity on the validation text."""
    text, valid = (torch.from_numpy(numbers(folder, f"{part}.words", np.int32).astype(np.int64)) for part in ("train", "valid"))
    model.words = text[:len(text) // batch * batch].view(batch, -1)
    total = (model.words.shape[1] - 1) // model.size.time * epochs
    steps = min(total, limit or total)
    start = time.perf_counter()
    for _ in range(steps):
        model.step().item()
    wall = time.perf_counter() - start
    tutorial = program(pathlib.Path(__file__).parents[2] / "models" / "lstmlm" / "tutorial.py")
    net = tutorial.Model(model.size.vocabulary)
    embed, *lstm, w, b = model.p
    for k in range(model.size.layers):
        lstm.insert(4 * k + 3, model.none)
    with torch.no_grad():
        for to, value in zip((net.embed.weight, *net.lstm.parameters(), net.fc.weight, net.fc.bias), (embed, *lstm, w, b)):
            to.copy_(value)
    return {"steps": steps, "wall_s": wall, "score": tutorial.perplexity(net, valid, TOGETHER)}


def program(path: pathlib.Path):
    """Loads a program that lies elsewhere as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

#!/usr/bin/env python3
"""Predicts with plain torch.nn modules, for TestInterchangeWithPython to compare with what the zoo predicts.

    interchange.py DIR

For each model NAME of MODELS, DIR/NAME holds zoo.safetensors, weights that the zoo wrote, and x.safetensors, inputs
"x" as the zoo takes them: images (N, H, W, C), or words' ids (T, N). This adds torch.safetensors, the module's weights
as PyTorch draws them, and y.safetensors: the probabilities "torch", by those, and "zoo", by the zoo's.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from pathlib import Path
from typing import Callable

import torch
from safetensors.torch import load_file, save_file
from torch import nn


def net(**modules: nn.Module) -> nn.Module:
    return nn.Sequential(OrderedDict(modules))


def mlp() -> nn.Module:
    return net(flat=nn.Flatten(), fc1=nn.Linear(784, 500), relu=nn.ReLU(), fc2=nn.Linear(500, 10))


def lenet5() -> nn.Module:
    return net(
        conv1=nn.Conv2d(1, 6, 5, padding=2), relu1=nn.ReLU(), pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(6, 16, 5), relu2=nn.ReLU(), pool2=nn.MaxPool2d(2), flat=nn.Flatten(),
        fc1=nn.Linear(400, 120), relu3=nn.ReLU(), fc2=nn.Linear(120, 84), relu4=nn.ReLU(), fc3=nn.Linear(84, 10))


def lenet() -> nn.Module:
    return net(
        conv1=nn.Conv2d(1, 32, 5, padding=2), relu1=nn.ReLU(), pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(32, 64, 5, padding=2), relu2=nn.ReLU(), pool2=nn.MaxPool2d(2), flat=nn.Flatten(),
        fc1=nn.Linear(3136, 512), relu3=nn.ReLU(), drop=nn.Dropout(0.5), fc2=nn.Linear(512, 10))


def batchnorm() -> nn.Module:
    return net(
        conv1=nn.Conv2d(1, 8, 3, bias=False), bn1=nn.BatchNorm2d(8), relu1=nn.ReLU(), pool1=nn.MaxPool2d(2),
        flat=nn.Flatten(), fc1=nn.Linear(1352, 20), bn2=nn.BatchNorm1d(20), relu2=nn.ReLU(), fc2=nn.Linear(20, 10))


class Lstmlm(nn.Module):
    def __init__(self, words: int = 100, units: int = 200) -> None:
        super().__init__()
        self.embed = nn.Embedding(words, units)
        self.lstm = nn.LSTM(units, units, num_layers=2)
        self.fc = nn.Linear(units, words)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.lstm(self.embed(x))[0])


MODELS: dict[str, Callable[[], nn.Module]] = {
    "mlp": mlp, "lenet5": lenet5, "lenet": lenet, "batchnorm": batchnorm, "lstmlm": Lstmlm}


@torch.no_grad()
def exchange(folder: Path, module: nn.Module) -> None:
    x = load_file(folder / "x.safetensors")["x"]
    x = x.permute(0, 3, 1, 2) if x.dim() == 4 else x.long()
    module(x)  # batch normalization counts a batch and moves its statistics
    module.eval()
    save_file(module.state_dict(), folder / "torch.safetensors")
    y = {"torch": module(x).softmax(-1)}
    module.load_state_dict(load_file(folder / "zoo.safetensors"))
    y["zoo"] = module(x).softmax(-1)
    save_file(y, folder / "y.safetensors")


if __name__ == "__main__":
    torch.manual_seed(1)
    for name, make in MODELS.items():
        exchange(Path(sys.argv[1]) / name, make())

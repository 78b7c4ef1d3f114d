#!/usr/bin/env python3
"""PyTorch's side of the speed comparison: trains what bench trains and says how long each step took.

    peer_torch.py [--blas LIBRARY] [--threads N]

Needs PyTorch 1.13 or newer, for instance Debian's python3-torch, with libblis4-openmp: the fastest BLAS found for it.
Reads one JSON command a line and answers each with one JSON line, until its input ends. Standard error is for people.

    {"model": "mlp", "batch": 100, "threads": 2, "steps": 200}      required
    {..., "variant": "autograd", "pool": 50, "chunk": 20}           optional, with their defaults

    {"model": ..., "variant": ..., "batch": ..., "threads": ..., "min_ns": ..., "median_ns": ..., "loss": ...,
     "chunks_ns": [[...], ...], "torch": ..., "blas": ..., "settings": {...}}
    {"error": "..."}                                                what is wrong with the command; the next may follow

model      mlp: 784-500-10, ReLU.
           lenet: 28x28x1, conv 5x5x32 padded by 2, ReLU, max-pool 2, conv 5x5x64 padded by 2, ReLU, max-pool 2,
           512, ReLU, dropout 0.5, 10; L2 on the two dense layers only.
           lenet5: 28x28x1 padded by 2, conv 5x5x6, ReLU, max-pool 2, conv 5x5x16, ReLU, max-pool 2, 120, 84, 10, ReLU.
           A step is forward, softmax cross-entropy, backward, L2 1e-4 on the weights, SGD at a rate that falls by
           0.99^(step/550), moving averages of decay 0.99 by num_updates, and a fresh batch.
variant    autograd: functional layers, torch.autograd.grad, foreach updates: the fastest program a user would write.
           fused (mlp alone): gradients by hand, decay and update inside the products that make them: the fastest
           PyTorch can be.
pool       how many batches the data set has; a step gathers its batch from the set in shuffled order, as loaders do.
chunks_ns  every step's time, in order, in chunks of that many steps. A command's steps run without a pause.

A model lives on from command to command (20 steps warm it up first), so that short commands can be interleaved with
another framework's. PyTorch's idle threads spin for some milliseconds: wait 50 ms before timing anything else.

Settings, measured on two cores (Zen 3; PyTorch 1.13 with oneDNN 2.6.3). Convolutions by oneDNN: without it lenet takes
1.2 times as long, lenet5 1.1 times. Of channels first, channels last and oneDNN's own blocks, the blocks are fastest
for lenet, by 4 %, and slowest for lenet5, where the other two are alike. BLIS with OpenMP uses PyTorch's own threads,
which may then spin and be bound to cores. OpenBLAS with pthreads brings a second pool, and two spinning pools fight:
GOMP_SPINCOUNT=0, no binding. glibc's malloc is told to keep freed memory. The process starts itself again with these
variables.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import math
import os
import statistics
import sys
import time
from typing import Callable

BLIS = "libblis.so.4"
MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "1073741824",
    "MALLOC_TOP_PAD_": "268435456",
}
SHARED_POOL = {"OMP_PROC_BIND": "true", "OMP_PLACES": "cores"}
SECOND_POOL = {"GOMP_SPINCOUNT": "0"}
SETTINGS = {"OMP_NUM_THREADS", "LD_PRELOAD", *MALLOC, *SHARED_POOL, *SECOND_POOL}

WARM_UP = 20
DECAY_RATE, DECAY_STEPS, L2, AVERAGE = 0.99, 550, 1e-4, 0.99


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="train on command and say how long a step took")
    parser.add_argument("--blas", help=f"library to preload, '' for none (default: {BLIS} where there is one)")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="the most that a command may ask for")
    args = parser.parse_args()
    if args.blas is None:
        args.blas = BLIS if loadable(BLIS) else ""
    elif args.blas and not loadable(args.blas):
        parser.error(f"no library {args.blas}")
    return args


def loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def restart_with_settings(args: argparse.Namespace) -> None:
    """Replaces this process by one with the right environment, unless it has it: libraries read it when they load."""
    want = {"OMP_NUM_THREADS": str(args.threads), **MALLOC, **(SHARED_POOL if args.blas == BLIS else SECOND_POOL)}
    if args.blas:
        want["LD_PRELOAD"] = args.blas
    if {k: v for k, v in os.environ.items() if k in SETTINGS} != want:
        rest = {k: v for k, v in os.environ.items() if k not in SETTINGS}
        os.execve(sys.executable, [sys.executable, *sys.argv], {**rest, **want})


if __name__ == "__main__":
    ARGS = arguments()
    restart_with_settings(ARGS)

import torch  # noqa: E402: only now
import torch.nn.functional as F  # noqa: E402


class Net:
    """Parameters, their averages, and batches. step() trains once and returns the loss as a tensor."""

    shapes: tuple[tuple[int, ...], ...]  # weight and bias of each layer
    pixels: tuple[int, ...]
    rate: float  # at the first step
    decayed = slice(0, None, 2)  # the parameters that have L2: all weights
    filters = torch.contiguous_format  # how convolutions' weights lie in memory
    variants = ("autograd",)

    def __init__(self, batch: int, pool: int, variant: str) -> None:
        self.n = 0
        self.x, self.y = torch.rand(pool * batch, *self.pixels), torch.randint(0, 10, (pool * batch,))
        self.order = torch.randperm(pool * batch).split(batch)
        self.p = [self.initial(s) for s in self.shapes]
        self.weights = self.p[self.decayed]
        self.average = [w.clone() for w in self.p]
        self.leaves = [w.detach().requires_grad_() for w in self.p]  # the same memory, for autograd
        self.rows = torch.arange(batch)
        self.train: Callable[[torch.Tensor, torch.Tensor, float], torch.Tensor] = getattr(self, variant)

    def initial(self, shape: tuple[int, ...]) -> torch.Tensor:
        if len(shape) == 1:
            return torch.zeros(shape)
        w = torch.nn.init.trunc_normal_(torch.empty(shape), std=0.1, a=-0.2, b=0.2)
        return w.contiguous(memory_format=self.filters) if w.dim() == 4 else w

    def step(self) -> torch.Tensor:
        chosen = self.order[self.n % len(self.order)]
        x, y = self.x.index_select(0, chosen), self.y.index_select(0, chosen)
        rate = self.rate * DECAY_RATE ** (self.n / DECAY_STEPS)
        self.n += 1
        loss = self.train(x, y, rate)
        decay = min(AVERAGE, (1 + self.n) / (10 + self.n))
        torch._foreach_mul_(self.average, decay)  # two passes, and yet faster than lerp_'s one
        torch._foreach_add_(self.average, self.p, alpha=1 - decay)
        return loss

    def autograd(self, x: torch.Tensor, y: torch.Tensor, rate: float) -> torch.Tensor:
        loss = F.cross_entropy(self.forward(x, *self.leaves), y)
        grads = torch.autograd.grad(loss, self.leaves)
        torch._foreach_mul_(self.weights, 1 - rate * L2)  # one pass less than adding L2·w to the gradient
        torch._foreach_add_(self.p, grads, alpha=-rate)
        return loss.detach()

    def forward(self, x: torch.Tensor, *p: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError


class MLP(Net):
    shapes = ((500, 784), (500,), (10, 500), (10,))
    pixels = (784,)
    rate = 0.8
    variants = ("autograd", "fused")

    def forward(self, x, w1, b1, w2, b2):
        return F.linear(F.linear(x, w1, b1).relu_(), w2, b2)

    def fused(self, x: torch.Tensor, y: torch.Tensor, rate: float) -> torch.Tensor:
        w1, b1, w2, b2 = self.p
        h = torch.addmm(b1, x, w1.t()).relu_()
        log_p = torch.log_softmax(torch.addmm(b2, h, w2.t()), 1)
        loss = F.nll_loss(log_p, y)
        dz = log_p.exp_()
        dz[self.rows, y] -= 1
        dz.mul_(1 / len(y))
        dh = torch.mm(dz, w2).mul_(h > 0)
        b1.sub_(dh.sum(0), alpha=rate)
        b2.sub_(dz.sum(0), alpha=rate)
        torch.addmm(w2, dz.t(), h, beta=1 - rate * L2, alpha=-rate, out=w2)
        torch.addmm(w1, dh.t(), x, beta=1 - rate * L2, alpha=-rate, out=w1)
        return loss


def conv_block(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor, padding: int = 0) -> torch.Tensor:
    """Convolution, max-pool 2, ReLU: the same as ReLU first, on a quarter of the numbers."""
    h = F.max_pool2d(F.conv2d(x, w, b, padding=padding), 2, 2)
    return h.relu() if h.is_mkldnn else h.relu_()  # oneDNN's pooling goes back through its output


class LeNet(Net):
    """Its activations stay in oneDNN's own layout up to the dense layers."""

    shapes = ((32, 1, 5, 5), (32,), (64, 32, 5, 5), (64,), (512, 3136), (512,), (10, 512), (10,))
    pixels = (1, 28, 28)
    rate = 0.01
    decayed = slice(4, None, 2)

    def forward(self, x, w1, b1, w2, b2, w3, b3, w4, b4):
        h = conv_block(conv_block(x.to_mkldnn(), w1, b1, 2), w2, b2, 2).to_dense().flatten(1)
        return F.linear(F.dropout(F.linear(h, w3, b3).relu_(), 0.5), w4, b4)


class LeNet5(Net):
    """Channels last: 6 or 16 of them don't fill the blocks of oneDNN's own layout."""

    shapes = ((6, 1, 5, 5), (6,), (16, 6, 5, 5), (16,), (120, 400), (120,), (84, 120), (84,), (10, 84), (10,))
    pixels = (1, 28, 28)
    rate = 0.01
    filters = torch.channels_last

    def forward(self, x, w1, b1, w2, b2, w3, b3, w4, b4, w5, b5):
        h = x.contiguous(memory_format=torch.channels_last)
        h = conv_block(conv_block(h, w1, b1, 2), w2, b2).flatten(1)
        return F.linear(F.linear(F.linear(h, w3, b3).relu_(), w4, b4).relu_(), w5, b5)


MODELS: dict[str, type[Net]] = {"mlp": MLP, "lenet": LeNet, "lenet5": LeNet5}


class Peer:
    """Carries out commands; keeps one model at a time, as two would fight for the caches."""

    def __init__(self, blas: str, most_threads: int) -> None:
        self.blas = ctypes.CDLL(blas or "libblas.so.3")
        self.most_threads = most_threads
        self.models: dict[tuple, Net] = {}

    def blas_version(self) -> str:
        for name, function in (("BLIS ", "bli_info_get_version_str"), ("", "openblas_get_config")):
            if hasattr(self.blas, function):
                f = getattr(self.blas, function)
                f.restype = ctypes.c_char_p
                return name + f().decode()
        return "unknown"

    def set_threads(self, n: int) -> None:
        torch.set_num_threads(n)
        for function in ("bli_thread_set_num_threads", "openblas_set_num_threads"):
            if hasattr(self.blas, function):
                getattr(self.blas, function)(ctypes.c_int64(n))

    def run(self, command: dict) -> dict:
        if not isinstance(command, dict):
            raise ValueError("a command is a JSON object")
        unknown = command.keys() - {"model", "batch", "threads", "steps", "variant", "pool", "chunk"}
        if unknown:
            raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")
        name, variant = command["model"], command.get("variant", "autograd")
        batch, threads, steps = (int(command[k]) for k in ("batch", "threads", "steps"))
        pool, chunk = int(command.get("pool", 50)), int(command.get("chunk", 20))
        if name not in MODELS or variant not in MODELS[name].variants:
            known = "; ".join(f"{m}: {', '.join(net.variants)}" for m, net in MODELS.items())
            raise ValueError(f"no model {name!r} of variant {variant!r}; there are {known}")
        if min(batch, threads, steps, pool, chunk) < 1:
            raise ValueError("batch, threads, steps, pool and chunk are at least 1")
        if threads > self.most_threads:
            raise ValueError(f"threads is at most {self.most_threads}; start the peer with --threads {threads}")
        self.set_threads(threads)
        key = (name, variant, batch, pool)
        model = self.models.get(key)
        if model is None:
            torch.manual_seed(1)
            self.models = {}
            model = self.models[key] = MODELS[name](batch, pool, variant)
            for _ in range(WARM_UP):
                model.step()
        times = []
        for _ in range(steps):
            start = time.perf_counter_ns()
            loss = model.step()
            times.append(time.perf_counter_ns() - start)
        if not math.isfinite(loss.item()):
            raise ValueError(f"the loss became {loss.item()} within {model.n} steps")
        return {
            "model": name, "variant": variant, "batch": batch, "threads": threads,
            "min_ns": min(times), "median_ns": int(statistics.median(times)),
            "chunks_ns": [times[i:i + chunk] for i in range(0, steps, chunk)],
            "loss": loss.item(), "torch": torch.__version__, "blas": self.blas_version(),
            "settings": {k: v for k, v in os.environ.items() if k in SETTINGS},
        }


def main(args: argparse.Namespace) -> None:
    peer = Peer(args.blas, args.threads)
    for line in sys.stdin:
        try:
            reply = peer.run(json.loads(line))
        except KeyError as e:
            reply = {"error": f"the command has no {e}"}
        except (TypeError, ValueError) as e:
            reply = {"error": str(e)}
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main(ARGS)

#!/usr/bin/env python3
"""PyTorch's side of the speed comparison: trains what bench trains and says how long each step took.

    peer_torch.py [--blas LIBRARY] [--threads N]

Needs PyTorch 1.13 or newer, for instance Debian's python3-torch, with libblis4-openmp: the fastest BLAS found for it.
Reads one JSON command a line and answers each with one JSON line, until its input ends. Standard error is for people.

    {"model": "mlp", "batch": 100, "threads": 2, "seconds": 1}      required
    {..., "variant": "autograd", "pool": 50}                        optional, with their defaults

    {"model": ..., "variant": ..., "batch": ..., "threads": ..., "min_ns": ..., "median_ns": ..., "loss": ...,
     "times_ns": [...], "torch": ..., "blas": ..., "settings": {...}}
    {"error": "..."}                                                what is wrong with the command; the next may follow

model      mlp: 784-500-10, ReLU.
           lenet: 28x28x1, conv 5x5x32 padded by 2, ReLU, max-pool 2, conv 5x5x64 padded by 2, ReLU, max-pool 2,
           512, ReLU, dropout 0.5, 10; L2 on the two dense layers only.
           lenet5: 28x28x1 padded by 2, conv 5x5x6, ReLU, max-pool 2, conv 5x5x16, ReLU, max-pool 2, 120, 84, 10, ReLU.
           A step is forward, softmax cross-entropy, backward, L2 1e-4 on the weights, SGD at a rate that falls by
           0.99^(step/550), moving averages of decay 0.99 by num_updates, and a fresh batch.
           ptb-tutorial: 35 words of a vocabulary of 10,000, embedded in 200, two LSTM layers of 200, 10,000; dropout
           0.5 of the embedding and of each layer's output. A step is forward, softmax cross-entropy summed over time
           and averaged over the batch, backward, gradients clipped to a global norm of 5, SGD at rate 1, and a fresh
           batch: the next words of each row. State is carried on to them, without gradients.
variant    autograd: functional layers, torch.autograd.grad, foreach updates: the fastest program a user would write.
           fused (mlp): gradients by hand, decay and update inside the products that make them: the fastest PyTorch
           can be. fused (ptb-tutorial): the LSTM's gradient by hand.
pool       how many batches the data set has; a step gathers its batch from the set in shuffled order, as loaders do,
           or takes the next of a text.
seconds    how long to train; a tenth of it is added before, untimed, and each has at least one step.
times_ns   every step's time, in order.

A model lives on from command to command (20 steps warm it up first), so that short commands can be interleaved with
another framework's. PyTorch's idle threads spin for some milliseconds: wait 50 ms before timing anything else.

Settings, measured on two cores (Zen 3, ptb-tutorial on Zen 4; PyTorch 1.13 with oneDNN 2.6.3). Convolutions by
oneDNN: without it lenet takes 1.2 times as long, lenet5 1.1 times. Of channels first, channels last and oneDNN's own
blocks, the blocks are fastest for lenet, by 4 %, and slowest for lenet5, where the other two are alike. BLIS with
OpenMP uses PyTorch's own threads, which may then spin and be bound to cores. OpenBLAS with pthreads brings a second
pool, and two spinning pools fight: GOMP_SPINCOUNT=0, no binding. glibc's malloc is told to keep freed memory. The
process starts itself again with these variables.

For ptb-tutorial, autograd takes 104 ms with OpenBLAS and 92 ms with BLIS, fused 6 to 10 % less. torch.lstm, which
torch.nn.LSTM calls, is as fast as cells of separate operations after one product with the inputs of all time;
torch.lstm_cell takes 15 % longer, and PyTorch 1.13 has no LSTM by oneDNN. The sparse gradient of the embedding saves
memory and no more than 2 %. backward() and torch.nn.utils.clip_grad_norm_ in place of foreach functions, dropout by
bernoulli_, the loss's gradient by hand in place, the last layer as oneDNN's product or convolution, and huge pages
change less than 3 %. The loss by chunks of 175 words takes 7 to 10 % longer.
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
    """Digits: parameters, their averages, and batches. step() trains once and returns the loss as a tensor."""

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


class LSTMLayer(torch.autograd.Function):
    """A layer of torch.lstm, given its biases' sum, with its gradient by hand."""

    @staticmethod
    def forward(ctx, x, w, u, b, h0, c0):
        length, batch, units = len(x), *h0.shape
        gates = torch.addmm(b, x.flatten(0, 1), w.t()).view(length, batch, 4 * units)
        h, c, tanh_c = (x.new_empty(n, batch, units) for n in (length + 1, length + 1, length))
        h[0], c[0] = h0, c0
        for t, z in enumerate(gates):
            z.addmm_(h[t], u.t())
            z[:, :2 * units].sigmoid_()
            z[:, 2 * units:3 * units].tanh_()
            z[:, 3 * units:].sigmoid_()
            i, f, g, o = z.split(units, 1)
            torch.mul(f, c[t], out=c[t + 1]).addcmul_(i, g)
            torch.tanh(c[t + 1], out=tanh_c[t])
            torch.mul(o, tanh_c[t], out=h[t + 1])
        ctx.save_for_backward(x, w, u, gates, h, c, tanh_c)
        ctx.mark_non_differentiable(h[-1], c[-1])
        return h[1:], h[-1], c[-1]

    @staticmethod
    def backward(ctx, dy, *_):
        x, w, u, gates, h, c, tanh_c = ctx.saved_tensors
        i, f, g, o = gates.chunk(4, 2)
        di, df, dg, do = g * i * (1 - i), c[:-1] * f * (1 - f), i * (1 - g * g), tanh_c * o * (1 - o)
        through_tanh = o * (1 - tanh_c * tanh_c)
        dz, dc = torch.empty_like(gates), torch.zeros_like(c[0])
        for t in reversed(range(len(x))):
            dh = torch.addmm(dy[t], dz[t + 1], u) if t + 1 < len(x) else dy[t]
            dc.addcmul_(dh, through_tanh[t])
            for gate, by, d in zip(dz[t].chunk(4, 1), (dc, dc, dc, dh), (di, df, dg, do)):
                torch.mul(by, d[t], out=gate)
            dc.mul_(f[t])
        dz = dz.flatten(0, 1)
        return (dz @ w).view_as(x), dz.t() @ x.flatten(0, 1), dz.t() @ h[:-1].flatten(0, 1), dz.sum(0), None, None


class PTBTutorial:
    """Words. Like a Net to its user."""

    units, layers, time, vocabulary = 200, 2, 35, 10_000
    drop, init, clip, rate = 0.5, 0.05, 5.0, 1.0
    variants = ("autograd", "fused")

    def __init__(self, batch: int, pool: int, variant: str) -> None:
        self.n = 0
        self.words = torch.randint(0, self.vocabulary, (batch, pool * self.time + 1))
        embedding, out = (self.vocabulary, self.units), (self.vocabulary,)
        gates = 4 * self.units
        lstm = [(gates, self.units), (gates, self.units), (gates,), (gates,)] * self.layers
        self.p = [torch.empty(s).uniform_(-self.init, self.init) for s in (embedding, *lstm, embedding, out)]
        for k in range(3, len(self.p) - 2, 4):
            for b in self.p[k:k + 2]:
                b.zero_()
            self.p[k][self.units:2 * self.units] = 1  # the forget gate's
        self.leaves = [w.detach().requires_grad_() for w in self.p]  # the same memory, for autograd
        self.lstm: Callable = getattr(self, variant)

    def step(self) -> torch.Tensor:
        batch, length = self.words.shape
        at = self.n % ((length - 1) // self.time) * self.time
        if at == 0:
            self.state = torch.zeros(2, self.layers, batch, self.units).unbind()
        x, y = (self.words[:, k:k + self.time].t().contiguous() for k in (at, at + 1))
        self.n += 1
        table, *lstm, w, b = self.leaves
        h = F.dropout(F.embedding(x, table, sparse=True), self.drop)
        h, *self.state = self.lstm(h, lstm)
        loss = F.cross_entropy(F.linear(F.dropout(h, self.drop).flatten(0, 1), w, b), y.flatten())
        words, *dense = torch.autograd.grad(loss * self.time, self.leaves)
        words = words.coalesce()  # a word that occurs twice has one gradient
        norm = torch.stack(torch._foreach_norm([words.values(), *dense])).norm().item()
        rate = self.rate * min(1, self.clip / norm)
        self.p[0].index_add_(0, words.indices()[0], words.values(), alpha=-rate)
        torch._foreach_add_(self.p[1:], dense, alpha=-rate)
        return loss.detach()

    def autograd(self, x: torch.Tensor, p: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        y, h, c = torch.lstm(x, self.state, p, True, self.layers, self.drop, True, False, False)
        return y, h.detach(), c.detach()

    def fused(self, x: torch.Tensor, p: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        states = []
        for k, (h, c) in enumerate(zip(*self.state)):
            w, u, b_ih, b_hh = p[4 * k:4 * k + 4]
            x, *state = LSTMLayer.apply(F.dropout(x, self.drop) if k else x, w, u, b_ih + b_hh, h, c)
            states.append(state)
        return x, *(torch.stack(s).detach() for s in zip(*states))


MODELS: dict[str, type] = {"mlp": MLP, "lenet": LeNet, "lenet5": LeNet5, "ptb-tutorial": PTBTutorial}


def train(model: Net | PTBTutorial, seconds: float) -> tuple[list[int], float]:
    """Takes steps for so long, at least one, and returns the time of each and the last one's loss."""
    times: list[int] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        start = time.perf_counter_ns()
        loss = model.step()
        times.append(time.perf_counter_ns() - start)
    return times, loss.item()


class Peer:
    """Carries out commands; keeps one model at a time, as two would fight for the caches."""

    def __init__(self, blas: str, most_threads: int) -> None:
        self.blas = ctypes.CDLL(blas or "libblas.so.3")
        self.most_threads = most_threads
        self.models: dict[tuple, Net | PTBTutorial] = {}

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
        unknown = command.keys() - {"model", "batch", "threads", "seconds", "variant", "pool"}
        if unknown:
            raise ValueError(f"unknown keys: {', '.join(sorted(unknown))}")
        name, variant = command["model"], command.get("variant", "autograd")
        batch, threads, seconds = int(command["batch"]), int(command["threads"]), float(command["seconds"])
        pool = int(command.get("pool", 50))
        if name not in MODELS or variant not in MODELS[name].variants:
            known = "; ".join(f"{m}: {', '.join(net.variants)}" for m, net in MODELS.items())
            raise ValueError(f"no model {name!r} of variant {variant!r}; there are {known}")
        if min(batch, threads, pool) < 1 or not seconds > 0:
            raise ValueError("batch, threads and pool are at least 1, seconds above 0")
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
        train(model, seconds / 10)  # caches and clocks settle
        times, loss = train(model, seconds)
        if not math.isfinite(loss):
            raise ValueError(f"the loss became {loss} within {model.n} steps")
        return {
            "model": name, "variant": variant, "batch": batch, "threads": threads,
            "min_ns": min(times), "median_ns": int(statistics.median(times)),
            "loss": loss, "times_ns": times, "torch": torch.__version__, "blas": self.blas_version(),
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

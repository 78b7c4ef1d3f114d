#!/usr/bin/env python3
"""PyTorch's side of the speed comparison: peer.py says what it does.

    peer_torch.py --threads N [--blas LIBRARY] [--spin 0]

Needs PyTorch 1.13 or newer: Debian's python3-torch, with libblis4-openmp, the fastest BLAS found for it; or a wheel,
which brings Intel's MKL.

blas       a library to preload; '' for the one that PyTorch finds; bundled for what a wheel has in it.
spin       0 to have idle threads sleep, unbound, even where they are the only ones; 1 by default.
variant    autograd: functional layers, torch.autograd.grad, foreach updates: the fastest program a user would write.
           compile: the same, its forward and backward passes by torch.compile (PyTorch 2 and a C++ compiler).
           channels_last (lenet): images in that layout and not in oneDNN's own; so has compile.
           fused (mlp): gradients by hand, decay and update inside the products that make them: the fastest PyTorch
           can be. fused (ptb-tutorial): the LSTM's gradient by hand.
           Of predictions, in inference mode: eager; jit: traced, frozen and optimized for inference; compile: by
           torch.compile, with weights as constants that it may lay out anew; channels_last (lenet, lenet5).

Settings, measured on two cores (Zen 3, ptb-tutorial on Zen 4; PyTorch 1.13 with oneDNN 2.6.3). Convolutions by
oneDNN: without it lenet takes 1.2 times as long, lenet5 1.1 times. Of channels first, channels last and oneDNN's own
blocks, the blocks are fastest for lenet, by 4 %, and slowest for lenet5, where the other two are alike. BLIS with
OpenMP uses PyTorch's own threads, which may then spin and be bound to cores; so does MKL in a wheel. OpenBLAS with
pthreads brings a second pool, and two spinning pools fight: GOMP_SPINCOUNT=0, no binding. glibc's malloc is told to
keep freed memory. The process starts itself again with these variables.

For ptb-tutorial, autograd takes 104 ms with OpenBLAS and 92 ms with BLIS, fused 6 to 10 % less. torch.lstm, which
torch.nn.LSTM calls, is as fast as cells of separate operations after one product with the inputs of all time;
torch.lstm_cell takes 15 % longer, and PyTorch 1.13 has no LSTM by oneDNN. The sparse gradient of the embedding saves
memory and no more than 2 %. backward() and torch.nn.utils.clip_grad_norm_ in place of foreach functions, dropout by
bernoulli_, the loss's gradient by hand in place, the last layer as oneDNN's product or convolution, and huge pages
change less than 3 %. The loss by chunks of 175 words takes 7 to 10 % longer.
"""

from __future__ import annotations

import ctypes
import os
import warnings
from functools import partial
from typing import Callable

import peer

BLIS = "libblis.so.4"
SHARED_POOL = {"OMP_PROC_BIND": "true", "OMP_PLACES": "cores"}
SECOND_POOL = {"GOMP_SPINCOUNT": "0"}
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS")
SETTINGS = (*THREADS, "LD_PRELOAD", *peer.MALLOC, *SHARED_POOL, *SECOND_POOL)


def settings(blas: str, spin: str, threads: int) -> dict[str, str]:
    """The environment for a BLAS library."""
    want = {**dict.fromkeys(THREADS, str(threads)), **(SHARED_POOL if spin == "1" and blas in (BLIS, "bundled") else SECOND_POOL)}
    if blas not in ("", "bundled"):
        ctypes.CDLL(blas)  # a missing one is only warned of when it is preloaded
        want["LD_PRELOAD"] = blas
    return want


if __name__ == "__main__":
    ARGS = peer.arguments("PyTorch's side of the comparison", blas="", spin="1")
    peer.restart_with(settings(ARGS.blas, ARGS.spin, ARGS.threads), *SETTINGS)

import numpy as np  # noqa: E402: only now
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

VARIANTS = {"mlp": ("autograd", "compile", "fused"), "lenet": ("autograd", "channels_last", "compile"),
            "lenet5": ("autograd", "compile"), "ptb-tutorial": ("autograd", "compile", "fused")}
PREDICTORS = {"mlp": ("eager", "jit", "compile"), "lenet": ("eager", "jit", "compile", "channels_last"),
              "lenet5": ("eager", "jit", "compile", "channels_last"), "ptb-tutorial": ("eager", "jit", "compile")}


def values(size: peer.Digits | peer.Words, check: bool) -> list[torch.Tensor]:
    return [torch.from_numpy(v) for v in peer.first_values(size, check)]


def compiled(f: Callable, **settings) -> Callable:
    if not hasattr(torch, "compile"):
        raise ValueError(f"PyTorch {torch.__version__} has no torch.compile")
    return torch.compile(f, **settings)


class Net:
    """Digits: parameters, their averages, and batches. step() trains once and returns the loss as a tensor."""

    filters = torch.contiguous_format  # how convolutions' weights lie in memory

    def __init__(self, size: peer.Digits, batch: int, pool: int, variant: str, check: bool) -> None:
        self.n, self.size, self.drop = 0, size, 0.0 if check else size.drop
        x, y, order = (torch.from_numpy(a) for a in peer.digits(batch, pool, check))
        self.x, self.y, self.order = x.view(-1, 1, 28, 28) if size.convs else x, y, order
        self.blocks = bool(size.convs) and self.filters == torch.contiguous_format and variant == "autograd"
        if not self.blocks:
            self.filters = torch.channels_last
        self.p = [w.contiguous(memory_format=self.filters) if w.dim() == 4 else w for w in values(size, check)]
        self.weights = [w for k, w in enumerate(self.p) if size.decayed(k)]
        self.average = [w.clone() for w in self.p]
        self.leaves = [w.detach().requires_grad_() for w in self.p]  # the same memory, for autograd
        self.rows = torch.arange(batch)
        self.loss = compiled(self.criterion) if variant == "compile" else self.criterion
        self.train = self.fused if variant == "fused" else self.autograd

    def step(self) -> torch.Tensor:
        chosen = self.order[self.n % len(self.order)]
        x, y = self.x.index_select(0, chosen), self.y.index_select(0, chosen)
        rate = peer.rate_at(self.size.rate, self.n)
        self.n += 1
        loss = self.train(x, y, rate)
        decay = peer.averaging(self.n)
        torch._foreach_mul_(self.average, decay)  # two passes, and yet faster than lerp_'s one
        torch._foreach_add_(self.average, self.p, alpha=1 - decay)
        return loss

    def criterion(self, x: torch.Tensor, y: torch.Tensor, *p: torch.Tensor) -> torch.Tensor:
        return F.cross_entropy(self.forward(x, *p), y)

    def autograd(self, x: torch.Tensor, y: torch.Tensor, rate: float) -> torch.Tensor:
        loss = self.loss(x, y, *self.leaves)
        grads = torch.autograd.grad(loss, self.leaves)
        torch._foreach_mul_(self.weights, 1 - rate * peer.L2)  # one pass less than adding L2·w to the gradient
        torch._foreach_add_(self.p, grads, alpha=-rate)
        return loss.detach()

    def forward(self, x: torch.Tensor, *p: torch.Tensor) -> torch.Tensor:
        raise NotImplementedError

    def fused(self, x: torch.Tensor, y: torch.Tensor, rate: float) -> torch.Tensor:
        raise NotImplementedError


class MLP(Net):
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
        torch.addmm(w2, dz.t(), h, beta=1 - rate * peer.L2, alpha=-rate, out=w2)
        torch.addmm(w1, dh.t(), x, beta=1 - rate * peer.L2, alpha=-rate, out=w1)
        return loss


def conv_block(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor, padding: int = 0) -> torch.Tensor:
    """Convolution, max-pool 2, ReLU: the same as ReLU first, on a quarter of the numbers."""
    h = F.max_pool2d(F.conv2d(x, w, b, padding=padding), 2, 2)
    return h.relu() if h.is_mkldnn else h.relu_()  # oneDNN's pooling goes back through its output


class LeNet(Net):
    """Its activations stay in oneDNN's own layout up to the dense layers, or are channels last."""

    def forward(self, x, w1, b1, w2, b2, w3, b3, w4, b4):
        x = x.to_mkldnn() if self.blocks else x.contiguous(memory_format=torch.channels_last)
        h = conv_block(conv_block(x, w1, b1, 2), w2, b2, 2)
        h = (h.to_dense() if self.blocks else h).flatten(1)
        return F.linear(F.dropout(F.linear(h, w3, b3).relu_(), self.drop), w4, b4)


class LeNet5(Net):
    """Channels last: 6 or 16 of them don't fill the blocks of oneDNN's own layout."""

    filters = torch.channels_last

    def forward(self, x, w1, b1, w2, b2, w3, b3, w4, b4, w5, b5):
        h = x.contiguous(memory_format=torch.channels_last)
        h = conv_block(conv_block(h, w1, b1, 2), w2, b2).flatten(1)
        return F.linear(F.linear(F.linear(h, w3, b3).relu_(), w4, b4).relu_(), w5, b5)


class LSTMLayer(torch.autograd.Function):
    """A layer of torch.lstm, with one bias and its gradient by hand."""

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

    def __init__(self, size: peer.Words, batch: int, pool: int, variant: str, check: bool) -> None:
        self.n, self.size, self.drop = 0, size, 0.0 if check else size.drop
        self.words = torch.from_numpy(peer.words(batch, pool, check))
        self.p = values(size, check)
        self.none = torch.zeros(4 * size.units)  # torch.lstm wants a second bias
        self.leaves = [w.detach().requires_grad_() for w in self.p]  # the same memory, for autograd
        self.lstm: Callable = self.fused if variant == "fused" else self.autograd
        self.forward = compiled(self.loss) if variant == "compile" else self.loss

    def step(self) -> torch.Tensor:
        batch, length = self.words.shape
        at = self.n % ((length - 1) // self.size.time) * self.size.time
        if at == 0:
            self.state = torch.zeros(2, self.size.layers, batch, self.size.units).unbind()
        x, y = (self.words[:, k:k + self.size.time].t().contiguous() for k in (at, at + 1))
        self.n += 1
        h = F.embedding(x, self.leaves[0], sparse=True)
        loss, *self.state = self.forward(h, y, self.state, self.leaves[1:])
        words, *dense = torch.autograd.grad(loss * self.size.time, self.leaves)
        words = words.coalesce()  # a word that occurs twice has one gradient
        norm = torch.stack(torch._foreach_norm([words.values(), *dense])).norm().item()
        rate = self.size.rate * min(1, self.size.clip / norm)
        self.p[0].index_add_(0, words.indices()[0], words.values(), alpha=-rate)
        torch._foreach_add_(self.p[1:], dense, alpha=-rate)
        return loss.detach()

    def loss(self, h: torch.Tensor, y: torch.Tensor, state: list[torch.Tensor], p: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        *lstm, w, b = p
        h, *state = self.lstm(F.dropout(h, self.drop), state, lstm)
        return F.cross_entropy(F.linear(F.dropout(h, self.drop).flatten(0, 1), w, b), y.flatten()), *state

    def autograd(self, x: torch.Tensor, state: list[torch.Tensor], p: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        p = [w for k in range(0, len(p), 3) for w in (*p[k:k + 3], self.none)]
        y, h, c = torch.lstm(x, state, p, True, self.size.layers, self.drop, True, False, False)
        return y, h.detach(), c.detach()

    def fused(self, x: torch.Tensor, state: list[torch.Tensor], p: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        states = []
        for k, (h, c) in enumerate(zip(*state)):
            x, *state = LSTMLayer.apply(F.dropout(x, self.drop) if k else x, *p[3 * k:3 * k + 3], h, c)
            states.append(state)
        return x, *(torch.stack(s).detach() for s in zip(*states))


MODELS: dict[str, type] = {"mlp": MLP, "lenet": LeNet, "lenet5": LeNet5, "ptb-tutorial": PTBTutorial}


def build(model: str, variant: str, batch: int, pool: int, check: bool) -> Net | PTBTutorial:
    torch.manual_seed(1)
    return MODELS[model](peer.SIZES[model], batch, pool, variant, check)


def predict_digits(x: torch.Tensor, *p: torch.Tensor, convs: tuple[tuple[int, int, int], ...], last: bool) -> torch.Tensor:
    if convs:
        x = x.view(-1, 1, 28, 28)
        if last:
            x = x.contiguous(memory_format=torch.channels_last)
        for k, (_, _, padding) in enumerate(convs):
            x = conv_block(x, p[2 * k], p[2 * k + 1], padding)
        x, p = x.flatten(1), p[2 * len(convs):]
    for w, b in zip(p[:-2:2], p[1:-2:2]):
        x = F.linear(x, w, b).relu_()
    return F.linear(x, *p[-2:])


def predict_words(x: torch.Tensor, *p: torch.Tensor, size: peer.Words) -> torch.Tensor:
    words, *lstm, w, b, none = p
    h = torch.zeros(size.layers, x.shape[1], size.units)
    lstm = [w for k in range(0, len(lstm), 3) for w in (*lstm[k:k + 3], none)]
    y, *_ = torch.lstm(F.embedding(x, words), (h, h), lstm, True, size.layers, 0.0, False, False, False)
    return F.linear(y.flatten(0, 1), w, b)


class Frozen(torch.nn.Module):
    """A function with its parameters, for compilers that make constants of these."""

    def __init__(self, f: Callable, p: list[torch.Tensor]) -> None:
        super().__init__()
        self.f, self.p = f, torch.nn.ParameterList(torch.nn.Parameter(w, requires_grad=False) for w in p)
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.f(x, *self.p)


class Predictor:
    """step() predicts from the next batch and returns the logits."""

    def __init__(self, size: peer.Digits | peer.Words, batch: int, pool: int, variant: str, check: bool) -> None:
        self.n, self.x, p = 0, peer.inputs(size, batch, pool, check), values(size, check)
        if isinstance(size, peer.Words):
            p.append(torch.zeros(4 * size.units))  # torch.lstm wants a second bias
            f = partial(predict_words, size=size)
        else:
            last = variant == "channels_last"
            p = [w.contiguous(memory_format=torch.channels_last) if last and w.dim() == 4 else w for w in p]
            f = partial(predict_digits, convs=size.convs, last=last)
        if variant == "jit":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # it goes away, but is still here
                traced = torch.jit.trace(Frozen(f, p), torch.from_numpy(self.x[0]))
                self.forward: Callable = torch.jit.optimize_for_inference(torch.jit.freeze(traced))
        elif variant == "compile":
            self.forward = compiled(Frozen(f, p), options={"freezing": True})
        else:
            self.forward = lambda x: f(x, *p)

    @torch.inference_mode()
    def step(self) -> np.ndarray:
        x = self.x[self.n % len(self.x)]
        self.n += 1
        return self.forward(torch.from_numpy(x)).numpy()


@torch.inference_mode()
def predictor(model: str, variant: str, batch: int, pool: int, check: bool) -> Predictor:
    return Predictor(peer.SIZES[model], batch, pool, variant, check)


def learn(model: str, variant: str, batch: int, epochs: int, data: str, limit: int) -> dict:
    import epochs_torch
    course = {"lenet": epochs_torch.learn_digits, "ptb-tutorial": epochs_torch.learn_words}
    if model not in course:
        raise ValueError(f"no epochs of {model}; there are those of {', '.join(course)}")
    return course[model](build(model, variant, batch, 1, False), batch, epochs, data, limit)


def library(blas: str) -> str:
    """The name and version of the matrix library."""
    if blas == "bundled":
        return "MKL" if torch.backends.mkl.is_available() else "its own"
    loaded = ctypes.CDLL(blas or "libblas.so.3")
    for name, function in (("BLIS", "bli_info_get_version_str"), ("", "openblas_get_config")):
        if hasattr(loaded, function):
            f = getattr(loaded, function)
            f.restype = ctypes.c_char_p
            return " ".join(f"{name} {f().decode()}".split()[:2])
    return "unknown"


if __name__ == "__main__":
    torch.set_num_threads(ARGS.threads)
    peer.Peer(ARGS.threads, build, VARIANTS, predictor, PREDICTORS, {
        "framework": f"PyTorch {torch.__version__.partition('+')[0]}", "library": library(ARGS.blas),
        "settings": {k: os.environ[k] for k in SETTINGS if k in os.environ},
    }, learn).serve()

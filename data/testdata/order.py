"""The order of data.Set.Shuffle, written from its comment and O'Neill's PCG
(PCG-DXSM, the "cheap multiplier" output of 2019); made the numbers of
order_test.go. Run: python3 order.py
"""

M64, M128 = (1 << 64) - 1, (1 << 128) - 1
MUL = 0x2360ED051FC65DA44385DF649FCCF645
INC = 0x5851F42D4C957F2D14057B7EF767814F
CHEAP = 0xDA942042E4DD58B5


class PCG:
    def __init__(self, seed, epoch):
        self.state = seed << 64 | epoch

    def next(self):
        self.state = (self.state * MUL + INC) & M128
        hi, lo = self.state >> 64, self.state & M64
        hi ^= hi >> 32
        hi = hi * CHEAP & M64
        hi ^= hi >> 48
        return hi * (lo | 1) & M64

    def below(self, n):
        while True:
            m = self.next() * n
            if m & M64 >= (1 << 64) % n:
                return m >> 64


def order(n, seed, epoch):
    pcg, p = PCG(seed, epoch), list(range(n))
    for i in range(n - 1, 0, -1):
        j = pcg.below(i + 1)
        p[i], p[j] = p[j], p[i]
    return p


if __name__ == "__main__":
    for seed, epoch in [(0, 0), (1, 0), (1, 1), (M64, 7)]:
        print(seed, epoch, order(12, seed, epoch))
    print("55000", order(55000, 1, 3)[:8], order(55000, 1, 3)[-4:])
    pcg = PCG(1, 2)
    print("below", [pcg.below(3 << 62) for _ in range(8)])

package data

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The numbers here come from testdata/order.py. They hold for good: a resumed
// run must meet the order that its first part was trained in.

func TestOrder(t *testing.T) {
	for _, c := range []struct {
		seed  uint64
		epoch int
		want  []int
	}{
		{0, 0, []int{1, 6, 10, 5, 11, 4, 0, 8, 9, 3, 7, 2}},
		{1, 0, []int{6, 9, 8, 1, 2, 4, 3, 5, 10, 11, 0, 7}},
		{1, 1, []int{10, 3, 5, 7, 0, 4, 6, 2, 9, 8, 1, 11}},
		{1<<64 - 1, 7, []int{4, 0, 10, 5, 8, 9, 3, 7, 1, 11, 6, 2}},
	} {
		got := make([]int, len(c.want))
		permute(got, c.seed, c.epoch)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("seed %d, epoch %d (-want +got):\n%s", c.seed, c.epoch, diff)
		}
	}
}

func TestOrderOfMNIST(t *testing.T) {
	order := make([]int, 55000)
	permute(order, 1, 3)
	first, last := order[:8], order[len(order)-4:]
	if diff := cmp.Diff([]int{12748, 36674, 1483, 23992, 51869, 44103, 18209, 44272}, first); diff != "" {
		t.Errorf("first 8 (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{51166, 54531, 38135, 31220}, last); diff != "" {
		t.Errorf("last 4 (-want +got):\n%s", diff)
	}
}

// With a bound of 3·2⁶² a quarter of the draws are rejected; these eight
// numbers take fourteen.
func TestBelowRejects(t *testing.T) {
	pcg := rand.NewPCG(1, 2)
	got := make([]uint64, 8)
	for i := range got {
		got[i] = below(pcg, 3<<62)
	}
	want := []uint64{
		11020959910021828915, 6916308158255570394, 6217252038205842346, 1837286561611809330,
		9157651674526552499, 6153681223363204663, 13018761766801456844, 1680246116459648757,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

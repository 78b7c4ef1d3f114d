package optim_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/gorgonia-zoo/zoo/train/optim"
)

// The numbers here are those of the tutorial series that the zoo re-creates.

// digits writes v as the series prints it.
func digits[T float32 | float64](v T, precision int) string {
	return strconv.FormatFloat(float64(v), 'g', precision, 32)
}

// base·decay^(step/steps), for its best-practice MLP: 0.8·0.99^(step/550).
func TestReferenceSchedules(t *testing.T) {
	continuous, staircase := optim.Exponential(0.8, 0.99, 550), optim.Staircase(0.8, 0.99, 550)
	for _, c := range []struct {
		step                  int
		continuous, staircase float64
	}{
		{0, 0.8, 0.8},
		{275, 0.8 * math.Sqrt(0.99), 0.8},
		{549, 0.8 * math.Exp(549./550*math.Log(0.99)), 0.8},
		{550, 0.8 * 0.99, 0.8 * 0.99},
		{1649, 0.8 * math.Exp(1649./550*math.Log(0.99)), 0.8 * 0.99 * 0.99},
		{1650, 0.8 * 0.99 * 0.99 * 0.99, 0.8 * 0.99 * 0.99 * 0.99},
	} {
		const rounding = 1e-15 // powers by another way, in float64
		if got := continuous(c.step); math.Abs(got-c.continuous) > rounding {
			t.Errorf("step %d: continuous %v, want %v", c.step, got, c.continuous)
		}
		if got := staircase(c.step); math.Abs(got-c.staircase) > rounding {
			t.Errorf("step %d: staircase %v, want %v", c.step, got, c.staircase)
		}
	}
}

// A moving average with decay 0.99 of a variable that becomes 5 at num_updates 0
// and 10 at num_updates 10,000: 4.5, then 4.555.
func TestReferenceAverage(t *testing.T) {
	p := optim.Param{Value: []float32{0}, Grad: []float32{0}, Average: []float32{0}, Scale: 1}
	for _, c := range []struct {
		updates int
		value   float32
		want    string
	}{
		{0, 5, "4.5"},
		{10_000, 10, "4.555"},
	} {
		p.Value[0] = c.value
		p.Decay = optim.AverageDecay(0.99, c.updates)
		optim.SGD{}.Update(&p, 1, 0.1) // with a gradient of 0 the value stays
		if got := digits(p.Average[0], 4); got != c.want {
			t.Errorf("num_updates %d: average %s, want %s", c.updates, got, c.want)
		}
		if p.Value[0] != c.value {
			t.Errorf("num_updates %d: the value went from %v to %v", c.updates, c.value, p.Value[0])
		}
	}
}

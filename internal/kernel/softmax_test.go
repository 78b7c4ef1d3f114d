package kernel

import (
	"math"
	"runtime"
	"slices"
	"testing"
)

// softmaxTolerance: logits here differ by up to 40, a difference that float32
// rounds by 2e-6, and so is its exponential.
const softmaxTolerance = 4e-6

// classes are numbers of columns below and above one vector, and below and above
// where rows stop sharing vectors.
var classes = []int{1, 2, 3, 10, 16, 17, 63, 64, 65, 100, 1000, 10_007}

func referenceSoftmax(x []float32) (p []float64, logSum float64) {
	m := math.Inf(-1)
	for _, v := range x {
		m = max(m, float64(v))
	}
	var sum float64
	for _, v := range x {
		e := math.Exp(float64(v) - m)
		p = append(p, e)
		sum += e
	}
	for i := range p {
		p[i] /= sum
	}
	return p, m + math.Log(sum)
}

func TestSoftmax(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		for _, cols := range classes {
			rows := 1 + 3000/cols
			x := uniform(rows*cols, 1)
			for i := range x {
				x[i] *= 20
			}
			labels := make([]int, rows)
			for i := range labels {
				labels[i] = (7 * i) % cols
			}
			y, dx := make([]float32, len(x)), make([]float32, len(x))
			Softmax(y, x, cols)
			withGrad := CrossEntropyGrad(dx, x, labels, cols, 0.25)
			inPlace := slices.Clone(x)
			if CrossEntropyGrad(inPlace, inPlace, labels, cols, 0.25); !slices.Equal(inPlace, dx) {
				t.Fatalf("%d classes: the gradient in place has other bits", cols)
			}
			var loss float64
			for i := range rows {
				p, logSum := referenceSoftmax(x[i*cols : (i+1)*cols])
				loss += logSum - float64(x[i*cols+labels[i]])
				for j, want := range p {
					if got := float64(y[i*cols+j]); math.Abs(got-want) > softmaxTolerance*want+1e-37 {
						t.Fatalf("%d classes: softmax[%d,%d] = %v, want %v", cols, i, j, got, want)
					}
					if j == labels[i] {
						want--
					}
					if got := float64(dx[i*cols+j]); math.Abs(got-0.25*want) > softmaxTolerance {
						t.Fatalf("%d classes: dx[%d,%d] = %v, want %v", cols, i, j, got, 0.25*want)
					}
				}
			}
			loss /= float64(rows)
			if got := CrossEntropy(x, labels, cols); math.Abs(got-loss) > softmaxTolerance*loss {
				t.Fatalf("%d classes: cross-entropy %v, want %v", cols, got, loss)
			} else if got != withGrad {
				t.Fatalf("%d classes: cross-entropy %v, %v beside the gradient", cols, got, withGrad)
			}
		}
	})
}

// No finite logits overflow; NaN is passed on.
func TestCrossEntropyExtremes(t *testing.T) {
	eachISA(t, func(t *testing.T) {
		for _, cols := range []int{10, 70} {
			x := make([]float32, cols)
			x[1], x[2] = 1e30, -1e30
			if got := CrossEntropy(x, []int{1}, cols); got != 0 {
				t.Errorf("%d classes: loss of a sure right answer is %v", cols, got)
			}
			if got := CrossEntropy(x, []int{2}, cols); math.Abs(got-2e30) > 1e24 {
				t.Errorf("%d classes: loss of a sure wrong answer is %v, want 2e30", cols, got)
			}
			dx := make([]float32, cols)
			CrossEntropyGrad(dx, x, []int{2}, cols, 1)
			if dx[1] != 1 || dx[2] != -1 || dx[3] != 0 {
				t.Errorf("%d classes: gradient %v", cols, dx[:4])
			}
			x[cols-1] = float32(math.NaN())
			if got := CrossEntropy(x, []int{1}, cols); !math.IsNaN(got) {
				t.Errorf("%d classes: loss with NaN is %v", cols, got)
			}
		}
	})
}

func TestSoftmaxFloat64(t *testing.T) {
	x := []float64{1, 2, 3, -1000, 0, 1000}
	y := make([]float64, 6)
	Softmax(y, x, 3)
	want := []float64{0.09003057317038046, 0.24472847105479764, 0.6652409557748218, 0, 0, 1} // e¹/(e¹+e²+e³), …
	for i := range y {
		if math.Abs(y[i]-want[i]) > 1e-15 {
			t.Errorf("softmax[%d] = %v, want %v", i, y[i], want[i])
		}
	}
}

func TestSumRows(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	eachISA(t, func(t *testing.T) {
		for _, size := range [][2]int{{33, 1}, {33, 7}, {33, 8}, {33, 10}, {33, 127}, {33, 128}, {33, 129}, {33, 500}, {33, 1000}, {1, 300}, {blockOfRows, 65}, {2*blockOfRows + 1, 193}} {
			rows, cols := size[0], size[1]
			x, y := uniform(rows*cols, 1), make([]float32, cols)
			var first []float32
			for _, threads := range []int{1, 2, 4} {
				runtime.GOMAXPROCS(threads)
				SumRows(y, x, rows)
				if first == nil {
					first = slices.Clone(y)
				} else if !slices.Equal(y, first) {
					t.Fatalf("%v: %d threads give other bits", size, threads)
				}
			}
			for j := range cols {
				var want float64
				for i := range rows {
					want += float64(x[i*cols+j])
				}
				if tolerance := 1e-7 * float64(rows+100); math.Abs(float64(y[j])-want) > tolerance {
					t.Fatalf("%v: sum %d is %v, want %v", size, j, y[j], want)
				}
			}
		}
	})
}

func TestSquaredError(t *testing.T) {
	if got := SquaredError([]float32{1, 2, 3}, []float32{1, 0, 6}); math.Abs(got-13.0/3) > 1e-15 {
		t.Errorf("squared error %v, want 13/3", got)
	}
	dx := make([]float64, 2)
	ScaledDifference(dx, []float64{3, 5}, []float64{1, 6}, 0.5)
	if dx[0] != 1 || dx[1] != -0.5 {
		t.Errorf("scaled difference %v", dx)
	}
}

func TestTranspose(t *testing.T) {
	y := make([]float32, 12)
	Transpose(y, []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 2, 2, 3)
	if !slices.Equal(y, []float32{1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12}) {
		t.Errorf("transposes %v", y)
	}
}

package train_test

import (
	"fmt"
	"runtime"
	"slices"
	"testing"

	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

const (
	words = 40 // in the vocabulary; the last ten never occur
	units = 12
)

// pairs returns n words, many of them equal, each with the one after it.
func pairs(n int) data.Set {
	x, y := make([]int, n), make([]int, n)
	for i := range x {
		x[i] = i * i % 30
		y[i] = (i*i + 7*i) % 11
	}
	return data.Set{X: tensor.New(tensor.WithShape(n), tensor.WithBacking(x)), Y: tensor.New(tensor.WithShape(n), tensor.WithBacking(y))}
}

// hot returns set with a row for each word, 0 but for a 1 at the word.
func hot(set data.Set) data.Set {
	n := set.X.Shape()[0]
	x := make([]float32, n*words)
	for i, w := range set.X.Ints() {
		x[i*words+w] = 1
	}
	return data.Set{X: tensor.New(tensor.WithShape(n, words), tensor.WithBacking(x)), Y: set.Y}
}

// bigram predicts a word from the one before it.
func bigram(first layers.Layer, classes int) layers.Layer {
	return layers.Sequential{first, layers.Tanh, layers.Dense{Name: "fc", Units: classes}}
}

// An Embedding trains as a Dense layer on rows with a single 1 does, whose
// gradient has all rows, whatever the trainer does with it.
func TestEmbeddingTrainsAsDense(t *testing.T) {
	const steps = 15
	set := pairs(60)
	for name, change := range map[string]func(tr *train.Trainer){
		"SGD":      func(*train.Trainer) {},
		"clipped":  func(tr *train.Trainer) { tr.ClipNorm = 0.05 },
		"momentum": func(tr *train.Trainer) { tr.Optimizer = optim.SGD{Rate: 0.1, Momentum: 0.9} },
		"Nesterov": func(tr *train.Trainer) { tr.Optimizer = optim.SGD{Rate: 0.1, Momentum: 0.9, Nesterov: true} },
		"Adam":     func(tr *train.Trainer) { tr.Optimizer = optim.Adam{Rate: 0.01} },
		"average":  func(tr *train.Trainer) { tr.Average = 0.9 },
		"L2":       func(tr *train.Trainer) { tr.Decay = []train.WeightDecay{{Pattern: "embed.*", L2: 0.1}} },
		"L1":       func(tr *train.Trainer) { tr.Decay, tr.ClipNorm = []train.WeightDecay{{Pattern: "*", L1: 0.01}}, 0.05 },
		"everything": func(tr *train.Trainer) {
			tr.Decay, tr.ClipNorm, tr.Average = []train.WeightDecay{{Pattern: "*", L2: 0.1}}, 0.5, 0.9
		},
	} {
		sparse := &train.Trainer{Model: bigram(layers.Embedding{Name: "embed", Size: words, Units: units}, 11), Optimizer: optim.SGD{Rate: 0.5}}
		dense := &train.Trainer{Model: bigram(layers.Dense{Name: "embed", Units: units, NoBias: true}, 11), Optimizer: optim.SGD{Rate: 0.5}}
		if _, err := sparse.Predict(set.X); err != nil { // declares the parameters
			t.Fatal(err)
		}
		if _, err := dense.Predict(hot(set).X); err != nil {
			t.Fatal(err)
		}
		w := golden.Noise(1, words*units)
		copy(sparse.Params.Get("embed.weight").Value.Float32s(), w)
		copy(dense.Params.Get("embed.weight").Value.Float32s(), transposed(w, words))
		copy(dense.Params.Get("fc.weight").Value.Float32s(), sparse.Params.Get("fc.weight").Value.Float32s())
		change(sparse)
		change(dense)
		got := take(t, sparse, set.Shuffle(20, 1), steps)
		want := take(t, dense, hot(set).Shuffle(20, 1), steps)
		golden.Agree(t, name+": losses", got, want, stepsTolerance)
		q := sparse.Params.Get("embed.weight")
		p := dense.Params.Get("embed.weight")
		golden.Agree(t, name+": weight", q.Value.Float32s(), transposed(p.Value.Float32s(), units), stepsTolerance)
		if (q.Average != nil) != (p.Average != nil) {
			t.Fatalf("%s: averages %v and %v", name, q.Average, p.Average)
		}
		if q.Average != nil {
			golden.Agree(t, name+": average", q.Average.Float32s(), transposed(p.Average.Float32s(), units), stepsTolerance)
		}
	}
}

// transposed returns the transpose of the matrix x with the given number of rows.
func transposed(x []float32, rows int) []float32 {
	y := make([]float32, len(x))
	cols := len(x) / rows
	for i, v := range x {
		y[i%cols*rows+i/cols] = v
	}
	return y
}

// Gradient descent touches the rows of the words that occur and no other.
func TestEmbeddingLeavesOtherRowsAlone(t *testing.T) {
	set := pairs(60)
	tr := &train.Trainer{Model: bigram(layers.Embedding{Name: "embed", Size: words, Units: units}, 11), ClipNorm: 1, Seed: 3}
	if _, err := tr.Predict(set.X); err != nil {
		t.Fatal(err)
	}
	w := tr.Params.Get("embed.weight").Value.Float32s()
	before := slices.Clone(w)
	take(t, tr, set.Batches(60), 1)
	for id := range words {
		occurs, stays := slices.Contains(set.X.Ints(), id), slices.Equal(w[id*units:(id+1)*units], before[id*units:(id+1)*units])
		if occurs == stays {
			t.Errorf("word %d: occurs %v, its row stays %v", id, occurs, stays)
		}
	}
}

func TestEmbeddingFreeze(t *testing.T) {
	set := pairs(60)
	tr := &train.Trainer{Model: bigram(layers.Embedding{Name: "embed", Size: words, Units: units}, 11)}
	take(t, tr, set.Batches(20), 2)
	if err := tr.Freeze("embed.*"); err != nil {
		t.Fatal(err)
	}
	was := values(tr)
	take(t, tr, set.Batches(20), 2)
	for name, v := range values(tr) {
		if stays := slices.Equal(v, was[name]); stays != (name == "embed.weight") {
			t.Errorf("%s stayed: %v", name, stays)
		}
	}
}

// A gradient that is not finite, in an embedding alone, ends training, whether it
// is looked at row by row or as a whole, clipped or not.
func TestEmbeddingNotFinite(t *testing.T) {
	const want = "step 1: a gradient is not finite; the learning rate, 0.1, is probably too high"
	for _, o := range []optim.Optimizer{optim.SGD{Rate: 0.1}, optim.Adam{Rate: 0.1}} {
		for _, clip := range []float64{0, 1} {
			set := pairs(60)
			tr := &train.Trainer{
				Model: bigram(layers.Embedding{Name: "embed", Size: words, Units: units}, 11),
				Loss:  train.Scaled(nil, 1e300), Optimizer: o, ClipNorm: clip,
			}
			if _, err := tr.Predict(set.X); err != nil {
				t.Fatal(err)
			}
			if err := tr.Freeze("fc.*"); err != nil {
				t.Fatal(err)
			}
			before := digest(tr.Params)
			if _, err := fails(t, tr, set.Batches(60)); err == nil || len(err.Error()) < len(want) || err.Error()[:len(want)] != want {
				t.Errorf("%T, clip %v: %v, want %q at its head", o, clip, err, want)
			}
			if digest(tr.Params) != before {
				t.Errorf("%T, clip %v: the parameters are not those before the step", o, clip)
			}
		}
	}
}

func TestEmbeddingThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var want string
	for i, threads := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(threads)
		tr := &train.Trainer{Model: bigram(layers.Embedding{Name: "embed", Size: words, Units: units}, 1100), ClipNorm: 0.1, Seed: 1}
		take(t, tr, pairs(900).Shuffle(300, 1), 6)
		if got := digest(tr.Params); i == 0 {
			want = got
		} else if got != want {
			t.Errorf("%d threads give\n%swant\n%s", threads, got, want)
		}
	}
}

// again is a layer that reads its own embedding's weight a second time.
type again struct{ layers.Embedding }

func (l again) Forward(s *layers.Scope, x *G.Node) (*G.Node, error) {
	y, err := l.Embedding.Forward(s, x)
	if err != nil {
		return nil, err
	}
	w := s.Trained()[0].Node
	bias, err := G.Sum(w)
	if err != nil {
		return nil, err
	}
	return G.Add(y, bias)
}

func TestEmbeddingRefusals(t *testing.T) {
	embed := layers.Embedding{Name: "embed", Size: words, Units: units}
	small := embed
	small.Size = 29
	for _, c := range []struct {
		want  string
		layer layers.Layer
	}{
		{"step 1: embedding: embed: id 29 at (7) is none of the embedding's, 0 to 28", small},
		{"gradient: embed: something else reads its weight, too; give that a weight of its own, as the gradient of an embedding cannot be added to another", again{embed}},
	} {
		set := pairs(60)
		set.X.Ints()[7] = 29
		if steps, err := fails(t, &train.Trainer{Model: bigram(c.layer, 11)}, set.Batches(60)); steps != 0 || err.Error() != c.want {
			t.Errorf("after %d steps: %v, want %q", steps, err, c.want)
		}
	}
	const want = "embed: embedding takes int ids (N) or (T, N), its input is float32 (60, 40)"
	if _, err := fails(t, &train.Trainer{Model: bigram(embed, 11)}, hot(pairs(60)).Batches(60)); fmt.Sprint(err) != want {
		t.Errorf("%v, want %q", err, want)
	}
}

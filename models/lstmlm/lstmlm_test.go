package lstmlm_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/models/lstmlm"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// verse returns a text of n times a few lines, as ids, and the number of its words.
// What follows "the" hangs on words further back.
func verse(n int) (ids []int, vocabulary int) {
	const lines = "the cat sat on the mat . the dog lay on the rug . the cat saw the dog and the dog saw the cat . "
	number := map[string]int{}
	for _, w := range strings.Fields(strings.Repeat(lines, n)) {
		if _, ok := number[w]; !ok {
			number[w] = len(number)
		}
		ids = append(ids, number[w])
	}
	return ids, len(number)
}

// sequences returns words as X of n sequences, side by side.
func sequences(words []int, n int) *tensor.Dense {
	return tensor.New(tensor.WithShape(len(words)/n, n), tensor.WithBacking(slices.Clone(words)))
}

// predict returns a copy of the logits for x.
func predict(t *testing.T, tr *train.Trainer, x *tensor.Dense) []float32 {
	t.Helper()
	y, err := tr.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(y.Float32s())
}

// A model that cannot learn a verse by heart is broken, and so is one that says
// something else once it was saved and loaded.
func TestLearnsByHeart(t *testing.T) {
	c, err := lstmlm.Find("tiny")
	if err != nil {
		t.Fatal(err)
	}
	words, vocabulary := verse(20)
	model := lstmlm.New(c, vocabulary)
	tr := &train.Trainer{
		Model: model, Loss: train.Scaled(train.CrossEntropy, float64(c.Steps)), Optimizer: optim.SGD{Rate: c.LearningRate}, ClipNorm: c.ClipNorm, Seed: 1,
	}
	src, whole := text.Stream(words, c.Batch, c.Steps), text.Windows(words, 100)
	const limit, enough = 60, 1.2
	for e, err := range tr.Epochs(context.Background(), src, whole, limit) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Valid.Perplexity() < enough {
			break
		}
		if e.N == limit {
			t.Errorf("perplexity %.3f after %d epochs, want less than %v", e.Valid.Perplexity(), limit, enough)
		}
	}

	x := sequences(words[:60], 3)
	want := predict(t, tr, x)
	file := filepath.Join(t.TempDir(), "model.safetensors")
	if err := tr.Save(file); err != nil {
		t.Fatal(err)
	}
	for _, built := range []bool{false, true} {
		loaded := &train.Trainer{Model: model, Params: layers.NewParams(2)}
		if built { // with values of its own
			predict(t, loaded, x)
		}
		if err := loaded.Params.Load(file); err != nil {
			t.Fatal(err)
		}
		if got := predict(t, loaded, x); !slices.Equal(got, want) {
			t.Errorf("built before: %v. After saving and loading the logits are %v…, were %v…", built, got[:10], want[:10])
		}
	}
}

// What a model says of a sequence does not depend on those beside it.
func TestSequencesStandAlone(t *testing.T) {
	const tolerance = 1e-6 // of the largest logit: the order of sums may differ
	const steps, n, vocabulary = 7, 21, 100
	words := make([]int, steps*n)
	for i := range words {
		words[i] = i * i % vocabulary
	}
	for _, c := range lstmlm.Configs {
		if c.Name == "large" {
			continue // of 1500 units, takes long and says no more than medium's 650
		}
		t.Run(c.Name, func(t *testing.T) {
			tr := &train.Trainer{Model: lstmlm.New(c, vocabulary), Seed: 1}
			all := predict(t, tr, sequences(words, n))
			var largest float32
			for _, v := range all {
				largest = max(largest, v, -v)
			}
			for _, k := range []int{0, 1, 10, 19, 20} {
				var alone []int
				for i := k; i < len(words); i += n {
					alone = append(alone, words[i])
				}
				for i, v := range predict(t, tr, sequences(alone, 1)) {
					step, word := i/vocabulary, i%vocabulary
					if want := all[(step*n+k)*vocabulary+word]; !(max(v-want, want-v) <= tolerance*largest) {
						t.Fatalf("sequence %d, step %d, logit %d: %v alone, %v among %d", k, step, word, v, want, n)
					}
				}
			}
		})
	}
}

// The model of the tutorial series on the Penn Treebank.
func ExampleNew() {
	config, err := lstmlm.Find("tutorial")
	if err != nil {
		fmt.Println(err)
		return
	}
	table, err := models.TextSummary(lstmlm.New(config, 10_000), config.Steps, config.Batch)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(table)
	// Output:
	// layer            output           parameters
	// input            (35, 20)
	// Embedding embed  (35, 20, 200)    2,000,000
	// Dropout drop1    (35, 20, 200)    0
	// LSTM lstm        (35, 20, 200)    641,600
	// Dropout drop2    (35, 20, 200)    0
	// Dense fc         (35, 20, 10000)  2,010,000
	// total                             4,651,600
}

package train_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/internal/golden"
	"github.com/gorgonia-zoo/zoo/models/lstmlm"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// someText returns n words. Those with small numbers are frequent.
func someText(n, vocabulary int) []int {
	ids := make([]int, n)
	for i, v := range golden.Noise(7, n) {
		ids[i] = int(v * v * float32(vocabulary))
	}
	return ids
}

// reader returns a Trainer of a language model that has read some of the text.
func reader(t *testing.T, ids []int, vocabulary int) *train.Trainer {
	t.Helper()
	c := lstmlm.Config{Units: 13, Layers: 2, Dropout: 0.5, Init: 0.5, ForgetBias: 1}
	tr := &train.Trainer{
		Model: lstmlm.New(c, vocabulary), Loss: train.Scaled(train.CrossEntropy, 9), Optimizer: optim.SGD{Rate: 1}, ClipNorm: 5, Seed: 1,
	}
	take(t, tr, text.Stream(ids, 4, 9), 12)
	return tr
}

// surprises returns -log softmax(logits)[y] of each word of ids but the first, in
// float64, with logits from the words before it, and how many are the likeliest.
func surprises(t *testing.T, tr *train.Trainer, ids []int) (losses []float64, correct int) {
	t.Helper()
	n := len(ids) - 1
	y, err := tr.Predict(tensor.New(tensor.WithShape(n, 1), tensor.WithBacking(slices.Clone(ids[:n]))))
	if err != nil {
		t.Fatal(err)
	}
	logits := y.Float32s()
	classes := len(logits) / n
	for i, label := range ids[1:] {
		row := logits[i*classes : (i+1)*classes]
		var sum float64
		for _, v := range row {
			sum += math.Exp(float64(v))
		}
		losses = append(losses, math.Log(sum)-float64(row[label]))
		if row[label] == slices.Max(row) {
			correct++
		}
	}
	return losses, correct
}

func mean(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// Evaluation of a text is the mean over all its words but the first of what the model
// says in one go, in windows of any length, the last one short; and it is the same
// each time. From 1024 words on, no logits are in memory as a whole.
func TestEvaluateWords(t *testing.T) {
	const rounding = 1e-6 // of float32 losses
	for _, vocabulary := range []int{50, 1030} {
		ids := someText(333, vocabulary)
		tr := reader(t, ids, vocabulary)
		losses, correct := surprises(t, tr, ids)
		want := mean(losses)
		if unweighed := (3*mean(losses[:300]) + mean(losses[300:])) / 4; math.Abs(unweighed-want) < 1e3*rounding*want {
			t.Fatalf("the mean over words, %v, is that over windows of 100: a wrong one would not show", want)
		}
		for _, window := range []int{1, 7, 100, 331, 332, 1000} {
			t.Run(fmt.Sprint(vocabulary, "/", window), func(t *testing.T) {
				r := evaluate(t, tr, text.Windows(ids, window))
				if r.Examples != 332 || math.Abs(r.Loss-want) > rounding*want {
					t.Errorf("%+v, want loss %v of 332 words", r, want)
				}
				if vocabulary < 1024 && r.Accuracy != float64(correct)/332 {
					t.Errorf("accuracy %v, want %d of 332", r.Accuracy, correct)
				}
				if again := evaluate(t, tr, text.Windows(ids, window)); again.Loss != r.Loss || again.Examples != r.Examples {
					t.Errorf("%+v the second time, %+v the first", again, r)
				}
			})
		}
		if r := evaluate(t, tr, text.Stream(ids, 4, 9)); r.Examples != 9*4*9 { // 9 batches of 4 rows, 9 words each
			t.Errorf("%d words of a stream, want 324", r.Examples)
		}
	}
}

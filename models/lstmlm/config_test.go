package lstmlm_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/lstmlm"
)

// Names and shapes are torch.nn's for modules called embed, lstm and fc.
func TestParameters(t *testing.T) {
	const vocabulary = 11
	for _, c := range lstmlm.Configs {
		t.Run(c.Name, func(t *testing.T) {
			p := layers.NewParams(1)
			s := layers.NewScope(p, layers.Train)
			y, err := lstmlm.New(c, vocabulary).Forward(s, s.Input("x", tensor.Int, c.Steps, 2))
			if err != nil {
				t.Fatal(err)
			}
			if want := (tensor.Shape{c.Steps, 2, vocabulary}); !y.Shape().Eq(want) {
				t.Errorf("the output has shape %v, want %v", y.Shape(), want)
			}
			gates := 4 * c.Units
			want := []string{fmt.Sprintf("embed.weight (%d, %d)", vocabulary, c.Units)}
			for k := range c.Layers {
				want = append(want,
					fmt.Sprintf("lstm.weight_ih_l%d (%d, %d)", k, gates, c.Units), fmt.Sprintf("lstm.weight_hh_l%d (%d, %d)", k, gates, c.Units),
					fmt.Sprintf("lstm.bias_ih_l%d (%d)", k, gates), fmt.Sprintf("lstm.bias_hh_l%d (%d)", k, gates))
			}
			want = append(want, fmt.Sprintf("fc.weight (%d, %d)", vocabulary, c.Units), fmt.Sprintf("fc.bias (%d)", vocabulary))
			var got []string
			for q := range p.All() {
				got = append(got, fmt.Sprint(q.Name, " ", q.Value.Shape()))
				initial(t, c, q)
			}
			if !slices.Equal(got, want) {
				t.Errorf("parameters %v, want %v", got, want)
			}
			if p.Count() != c.Params(vocabulary) {
				t.Errorf("%d scalars, %d by Params", p.Count(), c.Params(vocabulary))
			}
		})
	}
}

// initial checks where q begins: weights and the last bias all over [-Init, Init),
// LSTM biases at 0 but for the forget gate's, of which one of two is ForgetBias.
func initial(t *testing.T, c lstmlm.Config, q *layers.Param) {
	t.Helper()
	w := q.Value.Float32s()
	if !strings.Contains(q.Name, "lstm.bias") {
		if lo, hi, to := slices.Min(w), slices.Max(w), float32(c.Init); lo < -to || hi > to || lo > -to/2 || hi < to/2 {
			t.Errorf("%s begins in [%v, %v], want in [-%v, %v)", q.Name, lo, hi, to, to)
		}
		return
	}
	for i, v := range w {
		want := float32(0)
		if i/c.Units == 1 && strings.Contains(q.Name, "bias_ih") {
			want = float32(c.ForgetBias)
		}
		if v != want {
			t.Fatalf("%s[%d] begins at %v, want %v", q.Name, i, v, want)
		}
	}
}

// The net of the tutorial series: 10,000 words, 2 layers of 200.
func TestParamsOfTheTutorial(t *testing.T) {
	c, err := lstmlm.Find("tutorial")
	if err != nil {
		t.Fatal(err)
	}
	// Embedding 2,000,000; twice 4·200·(200 + 200) and a bias of 800; softmax 2,000,000 and 10,000.
	if got, want := c.Params(10_000), 2_000_000+2*(320_000+800)+2_010_000; got != want {
		t.Errorf("%d parameters, want %d", got, want)
	}
}

// The rates that TensorFlow's PTB tutorial used: 1 for so many epochs, and from the
// next one on times a factor an epoch.
func TestRate(t *testing.T) {
	const rounding = 1e-12
	for _, c := range []struct {
		name   string
		hold   int
		factor float64
		epochs int
		last   float64
	}{
		{"small", 4, 0.5, 13, 1. / 512},
		{"medium", 6, 0.8, 39, 6.3382530e-4},      // 0.8^33
		{"large", 14, 1 / 1.15, 55, 3.2462992e-3}, // 1.15^-41
		{"tutorial", 2, 1, 2, 1},
	} {
		config, err := lstmlm.Find(c.name)
		if err != nil {
			t.Fatal(err)
		}
		if config.Epochs != c.epochs {
			t.Errorf("%s: %d epochs, want %d", c.name, config.Epochs, c.epochs)
		}
		for epoch := range c.epochs {
			want := 1.0
			if epoch >= c.hold {
				want = math.Pow(c.factor, float64(epoch-c.hold+1))
			}
			if got := config.Rate(epoch); math.Abs(got-want) > rounding*want {
				t.Errorf("%s, epoch %d: rate %v, want %v", c.name, epoch, got, want)
			}
		}
		if got := config.Rate(c.epochs - 1); math.Abs(got-c.last) > 1e-6*c.last {
			t.Errorf("%s ends at rate %v, want %v", c.name, got, c.last)
		}
	}
}

func TestFind(t *testing.T) {
	names := map[string]bool{}
	_, err := lstmlm.Find("huge")
	if err == nil {
		t.Fatal("found a configuration called huge")
	}
	for _, c := range lstmlm.Configs {
		if names[c.Name] {
			t.Errorf("two configurations are called %s", c.Name)
		}
		names[c.Name] = true
		if got, err := lstmlm.Find(c.Name); err != nil || got != c {
			t.Errorf("Find(%q) returns %+v, %v", c.Name, got, err)
		}
		if !strings.Contains(err.Error(), c.Name) {
			t.Errorf("%q does not name %s", err, c.Name)
		}
	}
}

package golden

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"gorgonia.org/tensor"
)

// fake records what a failing test would print.
type fake struct {
	testing.TB
	log   []string
	fatal bool
}

func (f *fake) Helper() {}

func (f *fake) Errorf(format string, args ...any) {
	f.log = append(f.log, fmt.Sprintf(format, args...))
}

func (f *fake) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	f.fatal = true
	runtime.Goexit()
}

func (f *fake) Fatal(args ...any) { f.Fatalf("%s", fmt.Sprint(args...)) }

// failing runs a test that must fail and returns what it printed.
func failing(t *testing.T, fatal bool, test func(t testing.TB)) string {
	t.Helper()
	f := &fake{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		test(f)
	}()
	<-done
	if len(f.log) == 0 || f.fatal != fatal {
		t.Errorf("printed %q, fatal %v; want a failure, fatal %v", f.log, f.fatal, fatal)
	}
	return strings.Join(f.log, "\n")
}

func TestEveryCaseSaysWhatItIs(t *testing.T) {
	names := Names()
	if len(names) == 0 {
		t.Fatal("no cases")
	}
	for _, name := range names {
		c := Load(t, name)
		if c.Name != name || c.Why == "" || c.Torch == "" || len(c.Keys()) == 0 {
			t.Errorf("%s.json: case %q, why %q, torch %q, keys %v", name, c.Name, c.Why, c.Torch, c.Keys())
		}
	}
}

func TestMistakesEndTheTest(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		test       func(t testing.TB)
	}{
		{"case", `no case "dense_rleu"; there are adam, `, func(t testing.TB) { Load(t, "dense_rleu") }},
		{"key", `case mse has no "dx"; it has dy, loss, target, y`, func(t testing.TB) { Load(t, "mse").Float32("dx") }},
		{"key in Agree", `has no "dx"`, func(t testing.TB) { Load(t, "mse").Agree("dx", Load(t, "mse").Float32("y"), 1) }},
		{"sample", "param.fc1.weight of case mlp is a sample of shape [500 784]", func(t testing.TB) { Load(t, "mlp").Float64("param.fc1.weight") }},
		{"number", "y of case mse has shape [7 11] and is no single number", func(t testing.TB) { Load(t, "mse").Number("y") }},
		{"integers", "y of case mse is float64, not integers", func(t testing.TB) { Load(t, "mse").Ints("y") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := failing(t, true, tt.test); !strings.Contains(got, tt.want) {
				t.Errorf("printed %q, want %q in it", got, tt.want)
			}
		})
	}
}

func TestValues(t *testing.T) {
	c := Load(t, "dense_nobias")
	x32, x64 := c.Float32("x"), c.Float64("x")
	if !x32.Shape().Eq(tensor.Shape{7, 13}) || !x64.Shape().Eq(tensor.Shape{7, 13}) {
		t.Errorf("x has shapes %v and %v, want (7, 13)", x32.Shape(), x64.Shape())
	}
	for i, f := range x64.Data().([]float64) {
		if float32(f) != x32.Data().([]float32)[i] || f != float64(float32(f)) {
			t.Fatalf("x[%d]: an input that float32 doesn't hold: %v", i, f)
		}
	}
	x32.Data().([]float32)[0] = 5
	if c.Float32("x").Data().([]float32)[0] == 5 {
		t.Error("two readings share memory")
	}

	c = Load(t, "softmax_ce")
	if labels := c.Ints("labels"); len(labels) != 9 || labels[0] != 0 || labels[8] != 10 {
		t.Errorf("labels %v, want 9 from the first class to the last", labels)
	}
	if loss := c.Float64("loss"); !loss.IsScalar() || loss.Data().(float64) != c.Number("loss") {
		t.Errorf("loss %v as a tensor, %v as a number", loss, c.Number("loss"))
	}
	if got := Load(t, "adam").Number("beta2"); got != 0.999 {
		t.Errorf("beta2 %v, want torch.optim.Adam's 0.999", got)
	}
}

func TestNoiseIsGoldenPy(t *testing.T) {
	c := Load(t, "noise")
	c.Agree("key1", tensor.New(tensor.WithBacking(Noise(1, 5000))), 0)
	c.Agree("key4294967295", tensor.New(tensor.WithBacking(Noise(1<<32-1, 5000))), 0)
}

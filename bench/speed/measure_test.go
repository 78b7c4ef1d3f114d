package main

import (
	"strings"
	"testing"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

// fake is a subject that takes so long.
func fake(name string, flop float64, long time.Duration, err error) subject {
	return subject{name, flop, func() (run, stop func() error, failed error) {
		return func() error { time.Sleep(long); return err }, func() error { return nil }, nil
	}}
}

// Speeds are what was computed by the time that it took.
func TestMeasure(t *testing.T) {
	if kernel.Peak() == 0 {
		t.Skip("the portable kernels have no peak")
	}
	m, err := newMeter([]subject{fake("slow", 1e6, 4*time.Millisecond, nil), fake("fast", 1e6, time.Millisecond, nil), fake("other", 1, 0, nil)})
	if err != nil {
		t.Fatal(err)
	}
	defer m.close()
	r, err := m.measure([]string{"slow", "fast"})
	if err != nil {
		t.Fatal(err)
	}
	got := r.peak
	if r.others < 0 || r.others > 1 {
		t.Errorf("others had %v of the processors", r.others)
	}
	if len(got) != 2 || got["slow"] <= 0 || got["fast"] <= got["slow"] {
		t.Errorf("%v, want fast ahead of slow", got)
	}
	if most := 100 * 1e6 / 1e-3 / 1e9 / m.peak; got["fast"] > most {
		t.Errorf("%v %% of the peak, want at most %v", got["fast"], most)
	}
	if _, err := m.measure([]string{"none"}); err == nil || !strings.Contains(err.Error(), "none") {
		t.Errorf("of something that is not there: %v", err)
	}
}

func TestMeasureFailure(t *testing.T) {
	broken := errors.New("broken")
	if _, err := newMeter([]subject{fake("a", 1, 0, broken)}); !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "a: ") {
		t.Errorf("%v, want a: %v", err, broken)
	}
}

func TestFastest(t *testing.T) {
	n := 0
	d, err := fastest(func() error {
		if n++; n != 2 {
			time.Sleep(20 * time.Millisecond)
		}
		return nil
	}, time.Millisecond)
	if err != nil || n != 2 || d >= 20*time.Millisecond {
		t.Errorf("%v in %d runs, %v; want the second of two", d, n, err)
	}
}

// The training steps train, and have names as their benchmarks.
func TestSubjects(t *testing.T) {
	list := subjects()
	if list[0].name != "TrainStep/model=mlp/batch=100" {
		t.Errorf("the first is %s", list[0].name)
	}
	families := map[string]int{}
	for _, s := range list {
		family, _, _ := strings.Cut(s.name, "/")
		families[family]++
		if s.flop < leastFLOP {
			t.Errorf("%s: %v operations", s.name, s.flop)
		}
	}
	for _, f := range []string{"TrainStep", "MatMul", "Conv", "LSTM", "LinearCrossEntropy"} {
		if families[f] == 0 {
			t.Errorf("nothing of %s in %v", f, families)
		}
	}
	m, err := newMeter(list[:1])
	if err != nil {
		t.Fatal(err)
	}
	m.close()
}

package main

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// What PyTorch answers to the same checks.
func TestCheck(t *testing.T) {
	commands := `{"model": "mlp", "batch": 100, "threads": 2, "check": 3} {"model": "vgg", "batch": 1, "threads": 1, "check": 1} {"model": "mlp"}`
	var out bytes.Buffer
	if err := serve(strings.NewReader(commands), &out); err != nil {
		t.Fatal(err)
	}
	replies := json.NewDecoder(&out)
	var r reply
	if err := replies.Decode(&r); err != nil || r.Error != "" {
		t.Fatalf("%+v, %v", r, err)
	}
	const tolerance = 1e-5
	for i, want := range []float64{2.330560, 3.423661, 3.574542} {
		if math.Abs(r.Losses[i]-want) > tolerance {
			t.Errorf("loss %d is %v, want %v", i+1, r.Losses[i], want)
		}
	}
	for range 2 {
		if err := replies.Decode(&r); err != nil || r.Error == "" {
			t.Errorf("%+v, %v: want an error", r, err)
		}
	}
	if serve(strings.NewReader("nonsense"), &out) == nil {
		t.Error("a command that is not JSON is accepted")
	}
}

func TestPixels(t *testing.T) {
	for _, c := range []conv{{28, 1, 6, 2}, {14, 6, 16, 0}} {
		h := c.side + 2*c.pad - 4
		index := c.pixels()
		if len(index) != h*h || len(index[0]) != 25 {
			t.Fatalf("%d patches of %d pixels", len(index), len(index[0]))
		}
		// The second patch of the first window is one to the right.
		if got, want := index[1][12][0], int32(c.side*(2-c.pad)+3-c.pad); got != want {
			t.Errorf("its centre is pixel %d, want %d", got, want)
		}
	}
}

// Package examples tests that the programs below it learn what they say.
package examples

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	// What the programs are made of, so that a change there runs the tests again.
	_ "github.com/gorgonia-zoo/zoo/models"
	_ "github.com/gorgonia-zoo/zoo/train"
)

// A figure is a number that a program prints after some words, the last time
// that it prints them.
type figure struct {
	after    string
	min, max float64
}

// programs lists what each program must print. Bounds on coefficients are three
// standard errors of the least-squares or maximum-likelihood estimate from as
// many examples.
var programs = map[string][]figure{
	"linear": {
		{"learned  y = ", 2.99, 3.01},
		{"x1 ", -2.01, -1.99},
		{"x2 ", 4.99, 5.01},
		{"epoch   5  loss ", 0.0081, 0.0121}, // the noise's variance is 0.01
	},
	"logistic": {
		{"learned  log odds = ", 2 - 3*0.042, 2 + 3*0.042},
		{"x1 ", -1 - 3*0.031, -1 + 3*0.031},
		{"x2 ", 0.5 - 3*0.028, 0.5 + 3*0.028},
		{"accuracy ", 0.79, 0.83},
	},
	"regressor": {
		{"epoch 10  error ", 1, 1.15}, // the noise's deviation is 1
	},
	"custom": {
		{"accuracy ", 0.99, 1},
		{"at (-0.5, 0.5): [", -20, -2},
		{"at (0.5, 0.5): [", 2, 20},
	},
}

func TestPrograms(t *testing.T) {
	sources, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", bin, "./...").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, source := range sources {
		name := filepath.Dir(source)
		t.Run(name, func(t *testing.T) {
			if filepath.Base(source) != "main.go" {
				t.Errorf("%s: an example is one file, main.go", source)
			}
			text, err := os.ReadFile(source)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(text), "\n"); n >= 60 {
				t.Errorf("%s has %d lines, want fewer than 60", source, n)
			}
			if !strings.Contains(string(text), "\n//	go run ./examples/"+name+"\n") {
				t.Errorf("%s does not say how to run it", source)
			}
			out, err := exec.Command(filepath.Join(bin, name)).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if programs[name] == nil {
				t.Fatalf("no bounds for what it prints:\n%s", out)
			}
			for _, f := range programs[name] {
				if v, err := f.in(string(out)); err != nil {
					t.Error(err)
				} else if !(v >= f.min && v <= f.max) {
					t.Errorf("%q %v, want %v to %v", f.after, v, f.min, f.max)
				}
			}
			if t.Failed() {
				t.Logf("it printed\n%s", out)
			}
		})
	}
}

// in finds the figure in what a program printed.
func (f figure) in(out string) (v float64, err error) {
	i := strings.LastIndex(out, f.after)
	if i < 0 {
		return 0, fmt.Errorf("%q is not printed", f.after)
	}
	_, err = fmt.Sscan(out[i+len(f.after):], &v)
	return v, err
}

// Package examples tests that the programs below it learn what they say.
package examples

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	// What the programs are made of, so that a change there runs the tests again.
	_ "github.com/gorgonia-zoo/zoo/data/mnist"
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

	// Runs cut short, which repeat but for the last bits of an instruction set: what
	// they print, give or take 0.03 in accuracies. One class in ten is 0.1.
	"slim": {
		{"loss ", 2.2, 2.4}, // log 10 is 2.30
		{"test accuracy ", 0.88, 0.94},
	},
	"estimator": {
		{"loss ", 2.2, 2.4},
		{"guessed [", 7, 7},
		{"accuracy ", 0.70, 0.76},
	},
	"live": {
		{"Training Step: ", 150, 150},
		{"total loss: ", 1.25, 1.35}, // 1.05 and a penalty of 0.24: ½·0.001·1,568,000·0.0176²
		{" loss: ", 1.0, 1.1},
		{"- acc: ", 0.75, 0.81},
		{"val_loss: ", 1.0, 1.15},
		{"val_acc: ", 0.75, 0.82},
		{"iter: ", 9600, 9600},
	},
	"keras": {
		{"epoch   1  loss ", 2.15, 2.25},
		{"validation loss ", 1.80, 1.87},
		{"test loss ", 1.80, 1.87},
		{"accuracy ", 0.64, 0.71},
	},
	"finetune": {
		{"epoch   1  loss ", 0.51, 0.57},
		{"validation loss ", 0.37, 0.43},
		{"test accuracy ", 0.81, 0.87},
	},
}

// short are the flags that cut a program short.
var short = map[string][]string{
	"slim":      {"-steps=100"},
	"estimator": {"-steps=150"},
	"live":      {"-steps=150"},
	"keras":     {"-images=20000", "-epochs=1"},
	"finetune":  {"-digits=1", "-clothes=1"},
}

// bin is the folder of the built programs.
var bin string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "examples")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	bin = dir
	if out, err := exec.Command("go", "build", "-o", dir, "./...").CombinedOutput(); err != nil {
		log.Panicf("%v\n%s", err, out)
	}
	m.Run()
}

func TestPrograms(t *testing.T) {
	sources, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
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
			if strings.Contains(string(text), "mnist.LoadFashion") {
				needFashion(t)
			}
			out, err := exec.Command(filepath.Join(bin, name), short[name]...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if programs[name] == nil {
				t.Fatalf("no bounds for what it prints:\n%s", out)
			}
			if strings.ContainsAny(string(out), "\r\x1b") {
				t.Errorf("control characters in what goes to no terminal: %q", out)
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

// needFashion skips the test where Fashion-MNIST is not on this machine.
func needFashion(t *testing.T) {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{os.Getenv("ZOO_DATA"), filepath.Join(cache, "gorgonia-zoo"), "/usr/share/datasets"} {
		if _, err := os.Stat(filepath.Join(dir, "fashion-mnist")); err == nil {
			return
		}
	}
	const why = "no Fashion-MNIST here; install Debian's dataset-fashion-mnist or set ZOO_DATA to a folder that has fashion-mnist"
	if os.Getenv("ZOO_CI") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
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

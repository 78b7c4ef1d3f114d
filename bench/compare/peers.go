package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pkg/errors"
)

// A peer is what the zoo is compared with.
type peer struct {
	name, title string
	models      []string // that its program has; nil: all
	install     string   // how to get what it lacks, in a line
	missing     func(ctx context.Context, o options) error
	command     func(ctx context.Context, o options, threads int, c candidate) (*exec.Cmd, error)
	candidates  func(o options, model string) []candidate // to train; the fastest is compared
	predictors  func(o options, model string) []candidate // to predict; nil: its program doesn't
	learns      bool                                      // whole epochs
}

// A candidate is one way in which a peer may do its best.
type candidate struct {
	Args    []string `json:"args,omitempty"` // of its program
	Variant string   `json:"variant,omitempty"`
}

func (c candidate) String() string {
	return strings.TrimSpace(c.Variant + " " + strings.Join(c.Args, " "))
}

const environment = "bench/compare/environment"

// peers lists what can be compared with the zoo.
var peers = []peer{
	{
		name: "pytorch-debian", title: "PyTorch of Debian", learns: true,
		install: "apt-get install python3-torch python3-numpy libopenblas0-pthread libblis4-openmp, or name a Python that has PyTorch with -python",
		missing: func(ctx context.Context, o options) error { return has(ctx, o.python, "torch") },
		command: func(ctx context.Context, o options, threads int, c candidate) (*exec.Cmd, error) {
			return program(ctx, o.python, "peer_torch.py", o, threads, c), nil
		},
		candidates: func(o options, _ string) []candidate { return withBLAS(o, "autograd") },
		predictors: func(o options, _ string) []candidate { return withBLAS(o, "eager", "jit") },
	},
	learning(python("pytorch", "PyTorch", "torch", "peer_torch.py", func(model string) []candidate {
		bundled := []string{"--blas", "bundled"}
		cs := []candidate{{bundled, "autograd"}, {append([]string{"--spin", "0"}, bundled...), "autograd"}, {bundled, "compile"}}
		if model == "lenet" {
			cs = append(cs, candidate{bundled, "channels_last"})
		}
		return cs
	}, func(model string) []candidate {
		bundled := []string{"--blas", "bundled"}
		asleep := append([]string{"--spin", "0"}, bundled...)
		cs := []candidate{{bundled, "eager"}, {bundled, "jit"}, {asleep, "jit"}, {bundled, "compile"}}
		if strings.HasPrefix(model, "lenet") {
			cs = append(cs, candidate{bundled, "channels_last"})
		}
		return cs
	})),
	python("tensorflow", "TensorFlow", "tensorflow", "peer_tensorflow.py", tensorflow, tensorflow),
	python("jax", "JAX", "jax", "peer_jax.py", jax, jax),
	{
		name: "gorgonia", title: "Gorgonia's own operations", models: []string{"mlp", "lenet"},
		missing: func(context.Context, options) error { return nil }, // it is in this program
		command: func(ctx context.Context, _ options, threads int, c candidate) (*exec.Cmd, error) {
			return itself(ctx, "gorgonia", threads, c.Args...)
		},
		candidates: collections,
	},
	{
		name: "gomlx", title: "GoMLX on its Go backend", models: []string{"mlp", "lenet", "lenet5"},
		install: environment + " gomlx",
		missing: func(_ context.Context, o options) error {
			_, err := os.Stat(gomlx(o))
			return errors.WithStack(err)
		},
		command: func(ctx context.Context, o options, threads int, c candidate) (*exec.Cmd, error) {
			return goProgram(ctx, threads, c.Args, gomlx(o)), nil
		},
		candidates: collections,
	},
}

// withBLAS are the variants on each BLAS.
func withBLAS(o options, variants ...string) (cs []candidate) {
	for _, variant := range variants {
		for _, blas := range o.blas {
			cs = append(cs, candidate{[]string{"--blas", blas}, variant})
		}
	}
	return cs
}

// tensorflow's candidates are the same for both kinds of tasks; so are jax's.
func tensorflow(model string) []candidate {
	cs := []candidate{{nil, "graph"}, {[]string{"--onednn", "0"}, "graph"}, {nil, "xla"}}
	if model == "ptb-tutorial" {
		cs = append(cs, candidate{Variant: "block"})
	}
	return cs
}

func jax(model string) []candidate {
	switch model {
	case "mlp":
		return []candidate{{nil, "dense"}}
	case "ptb-tutorial":
		return []candidate{{nil, "unroll"}, {nil, "scan"}}
	}
	return []candidate{{nil, "conv"}, {nil, "patches"}}
}

// gomlx is the program that the environment has built.
func gomlx(o options) string { return filepath.Join(o.environment, "gomlx", "peer") }

// collections are settings of the garbage collector.
func collections(options, string) []candidate { return []candidate{{}, {Args: []string{"GOGC=400"}}} }

// python is a peer whose program needs a module of the throw-away environment.
func python(name, title, module, script string, candidates, predictors func(model string) []candidate) peer {
	interpreter := func(o options) string { return filepath.Join(o.environment, name, "bin", "python") }
	return peer{
		name: name, title: title, install: environment + " " + name,
		missing: func(ctx context.Context, o options) error { return has(ctx, interpreter(o), module) },
		command: func(ctx context.Context, o options, threads int, c candidate) (*exec.Cmd, error) {
			return program(ctx, interpreter(o), script, o, threads, c), nil
		},
		candidates: func(_ options, model string) []candidate { return candidates(model) },
		predictors: func(_ options, model string) []candidate { return predictors(model) },
	}
}

// learning is p, which learns.
func learning(p peer) peer {
	p.learns = true
	return p
}

// has says what is wrong if a Python has no such module.
func has(ctx context.Context, python, module string) error {
	find := fmt.Sprintf("import importlib.util, sys; sys.exit(importlib.util.find_spec(%q) is None)", module)
	if err := exec.CommandContext(ctx, python, "-c", find).Run(); err != nil {
		return errors.Errorf("%s has no %s", python, module)
	}
	return nil
}

// program runs a peer's script.
func program(ctx context.Context, python, script string, o options, threads int, c candidate) *exec.Cmd {
	args := append([]string{filepath.Join(o.scripts, script), "--threads", fmt.Sprint(threads)}, c.Args...)
	return exec.CommandContext(ctx, python, args...)
}

// itself runs this program again, as the side called name.
func itself(ctx context.Context, name string, threads int, env ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, errors.WithStack(err)
	}
	return goProgram(ctx, threads, env, self, "-serve", name), nil
}

// goProgram runs a program in Go with more variables in its environment.
func goProgram(ctx context.Context, threads int, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), append([]string{fmt.Sprint("GOMAXPROCS=", threads)}, env...)...)
	return cmd
}

// has reports whether the peer's program has the task.
func (p peer) has(t task) bool {
	return (p.models == nil || slices.Contains(p.models, t.Name)) && !(t.predict && p.predictors == nil)
}

// blasLibraries returns those of the libraries that the system's loader lists, or
// none at all for PyTorch to take its own.
func blasLibraries(libraries ...string) (have []string) {
	list, err := exec.Command("ldconfig", "-p").Output()
	for _, l := range libraries {
		if err == nil && strings.Contains(string(list), l+" ") {
			have = append(have, l)
		}
	}
	if have == nil {
		have = []string{""}
	}
	return have
}

// find returns the peer called name.
func find(name string) (peer, error) {
	var names []string
	for _, p := range peers {
		if p.name == name {
			return p, nil
		}
		names = append(names, p.name)
	}
	return peer{}, errors.Errorf("no peer called %q; there is %s", name, strings.Join(names, ", "))
}

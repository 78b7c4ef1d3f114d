package main

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/bench"
)

// options are what the command line says.
type options struct {
	peers                        []peer
	workloads                    []bench.Workload
	kinds                        []string
	batches                      []int // of predictions
	threads                      []int
	rounds                       int
	turn                         time.Duration
	python, environment, scripts string
	blas                         []string
	variant                      map[string]string // by peer
	maxRatio, maxMemory          map[string]float64
	maxPredict                   map[string]float64
	results, name                string
	check, epochs                bool
	dataDir                      string
	steps                        int // of epochs, at most; 0: all
	serve                        string
}

func parse(args []string) (o options, err error) {
	f := flag.NewFlagSet("compare", flag.ContinueOnError)
	f.Func("peer", "`peer` to compare with; may be repeated; all that are installed by default", func(s string) error {
		p, err := find(s)
		o.peers = append(o.peers, p)
		return err
	})
	f.Func("model", "`model` to compare; may be repeated; all by default", func(s string) error {
		w, err := workload(s)
		o.workloads = append(o.workloads, w)
		return err
	})
	f.Func("task", "what to time, `train` or predict; may be repeated; both by default", func(s string) error {
		if s != training && s != prediction {
			return errors.Errorf("no task called %q; there is %s, %s", s, training, prediction)
		}
		o.kinds = append(o.kinds, s)
		return nil
	})
	f.Func("batch", "examples, or texts, of a prediction; may be repeated; 1 by default", numbers("batch", &o.batches))
	f.Func("threads", "threads on all sides; may be repeated; 1 and 2 by default", numbers("threads", &o.threads))
	f.IntVar(&o.rounds, "rounds", 10, "turns of each side")
	f.DurationVar(&o.turn, "turn", time.Second, "time of a turn; it has at least one step")
	quick := f.Bool("quick", false, "two rounds of 200 ms, for a first look")
	f.StringVar(&o.environment, "environment", cache(), "folder that "+environment+" fills")
	f.StringVar(&o.scripts, "scripts", "bench/compare", "folder of the peers' programs")
	f.StringVar(&o.python, "python", "/usr/bin/python3", "Python that has PyTorch, for the peer pytorch-debian")
	f.Func("blas", "BLAS `library` for pytorch-debian to preload; may be repeated, and the fastest counts; OpenBLAS and BLIS by default, as far as they are installed", func(s string) error {
		o.blas = append(o.blas, s)
		return nil
	})
	f.Func("variant", "the only variant of a peer's program to try, as `jax=conv`; may be repeated; the programs explain theirs", func(s string) error {
		name, variant, ok := strings.Cut(s, "=")
		if _, err := find(name); err != nil || !ok {
			return errors.Errorf("%q is not of the form jax=conv", s)
		}
		if o.variant == nil {
			o.variant = map[string]string{}
		}
		o.variant[name] = variant
		return nil
	})
	f.Func("max-ratio", "fail if a step of the zoo takes more than this share of a peer's time for a model, as `mlp=0.7`; may be repeated", limit(&o.maxRatio))
	f.Func("max-predict", "fail if a prediction of the zoo takes more than this share of a peer's time, as `lenet5=0.3`; may be repeated", limit(&o.maxPredict))
	f.Func("max-memory", "fail if the zoo's peak of memory is more than this share of a peer's, as `mlp=1`; may be repeated", limit(&o.maxMemory))
	f.StringVar(&o.results, "results", "bench/results", "folder to write the report and its chart to; '' for none")
	f.StringVar(&o.name, "name", "", "name of the files there; today's date by default")
	f.BoolVar(&o.check, "check", false, "instead of timing, compare the losses of a few steps, and a prediction, from equal values")
	f.BoolVar(&o.epochs, "epochs", false, "instead of steps, time whole trainings, ten epochs of lenet on MNIST and one of ptb-tutorial, beside the peers pytorch and pytorch-debian; on 2 threads by default")
	f.StringVar(&o.dataDir, "data-dir", "", "folder with the Penn Treebank, ptb.train.txt and so on, for -epochs; found by itself by default")
	f.IntVar(&o.steps, "steps", 0, "stop -epochs after so many steps, for a try; 0: all")
	f.StringVar(&o.serve, "serve", "", "be the side called zoo or gorgonia: what compare starts itself with")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if *quick {
		o.rounds, o.turn = 2, 200*time.Millisecond
	}
	if o.rounds < 1 || o.turn <= 0 {
		return o, errors.New("rounds must be at least 1, and a turn must take some time")
	}
	if o.steps < 0 || !o.epochs && (o.steps > 0 || o.dataDir != "") {
		return o, errors.New("steps and data-dir are for -epochs, and steps at least 0")
	}
	if o.epochs && (o.check || o.maxRatio != nil || o.maxMemory != nil || o.maxPredict != nil) {
		return o, errors.New("-check and limits are of steps and predictions; leave them out with -epochs")
	}
	if o.name == "" {
		o.name = time.Now().Format("2006-01-02")
		if o.epochs {
			o.name += "-epochs"
		}
	}
	if o.peers == nil {
		o.peers = peers
	}
	switch {
	case o.workloads == nil && o.epochs:
		o.workloads = taught()
	case o.workloads == nil:
		o.workloads = bench.Workloads
	case o.epochs:
		for _, w := range o.workloads {
			if _, err := findCourse(w.Name); err != nil {
				return o, err
			}
		}
	}
	if o.kinds == nil {
		o.kinds = []string{training, prediction}
	}
	if o.batches == nil {
		o.batches = []int{1}
	}
	switch {
	case o.threads != nil:
	case o.epochs:
		o.threads = []int{2}
	default:
		o.threads = []int{1, 2}
	}
	if o.blas == nil {
		o.blas = blasLibraries("libopenblas.so.0", "libblis.so.4")
	}
	return o, nil
}

// cache is the folder that the environment is in by default.
func cache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "zoo-compare")
}

// tasks are what is to be done, model by model.
func (o options) tasks() (all []task) {
	for _, w := range o.workloads {
		for _, kind := range o.kinds {
			if kind == training {
				all = append(all, task{Workload: w})
				continue
			}
			for _, n := range o.batches {
				all = append(all, predicting(w, n))
			}
		}
	}
	return all
}

// candidates returns those of p's for a task, or the one variant that was asked for.
func (o options) candidates(p peer, t task) (cs []candidate) {
	of := p.candidates
	if t.predict {
		of = p.predictors
	}
	all := of(o, t.Name)
	only, limited := o.variant[p.name]
	if !limited {
		return all
	}
	for _, c := range all {
		if c.Variant == only {
			cs = append(cs, c)
		}
	}
	if cs == nil { // one that is not tried by itself
		cs = []candidate{{all[0].Args, only}}
	}
	return cs
}

// workload returns the one called name.
func workload(name string) (bench.Workload, error) {
	var names []string
	for _, w := range bench.Workloads {
		if w.Name == name {
			return w, nil
		}
		names = append(names, w.Name)
	}
	return bench.Workload{}, errors.Errorf("no model called %q is compared; there is %s", name, strings.Join(names, ", "))
}

// numbers returns what appends a number of at least 1 to all.
func numbers(name string, all *[]int) func(string) error {
	return func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return errors.Errorf("%s must be at least 1", name)
		}
		*all = append(*all, n)
		return nil
	}
}

// limit returns what takes a limit such as mlp=0.7 into limits.
func limit(limits *map[string]float64) func(string) error {
	return func(s string) error {
		model, text, _ := strings.Cut(s, "=")
		ratio, err := strconv.ParseFloat(text, 64)
		if err != nil || !(ratio > 0) {
			return errors.Errorf("%q is not of the form mlp=0.7", s)
		}
		if _, err := workload(model); err != nil {
			return err
		}
		if *limits == nil {
			*limits = map[string]float64{}
		}
		(*limits)[model] = ratio
		return nil
	}
}

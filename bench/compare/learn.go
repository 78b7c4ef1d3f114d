package main

import (
	"context"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/bench"
	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/augment"
	"github.com/gorgonia-zoo/zoo/data/mnist"
	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/train"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// A course is a training from beginning to end. Its data go to all sides in files of
// one form, which peer.py explains.
type course struct {
	model  string
	epochs int
	score  string // what it is
	write  func(ctx context.Context, o options, dir string, notices io.Writer) error
	begin  func(w bench.Workload, dir string, epochs int) (*lesson, error)
}

// A lesson is a course as it begins.
type lesson struct {
	trainer *train.Trainer
	src     data.Source
	test    data.Source
	score   func(train.Result) float64
}

var courses = []course{
	{"lenet", 10, "test accuracy", writeDigits, beginDigits},
	{"ptb-tutorial", 1, "validation perplexity", writeWords, beginWords},
}

// together is how many images, or words one after the other, are evaluated at a time.
const together = 500

// taught are the workloads that have a course.
func taught() (ws []bench.Workload) {
	for _, w := range bench.Workloads {
		if _, err := findCourse(w.Name); err == nil {
			ws = append(ws, w)
		}
	}
	return ws
}

// findCourse returns that of a model.
func findCourse(model string) (course, error) {
	var names []string
	for _, c := range courses {
		if c.model == model {
			return c, nil
		}
		names = append(names, c.model)
	}
	return course{}, errors.Errorf("no epochs of %s are compared; there are those of %s", model, strings.Join(names, ", "))
}

// learn is the zoo's side of a course.
func learn(ctx context.Context, w bench.Workload, c command) (r reply, err error) {
	course, err := findCourse(w.Name)
	if err != nil {
		return r, err
	}
	l, err := course.begin(w, c.Data, c.Epochs)
	if err != nil {
		return r, err
	}
	defer l.trainer.Close()
	r.Steps = l.src.Len() * c.Epochs
	if c.Limit > 0 {
		r.Steps = min(r.Steps, c.Limit)
	}
	start := time.Now()
	for s, err := range l.trainer.Steps(ctx, l.src) {
		if err != nil {
			return r, err
		}
		if s.N == r.Steps {
			break
		}
	}
	r.Wall = time.Since(start).Seconds()
	result, err := l.trainer.Evaluate(ctx, l.test)
	r.Score = l.score(result)
	return r, err
}

// beginDigits has the settings of cmd/mnist's recipe "best" for lenet.
func beginDigits(w bench.Workload, dir string, epochs int) (*lesson, error) {
	learned, err := readDigits(dir, "train")
	if err != nil {
		return nil, err
	}
	test, err := readDigits(dir, "test")
	if err != nil {
		return nil, err
	}
	src := augment.Affine{Shift: 2, Rotate: 10, Scale: 0.1, Seed: 1}.Wrap(learned.Shuffle(w.Batch, 1))
	t := &train.Trainer{
		Model: w.Trainer().Model, Optimizer: optim.SGD{Rate: 0.02, Momentum: 0.9, Nesterov: true}, Schedule: optim.Cosine(0.02, 550, epochs*src.Len()),
		Decay: []train.WeightDecay{{Pattern: "*.weight", L2: 1e-4}}, Average: 0.999, Seed: 1,
	}
	return &lesson{t, src, test.Batches(together), func(r train.Result) float64 { return r.Accuracy }}, nil
}

// beginWords trains as the workload does, which is the tutorial's configuration.
func beginWords(w bench.Workload, dir string, _ int) (*lesson, error) {
	learned, err := readInts(dir, "train.words")
	if err != nil {
		return nil, err
	}
	valid, err := readInts(dir, "valid.words")
	if err != nil {
		return nil, err
	}
	return &lesson{w.Trainer(), text.Stream(learned, w.Batch, w.Examples/w.Batch), text.Windows(valid, together), train.Result.Perplexity}, nil
}

func writeDigits(ctx context.Context, _ options, dir string, _ io.Writer) error {
	digits, err := mnist.Load(ctx, "")
	if err != nil {
		return err
	}
	for part, set := range map[string]data.Set{"train": digits.Train, "test": digits.Test} {
		pixels := make([]byte, set.X.DataSize())
		for i, v := range set.X.Float32s() {
			pixels[i] = byte(math.Round(float64(v) * 255))
		}
		if err := os.WriteFile(filepath.Join(dir, part+".images"), pixels, 0o644); err != nil {
			return errors.WithStack(err)
		}
		if err := writeInts(dir, part+".labels", set.Y.Ints()); err != nil {
			return err
		}
	}
	return nil
}

func writeWords(ctx context.Context, o options, dir string, notices io.Writer) error {
	corpus, err := text.PTB(ctx, o.dataDir, notices)
	if err != nil {
		return err
	}
	if n := corpus.Vocab.Len(); n > vocabulary {
		return errors.Errorf("%s has %d different words, and ptb-tutorial %d", corpus.Origin, n, vocabulary)
	}
	if err := writeInts(dir, "train.words", corpus.Train); err != nil {
		return err
	}
	return writeInts(dir, "valid.words", corpus.Valid)
}

// readDigits reads what writeDigits writes.
func readDigits(dir, part string) (s data.Set, err error) {
	pixels, err := os.ReadFile(filepath.Join(dir, part+".images"))
	if err != nil {
		return s, errors.WithStack(err)
	}
	labels, err := readInts(dir, part+".labels")
	if err != nil {
		return s, err
	}
	x := make([]float32, len(pixels))
	for i, v := range pixels {
		x[i] = float32(v) / 255
	}
	return data.Set{
		X: tensor.New(tensor.WithShape(len(x)/(28*28), 28, 28, 1), tensor.WithBacking(x)), Y: tensor.New(tensor.WithShape(len(labels)), tensor.WithBacking(labels)),
	}, nil
}

func writeInts(dir, name string, ints []int) error {
	var b []byte
	for _, k := range ints {
		b = binary.LittleEndian.AppendUint32(b, uint32(k))
	}
	return errors.WithStack(os.WriteFile(filepath.Join(dir, name), b, 0o644))
}

func readInts(dir, name string) ([]int, error) {
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return nil, errors.WithStack(err)
	}
	ints := make([]int, len(b)/4)
	for i := range ints {
		ints[i] = int(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return ints, nil
}

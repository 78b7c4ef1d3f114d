package main

import (
	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/bench"
	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/train"
)

// predicting is the task to predict from n examples, or texts.
func predicting(w bench.Workload, n int) task {
	w.Batch, w.Examples = n, n*w.Examples/w.Batch
	return task{w, true}
}

// inputPool is how many batches are predicted from in turn, as peers do.
const inputPool = 50

// zooPredictions predicts with a model as it begins, in a check with the values of
// that. Nothing is there that only training needs.
func zooPredictions(w task, check bool) (s steps, err error) {
	pool := inputPool
	if check {
		pool = 1
	}
	t, src := &train.Trainer{Model: w.Trainer().Model, Seed: 1}, common(w.Workload, pool)
	if check {
		if t.Params, err = values(t.Model, src); err != nil {
			return s, err
		}
	}
	x := make([]*tensor.Dense, pool)
	for i := range x {
		var b data.Batch
		if err := src.Read(0, i, &b); err != nil {
			return s, err
		}
		x[i] = b.X
	}
	var y *tensor.Dense
	n := 0
	return steps{
		next: func() (_ float64, err error) {
			y, err = t.Predict(x[n%pool])
			n++
			return 0, err
		},
		outputs: func() []float32 { return y.Float32s() },
		stop:    func() { t.Close() },
	}, nil
}

package train

import (
	"math"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/train/optim"
)

// A Trainer fits a model. Its exported fields may be set until the first call.
// It is not for use by several goroutines at once; several Trainers are.
type Trainer struct {
	Model     layers.Layer
	Params    *layers.Params  // nil: new ones, drawn from Seed
	Loss      Loss            // nil: CrossEntropy
	Optimizer optim.Optimizer // nil: SGD with rate 0.1
	Schedule  optim.Schedule  // learning rate of each step; nil: the optimizer's own
	Average   float64         // decay of the moving average of the weights; 0: none
	Decay     []WeightDecay
	ClipNorm  float64 // bound on the global norm of the gradient; 0: none
	Device    Device  // where it runs; nil: on the processor
	// SoftPlacement runs operations that Device has no kernel for on the processor,
	// which takes copies to and fro; without it they are an error.
	SoftPlacement bool
	// Placed, unless it is nil, is told of each operation when a graph is compiled.
	Placed func(Placed)

	Seed    uint64
	Profile bool // measure training steps, for Timings

	optimizer optim.Optimizer // the fields as the first call found them
	schedule  optim.Schedule
	ready     bool
	profile   *profile // nil: none

	programs []*program // the most recently used first
	learned  []*learned
	carried  []*carried
	batch    data.Batch // what training reads into
	eval     data.Batch // what evaluation reads into
	steps    int        // done
	perEpoch int        // of the last source
	losses   [Remembered]float32
	failed   error       // why training cannot go on
	kept     [][]float32 // the state after step keptAt
	keptAt   int
	lastRate float64 // of the last step; 0: none

	device *accelerator // nil: the processor

	resumed map[string][][]float32 // the optimizer's slots in a checkpoint, by parameter, until it is learned again
}

// A Loss returns the scalar to minimize, the mean over a batch, given the
// model's output and the batch's Y.
type Loss func(out, y *G.Node) (*G.Node, error)

// A WeightDecay adds a penalty to the loss of the parameters whose names match
// Pattern, as in [path.Match]: L2·½‖w‖² + L1·|w|. Its gradient, L2·w + L1·sign(w),
// counts towards the norm that ClipNorm bounds.
type WeightDecay struct {
	Pattern string
	L2, L1  float64
}

// init checks the fields and fills in defaults, once.
func (t *Trainer) init() error {
	if t.ready {
		return nil
	}
	if t.Model == nil {
		return errors.New("trainer: Model is nil; set it to a layers.Layer")
	}
	if t.optimizer = t.Optimizer; t.optimizer == nil {
		t.optimizer = optim.SGD{Rate: 0.1}
	}
	if err := t.optimizer.Validate(); err != nil {
		return errors.Wrap(err, "trainer")
	}
	if t.schedule = t.Schedule; t.schedule == nil {
		r := t.optimizer.LearningRate()
		if !(r > 0) || math.IsInf(r, 0) {
			return errors.Errorf("trainer: the optimizer's learning rate is %v; it must be above 0", r)
		}
		t.schedule = optim.Constant(r)
	}
	if t.Average < 0 || t.Average >= 1 || math.IsNaN(t.Average) {
		return errors.Errorf("trainer: Average is %v; it must be in [0, 1)", t.Average)
	}
	if t.ClipNorm < 0 || math.IsNaN(t.ClipNorm) {
		return errors.Errorf("trainer: ClipNorm is %v; it must not be negative", t.ClipNorm)
	}
	if t.Params == nil {
		t.Params = layers.NewParams(t.Seed)
	}
	if t.Profile {
		t.profile = new(profile)
	}
	if t.Device != nil {
		if err := t.accelerate(); err != nil {
			return err
		}
	}
	t.ready = true
	return nil
}

// Freeze keeps training from changing the parameters whose names match the
// pattern, as in [path.Match]. It is an error if none does; the model's
// parameters exist after the first call of any other method, or once its Params
// were loaded.
func (t *Trainer) Freeze(pattern string) error {
	if err := t.init(); err != nil {
		return err
	}
	if err := t.Params.Freeze(pattern); err != nil {
		return err
	}
	t.drop() // compiled for the parameters as they were
	return nil
}

// drop forgets the programs.
func (t *Trainer) drop() {
	for _, p := range t.programs {
		p.machine.Close()
	}
	t.programs = nil
}

// Save writes the weights that evaluation uses, the averages where averaging is
// on, to a safetensors file. After training that failed those are the last good
// ones. Weights that are not finite are not saved.
func (t *Trainer) Save(file string) error { return t.SaveWith(file, nil) }

// SaveWith is Save with metadata.
func (t *Trainer) SaveWith(file string, metadata map[string]string) error {
	if err := t.init(); err != nil {
		return err
	}
	if err := t.pull(); err != nil {
		return err
	}
	if t.Params.Count() == 0 {
		return errors.New("not saved: the model has no parameters yet; train, evaluate or predict first")
	}
	for p := range t.Params.All() {
		if !finite(p.Evaluated().Float32s()) {
			return errors.Errorf("not saved: %s is not finite; lower the learning rate", p.Name)
		}
	}
	return t.Params.Save(file, metadata)
}

// Close releases the compiled graphs, and a device's memory. The Trainer can be used
// again.
func (t *Trainer) Close() error {
	err := t.pull()
	t.drop()
	t.batch, t.eval = data.Batch{}, data.Batch{}
	if t.device != nil {
		t.device.close()
	}
	return err
}

package cli

import (
	"hash/crc32"
	"unsafe"

	"github.com/pkg/errors"
)

// Resumable are the flags of a training that can be stopped and go on.
type Resumable struct {
	Resume    bool `help:"Go on with the run in --run-dir from its newest checkpoint. Settings are those that it began with; --steps may be more."`
	SaveEvery int  `default:"1000" placeholder:"1000" help:"Updates between two checkpoints. The newest five and the best are kept."`
}

// Check is for Validate.
func (r Resumable) Check(runDir string) error {
	if r.Resume && runDir == "" {
		return errors.New("--resume needs --run-dir; name the folder of the run")
	}
	return AtLeastOne("--save-every", &r.SaveEvery)
}

// Create is [CreateRun] of a new run, which says so if it was to go on with one.
func (r Resumable) Create(dir, name string, config any, p *Progress) (*RunFolder, error) {
	f, err := CreateRun(dir, name, config)
	if err == nil && r.Resume {
		p.Notice("no run in " + f.Dir + " yet: training starts from the beginning")
	}
	return f, err
}

// KeepISA is [Keep] for the set of kernels, which is no flag.
func KeepISA(isa, was string) error {
	if isa != was {
		return errors.Errorf("the kernels in use are %s, but were %s when this run began; set ZOO_ISA=%s, or start another run with another --run-dir", isa, was, was)
	}
	return nil
}

// A Sum tells whether a run goes on with the data that it began with.
type Sum uint32

// Add adds numbers to the sum.
func Add[T float32 | int](s Sum, v []T) Sum {
	if len(v) == 0 {
		return s
	}
	b := unsafe.Slice((*byte)(unsafe.Pointer(&v[0])), len(v)*int(unsafe.Sizeof(v[0])))
	return Sum(crc32.Update(uint32(s), castagnoli, b))
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Command mnist trains image classifiers on MNIST, reports their accuracy, and reads
// handwritten digits.
//
//	go run ./cmd/mnist                      # the MLP, 30,000 steps in under a minute
//	go run ./cmd/mnist --recipe plain       # the tutorial's first program
//	go run ./cmd/mnist --resume --run-dir D # goes on with a run that was stopped
//	go run ./cmd/mnist eval --run-dir D --watch   # measures checkpoints beside it
//	go run ./cmd/mnist predict seven.png    # with weights that come with it
//	go run ./cmd/mnist --help
//
// It needs no data: MNIST comes with a Go module. A run folder below runs/
// receives the settings (config.json), a line of figures every 1,000 steps
// (metrics.jsonl), checkpoints, and the final weights (model.safetensors), which
// PyTorch's load_state_dict reads.
//
// The test set is read once, at the end.
//
// Exit status: 0; 1 where something is wrong with the world, such as a missing
// file; 2 with the command line; 128 + the number of a signal that stopped it.
package main

import (
	"os"

	_ "github.com/gorgonia-zoo/zoo/cuda" // GPUs, in programs that are built with them
	"github.com/gorgonia-zoo/zoo/internal/cli"
)

func main() { os.Exit(cli.Program("mnist", run, os.Exit)) }

// Command ptb trains language models, measures them, and lets them write.
//
//	go run ./cmd/ptb                                                    # on two books, in under five minutes
//	go run ./cmd/ptb generate --run-dir DIR --prompt "tom said" --words 50
//	go run ./cmd/ptb --config tutorial --corpus ptb                     # on the Penn Treebank
//	go run ./cmd/ptb --resume --run-dir DIR                             # goes on with a run that was stopped
//	go run ./cmd/ptb --help
//
// Without flags it needs no data: the books come with package text. A run folder
// below runs/ receives the settings (config.json), figures every 100 steps and
// after each epoch (metrics.jsonl), the words (vocab.txt), checkpoints and the final
// weights (model.safetensors), which PyTorch's load_state_dict reads.
//
// The test text is read once, at the end.
//
// Exit status: 0; 1 where something is wrong with the world, such as a missing
// file; 2 with the command line; 128 + the number of a signal that stopped it.
package main

import (
	"os"

	_ "github.com/gorgonia-zoo/zoo/cuda" // GPUs, in programs that are built with them
	"github.com/gorgonia-zoo/zoo/internal/cli"
)

func main() { os.Exit(cli.Program("ptb", run, os.Exit)) }

package main

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/cli"
)

// config is what config.json holds: every setting of the run, as resolved.
type config struct {
	Command string `json:"command"`
	Model   string `json:"model"`
	Dataset string `json:"dataset"`
	Recipe  string `json:"recipe"`
	recipe
	Seed    uint64  `json:"seed"`
	DataDir string  `json:"data_dir"`
	DataSum cli.Sum `json:"data_crc32c"` // of all images and labels
	Device  string  `json:"device"`
	Threads int     `json:"threads"`
	ISA     string  `json:"isa"` // the kernel set, which counts as a setting
}

// metrics is a line of metrics.jsonl.
type metrics struct {
	Step          int     `json:"step"`
	Epoch         int     `json:"epoch"`
	TimeS         float64 `json:"time_s"`     // since training began
	TrainLoss     float64 `json:"train_loss"` // mean since the last line, penalties excluded
	LearningRate  float64 `json:"learning_rate"`
	ExamplesPerS  float64 `json:"examples_per_s"` // while training
	ValidLoss     float64 `json:"valid_loss"`
	ValidAccuracy float64 `json:"valid_accuracy"`
}

// String formats m for a reader.
func (m metrics) String() string {
	return fmt.Sprintf("loss %.4f  validation accuracy %.4f  learning rate %.4g  %.0f images/s", m.TrainLoss, m.ValidAccuracy, m.LearningRate, m.ExamplesPerS)
}

// testMetrics is the last line of metrics.jsonl.
type testMetrics struct {
	Event        string  `json:"event"`
	Step         int     `json:"step"`
	TimeS        float64 `json:"time_s"`
	TestLoss     float64 `json:"test_loss"`
	TestAccuracy float64 `json:"test_accuracy"`
}

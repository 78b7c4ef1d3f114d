package main

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/internal/cli"
)

// config is what config.json holds: every setting of the run, as resolved.
type config struct {
	Command string `json:"command"`
	Config  string `json:"config"`
	Recipe  string `json:"recipe"`
	recipe
	Corpus     string  `json:"corpus"`
	DataDir    string  `json:"data_dir"`
	Vocabulary int     `json:"vocabulary"`
	VocabSum   string  `json:"vocab_sha256"`
	Seed       uint64  `json:"seed"`
	Device     string  `json:"device"`
	Threads    int     `json:"threads"`
	ISA        string  `json:"isa"`         // the kernel set, which counts as a setting
	DataSum    cli.Sum `json:"data_crc32c"` // of all texts
}

// metrics is a line of metrics.jsonl.
type metrics struct {
	Step            int      `json:"step"`
	Epoch           int      `json:"epoch"`
	TimeS           float64  `json:"time_s"`           // since training began
	TrainLoss       float64  `json:"train_loss"`       // mean nats a word since the last line
	TrainPerplexity float64  `json:"train_perplexity"` // of the epoch so far
	LearningRate    float64  `json:"learning_rate"`
	ExamplesPerS    float64  `json:"examples_per_s"` // words, while training
	ValidLoss       *float64 `json:"valid_loss,omitempty"`
	ValidPerplexity *float64 `json:"valid_perplexity,omitempty"`
}

// String formats m for a reader.
func (m metrics) String() string {
	s := fmt.Sprintf("epoch %d  perplexity so far %.3f  learning rate %.4g  %.0f words/s", m.Epoch+1, m.TrainPerplexity, m.LearningRate, m.ExamplesPerS)
	if m.ValidPerplexity != nil {
		s += fmt.Sprintf("  validation perplexity %.3f", *m.ValidPerplexity)
	}
	return s
}

// attributes are m's fields for a log.
func (m metrics) attributes() []any {
	a := []any{
		"epoch", m.Epoch, "train_loss", m.TrainLoss, "train_perplexity", m.TrainPerplexity,
		"learning_rate", m.LearningRate, "examples_per_s", m.ExamplesPerS,
	}
	if m.ValidPerplexity != nil {
		a = append(a, "valid_loss", *m.ValidLoss, "valid_perplexity", *m.ValidPerplexity)
	}
	return a
}

// testMetrics is the last line of metrics.jsonl.
type testMetrics struct {
	Event          string  `json:"event"`
	Step           int     `json:"step"`
	TimeS          float64 `json:"time_s"`
	TestLoss       float64 `json:"test_loss"`
	TestPerplexity float64 `json:"test_perplexity"`
}

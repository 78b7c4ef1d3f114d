package bench

import (
	"testing"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/augment"
	"github.com/gorgonia-zoo/zoo/data/text"
	"github.com/gorgonia-zoo/zoo/train/checkpoint"
)

// BenchmarkBatch reads the batches that a step trains on.
func BenchmarkBatch(b *testing.B) {
	shuffled := func() data.Source { return images(5000, 28, 28, 1).Shuffle(100, 1) }
	for _, c := range []struct {
		name string
		src  data.Source
	}{
		{"source=shuffled/batch=100", shuffled()},
		{"source=augmented/batch=100", augment.Affine{Shift: 2, Rotate: 10, Scale: 0.1, Seed: 1}.Wrap(shuffled())}, // the LeNets' recipe
		{"source=text/batch=20", text.Stream(words(20*(50*steps+1)), 20, steps)},
	} {
		b.Run(c.name, func(b *testing.B) {
			var batch data.Batch
			read := func(i int) {
				if err := c.src.Read(i/c.src.Len(), i%c.src.Len(), &batch); err != nil {
					b.Fatal(err)
				}
			}
			read(0)
			b.SetBytes(int64(batch.X.MemSize() + batch.Y.MemSize()))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				i++
				read(i)
			}
		})
	}
}

// BenchmarkCheckpoint times what a checkpoint costs training, the snapshot, and what
// goes on beside it, writing that to disk.
func BenchmarkCheckpoint(b *testing.B) {
	for _, w := range Workloads {
		t := w.Trainer()
		for s, err := range t.Steps(b.Context(), w.Source()) {
			if err != nil {
				b.Fatal(err)
			}
			if s.N == 1 {
				break
			}
		}
		var c checkpoint.Checkpoint
		snapshot := func() {
			if err := t.Snapshot(&c); err != nil {
				b.Fatal(err)
			}
		}
		snapshot()
		var bytes int64
		for _, d := range c.Tensors {
			bytes += int64(d.MemSize())
		}
		b.Run("model="+w.Name+"/part=snapshot", func(b *testing.B) {
			b.SetBytes(bytes)
			b.ReportAllocs()
			for b.Loop() {
				snapshot()
			}
		})
		b.Run("model="+w.Name+"/part=write", func(b *testing.B) {
			dir := b.TempDir()
			b.SetBytes(bytes)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Write(dir); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

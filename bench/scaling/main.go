// Command scaling says how the time of a training step grows with the size of what is
// trained: with the batch, the number of hidden units, the length of sequences, and the
// number of threads.
//
//	go run ./bench/scaling
//
// It takes some minutes, prints a table, and writes the figures to bench/results with a
// plot beside them.
//
// A time is that of the fastest of the steps in a turn, which has at least three. Growth
// is the power of the size with which the time grows from the size before: 1 is
// proportional, 0 free.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"text/tabwriter"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/bench"
	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "scaling:", err)
		os.Exit(1)
	}
}

// A report is what -results has.
type report struct {
	ISA     string  `json:"isa"`
	Threads int     `json:"threads"`
	Curves  []curve `json:"curves"`
}

// A curve has a step's time for growing sizes.
type curve struct {
	Model  string  `json:"model"`
	Of     string  `json:"of"` // what grows
	Points []point `json:"points"`
}

type point struct {
	Size   int     `json:"size"`
	Ms     float64 `json:"ms"`     // the fastest step
	Growth float64 `json:"growth"` // d log(time) / d log(size) from the point before; 0 at the first
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	f := flag.NewFlagSet("scaling", flag.ContinueOnError)
	turn := f.Duration("turn", time.Second, "time for each size")
	most := f.Int("most", math.MaxInt, "leave out larger sizes")
	results := f.String("results", "bench/results", "folder to write the figures and their plot to; '' for none")
	name := f.String("name", time.Now().Format("2006-01-02")+"-scaling", "name of the files there")
	program := f.String("chart", "bench/compare/chart", "folder of the program that draws the plot")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() > 0 || *turn <= 0 || *most < 1 {
		return errors.New("it wants flags only, a turn that takes some time, and sizes from 1 on; see -help")
	}
	isa, err := kernel.ISA()
	if err != nil {
		return err
	}
	r := report{ISA: isa, Threads: runtime.GOMAXPROCS(0)}
	for _, s := range all {
		c := curve{Model: s.model, Of: s.of}
		for _, size := range s.sizes {
			if size > *most {
				break
			}
			d, err := s.step(ctx, size, *turn)
			if err != nil {
				return errors.Wrapf(err, "%s, %s %d", s.model, s.of, size)
			}
			c.add(size, d)
		}
		r.Curves = append(r.Curves, c)
		if err := c.print(stdout); err != nil {
			return err
		}
	}
	if *results == "" {
		return nil
	}
	file := filepath.Join(*results, *name)
	if err := bench.WriteReport(file, r); err != nil {
		return err
	}
	if err := bench.Chart(ctx, *program, file); err != nil {
		fmt.Fprintln(stderr, err) // the figures are there
	}
	return nil
}

func (c *curve) add(size int, d time.Duration) {
	p := point{Size: size, Ms: d.Seconds() * 1e3}
	if n := len(c.Points); n > 0 {
		before := c.Points[n-1]
		p.Growth = math.Log(p.Ms/before.Ms) / math.Log(float64(size)/float64(before.Size))
	}
	c.Points = append(c.Points, p)
}

func (c *curve) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "%s, by %s\n", c.Model, c.Of)
	for _, p := range c.Points {
		fmt.Fprintf(t, "%d\t%.3f ms\t", p.Size, p.Ms)
		if p.Growth != 0 {
			fmt.Fprintf(t, "growth %.2f", p.Growth)
		}
		fmt.Fprintln(t, "\t")
	}
	fmt.Fprintln(t)
	return errors.WithStack(t.Flush())
}

// Command speed holds the zoo to its speed: it fails where a training step or a
// kernel reaches a smaller part of the processor's peak than it once did.
//
//	go run ./bench/speed           # compares with bench/figures.json
//	go run ./bench/speed -write    # measures anew and writes that file
//
// The peak is that of a loop of fused multiply-adds on registers with the same
// instruction set and threads, measured in the same process, so that figures hold for
// a kind of processor and not for its clock. A figure is the best of five rounds, in
// each of which it is the fastest run of a tenth of a second. It fails where it is
// more than 25 % lower than the one on file, of a whole step 40 %, twice in a row. Where the processor or
// its instruction set has none on file, or other programs kept the processors busy
// meanwhile, the program says so and passes.
//
// Write figures on a machine that does nothing else.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/pkg/errors"

	"github.com/gorgonia-zoo/zoo/internal/kernel"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

const portable = "generic" // kernels

const (
	rounds        = 5
	tolerance     = 0.25                   // of the figure on file
	stepTolerance = 0.4                    // of a whole step
	turn          = 100 * time.Millisecond // of a subject in a round
	pause         = 30 * time.Second       // before what is too slow is measured again
)

func run(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("speed", flag.ContinueOnError)
	file := flags.String("figures", "bench/figures.json", "the `file` of figures")
	write := flags.Bool("write", false, "write the figures of this machine into the file")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return errors.Errorf("unknown argument %q; see -help", flags.Arg(0))
	}
	isa, err := kernel.ISA()
	if err != nil {
		return errors.Errorf("%v; name one of these or unset ZOO_ISA", err)
	}
	all, err := readFigures(*file)
	if err != nil {
		return err
	}
	here := machine{Processor: processor(cpuInfo()), ISA: isa, Threads: runtime.GOMAXPROCS(0)}
	if *write {
		return record(all, *file, here, stdout)
	}
	entry := all.find(here)
	switch {
	case isa == portable:
		fmt.Fprintln(stdout, "WARNING: NO SPEED WAS CHECKED: the portable kernels have no peak to compare with")
		return nil
	case entry == nil:
		fmt.Fprintf(stdout, "WARNING: NO SPEED WAS CHECKED: %s has no figures for %v; go run ./bench/speed -write adds them\n", *file, here)
		return nil
	}
	runtime.GOMAXPROCS(entry.Threads)
	m, err := newMeter(subjects())
	if err != nil {
		return err
	}
	defer m.close()
	return check(entry.Peak, m.measure, func() { time.Sleep(pause) }, stdout)
}

// record measures everything and writes it to the file.
func record(all *figures, file string, here machine, stdout io.Writer) error {
	if here.ISA == portable {
		return errors.New("the portable kernels have no peak to compare with; use a processor with AVX2, or unset ZOO_ISA")
	}
	m, err := newMeter(subjects())
	if err != nil {
		return err
	}
	defer m.close()
	got, err := m.measure(m.names())
	if err != nil {
		return err
	}
	all.set(here, got.peak)
	for _, name := range m.names() {
		fmt.Fprintf(stdout, "%5.1f %%  %s\n", got.peak[name], name)
	}
	if got.others > mostOthers {
		fmt.Fprintf(stdout, "WARNING: other programs had %.0f %% of the processors: these figures are too low; write them when the machine is quiet\n", 100*got.others)
	}
	return all.write(file)
}

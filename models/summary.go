package models

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/layers"
)

// Summary returns a table of m's layers with their output shapes and numbers of
// parameters, for an input of the given shape, batch included.
func Summary(m layers.Layer, shape ...int) (string, error) { return summary(m, tensor.Float32, shape) }

// TextSummary is Summary for an input of words (steps, batch).
func TextSummary(m layers.Layer, steps, batch int) (string, error) {
	return summary(m, tensor.Int, []int{steps, batch})
}

func summary(m layers.Layer, of tensor.Dtype, shape []int) (string, error) {
	p := layers.NewParams(0)
	s := layers.NewScope(p, layers.Eval)
	x := s.Input("x", of, shape...)
	rows, err := layers.Describe(s, m, x)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "layer\toutput\tparameters")
	fmt.Fprintf(w, "input\t%v\t\n", tensor.Shape(shape))
	for _, r := range rows {
		fmt.Fprintf(w, "%s%s\t%v\t%s\n", strings.Repeat("  ", r.Depth), r.Layer, r.Shape, thousands(r.Params))
	}
	fmt.Fprintf(w, "total\t\t%s\n", thousands(p.Count()))
	if err := w.Flush(); err != nil {
		return "", err
	}
	lines := strings.Split(b.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.TrimSpace(strings.Join(lines, "\n")), nil
}

// thousands writes 397510 as 397,510.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

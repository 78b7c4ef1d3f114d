// Command chart draws a report of compare or scaling.
//
//	go run . REPORT.json CHART.png
//
// Of compare's, each model is a group of bars, a bar for each framework, as long as its
// fastest step takes in units of the zoo's. Of scaling's, each thing that grows is a
// panel of curves.
//
// It is a module of its own, so that the zoo's users need not know of gonum's plot.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/pkg/errors"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "chart:", err)
		os.Exit(1)
	}
}

// A report is what the chart needs of compare's, or of scaling's.
type report struct {
	Results []struct {
		Model   string
		Threads int
		Zoo     figures
		Peers   []figures
	}
	Curves []curve
}

type figures struct {
	Peer, Framework string
	Min             float64 `json:"min_ms"`
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("it wants two files: the report to read, and the picture to write")
	}
	b, err := os.ReadFile(args[0])
	if err != nil {
		return errors.WithStack(err)
	}
	var r report
	if err := json.Unmarshal(b, &r); err != nil {
		return errors.Wrap(err, args[0])
	}
	if len(r.Curves) > 0 {
		all, err := panels(r.Curves)
		if err != nil {
			return errors.Wrap(err, args[0])
		}
		return saveTiles(all, args[1])
	}
	p, err := bars(r)
	if err != nil {
		return errors.Wrap(err, args[0])
	}
	width := vg.Length(max(14, 6+2.2*float64(len(r.Results)))) * vg.Centimeter
	return errors.WithStack(p.Save(width, 10*vg.Centimeter, args[1]))
}

// bars lays them out: groups are results, and a peer has a colour.
func bars(r report) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = "Fastest training step, zoo = 1"
	p.Y.Min = 0
	var peers, groups []string
	names := map[string]string{}
	for _, c := range r.Results {
		groups = append(groups, fmt.Sprintf("%s\n%d threads", c.Model, c.Threads))
		for _, f := range append([]figures{c.Zoo}, c.Peers...) {
			if _, known := names[f.Peer]; !known {
				peers = append(peers, f.Peer)
			}
			names[f.Peer] = f.Framework
		}
	}
	if len(peers) == 0 {
		return nil, errors.New("nothing was compared")
	}
	const most = 10 // a bar that would be longer is cut
	width := vg.Points(44 / float64(len(peers)))
	for i, name := range peers {
		bars := make(plotter.Values, len(r.Results))
		for k, c := range r.Results {
			for _, f := range append([]figures{c.Zoo}, c.Peers...) {
				if f.Peer == name && c.Zoo.Min > 0 {
					bars[k] = min(f.Min/c.Zoo.Min, most)
				}
			}
		}
		b, err := plotter.NewBarChart(bars, width)
		if err != nil {
			return nil, errors.WithStack(err)
		}
		b.LineStyle.Width = 0
		b.Color = plotutil.Color(i)
		b.Offset = width * vg.Length(float64(i)-float64(len(peers)-1)/2)
		p.Add(b)
		p.Legend.Add(names[name], b)
	}
	p.Add(plotter.NewGrid())
	p.Legend.Top = true
	p.Legend.YOffs = vg.Points(4)
	p.NominalX(groups...)
	p.Y.Max = min(p.Y.Max*1.35, most*1.35)
	p.Y.Label.Text = fmt.Sprintf("cut at %d", most)
	return p, nil
}

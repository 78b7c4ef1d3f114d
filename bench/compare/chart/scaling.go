package main

import (
	"image/color"
	"os"
	"strconv"

	"github.com/pkg/errors"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// A curve is one of scaling's: a step's time for growing sizes.
type curve struct {
	Model, Of string
	Points    []struct {
		Size int
		Ms   float64
	}
}

// panels lays out the curves, all by the same thing in one panel.
func panels(curves []curve) (all []*plot.Plot, err error) {
	var of []string
	groups := map[string][]curve{}
	for _, c := range curves {
		if len(c.Points) == 0 {
			continue
		}
		if groups[c.Of] == nil {
			of = append(of, c.Of)
		}
		groups[c.Of] = append(groups[c.Of], c)
	}
	for _, name := range of {
		p, err := panel(name, groups[name])
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	if all == nil {
		return nil, errors.New("nothing was measured")
	}
	return all, nil
}

// panel has both axes logarithmic, so that a power is a straight line; the dashed one
// is the first, of threads the inverse.
func panel(of string, curves []curve) (*plot.Plot, error) {
	p := plot.New()
	p.X.Label.Text, p.Y.Label.Text = of, "ms"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.Y.Tick.Marker = plot.LogTicks{Prec: -1}
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.TextStyle.Font.Size = vg.Points(8)
	p.Add(plotter.NewGrid())
	var ticks []plot.Tick
	for i, c := range curves {
		points := make(plotter.XYs, len(c.Points))
		for k, q := range c.Points {
			if q.Size < 1 || !(q.Ms > 0) {
				return nil, errors.Errorf("%s, by %s: %v ms at size %d; both must be above 0", c.Model, of, q.Ms, q.Size)
			}
			points[k].X, points[k].Y = float64(q.Size), q.Ms
			if i == 0 {
				ticks = append(ticks, plot.Tick{Value: points[k].X, Label: strconv.Itoa(q.Size)})
			}
		}
		line, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return nil, errors.WithStack(err)
		}
		line.Color, dots.Color, dots.Shape = plotutil.Color(i), plotutil.Color(i), plotutil.Shape(i)
		p.Add(line, dots)
		p.Legend.Add(c.Model, line, dots)
	}
	p.X.Tick.Marker = plot.ConstantTicks(ticks)
	if p.X.Min == p.X.Max {
		p.X.Min, p.X.Max = p.X.Min/2, p.X.Max*2
	}
	first, last := curves[0].Points[0], curves[0].Points[len(curves[0].Points)-1]
	growth, name := float64(last.Size)/float64(first.Size), "proportional"
	if of == "threads" {
		growth, name = 1/growth, "inversely proportional"
	}
	guide, err := plotter.NewLine(plotter.XYs{{X: float64(first.Size), Y: last.Ms / growth}, {X: float64(last.Size), Y: last.Ms}})
	if err != nil {
		return nil, errors.WithStack(err)
	}
	guide.Color, guide.Dashes = color.Gray{128}, []vg.Length{vg.Points(3), vg.Points(3)}
	p.Add(guide)
	p.Legend.Add(name, guide)
	p.Y.Max *= 10 // room for the legend
	return p, nil
}

// saveTiles draws the panels, two side by side.
func saveTiles(all []*plot.Plot, file string) (err error) {
	const across = 2
	const margin = vg.Centimeter / 2
	tiles := draw.Tiles{
		Rows: (len(all) + across - 1) / across, Cols: across, PadX: margin, PadY: margin, PadTop: margin, PadBottom: margin, PadLeft: margin, PadRight: margin,
	}
	rows := make([][]*plot.Plot, tiles.Rows)
	for i := range rows {
		rows[i] = make([]*plot.Plot, across)
		copy(rows[i], all[i*across:])
	}
	img := vgimg.New(24*vg.Centimeter, vg.Length(tiles.Rows)*9*vg.Centimeter)
	for i, row := range plot.Align(rows, tiles, draw.New(img)) {
		for k, c := range row {
			if rows[i][k] != nil {
				rows[i][k].Draw(c)
			}
		}
	}
	f, err := os.Create(file)
	if err != nil {
		return errors.WithStack(err)
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = errors.WithStack(e)
		}
	}()
	_, err = vgimg.PngCanvas{Canvas: img}.WriteTo(f)
	return errors.WithStack(err)
}

package main

import (
	"math"
	"math/rand/v2"
)

// trace returns the path of a stroke as many short lines.
func trace(s stroke) []point {
	n := len(s.points)
	var path []point
	for i := range n - 1 {
		a, b := s.points[i], s.points[i+1]
		before, after := s.points[max(0, i-1)], s.points[min(n-1, i+2)]
		for k := range 12 {
			t := float64(k) / 12
			if !s.round {
				path = append(path, point{a.x + t*(b.x-a.x), a.y + t*(b.y-a.y)})
				continue
			}
			path = append(path, point{spline(before.x, a.x, b.x, after.x, t), spline(before.y, a.y, b.y, after.y, t)})
		}
	}
	return append(path, s.points[n-1])
}

// spline is that of Catmull and Rom from b to c.
func spline(a, b, c, d, t float64) float64 {
	return b + t*((c-a)+t*((2*a-5*b+4*c-d)+t*(3*(b-c)+d-a)))/2
}

// write returns the paths of a digit in pixels, as the style's hand writes it.
func write(strokes []stroke, s style, r *rand.Rand) (paths [][]point) {
	phase, turn := 2*math.Pi*r.Float64(), 0.06*r.NormFloat64()
	for _, k := range strokes {
		moved := stroke{round: k.round}
		for _, p := range k.points { // no two digits are alike
			moved.points = append(moved.points, point{p.x + 0.02*r.NormFloat64(), p.y + 0.02*r.NormFloat64()})
		}
		path := trace(moved)
		for i, p := range path {
			x, y := s.aspect*(p.x-0.5), p.y-0.5
			x -= s.slant * y
			x, y = x-turn*y, y+turn*x
			x += s.wobble * math.Sin(9*p.y+phase)
			y += s.wobble * math.Sin(7*p.x+2*phase)
			path[i] = point{s.x + s.size*x, s.y + s.size*y}
		}
		paths = append(paths, path)
	}
	return paths
}

// ink returns how much of the pixel (x, y) pens of this width cover on the paths.
func ink(paths [][]point, width, x, y float64) float64 {
	nearest := math.Inf(1)
	for _, path := range paths {
		for i := range len(path) - 1 {
			nearest = min(nearest, distance(path[i], path[i+1], x, y))
		}
	}
	return min(1, width, max(0, width/2+0.5-nearest))
}

// distance returns that of (x, y) to the line from a to b.
func distance(a, b point, x, y float64) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	t := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		t = min(1, max(0, ((x-a.x)*dx+(y-a.y)*dy)/l))
	}
	return math.Hypot(x-a.x-t*dx, y-a.y-t*dy)
}

package mnist

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/draw"
)

var (
	black = color.NRGBA{0, 0, 0, 255}
	white = color.NRGBA{255, 255, 255, 255}
)

// page returns paper of w by h pixels with an L on it: strokes 6 wide, 60 high and
// 40 long, the corner at (x, y).
func page(w, h, x, y int, paper, ink color.Color) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(paper), image.Point{}, draw.Src)
	for _, stroke := range []image.Rectangle{image.Rect(x, y-60, x+6, y), image.Rect(x, y-6, x+40, y)} {
		draw.Draw(img, stroke, image.NewUniform(ink), image.Point{}, draw.Src)
	}
	return img
}

// form returns what FromImage makes of img.
func form(t *testing.T, img image.Image) []float32 {
	t.Helper()
	x, err := FromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	return x.Float32s()
}

// distance returns the mean ink that a and b differ by, as a share of a's.
func distance(a, b []float32) float64 {
	var d, all float64
	for i := range a {
		d += math.Abs(float64(a[i] - b[i]))
		all += float64(a[i])
	}
	return d / all
}

// The L of 60 by 40 pixels becomes one of 20 by 13 whose strokes are 2 wide, and its
// centre of mass comes as near to (14, 14) as whole pixels allow.
func TestFromImage(t *testing.T) {
	x, err := FromImage(page(300, 200, 30, 180, white, black))
	if err != nil {
		t.Fatal(err)
	}
	if s := x.Shape(); !s.Eq([]int{1, 28, 28, 1}) {
		t.Errorf("shape %v", s)
	}
	var box image.Rectangle
	var mass, mx, my float64
	for i, v := range x.Float32s() {
		if v > 0.1 {
			box = box.Union(image.Rect(i%28, i/28, i%28+1, i/28+1))
		}
		mass += float64(v)
		mx += float64(v) * float64(i%28)
		my += float64(v) * float64(i/28)
	}
	if box.Dx() != 13 || box.Dy() != 20 {
		t.Errorf("the digit is at %v, want it 13 by 20", box)
	}
	if want := 2 * (20 + 13.3 - 2); math.Abs(mass-want) > 2 { // of its two strokes
		t.Errorf("%.1f pixels of ink, want %.1f", mass, want)
	}
	if mx, my = mx/mass, my/mass; math.Abs(mx-14) > 0.5 || math.Abs(my-14) > 0.5 {
		t.Errorf("the centre of mass is at %.2f, %.2f", mx, my)
	}
}

// What is no part of the digit changes nothing, or little.
func TestFromImageOfAnything(t *testing.T) {
	clean := page(300, 200, 100, 120, white, black)
	want := form(t, clean)
	grey := func(v uint8) color.Color { return color.Gray{v} }
	dirty := page(300, 200, 100, 120, white, black)
	for i := range 4 {
		draw.Draw(dirty, image.Rect(20+70*i, 170, 24+70*i, 174), image.Black, image.Point{}, draw.Src)
	}
	lit := page(300, 200, 100, 120, white, black)
	r := rand.New(rand.NewPCG(1, 0))
	for y := range 200 {
		for x := range 300 {
			v := lit.NRGBAAt(x, y).R/2 + 40 // of ink 40, of paper 167
			light := 1.2 - 0.5*math.Hypot(float64(x-150), float64(y-100))/180
			v = uint8(min(255, max(0, light*float64(v)+6*r.NormFloat64())))
			lit.Set(x, y, color.Gray{v})
		}
	}
	windowed := image.NewNRGBA(image.Rect(0, 0, 900, 900))
	draw.Draw(windowed, image.Rect(500, 500, 800, 700), clean, image.Point{}, draw.Src)
	large := image.NewNRGBA(image.Rect(0, 0, 3000, 2000))
	draw.NearestNeighbor.Scale(large, large.Rect, clean, clean.Rect, draw.Src, nil)
	for _, c := range []struct {
		name  string
		img   image.Image
		limit float64
	}{
		{"elsewhere", page(500, 90, 420, 80, white, black), 0},
		{"tight", page(44, 64, 2, 62, white, black), 0},
		{"light on dark", page(300, 200, 100, 120, black, white), 0},
		{"weak", page(300, 200, 100, 120, grey(120), grey(80)), 0},
		{"on transparent", page(300, 200, 100, 120, color.Transparent, black), 0},
		{"half transparent ink", page(300, 200, 100, 120, color.Transparent, color.NRGBA{0, 0, 0, 128}), 0},
		{"part of an image", windowed.SubImage(image.Rect(500, 500, 800, 700)), 0},
		{"dirty", dirty, 0},
		{"badly lit", lit, 0.1}, // noise roughens edges
		{"large", large, 0.05},  // blocks of 3 pixels meet 10
	} {
		if d := distance(want, form(t, c.img)); d > c.limit+1e-6 {
			t.Errorf("%s: %.3f of the ink is elsewhere", c.name, d)
		}
	}
}

// A line of one pixel in 400 is as heavy as MNIST's thin ones.
func TestThinStrokes(t *testing.T) {
	img := image.NewGray(image.Rect(0, 0, 500, 500))
	draw.Draw(img, image.Rect(200, 50, 201, 450), image.White, image.Point{}, draw.Src)
	var mass float32
	for _, v := range form(t, img) {
		mass += v
	}
	if mass < 0.6*minStroke*boxSide || mass > 1.2*minStroke*boxSide {
		t.Errorf("%.1f pixels of ink, want about %.1f", mass, minStroke*boxSide)
	}
}

// MNIST's own images have this form already, and hardly change.
func TestFromImageKeepsMNIST(t *testing.T) {
	t.Setenv("ZOO_DATA", "")
	s, err := Load(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	const n = 200
	var mean float64
	for i := range n {
		want := s.Valid.Slice(i, i+1).X.Float32s()
		img := image.NewGray(image.Rect(0, 0, 28, 28))
		for j, v := range want {
			img.Pix[j] = uint8(255*v + 0.5)
		}
		mean += distance(want, form(t, img)) / n
	}
	// Measured: 0.14. Grey edges come out darker or lighter; a shift by one pixel is 0.5.
	if mean > 0.2 {
		t.Errorf("%.3f of the ink is elsewhere", mean)
	}
}

// endless is an image with no memory behind it.
type endless struct{ image.Rectangle }

func (e endless) ColorModel() color.Model { return color.GrayModel }
func (e endless) Bounds() image.Rectangle { return e.Rectangle }
func (e endless) At(_, _ int) color.Color { return color.Gray{} }

func TestFromImageErrors(t *testing.T) {
	faint := page(300, 200, 100, 120, color.Gray{200}, color.Gray{190})
	noise := image.NewGray(image.Rect(0, 0, 50, 50))
	r := rand.New(rand.NewPCG(1, 0))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(r.UintN(256))
	}
	for _, c := range []struct {
		name string
		img  image.Image
		say  string
	}{
		{"white", page(30, 20, 100, 100, white, white), "no digit found: nothing stands out from the paper; give a dark digit"},
		{"transparent", image.NewNRGBA(image.Rect(0, 0, 9, 9)), "no digit found"},
		{"one pixel", image.NewGray(image.Rect(0, 0, 1, 1)), "no digit found"},
		{"one row", image.NewGray(image.Rect(0, 0, 100, 1)), "no digit found"},
		{"faint", faint, "no digit found"},
		{"noise", noise, "no digit found"},
		{"none", nil, "image is nil; give one"},
		{"no pixels", image.NewGray(image.Rectangle{}), "image is 0 by 0 pixels; give one with a digit on it"},
		{"no rows", image.NewGray(image.Rect(0, 0, 7, 0)), "pixels; give one with a digit on it"},
		{"too large", endless{image.Rect(0, 0, 1<<30, 1<<30)}, "image is 1073741824 by 1073741824 pixels, more than 50 million; scale it down"},
	} {
		_, err := FromImage(c.img)
		t.Log(c.name)
		contains(t, err, c.say)
		checkRemedy(t, err)
	}
}

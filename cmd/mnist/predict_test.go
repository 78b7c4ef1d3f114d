package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
	"github.com/gorgonia-zoo/zoo/layers"
	"github.com/gorgonia-zoo/zoo/models/lenet"
)

// drawn returns the paths of the drawings that match the pattern, in order of their names.
func drawn(t *testing.T, pattern string) []string {
	t.Helper()
	dir, err := filepath.Abs("testdata/drawn")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || files == nil {
		t.Fatalf("no drawings %s: %v", pattern, err)
	}
	return files
}

//go:generate go run ./testdata/draw testdata/drawn

// Fifty drawings of ten digits with five pens are read: testdata/draw drew them.
func TestPredictDrawings(t *testing.T) {
	files := drawn(t, "*")
	r := execute(t, command(t, append([]string{"predict", "--format", "json"}, files...)...))
	if r.Status != 0 || r.Stderr != "" {
		t.Fatalf("status %d: %s", r.Status, r.Stderr)
	}
	right := 0
	for i, o := range clitest.Objects(t, []byte(r.Stdout)) {
		var digit int
		name, _, _ := strings.Cut(filepath.Base(files[i]), ".")
		if _, err := fmt.Sscanf(name[strings.Index(name, "-"):], "-%d", &digit); err != nil {
			t.Fatal(err)
		}
		if o["file"] != files[i] {
			t.Errorf("line %d is of %v, want %s", i+1, o["file"], files[i])
		}
		if o["digit"] == float64(digit) {
			right++
		} else {
			t.Logf("%s is read as %v", name, o["digit"])
		}
	}
	// Measured: 49. The 1 in chalk, with its long upstroke, is read as 7, which is how
	// Americans, who wrote MNIST, write that.
	if len(files) != 50 || right < 45 {
		t.Errorf("%d of %d are right", right, len(files))
	}
}

func TestPredictText(t *testing.T) {
	file := drawn(t, "tiny-7.png")[0]
	r := execute(t, command(t, "predict", file))
	if !strings.HasPrefix(r.Stdout, file+"  7  (7: ") || strings.Count(r.Stdout, "\n") != 1 || r.Status != 0 || r.Stderr != "" {
		t.Errorf("%+v", r)
	}
	var p [3]float64
	var d [3]int
	if n, err := fmt.Sscanf(r.Stdout[len(file):], "  7  (%d: %f, %d: %f, %d: %f)\n", &d[0], &p[0], &d[1], &p[1], &d[2], &p[2]); n != 6 {
		t.Errorf("%q: %v", r.Stdout, err)
	}
	if d[0] != 7 || p[0] < p[1] || p[1] < p[2] || p[0]+p[1]+p[2] > 1.001 {
		t.Errorf("digits %v with probabilities %v", d, p)
	}
}

func TestPredictJSON(t *testing.T) {
	r := execute(t, command(t, "predict", "--format", "json", drawn(t, "tiny-7.png")[0]))
	lines := clitest.Objects(t, []byte(r.Stdout))
	if len(lines) != 1 || !slices.Equal(clitest.Keys(lines[0]), []string{"digit", "file", "probabilities"}) {
		t.Fatalf("%+v", r)
	}
	best := lines[0]["probabilities"].([]any)
	if len(best) != 3 {
		t.Fatalf("%v", best)
	}
	last := 1.
	for i, o := range best {
		g := o.(map[string]any)
		if i == 0 && g["digit"] != lines[0]["digit"] || !slices.Equal(clitest.Keys(g), []string{"digit", "probability"}) {
			t.Errorf("%v of %v", g, lines[0])
		}
		clitest.Number(t, g, "probability", 0, last)
		last = g["probability"].(float64)
	}
}

// The probabilities are those of a softmax, in order, also where exp overflows.
func TestLikeliest(t *testing.T) {
	got := likeliest([]float32{1000, 1000 + float32(math.Log(3)), -1000, 1000 + float32(math.Log(4))}, 3)
	for i, want := range []guess{{3, 4. / 8}, {1, 3. / 8}, {0, 1. / 8}} {
		if got[i].Digit != want.Digit || math.Abs(got[i].Probability-want.Probability) > 1e-4 { // float32 near 1000
			t.Errorf("%d: %v, want %v", i, got[i], want)
		}
	}
}

// The mlp comes with the program, too, and a run's weights say what they are of.
func TestPredictModels(t *testing.T) {
	file := drawn(t, "marker-3.jpg")[0]
	_, folder := trained(t, "--steps", "1", "--model", "mlp")
	weights := filepath.Join(folder, "model.safetensors")
	for _, args := range [][]string{{"--model", "mlp"}, {"--model", "lenet5"}, {"--weights", weights}, {"--weights", weights, "--model", "mlp", "--threads", "1"}} {
		r := execute(t, command(t, append(append([]string{"predict"}, args...), file)...))
		if !strings.HasPrefix(r.Stdout, file+"  ") || r.Status != 0 || r.Stderr != "" {
			t.Errorf("%v: %+v", args, r)
		}
		if args[0] == "--model" && !strings.HasPrefix(r.Stdout, file+"  3  (") {
			t.Errorf("%v: %s", args, r.Stdout)
		}
	}
}

// saved saves a LeNet-5 with metadata, for a model that change may have changed.
func saved(t *testing.T, metadata map[string]string, change func(p *layers.Params)) (file string) {
	t.Helper()
	p := layers.NewParams(1)
	s := layers.NewScope(p, layers.Eval)
	if _, err := lenet.LeNet5().Forward(s, s.Input("x", tensor.Float32, 1, 28, 28, 1)); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(p)
	}
	file = filepath.Join(t.TempDir(), "w.safetensors")
	if err := p.Save(file, metadata); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestPredictWeights(t *testing.T) {
	image := drawn(t, "tiny-7.png")[0]
	unnamed := saved(t, nil, nil)
	if r := execute(t, command(t, "predict", "--weights", unnamed, "--model", "lenet5", image)); r.Status != 0 {
		t.Errorf("named by --model: %+v", r)
	}
	named := func(model string) string { return saved(t, map[string]string{"model": model}, nil) }
	half := filepath.Join(t.TempDir(), "half.safetensors")
	if err := os.WriteFile(half, clitest.Read(t, unnamed)[:1000], 0o644); err != nil {
		t.Fatal(err)
	}
	nan := func(p *layers.Params) { p.Get("fc2.bias").Value.Float32s()[3] = float32(math.NaN()) }
	for _, c := range []struct {
		name  string
		args  []string
		parts []string
	}{
		{"none", []string{"--weights", "none.safetensors"}, []string{"none.safetensors: no such file", "name a run's model.safetensors with --weights"}},
		{"no weights", []string{"--weights", image}, []string{"tiny-7.png: not a whole safetensors file", "name a run's model.safetensors with --weights"}},
		{"half", []string{"--weights", half}, []string{"half.safetensors: not a whole safetensors file", "name a run's model.safetensors"}},
		{"unnamed", []string{"--weights", unnamed}, []string{"does not say which model it is of", "name it with --model"}},
		{"disagree", []string{"--weights", named("lenet5"), "--model", "mlp"}, []string{"says that it is of lenet5, not of mlp", "leave --model out"}},
		{"unknown", []string{"--weights", named("lstmlm")}, []string{`no model called "lstmlm"`, "the zoo has mlp, lenet5, lenet"}},
		{"another's", []string{"--weights", named("mlp")}, []string{"fc2.weight has shape (84, 120) where the model has (10, 500)", "these are not weights of mlp, so name their model with --model"}},
		{"clothes", []string{"--weights", saved(t, map[string]string{"model": "lenet5", "dataset": "fashion"}, nil)}, []string{"was trained on clothes", "name weights that were trained on digits"}},
		{"not a number", []string{"--weights", saved(t, map[string]string{"model": "lenet5"}, nan)}, []string{"fc2.bias is not finite", "restore the file, or train again"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := execute(t, command(t, append(append([]string{"predict"}, c.args...), image)...))
			r.fails(t, 1, c.parts...)
			if r.Stdout != "" {
				t.Errorf("it prints %q", r.Stdout)
			}
		})
	}
}

// An image that cannot be read has its line, and the others are read.
func TestPredictBadImages(t *testing.T) {
	good := drawn(t, "tiny-7.png")[0]
	dir := t.TempDir()
	blank := new(bytes.Buffer)
	white := image.NewGray(image.Rect(0, 0, 30, 30))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	if err := png.Encode(blank, white); err != nil {
		t.Fatal(err)
	}
	whole := clitest.Read(t, good)
	large := slices.Clone(clitest.Read(t, drawn(t, "chalk-7.gif")[0]))
	copy(large[6:], "\xff\xff\xff\xff") // width and height
	if err := clitest.Write(dir, map[string][]byte{"blank.png": blank.Bytes(), "half.png": whole[:len(whole)/2], "page.html": []byte("<html>"), "large.gif": large}); err != nil {
		t.Fatal(err)
	}
	for name, parts := range map[string][]string{
		"none.png":  {"none.png: no such file", "name a file that is there"},
		".":         {".: is a folder", "name the images in it"},
		"blank.png": {"blank.png: no digit found", "give a dark digit on light paper"},
		"half.png":  {"half.png: cannot be decoded (", "save the image again"},
		"page.html": {"page.html: not a PNG, JPEG or GIF image", "convert it to one of these"},
		"large.gif": {"large.gif: image is 65535 by 65535 pixels", "scale it down"},
	} {
		cmd := command(t, "predict", good, name, good)
		cmd.Dir = dir
		r := execute(t, cmd)
		r.fails(t, 1, parts...)
		if n := strings.Count(r.Stdout, good+"  7  ("); n != 2 {
			t.Errorf("%s: %d of 2 other images are read: %q", name, n, r.Stdout)
		}
	}
	cmd := command(t, "predict", "none.png", good, "blank.png")
	cmd.Dir = dir
	if r := execute(t, cmd); strings.Count(r.Stderr, "\n") != 2 || r.Status != 1 {
		t.Errorf("two bad images: status %d, %q", r.Status, r.Stderr)
	}
}

func TestPredictUsage(t *testing.T) {
	for args, part := range map[string]string{
		"predict":                       `expected "<image> ..."`,
		"predict --model resnet x.png":  `no model called "resnet"; the zoo has mlp, lenet5, lenet`,
		"predict --model lenet x.png":   "no weights of lenet come with the program, only of lenet5, mlp; name a file with --weights",
		"predict --format xml x.png":    `--format must be one of "text","json" but got "xml"`,
		"predict --threads 0 x.png":     "--threads must be at least 1, not 0",
		"predict --device abacus x.png": `--device must be auto, cpu, cuda or cuda:N`,
		"predict --steps 3 x.png":       "--steps",
	} {
		execute(t, command(t, strings.Fields(args)...)).fails(t, 2, part, "see mnist --help")
	}
}

func TestPredictHelp(t *testing.T) {
	r := execute(t, command(t, "predict", "--help"))
	if r.Status != 0 || r.Stderr != "" {
		t.Errorf("status %d, stderr %q", r.Status, r.Stderr)
	}
	for _, part := range []string{"Usage: mnist predict <image> ... [flags]", "Examples:\n", "mnist predict seven.png", "--weights=FILE", "mlp, lenet5, lenet"} {
		if !strings.Contains(r.Stdout, part) {
			t.Errorf("%q does not say %q", r.Stdout, part)
		}
	}
	if r := execute(t, command(t, "--help")); !strings.Contains(r.Stdout, "mnist predict\n") {
		t.Errorf("mnist --help does not name predict: %s", r.Stdout)
	}
}

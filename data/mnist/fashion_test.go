package mnist

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

// needFashion skips the test where Fashion-MNIST is not on this machine.
func needFashion(t testing.TB) {
	t.Helper()
	if fashion.zooData() != "" {
		return
	}
	cache, err := fashion.cached(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{cache, fashion.system} {
		if _, err := os.Stat(filepath.Join(dir, fashion.files[0].name)); err == nil {
			return
		}
	}
	const why = "no Fashion-MNIST here; install Debian's dataset-fashion-mnist or set ZOO_DATA to a folder that has fashion-mnist"
	if os.Getenv("ZOO_CI") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// The counts are Fashion-MNIST's by construction: 6,000 training and 1,000 test
// images of each class. The mean 0.2860 and deviation 0.3530 of the training
// images are what programs for PyTorch normalize with.
func TestLoadFashion(t *testing.T) {
	needFashion(t)
	s, err := LoadFashion(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var counts [2][10]int
	for _, y := range [][]int{s.Train.Y.Ints(), s.Valid.Y.Ints()} {
		for _, d := range y {
			counts[0][d]++
		}
	}
	for _, d := range s.Test.Y.Ints() {
		counts[1][d]++
	}
	for k := range counts[0] {
		if counts[0][k] != 6000 || counts[1][k] != 1000 {
			t.Errorf("class %d has %d training and %d test images, want 6000 and 1000", k, counts[0][k], counts[1][k])
		}
	}
	if !s.Test.X.Shape().Eq(tensor.Shape{10000, 28, 28, 1}) || s.Valid.Examples() != 5000 {
		t.Errorf("test images are %v, %d images validate", s.Test.X.Shape(), s.Valid.Examples())
	}
	// An ankle boot, two T-shirts, a dress, as on the data set's page.
	if diff := cmp.Diff([]int{9, 0, 0, 3, 0, 2, 7, 2, 5, 5}, s.Valid.Y.Ints()[:10]); diff != "" {
		t.Errorf("first training labels, which validate (-want +got):\n%s", diff)
	}
	if mean, deviation := moments(s.Valid.X.Float32s(), s.Train.X.Float32s()); fmt.Sprintf("%.4f %.4f", mean, deviation) != "0.2860 0.3530" {
		t.Errorf("pixels have mean %.4f and deviation %.4f, want 0.2860 and 0.3530", mean, deviation)
	}
}

// A package of the system may have packed the files anew: what they unpack to counts.
func TestSystemFolder(t *testing.T) {
	isolate(t)
	d, files := published()
	d.module, d.system = "", t.TempDir()
	for i, f := range d.files {
		d.files[i].content = sum(tinyFiles()[roles[i]])
		files[f.name] = stored(tinyFiles()[roles[i]])
	}
	url, requests := host(t, nil)
	d.mirrors = []string{url}
	write(t, d.system, files)
	s, err := d.load(t.Context(), "")
	if err != nil || s.Origin != d.system || requests.Load() != 0 {
		t.Fatalf("found %+v, %v, with %d requests", s, err, requests.Load())
	}

	damaged := maps.Clone(files)
	damaged[d.files[1].name] = stored(labels(23))
	write(t, d.system, damaged)
	_, err = d.load(t.Context(), "")
	contains(t, err, "system: "+filepath.Join(d.system, d.files[1].name)+" is not the published file, mirrors: ")
	damaged[d.files[1].name] = stored(labels(24))[:30]
	write(t, d.system, damaged)
	_, err = d.load(t.Context(), "")
	contains(t, err, "system: "+filepath.Join(d.system, d.files[1].name)+": ")
}

func TestZooData(t *testing.T) {
	isolate(t)
	root := write(t, t.TempDir(), tinyFiles())
	t.Setenv("ZOO_DATA", root)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // so that nothing is searched for
	if got := mnist.zooData(); got != root {
		t.Errorf("MNIST is in %q, want ZOO_DATA itself, %s", got, root)
	}
	if got := fashion.zooData(); got != "" {
		t.Errorf("Fashion-MNIST is in %q, but ZOO_DATA has no folder for it", got)
	}
	if _, err := LoadFashion(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want a search that its context stops", err)
	}
	for d, load := range map[*dataset]func(context.Context, string) (*Splits, error){&mnist: Load, &fashion: LoadFashion} {
		want := write(t, filepath.Join(root, d.folder), tinyFiles())
		s, err := load(t.Context(), "")
		if err != nil || s.Origin != want {
			t.Errorf("%s: %+v, %v, want what is in %s", d.title, s, err, want)
		}
	}
	if err := os.Remove(filepath.Join(root, fashion.folder, roles[3])); err != nil {
		t.Fatal(err)
	}
	_, err := LoadFashion(t.Context(), "")
	contains(t, err, "data folder "+filepath.Join(root, "fashion-mnist")+" (from ZOO_DATA): no t10k-labels-idx1-ubyte(.gz); put the four Fashion-MNIST files there or unset ZOO_DATA")
}

func TestFashionNotFound(t *testing.T) {
	isolate(t)
	d := fashion
	d.system = t.TempDir()
	url, _ := host(t, nil)
	d.mirrors = []string{url}
	_, err := d.load(t.Context(), "")
	contains(t, err, "Fashion-MNIST not found (cache: no train-images-idx3-ubyte.gz in ", ", system: no train-images-idx3-ubyte.gz in ", ", mirrors: ",
		"; check the network, or put its four files into a folder and name it with --data-dir, or into fashion-mnist in the folder that ZOO_DATA names")
}

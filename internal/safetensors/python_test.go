package safetensors

import (
	"math"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorgonia.org/tensor"
)

// A file from the format's own library; testdata/python.py wrote it.
func TestFromPython(t *testing.T) {
	got, metadata, err := ReadFile("testdata/python.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]*tensor.Dense{
		"fc1.weight": dense([]float32{0, 0.25, 0.5, 0.75, 1, 1.25}, 2, 3),
		"fc1.bias":   dense([]float32{-1.5, float32(math.Inf(1))}, 2),
		"scale":      tensor.New(tensor.FromScalar(float32(3.25))),
		"größe":      dense([]float32{math.SmallestNonzeroFloat32}, 1, 1),
	}
	if d := cmp.Diff(bits(want), bits(got)); d != "" {
		t.Errorf("tensors (-want +got):\n%s", d)
	}
	if d := cmp.Diff(map[string]string{"model": "mlp", "seed": "1"}, metadata); d != "" {
		t.Errorf("metadata (-want +got):\n%s", d)
	}
}

// The format's own library reads what we write.
func TestToPython(t *testing.T) {
	python := os.Getenv("ZOO_PYTHON") // one that has safetensors and numpy
	if python == "" {
		python = "python3"
	}
	if err := exec.Command(python, "-c", "import safetensors.numpy").Run(); err != nil {
		const why = "no Python with safetensors and numpy; name one with ZOO_PYTHON"
		if os.Getenv("ZOO_CI") == "1" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	tensors, metadata := sample()
	file, _ := write(t, tensors, metadata)
	const script = `
import sys, safetensors
with safetensors.safe_open(sys.argv[1], "np") as f:
    for k in f.keys():
        t = f.get_tensor(k)
        print(k, list(t.shape), *("%08x" % v for v in t.reshape(-1).view("<u4")))
    print(sorted(f.metadata().items()))
`
	out, err := exec.Command(python, "-c", script, file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for name, want := range bits(tensors) {
		shape, elements, _ := strings.Cut(want, "]")
		if line := name + " " + strings.ReplaceAll(shape, " ", ", ") + "]" + elements + "\n"; !strings.Contains(string(out), line) {
			t.Errorf("Python reads\n%swithout the line %q", out, line)
		}
	}
	if want := `[('', ''), ('model', 'mlp'), ('note', 'a\n"b" <é>')]`; !strings.Contains(string(out), want) {
		t.Errorf("Python reads\n%swithout %s", out, want)
	}
}

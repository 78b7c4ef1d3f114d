package op

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pkg/errors"
	G "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	_ "github.com/gorgonia-zoo/zoo/cuda"
	"github.com/gorgonia-zoo/zoo/cuda/cudatest"
	"github.com/gorgonia-zoo/zoo/internal/device"
)

// withoutKernel lists the computations that no device can run, and why.
var withoutKernel = map[string]string{}

// Every type of this package with a method do has one that launches kernels, or a reason.
func TestEveryComputationHasKernels(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	methods := map[string]map[string]bool{"do": {}, "launch": {}}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			m, ok := d.(*ast.FuncDecl)
			if !ok || m.Recv == nil || methods[m.Name.Name] == nil {
				continue
			}
			if receiver, ok := m.Recv.List[0].Type.(*ast.Ident); ok {
				methods[m.Name.Name][receiver.Name] = true
			}
		}
	}
	if len(methods["do"]) < 40 {
		t.Fatalf("found but %d computations", len(methods["do"]))
	}
	for c := range methods["do"] {
		if has, why := methods["launch"][c], withoutKernel[c]; has == (why != "") {
			t.Errorf("%s: has kernels %v, has none because %q", c, has, why)
		}
	}
}

// deviceTolerance is for results of float32s: the device adds up in another order, and
// its exponentials differ in the last bit.
const deviceTolerance = 1e-5

// A deviceCase is a computation and its inputs.
type deviceCase struct {
	name  string
	c     computation
	in    []G.Value
	parts [][2]int // of the output, where they begin and how long they are; nil: it is one
	exact bool     // the same bits
}

// Each computation on a device gives what it gives on the host, on sizes that leave
// blocks of threads a rest, and the same bits each time. Memory holds NaNs before.
func TestDeviceAgreesWithHost(t *testing.T) {
	d := cudatest.Open(t, device.Options{Exact: true})
	tested := map[string]bool{}
	for _, c := range slices.Concat(productCases(), elementCases(), lossCases(), convCases(), poolCases(), batchNormCases(), recurrentCases()) {
		name := fmt.Sprintf("%T", c.c)[len("op."):]
		tested[name] = true
		t.Run(name+"/"+c.name, func(t *testing.T) { c.test(t, d) })
	}
	for _, l := range launchers {
		if name := fmt.Sprintf("%T", l)[len("op."):]; !tested[name] {
			t.Errorf("%s is not tested", name)
		}
	}
}

// Logits that come in blocks of a few rows, the last one short.
func TestDeviceGoesByBlocks(t *testing.T) {
	d := cudatest.Open(t, device.Options{Exact: true})
	defer func(n int) { blockBytes = n }(blockBytes)
	blockBytes = 4 * 8 * 1100
	for _, c := range lossCases() {
		switch c.c.(type) {
		case linearCrossEntropy, linearCrossEntropyGrad:
			t.Run(fmt.Sprintf("%T/%s", c.c, c.name), func(t *testing.T) { c.test(t, d) })
		}
	}
}

func (c deviceCase) test(t *testing.T, d device.Device) {
	o := &Operation{c.c, 0}
	host, err := o.Do(c.in...)
	if err != nil {
		t.Fatal(err)
	}
	want := elements(host)
	parts := c.parts
	if parts == nil {
		parts = [][2]int{{0, len(want)}}
	}
	var last []float32
	for _, shift := range []int{4, 0, 0} { // arrays may begin anywhere
		got, err := launched(d, o, host.Shape(), c.in, shift)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range parts {
			g, w := got[p[0]:p[0]+p[1]], want[p[0]:p[0]+p[1]]
			if problem := c.compare(g, w); problem != "" {
				t.Fatalf("from %d on, %d elements, shifted by %d: %s", p[0], len(w), shift, problem)
			}
			if last == nil {
				continue
			}
			if i := differs(g, last[p[0]:]); i >= 0 {
				t.Fatalf("from %d on, element %d of %d is %v, then %v", p[0], i, len(g), last[p[0]+i], g[i])
			}
		}
		if shift == 0 {
			last = got
		}
	}
}

// compare says what is wrong with got.
func (c deviceCase) compare(got, want []float32) string {
	if c.exact {
		if i := differs(got, want); i >= 0 {
			return fmt.Sprintf("element %d is %v (%08x), want %v (%08x)", i, got[i], math.Float32bits(got[i]), want[i], math.Float32bits(want[i]))
		}
		return ""
	}
	var largest float64
	for _, v := range want {
		largest = max(largest, math.Abs(float64(v)))
	}
	for i, v := range want {
		if diff := math.Abs(float64(got[i]) - float64(v)); !(diff <= deviceTolerance*largest) {
			return fmt.Sprintf("element %d is %v, want %v; the largest is %v", i, got[i], v, largest)
		}
	}
	return ""
}

// differs returns where a and b have different bits, -1 if nowhere. All NaNs are one.
func differs(a, b []float32) int {
	for i, v := range a {
		if math.Float32bits(v) != math.Float32bits(b[i]) && !(v != v && b[i] != b[i]) {
			return i
		}
	}
	return -1
}

func elements(v G.Value) []float32 {
	switch v := v.(type) {
	case *G.F32:
		return []float32{float32(*v)}
	case *RowSparse:
		return v.Dense().Float32s()
	}
	return v.(*tensor.Dense).Float32s()
}

// launched returns what o gives on a device, where arrays of floats begin so many bytes
// into an allocation.
func launched(d device.Device, o *Operation, out tensor.Shape, in []G.Value, shift int) (y []float32, err error) {
	upload := func(b []byte, shift int) device.Pointer {
		p, e := d.Alloc(shift + max(1, len(b)))
		if e == nil {
			e = d.Upload(p+device.Pointer(shift), b)
		}
		if e != nil {
			err = e
		}
		return p + device.Pointer(shift)
	}
	free := func(p device.Pointer, shift int) { d.Free(p - device.Pointer(shift)) }
	nans := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = 0xFF
		}
		return b
	}
	var arrays []device.Array
	var shapes []tensor.Shape
	for _, v := range in {
		a := device.Array{Shape: v.Shape(), Dtype: v.Dtype()}
		if v.Dtype() == tensor.Int {
			a.Pointer = upload(device.Bytes(ints(v)), 0)
			defer free(a.Pointer, 0)
		} else {
			a.Pointer = upload(device.Bytes(elements(v)), shift)
			defer free(a.Pointer, shift)
		}
		arrays, shapes = append(arrays, a), append(shapes, v.Shape())
	}
	result := device.Array{Shape: out, Dtype: tensor.Float32}
	result.Pointer = upload(nans(4*result.Len()), shift)
	defer free(result.Pointer, shift)
	scratch := upload(nans(o.Scratch(shapes)), 0)
	defer free(scratch, 0)
	if err != nil {
		return nil, err
	}
	if err := o.Launch(d, scratch, result, arrays); err != nil {
		return nil, err
	}
	y = make([]float32, result.Len())
	return y, errors.Wrap(d.Download(device.Bytes(y), result.Pointer), o.String())
}

// An operation that has no kernels, or is of float64, is refused.
func TestLaunchRefuses(t *testing.T) {
	for _, c := range []struct {
		o    *Operation
		t    tensor.Dtype
		want string
	}{
		{&Operation{slow{}, 0}, tensor.Float32, "slow has no kernel"},
		{&Operation{add{1}, 0}, tensor.Float64, "add of float64"},
	} {
		err := c.o.Launch(nil, 0, device.Array{Dtype: c.t}, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want an error with %q", err, c.want)
		}
	}
	if (&Operation{slow{}, 0}).OnDevice() || !(&Operation{add{1}, 0}).OnDevice() {
		t.Error("slow is on a device, or add is not")
	}
}

type slow struct{ computation }

func (slow) String() string { return "slow" }

// Labels and ids that a device would not look at.
func TestCheck(t *testing.T) {
	logits, weight := tensor.Shape{2, 3}, tensor.Shape{5, 4}
	for _, c := range []struct {
		c    computation
		in   []tensor.Shape
		x    []int
		want string
	}{
		{crossEntropy{}, []tensor.Shape{logits, {2}}, []int{0, 3}, "label 3 of example 1"},
		{crossEntropyGrad{}, []tensor.Shape{logits, {2}, {}}, []int{-1, 0}, "label -1 of example 0"},
		{linearCrossEntropy{}, []tensor.Shape{{2, 4}, weight, {2}}, []int{4, 5}, "label 5 of example 1"},
		{embedding{"embed", 2}, []tensor.Shape{weight, {1, 2}}, []int{4, 5}, "embed: id 5 at (0, 1)"},
		{crossEntropy{}, []tensor.Shape{logits, {2}}, []int{2, 0}, ""},
		{dropout{}, []tensor.Shape{logits, {1}}, []int{1 << 40}, ""},
	} {
		err := (&Operation{c.c, 0}).Check(c.x, c.in)
		if got := fmt.Sprint(err); c.want == "" && err != nil || !strings.Contains(got, c.want) {
			t.Errorf("%v: %v, want %q", c.c, err, c.want)
		}
	}
}

// Package golden holds what PyTorch computes, for tests to agree with.
//
// Golden.py writes one file a case to testdata; every file says which version of PyTorch wrote it and why it exists,
// and `golden.py --check` computes it again. The files are embedded, so that tests of any package read them:
//
//	c := golden.Load(t, "dense_relu")
//	y, err := forward(c.Float32("x"), c.Float32("weight"), c.Float32("bias"))
//	…
//	c.Agree("y", y, 1e-5)
//
// Inputs are float32 numbers in all cases: float32 and float64 graphs start from the same values.
package golden

import (
	"embed"
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pkg/errors"
	"gorgonia.org/tensor"
)

//go:embed testdata/*.json
var files embed.FS

// A Case is one golden file: named values, and where they come from.
type Case struct {
	Name   string
	Why    string // what the case is for, with every setting that the values don't hold
	Torch  string // version of PyTorch
	values map[string]value
	t      testing.TB
}

// A value is a tensor or, with no dimensions, a number. A sampled one has only the elements at the flat indices At.
type value struct {
	Dtype string
	Shape []int
	Data  []json.Number
	At    []int
	Sum   float64 // of all elements
	Abs   float64 // of all elements' absolute values
}

// Load reads a case; without one of that name it ends the test. A case reports to the t it was loaded with,
// so a subtest loads its own.
func Load(t testing.TB, name string) *Case {
	t.Helper()
	c, err := load(name)
	if err != nil {
		t.Fatal(err)
	}
	c.t = t
	return c
}

// Names lists the cases.
func Names() []string {
	entries, err := files.ReadDir("testdata")
	if err != nil {
		panic(err) // the folder is embedded
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".json"))
	}
	return names
}

func load(name string) (*Case, error) {
	b, err := files.ReadFile(path.Join("testdata", name+".json"))
	if err != nil {
		return nil, errors.Errorf("golden: no case %q; there are %s", name, strings.Join(Names(), ", "))
	}
	var file struct {
		Case, Why, Torch string
		Values           map[string]value
	}
	if err := json.Unmarshal(b, &file); err != nil {
		return nil, errors.Wrapf(err, "golden: %s.json", name)
	}
	for key, v := range file.Values {
		n := tensor.Shape(v.Shape).TotalSize()
		if len(v.At) > 0 {
			n = len(v.At)
		}
		if len(v.Data) != n {
			return nil, errors.Errorf("golden: %s.json: %s has %d elements, its shape %v %d", name, key, len(v.Data), v.Shape, n)
		}
	}
	return &Case{Name: file.Case, Why: file.Why, Torch: file.Torch, values: file.Values}, nil
}

// Keys lists the case's values in alphabetical order.
func (c *Case) Keys() []string {
	keys := make([]string, 0, len(c.values))
	for k := range c.values {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Float32 returns a value as a new float32 tensor.
func (c *Case) Float32(key string) *tensor.Dense {
	c.t.Helper()
	x := c.numbers(c.whole(key), key)
	data := make([]float32, len(x))
	for i, v := range x {
		data[i] = float32(v)
	}
	return dense(c.values[key].Shape, data, data[0])
}

// Float64 returns a value as a new float64 tensor.
func (c *Case) Float64(key string) *tensor.Dense {
	c.t.Helper()
	x := c.numbers(c.whole(key), key)
	return dense(c.values[key].Shape, x, x[0])
}

// Number returns a value without dimensions: a loss, a rate.
func (c *Case) Number(key string) float64 {
	c.t.Helper()
	v := c.whole(key)
	if len(v.Shape) > 0 {
		c.t.Fatalf("golden: %s of case %s has shape %v and is no single number", key, c.Name, v.Shape)
	}
	return c.numbers(v, key)[0]
}

// Ints returns a value's integers: labels, say.
func (c *Case) Ints(key string) []int {
	c.t.Helper()
	v := c.whole(key)
	ints := make([]int, len(v.Data))
	for i, d := range v.Data {
		n, err := strconv.Atoi(d.String())
		if err != nil {
			c.t.Fatalf("golden: %s of case %s is %s, not integers", key, c.Name, v.Dtype)
		}
		ints[i] = n
	}
	return ints
}

func (c *Case) value(key string) value {
	c.t.Helper()
	v, ok := c.values[key]
	if !ok {
		c.t.Fatalf("golden: case %s has no %q; it has %s", c.Name, key, strings.Join(c.Keys(), ", "))
	}
	return v
}

func (c *Case) whole(key string) value {
	c.t.Helper()
	v := c.value(key)
	if len(v.At) > 0 {
		c.t.Fatalf("golden: %s of case %s is a sample of shape %v; compare with Agree", key, c.Name, v.Shape)
	}
	return v
}

// numbers reads the digits in the value's own type: the shortest digits of a float32 are another float64.
func (c *Case) numbers(v value, key string) []float64 {
	c.t.Helper()
	bits := 64
	if v.Dtype == "float32" {
		bits = 32
	}
	x := make([]float64, len(v.Data))
	for i, d := range v.Data {
		f, err := strconv.ParseFloat(d.String(), bits)
		if err != nil {
			c.t.Fatalf("golden: %s of case %s: %v", key, c.Name, err)
		}
		x[i] = f
	}
	return x
}

func dense(shape []int, data, scalar any) *tensor.Dense {
	if len(shape) == 0 {
		return tensor.New(tensor.FromScalar(scalar))
	}
	return tensor.New(tensor.WithShape(shape...), tensor.WithBacking(data))
}

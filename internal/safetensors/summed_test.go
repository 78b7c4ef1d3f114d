package safetensors

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gorgonia-zoo/zoo/internal/replace"
)

// summed returns the bytes of a file with a checksum.
func summed(t testing.TB) (file string, b []byte) {
	t.Helper()
	tensors, metadata := sample()
	metadata["config"] = `{"sha256":"of something else"}` // which JSON within JSON escapes
	file = filepath.Join(t.TempDir(), "summed.safetensors")
	if err := WriteSummed(file, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, b
}

func TestSummed(t *testing.T) {
	file, _ := summed(t)
	tensors, metadata := sample()
	metadata["config"] = `{"sha256":"of something else"}`
	got, notes, err := ReadSummed(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(bits(tensors), bits(got)); d != "" {
		t.Errorf("tensors (-written +read):\n%s", d)
	}
	if d := cmp.Diff(metadata, notes); d != "" {
		t.Errorf("metadata (-written +read):\n%s", d)
	}
	alone, err := ReadMetadata(file)
	if d := cmp.Diff(metadata, alone); d != "" || err != nil {
		t.Errorf("metadata alone: %v\n%s", err, d)
	}
	if _, _, err := ReadFile(file); err != nil { // for others it is a file like any
		t.Error(err)
	}
	if _, _, err := ReadSummed(filepath.Join(t.TempDir(), "none")); !os.IsNotExist(cause(err)) {
		t.Errorf("no file: %v", err)
	}
	plain, _ := write(t, tensors, metadata)
	if _, _, err := ReadSummed(plain); err == nil {
		t.Error("a file without a checksum: no error")
	}
}

func cause(err error) error {
	for {
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		err = u.Unwrap()
	}
}

// Every beginning of a file is an error, and so is a byte too many.
func TestSummedTruncated(t *testing.T) {
	_, b := summed(t)
	for n := range b {
		if _, _, err := decodeSummed(bytes.Clone(b[:n])); err == nil {
			t.Errorf("no error after %d of %d bytes", n, len(b))
		}
	}
	if _, _, err := decodeSummed(append(bytes.Clone(b), 0)); err == nil {
		t.Error("no error with a byte too many")
	}
}

// Each bit of a file counts; each kind of damage that disks and programs do is found.
func TestSummedCorrupted(t *testing.T) {
	_, b := summed(t)
	want, notes, err := decodeSummed(bytes.Clone(b))
	if err != nil {
		t.Fatal(err)
	}
	look := func(what string, damaged []byte) {
		t.Helper()
		got, n, err := decodeSummed(bytes.Clone(damaged))
		if err == nil && (cmp.Diff(bits(want), bits(got)) != "" || cmp.Diff(notes, n) != "") {
			t.Errorf("%s gives other contents and no error", what)
		}
	}
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			if _, _, err := decodeSummed(bytes.Clone(b)); err == nil {
				t.Errorf("bit %d of byte %d has flipped: no error", bit, i)
			}
			b[i] ^= 1 << bit
		}
	}
	r := rand.New(rand.NewPCG(5, 5))
	for range 10_000 {
		d := bytes.Clone(b)
		at, n := r.IntN(len(d)), 1+r.IntN(64)
		block := d[at:min(at+n, len(d))]
		switch r.IntN(6) {
		case 0:
			clear(block)
			look("zeros", d)
		case 1:
			for i := range block {
				block[i] = byte(r.Uint32())
			}
			look("noise", d)
		case 2:
			copy(block, d[r.IntN(len(d)):])
			look("a block of another place", d)
		case 3:
			look("a block missing", append(d[:at], d[at+len(block):]...))
		case 4:
			look("a block twice", append(d[:at+len(block)], b[at:]...))
		case 5:
			look("the end missing and zeros for it", append(d[:at], make([]byte, len(b)-at)...))
		}
	}
}

// FuzzSummed: no input makes the reader panic, and one that it takes is what was
// written.
func FuzzSummed(f *testing.F) {
	_, b := summed(f)
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add(bytes.Replace(b, []byte("sha256"), []byte("sha255"), 1))
	for _, b := range corrupt {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, damaged []byte) {
		_, _, err := decodeSummed(bytes.Clone(damaged))
		if err != nil || bytes.Equal(damaged, b) {
			return
		}
		// Only a file with a right checksum of its own gets here.
		at, ok := sumPlace(damaged)
		if !ok || bytes.Equal(damaged[at:at+sumLen], zeros) {
			t.Error("taken without a checksum")
		}
	})
}

// A file is written in stages, in one order, under another name until the last.
func TestStages(t *testing.T) {
	defer func(h func(string, replace.Stage)) { replace.Hook = h }(replace.Hook)
	var got []replace.Stage
	replace.Hook = func(file string, s replace.Stage) {
		got = append(got, s)
		if _, err := os.Stat(file); (err == nil) != (s == replace.Renamed) {
			t.Errorf("%s: %s is there: %v", s, file, err)
		}
		if entries, _ := os.ReadDir(filepath.Dir(file)); len(entries) != 1 {
			t.Errorf("%s: the folder has %v", s, entries)
		}
	}
	file, _ := summed(t)
	want := []replace.Stage{replace.Created, replace.HalfWritten, replace.Written, replace.Synced, replace.Renamed}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("stages (-want +got):\n%s", d)
	}
	// What a program that was killed leaves is removed, and nothing else.
	dir := filepath.Dir(file)
	for _, name := range []string{".step-00000001.safetensors123", ".config.json9", ".vocab.txt12", ".model.safetensors1", ".lock", "notes.txt", ".x.safetensors", ".notes.txt1"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := replace.RemoveUnfinished(dir); err != nil {
		t.Fatal(err)
	}
	var names []string
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if d := cmp.Diff([]string{".lock", ".notes.txt1", ".x.safetensors", "notes.txt", "summed.safetensors"}, names); d != "" {
		t.Errorf("left (-want +got):\n%s", d)
	}
	if err := replace.RemoveUnfinished(filepath.Join(dir, "nowhere")); err != nil {
		t.Error(err)
	}
}

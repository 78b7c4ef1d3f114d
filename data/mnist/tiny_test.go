package mnist

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// idx writes an IDX file.
func idx(elements []byte, shape ...int) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(0x0800+len(shape)))
	for _, d := range shape {
		b = binary.BigEndian.AppendUint32(b, uint32(d))
	}
	return append(b, elements...)
}

// images returns n images of which image k has the byte k everywhere.
func images(n int) []byte {
	b := make([]byte, n*side*side)
	for i := range b {
		b[i] = byte(i / (side * side))
	}
	return idx(b, n, side, side)
}

// labels returns n labels, 0 to 9 and again.
func labels(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i % classes)
	}
	return idx(b, n)
}

func zip(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

// stored is zip without compression: other bytes that unpack to the same.
func stored(b []byte) []byte {
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.NoCompression)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// tinyFiles are a set of 24 training and 3 test images, by role.
func tinyFiles() map[string][]byte {
	return map[string][]byte{roles[0]: images(24), roles[1]: labels(24), roles[2]: images(3), roles[3]: labels(3)}
}

// write writes files into dir, under their names, and returns dir.
func write(t *testing.T, dir string, files map[string][]byte) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// published returns the tiny set as a dataset of its own and its files.
func published() (dataset, map[string][]byte) {
	d := dataset{title: "Tiny", folder: "tiny", module: "example.com/Tiny", version: "v1.2.3"}
	files := map[string][]byte{}
	for i, role := range roles {
		name := role + ".gz"
		files[name] = zip(tinyFiles()[role])
		d.files[i] = file{name: name, sum: sum(files[name])}
	}
	return d, files
}

// isolate gives the test an empty home: no cache, no modules, no go command.
// It returns the home.
func isolate(t *testing.T) string {
	home := t.TempDir()
	for key, value := range map[string]string{
		"ZOO_DATA": "", "GOENV": "", "GOPATH": "", "GOMODCACHE": filepath.Join(home, "mod"), "PATH": filepath.Join(home, "bin"),
		"HOME": home, "XDG_CACHE_HOME": filepath.Join(home, "cache"), "XDG_CONFIG_HOME": filepath.Join(home, "config"),
		"LocalAppData": filepath.Join(home, "cache"), "AppData": filepath.Join(home, "config"), "USERPROFILE": home,
	} {
		t.Setenv(key, value)
	}
	return home
}

// contains checks that err is one line with all the parts in it.
func contains(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Errorf("no error, want one that says %q", parts)
		return
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("%q has several lines", err)
	}
}

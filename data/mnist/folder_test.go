package mnist

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFolderNames(t *testing.T) {
	dotted := func(name string) string { return strings.Replace(name, "-idx", ".idx", 1) }
	plain := func(b []byte) []byte { return b }
	for _, c := range []struct {
		name string
		file func(role string) string
		pack func([]byte) []byte
	}{
		{"plain", func(r string) string { return r }, plain},
		{"gzip", func(r string) string { return r + ".gz" }, zip},
		{"dotted", dotted, plain},
		{"dotted gzip", func(r string) string { return dotted(r) + ".gz" }, zip},
		{"gzip that lost its suffix", func(r string) string { return r }, zip},
		{"plain that kept its suffix", func(r string) string { return r + ".gz" }, plain},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string][]byte{}
			for role, b := range tinyFiles() {
				files[c.file(role)] = c.pack(b)
			}
			dir := write(t, t.TempDir(), files)
			s, err := Load(t.Context(), dir)
			if err != nil {
				t.Fatal(err)
			}
			if a, b, c := s.Train.Examples(), s.Valid.Examples(), s.Test.Examples(); a != 22 || b != 2 || c != 3 {
				t.Errorf("%d, %d and %d images, want 22, 2 and 3", a, b, c)
			}
			if s.Origin != dir {
				t.Errorf("origin %s, want %s", s.Origin, dir)
			}
		})
	}
}

func TestFolderErrors(t *testing.T) {
	t.Setenv("ZOO_DATA", "")
	missing := filepath.Join(t.TempDir(), "missing")
	_, err := Load(t.Context(), missing)
	contains(t, err, "data folder "+missing+": no such folder; put the four MNIST files there or leave --data-dir out")

	empty := t.TempDir()
	_, err = Load(t.Context(), empty)
	contains(t, err, "data folder "+empty+": no train-images-idx3-ubyte(.gz); put the four MNIST files there or leave --data-dir out")

	file := filepath.Join(write(t, t.TempDir(), map[string][]byte{"file": nil}), "file")
	_, err = Load(t.Context(), file)
	contains(t, err, "data folder "+file+": is a file, not a folder; ")

	_, err = Load(t.Context(), filepath.Join(file, "folder"))
	contains(t, err, "; put the four MNIST files there")

	for _, role := range roles {
		files := tinyFiles()
		delete(files, role)
		dir := write(t, t.TempDir(), files)
		if err := os.Mkdir(filepath.Join(dir, role), 0o755); err != nil { // as some archives unpack
			t.Fatal(err)
		}
		_, err = Load(t.Context(), dir)
		contains(t, err, "data folder "+dir+": no "+role+"(.gz); ")
	}

	t.Setenv("ZOO_DATA", empty)
	_, err = Load(t.Context(), "")
	contains(t, err, "data folder "+empty+" (from ZOO_DATA): no train-images-idx3-ubyte(.gz); put the four MNIST files there or unset ZOO_DATA")
}

func TestUnreadable(t *testing.T) {
	if os.Getuid() <= 0 {
		t.Skip("file modes don't keep root, or anyone on Windows, from reading")
	}
	dir := write(t, t.TempDir(), tinyFiles())
	path := filepath.Join(dir, roles[2])
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	_, err := Load(t.Context(), dir)
	contains(t, err, path, "permission denied; make the file readable")
	if err := os.Chmod(dir, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	_, err = Load(t.Context(), dir)
	contains(t, err, "data folder "+dir, "permission denied; ")
}

func TestFileErrors(t *testing.T) {
	good := tinyFiles()
	change := func(b []byte, at int, to byte) []byte {
		b = append([]byte(nil), b...)
		b[at] = to
		return b
	}
	packed := zip(good[roles[0]])
	for _, c := range []struct {
		name, role string
		content    []byte
		want       string
	}{
		{"empty", roles[0], nil, "ends after 0 of 16 bytes of its header; get the file again"},
		{"short header", roles[1], good[roles[1]][:7], "ends after 7 of 8 bytes of its header; get the file again"},
		{"truncated", roles[0], good[roles[0]][:5000], "ends after 4984 of 18816 bytes of its elements; get the file again"},
		{"garbage", roles[2], []byte("<html>404 Not Found</html>"), "starts with 0x3c68746d and not 0x00000803 as an IDX file of 3 dimensions would; get the file again"},
		{"labels for images", roles[2], good[roles[3]], "of its header; get the file again"},
		{"images for labels", roles[3], good[roles[2]], "starts with 0x00000803 and not 0x00000801"},
		{"too much", roles[3], append(labels(3), 1), "goes on after the 3 bytes that its header announces; get the file again"},
		{"gzip header", roles[0], []byte("\x1f\x8b\x08"), "gzip header is damaged (unexpected EOF); get the file again"},
		{"gzip truncated", roles[0], packed[:len(packed)/2], "bytes of its elements; get the file again"},
		{"gzip damaged", roles[0], change(packed, len(packed)/2, packed[len(packed)/2]^0x55), "; get the file again"},
		{"gzip checksum", roles[0], change(packed, len(packed)-8, packed[len(packed)-8]^1), "(gzip: invalid checksum); get the file again"},
		{"gzip and more", roles[0], append(zip(good[roles[0]]), "more"...), "; get the file again"},
		{"none", roles[1], idx(nil, 0), "header has a size of 0; give at least one example"},
		{"too many", roles[0], idx(nil, 1<<30, 28, 28), "header announces more than 1073741824 bytes; get the file again"},
		{"pixels", roles[0], idx(make([]byte, 24*32*32), 24, 32, 32), "images are 32 by 32 pixels; scale them to 28 by 28"},
		{"more labels", roles[1], labels(25), " holds 25 labels; use files that belong together"},
		{"fewer labels", roles[3], labels(2), " holds 2 labels; use files that belong together"},
		{"label", roles[3], idx([]byte{3, 10, 4}, 3), "label 10 of image 1 is above 9; number the classes from 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := maps.Clone(good)
			files[c.role] = c.content
			dir := write(t, t.TempDir(), files)
			_, err := Load(t.Context(), dir)
			contains(t, err, filepath.Join(dir, c.role), c.want)
		})
	}

	files := maps.Clone(good)
	files[roles[0]], files[roles[1]] = images(1), labels(1)
	dir := write(t, t.TempDir(), files)
	_, err := Load(t.Context(), dir)
	contains(t, err, filepath.Join(dir, roles[0])+": holds 1 image; give at least 2")
}

package main

import (
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
)

var (
	program clitest.Program // the built program
	corpus  string          // a folder with a small corpus
)

func TestMain(m *testing.M) {
	clitest.Killed(main)
	dir, err := os.MkdirTemp("", "ptb-test-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if program, err = clitest.Build("ptb", dir); err != nil {
		log.Panic(err)
	}
	corpus = filepath.Join(dir, "corpus")
	if err := write(corpus, "<unk>"); err != nil {
		log.Panic(err)
	}
	m.Run()
}

// write makes a corpus of sentences about animals, and of some other words.
func write(dir string, others ...string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, 1))
	words := append(strings.Fields("the a cat dog bird sees hears likes"), others...)
	for name, lines := range map[string]int{"train.txt": 300, "valid.txt": 40, "test.txt": 40} {
		var b strings.Builder
		for range lines {
			subject, verb, object := words[2+r.IntN(3)], words[5+r.IntN(3)], words[2+r.IntN(3)]
			fmt.Fprintf(&b, "the %s %s a %s\n", subject, verb, object)
			if r.IntN(10) == 0 {
				fmt.Fprintln(&b, strings.Join(words[8:], " "))
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(b.String()), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// trained runs the program, which must succeed, on the small corpus.
func trained(t *testing.T, args ...string) (r clitest.Result, folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "run")
	r = program.Run(t, append([]string{"--corpus", corpus, "--config", "tiny", "--run-dir", folder}, args...)...)
	if r.Status != 0 {
		t.Fatalf("ptb %s: status %d: %s", strings.Join(args, " "), r.Status, r.Stderr)
	}
	return r, folder
}

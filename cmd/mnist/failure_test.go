package main

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gorgonia-zoo/zoo/internal/cli/clitest"
)

func TestDataFailures(t *testing.T) {
	odd := labels(24)
	odd[8+5] = 10 // the label of image 5; its header has 8 bytes
	whole := zip(images(24, 1))
	for _, c := range []struct {
		name  string
		files map[string][]byte
		parts []string // of the message; the last belongs to the remedy
	}{
		{"Empty", nil, []string{"data folder ", "no train-images-idx3-ubyte(.gz)", "leave --data-dir out"}},
		{"Incomplete", map[string][]byte{trainX: whole, trainY: labels(24), testX: whole}, []string{"no t10k-labels-idx1-ubyte(.gz)", "put the four MNIST files there"}},
		{"Truncated", damaged(trainX, images(24, 1)[:1000]), []string{trainX, "ends after 984 of 18816 bytes", "get the file again"}},
		{"TruncatedZip", damaged(trainX, whole[:len(whole)/2]), []string{trainX, "ends after", "get the file again"}},
		{"Header", damaged(testY, []byte("\x00\x00\x08")), []string{testY, "ends after 3 of 8 bytes of its header", "get the file again"}},
		{"Nothing", damaged(testX, nil), []string{testX, "ends after 0 of 16 bytes", "get the file again"}},
		{"Garbage", damaged(trainY, []byte("<html>404 Not Found</html>")), []string{trainY, "starts with 0x3c68746d", "get the file again"}},
		{"Magic", damaged(trainX, labels(24)), []string{trainX, "0x00000801 and not 0x00000803", "get the file again"}},
		{"Counts", damaged(trainY, labels(23)), []string{trainX + ": holds 24 images, but ", trainY + " holds 23 labels", "use files that belong together"}},
		{"Label", damaged(trainY, odd), []string{trainY, "label 10 of image 5 is above 9", "number the classes from 0"}},
		{"Size", damaged(testX, idx(make([]byte, 3*32*32), 3, 32, 32)), []string{testX, "32 by 32", "scale them to 28 by 28"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			if err := clitest.Write(dir, c.files); err != nil {
				t.Fatal(err)
			}
			cmd := command(t, "--data-dir", dir, "--steps", "1")
			execute(t, cmd).fails(t, 1, c.parts...)
			clitest.Empty(t, cmd.Dir)
		})
	}
	t.Run("Missing", func(t *testing.T) {
		execute(t, command(t, "--data-dir", "nowhere")).fails(t, 1, "nowhere: no such folder", "leave --data-dir out")
	})
	t.Run("File", func(t *testing.T) {
		execute(t, command(t, "--data-dir", program.Path)).fails(t, 1, program.Path, "is a file, not a folder", "leave --data-dir out")
	})
	t.Run("Environment", func(t *testing.T) {
		cmd := command(t)
		cmd.Env = append(cmd.Env, "ZOO_DATA="+filepath.Join(cmd.Dir, "nowhere"))
		execute(t, cmd).fails(t, 1, "nowhere (from ZOO_DATA): no such folder", "unset ZOO_DATA")
	})
}

func TestFailures(t *testing.T) {
	_, used := trained(t, "--steps", "1")
	before := clitest.Read(t, used, "metrics.jsonl")
	run := func(args ...string) result {
		return execute(t, command(t, append([]string{"--data-dir", digits, "--steps", "1"}, args...)...))
	}
	run("--run-dir", used).fails(t, 1, "run folder "+used+" already holds a run", "name another with --run-dir")
	if string(clitest.Read(t, used, "metrics.jsonl")) != string(before) {
		t.Error("a refused run changed the figures of the one before")
	}
	run("--run-dir", program.Path).fails(t, 1, program.Path, "name one that can be written with --run-dir")
	run("--run-dir", filepath.Join(program.Path, "run")).fails(t, 1, program.Path, "name one that can be written with --run-dir")
	run("--batch", "551").fails(t, 1, "batch 551 is larger than the training set of 550 examples", "use a smaller --batch")

	cmd := command(t, "--data-dir", digits)
	cmd.Env = append(cmd.Env, "ZOO_ISA=nonsense")
	execute(t, cmd).fails(t, 1, "ZOO_ISA=nonsense: this processor has generic", "unset ZOO_ISA")
	clitest.Empty(t, cmd.Dir)
}

func TestUsage(t *testing.T) {
	for args, part := range map[string]string{
		"--model resnet":               `--model must be one of "mlp","lenet5","lenet" but got "resnet"`,
		"--recipe salt":                `--recipe must be one of "best","fast","plain" but got "salt"`,
		"--recipe fast --model mlp":    `no recipe called "fast" for mlp; there is best, plain`,
		"--device abacus":              `--device must be auto, cpu, cuda or cuda:N, not "abacus"`,
		"--dataset cifar":              `--dataset must be one of "mnist","fashion" but got "cifar"`,
		"--threads 0":                  "--threads must be at least 1, not 0",
		"--threads 100000000":          "--threads must be at most 1024, not 100000000",
		"--log-format xml":             `--log-format must be one of "text","json" but got "xml"`,
		"--colour":                     "unknown flag --colour",
		"eat":                          "unexpected argument eat",
		"train eat":                    "unexpected argument eat",
		"--steps=-5":                   "--steps must be at least 1, not -5",
		"--steps -5":                   "--steps: expected int value",
		"--steps 0":                    "--steps must be at least 1, not 0",
		"train --batch 0":              "--batch must be at least 1, not 0",
		"--batch=-1":                   "--batch must be at least 1, not -1",
		"--batch many":                 `--batch: expected a valid 64 bit int but got "many"`,
		"--steps 1.5":                  `--steps: expected a valid 64 bit int but got "1.5"`,
		"--steps 99999999999999999999": "--steps: expected a valid 64 bit int",
		"--steps":                      "--steps: expected int value",
		"--seed=-1":                    "--seed: expected a valid 64 bit uint",
		"--threads=-2":                 "--threads must be at least 1, not -2",
	} {
		t.Run(args, func(t *testing.T) {
			cmd := command(t, strings.Fields(args)...)
			execute(t, cmd).fails(t, 2, part, "see mnist --help")
			clitest.Empty(t, cmd.Dir)
		})
	}
}

func TestHelp(t *testing.T) {
	for _, args := range []string{"--help", "-h", "train --help", "--steps 3 --help"} {
		r := execute(t, command(t, strings.Fields(args)...))
		if r.Status != 0 || r.Stderr != "" {
			t.Errorf("mnist %s: status %d, stderr %q", args, r.Status, r.Stderr)
		}
		for _, part := range []string{"Usage: mnist", "Examples:\n", "--model=mlp", "Settings to train with: best, fast, plain.", "--steps=N", "--threads=N", "--run-dir=DIR"} {
			if !strings.Contains(r.Stdout, part) {
				t.Errorf("mnist %s: %q does not say %q", args, r.Stdout, part)
			}
		}
		if long := slices.MaxFunc(strings.Split(r.Stdout, "\n"), func(a, b string) int { return len(a) - len(b) }); len(long) > 80 {
			t.Errorf("mnist %s: line of %d columns: %s", args, len(long), long)
		}
	}
}

// What standard output cannot take is an error.
func TestFullOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no /dev/full on %s", runtime.GOOS)
	}
	defer full.Close()
	cmd := command(t, "--data-dir", digits, "--steps", "1")
	cmd.Stdout = full
	execute(t, cmd).fails(t, 1, "standard output: ", "send it where there is room")
}

# What contributors run. .ci/run has the checks themselves.

.PHONY: check fmt test race bench figures golden generate full
.DEFAULT_GOAL := check

# Everything fast: format, vet, lint, go.mod, documents, tests.
check:
	.ci/run format vet lint tidy docs test

fmt:
	go tool -modfile=.ci/tools/go.mod golangci-lint fmt

test:
	go test ./...

# With the race detector and the pointer checker, where there is assembly and there are threads.
race:
	.ci/run race

bench:
	go test -run='^$$' -bench=. ./bench

# Writes bench/figures.json anew, which .ci/run speed compares with; on a machine that does nothing else.
figures:
	go run ./bench/speed -write

# Writes internal/golden/testdata anew; needs PyTorch (Debian: python3-torch).
golden:
	python3 internal/golden/golden.py

# Writes the assembly anew.
generate:
	go generate ./...

# Everything that takes longer than .ci/run may: training to the published figures, emulated AVX-512.
full:
	.ci/full

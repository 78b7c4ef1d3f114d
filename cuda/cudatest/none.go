//go:build !cuda

package cudatest

func none() string { return "built without CUDA; cuda/test runs this on an emulator" }

// Emulated reports whether the driver is an emulated one.
func Emulated() bool { return false }

// Count returns what the emulated driver has counted, or zeros.
func Count() Stats { return Stats{} }

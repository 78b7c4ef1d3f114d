// What the emulated libraries share, and what tests ask the emulated driver.
#pragma once
#include <cstddef>

struct ZooStats {
	long long synchronizations; // calls that waited for the device, copies included
	long long launches;         // of kernels and products of matrices, those of graphs included
	long long graphLaunches;
	long long uploaded, downloaded; // bytes
	long long allocations, bytes;   // in use
	long long errors;               // that the emulator has reported
	long long leaks;                // allocations that a context ended with
};

#pragma GCC visibility push(default)
extern "C" {
void zoo_emulator_stats(ZooStats *);

// zoo_emulator_enqueue has a stream call f, with a copy of n bytes of data, when it gets there. What f
// returns is CUDA's error.
int zoo_emulator_enqueue(void *stream, const char *name, int (*f)(const void *), const void *data, size_t n);

// zoo_emulator_has reports whether so many bytes belong to one allocation, and otherwise says on
// stderr that they don't.
bool zoo_emulator_has(const char *who, unsigned long long p, size_t bytes);
}
#pragma GCC visibility pop

// Package data holds examples in memory and deals them out in batches.
//
// A [Set] is examples and their answers, row by row. Its Batches are for
// evaluation: every example, in order. Its Shuffle is for training: full
// batches, in an order that the seed and the epoch decide and nothing else
// does. Both give a [Source], and whoever has another origin for batches
// (text, a generator) writes one: it has two methods.
//
// A batch has a position, (epoch, i). A run that was stopped reads on from
// there and sees what the uninterrupted run would have seen.
package data

// Package augment shows a model each training image a little differently every
// time, so that it learns what does not depend on where and how an image was
// drawn.
//
// An [Affine] shifts, rotates and scales. It draws, for each example, a shift
// (a, b) of columns and rows, an angle θ and a factor s, uniformly from
//
//	a, b ∈ [-Shift, Shift]   θ ∈ [-Rotate, Rotate]   s ∈ [1-Scale, 1+Scale]
//
// and moves the point at (x, y) from the image's centre to
//
//	x' = a + s·(x·cos θ - y·sin θ)
//	y' = b + s·(x·sin θ + y·cos θ)
//
// A pixel of the result is where that map came from, interpolated between the
// four pixels around it (bilinear); outside the image all is 0. With y down, as
// pixels are counted, a positive angle turns clockwise.
//
// What is drawn depends on the seed, the epoch and the example's position in
// that epoch, and on nothing else: not on the size of batches, on threads, or on
// where a run was stopped and resumed.
//
// Training on such images is as old as the nets: Y. LeCun, L. Bottou, Y. Bengio
// and P. Haffner, Gradient-Based Learning Applied to Document Recognition, 1998
// (section III-C). The interpolation is that of P. Simard, D. Steinkraus and
// J. Platt, Best Practices for Convolutional Neural Networks Applied to Visual
// Document Analysis, 2003.
package augment

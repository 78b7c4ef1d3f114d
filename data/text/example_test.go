package text_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/text"
)

func ExampleOpen() {
	dir, err := os.MkdirTemp("", "corpus")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for name, content := range map[string]string{
		"train.txt": "the cat sat\nthe <unk> ran\n",
		"valid.txt": "the cat ran\n",
		"test.txt":  "the dog sat\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			fmt.Println(err)
			return
		}
	}
	c, err := text.Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Train, c.Valid)
	for _, id := range c.Test {
		fmt.Print(c.Vocab.Word(id), " ")
	}
	// Output:
	// [1 3 5 0 1 2 4 0] [1 3 4 0]
	// the <unk> sat <eos>
}

func ExampleStream() {
	words := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}
	s := text.Stream(words, 2, 3) // 2 rows of 7 words, read 3 at a time
	var b data.Batch
	for i := range s.Len() {
		if err := s.Read(0, i, &b); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("X", b.X.Shape(), b.X.Ints(), "Y", b.Y.Shape(), b.Y.Ints())
	}
	// Output:
	// X (3, 2) [0 7 1 8 2 9] Y (6) [1 8 2 9 3 10]
	// X (3, 2) [3 10 4 11 5 12] Y (6) [4 11 5 12 6 13]
}

func ExampleWindows() {
	s := text.Windows([]int{10, 11, 12, 13, 14, 15}, 4) // 5 words to predict
	var b data.Batch
	for i := range s.Len() {
		if err := s.Read(0, i, &b); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("X", b.X.Shape(), b.X.Ints(), "Y", b.Y.Shape(), b.Y.Ints())
	}
	// Output:
	// X (4, 1) [10 11 12 13] Y (4) [11 12 13 14]
	// X (1, 1) [14] Y (1) [15]
}

func ExampleClassics() {
	c, err := text.Classics()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(c.Train), len(c.Valid), len(c.Test), c.Vocab.Len())
	tom, ok := c.Vocab.ID("tom")
	fmt.Println(c.Vocab.Word(tom), ok)
	// Output:
	// 164639 22868 16503 3608
	// tom true
}

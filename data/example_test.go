package data_test

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
)

func Example() {
	set := data.Set{
		X: tensor.New(tensor.WithShape(5, 2), tensor.WithBacking([]float32{0, 0, 1, 1, 2, 4, 3, 9, 4, 16})),
		Y: tensor.New(tensor.WithShape(5), tensor.WithBacking([]int{0, 1, 2, 3, 4})),
	}
	var b data.Batch
	for i, s := 0, set.Batches(2); i < s.Len(); i++ {
		if err := s.Read(0, i, &b); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("evaluate", b.X.Shape(), b.Y.Ints())
	}
	s := set.Shuffle(2, 1)
	for step := range 4 {
		epoch, i := step/s.Len(), step%s.Len()
		if err := s.Read(epoch, i, &b); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("epoch", epoch, b.X.Shape(), b.Y.Ints())
	}
	// Output:
	// evaluate (2, 2) [0 1]
	// evaluate (2, 2) [2 3]
	// evaluate (1, 2) [4]
	// epoch 0 (2, 2) [1 3]
	// epoch 0 (2, 2) [4 0]
	// epoch 1 (2, 2) [3 1]
	// epoch 1 (2, 2) [2 0]
}

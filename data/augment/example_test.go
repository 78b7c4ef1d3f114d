package augment_test

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/data"
	"github.com/gorgonia-zoo/zoo/data/augment"
)

func ExampleAffine_Wrap() {
	set := data.Set{
		X: tensor.New(tensor.WithShape(4, 28, 28, 1), tensor.Of(tensor.Float32)),
		Y: tensor.New(tensor.WithShape(4), tensor.WithBacking([]int{0, 1, 2, 3})),
	}
	src := augment.Affine{Shift: 2, Rotate: 10, Scale: 0.1, Seed: 1}.Wrap(set.Shuffle(2, 1))
	var b data.Batch
	if err := src.Read(0, 0, &b); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(src.Len(), b.X.Shape(), b.Y.Shape())

	// The validation set stays as it is, and mistakes are reported.
	err := augment.Affine{Scale: 10}.Wrap(set.Batches(2)).Read(0, 0, &b)
	fmt.Println(err)
	// Output:
	// 2 (2, 28, 28, 1) (2)
	// augment: scale is 10; use a share from 0 to 0.9
}

package lenet_test

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/models/lenet"
)

// The sizes of the layers are those of the paper, but for the second convolution,
// whose maps see all of the first here.
func ExampleLeNet5() {
	table, err := models.Summary(lenet.LeNet5(), 1, 28, 28, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(table)
	// Output:
	// layer         output           parameters
	// input         (1, 28, 28, 1)
	// Conv2D conv1  (1, 28, 28, 6)   156
	// ReLU          (1, 28, 28, 6)   0
	// MaxPool2D     (1, 14, 14, 6)   0
	// Conv2D conv2  (1, 10, 10, 16)  2,416
	// ReLU          (1, 10, 10, 16)  0
	// MaxPool2D     (1, 5, 5, 16)    0
	// Flatten       (1, 400)         0
	// Dense fc1     (1, 120)         48,120
	// ReLU          (1, 120)         0
	// Dense fc2     (1, 84)          10,164
	// ReLU          (1, 84)          0
	// Dense fc3     (1, 10)          850
	// total                          61,706
}

func ExampleNew() {
	table, err := models.Summary(lenet.New(), 1, 28, 28, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(table)
	// Output:
	// layer         output           parameters
	// input         (1, 28, 28, 1)
	// Conv2D conv1  (1, 28, 28, 32)  832
	// ReLU          (1, 28, 28, 32)  0
	// MaxPool2D     (1, 14, 14, 32)  0
	// Conv2D conv2  (1, 14, 14, 64)  51,264
	// ReLU          (1, 14, 14, 64)  0
	// MaxPool2D     (1, 7, 7, 64)    0
	// Flatten       (1, 3136)        0
	// Dense fc1     (1, 512)         1,606,144
	// ReLU          (1, 512)         0
	// Dropout drop  (1, 512)         0
	// Dense fc2     (1, 10)          5,130
	// total                          1,663,370
}

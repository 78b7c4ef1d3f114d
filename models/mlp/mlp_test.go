package mlp_test

import (
	"fmt"

	"github.com/gorgonia-zoo/zoo/models"
	"github.com/gorgonia-zoo/zoo/models/mlp"
)

// A regressor of four features, two hidden layers.
func ExampleOf() {
	table, err := models.Summary(mlp.Of(1, 16, 8), 32, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(table)
	// Output:
	// layer      output    parameters
	// input      (32, 4)
	// Flatten    (32, 4)   0
	// Dense fc1  (32, 16)  80
	// ReLU       (32, 16)  0
	// Dense fc2  (32, 8)   136
	// ReLU       (32, 8)   0
	// Dense fc3  (32, 1)   9
	// total                225
}

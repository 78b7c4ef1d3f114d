package layers_test

import (
	"fmt"

	"gorgonia.org/tensor"

	"github.com/gorgonia-zoo/zoo/layers"
)

func ExampleLSTM() {
	s := layers.NewScope(layers.NewParams(1), layers.Train)
	x := s.Input("x", tensor.Float32, 35, 20, 200) // 35 steps of 20 sequences
	y, err := layers.LSTM{Name: "lstm", Units: 150, Layers: 2, Dropout: 0.5}.Forward(s, x)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(y.Shape())
	for _, c := range s.Carries() { // what the next batch goes on from
		fmt.Println(c.Name, c.Node.Shape())
	}
	// Output:
	// (35, 20, 150)
	// lstm.h_l0 (20, 150)
	// lstm.c_l0 (20, 150)
	// lstm.h_l1 (20, 150)
	// lstm.c_l1 (20, 150)
}

func ExampleRNN() {
	s := layers.NewScope(layers.NewParams(1), layers.Train)
	y, err := layers.RNN{Name: "rnn", Units: 50}.Forward(s, s.Input("x", tensor.Float32, 35, 20, 200))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(y.Shape())
	for _, p := range s.Trained() {
		fmt.Println(p.Name, p.Value.Shape())
	}
	// Output:
	// (35, 20, 50)
	// rnn.weight_ih_l0 (50, 200)
	// rnn.weight_hh_l0 (50, 50)
	// rnn.bias_ih_l0 (50)
	// rnn.bias_hh_l0 (50)
}

func ExampleLSTMCell() {
	s := layers.NewScope(layers.NewParams(1), layers.Train)
	cell, err := layers.LSTMCell{Name: "cell", Units: 150}.Declare(s, 200)
	if err != nil {
		fmt.Println(err)
		return
	}
	h, c := s.Input("h", tensor.Float32, 20, 150), s.Input("c", tensor.Float32, 20, 150)
	for t := range 3 {
		x := s.Input(fmt.Sprint("x", t), tensor.Float32, 20, 200)
		if h, c, err = cell.Step(x, h, c); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println(h.Shape(), c.Shape())
	// Output: (20, 150) (20, 150)
}

// Package train fits models to data.
//
// A [Trainer] owns no loop: [Trainer.Steps] and [Trainer.Epochs] yield after
// each step or epoch, and the caller decides what happens then. Early stopping is
// a break, a report is an if.
//
//	t := train.Trainer{Model: mlp.New(), Optimizer: optim.Adam{Rate: 1e-3}, Seed: 1}
//	for e, err := range t.Epochs(ctx, digits.Train.Shuffle(100, 1), digits.Valid.Batches(500), 10) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(e)
//	}
//
// Training and evaluation are two graphs on the same parameters, compiled when
// first needed, once for each shape of batch.
package train

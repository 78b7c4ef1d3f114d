package kernel

// LinearCrossEntropy returns the [CrossEntropy] of the logits x·wᵀ + b. It has
// the logits of a block of rows at a time, so that the memory it takes does not
// grow with the number of rows.
//
//	x  (rows, features)
//	w  (classes, features)
//	b  (classes)            may be nil
func LinearCrossEntropy[T Float](x, w, b []T, labels []int, classes int) float64 {
	return linearCrossEntropy(nil, nil, nil, x, w, b, labels, classes, 0)
}

// LinearCrossEntropyGrad returns the same and sets, in the same pass over blocks,
// the gradients times a. With dz = a/rows·(softmax - onehot(labels)):
//
//	dx = dz·w    dw = dzᵀ·x    db = Σ rows of dz    db may be nil
func LinearCrossEntropyGrad[T Float](dx, dw, db, x, w, b []T, labels []int, classes int, a float64) float64 {
	return linearCrossEntropy(dx, dw, db, x, w, b, labels, classes, T(a/float64(len(labels))))
}

// logitRows is the number of rows of a block: few enough that their logits for
// ten thousand classes, 7 MB, stay in a third-level cache, and many enough that
// reading and writing dw once a block does not matter.
const logitRows = 175

var (
	linearLosses32 freelist[linearLoss[float32]]
	linearLosses64 freelist[linearLoss[float64]]
)

// A linearLoss is the memory of one call.
type linearLoss[T Float] struct {
	logits []T
	sums   []T       // of a block's columns
	w      Packed[T] // for dx
}

func linearCrossEntropy[T Float](dx, dw, db, x, w, b []T, labels []int, classes int, a T) float64 {
	if x, ok := f32(x); ok && active.lanes > 0 && len(labels) >= vectorRows {
		single := func(y []T) []float32 { s, _ := f32(y); return s }
		return vectorCrossEntropy(single(dx), single(dw), single(db), x, single(w), single(b), labels, classes, float32(a))
	}
	list := lists[linearLoss[T], linearLoss[float32], linearLoss[float64]](&linearLosses32, &linearLosses64)
	t := list.get(func() *linearLoss[T] { return new(linearLoss[T]) })
	rows, features := len(labels), len(w)/classes
	blocks := ceilDiv(rows, logitRows)
	height := ceilDiv(rows, blocks)
	t.logits = resize(t.logits, height*classes)
	if dx != nil {
		t.w.Pack(classes, features, Rows(w, features))
	}
	var loss float64
	for lo := 0; lo < rows; lo += height {
		hi := min(lo+height, rows)
		x, y, n := x[lo*features:hi*features], labels[lo:hi], hi-lo
		z := t.logits[:n*classes]
		MatMul(n, classes, features, z, classes, Rows(x, features), Cols(w, features), Epilogue[T]{Bias: b})
		if dx == nil {
			loss += softmaxRows(nil, z, y, classes, 0)
			continue
		}
		loss += softmaxRows(z, z, y, classes, a)
		t.w.MatMul(n, dx[lo*features:], features, Rows(z, classes), Epilogue[T]{})
		MatMul(classes, features, n, dw, features, Cols(z, classes), Rows(x, features), Epilogue[T]{Accumulate: lo > 0})
		switch {
		case db == nil:
		case lo == 0:
			SumRows(db, z, n)
		default:
			t.sums = resize(t.sums, classes)
			SumRows(t.sums, z, n)
			addTo(db, t.sums)
		}
	}
	list.put(t)
	return loss / float64(rows)
}

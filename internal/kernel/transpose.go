package kernel

// Transpose sets y to the transposes of the n matrices (rows, cols) in x.
func Transpose[T Float](y, x []T, n, rows, cols int) {
	size := rows * cols
	for m := range n {
		src, dst := x[m*size:(m+1)*size], y[m*size:(m+1)*size]
		for i := range rows {
			for j, v := range src[i*cols : (i+1)*cols] {
				dst[j*rows+i] = v
			}
		}
	}
}

package kernel

import "golang.org/x/sys/cpu"

//go:generate go -C asm run . -out ../kernels_amd64.s -stubs ../kernels_amd64.go -pkg kernel

// native lists the instruction sets of this processor, the best last.
func native() (have []*isa) {
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		have = append(have, &avx2)
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL {
		have = append(have, &avx512)
	}
	return have
}

var avx2 = isa{
	name: "avx2", lanes: 8, rows: 6, panel: 16,
	micro:    []func(*byte){1: micro1AVX2, micro2AVX2, micro3AVX2, micro4AVX2, micro5AVX2, micro6AVX2},
	packRows: packRowsAVX2, packCols: packColsAVX2,
	apply:     [maps]func(int, *float32, *float32){Exp: expAVX2, ReLU: reluAVX2, Sigmoid: sigmoidAVX2, Tanh: tanhAVX2},
	applyGrad: [maps]func(int, *float32, *float32, *float32){Exp: expGradAVX2, ReLU: reluGradAVX2, Sigmoid: sigmoidGradAVX2, Tanh: tanhGradAVX2},
	add:       addAVX2, scale: scaleAVX2, maximum: maximumAVX2, expSum: expSumAVX2, expStore: expStoreAVX2,
	sgd: sgdAVX2, adam: adamAVX2, squares: squaresAVX2, philox: philoxAVX2, peak: peakAVX2,
}

var avx512 = isa{
	name: "avx512", lanes: 16, rows: 14, panel: 32,
	micro: []func(*byte){1: micro1AVX512, micro2AVX512, micro3AVX512, micro4AVX512, micro5AVX512, micro6AVX512, micro7AVX512,
		micro8AVX512, micro9AVX512, micro10AVX512, micro11AVX512, micro12AVX512, micro13AVX512, micro14AVX512},
	packRows: packRowsAVX512, packCols: packColsAVX512,
	apply:     [maps]func(int, *float32, *float32){Exp: expAVX512, ReLU: reluAVX512, Sigmoid: sigmoidAVX512, Tanh: tanhAVX512},
	applyGrad: [maps]func(int, *float32, *float32, *float32){Exp: expGradAVX512, ReLU: reluGradAVX512, Sigmoid: sigmoidGradAVX512, Tanh: tanhGradAVX512},
	add:       addAVX512, scale: scaleAVX512, maximum: maximumAVX512, expSum: expSumAVX512, expStore: expStoreAVX512,
	sgd: sgdAVX512, adam: adamAVX512, squares: squaresAVX512, philox: philoxAVX512, peak: peakAVX512,
}

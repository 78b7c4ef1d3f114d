package kernel

import "golang.org/x/sys/cpu"

//go:generate sh asm/generate.sh

// native lists the instruction sets of this processor, the best last.
func native() (have []*isa) {
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA && cpu.X86.HasPOPCNT {
		have = append(have, &avx2)
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512VL {
		have = append(have, &avx512)
	}
	return have
}

var avx2 = isa{
	name: "avx2", lanes: 8,
	micro: [3][]func(*byte){
		1: {1: micro1x1AVX2, micro2x1AVX2, micro3x1AVX2, micro4x1AVX2, micro5x1AVX2, micro6x1AVX2, micro7x1AVX2, micro8x1AVX2, micro9x1AVX2, micro10x1AVX2, micro11x1AVX2, micro12x1AVX2},
		2: {1: micro1x2AVX2, micro2x2AVX2, micro3x2AVX2, micro4x2AVX2, micro5x2AVX2, micro6x2AVX2},
	},
	packRows: packRowsAVX2, packCols: packColsAVX2, dots: dotsAVX2,
	apply:     [maps]func(int, *float32, *float32){Exp: expAVX2, ReLU: reluAVX2, Sigmoid: sigmoidAVX2, Tanh: tanhAVX2},
	applyGrad: [maps]func(int, *float32, *float32, *float32){Exp: expGradAVX2, ReLU: reluGradAVX2, Sigmoid: sigmoidGradAVX2, Tanh: tanhGradAVX2},
	add:       addAVX2, sumRows: sumRowsAVX2, weighRows: weighRowsAVX2, scale: scaleAVX2, maximum: maximumAVX2, expSum: expSumAVX2, expStore: expStoreAVX2,
	maxPool2: maxPool2AVX2, maxPool2Grad: maxPool2GradAVX2, maxPool: maxPoolAVX2, maxPoolGrad: maxPoolGradAVX2,
	maxCorner: maxCornerAVX2, maxCornerGrad: maxCornerGradAVX2,
	sgd: sgdAVX2, adam: adamAVX2, squares: squaresAVX2, philox: philoxAVX2, dropout: dropoutAVX2, peak: peakAVX2,
	momentSums: momentSumsAVX2, productSums: productSumsAVX2, normalize: normalizeAVX2, normalizeGrad: normalizeGradAVX2,
	lstm: lstmAVX2, lstmGrad: lstmGradAVX2,
	winograd3: winogradKernels{winogradInput3AVX2, winogradInputGrad3AVX2, winogradOutput3AVX2, winogradOutputGrad3AVX2, winogradFilter3AVX2, winogradFilterGrad3AVX2},
	winograd5: winogradKernels{winogradInput5AVX2, winogradInputGrad5AVX2, winogradOutput5AVX2, winogradOutputGrad5AVX2, winogradFilter5AVX2, winogradFilterGrad5AVX2},
}

var avx512 = isa{
	name: "avx512", lanes: 16,
	micro: [3][]func(*byte){
		1: {1: micro1x1AVX512, micro2x1AVX512, micro3x1AVX512, micro4x1AVX512, micro5x1AVX512, micro6x1AVX512, micro7x1AVX512, micro8x1AVX512, micro9x1AVX512, micro10x1AVX512, micro11x1AVX512, micro12x1AVX512, micro13x1AVX512, micro14x1AVX512},
		2: {1: micro1x2AVX512, micro2x2AVX512, micro3x2AVX512, micro4x2AVX512, micro5x2AVX512, micro6x2AVX512, micro7x2AVX512, micro8x2AVX512, micro9x2AVX512, micro10x2AVX512, micro11x2AVX512, micro12x2AVX512, micro13x2AVX512, micro14x2AVX512},
	},
	packRows: packRowsAVX512, packCols: packColsAVX512, dots: dotsAVX512,
	apply:     [maps]func(int, *float32, *float32){Exp: expAVX512, ReLU: reluAVX512, Sigmoid: sigmoidAVX512, Tanh: tanhAVX512},
	applyGrad: [maps]func(int, *float32, *float32, *float32){Exp: expGradAVX512, ReLU: reluGradAVX512, Sigmoid: sigmoidGradAVX512, Tanh: tanhGradAVX512},
	add:       addAVX512, sumRows: sumRowsAVX512, weighRows: weighRowsAVX512, scale: scaleAVX512, maximum: maximumAVX512, expSum: expSumAVX512, expStore: expStoreAVX512,
	maxPool2: maxPool2AVX512, maxPool2Grad: maxPool2GradAVX512, maxPool: maxPoolAVX512, maxPoolGrad: maxPoolGradAVX512,
	maxCorner: maxCornerAVX512, maxCornerGrad: maxCornerGradAVX512,
	sgd: sgdAVX512, adam: adamAVX512, squares: squaresAVX512, philox: philoxAVX512, dropout: dropoutAVX512, peak: peakAVX512,
	momentSums: momentSumsAVX512, productSums: productSumsAVX512, normalize: normalizeAVX512, normalizeGrad: normalizeGradAVX512,
	lstm: lstmAVX512, lstmGrad: lstmGradAVX512,
	winograd3: winogradKernels{winogradInput3AVX512, winogradInputGrad3AVX512, winogradOutput3AVX512, winogradOutputGrad3AVX512, winogradFilter3AVX512, winogradFilterGrad3AVX512},
	winograd5: winogradKernels{winogradInput5AVX512, winogradInputGrad5AVX512, winogradOutput5AVX512, winogradOutputGrad5AVX512, winogradFilter5AVX512, winogradFilterGrad5AVX512},
}

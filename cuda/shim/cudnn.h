// Stands in for NVIDIA's cudnn.h: Gorgonia's CUDA build wants cuDNN, by way of gorgonia.org/cu/dnn, but the
// zoo does not use it. With this folder first in CGO_CFLAGS (-I) and CGO_LDFLAGS (-L, for the empty library
// beside it) nobody needs cuDNN. Handles can be made; all else answers "not supported".
//
// It has what gorgonia.org/cu/dnn v0.9.6 names. The numbers of constants are not cuDNN's.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <cuda.h>

typedef enum { CUDNN_STATUS_SUCCESS, CUDNN_STATUS_NOT_INITIALIZED, CUDNN_STATUS_LICENSE_ERROR, CUDNN_STATUS_RUNTIME_IN_PROGRESS, CUDNN_STATUS_RUNTIME_FP_OVERFLOW, CUDNN_STATUS_BAD_PARAM, CUDNN_STATUS_NOT_SUPPORTED, CUDNN_STATUS_INTERNAL_ERROR, CUDNN_STATUS_EXECUTION_FAILED, CUDNN_STATUS_ALLOC_FAILED, CUDNN_STATUS_INVALID_VALUE, CUDNN_STATUS_ARCH_MISMATCH, CUDNN_STATUS_MAPPING_ERROR, CUDNN_STATUS_RUNTIME_PREREQUISITE_MISSING } cudnnStatus_t;
typedef enum { CUDNN_ACTIVATION_SIGMOID, CUDNN_ACTIVATION_RELU, CUDNN_ACTIVATION_TANH, CUDNN_ACTIVATION_CLIPPED_RELU, CUDNN_ACTIVATION_ELU,
	CUDNN_ACTIVATION_IDENTITY } cudnnActivationMode_t;
typedef enum { CUDNN_ATTR_POINTWISE_MODE, CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_ATTR_POINTWISE_NAN_PROPAGATION, CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP,
	CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_ATTR_CONVOLUTION_DILATIONS,
	CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS,
	CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, CUDNN_ATTR_ENGINEHEUR_RESULTS,
	CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_ATTR_ENGINECFG_INTERMEDIATE_INFO, CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, CUDNN_ATTR_EXECUTION_PLAN_HANDLE,
	CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_ATTR_EXECUTION_PLAN_COMPUTED_INTERMEDIATE_UIDS,
	CUDNN_ATTR_EXECUTION_PLAN_RUN_ONLY_INTERMEDIATE_UIDS, CUDNN_ATTR_INTERMEDIATE_INFO_UNIQUE_ID, CUDNN_ATTR_INTERMEDIATE_INFO_SIZE,
	CUDNN_ATTR_INTERMEDIATE_INFO_DEPENDENT_DATA_UIDS, CUDNN_ATTR_INTERMEDIATE_INFO_DEPENDENT_ATTRIBUTES, CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE,
	CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA,
	CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X,
	CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA,
	CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX,
	CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA,
	CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X,
	CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, CUDNN_ATTR_OPERATION_POINTWISE_XDESC,
	CUDNN_ATTR_OPERATION_POINTWISE_BDESC, CUDNN_ATTR_OPERATION_POINTWISE_YDESC, CUDNN_ATTR_OPERATION_POINTWISE_ALPHA1,
	CUDNN_ATTR_OPERATION_POINTWISE_ALPHA2, CUDNN_ATTR_OPERATION_GENSTATS_MODE, CUDNN_ATTR_OPERATION_GENSTATS_MATH_PREC,
	CUDNN_ATTR_OPERATION_GENSTATS_XDESC, CUDNN_ATTR_OPERATION_GENSTATS_SUMDESC, CUDNN_ATTR_OPERATION_GENSTATS_SQSUMDESC,
	CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_ATTR_OPERATIONGRAPH_OPS, CUDNN_ATTR_OPERATIONGRAPH_ENGINE_GLOBAL_COUNT, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT,
	CUDNN_ATTR_TENSOR_DATA_TYPE, CUDNN_ATTR_TENSOR_DIMENSIONS, CUDNN_ATTR_TENSOR_STRIDES, CUDNN_ATTR_TENSOR_VECTOR_COUNT,
	CUDNN_ATTR_TENSOR_VECTORIZED_DIMENSION, CUDNN_ATTR_TENSOR_UNIQUE_ID, CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS,
	CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_ATTR_VARIANT_PACK_INTERMEDIATES, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_ATTR_LAYOUT_INFO_TENSOR_UID,
	CUDNN_ATTR_LAYOUT_INFO_TYPES, CUDNN_ATTR_KNOB_INFO_TYPE, CUDNN_ATTR_KNOB_INFO_MAXIMUM_VALUE, CUDNN_ATTR_KNOB_INFO_MINIMUM_VALUE,
	CUDNN_ATTR_KNOB_INFO_STRIDE, CUDNN_ATTR_ENGINE_OPERATION_GRAPH, CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_ATTR_ENGINE_KNOB_INFO,
	CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_ATTR_ENGINE_LAYOUT_INFO } cudnnBackendAttributeName_t;
typedef enum { CUDNN_TYPE_HANDLE, CUDNN_TYPE_DATA_TYPE, CUDNN_TYPE_BOOLEAN, CUDNN_TYPE_INT64, CUDNN_TYPE_FLOAT, CUDNN_TYPE_DOUBLE,
	CUDNN_TYPE_VOID_PTR, CUDNN_TYPE_CONVOLUTION_MODE, CUDNN_TYPE_HEUR_MODE, CUDNN_TYPE_KNOB_TYPE, CUDNN_TYPE_NAN_PROPOGATION, CUDNN_TYPE_NUMERICAL_NOTE,
	CUDNN_TYPE_LAYOUT_TYPE, CUDNN_TYPE_ATTRIB_NAME, CUDNN_TYPE_POINTWISE_MODE, CUDNN_TYPE_BACKEND_DESCRIPTOR, CUDNN_TYPE_GENSTATS_MODE } cudnnBackendAttributeType_t;
typedef enum { CUDNN_BACKEND_POINTWISE_DESCRIPTOR, CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR, CUDNN_BACKEND_ENGINE_DESCRIPTOR,
	CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR,
	CUDNN_BACKEND_INTERMEDIATE_INFO_DESCRIPTOR, CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR, CUDNN_BACKEND_KNOB_INFO_DESCRIPTOR,
	CUDNN_BACKEND_LAYOUT_INFO_DESCRIPTOR, CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR,
	CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR, CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR,
	CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR, CUDNN_BACKEND_OPERATION_GEN_STATS_DESCRIPTOR, CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR,
	CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR, CUDNN_BACKEND_TENSOR_DESCRIPTOR } cudnnBackendDescriptorType_t;
typedef enum { CUDNN_HEUR_MODE_INSTANT, CUDNN_HEUR_MODES_COUNT } cudnnBackendHeurMode_t;
typedef enum { CUDNN_KNOB_TYPE_SPLIT_K, CUDNN_KNOB_TYPE_SWIZZLE, CUDNN_KNOB_TYPE_TILE_SIZE, CUDNN_KNOB_TYPE_USE_TEX, CUDNN_KNOB_TYPE_EDGE,
	CUDNN_KNOB_TYPE_KBLOCK, CUDNN_KNOB_TYPE_LDGA, CUDNN_KNOB_TYPE_LDGB, CUDNN_KNOB_TYPE_CHUNK_K, CUDNN_KNOB_TYPE_SPLIT_H, CUDNN_KNOB_TYPE_WINO_TILE,
	CUDNN_KNOB_TYPE_MULTIPLY, CUDNN_KNOB_TYPE_SPLIT_K_BUF, CUDNN_KNOB_TYPE_TILEK, CUDNN_KNOB_TYPE_STAGES, CUDNN_KNOB_TYPE_REDUCTION_MODE,
	CUDNN_KNOB_TYPE_CTA_SPLIT_K_MODE, CUDNN_KNOB_TYPE_SPLIT_K_SLC, CUDNN_KNOB_TYPE_IDX_MODE, CUDNN_KNOB_TYPE_SLICED, CUDNN_KNOB_TYPE_SPLIT_RS,
	CUDNN_KNOB_TYPE_SINGLEBUFFER, CUDNN_KNOB_TYPE_LDGC, CUDNN_KNOB_TYPE_SPECFILT, CUDNN_KNOB_TYPE_COUNTS } cudnnBackendKnobType_t;
typedef enum { CUDNN_LAYOUT_TYPE_PREFERRED_NCHW, CUDNN_LAYOUT_TYPE_PREFERRED_NHWC, CUDNN_LAYOUT_TYPE_PREFERRED_PAD4CK,
	CUDNN_LAYOUT_TYPE_PREFERRED_PAD8CK, CUDNN_LAYOUT_TYPE_COUNT } cudnnBackendLayoutType_t;
typedef enum { CUDNN_NUMERICAL_NOTE_TENSOR_CORE, CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS, CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION,
	CUDNN_NUMERICAL_NOTE_FFT, CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC, CUDNN_NUMERICAL_NOTE_WINOGRAD, CUDNN_NUMERICAL_NOTE_TYPE_COUNT } cudnnBackendNumericalNote_t;
typedef enum { CUDNN_BATCHNORM_PER_ACTIVATION, CUDNN_BATCHNORM_SPATIAL, CUDNN_BATCHNORM_SPATIAL_PERSISTENT } cudnnBatchNormMode_t;
typedef enum { CUDNN_BATCHNORM_OPS_BN, CUDNN_BATCHNORM_OPS_BN_ACTIVATION, CUDNN_BATCHNORM_OPS_BN_ADD_ACTIVATION } cudnnBatchNormOps_t;
typedef enum { CUDNN_CTC_LOSS_ALGO_DETERMINISTIC, CUDNN_CTC_LOSS_ALGO_NON_DETERMINISTIC } cudnnCTCLossAlgo_t;
typedef enum { CUDNN_CONVOLUTION_BWD_DATA_ALGO_0, CUDNN_CONVOLUTION_BWD_DATA_ALGO_1, CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT,
	CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT_TILING, CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD, CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED,
	CUDNN_CONVOLUTION_BWD_DATA_ALGO_COUNT } cudnnConvolutionBwdDataAlgo_t;
typedef enum { CUDNN_CONVOLUTION_BWD_FILTER_ALGO_0, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT,
	CUDNN_CONVOLUTION_BWD_FILTER_ALGO_3, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED,
	CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT_TILING, CUDNN_CONVOLUTION_BWD_FILTER_ALGO_COUNT } cudnnConvolutionBwdFilterAlgo_t;
typedef enum { CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, CUDNN_CONVOLUTION_FWD_ALGO_GEMM,
	CUDNN_CONVOLUTION_FWD_ALGO_DIRECT, CUDNN_CONVOLUTION_FWD_ALGO_FFT, CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING, CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD,
	CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED, CUDNN_CONVOLUTION_FWD_ALGO_COUNT } cudnnConvolutionFwdAlgo_t;
typedef enum { CUDNN_CONVOLUTION, CUDNN_CROSS_CORRELATION } cudnnConvolutionMode_t;
typedef enum { CUDNN_DATA_FLOAT, CUDNN_DATA_DOUBLE, CUDNN_DATA_HALF, CUDNN_DATA_INT8, CUDNN_DATA_INT32, CUDNN_DATA_INT8x4, CUDNN_DATA_UINT8,
	CUDNN_DATA_UINT8x4, CUDNN_DATA_INT8x32 } cudnnDataType_t;
typedef enum { CUDNN_NON_DETERMINISTIC, CUDNN_DETERMINISTIC } cudnnDeterminism_t;
typedef enum { CUDNN_UNIDIRECTIONAL, CUDNN_BIDIRECTIONAL } cudnnDirectionMode_t;
typedef enum { CUDNN_DIVNORM_PRECOMPUTED_MEANS } cudnnDivNormMode_t;
typedef enum { CUDNN_ERRQUERY_RAWCODE, CUDNN_ERRQUERY_NONBLOCKING, CUDNN_ERRQUERY_BLOCKING } cudnnErrQueryMode_t;
typedef enum { CUDNN_TRANSFORM_FOLD, CUDNN_TRANSFORM_UNFOLD } cudnnFoldingDirection_t;
typedef enum { CUDNN_FWD_MODE_INFERENCE, CUDNN_FWD_MODE_TRAINING } cudnnForwardMode_t;
typedef enum { CUDNN_PARAM_XDESC, CUDNN_PARAM_XDATA_PLACEHOLDER, CUDNN_PARAM_BN_MODE, CUDNN_PARAM_BN_EQSCALEBIAS_DESC,
	CUDNN_PARAM_BN_EQSCALE_PLACEHOLDER, CUDNN_PARAM_BN_EQBIAS_PLACEHOLDER, CUDNN_PARAM_ACTIVATION_DESC, CUDNN_PARAM_CONV_DESC, CUDNN_PARAM_WDESC,
	CUDNN_PARAM_WDATA_PLACEHOLDER, CUDNN_PARAM_DWDESC, CUDNN_PARAM_DWDATA_PLACEHOLDER, CUDNN_PARAM_YDESC, CUDNN_PARAM_YDATA_PLACEHOLDER,
	CUDNN_PARAM_DYDESC, CUDNN_PARAM_DYDATA_PLACEHOLDER, CUDNN_PARAM_YSTATS_DESC, CUDNN_PARAM_YSUM_PLACEHOLDER, CUDNN_PARAM_YSQSUM_PLACEHOLDER,
	CUDNN_PARAM_BN_SCALEBIAS_MEANVAR_DESC, CUDNN_PARAM_BN_SCALE_PLACEHOLDER, CUDNN_PARAM_BN_BIAS_PLACEHOLDER, CUDNN_PARAM_BN_SAVED_MEAN_PLACEHOLDER,
	CUDNN_PARAM_BN_SAVED_INVSTD_PLACEHOLDER, CUDNN_PARAM_BN_RUNNING_MEAN_PLACEHOLDER, CUDNN_PARAM_BN_RUNNING_VAR_PLACEHOLDER, CUDNN_PARAM_ZDESC,
	CUDNN_PARAM_ZDATA_PLACEHOLDER, CUDNN_PARAM_BN_Z_EQSCALEBIAS_DESC, CUDNN_PARAM_BN_Z_EQSCALE_PLACEHOLDER, CUDNN_PARAM_BN_Z_EQBIAS_PLACEHOLDER,
	CUDNN_PARAM_ACTIVATION_BITMASK_DESC, CUDNN_PARAM_ACTIVATION_BITMASK_PLACEHOLDER, CUDNN_PARAM_DXDESC, CUDNN_PARAM_DXDATA_PLACEHOLDER,
	CUDNN_PARAM_DZDESC, CUDNN_PARAM_DZDATA_PLACEHOLDER, CUDNN_PARAM_BN_DSCALE_PLACEHOLDER, CUDNN_PARAM_BN_DBIAS_PLACEHOLDER } cudnnFusedOpsConstParamLabel_t;
typedef enum { CUDNN_PTR_NULL, CUDNN_PTR_ELEM_ALIGNED, CUDNN_PTR_16B_ALIGNED } cudnnFusedOpsPointerPlaceHolder_t;
typedef enum { CUDNN_PTR_XDATA, CUDNN_PTR_BN_EQSCALE, CUDNN_PTR_BN_EQBIAS, CUDNN_PTR_WDATA, CUDNN_PTR_DWDATA, CUDNN_PTR_YDATA, CUDNN_PTR_DYDATA,
	CUDNN_PTR_YSUM, CUDNN_PTR_YSQSUM, CUDNN_PTR_WORKSPACE, CUDNN_PTR_BN_SCALE, CUDNN_PTR_BN_BIAS, CUDNN_PTR_BN_SAVED_MEAN, CUDNN_PTR_BN_SAVED_INVSTD,
	CUDNN_PTR_BN_RUNNING_MEAN, CUDNN_PTR_BN_RUNNING_VAR, CUDNN_PTR_ZDATA, CUDNN_PTR_BN_Z_EQSCALE, CUDNN_PTR_BN_Z_EQBIAS, CUDNN_PTR_ACTIVATION_BITMASK,
	CUDNN_PTR_DXDATA, CUDNN_PTR_DZDATA, CUDNN_PTR_BN_DSCALE, CUDNN_PTR_BN_DBIAS, CUDNN_SCALAR_SIZE_T_WORKSPACE_SIZE_IN_BYTES,
	CUDNN_SCALAR_INT64_T_BN_ACCUMULATION_COUNT, CUDNN_SCALAR_DOUBLE_BN_EXP_AVG_FACTOR, CUDNN_SCALAR_DOUBLE_BN_EPSILON } cudnnFusedOpsVariantParamLabel_t;
typedef enum { CUDNN_FUSED_SCALE_BIAS_ACTIVATION_CONV_BNSTATS, CUDNN_FUSED_SCALE_BIAS_ACTIVATION_WGRAD, CUDNN_FUSED_BN_FINALIZE_STATISTICS_TRAINING,
	CUDNN_FUSED_BN_FINALIZE_STATISTICS_INFERENCE, CUDNN_FUSED_CONV_SCALE_BIAS_ADD_ACTIVATION, CUDNN_FUSED_SCALE_BIAS_ADD_ACTIVATION_GEN_BITMASK,
	CUDNN_FUSED_DACTIVATION_FORK_DBATCHNORM } cudnnFusedOps_t;
typedef enum { CUDNN_GENSTATS_SUM_SQSUM } cudnnGenStatsMode_t;
typedef enum { CUDNN_32BIT_INDICES, CUDNN_64BIT_INDICES, CUDNN_16BIT_INDICES, CUDNN_8BIT_INDICES } cudnnIndicesType_t;
typedef enum { CUDNN_LRN_CROSS_CHANNEL_DIM1 } cudnnLRNMode_t;
typedef enum { CUDNN_LOSS_NORMALIZATION_NONE, CUDNN_LOSS_NORMALIZATION_SOFTMAX } cudnnLossNormalizationMode_t;
typedef enum { CUDNN_DEFAULT_MATH, CUDNN_TENSOR_OP_MATH, CUDNN_TENSOR_OP_MATH_ALLOW_CONVERSION, CUDNN_FMA_MATH } cudnnMathType_t;
typedef enum { CUDNN_MH_ATTN_Q_WEIGHTS, CUDNN_MH_ATTN_K_WEIGHTS, CUDNN_MH_ATTN_V_WEIGHTS, CUDNN_MH_ATTN_O_WEIGHTS, CUDNN_MH_ATTN_Q_BIASES,
	CUDNN_MH_ATTN_K_BIASES, CUDNN_MH_ATTN_V_BIASES, CUDNN_MH_ATTN_O_BIASES } cudnnMultiHeadAttnWeightKind_t;
typedef enum { CUDNN_NOT_PROPAGATE_NAN, CUDNN_PROPAGATE_NAN } cudnnNanPropagation_t;
typedef enum { CUDNN_NORM_ALGO_STANDARD, CUDNN_NORM_ALGO_PERSIST } cudnnNormAlgo_t;
typedef enum { CUDNN_NORM_PER_ACTIVATION, CUDNN_NORM_PER_CHANNEL } cudnnNormMode_t;
typedef enum { CUDNN_NORM_OPS_NORM, CUDNN_NORM_OPS_NORM_ACTIVATION, CUDNN_NORM_OPS_NORM_ADD_ACTIVATION } cudnnNormOps_t;
typedef enum { CUDNN_OP_TENSOR_ADD, CUDNN_OP_TENSOR_MUL, CUDNN_OP_TENSOR_MIN, CUDNN_OP_TENSOR_MAX, CUDNN_OP_TENSOR_SQRT, CUDNN_OP_TENSOR_NOT } cudnnOpTensorOp_t;
typedef enum { CUDNN_POINTWISE_ADD, CUDNN_POINTWISE_MAX, CUDNN_POINTWISE_MIN, CUDNN_POINTWISE_MUL, CUDNN_POINTWISE_SQRT, CUDNN_POINTWISE_RELU_FWD,
	CUDNN_POINTWISE_TANH_FWD, CUDNN_POINTWISE_SIGMOID_FWD, CUDNN_POINTWISE_ELU_FWD } cudnnPointwiseMode_t;
typedef enum { CUDNN_POOLING_MAX, CUDNN_POOLING_AVERAGE_COUNT_INCLUDE_PADDING, CUDNN_POOLING_AVERAGE_COUNT_EXCLUDE_PADDING,
	CUDNN_POOLING_MAX_DETERMINISTIC } cudnnPoolingMode_t;
typedef enum { CUDNN_RNN_ALGO_STANDARD, CUDNN_RNN_ALGO_PERSIST_STATIC, CUDNN_RNN_ALGO_PERSIST_DYNAMIC, CUDNN_RNN_ALGO_COUNT } cudnnRNNAlgo_t;
typedef enum { CUDNN_RNN_NO_BIAS, CUDNN_RNN_SINGLE_INP_BIAS, CUDNN_RNN_DOUBLE_BIAS, CUDNN_RNN_SINGLE_REC_BIAS } cudnnRNNBiasMode_t;
typedef enum { CUDNN_RNN_CLIP_NONE, CUDNN_RNN_CLIP_MINMAX } cudnnRNNClipMode_t;
typedef enum { CUDNN_RNN_DATA_LAYOUT_SEQ_MAJOR_UNPACKED, CUDNN_RNN_DATA_LAYOUT_SEQ_MAJOR_PACKED, CUDNN_RNN_DATA_LAYOUT_BATCH_MAJOR_UNPACKED } cudnnRNNDataLayout_t;
typedef enum { CUDNN_LINEAR_INPUT, CUDNN_SKIP_INPUT } cudnnRNNInputMode_t;
typedef enum { CUDNN_RNN_RELU, CUDNN_RNN_TANH, CUDNN_LSTM, CUDNN_GRU } cudnnRNNMode_t;
typedef enum { CUDNN_REDUCE_TENSOR_NO_INDICES, CUDNN_REDUCE_TENSOR_FLATTENED_INDICES } cudnnReduceTensorIndices_t;
typedef enum { CUDNN_REDUCE_TENSOR_ADD, CUDNN_REDUCE_TENSOR_MUL, CUDNN_REDUCE_TENSOR_MIN, CUDNN_REDUCE_TENSOR_MAX, CUDNN_REDUCE_TENSOR_AMAX,
	CUDNN_REDUCE_TENSOR_AVG, CUDNN_REDUCE_TENSOR_NORM1, CUDNN_REDUCE_TENSOR_NORM2, CUDNN_REDUCE_TENSOR_MUL_NO_ZEROS } cudnnReduceTensorOp_t;
typedef enum { CUDNN_DEFAULT_REORDER, CUDNN_NO_REORDER } cudnnReorderType_t;
typedef enum { CUDNN_SAMPLER_BILINEAR } cudnnSamplerType_t;
typedef enum { CUDNN_SEQDATA_TIME_DIM, CUDNN_SEQDATA_BATCH_DIM, CUDNN_SEQDATA_BEAM_DIM, CUDNN_SEQDATA_VECT_DIM } cudnnSeqDataAxis_t;
typedef enum { CUDNN_SEV_FATAL, CUDNN_SEV_ERROR, CUDNN_SEV_WARNING, CUDNN_SEV_INFO } cudnnSeverity_t;
typedef enum { CUDNN_SOFTMAX_FAST, CUDNN_SOFTMAX_ACCURATE, CUDNN_SOFTMAX_LOG } cudnnSoftmaxAlgorithm_t;
typedef enum { CUDNN_SOFTMAX_MODE_INSTANCE, CUDNN_SOFTMAX_MODE_CHANNEL } cudnnSoftmaxMode_t;
typedef enum { CUDNN_TENSOR_NCHW, CUDNN_TENSOR_NHWC, CUDNN_TENSOR_NCHW_VECT_C } cudnnTensorFormat_t;
typedef enum { CUDNN_WGRAD_MODE_ADD, CUDNN_WGRAD_MODE_SET } cudnnWgradMode_t;

typedef struct zoo_ActivationDescriptor *cudnnActivationDescriptor_t;
typedef struct zoo_AlgorithmDescriptor *cudnnAlgorithmDescriptor_t;
typedef struct zoo_AlgorithmPerformance *cudnnAlgorithmPerformance_t;
typedef struct zoo_AttnDescriptor *cudnnAttnDescriptor_t;
typedef struct zoo_CTCLossDescriptor *cudnnCTCLossDescriptor_t;
typedef struct zoo_ConvolutionDescriptor *cudnnConvolutionDescriptor_t;
typedef struct zoo_DropoutDescriptor *cudnnDropoutDescriptor_t;
typedef struct zoo_FilterDescriptor *cudnnFilterDescriptor_t;
typedef struct zoo_FusedOpsConstParamPack *cudnnFusedOpsConstParamPack_t;
typedef struct zoo_FusedOpsVariantParamPack *cudnnFusedOpsVariantParamPack_t;
typedef struct zoo_Handle *cudnnHandle_t;
typedef struct zoo_LRNDescriptor *cudnnLRNDescriptor_t;
typedef struct zoo_OpTensorDescriptor *cudnnOpTensorDescriptor_t;
typedef struct zoo_PersistentRNNPlan *cudnnPersistentRNNPlan_t;
typedef struct zoo_PoolingDescriptor *cudnnPoolingDescriptor_t;
typedef struct zoo_RNNDataDescriptor *cudnnRNNDataDescriptor_t;
typedef struct zoo_RNNDescriptor *cudnnRNNDescriptor_t;
typedef struct zoo_ReduceTensorDescriptor *cudnnReduceTensorDescriptor_t;
typedef struct zoo_SeqDataDescriptor *cudnnSeqDataDescriptor_t;
typedef struct zoo_SpatialTransformerDescriptor *cudnnSpatialTransformerDescriptor_t;
typedef struct zoo_TensorDescriptor *cudnnTensorDescriptor_t;
typedef struct zoo_TensorTransformDescriptor *cudnnTensorTransformDescriptor_t;
typedef void *cudnnBackendDescriptor_t;
typedef struct { union { int convFwdAlgo, convBwdFilterAlgo, convBwdDataAlgo, RNNAlgo, CTCLossAlgo; } algo; } cudnnAlgorithm_t;
typedef struct { cudnnConvolutionBwdDataAlgo_t algo; cudnnStatus_t status; float time; size_t memory; cudnnDeterminism_t determinism; cudnnMathType_t mathType; int reserved[3]; } cudnnConvolutionBwdDataAlgoPerf_t;
typedef struct { cudnnConvolutionBwdFilterAlgo_t algo; cudnnStatus_t status; float time; size_t memory; cudnnDeterminism_t determinism; cudnnMathType_t mathType; int reserved[3]; } cudnnConvolutionBwdFilterAlgoPerf_t;
typedef struct { cudnnConvolutionFwdAlgo_t algo; cudnnStatus_t status; float time; size_t memory; cudnnDeterminism_t determinism; cudnnMathType_t mathType; int reserved[3]; } cudnnConvolutionFwdAlgoPerf_t;

#define ZOO_NO { return CUDNN_STATUS_NOT_SUPPORTED; }
static inline cudnnStatus_t cudnnActivationBackward(cudnnHandle_t a, cudnnActivationDescriptor_t b, const void *c,
	const cudnnTensorDescriptor_t d, const void *e, const cudnnTensorDescriptor_t f, const void *g, const cudnnTensorDescriptor_t h, const void *i, const void *j, const cudnnTensorDescriptor_t k, void *l) ZOO_NO
static inline cudnnStatus_t cudnnActivationForward(cudnnHandle_t a, cudnnActivationDescriptor_t b, const void *c,
	const cudnnTensorDescriptor_t d, const void *e, const void *f, const cudnnTensorDescriptor_t g, void *h) ZOO_NO
static inline cudnnStatus_t cudnnAddTensor(cudnnHandle_t a, const void *b, const cudnnTensorDescriptor_t c, const void *d,
	const void *e, const cudnnTensorDescriptor_t f, void *g) ZOO_NO
static inline cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t a, cudnnBackendDescriptor_t *b) ZOO_NO
static inline cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t a, cudnnBackendAttributeName_t b,
	cudnnBackendAttributeType_t c, int64_t d, const void *e) ZOO_NO
static inline cudnnStatus_t cudnnBatchNormalizationBackward(cudnnHandle_t a, cudnnBatchNormMode_t b, const void *c,
	const void *d, const void *e, const void *f, const cudnnTensorDescriptor_t g, const void *h, const cudnnTensorDescriptor_t i, const void *j, const cudnnTensorDescriptor_t k, void *l, const cudnnTensorDescriptor_t m, const void *n, void *o, void *p, double q, const void *r, const void *s) ZOO_NO
static inline cudnnStatus_t cudnnBatchNormalizationForwardInference(cudnnHandle_t a, cudnnBatchNormMode_t b, const void *c,
	const void *d, const cudnnTensorDescriptor_t e, const void *f, const cudnnTensorDescriptor_t g, void *h, const cudnnTensorDescriptor_t i, const void *j, const void *k, const void *l, const void *m, double n) ZOO_NO
static inline cudnnStatus_t cudnnBatchNormalizationForwardTraining(cudnnHandle_t a, cudnnBatchNormMode_t b, const void *c,
	const void *d, const cudnnTensorDescriptor_t e, const void *f, const cudnnTensorDescriptor_t g, void *h, const cudnnTensorDescriptor_t i, const void *j, const void *k, double l, void *m, void *n, double o, void *p, void *q) ZOO_NO
static inline cudnnStatus_t cudnnCTCLoss(cudnnHandle_t a, const cudnnTensorDescriptor_t b, const void *c, const int *d,
	const int *e, const int *f, void *g, const cudnnTensorDescriptor_t h, void *i, cudnnCTCLossAlgo_t j, cudnnCTCLossDescriptor_t k, void *l, size_t m) ZOO_NO
static inline cudnnStatus_t cudnnConvolutionBackwardBias(cudnnHandle_t a, const void *b, const cudnnTensorDescriptor_t c,
	const void *d, const void *e, const cudnnTensorDescriptor_t f, void *g) ZOO_NO
static inline cudnnStatus_t cudnnConvolutionBackwardData(cudnnHandle_t a, const void *b, const cudnnFilterDescriptor_t c,
	const void *d, const cudnnTensorDescriptor_t e, const void *f, const cudnnConvolutionDescriptor_t g, cudnnConvolutionBwdDataAlgo_t h, void *i, size_t j, const void *k, const cudnnTensorDescriptor_t l, void *m) ZOO_NO
static inline cudnnStatus_t cudnnConvolutionBackwardFilter(cudnnHandle_t a, const void *b, const cudnnTensorDescriptor_t c,
	const void *d, const cudnnTensorDescriptor_t e, const void *f, const cudnnConvolutionDescriptor_t g, cudnnConvolutionBwdFilterAlgo_t h, void *i, size_t j, const void *k, const cudnnFilterDescriptor_t l, void *m) ZOO_NO
static inline cudnnStatus_t cudnnConvolutionBiasActivationForward(cudnnHandle_t a, const void *b,
	const cudnnTensorDescriptor_t c, const void *d, const cudnnFilterDescriptor_t e, const void *f, const cudnnConvolutionDescriptor_t g, cudnnConvolutionFwdAlgo_t h, void *i, size_t j, const void *k, const cudnnTensorDescriptor_t l, const void *m, const cudnnTensorDescriptor_t n, const void *o, const cudnnActivationDescriptor_t p, const cudnnTensorDescriptor_t q, void *r) ZOO_NO
static inline cudnnStatus_t cudnnConvolutionForward(cudnnHandle_t a, const void *b, const cudnnTensorDescriptor_t c,
	const void *d, const cudnnFilterDescriptor_t e, const void *f, const cudnnConvolutionDescriptor_t g, cudnnConvolutionFwdAlgo_t h, void *i, size_t j, const void *k, const cudnnTensorDescriptor_t l, void *m) ZOO_NO
static inline cudnnStatus_t cudnnCreate(cudnnHandle_t *a) { static int handle; *a = (cudnnHandle_t)&handle; return CUDNN_STATUS_SUCCESS; }
static inline cudnnStatus_t cudnnCreateActivationDescriptor(cudnnActivationDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateAlgorithmDescriptor(cudnnAlgorithmDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateAlgorithmPerformance(cudnnAlgorithmPerformance_t *a, int b) ZOO_NO
static inline cudnnStatus_t cudnnCreateAttnDescriptor(cudnnAttnDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateConvolutionDescriptor(cudnnConvolutionDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateDropoutDescriptor(cudnnDropoutDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateFilterDescriptor(cudnnFilterDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateFusedOpsConstParamPack(cudnnFusedOpsConstParamPack_t *a, cudnnFusedOps_t b) ZOO_NO
static inline cudnnStatus_t cudnnCreateFusedOpsVariantParamPack(cudnnFusedOpsVariantParamPack_t *a, cudnnFusedOps_t b) ZOO_NO
static inline cudnnStatus_t cudnnCreateLRNDescriptor(cudnnLRNDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateOpTensorDescriptor(cudnnOpTensorDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreatePersistentRNNPlan(cudnnRNNDescriptor_t a, const int b, const cudnnDataType_t c, cudnnPersistentRNNPlan_t *d) ZOO_NO
static inline cudnnStatus_t cudnnCreatePoolingDescriptor(cudnnPoolingDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateRNNDataDescriptor(cudnnRNNDataDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateRNNDescriptor(cudnnRNNDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateReduceTensorDescriptor(cudnnReduceTensorDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateSeqDataDescriptor(cudnnSeqDataDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateSpatialTransformerDescriptor(cudnnSpatialTransformerDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateTensorDescriptor(cudnnTensorDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnCreateTensorTransformDescriptor(cudnnTensorTransformDescriptor_t *a) ZOO_NO
static inline cudnnStatus_t cudnnDeriveBNTensorDescriptor(cudnnTensorDescriptor_t a, const cudnnTensorDescriptor_t b, cudnnBatchNormMode_t c) ZOO_NO
static inline cudnnStatus_t cudnnDestroy(cudnnHandle_t a) { return CUDNN_STATUS_SUCCESS; }
static inline cudnnStatus_t cudnnDestroyActivationDescriptor(cudnnActivationDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyAlgorithmDescriptor(cudnnAlgorithmDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyAlgorithmPerformance(cudnnAlgorithmPerformance_t *a, int b) ZOO_NO
static inline cudnnStatus_t cudnnDestroyAttnDescriptor(cudnnAttnDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyCTCLossDescriptor(cudnnCTCLossDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyConvolutionDescriptor(cudnnConvolutionDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyDropoutDescriptor(cudnnDropoutDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyFilterDescriptor(cudnnFilterDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyFusedOpsConstParamPack(cudnnFusedOpsConstParamPack_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyFusedOpsVariantParamPack(cudnnFusedOpsVariantParamPack_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyLRNDescriptor(cudnnLRNDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyOpTensorDescriptor(cudnnOpTensorDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyPersistentRNNPlan(cudnnPersistentRNNPlan_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyPoolingDescriptor(cudnnPoolingDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyRNNDataDescriptor(cudnnRNNDataDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyRNNDescriptor(cudnnRNNDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyReduceTensorDescriptor(cudnnReduceTensorDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroySeqDataDescriptor(cudnnSeqDataDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroySpatialTransformerDescriptor(cudnnSpatialTransformerDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyTensorDescriptor(cudnnTensorDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDestroyTensorTransformDescriptor(cudnnTensorTransformDescriptor_t a) ZOO_NO
static inline cudnnStatus_t cudnnDivisiveNormalizationBackward(cudnnHandle_t a, cudnnLRNDescriptor_t b, cudnnDivNormMode_t c,
	const void *d, const cudnnTensorDescriptor_t e, const void *f, const void *g, const void *h, void *i, void *j, const void *k, const cudnnTensorDescriptor_t l, void *m, void *n) ZOO_NO
static inline cudnnStatus_t cudnnDivisiveNormalizationForward(cudnnHandle_t a, cudnnLRNDescriptor_t b, cudnnDivNormMode_t c,
	const void *d, const cudnnTensorDescriptor_t e, const void *f, const void *g, void *h, void *i, const void *j, const cudnnTensorDescriptor_t k, void *l) ZOO_NO
static inline cudnnStatus_t cudnnDropoutBackward(cudnnHandle_t a, const cudnnDropoutDescriptor_t b,
	const cudnnTensorDescriptor_t c, const void *d, const cudnnTensorDescriptor_t e, void *f, void *g, size_t h) ZOO_NO
static inline cudnnStatus_t cudnnDropoutForward(cudnnHandle_t a, const cudnnDropoutDescriptor_t b,
	const cudnnTensorDescriptor_t c, const void *d, const cudnnTensorDescriptor_t e, void *f, void *g, size_t h) ZOO_NO
static inline cudnnStatus_t cudnnDropoutGetReserveSpaceSize(cudnnTensorDescriptor_t a, size_t *b) ZOO_NO
static inline cudnnStatus_t cudnnDropoutGetStatesSize(cudnnHandle_t a, size_t *b) ZOO_NO
static inline cudnnStatus_t cudnnFindConvolutionBackwardDataAlgorithm(cudnnHandle_t a, const cudnnFilterDescriptor_t b,
	const cudnnTensorDescriptor_t c, const cudnnConvolutionDescriptor_t d, const cudnnTensorDescriptor_t e, const int f, int *g, cudnnConvolutionBwdDataAlgoPerf_t *h) ZOO_NO
static inline cudnnStatus_t cudnnFindConvolutionBackwardDataAlgorithmEx(cudnnHandle_t a, const cudnnFilterDescriptor_t b,
	const void *c, const cudnnTensorDescriptor_t d, const void *e, const cudnnConvolutionDescriptor_t f, const cudnnTensorDescriptor_t g, void *h, const int i, int *j, cudnnConvolutionBwdDataAlgoPerf_t *k, void *l, size_t m) ZOO_NO
static inline cudnnStatus_t cudnnFindConvolutionBackwardFilterAlgorithm(cudnnHandle_t a, const cudnnTensorDescriptor_t b,
	const cudnnTensorDescriptor_t c, const cudnnConvolutionDescriptor_t d, const cudnnFilterDescriptor_t e, const int f, int *g, cudnnConvolutionBwdFilterAlgoPerf_t *h) ZOO_NO
static inline cudnnStatus_t cudnnFindConvolutionBackwardFilterAlgorithmEx(cudnnHandle_t a, const cudnnTensorDescriptor_t b,
	const void *c, const cudnnTensorDescriptor_t d, const void *e, const cudnnConvolutionDescriptor_t f, const cudnnFilterDescriptor_t g, void *h, const int i, int *j, cudnnConvolutionBwdFilterAlgoPerf_t *k, void *l, size_t m) ZOO_NO
static inline cudnnStatus_t cudnnFindConvolutionForwardAlgorithm(cudnnHandle_t a, const cudnnTensorDescriptor_t b,
	const cudnnFilterDescriptor_t c, const cudnnConvolutionDescriptor_t d, const cudnnTensorDescriptor_t e, const int f, int *g, cudnnConvolutionFwdAlgoPerf_t *h) ZOO_NO
static inline cudnnStatus_t cudnnFindConvolutionForwardAlgorithmEx(cudnnHandle_t a, const cudnnTensorDescriptor_t b,
	const void *c, const cudnnFilterDescriptor_t d, const void *e, const cudnnConvolutionDescriptor_t f, const cudnnTensorDescriptor_t g, void *h, const int i, int *j, cudnnConvolutionFwdAlgoPerf_t *k, void *l, size_t m) ZOO_NO
static inline cudnnStatus_t cudnnGetConvolution2dForwardOutputDim(const cudnnConvolutionDescriptor_t a,
	const cudnnTensorDescriptor_t b, const cudnnFilterDescriptor_t c, int *d, int *e, int *f, int *g) ZOO_NO
static inline cudnnStatus_t cudnnGetConvolutionNdForwardOutputDim(const cudnnConvolutionDescriptor_t a,
	const cudnnTensorDescriptor_t b, const cudnnFilterDescriptor_t c, int d, int *e) ZOO_NO
static inline cudnnStatus_t cudnnGetPooling2dForwardOutputDim(const cudnnPoolingDescriptor_t a, const cudnnTensorDescriptor_t b,
	int *c, int *d, int *e, int *f) ZOO_NO
static inline cudnnStatus_t cudnnGetPoolingNdForwardOutputDim(const cudnnPoolingDescriptor_t a, const cudnnTensorDescriptor_t b, int c, int *d) ZOO_NO
static inline cudnnStatus_t cudnnGetRNNLinLayerBiasParams(cudnnHandle_t a, const cudnnRNNDescriptor_t b, const int c,
	const cudnnTensorDescriptor_t d, const cudnnFilterDescriptor_t e, const void *f, const int g, cudnnFilterDescriptor_t h, void **i) ZOO_NO
static inline cudnnStatus_t cudnnGetRNNLinLayerMatrixParams(cudnnHandle_t a, const cudnnRNNDescriptor_t b, const int c,
	const cudnnTensorDescriptor_t d, const cudnnFilterDescriptor_t e, const void *f, const int g, cudnnFilterDescriptor_t h, void **i) ZOO_NO
static inline cudnnStatus_t cudnnGetReductionIndicesSize(cudnnHandle_t a, const cudnnReduceTensorDescriptor_t b,
	const cudnnTensorDescriptor_t c, const cudnnTensorDescriptor_t d, size_t *e) ZOO_NO
static inline cudnnStatus_t cudnnGetReductionWorkspaceSize(cudnnHandle_t a, const cudnnReduceTensorDescriptor_t b,
	const cudnnTensorDescriptor_t c, const cudnnTensorDescriptor_t d, size_t *e) ZOO_NO
static inline cudnnStatus_t cudnnIm2Col(cudnnHandle_t a, const cudnnTensorDescriptor_t b, const void *c,
	const cudnnFilterDescriptor_t d, const cudnnConvolutionDescriptor_t e, void *f) ZOO_NO
static inline cudnnStatus_t cudnnLRNCrossChannelBackward(cudnnHandle_t a, cudnnLRNDescriptor_t b, cudnnLRNMode_t c,
	const void *d, const cudnnTensorDescriptor_t e, const void *f, const cudnnTensorDescriptor_t g, const void *h, const cudnnTensorDescriptor_t i, const void *j, const void *k, const cudnnTensorDescriptor_t l, void *m) ZOO_NO
static inline cudnnStatus_t cudnnLRNCrossChannelForward(cudnnHandle_t a, cudnnLRNDescriptor_t b, cudnnLRNMode_t c, const void *d,
	const cudnnTensorDescriptor_t e, const void *f, const void *g, const cudnnTensorDescriptor_t h, void *i) ZOO_NO
static inline cudnnStatus_t cudnnOpTensor(cudnnHandle_t a, const cudnnOpTensorDescriptor_t b, const void *c,
	const cudnnTensorDescriptor_t d, const void *e, const void *f, const cudnnTensorDescriptor_t g, const void *h, const void *i, const cudnnTensorDescriptor_t j, void *k) ZOO_NO
static inline cudnnStatus_t cudnnPoolingBackward(cudnnHandle_t a, const cudnnPoolingDescriptor_t b, const void *c,
	const cudnnTensorDescriptor_t d, const void *e, const cudnnTensorDescriptor_t f, const void *g, const cudnnTensorDescriptor_t h, const void *i, const void *j, const cudnnTensorDescriptor_t k, void *l) ZOO_NO
static inline cudnnStatus_t cudnnPoolingForward(cudnnHandle_t a, const cudnnPoolingDescriptor_t b, const void *c,
	const cudnnTensorDescriptor_t d, const void *e, const void *f, const cudnnTensorDescriptor_t g, void *h) ZOO_NO
static inline cudnnStatus_t cudnnReduceTensor(cudnnHandle_t a, const cudnnReduceTensorDescriptor_t b, void *c, size_t d, void *e,
	size_t f, const void *g, const cudnnTensorDescriptor_t h, const void *i, const void *j, const cudnnTensorDescriptor_t k, void *l) ZOO_NO
static inline cudnnStatus_t cudnnRestoreDropoutDescriptor(cudnnDropoutDescriptor_t a, cudnnHandle_t b, float c, void *d,
	size_t e, unsigned long long f) ZOO_NO
static inline cudnnStatus_t cudnnScaleTensor(cudnnHandle_t a, const cudnnTensorDescriptor_t b, void *c, const void *d) ZOO_NO
static inline cudnnStatus_t cudnnSetActivationDescriptor(cudnnActivationDescriptor_t a, cudnnActivationMode_t b, cudnnNanPropagation_t c, double d) ZOO_NO
static inline cudnnStatus_t cudnnSetAlgorithmDescriptor(cudnnAlgorithmDescriptor_t a, cudnnAlgorithm_t b) ZOO_NO
static inline cudnnStatus_t cudnnSetAlgorithmPerformance(cudnnAlgorithmPerformance_t a, cudnnAlgorithmDescriptor_t b,
	cudnnStatus_t c, float d, size_t e) ZOO_NO
static inline cudnnStatus_t cudnnSetAttnDescriptor(cudnnAttnDescriptor_t a, unsigned b, int c, double d, cudnnDataType_t e,
	cudnnDataType_t f, cudnnMathType_t g, cudnnDropoutDescriptor_t h, cudnnDropoutDescriptor_t i, int j, int k, int l, int m, int n, int o, int p, int q, int r, int s, int t) ZOO_NO
static inline cudnnStatus_t cudnnSetConvolution2dDescriptor(cudnnConvolutionDescriptor_t a, int b, int c, int d, int e, int f,
	int g, cudnnConvolutionMode_t h, cudnnDataType_t i) ZOO_NO
static inline cudnnStatus_t cudnnSetConvolutionGroupCount(cudnnConvolutionDescriptor_t a, int b) ZOO_NO
static inline cudnnStatus_t cudnnSetConvolutionMathType(cudnnConvolutionDescriptor_t a, cudnnMathType_t b) ZOO_NO
static inline cudnnStatus_t cudnnSetConvolutionNdDescriptor(cudnnConvolutionDescriptor_t a, int b, const int *c, const int *d,
	const int *e, cudnnConvolutionMode_t f, cudnnDataType_t g) ZOO_NO
static inline cudnnStatus_t cudnnSetDropoutDescriptor(cudnnDropoutDescriptor_t a, cudnnHandle_t b, float c, void *d, size_t e, unsigned long long f) ZOO_NO
static inline cudnnStatus_t cudnnSetFilter4dDescriptor(cudnnFilterDescriptor_t a, cudnnDataType_t b, cudnnTensorFormat_t c,
	int d, int e, int f, int g) ZOO_NO
static inline cudnnStatus_t cudnnSetFilterNdDescriptor(cudnnFilterDescriptor_t a, cudnnDataType_t b, cudnnTensorFormat_t c, int d, const int *e) ZOO_NO
static inline cudnnStatus_t cudnnSetFusedOpsConstParamPackAttribute(cudnnFusedOpsConstParamPack_t a, cudnnFusedOpsConstParamLabel_t b, const void *c) ZOO_NO
static inline cudnnStatus_t cudnnSetFusedOpsVariantParamPackAttribute(cudnnFusedOpsVariantParamPack_t a, cudnnFusedOpsVariantParamLabel_t b, void *c) ZOO_NO
static inline cudnnStatus_t cudnnSetLRNDescriptor(cudnnLRNDescriptor_t a, unsigned b, double c, double d, double e) ZOO_NO
static inline cudnnStatus_t cudnnSetOpTensorDescriptor(cudnnOpTensorDescriptor_t a, cudnnOpTensorOp_t b, cudnnDataType_t c, cudnnNanPropagation_t d) ZOO_NO
static inline cudnnStatus_t cudnnSetPersistentRNNPlan(cudnnRNNDescriptor_t a, cudnnPersistentRNNPlan_t b) ZOO_NO
static inline cudnnStatus_t cudnnSetPooling2dDescriptor(cudnnPoolingDescriptor_t a, cudnnPoolingMode_t b,
	cudnnNanPropagation_t c, int d, int e, int f, int g, int h, int i) ZOO_NO
static inline cudnnStatus_t cudnnSetPoolingNdDescriptor(cudnnPoolingDescriptor_t a, const cudnnPoolingMode_t b,
	const cudnnNanPropagation_t c, int d, const int *e, const int *f, const int *g) ZOO_NO
static inline cudnnStatus_t cudnnSetRNNDataDescriptor(cudnnRNNDataDescriptor_t a, cudnnDataType_t b, cudnnRNNDataLayout_t c,
	int d, int e, int f, const int *g, void *h) ZOO_NO
static inline cudnnStatus_t cudnnSetRNNDescriptor_v8(cudnnRNNDescriptor_t a, cudnnRNNAlgo_t b, cudnnRNNMode_t c,
	cudnnRNNBiasMode_t d, cudnnDirectionMode_t e, cudnnRNNInputMode_t f, cudnnDataType_t g, cudnnDataType_t h, cudnnMathType_t i, int32_t j, int32_t k, int32_t l, int32_t m, cudnnDropoutDescriptor_t n, uint32_t o) ZOO_NO
static inline cudnnStatus_t cudnnSetRNNMatrixMathType(cudnnRNNDescriptor_t a, cudnnMathType_t b) ZOO_NO
static inline cudnnStatus_t cudnnSetReduceTensorDescriptor(cudnnReduceTensorDescriptor_t a, cudnnReduceTensorOp_t b,
	cudnnDataType_t c, cudnnNanPropagation_t d, cudnnReduceTensorIndices_t e, cudnnIndicesType_t f) ZOO_NO
static inline cudnnStatus_t cudnnSetSeqDataDescriptor(cudnnSeqDataDescriptor_t a, cudnnDataType_t b, int c, const int *d,
	const cudnnSeqDataAxis_t *e, size_t f, const int *g, void *h) ZOO_NO
static inline cudnnStatus_t cudnnSetSpatialTransformerNdDescriptor(cudnnSpatialTransformerDescriptor_t a, cudnnSamplerType_t b,
	cudnnDataType_t c, const int d, const int *e) ZOO_NO
static inline cudnnStatus_t cudnnSetTensor4dDescriptor(cudnnTensorDescriptor_t a, cudnnTensorFormat_t b, cudnnDataType_t c,
	int d, int e, int f, int g) ZOO_NO
static inline cudnnStatus_t cudnnSetTensor4dDescriptorEx(cudnnTensorDescriptor_t a, cudnnDataType_t b, int c, int d, int e,
	int f, int g, int h, int i, int j) ZOO_NO
static inline cudnnStatus_t cudnnSetTensorNdDescriptor(cudnnTensorDescriptor_t a, cudnnDataType_t b, int c, const int *d, const int *e) ZOO_NO
static inline cudnnStatus_t cudnnSetTensorNdDescriptorEx(cudnnTensorDescriptor_t a, cudnnTensorFormat_t b, cudnnDataType_t c, int d, const int *e) ZOO_NO
static inline cudnnStatus_t cudnnSetTensorTransformDescriptor(cudnnTensorTransformDescriptor_t a, const uint32_t b,
	const cudnnTensorFormat_t c, const int32_t *d, const int32_t *e, const uint32_t *f, const cudnnFoldingDirection_t g) ZOO_NO
static inline cudnnStatus_t cudnnSoftmaxBackward(cudnnHandle_t a, cudnnSoftmaxAlgorithm_t b, cudnnSoftmaxMode_t c, const void *d,
	const cudnnTensorDescriptor_t e, const void *f, const cudnnTensorDescriptor_t g, const void *h, const void *i, const cudnnTensorDescriptor_t j, void *k) ZOO_NO
static inline cudnnStatus_t cudnnSoftmaxForward(cudnnHandle_t a, cudnnSoftmaxAlgorithm_t b, cudnnSoftmaxMode_t c, const void *d,
	const cudnnTensorDescriptor_t e, const void *f, const void *g, const cudnnTensorDescriptor_t h, void *i) ZOO_NO
static inline cudnnStatus_t cudnnSpatialTfGridGeneratorBackward(cudnnHandle_t a, const cudnnSpatialTransformerDescriptor_t b, const void *c, void *d) ZOO_NO
static inline cudnnStatus_t cudnnSpatialTfGridGeneratorForward(cudnnHandle_t a, const cudnnSpatialTransformerDescriptor_t b, const void *c, void *d) ZOO_NO
static inline cudnnStatus_t cudnnSpatialTfSamplerBackward(cudnnHandle_t a, cudnnSpatialTransformerDescriptor_t b, const void *c,
	const cudnnTensorDescriptor_t d, const void *e, const void *f, const cudnnTensorDescriptor_t g, void *h, const void *i, const cudnnTensorDescriptor_t j, const void *k, const void *l, const void *m, void *n) ZOO_NO
static inline cudnnStatus_t cudnnSpatialTfSamplerForward(cudnnHandle_t a, cudnnSpatialTransformerDescriptor_t b, const void *c,
	const cudnnTensorDescriptor_t d, const void *e, const void *f, const void *g, cudnnTensorDescriptor_t h, void *i) ZOO_NO
static inline cudnnStatus_t cudnnTransformTensor(cudnnHandle_t a, const void *b, const cudnnTensorDescriptor_t c, const void *d,
	const void *e, const cudnnTensorDescriptor_t f, void *g) ZOO_NO

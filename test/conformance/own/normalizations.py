"""Batch, layer, RMS, instance and group norms, softmaxes."""
from making import Family, c, given, np, op, positive, x

family = Family()
add, refuse = family.add, family.refuse


def variance(*shape):
    return given(positive(*shape))


def lrn(values, size=3, alpha=1e-4, beta=.75, bias=1.0):
    """LRN of any rank and size."""
    padded = np.pad(np.square(values.astype(np.float64)), [(0, 0), ((size - 1) // 2, size // 2)] + [(0, 0)] * (values.ndim - 2))
    sums = sum(padded[:, i:i + values.shape[1]] for i in range(size))
    return (values / (bias + alpha / size * sums) ** beta).astype(np.float32)


add("batch_norm", op("BatchNormalization", "x s b m v"), x=x(2, 3, 4), s=c(3), b=c(3), m=c(3), v=given([1e-5, 2e-5, .3]))
add("batch_norm_volume", op("BatchNormalization", "x s b m v"), x=x(2, 3, 2, 3, 4), s=c(3), b=c(3), m=c(3), v=variance(3))
add("batch_norm_epsilon", op("BatchNormalization", "x s b m v", epsilon=.3), x=x(2, 3, 4, 2), s=c(3), b=c(3), m=c(3), v=variance(3))
add("batch_norm_9", op("BatchNormalization", "x s b m v", epsilon=.1), opset=9, x=x(2, 3, 4, 2), s=c(3), b=c(3), m=c(3), v=variance(3))
refuse("batch_norm_training", "training_mode must be 0; export the model for inference", op("BatchNormalization", "x s b m v", training_mode=1),
       x=x(2, 3, 4), s=c(3), b=c(3), m=c(3), v=variance(3))
refuse("batch_norm_spatial", "spatial must be 1", op("BatchNormalization", "x s b m v", spatial=0), opset=8, x=x(2, 3), s=c(3), b=c(3), m=c(3), v=variance(3))
for operand in "sbmv":
    refuse(f"batch_norm_computed_{operand}", f"operand '{operand}' must be a constant, found a computed value", op("BatchNormalization", "x s b m v"),
           **{"x": x(2, 3, 4)} | {name: x(3) if name == operand else c(3) for name in "sbmv"})

for opset in (7, 11, 13):
    for axis in (0, 1, 2, None):
        named = {} if axis is None else {"axis": axis}
        add(f"softmax_{opset}_{axis}", op("Softmax", "x", **named), opset=opset, x=x(2, 3, 4))
    add(f"softmax_{opset}_before_ones", op("Softmax", "x", axis=1), opset=opset, x=x(2, 3, 1, 1))
    add(f"softmax_{opset}_matrix", op("Softmax", "x"), opset=opset, x=x(3, 4))
    add(f"log_softmax_{opset}_last", op("LogSoftmax", "x", axis=2), opset=opset, x=x(2, 3, 4))
    add(f"log_softmax_{opset}_before_ones", op("LogSoftmax", "x", axis=1), opset=opset, x=x(2, 3, 1))
    refuse(f"softmax_{opset}_axis", "axis 3 does not exist in a tensor of rank 3", op("Softmax", "x", axis=3), opset=opset, x=x(2, 3, 4))
    refuse(f"log_softmax_{opset}_axis", "axis -4 does not exist in a tensor of rank 3", op("LogSoftmax", "x", axis=-4), opset=opset, x=x(2, 3, 4))
add("softmax_from_the_end", op("Softmax", "x", axis=-2), x=x(2, 3, 4))
add("log_softmax_inner", op("LogSoftmax", "x", axis=0), x=x(2, 3, 4))
add("log_softmax_default", op("LogSoftmax", "x"), x=x(2, 3, 4))
add("log_softmax_11_default", op("LogSoftmax", "x"), opset=11, x=x(3, 4))
refuse("log_softmax_11_inner", "is of the form before opset 13, over several axes", op("LogSoftmax", "x", axis=1), opset=11, x=x(2, 3, 4))

add("log_softmax_large", op("LogSoftmax", "x"), x=x(3, 5) + 1000)
for axis in (0, 1, -1):
    for p in (1, 2):
        add(f"lp_{p}_{axis}", op("LpNormalization", "x", p=p, axis=axis), x=x(2, 3, 4))
add("lp_default", op("LpNormalization", "x"), x=x(2, 3, 4))
add("lp_nothing", op("LpNormalization", "x"), x=np.float32([[0, 0, 0], [0, 2, 0]]), reference=lambda x: x / 2)
refuse("lp_exponent", "attribute 'p' is 3, expected 1 or 2", op("LpNormalization", "x", p=3), x=x(2, 3))
refuse("lp_axis", "axis 2 does not exist in a tensor of rank 2", op("LpNormalization", "x", axis=2), x=x(2, 3))
add("lrn", op("LRN", "x", size=3), x=x(2, 5, 3, 4))
add("lrn_all", op("LRN", "x", size=4, alpha=.3, beta=.6, bias=2.0), reference=lambda values: lrn(values, 4, .3, .6, 2.0), x=x(1, 6, 3, 4))
add("lrn_wider_than_channels", op("LRN", "x", size=9, alpha=.3), x=x(1, 4, 3, 3))
for name, shape in (("matrix", (3, 6)), ("row", (2, 6, 5)), ("volume", (1, 6, 2, 3, 4))):
    add(f"lrn_{name}", op("LRN", "x", size=3, alpha=.5), reference=lambda values: lrn(values, alpha=.5), x=x(*shape))
refuse("lrn_size", "attribute 'size' is 0, expected 1 or more", op("LRN", "x", size=0), x=x(1, 2, 3, 3))
refuse("lrn_vector", "found an input of shape 3, expected a channel axis of 4096 at most", op("LRN", "x", size=3), x=x(3))

add("layer_norm", op("LayerNormalization", "x s b"), x=x(2, 3, 4, scale=.01), s=c(4), b=c(4))
add("layer_norm_no_bias", op("LayerNormalization", "x s", epsilon=.1), x=x(2, 3, 4), s=c(4))
add("layer_norm_epsilon_0", op("LayerNormalization", "x s", epsilon=0.0), x=x(2, 3, 4), s=c(4))
add("layer_norm_two_axes", op("LayerNormalization", "x s b", axis=1), x=x(2, 3, 4), s=c(3, 4), b=c(3, 4))
add("layer_norm_two_axes_from_the_end", op("LayerNormalization", "x s b", axis=-2), x=x(2, 3, 4), s=c(3, 4), b=c(3, 4))
add("layer_norm_all_axes", op("LayerNormalization", "x s", axis=0), x=x(2, 3, 4), s=c(2, 3, 4))
add("layer_norm_computed_scale", op("LayerNormalization", "x s b"), x=x(2, 3, 4), s=x(4), b=x(4))
add("layer_norm_unused_results", op("LayerNormalization", "x s", "y m d"), x=x(2, 3, 4), s=c(4))
for result, others in (("m", "y m"), ("d", "y - d")):
    refuse(f"layer_norm_result_{result}", f"its result '{result}' is used, which is computed in float alone", op("LayerNormalization", "x s", others),
           results=f"y {result}", x=x(2, 3, 4), s=c(4))
refuse("layer_norm_axis", "axis 3 does not exist in a tensor of rank 3", op("LayerNormalization", "x s", axis=3), x=x(2, 3, 4), s=c(4))

add("rms_norm", op("RMSNormalization", "x s"), opset=23, x=x(2, 3, 4, scale=.01), s=c(4))
add("rms_norm_axis", op("RMSNormalization", "x s", axis=1, epsilon=.2), opset=23, x=x(2, 3, 4), s=c(3, 4))
add("simplified_norm", op("SimplifiedLayerNormalization", "x s", epsilon=.1, axis=-1), x=x(2, 3, 4), s=c(4))
add("simplified_norm_default", op("SimplifiedLayerNormalization", "x s"), x=x(2, 3, 4, scale=.01), s=c(4))
add("microsoft_simplified_norm", op("ms.SimplifiedLayerNormalization", "x s", epsilon=.1),
    reference=op("SimplifiedLayerNormalization", "x s", epsilon=.1), x=x(2, 3, 4), s=c(4))

SKIP, PLAIN = "ms.SkipLayerNormalization", "ms.SkipSimplifiedLayerNormalization"
# Their own default of epsilon is 1e-12, and that is what small numbers are divided by.
add("skip_norm", op(SKIP, "x r s b"), x=x(2, 3, 4, scale=1e-3), r=x(2, 3, 4, scale=1e-3), s=c(4), b=c(4))
add("skip_norm_no_beta", op(SKIP, "x r s", epsilon=.3), x=x(2, 3, 4), r=x(2, 3, 4), s=c(4))
add("skip_norm_bias", op(SKIP, "x r s b e"), x=x(2, 3, 4), r=x(2, 3, 4), s=c(4), b=c(4), e=c(4))
add("skip_norm_bias_alone", op(SKIP, "x r s - e"), x=x(2, 3, 4), r=x(2, 3, 4), s=c(4), e=c(4))
add("skip_norm_sum", op(SKIP, "x r s b e", "y - - z"), results="y z", x=x(2, 3, 4), r=x(2, 3, 4), s=c(4), b=c(4), e=c(4))
add("skip_rms", op(PLAIN, "x r s"), x=x(2, 3, 4, scale=1e-3), r=x(2, 3, 4, scale=1e-3), s=c(4))
add("skip_rms_bias", op(PLAIN, "x r s e", "y - - z", epsilon=.2), results="y z", x=x(2, 3, 4), r=x(2, 3, 4), s=c(4), e=c(4))
for kind, name in ((SKIP, "norm"), (PLAIN, "rms")):
    refuse(f"skip_{name}_mean", "its result 'm' is used, which is computed in float alone", op(kind, "x r s", "y m"), results="y m", x=x(2, 3, 4), r=x(2, 3, 4), s=c(4))
    refuse(f"skip_{name}_deviation", "its result 'd' is used, which is computed in float alone", op(kind, "x r s", "y - d"), results="y d", x=x(2, 3, 4),
           r=x(2, 3, 4), s=c(4))

add("instance_norm", op("InstanceNormalization", "x s b"), x=x(2, 3, 4, scale=.01), s=c(3), b=c(3))
add("instance_norm_epsilon", op("InstanceNormalization", "x s b", epsilon=.2), x=x(2, 3, 4, 2), s=c(3), b=c(3))
refuse("instance_norm_matrix", "found an input of shape 2x3, expected spatial axes", op("InstanceNormalization", "x s b"), x=x(2, 3), s=c(3), b=c(3))
refuse("instance_norm_vector", "found an input of shape 3, expected a channel axis", op("InstanceNormalization", "x s b"), x=x(3), s=c(3), b=c(3))
refuse("instance_norm_channels", "operand 's' has the shape 4, expected 3x1", op("InstanceNormalization", "x s b"), x=x(2, 3, 4), s=c(4), b=c(3))


def group_norm(groups, epsilon=1e-5, each=False):
    """Scale and bias for each channel, or for each group."""
    def compute(array, scale, bias):
        rows = array.reshape(array.shape[0], groups, -1).astype(np.float64)
        rows = (rows - rows.mean(2, keepdims=True)) / np.sqrt(rows.var(2, keepdims=True) + epsilon)
        repeated = array.shape[1] // groups if each else 1
        wide = [np.repeat(operand, repeated).reshape([-1] + [1] * (array.ndim - 2)) for operand in (scale, bias)]
        return (rows.reshape(array.shape) * wide[0] + wide[1]).astype(np.float32)
    return compute


add("group_norm", op("GroupNormalization", "x s b", num_groups=2), opset=21, reference=group_norm(2), x=x(2, 6, 4, scale=.01), s=c(6), b=c(6))
add("group_norm_epsilon", op("GroupNormalization", "x s b", num_groups=3, epsilon=.2), opset=21, reference=group_norm(3, .2), x=x(1, 6, 2, 2), s=c(6), b=c(6))
add("group_norm_18", op("GroupNormalization", "x s b", num_groups=2), opset=18, reference=group_norm(2, each=True), x=x(2, 6, 4), s=c(2), b=c(2))
add("group_norm_of_channels_18", op("GroupNormalization", "x s b", num_groups=3), opset=18, reference=group_norm(3, each=True), x=x(1, 3, 4), s=c(3), b=c(3))
for groups in (0, 4):
    refuse(f"group_norm_of_{groups}", f"attribute 'num_groups' is {groups}, expected a divisor of the 6 channels",
           op("GroupNormalization", "x s b", num_groups=groups), opset=21, x=x(1, 6, 4), s=c(6), b=c(6))
refuse("group_norm_18_scales", "scale and bias must be constants with one number per group", op("GroupNormalization", "x s b", num_groups=2), opset=18,
       x=x(1, 6, 4), s=c(3), b=c(2))

add("mean_variance_norm", op("MeanVarianceNormalization", "x"), x=x(2, 3, 4, 2))
add("mean_variance_norm_axes", op("MeanVarianceNormalization", "x", axes=[-1, 1]), reference="onnx", x=x(2, 3, 4))
refuse("mean_variance_norm_twice", "attribute 'axes' names an axis twice, or none", op("MeanVarianceNormalization", "x", axes=[2, -1]), x=x(2, 3, 4))
refuse("mean_variance_norm_axis", "axis 3 does not exist in a tensor of rank 3", op("MeanVarianceNormalization", "x", axes=[3]), x=x(2, 3, 4))

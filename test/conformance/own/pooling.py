"""Poolings and what reduces axes."""
from making import Family, given, integers, ints, np, op, positive, x

family = Family()
add, refuse = family.add, family.refuse

for kind in ("MaxPool", "AveragePool"):
    name = kind.lower()
    add(f"{name}_defaults", op(kind, "x", kernel_shape=[2, 3]), x=x(1, 2, 5, 6))
    add(f"{name}_strides", op(kind, "x", kernel_shape=[3, 2], strides=[2, 3]), x=x(2, 2, 7, 8))
    add(f"{name}_pads", op(kind, "x", kernel_shape=[3, 3], pads=[1, 0, 2, 1], strides=[1, 2]), x=x(1, 2, 5, 6))
    add(f"{name}_ceil", op(kind, "x", kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1), x=x(1, 2, 5, 6))
    add(f"{name}_floor", op(kind, "x", kernel_shape=[2, 2], strides=[2, 2]), x=x(1, 2, 5, 7))
    add(f"{name}_1d", op(kind, "x", kernel_shape=[3], strides=[2], pads=[1, 0]), x=x(1, 2, 8))
    for mode in ("SAME_UPPER", "SAME_LOWER", "VALID"):
        add(f"{name}_{mode}", op(kind, "x", kernel_shape=[2, 3], strides=[1, 2], auto_pad=mode), x=x(1, 2, 5, 6))
    add(f"{name}_3d", op(kind, "x", kernel_shape=[2, 3, 2]), x=x(2, 2, 3, 4, 5))
    add(f"{name}_3d_pads", op(kind, "x", kernel_shape=[3, 2, 3], pads=[1, 0, 2, 2, 1, 1], strides=[2, 1, 2]), x=x(1, 2, 5, 4, 5))
    add(f"{name}_3d_ceil", op(kind, "x", kernel_shape=[2, 2, 2], strides=[2, 2, 2], ceil_mode=1), x=x(1, 2, 5, 4, 3))
    add(f"{name}_3d_rows", op(kind, "x", kernel_shape=[1, 2, 2], strides=[1, 2, 2]), x=x(1, 2, 3, 4, 4))
    add(f"{name}_3d_depth", op(kind, "x", kernel_shape=[2, 1, 1], strides=[2, 1, 1]), x=x(1, 2, 4, 3, 2))
    add(f"{name}_3d_some_slices", op(kind, "x", kernel_shape=[1, 1, 1], strides=[2, 1, 2]), x=x(1, 2, 5, 3, 4))
    refuse(f"{name}_4d", "found an input of shape 1x1x3x3x3x3, expected one to three spatial axes", op(kind, "x", kernel_shape=[2, 2, 2, 2]), x=x(1, 1, 3, 3, 3, 3))
    refuse(f"{name}_matrix", "expected one to three spatial axes", op(kind, "x", kernel_shape=[2]), x=x(2, 3))
    refuse(f"{name}_no_kernel", "attribute 'kernel_shape' is missing", op(kind, "x"), x=x(1, 2, 4, 4))
    refuse(f"{name}_short_kernel", "attribute 'kernel_shape' has 1 elements, expected 2", op(kind, "x", kernel_shape=[2]), x=x(1, 2, 4, 4))
add("averagepool_counts_pads", op("AveragePool", "x", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1), x=x(1, 2, 4, 5))
add("averagepool_counts_pads_ceil", op("AveragePool", "x", kernel_shape=[3, 2], pads=[1, 0, 1, 1], strides=[2, 2], count_include_pad=1, ceil_mode=1), x=x(1, 1, 6, 6),
    opset=19)
add("averagepool_3d_counts_pads", op("AveragePool", "x", kernel_shape=[3, 3, 2], pads=[1, 1, 0, 1, 1, 1], strides=[2, 1, 1], count_include_pad=1), x=x(1, 2, 5, 4, 5))
add("averagepool_3d_counts_pads_ceil", op("AveragePool", "x", kernel_shape=[3, 3, 2], pads=[1, 1, 1, 1, 1, 1], strides=[2, 2, 2], count_include_pad=1, ceil_mode=1), x=x(1, 1, 6, 5, 6),
    opset=19)
add("maxpool_3d_dilations", op("MaxPool", "x", kernel_shape=[2, 3, 2], dilations=[3, 2, 1], strides=[2, 1, 1], pads=[1, 0, 0, 0, 1, 1]), x=x(1, 2, 8, 7, 4))
add("maxpool_dilations", op("MaxPool", "x", kernel_shape=[2, 3], dilations=[3, 2], strides=[2, 1], pads=[1, 0, 0, 1]), x=x(1, 2, 8, 9))
add("maxpool_unused_indices", op("MaxPool", "x", "y i", kernel_shape=[2, 2]), x=x(1, 1, 4, 4))
add("maxpool_integers", [op("MaxPool", "q", "m", kernel_shape=[2, 2]), op("DequantizeLinear", "m s z")], q=integers(np.uint8, 1, 2, 4, 4),
    s=given(.1), z=given(7, np.uint8))
refuse("averagepool_dilations", "dilations other than 1 are not supported", op("AveragePool", "x", kernel_shape=[2, 2], dilations=[1, 2]), opset=19, x=x(1, 1, 5, 5))
refuse("maxpool_indices", "its second result 'i' (the indices) is not supported", op("MaxPool", "x", "y i", kernel_shape=[2, 2]), results="y i", x=x(1, 1, 4, 4))

for kind in ("GlobalMaxPool", "GlobalAveragePool"):
    add(f"{kind.lower()}_1d", op(kind, "x"), x=x(2, 3, 5))
    add(f"{kind.lower()}_2d", op(kind, "x"), x=x(2, 3, 4, 5))
    add(f"{kind.lower()}_3d", op(kind, "x"), x=x(2, 3, 4, 5, 2))
    reduced = np.max if kind == "GlobalMaxPool" else np.mean
    add(f"{kind.lower()}_4d", op(kind, "x"), reference=lambda x, reduced=reduced: reduced(x, axis=(2, 3, 4, 5), keepdims=True), x=x(2, 3, 4, 5, 2, 3))
    refuse(f"{kind.lower()}_matrix", "found an input of shape 2x3, expected spatial axes", op(kind, "x"), x=x(2, 3))

for p in (1, 2, 3):
    add(f"lppool_{p}", op("LpPool", "x", kernel_shape=[2, 3], p=p), x=x(1, 2, 5, 6))
    add(f"lppool_{p}_pads", op("LpPool", "x", kernel_shape=[3, 2], p=p, pads=[1, 0, 1, 1], strides=[2, 1]), x=x(1, 2, 5, 6))
    add(f"globallppool_{p}", op("GlobalLpPool", "x", p=p), x=x(2, 3, 4, 5))
add("lppool_1d", op("LpPool", "x", kernel_shape=[3], strides=[2]), x=x(1, 2, 8))
add("lppool_3d", op("LpPool", "x", kernel_shape=[2, 2, 3]), x=x(1, 2, 4, 4, 4))
add("lppool_same", op("LpPool", "x", kernel_shape=[2, 3], auto_pad="SAME_UPPER"), x=x(1, 2, 5, 6))
refuse("lppool_exponent", "attribute 'p' is 0, expected more than 0", op("LpPool", "x", kernel_shape=[2, 2], p=0), x=x(1, 2, 4, 4))
refuse("lppool_no_kernel", "attribute 'kernel_shape' is missing", op("LpPool", "x"), x=x(1, 2, 4, 4))
refuse("lppool_ceil", "ceil_mode is not supported", op("LpPool", "x", kernel_shape=[2, 2], ceil_mode=1), opset=18, x=x(1, 2, 4, 4))
refuse("globallppool_matrix", "found an input of shape 2x3, expected spatial axes", op("GlobalLpPool", "x"), x=x(2, 3))

REDUCTIONS = ("ReduceMean", "ReduceSum", "ReduceSumSquare", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMin")
single = np.arange(1, 7, dtype=np.float32).reshape(2, 3) / 4
for kind in REDUCTIONS:
    name, values = kind.lower(), positive if kind == "ReduceLogSum" else x
    operand_since = 13 if kind == "ReduceSum" else 18
    for opset in {11, 13, 18}:
        def reduction(axes, **attributes):
            if opset >= operand_since:
                return dict(nodes=op(kind, "x a", **attributes), a=ints(*axes))
            return dict(nodes=op(kind, "x", axes=list(axes), **attributes))
        add(f"{name}_{opset}_one_axis", **reduction([1]), opset=opset, x=values(2, 3, 4))
        add(f"{name}_{opset}_from_the_end", **reduction([-1, 0], keepdims=0), opset=opset, x=values(2, 3, 4))
        add(f"{name}_{opset}_outer", **reduction([0, 2]), opset=opset, x=values(2, 3, 4, 2))
        add(f"{name}_{opset}_all", op(kind, "x"), opset=opset, x=values(2, 3))
        add(f"{name}_{opset}_all_dropped", op(kind, "x", keepdims=0), opset=opset, x=values(2, 3, 2))
        refuse(f"{name}_{opset}_axis", "axis 3 does not exist in a tensor of rank 3", **reduction([3]), opset=opset, x=values(2, 3, 4))
        refuse(f"{name}_{opset}_axis_before_the_first", "axis -4 does not exist in a tensor of rank 3", **reduction([-4]), opset=opset, x=values(2, 3, 4))
        refuse(f"{name}_{opset}_axis_twice", "axis -2 is named twice", **reduction([1, -2]), opset=opset, x=values(2, 3, 4))
    add(f"{name}_no_axes_named", op(kind, "x a", noop_with_empty_axes=0), opset=18, x=values(2, 3), a=ints())
    add(f"{name}_of_singles", op(kind, "x", noop_with_empty_axes=1), opset=18, x=single)
    add(f"{name}_of_singles_named", op(kind, "x a", noop_with_empty_axes=1), opset=18, x=single, a=ints())
add("reducemean_nothing", op("ReduceMean", "x", noop_with_empty_axes=1), opset=18, x=x(2, 3))
add("reducemax_middle_of_many", op("ReduceMax", "x", axes=[1, 3], keepdims=0), opset=13, x=x(2, 3, 4, 3, 2))
add("reducesum_nothing", op("ReduceSum", "x", noop_with_empty_axes=1), x=x(2, 3))
refuse("reducesum_computed_axes", "operand axes 'a' must be", op("ReduceSum", "x a"), x=x(2, 3), a=integers(np.int64, 1, low=0, high=1))

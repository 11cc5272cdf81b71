"""Conv, ConvTranspose, Col2Im."""
from making import Family, c, given, integers, ints, np, op, x

family = Family()
add, refuse = family.add, family.refuse

for mode in ("SAME_UPPER", "SAME_LOWER"):
    # Odd padding on one axis, even on the other; none where the stride is as long as the kernel.
    add(f"conv_{mode}", op("Conv", "x w b", auto_pad=mode, strides=[2, 1]), x=x(1, 2, 7, 6), w=c(3, 2, 4, 3), b=c(3))
    # ONNX Runtime pads no dilated convolution by itself.
    add(f"conv_{mode}_dilated", op("Conv", "x w", auto_pad=mode, dilations=[2, 3]), x=x(1, 1, 9, 11), w=c(2, 1, 2, 2),
        reference=op("Conv", "x w", pads=[1, 1, 1, 2] if mode == "SAME_UPPER" else [1, 2, 1, 1], dilations=[2, 3]))
    add(f"conv_{mode}_no_padding", op("Conv", "x w", auto_pad=mode, strides=[3, 3]), x=x(1, 1, 7, 8), w=c(2, 1, 1, 2))
add("conv_valid", op("Conv", "x w", auto_pad="VALID", strides=[2, 3]), x=x(2, 2, 8, 9), w=c(3, 2, 3, 2))
add("conv_not_set", op("Conv", "x w", auto_pad="NOTSET", pads=[1, 0, 2, 3]), x=x(1, 2, 4, 5), w=c(2, 2, 3, 3))
add("conv_defaults", op("Conv", "x w"), x=x(1, 2, 5, 4), w=c(3, 2, 2, 3))
add("conv_all_attributes", op("Conv", "x w b", group=2, kernel_shape=[3, 2], dilations=[1, 2], strides=[2, 1], pads=[2, 1, 0, 3]),
    x=x(2, 4, 7, 8), w=c(6, 2, 3, 2), b=c(6))
add("conv_depthwise", op("Conv", "x w b", group=3, pads=[1, 1, 1, 1]), x=x(1, 3, 5, 5), w=c(6, 1, 3, 3), b=c(6))
add("conv_1d", op("Conv", "x w b", strides=[2], pads=[2, 1], dilations=[2]), x=x(2, 3, 9), w=c(4, 3, 3), b=c(4))
add("conv_pads_one_side", op("Conv", "x w", pads=[0, 2, 0, 0]), x=x(1, 1, 4, 4), w=c(1, 1, 2, 2))

add("conv_3d", op("Conv", "x w b", pads=[1, 1, 1, 1, 1, 1]), x=x(1, 2, 4, 5, 6), w=c(3, 2, 3, 3, 3), b=c(3))
add("conv_3d_defaults", op("Conv", "x w"), x=x(2, 2, 3, 4, 3), w=c(2, 2, 2, 3, 2))
add("conv_3d_all_attributes", op("Conv", "x w b", group=2, kernel_shape=[3, 2, 1], dilations=[2, 1, 1], strides=[2, 1, 2], pads=[2, 1, 0, 1, 0, 1]),
    x=x(2, 4, 6, 5, 4), w=c(6, 2, 3, 2, 1), b=c(6))
add("conv_3d_depthwise", op("Conv", "x w", group=3, pads=[1, 0, 1, 0, 1, 1]), x=x(1, 3, 4, 4, 5), w=c(6, 1, 2, 2, 3))
add("conv_3d_along_depth", op("Conv", "x w b", strides=[2, 1, 1], pads=[1, 0, 0, 1, 0, 0]), x=x(2, 3, 5, 3, 4), w=c(4, 3, 3, 1, 1), b=c(4))
add("conv_3d_one_element", op("Conv", "x w b"), x=x(2, 3, 2, 3, 4), w=c(4, 3, 1, 1, 1), b=c(4))
add("conv_3d_along_rows", op("Conv", "x w"), x=x(1, 2, 3, 4, 5), w=c(3, 2, 1, 3, 3))
add("conv_3d_relu", [op("Conv", "x w b", "c"), op("BatchNormalization", "c s h m v", "n"), op("Relu", "n")], x=x(1, 2, 4, 4, 4), w=c(3, 2, 2, 2, 2), b=c(3), s=c(3), h=c(3), m=c(3),
    v=given([.5, 1, 2]))
for mode in ("SAME_UPPER", "SAME_LOWER"):
    add(f"conv_3d_{mode}", op("Conv", "x w", auto_pad=mode, strides=[2, 1, 1]), x=x(1, 2, 5, 4, 3), w=c(2, 2, 2, 3, 2))
for name, axis, scales in (("tensor", None, .02), ("outputs", 0, [.01, .02, .03])):
    add(f"conv_3d_integers_by_{name}", [op("DequantizeLinear", "q s", "w", **({} if axis is None else {"axis": axis})), op("Conv", "x w")],
        x=x(1, 2, 3, 4, 4), q=given(integers(np.int8, 3, 2, 2, 2, 2), np.int8), s=given(scales))
refuse("conv_4d", "found an input of shape 1x1x3x3x3x3 and a weight of shape 1x1x2x2x2x2, expected one to three spatial axes", op("Conv", "x w"),
       x=x(1, 1, 3, 3, 3, 3), w=c(1, 1, 2, 2, 2, 2))
refuse("conv_3d_channels", "has an input of 3 channels, expected the 2 of its weight 'w'", op("Conv", "x w"), x=x(1, 3, 3, 3, 3), w=c(1, 2, 2, 2, 2))
refuse("conv_3d_small", "the window covers 4 elements of axis 2, found only 3 with padding", op("Conv", "x w"), x=x(1, 1, 3, 3, 3), w=c(1, 1, 4, 2, 2))
refuse("conv_3d_long", "has a kernel of 257 elements along the depth, expected 256 at most", op("Conv", "x w"), x=x(1, 1, 300, 2, 2), w=c(1, 1, 257, 2, 2))
refuse("conv_weight_of_other_rank", "expected one to three spatial axes", op("Conv", "x w"), x=x(1, 2, 4, 4), w=c(2, 2, 3))
refuse("conv_computed_weight", "weight 'w' must be a constant, found a computed value", op("Conv", "x w"), x=x(1, 2, 4, 4), w=x(2, 2, 3, 3))
refuse("conv_computed_bias", "bias 'b' must be a constant, found a computed value", op("Conv", "x w b"), x=x(1, 2, 4, 4), w=c(2, 2, 3, 3), b=x(2))
refuse("conv_group_0", "attribute 'group' is 0, expected 1 or more", op("Conv", "x w", group=0), x=x(1, 2, 4, 4), w=c(2, 2, 3, 3))
refuse("conv_many_groups", "attribute 'group' is 1073741825, expected 1 or more", op("Conv", "x w", group=2**30 + 1), x=x(1, 2, 4, 4), w=c(2, 2, 3, 3))
refuse("conv_kernel", "attribute 'kernel_shape' does not agree with the weight's shape 2x2x3x2", op("Conv", "x w", kernel_shape=[3, 3]),
       x=x(1, 2, 4, 4), w=c(2, 2, 3, 2))
refuse("conv_auto_pad", "attribute 'auto_pad' is 'SAME', expected NOTSET, SAME_UPPER, SAME_LOWER or VALID", op("Conv", "x w", auto_pad="SAME"),
       x=x(1, 2, 4, 4), w=c(2, 2, 3, 3))
refuse("conv_pads_of_one_axis", "attribute 'pads' has 2 elements, expected 4", op("Conv", "x w", pads=[1, 1]), x=x(1, 2, 4, 4), w=c(2, 2, 3, 3))
refuse("conv_negative_pad", "attribute 'pads' holds -1, expected 0 or more", op("Conv", "x w", pads=[0, 0, -1, 0]), x=x(1, 2, 4, 4), w=c(2, 2, 3, 3))
refuse("conv_dilation_0", "attribute 'dilations' holds 0, expected 1 or more", op("Conv", "x w", dilations=[1, 0]), x=x(1, 2, 4, 4), w=c(2, 2, 3, 3))

add("transposed", op("ConvTranspose", "x w b", strides=[2, 3]), x=x(1, 2, 3, 4), w=c(2, 3, 3, 2), b=c(3))
add("transposed_defaults", op("ConvTranspose", "x w"), x=x(2, 2, 3, 4), w=c(2, 3, 2, 3))
add("transposed_all_attributes", op("ConvTranspose", "x w b", group=2, strides=[2, 2], dilations=[1, 2], pads=[1, 0, 0, 2], output_padding=[1, 0],
                                    kernel_shape=[3, 2]), x=x(1, 4, 3, 4), w=c(4, 3, 3, 2), b=c(6))
add("transposed_1d", op("ConvTranspose", "x w", strides=[3], pads=[1, 2], output_padding=[2]), x=x(1, 3, 5), w=c(3, 2, 4))
add("transposed_1d_groups", op("ConvTranspose", "x w b", group=3, strides=[2]), x=x(1, 6, 4), w=c(6, 2, 3), b=c(6))
for mode in ("SAME_UPPER", "SAME_LOWER"):
    add(f"transposed_{mode}", op("ConvTranspose", "x w", auto_pad=mode, strides=[2, 3]), x=x(1, 2, 4, 3), w=c(2, 2, 3, 4))
    add(f"transposed_{mode}_shape", op("ConvTranspose", "x w", auto_pad=mode, strides=[2, 2], output_shape=[8, 7]), x=x(1, 2, 4, 4), w=c(2, 2, 4, 3))
add("transposed_shape", op("ConvTranspose", "x w", strides=[2, 2], output_shape=[6, 7]), x=x(1, 1, 3, 4), w=c(1, 2, 3, 3))
add("transposed_wider_shape", op("ConvTranspose", "x w", strides=[3, 3], output_shape=[10, 8]), x=x(1, 1, 3, 3), w=c(1, 2, 3, 2))
add("transposed_valid", op("ConvTranspose", "x w", auto_pad="VALID", strides=[2, 1]), x=x(1, 2, 3, 4), w=c(2, 2, 3, 3))

for name, axis, shape, group in (("outputs", 1, (2, 3, 3, 3), 1), ("inputs", 0, (2, 3, 3, 3), 1), ("group_outputs", 1, (4, 3, 2, 2), 2),
                                 ("one_input_in_a_group", 0, (2, 3, 2, 2), 2), ("kernel", 2, (2, 2, 3, 3), 1)):
    scales = np.linspace(.01, .04, shape[axis])
    add(f"transposed_integers_by_{name}", [op("DequantizeLinear", "q s", "w", axis=axis), op("ConvTranspose", "x w", group=group, strides=[2, 1])],
        x=x(1, shape[0], 3, 4), q=given(integers(np.int8, *shape), np.int8), s=given(scales))
add("transposed_integers_with_zero_points", [op("DequantizeLinear", "q s z", "w", axis=1), op("ConvTranspose", "x w", group=2)],
    x=x(1, 4, 3, 3), q=given(integers(np.uint8, 4, 2, 2, 2), np.uint8), s=given([.01, .03]), z=given([100, 140], np.uint8))

add("transposed_3d", op("ConvTranspose", "x w b", strides=[2, 2, 2]), x=x(1, 2, 3, 2, 4), w=c(2, 3, 2, 2, 2), b=c(3))
add("transposed_3d_defaults", op("ConvTranspose", "x w"), x=x(2, 2, 3, 3, 4), w=c(2, 3, 2, 3, 2))
add("transposed_3d_all_attributes", op("ConvTranspose", "x w b", group=2, strides=[2, 1, 2], dilations=[3, 2, 1], pads=[1, 0, 1, 2, 1, 0], output_padding=[1, 0, 1],
                                       kernel_shape=[3, 2, 3]), x=x(2, 4, 3, 4, 3), w=c(4, 3, 3, 2, 3), b=c(6))
add("transposed_3d_missing_taps", op("ConvTranspose", "x w b", strides=[3, 2, 2]), x=x(1, 2, 3, 3, 3), w=c(2, 2, 2, 1, 3), b=c(2))
add("transposed_3d_even_taps", op("ConvTranspose", "x w", strides=[2, 1, 1], dilations=[2, 1, 1], pads=[1, 0, 0, 1, 0, 0]), x=x(1, 2, 4, 3, 3), w=c(2, 2, 3, 2, 2))
add("transposed_3d_shape", op("ConvTranspose", "x w", strides=[2, 2, 2], output_shape=[5, 6, 8]), x=x(1, 2, 3, 3, 4), w=c(2, 2, 3, 3, 3))
for name, axis, shape, group in (("outputs", 1, (2, 3, 3, 2, 2), 1), ("inputs", 0, (2, 3, 3, 2, 2), 1), ("group_outputs", 1, (4, 3, 3, 2, 2), 2),
                                 ("group_inputs", 0, (4, 1, 3, 2, 2), 4)):
    add(f"transposed_3d_integers_by_{name}", [op("DequantizeLinear", "q s z", "w", axis=axis), op("ConvTranspose", "x w", group=group, strides=[2, 2, 1])],
        x=x(1, shape[0], 3, 3, 3), q=given(integers(np.uint8, *shape), np.uint8), s=given(np.linspace(.01, .04, shape[axis])),
        z=given(np.linspace(100, 140, shape[axis]), np.uint8))
add("transposed_3d_integers", [op("DequantizeLinear", "q s z", "w"), op("DequantizeLinear", "i t", "b"), op("ConvTranspose", "x w b", strides=[2, 2, 1])],
    x=x(1, 2, 3, 3, 3), q=given(integers(np.uint8, 2, 3, 3, 2, 2), np.uint8), s=given(.02), z=given(120, np.uint8), i=given([1000, -500, 20], np.int32), t=given(.001))
refuse("transposed_3d_bias", "bias has the shape 2, expected 3 elements", op("ConvTranspose", "x w b"), x=x(1, 2, 3, 3, 3), w=c(2, 3, 2, 2, 2), b=c(2))
refuse("transposed_3d_nothing", "its result has 0 elements along axis 2, expected 1 or more", op("ConvTranspose", "x w", pads=[2, 0, 0, 2, 0, 0]), x=x(1, 2, 3, 3, 3), w=c(2, 3, 2, 2, 2))
refuse("transposed_3d_scales", "weight 'w' has a scale for each index along its kernel", [op("DequantizeLinear", "q s", "w", axis=2), op("ConvTranspose", "x w")],
       x=x(1, 2, 3, 3, 3), q=given(integers(np.int8, 2, 3, 3, 2, 2), np.int8), s=given([.01, .02, .03]))
for name, options, image, block, columns in (("", {}, (4, 5), (2, 3), 9), ("_strides", {"strides": [2, 1]}, (6, 5), (2, 3), 9), ("_all", {"strides": [2, 2], "dilations": [1, 2], "pads": [1, 0, 0, 2]}, (5, 6), (2, 2), 9),
                                             ("_1d", {}, (5,), (2,), 4), ("_3d", {}, (3, 4, 4), (2, 2, 3), 12), ("_rest", {"strides": [3, 2]}, (6, 6), (2, 2), 6)):
    add(f"col2im{name}", op("Col2Im", "x i b", **options), opset=18, reference="onnx", x=x(2, 2 * int(np.prod(block)), columns), i=ints(*image), b=ints(*block))
refuse("col2im_blocks", "found columns of shape 1x6x8, expected 9 of 6 elements per channel", op("Col2Im", "x i b"), opset=18, x=x(1, 6, 8), i=ints(4, 5), b=ints(2, 3))
refuse("col2im_axes", "found an image of 2 axes and blocks of 1, expected one to three", op("Col2Im", "x i b"), opset=18, x=x(1, 6, 8), i=ints(4, 5), b=ints(2))
refuse("col2im_size", "has an image or a block of size 0, expected 1 or more", op("Col2Im", "x i b"), opset=18, x=x(1, 6, 8), i=ints(4, 5), b=ints(2, 0))
refuse("col2im_large", "a block does not fit into the 4 elements of axis 0", op("Col2Im", "x i b"), opset=18, x=x(1, 10, 8), i=ints(4, 5), b=ints(5, 2))

refuse("transposed_groups", "attribute 'group' is 3, which does not divide the weight's axis 0 of 4", op("ConvTranspose", "x w", group=3),
       x=x(1, 4, 3, 3), w=c(4, 2, 2, 2))
refuse("transposed_kernel", "attribute 'kernel_shape' does not agree with the weight's shape 2x2x2x2", op("ConvTranspose", "x w", kernel_shape=[2, 3]),
       x=x(1, 2, 3, 3), w=c(2, 2, 2, 2))
refuse("transposed_short_shape", "attribute 'output_shape' must have one element per spatial axis", op("ConvTranspose", "x w", output_shape=[5]),
       x=x(1, 2, 3, 3), w=c(2, 2, 2, 2))
refuse("transposed_shape_0", "attribute 'output_shape' holds 0, expected 1 or more", op("ConvTranspose", "x w", output_shape=[4, 0]),
       x=x(1, 2, 3, 3), w=c(2, 2, 2, 2))
refuse("transposed_computed_weight", "weight 'w' must be a constant", op("ConvTranspose", "x w"), x=x(1, 2, 3, 3), w=x(2, 2, 2, 2))
refuse("transposed_computed_bias", "bias 'b' must be a constant", op("ConvTranspose", "x w b"), x=x(1, 2, 3, 3), w=c(2, 2, 2, 2), b=x(2))

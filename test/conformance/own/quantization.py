"""Models that are quantized already: QuantizeLinear and DequantizeLinear, operators on integers, dynamic quantization."""
import itertools

from making import F32, HOST, Family, TensorProto, c, given, integers, ints, np, op, x

family = Family(opset=21)
add, refuse = family.add, family.refuse
KINDS = (np.int8, np.uint8, np.int16, np.uint16)


def zero(kind, value=7):
    return given(value, kind)


for kind in KINDS:
    name = np.dtype(kind).name
    add(f"{name}_through", [op("QuantizeLinear", "x s z", "q"), op("DequantizeLinear", "q s z")], x=x(3, 4, scale=20), s=given(.1), z=zero(kind))
    add(f"{name}_output", op("QuantizeLinear", "x s z"), x=x(3, 4, scale=2), s=given(.1), z=zero(kind))
    add(f"{name}_input", op("DequantizeLinear", "q s z"), q=integers(kind, 3, 4), s=given(.1), z=zero(kind))
    add(f"{name}_input_without_zero_point", op("DequantizeLinear", "q s"), q=integers(kind, 3, 4), s=given(.1))
    add(f"{name}_by_type", [op("QuantizeLinear", "x s", "q", output_dtype=getattr(TensorProto, name.upper())), op("DequantizeLinear", "q s")], x=x(3, 4), s=given(.1))
    for axis in (0, 1, 2, -1, None):
        count = (2, 3, 4)[1 if axis is None else axis]
        attributes = {} if axis is None else {"axis": axis}
        parameters = dict(s=given(np.linspace(.01, .05, count)), z=given(np.arange(count) * 5, kind))
        add(f"{name}_constant_axis_{axis}", [op("DequantizeLinear", "q s z", "w", **attributes), op("Mul", "x w")], x=x(2, 3, 4), q=given(integers(kind, 2, 3, 4), kind), **parameters)
        add(f"{name}_axis_{axis}", [op("QuantizeLinear", "x s z", "q", **attributes), op("DequantizeLinear", "q s z", **attributes)], x=x(2, 3, 4), **parameters)
    add(f"{name}_equal_scales", [op("QuantizeLinear", "x s z", "q", axis=0), op("DequantizeLinear", "q s z", axis=0)], x=x(2, 3), s=given([.1, .1]), z=given([3, 3], kind))
add("without_zero_point", [op("QuantizeLinear", "x s", "q"), op("DequantizeLinear", "q s")], x=x(3, 4), s=given(.1))
add("list_of_one", [op("QuantizeLinear", "x s z", "q"), op("DequantizeLinear", "q s z")], x=x(3, 4), s=given([.1]), z=given([3], np.int8))
add("other_scale", [op("QuantizeLinear", "x s z", "q"), op("DequantizeLinear", "q t u")], x=x(3, 4), s=given(.1), z=zero(np.int8), t=given(.2), u=zero(np.int8, -3))
add("int32_constant", [op("DequantizeLinear", "q s", "w", axis=0), op("Add", "x w")], x=x(2, 3), q=given(integers(np.int32, 3, low=-999, high=999), np.int32), s=given([.01, .02, .03]))
add("moved", [op("QuantizeLinear", "x s z", "q"), op("Transpose", "q", "t"), op("DequantizeLinear", "t s z")], x=x(3, 4), s=given(.1), z=zero(np.int8))
add("moved_input", [op("Reshape", "q h", "t"), op("DequantizeLinear", "t s z")], q=integers(np.uint8, 3, 4), h=ints(2, 6), s=given(.1), z=zero(np.uint8))
add("input_read_twice", [op("DequantizeLinear", "q s z", "a"), op("DequantizeLinear", "q t u", "b"), op("Add", "a b")], q=integers(np.int8, 3, 4), s=given(.1), z=zero(np.int8),
    t=given(.3), u=zero(np.int8, -2))
add("input_read_as_numbers", [op("DequantizeLinear", "q s z", "a"), op("Cast", "q", "b", to=TensorProto.FLOAT), op("Add", "a b")], q=integers(np.int8, 3, 4), s=given(.1),
    z=zero(np.int8))
add("input_moved_and_read_as_numbers", [op("Transpose", "q", "t"), op("DequantizeLinear", "t s z", "a"), op("Cast", "t", "b", to=TensorProto.FLOAT), op("Add", "a b")],
    q=integers(np.uint8, 3, 4), s=given(.1), z=zero(np.uint8))
add("input_moved_per_channel", [op("Transpose", "q", "t"), op("DequantizeLinear", "t s z", axis=0)], q=integers(np.uint8, 3, 2), s=given([.1, .2]), z=given([3, 4], np.uint8))
add("input_per_channel", op("DequantizeLinear", "q s z", axis=1), q=integers(np.uint8, 3, 2), s=given([.1, .2]), z=given([3, 4], np.uint8))
add("joined_inputs", [op("Concat", "q r", "t", axis=0), op("DequantizeLinear", "t s z")], q=integers(np.uint8, 3, 2), r=integers(np.uint8, 1, 2), s=given(.1), z=zero(np.uint8))
add("joined_with_a_constant", [op("Concat", "q r", "t", axis=0), op("DequantizeLinear", "t s z")], q=integers(np.uint8, 3, 2), r=given(integers(np.uint8, 1, 2), np.uint8), s=given(.1),
    z=zero(np.uint8))
add("joined_of_two_scales", [op("QuantizeLinear", "x s z", "q"), op("QuantizeLinear", "w t u", "r"), op("Concat", "q r", "j", axis=0), op("DequantizeLinear", "j s z")], x=x(3, 2), w=x(1, 2),
    s=given(.1), z=zero(np.int8), t=given(.2), u=zero(np.int8, -3))
for name, border in (("default", {}), ("value", {"v": given(90, np.uint8)})):
    add(f"padded_input_{name}", [op("Pad", "q p v" if border else "q p", "t"), op("DequantizeLinear", "t s z")], q=integers(np.uint8, 3, 4), p=ints(1, 0, 0, 2), s=given(.1),
        z=zero(np.uint8, 100), **border)
    add(f"padded_{name}", [op("QuantizeLinear", "x s z", "q"), op("Pad", "q p v" if border else "q p", "t"), op("DequantizeLinear", "t s z")], x=x(3, 4), p=ints(1, 0, 0, 2), s=given(.1),
        z=zero(np.uint8, 100), **border)
add("tiny_scales", [op("DequantizeLinear", "q s", "w", axis=0), op("Mul", "x w")], x=x(2, 3), q=given(integers(np.int8, 2, 3), np.int8), s=given([.1, 1e-42]))
# No grid has such a scale: the numbers stay.
add("negative_scale_of_a_constant", [op("DequantizeLinear", "q s", "w"), op("Mul", "x w")], x=x(3), q=given([1, 2, 3], np.int8), s=given(-.1))
add("blocks", [op("DequantizeLinear", "q s", "w", axis=1, block_size=2), op("MatMul", "x w")], x=x(2, 3), q=given(integers(np.int8, 3, 4), np.int8), s=given(np.abs(c(3, 2).values) + .01))

refuse("scales_of_a_matrix", "found scales of shape 2x3, expected one scale or a list along one axis", op("QuantizeLinear", "x s z"), x=x(2, 3), s=given(np.ones((2, 3))),
       z=given(np.zeros((2, 3)), np.int8))
refuse("scales_count", "found 2 scales for axis 1 of 2x3", op("QuantizeLinear", "x s z"), x=x(2, 3), s=given([.1, .2]), z=given([0, 0], np.int8))
refuse("scales_axis", "axis 2 does not exist in a tensor of rank 2", op("QuantizeLinear", "x s z", axis=2), x=x(2, 3), s=given([.1, .2]), z=given([0, 0], np.int8))
refuse("zero_points", "found 1 zero points for 3 scales", op("QuantizeLinear", "x s z"), x=x(2, 3), s=given([.1, .2, .3]), z=given([0], np.int8))
refuse("zero_point_type", "the scale must be floating point and the zero point of the integers' type int8", op("DequantizeLinear", "q s z"), q=integers(np.int8, 3), s=given(.1),
       z=given(0, np.uint8))
for index, scale in ((0, 0.0), (1, -.1), (1, np.inf), (1, np.nan), (0, 1e-42)):
    scales = [.1, .1]
    scales[index] = scale
    refuse(f"scale_{scale}", f"at index {index} is not a positive normal number", op("QuantizeLinear", "x s z", axis=0), x=x(2, 3), s=given(scales), z=given([0, 0], np.int8))
refuse("computed_scale", "the scale 's' must be", op("QuantizeLinear", "x s"), x=x(3), s=np.array(.1, F32))
refuse("blocks_of_computed", "scales per block are not supported", op("QuantizeLinear", "x s", axis=1, block_size=2), x=x(2, 4), s=given(np.ones((2, 2))))
refuse("float_dequantized", "is floating point or an input of other integers", op("DequantizeLinear", "x s"), x=x(3), s=given(.1))
refuse("other_scale_per_channel", HOST, [op("QuantizeLinear", "x s z", "q", axis=0), op("DequantizeLinear", "q t z", axis=0)],
       x=x(2, 3), s=given([.1, .2]), z=given([0, 0], np.int8), t=given([.1, .3]))
refuse("joined_types", "operand 'r' does not hold uint8 as the others do", [op("Concat", "q r", "t", axis=0), op("DequantizeLinear", "t s z")], q=integers(np.uint8, 3, 2),
       r=integers(np.int8, 1, 2), s=given(.1), z=zero(np.uint8))
refuse("joined_per_channel", HOST, [op("QuantizeLinear", "x s z", "q", axis=1), op("Concat", "q r", axis=0)], x=x(3, 2),
       s=given([.1, .2]), z=given([0, 0], np.int8), r=integers(np.int8, 1, 2))
refuse("padded_per_channel", HOST, [op("QuantizeLinear", "x s z", "q", axis=1), op("Pad", "q p")], x=x(3, 2), s=given([.1, .2]),
       z=given([0, 0], np.int8), p=ints(0, 0, 1, 0))
refuse("padded_type", "the constant value must hold int8 as the operand does", [op("QuantizeLinear", "x s z", "q"), op("Pad", "q p v")], x=x(3, 2), s=given(.1), z=zero(np.int8),
       p=ints(0, 0, 1, 0), v=given(1, np.uint8))

# Operators that read and write integers.
U8, I8 = np.uint8, np.int8


def grid(prefix, scale, point, kind=U8):
    return {f"{prefix}s": given(scale), f"{prefix}z": given(point, kind)}


# Scales whose quotients no sum brings to half a step.
IN, OUT, OTHER = grid("x", .0213, 120), grid("y", .0537, 100), grid("z", .0317, 90)
CHANNELS = {"ws": given([.01, .02, .03]), "wz": given([0, 0, 0], I8)}


def weights(*shape):
    """Of seven bits: on processors without VNNI, ONNX Runtime adds two products of uint8 and int8 in 16 bits, which more would not fit."""
    return given(integers(I8, *shape) // 2, I8)


for domain, bias in itertools.product(("", "ms."), (False, True)):
    add(f"qlinear_conv_{domain}{bias}", op(domain + "QLinearConv", "x xs xz w ws wz ys yz" + " b" * bias, strides=[2, 1], pads=[1, 0, 0, 1]), x=integers(U8, 1, 2, 5, 4),
        w=weights(3, 2, 3, 2), **IN, **OUT, **CHANNELS, **({"b": given([100, -200, 300], np.int32)} if bias else {}))
add("qlinear_conv_channels_last", op("ms.QLinearConv", "x xs xz w ws wz ys yz", channels_last=1, dilations=[1, 2]), reference=[
    op("Transpose", "x", "t", perm=[0, 3, 1, 2]), op("QLinearConv", "t xs xz w ws wz ys yz", "u", dilations=[1, 2]), op("Transpose", "u", perm=[0, 2, 3, 1])],
    x=integers(U8, 1, 5, 6, 2), w=weights(3, 2, 3, 2), **IN, **OUT, **CHANNELS)
add("qlinear_matmul", op("QLinearMatMul", "x xs xz w ws wz ys yz"), x=integers(U8, 2, 4), w=weights(4, 3), **IN, **OUT, ws=given(.01), wz=given(3, I8))
add("qlinear_matmul_per_column", op("QLinearMatMul", "x xs xz w ws wz ys yz"), x=integers(U8, 2, 4), w=weights(4, 3), **IN, **OUT, **CHANNELS)
add("qlinear_matmul_computed", op("QLinearMatMul", "x xs xz z zs zz ys yz"), x=integers(U8, 2, 4), z=integers(U8, 4, 3), **IN, **OUT, **OTHER)
for trans, alpha in itertools.product((0, 1), (1.0, .5)):
    add(f"qgemm_{trans}_{alpha}", op("ms.QGemm", "x xs xz w ws wz b ys yz", transB=trans, alpha=alpha), x=integers(U8, 2, 4), w=weights(*((3, 4) if trans else (4, 3))),
        **IN, **OUT, **CHANNELS, b=given([100, -200, 300], np.int32))
    add(f"qgemm_real_{trans}_{alpha}", op("ms.QGemm", "x xs xz w ws wz", transB=trans, alpha=alpha), x=integers(U8, 2, 4), w=weights(*((3, 4) if trans else (4, 3))),
        **IN, **CHANNELS)
for kind in ("Add", "Mul"):
    add(f"qlinear_{kind}", op(f"ms.QLinear{kind}", "x xs xz z zs zz ys yz"), x=integers(U8, 2, 3), z=integers(U8, 2, 3), **IN, **OUT, **OTHER)
    add(f"qlinear_{kind}_without_zero_points", op(f"ms.QLinear{kind}", "x xs - z zs - ys"), reference=[op("DequantizeLinear", "x xs", "a"), op("DequantizeLinear", "z zs", "b"), op(kind, "a b", "r"),
                                                                 op("QuantizeLinear", "r ys")], x=integers(U8, 2, 3), z=integers(U8, 2, 3), xs=given(.02), zs=given(.03), ys=given(.05))
WINDOW = dict(kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1])
for include in (0, 1):
    add(f"qlinear_average_pool_{include}", op("ms.QLinearAveragePool", "x xs xz ys yz", **WINDOW, count_include_pad=include), x=integers(U8, 1, 2, 5, 6), **IN, **OUT)
add("qlinear_average_pool_channels_last", op("ms.QLinearAveragePool", "x xs xz ys yz", **WINDOW, channels_last=1), x=integers(U8, 1, 5, 6, 2), **IN, **OUT)
for last in (0, 1):
    add(f"qlinear_global_average_pool_{last}", op("ms.QLinearGlobalAveragePool", "x xs xz ys yz", channels_last=last), x=integers(U8, 1, 3, 4, 5), **IN, **OUT)
add("qlinear_concat", op("ms.QLinearConcat", "ys yz x xs xz z zs zz", axis=1), x=integers(U8, 2, 3), z=integers(U8, 2, 1), **IN, **OUT, **OTHER)
add("qlinear_concat_of_one", op("ms.QLinearConcat", "ys yz x xs xz", axis=1), x=integers(U8, 2, 3), **IN, **OUT)
refuse("qlinear_concat_parts", "found 6 operands, expected two and three for each part", op("ms.QLinearConcat", "ys yz x xs xz z", axis=1), x=integers(U8, 2, 3), z=integers(U8, 2, 1),
       **IN, **OUT)
add("qlinear_sigmoid", op("ms.QLinearSigmoid", "x xs xz ys yz"), x=integers(U8, 2, 9), **IN, **grid("y", 1 / 256, 0))
add("qlinear_sigmoid_without_zero_point", op("ms.QLinearSigmoid", "x xs xz ys"), reference=op("ms.QLinearSigmoid", "x xs xz ys n"), n=given(0, U8), x=integers(U8, 2, 9), **IN, ys=given(1 / 256))
add("qlinear_leaky_relu", op("ms.QLinearLeakyRelu", "x xs xz ys yz", alpha=.3), x=integers(U8, 2, 9), **IN, **OUT)
add("qlinear_leaky_relu_default", op("ms.QLinearLeakyRelu", "x xs xz ys yz"), x=integers(U8, 2, 9), **IN, **grid("y", .01, 30))
SHARES = grid("y", 1 / 256, 0)
for axis, opset in ((-1, 13), (2, 13), (1, 13), (1, 12), (0, 12), (-1, 12)):
    add(f"qlinear_softmax_{axis}_{opset}", op("ms.QLinearSoftmax", "x xs xz ys yz", axis=axis, opset=opset), x=integers(U8, 2, 3, 4), **IN, **SHARES)
refuse("qlinear_softmax_of_an_old_model", HOST, op("ms.QLinearSoftmax", "x xs xz ys yz", axis=1, opset=13), opset=12,
       x=integers(U8, 2, 3, 4), **IN, **SHARES)
for kind in KINDS:
    name = np.dtype(kind).name
    add(f"microsoft_{name}", [op("ms.QuantizeLinear", "x s z", "q"), op("ms.DequantizeLinear", "q s z")], x=x(3, 4), s=given(.1), z=zero(kind))
add("microsoft_axis", [op("ms.QuantizeLinear", "x s z", "q", axis=0), op("ms.DequantizeLinear", "q s z", axis=0)], x=x(2, 3), s=given([.1, .2]), z=given([3, 4], U8))

refuse("dynamic_output", "holds the integers of 'x', quantized dynamically", op("DynamicQuantizeLinear", "x", "y s z"), results="y", x=x(3))
refuse("dynamic_scale_output", "is the scale of 'x', quantized dynamically", op("DynamicQuantizeLinear", "x", "q y z"), results="y", x=x(3))
refuse("dynamic_zero_point_output", "is the zero point of 'x', quantized dynamically", op("DynamicQuantizeLinear", "x", "q s y"), results="y", x=x(3))
refuse("integer_product_of_an_input", HOST, op("MatMulInteger", "q w"), q=integers(U8, 2, 3), w=weights(3, 2))
DYNAMIC = op("DynamicQuantizeLinear", "x", "q s z")
refuse("dynamic_zero_point_missing", "operand 2 must be the zero point that DynamicQuantizeLinear finds for 'x'", [DYNAMIC, op("MatMulInteger", "q w")], x=x(2, 3),
       w=weights(3, 2))
refuse("dynamic_weight_type", "the zero point must be of the integers' type int8", [DYNAMIC, op("MatMulInteger", "q w z v")], x=x(2, 3), w=weights(3, 2), v=given(0, U8))
refuse("dynamic_weight_is_wide", "the weight 'w' holds int16, expected int8 or uint8", [DYNAMIC, op("MatMulInteger", "q w z")], x=x(2, 3), w=given(integers(np.int16, 3, 2), np.int16))
refuse("dynamic_computed_kernel", "weight 'r' must be a constant, found a computed value",
       [DYNAMIC, op("DynamicQuantizeLinear", "w", "r t u"), op("ConvInteger", "q r z u")], x=x(1, 2, 3, 3), w=x(2, 2, 2, 2))

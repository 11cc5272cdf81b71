"""Dynamic quantization becomes the float product that it stands for: within the step that it would have rounded to, so the reference is that product."""
from making import F32, Family, TensorProto, c, given, integers, np, op, x

# What is computed at import is rounded, as the model says.
family = Family(runs_on_constants=False)
add, refuse = family.add, family.refuse
U8, I8 = np.uint8, np.int8
DYNAMIC = op("DynamicQuantizeLinear", "x", "q s z")


def weights(scale, zero=0):
    """What integers w mean."""
    return lambda w: (w.astype(np.float64) - zero) * scale


def sums(kind="MatMulInteger", operands="q w z", **attributes):
    return [DYNAMIC, op(kind, operands, "i", **attributes), op("Cast", "i", "f", to=TensorProto.FLOAT)]


W = given(integers(I8, 3, 2), I8)
U = given(integers(U8, 3, 2), U8)
ONE, COLUMNS = np.float32(.02), np.array([.02, .05], F32)


def product(scale, zero=0, factor=1.0):
    return lambda a, w, *rest: (a.astype(np.float64) @ weights(scale, zero)(w) * factor).astype(F32)


add("matmul", [*sums(), op("Mul", "s v", "t"), op("Mul", "f t")], reference=product(ONE), x=x(4, 3), w=W, v=given(ONE))
add("matmul_scales_reversed", [*sums(), op("Mul", "v s", "t"), op("Mul", "t f")], reference=product(ONE), x=x(4, 3), w=W, v=given(ONE))
add("matmul_scales_one_by_one", [*sums(), op("Mul", "f s", "t"), op("Mul", "t v")], reference=product(ONE), x=x(4, 3), w=W, v=given(ONE))
add("matmul_weights_scale_first", [*sums(), op("Mul", "f v", "t"), op("Mul", "t s")], reference=product(ONE), x=x(4, 3), w=W, v=given(ONE))
add("matmul_no_weights_scale", [*sums(), op("Mul", "f s")], reference=product(1.0), x=x(4, 3), w=W)
add("matmul_per_column", [*sums(), op("Mul", "s v", "t"), op("Mul", "f t")], reference=product(COLUMNS), x=x(4, 3), w=W, v=given(COLUMNS))
add("matmul_zero_point", [*sums(operands="q w z u"), op("Mul", "s v", "t"), op("Mul", "f t")], reference=product(ONE, 120), x=x(4, 3), w=U, v=given(ONE), u=given(120, U8))
add("matmul_zero_point_per_column", [*sums(operands="q w z u"), op("Mul", "s v", "t"), op("Mul", "f t")], reference=product(COLUMNS, np.array([120, 90])), x=x(4, 3), w=U,
    v=given(COLUMNS), u=given([120, 90], U8))
add("matmul_zero_points_and_one_scale", [*sums(operands="q w z u"), op("Mul", "s v", "t"), op("Mul", "f t")], reference=product(ONE, np.array([120, 90])), x=x(4, 3), w=U, v=given(ONE),
    u=given([120, 90], U8))
add("matmul_two_constant_scales", [*sums(), op("Mul", "s v", "t"), op("Mul", "t g", "r"), op("Mul", "f r")], reference=product(COLUMNS, factor=.5), x=x(4, 3), w=W, v=given(COLUMNS),
    g=given(.5))
add("matmul_read_on", [*sums(), op("Mul", "s v", "t"), op("Mul", "f t", "p"), op("Relu", "p")], reference=lambda a, w, v: np.maximum(product(ONE)(a, w), 0), x=x(4, 3), w=W, v=given(ONE))
add("matmul_times_rows", [*sums(), op("Mul", "s v", "t"), op("Mul", "f t", "p"), op("Mul", "p r")], reference=lambda a, w, v, r: (product(ONE)(a, w) * r).astype(F32), x=x(4, 3), w=W,
    v=given(ONE), r=given([[1.0], [2], [3], [4]]))
add("matmul_of_both", [op("DynamicQuantizeLinear", "x", "q s z"), op("DynamicQuantizeLinear", "w", "r t u"), op("MatMulInteger", "q r z u", "i"), op("Cast", "i", "f", to=TensorProto.FLOAT),
                       op("Mul", "s t", "v"), op("Mul", "f v")], reference=lambda a, b: a @ b, x=x(4, 3), w=x(3, 2))
add("matmul_of_both_and_a_factor", [op("DynamicQuantizeLinear", "x", "q s z"), op("DynamicQuantizeLinear", "w", "r t u"), op("MatMulInteger", "q r z u", "i"),
                                    op("Cast", "i", "f", to=TensorProto.FLOAT), op("Mul", "s t", "v"), op("Mul", "v g", "h"), op("Mul", "f h")],
    reference=lambda a, b, g: a @ b * g, x=x(4, 3), w=x(3, 2), g=given(.25))
add("matmul_of_itself", [DYNAMIC, op("MatMulInteger", "q q z z", "i"), op("Cast", "i", "f", to=TensorProto.FLOAT), op("Mul", "s s", "v"), op("Mul", "f v")], reference=lambda a: a @ a,
    x=x(3, 3))


def convolution(a, w, scale, zero=0):
    real = (w.astype(np.float64) - zero) * np.reshape(scale, (-1, 1, 1, 1))
    rows, columns = a.shape[2] - w.shape[2] + 1, a.shape[3] - w.shape[3] + 1
    result = np.zeros((a.shape[0], w.shape[0], rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[:, :, i, j] = np.einsum("ncij,ocij->no", a[:, :, i:i + w.shape[2], j:j + w.shape[3]], real)
    return result.astype(F32)


KERNEL = given(integers(I8, 3, 2, 2, 2), I8)
add("conv", [*sums("ConvInteger"), op("Mul", "s v", "t"), op("Mul", "f t")], reference=lambda a, w, v: convolution(a, w, ONE), x=x(1, 2, 4, 4), w=KERNEL, v=given(ONE))
add("conv_strides", [*sums("ConvInteger", strides=[2, 1]), op("Mul", "s v", "t"), op("Mul", "f t")], reference=lambda a, w, v: convolution(a, w, ONE)[:, :, ::2], x=x(1, 2, 4, 4), w=KERNEL,
    v=given(ONE))
add("conv_per_channel", [*sums("ConvInteger"), op("Mul", "s v", "t"), op("Mul", "f t")], reference=lambda a, w, v: convolution(a, w, v.reshape(-1)), x=x(1, 2, 4, 4), w=KERNEL,
    v=given([[[.01]], [[.02]], [[.03]]]))
add("conv_per_channel_full_rank", [*sums("ConvInteger"), op("Mul", "s v", "t"), op("Mul", "f t")], reference=lambda a, w, v: convolution(a, w, v.reshape(-1)), x=x(1, 2, 4, 4), w=KERNEL,
    v=given([[[[.01]], [[.02]], [[.03]]]]))
add("conv_zero_point", [*sums("ConvInteger", "q w z u"), op("Mul", "s v", "t"), op("Mul", "f t")], reference=lambda a, w, v, u: convolution(a, w, ONE, 100), x=x(1, 2, 4, 4),
    w=given(integers(U8, 3, 2, 2, 2), U8), v=given(ONE), u=given(100, U8))

for operands, name in (("x w v u b", "all"), ("x w v u", "no_bias"), ("x w v", "no_zero_point"), ("x w v - b", "bias_alone")):
    zero, bias = 120 if "u" in operands else 0, "b" in operands
    arrays = {"x": x(4, 3), "w": U, "v": given(ONE)} | ({"u": given(120, U8)} if zero else {}) | ({"b": c(2)} if bias else {})
    add(f"microsoft_dynamic_{name}", op("ms.DynamicQuantizeMatMul", operands),
        reference=lambda a, w, v, *rest, zero=zero, bias=bias: (product(ONE, zero)(a, w) + (rest[-1] if bias else 0)).astype(F32), **arrays)
add("microsoft_integers_to_float", [DYNAMIC, op("ms.MatMulIntegerToFloat", "q w s v z u b")], reference=lambda a, w, v, u, b: (product(ONE, 120)(a, w) + b).astype(F32), x=x(4, 3), w=U,
    v=given(ONE), u=given(120, U8), b=c(2))
add("microsoft_integers_to_float_plain", [DYNAMIC, op("ms.MatMulIntegerToFloat", "q w s v z")], reference=product(ONE), x=x(4, 3), w=W, v=given(ONE))

refuse("scale_of_another", "multiplies the sums of 'x' by the scale of 'w2', expected that of 'x'", [*sums(), op("DynamicQuantizeLinear", "w2", "r t u"), op("Mul", "f t")],
       x=x(4, 3), w=W, w2=x(2))
refuse("scaled_twice", "multiplies the sums of 'x' by the scale of 'x', expected that of 'x'", [*sums(), op("Mul", "f s", "t"), op("Mul", "t s")], x=x(4, 3), w=W)
refuse("scales_of_rows", "the weights have scales of shape 4x1, expected one, or one for each of 2 output channels", [*sums(), op("Mul", "s v", "t"), op("Mul", "f t")], x=x(4, 3), w=W,
       v=given([[.1], [.2], [.3], [.4]]))
refuse("zero_points_count", "the weights have 3 zero points, expected one, or one for each of 2 output channels", [*sums(operands="q w z u"), op("Mul", "s v", "t"), op("Mul", "f t")],
       x=x(4, 3), w=U, v=given(ONE), u=given([1, 2, 3], U8))
refuse("weights_scale_0", "is not a positive normal number", [*sums(), op("Mul", "s v", "t"), op("Mul", "f t")], x=x(4, 3), w=W, v=given(0))
refuse("sums_unscaled", "holds integer sums of the products of 'x', quantized dynamically", [DYNAMIC, op("MatMulInteger", "q w z", "i"), op("Cast", "i", "f", to=TensorProto.FLOAT),
                                                                                             op("Relu", "f")], x=x(4, 3), w=W)

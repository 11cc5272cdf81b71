"""Products of matrices, Einsum, fused products, rotary embeddings."""
import itertools

from making import HOST, Family, c, given, integers, np, op, x

family = Family()
add, refuse = family.add, family.refuse

for a, b in itertools.product((0, 1), repeat=2):
    left, right = ((4, 2) if a else (2, 4)), ((3, 4) if b else (4, 3))
    add(f"gemm_{a}{b}", op("Gemm", "x w", transA=a, transB=b), x=x(*left), w=c(*right))
    add(f"gemm_{a}{b}_all", op("Gemm", "x w c", transA=a, transB=b, alpha=.5, beta=-2.0), x=x(*left), w=c(*right), c=c(3))
    add(f"gemm_{a}{b}_computed", op("Gemm", "x w c", transA=a, transB=b, alpha=.5, beta=1.5), x=x(*left), w=x(*right), c=c(3))
    add(f"gemm_{a}{b}_computed_alpha", op("Gemm", "x w", transA=a, transB=b, alpha=-.5), x=x(*left), w=x(*right))
for name, shape in (("scalar", ()), ("one", (1,)), ("row", (1, 3)), ("column", (2, 1)), ("matrix", (2, 3)), ("vector", (3,)), ("one_by_one", (1, 1))):
    for beta in (1.0, .25):
        add(f"gemm_bias_{name}_{beta}", op("Gemm", "x w c", beta=beta), x=x(2, 4), w=c(4, 3), c=c(*shape))
add("gemm_beta_0", op("Gemm", "x w c", beta=0.0), x=x(2, 4), w=c(4, 3), c=c(3))
add("gemm_computed_c", op("Gemm", "x w c", beta=.5), x=x(2, 4), w=c(4, 3), c=x(2, 3))
add("gemm_constant_left", op("Gemm", "w x"), w=c(2, 4), x=x(4, 3))
refuse("gemm_rank", "operand 'x' has the shape 2x2x4, expected rank 2", op("Gemm", "x w"), x=x(2, 2, 4), w=c(4, 3))
refuse("gemm_rank_of_b", "operand 'w' has the shape 4, expected rank 2", op("Gemm", "x w"), x=x(2, 4), w=c(4))

for name, left, right in (("matrix", (2, 4), (4, 3)), ("batch", (2, 3, 4), (4, 3)), ("both_batches", (2, 3, 4), (2, 4, 3)), ("outer_ones", (2, 4), (1, 1, 4, 3)),
                          ("one_outer", (5, 2, 4), (1, 4, 3)), ("row", (4,), (4, 3)), ("column", (2, 4), (4,)), ("dot", (4,), (4,)), ("row_of_batch", (4,), (2, 4, 3)),
                          ("batch_by_column", (5, 2, 4), (4,)), ("row_with_outer_ones", (4,), (1, 1, 4, 3)), ("broadcast", (2, 1, 3, 4), (5, 4, 2))):
    add(f"matmul_{name}", op("MatMul", "x w"), x=x(*left), w=c(*right))
    add(f"matmul_{name}_computed", op("MatMul", "x w"), x=x(*left), w=x(*right))
    add(f"matmul_{name}_constant_left", op("MatMul", "x w"), x=c(*left), w=x(*right))

# Weights that are stored as integers with their scales.
def stored(shape, axis, zeros=True, kind=np.uint8):
    """Operands of a DequantizeLinear: one scale for all where there is no axis."""
    count = 1 if axis is None else shape[axis]
    scales, zero = np.linspace(.01, .03, count), np.linspace(100, 140, count).astype(kind) if zeros else np.zeros(count, kind)
    shape_of = (lambda values: values[0]) if axis is None else (lambda values: values)
    return dict(q=given(integers(kind, *shape), kind), s=given(shape_of(scales)), z=given(shape_of(zero), kind))


def dequantized(axis):
    return op("DequantizeLinear", "q s z", "w", **({} if axis is None else {"axis": axis}))


for trans, axis in itertools.product((0, 1), (None, 0, 1)):
    shape = (3, 4) if trans else (4, 3)
    for alpha in (1.0, .5, -2.0):
        add(f"gemm_integers_{trans}_{axis}_{alpha}", [dequantized(axis), op("Gemm", "x w", transB=trans, alpha=alpha)], x=x(2, 4), **stored(shape, axis))
for axis, beta, shape in itertools.product((None, 0), (1.0, .5, -1.5), ((3,), (1, 3))):
    axis = axis if axis is None else len(shape) - 1
    add(f"gemm_integer_bias_{axis}_{beta}_{len(shape)}", [dequantized(axis), op("Gemm", "x v w", beta=beta)], x=x(2, 4), v=c(4, 3), **stored(shape, axis))
add("gemm_integer_matrix_added", [dequantized(None), op("Gemm", "x v w", beta=.5)], x=x(2, 4), v=c(4, 3), **stored((2, 3), None))
add("gemm_integer_one_added", [dequantized(None), op("Gemm", "x v w")], x=x(2, 4), v=c(4, 3), **stored((1,), None))
for axis in (None, 0, 1):
    add(f"matmul_integers_{axis}", [dequantized(axis), op("MatMul", "x w")], x=x(2, 4), **stored((4, 3), axis))
    add(f"matmul_integers_left_{axis}", [dequantized(axis), op("MatMul", "w x")], x=x(4, 2), **stored((3, 4), axis))
    add(f"matmul_integers_left_of_batch_{axis}", [dequantized(axis), op("MatMul", "w x")], x=x(5, 4, 2), **stored((3, 4), axis))
    add(f"matmul_integers_left_of_column_{axis}", [dequantized(axis), op("MatMul", "w x")], x=x(4), **stored((3, 4), axis))
for axis in (None, 2, 3):
    add(f"matmul_integers_outer_{axis}", [dequantized(axis), op("MatMul", "x w")], x=x(2, 4), **stored((1, 1, 4, 3), axis))
    add(f"matmul_integers_left_outer_{axis}", [dequantized(axis), op("MatMul", "w x")], x=x(4, 2), **stored((1, 1, 3, 4), axis))
    add(f"matmul_integers_left_outer_column_{axis}", [dequantized(axis), op("MatMul", "w x")], x=x(4), **stored((1, 1, 3, 4), axis))
add("gemm_alpha_of_integers", [op("QuantizeLinear", "w s z", "q"), op("DequantizeLinear", "q s z", "d"), op("Gemm", "x d", alpha=.5)], x=x(2, 4), w=x(4, 3), s=given(.05),
    z=given(7, np.int8))
add("gemm_beta_of_integers", [op("QuantizeLinear", "w s z", "q"), op("DequantizeLinear", "q s z", "d"), op("Gemm", "x v d", beta=.5)], x=x(2, 4), v=c(4, 3), w=x(2, 3),
    s=given(.05), z=given(7, np.int8))
add("gemm_negative_alpha_of_integers", [op("QuantizeLinear", "w s z", "q"), op("DequantizeLinear", "q s z", "d"), op("Gemm", "x d", alpha=-.5)], x=x(2, 4), w=x(4, 3),
    s=given(.05), z=given(7, np.int8))

for equation, left, right in (("ij,jk->ik", (2, 3), (3, 4)), ("ij,kj->ik", (2, 3), (4, 3)), ("ji,jk->ik", (3, 2), (3, 4)), ("ij,jk->ki", (2, 3), (3, 4)),
                              ("bij,bjk->bik", (5, 2, 3), (5, 3, 4)), ("bhid,bhjd->bhij", (2, 3, 4, 5), (2, 3, 6, 5)), ("bij,jk->bik", (5, 2, 3), (3, 4)),
                              ("i,j->ij", (3,), (4,)), ("i,i->", (3,), (3,)), ("ijk,jkl->il", (2, 3, 4), (3, 4, 5)), ("ib,jb->bij", (3, 2), (4, 2)), ("ij,ij->ij", (2, 3), (2, 3)),
                              ("bi,bi->b", (2, 3), (2, 3)), ("Ab, bC -> AC", (2, 3), (3, 4))):
    add("einsum_" + "".join(filter(str.isalpha, equation.replace(",", "x").replace(">", "z"))), op("Einsum", "x z", equation=equation), x=x(*left), z=x(*right))
PLAIN = "; two operands and a result, no axis twice in one of them, have an integer form"
for name, equation, left, right in (("diagonal", "ii,ij->j", (2, 2), (2, 3)), ("implicit", "ij,jk", (2, 3), (3, 4)), ("ellipsis", "...ij,jk->...ik", (5, 2, 3), (3, 4))):
    refuse(f"einsum_{name}", f"attribute 'equation' is '{equation}'{PLAIN}", op("Einsum", "x z", equation=equation), x=x(*left), z=x(*right))
refuse("einsum_one", PLAIN, op("Einsum", "x", equation="ij->ji"), x=x(2, 3))
refuse("einsum_three", PLAIN, op("Einsum", "x z w", equation="ij,jk,kl->il"), x=x(2, 3), z=x(3, 4), w=x(4, 2))
refuse("einsum_sum_left", "sums over axis 'i' of one operand alone", op("Einsum", "x z", equation="ij,jk->k"), x=x(2, 3), z=x(3, 4))
refuse("einsum_sum_right", "sums over axis 'k' of one operand alone", op("Einsum", "x z", equation="ij,jk->i"), x=x(2, 3), z=x(3, 4))

FUSED = dict(x=x(2, 3, 5, 4), w=c(4, 3, 2, 2), b=c(4))
for activation, parameters in (("Relu", None), ("Tanh", None), ("Sigmoid", None), ("LeakyRelu", [.3]), ("Clip", [-.2, .4]), ("HardSigmoid", [.3, .4])):
    attributes = {"activation": activation} | ({"activation_params": parameters} if parameters else {})
    add(f"fused_conv_{activation}", op("ms.FusedConv", "x w b", **attributes, strides=[2, 1], pads=[1, 0, 0, 1]), **FUSED)
add("fused_conv_dilated", op("ms.FusedConv", "x w", activation="Relu", dilations=[2, 1], group=1, kernel_shape=[2, 2]), x=FUSED["x"], w=FUSED["w"])
add("fused_conv_plain", op("ms.FusedConv", "x w b"), reference=op("Conv", "x w b"), **FUSED)
add("fused_conv_added", op("ms.FusedConv", "x w b z", activation="Relu"), **FUSED, z=x(2, 4, 4, 3))
add("fused_conv_added_alone", op("ms.FusedConv", "x w b z"), reference=[op("Conv", "x w b", "v"), op("Add", "v z")], **FUSED, z=x(2, 4, 4, 3))
refuse("fused_conv_clip", "a fused Clip has 1 limits, expected 2", op("ms.FusedConv", "x w b", activation="Clip", activation_params=[.3]), **FUSED)
refuse("fused_conv_activation", "has the activation 'Elu', expected Relu, Tanh, Sigmoid, LeakyRelu, HardSigmoid or Clip", op("ms.FusedConv", "x w b", activation="Elu"), **FUSED)
GEMM = dict(x=x(2, 4), w=c(4, 3), c=c(3))
add("fused_gemm", op("ms.FusedGemm", "x w c", activation="Relu", alpha=.5, beta=2.0), **GEMM)
add("fused_gemm_plain", op("ms.FusedGemm", "x w c", alpha=.5), reference=op("Gemm", "x w c", alpha=.5), **GEMM)
add("fused_gemm_leaky", op("ms.FusedGemm", "x w c", activation="LeakyRelu", activation_alpha=.3), **GEMM)
add("fused_gemm_hard", op("ms.FusedGemm", "x w c", activation="HardSigmoid", activation_alpha=.3, activation_beta=.4),
    reference=[op("Gemm", "x w c", "v"), op("HardSigmoid", "v", alpha=.3, beta=.4)], **GEMM)
add("fused_gemm_transposed", op("ms.FusedGemm", "x w", activation="Tanh", transA=1, transB=1), x=x(4, 2), w=c(3, 4))
for a, b in itertools.product((0, 1), repeat=2):
    left, right = ((2, 4, 3) if a else (2, 3, 4)), ((2, 5, 4) if b else (2, 4, 5))
    add(f"fused_matmul_{a}{b}", op("ms.FusedMatMul", "x z", transA=a, transB=b, alpha=.5 if a else 1.0), x=x(*left), z=x(*right))
add("fused_matmul_defaults", op("ms.FusedMatMul", "x z"), x=x(2, 3, 4), z=c(4, 5))
# The first axis of three goes behind the next: [rows, batch, columns].
add("fused_matmul_batch", op("ms.FusedMatMul", "x z", transBatchA=1, transBatchB=1), reference=lambda a, b: np.matmul(a.transpose(1, 0, 2), b.transpose(1, 0, 2)),
    x=x(3, 2, 4), z=x(4, 2, 5))
add("fused_matmul_batch_transposed", op("ms.FusedMatMul", "x z", transBatchA=1, transA=1), reference=lambda a, b: np.matmul(a.transpose(1, 2, 0), b), x=x(4, 2, 3), z=x(2, 4, 5))
add("transpose_matmul", op("ms.TransposeMatMul", "x z", transA=1, alpha=2.0), x=x(2, 4, 3), z=x(2, 4, 5))

CACHES = dict(c=c(2, 3, 2), s=c(2, 3, 2))
for name, interleaved in (("halves", 0), ("interleaved", 1)):
    add(f"rotary_{name}", op("RotaryEmbedding", "x c s", interleaved=interleaved), opset=23, x=x(2, 2, 3, 4), **CACHES)
    add(f"rotary_{name}_rows", op("RotaryEmbedding", "x c s", interleaved=interleaved, num_heads=2), opset=23, x=x(2, 3, 8), **CACHES)
    add(f"rotary_{name}_part", op("RotaryEmbedding", "x c s", interleaved=interleaved, rotary_embedding_dim=4), opset=23, reference="onnx", x=x(2, 2, 3, 6), **CACHES)
    add(f"rotary_{name}_positions", op("RotaryEmbedding", "x c s p", interleaved=interleaved), opset=23, x=x(2, 2, 3, 4), c=c(5, 2), s=c(5, 2), p=given([[0, 4, 2], [1, 3, 0]], np.int64))
for name, interleaved in (("halves", 0), ("interleaved", 1)):
    for kind, positions in (("first", [2]), ("each", [[0, 4, 2], [1, 3, 0]])):
        add(f"microsoft_rotary_{name}_{kind}", op("ms.RotaryEmbedding", "x p c s", interleaved=interleaved), x=x(2, 3, 8), p=given(positions, np.int64), c=c(5, 2), s=c(5, 2))
    add(f"microsoft_rotary_{name}_heads", op("ms.RotaryEmbedding", "x p c s", interleaved=interleaved), x=x(2, 2, 3, 4), p=given([0], np.int64), c=c(5, 2), s=c(5, 2))
refuse("microsoft_rotary_far", "has 6 positions of a cache of shape 5x2, expected 6 in its rows of 2", op("ms.RotaryEmbedding", "x p c s"), x=x(2, 2, 3, 4), p=given([3], np.int64),
       c=c(5, 2), s=c(5, 2))
refuse("microsoft_rotary_packed", "attribute 'is_packed_batching' is set, which is not supported",
       op("ms.RotaryEmbedding", "x p c s", is_packed_batching=1, num_heads=2, rotary_embedding_dim=4), x=x(2, 3, 8), p=given([0], np.int64), c=c(5, 2), s=c(5, 2))


def blocks(bits, zeros, block=16, k=40, n=6, **more):
    """Operands and attributes of a MatMulNBits."""
    count = -(-k // block)
    arrays = dict(b=given(integers(np.uint8, n, count, block * bits // 8), np.uint8), s=given(np.linspace(.01, .05, n * count)))
    if zeros:
        arrays["z"] = given(integers(np.uint8, n * -(-count * bits // 8)), np.uint8)
    return dict(nodes=op("ms.MatMulNBits", "x b s z" if zeros else "x b s", K=k, N=n, bits=bits, block_size=block), x=x(3, k), **arrays, **more)


for bits in (4, 8):
    add(f"matmul_{bits}_bits", **blocks(bits, False))
    add(f"matmul_{bits}_bits_zeros", **blocks(bits, True))
add("matmul_4_bits_whole_blocks", **blocks(4, True, k=64))
refuse("matmul_bits_blocks", "attribute 'block_size' is 17, expected a power of 2", op("ms.MatMulNBits", "x b s", K=34, N=2, bits=8, block_size=17), x=x(3, 34),
       b=given(integers(np.uint8, 2, 2, 17), np.uint8), s=c(4))
refuse("matmul_bits_computed", HOST, op("ms.MatMulNBits", "x b s", K=32, N=2, bits=8, block_size=32), x=x(3, 32), b=integers(np.uint8, 2, 1, 32), s=c(2))

refuse("rotary_cache", "cache 'c' has the shape 2x2x2, expected 2x3x2", op("RotaryEmbedding", "x c s"), opset=23, x=x(2, 2, 3, 4), c=c(2, 2, 2), s=c(2, 3, 2))
for name, position in (("far", 5), ("negative", -1)):
    refuse(f"rotary_{name}_position", "has 6 positions of a cache of shape 5x2, expected 6 in its rows of 2", op("RotaryEmbedding", "x c s p"), opset=23, x=x(2, 2, 3, 4), c=c(5, 2),
           s=c(5, 2), p=given([[0, position, 2], [1, 3, 0]], np.int64))
refuse("rotary_heads", "operand of shape 2x3x8 has no 3 heads of equal size", op("RotaryEmbedding", "x c s", num_heads=3), opset=23, x=x(2, 3, 8), **CACHES)
refuse("rotary_no_heads", "operand of shape 2x3x8 has no 0 heads of equal size", op("RotaryEmbedding", "x c s"), opset=23, x=x(2, 3, 8), **CACHES)
for turned in (3, 6):
    refuse(f"rotary_{turned}", f"turns {turned} elements of heads of 4, expected an even number of them", op("RotaryEmbedding", "x c s", rotary_embedding_dim=turned), opset=23,
           x=x(2, 2, 3, 4), **CACHES)

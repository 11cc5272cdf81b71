"""What only moves data: concat, split, slice, pad, reshape and its kin, transpose; and shapes computed in the graph."""
import numpy as np

from .graph import add_case, case

IMAGE = (1, 6, 8, 10)
LAST = np.iinfo(np.int64).max


@case
def concat_channels(g):
    x, y = g.input(*IMAGE, name="x"), g.input(1, 3, 8, 10, name="y")
    g.output(g.node("Concat", x, y, axis=1))


@case
def concat_last_axis(g):
    x = g.input(*IMAGE)
    g.output(g.node("Concat", x, g.node("Relu", x), g.node("Tanh", x), axis=-1))


@case(sqnr=20)
def concat_of_different_ranges(g):
    """Operands of sizes 1, 4 and 0.25 on one grid."""
    x = g.input(*IMAGE)
    g.output(g.node("Concat", x, g.node("Mul", x, g.constant(4)), g.node("Mul", x, g.constant(0.25)), axis=1))


@case
def concat_with_constant(g):
    g.output(g.node("Concat", g.input(*IMAGE), g.normal(1, 2, 8, 10), axis=1))


@case
def concat_same_twice(g):
    x = g.conv(g.input(*IMAGE), 4, 6, 3, 3)
    g.output(g.conv(g.node("Concat", x, x, axis=1), 5, 8, 1, 1))


@case
def concat_two_dimensional(g):
    g.output(g.node("Concat", g.input(1, 5, name="x"), g.input(1, 7, name="y"), axis=1))


def split(opset, parts, sizes=None, **attributes):
    def fill(g):
        x = g.conv(g.input(*IMAGE), 6, 6, 1, 1)
        operands = [g.integers(*sizes)] if sizes and opset >= 13 else []
        more = {"split": sizes} if sizes and opset < 13 else {}
        results = g.node("Split", x, *operands, outputs=parts, **more, **attributes)
        g.output(g.node("Add", results[0], results[0]), *results[1:])
    return fill


add_case("split_equal", split(17, 3, axis=1))
add_case("split_sizes", split(17, 2, (4, 2), axis=1))
add_case("split_sizes_attribute", split(11, 2, (1, 5), axis=1), opset=11)
add_case("split_negative_axis", split(17, 2, axis=-1))
add_case("split_uneven_count", split(18, 4, axis=3, num_outputs=4), opset=18)


@case(opset=9)
def slice_attributes(g):
    g.output(g.node("Slice", g.input(*IMAGE), axes=[1, 3], starts=[1, -7], ends=[5, 9]))


def sliced(starts, ends, axes=None, steps=None):
    def fill(g):
        optional = [g.integers(*v) if v else "" for v in (axes, steps)]
        while optional and not optional[-1]:
            optional.pop()
        g.output(g.node("Slice", g.input(*IMAGE), g.integers(*starts), g.integers(*ends), *optional))
    return fill


add_case("slice_plain", sliced((0, 1, 2, 3), (1, 5, 7, 9)))
add_case("slice_axes", sliced((2, 1), (6, 8), (2, 3)))
add_case("slice_strided", sliced((0, 0), (LAST, LAST), (2, 3), (2, 2)))
add_case("slice_negative", sliced((-5,), (-1,), (-1,)))
add_case("slice_beyond_the_end", sliced((4,), (100,), (1,)))
add_case("slice_channels", sliced((3,), (6,), (1,)))
add_case("slice_backwards", sliced((-1,), (-LAST,), (3,), (-1,)))


def padded(pads, mode="constant", value=None, opset=17):
    def fill(g):
        more = [] if value is None else [g.constant(value)]
        g.output(g.node("Pad", g.input(*IMAGE), g.integers(*pads), *more, mode=mode))
    return fill


add_case("pad_zero", padded((0, 0, 1, 2, 0, 0, 3, 0)))
add_case("pad_value", padded((0, 0, 1, 2, 0, 0, 3, 0), value=1.5))
add_case("pad_channels", padded((0, 2, 0, 0, 0, 3, 0, 0)))
add_case("pad_edge", padded((0, 0, 1, 2, 0, 0, 3, 1), mode="edge"))
add_case("pad_reflect", padded((0, 0, 1, 2, 0, 0, 3, 1), mode="reflect"))
add_case("pad_negative", padded((0, 0, -1, 2, 0, 0, 0, -3)))


@case(opset=9)
def pad_attributes(g):
    g.output(g.node("Pad", g.input(*IMAGE), pads=[0, 0, 1, 1, 0, 0, 1, 1], mode="constant", value=0.5))


@case(opset=18)
def pad_axes(g):
    g.output(g.node("Pad", g.input(*IMAGE), g.integers(1, 2), "", g.integers(3)))


@case
def pad_before_conv(g):
    x = g.node("Pad", g.input(*IMAGE), g.integers(0, 0, 0, 0, 0, 0, 1, 1))
    g.output(g.conv(x, 8, 6, 3, 3, strides=[2, 2]))


def reshaped(*shape, **attributes):
    return lambda g: g.output(g.node("Reshape", g.input(*IMAGE), g.integers(*shape), **attributes))


add_case("reshape_plain", reshaped(1, 12, 40))
add_case("reshape_inferred", reshaped(0, 3, -1))
add_case("reshape_split_channels", reshaped(1, 2, 3, 8, 10))
add_case("reshape_to_flat", reshaped(1, -1))


@case
def reshape_back_and_forth(g):
    x = g.node("Relu", g.node("Reshape", g.input(*IMAGE), g.integers(1, 480)))
    g.output(g.node("Reshape", x, g.integers(*IMAGE)))


@case
def flatten_then_gemm(g):
    """The features are flattened channel by channel, whatever the layout below is."""
    x = g.node("Relu", g.conv(g.input(*IMAGE), 4, 6, 3, 3))
    x = g.node("Flatten", x)
    g.output(g.node("Gemm", x, g.normal(192, 7, deviation=0.1), g.normal(7)))


@case
def flatten_axis(g):
    g.output(g.node("Flatten", g.input(*IMAGE), axis=2))


@case
def flatten_axis_zero(g):
    g.output(g.node("Flatten", g.input(*IMAGE), axis=0))


@case
def squeeze_unsqueeze(g):
    x = g.node("Squeeze", g.node("GlobalAveragePool", g.input(*IMAGE)), g.integers(2, 3))
    g.output(g.node("Unsqueeze", x, g.integers(1, -1)))


@case(opset=11)
def squeeze_unsqueeze_attributes(g):
    x = g.node("Squeeze", g.node("GlobalAveragePool", g.input(*IMAGE)), axes=[2, 3])
    g.output(g.node("Unsqueeze", x, axes=[0, 3]))


@case
def squeeze_all(g):
    g.output(g.node("Squeeze", g.node("GlobalMaxPool", g.input(*IMAGE))))


@case
def shape_computed_view(g):
    """x.view(x.size(0), -1) as PyTorch exports it."""
    x = g.node("Relu", g.conv(g.input(*IMAGE), 4, 6, 3, 3))
    batch = g.node("Unsqueeze", g.node("Gather", g.node("Shape", x), g.constant(0, dtype=np.int64), axis=0), g.integers(0))
    x = g.node("Reshape", x, g.node("Concat", batch, g.integers(-1), axis=0))
    g.output(g.node("Gemm", x, g.normal(192, 5, deviation=0.1)))


@case
def shape_arithmetic(g):
    """A channel shuffle whose shapes are computed: slices, divisions and casts of shapes."""
    from onnx import TensorProto
    x = g.input(*IMAGE)
    shape = g.node("Shape", x)
    channels = g.node("Slice", shape, g.integers(1), g.integers(2))
    per_group = g.node("Cast", g.node("Floor", g.node("Div", g.node("Cast", channels, to=TensorProto.FLOAT), g.constant([2.0]))),
                       to=TensorProto.INT64)
    spatial = g.node("Slice", shape, g.integers(2), g.integers(4))
    x = g.node("Reshape", x, g.node("Concat", g.integers(1, 2), per_group, spatial, axis=0))
    x = g.node("Transpose", x, perm=[0, 2, 1, 3, 4])
    g.output(g.node("Reshape", x, g.node("Concat", g.integers(1), g.node("Mul", per_group, g.integers(2)), spatial, axis=0)))


@case
def shape_constant_of_shape(g):
    x = g.input(*IMAGE)
    zeros = g.node("ConstantOfShape", g.node("Shape", x))
    g.output(g.node("Add", g.node("Add", x, zeros), g.constant(1.0)))


def transposed(*permutation, shape=IMAGE):
    attributes = {"perm": list(permutation)} if permutation else {}
    return lambda g: g.output(g.node("Transpose", g.input(*shape), **attributes))


add_case("transpose_to_nhwc", transposed(0, 2, 3, 1))
add_case("transpose_to_nchw", transposed(0, 3, 1, 2))
add_case("transpose_spatial", transposed(0, 1, 3, 2))
add_case("transpose_reversed", transposed())
add_case("transpose_sequence", transposed(0, 2, 1, shape=(1, 5, 8)))
add_case("transpose_matrix", transposed(1, 0, shape=(1, 7)))


@case
def transpose_input_nhwc(g):
    """A model that takes NHWC and works in NCHW, as converters from TensorFlow write it."""
    x = g.conv(g.node("Transpose", g.input(1, 8, 10, 3), perm=[0, 3, 1, 2]), 6, 3, 3, 3)
    g.output(g.node("Transpose", g.node("Relu", x), perm=[0, 2, 3, 1]))


@case
def transpose_around_relu(g):
    x = g.node("Relu", g.node("Transpose", g.conv(g.input(*IMAGE), 4, 6, 1, 1), perm=[0, 2, 3, 1]))
    g.output(g.conv(g.node("Transpose", x, perm=[0, 3, 1, 2]), 4, 4, 1, 1))


@case
def gather_many_parts(g):
    """More parts than slices and a joint would be worth: a layer of its own, by constant indices from both ends."""
    x = g.conv(g.input(*IMAGE), 4, 6, 1, 1)
    x = g.node("Gather", g.node("Relu", x), g.constant(g.random.integers(-10, 10, 700), dtype=np.int64), axis=3)
    g.output(g.conv(x, 4, 4, 1, 1))


@case
def channel_shuffle(g):
    x = g.node("Reshape", g.conv(g.input(*IMAGE), 8, 6, 1, 1), g.integers(1, 2, 4, 8, 10))
    x = g.node("Reshape", g.node("Transpose", x, perm=[0, 2, 1, 3, 4]), g.integers(1, 8, 8, 10))
    g.output(g.conv(x, 8, 8, 3, 3, group=8))


@case
def pixel_shuffle(g):
    x = g.node("Reshape", g.conv(g.input(*IMAGE), 9, 6, 3, 3, pads=[1, 1, 1, 1]), g.integers(1, 1, 3, 3, 8, 10))
    x = g.node("Transpose", x, perm=[0, 1, 4, 2, 5, 3])
    g.output(g.node("Reshape", x, g.integers(1, 1, 24, 30)))


@case
def identity(g):
    g.output(g.node("Identity", g.node("Relu", g.node("Identity", g.input(*IMAGE)))))


@case
def dropout(g):
    g.output(g.node("Relu", g.node("Dropout", g.conv(g.input(*IMAGE), 4, 6, 1, 1), g.constant(0.4))))


@case(opset=11)
def dropout_attribute(g):
    g.output(g.node("Dropout", g.node("Relu", g.input(*IMAGE)), ratio=0.3))

"""Models that are small as files and want much: memory, time, depth."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from valid import F32, Graph


def doubling(g):
    """Each Concat doubles what was there."""
    value = g.random.choice([lambda: g.input(1, 8), lambda: g.floats(1, 8), lambda: g.integers(1, 2)])()
    for _ in range(g.random.choice([20, 34, 45, 70])):
        value = g.node("Concat", value, value, axis=-1)
    return value


def enlarged(g):
    """A constant that one node makes large."""
    size = g.random.choice([10**7, 10**9, 10**12, 2**62])
    return g.random.choice([
        lambda: g.node("ConstantOfShape", g.integers(size, 2)),
        lambda: g.node("Expand", g.constant(1.0, F32), g.integers(size)),
        lambda: g.node("Expand", g.floats(1, 1), g.integers(2**33, 2**33)),
        lambda: g.node("Tile", g.floats(3, 3), g.integers(size, size)),
        lambda: g.node("Range", g.constant(0, np.int64), g.constant(size, np.int64), g.constant(1, np.int64)),
        lambda: g.node("Range", g.constant(0.0, F32), g.constant(1.0, F32), g.constant(1e-20, F32)),
        lambda: g.node("Add", g.floats(10000, 1), g.node("Reshape", g.floats(20000), g.integers(1, 20000))),
        lambda: g.node("Where", g.constant(True), g.node("Expand", g.floats(1), g.integers(30000, 1)), g.node("Expand", g.floats(1), g.integers(1, 30000))),
        lambda: g.node("Gather", g.node("Expand", g.floats(1), g.integers(1, 40000)), g.node("Expand", g.integers(0), g.integers(40000)), axis=0)])()


def enlarged_activation(g):
    x, size = g.input(1, 2, 4, 4), g.random.choice([1000, 10**5, 10**6, 2**31, 2**40, 2**61])
    return g.random.choice([
        lambda: g.node("Resize", x, "", g.constant([1, 1, float(size), float(size)], F32), mode="nearest"),
        lambda: g.node("Resize", x, "", "", g.integers(1, 2, size, size), mode="linear"),
        lambda: g.node("Pad", x, g.integers(0, 0, size, size, 0, 0, size, size)),
        lambda: g.node("ConvTranspose", x, g.floats(2, 2, 3, 3), strides=[size, size]),
        lambda: g.node("ConvTranspose", x, g.floats(2, 2, 3, 3), dilations=[size, size]),
        lambda: g.node("ConvTranspose", x, g.floats(2, 2, 3, 3), output_shape=[size, size]),
        lambda: g.node("Conv", x, g.floats(2, 2, 3, 3), pads=[size, size, size, size]),
        lambda: g.node("Conv", x, g.floats(2, 2, 3, 3), dilations=[size, size], pads=[size, size, size, size]),
        lambda: g.node("Conv", x, g.floats(2, 2, 3, 3), strides=[size, size]),
        lambda: g.node("MaxPool", x, kernel_shape=[size, size], pads=[size - 1] * 4),
        lambda: g.node("AveragePool", x, kernel_shape=[size, size], pads=[size // 2] * 4, count_include_pad=1),
        lambda: g.node("Add", g.node("Reshape", g.input(1, 30000), g.integers(30000, 1)), g.input(1, 30000)),
        lambda: g.node("MatMul", g.input(40000, 1), g.input(1, 40000)),
        lambda: g.node("Expand", x, g.integers(size, 2, 4, 4)),
        lambda: g.node("Concat", *[x] * 5000, axis=1)])()


def many(g):
    """Chains and fans, whose cost must grow with their length and no faster."""
    count = g.random.choice([500, 2000])
    value = x = g.input(1, 4)
    kind = g.random.randrange(4)
    if kind == 3:
        return g.node("Concat", *g.node("Split", g.input(1, count), results=count, axis=1), axis=1)
    for _ in range(count):
        value = [lambda: g.node("Relu", value), lambda: g.node("Add", value, x), lambda: g.node("Identity", value)][kind]()
    return value


def deep_constants(g):
    """A long computation of constants, each from the one before it, used once at its end."""
    value = g.integers(1)
    for _ in range(g.random.choice([1000, 5000])):
        value = g.node("Add", value, value)
    return g.node("Add", g.input(1, 4), g.node("Cast", value, to=TensorProto.FLOAT))


def wide_names(g):
    """Names of 100,000 letters."""
    y = g.node("Relu", g.input(1, 4))
    g.nodes[-1].name = "n" * 100_000
    g.nodes.append(helper.make_node("Relu", [y], ["v" * 100_000], name="w" * 100_000))
    return "v" * 100_000


def overflows(g):
    """Integers at the end of their type, where C++ divides, negates and multiplies."""
    least, most = -2**63, 2**63 - 1
    x = g.input(1, 4, 4)
    number = g.random.choice([
        lambda: g.node("Div", g.integers(least), g.integers(-1)), lambda: g.node("Mod", g.integers(least), g.integers(-1)),
        lambda: g.node("Mod", g.integers(5), g.integers(0)), lambda: g.node("Div", g.integers(5), g.integers(0)), lambda: g.node("Neg", g.integers(least)),
        lambda: g.node("Abs", g.integers(least)), lambda: g.node("Mul", g.integers(most), g.integers(most)), lambda: g.node("Add", g.integers(most), g.integers(1)),
        lambda: g.node("Pow", g.integers(10), g.integers(400)), lambda: g.node("Pow", g.integers(0), g.integers(-1)),
        lambda: g.node("ReduceProd", g.integers(most, most), keepdims=1), lambda: g.node("ReduceSum", g.integers(most, most), keepdims=1),
        lambda: g.node("Cast", g.constant([float("nan")], F32), to=TensorProto.INT64), lambda: g.node("Cast", g.constant([1e30], F32), to=TensorProto.INT32),
        lambda: g.node("Cast", g.constant([-1.0], F32), to=TensorProto.UINT8), lambda: g.node("Sub", g.integers(least), g.integers(1)),
        lambda: g.node("Div", g.constant([-2**31], np.int32), g.constant([-1], np.int32))])()
    return g.random.choice([
        lambda: g.node("Reshape", x, number), lambda: g.node("Slice", x, number, g.integers(3), g.integers(1)),
        lambda: g.node("Slice", x, g.integers(0), number, g.integers(1), g.integers(2)), lambda: g.node("Slice", x, g.integers(3), g.integers(least), g.integers(1), number),
        lambda: g.node("Expand", x, number), lambda: g.node("Unsqueeze", x, number), lambda: g.node("Gather", g.floats(4), number, axis=0),
        lambda: g.node("Tile", g.floats(2), number), lambda: g.node("ConstantOfShape", number), lambda: g.node("Split", x, number, results=2)[0],
        lambda: g.node("Add", x, g.node("Cast", number, to=TensorProto.FLOAT)), lambda: g.node("ReduceMean", x, number),
        lambda: g.node("Pad", x, g.node("Expand", number, g.integers(6))), lambda: g.node("Resize", g.input(1, 1, 2, 2), "", "", g.node("Expand", number, g.integers(4)))])()


def extreme_numbers(g):
    """Finite weights and scales whose products are not."""
    size = g.random.choice([3e38, 1e30, 1e-38, 1e-45, 0.0, 1e20])
    weight = lambda *dims: g.constant(np.full(dims, size, F32))
    return g.random.choice([
        lambda: g.node("Conv", g.input(1, 2, 4, 4), weight(3, 2, 3, 3), weight(3)), lambda: g.node("Gemm", g.input(1, 4), weight(4, 3), weight(3), alpha=size or 1.0),
        lambda: g.node("Mul", g.node("Mul", g.input(1, 4), weight(1)), weight(4)), lambda: g.node("Div", g.input(1, 4), weight(4)),
        lambda: g.node("Add", g.input(1, 4), weight(4)), lambda: g.node("Softmax", g.node("Mul", g.input(1, 4), weight(4))),
        lambda: g.node("BatchNormalization", g.input(1, 2, 3, 3), weight(2), weight(2), weight(2), weight(2), epsilon=0.0),
        lambda: g.node("Clip", g.input(1, 4), g.constant(-size, F32), g.constant(size, F32)), lambda: g.node("LeakyRelu", g.input(1, 4), alpha=size),
        lambda: g.quantized(g.input(1, 4), size), lambda: g.quantized(g.node("Relu", g.quantized(g.input(1, 4), size)), 1e-30),
        lambda: g.node("HardSigmoid", g.input(1, 4), alpha=size, beta=-size), lambda: g.node("PRelu", g.input(1, 4, 2, 2), weight(4, 1, 1)),
        lambda: g.node("Pad", g.input(1, 4), g.integers(0, 1, 0, 1), g.constant(size, F32))])()


def empty_tensors(g):
    x = g.random.choice([lambda: g.input(1, 0, 4, 4), lambda: g.node("Slice", g.input(1, 2, 4, 4), g.integers(2), g.integers(2), g.integers(1)), lambda: g.floats(1, 0, 4, 4)])()
    return g.random.choice([
        lambda: g.node("Conv", x, g.floats(3, 0, 3, 3)), lambda: g.node("Concat", x, g.input(1, 2, 4, 4), axis=1), lambda: g.node("Reshape", x, g.integers(0, -1), allowzero=1),
        lambda: g.node("ReduceMean", x, g.integers(1)), lambda: g.node("GlobalAveragePool", x), lambda: g.node("Softmax", x, axis=1), lambda: g.node("Relu", x),
        lambda: g.node("MatMul", g.input(2, 0), g.floats(0, 3)), lambda: g.node("Gemm", g.input(2, 4), g.floats(4, 0)), lambda: g.node("Resize", x, "", g.constant([1, 1, 2, 2], F32)),
        lambda: g.node("Pad", x, g.integers(0, 1, 0, 0, 0, 1, 0, 0)), lambda: g.node("Add", x, g.floats(1, 1, 4, 4)), lambda: g.node("MaxPool", x, kernel_shape=[2, 2]),
        lambda: g.node("Reshape", x, g.integers(0, -1)), lambda: g.node("Flatten", x), lambda: g.node("Split", x, results=2, axis=1, num_outputs=2)[0],
        lambda: g.quantized(x), lambda: g.node("Sum", x), lambda: g.node("Transpose", x), lambda: g.node("Mul", x, x)])()


def many_outputs(g):
    x = g.input(1, 4)
    return tuple(g.node("Relu", x) for _ in range(300))


BOMBS = [doubling, enlarged, enlarged, enlarged_activation, enlarged_activation, many, deep_constants, wide_names, overflows, overflows, overflows, extreme_numbers, extreme_numbers,
         empty_tensors, empty_tensors, many_outputs]


def bomb(random):
    """(its kind, the model)"""
    g, kind = Graph(random), random.choice(BOMBS)
    made = kind(g)
    return kind.__name__, g.model(list(made) if isinstance(made, tuple) else [made], 21)

"""The valid models that hostile ones are made from: ONNX's own tests of each operator, and one to four nodes of others in the ways that nets have them."""
import functools
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

F32, I64 = np.float32, np.int64


class Graph:
    """A graph under construction; every value is called after its number, every node after its operator and number."""

    def __init__(self, random):
        self.random, self.nodes, self.constants, self.inputs, self.count = random, [], [], [], 0

    def new(self, stem):
        self.count += 1
        return f"{stem}{self.count}"

    def input(self, *shape, kind=F32):
        name = self.new("x")
        self.inputs.append(helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), shape))
        return name

    def constant(self, value, kind=None):
        name = self.new("k")
        self.constants.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def floats(self, *shape):
        """Normally distributed."""
        values = [self.random.gauss(0, 1) for _ in range(int(np.prod(shape)))]
        return self.constant(np.reshape(values, shape), F32)

    def integers(self, *values):
        return self.constant(values, I64)

    def weights(self, *shape, kind=np.int8):
        return self.constant(np.reshape([self.random.randrange(-127, 128) for _ in range(int(np.prod(shape)))], shape), kind)

    def node(self, operator, *operands, results=1, **attributes):
        name = self.new(operator.lower() + "_")
        outputs = [f"{name}_out{k or ''}" for k in range(results)]
        self.nodes.append(helper.make_node(operator, operands, outputs, name=name, **attributes))
        return outputs[0] if results == 1 else outputs

    def quantized(self, value, scale=0.05, zero=3, kind=np.int8):
        pair = (self.constant(scale, F32), self.constant(zero, kind))
        return self.node("DequantizeLinear", self.node("QuantizeLinear", value, *pair), *pair)

    def model(self, outputs, opset):
        ports = [helper.make_empty_tensor_value_info(name) for name in outputs]
        for port in ports:
            port.type.tensor_type.elem_type = TensorProto.FLOAT
        graph = helper.make_graph(self.nodes, "g", self.inputs, ports, self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid(MICROSOFT, 1)], ir_version=10)


def convolution(g):
    x = g.input(1, 4, 6, 6)
    kind = g.random.randrange(4)
    if kind == 0:
        return g.node("Relu", g.node("Conv", x, g.floats(6, 4, 3, 3), g.floats(6), pads=[1, 1, 1, 1], strides=[1, 2], dilations=[1, 1], group=1))
    if kind == 1:
        return g.node("Conv", x, g.floats(8, 1, 3, 3), group=4, kernel_shape=[3, 3], auto_pad="SAME_UPPER")
    if kind == 2:
        return g.node("ConvTranspose", x, g.floats(4, 3, 2, 2), g.floats(3), strides=[2, 2], output_padding=[1, 0], group=1)
    return g.node("Conv", g.input(1, 4, 9), g.floats(3, 2, 3), group=2, pads=[2, 1])


def product(g):
    x = g.input(2, 5)
    kind = g.random.randrange(4)
    if kind == 0:
        return g.node("Gemm", x, g.floats(3, 5), g.floats(3), alpha=0.5, beta=2.0, transB=1, transA=0)
    if kind == 1:
        return g.node("MatMul", x, g.floats(5, 4))
    if kind == 2:
        return g.node("MatMul", g.input(2, 3, 4), g.input(2, 4, 3))
    return g.node("Add", g.node("MatMul", g.floats(3, 2), x), g.floats(3, 1))


def activation(g):
    x = g.input(1, 3, 4, 4)
    operator = g.random.choice(["Relu", "Sigmoid", "Tanh", "HardSwish", "HardSigmoid", "LeakyRelu", "Clip", "PRelu", "Softmax", "Max", "Min"])
    if operator == "Clip":
        return g.node("Clip", x, g.constant(-1.0, F32), g.constant(1.5, F32))
    if operator in ("PRelu", "Max", "Min"):
        return g.node(operator, x, g.floats(3, 1, 1) if operator == "PRelu" else g.constant(0.25, F32))
    attributes = {"LeakyRelu": {"alpha": 0.1}, "HardSigmoid": {"alpha": 0.3, "beta": 0.4}, "Softmax": {"axis": -1}}
    return g.node(operator, x, **attributes.get(operator, {}))


def arithmetic(g):
    x, operator = g.input(1, 3, 4), g.random.choice(["Add", "Sub", "Mul", "Div", "Sum", "Neg"])
    if operator == "Neg":
        return g.node("Neg", x)
    other = g.random.choice([lambda: g.input(1, 3, 4), lambda: g.floats(3, 1), lambda: g.constant(2.5, F32)])()
    return g.node(operator, x, other, *([g.input(3, 4)] if operator == "Sum" else []))


def normalization(g):
    x = g.input(1, 3, 4, 4)
    variance = g.constant([0.5, 1.0, 2.0], F32)
    normal = g.node("BatchNormalization", g.node("Conv", x, g.floats(3, 3, 1, 1)), g.floats(3), g.floats(3), g.floats(3), variance, epsilon=1e-5)
    return g.node("Relu", normal)


def pool(g):
    x = g.input(1, 3, 6, 6)
    kind = g.random.randrange(5)
    if kind == 0:
        return g.node("MaxPool", x, kernel_shape=[2, 3], strides=[2, 1], pads=[0, 1, 1, 0], dilations=[1, 1], ceil_mode=1)
    if kind == 1:
        return g.node("AveragePool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    if kind == 2:
        return g.node(g.random.choice(["GlobalAveragePool", "GlobalMaxPool"]), x)
    if kind == 3:
        return g.node("ReduceMean", x, g.integers(2, -1), keepdims=0)
    return g.node("AveragePool", x, kernel_shape=[2, 2], auto_pad="SAME_LOWER")


def movement(g):
    x = g.input(1, 4, 6)
    kind = g.random.randrange(9)
    if kind == 0:
        return g.node("Reshape", x, g.integers(0, 2, -1), allowzero=0)
    if kind == 1:
        return g.node("Transpose", x, perm=[0, 2, 1])
    if kind == 2:
        return g.node("Slice", x, g.integers(1, -1), g.integers(3, -7), g.integers(1, 2), g.integers(1, -2))
    if kind == 3:
        return g.node("Concat", *g.node("Split", x, g.integers(2, 4), results=2, axis=2), g.floats(1, 4, 2), axis=-1)
    if kind == 4:
        return g.node("Pad", x, g.integers(0, 1, 0, 0, -1, 2), g.constant(0.5, F32), mode=g.random.choice(["constant", "constant", "edge", "reflect"]))
    if kind == 5:
        return g.node("Squeeze", g.node("Unsqueeze", x, g.integers(1, -1)), g.integers(1))
    if kind == 6:
        return g.node("Flatten", x, axis=2)
    if kind == 7:
        return g.node("Resize", g.input(1, 2, 3, 4), "", g.constant([1, 1, 2, 1.5], F32), mode=g.random.choice(["nearest", "linear"]))
    return g.node("Resize", g.input(1, 2, 3, 4), "", "", g.integers(1, 2, 5, 3), mode="linear", coordinate_transformation_mode="align_corners")


def folded(g):
    """Constants that are computed at import, and give a shape in the end."""
    x = g.input(1, 4, 6)
    shape = g.node("Shape", x)
    kind = g.random.randrange(7)
    if kind == 0:
        first = g.node("Gather", shape, g.integers(0), axis=0)
        return g.node("Reshape", x, g.node("Concat", first, g.integers(-1), axis=0))
    if kind == 1:
        doubled = g.node("Mod", g.node("Mul", shape, g.integers(2)), g.integers(7))
        return g.node("Add", x, g.node("Cast", g.node("ReduceProd", g.node("Max", doubled, g.integers(1)), keepdims=0), to=TensorProto.FLOAT))
    if kind == 2:
        numbers = g.node("Range", g.constant(0, I64), g.constant(6, I64), g.constant(1, I64))
        return g.node("Add", x, g.node("Cast", numbers, to=TensorProto.FLOAT))
    if kind == 3:
        zeros = g.node("ConstantOfShape", g.integers(4, 6), value=numpy_helper.from_array(np.float32([1.5])))
        return g.node("Mul", x, g.node("Pow", zeros, g.constant(2.0, F32)))
    if kind == 4:
        return g.node("Add", x, g.node("Expand", g.floats(4, 1), g.node("Slice", shape, g.integers(1), g.integers(3))))
    if kind == 5:
        return g.node("Sub", x, g.node("Tile", g.node("Where", g.constant([True, False]), g.floats(2), g.floats(2)), g.integers(3)))
    divided = g.node("Div", shape, g.integers(1, 2, 3))
    return g.node("Expand", g.node("Constant", value=numpy_helper.from_array(np.float32([[1.0]]))), divided), g.node("Relu", x)


def quantized(g):
    kind = g.random.randrange(5)
    if kind == 0:
        weights = g.node("DequantizeLinear", g.weights(4, 3, 3, 3), g.constant([0.01, 0.02, 0.03, 0.04], F32), g.constant([0, 0, 0, 0], np.int8), axis=0)
        bias = g.node("DequantizeLinear", g.weights(4, kind=np.int32), g.constant([0.001] * 4, F32), axis=0)
        return g.quantized(g.node("Conv", g.quantized(g.input(1, 3, 5, 5)), weights, bias), 0.1, -4)
    if kind == 1:
        return g.quantized(g.node("Add", g.quantized(g.input(1, 4)), g.quantized(g.input(1, 4), 0.02, 0)), 0.07)
    if kind == 2:
        x = g.node("DequantizeLinear", g.input(1, 4, 4, kind=np.uint8), g.constant(0.02, F32), g.constant(128, np.uint8))
        return g.node("QuantizeLinear", g.node("Sigmoid", x), g.constant(1 / 256, F32), g.constant(0, np.uint8))
    if kind == 3:
        return g.quantized(g.node("MatMul", g.quantized(g.input(2, 4)), g.quantized(g.floats(4, 3), 0.02, 0)), 0.3, 100, np.uint8)
    xq, scale, zero = g.node("DynamicQuantizeLinear", g.input(2, 4), results=3)
    sums = g.node("Cast", g.node("MatMulInteger", xq, g.weights(4, 3), zero, g.constant(0, np.int8)), to=TensorProto.FLOAT)
    return g.node("Mul", sums, g.node("Mul", scale, g.constant(0.01, F32)))


def casts(g):
    integers = g.node("Cast", g.input(1, 3, 4, kind=np.uint8), to=TensorProto.FLOAT)
    scaled = g.node("Div", g.node("Sub", integers, g.constant(128.0, F32)), g.constant(255.0, F32))
    return g.node("Cast", g.node("Relu", g.node("Cast", scaled, to=TensorProto.FLOAT16)), to=TensorProto.FLOAT)


def tail(g):
    """Several outputs, one of them in the middle."""
    x = g.node("Conv", g.input(1, 2, 4, 4), g.floats(4, 2, 1, 1))
    first, second = g.node("Split", x, results=2, axis=1, num_outputs=2)
    return g.node("Concat", g.node("Sigmoid", first), second, axis=1), x


MICROSOFT = "com.microsoft"


def microsoft(g):
    """What ONNX Runtime's own tools write."""
    kind = g.random.randrange(8)
    x = g.input(1, 3, 8)
    if kind == 0:
        return g.node("SkipLayerNormalization", x, g.input(1, 3, 8), g.floats(8), g.floats(8), g.floats(8), domain=MICROSOFT, epsilon=1e-5)
    if kind == 1:
        return g.node(g.random.choice(["Gelu", "FastGelu", "QuickGelu"]), x, domain=MICROSOFT)
    if kind == 2:
        return g.node("FusedMatMul", x, g.floats(8, 4), domain=MICROSOFT, alpha=0.5, transA=0, transB=0)
    if kind == 3:
        return g.node("FusedConv", g.input(1, 2, 5, 5), g.floats(3, 2, 3, 3), g.floats(3), domain=MICROSOFT, activation="Relu", pads=[1, 1, 1, 1])
    if kind == 4:
        return g.node("Attention", x, g.floats(8, 24), g.floats(24), domain=MICROSOFT, num_heads=2, unidirectional=1)
    if kind == 5:
        packed = g.constant(np.reshape([g.random.randrange(256) for _ in range(4 * 16)], (4, 1, 16)), np.uint8)
        return g.node("MatMulNBits", g.input(2, 32), packed, g.floats(4), domain=MICROSOFT, K=32, N=4, bits=4, block_size=32)
    if kind == 6:
        pair = (g.constant(0.05, F32), g.constant(3, np.int8))
        q = [g.node("QuantizeLinear", g.input(1, 4), *pair) for _ in range(2)]
        return g.node("DequantizeLinear", g.node("QLinearAdd", q[0], *pair, q[1], *pair, *pair, domain=MICROSOFT), *pair)
    return g.node("MultiHeadAttention", x, g.input(1, 3, 8), g.input(1, 3, 8), domain=MICROSOFT, num_heads=2)


FAMILIES = [convolution, product, activation, arithmetic, normalization, pool, movement, folded, quantized, casts, tail, microsoft]


@functools.cache
def cases():
    """ONNX's own: (model, its inputs where they are tensors). Makes them once, which takes some seconds."""
    from onnx.backend.test.case.node import collect_testcases
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [(case.model, tensors(case.data_sets[0][0])) for case in collect_testcases(None)]


def tensors(values):
    return values if all(isinstance(value, (np.ndarray, np.generic)) for value in values) else []


def published(random):
    """One of those; some with all inputs or all but the first as constants, which makes weights of them, or has them computed at import."""
    given, values = random.choice(cases())
    model = onnx.ModelProto.FromString(given.SerializeToString())
    ports = list(model.graph.input)
    known = list(zip(ports, values))[random.choice([0, 1, 1, len(ports)]) :]
    model.graph.initializer.extend(numpy_helper.from_array(np.asarray(value), port.name) for port, value in known)
    del model.graph.input[len(ports) - len(known) :]
    return model


def valid(random, opset=21):
    """A random one; opset 21 knows every form of ours that is used."""
    if random.random() < 0.4:
        return published(random)
    g = Graph(random)
    made = random.choice(FAMILIES)(g)
    outputs = list(made) if isinstance(made, tuple) else [made]
    # As often as not something follows whose shapes and grids depend on what was damaged.
    if random.random() < 0.5:
        outputs[0] = g.node(random.choice(["Relu", "Sigmoid", "Identity", "GlobalAveragePool", "Softmax"]), outputs[0])
    return g.model(outputs, opset)

"""Writing float ONNX networks with random weights whose activations stay of the order of one, however deep they are."""
import dataclasses
import zlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 17, 8

# Of a standard normal number, the mean square after the function: what the next layer's weights make up for (He et al., 2015).
MEAN_SQUARE = {"Relu": 0.5, "Relu6": 0.5, "Silu": 0.356}


@dataclasses.dataclass(frozen=True)
class Value:
    """A value of the network: its ONNX name, its shape (NCHW or NC), about how large its mean square is, and whether most of
    it is positive, so that a relu changes little."""
    name: str
    shape: tuple
    mean_square: float = 1.0
    positive: bool = False

    @property
    def channels(self):
        return self.shape[1]


class Network:
    """A network under construction. The same name and batch give the same weights, bit for bit."""

    def __init__(self, name, batch=1):
        self.name, self.batch = name, batch
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], [], []
        self.counts = {}

    def input(self, *shape, name="input"):
        """An input of one sample's shape."""
        shape = (self.batch, *shape)
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return Value(name, shape)

    def output(self, *values):
        self.outputs += [helper.make_tensor_value_info(v.name, TensorProto.FLOAT, v.shape) for v in values]

    def constant(self, value, dtype=np.float32):
        name = self.unique("constant")
        self.initializers.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def normal(self, *shape, deviation):
        return self.constant(self.random.standard_normal(shape, np.float32) * np.float32(deviation))

    def unique(self, stem):
        self.counts[stem] = self.counts.get(stem, 0) + 1
        return f"{stem}_{self.counts[stem]}"

    def node(self, kind, *inputs, shape, mean_square=1.0, positive=False, **attributes):
        """Adds a node; an input is a Value or the name of a constant."""
        name = self.unique(kind.lower())
        names = [x.name if isinstance(x, Value) else x for x in inputs]
        self.nodes.append(helper.make_node(kind, names, [f"{name}_out"], name=name, **attributes))
        return Value(f"{name}_out", tuple(shape), mean_square, positive)

    def conv(self, x, outputs, kernel=1, stride=1, group=1, activation=None, gain=1.0):
        """A convolution with bias, padded to ceil(size / stride), whose result times 1 / gain is about standard normal."""
        kernel, stride = np.broadcast_to(kernel, 2).tolist(), np.broadcast_to(stride, 2).tolist()
        fan_in = x.channels // group * kernel[0] * kernel[1]
        weight = self.normal(outputs, x.channels // group, *kernel, deviation=gain * (fan_in * x.mean_square)**-0.5)
        sizes = [-(-size // step) for size, step in zip(x.shape[2:], stride)]
        missing = [max(0, (n - 1) * step + k - size) for n, step, k, size in zip(sizes, stride, kernel, x.shape[2:])]
        # The odd one goes to the end; exporters of PyTorch pad evenly, which costs the same.
        pads = [m // 2 for m in missing] + [m - m // 2 for m in missing]
        y = self.node("Conv", x, weight, self.normal(outputs, deviation=0.1), shape=(x.shape[0], outputs, *sizes),
                      mean_square=gain**2, kernel_shape=kernel, strides=stride, pads=pads, group=group)
        return self.activation(y, activation)

    def depthwise(self, x, kernel, stride=1, activation=None):
        return self.conv(x, x.channels, kernel, stride, group=x.channels, activation=activation)

    def activation(self, x, kind):
        if kind is None:
            return x
        result = {"shape": x.shape, "mean_square": x.mean_square * (1 if x.positive else MEAN_SQUARE[kind]), "positive": True}
        if kind == "Relu":
            return self.node("Relu", x, **result)
        if kind == "Relu6":
            return self.node("Clip", x, self.constant(0), self.constant(6), **result)
        return self.node("Mul", x, self.node("Sigmoid", x, shape=x.shape), **result)

    def add(self, x, y):
        return self.node("Add", x, y, shape=x.shape, mean_square=x.mean_square + y.mean_square,
                         positive=x.positive or y.positive)

    def concat(self, *values):
        channels = sum(v.channels for v in values)
        mean_square = sum(v.mean_square * v.channels for v in values) / channels
        return self.node("Concat", *values, shape=(values[0].shape[0], channels, *values[0].shape[2:]),
                         mean_square=mean_square, axis=1)

    def max_pool(self, x, kernel, stride=1):
        sizes = [-(-size // stride) for size in x.shape[2:]]
        # Of the largest of nine rectified standard normal numbers it is 2.6, of one 0.5.
        return self.node("MaxPool", x, shape=(*x.shape[:2], *sizes), mean_square=5 * x.mean_square, positive=True,
                         kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[kernel // 2] * 4)

    def upsample(self, x):
        n, c, h, w = x.shape
        return self.node("Resize", x, "", self.constant([1, 1, 2, 2]), shape=(n, c, 2 * h, 2 * w), mean_square=x.mean_square,
                         mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")

    def classifier(self, x, classes):
        """Mean over the image, then a fully connected layer."""
        n, c = x.shape[:2]
        x = self.node("GlobalAveragePool", x, shape=(n, c, 1, 1), mean_square=x.mean_square)
        x = self.node("Flatten", x, shape=(n, c), mean_square=x.mean_square)
        weight = self.normal(classes, c, deviation=(c * x.mean_square)**-0.5)
        return self.node("Gemm", x, weight, self.normal(classes, deviation=0.1), shape=(n, classes), transB=1)

    def model(self):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.initializers)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


def macs(model):
    """Multiply-accumulates of a model's convolutions, matrix products and LSTMs, from ONNX's own shape inference."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim]
              for v in [*graph.input, *graph.value_info, *graph.output]}
    shapes.update({t.name: list(t.dims) for t in graph.initializer})
    total = 0
    for node in graph.node:
        if node.op_type == "Conv":
            total += int(np.prod(shapes[node.output[0]])) * int(np.prod(shapes[node.input[1]][1:]))
        elif node.op_type in ("Gemm", "MatMul"):
            rows = shapes[node.input[0]]
            total += int(np.prod(shapes[node.output[0]])) * rows[-1]
        elif node.op_type == "LSTM":
            steps, batch = shapes[node.input[0]][:2]
            total += steps * batch * sum(int(np.prod(shapes[weights])) for weights in node.input[1:3])
    return total

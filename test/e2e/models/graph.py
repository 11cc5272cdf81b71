"""Writing small ONNX models with seeded random weights, and the list of those that the tests run."""
import dataclasses
import zlib
from typing import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# The oldest IR version that each opset may stand in; any newer reader must take it.
IR_VERSIONS = {7: 3, 9: 4, 11: 6, 13: 7, 14: 7, 17: 8, 18: 8, 19: 9, 20: 9, 21: 10}


class Graph:
    """An ONNX graph under construction. Values are named by strings; every random number comes from the model's own seed."""

    def __init__(self, name, opset=17):
        self.name, self.opset = name, opset
        self.random = np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.initializers, self.inputs, self.outputs = [], [], [], []
        self.counts = {}

    def input(self, *shape, name="x"):
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
        return name

    def output(self, *names):
        self.outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names]

    def constant(self, value, name=None, dtype=np.float32):
        name = name or self.unique("constant")
        self.initializers.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def integers(self, *values):
        return self.constant(values, dtype=np.int64)

    def normal(self, *shape, deviation=1.0, mean=0.0, name=None):
        return self.constant(self.random.normal(mean, deviation, shape), name)

    def unique(self, stem):
        self.counts[stem] = self.counts.get(stem, 0) + 1
        return f"{stem}{self.counts[stem]}"

    def node(self, kind, *inputs, name=None, outputs=1, domain="", **attributes):
        """Adds a node, named after its kind unless told otherwise; returns its output, or a list of outputs."""
        name = self.unique(kind.lower()) if name is None else name
        stem = name or self.unique("unnamed")
        results = [f"{stem}_out"] if outputs == 1 else [f"{stem}_out{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, results, name=name, domain=domain, **attributes))
        return results[0] if outputs == 1 else results

    def conv(self, x, outputs, inputs, *kernel, bias=True, kind="Conv", **attributes):
        """A convolution whose results are about as large as its inputs."""
        group = attributes.get("group", 1)
        fan_in = inputs // group * int(np.prod(kernel))
        shape = (outputs, inputs // group, *kernel) if kind == "Conv" else (inputs, outputs // group, *kernel)
        operands = [x, self.normal(*shape, deviation=fan_in**-0.5)]
        if bias:
            operands.append(self.normal(outputs, deviation=0.3))
        return self.node(kind, *operands, **attributes)

    def batch_norm(self, x, channels, name=None):
        scale = self.random.uniform(0.5, 1.5, channels) * self.random.choice([-1, 1], channels)
        variance = self.constant(self.random.uniform(0.5, 2, channels))
        return self.node("BatchNormalization", x, self.constant(scale), self.normal(channels, deviation=0.3),
                         self.normal(channels, deviation=0.3), variance, name=name, epsilon=1e-3)

    def model(self):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.initializers)
        ir_version = IR_VERSIONS[self.opset]
        if ir_version == 3:  # there, an initializer must be an input as well
            graph.input.extend(helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=ir_version)
        return onnx.shape_inference.infer_shapes(model)


@dataclasses.dataclass(frozen=True)
class Case:
    """One model and what is promised of it at i8 with normally distributed data."""
    name: str
    fill: Callable[[Graph], None]
    opset: int = 17
    sqnr: float = 30.0  # at least this many dB between the float model and the integer program
    steps: int = 1  # at most this many steps of the output grid between the QDQ form and the integer program
    arguments: tuple = ()  # for every tool that reads the model
    external: bool = False  # keep the weights in a file beside the model

    def model(self):
        graph = Graph(self.name, self.opset)
        self.fill(graph)
        return graph.model()

    def operators(self):
        """As docs/operators.md names them."""
        graph = Graph(self.name, self.opset)
        self.fill(graph)
        return {f"{node.domain}.{node.op_type}".removeprefix(".") for node in graph.nodes}

    def save(self, path):
        model = self.model()
        if self.external:
            onnx.save(model, path, save_as_external_data=True, location=f"{self.name}.data", size_threshold=0)
        else:
            onnx.save(model, path)


CASES = {}


def case(fill=None, /, **properties):
    """Registers the decorated function, which fills a graph, as a case of the same name."""
    if fill is None:
        return lambda fill: case(fill, **properties)
    add_case(fill.__name__, fill, **properties)
    return fill


def add_case(name, fill, **properties):
    assert name not in CASES, name
    CASES[name] = Case(name, fill, **properties)

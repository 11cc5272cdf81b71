"""ONNX networks of any length, to see how the cost of a tool grows with the number of layers or with the size of the weights.

    python bench/graphs.py chain 10000 -o chain.onnx
    python bench/graphs.py residual 10000 -o residual.onnx
    python bench/graphs.py chain 53 --channels 512 --external -o large.onnx     # 500 MB of weights beside the model

`chain` is N convolutions (3x3) with ReLU, one after the other. `residual` is blocks of a convolution with ReLU, a convolution, and an
addition with ReLU; every fourth block's shortcut is a convolution (1x1). N counts layers of the converted program: a ReLU is part of
its layer, the quantize and dequantize at the border come on top. The last residual block may go beyond N by up to three.

From Python: `network(kind, layers, channels=4, size=4, seed=0)` gives the ModelProto. The input is "x" [1, channels, size, size], the output
"y" of the same shape. Equal arguments give equal bytes. Values stay near 1 however long the graph is: each output channel's weights have
the absolute sum 1/2, its bias is in [1/4, 1], and what a shortcut sums up is halved by the next convolution in a shortcut.
"""
import argparse
import pathlib

import numpy as np
import onnx

OPSET, IR_VERSION = 17, 8
BLOCKS_TO_A_PROJECTION = 4
KINDS = ("chain", "residual")


class Writer:
    """Appends nodes to a graph; each has the name of its only result."""

    def __init__(self, graph, channels, seed):
        self.graph, self.channels, self.random, self.layers = graph, channels, np.random.default_rng(seed), 0

    def initializer(self, name, array):
        self.graph.initializer.append(onnx.numpy_helper.from_array(array.astype(np.float32), name))
        return name

    def node(self, op, inputs, name, **attributes):
        self.graph.node.append(onnx.helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def conv(self, x, name, kernel=3):
        self.layers += 1
        weights = self.random.standard_normal((self.channels, self.channels, kernel, kernel), np.float32)
        weights *= 0.5 / np.abs(weights).sum(axis=(1, 2, 3), keepdims=True)
        inputs = [x, self.initializer(f"{name}.weight", weights),
                  self.initializer(f"{name}.bias", self.random.uniform(0.25, 1, self.channels))]
        return self.node("Conv", inputs, name, kernel_shape=[kernel, kernel], pads=[kernel // 2] * 4)

    def relu(self, x):
        return self.node("Relu", [x], f"{x}.relu")

    def block(self, x, name, projects):
        inner = self.conv(self.relu(self.conv(x, f"{name}.conv1")), f"{name}.conv2")
        shortcut = self.conv(x, f"{name}.shortcut", kernel=1) if projects else x
        self.layers += 1
        return self.relu(self.node("Add", [inner, shortcut], f"{name}.add"))


def network(kind, layers, channels=4, size=4, seed=0):
    shape = [1, channels, size, size]
    ends = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name in ("x", "y")]
    graph = onnx.helper.make_graph([], kind, ends[:1], ends[1:])
    writer, value, number = Writer(graph, channels, seed), "x", 0
    while writer.layers < layers:
        if kind == "chain":
            value = writer.relu(writer.conv(value, f"conv{number}"))
        else:
            value = writer.block(value, f"block{number}", number % BLOCKS_TO_A_PROJECTION == BLOCKS_TO_A_PROJECTION - 1)
        number += 1
    graph.node[-1].output[0] = "y"
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


def save(model, path, external=False):
    """Where `external`, the weights go to a file beside the model, in place of an older one."""
    path = pathlib.Path(path)
    location = path.with_suffix(".weights")
    if external:
        location.unlink(missing_ok=True)  # onnx would append to it
    onnx.save(model, path, save_as_external_data=external, location=location.name, size_threshold=0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("layers", type=int)
    parser.add_argument("--channels", type=int, default=4)
    parser.add_argument("--size", type=int, default=4, help="height and width")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--external", action="store_true", help="weights in a file of their own, OUTPUT with the suffix .weights")
    parser.add_argument("-o", "--output", required=True)
    options = parser.parse_args()
    save(network(options.kind, options.layers, options.channels, options.size, options.seed), options.output, options.external)


if __name__ == "__main__":
    main()

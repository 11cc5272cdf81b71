#!/usr/bin/env python3
"""Full-size architectures with random weights, as float ONNX files.

usage: architectures.py OUT [NAME ...] [--batch N]

Writes OUT/NAME.onnx, or OUT/NAME.batchN.onnx for a batch of more than 1: what networks that users have cost, without
anybody's weights. Batch normalization is folded, as exporters do it for inference. The data of such a network is standard
normal: `samples` makes it.
"""
import argparse
import pathlib

import numpy as np
import onnx

from network import Network, macs
from sequences import lstm_256, transformer_384

# How much of a residual block's sum its branch makes: what sums up to many blocks must not grow without bound.
BRANCH = 0.5


def resnet18(n):
    """He et al. 2015: 1.8 GMAC."""
    x = n.max_pool(n.conv(n.input(3, 224, 224), 64, 7, 2, activation="Relu"), 3, 2)
    for width in (64, 128, 256, 512):
        for block in range(2):
            stride = 2 if width > 64 and not block else 1
            y = n.conv(x, width, 3, stride, activation="Relu")
            y = n.conv(y, width, 3, gain=BRANCH)
            x = n.conv(x, width, 1, stride) if stride == 2 else x
            x = n.activation(n.add(x, y), "Relu")
    n.output(n.classifier(x, 1000))


def resnet50(n):
    """He et al. 2015, stride in the 3x3 (v1.5): 4.1 GMAC."""
    x = n.max_pool(n.conv(n.input(3, 224, 224), 64, 7, 2, activation="Relu"), 3, 2)
    for stage, blocks in enumerate((3, 4, 6, 3)):
        width = 64 << stage
        for block in range(blocks):
            stride = 2 if stage and not block else 1
            y = n.conv(x, width, 1, activation="Relu")
            y = n.conv(y, width, 3, stride, activation="Relu")
            y = n.conv(y, 4 * width, 1, gain=BRANCH)
            x = x if block else n.conv(x, 4 * width, 1, stride)
            x = n.activation(n.add(x, y), "Relu")
    n.output(n.classifier(x, 1000))


def inverted_residual(n, x, outputs, expansion, kernel, stride):
    """MobileNetV2's block: expand, depthwise, project, with nothing behind the projection."""
    keep = stride == 1 and outputs == x.channels
    y = n.conv(x, x.channels * expansion, 1, activation="Relu6") if expansion > 1 else x
    y = n.depthwise(y, kernel, stride, activation="Relu6")
    y = n.conv(y, outputs, 1, gain=BRANCH if keep else 1.0)
    return n.add(x, y) if keep else y


def inverted_residuals(n, stem, rows, head):
    """A network of such blocks; a row is expansion, channels, blocks, first stride, kernel."""
    x = n.conv(n.input(3, 224, 224), stem, 3, 2, activation="Relu6")
    for expansion, channels, blocks, stride, kernel in rows:
        for block in range(blocks):
            x = inverted_residual(n, x, channels, expansion, kernel, 1 if block else stride)
    x = n.conv(x, head, 1, activation="Relu6")
    n.output(n.classifier(x, 1000))


def mobilenet_v2(n):
    """Sandler et al. 2018, width 1: 0.3 GMAC."""
    inverted_residuals(n, 32, [(1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 32, 3, 2, 3), (6, 64, 4, 2, 3), (6, 96, 3, 1, 3),
                               (6, 160, 3, 2, 3), (6, 320, 1, 1, 3)], 1280)


def efficientnet_lite0(n):
    """EfficientNet-B0 without squeeze and excite, relu6 in place of swish: 0.4 GMAC."""
    inverted_residuals(n, 32, [(1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5),
                               (6, 192, 4, 2, 5), (6, 320, 1, 1, 3)], 1280)


def yolo_c3(n, x, outputs, blocks, shortcut=True):
    """Two ways through half the channels, one of them with bottlenecks, met by a concatenation."""
    half = outputs // 2
    y = n.conv(x, half, 1, activation="Silu")
    for _ in range(blocks):
        z = n.conv(n.conv(y, half, 1, activation="Silu"), half, 3, activation="Silu")
        y = n.add(y, z) if shortcut else z
    return n.conv(n.concat(y, n.conv(x, half, 1, activation="Silu")), outputs, 1, activation="Silu")


def yolo_pyramid(n, x):
    """Spatial pyramid pooling: three 5x5 max pools in a row, and all of them side by side."""
    outputs = x.channels
    pools = [n.conv(x, outputs // 2, 1, activation="Silu")]
    for _ in range(3):
        pools.append(n.max_pool(pools[-1], 5))
    return n.conv(n.concat(*pools), outputs, 1, activation="Silu")


def yolo_s_320(n):
    """A detector like YOLOv5s at 320x320 without its decoding: 2 GMAC, three outputs."""
    x = n.conv(n.conv(n.input(3, 320, 320), 32, 6, 2, activation="Silu"), 64, 3, 2, activation="Silu")
    x = yolo_c3(n, x, 64, 1)
    fine = yolo_c3(n, n.conv(x, 128, 3, 2, activation="Silu"), 128, 2)
    middle = yolo_c3(n, n.conv(fine, 256, 3, 2, activation="Silu"), 256, 3)
    x = yolo_pyramid(n, yolo_c3(n, n.conv(middle, 512, 3, 2, activation="Silu"), 512, 1))
    coarse = n.conv(x, 256, 1, activation="Silu")
    x = yolo_c3(n, n.concat(n.upsample(coarse), middle), 256, 1, shortcut=False)
    narrow = n.conv(x, 128, 1, activation="Silu")
    small = yolo_c3(n, n.concat(n.upsample(narrow), fine), 128, 1, shortcut=False)
    x = n.concat(n.conv(small, 128, 3, 2, activation="Silu"), narrow)
    medium = yolo_c3(n, x, 256, 1, shortcut=False)
    x = n.concat(n.conv(medium, 256, 3, 2, activation="Silu"), coarse)
    large = yolo_c3(n, x, 512, 1, shortcut=False)
    n.output(*(n.conv(x, 255, 1) for x in (small, medium, large)))


def ds_cnn_l(n):
    """The large keyword spotter of Zhang et al. 2017, "Hello Edge", on 49 frames of 10 features."""
    x = n.conv(n.input(1, 49, 10), 276, (10, 4), (2, 1), activation="Relu")
    for block in range(5):
        x = n.depthwise(x, 3, 1 if block else 2, activation="Relu")
        x = n.conv(x, 276, 1, activation="Relu")
    n.output(n.classifier(x, 12))


ARCHITECTURES = {f.__name__: f for f in (resnet18, resnet50, mobilenet_v2, efficientnet_lite0, yolo_s_320, ds_cnn_l, transformer_384,
                                               lstm_256)}


def build(name, batch=1):
    """The network as an ONNX model for `batch` samples at once; its weights do not depend on the batch."""
    network = Network(name, batch)
    ARCHITECTURES[name](network)
    return network.model()


def file_name(name, batch=1):
    return f"{name}.onnx" if batch == 1 else f"{name}.batch{batch}.onnx"


def samples(model, count):
    """Data for a network's inputs, by name: the first axis counts `count` samples."""
    random = np.random.default_rng(1)
    return {i.name: random.standard_normal((count, *(d.dim_value for d in i.type.tensor_type.shape.dim[1:])), np.float32)
            for i in model.graph.input}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(ARCHITECTURES)}; all unless told otherwise")
    parser.add_argument("--batch", type=int, default=1)
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - set(ARCHITECTURES))
    if unknown:
        parser.error(f"no architecture {', '.join(unknown)}; there are {', '.join(ARCHITECTURES)}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or ARCHITECTURES:
        model = build(name, arguments.batch)
        path = arguments.out / file_name(name, arguments.batch)
        onnx.save(model, path)
        print(f"{path}: {len(model.graph.node)} nodes, {path.stat().st_size / 1e6:.1f} MB, {macs(model) / 1e9:.3f} GMAC")


if __name__ == "__main__":
    main()

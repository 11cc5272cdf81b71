"""Where the last convolution keeps its accumulator: conv 1→256 1×1, batch norm, relu, conv 256→60 1×1.

The tails conv→permute→dequant and conv→dequant→permute are one model in ONNX, where nothing is quantized yet: they differ
in where the dequantize stands in the IR (test_tails.py makes both).
"""
from .graph import case


def trunk(g):
    x = g.conv(g.input(8, 1, 1, 160), 256, 1, 1, 1, name="conv1")
    x = g.node("Relu", g.batch_norm(x, 256, name="bn1"), name="relu1")
    return g.conv(x, 60, 256, 1, 1, name="conv2")


@case
def tail_dequant(g):
    g.output(trunk(g))


@case
def tail_permute(g):
    g.output(g.node("Transpose", trunk(g), perm=[0, 2, 3, 1], name="permute"))

"""A network of the size that users have, for measuring: ResNet-50 with random weights, 25.6 million parameters."""
from .graph import Graph


def resnet50():
    g = Graph("resnet50")
    x = conv_norm(g, g.input(1, 3, 224, 224), 64, 3, 7, pads=[3] * 4, strides=[2, 2])
    x = g.node("MaxPool", g.node("Relu", x), kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2])
    channels = 64
    for stage, blocks in enumerate((3, 4, 6, 3)):
        width = 64 << stage
        for block in range(blocks):
            x = bottleneck(g, x, channels, width, 2 if stage and not block else 1)
            channels = 4 * width
    x = g.node("Flatten", g.node("GlobalAveragePool", x))
    g.output(g.node("Gemm", x, g.normal(1000, 2048, deviation=0.02), g.normal(1000, deviation=0.1), transB=1))
    return g.model()


def bottleneck(g, x, channels, width, stride):
    y = g.node("Relu", conv_norm(g, x, width, channels, 1))
    y = g.node("Relu", conv_norm(g, y, width, width, 3, pads=[1] * 4, strides=[stride] * 2))
    y = conv_norm(g, y, 4 * width, width, 1)
    if channels != 4 * width:
        x = conv_norm(g, x, 4 * width, channels, 1, strides=[stride] * 2)
    return g.node("Relu", g.node("Add", x, y))


def conv_norm(g, x, outputs, inputs, kernel, **attributes):
    return g.batch_norm(g.conv(x, outputs, inputs, kernel, kernel, bias=False, **attributes), outputs)

"""Models that are quantized already."""
import numpy as np

from .graph import case


def requantize(g, x, scale, zero_point=0, dtype=np.int8):
    """QuantizeLinear and DequantizeLinear on one grid."""
    grid = [g.constant(scale), g.constant(zero_point, dtype=dtype)]
    return g.node("DequantizeLinear", g.node("QuantizeLinear", x, *grid), *grid)


def quantized_weight(g, *shape):
    scales = g.random.uniform(0.002, 0.006, shape[0])
    weight = g.constant(g.random.integers(-127, 128, shape), dtype=np.int8)
    return g.node("DequantizeLinear", weight, g.constant(scales), g.constant(np.zeros(shape[0]), dtype=np.int8), axis=0), scales


def quantized_conv(g, x, outputs, inputs, kernel, input_scale, **attributes):
    weight, scales = quantized_weight(g, outputs, inputs, kernel, kernel)
    bias = g.constant(g.random.integers(-2000, 2000, outputs), dtype=np.int32)
    bias = g.node("DequantizeLinear", bias, g.constant(scales * input_scale), g.constant(np.zeros(outputs), dtype=np.int32), axis=0)
    return g.node("Conv", x, weight, bias, **attributes)


@case
def qdq_conv(g):
    x = requantize(g, g.input(1, 4, 8, 8), 0.03, 3)
    x = quantized_conv(g, x, 6, 4, 3, 0.03, pads=[1, 1, 1, 1])
    g.output(requantize(g, x, 0.04, -5))


@case
def qdq_net(g):
    x = requantize(g, g.input(1, 4, 8, 8), 0.03)
    x = requantize(g, g.node("Relu", quantized_conv(g, x, 6, 4, 3, 0.03)), 0.02, -128)
    y = requantize(g, quantized_conv(g, x, 6, 6, 1, 0.02), 0.03)
    x = requantize(g, g.node("Add", x, y), 0.04)
    g.output(requantize(g, g.node("GlobalAveragePool", x), 0.01))


@case
def qdq_unsigned(g):
    x = requantize(g, g.input(1, 4, 8, 8), 0.03, 131, np.uint8)
    x = g.node("Relu", quantized_conv(g, x, 6, 4, 3, 0.03))
    g.output(requantize(g, x, 0.02, 0, np.uint8))

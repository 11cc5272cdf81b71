"""Activation functions: alone, and behind a convolution (where some fuse)."""
import numpy as np

from .graph import add_case, case

IMAGE = (1, 6, 9, 8)


def plain(kind, **attributes):
    return lambda g, x: g.node(kind, x, **attributes)


def clip(low, high):
    def apply(g, x):
        limits = ["" if v is None else g.constant(v) for v in (low, high)]
        while limits and not limits[-1]:
            limits.pop()
        return g.node("Clip", x, *limits)
    return apply


def prelu(*shape):
    return lambda g, x: g.node("PRelu", x, g.constant(g.random.uniform(-0.3, 0.9, shape)))


FUNCTIONS = {
    "relu": (plain("Relu"), 17),
    "clip": (clip(-0.5, 1.25), 17),
    "clip_low": (clip(-0.5, None), 17),
    "clip_high": (clip(None, 0.75), 17),
    "clip_away_from_zero": (clip(0.25, 1.5), 17),
    "clip_nothing": (clip(None, None), 17),
    "clip_attributes": (plain("Clip", min=0.0, max=1.0), 7),
    "relu6": (clip(0.0, 6.0), 17),
    "leaky_relu": (plain("LeakyRelu", alpha=0.1), 17),
    "leaky_relu_default": (plain("LeakyRelu"), 17),
    "prelu_channel": (prelu(6, 1, 1), 17),
    "prelu_scalar": (prelu(1), 17),
    "sigmoid": (plain("Sigmoid"), 17),
    "hard_sigmoid": (plain("HardSigmoid", alpha=1 / 6, beta=0.5), 17),
    "hard_sigmoid_default": (plain("HardSigmoid"), 17),
    "hard_swish": (plain("HardSwish"), 17),
    "tanh": (plain("Tanh"), 17),
}


def alone(apply):
    return lambda g: g.output(apply(g, g.input(*IMAGE)))


def behind_conv(apply):
    return lambda g: g.output(apply(g, g.conv(g.input(*IMAGE), 6, 6, 3, 3)))


def between_convs(apply):
    return lambda g: g.output(g.conv(apply(g, g.conv(g.input(*IMAGE), 6, 6, 3, 3)), 5, 6, 1, 1))


for name, (apply, opset) in FUNCTIONS.items():
    add_case(name, alone(apply), opset=opset)
    # A tie in the convolution moves the function's argument by a step of its own.
    add_case(f"{name}_behind_conv", behind_conv(apply), opset=opset, steps=2)
for name in ("relu6", "leaky_relu", "prelu_channel", "hard_swish", "sigmoid"):
    add_case(f"{name}_between_convs", between_convs(FUNCTIONS[name][0]))


@case
def relu_behind_gemm(g):
    g.output(g.node("Relu", g.node("Gemm", g.input(1, 20), g.normal(20, 12, deviation=0.2), g.normal(12))))


@case
def relu_of_shared_conv(g):
    """The convolution's own value is an output as well, so the relu may not fuse away."""
    x = g.conv(g.input(*IMAGE), 6, 6, 3, 3)
    g.output(g.node("Relu", x), x)


@case
def swish_written_out(g):
    x = g.conv(g.input(*IMAGE), 6, 6, 3, 3)
    g.output(g.node("Mul", x, g.node("Sigmoid", x)))


@case
def scaled_swish_written_out(g):
    x = g.conv(g.input(*IMAGE), 6, 6, 3, 3)
    g.output(g.node("Mul", x, g.node("Sigmoid", g.node("Mul", x, g.constant(1.702)))))


@case
def pow_of_one_number(g):
    g.output(g.node("Pow", g.conv(g.input(*IMAGE), 6, 6, 3, 3), g.constant(2)))


@case
def hard_swish_written_out(g):
    """As exporters of before opset 14 write it: x * clip(x + 3, 0, 6) / 6."""
    x = g.conv(g.input(*IMAGE), 6, 6, 3, 3)
    y = g.node("Clip", g.node("Add", x, g.constant(3)), g.constant(0), g.constant(6))
    g.output(g.node("Div", g.node("Mul", x, y), g.constant(6)))


@case
def softmax_last(g):
    g.output(g.node("Softmax", g.input(1, 10)))


@case
def softmax_of_logits(g):
    x = g.node("Gemm", g.input(1, 20), g.normal(20, 10, deviation=0.6), g.normal(10))
    g.output(g.node("Softmax", x, axis=1))


@case(opset=13)
def softmax_channels(g):
    g.output(g.node("Softmax", g.node("Mul", g.input(1, 6, 5, 4), g.constant(2.5)), axis=1))


@case(opset=11, sqnr=24)
def softmax_opset_11_flattens(g):
    """Before opset 13 axis 1 means: over all the dimensions from there on."""
    g.output(g.node("Softmax", g.input(1, 3, 4, 5), axis=1))


@case(opset=11)
def softmax_opset_11_default(g):
    g.output(g.node("Softmax", g.input(1, 12)))


@case(opset=13)
def softmax_peaked(g):
    scale = g.constant(np.float32(8))
    g.output(g.node("Softmax", g.node("Mul", g.input(1, 4, 16), scale), axis=-1))


@case(sqnr=18)
def layer_norm(g):
    """Channels that are far larger than the others, in the operand and in the scale."""
    scale = g.constant(g.random.uniform(0.5, 1.5, 24) * np.where(np.arange(24) == 5, 20, 1))
    x = g.node("Mul", g.input(1, 10, 24), g.constant(np.where(np.arange(24) == 3, 20.0, 1.0)))
    g.output(g.node("LayerNormalization", x, scale, g.normal(24), axis=-1))


@case
def layer_norm_two_axes(g):
    g.output(g.node("LayerNormalization", g.input(1, 3, 6, 8), g.constant(g.random.uniform(0.5, 1.5, (6, 8))), axis=2, epsilon=1e-3))


@case
def instance_norm(g):
    x = g.conv(g.input(*IMAGE), 6, 6, 3, 3)
    y = g.node("Relu", g.node("InstanceNormalization", x, g.constant(g.random.uniform(-1, 1.5, 6)), g.normal(6)))
    g.output(g.conv(y, 5, 6, 1, 1))

"""Conv and ConvTranspose in all their forms."""
import numpy as np

from .graph import add_case, case


def single(name, shape, outputs, *kernel, **attributes):
    """A model of one convolution."""
    def fill(g):
        g.output(g.conv(g.input(*shape), outputs, shape[1], *kernel, **attributes))
    add_case(name, fill)


IMAGE = (1, 8, 12, 10)
single("conv_1x1", IMAGE, 16, 1, 1)
single("conv_3x3", IMAGE, 16, 3, 3, pads=[1, 1, 1, 1])
single("conv_no_bias", IMAGE, 16, 3, 3, bias=False)
single("conv_strided", IMAGE, 16, 3, 3, strides=[2, 2], pads=[1, 1, 1, 1])
single("conv_two_strides", IMAGE, 16, 3, 3, strides=[3, 1])
single("conv_uneven_pads", IMAGE, 16, 3, 3, pads=[0, 2, 1, 0])
single("conv_rectangular_kernel", IMAGE, 16, 5, 1, pads=[2, 0, 2, 0])
single("conv_dilated", IMAGE, 16, 3, 3, dilations=[2, 3], pads=[2, 3, 2, 3])
single("conv_group", IMAGE, 16, 3, 3, group=4, pads=[1, 1, 1, 1])
single("conv_depthwise", IMAGE, 8, 3, 3, group=8, pads=[1, 1, 1, 1])
single("conv_depthwise_multiplier", IMAGE, 24, 3, 3, group=8, strides=[2, 2])
single("conv_one_output_channel", IMAGE, 1, 3, 3)
single("conv_one_input_channel", (1, 1, 9, 9), 8, 3, 3)
single("conv_prime_channels", (1, 7, 9, 11), 13, 3, 3, pads=[1, 1, 1, 1])
single("conv_whole_image", (1, 4, 6, 6), 10, 6, 6)
single("conv_explicit_kernel_shape", IMAGE, 16, 3, 3, kernel_shape=[3, 3])
single("conv_same_upper", IMAGE, 16, 4, 3, auto_pad="SAME_UPPER", strides=[2, 2])
single("conv_same_lower", IMAGE, 16, 4, 3, auto_pad="SAME_LOWER", strides=[2, 2])
single("conv_valid", IMAGE, 16, 3, 3, auto_pad="VALID", strides=[2, 1])
single("conv_1d", (1, 8, 40), 16, 5, pads=[2, 2])
single("conv_1d_strided_dilated", (1, 8, 40), 16, 5, strides=[3], dilations=[2])
single("conv_1d_depthwise", (1, 8, 40), 8, 5, group=8, pads=[4, 0])
single("conv_1d_same_lower", (1, 8, 41), 16, 4, auto_pad="SAME_LOWER", strides=[2])
single("conv_batch_of_eight", (8, 4, 5, 6), 6, 3, 3)

single("deconv_1x1", IMAGE, 6, 1, 1, kind="ConvTranspose")
single("deconv_strided", IMAGE, 6, 2, 2, kind="ConvTranspose", strides=[2, 2])
single("deconv_overlapping", IMAGE, 6, 3, 3, kind="ConvTranspose", strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1])
single("deconv_no_bias", IMAGE, 6, 3, 3, kind="ConvTranspose", bias=False)
single("deconv_group", IMAGE, 8, 3, 3, kind="ConvTranspose", group=4, strides=[2, 1])
single("deconv_depthwise", IMAGE, 8, 4, 4, kind="ConvTranspose", group=8, strides=[2, 2], pads=[1, 1, 1, 1])
single("deconv_dilated", IMAGE, 6, 3, 3, kind="ConvTranspose", dilations=[2, 2])
single("deconv_uneven_pads", IMAGE, 6, 4, 3, kind="ConvTranspose", strides=[2, 2], pads=[1, 0, 2, 1])
single("deconv_output_shape", IMAGE, 6, 3, 3, kind="ConvTranspose", strides=[2, 2], output_shape=[24, 20])
single("deconv_same_upper", IMAGE, 6, 3, 3, kind="ConvTranspose", strides=[2, 2], auto_pad="SAME_UPPER")
single("deconv_same_lower", IMAGE, 6, 3, 3, kind="ConvTranspose", strides=[2, 2], auto_pad="SAME_LOWER")
single("deconv_1d", (1, 8, 20), 6, 4, kind="ConvTranspose", strides=[2], pads=[1, 1])


@case(steps=2)
def conv_chain(g):
    x = g.conv(g.input(*IMAGE), 16, 8, 3, 3, pads=[1, 1, 1, 1])
    x = g.conv(g.node("Relu", x), 12, 16, 1, 1)
    g.output(g.conv(g.node("Relu", x), 4, 12, 3, 3))


@case(opset=7)
def conv_bias_added(g):
    """The bias comes as an Add, as older exporters write it."""
    x = g.conv(g.input(*IMAGE), 16, 8, 3, 3, bias=False, auto_pad="SAME_UPPER")
    x = g.node("Add", x, g.normal(16, 1, 1))
    g.output(g.node("Relu", x))


@case
def conv_weight_from_constant_node(g):
    from onnx import numpy_helper
    weight = g.random.normal(0, 0.3, (6, 8, 3, 3)).astype(np.float32)
    g.output(g.node("Conv", g.input(*IMAGE), g.node("Constant", value=numpy_helper.from_array(weight))))


@case
def conv_weight_reshaped(g):
    weight = g.node("Reshape", g.normal(6, 72, deviation=0.1), g.integers(6, 8, 3, 3))
    g.output(g.node("Conv", g.input(*IMAGE), weight))


@case
def conv_shared_weight(g):
    x, weight = g.input(*IMAGE), g.normal(8, 8, 1, 1, deviation=0.3)
    x = g.node("Relu", g.node("Conv", x, weight))
    g.output(g.node("Conv", x, weight))


@case(sqnr=25)
def conv_uneven_channels(g):
    """Weights of very different sizes per output channel: one scale for all would lose the small ones."""
    weight = g.random.normal(0, 0.2, (16, 8, 3, 3)) * np.logspace(-3, 0, 16).reshape(16, 1, 1, 1)
    x = g.node("Conv", g.input(*IMAGE), g.constant(weight))
    x = g.node("Mul", x, g.constant(np.logspace(3, 0, 16).reshape(1, 16, 1, 1)))
    g.output(x)


@case
def conv_zero_channel(g):
    """An output channel whose weights are all zero."""
    weight = g.random.normal(0, 0.2, (6, 8, 3, 3))
    weight[2] = 0
    x = g.node("Conv", g.input(*IMAGE), g.constant(weight), g.normal(6))
    g.output(g.conv(g.node("Relu", x), 4, 6, 1, 1))


@case
def deconv_decoder(g):
    x = g.node("Relu", g.conv(g.input(*IMAGE), 8, 8, 4, 4, kind="ConvTranspose", strides=[2, 2], pads=[1, 1, 1, 1]))
    g.output(g.conv(x, 3, 8, 3, 3, pads=[1, 1, 1, 1]))

"""Batch norms before and behind everything that they can fold into, and where they cannot."""
from .graph import add_case, case

IMAGE = (1, 8, 10, 12)


def behind(kind, bias):
    def fill(g):
        x = g.conv(g.input(*IMAGE), 6, 8, 3, 3, kind=kind, bias=bias, pads=[1, 1, 1, 1], strides=[2, 2])
        g.output(g.batch_norm(x, 6))
    return fill


def before(kind, bias, pad):
    def fill(g):
        x = g.batch_norm(g.input(*IMAGE), 8)
        g.output(g.conv(x, 6, 8, 3, 3, kind=kind, bias=bias, pads=[pad] * 4))
    return fill


for bias in (True, False):
    suffix = "" if bias else "_without_bias"
    add_case("norm_behind_conv" + suffix, behind("Conv", bias))
    add_case("norm_behind_deconv" + suffix, behind("ConvTranspose", bias))
    add_case("norm_before_conv" + suffix, before("Conv", bias, 0))
    add_case("norm_before_padded_conv" + suffix, before("Conv", bias, 1))
    add_case("norm_before_deconv" + suffix, before("ConvTranspose", bias, 1))


@case
def norm_alone(g):
    g.output(g.batch_norm(g.input(*IMAGE), 8))


@case(opset=9)
def norm_opset_9(g):
    g.output(g.node("Relu", g.batch_norm(g.conv(g.input(*IMAGE), 6, 8, 1, 1), 6)))


@case
def norm_of_sequence(g):
    g.output(g.batch_norm(g.conv(g.input(1, 8, 30), 6, 8, 3), 6))


@case
def norm_behind_gemm(g):
    x = g.node("Gemm", g.input(1, 20), g.normal(12, 20, deviation=0.2), g.normal(12), transB=1)
    g.output(g.batch_norm(x, 12))


@case
def norm_behind_gemm_without_bias(g):
    g.output(g.batch_norm(g.node("Gemm", g.input(1, 20), g.normal(20, 12, deviation=0.2)), 12))


@case
def norm_behind_matmul(g):
    g.output(g.batch_norm(g.node("MatMul", g.input(1, 20), g.normal(20, 12, deviation=0.2)), 12))


@case
def norm_before_gemm(g):
    x = g.batch_norm(g.input(1, 20), 20)
    g.output(g.node("Gemm", x, g.normal(12, 20, deviation=0.2), g.normal(12), transB=1))


@case
def norm_behind_depthwise(g):
    g.output(g.batch_norm(g.conv(g.input(*IMAGE), 8, 8, 3, 3, group=8, bias=False), 8))


@case
def norm_before_depthwise(g):
    g.output(g.conv(g.batch_norm(g.input(*IMAGE), 8), 8, 8, 3, 3, group=8))


@case
def norm_behind_grouped_deconv(g):
    x = g.conv(g.input(*IMAGE), 8, 8, 2, 2, kind="ConvTranspose", group=4, strides=[2, 2])
    g.output(g.batch_norm(x, 8))


@case
def norm_twice(g):
    g.output(g.batch_norm(g.batch_norm(g.conv(g.input(*IMAGE), 6, 8, 3, 3), 6), 6))


@case
def norm_between_convs(g):
    x = g.batch_norm(g.conv(g.input(*IMAGE), 6, 8, 3, 3), 6)
    g.output(g.conv(x, 4, 6, 3, 3))


@case
def norm_of_shared_conv(g):
    """The convolution has another user: folding must not change what that user sees."""
    x = g.conv(g.input(*IMAGE), 6, 8, 3, 3)
    g.output(g.node("Add", g.batch_norm(x, 6), x))


@case(steps=2)
def norm_relu_conv(g):
    """A pre-activation block: the batch norm stands alone between an addition and a relu."""
    x = g.node("Add", g.input(*IMAGE), g.conv("x", 8, 8, 1, 1))
    x = g.node("Relu", g.batch_norm(x, 8))
    g.output(g.conv(x, 6, 8, 3, 3))

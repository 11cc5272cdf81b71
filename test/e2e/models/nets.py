"""Whole architectures in small, and what is special about a file rather than about an operator."""
from .graph import case

PADS = [1, 1, 1, 1]


def conv_norm(g, x, outputs, inputs, kernel, activation=None, **attributes):
    x = g.batch_norm(g.conv(x, outputs, inputs, kernel, kernel, bias=False, **attributes), outputs)
    if activation == "Relu6":
        return g.node("Clip", x, g.constant(0), g.constant(6))
    return g.node(activation, x) if activation else x


@case
def residual_net(g):
    x = conv_norm(g, g.input(1, 3, 16, 16), 8, 3, 3, "Relu", pads=PADS)
    y = conv_norm(g, x, 8, 8, 3, "Relu", pads=PADS)
    x = g.node("Relu", g.node("Add", conv_norm(g, y, 8, 8, 3, pads=PADS), x))
    y = conv_norm(g, x, 16, 8, 3, "Relu", pads=PADS, strides=[2, 2])
    shortcut = conv_norm(g, x, 16, 8, 1, strides=[2, 2])
    x = g.node("Relu", g.node("Add", conv_norm(g, y, 16, 16, 3, pads=PADS), shortcut))
    x = g.node("Flatten", g.node("GlobalAveragePool", x))
    g.output(g.node("Gemm", x, g.normal(10, 16, deviation=0.3), g.normal(10, deviation=0.1), transB=1))


@case
def inverted_residual_net(g):
    """MobileNetV2's block: expand, depthwise, project without activation, add."""
    x = conv_norm(g, g.input(1, 3, 16, 16), 8, 3, 3, "Relu6", pads=PADS, strides=[2, 2])
    y = conv_norm(g, x, 24, 8, 1, "Relu6")
    y = conv_norm(g, y, 24, 24, 3, "Relu6", pads=PADS, group=24)
    x = g.node("Add", conv_norm(g, y, 8, 24, 1), x)
    x = conv_norm(g, x, 32, 8, 1, "Relu6")
    x = g.node("ReduceMean", x, axes=[2, 3], keepdims=0)
    g.output(g.node("MatMul", x, g.normal(32, 10, deviation=0.3)))


@case(steps=2)
def squeeze_and_excite(g):
    x = conv_norm(g, g.input(1, 3, 12, 12), 8, 3, 3, "HardSwish", pads=PADS)
    s = g.node("Relu", g.conv(g.node("GlobalAveragePool", x), 4, 8, 1, 1))
    s = g.node("HardSigmoid", g.conv(s, 8, 4, 1, 1), alpha=1 / 6)
    g.output(g.conv(g.node("Mul", x, s), 6, 8, 1, 1))


@case(sqnr=22, steps=4)
def tiny_attention(g):
    """One head of self-attention over nine tokens of width 16, with its shortcut and a feed-forward layer."""
    x = g.input(1, 9, 16)
    q, k, v = (g.node("Add", g.node("MatMul", x, g.normal(16, 16, deviation=0.25)), g.normal(16, deviation=0.1)) for _ in range(3))
    scores = g.node("Mul", g.node("MatMul", q, g.node("Transpose", k, perm=[0, 2, 1])), g.constant(0.25))
    y = g.node("MatMul", g.node("Softmax", scores, axis=-1), v)
    x = g.node("Add", x, g.node("MatMul", y, g.normal(16, 16, deviation=0.25)))
    y = g.node("Relu", g.node("MatMul", x, g.normal(16, 32, deviation=0.25)))
    g.output(g.node("Add", x, g.node("MatMul", y, g.normal(32, 16, deviation=0.2))))


@case(sqnr=22, steps=4)
def attention_with_heads(g):
    """Two heads, split and joined by reshapes and transposes."""
    x = g.input(1, 9, 16)

    def heads(x):
        x = g.node("MatMul", x, g.normal(16, 16, deviation=0.25))
        return g.node("Transpose", g.node("Reshape", x, g.integers(1, 9, 2, 8)), perm=[0, 2, 1, 3])

    scores = g.node("MatMul", heads(x), g.node("Transpose", heads(x), perm=[0, 1, 3, 2]))
    y = g.node("MatMul", g.node("Softmax", g.node("Div", scores, g.constant(8**0.5)), axis=3), heads(x))
    y = g.node("Reshape", g.node("Transpose", y, perm=[0, 2, 1, 3]), g.integers(1, 9, 16))
    g.output(g.node("MatMul", y, g.normal(16, 4, deviation=0.25)))


@case
def fire_module(g):
    x = g.node("Relu", g.conv(g.input(1, 6, 10, 10), 4, 6, 1, 1))
    x = g.node("Concat", g.node("Relu", g.conv(x, 8, 4, 1, 1)), g.node("Relu", g.conv(x, 8, 4, 3, 3, pads=PADS)), axis=1)
    g.output(g.node("GlobalAveragePool", g.conv(x, 10, 16, 1, 1)))


@case(steps=5)
def unet(g):
    x = g.node("Relu", g.conv(g.input(1, 3, 16, 16), 6, 3, 3, 3, pads=PADS))
    y = g.node("Relu", g.conv(g.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]), 12, 6, 3, 3, pads=PADS))
    y = g.node("Resize", y, "", g.constant([1, 1, 2, 2]), mode="linear", coordinate_transformation_mode="half_pixel")
    g.output(g.conv(g.node("Concat", x, y, axis=1), 2, 18, 3, 3, pads=PADS))


@case
def shuffle_unit(g):
    """ShuffleNetV2: half of the channels pass by, then all are shuffled."""
    a, b = g.node("Split", g.conv(g.input(1, 3, 8, 8), 8, 3, 1, 1), outputs=2, axis=1)
    b = conv_norm(g, conv_norm(g, conv_norm(g, b, 4, 4, 1, "Relu"), 4, 4, 3, group=4, pads=PADS), 4, 4, 1, "Relu")
    x = g.node("Reshape", g.node("Concat", a, b, axis=1), g.integers(1, 2, 4, 8, 8))
    x = g.node("Reshape", g.node("Transpose", x, perm=[0, 2, 1, 3, 4]), g.integers(1, 8, 8, 8))
    g.output(g.conv(x, 8, 8, 1, 1))


@case
def sequence_net(g):
    """Keyword spotting: 1-D convolutions over time, one head."""
    x = g.node("Relu", g.conv(g.input(1, 20, 49), 16, 20, 3, pads=[1, 1], strides=[2]))
    x = g.node("Relu", g.conv(g.conv(x, 16, 16, 5, group=16, pads=[2, 2]), 16, 16, 1))
    x = g.node("Squeeze", g.node("GlobalAveragePool", x), g.integers(2))
    g.output(g.node("Gemm", x, g.normal(8, 16, deviation=0.3), g.normal(8), transB=1))


@case
def two_inputs_three_outputs(g):
    x, y = g.input(1, 3, 8, 8, name="image"), g.input(1, 5, name="state")
    features = g.node("Relu", g.conv(x, 6, 3, 3, 3))
    pooled = g.node("Flatten", g.node("GlobalMaxPool", features))
    joined = g.node("Concat", pooled, y, axis=1)
    logits = g.node("Gemm", joined, g.normal(4, 11, deviation=0.3), g.normal(4), transB=1)
    g.output(logits, features, g.node("Sigmoid", logits))


@case
def inner_value_is_an_output(g):
    x = g.conv(g.input(1, 3, 8, 8), 6, 3, 3, 3)
    g.output(g.conv(g.node("Relu", x), 4, 6, 3, 3), x)


@case
def same_value_twice(g):
    x = g.node("Relu", g.conv(g.input(1, 3, 8, 8), 6, 3, 3, 3))
    g.output(g.node("Identity", x, name="first"), g.node("Identity", x, name="second"))


@case
def unused_branch(g):
    """Nodes whose results nobody uses, an unused initializer among them."""
    x = g.conv(g.input(1, 3, 8, 8), 6, 3, 3, 3)
    g.node("Sigmoid", x)
    g.normal(1000)
    g.output(g.node("Relu", x))


@case
def nodes_without_names(g):
    x = g.node("Relu", g.conv(g.input(1, 3, 8, 8), 6, 3, 3, 3, name=""), name="")
    g.output(g.conv(x, 4, 6, 3, 3, name=""))


@case
def awkward_names(g):
    x = g.conv(g.input(1, 3, 8, 8, name="serving_default/input:0"), 6, 3, 3, 3, name='block "1"/conv 3×3;\\x')
    g.output(g.node("Relu", x, name="model/relu.1"))


@case(opset=7, steps=2)
def oldest_opset(g):
    x = g.node("Relu", g.batch_norm(g.conv(g.input(1, 3, 8, 8), 6, 3, 3, 3), 6))
    x = g.node("Reshape", g.node("AveragePool", x, kernel_shape=[6, 6]), g.integers(1, 6))
    g.output(g.node("Softmax", g.node("Gemm", x, g.normal(6, 5), g.normal(5)), axis=1))


@case(opset=21)
def newer_opset(g):
    x = g.node("Relu", g.conv(g.input(1, 3, 8, 8), 6, 3, 3, 3))
    x = g.node("ReduceMean", x, g.integers(2, 3), keepdims=0)
    g.output(g.node("Gemm", x, g.normal(6, 5), g.normal(5)))


@case(external=True)
def external_data(g):
    x = g.node("Relu", g.conv(g.input(1, 3, 8, 8), 16, 3, 3, 3))
    g.output(g.conv(x, 4, 16, 3, 3))


@case(arguments=("--input-shape", "x=1,3,8,8"))
def symbolic_batch(g):
    x = g.node("Relu", g.conv(g.input("batch", 3, 8, 8), 6, 3, 3, 3))
    x = g.node("Flatten", g.node("GlobalAveragePool", x))
    g.output(g.node("Gemm", x, g.normal(6, 5), g.normal(5)))


@case(arguments=("--input-shape", "x=1,3,12,10"))
def symbolic_size(g):
    x = g.node("Relu", g.conv(g.input("n", 3, "height", "width"), 6, 3, 3, 3))
    x = g.node("Resize", x, "", g.constant([1, 1, 2, 2]), mode="nearest", coordinate_transformation_mode="asymmetric",
               nearest_mode="floor")
    g.output(g.conv(x, 2, 6, 1, 1))

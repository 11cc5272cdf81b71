"""Networks of sequences: what ONNX Runtime quantizes dynamically, as its documentation recommends for transformers and recurrent networks."""
import numpy as np

# Of a standard normal number, the mean square after GELU.
GELU_MEAN_SQUARE = 0.425
# How much of a residual sum a transformer's branch makes.
BRANCH = 0.5


def linear(n, x, outputs, gain=1.0):
    """x W + b along the last axis: a MatMul and an Add, as exporters write it."""
    inputs, shape = x.shape[-1], (*x.shape[:-1], outputs)
    y = n.node("MatMul", x, n.normal(inputs, outputs, deviation=gain * (inputs * x.mean_square)**-0.5), shape=shape, mean_square=gain**2)
    return n.node("Add", y, n.normal(outputs, deviation=0.1 * gain), shape=shape, mean_square=gain**2)


def layer_norm(n, x):
    width = x.shape[-1]
    return n.node("LayerNormalization", x, n.constant(np.ones(width)), n.constant(np.zeros(width)), shape=x.shape, axis=-1, epsilon=1e-5)


def gelu(n, x):
    y = n.node("Erf", n.node("Div", x, n.constant(2**0.5), shape=x.shape), shape=x.shape)
    y = n.node("Mul", x, n.node("Add", y, n.constant(1), shape=x.shape), shape=x.shape)
    return n.node("Mul", y, n.constant(0.5), shape=x.shape, mean_square=GELU_MEAN_SQUARE)


def heads(n, x, count, order):
    """[batch, tokens, width] with its heads apart, the axes in this order of (batch, tokens, head, width)."""
    batch, tokens, width = x.shape
    apart = (batch, tokens, count, width // count)
    x = n.node("Reshape", x, n.constant([0, 0, count, width // count], np.int64), shape=apart, mean_square=x.mean_square)
    return n.node("Transpose", x, shape=[apart[axis] for axis in order], mean_square=x.mean_square, perm=order)


def attention(n, x, count):
    batch, tokens, width = x.shape
    query, key, value = (heads(n, linear(n, x, width), count, order) for order in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))
    query = n.node("Mul", query, n.constant((width // count)**-0.5), shape=query.shape)
    scores = n.node("MatMul", query, key, shape=(batch, count, tokens, tokens))
    shares = n.node("Softmax", scores, shape=scores.shape, axis=-1)
    # A mean of many values is small: the projection makes up for it.
    mixed = n.node("MatMul", shares, value, shape=value.shape)
    mixed = n.node("Transpose", mixed, shape=(batch, tokens, count, width // count), perm=[0, 2, 1, 3])
    mixed = n.node("Reshape", mixed, n.constant([0, 0, width], np.int64), shape=x.shape, mean_square=2.7 / tokens)
    return linear(n, mixed, width, BRANCH)


def transformer_384(n):
    """An encoder of 6 layers, 6 heads and width 384 on 128 tokens, norms in front: 1.4 GMAC."""
    x = n.input(128, 384)
    for _ in range(6):
        x = n.add(x, attention(n, layer_norm(n, x), 6))
        wide = gelu(n, linear(n, layer_norm(n, x), 4 * 384))
        x = n.add(x, linear(n, wide, 384, BRANCH))
    n.output(layer_norm(n, x))


def lstm(n, x, size):
    """[steps, batch, inputs] to [steps, batch, size]."""
    steps, batch, inputs = x.shape
    weights = [n.normal(1, 4 * size, columns, deviation=columns**-0.5) for columns in (inputs, size)]
    y = n.node("LSTM", x, *weights, n.normal(1, 8 * size, deviation=0.1), shape=(steps, 1, batch, size), hidden_size=size)
    return n.node("Squeeze", y, n.constant([1], np.int64), shape=(steps, batch, size), mean_square=0.15)


def lstm_256(n):
    """Two LSTM layers of 256 on 50 frames of 80 features, and a layer behind them: 0.04 GMAC."""
    x = n.input(50, 80)
    x = n.node("Transpose", x, shape=(50, x.shape[0], 80), perm=[1, 0, 2])
    x = lstm(n, lstm(n, x, 256), 256)
    n.output(linear(n, n.node("Transpose", x, shape=(x.shape[1], 50, 256), mean_square=x.mean_square, perm=[1, 0, 2]), 40))

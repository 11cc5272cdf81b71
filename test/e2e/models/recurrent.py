"""Recurrent layers and loops. What one step rounds the next one reads, so that the two forms part by some steps."""
from onnx import TensorProto, helper

from .graph import case


def weights(g, gates, inputs, hidden, directions=1):
    scale = hidden**-0.5
    return (g.normal(directions, gates * hidden, inputs, deviation=scale), g.normal(directions, gates * hidden, hidden, deviation=scale),
            g.normal(directions, 2 * gates * hidden, deviation=0.2))


@case(sqnr=22, steps=40)
def lstm_both_ways(g):
    """Both directions over seven steps, with layers behind the sequences and the last states."""
    y, h, c = g.node("LSTM", g.input(7, 2, 6), *weights(g, 4, 6, 10, 2), outputs=3, hidden_size=10, direction="bidirectional")
    g.output(*(g.node("Relu", g.node("MatMul", value, g.normal(10, 4, deviation=0.3))) for value in (y, h, c)))


@case(sqnr=22, steps=40)
def gru_reversed(g):
    x = g.node("Conv", g.input(1, 3, 12), g.normal(8, 3, 3, deviation=0.3), pads=[1, 1])
    y, h = g.node("GRU", g.node("Transpose", x, perm=[2, 0, 1]), *weights(g, 3, 8, 9), outputs=2, hidden_size=9, direction="reverse", linear_before_reset=1)
    g.output(y, h)


@case(sqnr=20, steps=40)
def rnn_of_rnn(g):
    y, _ = g.node("RNN", g.input(11, 1, 4), *weights(g, 1, 4, 8), outputs=2, hidden_size=8)
    y = g.node("Squeeze", y, g.integers(1))
    _, h = g.node("RNN", y, *weights(g, 1, 8, 5), outputs=2, hidden_size=5, activations=["Relu"])
    g.output(h)


@case(sqnr=22, steps=40)
def scan_of_pixels(g):
    """A convolution over a state, one image a step; the states before are carried, too."""
    kernel = g.normal(2, 2, 3, 3, deviation=0.2)
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 2, 5, 5]) for name in ("state", "before", "image", "next", "old", "seen")]
    body = helper.make_graph([helper.make_node("Conv", ["state", kernel], ["c"], name="filter", pads=[1] * 4), helper.make_node("Add", ["c", "image"], ["s"]),
                              helper.make_node("Tanh", ["s"], ["next"]), helper.make_node("Identity", ["state"], ["old"]), helper.make_node("Sub", ["next", "before"], ["seen"])],
                             "body", ports[:3], ports[3:])
    start = g.normal(1, 2, 5, 5, deviation=0.5)
    last, old, all_ = g.node("Scan", start, start, g.input(6, 1, 2, 5, 5), outputs=3, body=body, num_scan_inputs=1, scan_output_directions=[1])
    g.output(last, old, all_)

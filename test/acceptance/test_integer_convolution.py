"""Integer convolution equals fake quantization: QDQ models with zero points on both sides, against exact arithmetic here.

The model's convolution is its output, so the program's accumulator is the whole answer: nothing is rounded after it.
"""
import itertools

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import fails, tare

HOST = "--strip-io", "quantize,dequantize"


def save(folder, x_shape, sx, zx, w, sw, zw, axis=None, **attributes):
    """x -> Q -> DQ -> Conv with DQ weights -> y."""
    store = lambda name, value, kind: numpy_helper.from_array(np.asarray(value, kind), name)
    stored = [store("sx", sx, np.float32), store("zx", zx, np.int8), store("w", w, np.int8),
              store("sw", sw, np.float32), store("zw", zw, np.int8)]
    on_axis = {} if axis is None else dict(axis=axis)
    nodes = [helper.make_node("QuantizeLinear", ["x", "sx", "zx"], ["xq"], name="q"),
             helper.make_node("DequantizeLinear", ["xq", "sx", "zx"], ["xd"], name="dq"),
             helper.make_node("DequantizeLinear", ["w", "sw", "zw"], ["wd"], name="dqw", **on_axis),
             helper.make_node("Conv", ["xd", "wd"], ["y"], name="conv", **attributes)]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x_shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], stored)
    model = onnx.shape_inference.infer_shapes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8))
    onnx.save(model, folder / "m.onnx")


def run(folder, q, sx, zx):
    """The program's result for the integers q: as a real number, and as the accumulator itself."""
    x = ((q.astype(np.float64) - zx) * sx).astype(np.float32)
    np.savez(folder / "x.npz", x=x)
    tare("convert", folder / "m.onnx", "--calibration", folder / "x.npz", "-o", folder / "p.tare")
    outputs = []
    for arguments in ((), ("--raw",)):
        name = folder / "y.npz"
        if arguments:
            tare("convert", folder / "m.onnx", "--calibration", folder / "x.npz", *HOST, "-o", folder / "p.tare")
        tare("run", folder / "p.tare", "--inputs", folder / "x.npz", "--outputs", name, *arguments)
        with np.load(name) as file:
            outputs.append(file["y"])
    return outputs


def convolve(x, w, pads, group):
    """Exact sums of (x, w) in int64; x is padded with 0, which is what the real number 0 is after its zero point is taken off."""
    x = np.pad(x, ((0, 0), (0, 0), (pads, pads), (pads, pads)))
    out, per, kh, kw = w.shape
    y = np.zeros((x.shape[0], out, x.shape[2] - kh + 1, x.shape[3] - kw + 1), np.int64)
    for o in range(out):
        first = o // (out // group) * per
        for i, r, c in itertools.product(range(per), range(kh), range(kw)):
            y[:, o] += x[:, first + i, r:r + y.shape[2], c:c + y.shape[3]] * w[o, i, r, c]
    return y


def test_the_worked_example(tmp_path):
    """S_w = .5, Z_w = 3, S_x = .25, Z_x = -2: the bare sum is -18, the full one -65, the value -8.125."""
    qw, qx = np.array([5, 1, -4]), np.array([4, -2, 9])
    assert np.sum(qw * qx) == -18 and np.sum((qw - 3) * (qx + 2)) == -65
    save(tmp_path, [1, 3, 1, 1], 0.25, -2, qw.reshape(1, 3, 1, 1), 0.5, 3, kernel_shape=[1, 1])
    real, raw = run(tmp_path, qx.reshape(1, 3, 1, 1), 0.25, -2)
    assert real.item() == -8.125 and raw.item() == -65 and raw.dtype == np.int32


@pytest.mark.parametrize("zx", (-2, 0, 77))
@pytest.mark.parametrize("group", (1, 2, 4))
@pytest.mark.parametrize("pads", (0, 1))
@pytest.mark.parametrize("per_channel", (False, True))
def test_the_accumulator_is_the_exact_sum(per_channel, pads, group, zx, tmp_path):
    random = np.random.default_rng(group + 10 * pads)
    sx, sw = 0.25, np.array([0.5, 0.03125, 0.125, 2.0]) if per_channel else np.array(0.5)
    zw = np.array([3, -7, 0, 12]) if per_channel else np.array(3)
    w = random.integers(-100, 101, (4, 4 // group, 3, 3))
    q = random.integers(-128, 128, (3, 4, 6, 6))
    save(tmp_path, [1, 4, 6, 6], sx, zx, w, sw, zw, axis=0 if per_channel else None, kernel_shape=[3, 3],
         pads=[pads] * 4, group=group)
    real, raw = run(tmp_path, q, sx, zx)
    exact = convolve(q - zx, w - zw.reshape(-1, 1, 1, 1) if per_channel else w - zw, pads, group)
    raw = raw if raw.shape == exact.shape else raw.transpose(0, 3, 1, 2)
    assert np.array_equal(raw, exact)
    assert np.array_equal(real, (exact * (sx * sw.reshape(1, -1, 1, 1))).astype(np.float32))


def test_scales_for_each_input_channel_are_rounded_or_refused(tmp_path):
    save(tmp_path, [1, 2, 1, 1], 0.25, -2, np.ones((3, 2, 1, 1)), [0.5, 0.25], [0, 0], axis=1, kernel_shape=[1, 1])
    np.savez(tmp_path / "x.npz", x=np.ones((1, 2, 1, 1), np.float32))
    arguments = "convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "-o", tmp_path / "p.tare"
    message = fails(*arguments, "--no-repair")
    assert "'conv'" in message and "axis 1" in message and "one for each output channel" in message
    told = tare(*arguments).stderr
    assert "repaired: layer 'conv'" in told and "axis 1" in told and "at the cost of at most" in told

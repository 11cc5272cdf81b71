"""(A1), (A4), (A5), (A6): one output channel is a list of one: scales, zero points and biases are those of every other channel count."""
import json
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import tare, tare_json

COUNTS = (1, 2, 64)
KINDS = ("conv", "depthwise", "grouped", "transposed", "gemm")


def weights_of(kind, outputs):
    """The input's shape, the weights as ONNX holds them, the same with the output channel first, and the node's attributes."""
    random = np.random.default_rng(outputs)
    draw = lambda *shape: random.normal(size=shape).astype(np.float32)
    if kind == "gemm":
        w = draw(outputs, 6)
        return [1, 6], w, w, dict(transB=1)
    if kind == "transposed":
        w = draw(4, outputs, 2, 2)
        return [1, 4, 5, 5], w, w.transpose(1, 0, 2, 3), dict(kernel_shape=[2, 2])
    group = {"conv": 1, "depthwise": outputs, "grouped": 2 if outputs > 1 else 1}[kind]
    w = draw(outputs, 1 if kind == "depthwise" else 2, 2, 2)
    return [1, group * w.shape[1], 5, 5], w, w, dict(kernel_shape=[2, 2], group=group)


def save(folder, kind, outputs, scale_weights=None):
    """The layer with a bias, then an operator that keeps grids, so that the layer is requantized."""
    shape, w, first, attributes = weights_of(kind, outputs)
    if scale_weights:
        w = scale_weights(w)
        first = w.transpose(1, 0, 2, 3) if kind == "transposed" else w
    operator = {"gemm": "Gemm", "transposed": "ConvTranspose"}.get(kind, "Conv")
    bias = np.linspace(-0.5, 0.7, outputs).astype(np.float32)
    nodes = [helper.make_node(operator, ["x", "w", "b"], ["c"], name="layer", **attributes),
             helper.make_node("Relu", ["c"], ["r"], name="relu"), helper.make_node("Flatten", ["r"], ["y"], name="flat")]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                              [numpy_helper.from_array(w, "w"), numpy_helper.from_array(bias, "b")])
    model = onnx.shape_inference.infer_shapes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8))
    onnx.save(model, folder / "m.onnx")
    np.savez(folder / "x.npz", x=np.random.default_rng(1).normal(size=(16, *shape[1:])).astype(np.float32))
    return first, bias


def convert(folder, name, *arguments):
    tare("convert", folder / "m.onnx", "--calibration", folder / "x.npz", *arguments, "-o", folder / name)
    return folder / name


def grids(folder):
    """The quantized types of the QDQ form by the name of the value that is quantized to them."""
    text = convert(folder, "qdq.mlir", "--emit", "mlir:qdq").read_text()
    alias = dict(re.findall(r"^!(\w+) = (!quant\.uniform<.*>)$", text, re.MULTILINE))
    location = dict(re.findall(r'^(#loc\d+) = loc\("([^"]+)"', text, re.MULTILINE))
    return {location[at]: alias[name] for name, at in
            re.findall(r"quant\.qcast .* to tensor<(?:\d+x)*!(\w+)> loc\((#loc\d+)\)", text) if at in location}


def scales(grid):
    return np.array([float(s.split(":")[0]) for s in re.search(r"\{(.*)\}", grid)[1].split(",")])


def expected_scales(first):
    """One symmetric grid for each output channel: 127 steps to the farthest weight."""
    return np.abs(first.reshape(len(first), -1)).max(axis=1) / np.float32(127)


@pytest.mark.parametrize("outputs", COUNTS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_grid_is_as_expected_to_the_bit(kind, outputs, tmp_path):
    first, _ = save(tmp_path, kind, outputs)
    found = grids(tmp_path)
    weight, bias = (scales(found[f"layer_{part}_quantize"]) for part in ("weight", "bias"))
    expected = expected_scales(first)
    assert weight.shape == (outputs,) and np.array_equal(weight, expected.astype(np.float64))
    assert "i8<-127:127>:f32:0," in found["layer_weight_quantize"]
    input_scale = float(re.search(r"f32, ([^:>]+)", found["x_quantize"])[1])
    assert np.array_equal(bias, input_scale * weight)


def layer_of(info):
    return next(x for x in info["layers"] if x["kind"] in ("conv", "conv_transpose", "linear"))


@pytest.mark.parametrize("outputs", COUNTS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_file_is_read_as_it_was_written(kind, outputs, tmp_path):
    first, _ = save(tmp_path, kind, outputs)
    found = grids(tmp_path)
    program = convert(tmp_path, "p.tare")
    info = tare_json("inspect", program)
    layer = layer_of(info)
    assert len(layer["multipliers"]) == len(layer["shifts"]) == outputs
    scale, _, zero = re.search(r"f32, ([^:>]+)(:(-?\d+))?>", found["x_quantize"]).groups()
    assert info["inputs"][0]["scales"] == [float(scale)] and info["inputs"][0]["zero_points"] == [int(zero or 0)]
    # The file's own scales, to the bit: S_w = float32(max |w|) / 127 and S_x * S_w.
    weight, bias = layer["constants"]
    expected = expected_scales(first).astype(np.float64)
    assert (weight["type"], bias["type"]) == ("int8", "int32")
    assert np.array_equal(weight["scales"], expected) and set(weight["zero_points"]) == {0}
    assert np.array_equal(bias["scales"], float(scale) * expected) and set(bias["zero_points"]) == {0}
    assert len(weight["scales"]) == len(bias["scales"]) == outputs
    # M = S_x S_w / S_y is (m, q): m the nearest integer to M * 2^q, q as large as 15 bits allow.
    effective = float(scale) * expected / layer["scales"][0]
    for m, q, real in zip(layer["multipliers"], layer["shifts"], effective):
        assert m == np.rint(real * 2.0 ** q) and 2 ** 14 <= m < 2 ** 15
    assert convert(tmp_path, "again.tare").read_bytes() == program.read_bytes()


def test_one_channel_of_1_27_has_scale_0_01(tmp_path):
    save(tmp_path, "conv", 1, lambda w: (w / np.abs(w).max() * np.float32(1.27)).astype(np.float32))
    assert scales(grids(tmp_path)["layer_weight_quantize"]).astype(np.float32).tolist() == [np.float32(0.01)]


@pytest.mark.parametrize("outputs", COUNTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_channel_of_zeros_has_a_positive_scale_and_zeros(kind, outputs, tmp_path):
    def clear(w):
        w = w.copy()
        w[(slice(None), -1) if kind == "transposed" else -1] = 0
        return w
    _, bias = save(tmp_path, kind, outputs, clear)
    program = convert(tmp_path, "p.tare")
    info = tare_json("inspect", program)
    weight = np.array(layer_of(info)["constants"][0]["scales"])
    assert len(weight) == outputs and np.all(weight > 0) and np.all(np.isfinite(weight))
    assert convert(tmp_path, "again.tare").read_bytes() == program.read_bytes()
    tare("run", program, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz")
    with np.load(tmp_path / "y.npz") as outputs_file:
        last = outputs_file["y"].reshape(16, outputs, -1)[:, -1]
    # No weight adds anything: the bias alone, on the output's grid.
    assert len(np.unique(last)) == 1 and abs(last.flat[0] - max(bias[-1], 0)) <= info["outputs"][0]["scales"][0]


def test_a_tiny_activation_scale_survives_the_calibration_file(tmp_path):
    """The range [-128, 127] * S for the float32 S = 3e-7 gives this S back, to the bit."""
    save(tmp_path, "conv", 1)
    scale = np.float32(3e-7)
    low, high = np.float32(-128 * np.float64(scale)), np.float32(127 * np.float64(scale))
    assert np.float32((np.float64(high) - np.float64(low)) / 255) == scale
    data = np.zeros(np.load(tmp_path / "x.npz")["x"].shape, np.float32)
    data.flat[0], data.flat[1] = low, high
    np.savez(tmp_path / "x.npz", x=data)
    ranges = tmp_path / "ranges.json"
    tare("calibrate", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "--method", "min_max", "-o", ranges)
    value = json.loads(ranges.read_text())["values"]["x"]
    assert (value["min"], value["max"]) == (low, high)
    tare("convert", tmp_path / "m.onnx", "--calibration", ranges, "-o", tmp_path / "p.tare")
    found = tare_json("inspect", tmp_path / "p.tare")["inputs"][0]
    assert found["scales"] == [float(scale)] and found["zero_points"] == [0]

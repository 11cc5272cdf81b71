"""Small weights that become 0 beside a large one of their channel, which hardly any input meets: told where an output is spoilt by them."""
import json
import re

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from graphs import converted, node, port, save
from harness import sqnr, tare

INPUTS, HIDDEN, OUTPUTS = 64, 32, 8
TARGETS = ["generic", "i16x8", "gemmlowp", "shift_only", "three_stage"]


def large(rng, value=20.0):
    """Weights [inputs, outputs] of which the first input's are large."""
    weights = (rng.normal(size=(INPUTS, HIDDEN)) / 4).astype(np.float32)
    weights[0] = value
    return weights


def samples(rng, count=200, size=0.003):
    x = rng.normal(size=(count, 1, INPUTS)).astype(np.float32)
    x[:, :, 0] *= size
    return x


def gemm(folder, weights, rng, parts=1):
    """Two layers; with two parts the first is a sum of layers, as the message says."""
    nodes, constants = [], {"w2": rng.normal(size=(HIDDEN, OUTPUTS)).astype(np.float32)}
    if parts == 1:
        nodes, constants["w"] = [node("Gemm", ["x", "w"], ["h"], name="fc")], weights
    else:
        beyond = np.abs(weights) > 16 * np.median(np.abs(weights), axis=0)
        constants |= {"a": np.where(beyond, weights, 0), "b": np.where(beyond, 0, weights)}
        nodes = [node("Gemm", ["x", "a"], ["ha"], name="few"), node("Gemm", ["x", "b"], ["hb"], name="many"), node("Add", ["ha", "hb"], ["h"], name="sum")]
    nodes += [node("Relu", ["h"], ["r"], name="relu"), node("Gemm", ["r", "w2"], ["y"], name="last")]
    return save(folder / f"m{parts}.onnx", nodes, [port("x", [1, INPUTS])], [port("y", [1, OUTPUTS])], constants)


def line_of(said):
    lines = [line for line in said.splitlines() if "rounded to 8 bits" in line]
    assert len(lines) <= 1, lines
    return lines[0] if lines else ""


def sqnr_of(said):
    return float(re.search(r"SQNR (-?\d+\.\d) dB", said)[1])


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("size", [0, 0.003])
def test_it_is_told_and_the_way_out_helps(tmp_path, rng, target, size):
    weights, data, state = large(rng), {"x": samples(rng, size=size)}, rng.bit_generator.state
    said = converted(gemm(tmp_path, weights, rng), data, "--target", target)[1]
    line = line_of(said)
    zeroed, count = map(int, re.search(r"(\d+) of its (\d+) that are not 0 became 0", line).groups())
    assert count == weights.size and 0.15 * count < zeroed < 0.5 * count
    if target != "shift_only":
        steps = np.abs(weights).max(axis=0) / 127
        assert zeroed == (np.rint(weights / steps) == 0).sum()
    assert "output 'y'" in line and "the weights of layer 'fc', rounded to 8 bits, alone leave" in line
    assert f"one with the {HIDDEN} weights larger than 16 times the median of their output channel" in line
    promised = float(re.search(r"then the weights leave (\d+\.\d) dB", line)[1])
    rng.bit_generator.state = state
    apart = converted(gemm(tmp_path, weights, rng, parts=2), data, "--target", target)[1]
    assert line_of(apart) == "" and promised > 25
    # Other rounding is still there, of activations.
    assert sqnr_of(apart) > sqnr_of(said) + 8


def test_the_ratio_is_that_of_float_with_these_weights(tmp_path, rng):
    """Computed in numpy: the four samples of the check are spread over the data, so all samples are checked here."""
    weights, data = large(rng), {"x": samples(rng, count=12)}
    model = gemm(tmp_path, weights, rng)
    second = next(numpy_helper.to_array(each) for each in onnx.load(model).graph.initializer if each.name == "w2")
    steps = np.float32(np.abs(weights).max(axis=0)) / np.float32(127)
    x = data["x"][:, 0].astype(np.float64)
    exact, found = (np.maximum(x @ w, 0) @ second for w in (weights, np.rint(weights / steps) * steps))
    line = line_of(converted(model, data, "--check", 12)[1])
    assert abs(float(re.search(r"alone leave (\d+\.\d) dB", line)[1]) - sqnr(exact, found)) < 0.06


def test_weights_that_matter_are_not_told_of(tmp_path, rng):
    """The same weights where the large ones decide, and small ones do not."""
    said = converted(gemm(tmp_path, large(rng), rng), {"x": samples(rng, size=1)})[1]
    assert line_of(said) == "" and sqnr_of(said) > 25


@pytest.mark.parametrize("value", [0.25, 1, 2])
def test_like_weights_are_not_told_of(tmp_path, rng, value):
    assert line_of(converted(gemm(tmp_path, large(rng, value), rng), {"x": samples(rng)})[1]) == ""


def test_a_collapse_names_the_weights(tmp_path, rng):
    """Below 10 dB: an error with --strict, whose cause is no rounding of operands."""
    weights = large(rng, 60)
    model, data = gemm(tmp_path, weights, rng), samples(rng, size=0)
    said = converted(model, {"x": data}, "--target", "i16x8")[1]
    line = line_of(said)
    assert "output 'y' has collapsed" in line and "multiplies the rounding errors" not in said
    assert "the weights of layer 'fc'" in line and "as the sum of two" in line
    np.savez(tmp_path / "x.npz", x=data)
    found = json.loads(tare("convert", model, "--calibration", tmp_path / "x.npz", "--target", "i16x8", "--json", "-q", "-o", tmp_path / "m.tare").stdout)
    assert found["check"]["outputs"][0]["loss_begins"]["layer"] == "fc"
    assert [each["kind"] for each in found["warning_details"]] == ["CollapsedOutput"]


@pytest.mark.parametrize("kind", ["Conv", "ConvTranspose", "grouped", "MatMul"])
def test_other_layers(tmp_path, rng, kind):
    channels, groups = 32, 4 if kind == "grouped" else 1
    weights = (rng.normal(size=(channels, channels // groups, 1, 1)) / 4).astype(np.float32)
    first = weights[:, 0] if kind != "ConvTranspose" else weights[0]
    first[:] = 30
    x = rng.normal(size=(40, 1, channels, 6, 6)).astype(np.float32)
    x[:, :, :: channels // groups] = 0
    if kind == "MatMul":
        # A constant on the left.
        nodes = [node("Reshape", ["x", "shape"], ["f"], name="flat"), node("MatMul", ["m", "f"], ["h"], name="layer"), node("Relu", ["h"], ["y"], name="relu")]
        shape = [1, channels, 36]
    else:
        nodes = [node(kind if kind != "grouped" else "Conv", ["x", "w"], ["h"], name="layer", group=groups), node("Relu", ["h"], ["y"], name="relu")]
        shape = [1, channels, 6, 6]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, channels, 6, 6])], [port("y", shape)],
                 {"w": weights, "m": weights[:, :, 0, 0], "shape": np.int64([1, channels, 36])})
    line = line_of(converted(model, {"x": x})[1])
    assert "layer 'layer'" in line and "as the sum of two" in line


@pytest.mark.parametrize("how", ["--check 0", "a ranges file"])
def test_without_a_check_they_are_told_of_still(tmp_path, rng, how):
    """Counted, without a cost that nobody has measured."""
    weights, data = large(rng), {"x": samples(rng)}
    model = gemm(tmp_path, weights, rng)
    arguments = ["--check", 0] if how == "--check 0" else []
    np.savez(tmp_path / "data.npz", **data)
    source = tmp_path / "data.npz"
    if how != "--check 0":
        source = tmp_path / "ranges.json"
        tare("calibrate", "-q", model, "--calibration", tmp_path / "data.npz", "-o", source)
    found = json.loads(tare("convert", model, "--calibration", source, *arguments, "--json", "-q", "-o", tmp_path / "m.tare").stdout)
    warning, = [each for each in found["warning_details"] if each["kind"] == "ZeroedWeights"]
    steps = np.abs(weights).max(axis=0) / 127
    zeroed = (np.rint(weights / steps) == 0).sum()
    assert warning["layer"] == "fc" and f"{zeroed} of its {weights.size} weights that are not 0 became 0" in warning["text"]
    assert "what that costs was not measured, as nothing was checked" in warning["text"] and "dB" not in warning["text"]
    assert "check" not in found and "--check 4" in warning["remedy"]


def test_few_lost_weights_are_not_told_of_without_a_check(tmp_path, rng):
    model = gemm(tmp_path, large(rng, .5), rng)
    np.savez(tmp_path / "data.npz", x=samples(rng))
    assert "became 0" not in tare("convert", model, "--calibration", tmp_path / "data.npz", "--check", 0, "-o", tmp_path / "m.tare").stderr


def test_where_nothing_stands_out_no_split_is_proposed(tmp_path, rng):
    """Weights of all sizes, the larger the less their inputs: no two grids hold them."""
    sizes = np.float32(4.0) ** -np.arange(8).repeat(INPUTS // 8)
    weights = (rng.choice([-1, 1], (INPUTS, HIDDEN)) * rng.uniform(.7, 1, (INPUTS, HIDDEN)) * 20 * sizes[:, None]).astype(np.float32)
    x = (rng.normal(size=(100, 1, INPUTS)) * (sizes < 4.0 ** -4)).astype(np.float32)
    line = line_of(converted(gemm(tmp_path, weights, rng), {"x": x})[1])
    assert "no option or target has finer weights" in line and "as the sum of two" not in line


def test_several_layers_are_one_line(tmp_path, rng):
    weights = [large(rng)[:HIDDEN] for _ in range(2)]
    nodes = [node("Gemm", ["x", "w0"], ["a"], name="fc0"), node("Gemm", ["x", "w1"], ["b"], name="fc1"), node("Add", ["a", "b"], ["h"], name="sum"),
             node("Relu", ["h"], ["y"], name="relu")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, HIDDEN])], [port("y", [1, HIDDEN])], {"w0": weights[0], "w1": weights[1]})
    line = line_of(converted(model, {"x": samples(rng)[:, :, :HIDDEN]})[1])
    assert re.search(r"weights of layer 'fc\d' and 1 more, rounded", line) and "each such layer" in line


@pytest.mark.parametrize("target", TARGETS)
def test_a_class_alone(tmp_path, rng, target):
    """One channel of ten: its slice has collapsed, and its weights are why."""
    weights = (rng.normal(size=(INPUTS, 10)) / 4).astype(np.float32)
    weights[0, 4] = 80
    model = save(tmp_path / "m.onnx", [node("Gemm", ["x", "w"], ["y"], name="fc")], [port("x", [1, INPUTS])], [port("y", [1, 10])], {"w": weights})
    line = line_of(converted(model, {"x": samples(rng, size=0)}, "--target", target, "--check", 40)[1])
    assert "1 of 10 slices along axis 1 (4) has collapsed" in line or "output 'y': SQNR" in line
    assert "layer 'fc'" in line and "one with the 1 weight larger" in line

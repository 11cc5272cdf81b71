"""(A35), (A37): a target that only shifts: every scale is a power of two, every multiplier 1, every shift in its range."""
import json
import math

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import ROOT, fails, load, tare, tare_json

DIGITS = ROOT / "examples/digits"
TARGET = ("--target", "shift_only")
# What has a multiplier all the same: a mean that of its count, a sum those that align its operands.
WITH_MULTIPLIER = {"average_pool", "reduce_mean", "add"}


def is_power_of_two(number):
    return math.frexp(number)[0] == 0.5


def save(folder, nodes, inputs, outputs, constants, data):
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(np.asarray(value, np.float32), name) for name, value in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), folder / "m.onnx")
    np.savez(folder / "x.npz", **{name: np.asarray(value, np.float32) for name, value in data.items()})
    return folder / "m.onnx", folder / "x.npz"


def check(program):
    """Every scale and multiplier of a program; returns its layers by name."""
    read = tare_json("inspect", program)
    for port in read["inputs"] + read["outputs"]:
        assert all(map(is_power_of_two, port["scales"])), port
    for layer in read["layers"]:
        assert all(map(is_power_of_two, layer["scales"])), layer
        assert all(0 <= q <= 31 for q in layer["shifts"]), layer
        if layer["kind"] not in WITH_MULTIPLIER:
            assert set(layer["multipliers"]) <= {1}, layer
        elif layer["kind"] == "add":
            assert all(is_power_of_two(abs(m)) for m in layer["multipliers"]), layer
    return {layer["name"]: layer for layer in read["layers"]}


def convert(model, data, out, *options):
    done = tare("convert", model, "--calibration", data, *TARGET, *options, "-o", out)
    return [line for line in done.stderr.splitlines() if "repaired" in line]


def accuracy(model, folder):
    tare("run", model, "--inputs", DIGITS / "test.npz", "--outputs", folder / "o.npz")
    return float((load(folder / "o.npz")["logits"].argmax(1) == load(DIGITS / "test.npz")["labels"]).mean())


def test_digits(tmp_path):
    program = tmp_path / "p.tare"
    assert not convert(DIGITS / "digits.onnx", DIGITS / "calibration.npz", program)
    layers = check(program)
    assert any(layer["kind"] == "conv" and layer["shifts"] for layer in layers.values())
    assert accuracy(program, tmp_path) >= accuracy(DIGITS / "digits.onnx", tmp_path) - 0.01


def test_shifts_alone_are_exact(tmp_path):
    """M is 2^-q exactly, so that rounding is all that differs from the real numbers, but for means of a count that is none."""
    program = tmp_path / "p.tare"
    convert(DIGITS / "digits.onnx", DIGITS / "calibration.npz", program)
    for layer in tare_json("verify", program)["layers"]:
        # The border divides in float32.
        if layer["channels"] and layer["kind"] not in WITH_MULTIPLIER | {"quantize"}:
            assert layer["worst_error"] <= 0.5, layer


def cancelling(folder):
    """A layer whose sums cancel: its result has far less range than one step of its accumulator at the best grids."""
    random = np.random.default_rng(3)
    x = random.uniform(0, 255, size=(64, 1)).astype(np.float32)
    nodes = [helper.make_node("Gemm", ["x", "w"], ["g"], name="gemm", transB=1),
             helper.make_node("Mul", ["g", "g"], ["y"], name="out")]
    weights = [[100.0, -100.0], [3.0, -3.0]]
    return save(folder, nodes, {"x": [1, 2]}, {"y": [1, 2]}, {"w": weights},
                {"x": np.concatenate([x, x * np.float32(1 + 1e-6)], axis=1)})


def test_a_shift_below_the_range_is_refused_or_repaired(tmp_path):
    model, data = cancelling(tmp_path)
    out = tmp_path / "p.tare"
    message = fails("convert", model, "--calibration", data, *TARGET, "--no-repair", "-o", out, output=out)
    assert "layer 'gemm', channel 0: needs q = -" in message and "the target has q in [0, 31]" in message
    repaired = convert(model, data, out)
    assert any("repaired: the scale of value 'g' is 2^" in line and "LSB" in line for line in repaired)
    check(out)
    assert all(layer.get("worst_error", 0) <= 0.5 for layer in tare_json("verify", out)["layers"] if layer["kind"] != "quantize")


def test_a_shift_beyond_the_range_is_refused_or_repaired(tmp_path):
    nodes = [helper.make_node("Gemm", ["x", "w"], ["g"], name="gemm", transB=1),
             helper.make_node("Sigmoid", ["g"], ["y"], name="out")]
    model, data = save(tmp_path, nodes, {"x": [1, 2]}, {"y": [1, 2]}, {"w": [[100.0, 50.0], [3e-8, 2e-8]]},
                       {"x": np.random.default_rng(1).uniform(-1, 1, size=(64, 2))})
    out = tmp_path / "p.tare"
    message = fails("convert", model, "--calibration", data, *TARGET, "--no-repair", "-o", out, output=out)
    assert "layer 'gemm', channel 1: needs q = " in message and "its multiplier is 1" in message
    # What it costs is hardly a step: a remark.
    repaired = convert(model, data, out, "--verbose")
    assert any("repaired: layer 'gemm', channel 1: weight scales" in line for line in repaired)
    assert check(out)["gemm"]["shifts"][1] <= 31


def test_a_concatenation_has_one_grid(tmp_path):
    nodes = [helper.make_node("Gemm", ["x", "wide"], ["a"], name="first", transB=1),
             helper.make_node("Gemm", ["x", "narrow"], ["b"], name="second", transB=1),
             helper.make_node("Concat", ["a", "b"], ["c"], name="concat", axis=1),
             helper.make_node("Sigmoid", ["c"], ["y"], name="out")]
    random = np.random.default_rng(5)
    wide = random.normal(size=(2, 2))
    model, data = save(tmp_path, nodes, {"x": [1, 2]}, {"y": [1, 4]}, {"wide": wide, "narrow": wide / 40},
                       {"x": random.normal(size=(64, 2))})
    out = tmp_path / "p.tare"
    convert(model, data, out)
    layers = check(out)
    assert layers["first"]["scales"] == layers["second"]["scales"] == layers["concat"]["scales"]


def test_sums_products_and_means(tmp_path):
    """y = mean(a * sigmoid(a) + 3 - b): operands on grids far apart, a mean of three."""
    nodes = [helper.make_node("Gemm", ["x", "v"], ["a"], name="a", transB=1),
             helper.make_node("Gemm", ["x", "w"], ["b"], name="b", transB=1),
             helper.make_node("Sigmoid", ["a"], ["s"], name="sigmoid"),
             helper.make_node("Mul", ["a", "s"], ["m"], name="mul"),
             helper.make_node("Mul", ["m", "seven"], ["n"], name="times"),
             helper.make_node("Add", ["n", "three"], ["p"], name="plus"),
             helper.make_node("Sub", ["p", "b"], ["d"], name="sub"),
             helper.make_node("ReduceMean", ["d"], ["r"], name="mean", axes=[1]),
             helper.make_node("Sigmoid", ["r"], ["y"], name="out")]
    random = np.random.default_rng(9)
    model, data = save(tmp_path, nodes, {"x": [1, 3]}, {"y": [1, 1]},
                       {"v": random.normal(size=(3, 3)), "w": random.normal(size=(3, 3)) * 1e-3,
                        "seven": [0.07], "three": [0.3]}, {"x": random.normal(size=(256, 3))})
    out, ir = tmp_path / "p.tare", tmp_path / "p.mlir"
    convert(model, data, out)
    layers = check(out)
    assert layers["mean"]["multipliers"] == [round(2 ** 16 / 3)]
    convert(model, data, ir, "--emit", "mlir:npu")
    compared = tare_json("compare", ir, out, "--inputs", data)
    assert {"a", "b", "plus", "mean"} <= {layer["name"] for layer in compared["layers"]}
    assert all(value["differing"] == 0 and value["elements"] == 256 * np.prod(value["shape"])
               for value in compared["layers"] + compared["outputs"])
    tare("run", model, "--inputs", data, "--outputs", tmp_path / "float.npz")
    tare("run", out, "--inputs", data, "--outputs", tmp_path / "integer.npz")
    assert np.abs(load(tmp_path / "float.npz")["y"] - load(tmp_path / "integer.npz")["y"]).max() < 0.02


def test_grids_that_are_no_powers_of_two_are_refused(tmp_path):
    nodes = [helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], name="quantize"),
             helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"], name="dequantize"),
             helper.make_node("Gemm", ["d", "w"], ["g"], name="gemm", transB=1),
             helper.make_node("Sigmoid", ["g"], ["y"], name="out")]
    model, data = save(tmp_path, nodes, {"x": [1, 2]}, {"y": [1, 2]}, {"w": [[1, 2], [3, 4]], "s": 0.3},
                       {"x": np.ones((4, 2))})
    graph = onnx.load(model)
    graph.graph.initializer.append(numpy_helper.from_array(np.array(0, np.int8), "z"))
    onnx.save(graph, model)
    out = tmp_path / "p.tare"
    message = fails("convert", model, "--calibration", data, *TARGET, "-o", out, output=out)
    assert "target 'shift_only' only shifts, so scales must be powers of two" in message and "(3.0000e-01)" in message


@pytest.fixture(scope="module")
def ranges(tmp_path_factory):
    """The ranges of the digits, for this target and for another."""
    folder = tmp_path_factory.mktemp("ranges")
    for name in ("shift_only", "generic"):
        tare("calibrate", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target", name, "-o",
             folder / f"{name}.json")
    return folder


def test_the_ranges_file_says_what_each_step_loses(ranges):
    values = json.loads((ranges / "shift_only.json").read_text())["values"]
    said = [value["step_errors"] for value in values.values() if value["label"] == "calibrated"]
    assert said and all(entry["bits"] == 8 and entry["power"] > 0 and min(entry["errors"]) >= 0 for entry in said)
    assert all("step_errors" not in value for value in json.loads((ranges / "generic.json").read_text())["values"].values())


def test_other_ranges_files_do(ranges, tmp_path):
    """A file that knows nothing of steps: values are taken as spread evenly."""
    for name in ("shift_only", "generic"):
        convert(DIGITS / "digits.onnx", ranges / f"{name}.json", tmp_path / f"{name}.tare")
        check(tmp_path / f"{name}.tare")
        assert accuracy(tmp_path / f"{name}.tare", tmp_path) >= 0.95
    convert(DIGITS / "digits.onnx", DIGITS / "calibration.npz", tmp_path / "direct.tare")
    assert (tmp_path / "direct.tare").read_bytes() == (tmp_path / "shift_only.tare").read_bytes()


def test_the_order_of_the_data_changes_nothing(ranges, tmp_path):
    images = load(DIGITS / "calibration.npz")["image"]
    np.savez(tmp_path / "shuffled.npz", image=images[np.random.default_rng(1).permutation(len(images))])
    tare("calibrate", DIGITS / "digits.onnx", "--calibration", tmp_path / "shuffled.npz", *TARGET, "-o", tmp_path / "r.json")
    assert (tmp_path / "r.json").read_bytes() == (ranges / "shift_only.json").read_bytes()

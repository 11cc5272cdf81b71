"""Outputs of indices and bools have no decibels: what counts is how many of them are as in float."""
import json

import numpy as np
import pytest

from graphs import TensorProto, converted, node, outputs_of, port, save
from harness import fails, tare, tare_json

I64 = np.int64
CLASSES, SIZE = 6, 8


def network(folder, last, outputs, gain=5, bias=None):
    """A convolution, and what `last` makes of its result 'c'."""
    rng = np.random.default_rng(1)
    nodes = [node("Conv", ["x", "w"] + (["b"] if bias is not None else []), ["c"], name="conv"), *last]
    constants = {"w": gain * rng.normal(size=(CLASSES, 3, 1, 1)).astype(np.float32), "k": I64([5]), "zero": np.float32(0),
                 "one": I64(1), "table": (10 * np.arange(CLASSES)[::-1]).astype(I64), "flat": I64([1, -1])}
    if bias is not None:
        constants["b"] = bias
    model = save(folder / "m.onnx", nodes, [port("x", [1, 3, SIZE, SIZE])], outputs, constants)
    return model, {"x": rng.normal(size=(8, 3, SIZE, SIZE)).astype(np.float32)}


ARGMAX = node("ArgMax", ["c"], ["i"], name="argmax", axis=1)
SCORES = [1, 1, SIZE, SIZE]
DISCRETE = {
    "argmax": ([node("ArgMax", ["c"], ["y"], name="argmax", axis=1)], port("y", SCORES, I64)),
    "argmin": ([node("ArgMin", ["c"], ["y"], name="argmin", axis=1)], port("y", SCORES, I64)),
    "top k": ([node("Reshape", ["c", "flat"], ["f"], name="flat"), node("TopK", ["f", "k"], ["v", "y"], name="top")], port("y", [1, 5], I64)),
    "bool": ([node("Greater", ["c", "zero"], ["y"], name="greater")], port("y", [1, CLASSES, SIZE, SIZE], np.bool_)),
    "not": ([node("Greater", ["c", "zero"], ["g"], name="greater"), node("Not", ["g"], ["y"], name="not")], port("y", [1, CLASSES, SIZE, SIZE], np.bool_)),
    "moved": ([ARGMAX, node("Transpose", ["i"], ["y"], name="t", perm=[0, 2, 3, 1])],
              port("y", [1, SIZE, SIZE, 1], I64)),
    "int32": ([ARGMAX, node("Cast", ["i"], ["y"], name="cast", to=TensorProto.INT32)], port("y", SCORES, np.int32)),
    "as floats": ([ARGMAX, node("Cast", ["i"], ["y"], name="cast", to=TensorProto.FLOAT)], port("y", SCORES)),
    "of a table": ([ARGMAX, node("Gather", ["table", "i"], ["y"], name="names")], port("y", SCORES, I64)),
    "one more": ([ARGMAX, node("Add", ["i", "one"], ["y"], name="add")], port("y", SCORES, I64)),
}
NUMBERS = {
    "values of top k": ([node("Reshape", ["c", "flat"], ["f"], name="flat"), node("TopK", ["f", "k"], ["y", "i"], name="top")], port("y", [1, 5])),
    "rounded reals": ([node("Cast", ["c"], ["y"], name="cast", to=TensorProto.INT64)], port("y", [1, CLASSES, SIZE, SIZE], I64)),
    "a count": ([node("Greater", ["c", "zero"], ["g"], name="greater"), node("Cast", ["g"], ["h"], name="cast", to=TensorProto.INT64),
                 node("ReduceSum", ["h"], ["y"], name="sum", keepdims=0)], port("y", [], I64)),
    "reals": ([node("Relu", ["c"], ["y"], name="relu")], port("y", [1, CLASSES, SIZE, SIZE])),
}


def share(model, program, data, name="y"):
    """The share of equal elements, by the arrays that both give."""
    a, b = (outputs_of(form, data)[name] for form in (model, program))
    return np.mean(a == b)


@pytest.mark.parametrize("case", DISCRETE)
def test_equal_elements_are_counted(tmp_path, case):
    last, output = DISCRETE[case]
    model, data = network(tmp_path, last, [output])
    program, said = converted(model, data, "--check", len(data["x"]))
    expected = share(model, program, data)
    assert 0.5 < expected, "otherwise this tests another thing"
    line, = [line for line in said.splitlines() if line.startswith("tare: output 'y'")]
    told = "all its elements are equal" if expected == 1 else f"{100 * expected:.1f} % of its elements are equal"
    assert told in line and "SQNR" not in line and "cosine" not in line
    checked, = json.loads(tare("convert", model, "--calibration", tmp_path / "calibration.npz", "--check", len(data["x"]), "--json", "-o", program).stdout)["check"]["outputs"]
    assert checked["equal_share"] == pytest.approx(expected) and checked["collapsed"] == []
    compared, = tare_json("compare", model, program, "--inputs", tmp_path / "calibration.npz")["outputs"]
    assert compared["equal_share"] == pytest.approx(expected)
    assert compared["differing"] == round((1 - expected) * compared["elements"])
    table = tare("compare", model, program, "--inputs", tmp_path / "calibration.npz").stdout
    row, = [line.split() for line in table.splitlines() if line.startswith("y ") and " output " in line]
    assert "%" in row and "SQNR" not in table.splitlines()[-1]


@pytest.mark.parametrize("case", NUMBERS)
def test_numbers_have_decibels(tmp_path, case):
    last, output = NUMBERS[case]
    model, data = network(tmp_path, last, [output])
    program, said = converted(model, data)
    assert "output 'y': SQNR" in said
    checked, = json.loads(tare("convert", model, "--calibration", tmp_path / "calibration.npz", "--json", "-o", program).stdout)["check"]["outputs"]
    assert checked["equal_share"] is None
    compared, = tare_json("compare", model, program, "--inputs", tmp_path / "calibration.npz")["outputs"]
    assert compared["equal_share"] is None


def test_far_apart_indices_are_no_collapse(tmp_path):
    """Of 40 indices few are others, but by so much that they have hardly any SQNR."""
    model, data = network(tmp_path, DISCRETE["top k"][0], [DISCRETE["top k"][1]], gain=1)
    program, said = converted(model, data, "--strict", "--check", len(data["x"]))
    assert share(model, program, data) < 1 and "collapsed" not in said


def lost(folder):
    """Scores that are alike beside a bias that is not: at 8 bits hardly any step is left between them, and 16 tell them apart."""
    rng = np.random.default_rng(2)
    nodes = [node("Conv", ["x", "w"], ["c"], name="conv"), node("Tanh", ["c"], ["s"], name="scores"), node("Concat", ["s", "far"], ["j"], name="join", axis=1),
             node("LeakyRelu", ["j"], ["a"], name="act", alpha=0.5), node("Slice", ["a", "zero", "six", "axis"], ["k"], name="cut"),
             node("ArgMax", ["k"], ["y"], name="argmax", axis=1)]
    constants = {"w": rng.normal(size=(CLASSES, 3, 1, 1)).astype(np.float32), "far": np.full((1, 1, SIZE, SIZE), 2000, np.float32),
                 "zero": I64([0]), "six": I64([CLASSES]), "axis": I64([1])}
    model = save(folder / "m.onnx", nodes, [port("x", [1, 3, SIZE, SIZE])], [port("y", SCORES, I64)], constants)
    return model, {"x": rng.normal(size=(8, 3, SIZE, SIZE)).astype(np.float32)}


def test_most_differ(tmp_path):
    model, data = lost(tmp_path)
    program, said = converted(model, data, "--check", len(data["x"]))
    expected = share(model, program, data)
    assert expected < 0.5, "otherwise this tests another thing"
    warning, = [line for line in said.splitlines() if "warning: output 'y'" in line]
    assert f"has collapsed: {100 * expected:.1f} % of its elements are equal" in warning and "dB" not in warning.split(";")[0]
    assert "--activations i16 mends it (" in warning and "% of its elements are equal)" in warning
    program.unlink()
    refused = fails("convert", model, "--calibration", tmp_path / "calibration.npz", "--check", len(data["x"]), "--strict", "-o", program, output=program)
    assert "has collapsed" in refused
    tare("convert", model, "--calibration", tmp_path / "calibration.npz", "--activations", "i16", "--strict", "-o", program)
    assert share(model, program, data) > 0.9


def test_limits_of_compare(tmp_path):
    last, output = DISCRETE["argmax"]
    model, data = network(tmp_path, last, [output])
    program, _ = converted(model, data)
    compare = ("compare", model, program, "--inputs", tmp_path / "calibration.npz")
    expected = share(model, program, data)
    assert expected < 1
    tare(*compare, "--min-equal", expected - 1e-6)
    refused = fails(*compare, "--min-equal", expected + 1e-6)
    assert "the share of equal elements of output 'y'" in refused and "--min-equal" in refused
    # An SQNR says nothing of indices, and whoever asks for one is told.
    told = tare(*compare, "--min-sqnr", 200).stderr
    assert "output 'y' holds indices or bools, which --min-equal limits" in told

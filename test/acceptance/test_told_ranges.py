"""What calibration says of single values: outliers that take a grid's steps, entries of nobody, ranges for another width, NaN."""
import json

import numpy as np
import pytest

from graphs import converted, node, port, save
from harness import fails, tare

SHAPE = [1, 2, 16, 16]
W = (np.random.default_rng(5).normal(size=(3, 2, 3, 3)) / 5).astype(np.float32)
METHODS = ["auto", "min_max", "mse", "percentile"]


def network(folder):
    return save(folder / "m.onnx", [node("Conv", ["x", "w"], ["c"], name="conv"), node("Relu", ["c"], ["y"])], [port("x", SHAPE)],
                [port("y", None)], {"w": W})


def data(outliers=0.0, size=1e6):
    random = np.random.default_rng(6)
    values = random.normal(size=(8, *SHAPE[1:])).astype(np.float32)
    values.flat[:int(outliers * values.size)] = size
    return {"x": random.permutation(values.ravel()).reshape(values.shape)}


@pytest.mark.parametrize("share", (.001, .01, .05, .1))
@pytest.mark.parametrize("method", METHODS)
def test_outliers_that_leave_one_step_to_all_others(method, share, tmp_path):
    _, told = converted(network(tmp_path), data(share), "--method", method, "--check", "0")
    count = 4096 - int(share * 4096)
    assert f"'x': {count} of 4096 values" in told and "share one step of its grid of 8 bits" in told
    assert "--activations i16" in told and "a step 3.92e+03" in told
    # The way out is one.
    percentile = told.split("--percentile ")[1].split(")")[0] if "--percentile " in told else None
    if percentile and share < .05:
        _, told = converted(network(tmp_path), data(share), "--percentile", percentile, "--check", "0")
        assert "share one step" not in told


@pytest.mark.parametrize("method", METHODS)
def test_outliers_that_leave_few_of_16_bits_to_all_others(method, tmp_path):
    """Numbers thousands of times as large, one of twenty: less than 8 bits are left to the others."""
    _, told = converted(network(tmp_path), data(.05, 1e4), "--activations", "i16", "--method", method, "--check", "0")
    if method != "mse":  # It cuts them off, which is its choice.
        assert "'x': " in told and "lie within 64 of the 65535 steps of its grid of 16 bits" in told and "--percentile" in told
        assert "--activations i16" not in told
    for size in (30.0, 300.0):
        _, told = converted(network(tmp_path), data(.05, size), "--activations", "i16", "--method", method, "--check", "0")
        assert "lie within" not in told


@pytest.mark.parametrize("method", METHODS)
def test_values_without_outliers_are_not_told(method, tmp_path, rng):
    heavy = {"x": (rng.standard_t(3, size=(8, *SHAPE[1:]))).astype(np.float32)}
    for samples in (data(), heavy, data(.01, 30.0)):
        _, told = converted(network(tmp_path), samples, "--method", method, "--check", "0")
        assert "share one step" not in told


def ranges(folder, *arguments):
    np.savez(folder / "c.npz", **data())
    tare("calibrate", folder / "m.onnx", "--calibration", folder / "c.npz", *arguments, "-o", folder / "r.json")
    return json.loads((folder / "r.json").read_text())


@pytest.mark.parametrize("name, meant", (("xx", "did you mean 'x'?"), ("yy", "did you mean 'y'?"), ("quite_another", "correct the name, leave it out")))
def test_an_entry_of_nobody(name, meant, tmp_path):
    model = network(tmp_path)
    found = ranges(tmp_path)
    tare("convert", model, "--calibration", tmp_path / "r.json", "-o", tmp_path / "m.tare")
    found["values"][name] = found["values"]["x"]
    (tmp_path / "r.json").write_text(json.dumps(found))
    said = tare("convert", model, "--calibration", tmp_path / "r.json", "-o", tmp_path / "m.tare").stderr
    assert f"the ranges name '{name}', which is no value of the model: it is ignored; {meant}" in said


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("sought, wanted", (("i8", "i16"), ("i16", "i8")))
def test_ranges_for_another_width(sought, wanted, method, tmp_path):
    model = network(tmp_path)
    ranges(tmp_path, "--activations", sought, "--method", method)
    for width in (sought, wanted):
        said = tare("convert", model, "--calibration", tmp_path / "r.json", "--activations", width, "-o", tmp_path / "m.tare").stderr
        looks = method in ("auto", "mse") and width == wanted
        assert (f"the ranges were sought for int{sought[1:]} activations by the method {method}" in said) == looks
        assert (f"calibrate with --activations {wanted}" in said) == looks


@pytest.mark.parametrize("number", (np.nan, np.inf, -np.inf))
@pytest.mark.parametrize("threads", (1, 2))
def test_the_first_sample_without_a_number_is_named(threads, number, tmp_path):
    samples = data()
    samples["x"][[3, 6], 0, 0, 0] = number
    np.savez(tmp_path / "c.npz", **samples)
    message = fails("convert", network(tmp_path), "--calibration", tmp_path / "c.npz", "--threads", threads, "-o", tmp_path / "m.tare",
                    output=tmp_path / "m.tare")
    assert "NaN or infinity was seen during calibration in 'x' (first in sample 3)" in message


def test_a_layer_that_makes_no_number_is_named(tmp_path):
    nodes = [node("Div", ["x", "k"], ["d"], name="ratio"), node("Conv", ["d", "w"], ["c"], name="conv"), node("Relu", ["c"], ["y"])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE), port("k", SHAPE)], [port("y", None)], {"w": W})
    samples = data() | {"k": np.ones((8, *SHAPE[1:]), np.float32)}
    samples["k"][5, 0, 0, 0] = 0
    np.savez(tmp_path / "c.npz", **samples)
    message = fails("convert", model, "--calibration", tmp_path / "c.npz", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "of node 'ratio" in message and "first in sample 5" in message


@pytest.mark.parametrize("method", METHODS)
def test_a_ranges_file_says_the_same(method, tmp_path):
    """All that calibrate writes of a value, convert reads: the program, and what is told of outliers."""
    model = network(tmp_path)
    program, told = converted(model, data(.05), "--method", method, "--check", "0")
    tare("calibrate", model, "--calibration", tmp_path / "calibration.npz", "--method", method, "-o", tmp_path / "r.json")
    assert '"flattened"' in (tmp_path / "r.json").read_text()
    done = tare("convert", model, "--calibration", tmp_path / "r.json", "-o", tmp_path / "again.tare")
    assert (tmp_path / "again.tare").read_bytes() == program.read_bytes()
    assert [line for line in told.splitlines() if "share one step" in line] == [line for line in done.stderr.splitlines() if "share one step" in line]

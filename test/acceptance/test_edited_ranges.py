"""An entry of a ranges file that contradicts itself is refused; one that nothing uses, or that data contradict, is told."""
import json
import re

import numpy as np
import pytest

from graphs import TensorProto, dequantize, node, port, quantize, save
from harness import METHODS, fails, tare


def network(folder):
    constants = {"w": np.random.default_rng(3).normal(0, .2, (4, 3, 3, 3)).astype(np.float32), "k": np.float32([.5]), "far": np.float32(300),
                 "s": np.float32(.02), "z": np.int8(3), "pads": np.int64([0, 0, 0, 0, 0, 0, 1, 1]), "edge": np.float32(2)}
    nodes = [node("Conv", ["x", "w"], ["c"], name="conv"), node("Relu", ["c"], ["r"], name="relu"),
             node("MaxPool", ["r"], ["p"], name="pool", kernel_shape=[2, 2]), node("Sigmoid", ["r"], ["g0"], name="sigmoid"),
             node("MaxPool", ["g0"], ["g"], name="pool2", kernel_shape=[2, 2]), node("Concat", ["p", "g"], ["j"], name="join", axis=1),
             node("Pad", ["j", "pads", "edge"], ["e"], name="pad"), node("Mul", ["e", "k"], ["y"], name="mul"),
             node("Cast", ["u"], ["uf"], to=TensorProto.FLOAT), node("Sub", ["uf", "far"], ["v"], name="sub"),
             *dequantize("i", "s", "if", "z"), node("Tanh", ["if"], ["t"], name="tanh")]
    inputs = [port("x", [1, 3, 8, 8]), port("u", [1, 4], np.uint8), port("i", [1, 4], np.int8)]
    return save(folder / "m.onnx", nodes, inputs, [port("y", None), port("v", None), port("t", None)], constants)


def data(rng, outliers=0):
    x = rng.normal(0, 1, (8, 3, 8, 8)).astype(np.float32)
    x.flat[:outliers] = 40
    return {"x": x, "u": rng.integers(0, 256, (8, 4)).astype(np.uint8), "i": rng.integers(-128, 128, (8, 4)).astype(np.int8)}


class File:
    """A model, its ranges, and what `convert` says of them."""

    def __init__(self, folder, samples, *arguments):
        self.folder, self.model = folder, network(folder)
        np.savez(folder / "c.npz", **samples)
        tare("calibrate", self.model, "--calibration", folder / "c.npz", *arguments, "-o", folder / "r.json")
        self.found = json.loads((folder / "r.json").read_text())

    def write(self):
        (self.folder / "r.json").write_text(json.dumps(self.found))
        return "convert", self.model, "--calibration", self.folder / "r.json", "-o", self.folder / "m.tare"

    def told(self):
        said = tare(*self.write()).stderr
        return [line for line in said.splitlines() if "the ranges say" in line]

    def refused(self):
        return fails(*self.write(), output=self.folder / "m.tare")


@pytest.fixture
def ranges(tmp_path, rng):
    return File(tmp_path, data(rng))


@pytest.mark.parametrize("method", METHODS)
def test_what_calibration_writes_is_not_told(method, tmp_path, rng):
    file = File(tmp_path, data(rng, 3), "--method", method)
    assert file.told() == []
    # Nor what somebody widens a little.
    file.found["values"]["x"]["max"] = file.found["values"]["x"]["seen_max"] * 1.5
    assert file.told() == []


@pytest.mark.parametrize("edit, words", [
    ({"min": 0, "max": 0}, r'has the range \[0, 0\], but calibration saw \[-[0-9.]+, [0-9.]+\]'),
    ({"max": 1e39}, 'has "max": 1e\\+39, expected a number that float32 holds'),
    ({"seen_max": 1e39}, 'has "seen_max": 1e\\+39, expected null or a number'),
    ({"min": None}, 'has "min": null, expected a number'),
    ({"seen_min": 3, "seen_max": 2}, 'has "seen_min": 3 above "seen_max": 2'),
    ({"min": 3, "max": 2}, "needs finite numbers with min <= max"),
    ({"label": "dead", "min": 0, "max": 0}, r'has the range \[0, 0\], but calibration saw'),
    ({"non_finite": 1.5}, 'has "non_finite": 1.5, expected a whole number'),
    ({"step_errors": {"bits": 9, "power": 1, "first": 0, "errors": [1]}}, 'step_errors: has "bits": 9, expected 8 or 16'),
])
def test_an_entry_that_contradicts_itself(edit, words, ranges):
    ranges.found["values"]["x"] |= edit
    assert re.search("value 'x' " + words, ranges.refused())


@pytest.mark.parametrize("key, value, words", [("activations", "int9", 'has "activations": "int9", expected int8 or int16'),
                                               ("method", "guess", 'has "method": "guess", expected one of auto, min_max'),
                                               ("samples", 2.5, 'has "samples": 2.5, expected a whole number')])
def test_what_the_file_says_of_itself(key, value, words, ranges):
    ranges.found[key] = value
    assert words in ranges.refused()


@pytest.mark.parametrize("name, words", [("p", "it has the range of what it is made from, 'r', "), ("g", "made from, 'g0', "),
                                         ("j", "made from, 'r', 'g0', "), ("e", "made from, 'r', 'g0', "),
                                         ("k", "it is a constant of the model, whose numbers say its range, [0, 0.5]"),
                                         ("if", "the model itself says its grid"), ("uf", "the model itself says its grid")])
def test_an_entry_that_nothing_uses(name, words, ranges):
    ranges.found["values"][name] |= {"min": -77, "max": 99}
    (line,) = ranges.told()
    assert f"of '{name}', which is not used: " in line and words in line and "give this one back what calibration wrote" in line


@pytest.mark.parametrize("edit, words", [({"min": -1e4, "max": 1e4}, "times as coarse as data need"),
                                         ({"max": 1e38}, "times as coarse as data need"),
                                         ({"min": -1e-4, "max": 1e-3}, "what lies beyond the range becomes its end")])
def test_an_entry_beside_data(edit, words, ranges):
    ranges.found["values"]["x"] |= edit
    (line,) = ranges.told()
    assert words in line and "correct the entry of 'x', or calibrate again" in line


@pytest.mark.parametrize("name, edit", [("x", {"min": -.5, "max": .5}), ("x", {"min": 1, "max": 2}), ("x", {"min": 0}), ("r", {"max": .3}), ("r", {"min": -17, "max": 0})])
@pytest.mark.parametrize("method", ["auto", "percentile", "min_max"])
def test_an_edit_that_cuts_off_much(method, name, edit, tmp_path, rng):
    """Nothing else would say it: a conversion from a file has no samples to check itself by."""
    file = File(tmp_path, data(rng), "--method", method)
    file.found["values"][name] |= edit
    said = [line for line in file.told() if f"of '{name}'" in line]
    assert len(said) == 1 and "what lies beyond the range becomes its end" in said[0]


def test_what_calibration_cut_off_is_its_own(tmp_path, rng):
    """Outliers, by any factor; but what is cut off beyond that is an edit."""
    file = File(tmp_path, data(rng, outliers=1), "--method", "percentile", "--percentile", "99")
    entry = file.found["values"]["x"]
    assert entry["seen_max"] > 4 * entry["max"] and entry["chosen_max"] == entry["max"] and not file.told()
    entry["max"] /= 4
    assert len(file.told()) == 1


def test_a_cut_of_what_min_max_keeps(tmp_path, rng):
    file = File(tmp_path, data(rng), "--method", "min_max")
    file.found["values"]["x"]["max"] *= .5
    (line,) = file.told()
    assert "what lies beyond the range becomes its end" in line


def test_a_range_for_what_data_did_not_reach(tmp_path, rng):
    """Whoever writes one knows more than the samples."""
    samples = data(rng)
    samples["x"] = -np.abs(samples["x"]) * 0
    file = File(tmp_path, samples)
    file.found["values"]["x"] |= {"min": -1, "max": 1}
    assert "'x' was never anything" not in tare(*file.write(), "--allow-uncalibrated").stderr

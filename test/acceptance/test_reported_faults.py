"""Faults that were reported, from their own models in $TARE_FAULTS (or ../shared/faults beside the repository), each to what its expect.txt says.

The kinds have tests of their own in this folder, which build their models; these are the reports themselves. Skipped, loudly, where they are missing.
"""
import json
import os
import pathlib
import subprocess
import sys
import warnings
from fractions import Fraction

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from harness import METHODS, ROOT, fails, load, onnxruntime_saturates, reference, sqnr, tare, tare_json

FAULTS = pathlib.Path(os.environ.get("TARE_FAULTS", ROOT.parent / "shared/faults"))
MISSING = f"THE REPORTED FAULTS ARE NOT TESTED: nothing in {FAULTS} (set TARE_FAULTS)"
if not FAULTS.is_dir():
    warnings.warn(MISSING)
pytestmark = pytest.mark.skipif(not FAULTS.is_dir(), reason=MISSING)


class Fault:
    """A reported model and its data, in a folder of its own."""

    def __init__(self, name, folder, arguments=()):
        source, self.folder, self.program = FAULTS / name, folder, folder / "p.tare"
        if (source / "make.py").exists():
            subprocess.run([sys.executable, source / "make.py", *map(str, arguments)], cwd=folder, check=True)
            source = folder
        self.model = next(source.glob("*.onnx"))
        self.data = next(iter(sorted(source.glob("*.npz"))), source / "ranges.json")

    def convert(self, *options):
        calibration = ["--calibration", self.data] if self.data.exists() else []
        return tare("convert", self.model, *calibration, "-o", self.program, *options).stderr

    def refused(self, *options):
        calibration = ["--calibration", self.data] if self.data.exists() else []
        return fails("convert", self.model, *calibration, "-o", self.program, *options, output=self.program)

    def outputs(self, form=None):
        path = self.folder / "outputs.npz"
        tare("run", form or self.program, "--inputs", self.data, "--outputs", path)
        return load(path)

    def reference(self):
        return reference(self.model, load(self.data))


@pytest.fixture
def fault(tmp_path):
    return lambda name, *arguments: Fault(name, tmp_path, arguments)


@pytest.mark.parametrize("kind, first", {
    "mul": [1, 2, 4, 8], "add": [2, 3, 5, 9], "concat": [1, 1, 1, 1, 1, 2, 4, 8], "matmul": [2, 4, 8, 15.875],
    "left": [2, 2, 2, 4, 4, 4, 8, 8, 8, 15.875, 15.875, 15.875]}.items())
def test_qdq_const_per_channel(kind, first, fault):
    case = fault("qdq-const-per-channel", kind)
    case.convert()
    np.testing.assert_array_equal(case.outputs()["y"][0].ravel()[:len(first)], first)


# What a program may be off by, in steps of an output: a tie that both round, each in its own way.
@pytest.mark.parametrize("name, arguments, steps", [
    *[("two-grids", [kind], {"y": .02, "z_": .1}) for kind in ("plain", "conv")], ("two-grids", ["residual"], {"y": .5}),
    *[("int-input", [kind, how], {"y": .1 if "8" in kind else .0005}) for kind in ("uint8", "int8", "uint16", "int16") for how in ("dq", "cast")],
    *[("qdq-pad-value", [kind], {"y": .03}) for kind in ("pad", "prelu", "clip", "bn")],
    *[("mixed-width", [kind], {"y": .001 if kind in ("8to16", "lookup") else .2}) for kind in
      ("8to16", "16to8", "w16", "lookup", "add32", "mul16", "concat16")],
    *[("qdq-scale-shape-1", [rank], {"y": .1}) for rank in (0, 1)]], ids=lambda value: "-".join(map(str, value)) if isinstance(value, list) else None)
def test_quantized_models(name, arguments, steps, fault):
    case = fault(name, *arguments)
    case.convert()
    expected, found = case.reference(), case.outputs()
    assert list(found) == list(expected)
    for output, step in steps.items():
        # An unsigned 16-bit input is halved onto the hardware's symmetric grid: half a step in, two out.
        assert np.abs(found[output] - expected[output]).max() / step < (2.01 if arguments[0] == "uint16" else 1.01), output
        assert sqnr(expected[output], found[output]) > 30, output


def test_two_grids_residual_is_the_sum_of_both(fault):
    case = fault("two-grids", "residual")
    case.convert()
    assert sqnr(case.reference()["y"], case.outputs()["y"]) > 40


@pytest.mark.parametrize("arguments, first", {(): [0, 0, 0, 0, 4, -6], ("none",): [-1.5, -1.5, -1.5, -1.5, 4, -6],
                                              ("none", -128): [64, 64, 64, 64, 4, 0]}.items(), ids=str)
def test_int_pad(arguments, first, fault):
    """With the zero point -128 the first sample is 4 and 0: nothing below 0 is on the grid. The border is the integer 0: 64."""
    case = fault("int-pad", *arguments)
    case.convert()
    for form in (case.model, case.program):
        np.testing.assert_array_equal(case.outputs(form)["y"][0].ravel(), first)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("value", ["-10000", "-3.4028235e38", "-inf"])
def test_pad_lowest_maxpool(value, method, fault):
    case = fault("pad-lowest-maxpool", value)
    case.convert("--method", method)
    # What few samples have beyond the mean of their ends is cut off.
    assert sqnr(case.reference()["y"], case.outputs()["y"]) > (25 if method == "mean_min_max" else 38)


@pytest.mark.parametrize("length", [600, 1000])
def test_softmax_long(length, fault):
    case = fault("softmax-long", length)
    case.convert()
    assert sqnr(case.reference()["y"], case.outputs()["y"]) > 50


def test_dyn_scale_last(fault):
    case = fault("dyn-scale-last")
    case.convert()
    if onnxruntime_saturates():
        pytest.skip("NOT TESTED ON THIS PROCESSOR: ONNX Runtime's sums of uint8 times int8 saturate")
    assert sqnr(case.reference()["y"], case.outputs(case.model)["y"]) > 38
    assert sqnr(case.reference()["y"], case.outputs()["y"]) > 35


def test_equal_ranges(fault):
    case = fault("equal-ranges")
    case.convert()
    np.testing.assert_allclose(case.outputs()["y"], case.reference()["y"], atol=.5 / 255 + 1e-6)


@pytest.mark.parametrize("name, target", [("target-i16", "gemmlowp"), ("target-i16", "three_stage"), ("int16-on-i8-target", "gemmlowp"),
                                          ("int16-on-i8-target", "three_stage")])
def test_a_target_without_16_bits(name, target, fault):
    assert "i16" in fault(name).refused("--target", target)


@pytest.mark.parametrize("target", ["i16x8", "shift_only"])
def test_target_asymmetric(target, fault):
    """Put on symmetric grids and told, refused under --no-repair; or refused at once."""
    case = fault("target-asymmetric")
    case.refused("--target", target, "--no-repair")
    if tare("convert", case.model, "--target", target, "-o", case.program, check=False).returncode == 0:
        assert "zero point" in case.convert("--target", target)
        assert "zero_point\": 658" not in tare("inspect", case.program, "--json").stdout


def test_weights_asymmetric(fault):
    """Exactly, or told and refused."""
    case = fault("weights-asymmetric")
    case.convert("--no-repair")
    assert sqnr(case.reference()["tanh_o21"], case.outputs()["tanh_o21"]) > 40


def test_verify_tables(fault):
    """The proven error is what brute force over all integers of the sigmoid's table finds."""
    case = fault("verify-tables")
    case.convert("--target", "i16x8")
    proven = max(layer.get("worst_error", 0) for layer in tare_json("verify", case.program)["layers"] if layer["kind"] == "lookup")
    assert fails("verify", case.program, "--max-error", f"{proven - .01}")
    info = tare_json("inspect", case.program)
    step, result = np.float64(info["inputs"][0]["scales"][0]), np.float64(info["layers"][1]["scales"][0])
    integers = np.arange(-32767, 32768).reshape(-1, 1)[: 65535 // 8 * 8].reshape(-1, 8)
    case.data = case.folder / "all.npz"
    np.savez(case.data, x=(integers * step).astype(np.float32))
    exact = np.minimum(1 / (1 + np.exp(-integers * step)) / result, 32767)
    assert abs(np.abs(case.outputs()["y"] / result - exact).max() - proven) < .01


def test_three_stage_saturated(fault):
    case = fault("three-stage-saturated")
    told = case.convert("--target", "three_stage")
    assert "the best that" not in told
    tare("verify", case.program, "--max-error", "0.501")


def test_multiplier_message(fault):
    assert "most of all in channel 0: 6 of 15" in fault("multiplier-message").convert("--verbose")


def test_bias_rounding(fault, tmp_path):
    """(A6) in real numbers: B / (Sx * Sw) by fractions, where Sx and Sw are the grids that the program's vectors give."""
    case = fault("bias-rounding")
    case.convert()
    tare("verify", case.program, "--golden", tmp_path / "golden", "--samples", 1)
    (layer,) = [each for each in json.loads((tmp_path / "golden/index.json").read_text())["layers"] if each["kind"] == "conv"]
    operands = {each["role"]: (np.load(tmp_path / "golden" / each["file"]), each.get("grid")) for each in layer["operands"]}
    (weights, grid), (stored, _) = operands["weights"], operands["bias"]
    sx = Fraction(tare_json("inspect", case.program)["inputs"][0]["scales"][0])
    bias = {each.name: numpy_helper.to_array(each) for each in onnx.load(case.model).graph.initializer}["b"]
    sums = layer["parameters"]["input_zero_point"] * weights.reshape(len(bias), -1).sum(1, dtype=np.int64)
    assert stored.ravel().tolist() == [round(Fraction(float(b)) / (sx * Fraction(sw))) - int(z) for b, sw, z in zip(bias, grid["scales"], sums)]


def test_concat_head(fault):
    """Every convolution leaves as int32; the concat is the host's."""
    case = fault("concat-head")
    case.convert()
    convolutions = [layer for layer in tare_json("inspect", case.program)["layers"] if layer["kind"] == "conv"]
    assert [layer["output"] for layer in convolutions[-2:]] == ["int32", "int32"]


def test_strip_reshaped_head(fault):
    case = fault("strip-reshaped-head")
    case.convert("--strip-io", "dequantize")
    (output,) = tare_json("inspect", case.program)["outputs"]
    assert output["type"] == "int32" and output["host_steps"][:2] == ["dequantize", "reshape"]
    assert len(output["scales"]) == output["shape"][output["axis"]]

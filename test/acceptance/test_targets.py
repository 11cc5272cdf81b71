"""Every target that ships converts the project's own network, exactly and without losing accuracy."""
import json

import pytest

from harness import ROOT, fails, load, tare, tare_json

DIGITS = ROOT / "examples/digits"
DATA = DIGITS / "calibration.npz"
TEST = DIGITS / "test.npz"
NAMES = [target["name"] for target in json.loads(tare("target", "list", "--json").stdout)]


def accuracy(model, folder):
    out = folder / "outputs.npz"
    tare("run", model, "--inputs", TEST, "--outputs", out)
    return float((load(out)["logits"].argmax(1) == load(TEST)["labels"]).mean())


def convert(name, out, *options):
    tare("convert", DIGITS / "digits.onnx", "--calibration", DATA, "--target", name, *options, "-o", out)
    return out


@pytest.mark.parametrize("name", NAMES)
def test_program_equals_the_ir_and_keeps_its_accuracy(name, tmp_path):
    program, ir = convert(name, tmp_path / "p.tare"), convert(name, tmp_path / "p.mlir", "--emit", "mlir:npu")
    layers = tare_json("compare", ir, program, "--inputs", TEST)["layers"]
    assert layers and all(layer["differing"] == 0 for layer in layers if "differing" in layer)
    assert tare_json("inspect", program)["target"] == name
    assert accuracy(program, tmp_path) >= accuracy(DIGITS / "digits.onnx", tmp_path) - 0.01


@pytest.mark.parametrize("name", NAMES)
def test_multipliers_and_shifts_stay_in_the_target(name, tmp_path):
    target = json.loads(tare("target", "show", name, "--json").stdout)
    bits = {kind: target["mean_multiplier_bits"] for kind in ("average_pool", "reduce_mean")}
    if target["requantizer"] == "shift":
        bits["add"] = 31  # what aligns the operands
    for layer in tare_json("inspect", convert(name, tmp_path / "p.tare"))["layers"]:
        assert all(abs(m) < 2 ** bits.get(layer["kind"], target["multiplier_bits"]) for m in layer.get("multipliers", []))
        stages = layer.get("stages", {})
        shifts = layer.get("shifts", []) + [q for key, q in stages.items() if key.endswith("_shift")]
        assert all(target["shift"]["min"] <= q <= target["shift"]["max"] for q in shifts)
        assert len(shifts) == 3 if stages else "stages" not in layer


def test_the_activation_type_is_the_targets_preferred_one(tmp_path):
    layers = tare_json("inspect", convert("i16x8", tmp_path / "wide.tare"))["layers"]
    conv = next(layer for layer in layers if layer["kind"] == "conv")
    assert conv["output"] == "int16"


def test_a_type_that_the_target_lacks_is_refused(tmp_path):
    out = tmp_path / "p.tare"
    message = fails("convert", DIGITS / "digits.onnx", "--calibration", DATA, "--target", "i16x8", "--activations", "i8", "-o",
                    out, output=out)
    assert "target 'i16x8' has no i8 activations" in message


def test_a_float_tail_is_the_hardwares(tmp_path):
    out = tmp_path / "p.tare"
    message = fails("convert", DIGITS / "digits.onnx", "--calibration", DATA, "--target", "float_tail", "--strip-io", "dequantize",
                    "-o", out, output=out)
    assert "the tails of target 'float_tail' are float32" in message
    outputs = tare_json("inspect", convert("float_tail", out))["outputs"]
    assert outputs[0]["type"] == "float32" and len(outputs[0]["scales"]) == 10

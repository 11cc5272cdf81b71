"""Every target that ships converts the project's own network, exactly and without losing accuracy."""
import json

import numpy as np
import onnx
import pytest

from harness import ROOT, fails, load, tare, tare_json
from models import Graph

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
    compared = tare_json("compare", ir, program, "--inputs", TEST)
    # Ten layers, and what stands at the border of some targets.
    assert len(compared["layers"]) >= 10
    assert all(value["differing"] == 0 and value["elements"] > 0 for value in compared["layers"] + compared["outputs"])
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


@pytest.mark.parametrize("name, least", (("generic", -128), ("shift_only", -127), ("i16x8", -32767)))
def test_inputs_saturate_at_the_grids_own_ends(name, least, tmp_path):
    """A symmetric grid has no -128, and bounds of accumulators count on that. The host's quantize is the program's own."""
    np.savez(tmp_path / "x.npz", image=np.full((2, 1, 8, 8), -1e6, np.float32))
    program, stripped = convert(name, tmp_path / "p.tare"), convert(name, tmp_path / "s.tare", "--strip-io", "quantize")
    tare("run", program, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "all.npz", "--all-layers", "--raw")
    assert load(tmp_path / "all.npz")["image_quantize"].min() == least
    outputs = []
    for model in (program, stripped):
        tare("run", model, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz")
        outputs.append(load(tmp_path / "y.npz")["logits"].tobytes())
    assert outputs[0] == outputs[1]


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


@pytest.mark.parametrize("name", ("generic", "gemmlowp", "three_stage"))
def test_hardware_with_one_weight_scale_a_layer_gets_one(name, tmp_path):
    board = tmp_path / "board.yaml"
    board.write_text(tare("target", "show", name).stdout.replace("per_channel: true", "per_channel: false"))
    program = convert(board, tmp_path / "p.tare")
    tare("verify", program, "--golden", tmp_path / "golden", "--samples", 1)
    layers = json.loads((tmp_path / "golden/index.json").read_text())["layers"]
    scales = [operand["grid"]["scales"] for layer in layers for operand in layer["operands"] if operand["role"] == "weights"]
    assert len(scales) >= 5 and all(len(set(found)) == 1 for found in scales)
    assert accuracy(program, tmp_path) >= accuracy(DIGITS / "digits.onnx", tmp_path) - 0.02


def test_weights_of_a_quantized_model_keep_their_scales_or_it_is_told(tmp_path):
    board = tmp_path / "board.yaml"
    board.write_text(tare("target", "show", "generic").stdout.replace("per_channel: true", "per_channel: false"))
    graph = Graph("channels")
    weight = graph.node("DequantizeLinear", graph.constant(graph.random.integers(-127, 128, (2, 3)), dtype=np.int8),
                        graph.constant([0.01, 0.02]), graph.constant([0, 0], dtype=np.int8), axis=0)
    graph.output(graph.node("Gemm", graph.input(1, 3), weight, name="fc", transB=1))
    onnx.save(graph.model(), tmp_path / "m.onnx")
    np.savez(tmp_path / "x.npz", x=np.random.default_rng(1).normal(size=(8, 3)).astype(np.float32))
    arguments = ("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "--target", board)
    words = "layer 'fc' has weights with a scale per channel, but target 'generic' has one scale for all of them"
    assert words in fails(*arguments, "--no-repair", "-o", tmp_path / "p.tare", output=tmp_path / "p.tare")
    assert words in tare(*arguments, "-o", tmp_path / "p.tare").stderr


def test_shifts_alone_need_scales_per_channel(tmp_path):
    board = tmp_path / "board.yaml"
    board.write_text(tare("target", "show", "shift_only").stdout.replace("per_channel: true", "per_channel: false"))
    assert "per_channel is false; per_channel: true would be true" in fails("target", "check", board)

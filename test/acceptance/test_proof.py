"""The proof: what `tare verify` says of a layer is what its program computes, recomputed here from the file alone."""
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import ROOT, Prepared, fails, tare, tare_json
from models import CASES, Graph

DIGITS = ROOT / "examples/digits"


@pytest.mark.parametrize("target", ("generic", "gemmlowp", "i16x8", "float_tail", "shift_only", "three_stage"))
def test_every_scaled_layer_of_the_digits_is_proven(target, tmp_path):
    program = tmp_path / "p.tare"
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target", target, "-o", program)
    proof = tare_json("verify", program)
    assert not any(layer["proof"] == "unknown" for layer in proof["layers"])
    # The last layer's sums leave as they are.
    kinds = {layer["name"]: (layer["proof"], layer["channels"]) for layer in proof["layers"]
             if layer["kind"] in ("conv", "add", "reduce_mean", "linear")}
    wide, tail = target == "i16x8", target == "float_tail"
    assert kinds == {**{f"conv{i}": ("steps", 48 if i == 4 else 24) for i in range(1, 5)}, "add3": ("bound" if wide else "pairs", 1),
                     "pool4": ("steps", 1), "fc": kinds["fc"]}
    assert kinds["fc"] in (("exact", 0), ("steps", 10))
    # Rounding to nearest is off by half a step at most; the multiplier's own error adds little at 8 bits. Double rounding
    # adds up to an eighth, three stages a few hundredths: t has 16 bits.
    limit = 2.5 if target == "i16x8" else 0.65 if target == "gemmlowp" else 0.55 if target == "three_stage" else 0.52
    assert 0.49 < proof["worst_error"] < limit


def test_the_worst_error_is_where_it_is_said(tmp_path):
    """A 1x1 convolution of one input channel, whose accumulators can all be tried."""
    weight = np.array([[[[0.7]]], [[[-0.31]]]], np.float32)
    node = helper.make_node("Conv", ["x", "w"], ["c"], name="conv")
    relu = helper.make_node("MaxPool", ["c"], ["y"], name="pool", kernel_shape=[1, 1])
    graph = helper.make_graph([node, relu], "one", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 1, 64])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2, 1, 64])],
                              [numpy_helper.from_array(weight, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, tmp_path / "m.onnx")
    np.savez(tmp_path / "x.npz", x=np.random.default_rng(3).normal(size=(64, 1, 1, 64)).astype(np.float32))
    program = tmp_path / "p.tare"
    tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "-o", program)
    layers = {layer["name"]: layer for layer in tare_json("inspect", program)["layers"]}
    proof = next(layer for layer in tare_json("verify", program)["layers"] if layer["name"] == "conv")
    conv = layers["conv"]
    channel = proof["channel"]
    m, q = conv["multipliers"][channel], conv["shifts"][channel]
    rounded = (proof["accumulator"] * m + (1 << (q - 1))) >> q
    assert abs(abs(proof["output"] - proof["real"]) - proof["worst_error"]) < 1e-9
    assert proof["output"] == np.clip(rounded + conv["zero_points"][0], -128, 127)


def test_what_the_compiler_adds_has_grids(tmp_path):
    """The pool reads a padding of the compiler's own, the chain a constant that became channels-last."""
    case = Prepared(CASES["average_pool_ceil_counting_pad"], tmp_path)
    programs = [(case.model, case.calibration)]
    graph = Graph("scaled_by_constants")
    x = graph.conv(graph.input(1, 4, 6, 5), 4, 4, 3, 3)
    scaled = graph.node("Mul", x, graph.normal(1, 1, 4, 3))  # no convolution takes that in
    graph.output(graph.conv(graph.node("Add", x, graph.node("Mul", scaled, graph.constant(3.0))), 2, 4, 1, 1))
    onnx.save(graph.model(), tmp_path / "scaled.onnx")
    np.savez(tmp_path / "x.npz", x=np.random.default_rng(5).normal(size=(8, 4, 6, 5)).astype(np.float32))
    programs.append((tmp_path / "scaled.onnx", tmp_path / "x.npz"))
    for model, data in programs:
        tare("convert", model, "--calibration", data, "-o", tmp_path / "p.tare")
        scaled = [layer for layer in tare_json("verify", tmp_path / "p.tare")["layers"] if layer["kind"] in ("mul", "add", "average_pool")]
        assert scaled and all(layer["proof"] in ("steps", "pairs") for layer in scaled)


def test_an_error_above_the_limit_is_a_failure(tmp_path):
    program = tmp_path / "p.tare"
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "-o", program)
    tare("verify", program, "--max-error", "0.52")
    assert "above --max-error 0.501: 'conv1'" in fails("verify", program, "--max-error", "0.501")


def test_bad_input_is_one_message(tmp_path):
    (tmp_path / "no.tare").write_bytes(b"no program")
    assert "no.tare" in fails("verify", tmp_path / "no.tare")
    program = tmp_path / "p.tare"
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "-o", program)
    assert "found 'up', expected one of half_up" in fails("verify", program, "--rounding", "up")

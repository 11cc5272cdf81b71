"""QDQ exports (docs/qdq.md): the program that is made of one is that of the model, byte for byte, and ONNX Runtime computes what Tare's evaluation of the QDQ form does."""
import json

import numpy as np
import onnx
import pytest

from graphs import node, port, save
from harness import ROOT, Prepared, fails, load, reference, tare, tare_json
from models import CASES
from qdqmodels import counted, exported

DIGITS = ROOT / "examples/digits"
CALIBRATION = ("--calibration", DIGITS / "calibration.npz")
F32 = np.float32

# What comes back as another program, which computes the same.
OTHERWISE = {
    "clip_nothing": "a layer is called after the quantizer that is left of it",
    "gemm_of_two_activations": "a constant of one number is called otherwise",
    "matmul_vector": "a product with a constant vector is a layer with weights",
    "lstm_both_ways": "what calibration saw of the operands of three tables is covered by their grids",
}
# ONNX's shape inference counts windows that begin in the padding, which neither ONNX Runtime nor Tare has.
NOT_INFERRED = {"max_pool_ceil_padded"}


def digits(folder, *arguments, emit="qdq-onnx", output="m.onnx"):
    tare("convert", DIGITS / "digits.onnx", *CALIBRATION, "--emit", emit, *arguments, "-o", folder / output)
    return folder / output


@pytest.mark.parametrize("name", CASES)
def test_comes_back_as_it_was(name, tmp_path):
    case = Prepared(CASES[name], tmp_path)
    program, qdq, again = exported(case.model, tmp_path, "--calibration", case.calibration, *case.case.arguments)
    onnx.checker.check_model(onnx.load(qdq), full_check=name not in NOT_INFERRED)
    assert (program.read_bytes() == again.read_bytes()) == (name not in OTHERWISE)
    counts, others = counted(qdq, case.form("qdq"), case.inputs)
    assert not counts[2] and counts[1] <= .05 * counts.sum() and others < 2e-3, (counts, others)


WIDER = ["conv_3x3", "conv_depthwise", "deconv_overlapping", "matmul_constant_of_sequence", "sigmoid_behind_conv", "swish_written_out", "softmax_channels", "concat_of_different_ranges",
         "add_of_different_ranges", "pad_before_conv", "reduce_mean_spatial", "average_pool_padded", "layer_norm", "residual_net", "squeeze_and_excite", "scan_of_pixels"]


@pytest.mark.parametrize("arguments", (("--activations", "i16"), ("--target", "gemmlowp"), ("--target", "i16x8"), ("--target", "three_stage"), ("--target", "shift_only")), ids=" ".join)
@pytest.mark.parametrize("name", WIDER)
def test_on_other_hardware(name, arguments, tmp_path):
    case = Prepared(CASES[name], tmp_path)
    program, qdq, again = exported(case.model, tmp_path, "--calibration", case.calibration, *case.case.arguments, *arguments)
    assert program.read_bytes() == again.read_bytes()
    ir = case.convert(tmp_path / "form.mlir", "--emit", "mlir:qdq", *arguments)
    counts, others = counted(qdq, ir, case.inputs)
    assert not counts[2] and counts[1] <= .05 * counts.sum() and others < 2e-3, (counts, others)


# ---- What is in the file

def test_names_types_and_grids(tmp_path):
    model = onnx.load(digits(tmp_path, "--activations", "i16"))
    assert (model.producer_name, model.ir_version, model.opset_import[0].version) == ("tare", 10, 21)
    assert {note.key: note.value for note in model.metadata_props} == {"tare.target": "generic"}
    constants = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
    makers = {name: each for each in model.graph.node for name in each.output}
    assert {"relu1_out", "relu1_out_quantized", "relu1_out_dequantized", "conv1_weight", "conv1_bias", "logits"} <= set(makers)
    # Per channel, biases of int32 on the product of both scales, activations of 16 bits.
    weights, bias, activation = (makers[name].input for name in ("conv2_weight", "conv2_bias", "relu1_out_dequantized"))
    assert constants[weights[0]].dtype == np.int8 and constants[weights[1]].shape == (24,) and makers["conv2_weight"].attribute[0].i == 0
    assert constants[bias[0]].dtype == np.int32 and len(bias) == 2
    assert np.array_equal(constants[bias[1]], (constants[activation[1]].astype(np.float64) * constants[weights[1]]).astype(F32))
    assert constants[activation[2]].dtype == np.int16 and constants[activation[1]].shape == ()


def test_a_tail_is_its_accumulator(tmp_path):
    """QuantizeLinear has no 32 bits."""
    graph = onnx.load(digits(tmp_path)).graph
    assert [each.op_type for each in graph.node if "logits" in each.output] == ["Gemm"]


def test_unsigned_inputs_stay_unsigned(tmp_path):
    case = Prepared(CASES["qdq_unsigned"], tmp_path)
    tare("convert", case.model, "--emit", "qdq-onnx", "-o", tmp_path / "m.onnx")
    before, behind = (onnx.load(path).graph for path in (case.model, tmp_path / "m.onnx"))
    for old, new in zip([*before.input, *before.output], [*behind.input, *behind.output], strict=True):
        assert (old.name, old.type.tensor_type.elem_type) == (new.name, new.type.tensor_type.elem_type)


def test_of_any_stage(tmp_path):
    whole = digits(tmp_path).read_bytes()
    for stage in ("import", "float", "ranges", "qdq"):
        ir = digits(tmp_path, emit=f"mlir:{stage}", output=f"{stage}.mlir")
        given = CALIBRATION if stage in ("import", "float") else ()
        tare("convert", ir, *given, "--emit", "qdq-onnx", "-o", tmp_path / "again.onnx")
        assert (tmp_path / "again.onnx").read_bytes() == whole, stage
    fused = digits(tmp_path, emit="mlir:fused", output="fused.mlir")
    tare("convert", fused, "--emit", "qdq-onnx", "-o", tmp_path / "fused.onnx")
    data = {"image": load(DIGITS / "test.npz")["image"][:20]}
    one, other = reference(tmp_path / "fused.onnx", data), reference(tmp_path / "m.onnx", data)
    assert np.array_equal(one["logits"], other["logits"])
    npu = digits(tmp_path, emit="mlir:npu", output="npu.mlir")
    assert "has passed the stage 'qdq': it is at 'npu'" in fails("convert", npu, "--emit", "qdq-onnx", "-o", tmp_path / "late.onnx", output=tmp_path / "late.onnx")


@pytest.mark.parametrize("name", ("tail_permute", "qdq_net", "gru_reversed", "concat_of_different_ranges", "resize_linear_down", "deconv_group", "sigmoid_behind_conv", "unet"))
def test_the_fused_form_says_the_same(name, tmp_path):
    case = Prepared(CASES[name], tmp_path)
    for form in ("qdq", "fused"):
        tare("convert", case.form(form), "--emit", "qdq-onnx", "-o", tmp_path / f"{form}.onnx")
    counts, others = counted(tmp_path / "fused.onnx", case.form("fused"), case.inputs)
    assert not counts[2] and counts[1] <= .05 * counts.sum() and others < 2e-3, (counts, others)
    one, other = (reference(tmp_path / f"{form}.onnx", load(case.inputs)) for form in ("qdq", "fused"))
    assert all(np.allclose(one[each], other[each], rtol=0, atol=1e-6) for each in one)


def test_operators_of_the_host(tmp_path):
    """Of an older opset: what was an attribute is an operand."""
    nodes = [node("Relu", ["x"], ["r"]), node("ReduceMax", ["r"], ["m"], axes=[1], keepdims=1), node("TopK", ["r", "k"], ["v", "i"], axis=1)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 6])], [port("m", [1, 1]), port("v", [1, 2]), port("i", [1, 2], np.int64)], {"k": np.int64([2])}, opset=13)
    np.savez(tmp_path / "d.npz", x=np.random.default_rng(1).normal(size=(8, 6)).astype(F32))
    program, qdq, again = exported(model, tmp_path, "--calibration", tmp_path / "d.npz", name="p")
    # The host's layers are of another opset.
    assert [each["name"] for each in tare_json("inspect", program)["layers"]] == [each["name"] for each in tare_json("inspect", again)["layers"]]
    ours, theirs = reference(qdq, load(tmp_path / "d.npz")), reference(model, load(tmp_path / "d.npz"))
    assert np.abs(ours["v"] - theirs["v"]).max() < .02


# ---- What is told, and refused

def test_what_is_told(tmp_path):
    done = tare("convert", DIGITS / "digits.onnx", *CALIBRATION, "--emit", "qdq-onnx", "--target", "gemmlowp", "-o", tmp_path / "m.onnx")
    assert "ONNX has no attributes for how 'gemmlowp' requantizes (multiply_shift, rounding gemmlowp_double)" in done.stderr
    report = tare_json("convert", DIGITS / "digits.onnx", *CALIBRATION, "--emit", "qdq-onnx", "-o", tmp_path / "m.onnx")["qdq"]
    assert report["target"] == "generic" and report["operators"]["Conv"] == 4


@pytest.mark.parametrize("arguments,message", (
    (("--strip-io", "quantize"), "--strip-io is of the stage 'npu' at the earliest, but --emit qdq-onnx ends before"),
    (("--check", 4), "--check checks a program, but --emit qdq-onnx makes none"),
    (("--strict",), "--strict checks a program, but --emit qdq-onnx makes none"),
))
def test_what_does_not_go_together(arguments, message, tmp_path):
    assert message in fails("convert", DIGITS / "digits.onnx", *CALIBRATION, "--emit", "qdq-onnx", *arguments, "-o", tmp_path / "m.onnx", output=tmp_path / "m.onnx")


def test_other_endings_are_refused(tmp_path):
    for emit in ("qdq-onnx", "encodings"):
        fails("convert", DIGITS / "digits.onnx", *CALIBRATION, "--emit", emit, "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")


def test_layers_without_a_form_are_refused_together(tmp_path):
    """Norms along neither the last axes nor those of an image."""
    (tmp_path / "m.mlir").write_text("""
func.func @main(%x: tensor<1x4x6xf32> {qnn.name = "x", qnn.range = #qnn.range<-2.0, 2.0, calibrated>}) -> tensor<1x4x6xf32> attributes {qnn.measured_ranges} {
  %0 = qnn.normalize %x {axes = array<i64: 1>, epsilon = 1.0e-5 : f64, qnn.range = #qnn.range<-2.0, 2.0, calibrated>} : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32> loc("first")
  %1 = qnn.normalize %0 {axes = array<i64: 1>, epsilon = 1.0e-3 : f64, qnn.range = #qnn.range<-2.0, 2.0, calibrated>} : (tensor<1x4x6xf32>) -> tensor<1x4x6xf32> loc("second")
  return %1 : tensor<1x4x6xf32>
}
""")
    message = fails("convert", tmp_path / "m.mlir", "--emit", "qdq-onnx", "-o", tmp_path / "m.onnx", output=tmp_path / "m.onnx")
    assert "has no form in ONNX; layer 'first' (normalize): ONNX has no operator for it; layer 'second' (normalize): ONNX has no operator for it" in message


def test_encodings(tmp_path):
    written = digits(tmp_path, emit="encodings", output="m.json").read_text()
    tare("config", "init", DIGITS / "digits.onnx", *CALIBRATION, "--format", "encodings", "-o", tmp_path / "c.json")
    assert written == (tmp_path / "c.json").read_text()
    assert json.loads(written)["version"] == "1.0.0"
    tare("convert", DIGITS / "digits.onnx", "--config", tmp_path / "m.json", *CALIBRATION, "-o", tmp_path / "m.tare")

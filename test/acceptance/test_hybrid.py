"""Hybrid: dynamically quantized models (ranges found at run time) get static ranges from calibration, or are refused with the reason.

M = S1·S2/S3: S2 is the weights' scale and stands in the model; S1 and S3 come from calibration.
"""
import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnxruntime.quantization import QuantType, quantize_dynamic

from harness import fails, load, sqnr, tare, tare_json

HOST = "--strip-io", "quantize,dequantize"
WEIGHTS = {"int8": dict(weight_type=QuantType.QInt8), "uint8": dict(weight_type=QuantType.QUInt8),
           "per_channel": dict(weight_type=QuantType.QInt8, per_channel=True)}


def draw(random, name, *shape):
    return numpy_helper.from_array((random.normal(size=shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32), name)


def write(path, nodes, stored, x_shape, outputs=("y",), domains=()):
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x_shape)],
                              [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs], stored)
    opsets = [helper.make_opsetid("", 13), *(helper.make_opsetid(d, 1) for d in domains)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)


def data(folder, *shape):
    """The inputs are among the calibrated ones: what a range leaves out is not what this is about."""
    samples = np.random.default_rng(3).normal(size=(64, *shape)).astype(np.float32)
    np.savez(folder / "calibration.npz", x=samples)
    np.savez(folder / "x.npz", x=samples[:24])


def reference(path, samples):
    """What the model says, sample by sample. ONNX's own evaluator: on processors without VNNI, ONNX Runtime's sums of 8-bit products saturate."""
    model = ReferenceEvaluator(str(path))
    shape = [d.dim_value for d in onnx.load(path).graph.input[0].type.tensor_type.shape.dim]
    runs = [model.run(None, {"x": each.reshape(shape)}) for each in samples["x"]]
    return {name: np.stack([run[i] for run in runs]) for i, name in enumerate(model.output_names)}


def network(folder, **options):
    """Convolutions, layers with and without a bias, one quantized value read by two products, one product of activations."""
    random = np.random.default_rng(7)
    node = helper.make_node
    nodes = [node("Conv", ["x", "w1", "b1"], ["c1"], name="conv1", kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
             node("Relu", ["c1"], ["r1"], name="relu1"),
             node("Conv", ["r1", "w2"], ["c2"], name="conv2", kernel_shape=[3, 3], group=2, strides=[2, 2]),
             node("Flatten", ["c2"], ["f"], name="flat"),
             node("Gemm", ["f", "w3", "b3"], ["g"], name="fc", transB=1),
             node("Relu", ["g"], ["r2"], name="relu2"),
             node("MatMul", ["r2", "w4"], ["m1"], name="left"),
             node("Add", ["m1", "b4"], ["a1"], name="bias"),
             node("MatMul", ["r2", "w5"], ["m2"], name="right"),
             node("Transpose", ["m2"], ["t"], name="turn", perm=[1, 0]),
             node("MatMul", ["t", "a1"], ["y"], name="outer")]
    stored = [draw(random, *a) for a in (("w1", 6, 4, 3, 3), ("b1", 6), ("w2", 8, 3, 3, 3), ("w3", 20, 72), ("b3", 20),
                                        ("w4", 20, 7), ("b4", 7), ("w5", 20, 5))]
    write(folder / "float.onnx", nodes, stored, [1, 4, 8, 8])
    quantize_dynamic(folder / "float.onnx", folder / "m.onnx", extra_options={"MatMulConstBOnly": False}, **options)
    kinds = [n.op_type for n in onnx.load(folder / "m.onnx").graph.node]
    assert kinds.count("ConvInteger") == 2 and kinds.count("MatMulInteger") == 4 and kinds.count("DynamicQuantizeLinear") == 6
    data(folder, 4, 8, 8)


def convert(folder, name="p.tare", *arguments):
    tare("convert", folder / "m.onnx", "--calibration", folder / "calibration.npz", *arguments, "-o", folder / name)
    return folder / name


def run(folder, model, *arguments):
    tare("run", model, "--inputs", folder / "x.npz", "--outputs", folder / "y.npz", *arguments)
    return load(folder / "y.npz")["y"]


@pytest.mark.parametrize("weights", WEIGHTS)
def test_static_ranges_are_nearly_as_accurate_as_dynamic_ones(weights, tmp_path):
    network(tmp_path, **WEIGHTS[weights])
    dynamic = reference(tmp_path / "m.onnx", load(tmp_path / "x.npz"))["y"]
    program = run(tmp_path, convert(tmp_path)).reshape(dynamic.shape)
    assert sqnr(dynamic, program) > 25
    # Evaluated as a float graph, it differs from the dynamic one by the rounding of the activations alone.
    assert sqnr(dynamic, run(tmp_path, tmp_path / "m.onnx").reshape(dynamic.shape)) > 35


def test_wider_activations_come_closer_to_the_weights_own_accuracy(tmp_path):
    network(tmp_path, **WEIGHTS["per_channel"])
    unrounded = run(tmp_path, tmp_path / "m.onnx")
    wide = run(tmp_path, convert(tmp_path, "wide.tare", "--target", "i16x8", "--method", "min_max"))
    assert sqnr(unrounded, wide) > 50


def small(folder):
    """Two layers, whose weights have one scale per column; the last result is read by something, so that it is requantized."""
    random = np.random.default_rng(11)
    nodes = [helper.make_node("MatMul", ["x", "w1"], ["p1"], name="one"), helper.make_node("Add", ["p1", "b1"], ["s1"], name="add1"),
             helper.make_node("Relu", ["s1"], ["h"], name="relu"), helper.make_node("MatMul", ["h", "w2"], ["p2"], name="two"),
             helper.make_node("Add", ["b2", "p2"], ["s2"], name="add2"), helper.make_node("Relu", ["s2"], ["r"], name="relu2"),
             helper.make_node("Flatten", ["r"], ["y"], name="flat")]
    stored = [draw(random, *a) for a in (("w1", 12, 9), ("b1", 9), ("w2", 9, 5), ("b2", 5))]
    write(folder / "float.onnx", nodes, stored, [1, 12])
    quantize_dynamic(folder / "float.onnx", folder / "m.onnx", **WEIGHTS["per_channel"])
    data(folder, 12)
    stored = {t.name: numpy_helper.to_array(t) for t in onnx.load(folder / "m.onnx").graph.initializer}
    return stored


def calibrated(folder):
    tare("calibrate", folder / "m.onnx", "--calibration", folder / "calibration.npz", "-o", folder / "ranges.json")
    return json.loads((folder / "ranges.json").read_text())


def layers_of(info):
    first, second = (next(l for l in info["layers"] if l["kind"] == "linear" and l["name"].startswith(n)) for n in ("one", "two"))
    return first, second


@pytest.mark.parametrize("target, bits", [("generic", 15), ("gemmlowp", 31), ("i16x8", 15)])
def test_m_is_s1_s2_over_s3(target, bits, tmp_path):
    stored = small(tmp_path)
    info = tare_json("inspect", convert(tmp_path, "p.tare", "--target", target))
    (s1,) = info["inputs"][0]["scales"]
    for layer, weight in zip(layers_of(info), ("w1_scale", "w2_scale")):
        (s3,) = layer["scales"]
        expected = s1 * stored[weight].astype(np.float64) / s3
        effective = np.array(layer["multipliers"]) * 2.0 ** -np.array(layer["shifts"])
        assert len(effective) == len(stored[weight])
        # A multiplier has its topmost bit set: it is off by half a step of 2^(bits - 1) or more.
        np.testing.assert_allclose(effective, expected, rtol=2.0 ** -bits)
        s1 = s3


def test_s1_and_s3_are_those_of_calibration(tmp_path):
    """A ranges file names every value; the scales are what it says."""
    small(tmp_path)
    ranges = calibrated(tmp_path)
    ranges["values"]["x"].update(min=-8.0, max=8.0)
    assert {"x", "h"} <= set(ranges["values"])
    (tmp_path / "ranges.json").write_text(json.dumps(ranges))
    tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "ranges.json", "-o", tmp_path / "wide.tare")
    assert tare_json("inspect", tmp_path / "wide.tare")["inputs"][0]["scales"] == [np.float32(16 / 255)]


def test_the_program_is_the_integer_arithmetic_of_the_files_weights(tmp_path):
    """Replayed here: x on its static grid, the file's integer weights, the bias on S1·S2, round half up, both layers."""
    stored = small(tmp_path)
    info = tare_json("inspect", convert(tmp_path, "p.tare", *HOST))
    raw = run(tmp_path, tmp_path / "p.tare", "--raw")
    (scale,), (zero,) = info["inputs"][0]["scales"], info["inputs"][0]["zero_points"]
    q = np.clip(np.rint(load(tmp_path / "x.npz")["x"] / np.float32(scale)) + zero, -128, 127).astype(np.int64)
    for layer, n in zip(layers_of(info), "12"):
        bias = np.rint(stored[f"b{n}"] / (scale * stored[f"w{n}_scale"].astype(np.float64))).astype(np.int64)
        sums = (q - zero) @ stored[f"w{n}_quantized"].astype(np.int64) + bias
        (scale,), (zero,) = layer["scales"], layer["zero_points"]
        shift = np.array(layer["shifts"])
        rounded = (sums * np.array(layer["multipliers"]) + (1 << (shift - 1))) >> shift
        q = np.clip(rounded + zero, zero, 127)
    assert np.array_equal(raw.reshape(q.shape), q)


def test_unsigned_weights_with_a_zero_point_are_the_same_numbers(tmp_path):
    """Weights that fit 127 steps on either side of their zero point are not rounded again."""
    random = np.random.default_rng(2)
    w, zero, scale = random.integers(30, 240, (6, 4)).astype(np.uint8), np.uint8(130), np.float32(0.01)
    node = helper.make_node
    nodes = [node("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"], name="dq"),
             node("MatMulInteger", ["xq", "w", "xz", "wz"], ["i"], name="product"), node("Cast", ["i"], ["f"], name="cast", to=1),
             node("Mul", ["ws", "f"], ["p"], name="by_ws"), node("Mul", ["p", "xs"], ["y"], name="by_xs")]
    stored = [numpy_helper.from_array(w, "w"), numpy_helper.from_array(zero, "wz"), numpy_helper.from_array(scale, "ws")]
    write(tmp_path / "m.onnx", nodes, stored, [1, 6])
    data(tmp_path, 6)
    info = tare_json("inspect", convert(tmp_path, "p.tare", *HOST))
    raw = run(tmp_path, tmp_path / "p.tare", "--raw")
    (s1,), (z1,) = info["inputs"][0]["scales"], info["inputs"][0]["zero_points"]
    q = np.clip(np.rint(load(tmp_path / "x.npz")["x"] / np.float32(s1)) + z1, -128, 127).astype(np.int64)
    real = ((q - z1) @ (w.astype(np.int64) - 130)) * s1 * np.float64(scale)
    step = max(info["outputs"][0]["scales"])
    zero = np.array(info["outputs"][0]["zero_points"])
    assert np.abs((raw.reshape(real.shape) - zero) * np.array(info["outputs"][0]["scales"]) - real).max() <= 0.51 * step


def test_a_channel_of_nearly_zero_weights_is_repaired(tmp_path):
    """Its bias would need more than 32 bits on so fine a grid: the file's weights are rounded to a coarser one, at a stated cost."""
    random = np.random.default_rng(4)
    w = random.normal(size=(12, 3)).astype(np.float32)
    w[:, 1] *= 1e-9
    nodes = [helper.make_node("MatMul", ["x", "w"], ["p"], name="product"), helper.make_node("Add", ["p", "b"], ["s"], name="bias"),
             helper.make_node("Relu", ["s"], ["y"], name="relu")]
    write(tmp_path / "float.onnx", nodes, [numpy_helper.from_array(w, "w"), numpy_helper.from_array(np.array([1, 2, 3], np.float32), "b")], [1, 12])
    quantize_dynamic(tmp_path / "float.onnx", tmp_path / "m.onnx", **WEIGHTS["per_channel"])
    data(tmp_path, 12)
    said = fails("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "calibration.npz", "--no-repair", "-o", tmp_path / "no.tare", "-q",
                 output=tmp_path / "no.tare")
    assert "the bias of channel 1" in said and "does not fit 32 bits" in said
    report = json.loads(tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "calibration.npz", "-o", tmp_path / "p.tare", "--json").stdout)
    assert any("channel 1: weight scales that" in w and "LSB" in w for w in report["warnings"])
    dynamic = reference(tmp_path / "m.onnx", load(tmp_path / "x.npz"))["y"]
    assert sqnr(dynamic, run(tmp_path, tmp_path / "p.tare").reshape(dynamic.shape)) > 35


def test_without_calibration_the_reason_names_the_values(tmp_path):
    small(tmp_path)
    said = fails("convert", tmp_path / "m.onnx", "-o", tmp_path / "no.tare", "-q", output=tmp_path / "no.tare")
    assert "needs calibration data" in said and "'x', 'h'" in said and "dynamically" in said and "--calibration" in said
    assert "S1 * S2 / S3" in said and "(S3)" in said and "'p1', 'p2'" in said
    # A ranges file that lacks one of them is no better.
    ranges = calibrated(tmp_path)
    del ranges["values"]["h"]
    (tmp_path / "ranges.json").write_text(json.dumps(ranges))
    said = fails("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "ranges.json", "-o", tmp_path / "no.tare", "-q", output=tmp_path / "no.tare")
    assert "the ranges say nothing of 'h'" in said


def test_that_ranges_became_static_is_said(tmp_path):
    small(tmp_path)
    done = tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "calibration.npz", "-o", tmp_path / "p.tare")
    (line,) = [l for l in done.stderr.splitlines() if "warning" in l]
    assert "quantizes 'x', 'h' dynamically" in line and "static ranges" in line


def refused(folder, nodes, stored=(), outputs=("y",), domains=()):
    write(folder / "m.onnx", nodes, list(stored), [1, 6], outputs, domains)
    data(folder, 6)
    return fails("convert", folder / "m.onnx", "--calibration", folder / "calibration.npz", "--host", "error", "-o", folder / "no.tare", "-q", output=folder / "no.tare")


def stored_weight(*names):
    random = np.random.default_rng(2)
    all = {"w": random.integers(-99, 99, (6, 4)).astype(np.int8), "ws": np.float32(0.01), "rows": np.ones((6, 1), np.float32),
           "w8": random.integers(-99, 99, (6, 6)).astype(np.int8)}
    return [numpy_helper.from_array(np.asarray(all[n]), n) for n in names]


DYNAMIC = helper.make_node("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"], name="dq")


@pytest.mark.parametrize("output", ["xq", "xs", "xz"])
def test_what_is_dynamic_cannot_be_an_output(output, tmp_path):
    said = refused(tmp_path, [DYNAMIC], outputs=[output])
    assert f"output '{output}'" in said and "of 'x'" in said and "found when the graph runs" in said and "QDQ form" in said


@pytest.mark.parametrize("node", [
    helper.make_node("DequantizeLinear", ["xq", "xs", "xz"], ["y"], name="reader"),
    helper.make_node("Add", ["xs", "ws"], ["y"], name="reader"),
    helper.make_node("Mul", ["xs", "x"], ["y"], name="reader"),
    helper.make_node("Relu", ["xs"], ["y"], name="reader"),
    helper.make_node("Cast", ["xq"], ["y"], name="reader", to=1),
    helper.make_node("Transpose", ["xq"], ["y"], name="reader")], ids=lambda n: n.op_type)
def test_another_reader_of_what_is_dynamic_is_refused_by_name(node, tmp_path):
    said = refused(tmp_path, [DYNAMIC, node], stored_weight("ws"))
    assert "node 'reader'" in said and "of 'x'" in said and "found when the graph runs" in said and "QDQ form" in said


def product(*after, zero="xz", weight="w", cast="i"):
    return [DYNAMIC, helper.make_node("MatMulInteger", ["xq", weight, *([zero] if zero else [])], ["i"], name="product"),
            helper.make_node("Cast", [cast], ["f"], name="cast", to=1), *after]


@pytest.mark.parametrize("nodes, reason", [
    (product(helper.make_node("Relu", ["f"], ["y"], name="reader")), "node 'reader' (Relu, opset 13): operand 'f' holds integer sums of the products of 'x'"),
    (product(helper.make_node("Mul", ["f", "xs"], ["y"], name="scale"), zero=None), "node 'product' (MatMulInteger, opset 13): operand 2 must be the zero point"),
    (product(helper.make_node("Mul", ["xs", "rows"], ["s"], name="s"), helper.make_node("Mul", ["f", "s"], ["y"], name="scale")),
     "node 'scale' (Mul, opset 13): the weights have scales of shape"),
    (product(helper.make_node("Tanh", ["x"], ["t"], name="tanh"), helper.make_node("DynamicQuantizeLinear", ["t"], ["tq", "ts", "tz"], name="dq2"),
             helper.make_node("Mul", ["f", "ts"], ["y"], name="scale")),
     "node 'scale' (Mul, opset 13): multiplies the sums of 'x' by the scale of 't', expected that of 'x'"),
    ([helper.make_node("MatMulInteger", ["x", "w"], ["y"], name="alone")], "node 'alone' (MatMulInteger, opset 13): operand 'x' is not the integers of a DynamicQuantizeLinear"),
], ids=["reader", "zero point", "scales of rows", "another scale", "alone"])
def test_what_breaks_the_pattern_is_named(nodes, reason, tmp_path):
    assert reason in refused(tmp_path, nodes, stored_weight("w", "rows"))

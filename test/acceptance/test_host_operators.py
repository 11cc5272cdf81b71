"""Nodes that no op of the compiler computes run in float as the model says; no program comes of them, and what is missing is named."""
import json

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from graphs import converted, node, outputs_of, port, save
from harness import fails, load, tare

F32, I64 = np.float32, np.int64


def whole(path, feeds):
    """What ONNX Runtime gives for arrays of exactly the inputs' shapes."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return dict(zip([each.name for each in session.get_outputs()], session.run(None, feeds)))


CASES = {
    "topk": ("TopK", ["x", "k"], {"k": np.array([2], I64)}, {"axis": 1}),
    "gather_elements": ("GatherElements", ["x", "i"], {"i": np.array([[[0, 1, 2, 1, 0]]] * 3, I64)}, {"axis": 1}),
    "scatter": ("ScatterND", ["x", "i", "u"], {"i": np.array([[0, 1], [2, 3]], I64), "u": np.ones((2, 5), F32)}, {}),
    "einsum": ("Einsum", ["x", "m"], {"m": np.arange(20, dtype=F32).reshape(4, 5)}, {"equation": "bij,ij->bi"}),
    "pool": ("GlobalLpPool", ["x"], {}, {"p": 3}),
    "hardmax": ("Hardmax", ["x"], {}, {"axis": 1}),
    "lp": ("LpNormalization", ["x"], {}, {"axis": 2, "p": 1}),
    "prod": ("ReduceProd", ["x", "a"], {"a": np.array([1], I64)}, {"keepdims": 0}),
    "cumulative": ("CumSum", ["x", "a"], {"a": np.array(2, I64)}, {"reverse": 1}),
    "reverse": ("ReverseSequence", ["x", "n"], {"n": np.array([1, 3, 2, 3], I64)}, {"time_axis": 0, "batch_axis": 1}),
}


@pytest.mark.parametrize("case", CASES)
def test_as_onnxruntime(tmp_path, case, rng):
    operator, operands, constants, attributes = CASES[case]
    results = ["y", "i"] if operator == "TopK" else ["y"]
    graph = [node(operator, operands, results, name="one", **attributes)]
    path = save(tmp_path / "m.onnx", graph, [port("x", [3, 4, 5])], [port("y", None)], constants, 18)
    x = rng.normal(size=(4, 3, 4, 5)).astype(F32)
    expected = np.stack([whole(path, {"x": sample})["y"] for sample in x])
    np.testing.assert_allclose(outputs_of(path, {"x": x})["y"], expected, rtol=1e-4, atol=1e-5)


def test_results_of_several_types(tmp_path, rng):
    """Values and indices; a comparison; both outputs in their own types, one after the other through the IR as text, too."""
    nodes = [node("TopK", ["x", "k"], ["v", "i"], name="top", axis=-1), node("Greater", ["v", "zero"], ["above"], name="compare"),
             node("Cast", ["i"], ["f"], name="indices", to=onnx.TensorProto.FLOAT), node("Add", ["v", "f"], ["y"], name="sum")]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [2, 6])], [port("i", None, I64), port("above", None, np.bool_), port("y", None)],
                {"k": np.array([3], I64), "zero": F32(0)}, 18)
    x = rng.normal(size=(5, 2, 6)).astype(F32)
    expected = [whole(path, {"x": sample}) for sample in x]
    tare("convert", path, "--emit", "mlir:import", "-o", tmp_path / "m.mlir")
    text = (tmp_path / "m.mlir").read_text()
    assert 'qnn.host "TopK" opset 18' in text and "tensor<2x3xi64>" in text and "tensor<2x3xi1>" in text
    for form in (path, tmp_path / "m.mlir"):
        found = outputs_of(form, {"x": x})
        assert found["i"].dtype == I64 and found["above"].dtype == np.bool_
        for name in ("i", "above", "y"):
            np.testing.assert_allclose(found[name], np.stack([each[name] for each in expected]), rtol=1e-5)


def test_no_program_comes_of_them(tmp_path, rng):
    """One line that names all such nodes, those that are only spelled otherwise with the reason; nothing is left."""
    nodes = [node("TopK", ["x", "k"], ["v", "i"], name="top", axis=-1), node("Hardmax", ["v"], ["h"], name="hard"),
             node("Resize", ["c", "", "s"], ["y"], name="large", mode="cubic")]
    nodes.insert(2, node("Reshape", ["h", "shape"], ["c"], name="image"))
    path = save(tmp_path / "m.onnx", nodes, [port("x", [2, 6])], [port("y", None)],
                {"k": np.array([3], I64), "s": np.array([1, 1, 2, 2], F32), "shape": np.array([1, 1, 2, 3], I64)}, 18)
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(4, 2, 6)).astype(F32))
    said = fails("convert", path, "--calibration", tmp_path / "x.npz", "--host", "error", "-o", tmp_path / "m.tare")
    assert said.count("\n") == 1 and "operators that have no integer form: node 'top' (TopK, opset 18), node 'hard' (Hardmax, opset 18); tare run" in said
    assert "node 'large' (Resize, opset 18): attribute 'mode' is 'cubic'" in said
    assert not (tmp_path / "m.tare").exists()
    tare("calibrate", path, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "ranges.json")
    assert "y" in json.loads((tmp_path / "ranges.json").read_text())["values"]


def test_inspect_shows_each_result(tmp_path):
    path = save(tmp_path / "m.onnx", [node("TopK", ["x", "k"], ["v", "i"], name="top", axis=-1)], [port("x", [2, 6])], [port("v", None), port("i", None, I64)],
                {"k": np.array([3], I64)}, 18)
    layers = json.loads(tare("inspect", path, "--json").stdout)["layers"]
    assert [(each["name"], each["kind"], each["output"]) for each in layers] == [("top", "TopK", "float32"), ("top", "TopK", "int64")]


def test_an_index_out_of_range(tmp_path):
    path = save(tmp_path / "m.onnx", [node("Gather", ["t", "i"], ["y"], name="embed")], [port("i", [3], I64)], [port("y", None)],
                {"t": np.arange(8, dtype=F32).reshape(4, 2)}, 18)
    good, bad = np.array([[0, -1, 3]], I64), np.array([[0, 1, 4]], I64)
    np.testing.assert_array_equal(outputs_of(path, {"i": good})["y"][0], [[0, 1], [6, 7], [6, 7]])
    np.savez(tmp_path / "bad.npz", i=bad)
    out = tmp_path / "out.npz"
    for command in (["run", path, "--inputs", tmp_path / "bad.npz", "--outputs", out], ["calibrate", path, "--calibration", tmp_path / "bad.npz", "-o", tmp_path / "r.json"],
                    ["compare", path, path, "--inputs", tmp_path / "bad.npz"]):
        said = fails(*command, output=out)
        assert f"{path}: layer 'embed': index 4 is out of range for 4 elements" in said


def test_inputs_of_integers_and_bool(tmp_path, rng):
    """Of every type: they are computed on as they are."""
    nodes = [node("Where", ["c", "a", "b"], ["w"], name="where"), node("Mul", ["w", "u"], ["y"], name="product")]
    path = save(tmp_path / "m.onnx", nodes, [port("c", [4], np.bool_), port("a", [4], np.int32), port("b", [4], np.int32), port("u", [4], np.int32)],
                [port("y", None, np.int32)], {}, 18)
    feeds = {"c": np.array([[1, 0, 1, 0]], bool), "a": np.array([[2**30, 2, 3, 4]], np.int32), "b": np.array([[5, 6, 7, 8]], np.int32),
             "u": np.array([[4, -1, 2, 3]], np.int32)}
    found = outputs_of(path, feeds)["y"]
    assert found.dtype == np.int32
    np.testing.assert_array_equal(found[0], [0, -6, 6, 24])  # 2^30 * 4 wraps


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16, np.int16])
def test_integers_on_no_grid(tmp_path, kind):
    path = save(tmp_path / "m.onnx", [node("BitwiseAnd", ["a", "b"], ["y"], name="and")], [port("a", [3], kind), port("b", [3], kind)], [port("y", None, kind)], {}, 18)
    a, b = np.array([[12, 10, np.iinfo(kind).max]], kind), np.array([[10, np.iinfo(kind).min, 7]], kind)
    found = outputs_of(path, {"a": a, "b": b})["y"]
    assert found.dtype == kind
    np.testing.assert_array_equal(found, a & b)


def test_an_input_that_becomes_a_constant(tmp_path, rng):
    """As Silero's VAD has it: an If of the sampling rate, and a shape that is an input."""
    then, otherwise = (helper.make_graph([node("Mul", ["x", f"{name}_factor"], [f"{name}_y"], name=f"{name}_scale")], name, [], [port(f"{name}_y", None)],
                                         [numpy_helper.from_array(F32(factor), f"{name}_factor")]) for name, factor in (("wide", 2), ("narrow", 3)))
    nodes = [node("Equal", ["sr", "rate"], ["is_wide"], name="compare"), node("If", ["is_wide"], ["s"], name="choice", then_branch=then, else_branch=otherwise),
             node("Reshape", ["s", "shape"], ["y"], name="rows")]
    path = tmp_path / "m.onnx"
    graph = helper.make_graph(nodes, "g", [port("x", [1, 6]), port("sr", [], I64), port("shape", [2], I64)], [port("y", None)], [numpy_helper.from_array(I64(16000), "rate")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), str(path))
    x = rng.normal(size=(8, 1, 6)).astype(F32)
    for rate, factor in ((16000, 2), (8000, 3)):
        values = ["--input-value", f"sr={rate}", "--input-value", "shape=2,3"]
        np.testing.assert_allclose(outputs_of(path, {"x": x}, *values)["y"], factor * x.reshape(8, 2, 3), rtol=1e-6)
        program, _ = converted(path, {"x": x}, *values)
        assert np.abs(outputs_of(program, {"x": x})["y"] - factor * x.reshape(8, 2, 3)).max() < .1
    # The data tell both as well, where they are the same in all samples.
    given = {"x": x, "sr": np.full(8, 8000, I64), "shape": np.tile(np.array([3, 2], I64), (8, 1))}
    np.testing.assert_allclose(outputs_of(path, given)["y"], 3 * x.reshape(8, 3, 2), rtol=1e-6)
    np.savez(tmp_path / "x.npz", **given)
    said = fails("convert", path, "--calibration", tmp_path / "x.npz", "--host", "error", "-o", tmp_path / "m.tare")
    assert "node 'choice' (If, opset 18): the condition 'is_wide' depends on the model's inputs" in said and "--input-value" in said


@pytest.mark.parametrize("value, said", [("sr", "must be NAME=VALUES"), ("sr=", "must be NAME=VALUES"), ("sr=x", "must be NAME=VALUES"), ("rate=1", "names 'rate', but the model's inputs are 'x', 'n'"),
                                         ("n=1.5", "input 'n' holds int64, found 1.5"), ("n=1,2", "input 'n' has the shape scalar, found 2 values")])
def test_values_that_no_input_has(tmp_path, value, said):
    path = save(tmp_path / "m.onnx", [node("Add", ["x", "n"], ["y"], name="sum")], [port("x", [2], I64), port("n", [], I64)], [port("y", None, I64)], {}, 18)
    np.savez(tmp_path / "x.npz", x=np.ones((1, 2), I64))
    assert said in fails("run", path, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz", "--input-value", value)


def test_values_are_exact(tmp_path):
    path = save(tmp_path / "m.onnx", [node("Add", ["x", "n"], ["y"], name="sum")], [port("x", [1], I64), port("n", [], I64)], [port("y", None, I64)], {}, 18)
    for value in (2**53 + 1, 2**63 - 1, -2**63):
        assert outputs_of(path, {"x": np.zeros((1, 1), I64)}, "--input-value", f"n={value}")["y"].item() == value


def test_named_dimensions(tmp_path, rng):
    path = save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"], name="r")], [port("x", ["batch", 3, "height", "width"])], [port("y", ["batch", 3, "height", "width"])], {}, 18)
    x = rng.normal(size=(2, 1, 3, 4, 5)).astype(F32)
    np.savez(tmp_path / "x.npz", x=x)
    program, _ = converted(path, {"x": x}, "--input-shape", "batch=1,height=4", "--input-shape", "width=5")
    assert outputs_of(program, {"x": x})["y"].size == x.size
    np.testing.assert_array_equal(outputs_of(path, {"x": x})["y"].reshape(x.shape), np.maximum(x, 0))  # the data's shape
    said = fails("convert", path, "--calibration", tmp_path / "x.npz", "--host", "error", "-o", tmp_path / "m.tare")
    assert "with --input-shape, for example x=1,3,224,224, or height=224 for this dimension alone" in said
    assert "--input-shape names 'depth'" in fails("convert", path, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare", "--input-shape", "depth=4")


def test_opsets_before_seven(tmp_path, rng):
    """They broadcast by attributes: computed in float, and refused with the way out where a program is wanted."""
    path = tmp_path / "m.onnx"
    graph = helper.make_graph([node("Add", ["x", "b"], ["y"], name="sum", broadcast=1, axis=1)], "g", [port("x", [1, 3, 4])], [port("y", [1, 3, 4])],
                              [numpy_helper.from_array(np.arange(3, dtype=F32), "b")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 6)], ir_version=8), str(path))
    x = rng.normal(size=(2, 3, 4)).astype(F32)
    np.testing.assert_allclose(outputs_of(path, {"x": x})["y"], x + np.arange(3, dtype=F32)[:, None], rtol=1e-6)
    np.savez(tmp_path / "x.npz", x=x)
    said = fails("convert", path, "--calibration", tmp_path / "x.npz", "--host", "error", "-o", tmp_path / "m.tare")
    assert "node 'sum' (Add, opset 6)" in said and "convert the model with onnx.version_converter" in said


@pytest.mark.parametrize("kind", ["INT4", "UINT4"])
def test_weights_of_four_bits(tmp_path, kind, rng):
    integers = rng.integers(-8, 8, (3, 5)) if kind == "INT4" else rng.integers(0, 16, (3, 5))
    weight = helper.make_tensor("w", getattr(onnx.TensorProto, kind), [3, 5], integers.flatten().tolist())
    nodes = [node("DequantizeLinear", ["w", "s"], ["real"], name="dequantize"), node("MatMul", ["x", "real"], ["y"], name="product")]
    graph = helper.make_graph(nodes, "g", [port("x", [1, 3])], [port("y", [1, 5])], [weight, numpy_helper.from_array(F32(.125), "s")])
    path = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), str(path))
    x = rng.normal(size=(4, 3)).astype(F32)
    np.testing.assert_allclose(outputs_of(path, {"x": x})["y"], x @ (integers * F32(.125)), rtol=1e-5, atol=1e-5)
    program, _ = converted(path, {"x": x})
    assert np.abs(outputs_of(program, {"x": x})["y"] - x @ (integers * .125)).max() < .2


@pytest.mark.parametrize("operator, operands, constants", [
    ("DynamicQuantizeLSTM", ["s", "W", "R", "", "", "", "", "", "ws", "wz", "rs", "rz"],
     {"W": (1, 4, 32), "R": (1, 8, 32), "ws": F32([.01]), "wz": np.uint8([128]), "rs": F32([.01]), "rz": np.uint8([128])}),
    ("QLinearWhere", ["c", "a", "as", "az", "b", "bs", "bz", "zs", "zz"],
     {"c": (3, 4), "a": (3, 4), "b": (3, 4), "as": F32(.1), "az": np.uint8(3), "bs": F32(.2), "bz": np.uint8(7), "zs": F32(.15), "zz": np.uint8(9)})])
def test_operators_of_microsoft(tmp_path, operator, operands, constants, rng):
    """Those that ONNX Runtime's quantizers write, and whose operands it has no form for here."""
    arrays = {name: rng.integers(0, 256, value).astype(np.uint8) if isinstance(value, tuple) else np.asarray(value) for name, value in constants.items()}
    if "c" in arrays:
        arrays["c"] = arrays["c"] > 128
    inputs = [port("s", [5, 1, 4])] if operator == "DynamicQuantizeLSTM" else [port("a", [3, 4], np.uint8)]
    feeds = {"s": rng.normal(size=(5, 1, 4)).astype(F32)} if operator == "DynamicQuantizeLSTM" else {"a": arrays.pop("a")}
    graph = helper.make_graph([node(operator, operands, ["y"], name="one", domain="com.microsoft", **({"hidden_size": 8} if operator == "DynamicQuantizeLSTM" else {}))], "g", inputs,
                              [port("y", None, F32 if "s" in feeds else np.uint8)], [numpy_helper.from_array(array, name) for name, array in arrays.items()])
    path = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)], ir_version=9), str(path))
    expected, found = whole(path, feeds)["y"], outputs_of(path, {name: array[None] for name, array in feeds.items()})["y"][0]
    np.testing.assert_allclose(found.astype(F32), expected.astype(F32), rtol=1e-3, atol=1e-3)


def test_an_array_without_axes_is_every_samples(tmp_path, rng):
    """As a sampling rate is given: once, and also where a shape depends on it."""
    model = save(tmp_path / "m.onnx", [node("Mul", ["x", "k"], ["y"], name="mul"), node("Range", ["zero", "n", "one"], ["r"], name="range")],
                 [port("x", [1, 4]), port("k", []), port("n", [], I64)], [port("y", [1, 4]), port("r", None, I64)],
                 {"zero": I64(0), "one": I64(1)}, 18)
    x = rng.normal(size=(5, 4)).astype(np.float32)
    np.savez(tmp_path / "x.npz", x=x, k=np.float32(2), n=np.int64(3))
    tare("run", model, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz")
    found = load(tmp_path / "y.npz")
    assert np.array_equal(found["y"].reshape(5, 4), 2 * x)
    assert np.array_equal(np.asarray(found["r"]).reshape(5, 3), np.tile(np.arange(3), (5, 1)))
    # Other shapes than that have samples.
    np.savez(tmp_path / "x.npz", x=x, k=np.float32([2, 2]), n=np.int64(3))
    assert "'k' has" in fails("run", model, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "z.npz", output=tmp_path / "z.npz")

"""x sigmoid(alpha x), as exporters and ONNX spell it, is one function, rounded once."""
import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from graphs import converted, node, outputs_of, port
from harness import sqnr, tare, tare_json

F32 = np.float32
SHAPE = [1, 32]
# By the slope alpha.
SPELLINGS = {
    "quick gelu": (lambda a: [node("QuickGelu", ["x"], ["y"], name="act", domain="com.microsoft", alpha=a)], 17),
    "swish": (lambda a: [node("Swish", ["x"], ["y"], name="act", alpha=a)], 24),
    "sigmoid": (lambda a: [node("Mul", ["x", "alpha"], ["s"], name="scaled"), node("Sigmoid", ["s"], ["g"], name="gate"), node("Mul", ["x", "g"], ["y"], name="act")], 17),
    "the other way round": (lambda a: [node("Mul", ["alpha", "x"], ["s"], name="scaled"), node("Sigmoid", ["s"], ["g"], name="gate"), node("Mul", ["g", "x"], ["y"], name="act")], 17),
    "by its inverse": (lambda a: [node("Div", ["x", "inverse"], ["s"], name="scaled"), node("Sigmoid", ["s"], ["g"], name="gate"), node("Mul", ["x", "g"], ["y"], name="act")], 17),
    "exponential": (lambda a: [node("Mul", ["x", "minus"], ["s"], name="scaled"), node("Exp", ["s"], ["e"], name="exp"), node("Add", ["one", "e"], ["d"], name="sum"),
                               node("Div", ["x", "d"], ["y"], name="act")], 17)}


def build(folder, spelling, alpha):
    nodes, opset = SPELLINGS[spelling]
    constants = {"alpha": F32(alpha), "minus": F32(-alpha), "inverse": F32(1 / alpha), "one": F32(1)}
    graph = helper.make_graph(nodes(alpha), "g", [port("x", SHAPE)], [port("y", SHAPE)], [numpy_helper.from_array(array, name) for name, array in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)], ir_version=10)
    onnx.save(model, str(folder / "m.onnx"))
    return folder / "m.onnx"


@pytest.mark.parametrize("alpha", [1.702, 0.5, 4.0])
@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("activations", ["i8", "i16"])
def test_one_function(tmp_path, spelling, alpha, activations):
    model = build(tmp_path, spelling, alpha)
    x = {"x": np.random.default_rng(1).uniform(-6, 6, (64, 32)).astype(F32)}
    program, said = converted(model, x, "--activations", activations)
    kinds = [layer["kind"] for layer in tare_json("inspect", program)["layers"]]
    assert kinds == ["quantize", "lookup", "dequantize"], kinds
    real = x["x"].astype(np.float64)
    expected = real / (1 + np.exp(-alpha * real))
    np.testing.assert_allclose(outputs_of(model, x)["y"], expected, rtol=1e-5, atol=1e-5)
    assert sqnr(expected, outputs_of(program, x)["y"]) > (38 if activations == "i8" else 60)
    proof, = [layer for layer in tare_json("verify", program)["layers"] if layer["kind"] == "lookup"]
    assert proof["worst_error"] <= (0.5 + 1e-9 if activations == "i8" else 40)


def test_within_a_layer(tmp_path):
    """Behind a product it is the layer's own, as a swish is."""
    rng = np.random.default_rng(2)
    nodes = [node("MatMul", ["x", "w"], ["h"], name="fc"), node("Mul", ["h", "alpha"], ["s"], name="scaled"), node("Sigmoid", ["s"], ["g"], name="gate"), node("Mul", ["h", "g"], ["y"], name="act")]
    graph = helper.make_graph(nodes, "g", [port("x", SHAPE)], [port("y", SHAPE)], [numpy_helper.from_array(rng.normal(size=(32, 32)).astype(F32) / 4, "w"), numpy_helper.from_array(F32(1.702), "alpha")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), str(tmp_path / "m.onnx"))
    x = {"x": rng.normal(size=(64, 32)).astype(F32)}
    program, _ = converted(tmp_path / "m.onnx", x)
    assert "linear + scaled_swish" in tare("inspect", program).stdout
    assert sqnr(outputs_of(tmp_path / "m.onnx", x)["y"], outputs_of(program, x)["y"]) > 30


def test_of_slope_1_it_is_a_swish(tmp_path):
    program, _ = converted(build(tmp_path, "sigmoid", 1.0), {"x": np.random.default_rng(1).normal(size=(8, 32)).astype(F32)})
    found, = [layer for layer in tare_json("verify", program)["layers"] if layer["kind"] == "lookup"]
    tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "calibration.npz", "--emit", "mlir:float", "-o", tmp_path / "m.mlir")
    text = (tmp_path / "m.mlir").read_text()
    assert "qnn.swish" in text and "scaled" not in text.split("loc(")[0] and found["worst_error"] <= 0.5 + 1e-9


def test_a_negative_slope_is_none(tmp_path):
    tare("convert", build(tmp_path, "sigmoid", -1.5), "--emit", "mlir:float", "-o", tmp_path / "m.mlir")
    text = (tmp_path / "m.mlir").read_text()
    assert "swish" not in text and "qnn.sigmoid" in text

"""All is computed in float32: weights of float64 that it does not hold are told, once for a model."""
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from graphs import node, port
from harness import tare, tare_json

F64 = np.float64


def model(folder, weights, bias, how="raw"):
    constants = {"w": weights, "b": bias}
    stored = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    if how == "list":
        stored = [helper.make_tensor(name, TensorProto.DOUBLE, array.shape, array.ravel()) for name, array in constants.items()]
    graph = helper.make_graph([node("Conv", ["x", "w", "b"], ["y"], name="conv")], "g", [port("x", [1, 3, 4, 4], F64)], [port("y", [1, 5, 4, 4], F64)], stored)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.save(made, str(folder / "m.onnx"), save_as_external_data=how == "external", location="m.weights", size_threshold=0)
    return folder / "m.onnx"


def said(path):
    return tare("convert", path, "--random-calibration", "-o", path.parent / "m.tare").stderr


@pytest.mark.parametrize("how", ["raw", "list", "external"])
def test_weights_that_are_rounded(tmp_path, how):
    rng = np.random.default_rng(1)
    weights, bias = rng.normal(size=(5, 3, 1, 1)), rng.normal(size=5)
    line, = [line for line in said(model(tmp_path, weights, bias, how)).splitlines() if "float64" in line]
    assert line.startswith("tare: warning: ") and "2 constants of float64 ('w', ..) are rounded to float32, in which all is computed" in line and "m.onnx" in line
    line, = [line for line in said(model(tmp_path, weights, bias.astype(np.float32).astype(F64), how)).splitlines() if "float64" in line]
    assert "1 constant of float64 ('w') is rounded to float32" in line


@pytest.mark.parametrize("how", ["raw", "list", "external"])
def test_weights_that_float32_holds(tmp_path, how):
    """Nothing is lost of them; nor of infinities and NaN, which are refused elsewhere."""
    weights = np.random.default_rng(1).normal(size=(5, 3, 1, 1)).astype(np.float32).astype(F64)
    assert "float64" not in said(model(tmp_path, weights, np.array([0, .5, -2, 1e-30, 3]).astype(np.float32).astype(F64), how))


def test_every_command_tells(tmp_path):
    path = model(tmp_path, np.full((5, 3, 1, 1), .1), np.zeros(5))
    for command in (("inspect", path), ("calibrate", path, "--random-calibration", "-o", tmp_path / "r.json")):
        assert "1 constant of float64 ('w') is rounded" in tare(*command).stderr
    details = tare_json("convert", path, "--random-calibration", "-o", tmp_path / "m.tare")["warning_details"]
    assert [each["kind"] for each in details] == ["RoundedDoubles"]

"""`tare verify` names the worst of an interpolated table where data came to; next to a pole that they never see it is told apart."""
import numpy as np
import pytest

from graphs import converted, node, port, save
from harness import fails, tare, tare_json

F32 = np.float32


def quotient(folder, low=.25):
    """1 / (relu(x) + low): never of a number below `low`."""
    nodes = [node("Relu", ["x"], ["r"], name="relu"), node("Add", ["r", "low"], ["a"], name="add"), node("Reciprocal", ["a"], ["i"], name="reciprocal"),
             node("Mul", ["i", "x"], ["y"], name="mul")]
    model = save(folder / "m.onnx", nodes, [port("x", [1, 16])], [port("y", [1, 16])], {"low": F32(low)})
    return converted(model, {"x": np.random.default_rng(1).normal(size=(64, 16)).astype(F32)}, "--activations", "i16")[0]


def layer_of(program, name):
    layer, = [each for each in tare_json("verify", program)["layers"] if each["name"] == name]
    return layer


def test_the_pole_is_not_reached(tmp_path):
    program = quotient(tmp_path)
    layer = layer_of(program, "reciprocal")
    # Over all that 16 bits have the worst is next to 0, where 1 / x leaps from one end to the other.
    assert layer["worst_error"] > 60000 and abs(layer["accumulator"]) < 128
    reached = layer["reached"]
    scale, = [each["scales"][0] for each in tare_json("inspect", program)["layers"] if each["name"] == "add"]
    assert reached["accumulator"] * scale >= .25 * .98 and reached["worst_error"] < 100
    # It is a case that occurs: the table's own number there, beside the real one.
    assert abs(abs(reached["output"] - reached["real"]) - reached["worst_error"]) < 1e-6
    shown = tare("verify", program).stdout
    row, = [line for line in shown.splitlines() if line.startswith("reciprocal ")]
    assert f"{reached['worst_error']:.6f} LSB" in row and f"{layer['worst_error']:.6f} LSB at {layer['accumulator']}" in row
    assert "beyond what calibration reached" in shown.splitlines()[0]
    last = shown.splitlines()[-1]
    assert last.startswith("worst error: ") and float(last.split()[2]) < 100


def test_limits_hold_for_all_there_is(tmp_path):
    """Nobody promises that no other data come."""
    program = quotient(tmp_path)
    assert "'reciprocal' (" in fails("verify", program, "--max-error", 100)
    assert tare_json("verify", program)["worst_layer"] == "reciprocal"


@pytest.mark.parametrize("activations", ["i8", "i16"])
def test_where_nothing_is_worse_nothing_is_said(tmp_path, activations):
    model = save(tmp_path / "m.onnx", [node("Tanh", ["x"], ["y"], name="tanh")], [port("x", [1, 16])], [port("y", [1, 16])])
    program, _ = converted(model, {"x": np.random.default_rng(1).normal(size=(64, 16)).astype(F32)}, "--activations", activations)
    layer = layer_of(program, "tanh")
    assert ("reached" in layer) == (activations == "i16")
    if activations == "i8":
        assert "beyond what calibration reached" not in tare("verify", program).stdout
    else:
        assert layer["reached"]["worst_error"] <= layer["worst_error"]

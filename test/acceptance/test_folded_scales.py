"""Scales and shifts of channels become part of the convolution before or behind them, group by group, in any form of the weights."""
import numpy as np
import pytest

from graphs import node, outputs_of, port, reference, save
from harness import tare

F32 = np.float32
CHANNELS = 6


def parameters(rng, shape):
    return {"scale": rng.uniform(.5, 2, shape).astype(F32), "shift": rng.normal(size=shape).astype(F32)}


def scaled(operand, result):
    return [node("Mul", [operand, "scale"], [f"{result}_scaled"]), node("Add", [f"{result}_scaled", "shift"], [result])]


@pytest.mark.parametrize("groups", [1, 2, 3, 6])
@pytest.mark.parametrize("place, operator", [("before", "Conv"), ("behind", "Conv"), ("behind", "ConvTranspose")])
def test_as_onnxruntime(tmp_path, rng, operator, groups, place):
    outputs = 2 * CHANNELS
    size = (outputs, CHANNELS // groups, 3, 3) if operator == "Conv" else (CHANNELS, outputs // groups, 3, 3)
    constants = {"w": rng.normal(size=size).astype(F32), "b": rng.normal(size=outputs).astype(F32)}
    constants |= parameters(rng, [CHANNELS if place == "before" else outputs, 1, 1])
    if place == "before":
        nodes = [*scaled("x", "t"), node(operator, ["t", "w", "b"], ["y"], group=groups)]
    else:
        nodes = [node(operator, ["x", "w", "b"], ["t"], group=groups), *scaled("t", "y")]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, CHANNELS, 5, 6])], [port("y", None)], constants)
    data = {"x": rng.normal(size=[4, CHANNELS, 5, 6]).astype(F32)}
    folded = tmp_path / "m.mlir"
    tare("convert", path, "--emit", "mlir:float", "-o", folded)
    text = folded.read_text()
    assert "qnn.mul" not in text and "qnn.add" not in text
    np.testing.assert_allclose(outputs_of(folded, data)["y"], reference(path, data)["y"], rtol=1e-4, atol=1e-4)

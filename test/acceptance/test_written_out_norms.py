"""Norms that an exporter wrote out as means, differences, squares and roots: programs that hold what they promise."""
import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, save
from harness import sqnr, tare_json

F32 = np.float32
# The difference stands twice, as exporters write it.
NODES = [node("ReduceMean", ["x"], ["m"], name="mean", axes=[2], keepdims=1), node("Sub", ["x", "m"], ["a"], name="sub"), node("Sub", ["x", "m"], ["b"], name="sub_again"),
         node("Mul", ["b", "b"], ["s"], name="square"), node("ReduceMean", ["s"], ["v"], name="variance", axes=[2], keepdims=1),
         node("Add", ["v", "e"], ["w"], name="add"), node("Sqrt", ["w"], ["d"], name="sqrt"), node("Div", ["a", "d"], ["y"], name="div")]


@pytest.mark.parametrize("seed", range(6))
def test_equal_layers_are_one_in_the_check_too(tmp_path, seed):
    """A program computes the difference once; so does the form that it is compared with, layer by layer."""
    rng = np.random.default_rng(seed)
    model = save(tmp_path / "m.onnx", NODES, [port("x", [1, 4, 64])], [port("y", [1, 4, 64])], {"e": F32(1e-5)}, opset=13)
    x = {"x": (rng.normal(size=(4, 4, 64)) * np.array([1, 2, .5, 3]).reshape(1, 4, 1) + rng.normal() * 2).astype(F32)}
    program, _ = converted(model, x)
    assert [layer["name"] for layer in tare_json("inspect", program)["layers"]].count("sub") == 1
    assert sqnr(outputs_of(model, x)["y"], outputs_of(program, x)["y"]) > 20

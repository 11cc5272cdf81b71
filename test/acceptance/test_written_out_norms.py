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


@pytest.mark.parametrize("target", ["generic", "three_stage", "gemmlowp"])
def test_a_divisor_keeps_its_range_beside_a_reciprocal_of_more_bits(tmp_path, target):
    """Some channels are nearly even, so that reciprocals come to a hundred times the usual. Where these have 16 bits, what is next to nothing
    of their range is much of the others': a deviation may end no earlier than without."""
    rng = np.random.default_rng(3)
    model = save(tmp_path / "m.onnx", [node("InstanceNormalization", ["x", "s", "b"], ["y"], name="norm")], [port("x", [1, 4, 6, 6])], [port("y", [1, 4, 6, 6])],
                 {"s": np.ones(4, F32), "b": np.zeros(4, F32)}, opset=17)
    spread = rng.uniform(.2, 1.3, size=(64, 1, 4, 1, 1))
    spread[::32, 0, 0] = .001
    x = {"x": (rng.normal(size=(64, 1, 4, 6, 6)) * spread).astype(F32)}
    program, _ = converted(model, x, "--target", target)
    assert sqnr(outputs_of(model, x)["y"], outputs_of(program, x)["y"]) > (22 if target == "generic" else 12)

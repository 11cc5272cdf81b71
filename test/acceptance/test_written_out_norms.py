"""Norms that an exporter wrote out as means, differences, squares and roots: programs that hold what they promise."""
import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, save
from harness import ROOT, sqnr, tare_json

F32 = np.float32
# The difference stands twice, as exporters write it.
NODES = [node("ReduceMean", ["x"], ["m"], name="mean", axes=[2], keepdims=1), node("Sub", ["x", "m"], ["a"], name="sub"), node("Sub", ["x", "m"], ["b"], name="sub_again"),
         node("Mul", ["b", "b"], ["s"], name="square"), node("ReduceMean", ["s"], ["v"], name="variance", axes=[2], keepdims=1),
         node("Add", ["v", "e"], ["w"], name="add"), node("Sqrt", ["w"], ["d"], name="sqrt"), node("Div", ["a", "d"], ["y"], name="div")]


def samples(seed):
    rng = np.random.default_rng(seed)
    return {"x": (rng.normal(size=(4, 4, 64)) * np.array([1, 2, .5, 3]).reshape(1, 4, 1) + rng.normal() * 2).astype(F32)}


def written_out(folder):
    return save(folder / "m.onnx", NODES, [port("x", [1, 4, 64])], [port("y", [1, 4, 64])], {"e": F32(1e-5)}, opset=13)


def kinds(program):
    return [layer["kind"] for layer in tare_json("inspect", program)["layers"]]


@pytest.fixture
def without(tmp_path):
    """Hardware that has no such operator."""
    path = tmp_path / "without.yaml"
    path.write_text((ROOT / "targets/generic.yaml").read_text() + "ops: [conv, linear, add, mul, rescale, lookup, reduce_mean, transpose, quantize, dequantize]\n")
    return path


@pytest.mark.parametrize("width, least", [("i8", 32), ("i16", 70)])
def test_a_norm_that_was_written_out_is_one_layer(tmp_path, width, least):
    model, x = written_out(tmp_path), samples(1)
    program, _ = converted(model, x, "--activations", width)
    assert [kind for kind in kinds(program) if kind not in ("quantize", "dequantize")] == ["normalize"]
    assert sqnr(outputs_of(model, x)["y"], outputs_of(program, x)["y"]) > least


@pytest.mark.parametrize("seed", range(6))
def test_equal_layers_are_one_in_the_check_too(tmp_path, seed, without):
    """A program computes the difference once; so does the form that it is compared with, layer by layer."""
    model, x = written_out(tmp_path), samples(seed)
    program, _ = converted(model, x, "--target", without)
    assert "normalize" not in kinds(program) and kinds(program).count("reduce_mean") == 2
    assert sqnr(outputs_of(model, x)["y"], outputs_of(program, x)["y"]) > 20


@pytest.mark.parametrize("channel", [3, 20])
def test_an_outlier_costs_the_others_little(tmp_path, channel):
    """A channel that is 20 times as large as the others, in x and in gamma: its square was all that a grid of variances had room for."""
    rng = np.random.default_rng(2)
    spread = np.where(np.arange(64) == channel, 20, 1)
    x = {"x": (rng.normal(size=(16, 1, 8, 64)) * spread).astype(F32)}
    model = save(tmp_path / "m.onnx", [node("LayerNormalization", ["x", "g", "b"], ["y"], name="norm")], [port("x", [1, 8, 64])], [port("y", [1, 8, 64])],
                 {"g": (1 + rng.normal(size=64) * .2).astype(F32), "b": rng.normal(size=64).astype(F32)}, opset=17)
    for width, least in (("i8", 20), ("i16", 65)):
        program, _ = converted(model, x, "--activations", width)
        assert sqnr(outputs_of(model, x)["y"], outputs_of(program, x)["y"]) > least, width


@pytest.mark.parametrize("target", ["generic", "shift_only", "three_stage", "gemmlowp", "without"])
def test_channels_that_are_nearly_even(tmp_path, target, without):
    """Reciprocals come to a hundred times the usual. Written out, where these have 16 bits, what is next to nothing of their range is much of the others': a deviation may end
    no earlier than without."""
    rng = np.random.default_rng(3)
    model = save(tmp_path / "m.onnx", [node("InstanceNormalization", ["x", "s", "b"], ["y"], name="norm")], [port("x", [1, 4, 6, 6])], [port("y", [1, 4, 6, 6])],
                 {"s": np.ones(4, F32), "b": np.zeros(4, F32)}, opset=17)
    spread = rng.uniform(.2, 1.3, size=(64, 1, 4, 1, 1))
    spread[::32, 0, 0] = .001
    x = {"x": (rng.normal(size=(64, 1, 4, 6, 6)) * spread).astype(F32)}
    program, _ = converted(model, x, "--target", without if target == "without" else target)
    assert sqnr(outputs_of(model, x)["y"], outputs_of(program, x)["y"]) > 22


@pytest.mark.parametrize("width", ["i8", "i16"])
@pytest.mark.parametrize("elements", [1, 2, 3, 6])
@pytest.mark.parametrize("operator", ["LayerNormalization", "RMSNormalization"])
def test_few_elements_with_a_small_epsilon(tmp_path, operator, elements, width):
    """Of so few, elements that are one step apart have a variance of 1 step, beside which epsilon is next to nothing, but not nothing at all."""
    rng = np.random.default_rng(5)
    constants = {"g": np.ones(elements, F32), "b": np.zeros(elements, F32)}
    model = save(tmp_path / "m.onnx", [node(operator, ["x", "g", "b"][:3 if operator[0] == "L" else 2], ["y"], name="norm", epsilon=1e-5)], [port("x", [1, 64, elements])],
                 [port("y", [1, 64, elements])], constants, opset=23)
    # What is near 0, or alike, is on few steps of the grid: no question of the norm's.
    x = {"x": (np.sign(rng.normal(size=(16, 1, 64, elements))) * rng.uniform(.3, 1, size=(16, 1, 64, elements))).astype(F32)}
    x["x"][..., 0] *= 1.7
    program, told = converted(model, x, "--activations", width)
    assert sqnr(outputs_of(model, x)["y"], outputs_of(program, x)["y"]) > 25 or elements == 1
    zeros = np.zeros_like(x["x"])
    assert np.abs(outputs_of(program, {"x": zeros})["y"]).max() < .1

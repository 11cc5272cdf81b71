"""Constants of float64: what is computed of them at import is computed in float64; what a network reads is float32, and told where that has not all of it."""
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from graphs import node, outputs_of, port, save
from harness import load, session, tare, tare_json

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


# What is computed at import is computed in float64; what remains of it is rounded.

def cast(operand, result, to):
    return node("Cast", [operand], [result], name=result, to=to)


BIG = F64(1e9)  # float32 numbers are 64 apart there
SCALED = [cast("d", "f", TensorProto.FLOAT), node("Mul", ["x", "f"], ["y"], name="scale")]
FOLDED = {
    "difference": ([node("Sub", ["a", "b"], ["d"], name="d"), *SCALED], {"a": BIG + 1, "b": BIG}),
    "sum": ([node("Add", ["b", "one"], ["a"], name="a"), node("Sub", ["a", "b"], ["d"], name="d"), *SCALED], {"b": BIG, "one": F64(1)}),
    "range": ([node("Range", ["b", "end", "one"], ["r"], name="r"), node("Sub", ["r", "b"], ["d"], name="d"), *SCALED], {"b": BIG, "end": BIG + 4, "one": F64(1)}),
    "integer": ([cast("i", "a", TensorProto.DOUBLE), node("Sub", ["a", "b"], ["d"], name="d"), *SCALED], {"i": np.int64(10**9 + 1), "b": BIG}),
    "beyond float32": ([node("Exp", ["e"], ["p"], name="p"), node("Div", ["p", "q"], ["d"], name="d"), *SCALED], {"e": F64(100), "q": F64(np.exp(99.5))}),
    "moved": ([node("Transpose", ["a"], ["t"], name="t"), node("Concat", ["t", "t"], ["k"], name="k", axis=0), node("Slice", ["k", "begin", "end"], ["s"], name="s"),
               node("Squeeze", ["s", "axes"], ["q"], name="q"), node("Sub", ["q", "b"], ["d"], name="d"), *SCALED],
              {"a": BIG + np.arange(4.)[:, None], "b": BIG, "begin": np.array([1]), "end": np.array([2]), "axes": np.array([0])}),
    "compared": ([node("Greater", ["a", "b"], ["g"], name="g"), node("Where", ["g", "a", "b"], ["w"], name="w"), node("Sub", ["w", "b"], ["d"], name="d"), *SCALED],
                 {"a": BIG + 1, "b": BIG}),
    "summed": ([node("ReduceSum", ["a"], ["s"], name="s", keepdims=0), node("Sub", ["s", "b"], ["d"], name="d"), *SCALED], {"a": np.array([1e9, 1, 1]), "b": BIG}),
    "shape": ([node("Sub", ["a", "b"], ["d"], name="d"), cast("d", "i", TensorProto.INT64), node("Concat", ["i", "rest"], ["s"], name="s", axis=0),
               node("Reshape", ["x", "s"], ["y"], name="reshape")], {"a": np.array([BIG + 2]), "b": np.array([BIG]), "rest": np.array([-1])}),
    "shaped": ([node("ConstantOfShape", ["k"], ["a"], name="a", value=numpy_helper.from_array(np.array([BIG + 1]))), node("Sub", ["a", "b"], ["d"], name="d"), *SCALED],
               {"k": np.array([1]), "b": BIG}),
    "node": ([node("Constant", [], ["a"], name="a", value=numpy_helper.from_array(BIG + 1)), node("Sub", ["a", "b"], ["d"], name="d"), *SCALED], {"b": BIG}),
}


@pytest.mark.parametrize("name", FOLDED)
def test_what_is_computed_at_import(tmp_path, name):
    nodes, constants = FOLDED[name]
    path, x = tmp_path / "m.onnx", np.array([[1, -2, 3, 5]], np.float32)
    save(path, nodes, [port("x", [1, 4])], [port("y", None)], constants, 17)
    np.savez(tmp_path / "x.npz", x=x)
    expected, = session(path).run(None, {"x": x})
    assert np.any(expected)
    done = tare("run", path, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz")
    assert "float64" not in done.stderr
    np.testing.assert_allclose(load(tmp_path / "y.npz")["y"].reshape(expected.shape), expected, rtol=1e-6)


def test_an_input_that_the_user_makes_a_constant(tmp_path):
    path = save(tmp_path / "m.onnx", [node("Sub", ["a", "b"], ["d"], name="d"), *SCALED], [port("x", [1, 4]), port("a", [], F64)], [port("y", None)], {"b": BIG}, 17)
    x = np.array([[1, -2, 3, 5]], np.float32)
    np.testing.assert_allclose(outputs_of(path, {"x": x}, "--input-value", "a=1000000000.5")["y"].reshape(1, 4), x / 2, rtol=1e-6)


def test_what_remains_is_rounded_and_told(tmp_path):
    """By its own name: the constants that it is computed from are not."""
    path, x = tmp_path / "m.onnx", np.array([[1, -2, 3, 5]], np.float32)
    nodes = [cast("x", "xd", TensorProto.DOUBLE), node("Sub", ["a", "b"], ["d"], name="d"), node("Mul", ["xd", "d"], ["yd"], name="m"), cast("yd", "y", TensorProto.FLOAT)]
    for a, b, told in ((BIG + 1, BIG, 0), (F64(1.1), F64(1), 1)):
        save(path, nodes, [port("x", [1, 4])], [port("y", [1, 4])], {"a": a, "b": b}, 17)
        np.savez(tmp_path / "x.npz", x=x)
        done = tare("run", path, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz")
        assert done.stderr.count("1 constant of float64 ('d') is rounded to float32") == done.stderr.count("float64") == told
        np.testing.assert_array_equal(load(tmp_path / "y.npz")["y"], x * np.float32(a - b))


def test_an_output_that_is_computed_at_import(tmp_path):
    save(tmp_path / "m.onnx", [node("Sub", ["a", "b"], ["y"], name="d"), node("Relu", ["x"], ["z"], name="r")], [port("x", [1, 4])], [port("y", [2], F64), port("z", [1, 4])],
         {"a": np.array([1e9 + 1, 1.1]), "b": np.array([1e9, 1])}, 17)
    np.savez(tmp_path / "x.npz", x=np.ones((1, 4), np.float32))
    done = tare("run", tmp_path / "m.onnx", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz")
    assert "1 constant of float64 ('y') is rounded" in done.stderr
    np.testing.assert_array_equal(load(tmp_path / "y.npz")["y"].ravel(), np.float32([1, 1.1 - 1]))


def test_the_bits_of_a_double_in_the_data(tmp_path):
    """Of a computed value there are the bits of a float32 alone; an input that is the same in all samples is known in full."""
    values = np.array([1.0, -0.1, np.pi])
    nodes = [node("BitCast", ["x"], ["y"], to=TensorProto.INT64)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [3], np.float64)], [port("y", [3], np.int64)], opset=26)
    np.testing.assert_array_equal(outputs_of(model, {"x": values[None]})["y"][0], values.view(np.int64))

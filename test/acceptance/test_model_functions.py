"""Functions that a model brings are read as the nodes that they stand for."""
import numpy as np
import onnx
import pytest
from onnx import helper

from graphs import node, outputs_of, port
from harness import fails, reference, tare

OWN = "example.functions"
X, Y = [port("x", [1, 4])], [port("y", [1, 4])]


def function(name, inputs, outputs, nodes, attributes=(), defaults=(), opset=18, calls=True):
    sets = [helper.make_opsetid("", opset)] + ([helper.make_opsetid(OWN, 1)] if calls else [])
    return helper.make_function(OWN, name, inputs, outputs, nodes, sets, list(attributes), list(defaults))


def call(function_name, inputs, outputs, **attributes):
    return node(function_name, inputs, outputs, domain=OWN, **attributes)


def save(path, nodes, functions, opset=18, outputs=Y):
    sets = [helper.make_opsetid("", opset), helper.make_opsetid(OWN, 1)]
    model = helper.make_model(helper.make_graph(nodes, "g", X, outputs), opset_imports=sets, functions=functions, ir_version=10)
    onnx.save(model, str(path))
    return path


def given(name, operator, inputs, outputs, attribute, refers, kind):
    """A node whose attribute is one of the function's."""
    made = node(operator, inputs, outputs, name=name)
    made.attribute.append(onnx.AttributeProto(name=attribute, ref_attr_name=refers, type=kind))
    return made


LEAKY = function("Leaky", ["a"], ["b"], [node("Neg", ["a"], ["t"], name="neg"), given("leaky", "LeakyRelu", ["t"], ["b"], "alpha", "slope", onnx.AttributeProto.FLOAT)],
                 ["slope"])
DEFAULT = function("Default", ["a"], ["b"], [given("leaky", "LeakyRelu", ["a"], ["b"], "alpha", "slope", onnx.AttributeProto.FLOAT)], [],
                   [helper.make_attribute("slope", .3)])
TWICE = function("Twice", ["a"], ["c"], [call("Leaky", ["a"], ["t"], name="one", slope=.5), call("Leaky", ["t"], ["c"], name="two", slope=.25)])
PARTS = function("Parts", ["a", "bias"], ["sum", "two", "half"], [node("Add", ["a", "bias"], ["sum"]), node("Constant", [], ["two"], value_float=2.), node("Div", ["sum", "two"], ["half"])])
PAIR = function("Pair", ["a"], ["a", "t"], [node("Relu", ["a"], ["t"])])
CASES = {
    "attribute": ([call("Leaky", ["x"], ["y"], name="f", slope=.125)], [LEAKY]),
    "attribute of nobody": ([call("Leaky", ["x"], ["y"], name="f")], [LEAKY]),
    "default": ([call("Default", ["x"], ["y"], name="f")], [DEFAULT]),
    "default given": ([call("Default", ["x"], ["y"], name="f", slope=.9)], [DEFAULT]),
    "nested": ([call("Twice", ["x"], ["m"], name="f"), call("Twice", ["m"], ["y"], name="g")], [TWICE, LEAKY]),
    "no names": ([call("Twice", ["x"], ["m"]), call("Leaky", ["m"], ["y"], slope=.7)], [TWICE, LEAKY]),
    "parts": ([call("Parts", ["x", "x"], ["p", "", "y"], name="f")], [PARTS]),
    "unused": ([node("Relu", ["x"], ["y"])], [LEAKY]),
}
leaky = lambda x, slope: np.where(x < 0, slope * x, x)
# What ONNX Runtime refuses.
MORE = {
    "passed on": ([call("Pair", ["x"], ["p", "q"], name="f"), node("Sub", ["q", "p"], ["y"])], [PAIR], lambda x: np.maximum(x, 0) - x),
    "a result left out": ([call("Pair", ["x"], ["", "y"], name="f")], [PAIR], lambda x: np.maximum(x, 0)),
    "the same name twice": ([call("Leaky", ["x"], ["m"], name="f", slope=.5), call("Leaky", ["m"], ["y"], name="f", slope=.75)], [LEAKY],
                            lambda x: leaky(-leaky(-x, .5), .75)),
}


@pytest.mark.parametrize("case", CASES)
def test_as_onnxruntime(tmp_path, case, rng):
    model = save(tmp_path / "m.onnx", *CASES[case])
    x = {"x": rng.normal(size=(5, 4)).astype(np.float32)}
    np.testing.assert_allclose(outputs_of(model, x)["y"], reference(model, x)["y"], rtol=1e-6, atol=1e-7)
    tare("convert", model, "--random-calibration", "-o", tmp_path / "m.tare")


@pytest.mark.parametrize("case", MORE)
def test_against_numpy(tmp_path, case, rng):
    nodes, functions, expected = MORE[case]
    model = save(tmp_path / "m.onnx", nodes, functions)
    x = {"x": rng.normal(size=(5, 4)).astype(np.float32)}
    np.testing.assert_allclose(outputs_of(model, x)["y"], expected(x["x"]), rtol=1e-6, atol=1e-7)


def test_an_operand_left_out(tmp_path, rng):
    clip = function("Between", ["a", "low", "high"], ["b"], [node("Clip", ["a", "low", "high"], ["b"])])
    model = save(tmp_path / "m.onnx", [node("Constant", [], ["zero"], value_float=0.), call("Between", ["x", "zero"], ["y"], name="f")], [clip])
    x = {"x": rng.normal(size=(5, 4)).astype(np.float32)}
    np.testing.assert_array_equal(outputs_of(model, x)["y"], np.maximum(x["x"], 0))


def test_layers_carry_the_names_of_the_calls(tmp_path):
    model = save(tmp_path / "m.onnx", *CASES["nested"])
    text = tare("convert", model, "--emit", "mlir:import", "-o", "-").stdout
    for name in ("f/one/leaky", "f/two/leaky", "g/one/neg"):
        assert f'"{name}"' in text, text


LOOP = [function("One", ["a"], ["b"], [call("Two", ["a"], ["b"])]), function("Two", ["a"], ["b"], [call("One", ["a"], ["b"])])]
DOUBLING = [function("F0", ["a"], ["b"], [node("Relu", ["a"], ["b"])])] + [
    function(f"F{k}", ["a"], ["b"], [call(f"F{k - 1}", ["a"], ["t"]), call(f"F{k - 1}", ["t"], ["b"])]) for k in range(1, 40)]
DEEP = [function("F0", ["a"], ["b"], [node("Relu", ["a"], ["b"])])] + [function(f"F{k}", ["a"], ["b"], [call(f"F{k - 1}", ["a"], ["b"])]) for k in range(1, 3000)]


@pytest.mark.parametrize("nodes, functions, said", [
    ([call("One", ["x"], ["y"])], LOOP, "function 'example.functions.One' calls itself"),
    ([call("F39", ["x"], ["y"])], DOUBLING, "the model's functions, written out, have more than 1048576 nodes"),
    ([call("F2999", ["x"], ["y"])], DEEP, "is called by functions within functions, more than 256 deep"),
    ([call("Old", ["x"], ["y"])], [function("Old", ["a"], ["b"], [node("Relu", ["a"], ["b"])], opset=13)],
     "function 'example.functions.Old' is written for opset 13, expected the model's, 18"),
    ([call("Leaky", ["x", "x"], ["y"], name="f")], [LEAKY], "node 'f' gives function 'example.functions.Leaky' 2 operands and reads 1 results, expected 1 and 1 at most"),
    ([call("Absent", ["x"], ["y"], name="f")], [LEAKY], "operators that are not supported: node 'f' (example.functions.Absent, opset 1)"),
    ([call("Odd", ["x"], ["y"], name="f")], [function("Odd", ["a"], ["b"], [node("Foo", ["a"], ["b"], name="foo")])], "operators that are not supported: node 'f/foo' (Foo, opset 18)"),
], ids=["recursion", "too many", "too deep", "opset", "operands", "absent", "inside"])
def test_refusals(tmp_path, nodes, functions, said):
    model = save(tmp_path / "m.onnx", nodes, functions)
    assert said in fails("convert", model, "--random-calibration", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")

"""What Tare adds on the way to a value is called by that value; a value of the model that is called the same is another, to ranges, rules, the check and the program."""
import json

import numpy as np
import onnx
import pytest
from onnx import helper

from graphs import converted, node, outputs_of, port, reference, save
from harness import sqnr, tare

F32 = np.float32
# The model's own value goes through a Tanh, and both leave: values far apart in size, so that one's grid is of no use to the other.
SMALL = F32(.001)


def max_of_two():
    """Max(a, b) is b + max(a - b, 0), with "m/difference" and "m/above"."""
    nodes = [node("Mul", ["x", "k"], ["b"], name="scaled"), node("Max", ["x", "b"], ["m"], name="max")]
    return nodes, "m", {"k": np.linspace(-2, 2, 8, dtype=F32).reshape(1, 8, 1, 1)}


def batch_norm():
    """A batch norm that no neighbour takes, of more axes than an image has, is a convolution on "m/image"."""
    nodes = [node("Reshape", ["x", "shape"], ["v"], name="volume"), node("Sigmoid", ["v"], ["s"], name="sigmoid"),
             node("BatchNormalization", ["s", "g", "h", "g", "g"], ["m5"], name="norm"), node("Reshape", ["m5", "back"], ["m"], name="back")]
    return nodes, "m", {"shape": np.int64([1, 8, 2, 2, 4]), "back": np.int64([1, 8, 4, 4]), "g": np.linspace(.5, 3, 8, dtype=F32), "h": np.zeros(8, F32)}


def division():
    """a / b is a times "m_reciprocal"."""
    nodes = [node("Sigmoid", ["x"], ["e"], name="sigmoid"), node("Add", ["e", "half"], ["d"], name="above"), node("Div", ["x", "d"], ["m"], name="div")]
    return nodes, "m", {"half": F32(.5)}


def reduction():
    """What a Reduce reads comes in rows, the values "m/rows" and the like."""
    return [node("ReduceMax", ["x", "axes"], ["m"], name="max")], "m", {"axes": np.int64([2])}


CASES = {"above": (max_of_two, "m/above"), "difference": (max_of_two, "m/difference"), "image": (batch_norm, "m5/image"),
         "reciprocal": (division, "m_reciprocal"), "rows": (reduction, "m/rows"), "max rows": (reduction, "m/max/rows")}


@pytest.mark.parametrize("check", ("0", "4"))
@pytest.mark.parametrize("first", (True, False))
@pytest.mark.parametrize("name", CASES)
def test_values_called_as_what_is_added(name, first, check, tmp_path, rng):
    made, own = CASES[name]
    nodes, result, constants = made()
    mine = [node("Mul", ["x", "small"], [own], name="mine"), node("Tanh", [own], ["z"], name="tanh")]
    nodes = mine + nodes if first else nodes + mine
    nodes.append(node("Identity", [result], ["y"]))
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8, 4, 4])], [port("y", None), port("z", None), port(own, None)], dict(constants, small=SMALL))
    data = {"x": rng.normal(size=(40, 8, 4, 4)).astype(F32)}
    program, _ = converted(model, data, "--check", check)
    found, wanted = outputs_of(program, data), reference(model, data)
    for output in ("y", "z", own):
        assert sqnr(wanted[output], found[output]) > 25, output


def test_a_functions_values_called_as_the_models(tmp_path, rng):
    """A function's value t is "y/t" where the function gives y, but for a model that has one of that name."""
    domain, sets = "example", [helper.make_opsetid("", 18), helper.make_opsetid("example", 1)]
    scaled = helper.make_function(domain, "Scaled", ["a"], ["b"], [node("Constant", [], ["k"], value_float=9.), node("Mul", ["a", "k"], ["t"]), node("Tanh", ["t"], ["b"])], sets)
    nodes = [node("Relu", ["x"], ["y/t"], name="relu"), node("Scaled", ["x"], ["y"], domain=domain, name="call"), node("Identity", ["y/t"], ["z"])]
    graph = helper.make_graph(nodes, "g", [port("x", [1, 4])], [port("y", [1, 4]), port("z", [1, 4])])
    model = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=sets, functions=[scaled], ir_version=10), str(model))
    data = {"x": rng.normal(size=(40, 1, 4)).astype(F32)}
    program, _ = converted(model, data)
    found = outputs_of(program, data)
    assert sqnr(np.tanh(9 * data["x"]).reshape(found["y"].shape), found["y"]) > 25
    assert sqnr(np.maximum(data["x"], 0).reshape(found["z"].shape), found["z"]) > 25


def test_a_loops_values_called_as_the_models(tmp_path, rng):
    """A body's values are called by the loop's result."""
    body = helper.make_graph([node("Add", ["s", "e"], ["n"], name="add"), node("Tanh", ["n"], ["o"], name="tanh"), node("Identity", ["o"], ["p"])], "body",
                             [port("s", [4]), port("e", [4])], [port("o", [4]), port("p", [4])])
    nodes = [node("Mul", ["x", "small"], ["last/n"], name="mine"), node("Scan", ["s0", "x"], ["last", "all"], name="scan", body=body, num_scan_inputs=1),
             node("Tanh", ["last/n"], ["z"], name="outside")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [6, 4])], [port("all", None), port("z", None)], {"s0": np.zeros(4, F32), "small": SMALL})
    data = {"x": rng.normal(size=(40, 6, 4)).astype(F32)}
    program, _ = converted(model, data)
    found, wanted = outputs_of(program, data), reference(model, data)
    for output in ("all", "z"):
        assert sqnr(wanted[output], found[output]) > 20, output


def test_names_do_not_depend_on_the_run(tmp_path, rng):
    nodes, result, constants = max_of_two()
    model = save(tmp_path / "m.onnx", nodes + [node("Mul", ["x", "small"], ["m/above"], name="mine")], [port("x", [1, 8, 4, 4])], [port("m", None), port("m/above", None)],
                 dict(constants, small=SMALL))
    np.savez(tmp_path / "c.npz", x=rng.normal(size=(9, 8, 4, 4)).astype(F32))
    names = []
    for threads in ("1", "2"):
        tare("calibrate", model, "--calibration", tmp_path / "c.npz", "--threads", threads, "-o", tmp_path / "r.json")
        names.append(list(json.loads((tmp_path / "r.json").read_text())["values"]))
    assert names[0] == names[1] and "m/above" in names[0] and "m/above:2" in names[0]

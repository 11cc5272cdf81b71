"""A node with more operands than its operator has is refused: what stands behind the last one would be passed over."""
import re

import numpy as np
import onnx
import pytest
from onnx import helper

from graphs import node, port
from harness import ROOT, fails, tare


def loose(path, nodes, constants):
    """A model that no checker has looked at."""
    graph = helper.make_graph(nodes, "g", [port("x", [1, 2, 4, 4])], [port("y", None)], [onnx.numpy_helper.from_array(array, name) for name, array in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path


@pytest.mark.parametrize("op, operands, most", [("Gather", 3, 2), ("Relu", 2, 1), ("Conv", 4, 3), ("Add", 3, 2), ("Det", 2, 1), ("Transpose", 2, 1)])
def test_too_many_operands_are_refused(tmp_path, op, operands, most):
    constants = {"i": np.int64([0]), "w": np.ones((2, 2, 1, 1), np.float32), "b": np.ones(2, np.float32)}
    names = {"Gather": ["x", "i", "i"], "Conv": ["x", "w", "b", "b"]}.get(op, ["x"] * operands)
    model = loose(tmp_path / "m.onnx", [node(op, names, ["y"], name="layer")], constants)
    message = fails("convert", model, "--random-calibration", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert f"node 'layer' ({op}, opset 17): has {operands} operands, expected {most} at most" in message


def test_operands_that_are_left_out_count_for_nothing(tmp_path):
    model = loose(tmp_path / "m.onnx", [node("Relu", ["x", "", ""], ["y"], name="layer")], {})
    tare("convert", model, "--random-calibration", "-o", tmp_path / "m.tare")


def test_the_table_is_that_of_the_schemas():
    text = (ROOT / "lib/Onnx/OperandCounts.cpp").read_text()
    told = {name: int(most) for most, names in re.findall(r'\{(\d+),((?:\s*"[^"]*")+)\}', text) for name in "".join(re.findall('"([^"]*)"', names)).split()}
    expected = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "" and schema.max_input < 1000:
            expected[schema.name] = max(expected.get(schema.name, 0), schema.max_input)
    variadic = {schema.name for schema in onnx.defs.get_all_schemas_with_history() if schema.max_input >= 1000}
    assert told == {name: most for name, most in expected.items() if name not in variadic}

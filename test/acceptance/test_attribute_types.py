"""An attribute of another type than ONNX gives it is refused, by whatever operator: it was taken as missing where a node runs on the host."""
import pathlib
import warnings

import onnx
from onnx import AttributeProto
from onnx.backend.test.case.node import collect_testcases

from harness import tare

# What changes no result: a number that draws begin with, what training drops, how float8 saturates where there is none.
UNREAD = {("Dropout", "seed"), ("Dropout", "ratio"), ("Cast", "saturate")}
OTHERS = {AttributeProto.INT: (AttributeProto.FLOAT, "f", 1.0), AttributeProto.FLOAT: (AttributeProto.INT, "i", 1), AttributeProto.STRING: (AttributeProto.INT, "i", 1),
          AttributeProto.INTS: (AttributeProto.FLOATS, "floats", [1.0]), AttributeProto.FLOATS: (AttributeProto.INTS, "ints", [1]),
          AttributeProto.STRINGS: (AttributeProto.INTS, "ints", [1]), AttributeProto.TENSOR: (AttributeProto.FLOAT, "f", 1.0)}


def with_another_type(model, name):
    """The model, its nodes' attributes of that name replaced by one of another type."""
    changed = onnx.ModelProto.FromString(model.SerializeToString())
    for node in changed.graph.node:
        for attribute in node.attribute:
            if attribute.name == name:
                kind, field, value = OTHERS[attribute.type]
                attribute.Clear()
                attribute.name, attribute.type = name, kind
                getattr(attribute, field).extend(value) if isinstance(value, list) else setattr(attribute, field, value)
    return changed


def cases():
    """The smallest of ONNX's own models of one node, by the node's operator, operator set and attribute."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in collect_testcases(None):
            nodes = case.model.graph.node
            for attribute in nodes[0].attribute if len(nodes) == 1 else []:
                if attribute.type in OTHERS and (nodes[0].op_type, attribute.name) not in UNREAD:
                    place = (nodes[0].domain, nodes[0].op_type, case.model.opset_import[0].version, attribute.name)
                    found.setdefault(place, []).append(case.model)
    return {place: sorted(models, key=lambda model: model.ByteSize())[:3] for place, models in found.items()}


def imported(folder, model):
    path = pathlib.Path(folder) / "m.onnx"
    path.write_bytes(model.SerializeToString())
    return tare("convert", path, "--emit", "mlir:import", "-o", pathlib.Path(folder) / "m.mlir", check=False)


def test_attributes_of_another_type_are_refused(tmp_path):
    tried, named, wrong = 0, 0, []
    for place, models in cases().items():
        read = next((model for model in models if imported(tmp_path, model).returncode == 0), None)
        if not read:
            continue
        tried += 1
        done = imported(tmp_path, with_another_type(read, place[3]))
        named += f"attribute '{place[3]}' has type" in done.stderr
        if done.returncode != 1 or len(done.stderr.splitlines()) != 1:
            wrong.append((place, done.returncode, done.stderr))
    assert not wrong
    # Of some nodes there is more to say.
    assert tried > 100 and named > 0.8 * tried

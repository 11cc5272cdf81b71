"""What ONNX's operators become in programs: docs/operators.md is made of what this records.

    forms.py --record FORMS FOLDER...    converts the cases that lie in the folders (generate.py, own/generate.py): those of one node
    forms.py --check FORMS FOLDER...     converts the case of each line again, and tells what has changed

Each line of FORMS is a form of an operator, tabs between its fields: the operator, the width of activations, the kinds of the program's layers, apart from those of its
border, whether what they are off is proven exactly or as a bound, and the case. A line "Abs<tab>opsets<tab>1-<tab><tab>" says which operator sets have it.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
TARE = pathlib.Path(os.environ.get("TARE_BIN", HERE.parents[1] / "build/bin")) / "tare"
#: The targets whose first type of activations is of so many bits.
WIDTHS = {"i8": "generic", "i16": "i16x8"}
#: Kinds that are there because the program's dimensions have channels last, as far as there are others.
LAYOUT, BORDER = {"transpose", "reshape"}, {"quantize", "dequantize"}


def operator_of(model):
    """The operator of a model of one node; None where it has more."""
    nodes = [node for node in model.graph.node if node.op_type not in ("Constant", "DequantizeLinear", "QuantizeLinear")] or list(model.graph.node)
    kinds = {f"{node.domain}.{node.op_type}".removeprefix("ai.onnx.").removeprefix(".") for node in nodes}
    return kinds.pop() if len(kinds) == 1 else None


def given(case, model):
    """The case's own inputs, as samples; None where they are not all there."""
    stored, arrays = {each.name for each in model.graph.initializer}, {}
    for index, port in enumerate(each for each in model.graph.input if each.name not in stored):
        file = case / f"test_data_set_0/input_{index}.pb"
        if not file.exists():
            return None
        array = numpy_helper.to_array(onnx.TensorProto.FromString(file.read_bytes()))
        arrays[port.name] = array if array.ndim and array.shape[0] == 1 else array[np.newaxis]
    return arrays


def tare(*arguments):
    return subprocess.run([TARE, *map(str, arguments)], capture_output=True, text=True, timeout=120)


def form_of(case, width):
    """The kinds of the layers, and how they are proven; None where the host has a part in it, or there is no program."""
    model = onnx.load(case / "model.onnx")
    arrays = given(case, model)
    if not arrays:
        return None
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        np.savez(folder / "x.npz", **arrays)
        program = folder / "p.tare"
        if tare("convert", case / "model.onnx", "--calibration", folder / "x.npz", "--target", WIDTHS[width], "--allow-uncalibrated", "--check", 0, "-q", "-o", program).returncode:
            return None
        done = tare("verify", program, "--json", "-q")
        layers = json.loads(done.stdout)["layers"] if done.stdout else []
    kinds = {layer["kind"] for layer in layers} - BORDER
    if not layers or "host" in kinds:
        return None
    bound = any(layer["is_bound"] for layer in layers if layer["kind"] not in BORDER)
    return " ".join(sorted(kinds - LAYOUT or kinds)) or "-", "bound" if bound else "exact"


def cases_of(folders):
    """(operator, case) of models of one operator, in the folders' order."""
    for folder in folders:
        for path in sorted(folder.rglob("model.onnx")):
            if not (path.parent / "refusal.txt").exists() and (operator := operator_of(onnx.load(path, load_external_data=False))):
                yield operator, path.parent


def opsets():
    """The operator sets that have each of ONNX's operators: "1-", or "7-9" where a later one takes it away."""
    found = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if schema.domain == "":
            found.setdefault(schema.name, []).append(schema)
    for name, schemas in sorted(found.items()):
        newest = max(schemas, key=lambda each: each.since_version)
        yield name, f"{min(each.since_version for each in schemas)}-{newest.since_version - 1 if newest.deprecated else ''}"


def write_settled(folder):
    """What the import leaves to the host, and a pass of the graph makes layers of, where constants settle it (passes/Graph/SelectByMasks.cpp)."""
    x = np.random.default_rng(1).normal(size=(3, 4)).astype(np.float32)
    condition = numpy_helper.from_array(x > 0, "c")
    ports = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, [3, 4])] for name in "xy"]
    graph = helper.make_graph([helper.make_node("Where", ["c", "x", "k"], ["y"])], "case", *ports, [condition, numpy_helper.from_array(x, "k")])
    case = folder / "settled/where_by_constants"
    (case / "test_data_set_0").mkdir(parents=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), case / "model.onnx")
    (case / "test_data_set_0/input_0.pb").write_bytes(numpy_helper.from_array(x, "x").SerializeToString())


def all_forms(tasks):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda task: form_of(*task), tasks))


def record(forms, folders):
    tasks = [(operator, width, case) for operator, case in cases_of(folders) for width in WIDTHS]
    found = {}
    for (operator, width, case), form in zip(tasks, all_forms([(case, width) for _, width, case in tasks])):
        if form:
            found.setdefault((operator, width, *form), f"{case.parent.name}/{case.name}")
    lines = [(*key, case) for key, case in found.items()] + [(name, "opsets", versions, "", "") for name, versions in opsets()]
    forms.write_text("".join("\t".join(line) + "\n" for line in sorted(lines)))


def check(forms, folders):
    lines = [line.split("\t") for line in forms.read_text().splitlines()]
    lines = [line for line in lines if line[1] != "opsets"]
    places = {f"{path.parent.parent.name}/{path.parent.name}": path.parent for folder in folders for path in folder.rglob("model.onnx")}
    tasks = [(places[case], width) for _, width, _, _, case in lines]
    wrong = [f"{operator} at {width} ({case}): found {' '.join(form or ['none'])}, {forms.name} says {kinds} {proof}"
             for (operator, width, kinds, proof, case), form in zip(lines, all_forms(tasks)) if form != (kinds, proof)]
    print(*wrong, sep="\n")
    return not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("forms", type=pathlib.Path)
    parser.add_argument("folders", type=pathlib.Path, nargs="+")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as settled:
        write_settled(pathlib.Path(settled))
        done = (record if options.record else check)(options.forms, [*options.folders, pathlib.Path(settled)])
    if done is False:
        sys.exit(f"record what has changed: forms.py --record {options.forms} {' '.join(map(str, options.folders))}")


if __name__ == "__main__":
    main()

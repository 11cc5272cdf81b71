"""Writes the operator tests of the installed onnx package as folders, in the layout in which ONNX publishes them.

    generate.py FOLDER
    generate.py --models FOLDER     the models alone, for fuzzers: each as it is, and with all inputs as constants, so that the importer computes it
"""
import argparse
import pathlib
import warnings

import numpy as np
from onnx import TensorProto, numpy_helper
from onnx.backend.test.case.node import collect_testcases


def as_proto(value, info):
    if isinstance(value, TensorProto):
        return value
    proto = numpy_helper.from_array(np.asarray(value))
    proto.name = info.name
    return proto


def is_tensors(values):
    return all(isinstance(v, (np.ndarray, np.generic, TensorProto, int, float)) for v in values)


def write(case, folder):
    """One case; those with sequences, maps or missing values are left out."""
    model = case.model
    for number, (inputs, outputs) in enumerate(case.data_sets):
        if not is_tensors([*inputs, *outputs]):
            return
        data = folder / case.name / f"test_data_set_{number}"
        data.mkdir(parents=True, exist_ok=True)
        for kind, values, infos in (("input", inputs, model.graph.input), ("output", outputs, model.graph.output)):
            for index, (value, info) in enumerate(zip(values, infos)):
                (data / f"{kind}_{index}.pb").write_bytes(as_proto(value, info).SerializeToString())
    (folder / case.name / "model.onnx").write_bytes(model.SerializeToString())


def write_models(case, folder):
    (folder / case.name).write_bytes(case.model.SerializeToString())
    inputs = case.data_sets[0][0] if case.data_sets else []
    if not inputs or not is_tensors(inputs):
        return
    known = case.model.__class__.FromString(case.model.SerializeToString())
    for value, info in zip(inputs, case.model.graph.input):
        known.graph.initializer.append(as_proto(value, info))
    del known.graph.input[:]
    (folder / f"{case.name}-known").write_bytes(known.SerializeToString())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--models", action="store_true", help="models without data, in one folder")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for case in collect_testcases(None):
        (write_models if options.models else write)(case, options.folder)


main()

"""Writes ONNX's own tests of each operator as HostFuzzer.cpp reads them: python test/fuzz/host_seeds.py FOLDER"""
import pathlib
import struct
import sys
import warnings

import numpy as np
from onnx import AttributeProto, TensorProto, helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases

TYPES = [np.float32, np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.bool_]
MOST_BYTES = 2000  # of a tensor: the rest of it repeats them


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    return bytes([min(len(data), 255)]) + data[:255]


def tensor(array):
    array = np.asarray(array)
    array = array.astype(np.float32) if array.dtype in (np.float64, np.float16) else array
    data = array.tobytes()[:MOST_BYTES]
    return struct.pack("<BB", TYPES.index(array.dtype.type), array.ndim) + struct.pack(f"<{array.ndim}H", *array.shape) + struct.pack("<H", len(data)) + data


def attribute(proto):
    value, kind = helper.get_attribute_value(proto), proto.type
    lists = {AttributeProto.INTS: (3, "q"), AttributeProto.FLOATS: (4, "f")}
    if kind in lists:
        number, form = lists[kind]
        return struct.pack(f"<BB{len(value)}{form}", number, len(value), *value)
    if kind == AttributeProto.INT:
        return struct.pack("<Bq", 0, value)
    if kind == AttributeProto.FLOAT:
        return struct.pack("<Bf", 1, value)
    if kind == AttributeProto.STRING:
        return b"\x02" + text(value)
    if kind == AttributeProto.STRINGS:
        return b"\x05" + bytes([len(value)]) + b"".join(map(text, value))
    return b"\x06" + tensor(numpy_helper.to_array(value))


def seed(node, opset, values, kind):
    """A node with its operands, each known (2) or computed (1)."""
    name = f"{node.domain}.{node.op_type}" if node.domain not in ("", "ai.onnx") else node.op_type
    data = text(name) + bytes([opset, len(node.attribute)])
    data += b"".join(text(each.name) + attribute(each) for each in node.attribute)
    data += bytes([len(node.input)])
    return data + b"".join(bytes([kind]) + tensor(values[each]) if each else b"\0" for each in node.input) + bytes([len(node.output) - 1])


def main():
    folder = pathlib.Path(sys.argv[1])
    warnings.simplefilter("ignore")
    for case in collect_testcases(None):
        graph = case.model.graph
        values = dict(zip([port.name for port in graph.input], case.data_sets[0][0]))
        if len(graph.node) != 1:
            continue
        try:
            for kind in (1, 2):
                (folder / f"{case.name}-{kind}").write_bytes(seed(graph.node[0], case.model.opset_import[0].version, values, kind))
        except (ValueError, KeyError, TypeError, AttributeError, struct.error):
            continue  # sequences, texts, types and subgraphs that the host has not


main()

"""What the tests of QDQ exports share: exporting, coming back, and counting steps against ONNX Runtime."""
import collections
import pathlib

import numpy as np
import onnx

from harness import load, reference, tare


def kept(arguments):
    """Of the options of a conversion those that hold of its export, too: what the hardware is, and how it is written."""
    wanted, result = ("--target", "--activations", "--narrow-states", "--allow-uncalibrated"), []
    for index, each in enumerate(arguments):
        if each in wanted:
            result += [each] if each in ("--narrow-states", "--allow-uncalibrated") else arguments[index:index + 2]
    return result


def exported(model, folder, *arguments, name="m"):
    """The program of a model, its QDQ export, and the program of that."""
    folder = pathlib.Path(folder)
    program, qdq, again = (folder / f"{name}.{ending}" for ending in ("tare", "qdq.onnx", "again.tare"))
    arguments = list(map(str, arguments))
    tare("convert", model, *arguments, "--check", 0, "-o", program)
    tare("convert", model, *arguments, "--emit", "qdq-onnx", "-o", qdq)
    # What only moves numbers quantizes none.
    quantizes = any(each.op_type == "QuantizeLinear" for each in onnx.load(qdq).graph.node)
    tare("convert", qdq, *(kept(arguments) if quantizes else arguments), "-o", again)
    return program, qdq, again


def steps_of(qdq):
    """The step of each output's grid, by name; nothing for one that is no dequantization on one grid, as what joins several."""
    graph = onnx.load(qdq).graph
    constants = {each.name: onnx.numpy_helper.to_array(each) for each in graph.initializer}
    makers = {name: node for node in graph.node for name in node.output}
    moves = ("Identity", "Reshape", "Transpose", "Slice", "Cast")
    steps = {}
    for output in graph.output:
        node = makers.get(output.name)
        while node is not None and node.op_type in moves:
            node = makers.get(node.input[0])
        if output.type.tensor_type.elem_type != onnx.TensorProto.FLOAT:
            steps[output.name] = 1.0
        elif node is not None and node.op_type == "DequantizeLinear" and constants[node.input[1]].size == 1:
            steps[output.name] = float(constants[node.input[1]])
    return steps


def counted(qdq, ir, inputs, samples=None):
    """How many elements of the outputs on a grid differ from ONNX Runtime, which runs the export without optimizations, by 0, 1 and more steps of
    Tare's evaluation of `ir`; and of the others the largest difference over the largest magnitude."""
    outputs = qdq.with_suffix(".npz")
    data = {name: array if samples is None else array[:samples] for name, array in load(inputs).items()}
    given = qdq.with_suffix(".inputs.npz")
    np.savez(given, **data)
    tare("run", ir, "--inputs", given, "--outputs", outputs)
    found, expected, steps = load(outputs), reference(qdq, data), steps_of(qdq)
    counts, others = np.zeros(3, np.int64), 0.0
    for name, array in expected.items():
        off = np.abs(found[name].astype(np.float64) - array.astype(np.float64))
        if name in steps:
            off = np.rint(off / steps[name])
            counts += [np.sum(off == 0), np.sum(off == 1), np.sum(off > 1)]
        else:
            others = max(others, off.max() / max(np.abs(array).max(), 1e-30))
    return counts, others


def layerwise(qdq, ir, inputs, samples=None):
    """The same of each layer on the operands that Tare's evaluation has there: of what every activation's dequantization gives, as no difference of a
    layer before it adds to its own."""
    model = onnx.load(qdq)
    constants = {each.name: onnx.numpy_helper.to_array(each) for each in model.graph.initializer}
    known = set(constants)
    data = {name: array if samples is None else array[:samples] for name, array in load(inputs).items()}
    given, outputs, cut = (qdq.with_suffix(f".{what}") for what in ("inputs.npz", "layers.npz", "cut.onnx"))
    np.savez(given, **data)
    tare("run", ir, "--inputs", given, "--all-layers", "--outputs", outputs)
    found, steps, fed = load(outputs), {}, {}
    shapes = {each.name: each for each in onnx.shape_inference.infer_shapes(model).graph.value_info} | {each.name: each for each in model.graph.output}
    read = [node for node in model.graph.node if node.op_type == "DequantizeLinear" and node.input[0] not in known]
    layer_of = lambda node: next((note.value for note in node.metadata_props if note.key == "tare.layer"), node.name)
    named = collections.Counter(map(layer_of, read))
    for node in read:
        layer, name = layer_of(node), node.output[0]
        # Of several of one name nobody knows which is which.
        if layer not in found or named[layer] > 1 or constants[node.input[1]].size != 1:
            continue
        shape = [d.dim_value for d in shapes[name].type.tensor_type.shape.dim]
        node.output[0], steps[name], fed[name] = name + "#own", float(constants[node.input[1]]), layer
        model.graph.input.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape))
        data[name] = found[layer]
    del model.graph.output[:]
    for name in steps:
        model.graph.output.append(onnx.helper.make_tensor_value_info(name + "#own", onnx.TensorProto.FLOAT, None))
    onnx.save(model, cut)
    counts = np.zeros(3, np.int64)
    for name, array in reference(cut, data).items():
        off = np.rint(np.abs(found[fed[name.removesuffix("#own")]].astype(np.float64) - array) / steps[name.removesuffix("#own")])
        counts += [np.sum(off == 0), np.sum(off == 1), np.sum(off > 1)]
    return counts

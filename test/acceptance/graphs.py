"""Small ONNX models for the acceptance tests: nodes by name, constants as arrays."""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from harness import load, reference, tare

node = helper.make_node


def quantize(value, scale, zero, result, **attributes):
    """`value` quantized to `result` + "_q" and dequantized to `result`."""
    return [node("QuantizeLinear", [value, scale, zero], [result + "_q"], name=result + "_q", **attributes),
            node("DequantizeLinear", [result + "_q", scale, zero], [result], name=result, **attributes)]


def dequantize(integers, scale, result, zero="", **attributes):
    """A constant or input of integers as real numbers."""
    return [node("DequantizeLinear", [integers, scale] + ([zero] if zero else []), [result], name=result, **attributes)]


def port(name, shape, kind=np.float32):
    """An input or output; an output's shape may be None."""
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), shape)


def save(path, nodes, inputs, outputs, constants=None, opset=21):
    """Writes a checked model of `nodes` between ports, with those of `constants` (arrays by name) that are read."""
    used = {name for each in nodes for name in each.input} | {each.name for each in outputs}
    stored = [numpy_helper.from_array(np.asarray(array), name) for name, array in (constants or {}).items() if name in used]
    graph = helper.make_graph(list(nodes), "g", list(inputs), list(outputs), stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    if any(not each.type.tensor_type.HasField("shape") for each in outputs):
        model = onnx.shape_inference.infer_shapes(model)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return pathlib.Path(path)


def converted(model, data, *arguments, name="m.tare"):
    """Converts `model` with the arrays of `data` for calibration; the program's path and what the tool printed."""
    calibration, program = model.parent / "calibration.npz", model.parent / name
    np.savez(calibration, **data)
    done = tare("convert", model, "--calibration", calibration, *arguments, "-o", program)
    return program, done.stderr


def outputs_of(executable, data, *arguments):
    """What `tare run` gives for the arrays of `data`, by output."""
    inputs, outputs = executable.parent / "inputs.npz", executable.parent / "outputs.npz"
    np.savez(inputs, **data)
    tare("run", executable, "--inputs", inputs, "--outputs", outputs, *arguments)
    return load(outputs)


__all__ = ["TensorProto", "converted", "dequantize", "node", "outputs_of", "port", "quantize", "reference", "save"]

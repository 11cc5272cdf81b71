"""Operators that need no session of ONNX Runtime, for speed: the same numbers, as moved, limited or one rounding away from the operands.

Each takes the node's attributes and one sample's operands, of all samples at once where that is the same, and gives a list of results. What ONNX Runtime makes of whole models is compared
with what comes out of this (`differences.py`).
"""
import numpy as np
from onnx import helper


def _quantized(reals, scale, zero):
    limits = np.iinfo(zero.dtype)
    return np.clip(np.rint(reals / scale.reshape(())) + zero.reshape(()), limits.min, limits.max).astype(zero.dtype)


def _dequantized(q, scale, zero):
    return (q.astype(np.float32) - zero.astype(np.float32)) * scale.reshape(())


def _slice(x, starts, ends, axes, steps):
    index = [slice(None)] * x.ndim
    for start, end, axis, step in zip(starts, ends, axes, steps):
        index[axis] = slice(int(start), int(end), int(step))
    return x[tuple(index)]


def _pad(attributes, x, widths, border=None, *_):
    pairs = list(zip(widths[:x.ndim], widths[x.ndim:]))
    if attributes.get("mode", b"constant") == b"edge":
        return np.pad(x, pairs, mode="edge")
    return np.pad(x, pairs, constant_values=0 if border is None else border.reshape(()))


def _clip(x, low=None, high=None):
    x = x if low is None else np.maximum(x, low.reshape(()))
    return x if high is None else np.minimum(x, high.reshape(()))


def _split(x, sizes, axis):
    return np.split(x, np.cumsum(sizes)[:-1], axis)


def _flatten(x, axis):
    return x.reshape(int(np.prod(x.shape[:axis])), -1)


OPERATORS = {
    "QuantizeLinear": lambda a, *x: [_quantized(*x)], "DequantizeLinear": lambda a, *x: [_dequantized(*x)],
    "Relu": lambda a, x: [np.maximum(x, 0)], "Add": lambda a, x, y: [x + y], "Sub": lambda a, x, y: [x - y], "Mul": lambda a, x, y: [x * y],
    "Div": lambda a, x, y: [x / y], "Cast": lambda a, x: [x.astype(helper.tensor_dtype_to_np_dtype(a["to"]))],
    "Transpose": lambda a, x: [x.transpose(a["perm"])], "Reshape": lambda a, x, shape: [x.reshape(shape)],
    "Flatten": lambda a, x: [_flatten(x, a.get("axis", 1))], "Slice": lambda a, *x: [_slice(*x)], "Pad": lambda a, *x: [_pad(a, *x)],
    "Concat": lambda a, *x: [np.concatenate(x, a["axis"])], "Split": lambda a, x, sizes: _split(x, sizes, a["axis"]),
    "Clip": lambda a, *x: [_clip(*x)]}


# Of one tensor and scalars.
OF_ALL_SAMPLES = ("QuantizeLinear", "DequantizeLinear", "Relu", "Cast", "Clip")


def run(node, operands, samples):
    """The results, stacks of samples. `operands`: constants, and stacks where `samples` says so; None for one that is left out."""
    operator = OPERATORS[node.op_type]
    attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    if node.op_type in OF_ALL_SAMPLES and samples[0] and not any(samples[1:]):
        return operator(attributes, *operands)
    count = next(len(each) for each, is_stack in zip(operands, samples) if is_stack)
    of_sample = lambda i: (each[i] if is_stack else each for each, is_stack in zip(operands, samples))
    return [np.stack(each) for each in zip(*(operator(attributes, *of_sample(i)) for i in range(count)))]

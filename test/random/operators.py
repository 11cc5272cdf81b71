"""One function per operator: it picks parameters, adds the node, and says what the result may be off.

Each takes the builder and a real value of the graph (rank 3 or 4 images for spatial operators) and returns another one, not quantized yet;
nothing where it does not apply.
"""
import math
import pathlib
import sys

import numpy as np

from builder import Value

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from models.formulas import FORMULAS  # noqa: E402
from models.functions import RECORDS  # noqa: E402


def _bound(result, error, typical, size=0.0, unit=0.0):
    result.error, result.typical, result.size, result.unit = float(error), float(typical), float(size), float(unit)
    return result


def _follow(result, value, factor=1.0, extra=0.0):
    """The result of an operator that rounds its operand's numbers, or keeps them: also of a sum that is not rounded yet."""
    result.wide, result.coarse = value.wide, value.coarse
    return _bound(result, factor * value.error + extra, factor * value.typical + extra, value.size, value.unit)


def _table(result, value, factor=1.0, extra=0.0):
    """The result of an operator whose table holds any numbers."""
    return _bound(result, factor * value.error + extra, factor * value.typical + extra)


# Sums of products


def _weights(builder, shape, channels):
    """Weights of `shape` on int8 or uint8, their scales along axis `channels` or one; sometimes rearranged after they are dequantized."""
    reals = builder.random.normal(size=shape) * builder.random.uniform(0.05, 1.0)
    axis = channels if builder.chance(0.6) else None
    if axis is not None:
        reals = reals * np.exp(builder.random.normal(size=shape[axis])).reshape([-1 if i == axis else 1 for i in range(len(shape))])
    if builder.chance(0.8):
        return builder.stored(reals, np.int8, axis)
    return builder.stored(reals, np.uint8, axis)


def _bias(builder, value, weights, channels, reals):
    """int32 on the accumulator's grid, on another one, or plain float; "" for none. Also what rounding it anew may cost."""
    kind = builder.choose("none", "accumulator", "accumulator", "other", "float")
    if kind == "none":
        return "", 0.0
    if kind == "float":
        return builder.constant(reals.astype(np.float32), "b"), _half_accumulator(builder, value, weights)
    if kind == "other":
        return builder.stored(reals, np.int32)[0], _half_accumulator(builder, value, weights)
    name, scale = weights
    steps = np.broadcast_to(scale, reals.shape).astype(np.float32) * np.float32(value.grid.scale)
    integers = np.clip(np.rint(reals / steps), -2 ** 30, 2 ** 30).astype(np.int32)
    per_channel = np.asarray(scale).ndim == 1
    names = [builder.constant(integers, "q"), builder.constant(steps if per_channel else steps[0], "s")]
    real = (integers * steps).astype(np.float32)
    bias = builder.fresh("b")
    from onnx import helper
    builder.nodes.append(helper.make_node("DequantizeLinear", names, [bias], name=bias + "_dq", **({"axis": 0} if per_channel else {})))
    builder.constants[bias] = real
    builder.computed.add(bias)
    return bias, 1e-6 * np.abs(real).max()


def _half_accumulator(builder, value, weights):
    return 0.5 * float(value.grid.scale) * float(np.max(weights[1]))


def _scale_of(builder, weights):
    """The scales of a stored constant, by its DequantizeLinear."""
    node = next(each for each in builder.nodes if weights in each.output)
    return builder.constants[node.input[1]]


def _product(builder, value, operator, weights, reals, first, bias_count, **attributes):
    """`first`: the weights with the output channel first, as a matrix."""
    scale = _scale_of(builder, weights)
    offsets = builder.random.normal(size=bias_count) * value.largest * np.abs(first).mean()
    if bias_count:  # Hardware's biases have 32 bits.
        most = 2.0 ** 30 * float(value.grid.scale) * np.broadcast_to(scale, (bias_count,))
        offsets = np.clip(offsets, -most, most)
    bias, rounding = _bias(builder, value, (weights, scale), bias_count, offsets) if bias_count else ("", 0.0)
    [result] = builder.add(operator, [value, weights] + ([bias] if bias else []), **attributes)
    gain = float(np.abs(first).sum(axis=1).max())
    return _bound(result, gain * value.error + rounding, gain * value.typical + rounding, gain * value.largest,
                  value.unit * float(np.max(scale)))


def conv(builder, value):
    if value.rank not in (3, 4) or value.grid is None:
        return None
    spatial, channels = value.rank - 2, value.shape[1]
    group = builder.choose(1, 1, channels) if channels > 1 else 1
    outputs = int(group * builder.choose(1, 2, 3)) if group > 1 else builder.choose(1, 3, 5)
    kernel = [int(min(builder.choose(1, 2, 3), size)) for size in value.shape[2:]]
    attributes = dict(kernel_shape=kernel, group=group, strides=[builder.choose(1, 1, 2) for _ in kernel])
    if builder.chance(0.5):
        attributes["pads"] = [int(builder.random.integers(0, k)) for k in kernel * 2]
    weights, reals = _weights(builder, (outputs, channels // group, *kernel), 0)
    return _product(builder, value, "Conv", weights, reals, reals.reshape(outputs, -1), outputs, **attributes)


def conv_transpose(builder, value):
    if value.rank != 4 or value.grid is None:
        return None
    outputs, kernel = builder.choose(1, 2, 3), [builder.choose(1, 2, 3) for _ in range(2)]
    strides = [builder.choose(1, 2) for _ in range(2)]
    weights, reals = _weights(builder, (value.shape[1], outputs, *kernel), 1)
    first = reals.transpose(1, 0, 2, 3).reshape(outputs, -1)
    return _product(builder, value, "ConvTranspose", weights, reals, first, outputs, kernel_shape=kernel, strides=strides)


def gemm(builder, value):
    if value.rank != 2 or value.grid is None:
        return None
    outputs, transposed = builder.choose(1, 4, 7), bool(builder.chance(0.5))
    shape = (outputs, value.shape[1]) if transposed else (value.shape[1], outputs)
    weights, reals = _weights(builder, shape, 0 if transposed else 1)
    factors = (1.0, 1.0, 0.5, -2.0) if builder.hardware.powers_of_two else (1.0, 1.0, 0.37, -1.7)
    alpha, beta = (float(np.float32(builder.choose(*factors))) for _ in range(2))
    result = _product(builder, value, "Gemm", weights, reals, reals if transposed else reals.T, outputs, transB=int(transposed),
                      alpha=alpha, beta=beta)
    most = max(abs(alpha), abs(beta))
    return _bound(result, most * result.error, most * result.typical, most * result.size, abs(alpha) * result.unit)


def matmul(builder, value):
    if value.rank < 2 or value.grid is None:
        return None
    outputs = builder.choose(1, 3, 6)
    weights, reals = _weights(builder, (value.shape[-1], outputs), 1)
    return _product(builder, value, "MatMul", weights, reals, reals.T, 0)


def matmul_of_activations(builder, value):
    """x . x' , or a constant on the left."""
    if value.rank < 2 or value.grid is None:
        return None
    if builder.chance(0.4):
        constant, reals = builder.stored(builder.random.normal(size=(3, value.shape[-2])), np.int8)
        gain = float(np.abs(reals).sum(axis=1).max())
        [result] = builder.add("MatMul", [constant, value])
        return _bound(result, gain * value.error, gain * value.typical, gain * value.largest, value.unit * float(_scale_of(builder, constant)))
    order = list(range(value.rank - 2)) + [value.rank - 1, value.rank - 2]
    turned = _follow(builder.add("Transpose", [value], perm=order)[0], value)
    [result] = builder.add("MatMul", [value, turned])
    gain = value.shape[-1] * (2 * value.largest + value.error)
    return _bound(result, gain * value.error, gain * value.typical, value.shape[-1] * value.largest ** 2, value.unit ** 2)


# Element by element


def _other(builder, value):
    """A second operand: the value itself, another of the graph that fits, or a constant with a scale for all or for each index of an axis."""
    fitting = [each for each in builder.pool if each.shape == value.shape and each.grid is not None]
    if builder.chance(0.5) and fitting:
        other = fitting[builder.random.integers(len(fitting))]
        return other, other
    form = builder.choose("scalar", "channels", "full")
    shape = {"scalar": (), "full": tuple(value.shape), "channels": (value.shape[1],) + (1,) * (value.rank - 2) if value.rank > 1 else ()}[form]
    reals = builder.random.normal(size=shape) * max(value.largest, 0.1) * builder.random.uniform(0.2, 1.5)
    if builder.chance(0.15):  # Rounded by the converter.
        array = reals.astype(np.float32)
        constant = Value("", array[None])
        constant.unit = constant.largest / 64
        return builder.constant(array), constant
    axis = {"channels": 0, "full": 1}.get(form) if builder.chance(0.5) and builder.axis_constants and shape else None
    name, real = builder.stored(reals, builder.choose(*builder.constant_kinds), axis)
    return name, Value("", real[None], unit=float(np.max(_scale_of(builder, name))))


def _constant_rounding(builder, other):
    """What a constant may be off where its own grid is not kept: half a step of 255 (or of a power of two) over its range."""
    if other.name:
        return 0.0
    return other.largest / 127 * (2.0 if builder.hardware.powers_of_two else 1.0)


def add(builder, value):
    operand, other = _other(builder, value)
    operator = "Add" if operand is value else builder.choose("Add", "Sub")
    pair = [value, operand] if builder.chance(0.6) else [operand, value]
    [result] = builder.add(operator, pair)
    rounding = _constant_rounding(builder, other)
    result.coarse = 2 * value.unit if other is value else max(value.unit, other.unit)
    return _bound(result, value.error + other.error + rounding, value.typical + other.typical + rounding, value.largest + other.largest,
                  min(value.unit, other.unit))


def sum_of_three(builder, value):
    """What is between its additions has 16 bits where the hardware has them."""
    (first, one), (second, two) = _other(builder, value), _other(builder, value)
    order = [value, first, second]
    [result] = builder.add("Sum", [order[i] for i in builder.random.permutation(3)])
    largest = value.largest + one.largest + two.largest
    rounding = _constant_rounding(builder, one) + _constant_rounding(builder, two)
    between = largest / (2 ** 14 if any(np.dtype(kind).itemsize == 2 for kind in builder.hardware.kinds) else 2 ** 6)
    return _bound(result, value.error + one.error + two.error + rounding + between,
                  value.typical + one.typical + two.typical + rounding + between, largest, min(value.unit, one.unit, two.unit))


def mul(builder, value):
    operand, other = _other(builder, value)
    [result] = builder.add("Mul", [value, operand] if builder.chance(0.6) else [operand, value])
    rounding = _constant_rounding(builder, other)
    off, in_mean = other.error + rounding, other.typical + rounding
    return _bound(result, (value.largest + value.error) * off + other.largest * value.error,
                  value.largest * in_mean + other.largest * value.typical, value.largest * other.largest, value.unit * other.unit)


def _spacing(value):
    """How far apart the entries of an interpolated table are; 0 where 8 bits index one of 256."""
    return 128 * value.unit if value.wide else 0.0


def _interpolation(value, curvature, kink):
    """A table of 16-bit operands has an entry every 128 steps: chords instead of arcs, and corners cut."""
    spacing = _spacing(value)
    return spacing ** 2 / 8 * curvature + spacing / 4 * kink


FUNCTIONS = {  # Lipschitz constant, largest second derivative, largest change of slope.
    "Sigmoid": ({}, 0.25, 0.1, 0), "Tanh": ({}, 1.0, 0.77, 0), "LeakyRelu": ({"alpha": 0.1}, 1.0, 0, 0.9),
    "HardSigmoid": ({"alpha": 0.2, "beta": 0.5}, 0.2, 0, 0.2), "HardSwish": ({}, 1.5, 0.34, 0.5),
    "Abs": ({}, 1.0, 0, 2.0), "Erf": ({}, 1.13, 0.97, 0), "Softplus": ({}, 1.0, 0.25, 0), "Softsign": ({}, 1.0, 2.0, 0), "Sin": ({}, 1.0, 1.0, 0),
    "Cos": ({}, 1.0, 1.0, 0), "Atan": ({}, 1.0, 0.65, 0), "Elu": ({}, 1.0, 1.0, 0), "Selu": ({}, 1.76, 1.76, 0.71), "Celu": ({"alpha": 2.0}, 1.0, 0.5, 0),
    "Mish": ({}, 1.1, 0.8, 0), "Gelu": ({}, 1.13, 0.8, 0), "Asinh": ({}, 1.0, 0.39, 0), "Shrink": ({"lambd": 0.5, "bias": 0.5}, 1.0, 0, 1.0),
    "ThresholdedRelu": ({"alpha": 0.0}, 1.0, 0, 1.0)}
# What no random model has, and why; test/acceptance has them, and proofs.py compares all of a function's table.
STEEP = "where its slope has no bound, nothing bounds what a step of the operand makes of the result"
JUMPS = "the sides of a jump are a rounding apart"
NOT_AT_RANDOM = {
    **dict.fromkeys(("Exp", "Log", "Sqrt", "Reciprocal", "Pow", "Div", "Tan", "Asin", "Acos", "Sinh", "Cosh", "Acosh", "Atanh"), STEEP),
    **dict.fromkeys(("Floor", "Ceil", "Round", "Sign", "Cast"), JUMPS),
    "BatchNormalization": "quantizers fold it into the layer before they write a model",
    "Swish": "ONNX Runtime does not know it; ours becomes one table, which a quantizer's x and Sigmoid(x) do not"}


# What else the dialect has a record of is as steep as its formula in numpy is where it is read.
MEASURED = {kind: op for op, (kind, _) in RECORDS.items() if kind and kind not in {*FUNCTIONS, *NOT_AT_RANDOM}}
STEEPEST = 4.0


def measured(op, reach, spacing):
    """With ONNX's parameters, of numbers up to `reach`: the greatest slope, and what slopes differ by within one entry of a table. Nothing where it jumps, is far
    too steep, or gives no numbers."""
    x = np.linspace(-reach, reach, 20001)
    with np.errstate(all="ignore"):
        y = FORMULAS[op][1](x, *RECORDS[op][1].values())
    slopes, count = np.diff(y) / (x[1] - x[0]), math.ceil(spacing / (x[1] - x[0])) + 2
    if not np.isfinite(slopes).all() or np.abs(slopes).max() > STEEPEST:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(slopes, min(count, slopes.size))
    return float(np.abs(slopes).max()), float((windows.max(1) - windows.min(1)).max())


def function(builder, value):
    name = builder.choose(*FUNCTIONS, *MEASURED)
    if name in FUNCTIONS:
        attributes, slope, curvature, kink = FUNCTIONS[name]
    elif found := measured(MEASURED[name], 1.1 * value.largest + value.error + 1e-6, _spacing(value)):
        attributes, slope, curvature, kink = {}, found[0], 0, found[1]
    else:
        return None
    [result] = builder.add(name, [value], **attributes)
    # A grid that ends within the function's image is a corner more.
    return _table(result, value, slope, _interpolation(value, curvature, kink + slope))


def relu(builder, value):
    return _follow(builder.add("Relu", [value])[0], value)


def clip(builder, value):
    low, high = -builder.random.uniform(0, 1) * value.largest, builder.random.uniform(0.1, 1) * value.largest
    limits = []
    for limit in (low, high):
        if builder.chance(0.25):
            limits.append("")
        elif builder.chance(0.3):
            limits.append(builder.stored(np.array(limit), np.int8)[0])
        else:
            limits.append(builder.constant(np.float32(limit)))
    [result] = builder.add("Clip", [value, *limits])
    return _follow(result, value)


def prelu(builder, value):
    if value.rank < 3:
        return None
    slopes = builder.random.uniform(-0.3, 0.9, size=(value.shape[1],) + (1,) * (value.rank - 2))
    name = builder.stored(slopes, np.int8)[0] if builder.chance(0.5) else builder.constant(slopes.astype(np.float32))
    return _table(builder.add("PRelu", [value, name])[0], value, 1.0, _interpolation(value, 0, 1.3))


def softmax(builder, value):
    axis = int(builder.random.integers(1, value.rank)) if value.rank > 1 else 0
    [result] = builder.add("Softmax", [value], axis=axis)
    # (A28), (A58)
    table = (value.shape[axis] + 4) / 65535
    return _table(result, value, 1.0, table)


def normalization(builder, value):
    """Epsilons from small to large beside the variance: what divides by less than a few of its operand's errors, nothing bounds."""
    instance = value.rank >= 3 and builder.chance(0.4)
    axis = 2 if instance else int(builder.random.integers(1, value.rank)) if value.rank > 1 else None
    if axis is None or math.prod(value.shape[axis:]) < 2:
        return None
    reals, over = value.array.astype(np.float64), tuple(range(axis + 1, value.rank + 1))
    variance, mean_square = reals.var(over), max(float((reals ** 2).mean()), 1e-6)
    epsilon = float(np.float32(builder.choose(1e-5, 0.01, 0.3) * mean_square))
    # The least deviation that a program may see.
    least = math.sqrt(max(float(np.sqrt(variance.min())) - value.error, 0.0) ** 2 + epsilon)
    if value.error > 0.1 * least:
        return None
    shape = (value.shape[1],) if instance else value.shape[axis:]
    gamma, beta = builder.random.normal(size=shape).astype(np.float32), (0.3 * builder.random.normal(size=shape)).astype(np.float32)
    operands = [value, builder.constant(gamma), builder.constant(beta)]
    if instance:
        [result] = builder.add("InstanceNormalization", operands, epsilon=epsilon)
    else:
        [result] = builder.add("LayerNormalization", operands, axis=axis - value.rank if builder.chance(0.5) else axis, epsilon=epsilon)
    reach, size = float(np.abs(gamma).max()), math.prod(value.shape[axis:])
    # dy / dx is (1 - 1 / n - u u' / n) / deviation; no u is more than the root of n.
    slope = reach * (2 + math.sqrt(size)) / least
    # (A72), (A73): what u, gamma and beta are rounded to.
    bits = 2.0 ** -min(14, math.floor(math.log2((2 ** 15 - 2) / math.sqrt(size)))) + math.sqrt(size) * 2.0 ** -10
    rounding = (reach + float(np.abs(beta).max())) * bits
    return _bound(result, slope * value.error + rounding, slope * value.typical + rounding, result.largest)


# Pools


def _window(builder, value):
    kernel = [int(min(builder.choose(1, 2, 3), size)) for size in value.shape[2:]]
    window = dict(kernel_shape=kernel, strides=[builder.choose(1, 2) for _ in kernel])
    if builder.chance(0.4):
        window["pads"] = [int(builder.random.integers(0, k)) for k in kernel * 2]
    return window


def max_pool(builder, value):
    if value.rank not in (3, 4):
        return None
    window = _window(builder, value)
    if builder.chance(0.3):
        window["dilations"] = [1 + (2 * (k - 1) < size) for k, size in zip(window["kernel_shape"], value.shape[2:])]
        window.pop("pads", None)
    return _follow(builder.add("MaxPool", [value], **window)[0], value)


def _mean(result, value):
    """Means of few integers often lie halfway between two, and roundings differ in what they make of that."""
    _follow(result, value)
    result.typical += 0.3 * value.unit
    return result


def average_pool(builder, value):
    if value.rank not in (3, 4):
        return None
    if builder.chance(0.3):
        return _mean(builder.add("GlobalAveragePool", [value])[0], value)
    return _mean(builder.add("AveragePool", [value], count_include_pad=builder.choose(0, 1), **_window(builder, value))[0], value)


def reduce_mean(builder, value):
    if value.rank < 3:
        return None
    axes = builder.constant(np.array(sorted(builder.random.choice(range(1, value.rank), size=2, replace=False)), np.int64))
    return _mean(builder.add("ReduceMean", [value, axes], keepdims=builder.choose(0, 1))[0], value)


# Movement, of reals and of integers alike


def transpose(builder, value):
    order = [0, *(int(i) + 1 for i in builder.random.permutation(value.rank - 1))]
    return _follow(builder.add("Transpose", [value], perm=order)[0], value)


def flatten(builder, value):
    if value.rank < 3 or builder.chance(0.5):
        shape = [value.shape[0], -1, value.shape[-1]] if builder.chance(0.5) and value.rank > 1 else [value.shape[0], -1]
        return _follow(builder.add("Reshape", [value, builder.constant(np.array(shape, np.int64))])[0], value)
    return _follow(builder.add("Flatten", [value])[0], value)


def slice_(builder, value):
    axis = value.rank - 1
    if value.shape[axis] < 2:
        return None
    start = int(builder.random.integers(0, value.shape[axis] - 1))
    names = [builder.constant(np.array([i], np.int64)) for i in (start, value.shape[axis], axis, builder.choose(1, 1, 2))]
    return _follow(builder.add("Slice", [value, *names])[0], value)


def gather(builder, value):
    """By so many indices that they are no slices and a joint."""
    axis = value.rank - 1
    if value.rank < 2 or math.prod(value.shape) > 64 or math.prod(value.shape[:axis]) > 2:
        return None
    indices = builder.random.integers(-value.shape[axis], value.shape[axis], 400)
    return _follow(builder.add("Gather", [value, builder.constant(indices.astype(np.int64))], axis=axis)[0], value)


def pad(builder, value):
    """With a real border, an integer one where the value is integers, its default, or the nearest elements."""
    widths = [0] + [int(builder.random.integers(0, 2)) for _ in range(value.rank - 1)]
    operands = [value, builder.constant(np.array([0] + widths[1:] + [0] + [int(builder.random.integers(0, 2)) for _ in widths[1:]], np.int64))]
    kind = value.array.dtype
    mode = builder.choose("constant", "constant", "constant", "edge")
    if mode == "constant" and builder.chance(0.75):
        if kind == np.float32:
            border = builder.random.normal() * max(value.largest, 0.1)
            operands.append(builder.stored(np.array(border), np.int8)[0] if builder.chance(0.4) else builder.constant(np.float32(border)))
        else:
            operands.append(builder.constant(np.array(builder.random.integers(np.iinfo(kind).min, np.iinfo(kind).max + 1), kind)))
    [result] = builder.add("Pad", operands, mode=mode)
    # The border is rounded, to the operand's grid where that has it: all of it alike. Otherwise all is, to a grid that has both.
    span = float(result.array.max(initial=0)) - float(result.array.min(initial=0))
    rounding = max(value.unit, span / (65535 if value.wide else 255)) if kind == np.float32 else 0.0
    result.wide = value.wide
    return _bound(result, value.error + rounding, np.inf if mode == "constant" else value.typical, 0.0, value.unit)


def concat(builder, value):
    fitting = [each for each in builder.pool if each.rank == value.rank > 1 and each.shape[:1] == value.shape[:1] and each.shape[2:] == value.shape[2:]
               and each.array.dtype == value.array.dtype and each.grid is not None]
    if not fitting or value.rank < 2:
        return None
    others = [fitting[builder.random.integers(len(fitting))] for _ in range(builder.choose(1, 2))]
    parts = [value, *others]
    names = list(parts)
    if builder.chance(0.3):
        axis = 1 if builder.chance(0.5) and builder.axis_constants else None
        name, real = builder.stored(builder.random.normal(size=(value.shape[0], 2, *value.shape[2:])) * max(value.largest, 0.1), np.int8, axis)
        constant = Value("", real[None])
        constant.unit = float(np.max(_scale_of(builder, name)))
        constant.error = constant.typical = _constant_rounding(builder, constant)
        parts.append(constant)
        names.append(name)
    [result] = builder.add("Concat", names, axis=1)
    result.wide = any(each.wide for each in parts)
    return _bound(result, max(each.error for each in parts), max(each.typical for each in parts), 0.0, max(each.unit for each in parts))


def resize(builder, value):
    if value.rank != 4:
        return None
    mode = builder.choose("nearest", "linear")
    scales = builder.constant(np.array([1, 1, builder.choose(1, 2), 2], np.float32))
    coordinates = builder.choose("half_pixel", "asymmetric", "align_corners")
    [result] = builder.add("Resize", [value, "", scales], mode=mode, coordinate_transformation_mode=coordinates)
    if mode == "nearest":
        return _follow(result, value)
    # Weights in 2^-11 at 8 bits, and in 2^-15 at 16; a result on its operand's grid, or rounded to its own alone.
    return _follow(result, value, 1.0, 2 * value.largest * 2.0 ** -10 + value.unit)


def split(builder, value):
    if value.rank < 2 or value.shape[1] < 2:
        return None
    sizes = builder.constant(np.array([1, value.shape[1] - 1], np.int64))
    parts = builder.add("Split", [value, sizes], 2, axis=1)
    return _follow(parts[builder.choose(0, 1)], value)


COMPUTING = (conv, conv, conv, conv_transpose, gemm, matmul, matmul_of_activations, add, add, sum_of_three, mul, mul, function, relu, clip, prelu, softmax,
             normalization, average_pool, reduce_mean, max_pool, pad, concat, concat, resize)
MOVING = (transpose, flatten, slice_, max_pool, pad, split, gather)
# What ONNX lets run on the integers themselves.
ON_INTEGERS = (transpose, flatten, slice_, pad, split, gather)

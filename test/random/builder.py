"""A graph under construction: every value carries what ONNX Runtime computes for it, and how far an integer program may be from that.

A bound is derived, not guessed: a quantization is off by one step at a tie or where a multiplier's last bit decides; an operator passes
on what its operands are off, times what it amplifies.
"""
import dataclasses
import functools

import numpy as np
import onnxruntime
import plain
from onnxruntime.capi import onnxruntime_pybind11_state as onnxruntime_errors
from onnx import helper, numpy_helper

OPSET = 21
SAMPLES = 3
# The share of numbers that a multiplier's last bit, of 15, rounds otherwise: for each step of what it scales, and whatever that is.
ROUNDED_OTHERWISE_A_STEP, ROUNDED_OTHERWISE = 2.0 ** -14, 0.01


@dataclasses.dataclass(frozen=True)
class Hardware:
    """What a target's graphs are made of."""
    name: str
    kinds: tuple
    # Every zero point in the middle of its type; scales that are powers of two.
    symmetric: bool = False
    powers_of_two: bool = False
    # The last sums of products leave as they are.
    tails: bool = False
    # Numbers between two integers of the result are rounded otherwise than to even: exact ties, of scales that are powers of two, and
    # what a rounding in two steps makes one.
    ties: bool = False

    def symmetric_for(self, kind):
        return self.symmetric or np.dtype(kind).itemsize == 2


BYTES, WORDS = (np.int8, np.uint8), (np.int16, np.uint16)
TARGETS = {each.name: each for each in (
    Hardware("generic", BYTES + BYTES + BYTES + WORDS, tails=True), Hardware("float_tail", BYTES, tails=True),
    Hardware("gemmlowp", BYTES, ties=True), Hardware("three_stage", BYTES, ties=True), Hardware("i16x8", WORDS, symmetric=True),
    Hardware("shift_only", BYTES, symmetric=True, powers_of_two=True, tails=True, ties=True))}


@dataclasses.dataclass(frozen=True)
class Grid:
    kind: type
    scale: np.float32
    zero: int

    @property
    def wide(self):
        return np.dtype(self.kind).itemsize == 2

    def steps(self):
        return 65535 if self.wide else 255


@dataclasses.dataclass
class Value:
    """A tensor: `array` is [SAMPLES, shape...]. `error`: how far a program's numbers may be off, as real numbers (integers count in
    steps); `typical`: how far they are in the mean, at most. `grid`: where its numbers lie, if on one; `size`: the largest sum that an
    operator forms before it is rounded, as a real number; `unit`: what that sum counts in; `wide`: whether its numbers have 16 bits;
    `coarse`: what a sum's coarser operand counts in."""
    name: str
    array: np.ndarray
    error: float = 0.0
    typical: float = 0.0
    grid: Grid = None
    size: float = 0.0
    unit: float = 0.0
    wide: bool = False
    coarse: float = 0.0

    @property
    def shape(self):
        return self.array.shape[1:]

    @property
    def rank(self):
        return len(self.shape)

    @property
    def largest(self):
        return float(np.abs(self.array.astype(np.float64)).max()) if self.array.size else 0.0


def near_ties(reals, step, scaled):
    """The share of the numbers that are there, each counted once, of which a multiplier's last bit decides where they are rounded: more than
    chance has it where two steps have nearly a simple ratio, as 37 / 34, of which a whole number of integers fall next to one."""
    numbers = np.unique(reals).astype(np.float64) / step
    return float(np.mean(np.abs(numbers - np.floor(numbers) - 0.5) <= ROUNDED_OTHERWISE_A_STEP * scaled)) if numbers.size else 0.0


@functools.lru_cache(maxsize=4096)
def _session(model):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class NotRun(Exception):
    """ONNX Runtime has no kernel for a node."""


class Builder:
    """Adds nodes to a graph and computes each as ONNX Runtime does."""

    def __init__(self, random, hardware, prefix):
        self.random, self.hardware, self.prefix = random, hardware, prefix
        self.nodes, self.constants, self.inputs, self.outputs = [], {}, {}, {}
        # Of the constants those that the model computes: known here for evaluation alone, not written.
        self.computed = set()

    def fresh(self, stem):
        return f"{self.prefix}{stem}{len(self.nodes) + len(self.constants) + len(self.inputs)}"

    def chance(self, probability):
        return self.random.random() < probability

    def choose(self, *options):
        return options[self.random.integers(len(options))]

    def input(self, array):
        value = Value(self.fresh("x"), array)
        self.inputs[value.name] = value
        return value

    def constant(self, array, stem="k"):
        array = np.asarray(array)
        name = self.fresh(stem)
        self.constants[name] = array
        return name

    def add(self, operator, operands, outputs=1, **attributes):
        """One node; operands are values, names of constants, or "". Its results have no bounds yet."""
        names = [each.name if isinstance(each, Value) else each for each in operands]
        results = [self.fresh(operator.lower() + "_") + "abcd"[i] for i in range(outputs)]
        node = helper.make_node(operator, names, results, name=results[0][:-1], **attributes)
        arrays = self._run(node, operands)
        self.nodes.append(node)
        return [Value(name, array) for name, array in zip(results, arrays)]

    def attempt(self, operator, value):
        """What `operator` makes of `value`; nothing, and no node, where it does not apply or ONNX Runtime cannot tell what is right."""
        nodes = len(self.nodes)
        try:
            return operator(self, value)
        except NotRun:
            del self.nodes[nodes:]
            return None

    def _run(self, node, operands):
        values = {each.name: each for each in operands if isinstance(each, Value)}
        if node.op_type in plain.OPERATORS:
            arrays = [values[name].array if name in values else self.constants.get(name) for name in node.input]
            return plain.run(node, arrays, [name in values for name in node.input])
        ports = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(each.array.dtype), each.shape)
                 for name, each in values.items()]
        stored = [numpy_helper.from_array(self.constants[name], name) for name in dict.fromkeys(node.input)
                  if name and name not in values]
        results = [helper.make_empty_tensor_value_info(name) for name in node.output]
        graph = helper.make_graph([node], "g", ports, results, stored)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
        try:
            session = _session(model.SerializeToString())
        except onnxruntime_errors.NotImplemented as error:
            raise NotRun from error
        runs = [session.run(None, {name: each.array[i] for name, each in values.items()}) for i in range(SAMPLES)]
        return [np.stack(each) for each in zip(*runs)]

    def output(self, value):
        if value.name not in self.outputs and value.name not in self.inputs:
            self.outputs[value.name] = value

    # Quantization

    def scale_for(self, real):
        if not self.hardware.powers_of_two:
            return np.float32(real)
        return np.float32(2.0 ** np.ceil(np.log2(real)))

    def grid_for(self, value, kind):
        """A grid that an observer might choose: mostly all of the range, sometimes less; hardly finer than what is rounded to it."""
        array, finest = value.array, value.unit / 16
        low, high = min(float(array.min(initial=0)), 0.0), max(float(array.max(initial=0)), 0.0)
        if low == high:
            high = 1.0
        information = np.iinfo(kind)
        # No two steps have a simple ratio, which would make many numbers lie halfway between two.
        share = self.choose(1.0, 1.0, 0.8, 0.45, 1.7) * self.random.uniform(0.98, 1.04)
        middle = (int(information.min) + int(information.max) + 1) // 2
        if self.hardware.symmetric_for(kind) or self.chance(0.25):
            real = share * max(-low, high) / (information.max - middle)
            return Grid(kind, self.scale_for(max(real, finest)), middle)
        scale = self.scale_for(max(share * (high - low) / (int(information.max) - int(information.min)), finest))
        zero = int(np.clip(np.rint(information.min - share * low / scale), information.min, information.max))
        return Grid(kind, scale, zero)

    def grid_constants(self, grid):
        """The names of scale and zero point: of rank 0, sometimes a list of one, shared by who asks next."""
        wrap = (lambda a: np.array([a], np.asarray(a).dtype)) if self.chance(0.15) else np.asarray
        return self.constant(wrap(np.float32(grid.scale)), "s"), self.constant(wrap(np.array(grid.zero, grid.kind)), "z")

    def to_integers(self, value, grid=None):
        """QuantizeLinear."""
        grid = grid or self.grid_for(value, self.choose(*self.hardware.kinds))
        names = self.grid_constants(grid)
        [result] = self.add("QuantizeLinear", [value, *names])
        step = float(grid.scale)
        if value.name in self.inputs and value.array.dtype == np.float32:
            # The same float32 division; the least integer is not there on symmetric hardware.
            error = typical = float(self.hardware.symmetric_for(grid.kind))
        else:
            # A multiplier of 15 bits, two where a sum has two; three stages and resizes keep 16 bits in between.
            inexact = 0.3 + 2.0 ** -13 * (max(value.size, value.largest) / step + abs(grid.zero))
            error = np.floor(value.error / step + inexact) + 1
            # Of sums of n units to a step, a unit in n is halfway, and every other one of those is rounded up to an odd integer.
            ties = 0.5 * min(1.0, max(value.unit, value.coarse) / step) if self.hardware.ties else 0.0
            scaled = max(value.size, value.largest) / step
            otherwise = ROUNDED_OTHERWISE + ROUNDED_OTHERWISE_A_STEP * scaled
            typical = value.typical / step + max(otherwise, near_ties(value.array, step, scaled)) + ties + (2.0 if grid.wide else 0.0)
        result.grid, result.error, result.typical = grid, error, typical
        return result

    def to_reals(self, integers, grid=None):
        """DequantizeLinear."""
        grid = grid or integers.grid
        names = self.grid_constants(grid)
        [result] = self.add("DequantizeLinear", [integers, *names])
        step = float(grid.scale)
        result.grid, result.error, result.typical, result.unit = grid, integers.error * step, integers.typical * step, step
        result.wide = grid.wide
        return result

    def through_grid(self, value, grid=None):
        return self.to_reals(self.to_integers(value, grid))

    def stored(self, reals, kind=np.int8, axis=None, middle=None):
        """A constant behind DequantizeLinear, and the numbers that it means; scales along `axis` if that is given."""
        information = np.iinfo(kind)
        zero = middle if middle is not None else (int(information.min) + int(information.max) + 1) // 2
        others = tuple(i for i in range(reals.ndim) if i != axis) if axis is not None else None
        span = np.maximum(np.abs(reals).max(axis=others), 1e-3) / min(information.max - zero, 127 if kind != np.int32 else 2 ** 20)
        scale = np.vectorize(self.scale_for)(span).astype(np.float32)
        spread = scale if axis is None else scale.reshape([-1 if i == axis else 1 for i in range(reals.ndim)])
        integers = np.clip(np.rint(reals / spread) + zero, information.min, information.max).astype(kind)
        operands = [self.constant(integers, "q"), self.constant(scale, "s")]
        if zero or self.chance(0.3):
            operands.append(self.constant(np.full(scale.shape, zero, kind), "z"))
        name = self.fresh("w")
        attributes = {} if axis is None else {"axis": axis}
        self.nodes.append(helper.make_node("DequantizeLinear", operands, [name], name=name + "_dq", **attributes))
        real = ((integers.astype(np.int64) - zero) * spread).astype(np.float32)
        self.constants[name] = real
        self.computed.add(name)
        return name, real

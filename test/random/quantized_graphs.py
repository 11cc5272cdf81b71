"""Random graphs as quantizers and exporters write them: QDQ form and integers, with all that is allowed and seldom seen.

Integer and float inputs and outputs, signed and unsigned, 8 and 16 bits in one graph, zero points anywhere, several quantizers of one value,
constants behind DequantizeLinear with a scale for each index of an axis, integers that move before they are dequantized.
"""
import dataclasses

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import operators
from builder import OPSET, SAMPLES, TARGETS, Builder, Grid

LARGEST = 4096  # elements of a value


class GraphMaker(Builder):
    """One graph, of one to six layers."""

    def __init__(self, seed, index, target):
        hardware = TARGETS[target]
        # A graph is told by these three numbers, whatever others were made before it.
        random = np.random.default_rng([seed, index, list(TARGETS).index(target)])
        super().__init__(random, hardware, f"g{index}_")
        self.index = index
        self.axis_constants = not hardware.powers_of_two or self.chance(0.5)
        self.constant_kinds = hardware.kinds
        self.pool = []

    def make(self):
        for _ in range(self.choose(1, 1, 2)):
            self.start()
        for _ in range(int(self.random.integers(1, 7))):
            self.extend()
        self.finish(self.pool[-1])
        read = {name for node in self.nodes for name in node.input}
        for value in self.pool:  # Nothing is computed in vain.
            if value.name not in read:
                self.output(value)
        return self

    # Inputs

    def start(self):
        shape = {1: lambda: (1, self.choose(4, 9)), 2: lambda: (1, self.choose(1, 3, 4), 6),
                 3: lambda: (1, self.choose(1, 2, 4), self.choose(4, 5), self.choose(4, 6))}[self.choose(1, 2, 3, 3, 3)]()
        if self.pool and self.chance(0.6):
            shape = self.pool[0].shape  # Two inputs that fit each other.
        kind = self.choose(*self.hardware.kinds)
        if self.chance(0.35):
            information = np.iinfo(kind)
            integers = self.input(self.random.integers(information.min, information.max + 1, size=(SAMPLES, *shape)).astype(kind))
            middle = (int(information.min) + int(information.max) + 1) // 2
            zero = middle if self.hardware.symmetric_for(kind) or self.chance(0.4) else int(self.random.integers(information.min, information.max))
            integers.grid = Grid(kind, self.scale_for(self.random.uniform(0.2, 3) / (information.max - middle)), zero)
            # The least integer is not there on symmetric hardware.
            integers.error = integers.typical = float(self.hardware.symmetric_for(kind))
            if self.chance(0.25):
                self.pool.append(self.cast(integers))
                return
            integers = self.move_integers(integers)
        else:
            real = self.input((self.random.normal(size=(SAMPLES, *shape)) * self.random.uniform(0.2, 3)).astype(np.float32))
            for _ in range(self.choose(0, 0, 0, 0, 0, 0, 1, 2)):  # One input, several quantizers.
                self.pool.append(self.through_grid(real))
            integers = self.to_integers(real, self.grid_for(real, kind))
        self.pool.append(self.to_reals(integers))

    def cast(self, integers):
        """An image of integers as real numbers: less what means 0, times a step, or divided by its reciprocal."""
        information = np.iinfo(integers.array.dtype)
        middle = (int(information.min) + int(information.max) + 1) // 2
        zero = middle if self.hardware.symmetric_for(integers.grid.kind) else self.choose(0, 0, middle, int(self.random.integers(1, 100)))
        step = integers.grid.scale
        [real] = self.add("Cast", [integers], to=TensorProto.FLOAT)
        if zero:
            [real] = self.add("Sub", [real, self.constant(np.float32(zero))])
        [real] = self.choose(lambda: self.add("Mul", [real, self.constant(step)]),
                             lambda: self.add("Div", [real, self.constant(np.float32(1 / step))]))()
        real.grid, real.unit = Grid(integers.grid.kind, step, zero), float(step)
        real.wide = real.grid.wide
        real.error, real.typical = integers.error * real.unit, integers.typical * real.unit
        return real

    # Layers

    def extend(self):
        value = self.pool[-1] if self.chance(0.7) else self.pool[self.random.integers(len(self.pool))]
        if self.chance(0.2):  # Moved as it is, read from there.
            value = self.attempt(self.choose(*operators.MOVING), value) or value
        result = None
        while result is None or result.array.size > SAMPLES * LARGEST or not result.array.size:
            result = self.attempt(self.choose(*operators.COMPUTING), value)
        if self.chance(0.35):
            result = self.fused(result)
        if self.chance(0.15):
            result = self.attempt(self.choose(operators.transpose, operators.flatten), result) or result
        self.quantize(result)

    def fused(self, result):
        return self.choose(operators.relu, operators.clip)(self, result)

    def quantize(self, result):
        """One quantizer or several; sometimes the integers move before they are real numbers again."""
        for _ in range(self.choose(1, 1, 1, 1, 2, 3)):
            integers = self.to_integers(result)
            if self.chance(0.08):
                self.output(integers)
            integers = self.move_integers(integers)
            if self.chance(0.06):  # The same integers mean other numbers for another reader.
                self.pool.append(self.to_reals(integers, self.other_grid(integers.grid)))
            real = self.to_reals(integers)
            if self.chance(0.06):  # Quantized again, from what was quantized.
                real = self.through_grid(real)
            self.pool.append(real)

    def other_grid(self, grid):
        """Other numbers for the integers of `grid`."""
        zero = grid.zero
        if not self.hardware.symmetric_for(grid.kind):
            information = np.iinfo(grid.kind)
            zero = int(np.clip(zero + self.random.integers(-9, 10), information.min, information.max))
        return Grid(grid.kind, self.scale_for(float(grid.scale) * self.random.uniform(0.4, 2.5)), zero)

    def move_integers(self, integers):
        if not self.chance(0.2):
            return integers
        moved = self.attempt(self.choose(*operators.ON_INTEGERS), integers)
        if moved is None:
            return integers
        moved.grid = integers.grid
        return moved

    # Outputs

    def finish(self, value):
        form = self.choose("real", "integers", "moved", "joined", "accumulator")
        if form == "accumulator" and self.hardware.tails and not value.grid.wide:
            value = self.attempt(self.choose(operators.conv, operators.matmul, operators.gemm), value) or value
        elif form == "moved":
            value = self.attempt(self.choose(operators.transpose, operators.flatten, operators.slice_), value) or value
        elif form == "joined":
            value = self.attempt(operators.concat, value) or value
        if form == "integers":
            integers = self.to_integers(value)
            self.output(integers)
        else:
            self.output(value)


@dataclasses.dataclass
class Pack:
    """Graphs side by side in one model: each costs its own work alone."""
    graphs: list

    def save(self, path):
        ports = lambda values: [helper.make_tensor_value_info(each.name, helper.np_dtype_to_tensor_dtype(each.array.dtype), each.shape)
                                for each in values]
        read = {name for graph in self.graphs for node in graph.nodes for name in node.input}
        stored = [numpy_helper.from_array(array, name) for graph in self.graphs for name, array in graph.constants.items()
                  if name in read and name not in graph.computed]
        graph = helper.make_graph([node for each in self.graphs for node in each.nodes], "pack",
                                  ports(value for each in self.graphs for value in each.inputs.values()),
                                  ports(value for each in self.graphs for value in each.outputs.values()), stored)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10), str(path))

    def expected(self):
        """What every output is, its samples joined as `tare run` joins them."""
        join = lambda array: array.reshape(-1, *array.shape[2:]) if array.ndim > 1 and array.shape[1] == 1 else array
        return {name: join(value.array) for graph in self.graphs for name, value in graph.outputs.items()}

    def data(self):
        """The samples of every input."""
        return {name: value.array[:, 0] for graph in self.graphs for name, value in graph.inputs.items()}


def make(seed, index, target):
    return GraphMaker(seed, index, target).make()

"""Runs programs: without the compiler, and without LLVM.

    program = tare.runtime.load("model.tare")
    outputs = program.run(x)
"""
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike

import numpy as np

from . import _runtime
from ._errors import Error, path_text, positive

__all__ = ["Error", "Port", "Program", "load"]


@dataclass(frozen=True)
class Port:
    """An input or an output of a program.

    name:       the model's name of it
    shape:      of one sample, with the model's batch dimension if it has one
    dtype:      the elements' type
    layout:     a letter per dimension ("NHWC"), empty where the program does not say
    scales, zero_point, axis: of integers what they stand for, real = scale * (integer - zero_point); one scale, or one for each
                channel along axis; no scales where there is no grid
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    layout: str
    scales: tuple[float, ...]
    zero_point: int
    axis: int


def _ports(described):
    ports = []
    for name, shape, dtype, layout, scales, axis, zero_point, is_half, _ in described:
        ports.append(Port(name, shape, np.dtype("float16" if is_half else dtype), layout, scales, zero_point, axis))
    return ports


class Program:
    """A program (.tare). Made by tare.convert(), tare.load() or tare.runtime.load(); from several threads at once."""

    def __init__(self, program, *, report=None):
        self._program = program
        self.inputs: list[Port] = _ports(program.inputs(False))
        """What run() takes: real numbers, as the model itself."""
        self.outputs: list[Port] = _ports(program.outputs(False))
        """What run() gives."""
        self.raw_inputs: list[Port] = _ports(program.inputs(True))
        """The integers of the inputs' grids."""
        self.raw_outputs: list[Port] = _ports(program.outputs(True))
        """The integers of the outputs' grids: what run(raw=True) gives."""
        self.report: dict | None = report
        """Of a conversion, what `tare convert --json` prints (docs/tools.md); None of a program that was loaded."""
        self._halves = [program.outputs(False)[i][7:9] for i in range(len(self.outputs))]
        # What most calls are: one array in, one out, nothing to convert.
        simple = len(self.inputs) == len(self.outputs) == 1 and not any(self._halves[0])
        self._shape, self._dtype = (self.inputs[0].shape, self.inputs[0].dtype) if simple else (None, None)
        self._out = (self.outputs[0].shape, self.outputs[0].dtype) if simple else None

    @property
    def name(self) -> str:
        """The file that it was read from, or the model that it was made of."""
        return self._program.name

    @property
    def target(self) -> str:
        """The hardware that it was made for."""
        return self._program.target

    def __repr__(self):
        ports = ", ".join(f"{port.name}: {port.dtype}{list(port.shape)}" for port in self.inputs)
        return f"<tare.Program {self.name!r} ({ports}) -> {[port.name for port in self.outputs]}>"

    def run(self, x, *, raw: bool = False):
        """Runs the program on one sample or on many.

        x:    an array for the only input, or a dict of arrays by the inputs' names. Each has its port's shape, or holds N samples
              along its first axis: [N, *shape], or [N * shape[0], *shape[1:]] as a batch of [N, 3, 224, 224] for an input
              [1, 3, 224, 224]. An input of real numbers takes any numbers, one of integers exactly its own. With `raw` an array
              of the grid's own integers (raw_inputs) is taken as they are.
        raw:  give the integers of the outputs' grids in place of real numbers.

        Gives an array where the program has one output, and otherwise a dict by the outputs' names. The samples of [1, ...] lie along
        the first axis; anything else gets a new first axis. Bit for bit what `tare run` gives.
        """
        if type(x) is np.ndarray and x.shape == self._shape and x.dtype is self._dtype and not raw and x.flags.c_contiguous:
            out = np.empty(*self._out)
            self._program.run((x,), (out,), 1, None, False)
            return out
        return self._run(x, raw)

    __call__ = run

    def _run(self, x, raw):
        given = self._by_name(x)
        arrays, are_raw, counts, batches = [], [], set(), set()
        for port, integers in zip(self.inputs, self.raw_inputs):
            array = np.asarray(given[port.name])
            is_raw = raw and array.dtype == integers.dtype != port.dtype
            port = integers if is_raw else port
            array, samples, batch = _samples(array, port, self.name)
            arrays.append(array)
            are_raw.append(is_raw)
            counts.add(samples)
            batches |= {batch} - {None}
        if len(counts) > 1:
            raise Error(f"the inputs have different numbers of samples: found {sorted(1 if each is None else each for each in counts)}, expected as many of each")
        count = counts.pop()
        is_one = count is None
        ports = self.raw_outputs if raw else self.outputs
        results = []
        for index, port in enumerate(ports):
            dtype = np.float32 if not raw and self._halves[index][0] else port.dtype
            results.append(np.empty((1 if is_one else count, *port.shape), dtype))
        self._program.run(tuple(arrays), tuple(results), 1 if is_one else count, tuple(are_raw), raw)
        named = {port.name: self._finish(array, port, index, raw, is_one, batches)
                 for index, (port, array) in enumerate(zip(ports, results))}
        return named if len(named) != 1 else next(iter(named.values()))

    def _by_name(self, x):
        if not isinstance(x, Mapping):
            if len(self.inputs) != 1:
                names = ", ".join(port.name for port in self.inputs)
                raise Error(f"{self.name}: found one array, expected a dict of arrays for the inputs {names}", [self.name])
            return {self.inputs[0].name: x}
        missing = [port.name for port in self.inputs if port.name not in x]
        if missing:
            raise Error(f"{self.name}: no array for the input '{missing[0]}', found '{', '.join(x)}'; name the arrays after the inputs", [self.name])
        return x

    def _finish(self, array, port, index, raw, is_one, batches):
        is_half, is_bfloat16 = self._halves[index] if not raw else (False, False)
        if is_half:
            with np.errstate(over="ignore"):
                array = array.astype(np.float16)
        elif is_bfloat16:
            array = _rounded_to_bfloat16(array)
        if is_one:
            return array[0]
        if port.shape and (port.shape[0] == 1 or port.shape[0] in batches):
            return array.reshape(-1, *port.shape[1:])
        return array

    def save(self, path: str | PathLike) -> None:
        """Writes the program's file; what `tare convert -o` writes, byte for byte."""
        if not path_text(path):
            raise Error("path: found '', expected a name; give the file's path")
        self._program.save(path_text(path))

    def file(self) -> bytes:
        """The bytes of the program's file."""
        return self._program.file()


def _samples(array, port, name):
    """The array with its port's elements, how many samples it holds (None: it is one), and the batch that they were joined by."""
    if array.dtype != port.dtype:
        if port.dtype != np.float32 or array.dtype.kind not in "fiub":
            raise Error(f"{name}: input '{port.name}': found elements {array.dtype}, expected {port.dtype}", [name])
        with np.errstate(over="ignore"):
            real = array.astype(np.float32)
        if not np.array_equal(np.isinf(real), np.isinf(array)):
            raise Error(f"{name}: input '{port.name}': found a number beyond the range of float32, expected real numbers", [name])
        array = real
    array = np.ascontiguousarray(array).reshape(array.shape)
    if array.shape == port.shape:
        return array, None, None
    try:
        samples, is_new_axis = _runtime.samples_in(list(array.shape), list(port.shape))
    except Error as error:
        raise Error(f"{name}: input '{port.name}' {error.message}", [name]) from None
    return array, samples, None if is_new_axis or port.shape[0] == 1 else port.shape[0]


def _rounded_to_bfloat16(array):
    bits = array.view(np.uint32)
    rounded = ((bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) & np.uint32(0xFFFF0000)).view(np.float32)
    return np.where(np.isnan(array), array, rounded)


def load(path: str | PathLike, *, reference: bool = False, threads: int | None = None) -> Program:
    """Loads a program (.tare).

    reference:  run the plain kernels that the fast ones equal bit for bit
    threads:    in how many threads a sample runs at most; by default as many as there are cores
    """
    positive("threads", threads)
    return Program(_runtime.Program.from_file(path_text(path), reference, threads or 0))

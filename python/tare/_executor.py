"""Any form of a model, run sample by sample, with every layer's result."""
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ._data import named
from ._errors import Error
from ._files import path_of
from ._task import OF_INPUTS, _driver, call, given, listed


@dataclass(frozen=True)
class Layer:
    """A result on the way: the node's name, the value's, the operator, shape and elements of its real numbers."""

    name: str
    value: str
    kind: str
    shape: tuple[int, ...]
    dtype: np.dtype


class Model:
    """An ONNX model, IR of any stage or a program, which takes and gives what the model does: real numbers.

    model:   a path, a tare.Program or an onnx.ModelProto
    data:    as of convert(); settles shapes that an ONNX model leaves open

    input_names, input_shapes, input_types; input_integers: of inputs that layers take as indices or masks the least and the
    greatest integer that they may hold, of others None
    """

    def __init__(self, model, *, data=None, input_shapes=None, input_values=None, reference: bool = False,
                 max_memory: int | None = None):
        options = given(input_shapes=listed(input_shapes), input_values=listed(input_values), reference=reference,
                        max_memory=max_memory)
        with path_of(model) as path, named(data) as source:
            self._model = call(_driver.load_model, path, options, source, progress=False, named_as=OF_INPUTS)
        self.input_names: list[str] = [name for name, _, _ in self._model.inputs]
        self.input_shapes: list[tuple] = [tuple(shape) for _, shape, _ in self._model.inputs]
        self.input_types: list[np.dtype] = [np.dtype(dtype) for _, _, dtype in self._model.inputs]
        self.input_integers: list[tuple[int, int] | None] = list(self._model.integers)
        self.output_names: list[str] = [name for name, _, _ in self._model.outputs]
        self.layers: list[Layer] = [Layer(name, value, kind, tuple(shape), np.dtype(dtype))
                                    for name, value, kind, shape, dtype in self._model.layers]

    @property
    def layer_names(self) -> list[str]:
        """One for each of `layers`, no two alike: the layer's, or where others have it too the value's, or with a number."""
        counts, names = {}, []
        last = {layer.name: index for index, layer in enumerate(self.layers)}
        taken = set(self.output_names)
        for index, layer in enumerate(self.layers):
            name = layer.name if last[layer.name] == index else layer.value
            while name in taken:
                counts[layer.name] = counts.get(layer.name, 1) + 1
                name = f"{layer.name}:{counts[layer.name]}"
            taken.add(name)
            names.append(name)
        return names

    def run(self, *arrays, with_layers: bool = False):
        """Runs one sample: an array for each input, or a dict by name. Gives a dict by output name, and `with_layers` another one by
        layer_names, in their order (of a layer in a loop its last result)."""
        given_arrays = self._inputs(arrays)
        outputs, layers = call(lambda listener: _driver.run_model(self._model, listener, given_arrays, with_layers), progress=False)
        named_outputs = dict(zip(self.output_names, map(_array, outputs)))
        if not with_layers:
            return named_outputs
        return named_outputs, dict(zip(self.layer_names, map(_array, layers)))

    def _inputs(self, arrays):
        if len(arrays) == 1 and isinstance(arrays[0], Mapping):
            missing = [name for name in self.input_names if name not in arrays[0]]
            if missing:
                raise Error(f"no array for the input '{missing[0]}', found '{', '.join(arrays[0])}'; name the arrays after the inputs")
            arrays = [arrays[0][name] for name in self.input_names]
        if len(arrays) != len(self.input_names):
            raise Error(f"found {len(arrays)} arrays, expected {len(self.input_names)}: {', '.join(self.input_names)}")
        return tuple(self._input(*one) for one in zip(arrays, self.input_names, self.input_shapes, self.input_types))

    @staticmethod
    def _input(array, name, shape, dtype):
        array = np.asarray(array)
        if array.dtype != dtype and (dtype != np.float32 or array.dtype.kind not in "fiub"):
            raise Error(f"input '{name}': found elements {array.dtype}, expected {dtype}")
        if array.shape != shape and array.size == int(np.prod(shape)) and array.shape == shape[1:]:
            array = array.reshape(shape)
        if array.shape != shape:
            raise Error(f"input '{name}': found shape {list(array.shape)}, expected {list(shape)}")
        return np.ascontiguousarray(array, dtype).reshape(shape)


def _array(described):
    data, dtype, shape = described
    return np.frombuffer(data, dtype).reshape(shape)


class Executor:
    """What a custom inference function is given: it calls forward() on batches of its own data.

    batch_size:   the first dimension of the first input
    iterations:   how often a function is expected to call forward()
    input_names, input_shapes, input_types, output_names: of the model
    layer_names:  of every layer's result, in the order in which they are computed
    layer_results: of the last forward(), by these names, one to one
    """

    def __init__(self, model: Model, iterations: int = 1, keep_layers: bool = True):
        self.model = model
        self.iterations = iterations
        self.input_names = model.input_names
        self.input_shapes = model.input_shapes
        self.input_types = model.input_types
        self.output_names = model.output_names
        self.layer_names = model.layer_names
        self.batch_size = model.input_shapes[0][0] if model.input_shapes and model.input_shapes[0] else 1
        self.layer_results: dict[str, np.ndarray] = {}
        self.keep_layers = keep_layers
        self.forwards = 0

    def forward(self, *batch):
        """Runs a batch: an array for each input, or a dict by name. Gives a list of arrays, one for each of output_names."""
        self.forwards += 1
        if not self.keep_layers:
            return list(self.model.run(*batch).values())
        outputs, self.layer_results = self.model.run(*batch, with_layers=True)
        return list(outputs.values())

    def random_batch(self, generator: np.random.Generator, held: dict[str, tuple[float, float]] = {},
                     integers: dict[str, tuple[int, int]] = {}) -> dict:
        """Random data by shape and type: normally distributed real numbers, within what an input holds where `held` says it; integers
        of all of their type, or within `integers`; bools."""
        batch = {name: _random(generator, shape, dtype, integers.get(name))
                 for name, shape, dtype in zip(self.input_names, self.input_shapes, self.input_types)}
        return {name: np.clip(array, *held[name]).astype(array.dtype) if name in held else array for name, array in batch.items()}


def _random(generator, shape, dtype, limits=None):
    if dtype.kind == "f":
        return generator.standard_normal(shape).astype(dtype)
    if dtype.kind == "b":
        return generator.integers(0, 2, shape).astype(bool)
    low, high = limits or (np.iinfo(dtype).min, np.iinfo(dtype).max)
    return generator.integers(low, high, shape, dtype, endpoint=True)

"""Two forms of a model on the same samples."""
from dataclasses import dataclass, fields

from ._data import media_options, named
from ._files import path_of
from ._task import OF_INPUTS, _driver, call, given, listed


@dataclass(frozen=True)
class ComparedResult:
    """A layer's result, or an output, in real numbers over all samples.

    name, value, kind: the layer's name and operator in the second form, the value's name in the model
    shape:    of one sample
    is_discrete: its elements are bools or indices, of which equal_share tells how far they are apart, not the numbers
    cosine:   of the angle between both; sqnr_db: 10 log10(sum a^2 / sum (a - b)^2), infinite where they are equal; NaN where an
              element is not finite
    largest_difference: of two elements; differing: how many differ, of elements; non_finite_a, non_finite_b: NaN or infinite
    """

    name: str
    value: str
    kind: str
    shape: tuple[int, ...]
    is_discrete: bool
    cosine: float
    sqnr_db: float
    largest_difference: float
    equal_share: float
    differing: int
    elements: int
    non_finite_a: int
    non_finite_b: int


class Records(list):
    """A list of ComparedResult."""

    def to_pandas(self):
        """A pandas.DataFrame with a row for each; needs pandas."""
        import pandas

        names = [field.name for field in fields(ComparedResult)]
        return pandas.DataFrame([[getattr(one, name) for name in names] for one in self], columns=names)


@dataclass(frozen=True)
class Comparison:
    """samples: how many there were; layers: in the order in which the second form computes them; outputs; uncompared: outputs that
    only one of the two has."""

    samples: int
    layers: Records
    outputs: Records
    uncompared: list[str]


def _records(tuples):
    return Records(ComparedResult(name, value, kind, tuple(shape), *rest) for name, value, kind, shape, *rest in tuples)


def compare(first, second, data, *, samples: int | None = None, states=None, input_shapes=None, input_values=None,
            input_types=None, preprocess=None, reference: bool = False, max_memory: int | None = None, threads: int | None = None, progress=None) -> Comparison:
    """Runs two forms of a model on the same samples, and tells how far their layers are apart: what `tare compare` does.

    first:   the reference: a path (.onnx, .mlir of any stage, .tare), a tare.Program or an onnx.ModelProto
    second:  what is compared with it, the same
    data, samples, states, input_shapes, input_values, input_types, preprocess: as of convert()
    reference: run programs on the reference kernels
    """
    with path_of(first) as one, path_of(second) as other, named(data, samples) as source:
        request = given(first=one, second=other, data=source, samples=samples, states=listed(states), reference=reference,
                        input_shapes=listed(input_shapes), input_values=listed(input_values), max_memory=max_memory,
                        threads=threads, **media_options(input_types, preprocess))
        count, layers, outputs, uncompared = call(_driver.compare, request, progress=progress, named_as=OF_INPUTS)
    return Comparison(count, _records(layers), _records(outputs), uncompared)

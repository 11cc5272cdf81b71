"""Whose error an output's error is."""
import json

from ._data import media_options, named
from ._files import path_of
from ._task import _driver, call, given, listed


def explain(model, program, data, *, output: str | None = None, samples: int | None = None, top: int | None = None, input_shapes=None,
            input_values=None, input_types=None, preprocess=None, max_memory: int | None = None, threads: int | None = None, progress=None) -> dict:
    """Tells which layer makes how much of an output's error, by what, and what would mend it: what `tare explain --json` prints (docs/tools.md).

    model:   the float model: a path (.onnx, .mlir) or an onnx.ModelProto
    program: what was made of it: a path or a tare.Program
    data:    as of convert()
    output:  the one whose error is told apart; None for the one that is furthest from float
    samples: at most so many, 8 unless given
    top:     for how many layers remedies are tried, 10 unless given
    input_shapes, input_values, input_types, preprocess: as of convert()
    """
    with path_of(model) as real, path_of(program) as made, named(data, samples) as source:
        request = given(model=real, program=made, data=source, output=output, samples=samples, top=top, input_shapes=listed(input_shapes),
                        input_values=listed(input_values), max_memory=max_memory, threads=threads,
                        **media_options(input_types, preprocess))
        return json.loads(call(_driver.explain, request, progress=progress))


def explain_against(program, data, dump, *, samples: int | None = None, preprocess=None, max_memory: int | None = None, threads: int | None = None,
                    progress=None) -> dict:
    """Finds the first layer whose integers are not another runtime's, and what explains it: what `tare explain --against` prints.

    program: a path or a tare.Program
    dump:    another runtime's values of the samples, by the name of each layer or value: a path, or a dict of arrays
    data, samples, preprocess: as of explain()
    """
    with path_of(program) as made, named(data, samples) as source, named(dump) as other:
        request = given(program=made, data=source, against=other, samples=samples, max_memory=max_memory, threads=threads,
                        **media_options(None, preprocess))
        return json.loads(call(_driver.explain, request, progress=progress))

"""How far a program's integers are off, and vectors to check an implementation against."""
import json
from os import PathLike

from ._data import named
from ._errors import path_text
from ._files import path_of
from ._task import OF_INPUTS, _driver, call, given
from ._texts import shown


def verify(program, *, max_error: float | None = None, threads: int | None = None, progress=None) -> dict:
    """Proves each layer's worst error: what `tare verify --json` prints (docs/tools.md).

    program:    a path (.tare) or a tare.Program
    max_error:  in LSB of a layer's result; a layer that is above it is a tare.Error
    """
    with path_of(program) as path:
        return json.loads(shown(call(_driver.verify, given(program=path, max_error=max_error, threads=threads), progress=progress)))


def golden_vectors(program, folder: str | PathLike, data=None, *, samples: int | None = None, steps: int | None = None,
                   threads: int | None = None, progress=None) -> dict:
    """Writes what each layer reads, sums and gives, and its constants, as .npy files (docs/golden.md); what `tare verify --golden
    --json` prints.

    data:    real inputs, as of convert(); None for random integers of the inputs' types
    samples: 4 by default
    steps:   at most so many steps of each channel's requantizer
    """
    with path_of(program) as path, named(data, samples) as source:
        request = given(program=path, folder=path_text(folder), data=source, samples=samples, steps=steps, threads=threads)
        return json.loads(shown(call(_driver.golden, request, progress=progress, named_as=OF_INPUTS)))

"""What a program is, in one page."""
import json
import tempfile
from contextlib import contextmanager, nullcontext
from os import PathLike
from pathlib import Path

from ._data import media_options, named
from ._errors import path_text
from ._files import path_of
from ._task import _driver, call, given, listed


@contextmanager
def _conversion(conversion, program, other):
    """The path of what a conversion has told: of a file, of a dict, or by default what the program itself knows of it."""
    if conversion is None and other is None:
        conversion = getattr(program, "report", None)
    if not isinstance(conversion, dict):
        yield None if conversion is None else path_text(conversion)
        return
    with tempfile.TemporaryDirectory(prefix="tare-") as folder:
        path = Path(folder) / "convert.json"
        path.write_text(json.dumps(conversion))
        yield str(path)


def report(model, program, data=None, path: str | PathLike | None = None, *, other=None, conversion=None, profile: bool = False,
           samples: int | None = None, states=None, input_shapes=None, input_values=None, input_types=None, preprocess=None, reference: bool = False, max_memory: int | None = None,
           threads: int | None = None, progress=None) -> dict:
    """Writes a page of HTML about a program, and gives its data: what `tare report` does (docs/report.md).

    model:      what the program was made of: a path, an onnx.ModelProto, or None; without it nothing is said of accuracy
    program:    a path (.tare) or a tare.Program
    data, samples, states, input_shapes, input_values, input_types, preprocess: as of convert(); without data nothing is said of accuracy
    path:       the page; None for none
    other:      another program: both are shown side by side
    conversion: what `tare convert --json` has printed, a path or a dict; by default the `report` of a Program that convert() has made
    profile:    time the layers on the data
    reference:  run programs on the reference kernels
    """
    with (nullcontext() if model is None else path_of(model) as of_model, path_of(program) as first,
          nullcontext() if other is None else path_of(other) as second, _conversion(conversion, program, other) as told,
          nullcontext() if data is None else named(data, samples) as source):
        request = given(model=of_model, program=first, other=second, data=source, conversion=told, states=listed(states), samples=samples, profile=profile,
                        input_shapes=listed(input_shapes), input_values=listed(input_values), reference=reference, max_memory=max_memory, threads=threads,
                        **media_options(input_types, preprocess))
        return json.loads(call(_driver.report, request, "" if path is None else path_text(path), progress=progress))

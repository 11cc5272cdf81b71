"""What is given as an object, as a file for as long as it is read."""
import tempfile
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from ._errors import Error, path_text
from ._texts import hide, show_as
from .runtime import Program


@contextmanager
def path_of(model, called=None):
    """The path of a model: its own, or of a temporary file where a Program or an onnx.ModelProto is given. `called`: what
    texts call such a file; its name without a folder by default."""
    if isinstance(model, (str, PathLike)):
        yield path_text(model)
        return
    if isinstance(model, Program):
        name, contents = "program.tare", model.file()
    elif hasattr(model, "SerializeToString"):
        name, contents = "model.onnx", model.SerializeToString()
    elif hasattr(model, "path"):
        yield model.path
        return
    else:
        raise Error(f"found {type(model).__name__}, expected the path of a model, a tare.Program or an onnx.ModelProto")
    with tempfile.TemporaryDirectory(prefix="tare-") as folder:
        path = Path(folder) / name
        path.write_bytes(contents)
        with shown_as(str(path), called or name):
            yield str(path)


@contextmanager
def shown_as(path, name):
    """A file that nobody but the compiler knows: texts call it by `name`."""
    show_as(path, name)
    try:
        yield
    finally:
        hide(path)

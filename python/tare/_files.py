"""What is given as an object, as a file for as long as it is read."""
import tempfile
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

from ._errors import Error, path_text
from .runtime import Program


@contextmanager
def path_of(model):
    """The path of a model: its own, or of a temporary file where a Program or an onnx.ModelProto is given."""
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
        yield str(path)

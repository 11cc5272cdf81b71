"""Calls the compiler: progress on a terminal, warnings as Python's, notes to the log."""
import logging
import sys
import warnings

from ._errors import Error, TareWarning, positive
from ._texts import in_python, shown

try:
    from . import _driver
except ImportError as error:
    raise ImportError("this is the package of the runtime alone, or libraries of the compiler are missing; install tare-onnx "
                      f"to convert, calibrate and compare ({error})") from error

# What compare() and the like call the data that the command line has as --inputs.
OF_INPUTS = {"inputs": "data"}

log = logging.getLogger("tare")


class _Bar:
    """A counter of one line, which is gone when the work is done; by tqdm where it is installed."""

    def __init__(self, stream):
        self.stream = stream
        self.what = self.bar = None
        self.width = 0

    def __call__(self, what, done, total):
        if what != self.what:
            self.close()
            self.what = what
            self.bar = self._tqdm(what, total)
        if self.bar is not None:
            self.bar.update(done - self.bar.n)
        else:
            text = f"{what} {done} of {total}"
            self.stream.write("\r" + text.ljust(self.width))
            self.stream.flush()
            self.width = len(text)
        if done == total:
            self.close()

    def _tqdm(self, what, total):
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return None
        return tqdm(total=total, desc=what, leave=False, file=self.stream)

    def close(self):
        if self.bar is not None:
            self.bar.close()
        elif self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()
        self.bar, self.width, self.what = None, 0, None


def _in_notebook():
    return "ipykernel" in sys.modules


def call(function, *arguments, progress=None, named_as=()):
    """function(listener, *arguments). progress: True, False, a callable (what, done, total), or None for terminals and notebooks.
    named_as: arguments that are called otherwise than convert()'s, by the options that they are."""
    bar = None
    if progress is None:
        progress = sys.stderr is not None and (sys.stderr.isatty() or _in_notebook())
    if progress is True:
        progress = bar = _Bar(sys.stderr)
    listener = _driver.Listener(progress or None)
    try:
        result = function(listener, *arguments)
    except Error as error:
        error.name_arguments(dict(named_as))
        raise
    finally:
        if bar:
            bar.close()
    for text in listener.take_notes():
        log.info(in_python(shown(text), named_as))
    for text in listener.take_warnings():
        warnings.warn(in_python(shown(text), named_as), TareWarning, stacklevel=_callers_level())
    return result


def _callers_level():
    """How many frames above call() the package's caller is, as warnings.warn() counts."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__package__") == __package__:
        frame, level = frame.f_back, level + 1
    return level


def given(**options):
    """Those that are not None; counts that must be positive are."""
    for name in ("threads", "max_memory"):
        positive(name, options.get(name))
    return {name: value for name, value in options.items() if value is not None}


def listed(value, join="{}={}"):
    """A dict, text or a list of texts as the command line's list of texts; None where nothing is given."""
    if value is None:
        return None
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [join.format(name, _text(one)) for name, one in value.items()]
    return [str(one) for one in value]


def _text(value):
    if isinstance(value, (list, tuple)):
        return ",".join(_text(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)

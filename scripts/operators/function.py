"""y = f(x), element by element: a record of the dialect, a formula in C++, a name in the schema, and a formula in numpy."""
import math
import re

from . import function_layers as layers, known
from .edits import Refusal
from .names import Onnx, Own, camel

OPTIONS = {"onnx", "formula", "numpy", "bends", "image", "domain", "parameter", "range", "since"}
USUAL = (-4.0, 4.0)
BENDS = ("smooth", "corners", "jumps")


class Function:
    """What the options say of it."""

    def __init__(self, options):
        own = Own(options.name)
        self.name, self.cpp = own.name, own.cpp
        self.onnx = camel(own.name) if options.onnx is None else options.onnx
        if self.onnx and Onnx(self.onnx).domain:
            raise Refusal(f"--onnx is '{self.onnx}', expected an operator of ONNX's own domain: import others by hand, with --onnx ''")
        self.parameters = dict(map(_parameter, options.parameter or []))
        self.image, self.domain = _interval("--image", options.image), _interval("--domain", options.domain)
        self.formula, self.numpy, self.bends = options.formula, options.numpy, options.bends
        if self.formula and not self.bends:
            raise Refusal(f"--formula is given and --bends is not, expected one of {', '.join(BENDS)}: tables and proof go by it")
        #: None where the tests' own is meant.
        self.range = _interval("--range", options.range) if options.range else None
        if not self.range:
            _refuse_far(self.domain)
        self.since = options.since


def _parameter(text):
    match = re.fullmatch(r"(?!x=)([a-z]\w*)=([-+.\de]+)", text)
    try:
        return match[1], float(match[2])
    except (TypeError, ValueError):
        raise Refusal(f"--parameter is '{text}', expected its name and its default, as alpha=1.0") from None


def _interval(option, ends):
    low, high = ends or layers.EVERYTHING
    if not low < high:
        raise Refusal(f"{option} is {low:g} {high:g}, expected the lower end first")
    return low, high


def _refuse_far(domain):
    low, high = max(domain[0], USUAL[0]), min(domain[1], USUAL[1])
    if low >= high:
        raise Refusal(f"--range is missing: {domain[0]:g} {domain[1]:g}, the domain, has nothing in common with {USUAL[0]:g} {USUAL[1]:g}")


def families(edits):
    return {}


def plan(edits, options):
    function = Function(options)
    known.refuse_op(edits, function.name)
    if function.onnx:
        known.refuse_imported(edits, function.onnx, "; give another --onnx, '' for none")
    for write in (layers.record, layers.formula, layers.schema, layers.numpy, layers.case):
        write(edits, function)
    if function.onnx:
        layers.row(edits, function)


def steps(edits, options):
    return ["ninja -C build tare tare-opt && ctest --test-dir build -R 'acceptance.(functions|sources|operators)' --output-on-failure",
            "ninja -C build docs", ".venv/bin/python test/random --graphs 100"]

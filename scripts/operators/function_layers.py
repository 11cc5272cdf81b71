"""What a function has in every file: one step each."""
import math
import re

from . import known, onnx_import
from .edits import Refusal, marked, quoted
from .names import camel

RECORDS, SCHEMA = known.FUNCTIONS, known.SCHEMA
FORMULAS, NUMPY = "include/tare/Kernels/Functions.h", "test/e2e/models/formulas.py"
CASES, TEST = "test/e2e/models/functions.py", "test/acceptance/test_functions.py"
EVERYTHING = (-math.inf, math.inf)
WIDTH = 140  # of a line in .td, .fbs and .py


def _cxx(number):
    return {math.inf: "HUGE_VAL", -math.inf: "-HUGE_VAL"}.get(number, repr(number))


def record(edits, f):
    """Behind the last record of one statement."""
    records = edits.read(RECORDS)
    named = {record: name for name, record in re.findall(r'^defvar (Qnn_\w+) = (Qnn_(?:Parameter|Image)<[^>]*>);', records, re.MULTILINE)}

    def one(kind, first, second):
        record = f'{kind}<"{first}", "{second}">'
        return named.get(record, record)

    parts = ["[" + ", ".join(one("Qnn_Parameter", name, repr(value)) for name, value in f.parameters.items()) + "]"]
    parts += [one("Qnn_Image", *map(_cxx, f.image))] if f.image != EVERYTHING else []
    said = (f.formula or marked(f.name, "its formula, as sqrt(x)")).replace("std::", "").replace('"', "'")
    begin = f'def Qnn_{f.cpp}Op : Qnn_Function<"{f.name}", "{f.onnx}", "{said}"'
    rest = ", ".join(parts) if parts != ["[]"] else ""
    separator = "" if not rest else ", " if len(begin + rest) < WIDTH - 4 else ",\n  "
    last = list(re.finditer(r"^def Qnn_\w+ : Qnn_Function<[^;{]*>;\n", records, re.MULTILINE))[-1]
    edits.put(RECORDS, last.end(), f"{begin}{separator}{rest}>;\n")


def formula(edits, f):
    places = {name: f"p[{index}]" for index, name in enumerate(f.parameters)}
    text = re.sub(r"\b[a-z]\w*\b", lambda word: places.get(word[0], word[0]), f.formula or "")
    pointer = "*p" if f.parameters else "*"
    body = f"return {text};" if text else f'static_assert(false, "{marked(f.name, "its formula, where it bends, and where it has numbers")}");'
    bends = [] if f.bends in (None, "smooth") and f.domain == EVERYTHING else [f.bends or "smooth"]
    domain = [] if f.domain == EVERYTHING else list(map(_cxx, f.domain))
    names = f"{f.name}: {', '.join(f.parameters)}" if f.parameters else f.name
    fields = ", ".join([str(len(f.parameters)), f"[](double x, const double {pointer}){'' if text else ' -> double'} {{ {body} }}", *bends, *domain])
    edits.before(FORMULAS, r"^  \};\n  static_assert\(std::size\(definitions\)", f"      /*{names}*/ {{{fields}}},\n")


def schema(edits, f):
    """At the end: a program of before keeps its meaning."""
    def append(match):
        line = match[0].rpartition("\n")[2]
        return f"{match[0]},{' ' if len(line) + len(f.name) + 2 < WIDTH - 10 else chr(10) + '  '}{f.name}"
    edits.change(SCHEMA, r"enum FunctionKind : ubyte \{[^}]*?(?=\n\})", append)


def numpy(edits, f):
    arguments = ", ".join(["x", *f.parameters])
    if f.numpy:
        entry = f'"{f.name}": ({len(f.parameters)}, lambda {arguments}: {f.numpy})'
        edits.change(NUMPY, r"^FORMULAS = \{[\s\S]*?(?=\}\n(\Z|raise ))", lambda match: f"{match[0]},\n    {entry}")
    else:
        missing = marked(f.name, f"its numpy formula, of {arguments}, in FORMULAS")
        edits.after(NUMPY, r"^FORMULAS = \{[\s\S]*?\}\n(?=\Z|raise )", f"raise NotImplementedError({quoted(missing)})\n")
    if f.domain != EVERYTHING:
        low, high = ({math.inf: "np.inf", -math.inf: "-np.inf"}.get(end, f"{end:g}") for end in f.domain)
        edits.change(NUMPY, r"^DOMAINS = \{[^}]*", lambda match: f'{match[0]}, "{f.name}": ({low}, {high})')


def case(edits, f):
    """Cases of ONNX's operators follow from the records; where a range is given, it is what they read."""
    if not f.onnx:
        missing = marked(f.name, f"a model whose nodes become qnn.{f.name}, in float and in integers")
        text = edits.read(TEST)
        return edits.put(TEST, len(text), f"\n\ndef test_{f.name}():\n    pytest.fail({quoted(missing)})\n")
    if f.range:
        low, high = (f"{end:g}" for end in f.range)
        edits.before(CASES, r"^\}\n\n\ndef since\(", f'    "{f.onnx}": ({{}}, ({low}, {high}), {f.since}),\n')


def row(edits, f):
    """The page's row of functions is of those that have ONNX's name."""
    if camel(f.name) != f.onnx:
        onnx_import.add_row(edits, f.onnx, f"`qnn.{f.name}`", "a table")

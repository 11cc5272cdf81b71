"""y = f(x), element by element: a record of the dialect, a formula in C++, a name in the schema, and a formula in numpy."""
import math
import re

from . import known, onnx_import
from .edits import Refusal, marked, quoted
from .names import Onnx, Own, camel

OPTIONS = {"onnx", "formula", "numpy", "bends", "image", "domain", "parameter", "range", "since"}
RECORDS, SCHEMA = known.FUNCTIONS, known.SCHEMA
FORMULAS, HOST = "include/tare/Kernels/Functions.h", "lib/Host/Functions.cpp"
PROOFS, CASES, SYNTAX = "test/random/proofs.py", "test/acceptance/test_functions.py", "test/Dialect/Qnn/ops.mlir"
EVERYTHING, USUAL = [-math.inf, math.inf], (-4.0, 4.0)
BENDS = ("smooth", "corners", "jumps")
WIDTH = 140  # of a line in .td, .fbs and .py


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
        self.range = _interval("--range", options.range) if options.range else _usual(self.domain)
        self.since = options.since


def _parameter(text):
    match = re.fullmatch(r"([a-z]\w*)=([-+.\de]+)", text)
    try:
        return match[1], float(match[2])
    except (TypeError, ValueError):
        raise Refusal(f"--parameter is '{text}', expected its name and its default, as alpha=1.0") from None


def _interval(option, ends):
    low, high = ends or EVERYTHING
    if not low < high:
        raise Refusal(f"{option} is {low:g} {high:g}, expected the lower end first")
    return low, high


def _usual(domain):
    """Numbers that a function is tried with: at the very ends of its domain it may be as steep as can be."""
    low, high = max(domain[0], USUAL[0]), min(domain[1], USUAL[1])
    if low >= high:
        raise Refusal(f"--range is missing: {domain[0]:g} {domain[1]:g}, the domain, has nothing in common with {USUAL[0]:g} {USUAL[1]:g}")
    margin = (high - low) / 20
    return tuple(round(end, 6) for end in (low + margin * (low == domain[0]), high - margin * (high == domain[1])))


def families(edits):
    return {}


def plan(edits, options):
    function = Function(options)
    known.refuse_op(edits, function.name)
    if function.onnx:
        known.refuse_imported(edits, function.onnx, "; give another --onnx, '' for none")
    for write in (_record, _formula, _schema, _numpy, _case, _syntax):
        write(edits, function)
    if function.onnx:
        _row(edits, function)
        if function.onnx not in known.on_host(edits):
            _host(edits, function)


def _cxx(number):
    return {math.inf: "HUGE_VAL", -math.inf: "-HUGE_VAL"}.get(number, repr(number))


def _record(edits, f):
    """Behind the last record of one statement."""
    records = edits.read(RECORDS)
    named = {record: name for name, record in re.findall(r'^defvar (Qnn_\w+) = (Qnn_(?:Parameter|Image)<[^>]*>);', records, re.MULTILINE)}

    def one(kind, first, second):
        record = f'{kind}<"{first}", "{second}">'
        return named.get(record, record)

    parts = ["[" + ", ".join(one("Qnn_Parameter", name, repr(value)) for name, value in f.parameters.items()) + "]"]
    parts += [one("Qnn_Image", *map(_cxx, f.image))] if list(f.image) != EVERYTHING else []
    said = (f.formula or marked(f.name, "its formula, as sqrt(x)")).replace("std::", "").replace('"', "'")
    begin = f'def Qnn_{f.cpp}Op : Qnn_Function<"{f.name}", "{f.onnx}", "{said}"'
    rest = ", ".join(parts) if parts != ["[]"] else ""
    separator = "" if not rest else ", " if len(begin + rest) < WIDTH - 4 else ",\n  "
    last = list(re.finditer(r"^def Qnn_\w+ : Qnn_Function<[^;{]*>;\n", records, re.MULTILINE))[-1]
    edits.put(RECORDS, last.end(), f"{begin}{separator}{rest}>;\n")


def _formula(edits, f):
    text = f.formula or ""
    for index, name in enumerate(f.parameters):
        text = re.sub(rf"\b{name}\b", f"p[{index}]", text)
    pointer = "*p" if f.parameters else "*"
    body = f"return {text};" if text else f'static_assert(false, "{marked(f.name, "its formula, where it bends, and where it has numbers")}");'
    bends = [] if f.bends in (None, "smooth") and list(f.domain) == EVERYTHING else [f.bends or "smooth"]
    domain = [] if list(f.domain) == EVERYTHING else list(map(_cxx, f.domain))
    names = f"{f.name}: {', '.join(f.parameters)}" if f.parameters else f.name
    fields = ", ".join([str(len(f.parameters)), f"[](double x, const double {pointer}){'' if text else ' -> double'} {{ {body} }}", *bends, *domain])
    edits.before(FORMULAS, r"^  \};\n  static_assert\(std::size\(definitions\)", f"      /*{names}*/ {{{fields}}},\n")


def _schema(edits, f):
    """At the end: a program of before keeps its meaning."""
    def append(match):
        line = match[0].rpartition("\n")[2]
        return f"{match[0]},{' ' if len(line) + len(f.name) + 2 < WIDTH - 10 else chr(10) + '  '}{f.name}"
    edits.change(SCHEMA, r"enum FunctionKind : ubyte \{[^}]*?(?=\n\})", append)


def _numpy(edits, f):
    arguments = ", ".join(["x", *f.parameters])
    if f.numpy:
        entry = f'"{f.name}": ({len(f.parameters)}, lambda {arguments}: {f.numpy})'
        edits.change(PROOFS, r"^FUNCTIONS = \{[\s\S]*?(?=\}\n(\n\n|raise ))", lambda match: f"{match[0]},\n    {entry}")
    else:
        missing = marked(f.name, f"its numpy formula, of {arguments}, in FUNCTIONS")
        edits.after(PROOFS, r"^FUNCTIONS = \{[\s\S]*?\}\n(?=\n\n|raise )", f"raise NotImplementedError({quoted(missing)})\n")
    if list(f.domain) != EVERYTHING:
        low, high = ({math.inf: "np.inf", -math.inf: "-np.inf"}.get(end, f"{end:g}") for end in f.domain)
        edits.change(PROOFS, r"^DOMAINS = \{[^}]*", lambda match: f'{match[0]}, "{f.name}": ({low}, {high})')


def _case(edits, f):
    """Against ONNX Runtime: with parameters of its own, and with ONNX's."""
    if not f.onnx:
        missing = marked(f.name, f"a model whose nodes become qnn.{f.name}, in float and in integers")
        text = edits.read(CASES)
        return edits.put(CASES, len(text), f"\n\ndef test_{f.name}():\n    pytest.fail({quoted(missing)})\n")
    changed = "{" + ", ".join(f'"{name}": {round(value * 1.5 or 0.5, 6)!r}' for name, value in f.parameters.items()) + "}"
    cases = {f.onnx: changed} | ({f"{f.onnx} default": "{}"} if f.parameters else {})
    low, high = (f"{end:g}" for end in f.range)
    entries = ", ".join(f'"{name}": ({attributes}, ({low}, {high}), {f.since})' for name, attributes in cases.items())
    edits.before(CASES, r"^\}\nSTEPS = ", f"    {entries},\n")
    if f.bends == "jumps":
        edits.change(CASES, r"^STEPS = \{[^}]*", lambda match: match[0] + "".join(f', "{name}"' for name in cases))


def _syntax(edits, f):
    line = f"qnn.{f.name} %x"
    types = ": (tensor<1x4xf32>) -> tensor<1x4xf32>"
    edits.change(SYNTAX, r"^func\.func @functions\([\s\S]*?(?=^  return$)",
                 lambda match: f"{match[0]}  // CHECK: qnn.{f.name} %{{{{[a-z0-9]+}}}} {types}\n  %{f.name} = {line} {types}\n")


def _row(edits, f):
    if camel(f.name) == f.onnx:
        return edits.change(onnx_import.PAGE, r"^\| Relu, Sigmoid, [^|]*?(?= \| the op of that name \|)", lambda match: f"{match[0]}, {f.onnx}")
    onnx_import.add_row(edits, f.onnx, f"`qnn.{f.name}`", "a table")


def _host(edits, f):
    """In the model's own types: what runs before opset 7, and where a layer cannot be in integers."""
    if len(f.parameters) > 2:
        raise Refusal(f"{HOST}: a function of the host has at most 2 parameters, found {len(f.parameters)}: add the operator there first")
    head = r"^void addTableFunctions\(Operators &all\) \{\n[\s\S]*?^\}"
    line = f'  addFunction<FunctionKind::{f.name}>(all, "{f.onnx}");\n'
    def insert(match):
        lines = match[0].splitlines(keepends=True)
        place = next(i for i, each in enumerate(lines) if each.startswith("}") or (i and each.partition('"')[2].partition('"')[0] > f.onnx))
        return "".join([*lines[:place], line, *lines[place:]])
    edits.change(HOST, head, insert)
    if f.parameters:
        numbers = ", ".join(f'number("{name}", {value!r}f)' for name, value in f.parameters.items())
        edits.before(HOST, r"^  default:\n    return \{\};\n", f"  case FunctionKind::{f.name}:\n    return {{{numbers}}};\n")


def steps(edits, options):
    host = " tare-host-test" if HOST in edits.texts else ""
    return [f"ninja -C build tare tare-opt{host} && ctest --test-dir build -R 'acceptance.(functions|sources)' --output-on-failure",
            "/usr/lib/llvm-22/bin/lit build/test --filter Dialect/Qnn/ops", "ninja -C build docs", ".venv/bin/python test/random --graphs 100"]

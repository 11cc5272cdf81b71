"""y = f(x), element by element: a case of each of ONNX's operators that is one, by the records of the dialect (include/tare/Dialect/Qnn/Ops/Function.td)."""
import json
import pathlib
import subprocess

import numpy as np
import onnx

from .formulas import DOMAINS, FORMULAS
from .graph import add_case

ROOT = pathlib.Path(__file__).resolve().parents[3]
LLVM = pathlib.Path("/usr/lib/llvm-22")
USUAL = (-4, 4)  # The numbers that a function reads, and from which opset on, where CASES says no others.
SINCE = 13


def records():
    """By the op's name: ONNX's operator, '' for none, and the parameters with ONNX's defaults."""
    done = subprocess.run([LLVM / "bin/llvm-tblgen", "--dump-json", f"-I{ROOT / 'include'}", f"-I{LLVM / 'include'}", ROOT / "include/tare/Dialect/Qnn/Ops/Function.td"],
                          capture_output=True, text=True, check=True)
    everything = json.loads(done.stdout)
    functions = map(everything.get, everything["!instanceof"]["Qnn_Function"])
    return {each["opName"]: (each["onnxOperator"], dict(zip(each["onnxParameters"], map(float, each["onnxDefaults"])))) for each in functions}


RECORDS = records()
# ONNX's operator, or a spelling of it: its attributes, the numbers that it reads, from opset on.
CASES = {
    "Abs": ({}, (-3, 3), 13), "Sign": ({}, (-3, 3), 13), "Floor": ({}, (-3, 3), 13), "Ceil": ({}, (-3, 3), 13), "Round": ({}, (-3, 3), 13),
    "Sqrt": ({}, (0, 9), 13), "Exp": ({}, (-3, 2), 13), "Log": ({}, (.5, 9), 13), "Erf": ({}, (-3, 3), 13), "Reciprocal": ({}, (.5, 4), 13),
    "Tan": ({}, (-1.2, 1.2), 13), "Asin": ({}, (-.95, .95), 13), "Acos": ({}, (-.95, .95), 13), "Sinh": ({}, (-2, 2), 13), "Cosh": ({}, (-2, 2), 13),
    "Acosh": ({}, (1.2, 6), 13), "Atanh": ({}, (-.9, .9), 13), "Elu": ({"alpha": 1.5}, (-4, 3), 13), "Selu": ({}, (-4, 3), 13), "Celu": ({"alpha": .5}, (-4, 3), 13),
    "Softplus": ({}, (-6, 6), 13), "Softsign": ({}, (-6, 6), 13), "Mish": ({}, (-6, 4), 18), "Gelu": ({}, (-4, 4), 20),
    "Sigmoid": ({}, (-6, 6), 13), "Tanh": ({}, (-3, 3), 13), "HardSigmoid": ({"alpha": .3, "beta": .4}, (-4, 4), 13),
    "ThresholdedRelu": ({"alpha": .5}, (-2, 2), 13), "Shrink": ({"lambd": .5, "bias": .25}, (-2, 2), 13),
    "Gelu tanh": ({"approximate": "tanh"}, (-4, 4), 20), "Elu default": ({}, (-4, 3), 13), "Selu given": ({"alpha": 1., "gamma": 2.}, (-4, 3), 13),
    "Shrink default": ({}, (-2, 2), 13),
}


def since(kind):
    """The first operator set from SINCE on that has it."""
    if not onnx.defs.has(kind):
        return 17
    return max(SINCE, min(schema.since_version for schema in onnx.defs.get_all_schemas_with_history() if schema.name == kind and not schema.domain))


def usual(name, onnx_name, parameters):
    """With parameters that are not ONNX's, which are all that another case has; at the very ends of its domain a function may be as steep as can be."""
    low, high = DOMAINS.get(name, (-np.inf, np.inf))
    margin = (min(high, USUAL[1]) - max(low, USUAL[0])) / 20
    ends = (low + margin if low > USUAL[0] else USUAL[0], high - margin if high < USUAL[1] else USUAL[1])
    attributes = {each: round(value * 1.5 or .5, 6) for each, value in parameters.items()}
    return {onnx_name: (attributes, ends, since(onnx_name))} | ({f"{onnx_name} default": ({}, ends, since(onnx_name))} if parameters else {})


for op, (kind, defaults) in RECORDS.items():
    if kind and kind not in CASES:
        CASES |= usual(op, kind, defaults)


def values(name):
    """What a case gives for numbers as it reads, evenly spread."""
    attributes, (low, high), _ = CASES[name]
    op, defaults = next((op, defaults) for op, (kind, defaults) in RECORDS.items() if kind == name.split()[0])
    return FORMULAS[op][1](np.linspace(low, high, 20011), *(attributes.get(each, value) for each, value in defaults.items()))


def jumps(name):
    """The sides of a jump are a rounding apart: who reads other integers is far off."""
    return np.abs(np.diff(values(name))).max() > .05


def steps_of_one(name):
    """How many of the result's steps a step of the operand may be, which a tie in its rounding moves."""
    y = values(name)
    return int(np.ceil(np.abs(np.diff(y)).max() * (y.size - 1) / (y.max() - y.min())))


GELUS = {name for name in CASES if name.startswith("Gelu")}  # No record has ONNX's name: there are two.
STEPS = {name for name in CASES if name not in GELUS and jumps(name)}


def alone(kind, attributes):
    return lambda g: g.output(g.node(kind, g.input(1, 6, 9, 8), **attributes))


def limited(kind, attributes, low, high):
    """Of normally distributed data those beyond the ends lie at the ends: the function reads nothing else."""
    return lambda g: g.output(g.node(kind, g.node("Clip", g.input(1, 6, 9, 8), g.constant(low), g.constant(high)), **attributes))


for name, (attributes, ends, opset) in CASES.items():
    key, kind = f"function_{name.lower().replace(' ', '_')}", name.split()[0]
    if name in STEPS:  # The float model, which reads other numbers, tells nothing.
        add_case(key, alone(kind, attributes), opset=opset, sqnr=-np.inf)
    else:
        add_case(key, limited(kind, attributes, *ends), opset=opset, steps=1 + (2 if name in GELUS else steps_of_one(name)))

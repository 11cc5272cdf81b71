"""Tare: ONNX networks as integer-only programs for fixed-point hardware.

    program = tare.convert("model.onnx", data)
    outputs = program.run(x)
    program.save("model.tare")

The compiler is loaded when it is first asked for: tare.runtime alone needs no LLVM.
"""
from importlib import import_module

from ._errors import Error, TareWarning
from .runtime import Port, Program, load

# Where what needs the compiler is.
_COMPILER = {
    "convert": "_convert", "ir": "_convert", "qdq_model": "_convert", "encodings": "_convert", "calibrate": "_calibrate", "Calibration": "_calibrate", "Histogram": "_calibrate",
    "compare": "_compare", "Comparison": "_compare", "Records": "_compare", "inspect": "_inspect", "verify": "_verify",
    "golden_vectors": "_verify", "report": "_report", "evaluate": "_evaluate", "Evaluation": "_evaluate", "explain": "_explain", "explain_against": "_explain",
    "Executor": "_executor", "Model": "_executor",
}

__all__ = ["Error", "Port", "Program", "TareWarning", "load", *_COMPILER]


def __getattr__(name):
    if name not in _COMPILER:
        raise AttributeError(f"module 'tare' has no attribute '{name}'")
    value = getattr(import_module("." + _COMPILER[name], __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_COMPILER})

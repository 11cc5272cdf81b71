"""The models of the end-to-end tests: one small net per operator and feature, and a few whole architectures."""
from . import activations, convolutions, elementwise, functions, linear, nets, norms, pools, quantized, recurrent, resize, shapes, tails  # noqa: F401 (they register cases)
from .graph import CASES, Case, Graph

__all__ = ["CASES", "Case", "Graph"]

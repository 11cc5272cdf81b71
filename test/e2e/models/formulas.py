"""y = f(x) in numpy: what tables, proofs and models of functions are held to. lib and include have the same in C++, which nothing here knows."""
import math

import numpy as np

# Where a function gives numbers; everywhere, where nothing is said.
DOMAINS = {"sqrt": (0, np.inf), "log": (0, np.inf), "asin": (-1, 1), "acos": (-1, 1), "acosh": (1, np.inf), "atanh": (-1, 1)}
ERF = np.vectorize(math.erf, otypes=[float])
FORMULAS = {  # How many parameters each has, for each channel or for all, and what it computes.
    "relu": (0, lambda x: np.maximum(x, 0)), "clip": (2, np.clip), "sigmoid": (0, lambda x: 1 / (1 + np.exp(-x))), "tanh": (0, np.tanh),
    "hard_swish": (0, lambda x: x * np.clip(x / 6 + 0.5, 0, 1)), "reciprocal": (0, lambda x: 1 / x),
    "leaky_relu": (1, lambda x, alpha: np.where(x < 0, alpha * x, x)), "truncate": (0, np.trunc),
    "hard_sigmoid": (2, lambda x, alpha, beta: np.clip(alpha * x + beta, 0, 1)), "swish": (0, lambda x: x / (1 + np.exp(-x))),
    "scaled_swish": (1, lambda x, alpha: x / (1 + np.exp(-alpha * x))),
    "abs": (0, np.abs), "sign": (0, np.sign), "floor": (0, np.floor), "ceil": (0, np.ceil), "nearest": (0, np.rint), "sqrt": (0, np.sqrt), "exp": (0, np.exp),
    "log": (0, np.log), "erf": (0, ERF), "pow": (1, np.power), "sin": (0, np.sin), "cos": (0, np.cos), "tan": (0, np.tan), "asin": (0, np.arcsin),
    "acos": (0, np.arccos), "atan": (0, np.arctan), "sinh": (0, np.sinh), "cosh": (0, np.cosh), "asinh": (0, np.arcsinh), "acosh": (0, np.arccosh),
    "atanh": (0, np.arctanh), "elu": (1, lambda x, alpha: np.where(x < 0, alpha * np.expm1(x), x)),
    "selu": (2, lambda x, alpha, gamma: gamma * np.where(x < 0, alpha * np.expm1(x), x)),
    "celu": (1, lambda x, alpha: np.where(x < 0, alpha * np.expm1(x / alpha), x)), "softplus": (0, lambda x: np.logaddexp(0, x)),
    "softsign": (0, lambda x: x / (1 + np.abs(x))), "mish": (0, lambda x: x * np.tanh(np.logaddexp(0, x))),
    "gelu": (0, lambda x: x * (1 + ERF(x / np.sqrt(2))) / 2),
    "gelu_tanh": (0, lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + .044715 * x ** 3))) / 2),
    "thresholded_relu": (1, lambda x, alpha: np.where(x > alpha, x, 0)),
    "shrink": (2, lambda x, lambd, bias: np.where(x < -lambd, x + bias, np.where(x > lambd, x - bias, 0)))}

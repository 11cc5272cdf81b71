"""Functions that exporters write out in others: one layer each, in float as ONNX Runtime has them."""
import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, reference, save
from harness import sqnr, tare, tare_json

F32 = np.float32
SHAPE = [1, 6, 16]


def chain(*steps):
    """Nodes of (operator, operands, result); the last result is y."""
    return [node(operator, operands, [result], name=result) for operator, operands, result in steps]


NUMBERS = {"half": F32(.5), "one": F32(1), "minus": F32(-1), "two": F32(2), "three": F32(3), "root2": F32(np.sqrt(2)), "root_half": F32(np.sqrt(.5)), "small": F32(.044715),
           "slope": F32(np.sqrt(2 / np.pi)), "slope_small": F32(np.sqrt(2 / np.pi) * .044715), "short_root2": F32(1.41421), "zero": F32(0), "six": F32(6), "tenth": F32(.1),
           "slope_twice": F32(np.sqrt(8 / np.pi))}
HALF_GATE = [("Add", ["t", "one"], "u"), ("Mul", ["x", "u"], "v"), ("Mul", ["v", "half"], "y")]
GATE_OF_HALVES = [("Mul", ["t", "half"], "u"), ("Add", ["half", "u"], "v"), ("Mul", ["v", "x"], "y")]
#: name: (the layer's kind, the steps)
SPELLINGS = {
    "gelu of torch": ("gelu", [("Div", ["x", "root2"], "a"), ("Erf", ["a"], "t"), *HALF_GATE]),
    "gelu of paddle": ("gelu", [("Div", ["x", "short_root2"], "a"), ("Erf", ["a"], "t"), *HALF_GATE]),
    "gelu of halves": ("gelu", [("Mul", ["root_half", "x"], "a"), ("Erf", ["a"], "t"), *GATE_OF_HALVES]),
    "gelu, x halved first": ("gelu", [("Mul", ["x", "root_half"], "a"), ("Erf", ["a"], "t"), ("Add", ["one", "t"], "u"), ("Div", ["x", "two"], "h"), ("Mul", ["h", "u"], "y")]),
    "gelu as a sum": ("gelu", [("Mul", ["x", "root_half"], "a"), ("Erf", ["a"], "t"), ("Mul", ["x", "half"], "h"), ("Mul", ["h", "t"], "u"), ("Add", ["h", "u"], "y")]),
    "gelu_tanh of a power": ("gelu_tanh", [("Pow", ["x", "three"], "p"), ("Mul", ["p", "small"], "q"), ("Add", ["x", "q"], "r"), ("Mul", ["r", "slope"], "a"), ("Tanh", ["a"], "t"), *HALF_GATE]),
    "gelu_tanh of products": ("gelu_tanh", [("Mul", ["x", "x"], "p"), ("Mul", ["slope_small", "p"], "q"), ("Add", ["q", "slope"], "r"), ("Mul", ["x", "r"], "a"), ("Tanh", ["a"], "t"), *GATE_OF_HALVES]),
    "mish": ("mish", [("Softplus", ["x"], "a"), ("Tanh", ["a"], "t"), ("Mul", ["t", "x"], "y")]),
    "mish in logs": ("mish", [("Exp", ["x"], "e"), ("Add", ["one", "e"], "s"), ("Log", ["s"], "a"), ("Tanh", ["a"], "t"), ("Mul", ["x", "t"], "y")]),
    "sigmoid": ("sigmoid", [("Neg", ["x"], "n"), ("Exp", ["n"], "e"), ("Add", ["one", "e"], "s"), ("Div", ["one", "s"], "y")]),
    "sigmoid as a reciprocal": ("sigmoid", [("Mul", ["x", "minus"], "n"), ("Exp", ["n"], "e"), ("Add", ["e", "one"], "s"), ("Reciprocal", ["s"], "y")]),
    "swish": ("swish", [("Neg", ["x"], "n"), ("Exp", ["n"], "e"), ("Add", ["e", "one"], "s"), ("Div", ["x", "s"], "y")]),
    "softplus": ("softplus", [("Exp", ["x"], "e"), ("Add", ["e", "one"], "s"), ("Log", ["s"], "y")]),
    "softplus that does not overflow": ("softplus", [("Abs", ["x"], "a"), ("Neg", ["a"], "n"), ("Exp", ["n"], "e"), ("Add", ["one", "e"], "s"), ("Log", ["s"], "l"), ("Relu", ["x"], "r"),
                                                     ("Add", ["r", "l"], "y")]),
    "swish by tanh": ("swish", [("Mul", ["x", "half"], "h"), ("Tanh", ["h"], "t"), *HALF_GATE]),
    "swish by exp(x)": ("swish", [("Exp", ["x"], "e"), ("Add", ["one", "e"], "s"), ("Div", ["e", "s"], "g"), ("Mul", ["g", "x"], "y")]),
    "hard_swish of torch": ("hard_swish", [("Add", ["x", "three"], "a"), ("Clip", ["a", "zero", "six"], "c"), ("Mul", ["x", "c"], "p"), ("Div", ["p", "six"], "y")]),
    "hard_swish by HardSigmoid": ("hard_swish", [("Div", ["x", "six"], "a"), ("Add", ["a", "half"], "b"), ("Max", ["b", "zero"], "c"), ("Min", ["c", "one"], "g"), ("Mul", ["g", "x"], "y")]),
    "hard_sigmoid": ("hard_sigmoid", [("Add", ["x", "three"], "a"), ("Relu", ["a"], "r"), ("Min", ["r", "six"], "c"), ("Div", ["c", "six"], "y")]),
    "leaky_relu as a maximum": ("leaky_relu", [("Mul", ["x", "tenth"], "s"), ("Max", ["x", "s"], "y")]),
    "leaky_relu in parts": ("leaky_relu", [("Relu", ["x"], "r"), ("Min", ["x", "zero"], "m"), ("Mul", ["m", "tenth"], "s"), ("Add", ["r", "s"], "y")]),
    "abs as a maximum": ("abs", [("Neg", ["x"], "n"), ("Max", ["x", "n"], "y")]),
    "abs in parts": ("abs", [("Relu", ["x"], "r"), ("Neg", ["x"], "n"), ("Relu", ["n"], "m"), ("Add", ["r", "m"], "y")]),
    "tanh by sigmoid": ("tanh", [("Mul", ["x", "two"], "d"), ("Sigmoid", ["d"], "g"), ("Mul", ["g", "two"], "e"), ("Sub", ["e", "one"], "y")]),
    "tanh by exp": ("tanh", [("Mul", ["x", "two"], "d"), ("Exp", ["d"], "e"), ("Sub", ["e", "one"], "n"), ("Add", ["e", "one"], "s"), ("Div", ["n", "s"], "y")]),
    "mish by squares": ("mish", [("Exp", ["x"], "e"), ("Add", ["e", "one"], "s"), ("Mul", ["s", "s"], "q"), ("Sub", ["q", "one"], "n"), ("Add", ["q", "one"], "d"), ("Div", ["n", "d"], "t"),
                                 ("Mul", ["x", "t"], "y")]),
    "elu": ("elu", [("Min", ["x", "zero"], "m"), ("Exp", ["m"], "e"), ("Sub", ["e", "one"], "a"), ("Relu", ["x"], "r"), ("Add", ["a", "r"], "y")]),
    "softsign": ("softsign", [("Abs", ["x"], "a"), ("Add", ["a", "one"], "s"), ("Div", ["x", "s"], "y")]),
    "gelu_tanh by sigmoid": ("gelu_tanh", [("Pow", ["x", "three"], "p"), ("Mul", ["p", "small"], "q"), ("Add", ["x", "q"], "r"), ("Mul", ["r", "slope_twice"], "a"), ("Sigmoid", ["a"], "t"),
                                           ("Mul", ["t", "x"], "y")]),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_one_layer_in_float_as_onnxruntime(tmp_path, rng, name):
    kind, steps = SPELLINGS[name]
    path = save(tmp_path / "m.onnx", chain(*steps), [port("x", SHAPE)], [port("y", SHAPE)], NUMBERS, opset=17)
    data = {"x": (rng.normal(size=[32, *SHAPE[1:]]) * 2).astype(F32)}
    expected = reference(path, data)["y"]
    np.testing.assert_allclose(outputs_of(path, data)["y"], expected, rtol=1e-4, atol=2e-5)
    program, _ = converted(path, data)
    layers = [each for each in tare_json("inspect", program)["layers"] if each["kind"] not in ("quantize", "dequantize")]
    assert [each["name"] for each in layers] == ["y"], f"{kind}: {[each['name'] for each in layers]}"
    assert sqnr(expected, outputs_of(program, data)["y"]) > 38


@pytest.mark.parametrize("slope, count", [(.7, 1), (.7071, 0), (.72, 1)])
def test_another_slope_stays_what_it_is(tmp_path, rng, slope, count):
    """Wrong by a percent is another function: its erf stays."""
    steps = [("Mul", ["x", "c"], "a"), ("Erf", ["a"], "t"), *HALF_GATE]
    path = save(tmp_path / "m.onnx", chain(*steps), [port("x", SHAPE)], [port("y", SHAPE)], NUMBERS | {"c": F32(slope)}, opset=17)
    data = {"x": rng.normal(size=[32, *SHAPE[1:]]).astype(F32)}
    behind = tmp_path / "behind.yaml"
    behind.write_text(tare("target", "show", "generic").stdout.replace("layer_functions: true", "layer_functions: false"))
    program, _ = converted(path, data, "--target", behind)
    assert sum(each["name"] == "t" for each in tare_json("inspect", program)["layers"]) == count
    np.testing.assert_allclose(outputs_of(path, data)["y"], reference(path, data)["y"], rtol=1e-4, atol=2e-5)


#: What is added against a division by 0, or a logarithm of it, is no digit that an exporter left away.
GUARDED = {
    "reciprocal of a relu": [("Relu", ["x"], "r"), ("Add", ["r", "epsilon"], "s"), ("Reciprocal", ["s"], "y")],
    "root of a relu": [("Relu", ["x"], "r"), ("Add", ["r", "epsilon"], "s"), ("Sqrt", ["s"], "y")],
    "division by an abs": [("Abs", ["x"], "a"), ("Add", ["a", "epsilon"], "s"), ("Div", ["x", "s"], "y")],
    "logarithm of a sigmoid": [("Mul", ["x", "scale"], "m"), ("Sigmoid", ["m"], "t"), ("Add", ["t", "epsilon"], "s"), ("Log", ["s"], "y")],
    "logarithm of a hard sigmoid": [("Mul", ["x", "scale"], "m"), ("HardSigmoid", ["m"], "t"), ("Add", ["t", "epsilon"], "s"), ("Log", ["s"], "y")],
}


@pytest.mark.parametrize("epsilon", [1e-5, 1e-6, 1e-8, 1e-12])
@pytest.mark.parametrize("name", GUARDED)
def test_an_epsilon_counts(tmp_path, rng, name, epsilon):
    path = save(tmp_path / "m.onnx", chain(*GUARDED[name]), [port("x", SHAPE)], [port("y", SHAPE)], NUMBERS | {"epsilon": F32(epsilon), "scale": F32(.4)}, opset=17)
    data = {"x": (rng.normal(size=[8, *SHAPE[1:]]) * 4).astype(F32)}
    data["x"].flat[::7] = 0
    expected = reference(path, data)["y"]
    assert np.isfinite(expected).all()
    assert np.abs(outputs_of(path, data)["y"] - expected).max() < 1e-4 * np.abs(expected).max()
    converted(path, data)

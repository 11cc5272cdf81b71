"""What some exporters write for operators that Tare has: limits as Max and Min, sums of several, negation."""
import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, reference, save
from harness import tare_json

RNG = np.random.default_rng(3)
CONSTANTS = {"low": np.float32(-.5), "high": np.float32(.75), "other": np.full([1, 1, 1], .5, np.float32), "zero": np.float32(0), "six": np.float32(6),
             "b": RNG.normal(size=(3, 1, 1)).astype(np.float32), "q": np.int8(50), "s": np.float32(.01)}
GRAPHS = {
    "max": [node("Max", ["x", "low"], ["y"])],
    "max_of_several": [node("Max", ["zero", "x", "other", "low"], ["y"])],
    "min": [node("Min", ["high", "x"], ["y"])],
    "relu6": [node("Max", ["x", "zero"], ["r"]), node("Min", ["r", "six"], ["y"])],
    "dequantized_limit": [*dequantize("q", "s", "l"), node("Min", ["x", "l"], ["y"])],
    "sum_of_one": [node("Sum", ["x"], ["a"]), node("Relu", ["a"], ["y"])],
    "sum_of_two": [node("Sum", ["x", "v"], ["y"])],
    "sum_of_three": [node("Sum", ["x", "b", "v"], ["y"])],
    "sum_of_constants": [node("Sum", ["low", "high", "b"], ["c"]), node("Add", ["x", "c"], ["y"])],
    "neg": [node("Neg", ["x"], ["y"])],
}


@pytest.mark.parametrize("graph", GRAPHS)
def test_spellings(graph, tmp_path, rng):
    inputs = ["x"] + ["v"] * any("v" in each.input for each in GRAPHS[graph])
    model = save(tmp_path / "m.onnx", GRAPHS[graph], [port(name, [1, 3, 5, 5]) for name in inputs], [port("y", [1, 3, 5, 5])], CONSTANTS, opset=17)
    data = {name: rng.normal(size=(16, 3, 5, 5)).astype(np.float32) for name in inputs}
    expected = reference(model, data)["y"]
    np.testing.assert_allclose(outputs_of(model, data)["y"], expected, rtol=1e-6, atol=1e-6)
    program, _ = converted(model, data, "--method", "min_max")
    assert np.max(np.abs(outputs_of(program, data)["y"] - expected)) < .1


def test_limits_are_the_layers_own(tmp_path, rng):
    """relu6, written out, costs no layer behind a convolution."""
    nodes = [node("Conv", ["x", "w"], ["c"], name="conv"), node("Max", ["c", "zero"], ["r"]), node("Min", ["r", "six"], ["m"]), node("Conv", ["m", "w"], ["y"])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 5, 5])], [port("y", [1, 3, 5, 5])],
                 {**CONSTANTS, "w": rng.normal(size=(3, 3, 1, 1)).astype(np.float32)}, opset=17)
    program, _ = converted(model, {"x": rng.normal(size=(16, 3, 5, 5)).astype(np.float32)})
    assert [layer["kind"] for layer in tare_json("inspect", program)["layers"] if layer["macs"]] == ["conv", "conv"]
    assert not any(layer["kind"] in ("rescale", "relu", "clip") for layer in tare_json("inspect", program)["layers"])

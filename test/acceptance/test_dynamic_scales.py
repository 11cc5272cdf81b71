"""Dynamically quantized products whose scales are multiplied in any order."""
import itertools

import numpy as np
import pytest

from graphs import TensorProto, converted, node, outputs_of, port, reference, save
from harness import fails, sqnr, tare_json

PRODUCTS = {"matmul": ([16], [16, 8], [8], "MatMulInteger", {}), "conv": ([4, 6, 6], [8, 4, 3, 3], [8, 1, 1], "ConvInteger", {})}
#: Of the factors x scale, weight scale, bias: what is multiplied by what.
ORDERS = {
    "both_in_one": [("Mul", "s", "ws", "f1"), ("Mul", "f", "f1", "m")],
    "weight_first": [("Mul", "f", "ws", "f1"), ("Mul", "f1", "s", "m")],
    "weight_last": [("Mul", "f", "s", "f1"), ("Mul", "f1", "ws", "m")],
    "weight_last_reversed": [("Mul", "s", "f", "f1"), ("Mul", "ws", "f1", "m")],
    "identity_between": [("Mul", "f", "s", "f1"), ("Identity", "f1", "", "f2"), ("Mul", "f2", "ws", "m")],
    "two_weight_scales": [("Mul", "f", "s", "f1"), ("Mul", "f1", "ws", "f2"), ("Mul", "f2", "half", "m")],
    "weight_scales_around": [("Mul", "f", "half", "f1"), ("Mul", "s", "f1", "f2"), ("Mul", "f2", "ws", "m")],
}


def product(rng, path, kind, order, weights=np.int8, per_channel=True, zero=None, bias=False):
    x, w, channel, operator, attributes = PRODUCTS[kind]
    # Seven bits: with more, ONNX Runtime's sums of int8 and uint8 products saturate on some processors.
    low, high = (-63, 64) if weights == np.int8 else (65, 192)
    random = np.random.default_rng(1)
    constants = {"w": random.integers(low, high, w).astype(weights), "half": np.float32(.5),
                 "ws": (random.random(channel if per_channel else []) * .02 + .005).astype(np.float32),
                 "b": random.normal(size=channel).astype(np.float32)}
    operands = ["q", "w", "z"]
    if zero is not None:
        constants["wz"] = np.full([] if kind == "conv" else [w[-1]], zero, weights)
        operands.append("wz")
    nodes = [node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]), node(operator, operands, ["i"], name="product", **attributes),
             node("Cast", ["i"], ["f"], to=TensorProto.FLOAT)]
    nodes += [node(op, [a, b] if b else [a], [y]) for op, a, b, y in ORDERS[order]]
    nodes += [node("Add", ["m", "b"], ["y"])] if bias else [node("Identity", ["m"], ["y"])]
    return save(path, nodes, [port("x", [1, *x])], [port("y", None)], constants, opset=17), {"x": rng.normal(size=(16, *x)).astype(np.float32)}


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("weights, zero", [(np.int8, None), (np.int8, 0), (np.int8, 7), (np.uint8, 128)])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", PRODUCTS)
def test_dyn_scale_last(kind, order, weights, zero, bias, tmp_path, rng):
    """One layer with the weights' own scales, wherever these stand among the factors; the bias is the layer's."""
    per_channel = zero != 7
    model, data = product(rng, tmp_path / "m.onnx", kind, order, weights, per_channel, zero, bias)
    expected = reference(model, data)["y"]
    assert sqnr(expected, outputs_of(model, data)["y"].reshape(expected.shape)) > 35
    program, told = converted(model, data, "--method", "min_max")
    assert "suspicious" not in told
    assert sqnr(expected, outputs_of(program, data)["y"].reshape(expected.shape)) > 35
    kinds = [layer["kind"] for layer in tare_json("inspect", program)["layers"]]
    assert kinds.count("conv") + kinds.count("linear") == 1 and "mul" not in kinds and "add" not in kinds, kinds


@pytest.mark.parametrize("order", list(itertools.permutations(["s", "t", "half"], 3)))
def test_dyn_scale_last_of_two_activations(order, tmp_path, rng):
    """Both scales are found when the graph runs; each may be multiplied by itself, and a constant with them."""
    nodes = [node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]), node("DynamicQuantizeLinear", ["v"], ["r", "t", "o"]),
             node("MatMulInteger", ["q", "r", "z", "o"], ["i"], name="product"), node("Cast", ["i"], ["f0"], to=TensorProto.FLOAT)]
    nodes += [node("Mul", [f"f{n}", factor], [f"f{n + 1}"]) for n, factor in enumerate(order)]
    model = save(tmp_path / "m.onnx", [*nodes, node("Identity", ["f3"], ["y"])], [port("x", [1, 5, 6]), port("v", [1, 6, 4])],
                 [port("y", None)], {"half": np.float32(.5)}, opset=17)
    data = {"x": rng.normal(size=(16, 5, 6)).astype(np.float32), "v": rng.normal(size=(16, 6, 4)).astype(np.float32)}
    expected = reference(model, data)["y"]
    assert sqnr(expected, outputs_of(model, data)["y"]) > 35
    program, _ = converted(model, data, "--method", "min_max")
    assert sqnr(expected, outputs_of(program, data)["y"]) > 33


def test_a_factor_that_is_no_scale_of_the_weights_stays_a_layer(tmp_path, rng):
    """A negative number, or one per row, cannot be a scale: it is multiplied behind."""
    for factor in (np.array([-1, 2, 1, -3, 1, 1, 1, 1], np.float32), np.full([1, 1, 8], .5, np.float32)):
        x, w = [16], rng.integers(-63, 64, (16, 8)).astype(np.int8)
        nodes = [node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]), node("MatMulInteger", ["q", "w", "z"], ["i"]),
                 node("Cast", ["i"], ["f"], to=TensorProto.FLOAT), node("Mul", ["s", "ws"], ["sw"]), node("Mul", ["f", "sw"], ["m"]),
                 node("Mul", ["m", "factor"], ["y"])]
        model = save(tmp_path / "m.onnx", nodes, [port("x", [1, *x])], [port("y", None)],
                     {"w": w, "ws": np.float32(.01), "factor": factor}, opset=17)
        data = {"x": rng.normal(size=(16, *x)).astype(np.float32)}
        expected = reference(model, data)["y"]
        assert sqnr(expected, outputs_of(model, data)["y"].reshape(expected.shape)) > 35


def test_the_scale_of_something_else_is_refused(tmp_path, rng):
    nodes = [node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]), node("DynamicQuantizeLinear", ["v"], ["r", "t", "o"]),
             node("MatMulInteger", ["q", "w", "z"], ["i"]), node("Cast", ["i"], ["f"], to=TensorProto.FLOAT),
             node("Mul", ["f", "ws"], ["m"]), node("Mul", ["m", "t"], ["y"], name="mistake")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 16]), port("v", [1, 16])], [port("y", None)],
                 {"w": rng.integers(-63, 64, (16, 8)).astype(np.int8), "ws": np.float32(.01)}, opset=17)
    message = fails("run", model, "--inputs", tmp_path / "m.onnx", "--outputs", tmp_path / "y.npz")
    assert "mistake" in message and "'x'" in message and "'v'" in message

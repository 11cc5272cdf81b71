"""Warnings that are worth reading: costs are those of what comes of a value, and the way out is one of its user's."""
import json

import numpy as np
import onnx
import pytest

from graphs import converted, node, port, quantize, save
from harness import fails, tare

SAMPLES = 60


def gaussian(rng, *shape):
    return rng.normal(size=(SAMPLES, *shape)).astype(np.float32)


def details(model, data, *arguments):
    np.savez(model.parent / "c.npz", **data)
    return json.loads(tare("convert", model, "--calibration", model.parent / "c.npz", *arguments, "--json", "-q", "-o", model.parent / "m.tare").stdout)["warning_details"]


@pytest.mark.parametrize("size", (1e2, 1e4, 1e6))
def test_a_constant_far_below_a_step_of_its_sum_costs_next_to_nothing(tmp_path, rng, size):
    """Half a step of the constant's grid is a millionth of the sum's."""
    nodes = [node("Mul", ["x", "size"], ["a"], name="mul"), node("Add", ["a", "small"], ["b"], name="add"), node("Relu", ["b"], ["y"], name="relu")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 8])], {"size": np.float32(size), "small": np.float32(2.0 ** -10)})
    data = {"x": gaussian(rng, 8)}
    assert "warning" not in converted(model, data, "--target", "shift_only")[1]
    for each in details(model, data, "--target", "shift_only"):
        if "its constant 'small'" in each["text"]:
            assert each["cost"] < 1e-3 and each["negligible"] and "LSB of 'y'" in each["text"]


def test_a_value_far_below_a_step_of_its_sum_costs_next_to_nothing(tmp_path, rng):
    """The same of what a layer computes."""
    weights = rng.normal(size=(8, 8)).astype(np.float32)
    nodes = [node("Gemm", ["x", "w"], ["large"], name="fc"), node("Gemm", ["x", "v"], ["little"], name="few"), node("Add", ["large", "little"], ["s"], name="sum"),
             node("Relu", ["s"], ["y"], name="relu")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 8])], {"w": weights * 1000, "v": weights * np.float32(1e-5)})
    data = {"x": gaussian(rng, 8)}
    assert "warning" not in converted(model, data, "--target", "shift_only")[1]
    assert all(each["negligible"] for each in details(model, data, "--target", "shift_only"))


def test_nothing_added_costs_less_than_a_step_of_16_bits(tmp_path, rng):
    """An epsilon below a step of the sum it is added to."""
    nodes = [node("Mul", ["x", "x"], ["a"], name="square"), node("Add", ["a", "small"], ["b"], name="add"), node("Sqrt", ["b"], ["y"], name="root")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 8])], {"small": np.float32(1e-5)})
    told = converted(model, {"x": gaussian(rng, 8)}, "--target", "i16x8")[1]
    assert "nothing is added" not in told


@pytest.mark.parametrize("kind", ("Softmax", "Sigmoid"))
@pytest.mark.parametrize("order", (("s", "m"), ("m", "s")))
@pytest.mark.parametrize("target", ("generic", "i16x8", "shift_only"))
def test_shares_behind_a_mask_are_quiet_as_they_were_before_it(tmp_path, rng, target, order, kind):
    """Classes that no sample shows have not collapsed; a mask of 0 and 1 does not make them lost."""
    bias = np.float32([0] * 4 + [-20] * 4)
    shares = node("Softmax", ["g"], ["s"], name="shares", axis=1) if kind == "Softmax" else node("Sigmoid", ["g"], ["s"], name="shares")
    model = save(tmp_path / "m.onnx", [node("Gemm", ["x", "w", "b"], ["g"], name="fc"), shares, node("Mul", list(order), ["y"], name="mask")], [port("x", [1, 8]), port("m", [1, 8])],
                 [port("y", [1, 8])], {"w": rng.normal(size=(8, 8)).astype(np.float32), "b": bias})
    data = {"x": gaussian(rng, 8), "m": (rng.random((SAMPLES, 1, 8)) > .4).astype(np.float32)}
    assert "collapsed" not in converted(model, data, "--target", target, "--check", 20)[1]


def test_a_mask_that_is_none_makes_no_excuse(tmp_path, rng):
    """What is multiplied by hundreds has no image of a function any more."""
    bias = np.float32([0] * 4 + [-7] * 4)
    model = save(tmp_path / "m.onnx", [node("Gemm", ["x", "w", "b"], ["g"], name="fc"), node("Sigmoid", ["g"], ["s"], name="s"), node("Mul", ["s", "m"], ["p"], name="mul"),
                                       node("LeakyRelu", ["p"], ["y"], name="act", alpha=.5)], [port("x", [1, 8]), port("m", [1, 8])], [port("y", [1, 8])],
                 {"w": rng.normal(size=(8, 8)).astype(np.float32) / 4, "b": bias})
    data = {"x": gaussian(rng, 8), "m": rng.uniform(100, 400, (SAMPLES, 1, 8)).astype(np.float32)}
    assert "have collapsed" in converted(model, data, "--check", 20)[1]


@pytest.mark.parametrize("kind", (np.uint8, np.int8))
def test_an_output_of_integers_keeps_no_width(tmp_path, rng, kind):
    """A Cast's type is the model's interface: no quantizer says it."""
    low, high = np.iinfo(kind).min, np.iinfo(kind).max
    nodes = [node("Gemm", ["x", "w"], ["g"], name="fc"), node("Clip", ["g", "low", "high"], ["c"], name="clip"), node("Cast", ["c"], ["y"], name="cast", to=onnx.helper.np_dtype_to_tensor_dtype(np.dtype(kind)))]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 8], kind)],
                 {"w": rng.normal(size=(8, 8)).astype(np.float32) * 20, "low": np.float32(low), "high": np.float32(high)})
    assert "is for values without a quantizer" not in converted(model, {"x": gaussian(rng, 8)}, "--activations", "i16")[1]


def test_a_quantizer_of_the_model_is_named_still(tmp_path, rng):
    model = save(tmp_path / "m.onnx", [*quantize("x", "s", "z", "d"), node("Relu", ["d"], ["y"], name="relu")], [port("x", [1, 8])], [port("y", [1, 8])], {"s": np.float32(1 / 32), "z": np.int8(0)})
    assert "is for values without a quantizer: 'x'" in converted(model, {"x": gaussian(rng, 8)}, "--activations", "i16")[1]


def quotient(folder):
    constants = {"s": np.float32(3 / 32767), "sd": np.float32(2 / 32767), "sa": np.float32(7 / 32767), "z": np.int16(0)}
    nodes = [*quantize("x", "s", "z", "xq"), *quantize("d", "sd", "z", "dq"), node("Div", ["xq", "dq"], ["a"], name="div"), *quantize("a", "sa", "z", "y")]
    return save(folder / "m.onnx", nodes, [port("x", [1, 8]), port("d", [1, 8])], [port("y", [1, 8])], constants)


@pytest.mark.parametrize("calibrated", (False, True))
def test_a_divisor_has_no_weights(tmp_path, rng, calibrated):
    model = quotient(tmp_path)
    if calibrated:
        told = converted(model, {"x": gaussian(rng, 8), "d": rng.uniform(.02, 2, (SAMPLES, 1, 8)).astype(np.float32)}, "--target", "generic")[1]
        assert "keep the divisor away from 0" in told
    else:
        told = tare("convert", model, "--target", "generic", "-o", tmp_path / "m.tare").stderr
        assert "give --calibration DATA, which says how near to 0 the divisor comes" in told
    assert "into the weights' scales" not in told


@pytest.mark.parametrize("where", ("data", "model"))
def test_numbers_that_are_none_have_a_way_out(tmp_path, rng, where):
    x = gaussian(rng, 8)
    if where == "data":
        x[3, 2] = np.nan
    else:
        x = np.abs(x)
        x[3, 2] = 0
    model = save(tmp_path / "m.onnx", [node("Log", ["x"], ["l"], name="log"), node("Relu", ["l"], ["y"], name="relu")], [port("x", [1, 8])], [port("y", [1, 8])])
    np.savez(tmp_path / "c.npz", x=np.abs(x))
    said = fails("convert", model, "--calibration", tmp_path / "c.npz", "-o", tmp_path / "m.tare")
    assert "(first in sample 3)" in said
    assert ("take such numbers out of the data" if where == "data" else "keep the first of these finite in the model") in said


@pytest.mark.parametrize("target", ("generic", "shift_only", "i16x8"))
def test_a_number_that_is_a_step_beyond_the_grid_is_no_misfit(tmp_path, rng, target):
    """A mask's 1 on a grid that ends at 127 / 128."""
    model = save(tmp_path / "m.onnx", [node("Mul", ["x", "m"], ["a"], name="mul"), node("Relu", ["a"], ["y"], name="relu")], [port("x", [1, 8]), port("m", [1, 8])], [port("y", [1, 8])])
    data = {"x": gaussian(rng, 8), "m": (rng.random((SAMPLES, 8)) > .4).astype(np.float32)}
    program, _ = converted(model, data, "--target", target)
    ran = tare("run", program, "--inputs", tmp_path / "calibration.npz", "--outputs", tmp_path / "y.npz").stderr
    assert "input 'm' is given" not in ran
    np.savez(tmp_path / "far.npz", x=data["x"], m=data["m"] * 255)
    assert "input 'm' is given" in tare("run", program, "--inputs", tmp_path / "far.npz", "--outputs", tmp_path / "y.npz").stderr


@pytest.mark.parametrize("target", ("generic", "shift_only", "gemmlowp"))
@pytest.mark.parametrize("method", ("auto", "min_max"))
def test_scores_are_no_outliers(tmp_path, rng, method, target):
    """Objects are few, and what scores are for; nobody is told to cut them off."""
    weights = (rng.normal(size=(8, 50)) * .3).astype(np.float32)
    weights[0] = 8
    model = save(tmp_path / "m.onnx", [node("Gemm", ["x", "w", "b"], ["g"], name="fc"), node("Sigmoid", ["g"], ["y"], name="score")], [port("x", [1, 8])], [port("y", [1, 50])],
                 {"w": weights, "b": np.full(50, -13, np.float32)})
    x = gaussian(rng, 8)
    x[:, 0] = 0
    x[[2, 17, 30], 0] = 2
    assert "cut the outliers off" not in converted(model, {"x": x}, "--target", target, "--method", method)[1]


def test_a_table_of_all_of_a_grid_asks_for_data(tmp_path, rng):
    """A quantized model without calibration: the divisor's grid holds 0, which no divisor is."""
    told = tare("convert", quotient(tmp_path), "--target", "i16x8", "-o", tmp_path / "m.tare").stderr
    table, = [line for line in told.splitlines() if "interpolated table" in line]
    assert "give --calibration DATA, which says what x comes to" in table and "--method mse" not in table
    assert "interpolated table" not in converted(tmp_path / "m.onnx", {"x": gaussian(rng, 8), "d": rng.uniform(.6, 2, (SAMPLES, 8)).astype(np.float32)}, "--target", "i16x8")[1]

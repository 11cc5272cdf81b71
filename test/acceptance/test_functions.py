"""y = f(x), element by element: ONNX's functions in float, as tables of 8 bits (exact) and of 16 (interpolated)."""
import math
import re
import sys

import numpy as np
import onnx
import pytest
from onnx import helper

from graphs import converted, node, outputs_of, port, save
from harness import ROOT, fails, reference, sqnr, tare, tare_json
from models.formulas import FORMULAS
from models.functions import CASES, RECORDS, STEPS

sys.path.insert(0, str(ROOT / "test/random"))  # In front of scripts, which has operators of its own.
from operators import FUNCTIONS, measured  # noqa: E402

F32 = np.float32
erf = np.vectorize(math.erf)
OF_RANDOM_MODELS = {kind: bounds for kind, bounds in FUNCTIONS.items() if not bounds[0] and kind in {each for each, _ in RECORDS.values()}}


def model_of(tmp_path, name):
    attributes, _, opset = CASES[name]
    return save(tmp_path / "m.onnx", [node(name.split()[0], ["x"], ["y"], name="f", **attributes)], [port("x", [1, 3, 64])], [port("y", [1, 3, 64])], opset=opset)


def data_of(name, rng):
    low, high = CASES[name][1]
    return {"x": rng.uniform(low, high, (8, 3, 64)).astype(F32)}


@pytest.mark.parametrize("name", CASES)
def test_as_onnxruntime(tmp_path, name, rng):
    model, x = model_of(tmp_path, name), data_of(name, rng)
    np.testing.assert_allclose(outputs_of(model, x)["y"], reference(model, x)["y"], rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("name", CASES)
def test_a_table_of_8_bits_is_exact(tmp_path, name, rng):
    """Every integer of x gives the integer next to f of its number."""
    model, x = model_of(tmp_path, name), data_of(name, rng)
    program, _ = converted(model, x, "--method", "min_max")
    info = tare_json("inspect", program)
    scale, zero = info["inputs"][0]["scales"][0], info["inputs"][0]["zero_points"][0]
    integers = np.clip(np.rint(x["x"] / scale) + zero, -128, 127)
    on_grid, step = {"x": ((integers - zero) * scale).astype(F32)}, info["outputs"][0]["scales"][0]
    ends = (np.array([-128, 127]) - info["outputs"][0]["zero_points"][0]) * step
    off = np.abs(outputs_of(program, on_grid)["y"] - np.clip(outputs_of(model, on_grid)["y"], *ends))
    assert off.max() <= .501 * step, off.max() / step


@pytest.mark.parametrize("name", [name for name in CASES if name not in STEPS])
def test_a_table_of_16_bits(tmp_path, name, rng):
    model, x = model_of(tmp_path, name), data_of(name, rng)
    program, _ = converted(model, x, "--activations", "i16")
    assert sqnr(outputs_of(model, x)["y"], outputs_of(program, x)["y"]) > 55


@pytest.mark.parametrize("exponent, low", [(2., -3), (3., -2), (.5, 0), (-1., .5), (1.5, 0), (0., -1), (1., -2)])
def test_powers(tmp_path, exponent, low, rng):
    model = save(tmp_path / "m.onnx", [node("Pow", ["x", "e"], ["y"], name="f")], [port("x", [1, 3, 64])], [port("y", [1, 3, 64])], {"e": F32(exponent)}, opset=15)
    x = {"x": rng.uniform(low, 3, (8, 3, 64)).astype(F32)}
    expected = reference(model, x)["y"]
    np.testing.assert_allclose(outputs_of(model, x)["y"], expected, rtol=2e-6)
    assert sqnr(expected, outputs_of(converted(model, x)[0], x)["y"]) > 25


def save_microsofts(path, operator, operands, **attributes):
    graph = helper.make_graph([node(operator, operands, ["y"], name="one", domain="com.microsoft", **attributes)], "g", [port("x", [1, 3, 64])], [port("y", None)],
                              [onnx.numpy_helper.from_array(np.linspace(-1, 1, 64, dtype=F32), "b")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)], ir_version=9), str(path))
    return path


@pytest.mark.parametrize("operator, operands", [("Gelu", ["x"]), ("BiasGelu", ["x", "b"]), ("FastGelu", ["x"]), ("FastGelu", ["x", "b"])])
def test_microsofts_gelus(tmp_path, operator, operands, rng):
    model = save_microsofts(tmp_path / "m.onnx", operator, operands)
    x = {"x": rng.uniform(-4, 4, (8, 3, 64)).astype(F32)}
    expected = reference(model, x)["y"]
    np.testing.assert_allclose(outputs_of(model, x)["y"], expected, rtol=1e-4, atol=1e-5)
    assert sqnr(expected, outputs_of(converted(model, x)[0], x)["y"]) > 30


def test_infinite_and_huge_numbers(tmp_path):
    """Where the formula's parts overflow, the function does not."""
    values = np.array([[-np.inf, -1e30, -800, 800, 1e30, np.inf]], F32)
    for name, expected in {"Softplus": [0, 0, 0, 800, 1e30, np.inf], "Softsign": [-1, -1, -800 / 801, 800 / 801, 1, 1], "Mish": [0, 0, 0, 800, 1e30, np.inf],
                           "Gelu": [0, 0, 0, 800, 1e30, np.inf], "Gelu tanh": [0, 0, 0, 800, 1e30, np.inf], "Erf": [-1, -1, -1, 1, 1, 1]}.items():
        attributes, _, opset = CASES[name]
        model = save(tmp_path / "m.onnx", [node(name.split()[0], ["x"], ["y"], name="f", **attributes)], [port("x", [1, 6])], [port("y", [1, 6])], opset=opset)
        np.testing.assert_allclose(outputs_of(model, {"x": values})["y"], [np.array(expected, F32)], rtol=1e-6, err_msg=name)


def check_all_integers(tmp_path, nodes, constants, kind=np.int8):
    """A quantized model of one function, on every integer: what the model itself computes."""
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 256], kind)], [port("y", [1, 256], np.int8)], constants)
    x = {"x": np.arange(np.iinfo(kind).min, np.iinfo(kind).max + 1).astype(kind)[None]}
    converted(model, x)
    return outputs_of(tmp_path / "m.tare", x)["y"].astype(int), model, x


@pytest.mark.parametrize("name, scale", [("Floor", .01), ("Floor", .1), ("Ceil", .1), ("Round", .1), ("ThresholdedRelu", .1), ("Shrink", .1), ("Sign", .1), ("Asin", 1 / 51),
                                         ("Acos", 1 / 51), ("Asin", 1 / 20), ("Acos", 1 / 20), ("Floor", 1 / 3), ("Sqrt", .1), ("Erf", .02)])
def test_every_integer_on_the_right_side_of_a_jump(tmp_path, name, scale):
    """A grid's numbers are float32 ones, as the model's: .01 * 100 is 1, and Asin of 51 / 51 is a number."""
    attributes = {"ThresholdedRelu": {"alpha": 2.}}.get(name, {})
    nodes = [node("DequantizeLinear", ["x", "s", "z"], ["r"], name="d"), node(name, ["r"], ["f"], name="f", **attributes), node("QuantizeLinear", ["f", "t", "z"], ["y"], name="q")]
    found, model, x = check_all_integers(tmp_path, nodes, {"s": F32(scale), "z": np.int8(0), "t": F32(.1)})
    r = F32(scale) * x["x"].astype(F32)
    inside = {"Asin": np.abs(r) <= 1, "Acos": np.abs(r) <= 1, "Sqrt": r >= 0}.get(name, np.ones(r.shape, bool))
    expected = reference(model, x)["y"].astype(int)
    assert np.abs(found - expected)[inside].max() <= (1 if name in ("Asin", "Acos", "Sqrt", "Erf") else 0)


@pytest.mark.parametrize("name, end", [("Asin", np.arcsin), ("Acos", np.arccos), ("Atanh", np.arctanh)])
@pytest.mark.parametrize("seed", range(4))
def test_a_grid_that_ends_beyond_the_domain(tmp_path, name, end, seed):
    """Beside the end a step is more than what is left: a table holds what the function gives at its end."""
    rng = np.random.default_rng(seed)
    model = save(tmp_path / "m.onnx", [node(name, ["x"], ["y"], name="f")], [port("x", [1, 64])], [port("y", [1, 64])])
    x = {"x": rng.uniform(-.9999, .9999, (32, 64)).astype(F32)}
    program, said = converted(model, x, "--method", "min_max")
    found, expected = outputs_of(program, x)["y"], end(x["x"].astype(float))

    ends = np.abs(x["x"]) > .999
    assert (np.sign(found) == np.sign(expected))[ends & (np.abs(expected) > .5)].all() and (np.abs(found) > .5)[ends & (np.abs(expected) > 1)].all(), said


@pytest.mark.parametrize("name", ["Floor", "Ceil", "Round"])
@pytest.mark.parametrize("seed", range(4))
def test_outermost_whole_numbers_stay(tmp_path, name, seed):
    rng = np.random.default_rng(seed)
    model = save(tmp_path / "m.onnx", [node(name, ["x"], ["y"], name="f")], [port("x", [1, 64])], [port("y", [1, 64])], opset=13)
    x = {"x": rng.uniform(-3, 3, (64, 64)).astype(F32)}
    program, _ = converted(model, x)
    off = np.abs(outputs_of(program, x)["y"] - reference(model, x)["y"])
    assert np.mean(off > .5) < .02  # Those whose number is beside a jump, nearer than half a step of x.


@pytest.mark.parametrize("name", ["Erf", "Gelu", "Softplus", "Exp", "Elu", "Sigmoid"])
def test_calibration_data_are_not_called_wrong(tmp_path, name, rng):
    """What a function does not tell apart of its input is cut off, and nobody need know."""
    model = save(tmp_path / "m.onnx", [node(name, ["x"], ["y"], name="f")], [port("x", [1, 64])], [port("y", [1, 64])])
    x = {"x": rng.uniform(-20, 4, (64, 64)).astype(F32)}
    program, said = converted(model, x)
    done = tare("run", program, "--inputs", tmp_path / "calibration.npz", "--outputs", tmp_path / "o.npz")
    assert "cut off" not in done.stderr, done.stderr
    assert sqnr(outputs_of(model, x)["y"], outputs_of(program, x)["y"]) > 25


@pytest.mark.parametrize("nodes, said", [
    ([node("Gelu", ["x"], ["y"], name="f", approximate="cubic")], "node 'f' (Gelu, opset 20): attribute 'approximate' is 'cubic', expected none or tanh"),
    ([node("Pow", ["x", "x"], ["y"], name="f")], "node 'f' (Pow, opset 20): the exponent 'x' must be a constant, found a computed value"),
    ([node("Pow", ["x", "e"], ["y"], name="f")], "node 'f' (Pow, opset 20): the exponent has the shape 64, expected one number"),
])
def test_refusals(tmp_path, nodes, said):
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 64])], [port("y", [1, 3, 64])], {"e": np.arange(64, dtype=F32)}, opset=20)
    assert said in fails("convert", model, "--random-calibration", "--host", "error", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")


# ---- Of every record


def test_syntax(tmp_path):
    """Parsed, printed, and parsed again, with ONNX's parameters and with others."""
    types, lines = ": (tensor<1x4xf32>) -> tensor<1x4xf32>", []
    for op, (_, parameters) in RECORDS.items():
        given = ", ".join(f"{name} = 7.500000e-01 : f64" for name in sorted(parameters))
        lines += [f"qnn.{op} %arg0 {types}"] + ([f"qnn.{op} %arg0 {{{given}}} {types}"] if given else [])
    (tmp_path / "f.mlir").write_text("func.func @f(%arg0: tensor<1x4xf32>) {\n" + "".join(f"  %{i} = {line}\n" for i, line in enumerate(lines)) + "  return\n}\n")
    printed = tare(tmp_path / "f.mlir", tool="tare-opt").stdout
    assert re.findall(r"%\d+ = (qnn.*?)(?: loc\(.*)?$", printed, re.MULTILINE) == lines
    (tmp_path / "again.mlir").write_text(printed)
    assert tare(tmp_path / "again.mlir", tool="tare-opt").stdout == printed


def test_the_schema_has_every_record():
    """A program names a function by the op's name."""
    schema = (ROOT / "lib/Schema/program.fbs").read_text()
    kinds = set(re.findall(r"\w+", re.search(r"enum FunctionKind : ubyte \{([^}]*)\}", schema)[1]))
    assert kinds == {*RECORDS, "relu", "clip"} and kinds == set(FORMULAS)


@pytest.mark.parametrize("kind", OF_RANDOM_MODELS)
def test_slopes_of_random_models_are_measured_as_they_are_known(kind):
    """What stands in FUNCTIONS was found by hand, what is measured in numpy: of the functions without parameters, of which both are there."""
    _, slope, curvature, kink = OF_RANDOM_MODELS[kind]
    found = measured(next(op for op, (onnx_kind, _) in RECORDS.items() if onnx_kind == kind), 6.0, .1)
    assert .5 * slope <= found[0] <= 1.01 * slope and found[1] <= 1.02 * (.1 * curvature + kink) + 2e-3, found


def test_the_sign_of_nan_is_nan(tmp_path):
    """In float; a table has none."""
    model = save(tmp_path / "m.onnx", [node("Sign", ["x"], ["y"], name="sign")], [port("x", [1, 5])], [port("y", [1, 5])])
    np.testing.assert_array_equal(outputs_of(model, {"x": F32([[np.nan, -2, 0, 3, np.inf]])})["y"].ravel(), F32([np.nan, -1, 0, 1, 1]))

"""Products and quotients by constants whose numbers lie far apart: exact where the hardware has a scale for each, told where not."""
import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import tare, tare_json

F32 = np.float32
RNG = np.random.default_rng(8)
SHAPE = [1, 6, 5, 4]
#: From a hundredth to a hundred, both signs.
CHANNELS = np.array([.01, -.1, .7, 3, 25, -100], F32)
FACTORS = {
    "channels": CHANNELS.reshape(6, 1, 1),
    "last": np.array([.013, 1, -9.1, 87], F32),
    "rows": np.array([.02, .3, 4, 5.5, 60], F32).reshape(5, 1),
    "elements": (10 ** RNG.uniform(-2, 2, SHAPE[1:])).astype(F32),
    "planes": (10 ** RNG.uniform(-2, 2, [5, 4])).astype(F32),
    "channels_and_columns": (10 ** RNG.uniform(-2, 2, [6, 1, 4])).astype(F32),
}
TARGETS = ("generic", "gemmlowp", "three_stage", "float_tail")
BOARD = """name: board
activations:
  - type: i8
    symmetric: false
    accumulator_bits: 32
weights:
  type: i8
  symmetric: true
  per_channel: false
multiplier_bits: 15
shift:
  min: 0
  max: 31
rounding: half_up
tail: activation
"""


def data_for(rng, factor, divides):
    """Numbers of which all products are within [-1, 1]."""
    factor = np.broadcast_to(1 / factor if divides else factor, SHAPE[1:])
    return {"x": (rng.uniform(-1, 1, [12, *SHAPE[1:]]) / np.abs(factor)).astype(F32)}


def quantized_model(folder, operator, factor, grid=np.int8):
    """QuantizeLinear, DequantizeLinear, the operator, QuantizeLinear, DequantizeLinear; small numbers are a step or two of x."""
    step = {np.int8: 1 / 100, np.int16: 1 / 25000}[grid]
    constants = {"s": F32(step), "z": grid(0), "k": factor, "sy": F32(step / 4)}
    nodes = quantize("x", "s", "z", "xd") + [node(operator, ["xd", "k"], ["p"], name="by")] + quantize("p", "sy", "z", "y")
    return save(folder / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None)], constants), step / 4


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("kind", FACTORS)
@pytest.mark.parametrize("operator", ("Mul", "Div"))
def test_quantized_models_have_each_factor(tmp_path, operator, kind, target, rng):
    model, step = quantized_model(tmp_path, operator, FACTORS[kind])
    data = {"x": rng.uniform(-1, 1, [12, *SHAPE[1:]]).astype(F32)}
    program, told = converted(model, data, "--target", target)
    off = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]) / step
    assert off.max() <= 1.01, f"off by {off.max()} steps\n{told}"
    assert "CoarseConstant" not in told and "reads the constant" not in told


@pytest.mark.parametrize("kind", FACTORS)
def test_16_bits(tmp_path, kind, rng):
    model, step = quantized_model(tmp_path, "Div", FACTORS[kind], np.int16)
    data = {"x": rng.uniform(-1, 1, [12, *SHAPE[1:]]).astype(F32)}
    program, told = converted(model, data, "--target", "i16x8")
    off = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]) / step
    assert off.max() <= 2.01, f"off by {off.max()} steps\n{told}"


@pytest.mark.parametrize("target", (*TARGETS, "shift_only"))
@pytest.mark.parametrize("kind", FACTORS)
@pytest.mark.parametrize("operator", ("Mul", "Div"))
def test_float_models_have_each_factor(tmp_path, operator, kind, target, rng):
    """x and y have a grid of 8 bits each; the factor adds nothing that counts to their rounding."""
    factor = FACTORS[kind]
    nodes = [node("Relu", ["x"], ["r"]), node(operator, ["r", "k"], ["p"], name="by"), node("Sigmoid", ["p"], ["y"])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", SHAPE)], {"k": factor})
    data = data_for(rng, factor, operator == "Div")
    program, told = converted(model, data, "--target", target, "--method", "min_max")
    kinds = [layer["kind"] for layer in tare_json("inspect", program)["layers"]]
    assert "conv" in kinds and "mul" not in kinds
    assert "reads the constant" not in told


def test_a_scalar_is_a_change_of_grid(tmp_path, rng):
    model, step = quantized_model(tmp_path, "Div", F32(3.7))
    data = {"x": rng.uniform(-1, 1, [12, *SHAPE[1:]]).astype(F32)}
    program, _ = converted(model, data)
    off = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]) / step
    assert off.max() <= 1.01


def test_factors_that_lie_together_stay_a_product(tmp_path, rng):
    nodes = [node("Relu", ["x"], ["r"]), node("Mul", ["r", "k"], ["p"], name="by"), node("Sigmoid", ["p"], ["y"])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", SHAPE)], {"k": np.full([6, 1, 1], 1.5, F32)})
    program, _ = converted(model, {"x": rng.normal(size=[12, *SHAPE[1:]]).astype(F32)})
    assert "conv" not in [layer["kind"] for layer in tare_json("inspect", program)["layers"]]


@pytest.mark.parametrize("operator", ("Mul", "Div"))
def test_what_is_lost_is_told(tmp_path, operator, rng):
    """A board with one scale for all weights of a layer."""
    (tmp_path / "board.yaml").write_text(BOARD)
    model, step = quantized_model(tmp_path, operator, FACTORS["channels"])
    data = {"x": rng.uniform(-1, 1, [12, *SHAPE[1:]]).astype(F32)}
    program, told = converted(model, data, "--target", tmp_path / "board.yaml")
    off = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]) / step
    assert off.max() > 2
    lines = [line for line in told.splitlines() if "reads the constant" in line]
    assert len(lines) == 1 and "'by'" in lines[0] and "LSB" in lines[0], told
    tare("convert", model, "--target", tmp_path / "board.yaml", "-o", tmp_path / "m.tare")

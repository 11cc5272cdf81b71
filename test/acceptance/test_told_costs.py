"""What a message says that something costs at most is what it costs at most: of all operands of a sum, and behind a table."""
import numpy as np
import pytest

from graphs import dequantize, node, outputs_of, port, quantize, reference, save
from harness import tare, tare_json

BOARD = """name: board
activations:
  - type: i8
    symmetric: false
    accumulator_bits: 32
multiplier_bits: 15
shift:
  min: {least}
  max: {most}
rounding: half_up
tail: activation
"""


def told(model, kinds, *arguments):
    said = tare_json("convert", model, *arguments, "-o", model.parent / "m.tare")
    return [each for each in said["warning_details"] if each["kind"] in kinds]


@pytest.mark.parametrize("scales", ((.006, .006, .2), (.006, .003, .2), (.01, .006, .2), (.003, .012, .2), (.015, .012, .2)))
@pytest.mark.parametrize("operator", ("Add", "Sub"))
def test_a_sum_costs_what_both_operands_do(operator, scales, tmp_path):
    """Operands that vanish or lose bits at the largest shift: what is told holds, together with the rounding that there is anyway."""
    board = tmp_path / "board.yaml"
    board.write_text(BOARD.format(least=0, most=4))
    constants = dict(zip(("sx", "sz", "sy"), map(np.float32, scales))) | {"z": np.int8(0)}
    nodes = [*quantize("x", "sx", "z", "xd"), *quantize("w", "sz", "z", "wd"), node(operator, ["xd", "wd"], ["a"], name="sum"),
             *quantize("a", "sy", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4]), port("w", [1, 4])], [port("y", [1, 4])], constants)
    found = told(model, ("Vanishes", "LostBits"), "--target", board)
    data = {name: np.array([[-9, 9, -9, 9]], np.float32) for name in "xw"}
    data["w"] = data["w"][:, [0, 1, 3, 2]]
    off = np.abs(outputs_of(tmp_path / "m.tare", data)["y"] - reference(model, data)["y"]).max() / scales[2]
    proven = next(each for each in tare_json("verify", tmp_path / "m.tare")["layers"] if each["name"] == "sum")["worst_error"]
    assert found and off <= max(each["cost"] for each in found) + .51
    for each in found:
        assert proven - .51 <= each["cost"] <= proven + .01, (each, proven)


@pytest.mark.parametrize("is_port", (True, False), ids=("port", "float"))
@pytest.mark.parametrize("function", ("Tanh", "Sigmoid"))
@pytest.mark.parametrize("step", (2e-4, 5e-5, 1e-3))
def test_a_zero_point_that_goes_costs_what_is_lost_behind_a_table(step, function, is_port, tmp_path):
    constants = {"s": np.float32(step), "z": np.uint16(30000), "sy": np.float32(1 / 32767), "zy": np.int16(0)}
    before = dequantize("x", "s", "xd", "z") if is_port else quantize("x", "s", "z", "xd")
    nodes = [*before, node(function, ["xd"], ["a"], name="f"), *quantize("a", "sy", "zy", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 64], np.uint16 if is_port else np.float32)], [port("y", [1, 64])], constants)
    random = np.random.default_rng(1)
    data = {"x": random.integers(0, 65536, (200, 64)).astype(np.uint16) if is_port else random.normal(size=(200, 64)).astype(np.float32) * 10000 * step}
    [found] = told(model, ("SymmetricGrid",))
    off = np.abs(outputs_of(tmp_path / "m.tare", data)["y"] - reference(model, data)["y"].reshape(200, 64)).max() * 32767
    # The table's own error, which is told of as such.
    table = next(each for each in tare_json("verify", tmp_path / "m.tare")["layers"] if each["name"] == "f")["worst_error"]
    assert off <= found["cost"] + table + .5, (off, found, table)
    if step >= 2e-4 and function == "Tanh":
        assert found["cost"] > 5 and "and of 'a' up to" in found["text"]


def test_the_last_line_of_verify_says_that_it_is_of_one_layer(tmp_path):
    constants = {"s": np.float32(.01), "sy": np.float32(.013), "z": np.int8(0)}
    nodes = [*quantize("x", "s", "z", "xd"), node("Add", ["xd", "xd"], ["a"], name="sum"), *quantize("a", "sy", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4])], [port("y", [1, 4])], constants)
    tare("convert", model, "-o", tmp_path / "m.tare")
    last = tare("verify", tmp_path / "m.tare").stdout.strip().splitlines()[-1]
    assert last.startswith("worst error: ") and "of that layer alone" in last and "tare compare" in last


@pytest.mark.parametrize("ratio", (1, 2, 60))
@pytest.mark.parametrize("mode", ("half_pixel", "align_corners", "asymmetric"))
@pytest.mark.parametrize("size", (8, 240))
def test_a_resize_to_a_finer_grid_tells_what_its_weights_are_off(size, mode, ratio, tmp_path):
    """A step or more; weights of halves and quarters are exact, and nothing is said of them."""
    constants = {"s": np.float32(.05), "sy": np.float32(.05 / ratio), "z": np.int8(0), "sizes": np.array([1, 1, size, size])}
    nodes = [*quantize("x", "s", "z", "xd"),
             node("Resize", ["xd", "", "", "sizes"], ["r"], mode="linear", coordinate_transformation_mode=mode, name="resize"), *quantize("r", "sy", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 1, 4, 4])], [port("y", None)], constants)
    found = told(model, ("CoarseResize",))
    proven = next(each for each in tare_json("verify", tmp_path / "m.tare")["layers"] if each["name"] == "resize")["worst_error"]
    assert bool(found) == (proven > 1.6), (found, proven)
    for each in found:
        assert proven - .6 <= each["cost"] <= 1.2 * proven


def test_multipliers_of_few_bits_in_a_sum_tell_of_a_step(tmp_path):
    """What verify finds of 8 bits, from a step on, is told when converting."""
    board = tmp_path / "board.yaml"
    for bits in (4, 5, 6, 7, 8):
        board.write_text(BOARD.format(least=0, most=31).replace("multiplier_bits: 15", f"multiplier_bits: {bits}"))
        constants = {"sx": np.float32(.0107), "sz": np.float32(.0089), "sy": np.float32(.0151), "z": np.int8(0)}
        nodes = [*quantize("x", "sx", "z", "xd"), *quantize("w", "sz", "z", "wd"), node("Add", ["xd", "wd"], ["a"], name="sum"), *quantize("a", "sy", "z", "y")]
        model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4]), port("w", [1, 4])], [port("y", [1, 4])], constants)
        found = told(model, ("CoarseMultiplier", "LostBits"), "--target", board)
        proven = next(each for each in tare_json("verify", tmp_path / "m.tare")["layers"] if each["name"] == "sum")["worst_error"]
        assert found or proven < 1.05, (bits, proven)

"""What is told of roundings: in whose steps, how many, and of which nothing is said."""
import json
import re

import numpy as np
import pytest

from graphs import TensorProto, converted, node, outputs_of, port, quantize, reference, save
from harness import ROOT, tare, tare_json

F32 = np.float32
DIGITS = ROOT / "examples/digits"


# --- A root of integers that the model gives: near 0 it makes much of little ---

def root(folder, top=5.0):
    """x -> Sqrt -> y on grids of 16 bits from 0 to `top` and its root, as the model says; a symmetric target moves the zero points."""
    scales = F32(top / 65535), F32(top ** .5 / 65535)
    constants = {"xs": scales[0], "ys": scales[1], "z": np.uint16(0)}
    nodes = quantize("x", "xs", "z", "d") + [node("Sqrt", ["d"], ["m"], name="root")] + quantize("m", "ys", "z", "y")
    return save(folder / "m.onnx", nodes, [port("x", [1, 4096])], [port("y", [1, 4096])], constants), scales


@pytest.mark.parametrize("top", [5.0, 0.25])
def test_a_root_is_off_by_steps_of_its_own(tmp_path, top):
    """Half a step of both of its operand's grids, under the root, in steps of the result: not of the operand."""
    model, (x_step, y_step) = root(tmp_path, top)
    program = tmp_path / "m.tare"
    said = tare("convert", model, "--verbose", "-o", program).stderr
    line, = [each for each in said.splitlines() if "value 'x' has the zero point -32768" in each]
    found = re.search(r"which costs at most 0\.5 LSB of the new grid, and of 'm' up to ([\d.]+) LSB", line)
    expected = np.sqrt((2 * x_step + x_step) / 2) / y_step
    assert float(found[1]) == pytest.approx(expected, rel=0.01)
    # No data are further off by that, and some nearly as far.
    x = np.linspace(0, 40 * x_step, 4096, dtype=F32)[None]
    off = np.abs(outputs_of(program, {"x": x})["y"] - np.sqrt(x)) / y_step
    table = [each for each in said.splitlines() if "its interpolated table is off by up to" in each]
    beside = 2 * float(re.search(r"off by up to ([\d.]+) LSB", table[0])[1]) if table else 0
    assert 0.1 * expected < off.max() < expected + beside + 2


def test_a_root_on_8_bits_is_exact(tmp_path):
    """The table has an entry for each integer: there is nothing to tell."""
    constants = {"xs": F32(.02), "ys": F32(.01), "z": np.uint8(0)}
    nodes = quantize("x", "xs", "z", "d") + [node("Sqrt", ["d"], ["m"], name="root")] + quantize("m", "ys", "z", "y")
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 256])], [port("y", [1, 256])], constants)
    program = tmp_path / "m.tare"
    assert "warning" not in tare("convert", model, "-o", program).stderr
    x = {"x": (F32(.02) * np.arange(256, dtype=F32))[None]}
    np.testing.assert_array_equal(outputs_of(program, x)["y"], reference(model, x)["y"])


# --- Rounding twice ---

@pytest.mark.parametrize("target", ["gemmlowp", "generic"])
def test_layers_that_round_twice_are_counted(tmp_path, target):
    program = tmp_path / "m.tare"
    convert = ("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target", target, "-o", program)
    said, answer = tare(*convert).stderr, json.loads(tare(*convert, "--json").stdout)
    # Shifts above 31 are those of factors below 1/2: (A12), with multipliers of 31 bits.
    expected = sum(any(shift > 31 for shift in layer["shifts"]) for layer in tare_json("inspect", program)["layers"]) if target == "gemmlowp" else 0
    assert (expected > 0) == (target == "gemmlowp")
    assert answer.get("layers_rounded_twice", 0) == expected
    lines = [line for line in said.splitlines() if " round twice" in line or " rounds twice" in line]
    assert len(lines) == bool(expected)
    if expected:
        assert f"{expected} layers round twice, as the target's rounding (gemmlowp_double) does with shifts above 31" in lines[0]
        assert "warning" not in lines[0] and "tare verify --rounding half_up --inputs DATA counts what one rounding would change" in lines[0]
        # What is said is what it does: as many elements as another rounding changes.
        told = tare("verify", program, "--rounding", "half_up", "--inputs", DIGITS / "test.npz").stdout
        assert any(int(row.split()[3]) > 0 for row in told.splitlines() if re.match(r"\w+ +\w+ +\d+ +\d+ ", row))


# --- floor(x + 0.5) is a rounding ---

def pixels(folder, rounding):
    """The sum of two images as integers of 8 bits."""
    ways = {"floor": [node("Add", ["c", "half"], ["a"], name="add"), node("Floor", ["a"], ["r"], name="floor")], "ceil": [node("Sub", ["c", "half"], ["a"], name="sub"), node("Ceil", ["a"], ["r"], name="ceil")],
            "round": [node("Round", ["c"], ["r"], name="round")], "whole": [node("Add", ["c", "three"], ["a"], name="add"), node("Floor", ["a"], ["r"], name="floor")]}
    nodes = [node("Conv", ["x", "w"], ["c"], name="conv"), *ways[rounding], node("Clip", ["r", "low", "high"], ["l"], name="clip"),
             node("Cast", ["l"], ["y"], name="cast", to=TensorProto.UINT8)]
    constants = {"w": np.ones((1, 2, 1, 1), F32), "half": F32(.5), "three": F32(3), "low": F32(0), "high": F32(255)}
    return save(folder / f"{rounding}.onnx", nodes, [port("x", [1, 2, 8, 8])], [port("y", [1, 1, 8, 8], np.uint8)], constants)


def images(top, count=12):
    """Each up to 200, their sum up to `top`."""
    rng = np.random.default_rng(1)
    first = rng.uniform(0, 200, size=(count, 1, 8, 8))
    x = np.concatenate([first, rng.uniform(0, 1, size=first.shape) * np.minimum(200, top - first)], axis=1)
    x[0, :, 0, 0] = 200, top - 200
    return {"x": x.astype(F32)}


@pytest.mark.parametrize("rounding", ["round", "floor", "ceil"])
def test_a_rounding_reaches_the_end_of_the_type(tmp_path, rounding):
    """Calibration came to 254.3: one who adds half and cuts off means 255 as one who rounds does."""
    model = pixels(tmp_path, rounding)
    program, _ = converted(model, images(254.3))
    data = images(300)
    wanted, found = reference(model, data)["y"].astype(int), outputs_of(program, data)["y"].astype(int)
    assert found.dtype == wanted.dtype and found.max() == wanted.max() == 255
    assert np.abs(found - wanted).max() <= 2 and np.mean(found[wanted == 255] == 255) > 0.9


def test_what_is_far_from_the_end_stays_there(tmp_path):
    """More than a 16th below it the range is what calibration saw."""
    program, _ = converted(pixels(tmp_path, "floor"), images(230))
    assert outputs_of(program, images(300))["y"].max() <= 232


def test_whole_steps_shift_the_end(tmp_path):
    """floor(c + 3) comes to 255 where c comes to 252, and c of 251.3 is near it."""
    model = pixels(tmp_path, "whole")
    program, _ = converted(model, images(251.3))
    found = outputs_of(program, images(300))["y"]
    assert found.max() == 255

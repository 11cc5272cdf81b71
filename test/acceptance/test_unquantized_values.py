"""Values that a quantized model leaves without a quantizer, between others that have one: nothing that is seen is rounded there."""
import re

import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import fails, tare

RANDOM = np.random.default_rng(7)
CONSTANTS = {
    "sx": np.float32(.05), "z": np.int8(0), "sw": np.float32(.05), "sy": np.float32(.02), "st": np.float32(.8), "se": np.float32(1 / 256),
    "least": np.int8(-128), "w": RANDOM.integers(-127, 128, (4, 4, 3, 3)).astype(np.int8), "three": np.float32(3),
    "channels": np.array([.5, 3, 7, 40], np.float32).reshape(4, 1, 1), "slopes": np.array([.1, .2, .3, .4], np.float32).reshape(4, 1, 1),
    "sn": np.float32(.002)}
DATA = {"x": RANDOM.uniform(-4, 4, (8, 4, 6, 6)).astype(np.float32)}
FRONT = [*quantize("x", "sx", "z", "xd"), *dequantize("w", "sw", "wd", "z"), node("Conv", ["xd", "wd"], ["c"], name="conv", pads=[1] * 4)]
NARROW = [*dequantize("w", "sn", "vd", "z"), node("Conv", ["xd", "vd"], ["d"], name="conv2", pads=[1] * 4)]


def ending(scale="sy", zero="z", value="r"):
    return quantize(value, scale, zero, "y")


GRAPHS = {
    "times_three": [*FRONT, node("Mul", ["c", "three"], ["r"], name="layer"), *ending()],
    "times_channels": [*FRONT, node("Mul", ["c", "channels"], ["r"], name="layer"), *ending()],
    "by_channels": [*FRONT, node("Div", ["c", "channels"], ["r"], name="layer"), *ending()],
    "hard_sigmoid": [*FRONT, node("Mul", ["c", "three"], ["m"], name="m"), node("HardSigmoid", ["m"], ["r"], name="layer"), *ending("se", "least")],
    "leaky_twice": [*FRONT, node("LeakyRelu", ["c"], ["r"], name="layer", alpha=.1), *ending(), *quantize("r", "st", "z", "y2")],
    "prelu": [*FRONT, node("PRelu", ["c", "slopes"], ["r"], name="layer"), *ending("st")],
    "softmax": [*FRONT, *NARROW, node("Softmax", ["d"], ["r"], name="layer", axis=1), *ending("se", "least")],
    "difference": [*FRONT, *NARROW, node("Sub", ["c", "d"], ["r"], name="layer"), *ending("st")],
    "residual": [*FRONT, node("Add", ["c", "xd"], ["s"], name="sum"), node("Relu", ["s"], ["r"], name="layer"), *ending("st")],
    "into_a_conv": [*FRONT, node("LeakyRelu", ["c"], ["l"], name="leaky", alpha=.1), *dequantize("w", "sn", "vd", "z"),
                    node("Conv", ["l", "vd"], ["r"], name="layer", pads=[1] * 4), *ending("st")],
}
STEPS = {"y": {"st": .8, "se": 1 / 256}}


def build(name, folder):
    outputs = [port("y", None)] + ([port("y2", None)] if name == "leaky_twice" else [])
    return save(folder / "m.onnx", GRAPHS[name], [port("x", [1, 4, 6, 6])], outputs, CONSTANTS)


def worst(name, model, program):
    expected, found = reference(model, DATA), outputs_of(program, DATA)
    step = next((value for key, value in STEPS["y"].items() if f"'{key}'" in str([list(each.input) for each in GRAPHS[name][-4:]])), .02)
    if name == "leaky_twice":
        return max(np.abs(found["y"] - expected["y"]).max() / .02, np.abs(found["y2"] - expected["y2"]).max() / .8)
    return np.abs(found["y"] - expected["y"]).max() / step


def costs(messages):
    """What is told of rounding on the way to a result, in its steps; infinite where no figure is."""
    told = [line for line in messages.splitlines() if "on the way to its result" in line]
    found = [re.search(r"off by up to ([\d.]+) of its own steps", line) for line in told]
    return [float(each[1]) if each else np.inf for each in found]


def explained(messages):
    """What was told, the rounding of the result itself on both sides, and of a multiplier."""
    return sum(costs(messages)) + 1.01


@pytest.mark.parametrize("name", GRAPHS)
def test_sixteen_bits_where_the_target_has_them(name, tmp_path):
    model = build(name, tmp_path)
    program, messages = converted(model, DATA)
    # Of less than a step, as of tables of 16 bits, nothing is told; a factor of 40 makes a step of 16 bits seen.
    assert worst(name, model, program) <= 1 + explained(messages), messages
    assert np.isfinite(explained(messages))


@pytest.mark.parametrize("target", ["generic", "gemmlowp", "i16x8"])
def test_what_a_function_reads_reaches_as_far_as_the_grid_of_its_result(target, tmp_path):
    """The model has chosen what the result holds: what calibration would cut off of it counts for nothing."""
    rng = np.random.default_rng(9)
    kind = np.int16 if target == "i16x8" else np.int8
    levels = 2 ** (8 * np.dtype(kind).itemsize - 1) - 1
    constants = {"sx": np.float32(4 / levels), "z": kind(0), "sw": np.float32(2.4 / 127), "z8": np.int8(0),
                 "w": np.clip(np.rint(rng.normal(size=(4, 4, 3, 3)) * 50), -127, 127).astype(np.int8), "sy": np.float32(64 / levels)}
    nodes = [*quantize("x", "sx", "z", "xd"), *dequantize("w", "sw", "wd", "z8"), node("Conv", ["xd", "wd"], ["c"], name="conv", pads=[1] * 4),
             node("LeakyRelu", ["c"], ["r"], name="layer", alpha=.1), *quantize("r", "sy", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 6, 6])], [port("y", None)], constants)
    data = {"x": rng.uniform(-4, 4, (300, 4, 6, 6)).astype(np.float32)}
    program, _ = converted(model, data, "--target", target)
    expected, found = reference(model, data)["y"], outputs_of(program, data)["y"]
    highest = expected > .95 * expected.max()
    step = .6 if target == "gemmlowp" else .1  # Of 8 bits there is half a step of c's own.
    assert np.abs(found - expected)[highest].max() < 64 / 127 + step


def test_without_data_it_is_named(tmp_path):
    assert "no range is known for 'c'" in fails("convert", build("hard_sigmoid", tmp_path), "-o", tmp_path / "m.tare")
    # What scales channels goes into the weights' scales: the quantizer behind it says all.
    tare("convert", build("times_three", tmp_path), "-o", tmp_path / "m.tare")


@pytest.mark.parametrize("target", ["gemmlowp", "three_stage"])
@pytest.mark.parametrize("name", GRAPHS)
def test_eight_bits_are_told(name, target, tmp_path):
    model = build(name, tmp_path)
    program, messages = converted(model, DATA, "--target", target, "--verbose")
    # An eighth of a step is told.
    assert worst(name, model, program) <= .25 + explained(messages), messages
    assert np.isfinite(explained(messages)) or name in ("softmax", "prelu"), messages


def test_a_float_part_at_the_end_is_calibrated_as_ever(tmp_path):
    """It reaches an output, of which the self-check tells."""
    model = save(tmp_path / "m.onnx", [*FRONT, node("Mul", ["c", "three"], ["m"], name="m"), node("Sigmoid", ["m"], ["y"], name="layer")],
                 [port("x", [1, 4, 6, 6])], [port("y", None)], CONSTANTS)
    program, messages = converted(model, DATA)
    assert "on the way" not in messages and "output 'y'" in messages

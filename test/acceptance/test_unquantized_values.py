"""Values that a quantized model leaves without a quantizer, between others that have one: nothing that is seen is rounded there."""
import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import fails

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


@pytest.mark.parametrize("name", GRAPHS)
def test_sixteen_bits_where_the_target_has_them(name, tmp_path):
    model = build(name, tmp_path)
    program, messages = converted(model, DATA)
    # A factor of 40 makes a step of 16 bits seen.
    told = name == "times_channels" and "on the way" in messages
    assert worst(name, model, program) < 2.01 or told, messages
    assert worst(name, model, program) < 20


def test_without_data_it_is_named(tmp_path):
    assert "no range is known for 'c'" in fails("convert", build("times_three", tmp_path), "-o", tmp_path / "m.tare")


@pytest.mark.parametrize("target", ["gemmlowp", "three_stage"])
@pytest.mark.parametrize("name", GRAPHS)
def test_eight_bits_are_told(name, target, tmp_path):
    model = build(name, tmp_path)
    program, messages = converted(model, DATA, "--target", target)
    told = "what it computes on the way to its result is rounded to 8 bits" in messages
    assert told or worst(name, model, program) < 2.01, messages


def test_a_float_part_at_the_end_is_calibrated_as_ever(tmp_path):
    """It reaches an output, of which the self-check tells."""
    model = save(tmp_path / "m.onnx", [*FRONT, node("Mul", ["c", "three"], ["m"], name="m"), node("Sigmoid", ["m"], ["y"], name="layer")],
                 [port("x", [1, 4, 6, 6])], [port("y", None)], CONSTANTS)
    program, messages = converted(model, DATA)
    assert "on the way" not in messages and "output 'y'" in messages

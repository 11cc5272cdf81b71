"""Functions of 16 bits whose data end beside a corner, or beside an end of their grids: never worse than by 8 bits, and told as it is."""
import numpy as np
import pytest

from graphs import node, outputs_of, port, save
from harness import tare_json

FUNCTIONS = {
    "leaky": ("LeakyRelu", {}, None), "leaky_steep": ("LeakyRelu", {"alpha": 3.}, None), "leaky_flat": ("LeakyRelu", {"alpha": .001}, None),
    "prelu": ("PRelu", {}, np.array([.001, .01, .1, 1, 2, -.5, 0, 5]).reshape(8, 1)), "hard_swish": ("HardSwish", {}, None),
    "hard_sigmoid": ("HardSigmoid", {"alpha": 2., "beta": .1}, None), "sigmoid": ("Sigmoid", {}, None), "tanh": ("Tanh", {}, None),
    "relu": ("Relu", {}, None), "clip": ("Clip", {}, None)}
RANGES = ((-5, 0), (0, 5), (-5, -1), (1, 5), (-5, .01), (-.01, 5), (-100, 0), (-3.2, -2.9), (-8, -2.95), (2.9, 3.1), (-600, 2), (-40, 30))


def quality(model, data, width):
    """SQNR against exact float, and what was told of the table."""
    np.savez(model.parent / "c.npz", x=data)
    program = model.parent / f"{width}.tare"
    said = tare_json("convert", model, "--calibration", model.parent / "c.npz", "--activations", width, "-o", program)
    return said["check"]["outputs"][0]["sqnr_db"], [each for each in said["warning_details"] if each["kind"] == "CoarseTable"]


def made(tmp_path, name):
    kind, attributes, slopes = FUNCTIONS[name]
    constants = {"s": slopes.astype(np.float32)} if slopes is not None else {}
    if kind == "Clip":
        constants = {"low": np.float32(-1), "high": np.float32(1.5)}
    return save(tmp_path / "m.onnx", [node(kind, ["x", *constants], ["y"], name="f", **attributes)], [port("x", [1, 8, 16])],
                [port("y", [1, 8, 16])], constants)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_sixteen_bits_are_never_worse_than_eight(name, tmp_path, rng):
    model = made(tmp_path, name)
    for low, high in RANGES:
        data = rng.uniform(low, high, (32, 8, 16)).astype(np.float32)
        narrow, wide = (quality(model, data, width)[0] for width in ("i8", "i16"))
        assert wide == "exact" or wide is None or narrow is None or wide > narrow + 4, (low, high, narrow, wide)


@pytest.mark.parametrize("low, high", ((-5, 0), (-5, -1), (-.3, 0), (-5, -.001)))
def test_a_side_without_data_costs_nothing_and_is_not_told_of(low, high, tmp_path, rng):
    """On a symmetric grid half of the integers are above 0, where the result's grid ends early."""
    model, data = made(tmp_path, "leaky"), rng.uniform(low, high, (32, 8, 16)).astype(np.float32)
    sqnr, told = quality(model, data, "i16")
    assert sqnr > 85 and not told
    y = outputs_of(tmp_path / "i16.tare", {"x": data})["y"].reshape(data.shape)
    assert np.abs(y - np.where(data < 0, .01 * data, data)).max() < 3 * -low * .01 / 32767


def test_a_line_that_goes_on_beyond_the_data_is_not_cut(tmp_path, rng):
    """(A60) A steep branch of less than one line: the result's grid holds its entry beyond."""
    sqnr, told = quality(made(tmp_path, "leaky"), rng.uniform(-5, .01, (32, 8, 16)).astype(np.float32), "i16")
    assert sqnr > 80 and not told


def test_a_corner_between_entries_is_called_one(tmp_path, rng):
    """An interpolated table cannot jump."""
    model = save(tmp_path / "m.onnx", [node("Floor", ["x"], ["y"], name="f")], [port("x", [1, 8, 16])], [port("y", [1, 8, 16])])
    _, [told] = quality(model, rng.uniform(-20, 20, (32, 8, 16)).astype(np.float32), "i16")
    assert "the function has a corner between them; half the range has about half the error" in told["text"]

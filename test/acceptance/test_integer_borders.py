"""Constants that meet integers are integers, those that meet real numbers are real: the border of a Pad above all."""
import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import assert_same, fails

PADS = np.array([0, 0, 1, 1, 0, 0, 0, 0])
TYPES = [np.int8, np.uint8, np.int16, np.uint16]


def wide(kind):
    return ("--activations", "i16") if np.iinfo(kind).bits == 16 else ()


@pytest.mark.parametrize("value", ["zero-point", "none", "lowest", "other"])
@pytest.mark.parametrize("kind", TYPES)
def test_int_pad(tmp_path, kind, value):
    zero = 3 if np.iinfo(kind).min < 0 else 131
    border = {"zero-point": zero, "none": None, "lowest": np.iinfo(kind).min, "other": 100}[value]
    constants = {"s": np.float32(.5), "z": kind(zero), "p": PADS} | ({} if border is None else {"v": kind(border)})
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["xq"]), node("Pad", ["xq", "p"] + ([] if border is None else ["v"]), ["yq"]),
             *dequantize("yq", "s", "y", "z")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 1, 1, 2])], [port("y", [1, 1, 2, 3])], constants)
    data = {"x": np.array([[[[4, -6]]], [[[10, 2]]]], np.float32)}
    program, _ = converted(model, data, *wide(kind))
    # ONNX Runtime pads integers of 8 bits only.
    limits = np.iinfo(kind)
    moved = np.full((2, 1, 2, 3), border or 0, np.int64)
    moved[:, :, 1:, 1:] = np.clip(np.rint(data["x"] / .5) + zero, limits.min, limits.max)
    wanted = {"y": ((moved - zero) * .5).astype(np.float32)}
    if limits.bits == 8:
        assert_same(reference(model, data), wanted, "ONNX Runtime")
    assert_same(wanted, outputs_of(model, data), "the model")
    assert_same(wanted, outputs_of(program, data), "the program")


@pytest.mark.parametrize("result", ["wider", "finer", "shifted"])
@pytest.mark.parametrize("border", [-100., 7.5, 200.])
def test_border_of_the_results_grid(tmp_path, border, result):
    """Real numbers are padded: the border is on the result's grid, whatever the operand's holds."""
    scale, zero = {"wider": (2., 0), "finer": (.25, 3), "shifted": (1., -100)}[result]
    nodes = [*quantize("x", "s", "z", "xd"), node("Pad", ["xd", "p", "v"], ["m"]), *quantize("m", "t", "u", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 1, 1, 2])], [port("y", [1, 1, 2, 3])],
                 {"s": np.float32(.5), "z": np.int8(0), "p": PADS, "v": np.float32(border), "t": np.float32(scale), "u": np.int8(zero)})
    data = {"x": np.array([[[[4, -6]]], [[[10, 3]]]], np.float32)}
    program, _ = converted(model, data)
    assert_same(reference(model, data), outputs_of(model, data), "the model")
    assert_same(reference(model, data), outputs_of(program, data), "the program")


def test_two_grids_behind_one_border(tmp_path):
    nodes = [*quantize("x", "s", "z", "xd"), node("Pad", ["xd", "p", "v"], ["m"]), *quantize("m", "t", "z", "a"),
             *quantize("m", "u", "z", "b")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 1, 1, 2])], [port("a", [1, 1, 2, 3]), port("b", [1, 1, 2, 3])],
                 {"s": np.float32(.5), "z": np.int8(0), "p": PADS, "v": np.float32(90), "t": np.float32(.5), "u": np.float32(.75)})
    data = {"x": np.array([[[[4, -6]]], [[[10, 2]]]], np.float32)}
    program, _ = converted(model, data)
    assert_same(reference(model, data), outputs_of(program, data), "the program")


@pytest.mark.parametrize("kind", [np.int8, np.uint8])
def test_border_beyond_an_inputs_grid(tmp_path, kind):
    """The model says the input's grid, not the border's: it is not clipped to the input's."""
    scale = np.float32(.02)
    zero = kind(0 if kind == np.int8 else 128)
    nodes = [*dequantize("x", "s", "xd", "z"), node("Pad", ["xd", "p", "v"], ["m"]), node("Relu", ["m"], ["y"])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 1, 1, 2], kind)], [port("y", [1, 1, 2, 3])],
                 {"s": scale, "z": zero, "p": PADS, "v": np.float32(20)})
    data = {"x": np.random.default_rng(1).integers(0, 128, (6, 1, 1, 2)).astype(kind)}
    program, _ = converted(model, data)
    assert np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]).max() < .1


@pytest.mark.parametrize("kind", [np.int8, np.uint8])
def test_integers_on_two_grids_are_joined(tmp_path, kind):
    """A Concat of integers moves integers, whatever they meant before."""
    zero = kind(5 if kind == np.int8 else 130)
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["a"]), node("QuantizeLinear", ["x", "t", "z"], ["b"]),
             node("Concat", ["a", "b", "k"], ["c"], axis=1), *dequantize("c", "u", "y", "z")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4])], [port("y", [1, 10])],
                 {"s": np.float32(.1), "t": np.float32(.25), "u": np.float32(.5), "z": zero, "k": np.array([[1, 100]], kind)})
    data = {"x": np.random.default_rng(2).uniform(-9, 9, (8, 4)).astype(np.float32)}
    program, _ = converted(model, data)
    assert_same(reference(model, data), outputs_of(model, data), "the model")
    assert np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]).max() <= .5


def test_mixed_integers_are_refused(tmp_path):
    """What stands beside integers and is none is named."""
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["a"]), node("Where", ["k", "a", "v"], ["b"], name="choose"),
             *dequantize("b", "s", "y", "z")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4])], [port("y", [1, 4])],
                 {"s": np.float32(.1), "z": np.int8(0), "k": np.array([[True, False, True, True]]), "v": np.int8(7)})
    message = fails("convert", model, "--random-calibration", "--host", "error", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "choose" in message

"""Integers of 8 bits on hardware of 16, --activations on a model with its own grids, and shifts to the left."""
import numpy as np
import pytest

from graphs import TensorProto, converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import fails, tare, tare_json

RANDOM = np.random.default_rng(3)
SHAPE = [1, 2, 6, 6]
W = (RANDOM.normal(size=(3, 2, 3, 3)) / 50).astype(np.float32)
READERS = {
    "cast": lambda kind: ([node("Cast", ["x"], ["xd"], to=TensorProto.FLOAT)], {}),
    "centred": lambda kind: ([node("Cast", ["x"], ["xf"], to=TensorProto.FLOAT), node("Sub", ["xf", "mean"], ["xs"]), node("Div", ["xs", "sd"], ["xd"])],
                             {"mean": np.float32(123.5), "sd": np.float32(58.4)}),
    "dequantized": lambda kind: (dequantize("x", "s", "xd", "z"), {"s": np.float32(.02), "z": kind(7)}),
    "moved": lambda kind: ([node("Transpose", ["x"], ["xt"], perm=[0, 1, 3, 2]), *dequantize("xt", "s", "xd", "z")], {"s": np.float32(.02), "z": kind(7)}),
}
LAYERS = {"conv": [node("Conv", ["xd", "w"], ["c"], name="conv"), node("Relu", ["c"], ["y"])], "add": [node("Add", ["xd", "xd"], ["y"], name="add")],
          "sigmoid": [node("Sigmoid", ["xd"], ["y"], name="sigmoid")], "pool": [node("AveragePool", ["xd"], ["y"], kernel_shape=[2, 2], name="pool")]}


def everything(kind):
    """Samples that hold each integer of the type."""
    limits = np.iinfo(kind)
    return {"x": np.resize(np.random.default_rng(1).permutation(np.arange(limits.min, limits.max + 1)), (8, *SHAPE[1:])).astype(kind)}


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", (np.uint8, np.int8))
def test_8_bit_inputs_on_16_bit_hardware(kind, reader, layer, tmp_path):
    """They are widened exactly: the program is as near to the model as one whose hardware has both widths."""
    before, constants = READERS[reader](kind)
    model = save(tmp_path / "m.onnx", before + LAYERS[layer], [port("x", SHAPE, kind)], [port("y", None)], constants | {"w": W})
    data = everything(kind)
    expected = reference(model, data)["y"].astype(np.float64)
    off = {}
    for name, target in (("only", ["--target", "i16x8"]), ("both", ["--activations", "i16"])):
        program, told = converted(model, data, *target, name=f"{name}.tare")
        assert "warning" not in told or layer == "sigmoid"
        off[name] = np.abs(outputs_of(program, data)["y"] - expected).max()
        (described,) = tare_json("inspect", program)["inputs"]
        assert described["type"] == str(np.dtype(kind))
    assert off["only"] <= off["both"] * 1.01 + 1e-6
    if layer in ("add", "pool") and reader != "centred":
        assert off["only"] <= 1.5 * np.abs(expected).max() / 32767


def test_what_is_computed_in_8_bits_is_still_refused(tmp_path):
    nodes = [*dequantize("x", "s", "xd", "z"), node("Conv", ["xd", "w"], ["c"], name="conv"), *quantize("c", "s", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE, np.int8)], [port("y", None)], {"s": np.float32(.02), "z": np.int8(0), "w": W})
    message = fails("convert", model, "--target", "i16x8", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "has no i8 activations" in message and "value 'c' of node 'y_q'" in message


def quantized(folder, kind, hybrid=False):
    nodes = [*quantize("x", "s", "z", "xd"), node("Conv", ["xd", "w"], ["c"], name="conv"), *quantize("c", "s", "z", "y")]
    nodes += [node("Sigmoid", ["y"], ["g"])] if hybrid else []
    return save(folder / "m.onnx", nodes, [port("x", SHAPE)], [port("g" if hybrid else "y", None)], {"s": np.float32(.03), "z": kind(0), "w": W})


@pytest.mark.parametrize("hybrid", (False, True))
@pytest.mark.parametrize("kind, asked", ((np.int8, "i16"), (np.int16, "i8")))
def test_activations_of_a_quantized_model_stay_and_it_is_told(kind, asked, hybrid, tmp_path, rng):
    data = {"x": rng.normal(size=(8, *SHAPE[1:])).astype(np.float32)}
    _, told = converted(quantized(tmp_path, kind, hybrid), data, "--activations", asked)
    assert f"--activations {asked} is for values without a quantizer: 'x', 'c' (2 in all) keep the {np.iinfo(kind).bits} bits" in told


@pytest.mark.parametrize("kind, asked", ((np.int8, ["--activations", "i8"]), (np.int16, ["--activations", "i16"]), (np.int8, [])))
def test_nothing_is_told_where_nothing_else_was_asked(kind, asked, tmp_path, rng):
    data = {"x": rng.normal(size=(8, *SHAPE[1:])).astype(np.float32)}
    _, told = converted(quantized(tmp_path, kind), data, *asked)
    assert "without a quantizer" not in told


STEPS = {"plain": [], "relu": [node("Relu", ["xd"], ["p"])], "clip": [node("Clip", ["xd", "low", "high"], ["p"])],
         "pool": [node("MaxPool", ["xd"], ["p"], kernel_shape=[2, 2])], "transpose": [node("Transpose", ["xd"], ["p"], perm=[0, 1, 3, 2])],
         "pool_relu": [node("MaxPool", ["xd"], ["q"], kernel_shape=[2, 2]), node("Relu", ["q"], ["p"])]}


@pytest.mark.parametrize("left", (1, 2, 5))
@pytest.mark.parametrize("steps", STEPS)
def test_a_finer_grid_is_a_shift_to_the_left(steps, left, tmp_path, rng):
    """A target that shifts to the right alone does it by a sum with zero, exactly."""
    nodes = [*quantize("x", "coarse", "z", "xd"), *STEPS[steps], *quantize("p" if STEPS[steps] else "xd", "fine", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None)],
                 {"coarse": np.float32(.125), "fine": np.float32(2.0 ** (-3 - left)), "z": np.int8(0), "low": np.float32(-.5), "high": np.float32(1)})
    data = {"x": rng.normal(size=(8, *SHAPE[1:])).astype(np.float32) * 2.0 ** (3 - left)}
    program, _ = converted(model, data, "--target", "shift_only")
    # Where the model has -128 there is -127, which is told.
    assert np.abs(outputs_of(program, data)["y"] - np.maximum(reference(model, data)["y"], -127 * 2.0 ** (-3 - left))).max() == 0
    tare("verify", program)


def test_a_target_without_sums_says_why(tmp_path):
    board = tmp_path / "board.yaml"
    text = tare("target", "show", "shift_only").stdout
    board.write_text("\n".join(line for line in text.splitlines() if line.strip() != "- add") if "- add" in text else text + "\nops: [conv, linear, rescale]\n")
    nodes = [*quantize("x", "coarse", "z", "xd"), *quantize("xd", "fine", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None)],
                 {"coarse": np.float32(.125), "fine": np.float32(.0625), "z": np.int8(0)})
    assert "needs q = -1" in fails("convert", model, "--target", board, "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")

"""What rounding a multiplier costs is told at conversion: one line for all layers, the worst one named, and no less than what is proven."""
import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import tare_json

F32 = np.float32
RNG = np.random.default_rng(12)
BOARD = """name: board
activations:
  - type: {type}
    symmetric: true
    accumulator_bits: 48
multiplier_bits: {bits}
mean_multiplier_bits: {bits}
shift:
  min: 0
  max: 31
rounding: half_up
tail: activation
"""
CONSTANTS = {"s": F32(1 / 30011), "z": np.int16(0), "s2": F32(1 / 17003), "s3": F32(1 / 9511), "w": RNG.integers(-127, 128, (4, 3, 3, 3)).astype(np.int8),
             "ws": F32(.0013), "axes": np.array([2, 3], np.int64)}
LAYERS = {
    "conv": dequantize("w", "ws", "wd") + [node("Conv", ["xd", "wd"], ["c"], name="layer")],
    "add": [node("Add", ["xd", "xd"], ["c"], name="layer")],
    "mul": [node("Mul", ["xd", "xd"], ["c"], name="layer")],
    "mean": [node("ReduceMean", ["xd", "axes"], ["c"], name="layer")],
    "relu": [node("Relu", ["xd"], ["c"], name="layer")],
}


def convert(rng, folder, kind, bits, type="i16"):
    (folder / "board.yaml").write_text(BOARD.format(bits=bits, type=type))
    nodes = quantize("x", "s", "z", "xd") + LAYERS[kind] + quantize("c", "s2", "z", "y")
    model = save(folder / "m.onnx", nodes, [port("x", [1, 3, 6, 6])], [port("y", None)], CONSTANTS)
    data = {"x": rng.uniform(-.5, .5, [8, 3, 6, 6]).astype(F32)}
    program, told = converted(model, data, "--target", folder / "board.yaml")
    return model, program, data, told.splitlines()


def of_multipliers(told):
    return [line for line in told if "multipliers of" in line]


@pytest.mark.parametrize("kind", LAYERS)
def test_seven_bits_on_16_bit_layers(tmp_path, kind, rng):
    _, program, _, lines = convert(rng, tmp_path, kind, 7)
    told = of_multipliers(lines)
    worst = max(each["worst_error"] for each in tare_json("verify", program)["layers"] if each["name"] == "layer")
    if kind == "conv":  # Its weights are on scales that multipliers hit (A51), and that is told.
        moved, = [line for line in lines if "weight scales that the multiplier and the shifts do not hit were moved" in line]
        assert "warning: repaired: layer 'layer'" in moved and "LSB of the output" in moved and "wider multiplier" in moved
        assert worst < 1 and not told
        return
    assert worst > 2
    assert len(told) == 1 and "'layer'" in told[0] and "LSB" in told[0] and "wider multipliers" in told[0], told
    # The proof has rounding, half a step, beside it.
    cost = float(told[0].split("at the cost of at most ")[1].split(" LSB")[0])
    # Of a sum it is a bound (A34), as if results went on for as much as they are off: a 70th here.
    assert cost + .51 >= worst * (1 - 1 / 70 if kind == "add" else 1)


@pytest.mark.parametrize("kind", LAYERS)
def test_fifteen_bits_are_enough(tmp_path, kind, rng):
    assert not of_multipliers(convert(rng, tmp_path, kind, 15)[3])


def test_many_layers_are_one_line(tmp_path, rng):
    (tmp_path / "board.yaml").write_text(BOARD.format(bits=7, type="i16"))
    nodes = quantize("x", "s", "z", "xd") + [node("Relu", ["xd"], ["c"], name="first")] + quantize("c", "s2", "z", "y") \
        + [node("Relu", ["y"], ["d"], name="second")] + quantize("d", "s3", "z", "v")
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 6, 6])], [port("v", None)], CONSTANTS)
    _, told = converted(model, {"x": rng.uniform(-.5, .5, [8, 3, 6, 6]).astype(F32)}, "--target", tmp_path / "board.yaml")
    lines = [line for line in told.splitlines() if "multipliers of" in line]
    assert len(lines) == 1, told


@pytest.mark.parametrize("bits, count", [(7, 3), (15, 0)])
def test_what_many_layers_of_8_bits_lose_is_one_line(bits, count, tmp_path, rng):
    """None of them half a step, but more than that together: no less than is proven."""
    (tmp_path / "board.yaml").write_text(BOARD.format(bits=bits, type="i8"))
    constants = CONSTANTS | {"z": np.int8(0), "s": F32(1 / 127)} | {f"t{at}": F32(scale / 127) for at, scale in enumerate((1.117, 1.289, 1.407))}
    nodes, value = quantize("x", "s", "z", "v"), "v"
    for at in range(3):
        nodes += [node("Relu", [value], [f"r{at}"], name=f"layer{at}"), *quantize(f"r{at}", f"t{at}", "z", f"v{at}")]
        value = f"v{at}"
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 6, 6])], [port(value, None)], constants)
    program, told = converted(model, {"x": rng.uniform(-1, 1, [8, 3, 6, 6]).astype(F32)}, "--target", tmp_path / "board.yaml")
    lines = [line for line in told.splitlines() if "do not hit what they stand for in" in line]
    assert len(lines) == (count > 0), told
    if lines:
        layers = [each["worst_error"] - .5 for each in tare_json("verify", program)["layers"] if each["name"].startswith("layer")]
        assert f"in {count} layers" in lines[0]
        each, together = (float(lines[0].split(words)[1].split(" LSB")[0]) for words in ("at most ", ") and "))
        assert each + .006 >= max(layers) > .05 and together + .06 >= sum(layers)

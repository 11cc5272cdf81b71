"""Channels that a quantizer found dead: weights on next to no scale, a bias at its end, as ONNX Runtime computes them."""
import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, quantize, reference, save

F32 = np.float32
STEP = F32(.05)


def layer(folder, rng, dead, per_channel=True, kind="conv"):
    """A layer of 8 channels, of which `dead` (scale, bias) are, behind the model's own quantizers."""
    shape = (8, 4, 3, 3) if kind == "conv" else (8, 16)
    scales = np.full(8 if per_channel else 1, .01, F32)
    integers = rng.integers(-127, 128, shape).astype(np.int8)
    bias = rng.integers(-3000, 3000, 8).astype(np.int32)
    for channel, (scale, value) in dead.items():
        scales[channel if per_channel else 0] = F32(scale)
        bias[channel] = value
    constants = {"w": integers, "ws": scales if per_channel else scales[0], "wz": np.zeros(8, np.int8) if per_channel else np.int8(0),
                 "b": bias, "bs": scales * STEP if per_channel else scales[0] * STEP,
                 "bz": np.zeros(8, np.int32) if per_channel else np.int32(0), "s": STEP, "z": np.int8(-100), "ys": F32(.1), "yz": np.int8(3)}
    axis = {"axis": 0} if per_channel else {}
    last = node("Conv", ["xd", "wd", "bd"], ["c"], name="layer") if kind == "conv" else \
        node("Gemm", ["xd", "wd", "bd"], ["c"], name="layer", transB=1)
    nodes = [*quantize("x", "s", "z", "xd"), node("DequantizeLinear", ["w", "ws", "wz"], ["wd"], **axis),
             node("DequantizeLinear", ["b", "bs", "bz"], ["bd"], **axis), last, *quantize("c", "ys", "yz", "y")]
    inputs = [1, 4, 6, 6] if kind == "conv" else [1, 16]
    model = save(folder / "m.onnx", nodes, [port("x", inputs)], [port("y", [1, 8, 4, 4] if kind == "conv" else [1, 8])], constants)
    return model, {"x": rng.normal(2, 3, (16, *inputs[1:])).astype(F32)}


LEAST = -2**31
DEAD = {"saturated": (1e-13, LEAST + 5000), "at_the_end": (1e-18, LEAST), "high": (1e-15, 2**31 - 1), "subnormal": (1e-40, LEAST),
        "zero": (0, 77), "zero_and_saturated": (0, LEAST), "least": (1.2e-38, 1000)}


@pytest.mark.parametrize("target", ["generic", "gemmlowp", "float_tail", "three_stage"])
@pytest.mark.parametrize("kind", ["conv", "gemm"])
@pytest.mark.parametrize("dead", DEAD)
def test_dead_channels(dead, kind, target, tmp_path, rng):
    model, data = layer(tmp_path, rng, {2: DEAD[dead], 5: DEAD[dead]}, kind=kind)
    program, _ = converted(model, data, "--target", target, "--allow-uncalibrated")
    wanted, found = reference(model, data)["y"], outputs_of(program, data)["y"]
    assert np.abs(found - wanted).max() < .101
    assert np.abs(found - wanted)[:, [2, 5]].max() < 1e-6


@pytest.mark.parametrize("kind", ["conv", "gemm"])
@pytest.mark.parametrize("scale", [1e-13, 1e-18])
def test_a_dead_layer(scale, kind, tmp_path, rng):
    """All of its weights are nearly 0, on one scale."""
    model, data = layer(tmp_path, rng, {channel: (scale, LEAST + channel) for channel in range(8)}, per_channel=False, kind=kind)
    program, _ = converted(model, data, "--allow-uncalibrated")
    assert np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]).max() < 1e-6


def test_a_bias_that_fits_stays(tmp_path, rng):
    """Sums next to the accumulator's end are what the model says, and nothing is told."""
    model, data = layer(tmp_path, rng, {2: (1e-9, LEAST + 2_000_000)})
    _, told = converted(model, data, "--allow-uncalibrated")
    assert "too fine for the bias" not in told and "too fine for the accumulator" not in told

"""Weights with zero points are kept exactly, however far they are from them; what has to be rounded is told, and refused on demand."""
import numpy as np
import pytest

from graphs import TensorProto, converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import fails, sqnr, tare, tare_json

RANDOM = np.random.default_rng(11)
DATA = {"x": RANDOM.uniform(-6, 6, (8, 4, 5, 5)).astype(np.float32)}
SHAPE = [1, 4, 5, 5]
INPUT = quantize("x", "sx", "zx", "xd")

# Each reads "xd" and the weights "w"; its weights' shape, and the axis of their output channels.
LAYERS = {
    "conv": ([node("Conv", ["xd", "w"], ["r"], pads=[1] * 4)], (6, 4, 3, 3), 0),
    "strided": ([node("Conv", ["xd", "w"], ["r"], strides=[2, 2], dilations=[2, 1])], (6, 4, 2, 2), 0),
    "grouped": ([node("Conv", ["xd", "w"], ["r"], group=2, pads=[1] * 4)], (6, 2, 3, 3), 0),
    "depthwise": ([node("Conv", ["xd", "w"], ["r"], group=4, pads=[1] * 4)], (4, 1, 3, 3), 0),
    "transposed": ([node("ConvTranspose", ["xd", "w"], ["r"], strides=[2, 2])], (4, 6, 3, 3), 1),
    "matmul": ([node("MatMul", ["xd", "w"], ["r"])], (5, 7), 1),
    "gemm": ([node("Flatten", ["xd"], ["flat"]), node("Gemm", ["flat", "w"], ["r"], transB=1)], (7, 100), 0),
}
KINDS = {
    "u8": (np.uint8, 113), "u8_zero": (np.uint8, 0), "u8_top": (np.uint8, 255), "u8_middle": (np.uint8, 128), "i8": (np.int8, -20),
    "i8_low": (np.int8, -128), "i8_high": (np.int8, 127), "i8_plain": (np.int8, 0),
}


def constants(rng, shape, kind, zero, axis=None):
    """Weights of all the integers of a type; a zero point, and a scale, per channel of `axis`."""
    info = np.iinfo(kind)
    weights = rng.integers(info.min, info.max + 1, shape).astype(kind)
    weights.flat[:2] = info.min, info.max
    channels = 1 if axis is None else shape[axis]
    spread = np.arange(channels)
    zeros = np.clip(int(zero) - 9 * spread, info.min, info.max).astype(kind)
    scales = (0.011 * 256 / (int(info.max) - int(info.min) + 1) * (1 + 0.1 * spread)).astype(np.float32)
    per_tensor = axis is None
    return {"w8": weights, "sw": scales[0] if per_tensor else scales, "zw": zeros[0] if per_tensor else zeros,
            "sx": np.float32(0.05), "zx": np.int8(3), "sy": np.float32(0.37), "zy": np.int8(-5)}


def model_of(rng, folder, layer, kind, zero, per_channel=False, end=quantize("r", "sy", "zy", "y"), output="y"):
    nodes, shape, axis = LAYERS[layer]
    stored = constants(rng, shape, kind, zero, axis if per_channel else None)
    weights = dequantize("w8", "sw", "w", "zw", **(dict(axis=axis) if per_channel else {}))
    return save(folder / "m.onnx", INPUT + weights + nodes + end, [port("x", SHAPE)], [port(output, None)], stored), stored


def run(model, *arguments):
    program = model.parent / "m.tare"
    said = tare("convert", model, "--no-repair", *arguments, "-o", program).stderr
    assert "warning" not in said, said
    return reference(model, DATA), outputs_of(program, DATA), program


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("layer", LAYERS)
def test_sum_is_exact(tmp_path, layer, kind, rng):
    """The accumulator is the output: nothing is rounded behind it. (A43)"""
    model, _ = model_of(rng, tmp_path, layer, *KINDS[kind], end=[], output="r")
    expected, found, _ = run(model)
    assert sqnr(expected["r"], found["r"]) > 110


@pytest.mark.parametrize("kind", ("u8", "i8_low"))
@pytest.mark.parametrize("layer", LAYERS)
def test_zero_point_per_channel(tmp_path, layer, kind, rng):
    model, stored = model_of(rng, tmp_path, layer, *KINDS[kind], per_channel=True)
    expected, found, program = run(model)
    error = np.abs(expected["y"] - found["y"])
    assert error.max() <= 1.001 * stored["sy"] and np.mean(error > 0) < 0.02
    tare("verify", program)


@pytest.mark.parametrize("target", ("generic", "gemmlowp", "three_stage", "float_tail"))
def test_weights_asymmetric(tmp_path, target, rng):
    """The given case: silent rounding, 29 steps away from the model."""
    model, stored = model_of(rng, tmp_path, "conv", np.uint8, 113)
    expected, found, _ = run(model, "--target", target)
    assert np.abs(expected["y"] - found["y"]).max() <= 1.001 * stored["sy"]


def test_i16_activations(tmp_path, rng):
    nodes, shape, _ = LAYERS["conv"]
    stored = constants(rng, shape, np.uint8, 113) | {"sx": np.float32(2e-4), "zx": np.int16(0), "sy": np.float32(4e-3), "zy": np.int16(0)}
    model = save(tmp_path / "m.onnx", INPUT + dequantize("w8", "sw", "w", "zw") + nodes + quantize("r", "sy", "zy", "y"),
                 [port("x", SHAPE)], [port("y", None)], stored)
    np.savez(tmp_path / "c.npz", **DATA)  # They say that no integer is the least, which the hardware lacks.
    expected, found, _ = run(model, "--target", "i16x8", "--calibration", tmp_path / "c.npz")
    error = np.abs(expected["y"] - found["y"])
    assert error.max() <= 1.001 * stored["sy"] and np.mean(error > 0) < 0.05


def test_only_channels_that_need_it_are_read_again(tmp_path, rng):
    nodes, shape, _ = LAYERS["conv"]
    stored = constants(rng, shape, np.uint8, 113)
    stored["w8"] = np.clip(stored["w8"], 10, 230)
    stored["w8"][3, 2, 1, 1] = 255
    model = save(tmp_path / "m.onnx", INPUT + dequantize("w8", "sw", "w", "zw") + nodes, [port("x", SHAPE)], [port("r", None)], stored)
    expected, found, program = run(model)
    assert sqnr(expected["r"], found["r"]) > 110
    [read] = [layer for layer in tare_json("inspect", program)["layers"] if layer["kind"] == "concat"]
    assert read["output_shape"] == [1, 5, 5, 4 + 1]


def test_distances_that_fit_cost_nothing(tmp_path, rng):
    nodes, shape, _ = LAYERS["conv"]
    stored = constants(rng, shape, np.uint8, 113)
    stored["w8"] = np.clip(stored["w8"], 0, 240)
    model = save(tmp_path / "m.onnx", INPUT + dequantize("w8", "sw", "w", "zw") + nodes, [port("x", SHAPE)], [port("r", None)], stored)
    expected, found, program = run(model)
    assert sqnr(expected["r"], found["r"]) > 110
    assert all(layer["kind"] != "concat" for layer in tare_json("inspect", program)["layers"])


@pytest.mark.parametrize("name, zero", (("MatMulInteger", 3), ("MatMulInteger", 250), ("ConvInteger", 113)))
def test_integer_products(tmp_path, name, zero, rng):
    """Dynamically quantized models: the zero point of the weights is an operand."""
    shape = (5, 7) if name == "MatMulInteger" else (6, 4, 3, 3)
    nodes = [node("DynamicQuantizeLinear", ["x"], ["xq", "sx", "zx"]), node(name, ["xq", "w8", "zx", "zw"], ["sums"]),
             node("Cast", ["sums"], ["real"], to=TensorProto.FLOAT), node("Mul", ["sx", "sw"], ["scale"]),
             node("Mul", ["real", "scale"], ["y"])]
    stored = constants(rng, shape, np.uint8, zero)
    del stored["sx"], stored["zx"]
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None)], stored)
    program, said = converted(model, DATA, "--method", "min_max", "--no-repair")
    assert "repaired" not in said, said
    assert sqnr(reference(model, DATA)["y"], outputs_of(program, DATA)["y"]) > 35


@pytest.mark.parametrize("layer", ("matmul", "gemm"))
def test_i16_matrices_are_exact(tmp_path, layer, rng):
    """A matrix that nothing is added to is as good as an activation."""
    model, stored = model_of(rng, tmp_path, layer, np.int16, 0)
    tare("convert", model, "-o", tmp_path / "m.tare")
    assert np.abs(reference(model, DATA)["y"] - outputs_of(tmp_path / "m.tare", DATA)["y"]).max() <= 1.001 * stored["sy"]


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if layer not in ("matmul", "gemm")])
def test_i16_weights_are_rounded_aloud(tmp_path, layer, rng):
    model, stored = model_of(rng, tmp_path, layer, np.int16, 0)
    program = tmp_path / "m.tare"
    said = tare("convert", model, "-o", program).stderr
    assert said.count("warning") == 1 and "do not fit 8 bits and were rounded" in said and "LSB" in said, said
    assert sqnr(reference(model, DATA)["y"], outputs_of(program, DATA)["y"]) > 25
    program.unlink()
    message = fails("convert", model, "--no-repair", "-o", program, output=program)
    assert "8 bits" in message and "--no-repair" in message


def test_i16_weights_that_fit_are_kept(tmp_path, rng):
    nodes, shape, _ = LAYERS["conv"]
    stored = constants(rng, shape, np.int8, 0)
    stored |= {"w8": stored["w8"].astype(np.int16) + 3000, "zw": np.int16(3000)}
    model = save(tmp_path / "m.onnx", INPUT + dequantize("w8", "sw", "w", "zw") + nodes, [port("x", SHAPE)], [port("r", None)], stored)
    expected, found, _ = run(model)
    assert sqnr(expected["r"], found["r"]) > 110


def test_target_without_concat_rounds_aloud(tmp_path, rng):
    description = tare("target", "show", "generic").stdout + "\nops: [conv, linear, quantize, dequantize, transpose]\n"
    target = tmp_path / "small.yaml"
    target.write_text(description)
    model, _ = model_of(rng, tmp_path, "conv", np.uint8, 113)
    said = tare("convert", model, "--target", target, "-o", tmp_path / "m.tare").stderr
    assert "rounded" in said
    fails("convert", model, "--target", target, "--no-repair", "-o", tmp_path / "n.tare", output=tmp_path / "n.tare")


def test_powers_of_two(tmp_path, rng):
    """Where every scale is a power of two, rounded weights have such a one too."""
    for kind, zero, quality in ((np.uint8, 113, 40), (np.int16, 0, 20)):
        nodes, shape, _ = LAYERS["conv"]
        stored = constants(rng, shape, kind, zero) | {"sx": np.float32(2**-4), "zx": np.int8(0), "sy": np.float32(0.5), "zy": np.int8(0)}
        stored["sw"] = np.float32(2**-7 if kind == np.uint8 else 2**-15)
        model = save(tmp_path / "m.onnx", INPUT + dequantize("w8", "sw", "w", "zw") + nodes + quantize("r", "sy", "zy", "y"),
                     [port("x", SHAPE)], [port("y", None)], stored)
        program = tmp_path / "m.tare"
        tare("convert", model, "--target", "shift_only", "-o", program)
        assert sqnr(reference(model, DATA)["y"], outputs_of(program, DATA)["y"]) > quality

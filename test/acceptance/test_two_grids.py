"""One float value with several quantizers: each rounds the value itself, not what another one has left of it."""
import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import sqnr, tare, tare_json

RANDOM = np.random.default_rng(7)
SHAPE = [1, 2, 4, 4]
CONSTANTS = {
    "zero": np.int8(0), "zero_i16": np.int16(0), "zero_u8": np.uint8(128), "shifted": np.int8(-128), "scale_x": np.float32(0.0617),
    "narrow": np.float32(0.0153), "wide": np.float32(0.127), "fine": np.float32(0.00097), "coarse": np.float32(0.51),
    "weights": RANDOM.integers(-127, 128, (2, 2, 3, 3)).astype(np.int8), "rows": RANDOM.integers(-127, 128, (4, 4)).astype(np.int8),
    "weight_scale": np.float32(0.0151), "flat": np.array([1, 32]), "border": np.array([0, 0, 1, 0, 0, 0, 0, 1]),
    "starts": np.array([1]), "ends": np.array([3]), "axes": np.array([2]), "six": np.float32(6),
    "sizes": np.array([1, 2, 8, 8]),
}
POWERS_OF_TWO = {"scale_x": np.float32(2**-3), "narrow": np.float32(2**-6), "wide": np.float32(2**-3), "weight_scale": np.float32(2**-6)}
DATA = {"x": np.linspace(-8, 8, 16 * 32).reshape(16, 2, 4, 4).astype(np.float32)[:, :, ::-1]}
INPUT = quantize("x", "scale_x", "zero", "xd")


def conv(result, operand="xd"):
    return dequantize("weights", "weight_scale", "w_" + result) + [
        node("Conv", [operand, "w_" + result], [result], pads=[1] * 4, name=result)]


# Each computes "r" of the quantized input.
LAYERS = {
    "relu": [node("Relu", ["xd"], ["r"])],
    "clip": [node("Clip", ["xd", "", "six"], ["r"])],
    "conv": conv("r"),
    "conv_relu": conv("c") + [node("Relu", ["c"], ["r"])],
    "transposed": dequantize("weights", "weight_scale", "w") + [node("ConvTranspose", ["xd", "w"], ["r"], pads=[1] * 4)],
    "linear": dequantize("rows", "weight_scale", "w") + [node("MatMul", ["xd", "w"], ["r"])],
    "matmul": [node("MatMul", ["xd", "xd"], ["r"])],
    "add": [node("Add", ["xd", "xd"], ["r"])],
    "mul": [node("Mul", ["xd", "xd"], ["r"])],
    "table": [node("LeakyRelu", ["xd"], ["r"], alpha=0.25)],
    "mean": [node("AveragePool", ["xd"], ["r"], kernel_shape=[3, 3], pads=[1] * 4)],
    "max_pool": [node("MaxPool", ["xd"], ["r"], kernel_shape=[3, 3], pads=[1] * 4)],
    "softmax": [node("Mul", ["xd", "six"], ["r6"]), *quantize("r6", "wide", "zero", "r6d"), node("Softmax", ["r6d"], ["r"], axis=1)],
    "batch_norm": [node("Mul", ["xd", "six"], ["r"])],
}

# What stands between "r" and each quantizer.
PATHS = {
    "reshape": lambda i, o: [node("Reshape", [i, "flat"], [o])],
    "transpose": lambda i, o: [node("Transpose", [i], [o], perm=[0, 2, 3, 1])],
    "max_pool": lambda i, o: [node("MaxPool", [i], [o], kernel_shape=[2, 2])],
    "slice": lambda i, o: [node("Slice", [i, "starts", "ends", "axes"], [o])],
    "pad": lambda i, o: [node("Pad", [i, "border"], [o])],
    "concat": lambda i, o: [node("Concat", [i, i], [o], axis=1)],
    "nearest": lambda i, o: [node("Resize", [i, "", "", "sizes"], [o], mode="nearest", coordinate_transformation_mode="asymmetric",
                                  nearest_mode="floor")],
    "relu": lambda i, o: [node("Relu", [i], [o])],
    "pool_relu": lambda i, o: [node("MaxPool", [i], [o + "p"], kernel_shape=[2, 2]), node("Relu", [o + "p"], [o])],
    "twice": lambda i, o: [node("Transpose", [i], [o + "t"], perm=[0, 2, 3, 1]), node("Reshape", [o + "t", "flat"], [o])],
}


def check(folder, nodes, outputs, *arguments, calibrate=False, rarely=0.04, constants={}):
    """Outputs by name with their steps: at most a step off, and that rarely (a tie, a multiplier's rounding)."""
    constants = CONSTANTS | constants
    model = save(folder / "m.onnx", nodes, [port("x", SHAPE)], [port(name, None) for name in outputs], constants)
    if calibrate:
        program, said = converted(model, DATA, *arguments)
    else:
        program = folder / "m.tare"
        said = tare("convert", model, *arguments, "-o", program).stderr
    expected, found = reference(model, DATA), outputs_of(program, DATA)
    for name, step in outputs.items():
        error = np.abs(found[name] - expected[name])
        assert error.max() <= 1.001 * constants[step], f"{name}: {error.max() / constants[step]} steps off"
        assert np.mean(error > 0.5 * constants[step]) <= rarely, name
    return program, said


@pytest.mark.parametrize("layer", LAYERS)
def test_two_grids(tmp_path, layer):
    check(tmp_path, INPUT + LAYERS[layer] + quantize("r", "narrow", "zero", "y") + quantize("r", "wide", "zero", "z"),
          {"y": "narrow", "z": "wide"})


@pytest.mark.parametrize("layer", ("conv", "relu"))
def test_two_grids_in_the_other_order(tmp_path, layer):
    check(tmp_path, INPUT + LAYERS[layer] + quantize("r", "wide", "zero", "z") + quantize("r", "narrow", "zero", "y"),
          {"y": "narrow", "z": "wide"})


@pytest.mark.parametrize("target", ("generic", "gemmlowp", "three_stage", "float_tail"))
def test_two_grids_on_every_target(tmp_path, target):
    check(tmp_path, INPUT + LAYERS["conv_relu"] + quantize("r", "narrow", "zero", "y") + quantize("r", "wide", "zero", "z"),
          {"y": "narrow", "z": "wide"}, "--target", target)


def test_two_grids_that_are_powers_of_two(tmp_path):
    """Ties are frequent there, and round up instead of to even."""
    check(tmp_path, INPUT + LAYERS["conv_relu"] + quantize("r", "narrow", "zero", "y") + quantize("r", "wide", "zero", "z"),
          {"y": "narrow", "z": "wide"}, "--target", "shift_only", rarely=0.1, constants=POWERS_OF_TWO)


def test_residual(tmp_path):
    """A quantizer in front of each reader: the convolution reads the wide grid, the sum the narrow one."""
    check(tmp_path, INPUT + LAYERS["conv_relu"] + quantize("r", "wide", "zero", "rw") + conv("c2", "rw")
          + quantize("c2", "coarse", "zero", "cq") + quantize("r", "narrow", "zero", "rn") + [node("Add", ["cq", "rn"], ["s"])]
          + quantize("s", "coarse", "zero", "y"), {"y": "coarse"})


@pytest.mark.parametrize("first, second", (
    (("narrow", "zero_u8"), ("wide", "zero")), (("wide", "zero"), ("narrow", "zero_u8")),
    (("wide", "shifted"), ("narrow", "zero")), (("narrow", "shifted"), ("narrow", "zero"))))
def test_zero_points_and_signedness(tmp_path, first, second):
    check(tmp_path, INPUT + LAYERS["conv"] + quantize("r", *first, "y") + quantize("r", *second, "z"), {"y": first[0], "z": second[0]})


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("layer", ("conv", "table"))
def test_behind(tmp_path, path, layer):
    """One quantizer reads the value, the other what an op moves, chooses or cuts of it."""
    check(tmp_path, INPUT + LAYERS[layer] + quantize("r", "narrow", "zero", "y") + PATHS[path]("r", "p") + quantize("p", "wide", "zero", "z"),
          {"y": "narrow", "z": "wide"})


@pytest.mark.parametrize("path", PATHS)
def test_both_behind(tmp_path, path):
    check(tmp_path, INPUT + LAYERS["conv"] + PATHS[path]("r", "p") + quantize("p", "narrow", "zero", "y") + quantize("p", "wide", "zero", "z"),
          {"y": "narrow", "z": "wide"})


@pytest.mark.parametrize("path", PATHS)
def test_several_readers_of_each(tmp_path, path):
    check(tmp_path, INPUT + LAYERS["conv"] + PATHS[path]("r", "p") + quantize("r", "narrow", "zero", "y") + quantize("r", "wide", "zero", "z")
          + quantize("p", "narrow", "zero", "a") + quantize("p", "wide", "zero", "b") + quantize("p", "coarse", "zero", "c"),
          {"y": "narrow", "z": "wide", "a": "narrow", "b": "wide", "c": "coarse"})


@pytest.mark.parametrize("path", ("none", *PATHS))
def test_graph_input(tmp_path, path):
    """A float input with two quantizers is quantized twice."""
    between = PATHS[path]("x", "p") if path in PATHS else [node("Identity", ["x"], ["p"])]
    check(tmp_path, quantize("x", "narrow", "zero", "y") + between + quantize("p", "wide", "zero", "z"),
          {"y": "narrow", "z": "wide"}, rarely=0)


@pytest.mark.parametrize("layer", ("conv", "transposed", "linear"))
def test_float_output_keeps_the_accumulator(tmp_path, layer):
    """A graph output without a quantizer does not read another reader's narrow grid."""
    program, said = check(tmp_path, INPUT + LAYERS[layer] + quantize("r", "narrow", "zero", "y"), {"y": "narrow"})
    model = save(tmp_path / "m.onnx", INPUT + LAYERS[layer] + quantize("r", "narrow", "zero", "y"), [port("x", SHAPE)],
                 [port("r", None), port("y", None)], CONSTANTS)
    tare("convert", model, "-o", program)
    expected, found = reference(model, DATA), outputs_of(program, DATA)
    assert sqnr(expected["r"], found["r"]) > 100
    assert np.abs(expected["y"] - found["y"]).max() <= 1.001 * CONSTANTS["narrow"]


@pytest.mark.parametrize("layer", ("conv_relu", "table", "relu", "add"))
def test_float_output_has_a_grid_of_its_own(tmp_path, layer):
    model = save(tmp_path / "m.onnx", INPUT + LAYERS[layer] + quantize("r", "narrow", "zero", "y"), [port("x", SHAPE)],
                 [port("r", None), port("y", None)], CONSTANTS)
    program, _ = converted(model, DATA, "--method", "min_max")
    expected, found = reference(model, DATA), outputs_of(program, DATA)
    assert sqnr(expected["r"], found["r"]) > 35
    assert np.abs(expected["y"] - found["y"]).max() <= 1.001 * CONSTANTS["narrow"]


def test_reader_without_quantizer(tmp_path):
    """Calibration gives it a grid; without, it gets the widest one, and a warning tells of it."""
    nodes = INPUT + LAYERS["table"] + quantize("r", "narrow", "zero", "y") + [node("Add", ["r", "xd"], ["s"])] \
        + quantize("s", "wide", "zero", "z")
    check(tmp_path, nodes, {"y": "narrow", "z": "wide"}, "--method", "min_max", calibrate=True, rarely=0.3)
    said = tare("convert", tmp_path / "m.onnx", "-o", tmp_path / "m.tare").stderr
    assert said.count("warning") == 1 and "'r'" in said and "--calibration" in said


def test_grid_that_serves_all_is_shared(tmp_path):
    """A reader without a quantizer reads another one's grid where that holds the value: nothing is computed twice."""
    nodes = INPUT + LAYERS["conv"] + quantize("r", "coarse", "zero", "y") + [node("Add", ["r", "xd"], ["s"])] + quantize("s", "coarse", "zero", "z")
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None), port("z", None)], CONSTANTS)
    program, said = converted(model, DATA)
    assert "warning" not in said
    assert sum(layer["kind"] == "conv" for layer in tare_json("inspect", program)["layers"]) == 1


def test_concat_with_a_constant_on_a_grid_of_its_own(tmp_path):
    """Nobody says the concatenation's own grid: it must hold what is wider than the other operand, too."""
    constants = {"far": np.full((1, 2, 4, 4), 125, np.int8)}
    nodes = INPUT + dequantize("far", "wide", "c") + [node("Concat", ["xd", "xd", "c"], ["r"], axis=1), node("Flatten", ["r"], ["p"])] \
        + quantize("p", "wide", "zero", "y") + quantize("p", "coarse", "zero", "z") + quantize("p", "narrow", "zero", "a")
    check(tmp_path, nodes, {"y": "wide", "z": "coarse", "a": "narrow"}, rarely=0.1, constants=constants)


@pytest.mark.parametrize("layer", ("conv", "max_pool"))
def test_interpolation_of_what_a_grid_cuts_off(tmp_path, layer):
    """Rounding before an interpolation is not rounding behind it: neighbours that a narrow grid has cut off say nothing of the mean."""
    linear = [node("Resize", ["r", "", "", "sizes"], ["p"], mode="linear", coordinate_transformation_mode="asymmetric")]
    nodes = INPUT + LAYERS[layer] + linear + quantize("p", "narrow", "zero", "y") + quantize("p", "wide", "zero", "z")
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None), port("z", None)], CONSTANTS)
    program, _ = converted(model, DATA, "--method", "min_max")
    expected, found = reference(model, DATA), outputs_of(program, DATA)
    for name in expected:
        # Half a step of the interpolated value's own 8-bit grid, and one of the quantizers'.
        assert np.abs(expected[name] - found[name]).max() <= 0.42, name


def test_models_own_chain_stays(tmp_path):
    """DequantizeLinear -> QuantizeLinear is a requantization of the integers: what the model says."""
    program, _ = check(tmp_path, INPUT + LAYERS["conv"] + quantize("r", "narrow", "zero", "y") + quantize("y", "wide", "zero", "z"),
                       {"y": "narrow", "z": "wide"})
    assert sum(layer["kind"] == "conv" for layer in tare_json("inspect", program)["layers"]) == 1


def test_one_grid_is_computed_once(tmp_path):
    program, _ = check(tmp_path, INPUT + LAYERS["conv"] + quantize("r", "wide", "zero", "y") + quantize("r", "wide", "zero", "z")
                       + PATHS["reshape"]("r", "p") + quantize("p", "wide", "zero", "a"), {"y": "wide", "z": "wide", "a": "wide"})
    assert sum(layer["kind"] == "conv" for layer in tare_json("inspect", program)["layers"]) == 1


def test_qdq_form_says_the_same(tmp_path):
    nodes = INPUT + LAYERS["conv"] + PATHS["pool_relu"]("r", "p") + quantize("r", "narrow", "zero", "y") + quantize("p", "wide", "zero", "z")
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None), port("z", None)], CONSTANTS)
    form = tmp_path / "qdq.mlir"
    tare("convert", model, "--emit", "mlir:qdq", "-o", form)
    expected, found = reference(model, DATA), outputs_of(form, DATA)
    for name in expected:
        assert np.array_equal(expected[name], found[name]), name


def test_tools_know_the_copies(tmp_path):
    nodes = INPUT + LAYERS["conv"] + quantize("r", "narrow", "zero", "y") + quantize("r", "wide", "zero", "z")
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None), port("z", None)], CONSTANTS)
    program, data = tmp_path / "m.tare", tmp_path / "data.npz"
    tare("convert", model, "-o", program)
    np.savez(data, **DATA)
    report = tare_json("compare", model, program, "--inputs", data)
    assert len(report["outputs"]) == 2
    assert all(value["sqnr_db"] is None or value["sqnr_db"] > 35 for value in report["outputs"] + report["layers"]), report
    tare("verify", program, "--golden", tmp_path / "golden")

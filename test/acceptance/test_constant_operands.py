"""Every operand that must be a constant may come through DequantizeLinear, Cast, Identity, Reshape, Transpose .. of constants."""
import numpy as np
import onnx
import pytest

from graphs import TensorProto, converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import fails, sqnr, tare, tare_json

RNG = np.random.default_rng(2)
CONSTANTS = {"s": np.float32(.03), "z": np.int8(3), "p": np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64), "one": np.float32(.01),
             "z0": np.int8(0), "vq": np.int8(0), "seven": np.int8(7), "slopes": np.array([10, -20, 30], np.int8).reshape(3, 1, 1),
             "loq": np.int8(-50), "hiq": np.int8(90), "gq": np.array([50, 60, -70], np.int8)}
OPERATORS = {
    "pad": [*dequantize("vq", "one", "v", "z0"), node("Pad", ["xd", "p", "v"], ["c"])],
    "pad_seven": [*dequantize("seven", "one", "v"), node("Pad", ["xd", "p", "v"], ["c"])],
    "prelu": [*dequantize("slopes", "one", "sl", "z0"), node("PRelu", ["xd", "sl"], ["c"])],
    "clip": [*dequantize("loq", "one", "lo", "z0"), *dequantize("hiq", "one", "hi", "z0"), node("Clip", ["xd", "lo", "hi"], ["c"])],
    "bn": [*dequantize("gq", "one", "g", "z0"), node("Mul", ["g", "g"], ["va"]),
           node("BatchNormalization", ["xd", "g", "g", "g", "va"], ["c"])]}


def images(rng, count=8):
    return {"x": rng.normal(size=(count, 3, 4, 4)).astype(np.float32)}


def steps_apart(model, data, program, scale):
    """The largest difference from ONNX Runtime, in steps of the output's grid."""
    expected, found = reference(model, data), outputs_of(program, data)
    return max(np.max(np.abs(expected[name] - found[name].reshape(expected[name].shape))) for name in expected) / scale


@pytest.mark.parametrize("kind", OPERATORS)
def test_qdq_pad_value(kind, tmp_path, rng):
    """The fault case, in both forms: the float graph is ONNX Runtime's, the program within a step."""
    nodes = [*quantize("x", "s", "z", "xd"), *OPERATORS[kind], *quantize("c", "s", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 4, 4])], [port("y", ["a", "b", "h", "w"])], CONSTANTS, opset=17)
    data = images(rng)
    assert steps_apart(model, data, model, np.float32(.03)) < 1.01
    tare("convert", model, "-o", tmp_path / "m.tare")
    assert steps_apart(model, data, tmp_path / "m.tare", np.float32(.03)) < 1.01


ROUTES = {
    "identity": [node("Identity", ["k"], ["r"])],
    "dequantize_identity": [*dequantize("q", "one", "a"), node("Identity", ["a"], ["r"])],
    "identity_dequantize": [node("Identity", ["q"], ["a"]), *dequantize("a", "one", "r")],
    "cast": [node("Cast", ["q"], ["a"], to=TensorProto.FLOAT), node("Mul", ["a", "one"], ["r"])],
    "cast_chain": [*dequantize("q", "one", "r0"), node("Cast", ["r0"], ["r1"], to=TensorProto.DOUBLE),
                   node("Cast", ["r1"], ["r"], to=TensorProto.FLOAT)],
    "reshape": [*dequantize("q", "one", "r0"), node("Reshape", ["r0", "flat"], ["r1"]), node("Reshape", ["r1", "shape"], ["r"])],
    "transpose": [node("Transpose", ["turned"], ["a"]), *dequantize("a", "one", "r")],
    "transpose_dequantized": [*dequantize("turned", "one", "a"), node("Transpose", ["a"], ["r"])],
    "squeeze": [node("Unsqueeze", ["q", "axis"], ["r0"]), *dequantize("r0", "one", "r1"), node("Squeeze", ["r1", "axis"], ["r"])],
    "slice": [node("Concat", ["q", "q"], ["r0"], axis=0), *dequantize("r0", "one", "r1"), node("Split", ["r1"], ["r", "rest"], axis=0)],
    "requantized": [*quantize("k", "one", "z0", "r")],
    "twice": [*dequantize("q", "one", "a"), *quantize("a", "one", "z0", "r")],
    "constant_node": [node("Constant", [], ["a"], value=onnx.numpy_helper.from_array(np.array([50, 60, 70], np.int8), "a")),
                      *dequantize("a", "one", "r")],
    "dropout": [*dequantize("q", "one", "a"), node("Dropout", ["a"], ["r"])],
}
VALUES = np.array([50, 60, 70], np.int8)
SCALARS = {"k": VALUES * np.float32(.01), "q": VALUES, "one": np.float32(.01), "z0": np.int8(0), "flat": np.array([1, -1], np.int64),
           "shape": np.array([3], np.int64), "turned": VALUES, "axis": np.array([0], np.int64)}
READERS = {
    "clip": lambda r: [node("ReduceMin", [r], ["lo"], keepdims=0), node("Neg", ["lo"], ["low"]), node("ReduceMax", [r], ["high"], keepdims=0),
                       node("Clip", ["x", "low", "high"], ["y"])],
    "prelu": lambda r: [node("Unsqueeze", [r, "image"], ["sl"]), node("PRelu", ["x", "sl"], ["y"])],
    "bn": lambda r: [node("BatchNormalization", ["x", r, r, r, r], ["y"])],
    "pad": lambda r: [node("Slice", [r, "first", "second"], ["v1"]), node("Squeeze", ["v1"], ["v"]), node("Pad", ["x", "p", "v"], ["y"])],
    "add": lambda r: [node("Unsqueeze", [r, "image"], ["b"]), node("Add", ["x", "b"], ["y"])],
    "div": lambda r: [node("Unsqueeze", [r, "image"], ["b"]), node("Div", ["x", "b"], ["y"])],
    "conv_bias": lambda r: [node("Conv", ["x", "w", r], ["y"], name="conv")],
}
SHAPES = {"image": np.array([1, 2], np.int64), "first": np.array([0], np.int64), "second": np.array([1], np.int64),
          "p": CONSTANTS["p"], "w": RNG.normal(size=(3, 3, 1, 1)).astype(np.float32)}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("route", ROUTES)
def test_qdq_pad_value_by_any_route(route, reader, tmp_path, rng):
    """What is said of a Pad's value holds for all that read a constant, whatever computed it."""
    model = save(tmp_path / "m.onnx", [*ROUTES[route], *READERS[reader]("r")], [port("x", [1, 3, 4, 4])],
                 [port("y", ["a", "b", "h", "w"])], {**SCALARS, **SHAPES}, opset=17)
    data = images(rng)
    expected = reference(model, data)["y"]
    np.testing.assert_allclose(outputs_of(model, data)["y"], expected, atol=2e-6, rtol=2e-6)
    program, _ = converted(model, data, "--method", "min_max")
    assert np.max(np.abs(outputs_of(program, data)["y"] - expected)) < 0.02 * np.ptp(expected)


WEIGHTS = {
    "conv": (np.int8, [7, 3, 2, 2], 0, [node("Conv", ["xd", "wd"], ["y"], name="layer")]),
    "transposed_conv": (np.int8, [3, 7, 2, 2], 1, [node("ConvTranspose", ["xd", "wd"], ["y"], name="layer")]),
    "matmul": (np.int8, [4, 7], 1, [node("MatMul", ["xd", "wd"], ["y"], name="layer")]),
}
MOVES = {
    "as_it_is": lambda w, axis: (w, axis, []),
    "identity": lambda w, axis: (w, axis, [node("Identity", ["wm"], ["wd"])]),
    "float_casts": lambda w, axis: (w, axis, [node("Cast", ["wm"], ["wf"], to=TensorProto.DOUBLE),
                                              node("Cast", ["wf"], ["wd"], to=TensorProto.FLOAT)]),
    "transpose": lambda w, axis: (np.ascontiguousarray(w.T), w.ndim - 1 - axis, [node("Transpose", ["wm"], ["wd"])]),
    "reshape": lambda w, axis: (w[None], axis + 1, [node("Reshape", ["wm", "shape"], ["wd"])]),
    "squeeze": lambda w, axis: (w[..., None], axis, [node("Squeeze", ["wm", "last"], ["wd"])]),
    "slice": lambda w, axis: (np.concatenate([w, w], axis), axis,
                              [node("Split", ["wm", "halves"], ["wd", "other"], axis=axis)]),
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("layer", WEIGHTS)
def test_weights_keep_their_integers_and_scales(layer, move, tmp_path, rng):
    """What moves a dequantized weight before the layer reads it moves the file's integers: nothing is rounded anew."""
    kind, shape, axis, layers = WEIGHTS[layer]
    w = np.random.default_rng(5).integers(-127, 128, shape).astype(kind)
    channels = shape[axis]
    scales = (np.random.default_rng(6).random(channels) * .02 + .001).astype(np.float32)
    stored, moved_axis, moves = MOVES[move](w, axis)
    if move == "slice":
        scales = np.concatenate([scales, scales * np.float32(3)])
    constants = {"w": stored, "ws": scales, "wz": np.zeros(scales.size, np.int8), "shape": np.array(shape, np.int64),
                 "last": np.array([-1], np.int64), "halves": np.array([channels, channels], np.int64), "s": np.float32(.04), "z": np.int8(0)}
    nodes = [*quantize("x", "s", "z", "xd"), *dequantize("w", "ws", "wm" if moves else "wd", "wz", axis=moved_axis), *moves, *layers]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 4, 4])], [port("y", ["a", "b", "h", "w"])], constants, opset=17)
    data = images(rng)
    # The program computes on the file's integers: the sums are exact, and so is the result but for the last float operation.
    expected = reference(model, data)["y"]
    tare("convert", model, "--no-repair", "-o", tmp_path / "m.tare")
    np.testing.assert_allclose(outputs_of(tmp_path / "m.tare", data)["y"], expected, rtol=1e-5, atol=1e-5)
    layer_info = next(l for l in tare_json("inspect", tmp_path / "m.tare")["layers"] if l["kind"] in ("conv", "conv_transpose", "linear"))
    np.testing.assert_allclose(layer_info["scales"], scales[:channels] * np.float64(np.float32(.04)), rtol=1e-12)


@pytest.mark.parametrize("kind", ["Add", "Mul", "Sub", "Div"])
def test_constants_of_several_scales_are_told_in_steps(kind, tmp_path, rng):
    """As all other costs, and no less than what is measured."""
    integers = rng.integers(-120, 121, (1, 4, 1, 1)).astype(np.int8)
    constants = {"s": np.float32(2 / 127), "z": np.int8(0), "k": integers | 1, "ks": np.float32([1, .3, .1, .0371]) / 127, "kz": np.zeros(4, np.int8),
                 "ys": np.float32({"Add": 3, "Sub": 3, "Mul": 2, "Div": 80}[kind] / 127)}
    nodes = [*quantize("x", "s", "z", "xd"), node("DequantizeLinear", ["k", "ks", "kz"], ["kd"], axis=1),
             node(kind, ["xd", "kd"], ["c"], name="layer"), *quantize("c", "ys", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 8, 8])], [port("y", None)], constants)
    data = {"x": rng.uniform(-2, 2, (8, 4, 8, 8)).astype(np.float32)}
    program, told = converted(model, data, "--target", "three_stage")
    off = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]).max() / float(constants["ys"])
    lines = [line for line in told.splitlines() if "it was rounded to one grid" in line]
    assert off < 1.01 or lines
    for line in lines:
        assert off <= float(line.split("at the cost of at most ")[1].split(" LSB of the output")[0]) + 1.1


EMPTY = {
    "scatter_nd": ([node("ScatterND", ["x", "none", "nothing"], ["s"], name="layer")], {"none": np.zeros((0, 1), np.int64), "nothing": np.zeros((0, 2, 4, 4), np.float32)}),
    "scatter_elements": ([node("ScatterElements", ["x", "none", "nothing"], ["s"], name="layer")], {"none": np.zeros((0, 2, 4, 4), np.int64), "nothing": np.zeros((0, 2, 4, 4), np.float32)}),
    # As PyTorch writes it.
    "resize": ([node("Resize", ["x", "roi", "scales"], ["s"], name="layer", mode="cubic")], {"roi": np.zeros(0, np.float32), "scales": np.float32([1, 1, 2, 2])}),
}


@pytest.mark.parametrize("name", EMPTY)
def test_operands_without_elements(tmp_path, rng, name):
    """A node that writes nothing gives what it was given; what says nothing is left out."""
    nodes, constants = EMPTY[name]
    model = save(tmp_path / "m.onnx", nodes + [node("Relu", ["s"], ["y"], name="relu")], [port("x", [1, 2, 4, 4])], [port("y", None)], constants)
    data = {"x": rng.normal(size=(16, 2, 4, 4)).astype(np.float32)}
    program, _ = converted(model, data)
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 30


def test_what_a_program_cannot_hold_is_told(tmp_path, rng):
    """A sum over rows of nothing: the layer's constant is named, and its shape."""
    model = save(tmp_path / "m.onnx", [node("ScatterND", ["x", "none", "nothing"], ["y"], name="layer", reduction="add")], [port("x", [3, 4])], [port("y", None)],
                 {"none": np.zeros((0, 1), np.int64), "nothing": np.zeros((0, 4), np.float32)})
    message = fails("convert", model, "--random-calibration", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "'none'" in message and "has no elements, by the shape 0x1" in message

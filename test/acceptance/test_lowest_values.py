"""Numbers that can never win or reach an output do not enter ranges: borders before max pooling, masks before a softmax."""
import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import METHODS, fails, sqnr, tare, tare_json

RNG = np.random.default_rng(1)
I64 = lambda *values: np.array(values, np.int64)
LOWEST = {"-10000": -10000.0, "-65504": -65504.0, "lowest": np.finfo(np.float32).min, "-inf": -np.inf}
TENSORS = {"w": RNG.normal(size=(5, 4, 3, 3)).astype(np.float32), "p": I64(0, 0, 1, 1, 0, 0, 1, 1), "uneven": I64(0, 0, 0, 2, 0, 0, 1, 1),
           "rows": I64(5, 0, -1, 10), "image": I64(1, 5, 10, 10), "zero": np.float32(0), "five": np.float32(-5), "ten": np.float32(10),
           "u": (RNG.normal(size=(3, 5, 1, 1)) / 3).astype(np.float32), "crop": I64(1, 1), "end": I64(9, 9), "axes": I64(2, 3), "one": I64(1)}
conv = node("Conv", ["x", "w"], ["c"], pads=[1] * 4, name="conv")
pad = lambda value="c", pads="p", result="q": node("Pad", [value, pads, "v"], [result], name=result)
pool = lambda value="q", result="y", **more: node("MaxPool", [value], [result], name=result, **{"kernel_shape": [3, 3], "strides": [2, 2], **more})
GRAPHS = {
    "fault": [conv, pad(), pool()],
    "uneven": [conv, pad(pads="uneven"), pool()],
    "own_pads_too": [conv, pad(), pool(pads=[1, 1, 0, 0])],
    "ceil_mode": [conv, pad(), pool(ceil_mode=1)],
    "dilated": [conv, pad(), pool(dilations=[2, 2], strides=[1, 1])],
    "relu_before": [conv, node("Relu", ["c"], ["r"]), pad("r"), pool()],
    "relu_between": [conv, pad(), node("Relu", ["q"], ["r"]), pool("r")],
    "clip_between": [conv, pad(), node("Clip", ["q", "five", "ten"], ["r"]), pool("r")],
    "reshape_between": [conv, pad(), node("Reshape", ["q", "image"], ["r"]), pool("r")],
    "transpose_between": [conv, pad(), node("Transpose", ["q"], ["r"], perm=[0, 1, 3, 2]), pool("r")],
    "pad_twice": [conv, pad(), pad("q", "p", "q2"), pool("q2", kernel_shape=[5, 5])],
    "two_pools": [conv, pad(), pool("q", "a"), pool("q", "b", kernel_shape=[2, 2]), node("Concat", ["a", "b2"], ["y"], axis=1),
                  node("MaxPool", ["b"], ["b2"], kernel_shape=[2, 2])],
    "cropped_again": [conv, pad(), node("Slice", ["q", "crop", "end", "axes"], ["y"])],
    "relu_and_layer": [conv, pad(), node("Relu", ["q"], ["r"]), node("Conv", ["r", "u"], ["y"], name="conv2")],
}
FUNCTIONS = {"leaky": node("LeakyRelu", ["q"], ["r"], alpha=.1), "leaky_tiny": node("LeakyRelu", ["q"], ["r"], alpha=1e-3),
             "leaky_0": node("LeakyRelu", ["q"], ["r"], alpha=0.0), "prelu": node("PRelu", ["q", "slopes"], ["r"]),
             "sigmoid": node("Sigmoid", ["q"], ["r"]), "tanh": node("Tanh", ["q"], ["r"]), "hard_swish": node("HardSwish", ["q"], ["r"]),
             "hard_sigmoid": node("HardSigmoid", ["q"], ["r"], alpha=.1, beta=.4)}
TENSORS["slopes"] = np.float32([.1, .2, .3, .05, .5]).reshape(5, 1, 1)
GRAPHS["two_pools"] = [GRAPHS["two_pools"][i] for i in (0, 1, 2, 3, 5, 4)]


def images(rng):
    return {"x": rng.normal(size=(16, 4, 8, 8)).astype(np.float32)}


@pytest.mark.parametrize("value", LOWEST)
@pytest.mark.parametrize("graph", GRAPHS)
def test_pad_lowest_maxpool(graph, value, tmp_path, rng):
    """The border enters no range: the program is as accurate as one without it."""
    model = save(tmp_path / "m.onnx", GRAPHS[graph], [port("x", [1, 4, 8, 8])], [port("y", None)], {**TENSORS, "v": np.float32(LOWEST[value])}, opset=17)
    data = images(rng)
    expected = reference(model, data)["y"]
    np.testing.assert_allclose(outputs_of(model, data)["y"], expected, rtol=1e-5, atol=1e-5)
    program, told = converted(model, data, "--method", "min_max")
    assert "warning" not in told, told
    assert sqnr(expected, outputs_of(program, data)["y"]) > 35


@pytest.mark.parametrize("value", LOWEST)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_lowest_before_a_function(function, value, tmp_path, rng):
    """What the function makes of the border is as low as nothing else, or the same as of any number far below."""
    if function in ("leaky_0", "hard_swish") and np.isinf(LOWEST[value]):
        pytest.skip("0 times infinity")
    model = save(tmp_path / "m.onnx", [conv, pad(), FUNCTIONS[function], pool("r")], [port("x", [1, 4, 8, 8])], [port("y", None)],
                 {**TENSORS, "v": np.float32(LOWEST[value])}, opset=17)
    data = images(rng)
    expected = reference(model, data)["y"]
    program, told = converted(model, data, "--method", "min_max")
    assert "warning" not in told, told
    assert sqnr(expected, outputs_of(program, data)["y"]) > 30


def test_a_border_that_a_function_turns_over_counts(tmp_path, rng):
    """With a negative slope the lowest number becomes the largest: it is told what that costs."""
    nodes = [conv, pad(), node("LeakyRelu", ["q"], ["r"], alpha=-.5), pool("r")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 8, 8])], [port("y", None)], {**TENSORS, "v": np.float32(-400)}, opset=17)
    data = images(rng)
    program, told = converted(model, data, "--method", "min_max")
    assert "bits coarser" in told
    assert np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]).max() < 2


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", ["generic", "gemmlowp", "shift_only", "three_stage", "i16x8"])
def test_pad_lowest_maxpool_on_every_target(target, method, tmp_path, rng):
    model = save(tmp_path / "m.onnx", GRAPHS["relu_between"] if target == "gemmlowp" else GRAPHS["fault"], [port("x", [1, 4, 8, 8])],
                 [port("y", None)], {**TENSORS, "v": np.float32(-10000)}, opset=17)
    data = images(rng)
    program, _ = converted(model, data, "--method", method, "--target", target)
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 25


def test_the_border_becomes_the_poolings_own(tmp_path, rng):
    model = save(tmp_path / "m.onnx", GRAPHS["fault"], [port("x", [1, 4, 8, 8])], [port("y", None)], {**TENSORS, "v": np.float32(-10000)}, opset=17)
    program, _ = converted(model, images(rng))
    assert "pad" not in [layer["kind"] for layer in tare_json("inspect", program)["layers"]]


@pytest.mark.parametrize("opset, value", [(10, -np.inf), (10, -1e4), (13, -np.inf)])
def test_older_pads(opset, value, tmp_path, rng):
    attributes = dict(pads=[0, 0, 1, 1, 0, 0, 1, 1], value=float(value)) if opset < 11 else {}
    operands = ["c"] if opset < 11 else ["c", "p", "v"]
    model = save(tmp_path / "m.onnx", [conv, node("Pad", operands, ["q"], **attributes), pool()], [port("x", [1, 4, 8, 8])], [port("y", None)],
                 {**TENSORS, "v": np.float32(value)}, opset=opset)
    data = images(rng)
    program, _ = converted(model, data, "--method", "min_max")
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 35


def test_a_border_that_something_else_reads_is_told(tmp_path, rng):
    """The pooling does its own; the other reader gets what the model says, at a cost that is named."""
    nodes = [conv, pad(), pool("q", "a"), node("Conv", ["q", "u"], ["b"], name="conv2"), node("Sigmoid", ["a"], ["s"])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 8, 8])], [port("s", None), port("b", None)], {**TENSORS, "v": np.float32(-10000)}, opset=17)
    data = images(rng)
    _, told = converted(model, data, "--method", "min_max")
    lines = [line for line in told.splitlines() if "warning" in line and "'q'" in line]
    assert len(lines) == 1 and "-10000" in lines[0] and "'conv2'" in lines[0] and "bits coarser" in lines[0], told


def test_a_window_of_nothing_but_border(tmp_path, rng):
    """Its result is the border's number, which therefore counts, and is told."""
    nodes = [conv, node("Pad", ["c", "wide", "v"], ["q"], name="q"), pool("q", kernel_shape=[2, 2])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 8, 8])], [port("y", None)],
                 {**TENSORS, "wide": I64(0, 0, 4, 4, 0, 0, 4, 4), "v": np.float32(-200)}, opset=17)
    data = images(rng)
    expected = reference(model, data)["y"]
    program, told = converted(model, data, "--method", "min_max")
    assert "'q'" in told and "bits coarser" in told
    assert np.max(np.abs(outputs_of(program, data)["y"] - expected)) < 1


def test_an_infinite_border_that_reaches_an_output_is_refused(tmp_path, rng):
    model = save(tmp_path / "m.onnx", [conv, pad()], [port("x", [1, 4, 8, 8])], [port("q", None)], {**TENSORS, "v": np.float32(-np.inf)}, opset=17)
    np.savez(tmp_path / "d.npz", **images(rng))
    message = fails("convert", model, "--calibration", tmp_path / "d.npz", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "'q'" in message and "-inf" in message and "finite" in message


@pytest.mark.parametrize("value", LOWEST)
def test_a_quantized_model_pads_with_the_lowest(value, tmp_path, rng):
    nodes = [*quantize("x", "s", "z", "xd"), pad("xd"), pool(result="o"), *quantize("o", "s", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 8, 8])], [port("y", None)],
                 {**TENSORS, "v": np.float32(LOWEST[value]), "s": np.float32(.03), "z": np.int8(3)}, opset=17)
    data = images(rng)
    tare("convert", model, "-o", tmp_path / "m.tare")
    assert np.max(np.abs(outputs_of(tmp_path / "m.tare", data)["y"] - reference(model, data)["y"])) < .031


@pytest.mark.parametrize("value", LOWEST)
def test_lowest_constants_beside_a_maximum(value, tmp_path, rng):
    """Concatenated with constants, the largest is taken: no constant wins."""
    lowest = np.full((1, 5, 8, 1), LOWEST[value], np.float32)
    nodes = [conv, node("Concat", ["k", "c", "k"], ["q"], axis=3), node("GlobalMaxPool", ["q"], ["g"]), pool("q", "m"),
             node("Sigmoid", ["m"], ["y"])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 8, 8])], [port("y", None), port("g", None)], {**TENSORS, "k": lowest}, opset=17)
    data = images(rng)
    expected = reference(model, data)
    program, told = converted(model, data, "--method", "min_max")
    found = outputs_of(program, data)
    assert all(sqnr(expected[name], found[name].reshape(expected[name].shape)) > 35 for name in expected), told


MASKS = {"causal": np.triu(np.ones((7, 7), np.float32), 1), "padding": (np.arange(7) > 4).astype(np.float32).reshape(1, 7),
         "per_head": np.stack([np.triu(np.ones((7, 7), np.float32), k) for k in (1, 3)])}


@pytest.mark.parametrize("form", ["added", "subtracted", "scaled_behind", "through_reshape", "leaky_behind"])
@pytest.mark.parametrize("value", LOWEST)
@pytest.mark.parametrize("mask", MASKS)
def test_attention_masks(mask, value, form, tmp_path, rng):
    """The scores' grid is that of what is not masked; what is masked is exactly 0."""
    hidden = np.where(MASKS[mask] > 0, np.float32(LOWEST[value]), np.float32(0))
    if form in ("subtracted", "scaled_behind") and np.isinf(LOWEST[value]):
        pytest.skip("infinity is added as a rule")
    constants = {"mask": hidden, "minus": -hidden, "half": np.float32(.5), "flat": I64(1, 14, 7), "heads": I64(1, 2, 7, 7)}
    nodes = {"added": [node("Add", ["mask", "s"], ["a"])], "subtracted": [node("Sub", ["s", "minus"], ["a"])],
             "leaky_behind": [node("Add", ["s", "mask"], ["a0"]), node("LeakyRelu", ["a0"], ["a"], alpha=.2)],
             "scaled_behind": [node("Add", ["s", "mask"], ["a0"]), node("Mul", ["a0", "half"], ["a"])],
             "through_reshape": [node("Add", ["s", "mask"], ["a0"]), node("Reshape", ["a0", "flat"], ["a1"]), node("Reshape", ["a1", "heads"], ["a"])]}[form]
    nodes = [node("MatMul", ["q", "k"], ["s"]), *nodes, node("Softmax", ["a"], ["p"], axis=-1), node("MatMul", ["p", "v"], ["y"])]
    model = save(tmp_path / "m.onnx", nodes, [port("q", [1, 2, 7, 4]), port("k", [1, 2, 4, 7]), port("v", [1, 2, 7, 4])],
                 [port("y", [1, 2, 7, 4]), port("p", [1, 2, 7, 7])], constants, opset=17)
    data = {name: rng.normal(size=(32, 2, *shape)).astype(np.float32) for name, shape in (("q", (7, 4)), ("k", (4, 7)), ("v", (7, 4)))}
    expected = reference(model, data)
    program, told = converted(model, data, "--method", "min_max")
    found = outputs_of(program, data)
    masked = np.broadcast_to(MASKS[mask] > 0, expected["p"].shape)
    assert np.all(found["p"][masked] == 0)
    assert sqnr(expected["p"], found["p"]) > 24 and sqnr(expected["y"], found["y"]) > 24, told


@pytest.mark.parametrize("target", ["shift_only", "generic", "i16x8"])
@pytest.mark.parametrize("value", [-np.inf, np.finfo(np.float32).min, np.finfo(np.float32).max])
def test_no_grid_ends_beyond_float32(tmp_path, target, value, rng):
    """Its last integers would be infinite in the QDQ form, which is what the program's are held against."""
    mask = np.float32([[1.5], [-0.5], [value], [-1.75]])
    model = save(tmp_path / "m.onnx", [node("Add", ["x", "k"], ["y"], name="add")], [port("x", [1, 4, 6])], [port("y", [1, 4, 6])], {"k": mask})
    data = {"x": rng.normal(size=(4, 4, 6)).astype(np.float32)}
    program, _ = converted(model, data, "--target", target)
    result = outputs_of(program, data)["y"]
    assert np.isfinite(result).all() and (np.abs(result[:, 2]) > 1e38).all()

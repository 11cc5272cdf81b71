"""Cast to float16 and bfloat16 rounds: in the float graph and in constants as ONNX Runtime does; a grid leaves it to its steps."""
import numpy as np
import onnx
import pytest

from graphs import TensorProto, converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import sqnr, tare, tare_json

FORMATS = {"float16": TensorProto.FLOAT16, "bfloat16": TensorProto.BFLOAT16}
#: Ties in both directions, the ends of both formats and what lies half way beyond, subnormals, and zeros of both signs.
HARD = np.array([1.00048828125, 1.00146484375, 2049, 2051, -2049, 65504, 65519.99, -65519.99, 6e-8, 2.98e-8, 2.99e-8, -8.9e-8, 6.1e-5, 6.0975552e-5,
                 0, -0.0, 1.00390625, 1.01171875, 257, 259, -1e-38, 1e-40, 3.3e4, 0.1], np.float32)


def there_and_back(value, result, *formats):
    names = [value, *(f"{result}_{n}" for n in range(len(formats)))]
    casts = [node("Cast", [a], [b], to=to, name=b) for a, b, to in zip(names, names[1:], formats)]
    return [*casts, node("Cast", [names[-1]], [result], to=TensorProto.FLOAT, name=result)]


@pytest.mark.parametrize("where", ["input", "constant", "double_constant"])
@pytest.mark.parametrize("format", FORMATS)
def test_casts_round(format, where, tmp_path, rng):
    """Equal to ONNX Runtime in every bit, whether the number is computed or known."""
    random = (rng.normal(size=4000) * np.exp(rng.normal(size=4000) * 8)).astype(np.float32)
    values = np.concatenate([HARD, random[np.abs(random) < 6e4]])[None]
    if where == "input":
        constants, nodes = {}, there_and_back("x", "y", FORMATS[format])
    else:
        kind = np.float64 if where == "double_constant" else np.float32
        constants = {"c": values.astype(kind)}
        nodes = [*there_and_back("c", "r", FORMATS[format]), node("Add", ["x", "r"], ["y"])]
        values = np.zeros_like(values)
    model = save(tmp_path / "m.onnx", nodes, [port("x", list(values.shape))], [port("y", list(values.shape))], constants)
    expected, found = (f["y"] for f in (reference(model, {"x": values}), outputs_of(model, {"x": values})))
    np.testing.assert_array_equal(found.view(np.int32) if where == "input" else found, expected.view(np.int32) if where == "input" else expected)


@pytest.mark.parametrize("format, beyond", [("float16", 65520.0), ("float16", -1e9), ("bfloat16", 3.4e38)])
def test_casts_overflow_to_infinity(format, beyond, tmp_path):
    model = save(tmp_path / "m.onnx", there_and_back("x", "y", FORMATS[format]), [port("x", [1, 2])], [port("y", [1, 2])])
    data = {"x": np.array([[beyond, 1]], np.float32)}
    found = outputs_of(model, data)["y"]
    assert np.isinf(found[0, 0]) and np.sign(found[0, 0]) == np.sign(beyond)
    np.testing.assert_array_equal(found, reference(model, data)["y"])


@pytest.mark.parametrize("formats", [(TensorProto.DOUBLE,), (TensorProto.FLOAT16, TensorProto.DOUBLE), (TensorProto.FLOAT16, TensorProto.FLOAT16),
                                     (TensorProto.FLOAT16, TensorProto.BFLOAT16), (TensorProto.DOUBLE, TensorProto.FLOAT16)])
def test_chains_of_casts(formats, tmp_path, rng):
    values = np.concatenate([HARD, rng.normal(size=1000).astype(np.float32)])[None]
    model = save(tmp_path / "m.onnx", there_and_back("x", "y", *formats), [port("x", list(values.shape))], [port("y", list(values.shape))])
    np.testing.assert_array_equal(outputs_of(model, {"x": values})["y"], reference(model, {"x": values})["y"])


@pytest.mark.parametrize("to, values", [
    (TensorProto.INT32, [1.9, -1.9, 0.5, -0.5, 2e9]), (TensorProto.INT64, [1e15, -2.99]), (TensorProto.UINT8, [1.9, 254.99]),
    (TensorProto.INT8, [-127.9, 127.9]), (TensorProto.BOOL, [0.0, -0.0, 0.1, -3])])
def test_casts_of_constants_to_integers_truncate(to, values, tmp_path):
    nodes = [node("Cast", ["c"], ["i"], to=to), node("Cast", ["i"], ["f"], to=TensorProto.FLOAT), node("Add", ["x", "f"], ["y"])]
    values = np.array([values], np.float32)
    model = save(tmp_path / "m.onnx", nodes, [port("x", list(values.shape))], [port("y", list(values.shape))], {"c": values})
    data = {"x": np.zeros_like(values)}
    np.testing.assert_array_equal(outputs_of(model, data)["y"], reference(model, data)["y"])


@pytest.mark.parametrize("to", [TensorProto.INT8, TensorProto.UINT8, TensorProto.INT16, TensorProto.UINT16, TensorProto.INT32])
def test_casts_between_integers_wrap(to, tmp_path):
    stored = np.array([[0, 1, -1, 127, 128, 255, 256, -129, 65535, 65536, -32769, 70000]], np.int64)
    nodes = [node("Cast", ["c"], ["i"], to=to), node("Cast", ["i"], ["f"], to=TensorProto.FLOAT), node("Add", ["x", "f"], ["y"])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", list(stored.shape))], [port("y", list(stored.shape))], {"c": stored})
    data = {"x": np.zeros(stored.shape, np.float32)}
    np.testing.assert_array_equal(outputs_of(model, data)["y"], reference(model, data)["y"])


def network(rng, path, format):
    """Casts before, between and behind layers, and the layer's activation behind one."""
    w = (rng.normal(size=(6, 3, 3, 3)) / 5).astype(np.float32)
    nodes = [*there_and_back("x", "xr", format), node("Conv", ["xr", "w"], ["c"], pads=[1] * 4, name="conv"), *there_and_back("c", "cr", format),
             node("Relu", ["cr"], ["r"], name="relu"), node("Conv", ["r", "v"], ["d"], name="conv2"), *there_and_back("d", "y", format)]
    return save(path, nodes, [port("x", [1, 3, 8, 8])], [port("y", [1, 4, 8, 8])],
                {"w": w, "v": (rng.normal(size=(4, 6, 1, 1)) / 2).astype(np.float32)})


@pytest.mark.parametrize("format", FORMATS)
def test_a_grid_leaves_rounding_to_its_steps(format, tmp_path, rng):
    """No layer is there for a cast; the activation is the layer's, and the output the accumulator."""
    model = network(rng, tmp_path / "m.onnx", FORMATS[format])
    data = {"x": rng.normal(size=(16, 3, 8, 8)).astype(np.float32)}
    expected = reference(model, data)["y"]
    np.testing.assert_allclose(outputs_of(model, data)["y"], expected, atol=.02 if format == "bfloat16" else .003)
    program, told = converted(model, data, "--method", "min_max")
    assert "warning" not in told
    info = tare_json("inspect", program)
    assert [layer["kind"] for layer in info["layers"] if "conv" in layer["kind"]] == ["conv", "conv"]
    assert not any(layer["kind"] in ("rescale", "lookup", "round") for layer in info["layers"])
    assert sqnr(expected, outputs_of(program, data)["y"]) > (32 if format == "bfloat16" else 36)


def test_weights_cast_to_float16_keep_their_integers(tmp_path, rng):
    """The float graph rounds them as ONNX Runtime does; the program has the file's integers."""
    w = rng.integers(-127, 128, (6, 3, 3, 3)).astype(np.int8)
    scales = (rng.random(6) * .02 + .001).astype(np.float32)
    nodes = [*quantize("x", "s", "z", "xd"), *dequantize("w", "ws", "wd", axis=0), *there_and_back("wd", "wr", TensorProto.FLOAT16),
             node("Conv", ["xd", "wr"], ["y"], name="conv")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", [1, 6, 6, 6])],
                 {"w": w, "ws": scales, "s": np.float32(.04), "z": np.int8(0)})
    data = {"x": rng.normal(size=(8, 3, 8, 8)).astype(np.float32)}
    expected = reference(model, data)["y"]
    np.testing.assert_allclose(outputs_of(model, data)["y"], expected, atol=2e-5)
    tare("convert", model, "--no-repair", "-o", tmp_path / "m.tare")
    conv = next(layer for layer in tare_json("inspect", tmp_path / "m.tare")["layers"] if layer["kind"] == "conv")
    np.testing.assert_allclose(conv["scales"], scales * np.float64(np.float32(.04)), rtol=1e-12)
    assert sqnr(expected, outputs_of(tmp_path / "m.tare", data)["y"]) > 60


def test_what_the_format_does_not_hold_is_told(tmp_path, rng):
    """Calibration meets infinity, and says where."""
    nodes = [*there_and_back("x", "xr", TensorProto.FLOAT16), node("Conv", ["xr", "w"], ["y"], name="conv")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", [1, 2, 8, 8])], {"w": np.ones((2, 3, 1, 1), np.float32)})
    np.savez(tmp_path / "d.npz", x=rng.normal(size=(8, 3, 8, 8)).astype(np.float32) * 1e5)
    done = tare("convert", model, "--calibration", tmp_path / "d.npz", "--method", "min_max", "-o", tmp_path / "m.tare", check=False)
    assert "float16" in done.stderr and "65504" in done.stderr or "infinity was seen" in done.stderr, done.stderr


def test_a_mask_that_float16_makes_infinite(tmp_path, rng):
    """-1e9 becomes -inf: what it is added to counts for nothing behind a softmax."""
    mask = np.zeros((5, 5), np.float32)
    mask[np.triu_indices(5, 1)] = -1e9
    nodes = [*there_and_back("mask", "m", TensorProto.FLOAT16), node("Add", ["x", "m"], ["a"]), node("Softmax", ["a"], ["y"], axis=-1)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 2, 5, 5])], [port("y", [1, 2, 5, 5])], {"mask": mask})
    data = {"x": rng.normal(size=(16, 2, 5, 5)).astype(np.float32)}
    expected = reference(model, data)["y"]
    np.testing.assert_allclose(outputs_of(model, data)["y"], expected, atol=1e-6)
    program, _ = converted(model, data, "--method", "min_max")
    assert sqnr(expected, outputs_of(program, data)["y"]) > 25


@pytest.mark.parametrize("format", FORMATS)
def test_a_cast_between_16_bit_grids_is_told_with_its_cost(format, tmp_path, rng):
    """The format has fewer bits than the grid: the program keeps what the model drops."""
    nodes = [*quantize("x", "s", "z", "xd"), *there_and_back("xd", "r", FORMATS[format]), node("Relu", ["r"], ["c"], name="relu"),
             *quantize("c", "s", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 40])], [port("y", [1, 40])], {"s": np.float32(1 / 32000), "z": np.int16(0)})
    data = {"x": rng.uniform(-1, 1, (16, 40)).astype(np.float32)}
    program, told = converted(model, data, "--target", "i16x8")
    lines = [line for line in told.splitlines() if "warning" in line and format in line]
    assert len(lines) == 1 and "LSB" in lines[0], told
    cost = float(lines[0].split("at most ")[1].split(" LSB")[0])
    off = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]).max() * 32000
    assert 2 < off <= cost + 1


def test_casts_on_8_bit_grids_say_nothing(tmp_path, rng):
    nodes = [*quantize("x", "s", "z", "xd"), *there_and_back("xd", "r", TensorProto.FLOAT16), node("Relu", ["r"], ["c"]), *quantize("c", "s", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 40])], [port("y", [1, 40])], {"s": np.float32(1 / 100), "z": np.int8(0)})
    _, told = converted(model, {"x": rng.uniform(-1, 1, (16, 40)).astype(np.float32)})
    assert "warning" not in told


@pytest.mark.parametrize("strip", ([], ["--strip-io", "quantize,dequantize"]))
@pytest.mark.parametrize("format", FORMATS)
def test_outputs_have_the_format_of_the_model(format, strip, tmp_path, rng):
    """A graph's output that is a Cast: float16 in files, the numbers of bfloat16 as float32; in every form of the model."""
    w = (rng.normal(size=(5, 8)) / 3).astype(np.float32)
    nodes = [node("Gemm", ["x", "w"], ["c"], transB=1, name="fc"), node("Relu", ["c"], ["r"]), node("Cast", ["r"], ["y"], to=FORMATS[format], name="cast")]
    graph = onnx.helper.make_graph(nodes, "g", [port("x", [1, 8])], [onnx.helper.make_tensor_value_info("y", FORMATS[format], [1, 5])],
                                   [onnx.numpy_helper.from_array(w, "w")])
    model = tmp_path / "m.onnx"
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 21)], ir_version=10), str(model))
    data = {"x": rng.normal(size=(16, 8)).astype(np.float32)}
    exact = np.maximum(data["x"] @ w.T, 0)

    def check(found, tolerance):
        assert found.dtype == (np.float16 if format == "float16" else np.float32)
        np.testing.assert_allclose(found.astype(np.float64), exact, atol=tolerance)
        assert not np.any(found.astype(np.float32).view(np.uint32) & (0x1fff if format == "float16" else 0xffff))

    check(outputs_of(model, data)["y"], .02)
    program, _ = converted(model, data, *strip)
    check(outputs_of(program, data)["y"], .06)
    for stage in ("import", "float", "qdq", "fused", "npu"):
        tare("convert", model, "--calibration", tmp_path / "calibration.npz", "--emit", f"mlir:{stage}", "-o", tmp_path / "m.mlir")
        check(outputs_of(tmp_path / "m.mlir", data)["y"], .06)


def costs(model, data, kind):
    """The costs of the warnings of a kind, in LSB; and the outputs' largest differences from ONNX Runtime."""
    np.savez(model.parent / "d.npz", **data)
    said = tare_json("convert", model, "--calibration", model.parent / "d.npz", "-o", model.parent / "m.tare")
    found, wanted = outputs_of(model.parent / "m.tare", data), reference(model, data)
    return ([each["cost"] for each in said["warning_details"] if each["kind"] == kind],
            {name: np.abs(found[name].astype(float) - wanted[name]).max() for name in wanted})


BEHIND = {
    "add": lambda: [node("Add", ["cr", "nb"], ["s"])],
    "sub": lambda: [node("Sub", ["cr", "pb"], ["s"])],
    "batch_norm": lambda: [node("BatchNormalization", ["cr", "one", "zero", "b", "one"], ["s"], epsilon=0.0)],
    "scaled": lambda: [node("Sub", ["cr", "pb"], ["t"]), node("Mul", ["t", "half"], ["s"])],
    "relu": lambda: [node("Sub", ["cr", "pb"], ["t"]), node("Relu", ["t"], ["s"])],
}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("behind", BEHIND)
def test_a_cast_that_a_layer_takes_in_is_told(behind, format, tmp_path, rng):
    """A bias of 100 to 300 goes again behind the cast, and the layer does both at once: the format's steps are many of the result's."""
    bias = np.linspace(100, 300, 6).astype(np.float32)
    nodes = [*quantize("x", "sx", "z", "xd"), node("Conv", ["xd", "w", "b"], ["c"], name="conv"), *there_and_back("c", "cr", FORMATS[format]),
             *BEHIND[behind](), *quantize("s", "sx", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)],
                 {"w": (rng.normal(size=(6, 3, 1, 1)) / 5).astype(np.float32), "b": bias, "nb": -bias.reshape(1, 6, 1, 1), "sx": np.float32(.03),
                  "pb": bias.reshape(1, 6, 1, 1), "half": np.float32(.5), "z": np.int8(0), "one": np.ones(6, np.float32), "zero": np.zeros(6, np.float32)})
    told, off = costs(model, {"x": rng.normal(size=(8, 3, 8, 8)).astype(np.float32)}, "CastDropped")
    assert off["y"] / .03 > 1.5 and told and max(told) + 1.01 >= off["y"] / .03, (told, off)
    assert max(told) <= 4 * off["y"] / .03


@pytest.mark.parametrize("wide_first", (False, True))
@pytest.mark.parametrize("moved", (False, True))
def test_a_cast_before_grids_of_two_widths_is_told(moved, wide_first, tmp_path, rng):
    """That of 16 bits has many steps to one of float16, whichever the file has first, and behind what moves the elements."""
    both = [quantize("p", "s8", "z", "y"), quantize("p", "s16", "z16", "v")]
    nodes = [*quantize("x", "s8", "z", "xd"), node("Conv", ["xd", "w", "b"], ["c"], name="conv"),
             *there_and_back("c", "cr" if moved else "p", TensorProto.FLOAT16),
             *([node("Transpose", ["cr"], ["p"], perm=[0, 2, 3, 1])] if moved else []), *(both[1] + both[0] if wide_first else both[0] + both[1])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None), port("v", None)],
                 {"w": (rng.normal(size=(6, 3, 1, 1)) / 5).astype(np.float32), "b": np.linspace(1, 3, 6).astype(np.float32), "s8": np.float32(.03),
                  "z": np.int8(0), "s16": np.float32(1e-4), "z16": np.int16(0)})
    told, off = costs(model, {"x": rng.normal(size=(8, 3, 8, 8)).astype(np.float32)}, "CastDropped")
    assert told and 3 < max(told) < 11 and off["v"] / 1e-4 > 5


def test_a_cast_on_a_grid_that_ends_before_its_steps_is_no_loss(tmp_path, rng):
    """Values of 300 that the model's own grid cuts off at 3.8."""
    nodes = [*quantize("x", "s", "z", "xd"), node("Conv", ["xd", "w", "b"], ["c"], name="conv"), *there_and_back("c", "cr", TensorProto.FLOAT16),
             *quantize("cr", "s", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)],
                 {"w": np.ones((6, 3, 1, 1), np.float32), "b": np.linspace(0, 300, 6).astype(np.float32), "s": np.float32(.03), "z": np.int8(0)})
    told, off = costs(model, {"x": rng.normal(size=(8, 3, 8, 8)).astype(np.float32)}, "CastDropped")
    assert not told and off["y"] <= .031


ROUNDED = {"cast": [node("Clip", ["d", "low", "high"], ["e"], name="clip")],
           "round, clip": [node("Round", ["d"], ["q"], name="round"), node("Clip", ["q", "low", "high"], ["e"], name="clip")],
           "clip, round": [node("Clip", ["d", "low", "high"], ["q"], name="clip"), node("Round", ["q"], ["e"], name="round")],
           "floor": [node("Add", ["d", "half"], ["f"], name="add"), node("Floor", ["f"], ["q"], name="floor"), node("Clip", ["q", "low", "high"], ["e"], name="clip")],
           "moved": [node("Round", ["d"], ["q"], name="round"), node("Reshape", ["q", "shape"], ["r"], name="r"), node("Clip", ["r", "low", "high"], ["e"], name="clip")]}


@pytest.mark.parametrize("target", (("--target", "generic"), ("--target", "generic", "--activations", "i16"), ("--target", "i16x8"), ("--target", "gemmlowp"), ("--target", "three_stage")), ids=" ".join)
@pytest.mark.parametrize("kind", (np.uint8, np.int8))
@pytest.mark.parametrize("how", ROUNDED)
def test_integers_reach_the_ends_of_their_type(tmp_path, rng, how, kind, target):
    """(A61) Calibration comes near to 255 and stops there: what is brighter later on is 255 as in float, and no rounding has a bias."""
    low, high = np.iinfo(kind).min, np.iinfo(kind).max
    nodes = [node("Gemm", ["x", "w"], ["d"], name="fc"), *ROUNDED[how], node("Cast", ["e"], ["y"], name="cast", to=int(onnx.helper.np_dtype_to_tensor_dtype(np.dtype(kind))))]
    weight = np.full((4, 4), high / 4 + .3, np.float32)
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4])], [port("y", [4, 1] if how == "moved" else [1, 4], kind)],
                 {"w": weight, "low": np.float32(low), "high": np.float32(high), "half": np.float32(.5), "shape": np.int64([4, 1])})
    # Where something is added before, that has a range of its own.
    missing = .02 if how == "floor" else .06
    x = rng.uniform(0, 1, (200, 1, 4)).astype(np.float32)
    x /= np.maximum(1, x.sum(axis=-1, keepdims=True) / (4 - missing))
    x[:4] = 1 - missing * np.eye(4, dtype=np.float32)[:, None]
    program, _ = converted(model, {"x": x}, *target)
    bright = {"x": np.ones((3, 1, 4), np.float32)}
    assert (reference(model, bright)["y"] == high).all() and (outputs_of(program, bright)["y"] == high).all()
    off = outputs_of(program, {"x": x})["y"].astype(float) - reference(model, {"x": x})["y"]
    assert np.abs(off).max() <= 2
    if "i16x8" in target and how != "cast":
        assert abs(off.mean()) < .05

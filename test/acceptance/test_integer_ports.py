"""Inputs and outputs of 8- and 16-bit integers: the model's integers go in and come out, whatever runs it."""
import ctypes

import numpy as np
import pytest

from graphs import TensorProto, converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import BIN, assert_same, fails, load, tare, tare_json

TYPES = [np.uint8, np.int8, np.uint16, np.int16]
STAGES = ["import", "float", "qdq", "fused", "npu"]
random = np.random.default_rng


def grid_of(kind, scale=.02):
    """A scale and a zero point of the type; hardware has none at 16 bits, so that the integers are around the middle there."""
    wide = np.iinfo(kind).bits == 16
    zero = np.iinfo(kind).max // 2 + 1 if np.iinfo(kind).min == 0 else 0 if wide else 5
    return np.float32(scale / 200 if wide else scale), kind(zero)


def integers(kind, *shape, seed=1):
    limits = np.iinfo(kind)
    return random(seed).integers(limits.min, limits.max + 1, shape).astype(kind)


def behind_dequantize(kind):
    scale, zero = grid_of(kind)
    return dequantize("x", "s", "xd", "z"), {"s": scale, "z": zero}, (scale, int(zero))


def behind_cast(kind):
    scale, _ = grid_of(kind)
    return [node("Cast", ["x"], ["xf"], to=TensorProto.FLOAT), node("Mul", ["xf", "s"], ["xd"])], {"s": scale}, (1, 0)


def behind_centring(kind):
    scale, zero = grid_of(kind)
    nodes = [node("Cast", ["x"], ["xf"], to=TensorProto.FLOAT), node("Sub", ["xf", "mean"], ["xc"]),
             node("Div", ["xc", "d"], ["xd"])]
    return nodes, {"mean": np.float32(zero), "d": np.float32(1 / scale)}, (1, 0)


def behind_transpose(kind):
    scale, zero = grid_of(kind)
    return [node("Transpose", ["x"], ["xt"], perm=[0, 1, 3, 2]), *dequantize("xt", "s", "xd", "z")], \
        {"s": scale, "z": zero}, (scale, int(zero))


def read_twice(kind):
    """By a DequantizeLinear and by a Cast."""
    scale, zero = grid_of(kind)
    nodes = [*dequantize("x", "s", "xa", "z"), node("Cast", ["x"], ["xf"], to=TensorProto.FLOAT),
             node("Mul", ["xf", "s"], ["xb"]), *quantize("xa", "s2", "z2", "xa2"), *quantize("xb", "s2", "z2", "xb2"),
             node("Add", ["xa2", "xb2"], ["xd"])]
    return nodes, {"s": scale, "z": zero}, (scale, int(zero))


READERS = [behind_dequantize, behind_cast, behind_centring, behind_transpose, read_twice]


class Network:
    """x, read by `reader`, through a convolution whose grids the model says, to 'y' (float) and 'yq' (integers)."""

    def __init__(self, folder, kind, reader):
        wide = np.iinfo(kind).bits == 16
        before, constants, self.grid = reader(kind)
        constants |= {"wq": random(2).integers(-127, 128, (3, 2, 3, 3)).astype(np.int8), "ws": np.float32(.01),
                      "s2": np.float32(.0005 if wide else .1), "z2": np.int16(0) if wide else np.int8(0)}
        nodes = [*before, *dequantize("wq", "ws", "w"), node("Conv", ["xd", "w"], ["c"], name="conv"),
                 *quantize("c", "s2", "z2", "y")]
        # A sum has a grid of its own, which the model does not say; hardware of 16 bits has no zero point for a Cast's.
        self.tolerance = 8 if reader is read_twice else 2 if kind is np.uint16 else 1
        self.kind, self.step = kind, float(constants["s2"])
        self.model = save(folder / "m.onnx", nodes, [port("x", [1, 2, 5, 5], kind)],
                          [port("y", [1, 3, 3, 3]), port("y_q", [1, 3, 3, 3], constants["z2"].dtype)], constants)
        self.data = {"x": integers(kind, 12, 2, 5, 5)}
        np.savez(folder / "calibration.npz", **self.data)
        self.activations = ("--activations", "i16") if wide else ()

    def form(self, stage):
        if stage == "onnx":
            return self.model
        arguments = () if stage == "program" else ("--emit", f"mlir:{stage}")
        output = self.model.parent / ("m.tare" if stage == "program" else f"{stage}.mlir")
        tare("convert", self.model, "--calibration", self.model.parent / "calibration.npz", *self.activations, *arguments,
             "-o", output)
        return output


@pytest.fixture(params=[(k, r) for k in TYPES for r in READERS], ids=lambda p: f"{np.dtype(p[0])}-{p[1].__name__}")
def network(request, tmp_path):
    return Network(tmp_path, *request.param)


@pytest.fixture(params=TYPES, ids=lambda kind: str(np.dtype(kind)))
def plain(request, tmp_path):
    return Network(tmp_path, request.param, behind_dequantize)


def test_int_input(network):
    """The model in float is ONNX Runtime's; the program is off by what rounding explains, and its forms are equal."""
    wanted = reference(network.model, network.data)
    found = outputs_of(network.model, network.data)
    assert list(found) == list(wanted) and found["y_q"].dtype == wanted["y_q"].dtype
    assert np.abs(found["y"] - wanted["y"]).max() < 1.01 * network.step
    assert np.abs(found["y_q"].astype(int) - wanted["y_q"]).max() <= 1
    program = outputs_of(network.form("program"), network.data)
    assert program["y_q"].dtype == wanted["y_q"].dtype
    assert np.abs(program["y_q"].astype(int) - wanted["y_q"]).max() <= network.tolerance
    (described,) = tare_json("inspect", network.form("program"))["inputs"]
    assert (described["type"], described["zero_points"]) == (str(np.dtype(network.kind)), [network.grid[1]])
    assert described["scales"] == [float(network.grid[0])]


@pytest.mark.parametrize("arguments", [(), ("--raw",)], ids=["real", "raw"])
def test_int_input_in_every_form(plain, arguments):
    """Every stage of the IR and the program agree, with and without --raw."""
    wanted = outputs_of(plain.form("fused"), plain.data, *arguments)
    assert wanted["y_q"].dtype == (np.int16 if plain.activations else np.int8)
    for stage in ["onnx", *STAGES, "program"]:
        found = outputs_of(plain.form(stage), plain.data, *arguments)
        assert list(found) == list(wanted), stage
        for name in wanted:
            step = plain.step if found[name].dtype == np.float32 else 1
            assert found[name].dtype == wanted[name].dtype, (stage, name)
            assert np.abs(found[name].astype(float) - wanted[name]).max() <= 1.01 * step, (stage, name)
    program = outputs_of(plain.form("program"), plain.data, *arguments)
    assert_same(program, outputs_of(plain.form("npu"), plain.data, *arguments), "npu and program")


def test_int_input_compare_verify_golden_calibrate(plain):
    folder, data = plain.model.parent, plain.model.parent / "calibration.npz"
    program = plain.form("program")
    for first in ["onnx", *STAGES]:
        compared = tare_json("compare", plain.form(first), program, "--inputs", data)
        assert all(output["largest_difference"] <= 1.01 for output in compared["outputs"])
    assert all(layer["proof"] != "unknown" for layer in tare_json("verify", program)["layers"])
    tare("verify", program, "--rounding", "floor", "--inputs", data)
    for name, arguments in [("random", ()), ("given", ("--inputs", data, "--samples", 3))]:
        tare("verify", program, "--golden", folder / name, *arguments)
    given = np.load(folder / "given/inputs/000_x.npy")
    zero = 1 << (np.iinfo(plain.kind).bits - 1) if np.iinfo(plain.kind).min == 0 else 0
    assert np.array_equal(np.sort(given.astype(int) + zero, axis=None), np.sort(plain.data["x"][:3], axis=None))
    tare("calibrate", plain.model, "--calibration", data, "-o", folder / "r.json")
    tare("run", program, "--inputs", data, "--outputs", folder / "o.npz", "--profile")


def test_int_input_takes_no_other_type(plain):
    np.savez(plain.model.parent / "other.npz", x=plain.data["x"].astype(np.float32))
    for model in [plain.model, plain.form("program")]:
        message = fails("run", model, "--inputs", plain.model.parent / "other.npz", "--outputs", plain.model.parent / "no.npz",
                        output=plain.model.parent / "no.npz")
        assert f"has elements float32, expected {np.dtype(plain.kind)}" in message


class Port(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("type", ctypes.c_int), ("rank", ctypes.c_size_t),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("bytes", ctypes.c_size_t), ("layout", ctypes.c_char_p),
                ("scale_count", ctypes.c_size_t), ("scales", ctypes.POINTER(ctypes.c_double)), ("axis", ctypes.c_int32),
                ("zero_point", ctypes.c_int32)]


C_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.int64, 5: np.uint8, 6: np.uint16}


class Library:
    """The runtime's C interface."""

    def __init__(self, path):
        self.api = ctypes.CDLL(str(BIN.parent / "lib/libTareRuntime.so"))
        self.api.tare_last_error.restype = ctypes.c_char_p
        for count in ("input", "output"):
            getattr(self.api, f"tare_program_{count}_count").restype = ctypes.c_size_t
        self.program = ctypes.c_void_p()
        self.check(self.api.tare_program_load(str(path).encode(), 0, ctypes.byref(self.program)))

    def check(self, status):
        assert status == 0, self.api.tare_last_error()

    def ports(self, kind, form):
        result = []
        for i in range(getattr(self.api, f"tare_program_{kind}_count")(self.program)):
            result.append(Port())
            self.check(getattr(self.api, f"tare_program_{kind}")(self.program, ctypes.c_size_t(i), form,
                                                                 ctypes.byref(result[-1])))
        return result

    def run(self, form, values):
        context = ctypes.c_void_p()
        self.check(self.api.tare_context_create(self.program, form, ctypes.byref(context)))
        outputs = [np.empty([p.shape[k] for k in range(p.rank)], C_TYPES[p.type]) for p in self.ports("output", form)]
        pointers = lambda arrays: (ctypes.c_void_p * len(arrays))(*[a.ctypes.data for a in arrays])
        self.check(self.api.tare_context_run(context, pointers(values), pointers(outputs)))
        self.api.tare_context_destroy(context)
        return outputs


def test_int_input_in_c(plain):
    program = plain.form("program")
    wanted, library = outputs_of(program, plain.data), Library(program)
    for form in range(3):
        (described,) = library.ports("input", form)
        assert C_TYPES[described.type] == plain.kind and described.zero_point == plain.grid[1]
        assert described.scales[0] == float(plain.grid[0])
    found = library.run(1, [np.ascontiguousarray(plain.data["x"][:1])])
    for array, name in zip(found, wanted):
        assert array.dtype == wanted[name].dtype and np.array_equal(array, wanted[name][:1])


@pytest.mark.parametrize("strip", ["transpose", "quantize,dequantize,transpose"])
def test_int_input_stripped(plain, strip):
    folder = plain.model.parent
    wanted = outputs_of(plain.form("program"), plain.data)
    tare("convert", plain.model, "--calibration", folder / "calibration.npz", *plain.activations, "--strip-io", strip, "-o",
         folder / "s.tare")
    assert_same(wanted, outputs_of(folder / "s.tare", plain.data), strip)
    (described,) = tare_json("inspect", folder / "s.tare")["inputs"]
    assert described["type"] == str(np.dtype(plain.kind)) and described["zero_points"] == [plain.grid[1]]


@pytest.mark.parametrize("kind", [np.uint8, np.int8])
def test_cast_image_is_exact(tmp_path, kind):
    """Calibration that saw a part of the image's values chooses no coarser grid for it."""
    nodes = [node("Cast", ["x"], ["xf"], to=TensorProto.FLOAT), node("Div", ["xf", "d"], ["xd"]),
             node("Conv", ["xd", "w"], ["y"], name="conv")]
    top = np.iinfo(kind).max
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 1, 4, 4], kind)], [port("y", [1, 1, 4, 4])],
                 {"d": np.float32(top), "w": np.ones((1, 1, 1, 1), np.float32)})
    seen = {"x": np.full((4, 1, 4, 4), top // 3, kind)}
    program, _ = converted(model, seen)
    data = {"x": integers(kind, 6, 1, 4, 4)}
    data["x"][0, 0, 0, :2] = np.iinfo(kind).min, top
    assert np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]).max() < 1e-5
    (described,) = tare_json("inspect", program)["inputs"]
    assert (described["scales"], described["zero_points"]) == ([1.0], [0])


def rearranged(name, kind):
    """Movement of an input's integers: nodes from 'x' [1, 2, 4, 4] to 'y', and constants."""
    limits = np.iinfo(kind)
    border = kind(limits.max - 3)
    return {
        "transpose": ([node("Transpose", ["x"], ["y"], perm=[0, 2, 3, 1])], {}),
        "reshape": ([node("Reshape", ["x", "shape"], ["y"])], {"shape": np.array([1, 32])}),
        "slice": ([node("Slice", ["x", "a", "b"], ["y"])], {"a": np.array([0, 0, 1, 0]), "b": np.array([1, 2, 3, 4])}),
        "pad": ([node("Pad", ["x", "p", "v"], ["y"])], {"p": np.array([0, 0, 1, 1, 0, 0, 0, 2]), "v": border}),
        "pad-default": ([node("Pad", ["x", "p"], ["y"])], {"p": np.array([0, 0, 1, 1, 0, 0, 0, 2])}),
        "concat": ([node("Concat", ["x", "x"], ["y"], axis=1)], {}),
        "concat-constant": ([node("Concat", ["x", "k"], ["y"], axis=2)], {"k": integers(kind, 1, 2, 3, 4, seed=9)}),
        "max-pool": ([node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2])], {}),
        "clip": ([node("Clip", ["x", "lo", "hi"], ["y"])], {"lo": kind(limits.min + 7), "hi": kind(limits.max // 2)}),
    }[name]


def moved_reference(model, data, move, kind):
    """ONNX Runtime's integers; it pads those of 8 bits only."""
    if not move.startswith("pad") or np.iinfo(kind).bits == 8:
        return reference(model, data)
    border = np.iinfo(kind).max - 3 if move == "pad" else 0
    return {"y": np.pad(data["x"], ((0, 0), (0, 0), (1, 0), (1, 2)), constant_values=border)}


MOVES = ["transpose", "reshape", "slice", "pad", "pad-default", "concat", "concat-constant", "max-pool", "clip"]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("move", MOVES)
def test_moved_integers(tmp_path, move, kind):
    """An input's integers, moved to an output, are the same integers in every form."""
    if move in ("max-pool", "clip") and np.iinfo(kind).bits == 16:
        pytest.skip("ONNX has it for 8 bits only")
    nodes, constants = rearranged(move, kind)
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 2, 4, 4], kind)], [port("y", None, kind)], constants)
    data = {"x": integers(kind, 5, 2, 4, 4)}
    np.savez(tmp_path / "c.npz", **data)
    wanted = moved_reference(model, data, move, kind)
    wide = ("--activations", "i16") if np.iinfo(kind).bits == 16 else ()
    assert_same(wanted, outputs_of(model, data), "the model")
    for stage in [*STAGES, "program"]:
        form = tmp_path / ("m.tare" if stage == "program" else f"{stage}.mlir")
        emit = () if stage == "program" else ("--emit", f"mlir:{stage}")
        tare("convert", model, "--random-calibration", *wide, *emit, "-o", form)
        assert_same(wanted, outputs_of(form, data), stage)
        assert_same(wanted, outputs_of(form, data, "--raw"), stage + " raw")
    compared = tare_json("compare", model, tmp_path / "m.tare", "--inputs", tmp_path / "c.npz")
    assert [output["differing"] for output in compared["outputs"]] == [0]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("move", ["transpose", "reshape", "slice", "pad", "pad-default", "concat"])
def test_moved_then_dequantized(tmp_path, move, kind):
    scale, zero = grid_of(kind)
    nodes, constants = rearranged(move, kind)
    nodes[-1].output[0] = "m"
    model = save(tmp_path / "m.onnx", [*nodes, *dequantize("m", "s", "y", "z")], [port("x", [1, 2, 4, 4], kind)],
                 [port("y", None)], constants | {"s": scale, "z": zero})
    data = {"x": integers(kind, 5, 2, 4, 4)}
    wide = ("--activations", "i16") if np.iinfo(kind).bits == 16 else ()
    program, _ = converted(model, data, *wide)
    wanted = moved_reference(model, data, move, kind)
    if wanted["y"].dtype == kind:
        wanted = {"y": ((wanted["y"].astype(np.int64) - int(zero)) * float(scale)).astype(np.float32)}
    assert_same(wanted, outputs_of(model, data), "the model")
    assert_same(wanted, outputs_of(program, data), "the program")
    (described,) = tare_json("inspect", program)["inputs"]
    assert (described["scales"], described["zero_points"]) == ([float(scale)], [int(zero)])


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("move", ["none", "transpose", "reshape", "slice", "concat", "max-pool"])
def test_int_output(tmp_path, move, kind):
    """QuantizeLinear, movement of its integers, output."""
    if move == "max-pool" and np.iinfo(kind).bits == 16:
        pytest.skip("ONNX has it for 8 bits only")
    scale, zero = grid_of(kind)
    nodes, constants = ([], {}) if move == "none" else rearranged(move, kind)
    name = "y" if move == "none" else "q"
    for each in nodes:
        for i, operand in enumerate(each.input):
            each.input[i] = "q" if operand == "x" else operand
    model = save(tmp_path / "m.onnx", [node("QuantizeLinear", ["x", "s", "z"], [name]), *nodes], [port("x", [1, 2, 4, 4])],
                 [port("y", None, kind)], constants | {"s": scale, "z": zero})
    data = {"x": random(3).normal(size=(5, 2, 4, 4)).astype(np.float32)}
    program, _ = converted(model, data, *(("--activations", "i16") if np.iinfo(kind).bits == 16 else ()))
    for form in [model, program]:
        assert_same(reference(model, data), outputs_of(form, data), form)
    (described,) = tare_json("inspect", program)["outputs"]
    assert (described["type"], described["zero_points"]) == (str(np.dtype(kind)), [int(zero)])
    assert described["scales"] == [float(scale)]


@pytest.mark.parametrize("kind", [np.uint8, np.int8])
def test_cast_output(tmp_path, kind):
    """A Cast to integers goes towards zero."""
    nodes = [*quantize("x", "s", "z", "xd"), node("Cast", ["xd"], ["y"], to=int(port("", [], kind).type.tensor_type.elem_type))]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 16])], [port("y", [1, 16], kind)],
                 {"s": np.float32(.4), "z": np.uint8(0 if kind == np.uint8 else 128)})
    data = {"x": random(4).uniform(0 if kind == np.uint8 else -50, 90, (20, 16)).astype(np.float32)}
    program, warnings = converted(model, data)
    assert "suspicious" not in warnings
    for form in [model, program]:
        assert_same(reference(model, data), outputs_of(form, data), form)


def test_two_kinds_of_inputs(tmp_path):
    """Integers behind a DequantizeLinear, behind a Cast, and real numbers, in one model."""
    nodes = [*dequantize("a", "s", "ad", "z"), node("Cast", ["b"], ["bf"], to=TensorProto.FLOAT), node("Mul", ["bf", "t"], ["bd"]),
             node("Concat", ["ad", "bd", "c"], ["x"], axis=1), node("Conv", ["x", "w"], ["y"], name="conv")]
    model = save(tmp_path / "m.onnx", nodes, [port("a", [1, 1, 4, 4], np.uint8), port("b", [1, 1, 4, 4], np.int8), port("c", [1, 1, 4, 4])],
                 [port("y", [1, 2, 2, 2])], {"s": np.float32(1 / 64), "z": np.uint8(128), "t": np.float32(1 / 64),
                                             "w": random(7).normal(size=(2, 3, 3, 3)).astype(np.float32)})
    data = {"a": integers(np.uint8, 9, 1, 4, 4), "b": integers(np.int8, 9, 1, 4, 4, seed=2),
            "c": random(8).uniform(-2, 2, (9, 1, 4, 4)).astype(np.float32)}
    program, _ = converted(model, data)
    wanted = reference(model, data)["y"]
    assert np.abs(outputs_of(model, data)["y"] - wanted).max() < 1e-4
    assert np.abs(outputs_of(program, data)["y"] - wanted).max() < .05 * np.abs(wanted).max()
    assert [p["type"] for p in tare_json("inspect", program)["inputs"]] == ["uint8", "int8", "float32"]


@pytest.mark.parametrize("kind", [np.int32, np.int64, np.bool_])
def test_other_integers_are_for_the_host(tmp_path, kind):
    model = save(tmp_path / "m.onnx", [node("Cast", ["x"], ["y"], to=TensorProto.FLOAT, name="cast")], [port("x", [1, 4], kind)],
                 [port("y", [1, 4])])
    message = fails("convert", model, "--random-calibration", "--host", "error", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "inputs of integers or bool, 'x', which --input-value NAME=VALUES makes constants" in message


def image(kind, form, transposed):
    """From an image of integers, [1, 3, 8, 8] or with its channels last, to a float 'xd' of its mean and deviation."""
    first, span = float(np.iinfo(kind).min), float(np.iinfo(kind).max) - float(np.iinfo(kind).min)
    mean, deviation = (np.float32(each).reshape(1, 3, 1, 1) for each in ([.485, .456, .406], [.229, .224, .225]))
    constants = {"mean": mean * np.float32(span) + np.float32(first), "d": deviation * np.float32(span), "span": np.float32(span),
                 "unit": np.float32(2 / span), "m1": mean + np.float32(first / span), "d1": deviation,
                 "middle": np.float32(-1 - 2 * first / span)}
    steps = {"mean_first": [("Sub", "mean"), ("Div", "d")], "span_first": [("Div", "span"), ("Sub", "m1"), ("Div", "d1")],
             "scalars": [("Mul", "unit"), ("Add", "middle")], "span_alone": [("Div", "span")]}[form]
    nodes, value = [], "x"
    for at, (kind_of, constant) in enumerate([("Cast", None), *steps]):
        operands = [value, constant] if constant else [value]
        value = f"x{at}"
        nodes.append(node(kind_of, operands, [value], **({} if constant else {"to": TensorProto.FLOAT})))
    if not transposed:
        nodes[-1].output[0] = "xd"
        return nodes, constants, [1, 3, 8, 8]
    constants |= {name: constants[name].reshape(3) for name in ("mean", "d", "m1", "d1")}
    return [*nodes, node("Transpose", [value], ["xd"], perm=[0, 3, 1, 2])], constants, [1, 8, 8, 3]


@pytest.mark.parametrize("target", ["generic", "gemmlowp", "float_tail", "i16x8", "shift_only", "three_stage"])
@pytest.mark.parametrize("transposed", [False, True], ids=["", "channels_last"])
@pytest.mark.parametrize("form", ["mean_first", "span_first", "scalars", "span_alone"])
@pytest.mark.parametrize("kind", [np.uint8, np.int8], ids=["uint8", "int8"])
def test_images_on_every_target(kind, form, transposed, target, tmp_path):
    nodes, constants, shape = image(kind, form, transposed)
    constants["w"] = random(7).normal(0, .2, (4, 3, 3, 3)).astype(np.float32)
    model = save(tmp_path / "m.onnx", [*nodes, node("Conv", ["xd", "w"], ["c"]), node("Relu", ["c"], ["y"])],
                 [port("x", shape, kind)], [port("y", [1, 4, 6, 6])], constants)
    data = {"x": integers(kind, 16, *shape[1:])}
    program, _ = converted(model, data, "--target", target)
    assert [each["type"] for each in tare_json("inspect", program)["inputs"]] == [str(np.dtype(kind))]
    wanted, found = reference(model, data)["y"], outputs_of(program, data)["y"]
    assert np.sqrt(np.mean((found - wanted) ** 2)) < .04 * np.std(wanted)


@pytest.mark.parametrize("target", ["generic", "gemmlowp", "float_tail", "i16x8", "shift_only", "three_stage"])
@pytest.mark.parametrize("form", ["quantize", "cast", "quantize_and_dequantize", "transpose", "sigmoid"])
@pytest.mark.parametrize("kind", [np.uint8, np.int8], ids=["uint8", "int8"])
def test_integers_leave_every_target(kind, form, target, tmp_path):
    """A float model whose last value is integers, on hardware that has them or that has wider ones."""
    first, last = int(np.iinfo(kind).min), int(np.iinfo(kind).max)
    scale = np.float32(1 / 255 if form == "sigmoid" else .05)
    constants = {"w": random(8).normal(0, .3, (4, 3, 3, 3)).astype(np.float32), "s": scale, "one_over": 1 / scale,
                 "z": kind(first if form == "sigmoid" else first + 128), "zf": np.float32(first + 128)}
    conv, leave = node("Conv", ["x", "w"], ["c"]), ("QuantizeLinear", ["c", "s", "z"])
    nodes, shape = [conv, node(*leave, ["y"])], [1, 4, 6, 6]
    if form == "cast":
        nodes = [conv, node("Mul", ["c", "one_over"], ["m"]), node("Add", ["m", "zf"], ["a"]),
                 node("Cast", ["a"], ["y"], to={np.uint8: TensorProto.UINT8, np.int8: TensorProto.INT8}[kind])]
    elif form == "transpose":
        nodes, shape = [conv, node(*leave, ["q"]), node("Transpose", ["q"], ["y"], perm=[0, 2, 3, 1])], [1, 6, 6, 4]
    elif form == "sigmoid":
        nodes = [conv, node("Sigmoid", ["c"], ["g"]), node("QuantizeLinear", ["g", "s", "z"], ["y"])]
    elif form == "quantize_and_dequantize":
        nodes = [conv, node(*leave, ["y"]), *dequantize("y", "s", "yr", "z")]
    outputs = [port("y", shape, kind)] + ([port("yr", shape)] if form == "quantize_and_dequantize" else [])
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], outputs, constants)
    data = {"x": random(9).normal(0, 1, (16, 3, 8, 8)).astype(np.float32)}
    program, _ = converted(model, data, "--target", target)
    wanted, found = reference(model, data), outputs_of(program, data)
    assert {name: each.dtype for name, each in found.items()} == {name: each.dtype for name, each in wanted.items()}
    # ONNX's Cast rounds to zero, and wraps.
    inside = np.ones(wanted["y"].shape, bool) if form != "cast" else (found["y"] > first + 8) & (found["y"] < last - 8)
    off = np.abs(found["y"].astype(int) - wanted["y"])[inside]
    assert off.mean() < (2.5 if target == "shift_only" else 1.5) and inside.mean() > .5

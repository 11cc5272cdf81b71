"""`tare verify` knows what integers mean wherever a model gives them several meanings: images that are scaled, integers that are dequantized
twice, values with a quantizer for each reader, of one width or of two."""
import numpy as np
import pytest

from graphs import TensorProto, converted, dequantize, node, port, quantize, save
from harness import fails, tare, tare_json
from replay import Golden, replay

RANDOM = np.random.default_rng(17)
WEIGHTS = RANDOM.integers(-127, 128, (3, 3, 3, 3)).astype(np.int8)
SHAPE = [1, 3, 6, 6]
TARGETS = ("generic", "gemmlowp", "i16x8", "float_tail", "shift_only", "three_stage")
MOVEMENTS = ("max_pool", "concat", "slice", "pad", "reshape", "transpose")
SCALED = ("conv", "linear", "matmul", "mul", "rescale", "average_pool")


def integers(rng, kind):
    limits = np.iinfo(kind)
    return rng.integers(limits.min, limits.max + 1, (6, *SHAPE[1:])).astype(kind)


class Network:
    """Numbers for one target: grids on its integers, with scales that it has."""

    def __init__(self, target):
        self.target, self.powers_of_two = target, target == "shift_only"
        self.wide = target == "i16x8"
        self.kind = np.int16 if self.wide else np.int8
        self.constants = {"weights": WEIGHTS, "weight_scale": self.scale(.0087),
                          "flat": np.array([1, 108]), "starts": np.array([1]), "ends": np.array([3]), "axes": np.array([2])}

    def scale(self, real):
        return np.float32(2.0 ** np.round(np.log2(real))) if self.powers_of_two else np.float32(real)

    def grid(self, step, zero=0, kind=None):
        """Names of a scale, of about `step` at 8 bits, and of a zero point, in the middle where hardware wants that."""
        kind = kind or self.kind
        bits = 8 * np.dtype(kind).itemsize
        middle = (int(np.iinfo(kind).min) + int(np.iinfo(kind).max) + 1) // 2
        zero = middle if self.powers_of_two or bits == 16 else middle + zero
        scale, name = self.scale(step / 256 if bits == 16 else step), f"{np.dtype(kind)}_{step}_{zero}"
        self.constants |= {name + "_s": scale, name + "_z": np.array(zero, kind)}
        return name + "_s", name + "_z"

    def conv(self, operand, result):
        return [*dequantize("weights", "weight_scale", "w_" + result), node("Conv", [operand, "w_" + result], [result], pads=[1] * 4, name=result)]

    def convert(self, folder, nodes, inputs, outputs, data, *arguments):
        model = save(folder / "m.onnx", nodes, inputs, outputs, self.constants)
        return converted(model, data, "--target", self.target, "--check", "0", *arguments)[0]


def proven(program, folder):
    """Each layer has a proof of its own; what scales is near what its grids say, what moves is exact; and vectors replay."""
    layers = tare_json("verify", program)["layers"]
    labels = [layer["label"] for layer in layers]
    assert len(set(labels)) == len(labels), labels
    lines = tare("verify", program).stdout.splitlines()[1:len(layers) + 1]
    assert [line.split()[0] for line in lines] == labels
    for number, arguments in enumerate(((), ("--inputs", program.parent / "calibration.npz"))):
        tare("verify", program, "--golden", folder / f"golden{number}", "--samples", 2, "--steps", 50, *arguments)
        golden = Golden(folder / f"golden{number}")
        assert replay(golden) == []
    for layer, vectors in zip(layers, golden.layers):
        assert layer["proof"] != "unknown", layer
        if layer["kind"] in MOVEMENTS:
            assert layer["proof"] == "exact", layer
        if layer["kind"] in SCALED:
            assert layer.get("worst_error", 0) < (3 if vectors["output"]["dtype"] == "int16" else 1), layer
    tare("verify", program, "--rounding", "half_even")
    return layers


# ---- Images

IMAGES = {
    "mul": lambda: [node("Mul", ["xf", "step"], ["n"])],
    "div": lambda: [node("Div", ["xf", "count"], ["n"])],
    "div_sub_div": lambda: [node("Div", ["xf", "count"], ["a"]), node("Sub", ["a", "mean"], ["b"]), node("Div", ["b", "deviation"], ["n"])],
    "mul_channels": lambda: [node("Mul", ["xf", "step"], ["a"]), node("Sub", ["a", "means"], ["b"]), node("Mul", ["b", "factors"], ["n"])],
    "sub_div": lambda: [node("Sub", ["xf", "middle"], ["a"]), node("Div", ["a", "middle"], ["n"])],
    "moved": lambda: [node("Transpose", ["xf"], ["t"], perm=[0, 2, 3, 1]), node("Div", ["t", "count"], ["a"]),
                      node("Transpose", ["a"], ["n"], perm=[0, 3, 1, 2])],
    "two_readers": lambda: [node("Mul", ["xf", "step"], ["a"]), node("Div", ["xf", "middle"], ["b"]), node("Concat", ["a", "b"], ["c"], axis=1),
                            node("Slice", ["c", "starts", "fourth", "starts"], ["n"])],
}


@pytest.mark.parametrize("kind", (np.uint8, np.int8, np.uint16, np.int16))
@pytest.mark.parametrize("image", IMAGES)
def test_scaled_images(image, kind, tmp_path, rng):
    """What multiplies the integers of an input changes what they mean, and nothing else: no error."""
    wide = np.dtype(kind).itemsize == 2
    network = Network("i16x8" if wide else "generic")
    count = 65535 if wide else 255
    network.constants |= {
        "step": np.float32(1 / count), "count": np.float32(count), "mean": np.float32(.45), "deviation": np.float32(.225), "fourth": np.array([4]),
        "middle": np.float32((count + 1) // 2), "means": np.array([.485, .456, .406], np.float32).reshape(3, 1, 1),
        "factors": np.array([1 / .229, 1 / .224, 1 / .225], np.float32).reshape(3, 1, 1)}
    nodes = [node("Cast", ["x"], ["xf"], to=TensorProto.FLOAT), *IMAGES[image](), *network.conv("n", "y")]
    program = network.convert(tmp_path, nodes, [port("x", SHAPE, kind)], [port("y", None)], {"x": integers(rng, kind)})
    proven(program, tmp_path)


@pytest.mark.parametrize("target", TARGETS)
def test_scaled_images_on_every_target(target, tmp_path, rng):
    network = Network(target)
    kind = np.int16 if network.wide else np.int8
    network.constants["step"] = np.float32(2.0 ** -7 if network.powers_of_two else 1 / 255)
    nodes = [node("Cast", ["x"], ["xf"], to=TensorProto.FLOAT), node("Mul", ["xf", "step"], ["n"]), *network.conv("n", "c"),
             *quantize("c", *network.grid(.05), "y")]
    program = network.convert(tmp_path, nodes, [port("x", SHAPE, kind)], [port("y", None)], {"x": integers(rng, kind)})
    assert any(layer["kind"] == "reshape" and layer["worst_error"] == 0 for layer in proven(program, tmp_path))


# ---- Integers that are dequantized twice


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("first, second", ((0, 0), (5, 0), (5, -9)))
@pytest.mark.parametrize("begin", ("integers", "reals", "layer", "mean"))
def test_two_dequantizers(target, begin, first, second, tmp_path, rng):
    """By two scales, and by two zero points where the target has them; on symmetric ones the model's are repaired."""
    network = Network(target)
    kind = network.kind
    one, other = network.grid(.0417, first), network.grid(.0932, second)
    nodes = {"integers": [], "reals": [node("QuantizeLinear", ["x", *one], ["q"], name="q")],
             "layer": [*quantize("x", *one, "xd"), *network.conv("xd", "c"), node("QuantizeLinear", ["c", *one], ["q"], name="q")],
             "mean": [*quantize("x", *one, "xd"), node("GlobalAveragePool", ["xd"], ["c"]), node("QuantizeLinear", ["c", *one], ["t"], name="t"),
                      node("Transpose", ["t"], ["q"], perm=[0, 3, 1, 2]), *dequantize("q", one[0], "e", one[1])]}[begin]
    nodes += [*dequantize("q", one[0], "a", one[1]), *dequantize("q", other[0], "b", other[1])]
    if begin == "mean":
        nodes += [*quantize("a", *network.grid(.11), "y"), node("Transpose", ["b"], ["z"], perm=[0, 2, 3, 1])]
    else:
        nodes += [*network.conv("a", "c1"), *quantize("c1", *network.grid(.11), "y"), *network.conv("b", "z")]
    name = "q" if begin == "integers" else "x"
    data = {name: integers(rng, kind) if begin == "integers" else rng.normal(size=(6, *SHAPE[1:])).astype(np.float32)}
    program = network.convert(tmp_path, nodes, [port(name, SHAPE, data[name].dtype)], [port("y", None), port("z", None)], data)
    proven(program, tmp_path)


@pytest.mark.parametrize("kind", (np.uint8, np.int8))
def test_two_dequantizers_of_a_repaired_grid(kind, tmp_path, rng):
    """Hardware without zero points: the model's are given up, which is told, and the proof is of what the program has."""
    network = Network("generic")
    board = tmp_path / "board.yaml"
    text = tare("target", "show", "generic").stdout
    assert "type: i8\n    symmetric: false" in text
    board.write_text(text.replace("symmetric: false", "symmetric: true", 1))
    network.target = board
    one, other = network.grid(.0417, 21, kind), network.grid(.0932, -30, kind)
    nodes = [*dequantize("x", one[0], "a", one[1]), *dequantize("x", other[0], "b", other[1]), *network.conv("a", "c1"),
             *quantize("c1", *network.grid(.11, 3), "y"), *network.conv("b", "z")]
    program = network.convert(tmp_path, nodes, [port("x", SHAPE, kind)], [port("y", None), port("z", None)], {"x": integers(rng, kind)})
    proven(program, tmp_path)


# ---- Values with a quantizer for each reader

LAYERS = {
    "input": lambda network: [node("Identity", ["x"], ["r"])],
    "conv": lambda network: network.conv("xd", "r"),
    "relu": lambda network: [node("Relu", ["xd"], ["r"])],
    "max_pool": lambda network: [node("MaxPool", ["xd"], ["r"], kernel_shape=[2, 2])],
    "sigmoid": lambda network: [node("Sigmoid", ["xd"], ["r"])],
    "sum": lambda network: [node("Add", ["xd", "xd"], ["r"])],
    "mean": lambda network: [node("AveragePool", ["xd"], ["r"], kernel_shape=[2, 2])],
    "softmax": lambda network: [node("Softmax", ["xd"], ["r"], axis=3)],
}
PATHS = {
    "none": lambda i, o: [node("Identity", [i], [o])],
    "reshape": lambda i, o: [node("Flatten", [i], [o])],
    "transpose": lambda i, o: [node("Transpose", [i], [o], perm=[0, 2, 3, 1])],
    "concat": lambda i, o: [node("Concat", [i, i], [o], axis=1)],
    "slice": lambda i, o: [node("Slice", [i, "starts", "ends", "axes"], [o])],
}


def branches(network, grids, path):
    """The value itself and what `path` makes of it on every one of `grids`: some are outputs, some are read on."""
    nodes, outputs = PATHS[path]("r", "p"), []
    for number, grid in enumerate(grids):
        nodes += quantize("r" if number % 2 else "p", *grid, f"y{number}")
        outputs.append(port(f"y{number}_q", None, network.constants[grid[1]].dtype) if number == 1 else port(f"y{number}", None))
    nodes += [node("Flatten", ["y0"], ["f"]), node("Relu", ["f"], ["g"]), *quantize("g", *grids[-1], "h")]
    return nodes, [*outputs, port("h", None)]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("path", ("none", "transpose"))
def test_three_grids_of_one_value(target, layer, path, tmp_path, rng):
    network = Network(target)
    # Hardware that only shifts to the right reads steps that are no larger than those it gives.
    before = [] if layer == "input" else quantize("x", *network.grid(.0078 if network.powers_of_two else .0617, 3), "xd")
    nodes, outputs = branches(network, [network.grid(.0153, 3), network.grid(.127), network.grid(.0411, -20)], path)
    program = network.convert(tmp_path, before + LAYERS[layer](network) + nodes, [port("x", SHAPE)], outputs,
                              {"x": rng.normal(size=(6, *SHAPE[1:])).astype(np.float32) * 3})
    proven(program, tmp_path)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("path", PATHS)
def test_two_widths_of_one_value(layer, path, tmp_path, rng):
    """Readers of 8 and of 16 bits, in each order."""
    network = Network("generic")
    before = [] if layer == "input" else quantize("x", *network.grid(.0617, 3), "xd")
    grids = [network.grid(.0153, 3), network.grid(.0411, 0, np.int16), network.grid(.127, 0, np.uint8), network.grid(.0223, 0, np.uint16)]
    for number, order in enumerate((grids, grids[::-1], grids[1:], grids[2:])):
        folder = tmp_path / str(number)
        folder.mkdir()
        nodes, outputs = branches(network, order, path)
        program = network.convert(folder, before + LAYERS[layer](network) + nodes, [port("x", SHAPE)], outputs,
                                  {"x": rng.normal(size=(6, *SHAPE[1:])).astype(np.float32) * 3})
        proven(program, folder)


# ---- What is said


def test_quantizers_that_cannot_be_stripped_are_told_once(tmp_path, rng):
    """What the model quantizes in several ways, partly behind a concatenation, is quantized by copies of one name."""
    network = Network("generic")
    nodes = [*quantize("x", *network.grid(.0153), "y"), node("Concat", ["x", "x"], ["p"], axis=1),
             *quantize("p", *network.grid(.031, 0, np.int16), "z"), *quantize("p", *network.grid(.0247, -90), "v")]
    data = {"x": rng.normal(size=(6, *SHAPE[1:])).astype(np.float32)}
    program = network.convert(tmp_path, nodes, [port("x", SHAPE)], [port(name, None) for name in "yzv"], data)
    names = [layer["name"] for layer in tare_json("inspect", program)["layers"] if layer["kind"] == "quantize"]
    assert len(names) > len(set(names))
    stripped = tmp_path / "s.tare"
    told = fails("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "calibration.npz", "--strip-io", "quantize", "-o", stripped, output=stripped)
    assert sorted(told.count(f"layer '{name}'") for name in set(names)) == [1] * len(set(names)), told


def test_labels_are_in_every_table(tmp_path, rng):
    """Two quantizers of a convolution: both copies have its name in JSON, and a label each; so in all tables and messages."""
    network = Network("generic")
    nodes = [*quantize("x", *network.grid(.0617), "xd"), *network.conv("xd", "c"), *quantize("c", *network.grid(.0153), "y"),
             *quantize("c", *network.grid(.127), "z")]
    data = {"x": rng.normal(size=(6, *SHAPE[1:])).astype(np.float32)}
    program = network.convert(tmp_path, nodes, [port("x", SHAPE)], [port("y", None), port("z", None)], data)
    copies = [layer for layer in tare_json("verify", program)["layers"] if layer["name"] == "c" and layer["kind"] == "conv"]
    labels = {layer["label"] for layer in copies}
    assert len(copies) == len(labels) == 2
    for arguments in (("--rounding", "floor"), ("--rounding", "floor", "--inputs", tmp_path / "calibration.npz")):
        assert {layer["label"] for layer in tare_json("verify", program, *arguments)["layers"] if layer["name"] == "c"} == labels
        assert labels <= {line.split()[0] for line in tare("verify", program, *arguments).stdout.splitlines() if line}
    told = fails("verify", program, "--max-error", "0.1")
    assert all(told.count(f"'{label}'") == 1 for label in labels)

"""(A49): grids of 8 and of 16 bits meet: integers are requantized between them, up without loss, down by rounding."""
import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import sqnr, tare_json

F32 = np.float32
S8, S16, O8, O16 = .03, .000213, .2, .00103
RANDOM = np.random.default_rng(1)
CONSTANTS = {
    "s8": F32(S8), "z8": np.int8(3), "s16": F32(S16), "z16": np.int16(0), "o8": F32(O8), "o16": F32(O16),
    "p8": F32(1 / 128), "t8": F32(1 / 256), "p16": F32(1 / 32767), "wq": RANDOM.integers(-127, 128, (3, 2, 3, 3)).astype(np.int8), "ws": F32(.01),
    "w16": RANDOM.integers(-32767, 32768, (3, 2, 3, 3)).astype(np.int16),
    "k32": np.array([2000, -3100], np.int32).reshape(2, 1, 1), "ks": F32(.0003),
    "k16": RANDOM.integers(-9999, 9999, (1, 2, 5, 5)).astype(np.int16), "k8": RANDOM.integers(-99, 99, (1, 2, 5, 5)).astype(np.int8),
    "m16": RANDOM.integers(-9999, 9999, (5, 4)).astype(np.int16),
    "sizes": np.array([1, 2, 10, 10], np.int64),
    "pads": np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64), "axes": np.array([2, 3], np.int64),
}

I8, I16 = quantize("x", "s8", "z8", "xd"), quantize("x", "s16", "z16", "xd")
R8, R16 = quantize("c", "o8", "z8", "y"), quantize("c", "o16", "z16", "y")
# Grids of what one operand alone makes.
Q8, Q16 = quantize("c", "s8", "z8", "y"), quantize("c", "s16", "z16", "y")
P8, P16 = quantize("c", "p8", "z8", "y"), quantize("c", "p16", "z16", "y")
BOTH = quantize("x", "s8", "z8", "a") + quantize("x", "s16", "z16", "b")


def of(operator, *operands, **attributes):
    return [node(operator, list(operands), ["c"], name="layer", **attributes)]


CONV = dequantize("wq", "ws", "w") + of("Conv", "xd", "w")
K32, K16, K8 = dequantize("k32", "ks", "k"), dequantize("k16", "s16", "k"), dequantize("k8", "s8", "k")

# The nodes, and the step of the output.
CASES = {
    "8to16": (I8 + CONV + R16, O16),
    "16to8": (I16 + CONV + R8, O8),
    "w16": (I8 + dequantize("w16", "s16", "w") + of("Conv", "xd", "w") + R8, O8),
    "lookup": (I8 + of("Sigmoid", "xd") + R16, O16),
    "lookup_fine": (I8 + of("Tanh", "xd") + P16, 1 / 32767),
    "lookup_saturated": (I16 + of("Sigmoid", "xd") + quantize("c", "t8", "z8", "y"), 1 / 256),
    "lookup_down": (I16 + of("Sigmoid", "xd") + P8, 1 / 128),
    "add32": (I8 + K32 + of("Add", "xd", "k") + R8, O8),
    "sub32": (I8 + K32 + of("Sub", "k", "xd") + R8, O8),
    "mul32": (I8 + K32 + of("Mul", "xd", "k") + R8, O8),
    "concat32": (I8 + dequantize("k32b", "ks", "k") + of("Concat", "xd", "k", axis=1) + R8, O8),
    "add32_wide": (I16 + K32 + of("Add", "xd", "k") + R16, O16),
    "mul16": (I8 + K16 + of("Mul", "xd", "k") + R8, O8),
    "mul8": (I16 + K8 + of("Mul", "xd", "k") + R16, O16),
    "concat16": (I8 + K16 + of("Concat", "xd", "k", axis=1) + R8, O8),
    "concat8": (I16 + K8 + of("Concat", "xd", "k", axis=1) + R16, O16),
    "concat_both": (BOTH + of("Concat", "a", "b", axis=1) + R8, O8),
    "concat_both_wide": (BOTH + of("Concat", "a", "b", axis=2) + R16, O16),
    "add_both": (BOTH + of("Add", "a", "b") + R8, O8),
    "add_both_wide": (BOTH + of("Add", "b", "a") + R16, O16),
    "mul_both": (BOTH + of("Mul", "a", "b") + R16, O16),
    "matmul_both": (BOTH + of("MatMul", "a", "b") + R8, O8),
    "matmul_weights": (I8 + dequantize("m16", "s16", "k") + of("MatMul", "xd", "k") + R8, O8),
    "matmul_up": (BOTH[:2] + quantize("a", "s8", "z8", "b") + of("MatMul", "a", "b") + R16, O16),
    "softmax_up": (I8 + of("Softmax", "xd", axis=1) + P16, 1 / 32767),
    "softmax_down": (I16 + of("Softmax", "xd", axis=1) + P8, 1 / 128),
    "average_up": (I8 + of("AveragePool", "xd", kernel_shape=[2, 2]) + Q16, S16),
    "average_down": (I16 + of("AveragePool", "xd", kernel_shape=[2, 2]) + Q8, S8),
    "max_up": (I8 + of("MaxPool", "xd", kernel_shape=[2, 2]) + R16, O16),
    "max_down": (I16 + of("MaxPool", "xd", kernel_shape=[2, 2]) + Q8, S8),
    "mean_up": (I8 + of("ReduceMean", "xd", "axes") + Q16, S16),
    "mean_down": (I16 + of("GlobalAveragePool", "xd") + Q8, S8),
    "relu_up": (I8 + of("Relu", "xd") + R16, O16),
    "relu_down": (I16 + of("Relu", "xd") + Q8, S8),
    "resize_up": (I8 + of("Resize", "xd", "", "", "sizes", mode="nearest") + R16, O16),
    "resize_down": (I16 + of("Resize", "xd", "", "", "sizes", mode="nearest") + Q8, S8),
    "pad_up": (I8 + of("Pad", "xd", "pads") + R16, O16),
    "pad_down": (I16 + of("Pad", "xd", "pads") + Q8, S8),
    "transpose_up": (I8 + of("Transpose", "xd", perm=[0, 2, 3, 1]) + R16, O16),
    "slice_down": (I16 + of("Flatten", "xd") + Q8, S8),
    "requantize_up": (I8 + quantize("xd", "o16", "z16", "y"), O16),
    "requantize_down": (I16 + quantize("xd", "o8", "z8", "y"), O8),
}


@pytest.mark.parametrize("name", CASES)
def test_mixed_width(name, tmp_path):
    """(A49)"""
    nodes, step = CASES[name]
    x = [1, 2, 5, 5]
    constants = dict(CONSTANTS, k32b=np.array([2000, -3100], np.int32).reshape(1, 2, 1, 1).repeat(5, 2).repeat(5, 3))
    model = save(tmp_path / "m.onnx", nodes, [port("x", x)], [port("y", None)], constants)
    data = {"x": np.random.default_rng(2).normal(size=(16, *x[1:])).astype(F32)}
    program, messages = converted(model, data)
    found, wanted = outputs_of(program, data)["y"], reference(model, data)["y"]
    off = np.abs(found - wanted.reshape(found.shape)) / step
    # Weights of 16 bits are rounded, and that is told; interpolated tables and softmax have some steps of 16 bits.
    allowed = {"w16": 2, "softmax_up": 40}.get(name, 1)
    assert off.max() <= allowed + 1e-2, f"off by {off.max()} steps\n{messages}"
    assert np.mean(off > .5) < (.5 if allowed > 1 else .05), f"{np.mean(off > .5)} of the elements differ\n{messages}"
    assert ("do not fit 8 bits" in messages) == (name == "w16")


def test_the_first_width_of_a_board_is_for_what_the_model_leaves_open_alone(tmp_path):
    """A quantized int16 model keeps its width on a target that prefers 8 bits, and an int8 model with --activations i16."""
    for cast, option, kind in ((I16 + CONV + R16, "i8", "int16"), (I8 + CONV + R8, "i16", "int8")):
        model = save(tmp_path / "m.onnx", cast, [port("x", [1, 2, 5, 5])], [port("y", None)], CONSTANTS)
        data = {"x": np.random.default_rng(2).normal(size=(16, 2, 5, 5)).astype(F32)}
        program, _ = converted(model, data, "--activations", option)
        layers = {layer["name"]: layer for layer in tare_json("inspect", program)["layers"]}
        assert layers["layer"]["output"] == kind


def test_what_the_model_leaves_open_between_16_bits_has_16_bits(tmp_path):
    """A sum of int16 values that no quantizer follows, by a float constant, on a target that prefers 8 bits."""
    nodes = I16 + [node("Add", ["xd", "f"], ["s"], name="sum"), node("Mul", ["s", "f"], ["c"], name="layer")] + R16
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 2, 5, 5])], [port("y", None)], dict(CONSTANTS, f=F32(.7311)))
    data = {"x": np.random.default_rng(2).normal(size=(16, 2, 5, 5)).astype(F32)}
    program, _ = converted(model, data)
    off = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]) / O16
    assert off.max() <= 2


@pytest.mark.parametrize("kind", (np.int16, np.uint16))
@pytest.mark.parametrize("layers", (1, 2, 3))
@pytest.mark.parametrize("moved", (False, True))
@pytest.mark.parametrize("target", ("generic", "i16x8"))
def test_layers_behind_an_input_of_16_bits(tmp_path, rng, target, moved, layers, kind):
    """All of them compute with 16 bits, and the last one, whose accumulator is wider than what may leave, gives an activation."""
    nodes, constants, value = [node("Cast", ["x"], ["f"], to=1, name="cast")], {"shape": np.int64([1, 8, 1])}, "f"
    for i in range(layers):
        last = i == layers - 1
        constants[f"w{i}"] = rng.normal(size=(8, 8)).astype(np.float32)
        nodes.append(node("Gemm", [value, f"w{i}"], ["t" if last and moved else "y" if last else f"g{i}"], name=f"fc{i}"))
        if not last:
            nodes.append(node("Relu", [f"g{i}"], [f"r{i}"], name=f"relu{i}"))
            value = f"r{i}"
    if moved:
        nodes.append(node("Reshape", ["t", "shape"], ["y"], name="moved"))
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8], kind)], [port("y", None)], constants)
    data = {"x": rng.integers(0, 300, (60, 1, 8)).astype(kind)}
    program, told = converted(model, data, "--target", target)
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 35
    # Data that lie nowhere near -32768 cost nothing there.
    assert "-32768 in the model" not in told


def conv(value, name, result, function=None):
    """A convolution, with a function behind it that may be in its layer."""
    nodes = [node("Conv", [value, name + "_w"], [result if not function else name + "_c"], name=name, pads=[1, 1, 1, 1])]
    return nodes + ([node(function, [name + "_c"], [result], name=name + "_f")] if function else [])


# What stands between two convolutions; the layer that a rule is about.
RULED = {
    "conv": (lambda f: conv("a", "layer", "b", f), "layer"),
    "add": (lambda f: conv("a", "beside", "s", f) + [node("Add", ["a", "s"], ["b"], name="layer")], "layer"),
    "added": (lambda f: conv("a", "layer", "s", f) + [node("Add", ["a", "s"], ["b"], name="sum")], "layer"),
    "mul": (lambda f: conv("a", "beside", "s", f) + [node("Mul", ["a", "s"], ["b"], name="layer")], "layer"),
    "concat": (lambda f: conv("a", "layer", "s", f) + [node("Concat", ["a", "s"], ["j"], name="join", axis=2), node("MaxPool", ["j"], ["b"], name="pool", kernel_shape=[2, 1], strides=[2, 1])], "layer"),
    "max_pool": (lambda f: conv("a", "layer", "s", f) + [node("MaxPool", ["s"], ["b"], name="pool", kernel_shape=[2, 2])], "layer"),
    "average_pool": (lambda f: conv("a", "beside", "s", f) + [node("AveragePool", ["s"], ["b"], name="layer", kernel_shape=[2, 2])], "layer"),
    "softmax": (lambda f: conv("a", "beside", "s", f) + [node("Softmax", ["s"], ["b"], name="layer", axis=1)], "layer"),
    "into_softmax": (lambda f: conv("a", "layer", "s", f) + [node("Softmax", ["s"], ["b"], name="softmax", axis=1)], "layer"),
}


@pytest.mark.parametrize("symmetric", (True, False))
@pytest.mark.parametrize("bits", (8, 16))
@pytest.mark.parametrize("function", (None, "Relu", "Sigmoid", "HardSwish"))
@pytest.mark.parametrize("name", RULED)
def test_rules_mix_widths(name, function, bits, symmetric, tmp_path, rng):
    """A value that is rounded to 8 bits between 16 is on one grid of 16 bits before and after: the check knows them apart."""
    between, layer = RULED[name]
    nodes = conv("x", "first", "a", "Relu") + between(function) + conv("b", "last", "y")
    constants = {f"{each}_w": rng.normal(0, .3, (4, 4, 3, 3)).astype(F32) for each in ("first", "layer", "beside", "last")}
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 6, 6])], [port("y", None)], constants)
    (tmp_path / "q.yaml").write_text(f"rules: [{{layer: {layer}, activations: {{bits: {bits}, symmetric: {str(symmetric or bits == 16).lower()}}}}}]")
    data = {"x": rng.normal(size=(16, 4, 6, 6)).astype(F32)}
    program, _ = converted(model, data, "--activations", "i16" if bits == 8 else "i8", "--config", tmp_path / "q.yaml")
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 20

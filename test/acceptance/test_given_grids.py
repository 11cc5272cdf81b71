"""What a quantized model brings: scales per channel beside activations, lists of one scale, grids that the target has not."""
import re

import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import fails, samples_shape, tare, tare_json

F32 = np.float32
TARGETS = ("generic", "gemmlowp", "three_stage")


def grid(name, scale, zero=0, kind=np.int8):
    """The constants of a grid, for `quantize` and `dequantize`: its scale `name`s and its zero point `name`z."""
    zeros = np.full(np.shape(scale), zero, kind) if np.ndim(zero) == 0 else np.asarray(zero, kind)
    return {name + "s": np.asarray(scale, F32), name + "z": zeros}


def samples(shape, seed=1, spread=1.5):
    """Values that all grids here hold, most of them between their steps."""
    x = np.random.default_rng(seed).normal(size=samples_shape(shape, 12), scale=spread).astype(F32)
    x[0] = 1
    return x


def assert_rounds_alike(model, data, step, *arguments, most=1):
    """The program's outputs are ONNX Runtime's, but for `most` steps where a sum lies near a tie; returns the messages."""
    program, messages = converted(model, data, *arguments)
    found, wanted = outputs_of(program, data), reference(model, data)
    for name in wanted:
        off = np.abs(found[name] - wanted[name].reshape(found[name].shape)) / step
        assert off.max() <= most + 1e-3, f"{name}: off by {off.max()} steps\n{messages}"
        assert np.mean(off > 0.01) < 0.25, f"{name}: {np.mean(off > 0.01)} of the elements differ\n{messages}"
    return messages


#===------------------------------------------------------------------------===#
# A constant with a scale per channel beside an activation
#===------------------------------------------------------------------------===#

SCALES = [.0625, .125, .25, .5]  # 16 of each: 1, 2, 4, 8
STEP = .117  # Of results, so that few of them are ties.


def beside(folder, operator, shape, x, axis, scales=SCALES, first=False, values=None, zero=0, attributes=None):
    """x `operator` k, k of that shape with a scale per index of `axis`."""
    integers = np.full(shape, 16, np.int8) if values is None else values
    operands = ["k", "xd"] if first else ["xd", "k"]
    nodes = quantize("x", "as", "az", "xd") + dequantize("kq", "ks", "k", "kz", axis=axis) + \
        [node(operator, operands, ["c"], name="layer", **(attributes or {}))] + quantize("c", "os", "oz", "y")
    constants = {**grid("a", .125), **grid("o", STEP, 5), **grid("k", scales, zero), "kq": integers}
    return save(folder / "m.onnx", nodes, [port("x", x)], [port("y", None)], constants)


CONSTANTS = {
    "mul": ("Mul", (4, 1, 1), [1, 4, 2, 3], 0, {}),
    "mul_first": ("Mul", (1, 4, 1, 1), [1, 4, 2, 3], 1, dict(first=True)),
    "mul_batch": ("Mul", (4, 1, 1), [3, 4, 2, 3], 0, {}),
    "mul_line": ("Mul", (4, 1), [1, 4, 7], 0, {}),
    "mul_vector": ("Mul", (4,), [1, 4], 0, {}),
    "mul_last": ("Mul", (4,), [1, 3, 4], -1, {}),
    "mul_last_image": ("Mul", (1, 4), [1, 3, 2, 4], 1, {}),
    "mul_middle": ("Mul", (4, 1), [2, 3, 4, 2], 0, {}),
    "mul_broadcast": ("Mul", (4, 1, 1), [1, 1, 2, 3], 0, {}),
    "mul_outer": ("Mul", (1, 4, 1, 1), [2, 3], 1, {}),
    "mul_rank_1": ("Mul", (4,), [4], 0, {}),
    "mul_zero_points": ("Mul", (4, 1, 1), [1, 4, 2, 3], 0, dict(zero=[1, -2, 3, 0])),
    "add": ("Add", (4, 1, 1), [1, 4, 2, 3], 0, {}),
    "add_first": ("Add", (4,), [1, 4], 0, dict(first=True)),
    "sub": ("Sub", (4, 1, 1), [1, 4, 2, 3], 0, {}),
    "sub_first": ("Sub", (1, 4, 1, 1), [1, 4, 2, 3], 1, dict(first=True)),
    "div": ("Div", (4, 1, 1), [1, 4, 2, 3], 0, {}),
    "concat": ("Concat", (1, 4, 1, 1), [1, 4, 1, 1], 1, dict(attributes=dict(axis=1))),
    "concat_first": ("Concat", (1, 4, 2), [1, 3, 2], 1, dict(attributes=dict(axis=1), first=True)),
    "matmul": ("MatMul", (1, 2, 4), [1, 3, 2], 2, {}),
    "matmul_plain": ("MatMul", (2, 4), [1, 3, 2], 1, {}),
    "matmul_outer": ("MatMul", (1, 1, 2, 4), [3, 2], -1, {}),
    "matmul_vector": ("MatMul", (1, 2, 4), [2], 2, {}),
    "left": ("MatMul", (4, 2), [1, 2, 3], 0, dict(first=True)),
    "left_outer": ("MatMul", (1, 1, 4, 2), [2, 3], 2, dict(first=True)),
    "left_vector": ("MatMul", (4, 2), [2], 0, dict(first=True)),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", CONSTANTS)
def test_qdq_const_per_channel(name, target, tmp_path):
    operator, shape, x, axis, options = CONSTANTS[name]
    model = beside(tmp_path, operator, shape, x, axis, **options)
    assert_rounds_alike(model, {"x": samples(x)}, STEP, "--target", target)


def test_a_product_per_channel_is_exact_and_told_of_no_cost(tmp_path):
    model = beside(tmp_path, "Mul", (4, 1, 1), [1, 4, 2, 3], 0, scales=[.001, .03, 1, 7])
    assert "warning" not in assert_rounds_alike(model, {"x": samples([1, 4, 2, 3])}, STEP, "--no-repair")


def test_a_quotient_per_channel_is_exact_however_far_apart_the_divisors_are(tmp_path):
    model = beside(tmp_path, "Div", (4, 1, 1), [1, 4, 2, 3], 0, scales=[.003, .06, 1, 17])
    assert "repaired" not in assert_rounds_alike(model, {"x": samples([1, 4, 2, 3])}, STEP)


@pytest.mark.parametrize("operator,shape,axis", (("Mul", (4, 2, 3), 0), ("Add", (4, 2, 3), 0), ("Sub", (4, 1, 3), 2)))
def test_numbers_that_no_one_grid_holds_are_rounded_and_told(operator, shape, axis, tmp_path):
    values = np.random.default_rng(3).integers(-127, 128, shape).astype(np.int8)
    scales = np.array([.011, .017, .023, .0071])[:shape[axis]]
    model = beside(tmp_path, operator, shape, [1, 4, 2, 3], axis, scales=scales, values=values)
    data = {"x": samples([1, 4, 2, 3])}
    messages = assert_rounds_alike(model, data, STEP)
    assert messages.count("layer 'layer' reads the constant 'k', which has a scale per index of axis") == 1
    message = fails("convert", model, "--no-repair", "-o", tmp_path / "p.tare", output=tmp_path / "p.tare")
    assert "layer 'layer' reads the constant 'k', which has a scale per index of axis" in message


def test_a_wider_constant_beside_an_activation_is_not_cut_off(tmp_path):
    """No quantizer follows the Concat itself: its grid holds both operands, or is that of what only moves it."""
    for follows in ("Relu", "Flatten"):
        nodes = quantize("x", "as", "az", "xd") + dequantize("kq", "ks", "k", "kz") + \
            [node("Concat", ["xd", "k"], ["c"], name="layer", axis=1), node(follows, ["c"], ["f"], name="follows")] + \
            quantize("f", "os", "oz", "y")
        constants = {**grid("a", .04), **grid("o", STEP, -90), **grid("k", .2), "kq": np.full((1, 4, 2), 100, np.int8)}
        model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 2])], [port("y", None)], constants)
        assert_rounds_alike(model, {"x": samples([1, 4, 2])}, STEP, most=1.5)


def test_several_constants_per_channel(tmp_path):
    nodes = quantize("x", "as", "az", "xd") + dequantize("kq", "ks", "k", "kz", axis=0) + \
        dequantize("jq", "js", "j", "jz", axis=0) + [node("Mul", ["xd", "k"], ["m"], name="m")] + \
        quantize("m", "bs", "bz", "md") + [node("Add", ["j", "md"], ["c"], name="layer")] + quantize("c", "bs", "bz", "y")
    constants = {**grid("a", .0625), **grid("b", .125), **grid("k", SCALES), **grid("j", SCALES[::-1]),
                 "kq": np.full((4, 1, 1), 16, np.int8), "jq": np.full((4, 1, 1), -16, np.int8)}
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 2, 3])], [port("y", None)], constants)
    assert_rounds_alike(model, {"x": samples([1, 4, 2, 3])}, .125)


@pytest.mark.parametrize("axis", (0, 1))
def test_weights_with_a_scale_per_input_channel_are_rounded_anew_and_told(axis, tmp_path):
    values = np.random.default_rng(3).integers(-127, 128, (4, 4)).astype(np.int8)
    model = beside(tmp_path, "MatMul", (4, 4), [1, 3, 4], axis, scales=[.011, .017, .023, .0071], values=values)
    data = {"x": samples([1, 3, 4])}
    messages = assert_rounds_alike(model, data, STEP, most=2 if axis == 0 else 1)
    assert ("layer 'layer' has weights with a scale per index of axis" in messages) == (axis == 0)


def test_scales_per_block_are_rounded_anew_and_told(tmp_path):
    nodes = quantize("x", "as", "az", "xd") + dequantize("kq", "ks", "k", axis=0, block_size=2) + \
        [node("MatMul", ["xd", "k"], ["c"], name="layer")] + quantize("c", "as", "az", "y")
    constants = {**grid("a", .125), "ks": np.full((2, 3), .1, F32), "kq": np.ones((4, 3), np.int8)}
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4])], [port("y", [1, 3])], constants)
    message = tare("convert", model, "-o", tmp_path / "p.tare").stderr
    assert "node 'k' (DequantizeLinear, opset 21): 'kq' has a scale per block of 2 elements" in message and "quantize the weights per channel" in message
    x = samples([1, 4])
    assert np.abs(outputs_of(tmp_path / "p.tare", {"x": x})["y"] - reference(model, {"x": x})["y"]).max() <= .125


#===------------------------------------------------------------------------===#
# A list of one scale is one scale
#===------------------------------------------------------------------------===#

def convolution(folder, channels, listed):
    """A convolution whose scales and zero points are numbers, or lists of `listed` equal ones."""
    shape = lambda value: np.full(listed, value) if listed else value
    weights = np.random.default_rng(1).integers(-127, 128, (5, channels, 3, 3)).astype(np.int8)
    nodes = quantize("x", "as", "az", "xd") + dequantize("wq", "ws", "w", "wz", axis=0) + \
        dequantize("bq", "bs", "b", axis=0) + [node("Conv", ["xd", "w", "b"], ["c"], name="c", pads=[1] * 4)] + \
        quantize("c", "bs_", "bz_", "r") + [node("Relu", ["r"], ["s"], name="s")] + quantize("s", "bs_", "bz_", "y")
    weight_scale = .02 if not listed else np.full(5, .02) if listed > 1 else [.02]
    constants = {**grid("a", shape(.03), 3), **grid("w", weight_scale), "wq": weights,
                 "bs": np.asarray(weight_scale, F32) * F32(.03), "bq": np.arange(-20, 30, 10, np.int32),
                 "bs_": np.full(1 if listed else (), .1, F32), "bz_": np.zeros(1 if listed else (), np.int8)}
    return save(folder / "m.onnx", nodes, [port("x", [1, channels, 8, 8])], [port("y", None)], constants)


@pytest.mark.parametrize("listed", (0, 1, 3))
def test_qdq_scale_shape_1(listed, tmp_path):
    channels = listed or 1
    data = {"x": samples([1, channels, 8, 8], spread=1)}
    results = []
    for count in (0, listed):
        folder = tmp_path / str(count)
        folder.mkdir(exist_ok=True)
        model = convolution(folder, channels, count)
        assert_rounds_alike(model, data, .1)
        program, _ = converted(model, data)
        results.append(outputs_of(program, data)["y"])
    assert np.array_equal(*results)


#===------------------------------------------------------------------------===#
# Activations with a scale per channel
#===------------------------------------------------------------------------===#

def per_channel_activation(where):
    one, many = ("as", "az", {}), ("ks", "kz", dict(axis=1))
    inside = lambda place: many if where == place else one
    cast = lambda value, place, result: quantize(value, *inside(place)[:2], result, **inside(place)[2])
    return cast("x", "input", "xd") + [node("Relu", ["xd"], ["r"], name="r")] + cast("r", "inside", "rd") + \
        [node("MaxPool", ["rd"], ["p"], name="p", kernel_shape=[2, 2])] + cast("p", "output", "y")


@pytest.mark.parametrize("where", ("input", "inside", "output", "integers"))
def test_activations_with_a_scale_per_channel_are_refused_by_name(where, tmp_path):
    nodes, kind = per_channel_activation(where), np.float32
    if where == "integers":
        kind = np.int8
        nodes = dequantize("x", "ks", "xd", "kz", axis=1) + nodes[2:]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 6, 6], kind)], [port("y", None)],
                 {**grid("a", .125), **grid("k", SCALES)})
    value, name = {"input": ("x", "xd_q"), "inside": ("r", "rd_q"), "output": ("p", "y_q"), "integers": ("x", None)}[where]
    for target in (*TARGETS, "i16x8", "shift_only"):
        message = fails("convert", model, "--target", target, "-o", tmp_path / "p.tare", output=tmp_path / "p.tare")
        assert f"activations with a scale per channel: value '{value}'" in message and "4 scales" in message
        assert name is None or f"of node '{name}'" in message


def test_activations_with_equal_scales_per_channel_have_one(tmp_path):
    nodes = [part for part in per_channel_activation("inside")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 6, 6])], [port("y", None)],
                 {**grid("a", .125), **grid("k", [.125] * 4, 2)})
    assert_rounds_alike(model, {"x": samples([1, 4, 6, 6])}, .125)


#===------------------------------------------------------------------------===#
# Widths, zero points and weights that the target has not
#===------------------------------------------------------------------------===#

def layer(folder, x, y, weights=np.int8, scale=.01):
    """A convolution between the grids x and y, of `grid`."""
    nodes = quantize("x", "xs", "xz", "xd") + dequantize("wq", "ws", "w") + \
        [node("Conv", ["xd", "w"], ["c"], name="layer")] + quantize("c", "ys", "yz", "y")
    limit = np.iinfo(weights).max
    values = np.random.default_rng(1).integers(-limit, limit + 1, (3, 2, 3, 3)).astype(weights)
    return save(folder / "m.onnx", nodes, [port("x", [1, 2, 5, 5])], [port("y", None)],
                {**x, **y, "wq": values, "ws": F32(scale * 127 / limit)})


WIDE = (grid("x", .0002, 0, np.int16), grid("y", .001, 0, np.int16))
NARROW = (grid("x", .03, 3), grid("y", .2, 3))
ASYMMETRIC = (grid("x", .0002, 658, np.int16), grid("y", .001, -20000, np.int16))


@pytest.mark.parametrize("target,grids,bits", (("gemmlowp", WIDE, 16), ("three_stage", WIDE, 16), ("shift_only", WIDE, 16),
                                               ("float_tail", ASYMMETRIC, 16), ("i16x8", NARROW, 8)))
def test_widths_that_the_target_has_not_are_refused_by_layer(target, grids, bits, tmp_path):
    model = layer(tmp_path, *grids)
    for repair in ([], ["--no-repair"]):
        message = fails("convert", model, "--target", target, *repair, "-o", tmp_path / "p.tare", output=tmp_path / "p.tare")
        assert f"target '{target}' has no i{bits} activations" in message
        assert "value 'x' of node 'xd_q'" in message and "value 'c' of node 'y_q'" in message


@pytest.mark.parametrize("target", ("i16x8", "generic"))
def test_target_asymmetric(target, tmp_path):
    model, data = layer(tmp_path, *ASYMMETRIC), {"x": samples([1, 2, 5, 5])}
    program, messages = converted(model, data, "--target", target, "--verbose")
    assert np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]).max() <= .003
    assert "value 'x' has the zero point 658" in messages and "value 'c' has the zero point -20000" in messages
    inspected = tare_json("inspect", tmp_path / "m.tare")
    assert all(tensor.get("zero_point", 0) == 0 for tensor in inspected["inputs"] + inspected["outputs"])
    message = fails("convert", model, "--target", target, "--no-repair", "-o", tmp_path / "p.tare", output=tmp_path / "p.tare")
    assert "symmetric activations" in message and "value 'x' of node 'xd_q' (zero point 658)" in message


def test_a_board_whose_bytes_are_symmetric_gets_them(tmp_path):
    board = tmp_path / "board.yaml"
    board.write_text(tare("target", "show", "gemmlowp").stdout.replace("symmetric: false", "symmetric: true", 1))
    model, data = layer(tmp_path, *NARROW), {"x": samples([1, 2, 5, 5])}
    program, messages = converted(model, data, "--target", board)
    assert "value 'x' has the zero point 3" in messages
    found, wanted = outputs_of(program, data)["y"], reference(model, data)["y"]
    assert np.abs(found - wanted).max() <= .2 * 4


@pytest.mark.parametrize("grids,step", ((NARROW, .2), (WIDE, .001)))
def test_weights_of_16_bits_become_8_and_it_is_told(grids, step, tmp_path):
    model, data = layer(tmp_path, *grids, weights=np.int16), {"x": samples([1, 2, 5, 5])}
    program, messages = converted(model, data)
    assert re.search(r"layer 'layer': weights up to \d+ steps from their zero point do not fit 8 bits", messages)
    found, wanted = outputs_of(program, data)["y"], reference(model, data)["y"]
    assert np.abs(found - wanted).max() <= .201 and np.abs(found - wanted).mean() <= .03
    message = fails("convert", model, "--no-repair", "-o", tmp_path / "p.tare", output=tmp_path / "p.tare")
    assert "layer 'layer' has weights up to" in message


def test_int16_model_without_a_last_quantizer_leaves_as_an_activation_where_no_accumulator_fits(tmp_path):
    nodes = quantize("x", "xs", "xz", "xd") + dequantize("wq", "ws", "w") + [node("Conv", ["xd", "w"], ["y"], name="layer")]
    weights = np.random.default_rng(1).integers(-127, 128, (3, 2, 3, 3)).astype(np.int8)
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 2, 5, 5])], [port("y", None)],
                 {**WIDE[0], "wq": weights, "ws": F32(.01)})
    data = {"x": samples([1, 2, 5, 5])}
    program, _ = converted(model, data)
    found, wanted = outputs_of(program, data)["y"], reference(model, data)["y"]
    assert np.abs(found - wanted).max() <= .2


@pytest.mark.parametrize("where", ("inner", "input"))
@pytest.mark.parametrize("kind, target", (("uint16", "generic"), ("uint16", "i16x8"), ("int8", "shift_only")))
def test_a_relu_that_is_a_zero_point_stays_one_on_symmetric_hardware(kind, target, where, tmp_path):
    """Quantizers leave a relu to the zero point at the type's end: what such a grid cuts off stays cut off on a coarser one."""
    wide, low = kind == "uint16", np.iinfo(kind).min
    middle = 32768 if wide else 0
    constants = {"s": np.float32(0.0005 if wide else 0.0625), "z": np.dtype(kind).type(low),
                 "sx": np.float32(0.0002 if wide else 0.03125), "zx": np.dtype(kind).type(middle)}
    before = quantize("x", "sx", "zx", "xd") + [node("Add", ["xd", "xd"], ["a"], name="add")] if where == "inner" else []
    nodes = before + quantize("a" if before else "x", "s", "z", "r") + [node("Add", ["r", "r"], ["b"], name="twice")] + quantize("b", "sx", "zx", "y")
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 8])], constants)
    data = {"x": 2 * np.random.default_rng(1).normal(size=(20, 8)).astype(np.float32)}
    program, told = converted(model, data, "--target", target)
    assert "repaired" in told
    expected = reference(model, data)["y"]
    found = outputs_of(program, data)["y"].reshape(expected.shape)
    assert np.abs(found - expected).max() <= 2.5 * float(constants["s"])

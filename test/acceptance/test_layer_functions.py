"""Functions within layers (A64 to A66): a SiLU behind a convolution is read from 16 bits that are never in memory."""
import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, quantize, reference, save
from harness import fails, sqnr, tare, tare_json
from replay import replay

F32 = np.float32
FUNCTIONS = {"sigmoid": [node("Sigmoid", ["c"], ["y"], name="f")],
             "silu": [node("Sigmoid", ["c"], ["s"], name="s"), node("Mul", ["c", "s"], ["y"], name="f")],
             "hard_swish": [node("HardSwish", ["c"], ["y"], name="f")], "gelu": [node("Gelu", ["c"], ["y"], name="f")],
             "gelu_tanh": [node("Gelu", ["c"], ["y"], name="f", approximate="tanh")], "mish": [node("Mish", ["c"], ["y"], name="f")],
             "tanh": [node("Tanh", ["c"], ["y"], name="f")], "leaky": [node("LeakyRelu", ["c"], ["y"], name="f", alpha=.1)],
             "elu": [node("Elu", ["c"], ["y"], name="f")], "softplus": [node("Softplus", ["c"], ["y"], name="f")]}


def conv(rng, x="x", result="c", channels=8, group=1, kernel=3, **attributes):
    w = rng.normal(0, .5, (channels, 8 // group, kernel, kernel)).astype(F32)
    constants = {f"{result}_w": w, f"{result}_b": rng.normal(0, .3, channels).astype(F32)}
    return [node("Conv", [x, f"{result}_w", f"{result}_b"], [result], name=f"{result}_conv", group=group, pads=[kernel // 2] * 4, **attributes)], constants


def layers(rng):
    """Every layer that may have a function, from x [1, 8, 6, 6] (and z like it) to c."""
    deconv = rng.normal(0, .3, (8, 4, 3, 3)).astype(F32)
    return {
        "conv": conv(rng), "depthwise": conv(rng, group=8), "strided": conv(rng, channels=5, strides=[2, 2]),
        "conv_transpose": ([node("ConvTranspose", ["x", "dw"], ["c"], name="c_conv", strides=[2, 2])], {"dw": deconv}),
        "linear": ([node("MatMul", ["x", "m"], ["c"], name="c_linear")], {"m": rng.normal(0, .5, (6, 9)).astype(F32)}),
        "matmul": ([node("MatMul", ["x", "z"], ["c"], name="c_matmul")], {}),
        "mul": ([node("Mul", ["x", "z"], ["c"], name="c_mul")], {}),
    }


LAYERS = list(layers(np.random.default_rng(0)))


def data(rng, count=16, scale=1.):
    return {name: rng.normal(0, scale, (count, 8, 6, 6)).astype(F32) for name in ("x", "z")}


def model_of(path, body, constants):
    read = {name for each in body for name in each.input}
    return save(path, body, [port(name, [1, 8, 6, 6]) for name in ("x", "z") if name in read], [port("y", None)], constants, opset=22)


def only_read(model_data, model):
    import onnx
    names = {each.name for each in onnx.load(str(model)).graph.input}
    return {name: array for name, array in model_data.items() if name in names}


def without(tmp_path, name="generic"):
    """The target's description without functions in layers."""
    path = tmp_path / "off.yaml"
    path.write_text(tare("target", "show", name).stdout.replace("layer_functions: true", "layer_functions: false"))
    return path


def layers_of(program, kind=None):
    found = tare_json("inspect", program)["layers"]
    return [each for each in found if kind in (None, each["kind"])]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("layer", LAYERS)
def test_it_is_part_of_its_layer(tmp_path, layer, function, rng):
    """One layer computes both, equals the page (A64), is within its bound (A66), and is no worse than two."""
    body, constants = layers(rng)[layer]
    model = model_of(tmp_path / "m.onnx", body + FUNCTIONS[function], constants)
    x = only_read(data(rng), model)
    program, _ = converted(model, x)
    assert not layers_of(program, "lookup")
    found = [each for each in layers_of(program) if "function" in each]
    assert len(found) == 1 and found[0]["name"].startswith("c_") and found[0]["output"] == "int8"
    assert all(0 <= q <= 31 for q in found[0]["shifts"]) and len(found[0]["function"]["table"]) == 513
    proof = next(each for each in tare_json("verify", program)["layers"] if each["kind"] == found[0]["kind"])
    assert proof["is_bound"] and .5 <= proof["worst_error"] < .75
    tare("verify", program, "--golden", tmp_path / "golden", "--inputs", tmp_path / "calibration.npz", "--samples", 2)
    assert not replay(tmp_path / "golden")
    separate, _ = converted(model, x, "--target", without(tmp_path), name="off.tare")
    assert len(layers_of(separate, "lookup")) == 1
    expected = outputs_of(model, x)["y"]
    assert sqnr(expected, outputs_of(program, x)["y"]) > sqnr(expected, outputs_of(separate, x)["y"]) - .3


def net(tmp_path, rng, depth=6):
    """Convolutions with SiLU, one behind the other."""
    body, constants, before = [], {}, "x"
    for i in range(depth):
        more, weights = conv(rng, before, f"c{i}")
        weights[f"c{i}_w"] *= .25
        body += more + [node("Sigmoid", [f"c{i}"], [f"s{i}"], name=f"sigmoid{i}"), node("Mul", [f"c{i}", f"s{i}"], [f"y{i}"], name=f"mul{i}")]
        constants.update(weights)
        before = f"y{i}"
    body.append(node("Identity", [before], ["y"], name="end"))
    return model_of(tmp_path / "net.onnx", body, constants)


def test_a_net_of_them_loses_less(tmp_path, rng):
    model = net(tmp_path, rng)
    x = only_read(data(rng, 32), model)
    expected = outputs_of(model, x)["y"]
    program, told = converted(model, x)
    separate, _ = converted(model, x, "--target", without(tmp_path), name="off.tare")
    assert "warning" not in told
    assert len(layers_of(program)) < len(layers_of(separate)) and not layers_of(program, "lookup")
    assert sqnr(expected, outputs_of(program, x)["y"]) > sqnr(expected, outputs_of(separate, x)["y"]) + 1.5


def test_each_form_is_the_same(tmp_path, rng):
    """The quantized graph, its fused form and the program, on the same data."""
    model = net(tmp_path, rng, 2)
    x = only_read(data(rng), model)
    program, _ = converted(model, x)
    results = {"program": outputs_of(program, x)["y"]}
    for stage in ("qdq", "fused", "npu"):
        tare("convert", model, "--calibration", tmp_path / "calibration.npz", "--emit", f"mlir:{stage}", "-o", tmp_path / f"{stage}.mlir")
        results[stage] = outputs_of(tmp_path / f"{stage}.mlir", x)["y"]
    np.testing.assert_array_equal(results["npu"], results["program"])
    step = np.diff(np.unique(results["program"])).min()
    for stage in ("qdq", "fused"):
        off = np.abs(results[stage] - results["program"]) / step
        assert off.max() <= 2 and (off > .5).mean() < .03, (stage, off.max(), (off > .5).mean())
    tare("compare", model, program, "--inputs", tmp_path / "calibration.npz")


def test_the_table_says_so(tmp_path, rng):
    body, constants = conv(rng)
    program, _ = converted(model_of(tmp_path / "m.onnx", body + FUNCTIONS["silu"], constants), {"x": data(rng)["x"]})
    assert "conv + swish" in tare("inspect", program).stdout


def test_where_somebody_else_reads_the_accumulators_it_is_not(tmp_path, rng):
    body, constants = conv(rng)
    model = save(tmp_path / "m.onnx", body + FUNCTIONS["silu"] + [node("Relu", ["c"], ["r"], name="r")], [port("x", [1, 8, 6, 6])],
                 [port("y", None), port("r", None)], constants)
    program, _ = converted(model, {"x": data(rng)["x"]})
    assert layers_of(program, "lookup") and not any("function" in each for each in layers_of(program))


def test_a_models_own_grid_between_them_stays(tmp_path, rng):
    """8 bits, as the model says."""
    body, constants = conv(rng, result="d")
    scales = {"sx": F32(.03), "sd": F32(.1), "sy": F32(.05), "z": np.int8(3)}
    steps = quantize("x", "sx", "z", "c0") + [node("Conv", ["c0", "d_w", "d_b"], ["d"], name="c_conv", pads=[1] * 4)]
    steps += quantize("d", "sd", "z", "c") + [node("Sigmoid", ["c"], ["f"], name="f")] + quantize("f", "sy", "z", "y")
    model = save(tmp_path / "m.onnx", steps, [port("x", [1, 8, 6, 6])], [port("y", None)], constants | scales)
    tare("convert", model, "-o", tmp_path / "m.tare")
    assert layers_of(tmp_path / "m.tare", "lookup") and not any("function" in each for each in layers_of(tmp_path / "m.tare"))


@pytest.mark.parametrize("target", ("gemmlowp", "shift_only", "three_stage", "i16x8"))
def test_other_targets_have_tables_of_their_own(target, tmp_path, rng):
    body, constants = conv(rng)
    program, _ = converted(model_of(tmp_path / "m.onnx", body + FUNCTIONS["silu"], constants), {"x": data(rng)["x"]}, "--target", target)
    assert len(layers_of(program, "lookup")) == 1 and not any("function" in each for each in layers_of(program))


@pytest.mark.parametrize("rounding", ("half_away", "half_even", "floor", "gemmlowp_double"))
def test_every_rounding_has_it(rounding, tmp_path, rng):
    """Any target that multiplies and shifts; the page says what its rounding is for."""
    target = tmp_path / "own.yaml"
    text = tare("target", "show", "generic").stdout.replace("rounding: half_up", f"rounding: {rounding}").replace("max: 31", "max: 40")
    target.write_text(text.replace("multiplier_bits: 15", "multiplier_bits: 31") if rounding == "gemmlowp_double" else text)
    body, constants = conv(rng)
    program, _ = converted(model_of(tmp_path / "m.onnx", body + FUNCTIONS["gelu"], constants), {"x": data(rng)["x"]}, "--target", target)
    assert any("function" in each for each in layers_of(program))
    tare("verify", program, "--golden", tmp_path / "golden", "--inputs", tmp_path / "calibration.npz", "--samples", 2)
    assert not replay(tmp_path / "golden")


@pytest.mark.parametrize("requantizer, bits", (("shift", 1), ("three_stage", 15)))
def test_a_target_that_cannot_have_it_is_refused(requantizer, bits, tmp_path):
    text = tare("target", "show", "shift_only" if requantizer == "shift" else "three_stage").stdout
    (tmp_path / "bad.yaml").write_text(text + "layer_functions: true\n")
    assert f"layer_functions is true, which takes a multiplication and a shift to 16 bits, but requantizer is {requantizer}" in fails("target", "check", tmp_path / "bad.yaml")


def test_accumulators_far_coarser_than_16_bits(tmp_path, rng):
    """(A65) Two large numbers that nearly cancel out: a step of the accumulator is many of 16 bits, and q ends at 0, not below."""
    big = rng.normal(0, 1000, (16, 1, 6, 6)).astype(F32)
    x = {"x": np.concatenate([big, big + rng.normal(0, .002, big.shape).astype(F32)] + [np.zeros_like(big)] * 6, 1)}
    w = np.zeros((4, 8, 1, 1), F32)
    w[:, 0, 0, 0], w[:, 1, 0, 0] = 1, -1
    model = save(tmp_path / "m.onnx", [node("Conv", ["x", "w"], ["c"], name="c_conv")] + FUNCTIONS["silu"], [port("x", [1, 8, 6, 6])], [port("y", None)], {"w": w})
    program, told = converted(model, x)
    found = [each for each in layers_of(program) if "function" in each]
    assert len(found) == 1 and all(q == 0 for q in found[0]["shifts"]), told
    tare("verify", program)


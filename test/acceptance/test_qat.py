"""Models that were trained quantized, as exporters of torch and of Brevitas write them: scales kept to the bit, gaps closed by calibration, batch norms folded."""
import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import fails, tare, tare_json

F32 = np.float32
IMAGE = [1, 3, 8, 8]


def per_channel(rng, shape):
    """Weights, and a scale for each output channel that no power of two is."""
    weights = rng.normal(0, .3, shape).astype(F32)
    return weights, (np.abs(weights).reshape(shape[0], -1).max(1) / F32(127)).astype(F32)


def torch_like(rng, norm=False, gap=False):
    """conv, perhaps a batch norm, Relu, conv: float weights behind QuantizeLinear, activations of uint8 and int8, biases in float."""
    w1, s1 = per_channel(rng, (6, 3, 3, 3))
    w2, s2 = per_channel(rng, (4, 6, 3, 3))
    constants = {
        "xs": F32(.0173), "xz": np.uint8(113), "as": F32(.02931), "az": np.uint8(0), "ys": F32(.0457), "yz": np.int8(-7),
        "w1": w1, "s1": s1, "z1": np.zeros(6, np.int8), "w2": w2, "s2": s2, "z2": np.zeros(4, np.int8),
        "b1": rng.normal(0, .2, 6).astype(F32), "b2": rng.normal(0, .2, 4).astype(F32),
        "gamma": (rng.uniform(.5, 2, 6) * [1, -1, 1, 1, -1, 1]).astype(F32), "beta": rng.normal(0, .3, 6).astype(F32),
        "mean": rng.normal(0, .3, 6).astype(F32), "variance": rng.uniform(.5, 2, 6).astype(F32)}
    nodes = quantize("x", "xs", "xz", "xd") + quantize("w1", "s1", "z1", "w1d", axis=0) + quantize("w2", "s2", "z2", "w2d", axis=0)
    nodes += [node("Conv", ["xd", "w1d", "b1"], ["c1"], pads=[1] * 4, name="conv1")]
    if norm:
        nodes += [node("BatchNormalization", ["c1", "gamma", "beta", "mean", "variance"], ["n1"], name="bn1")]
    nodes += [node("Relu", ["n1" if norm else "c1"], ["r1"], name="relu1")]
    nodes += [] if gap else quantize("r1", "as", "az", "rd")
    nodes += [node("Conv", ["r1" if gap else "rd", "w2d", "b2"], ["c2"], pads=[1] * 4, name="conv2")] + quantize("c2", "ys", "yz", "y")
    return nodes, constants


def saved(folder, nodes, constants, name="m.onnx"):
    return save(folder / name, nodes, [port("x", IMAGE)], [port("y", None)], constants, opset=21)


def data_of(rng, count=12):
    return {"x": rng.normal(0, 1, (count, *IMAGE[1:])).astype(F32)}


def grids_of(qdq):
    """The scales that the export's dequantizations have, by what they read."""
    graph = onnx.load(qdq).graph
    constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    return {each.input[0]: constants[each.input[1]] for each in graph.node if each.op_type == "DequantizeLinear"}


def export(model, *arguments):
    path = model.with_suffix(".qdq.onnx")
    tare("convert", model, *arguments, "--emit", "qdq-onnx", "-o", path)
    return path


def steps_off(model, program, data, step):
    return np.abs(np.rint((outputs_of(program, data)["y"] - reference(model, data)["y"]) / step)).max()


def test_torch_scales_to_the_bit(tmp_path):
    rng = np.random.default_rng(1)
    nodes, constants = torch_like(rng)
    model = saved(tmp_path, nodes, constants)
    program = tmp_path / "m.tare"
    tare("convert", model, "-o", program)
    found = list(grids_of(export(model)).values())
    for scale in ("xs", "as", "ys", "s1", "s2"):
        assert any(np.array_equal(each, constants[scale]) for each in found), scale
    data = data_of(rng)
    assert steps_off(model, program, data, constants["ys"]) <= 1
    # The same integers in the file give the same program.
    for w, s, z in (("w1", "s1", "z1"), ("w2", "s2", "z2")):
        shape = (-1, 1, 1, 1)
        constants[w] = np.clip(np.rint(constants[w] / constants[s].reshape(shape)), -128, 127).astype(np.int8)
    nodes = [each for each in nodes if each.name not in ("w1d_q", "w2d_q")]
    for each in nodes:
        if each.name in ("w1d", "w2d"):
            each.input[0] = each.input[0].removesuffix("d_q")
    other = saved(tmp_path, nodes, constants, "integers.onnx")
    tare("convert", other, "-o", tmp_path / "integers.tare")
    assert (tmp_path / "integers.tare").read_bytes() == program.read_bytes()


def brevitas_like(rng):
    """QuantizeLinear, Clip, DequantizeLinear: narrow weights, activations within fewer bits, a bias of int32 whose scale is a product."""
    w, s = per_channel(rng, (4, 3, 3, 3))
    constants = {"xs": F32(.0193), "xz": np.int8(0), "low": np.int8(-127), "high": np.int8(127), "w": w, "s": s, "z": np.zeros(4, np.int8),
                 "bias": rng.integers(-3000, 3000, 4).astype(np.int32), "bs": (F32(.0193) * s).astype(F32), "bz": np.zeros(4, np.int32),
                 "ys": F32(.061), "yz": np.int8(0), "few": np.int8(-8), "many": np.int8(7)}

    def clipped(value, scale, zero, low, high, result, **attributes):
        return [node("QuantizeLinear", [value, scale, zero], [result + "_q"], name=result + "_q", **attributes),
                node("Clip", [result + "_q", low, high], [result + "_c"], name=result + "_c"),
                node("DequantizeLinear", [result + "_c", scale, zero], [result], name=result, **attributes)]

    nodes = clipped("x", "xs", "xz", "low", "high", "xd") + clipped("w", "s", "z", "low", "high", "wd", axis=0)
    nodes += [node("DequantizeLinear", ["bias", "bs", "bz"], ["bd"], axis=0, name="bd")]
    nodes += [node("Conv", ["xd", "wd", "bd"], ["c"], pads=[1] * 4, name="conv")] + clipped("c", "ys", "yz", "few", "many", "y")
    return nodes, constants


def test_brevitas_scales_to_the_bit(tmp_path):
    rng = np.random.default_rng(2)
    nodes, constants = brevitas_like(rng)
    model = saved(tmp_path, nodes, constants)
    program = tmp_path / "m.tare"
    tare("convert", model, "-o", program)
    found = list(grids_of(export(model)).values())
    for scale in ("xs", "ys", "s"):
        assert any(np.array_equal(each, constants[scale]) for each in found), scale
    data = {"x": data_of(rng)["x"] * 3}
    ours, theirs = outputs_of(program, data)["y"], reference(model, data)["y"]
    assert np.abs(np.rint((ours - theirs) / constants["ys"])).max() <= 1
    # Four bits hold no more.
    assert theirs.min() == ours.min() == -8 * constants["ys"] and theirs.max() == ours.max() == 7 * constants["ys"]
    # What limits integers limits the layer's result, at no cost; the input's are limited by a layer.
    assert [layer["kind"] for layer in tare_json("inspect", program)["layers"] if layer["kind"] in ("conv", "rescale")] == ["rescale", "conv"]


def test_calibration_closes_gaps(tmp_path):
    rng = np.random.default_rng(3)
    nodes, constants = torch_like(rng, gap=True)
    model, data = saved(tmp_path, nodes, constants), data_of(rng)
    assert "'r1'" in fails("convert", model, "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    program, _ = converted(model, data)
    assert steps_off(model, program, data, constants["ys"]) <= 2
    found = list(grids_of(export(model, "--calibration", tmp_path / "calibration.npz")).values())
    for scale in ("xs", "ys", "s1", "s2"):
        assert any(np.array_equal(each, constants[scale]) for each in found), scale


def test_a_scale_per_input_channel_is_refused(tmp_path):
    rng = np.random.default_rng(4)
    nodes, constants = torch_like(rng)
    constants |= {"xs": rng.uniform(.01, .02, 3).astype(F32), "xz": np.full(3, 113, np.uint8)}
    for each in nodes[:2]:
        each.attribute.append(onnx.helper.make_attribute("axis", 1))
    message = fails("convert", saved(tmp_path, nodes, constants), "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "activations with a scale per channel: value 'x' of node 'xd_q' (3 scales" in message


@pytest.mark.parametrize("whole", (False, True), ids=("scale_per_channel", "one_scale"))
def test_batch_norms_go_into_the_scales(whole, tmp_path):
    rng = np.random.default_rng(5)
    nodes, constants = torch_like(rng, norm=True)
    if whole:
        constants |= {"s1": F32(constants["s1"].max()), "z1": np.int8(0)}
    model, data = saved(tmp_path, nodes, constants), data_of(rng)
    program = tmp_path / "m.tare"
    assert "warning" not in tare("convert", model, "-o", program).stderr
    assert [layer["kind"] for layer in tare_json("inspect", program)["layers"]].count("conv") == 2
    assert steps_off(model, program, data, constants["ys"]) <= 1
    factors = constants["gamma"].astype(np.float64) / np.sqrt(constants["variance"].astype(np.float64) + 1e-5)
    expected = (constants["s1"].astype(np.float64) * np.abs(factors)).astype(F32)
    assert any(np.array_equal(each, expected) for each in grids_of(export(model)).values())


def test_scales_of_one_are_flagged(tmp_path):
    rng = np.random.default_rng(6)
    nodes, constants = torch_like(rng)
    constants |= {"xs": F32(1), "as": F32(1), "ys": F32(1)}
    model = saved(tmp_path, nodes, constants)
    assert "--allow-uncalibrated" in fails("convert", model, "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    tare("convert", model, "--allow-uncalibrated", "-o", tmp_path / "m.tare")

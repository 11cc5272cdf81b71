"""Scales that nobody calibrated: flagged by name, refused, converted where the user insists."""
import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import fails, tare, tare_json

RNG = np.random.default_rng(7)
WEIGHT = RNG.integers(-127, 128, (4, 3, 3, 3)).astype(np.int8)


def save(path, nodes, tensors, inputs=(("x", [1, 3, 8, 8]),), output=("y", [1, 4, 8, 8])):
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs]
    graph = helper.make_graph(nodes, "net", values, [helper.make_tensor_value_info(output[0], TensorProto.FLOAT, output[1])],
                              [numpy_helper.from_array(np.asarray(t), n) for n, t in tensors.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


def pair(value, result, scale, zero="zero"):
    return [helper.make_node("QuantizeLinear", [value, scale, zero], [result + "_q"], name=result + "_quantize"),
            helper.make_node("DequantizeLinear", [result + "_q", scale, zero], [result], name=result + "_dequantize")]


def qdq(rng, path, sx=0.02, sw=0.01, sh=0.3, sy=0.5, sx_zero="zero"):
    """x -> conv1 -> relu -> conv2 -> y, quantized by another tool."""
    nodes = [*pair("x", "xd", "sx", sx_zero),
             helper.make_node("DequantizeLinear", ["w", "sw", "zero"], ["wd"], name="weights"),
             helper.make_node("Conv", ["xd", "wd"], ["c"], name="conv1", pads=[1, 1, 1, 1]),
             helper.make_node("Relu", ["c"], ["h"], name="relu1"),
             *pair("h", "hd", "sh"),
             helper.make_node("DequantizeLinear", ["v", "sv", "zero"], ["vd"], name="more_weights"),
             helper.make_node("Conv", ["hd", "vd"], ["d"], name="conv2", pads=[1, 1, 1, 1]),
             *pair("d", "y", "sy")]
    tensors = {"sx": np.float32(sx), "sw": np.float32(sw), "sh": np.float32(sh), "sy": np.float32(sy), "sv": np.float32(0.01),
               "zero": np.int8(0), "low": np.int8(-128), "w": WEIGHT, "v": rng.integers(-127, 128, (4, 4, 3, 3)).astype(np.int8)}
    return save(path, nodes, tensors)


def test_a_calibrated_model_raises_no_suspicion(tmp_path, rng):
    done = tare("convert", qdq(rng, tmp_path / "m.onnx"), "-o", tmp_path / "p.tare")
    assert "suspicious" not in done.stderr


@pytest.mark.parametrize("scale, value", [("sx", "x"), ("sh", "h"), ("sy", "d")])
def test_a_scale_of_one_that_no_observer_produced(scale, value, tmp_path, rng):
    model, out = qdq(rng, tmp_path / "m.onnx", **{scale: 1.0}), tmp_path / "p.tare"
    message = fails("convert", model, "-o", out, output=out)
    assert "suspicious scales" in message and f"the values '{value}';" in message and "--allow-uncalibrated" in message
    done = tare("convert", model, "--allow-uncalibrated", "-o", out)
    assert "warning: " in done.stderr and f"'{value}'" in done.stderr
    assert out.exists()
    told = tare_json("convert", model, "--allow-uncalibrated", "-o", out)["warnings"]
    assert any("suspicious scales" in warning and f"'{value}'" in warning for warning in told)


def test_all_are_named_in_one_run(tmp_path, rng):
    out = tmp_path / "p.tare"
    message = fails("convert", qdq(rng, tmp_path / "m.onnx", sx=1.0, sh=1.0), "-o", out, output=out)
    assert "the values 'x', 'h';" in message


def test_a_scale_near_one_is_none(tmp_path, rng):
    tare("convert", qdq(rng, tmp_path / "m.onnx", sx=np.nextafter(np.float32(1), np.float32(2))), "-o", tmp_path / "p.tare")


def test_a_zero_point_says_that_an_observer_ran(tmp_path, rng):
    """Pixels from 0 to 255 as integers from -128: no tool has that for a default."""
    tare("convert", qdq(rng, tmp_path / "m.onnx", sx=1.0, sx_zero="low"), "-o", tmp_path / "p.tare")


def test_data_confirm_a_scale_of_one(tmp_path, rng):
    """Pixels from 0 to 255: the model's scale of 1 is what an observer would have found."""
    model, out = qdq(rng, tmp_path / "m.onnx", sx=1.0), tmp_path / "p.tare"
    np.savez(tmp_path / "pixels.npz", x=rng.integers(-128, 128, (4, 3, 8, 8)).astype(np.float32))
    tare("convert", model, "--calibration", tmp_path / "pixels.npz", "-o", out)
    np.savez(tmp_path / "small.npz", x=rng.random((4, 3, 8, 8), np.float32))
    assert "the values 'x';" in fails("convert", model, "--calibration", tmp_path / "small.npz", "-o", tmp_path / "q.tare")


def test_weights_whose_scale_is_missing(tmp_path, rng):
    out = tmp_path / "p.tare"
    model = qdq(rng, tmp_path / "m.onnx", sw=1.0)
    assert "the weights of the layers 'conv1';" in fails("convert", model, "-o", out, output=out)
    tare("convert", model, "--allow-uncalibrated", "-o", out)


@pytest.mark.parametrize("key", ["sx", "sw", "sh"])
def test_a_missing_key_is_named(key, tmp_path, rng):
    """A scale that the file does not have at all: nothing can be converted."""
    out = tmp_path / "p.tare"
    model = onnx.load(qdq(rng, tmp_path / "m.onnx"))
    model.graph.initializer.remove(next(t for t in model.graph.initializer if t.name == key))
    onnx.save(model, tmp_path / "m.onnx")
    assert f"'{key}'" in fails("convert", tmp_path / "m.onnx", "--allow-uncalibrated", "-o", out, output=out)


def test_a_value_that_the_quantizing_tool_left_out_is_named(tmp_path, rng):
    """The pair of casts at h is missing: no scale is known there, and none is made up."""
    out = tmp_path / "p.tare"
    model = onnx.load(qdq(rng, tmp_path / "m.onnx"))
    for name in ("hd_quantize", "hd_dequantize"):
        model.graph.node.remove(next(n for n in model.graph.node if n.name == name))
    next(n for n in model.graph.node if n.name == "conv2").input[0] = "h"
    onnx.save(model, tmp_path / "m.onnx")
    message = fails("convert", tmp_path / "m.onnx", "-o", out, output=out)
    assert "no range is known for 'h'" in message and "calibrate" in message
    np.savez(tmp_path / "x.npz", x=rng.standard_normal((4, 3, 8, 8)).astype(np.float32))
    tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "-o", out)


def float_net(rng, path):
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"], name="conv1", pads=[1, 1, 1, 1]),
             helper.make_node("Relu", ["c"], ["h"], name="relu1"),
             helper.make_node("Add", ["h", "b"], ["a"], name="add"),
             helper.make_node("Sigmoid", ["a"], ["s"], name="sigmoid"),
             helper.make_node("Conv", ["s", "v"], ["y"], name="conv2")]
    tensors = {"w": (WEIGHT / 500).astype(np.float32), "v": rng.standard_normal((4, 4, 1, 1)).astype(np.float32)}
    return save(path, nodes, tensors, inputs=(("x", [1, 3, 8, 8]), ("b", [1, 4, 8, 8])))


def float_data(rng, path, **changes):
    data = {"x": rng.standard_normal((4, 3, 8, 8)).astype(np.float32), "b": rng.standard_normal((4, 4, 8, 8)).astype(np.float32)}
    np.savez(path, **{**data, **changes})
    return path


def test_an_input_never_seen(tmp_path, rng):
    model, out = float_net(rng, tmp_path / "m.onnx"), tmp_path / "p.tare"
    tare("convert", model, "--calibration", float_data(rng, tmp_path / "good.npz"), "-o", out)
    out.unlink()
    dead = float_data(rng, tmp_path / "dead.npz", b=np.zeros((4, 4, 8, 8), np.float32))
    message = fails("convert", model, "--calibration", dead, "-o", out, output=out)
    assert "never saw anything but 0 in the inputs 'b';" in message
    tare("convert", model, "--calibration", dead, "--allow-uncalibrated", "-o", out)


def test_an_input_that_the_data_lack(tmp_path, rng):
    model, out = float_net(rng, tmp_path / "m.onnx"), tmp_path / "p.tare"
    np.savez(tmp_path / "x.npz", x=np.ones((4, 3, 8, 8), np.float32))
    assert "'b'" in fails("convert", model, "--calibration", tmp_path / "x.npz", "-o", out, output=out)


def test_all_default_ranges(tmp_path, rng):
    model, out = float_net(rng, tmp_path / "m.onnx"), tmp_path / "p.tare"
    ranges = tmp_path / "ranges.json"
    tare("calibrate", model, "--calibration", float_data(rng, tmp_path / "d.npz"), "-o", ranges)
    found = json.loads(ranges.read_text())
    for value in found["values"].values():
        if value["label"] == "calibrated":
            value.update(min=-1.0, max=1.0)
    ranges.write_text(json.dumps(found))
    message = fails("convert", model, "--calibration", ranges, "-o", out, output=out)
    assert "one and the same range, [-1" in message and all(f"'{name}'" in message for name in "xbha")
    done = tare("convert", model, "--calibration", ranges, "--allow-uncalibrated", "-o", out)
    assert "warning" in done.stderr and out.exists()

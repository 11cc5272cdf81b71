"""The range of shifts: what a 16-bit multiplier and q in [0, 31] can hold, what is refused, and what is repaired."""
import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import fails, load, tare, tare_json


def layer(scales, folder, bias=None):
    """Gemm then Relu, whose effective scales are `scales`: Sx = 1, Sy = 1, Sw[c] = max |w[c]| / 127."""
    weight = (np.array(scales, np.float64)[:, None] * np.array([[127.0, -64.0]])).astype(np.float32)
    nodes = [helper.make_node("Gemm", ["x", "w", "b"], ["g"], name="gemm", transB=1), helper.make_node("Mul", ["g", "g"], ["y"], name="out")]
    graph = helper.make_graph(nodes, "layer", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, len(scales)])],
                              [numpy_helper.from_array(weight, "w"),
                               numpy_helper.from_array(np.array(bias or [0] * len(scales), np.float32), "b")])
    model = folder / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), model)
    np.savez(folder / "x.npz", x=np.array([[0.0, 255.0], [255.0, 0.0]], np.float32))
    ranges = folder / "ranges.json"
    tare("calibrate", model, "--calibration", folder / "x.npz", "-o", ranges)
    found = json.loads(ranges.read_text())
    coarsest = max([1.0, *scales])
    for value, top in {"x": 255.0, "g": 255.0, "y": (255.0 * coarsest) ** 2}.items():
        found["values"][value].update(min=0.0, max=top, seen_min=0.0, seen_max=top)
    ranges.write_text(json.dumps(found))
    return model, ranges


def gemm(program):
    return next(layer for layer in tare_json("inspect", program)["layers"] if layer["kind"] == "linear")


def test_three_scales(tmp_path):
    model, ranges = layer([0.0037, 0.9, 3.2], tmp_path)
    tare("convert", model, "--calibration", ranges, "--no-repair", "-o", tmp_path / "p.tare")
    found = gemm(tmp_path / "p.tare")
    assert list(zip(found["multipliers"], found["shifts"])) == [(31038, 23), (29491, 15), (26214, 13)]


@pytest.mark.parametrize("scale, q", [(4e4, -1), (1.3e8, -12)])
def test_too_large_a_scale(scale, q, tmp_path):
    model, ranges = layer([scale], tmp_path)
    out = tmp_path / "p.tare"
    message = fails("convert", model, "--calibration", ranges, "--no-repair", "-o", out, output=out)
    assert f"layer 'gemm', channel 0: needs q = {q}, the target has q in [0, 31]" in message
    done = tare("convert", model, "--calibration", ranges, "-o", out)
    assert "repaired: the grid of value 'g'" in done.stderr
    repair, = tare_json("convert", model, "--calibration", ranges, "-o", out)["repairs"]
    # Half a step of the accumulator's, in those that the result's range asks for.
    assert (repair["kind"], repair["cost"], repair["unit"]) == ("CoarserResult", pytest.approx(scale / 2, rel=1e-6), "LSB")
    assert 0 <= gemm(out)["shifts"][0] <= 31
    assert tare_json("verify", out)["worst_error"] < 0.51


def test_every_failure_in_one_run(tmp_path):
    """Of the shifts and of the bias: 5 is 5e9 steps of 1e-9."""
    model, ranges = layer([4e4, 1.0, 1.3e8, 1e-9], tmp_path, bias=[0, 0, 0, 5])
    out = tmp_path / "p.tare"
    message = fails("convert", model, "--calibration", ranges, "--no-repair", "-o", out, output=out)
    assert "channel 0: needs q = -1" in message and "channel 2: needs q = -12" in message and "channel 1:" not in message
    assert "layer 'gemm': the bias of channel 3, 5.000000e+00, does not fit 32 bits" in message


def test_without_repairs_no_bits_are_given_up(tmp_path):
    model, ranges = layer([1.0, 1e-6, 1e-12], tmp_path)
    out = tmp_path / "p.tare"
    message = fails("convert", model, "--calibration", ranges, "--no-repair", "-o", out, output=out)
    assert "channel 1: needs q = 34, the target has q in [0, 31]" in message and "channel 2: needs q = 54" in message
    assert "repairs give up bits of the multiplier" in message


def test_a_scale_beyond_the_largest_shift_loses_bits(tmp_path):
    # 1e-6 would want q = 34: three of fifteen bits go.
    model, ranges = layer([1.0, 1e-6], tmp_path)
    # It costs far less than a step: a remark.
    done = tare("convert", model, "--calibration", ranges, "-o", tmp_path / "p.tare", "--verbose")
    assert "warning" not in done.stderr
    found = gemm(tmp_path / "p.tare")
    assert found["shifts"][1] == 31 and found["multipliers"][1] == round(1e-6 * 2 ** 31)
    answer = tare_json("convert", model, "--calibration", ranges, "-o", tmp_path / "p.tare")
    repair, = answer["repairs"]
    assert (repair["layer"], repair["kind"], repair["channels"], repair["unit"]) == ("gemm", "LostBits", 1, "LSB")
    # The largest accumulator, 127 * 255 - 64 * 0, against the error of m * 2^-31.
    assert abs(repair["cost"] - 127 * 255 * abs(1e-6 - found["multipliers"][1] * 2.0 ** -31)) < 1e-6
    told = answer["warnings"]
    assert [warning for warning in told if warning.startswith("repaired: layer 'gemm', 1 channel: the shift ends at q = 31")]
    assert "layer 'gemm', 1 channel: the shift ends at q = 31" in done.stderr and "in channel 1: 3 of 15" in done.stderr


def gate(folder):
    """A product as recurrent layers have them, on so fine a grid that M = 8 * 5 / 1e-3 = 4e4 needs q = -1."""
    values = lambda names: [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, 4]) for n in names]
    nodes = [helper.make_node("Mul", ["x", "z"], ["g"], name="gate"), helper.make_node("Mul", ["g", "g"], ["y"], name="out")]
    onnx.save(helper.make_model(helper.make_graph(nodes, "gate", values("xz"), values("y")),
                                opset_imports=[helper.make_opsetid("", 13)], ir_version=8), folder / "m.onnx")
    np.savez(folder / "x.npz", x=np.ones((1, 4), np.float32), z=np.ones((1, 4), np.float32))
    tare("calibrate", folder / "m.onnx", "--calibration", folder / "x.npz", "-o", folder / "ranges.json")
    found = json.loads((folder / "ranges.json").read_text())
    for value, top in {"x": 8 * 255, "z": 5 * 255, "g": 0.255, "y": 0.255 ** 2}.items():
        found["values"][value].update(min=0.0, max=top)
    (folder / "ranges.json").write_text(json.dumps(found))
    return folder / "m.onnx", folder / "ranges.json"


def test_an_elementwise_q_of_minus_one_is_clamped(tmp_path):
    model, ranges = gate(tmp_path)
    out = tmp_path / "p.tare"
    message = fails("convert", model, "--calibration", ranges, "--no-repair", "-o", out, output=out)
    assert "layer 'gate', channel 0: needs q = -1, the target has q in [0, 31] (Sx = 8.0000e+00, Sw = 5.0000e+00, Sy = 1.0000e-03" in message
    done = tare("convert", model, "--calibration", ranges, "-o", out, "--verbose")
    assert "remark: repaired: layer 'gate', 1 channel: q is clamped to 0" in done.stderr and "loses precision" in done.stderr
    found = next(layer for layer in tare_json("inspect", out)["layers"] if layer["name"] == "gate")
    assert (found["multipliers"], found["shifts"]) == ([32767], [0])
    # No output is off: the grid saturates at the first step of the product.
    proof = next(layer for layer in tare_json("verify", out)["layers"] if layer["name"] == "gate")
    assert proof["worst_error"] <= 0.5


def product(folder, kind, shapes, scale_of_result):
    """One op of two activations on grids of scale 1 with zero point -128; the result's scale is given."""
    values = {name: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()}
    nodes = [helper.make_node(kind, ["x", "z"], ["g"], name="product"), helper.make_node("LeakyRelu", ["g"], ["y"], name="out")]
    graph = helper.make_graph(nodes, "product", list(values.values()), [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(onnx.shape_inference.infer_shapes(model), folder / "m.onnx")
    np.savez(folder / "x.npz", **{name: np.ones((1, *shape[1:]), np.float32) for name, shape in shapes.items()})
    tare("calibrate", folder / "m.onnx", "--calibration", folder / "x.npz", "-o", folder / "ranges.json")
    found = json.loads((folder / "ranges.json").read_text())
    for value, top in {"x": 255, "z": 255, "g": 255 * scale_of_result, "y": 255 * scale_of_result}.items():
        found["values"][value].update(min=0.0, max=top)
    (folder / "ranges.json").write_text(json.dumps(found))
    return folder / "m.onnx", folder / "ranges.json"


def board(folder, *changes):
    """The generic target with some lines replaced."""
    text = tare("target", "show", "generic").stdout
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (folder / "board.yaml").write_text(text)
    return folder / "board.yaml"


@pytest.mark.parametrize("scale, bits", [(102.4, 21), (51.2, 22)])
def test_a_clamped_multiplier_fits_the_product(scale, bits, tmp_path):
    # 255 * 255 takes 16 bits: 3 are left for m below 2^19. M = 10 * 2^-10 and 20 * 2^-10 would need q = 9 and 8 then.
    model, ranges = product(tmp_path, "Mul", dict(x=[1, 4], z=[1, 4]), scale)
    target = board(tmp_path, ("multiplier_bits: 15", "multiplier_bits: 15\nproduct_bits: 20"), ("min: 0", "min: 10"),
                   ("layer_functions: true", "layer_functions: false"))
    for repair in ([], ["--no-repair"]):
        message = fails("convert", model, "--calibration", ranges, "--target", target, *repair, "-o", tmp_path / "p.tare",
                        output=tmp_path / "p.tare")
        needed = bits if not repair else 32
        assert f"layer 'product', channel 0: the product of the accumulator, at most 65025, and the multiplier needs {needed} bits" in message


@pytest.mark.parametrize("accumulator, columns", [(22, 64), (32, 40000)])
def test_products_of_activations_do_not_overflow_either(accumulator, columns, tmp_path):
    model, ranges = product(tmp_path, "MatMul", dict(x=[1, 1, columns], z=[1, columns, 2]), 255.0 * columns)
    target = board(tmp_path, ("accumulator_bits: 32", f"accumulator_bits: {accumulator}"))
    message = fails("convert", "-q", model, "--calibration", ranges, "--target", target, "-o", tmp_path / "p.tare", output=tmp_path / "p.tare")
    reach = columns * 255 * 255
    assert f"layer 'product': the accumulator can reach {reach}, which needs {reach.bit_length() + 1} bits; the target has {accumulator}" in message
    # 33025 products of 255 * 255 are the most that 32 bits hold.
    if accumulator == 32:
        model, ranges = product(tmp_path, "MatMul", dict(x=[1, 1, 33025], z=[1, 33025, 2]), 255.0 * 33025)
        tare("convert", model, "--calibration", ranges, "-o", tmp_path / "p.tare")
        np.savez(tmp_path / "x.npz", x=np.full((1, 1, 33025), 255, np.float32), z=np.full((1, 33025, 2), 255, np.float32))
        for reference in ([], ["--reference"]):
            tare("run", tmp_path / "p.tare", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "o.npz", "--all-layers", "--raw", *reference)
            assert np.all(load(tmp_path / "o.npz")["product"] == 127)

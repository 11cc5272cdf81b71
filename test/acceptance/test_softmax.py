"""(A28) Softmax: its grid follows what calibration saw, so that long rows and flat ones keep their probabilities."""
import json

import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import sqnr, tare, tare_json


def attention(folder, length, targets=4, spread=.2):
    """Attention over `length` keys of nearly equal weight; its data."""
    rng = np.random.default_rng(37)
    constants = {"kt": (rng.normal(size=(8, length)) * spread).astype(np.float32),
                 "v": (rng.normal(size=(length, 8)) + 1).astype(np.float32)}
    nodes = [node("MatMul", ["x", "kt"], ["s"], name="scores"), node("Softmax", ["s"], ["p"], name="softmax", axis=-1),
             node("MatMul", ["p", "v"], ["y"], name="values")]
    model = save(folder / "m.onnx", nodes, [port("x", [1, targets, 8])], [port("y", [1, targets, 8])], constants)
    return model, {"x": rng.normal(size=(16, targets, 8)).astype(np.float32)}


def softmax_layer(program):
    return next(layer for layer in tare_json("inspect", program)["layers"] if layer["kind"] == "softmax")


@pytest.mark.parametrize("target", ("generic", "gemmlowp", "three_stage", "i16x8", "shift_only", "float_tail"))
@pytest.mark.parametrize("length", (600, 1000))
def test_softmax_long(length, target, tmp_path):
    model, data = attention(tmp_path, length)
    program, _ = converted(model, data, "--target", target)
    found = sqnr(reference(model, data)["y"], outputs_of(program, data)["y"])
    # The weights have 8 bits and so have most targets' x; the y of gemmlowp has 8 bits, the scales of shift_only are powers
    # of two.
    assert found > {"i16x8": 60, "gemmlowp": 35, "shift_only": 34}.get(target, 52), found


@pytest.mark.parametrize("length", (4, 40, 250))
def test_softmax_step_is_the_range_by_255(length, tmp_path):
    model, data = attention(tmp_path, length)
    program, _ = converted(model, data)
    scale = softmax_layer(program)["scales"][0]
    rng = reference_probabilities(model, data)
    assert scale == pytest.approx(max(rng.max() / 255, 2.0 ** -15), rel=1e-3)


def reference_probabilities(model, data):
    import onnx
    whole = onnx.load(str(model))
    whole.graph.output.append(onnx.helper.make_tensor_value_info("p", onnx.TensorProto.FLOAT, None))
    onnx.save(whole, str(model.parent / "p.onnx"))
    return reference(model.parent / "p.onnx", data)["p"]


def test_softmax_of_two_classes(tmp_path):
    """An undecided classifier: both classes near a half, in different orders."""
    rng = np.random.default_rng(5)
    nodes = [node("MatMul", ["x", "w"], ["s"], name="fc"), node("Softmax", ["s"], ["p"], name="softmax", axis=-1)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 16])], [port("p", [1, 2])],
                 {"w": (rng.normal(size=(16, 2)) * .02).astype(np.float32)})
    data = {"x": rng.normal(size=(64, 16)).astype(np.float32)}
    program, _ = converted(model, data)
    assert softmax_layer(program)["scales"][0] < 0.75 / 255
    assert sqnr(reference(model, data)["p"], outputs_of(program, data)["p"]) > 52


def test_softmax_keeps_the_grid_of_a_quantized_model(tmp_path):
    rng = np.random.default_rng(6)
    nodes = quantize("x", "sx", "zx", "xd") + [node("Softmax", ["xd"], ["p"], name="softmax", axis=-1)] + quantize("p", "sp", "zp", "y")
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 50])], [port("y", [1, 50])],
                 {"sx": np.float32(0.03), "zx": np.int8(0), "sp": np.float32(1 / 256), "zp": np.int8(-128)})
    program, _ = converted(model, {"x": rng.normal(size=(8, 50)).astype(np.float32)})
    assert softmax_layer(program)["scales"] == [1 / 256]


def test_softmax_without_a_range_has_that_of_its_image(tmp_path):
    model, data = attention(tmp_path, 50)
    np.savez(tmp_path / "c.npz", **data)
    ranges = tmp_path / "ranges.json"
    tare("calibrate", model, "--calibration", tmp_path / "c.npz", "-o", ranges)
    known = json.loads(ranges.read_text())
    del known["values"]["p"]
    ranges.write_text(json.dumps(known))
    tare("convert", model, "--calibration", ranges, "-o", tmp_path / "m.tare")
    assert softmax_layer(tmp_path / "m.tare")["scales"] == [1 / 256]


def test_softmax_whose_shares_the_hardware_cannot_hold_is_told(tmp_path):
    model, data = attention(tmp_path, 12000, targets=1, spread=.01)
    _, told = converted(model, data)
    lines = [line for line in told.splitlines() if "warning" in line and "softmax" in line]
    assert len(lines) == 1 and "steps of 2^-15" in lines[0], told


@pytest.mark.parametrize("spread", (1, 2, 4, 8))
@pytest.mark.parametrize("length", (10, 1000))
def test_16_bit_shares_are_within_a_step(length, spread, tmp_path):
    """(A58) Long rows, many of whose exponentials are small."""
    nodes = quantize("x", "sx", "zx", "xd") + [node("Softmax", ["xd"], ["p"], name="softmax", axis=-1)] + quantize("p", "sp", "zx", "y")
    x = (np.random.default_rng(length + spread).normal(size=(64, length)) * spread).astype(np.float32)
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, length])], [port("y", [1, length])],
                 {"sx": np.float32(np.abs(x).max() / 32767), "zx": np.int16(0), "sp": np.float32(2.0**-15)})
    program, told = converted(model, {"x": x}, "--target", "i16x8")
    off = np.abs(outputs_of(program, {"x": x})["y"] - reference(model, {"x": x})["y"]) * 2**15
    assert off.max() <= 1.3, off.max()
    layer = next(each for each in tare_json("verify", program)["layers"] if each["kind"] == "softmax")
    assert off.max() - .5 <= layer["worst_error"] <= 4


def test_masks_at_16_bits_count_for_nothing(tmp_path):
    """A thousand masked scores beside one that is not."""
    mask = np.zeros((1, 1000), np.float32)
    mask[0, 3:] = -1e9
    nodes = [node("Add", ["x", "mask"], ["a"]), node("Softmax", ["a"], ["y"], axis=-1)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 1000])], [port("y", [1, 1000])], {"mask": mask})
    data = {"x": np.random.default_rng(2).normal(size=(32, 1000)).astype(np.float32)}
    program, _ = converted(model, data, "--target", "i16x8", "--method", "min_max")
    off = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]) * 2**15
    assert off.max() < 12, off.max()


def test_a_softmax_of_a_constant_says_its_grid(tmp_path, rng):
    """What a slice leaves of a concatenation is a constant, whose axes are permuted: verify knows what its integers mean, and so do golden
    vectors."""
    nodes = [*quantize("x", "s", "z", "xq"), *dequantize("c", "s", "real", "z"), node("Concat", ["xq", "real"], ["both"], name="concat", axis=1),
             node("Transpose", ["both"], ["turned"], name="transpose", perm=[0, 3, 2, 1]), *quantize("turned", "s", "z", "tq"),
             node("Slice", ["tq", "from", "to", "axes"], ["part"], name="slice"), node("Softmax", ["part"], ["p"], name="softmax", axis=1),
             *quantize("p", "ps", "pz", "pq"), node("Transpose", ["pq"], ["back"], name="back", perm=[0, 3, 2, 1]),
             node("Add", ["xq", "back"], ["sum"], name="add"), *quantize("sum", "s", "z", "y")]
    constants = {"c": rng.integers(-100, 100, (1, 3, 4, 5)).astype(np.int8), "s": np.float32(.03), "z": np.array(7, np.int8),
                 "ps": np.float32(1 / 256), "pz": np.array(-128, np.int8), "from": np.array([3]), "to": np.array([6]), "axes": np.array([3])}
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 4, 5])], [port("y", [1, 3, 4, 5])], constants)
    data = {"x": rng.normal(size=(8, 3, 4, 5)).astype(np.float32)}
    program, _ = converted(model, data)
    proofs = {layer["name"]: layer["proof"] for layer in tare_json("verify", program)["layers"]}
    assert "softmax" in proofs and "unknown" not in proofs.values(), proofs
    tare("verify", program, "--golden", tmp_path / "golden")
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 35

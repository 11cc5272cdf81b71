"""(A56), (A57): what interpolates between grids is rounded once, on its result's grid."""
import re

import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, quantize, reference, save
from harness import fails, tare, tare_json
from replay import replay

F32 = np.float32
TARGETS = ("generic", "float_tail", "gemmlowp", "three_stage", "shift_only")
SHAPES = {"plane": ([1, 3, 5, 6], [1, 3, 13, 9]), "row": ([1, 4, 9], [1, 4, 25])}


def model_of(folder, kind, x, y, mode="half_pixel"):
    """QuantizeLinear, DequantizeLinear, Resize linear, QuantizeLinear, DequantizeLinear; grids are (step, zero point)."""
    shape, sizes = SHAPES[kind]
    constants = {"sx": F32(x[0]), "zx": x[1], "sy": F32(y[0]), "zy": y[1], "sizes": np.array(sizes, np.int64)}
    nodes = quantize("x", "sx", "zx", "xd") + [node("Resize", ["xd", "", "", "sizes"], ["r"], name="up", mode="linear",
                                                    coordinate_transformation_mode=mode)] + quantize("r", "sy", "zy", "y")
    data = {"x": np.random.default_rng(3).uniform(-.98, .98, [8, *shape[1:]]).astype(F32)}
    return save(folder / "m.onnx", nodes, [port("x", shape)], [port("y", None)], constants), data


def check(folder, kind, x, y, *arguments, allowed=.51, **attributes):
    model, data = model_of(folder, kind, x, y, **attributes)
    program, messages = converted(model, data, *arguments)
    found, wanted = outputs_of(program, data)["y"], reference(model, data)["y"]
    off = np.abs(found - wanted.reshape(found.shape)) / y[0]
    # ONNX's own result is rounded as well: at a tie's other side by a whole step.
    assert off.max() <= .5 + allowed, f"off by {off.max()} steps\n{messages}"
    layer = next(each for each in tare_json("verify", program)["layers"] if each["kind"] == "resize")
    assert off.max() - .5 <= layer["worst_error"] + 1e-2
    assert np.array_equal(found, outputs_of(program, data, "--reference")["y"])
    tare("verify", program, "--golden", folder / "golden", "--inputs", folder / "calibration.npz", "--samples", 2)
    assert not replay(folder / "golden")
    return layer["worst_error"]


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("ratio", (.31, 1.07, 3.3, 60))
@pytest.mark.parametrize("target", TARGETS)
def test_finer_and_coarser_grids(tmp_path, target, kind, ratio):
    """From steps of 1/128 to finer ones, which hold a part of the range alone, and to coarser ones."""
    step = 2.0**-np.round(np.log2(ratio)) / 128 if target == "shift_only" else 1 / 128 / ratio
    zeros = (np.int8(0), np.int8(0)) if target == "shift_only" else (np.int8(-3), np.int8(11))
    # Three stages have 16 bits between them: those of the operand beyond 8. On a plane 32 bits hold weights of 11.
    allowed = .51 + (ratio / 200 if target == "three_stage" else 0) + (ratio / 20 if kind == "plane" else 0)
    check(tmp_path, kind, (1 / 128, zeros[0]), (step, zeros[1]), "--target", target, allowed=allowed)


@pytest.mark.parametrize("target", ("generic", "i16x8"))
@pytest.mark.parametrize("kind", SHAPES)
def test_16_bits(tmp_path, kind, target):
    check(tmp_path, kind, (1 / 20000, np.int16(0)), (1 / 31000, np.int16(0)), "--target", target)


@pytest.mark.parametrize("mode", ("half_pixel", "align_corners", "asymmetric"))
@pytest.mark.parametrize("kind", SHAPES)
def test_up_to_16_bits(tmp_path, kind, mode):
    """An operand in 8 bits; the result has 256 steps in each of its operand's."""
    error = check(tmp_path, kind, (1 / 128, np.int8(4)), (1 / 32700, np.int16(0)), mode=mode)
    assert error < 24  # The weights' 11 bits, at the ends of the range.


def test_down_to_8_bits(tmp_path):
    check(tmp_path, "plane", (1 / 20000, np.int16(0)), (1 / 100, np.int8(3)), allowed=.52)


def test_one_grid_stays_one(tmp_path):
    """Programs of models whose grids agree are those of always."""
    model, data = model_of(tmp_path, "plane", (1 / 128, np.int8(4)), (1 / 128, np.int8(4)))
    program, _ = converted(model, data)
    layer = next(each for each in tare_json("inspect", program)["layers"] if each["kind"] == "resize")
    assert "requantization" not in layer


def test_two_grids_have_a_resize_each(tmp_path):
    shape, sizes = SHAPES["plane"]
    constants = {"sx": F32(1 / 128), "z": np.int8(0), "s1": F32(1 / 300), "s2": F32(1 / 77), "sizes": np.array(sizes, np.int64)}
    nodes = quantize("x", "sx", "z", "xd") + [node("Resize", ["xd", "", "", "sizes"], ["r"], name="up", mode="linear")] \
        + quantize("r", "s1", "z", "a") + quantize("r", "s2", "z", "b")
    model = save(tmp_path / "m.onnx", nodes, [port("x", shape)], [port("a", None), port("b", None)], constants)
    data = {"x": np.random.default_rng(3).uniform(-.4, .4, [8, *shape[1:]]).astype(F32)}
    program, _ = converted(model, data)
    found, wanted = outputs_of(program, data), reference(model, data)
    for name, step in (("a", 1 / 300), ("b", 1 / 77)):
        assert np.abs(found[name] - wanted[name]).max() <= 1.01 * step


@pytest.mark.parametrize("behind", ("none", "flatten", "concat"))
@pytest.mark.parametrize("target", ("generic", "gemmlowp", "three_stage"))
def test_a_border_is_cut_off_behind_the_interpolation(tmp_path, target, behind):
    """The result's grid holds neither the border nor some elements: cut off before, they would be missing in what lies between."""
    constants = {"sx": F32(.0189), "zx": np.int8(-5), "sy": F32(.0092), "zy": np.int8(0), "v": F32(-2.6),
                 "pads": np.array([0, 0, 1, 0, 0, 0, 0, 0], np.int64), "scales": F32([1, 1, 2, 2])}
    nodes = quantize("x", "sx", "zx", "xd") + [
        node("Pad", ["xd", "pads", "v"], ["p"], name="pad"),
        node("Resize", ["p", "", "scales"], ["u"], name="up", mode="linear", coordinate_transformation_mode="align_corners")]
    nodes += {"none": [node("Identity", ["u"], ["r"])], "flatten": [node("Flatten", ["u"], ["r"], name="flat")],
              "concat": [node("Concat", ["u", "u"], ["r"], name="cat", axis=1)]}[behind] + quantize("r", "sy", "zy", "y")
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 5, 5])], [port("y", None)], constants)
    data = {"x": np.random.default_rng(3).uniform(-2.3, 2.3, [8, 3, 5, 5]).astype(F32)}
    program, messages = converted(model, data, "--target", target, "--method", "min_max")
    found, wanted = outputs_of(program, data)["y"], reference(model, data)["y"]
    assert np.abs(found - wanted.reshape(found.shape)).max() < .05, messages


@pytest.mark.parametrize("field", ["input_zero_point", "zero_point"])
def test_a_wrong_zero_point_is_no_proof(tmp_path, field):
    """Of the operand, and of the requantization: the layer computes with another than its tensors have."""
    model, data = model_of(tmp_path, "plane", (1 / 128, np.int8(-3)), (1 / 50, np.int8(11)))
    ir, _ = converted(model, data, "--emit", "mlir:npu", name="m.mlir")
    text = ir.read_text()
    line = next(each for each in text.splitlines() if "npu.resize " in each)
    found = re.findall(rf"\b{field} = (-?\d+)", line)
    assert len(found) == 1, line
    for value, proven in ((int(found[0]), True), (int(found[0]) + 40, False)):
        ir.write_text(text.replace(line, re.sub(rf"\b{field} = -?\d+", f"{field} = {value}", line)))
        tare("convert", ir, "-o", tmp_path / "m.tare")
        if proven:
            tare("verify", tmp_path / "m.tare")
        else:
            assert "it computes with other zero points than its tensors have" in fails("verify", tmp_path / "m.tare")

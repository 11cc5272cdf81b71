"""Weights whose scales run along an axis that no sum has, or that the target has not, are rounded anew, and it is told; never refused but on demand."""
import re

import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import fails, samples_shape, tare

F32 = np.float32
STEP = .2
# The nodes from "xd" and "w" to "c", the weights' shape, the input's.
LAYERS = {
    "conv": ([node("Conv", ["xd", "w"], ["c"], pads=[1] * 4, name="layer")], (6, 4, 3, 3), [1, 4, 5, 5]),
    "grouped": ([node("Conv", ["xd", "w"], ["c"], group=2, name="layer")], (6, 2, 3, 3), [1, 4, 5, 5]),
    "line": ([node("Conv", ["xd", "w"], ["c"], name="layer")], (6, 4, 3), [1, 4, 7]),
    "transposed": ([node("ConvTranspose", ["xd", "w"], ["c"], strides=[2, 2], name="layer")], (4, 6, 3, 2), [1, 4, 5, 5]),
    "transposed_grouped": ([node("ConvTranspose", ["xd", "w"], ["c"], group=2, strides=[2, 1], name="layer")], (4, 3, 3, 2), [1, 4, 5, 5]),
    "transposed_depthwise": ([node("ConvTranspose", ["xd", "w"], ["c"], group=4, name="layer")], (4, 1, 2, 2), [1, 4, 5, 5]),
    "transposed_line": ([node("ConvTranspose", ["xd", "w"], ["c"], strides=[2], name="layer")], (4, 6, 3), [1, 4, 7]),
    "transposed_bias": ([node("ConvTranspose", ["xd", "w", "bias"], ["c"], name="layer")], (4, 6, 3, 2), [1, 4, 5, 5]),
    "gemm": ([node("Gemm", ["xd", "w"], ["c"], name="layer")], (4, 6), [3, 4]),
    "gemm_transposed": ([node("Gemm", ["xd", "w"], ["c"], transB=1, name="layer")], (6, 4), [3, 4]),
    "gemm_alpha": ([node("Gemm", ["xd", "w"], ["c"], alpha=-.6, name="layer")], (4, 6), [3, 4]),
    "matmul": ([node("MatMul", ["xd", "w"], ["c"], name="layer")], (4, 6), [2, 3, 4]),
    "matmul_outer": ([node("MatMul", ["xd", "w"], ["c"], name="layer")], (1, 4, 6), [2, 3, 4]),
    "matmul_add": ([node("MatMul", ["xd", "w"], ["m"], name="layer"), node("Add", ["m", "bias"], ["c"], name="add")], (4, 6), [2, 3, 4]),
}
OUTPUTS = {"conv": 0, "grouped": 0, "line": 0, "transposed": 1, "transposed_grouped": 1, "transposed_line": 1, "transposed_bias": 1,
           "transposed_depthwise": 0, "gemm": 1, "gemm_transposed": 0, "gemm_alpha": 1, "matmul": 1, "matmul_outer": 2, "matmul_add": 1}
CASES = [(name, axis) for name, (_, shape, _) in LAYERS.items() for axis, size in enumerate(shape) if size > 1]


def model_of(folder, name, axis, powers=False, kind=np.int8, zero=0):
    nodes, shape, x = LAYERS[name]
    rng = np.random.default_rng(3)
    scales = rng.uniform(.002, .02, shape[axis]).astype(F32)
    if powers:
        scales = np.exp2(np.round(np.log2(scales))).astype(F32)
    info = np.iinfo(kind)
    constants = {"as": F32(2**-5 if powers else .03), "az": np.int8(0 if powers else 3), "os": F32(2**-2 if powers else STEP), "oz": np.int8(0),
                 "wq": rng.integers(info.min + 1, info.max + 1, shape).astype(kind), "ws": scales, "wz": np.full(shape[axis], zero, kind),
                 "bias": rng.normal(size=6).astype(F32)}
    around = quantize("x", "as", "az", "xd") + dequantize("wq", "ws", "w", "wz", axis=axis) + nodes + quantize("c", "os", "oz", "y")
    return save(folder / "m.onnx", around, [port("x", x)], [port("y", None)], constants), {
        "x": rng.normal(0, 1.2, samples_shape(x, 16)).astype(F32)}


@pytest.mark.parametrize("target", ("generic", "gemmlowp", "three_stage", "shift_only"))
@pytest.mark.parametrize("name,axis", CASES)
def test_along_any_axis(name, axis, target, tmp_path):
    powers = target == "shift_only"
    model, data = model_of(tmp_path, name, axis, powers)
    program, messages = converted(model, data, "--target", target)
    off = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"])
    step = .25 if powers else STEP
    told = [line for line in messages.splitlines() if "layer 'layer' has weights with" in line]
    # A factor of 0.6 leaves no power of two.
    if axis == OUTPUTS[name] and not (powers and name == "gemm_alpha"):
        assert not told and off.max() <= step * 1.001, messages
        return
    assert len(told) == 1 and "rounded to 8 bits with a scale per output channel" in told[0], messages
    cost = re.search(r"at the cost of at most ([-+.\de]+) LSB of the output", told[0])
    assert cost and off.max() / step <= float(cost.group(1)) + 1.01, messages
    # Data that say that no activation is the least integer, which symmetric hardware lacks.
    np.savez(tmp_path / "small.npz", x=data["x"] / 8)
    message = fails("convert", model, "--calibration", tmp_path / "small.npz", "--target", target, "--no-repair", "-o", tmp_path / "p.tare",
                    output=tmp_path / "p.tare")
    assert "layer 'layer' has weights with" in message and "do without --no-repair" in message


@pytest.mark.parametrize("name", ("transposed", "transposed_grouped", "conv", "matmul"))
def test_unsigned_ones_with_zero_points_too(name, tmp_path):
    axis = 1 if name == "conv" else 0
    model, data = model_of(tmp_path, name, axis, kind=np.uint8, zero=119)
    program, messages = converted(model, data)
    off = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"])
    (cost,) = re.findall(r"'layer' has weights with .* at the cost of at most ([-+.\de]+) LSB", messages)
    assert off.max() / STEP <= float(cost) + 1.01


@pytest.mark.parametrize("target", ("generic", "gemmlowp", "three_stage"))
@pytest.mark.parametrize("name", ("conv", "transposed", "gemm", "matmul"))
def test_more_scales_than_the_target_has(name, target, tmp_path):
    board = tmp_path / "board.yaml"
    board.write_text(tare("target", "show", target).stdout.replace("per_channel: true", "per_channel: false"))
    model, data = model_of(tmp_path, name, OUTPUTS[name])
    program, messages = converted(model, data, "--target", board)
    off = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"])
    (line,) = [line for line in messages.splitlines() if "has weights with a scale per channel, but target" in line]
    cost = float(re.search(r"rounded to 8 bits with one scale, at the cost of at most ([-+.\de]+) LSB", line).group(1))
    assert off.max() / STEP <= cost + 1.01
    assert "do without --no-repair" in fails("convert", model, "--target", board, "--no-repair", "-o", tmp_path / "p.tare",
                                             output=tmp_path / "p.tare")

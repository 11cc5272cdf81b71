"""Weights that a model stores in more than 8 bits: kept where the hardware can, rounded and told in LSB where not, and never at a cost of their size."""
import re

import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import sqnr, tare, tare_json
from replay import replay

F32 = np.float32


@pytest.mark.parametrize("kind, largest", [(np.int32, 2**30), (np.int32, 2**31 - 1), (np.int32, -2**31), (np.int16, 2**15 - 1)], ids=str)
@pytest.mark.parametrize("layer", ["conv", "gemm"])
def test_time_does_not_grow_with_their_size(tmp_path, kind, largest, layer):
    rng = np.random.default_rng(1)
    shape = (48, 48, 3, 3) if layer == "conv" else (512, 256)
    weights = rng.integers(-abs(largest) + 1, abs(largest) - 1, shape).astype(kind)
    weights.flat[7] = largest
    last = node("Conv", ["x", "w"], ["y"], name="layer") if layer == "conv" else node("Gemm", ["x", "w"], ["y"], name="layer")
    x, y = ([1, 48, 6, 6], [1, 48, 4, 4]) if layer == "conv" else ([4, 512], [4, 256])
    model = save(tmp_path / "m.onnx", [*dequantize("k", "s", "w"), last], [port("x", x)], [port("y", y)], {"k": weights, "s": F32(1 / abs(largest))})
    data = {"x": rng.normal(size=[6, *(x[1:] if x[0] == 1 else x)]).astype(F32)}
    np.savez(tmp_path / "x.npz", **data)
    done = tare("convert", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare", timeout=60)
    assert re.search(r"weights up to \d+ steps from their zero point do not fit 8 bits and were rounded", done.stderr) or kind == np.int16
    assert sqnr(reference(model, data)["y"], outputs_of(tmp_path / "m.tare", data)["y"]) > 30


def linear(folder, bias, layer="gemm", relu=False, output_grid=False, columns=5):
    """16-bit activations by 16-bit weights."""
    rng = np.random.default_rng(2)
    constants = {"w": rng.integers(-32768, 32767, (8, columns)).astype(np.int16), "s": F32(3e-5), "sx": F32(1e-4), "zx": np.int16(0), "sy": F32(3e-4),
                 "b": rng.normal(size=columns).astype(F32), "bi": rng.integers(-2**28, 2**28, columns).astype(np.int32), "sb": F32(3e-9), "b0": np.int32(0)}
    nodes = [*quantize("x", "sx", "zx", "d"), *dequantize("w", "s", "wf")]
    addend = {"none": "", "float": "b", "integer": "bf"}[bias]
    if bias == "integer":
        nodes += [node("DequantizeLinear", ["bi", "sb", "b0"], ["bf"], name="bf")]
    out = "g" if relu or output_grid else "y"
    if layer == "gemm":
        nodes += [node("Gemm", ["d", "wf"] + ([addend] if addend else []), [out], name="layer")]
    else:
        nodes += [node("MatMul", ["d", "wf"], ["m" if addend else out], name="layer")] + ([node("Add", ["m", addend], [out], name="add")] if addend else [])
    if relu:
        nodes += [node("Relu", ["g"], ["r" if output_grid else "y"], name="relu")]
    if output_grid:
        nodes += quantize("r" if relu else "g", "sy", "zx", "y")
    model = save(folder / "m.onnx", nodes, [port("x", [4, 8])], [port("y", [4, columns])], constants)
    return model, {"x": rng.uniform(-3, 3, [30, 4, 8]).astype(F32)}


@pytest.mark.parametrize("target", ["generic", "i16x8"])
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("output_grid", [False, True])
@pytest.mark.parametrize("bias", ["none", "float", "integer"])
@pytest.mark.parametrize("layer", ["gemm", "matmul"])
def test_a_matrix_of_16_bits_is_kept_with_its_bias(tmp_path, layer, bias, output_grid, relu, target):
    model, data = linear(tmp_path, bias, layer, relu, output_grid)
    program, told = converted(model, data, "--target", target, *(["--activations", "i16"] if target == "generic" else []))
    assert "rounded" not in told
    found, wanted = outputs_of(program, data)["y"], reference(model, data)["y"]
    assert sqnr(wanted, found) > 74
    assert np.array_equal(found, outputs_of(program, data, "--reference")["y"])
    assert all((layer.get("worst_error") or 0) < 2 for layer in tare_json("verify", program)["layers"])
    tare("verify", program, "--golden", tmp_path / "golden", "--samples", 1)
    assert not replay(tmp_path / "golden")


def test_without_16_bit_activations_by_choice_the_model_has_its_own(tmp_path):
    """The model's integers of 16 bits, whatever calibration was for; the sum before its bias rounds to 16 bits, and that is told."""
    model, data = linear(tmp_path, "float")
    program, told = converted(model, data)
    assert "to 8 bits" not in told
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 55


def board(folder, without):
    ops = [op for op in tare_json("target", "show", "i16x8")["ops"] if op != without]
    (folder / "board.yaml").write_text(tare("target", "show", "i16x8").stdout + f"\nops: [{', '.join(ops)}]\n")
    return folder / "board.yaml"


@pytest.mark.parametrize("without", ["matmul", "add"])
@pytest.mark.parametrize("output_grid", [False, True])
def test_what_is_rounded_is_told_in_steps(tmp_path, output_grid, without):
    """By the model's grid, or by the one that calibration gives the result."""
    model, data = linear(tmp_path, "float", output_grid=output_grid)
    program, told = converted(model, data, "--target", board(tmp_path, without))
    cost = re.search(r"were rounded, at the cost of at most ([\d.e+-]+) LSB of the output", told)
    assert cost and "a real number" not in told
    off = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]).max()
    step = 3e-4 if output_grid else np.abs(reference(model, data)["y"]).max() / 32767
    assert off / step <= float(cost[1]) + 2 and float(cost[1]) < 100 * off / step

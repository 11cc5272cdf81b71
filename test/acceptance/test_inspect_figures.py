"""What `tare inspect` says of grids, multipliers, shifts and headroom, figure by figure, by hand."""
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import tare, tare_json

# Scale and zero point of each value.
GRIDS = {"x": (0.5, 3), "z": (0.25, -7), "y": (1.0, 5)}


def converted(folder, nodes, constants, grids=GRIDS, inputs=("x", "z"), output="y", length=4):
    """A model that quantizes its inputs and the result of `nodes`, which read xd and zd and give r; as a program."""
    around, initializers = [], dict(constants)
    for name, (scale, zero) in grids.items():
        initializers |= {f"{name}_s": np.float32(scale), f"{name}_z": np.int8(zero)}
    cast = lambda source, name: (helper.make_node("QuantizeLinear", [source, f"{name}_s", f"{name}_z"], [f"{name}q"], name=f"{name}_quantize"),
                                 helper.make_node("DequantizeLinear", [f"{name}q", f"{name}_s", f"{name}_z"], [f"{name}d"], name=f"{name}_dequantize"))
    for name in inputs:
        around += cast(name, name)
    around += [*nodes, *cast("r", output)]
    port = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(around, "g", [port(name, [1, length]) for name in inputs], [port(f"{output}d", None)],
                              [numpy_helper.from_array(np.asarray(value), name) for name, value in initializers.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "m.onnx")
    np.savez(folder / "x.npz", **{name: np.random.default_rng(1).normal(size=(8, 1, length)).astype(np.float32) for name in inputs})
    tare("convert", folder / "m.onnx", "--calibration", folder / "x.npz", "-o", folder / "m.tare")
    return tare_json("inspect", folder / "m.tare")


def layer_of(said, kind):
    (layer,) = (layer for layer in said["layers"] if layer["kind"] == kind)
    return layer


@pytest.mark.parametrize("kind, sign", (("Add", 1), ("Sub", -1)))
def test_a_sum_has_two_multipliers(kind, sign, tmp_path):
    """(A20) The larger of 0.5 and 0.25 is 2^14 * 2^-15."""
    said = converted(tmp_path, [helper.make_node(kind, ["xd", "zd"], ["r"], name="sum")], {})
    layer = layer_of(said, "add")
    assert (layer["multipliers"], layer["shifts"]) == ([16384, sign * 8192], [15])
    assert (layer["scales"], layer["zero_points"]) == ([1.0], [5])
    assert layer["headroom"] is None
    # An axis belongs to several scales.
    assert "axis" not in layer and all("axis" not in port for port in said["inputs"] + said["outputs"])
    assert [(port["name"], port["scales"], port["zero_points"]) for port in said["inputs"]] == [("x", [0.5], [3]), ("z", [0.25], [-7])]
    assert [(port["scales"], port["zero_points"]) for port in said["outputs"]] == [([1.0], [5])]


def test_a_product_has_one(tmp_path):
    """(A21) 0.5 * 0.25 / 1"""
    layer = layer_of(converted(tmp_path, [helper.make_node("Mul", ["xd", "zd"], ["r"], name="product")], {}), "mul")
    assert (layer["multipliers"], layer["shifts"], layer["zero_points"]) == ([16384], [17], [5])


def test_a_layer_has_one_for_each_channel(tmp_path):
    """(A15) 0.5 * [0.25, 0.75, 0.1] / 1, of 15 bits; x - 3 is from -131 to 124, 131 * (4 + 2 * 127) + |100| takes 16 of 31 bits."""
    weight = np.array([[1, -2, 0, 1], [127, 127, 1, 0], [0, 0, 0, 3]], np.int8)
    scales, bias = np.array([0.25, 0.75, 0.1], np.float32), np.array([100, -100, 0], np.int32)
    nodes = [helper.make_node("DequantizeLinear", ["w", "w_s"], ["wd"], name="w_dequantize", axis=0),
             helper.make_node("DequantizeLinear", ["b", "b_s"], ["bd"], name="b_dequantize", axis=0),
             helper.make_node("Gemm", ["xd", "wd", "bd"], ["r"], name="fc", transB=1)]
    said = converted(tmp_path, nodes, {"w": weight, "w_s": scales, "b": bias, "b_s": scales * np.float32(0.5)}, inputs=("x",),
                     grids={name: GRIDS[name] for name in ("x", "y")})
    layer = layer_of(said, "linear")
    effective = 0.5 * scales.astype(np.float64)
    shifts = [14 - int(np.floor(np.log2(scale))) for scale in effective]
    assert layer["shifts"] == shifts
    assert layer["multipliers"] == [int(np.rint(scale * 2.0**shift)) for scale, shift in zip(effective, shifts)]
    assert layer["macs"] == said["macs"] == 12
    assert said["parameters"] == 12 + 3
    assert (said["kind"], said["target"], said["producer"].split()[0]) == ("program", "generic", "tare")
    assert said["file_bytes"] == (tmp_path / "m.tare").stat().st_size
    assert 0 < said["memory"]["arena_lower_bound"] <= said["memory"]["arena_bytes"] and said["memory"]["arena_bytes"] % 64 == 0
    worst = max(131 * np.abs(weight.astype(int)).sum(1) + np.abs(bias))
    assert layer["headroom"] == 31 - int(worst).bit_length() == 15


def test_the_table_has_what_multiplier_and_shift_mean(tmp_path):
    """M of 0.5 * 0.25 * [1, 3] / 1 is from 0.125 to 0.375, m from 16384 to 24576, q 17 and 16; in three stages q is the sum of three."""
    weight, scales = np.array([[1, -2, 0, 1], [3, 127, 1, 0]], np.int8), np.array([0.25, 0.75], np.float32)
    nodes = [helper.make_node("DequantizeLinear", ["w", "w_s"], ["wd"], name="w_dequantize", axis=0),
             helper.make_node("Gemm", ["xd", "wd"], ["r"], name="fc", transB=1)]
    grids = {name: GRIDS[name] for name in ("x", "y")}
    converted(tmp_path, nodes, {"w": weight, "w_s": scales}, inputs=("x",), grids=grids)
    (row,) = (line for line in tare("inspect", tmp_path / "m.tare").stdout.splitlines() if line.startswith("fc "))
    for cell in ("0.125 .. 0.375", "16384 .. 24576", "16 .. 17"):
        assert f"  {cell}  " in row, row
    tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "--target", "three_stage", "-o", tmp_path / "s.tare")
    layer = layer_of(tare_json("inspect", tmp_path / "s.tare"), "linear")
    stages = layer["stages"]
    q = stages["accumulator_shift"] + stages["product_shift"] + stages["output_shift"]
    assert np.allclose([m * 2.0**-q for m in layer["multipliers"]], 0.5 * scales, rtol=1e-3)
    (row,) = (line for line in tare("inspect", tmp_path / "s.tare").stdout.splitlines() if line.startswith("fc "))
    assert f"{stages['accumulator_shift']} + {stages['product_shift']} + {stages['output_shift']}" in row
    assert "  0.125 .. 0.375  " in row or "  0.125 .. 0.37" in row, row


def test_the_table_says_the_same(tmp_path):
    converted(tmp_path, [helper.make_node("Sub", ["xd", "zd"], ["r"], name="sum")], {})
    lines = tare("inspect", tmp_path / "m.tare").stdout.splitlines()
    cells = {line.split()[0]: line.split() for line in lines if line.strip()}
    assert cells["x"][:6] == ["x", "float32", "1x4", "NC", "0.5", "3"]
    assert cells["z"][:6] == ["z", "float32", "1x4", "NC", "0.25", "-7"]
    (row,) = (line for line in lines if line.startswith("sum "))
    assert "-8192" in row and "16384" in row

"""What the check says of an output's integers: how much of their range the samples use."""
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import load, tare, tare_json


def save(folder, last):
    """y = conv(x), behind which a pool of one element keeps it an activation."""
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"], name="conv")]
    if last == "pool":
        nodes.append(helper.make_node("MaxPool", ["c"], ["y"], name="pool", kernel_shape=[1, 1]))
    weight = numpy_helper.from_array(np.array([[[[0.7]]], [[[-0.3]]]], np.float32), "w")
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 4, 4])],
                              [helper.make_tensor_value_info("y" if last == "pool" else "c", TensorProto.FLOAT, [1, 2, 4, 4])], [weight])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), folder / "m.onnx")
    np.savez(folder / "x.npz", x=np.random.default_rng(3).normal(size=(4, 1, 4, 4)).astype(np.float32))


@pytest.mark.parametrize("activations, bits", (("i8", 8), ("i16", 16)))
def test_the_share_of_the_integers(activations, bits, tmp_path):
    """Of four samples all four: the greatest integer less the least, of 2^bits - 1."""
    save(tmp_path, "pool")
    said = tare_json("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "--method", "min_max", "--activations", activations,
                     "-o", tmp_path / "m.tare")
    tare("run", tmp_path / "m.tare", "--inputs", tmp_path / "x.npz", "--raw", "--outputs", tmp_path / "y.npz")
    y = load(tmp_path / "y.npz")["y"].astype(np.int64)
    (output,) = said["check"]["outputs"]
    assert output["name"] == "y" and said["check"]["samples"] == 4
    assert output["range_used"] == pytest.approx((y.max() - y.min()) / (2**bits - 1), abs=1e-6)
    assert output["range_used"] > 0.5


def test_accumulators_have_no_share(tmp_path):
    save(tmp_path, "conv")
    said = tare_json("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare")
    assert [output["range_used"] for output in said["check"]["outputs"]] == [None]

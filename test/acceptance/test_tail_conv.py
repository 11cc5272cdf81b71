"""(A18) The convolution at the end: its accumulator is the output, and what that output means."""
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import fails, load, tare, tare_json

HOST = "--strip-io", "quantize,dequantize"


def save(folder, *tail, outputs=("c",), last="c"):
    """conv -> relu -> conv, then the nodes of `tail`, which read 'c'."""
    random = np.random.default_rng(5)
    draw = lambda name, *shape: numpy_helper.from_array(random.normal(size=shape).astype(np.float32), name)
    nodes = [helper.make_node("Conv", ["x", "w1", "b1"], ["h"], name="first", kernel_shape=[3, 3]),
             helper.make_node("Relu", ["h"], ["r"], name="relu"),
             helper.make_node("Conv", ["r", "w2", "b2"], ["c"], name="last", kernel_shape=[1, 1]), *tail]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 9, 8])],
                              [helper.make_tensor_value_info(o, TensorProto.FLOAT, None) for o in outputs],
                              [draw("w1", 6, 3, 3, 3), draw("b1", 6), draw("w2", 5, 6, 1, 1), draw("b2", 5)])
    model = onnx.shape_inference.infer_shapes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8))
    onnx.save(model, folder / "m.onnx")
    np.savez(folder / "x.npz", x=np.random.default_rng(6).normal(size=(12, 3, 9, 8)).astype(np.float32))


def convert(folder, name, *arguments):
    tare("convert", folder / "m.onnx", "--calibration", folder / "x.npz", *arguments, "-o", folder / name)
    return folder / name


def run(folder, model, *arguments):
    tare("run", model, "--inputs", folder / "x.npz", "--outputs", folder / "y.npz", *arguments)
    return load(folder / "y.npz")


def aliases(text):
    return dict(re.findall(r"^!(\w+) = (!quant\.uniform<.*>)$", text, re.MULTILINE))


def listed(grid):
    return [float(s.split(":")[0]) for s in re.search(r"\{(.*)\}", grid)[1].split(",")]


def test_the_output_is_int32_of_scale_sx_sw_for_each_channel(tmp_path):
    """(A18)"""
    save(tmp_path)
    (output,) = tare_json("inspect", convert(tmp_path, "p.tare", *HOST))["outputs"]
    assert output["type"] == "int32" and set(output["zero_points"]) == {0} and len(output["scales"]) == 5
    qdq = convert(tmp_path, "qdq.mlir", "--emit", "mlir:qdq").read_text()
    at = dict(re.findall(r'^(#loc\d+) = loc\("([^"]+)"', qdq, re.MULTILINE))
    cast = {at[l]: aliases(qdq)[t] for t, l in
            re.findall(r"quant\.qcast .* to tensor<(?:\d+x)*!(\w+)> loc\((#loc\d+)\)", qdq) if l in at}
    sw = np.array(listed(cast["last_weight_quantize"]))
    activation = cast["first_quantize"]
    sx = float(re.search(r"f32, ([^:>]+)", activation)[1])
    assert np.array_equal(output["scales"], sx * sw)


def save_alone(folder):
    """The last convolution alone, with zero points, padding and groups: nothing before it rounds but the input's quantize."""
    random = np.random.default_rng(8)
    draw = lambda name, *shape: numpy_helper.from_array(random.normal(size=shape).astype(np.float32), name)
    node = helper.make_node("Conv", ["x", "w", "b"], ["c"], name="last", kernel_shape=[3, 3], pads=[1, 1, 1, 1], group=2)
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, 9, 8])],
                              [helper.make_tensor_value_info("c", TensorProto.FLOAT, [1, 6, 9, 8])],
                              [draw("w", 6, 2, 3, 3), draw("b", 6)])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), folder / "m.onnx")
    np.savez(folder / "x.npz", x=random.normal(1.0, 2.0, size=(12, 4, 9, 8)).astype(np.float32))


def int32_times_scale(folder):
    """The program's integers, made real, channels first as the model has them; and the QDQ form's output."""
    program = convert(folder, "p.tare", *HOST)
    (output,) = tare_json("inspect", program)["outputs"]
    raw = run(folder, program, "--raw")["c"]
    assert raw.dtype == np.int32 and list(raw.shape[1:]) == list(output["shape"][1:])
    axis = output["layout"].index("C")
    shape = [1] * 4
    shape[axis] = -1
    real = np.moveaxis(raw * np.array(output["scales"]).reshape(shape), axis, 1)
    return real, run(folder, convert(folder, "qdq.mlir", "--emit", "mlir:qdq"))["c"]


def test_int32_times_scale_is_the_output_of_the_qdq_form(tmp_path):
    save_alone(tmp_path)
    real, reference = int32_times_scale(tmp_path)
    # Float32 sums of 18 products, each rounded to 24 bits: every element.
    assert np.abs(real - reference).max() <= 18 * 2.0 ** -23 * np.abs(reference).max()


def test_int32_times_scale_behind_another_layer(tmp_path):
    save(tmp_path)
    real, reference = int32_times_scale(tmp_path)
    # An inner activation may round apart by one step where its sum is nearer to a tie than the multiplier's 15 bits tell,
    # and each output reads six: nearly all elements are equal but for float32 sums, none is off by more than a few steps.
    close = np.isclose(real, reference, rtol=1e-5, atol=1e-5 * np.abs(reference).max())
    assert np.mean(close) > 0.97
    assert np.abs(real - reference).max() < 0.1 * np.abs(reference).std()


def test_transposed_outputs_are_the_transpose(tmp_path):
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    save(tmp_path / "a")
    save(tmp_path / "b", helper.make_node("Transpose", ["c"], ["t"], name="permute", perm=[0, 2, 3, 1]), outputs=["t"])
    for arguments in ((), HOST):
        plain, moved = (run(folder, convert(folder, "p.tare", *arguments)) for folder in (tmp_path / "a", tmp_path / "b"))
        assert np.array_equal(plain["c"].transpose(0, 2, 3, 1), moved["t"])


def test_a_second_reader_takes_the_accumulator_away_and_the_remark_says_why(tmp_path):
    save(tmp_path, helper.make_node("MaxPool", ["c"], ["y"], name="pool", kernel_shape=[2, 2]), outputs=["c", "y"])
    ranges = convert(tmp_path, "ranges.mlir", "--emit", "mlir:ranges")
    done = tare("--tare-set-target", "--tare-insert-quant-dequant", "--remarks-filter=tare-insert-quant-dequant", "--remark-format=emitRemark",
                ranges, "-o", tmp_path / "q.mlir", tool="tare-opt")
    assert re.search(r"AccumulatorNotKept .*Layer=last, Reason=\"'pool' reads its result too\"", done.stderr), done.stderr
    info = tare_json("inspect", convert(tmp_path, "p.tare"))
    last = next(x for x in info["layers"] if x["kind"] == "conv" and x["name"] == "last")
    assert last["output"] == "int8" and len(last["multipliers"]) == 5


def test_stripping_a_dequantize_that_is_not_next_to_an_output_is_refused(tmp_path):
    """A dequantize that the host cannot do, as something in the program reads the real numbers."""
    source, target = tmp_path / "npu.mlir", tmp_path / "out.mlir"
    source.write_text("""
func.func @main(%x: tensor<4xi8>) -> tensor<4xi8> {
  %0 = npu.dequantize %x scales = [0.5] axis = 0 zero_point = 0 : (tensor<4xi8>) -> tensor<4xf32> loc("head")
  %1 = npu.quantize %0 scale = 0.25 zero_point = 0 output = i8 : (tensor<4xf32>) -> tensor<4xi8>
  return %1 : tensor<4xi8>
}
""")
    done = tare("--pass-pipeline=builtin.module(func.func(tare-strip-io{kinds=dequantize}))", source, "-o", target, tool="tare-opt", check=False)
    assert done.returncode == 1 and "'head' cannot be left to the host: it is not next to an output" in done.stderr, done.stderr

"""`tare doctor`: what would convert and what it would cost, all that is refused, what must be bound; before anything is calibrated."""
import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from graphs import node, port, save
from harness import MODELS, ROOT, fails, tare, tare_json

F32 = np.float32
SHAPE = [1, 3, 8, 8]
W = (np.random.default_rng(5).normal(size=(4, 3, 3, 3)) / 5).astype(F32)
CONV = node("Conv", ["x", "w"], ["c"], name="conv")


def loose(folder, nodes, inputs, outputs, constants=None, infos=(), opsets=(("", 17),), **about):
    """A model that no checker has looked at."""
    stored = [onnx.numpy_helper.from_array(np.asarray(array), name) for name, array in (constants or {}).items()]
    graph = helper.make_graph(nodes, "g", inputs, outputs, stored, value_info=list(infos))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(*each) for each in opsets], ir_version=8, **about)
    onnx.save(model, folder / "m.onnx")
    return folder / "m.onnx"


def refuses(model, *arguments):
    """The exit code is 1, and the document has the diagnosis beside the error."""
    done = tare("doctor", model, *arguments, "--json", check=False)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done.stderr
    told = json.loads(done.stdout)
    assert not told["converts"] and told["error"]["message"] in done.stderr and told["error"]["message"].startswith(f"{model}: would not convert: ")
    text = tare("doctor", model, *arguments, check=False)
    assert text.returncode == 1 and "would not convert" in text.stdout and text.stderr == done.stderr
    return told


def by_operator(told):
    return {(each["operator"], each["host"]): each for each in told["operators"]}


def test_what_converts_and_what_it_costs(tmp_path):
    nodes = [CONV, node("Relu", ["c"], ["r"]), node("Conv", ["r", "v"], ["y"], name="last")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None)], {"w": W, "v": np.ones((2, 4, 1, 1), F32)})
    told = tare_json("doctor", model)
    assert told["converts"] and told["target"] == "generic" and told["activations"] == "i8" and told["opsets"] == {"ai.onnx": 21}
    assert told["nodes"] == {"Conv": 2, "Relu": 1} and told["refused"] == []
    found = by_operator(told)
    macs = 4 * 6 * 6 * 27 + 2 * 6 * 6 * 4
    assert found["conv", False]["layers"] == 2 and found["conv", False]["macs"] == macs == told["macs"] and found["conv", False]["share_of_macs"] == 1
    assert abs(sum(each["share_of_bytes"] for each in told["operators"]) - 1) < 1e-9
    # What a conversion says afterwards.
    tare("convert", model, "--random-calibration", "-o", tmp_path / "m.tare")
    memory = tare_json("inspect", tmp_path / "m.tare")["memory"]
    assert told["arena_bytes"] == memory["arena_bytes"] and 0 < told["constant_bytes"] <= memory["constant_bytes"]
    text = tare("doctor", model).stdout
    assert f"{model} would convert for the target 'generic', with i8 activations" in text and f"{macs} multiply-accumulates" in text
    assert "IR version 10" in text and "opset 21" in text


def test_what_the_host_computes(tmp_path):
    nodes = [CONV, node("TopK", ["c", "k"], ["t", "i"], name="top", axis=1), node("Relu", ["t"], ["y"])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None)], {"w": W, "k": np.array([2], np.int64)})
    found = by_operator(tare_json("doctor", model))
    assert found["TopK", True]["layers"] == 1 and found["TopK", True]["reasons"] == ["the operator has no integer form"] and found["TopK", True]["share_of_macs"] == 0
    text = tare("doctor", model).stdout
    assert "on the host" in text and "the operator has no integer form" in text
    # Another target has less.
    yaml = tmp_path / "t.yaml"
    yaml.write_text((ROOT / "targets/generic.yaml").read_text() + "operators: {quantize: [i8], dequantize: [i8], reshape: [i8], transpose: [i8]}\n")
    found = by_operator(tare_json("doctor", model, "--target", yaml))
    assert found["Conv", True]["share_of_macs"] == 1 and "conv" in found["Conv", True]["reasons"][0]


def test_all_that_is_refused(tmp_path):
    """Not only the first; behind each, as far as the model says what it would have given."""
    nodes = [CONV, node("Odd", ["c"], ["o"], name="odd", domain="mine"), node("Reshape", ["c", "s"], ["n"], name="wrong"), node("Odd", ["n"], ["p"], name="far", domain="mine"),
             node("Relu", ["o"], ["u"], name="unseen"), node("Reshape", ["q", "s"], ["z"], name="known"), node("Odd", ["c"], ["q"], name="declared", domain="mine")]
    infos = [port("q", [1, 4, 6, 6])]
    model = loose(tmp_path, nodes, [port("x", SHAPE)], [port(name, None) for name in "upz"], {"w": W, "s": np.array([5, 7], np.int64)}, infos, (("", 17), ("mine", 3)),
                  producer_name="exporter", producer_version="7.1")
    told = refuses(model)
    refused = {each["node"]: each for each in told["refused"]}
    assert list(sorted(refused)) == ["declared", "far", "known", "odd", "wrong"] and told["not_looked_at"] == 1
    assert refused["odd"]["operator"] == "mine.Odd" and refused["odd"]["opset"] == 3 and refused["odd"]["reason"] == "this operator is not supported"
    assert refused["odd"]["operands"] == ["c"] and "cannot reshape 1x4x6x6 to [5, 7]" in refused["wrong"]["reason"]
    assert told["producer"] == "exporter 7.1" and told["ir_version"] == 8
    assert "5 nodes are refused" in told["error"]["message"] and "and 4 more" in told["error"]["message"]
    text = tare("doctor", model, check=False).stdout
    assert all(name in text for name in refused) and "--outputs c cuts the network in front of it" in text and "1 node behind these was not looked at" in text
    # The way out is one.
    assert tare_json("doctor", model, "--outputs", "c")["converts"]


@pytest.mark.parametrize("shape, example, must", (([1, 3, "h", "w"], "x=1,3,224,224", True), (["N", 3, 8, 8], "x=1,3,8,8", False), (None, "x=1,3,224,224", True)))
def test_what_must_be_bound(shape, example, must, tmp_path):
    value = port("x", shape) if shape else helper.make_tensor_value_info("x", TensorProto.FLOAT, None)
    model = loose(tmp_path, [CONV], [value], [port("c", None)], {"w": W})
    told = refuses(model) if must else tare_json("doctor", model)
    (entry,) = told["inputs"]
    assert entry["must_be_bound"] == must and entry["input_shape"] == example and entry["shape"] == shape
    if must:
        assert f"--input-shape {example}" in tare("doctor", model, check=False).stdout
    assert tare_json("doctor", model, "--input-shape", example)["converts"]
    assert "must_be_bound" not in tare_json("doctor", model, "--input-shape", example)["inputs"][0]


def test_open_dimensions_hide_no_operators(tmp_path):
    model = loose(tmp_path, [node("Odd", ["x"], ["y"], name="odd", domain="mine")], [port("x", [1, 3, "h"])], [port("y", None)], opsets=(("", 17), ("mine", 1)))
    told = refuses(model)
    assert [each["node"] for each in told["refused"]] == ["odd"] and told["inputs"][0]["must_be_bound"]


def test_ranges_of_no_data_are_no_matter(tmp_path):
    """Where random numbers have no logarithm."""
    model = save(tmp_path / "m.onnx", [node("Log", ["x"], ["l"]), CONV, node("Conv", ["l", "w"], ["y"])], [port("x", SHAPE)], [port("y", None), port("c", None)], {"w": W})
    done = tare("doctor", model)
    assert "would convert" in done.stdout and not done.stderr


def test_what_cannot_be_read(tmp_path):
    (tmp_path / "m.onnx").write_bytes(b"no model")
    assert "m.onnx" in fails("doctor", tmp_path / "m.onnx")
    assert "none.onnx" in fails("doctor", tmp_path / "none.onnx")


def test_no_file_is_written(tmp_path):
    model = save(tmp_path / "m.onnx", [CONV], [port("x", SHAPE)], [port("c", None)], {"w": W})
    tare("doctor", model, cwd=tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["m.onnx"]


def test_intermediate_forms(tmp_path):
    model = save(tmp_path / "m.onnx", [CONV], [port("x", SHAPE)], [port("c", None)], {"w": W})
    tare("convert", model, "--emit", "mlir:float", "-o", tmp_path / "m.mlir")
    told = tare_json("doctor", tmp_path / "m.mlir")
    assert told["converts"] and "opsets" not in told and by_operator(told)["conv", False]["layers"] == 1


@pytest.mark.parametrize("stage", ("import", "float", "ranges", "qdq", "fused", "npu"))
def test_every_stage_says_what_it_is(tmp_path, stage):
    """Ranges that are there are taken, and so is the target of what is quantized."""
    nodes = [CONV, node("Relu", ["c"], ["r"]), node("Conv", ["r", "v"], ["y"], name="last")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None)], {"w": W, "v": np.ones((2, 4, 1, 1), F32)})
    tare("convert", model, "--random-calibration", "--target", "float_tail", "--emit", f"mlir:{stage}", "-o", tmp_path / "m.mlir")
    isSettled = stage in ("qdq", "fused", "npu")
    told = tare_json("doctor", tmp_path / "m.mlir")
    assert told["converts"] and told["stage"] == stage and told["target"] == ("float_tail" if isSettled else "generic")
    assert told["activations"] == (None if isSettled else "i8") and by_operator(told)["conv", False]["layers"] == 2 and told["arena_bytes"] > 0
    text = tare("doctor", tmp_path / "m.mlir").stdout
    assert f"IR at the stage '{stage}', would convert for the target" in text
    if isSettled:
        assert "comes too late: the IR has reached the stage" in fails("doctor", tmp_path / "m.mlir", "--target", "generic")


@pytest.mark.parametrize("name", ("mobilenet_v1_0.25_128", "fastestdet_352", "dtln_1"))
def test_real_models(name):
    paths = list((MODELS / "onnx").rglob(f"{name}.onnx"))
    if not paths:
        pytest.skip(f"{name} is not at hand: REAL MODELS ARE NOT TESTED")
    told = tare_json("doctor", paths[0])
    assert told["converts"] and told["macs"] > 1e5

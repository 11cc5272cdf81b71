"""The last convolution keeps its int32 accumulator, and permutes leave the program.

Three nets: conv 1→256 1×1, batch norm, relu, conv 256→60 1×1 with the tails conv→dequant, conv→permute(0,2,3,1)→dequant and
conv→dequant→permute.
"""
import re

import numpy as np
import pytest

from harness import assert_same, load, tare, tare_json

NCHW, NHWC = [8, 60, 1, 160], [8, 1, 160, 60]


def check_accumulator(info):
    """The last convolution is not requantized, and the output's grid has one scale per channel."""
    last = [layer for layer in info["layers"] if layer["kind"] == "conv"][-1]
    assert last["name"] == "conv2" and not last.get("multipliers")
    (output,) = info["outputs"]
    assert len(output["scales"]) == 60 and len(set(output["scales"])) > 1
    assert output["zero_points"] in ([0], [0] * 60)
    return output


def transposes(info):
    return [layer["name"] for layer in info["layers"] if layer["kind"] == "transpose"]


def converted(case, tmp_path, *arguments):
    return tare_json("inspect", case.convert(tmp_path / "tail.tare", *arguments))


def test_dequant(prepare, tmp_path):
    output = check_accumulator(converted(prepare("tail_dequant"), tmp_path))
    assert output["layout"] == "NCHW" and output["shape"] == NCHW


def test_permute(prepare, tmp_path):
    info = converted(prepare("tail_permute"), tmp_path)
    output = check_accumulator(info)
    assert output["shape"] == NHWC and not transposes(info)


@pytest.mark.parametrize("name", ["tail_dequant", "tail_permute"])
def test_everything_left_to_the_host(prepare, tmp_path, name):
    info = converted(prepare(name), tmp_path, "--strip-io", "quantize,dequantize,transpose")
    output = check_accumulator(info)
    assert output["type"] == "int32" and output["shape"] == NHWC and output["layout"] == "NHWC"
    assert not transposes(info)
    kinds = [layer["kind"] for layer in info["layers"]]
    assert "quantize" not in kinds and "dequantize" not in kinds
    assert info["inputs"][0]["type"] == "int8"


def test_transpose_left_to_the_host(prepare, tmp_path):
    info = converted(prepare("tail_dequant"), tmp_path, "--strip-io", "transpose")
    output = check_accumulator(info)
    assert output["shape"] == NHWC and output["layout"] == "NHWC" and not transposes(info)


@pytest.mark.parametrize("name", ["tail_dequant", "tail_permute"])
@pytest.mark.parametrize("strip", ["quantize", "dequantize", "transpose", "quantize,dequantize,transpose"])
def test_host_steps_change_nothing(prepare, tmp_path, name, strip):
    """`tare run` does what was left to the host: the real numbers are those of the whole program."""
    case = prepare(name)
    stripped = case.convert(tmp_path / "stripped.tare", "--strip-io", strip)
    tare("run", stripped, "--inputs", case.inputs, "--outputs", tmp_path / "out.npz")
    assert_same(case.outputs("program"), load(tmp_path / "out.npz"), strip)


def test_both_tails_are_the_same_numbers(prepare):
    (straight,), (permuted,) = (prepare(n).outputs("program").values() for n in ("tail_dequant", "tail_permute"))
    assert straight.shape[1:] == tuple(NCHW) and permuted.shape[1:] == tuple(NHWC)
    assert len(np.unique(straight)) > 1000


def permuted_before_dequant(qdq):
    """The QDQ form conv→dequant→permute as conv→permute→dequant, the axis of the scales moved along."""
    tail = re.compile(r"%(\d+) = quant\.dcast %(\d+) : tensor<8x60x1x160x!(\w+)> to tensor<8x60x1x160xf32>(.*)\n"
                      r" *%(\d+) = qnn\.transpose %\1 \{.*?\} : .*? -> tensor<8x1x160x60xf32>(.*)\n")
    cast, accumulator, grid, cast_loc, permute, permute_loc = tail.search(qdq).groups()
    swapped = (f"%{cast} = qnn.transpose %{accumulator} {{permutation = array<i64: 0, 2, 3, 1>}} : "
               f"(tensor<8x60x1x160x!{grid}>) -> tensor<8x1x160x60x!moved>{permute_loc}\n"
               f"%{permute} = quant.dcast %{cast} : tensor<8x1x160x60x!moved> to tensor<8x1x160x60xf32>{cast_loc}\n")
    scales = re.search(rf"^!{grid} = !quant\.uniform<i32:f32:1, (.*)>$", qdq, re.MULTILINE)[1]
    return f"!moved = !quant.uniform<i32:f32:3, {scales}>\n" + tail.sub(lambda _: swapped, qdq)


def test_permute_before_dequant(prepare, tmp_path):
    """A permute between accumulator and dequant is sunk below it, and the program is the same."""
    case = prepare("tail_permute")
    source, lowered = tmp_path / "qdq.mlir", tmp_path / "npu.mlir"
    source.write_text(permuted_before_dequant(case.form("qdq").read_text()))
    tare("--tare-sink-permutes", "--tare-fuse", "--tare-lower", "--mlir-print-debuginfo", source, "-o", lowered, tool="tare-opt")
    text = lowered.read_text()
    assert "npu.transpose" not in text and re.search(r"npu\.conv .*-> tensor<8x1x160x60xi32>", text)
    tare("run", lowered, "--inputs", case.inputs, "--outputs", tmp_path / "out.npz", "--raw")
    assert_same(case.outputs("program", "--raw"), load(tmp_path / "out.npz"), "both orders")

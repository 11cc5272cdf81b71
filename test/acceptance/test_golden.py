"""Golden vectors: numpy, with the formulas of docs/arithmetic.md, computes every layer of a folder from its operands alone."""
import json
import os
import re
import resource
import shutil

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import ROOT, Prepared, fails, load, tare, tare_json
from models import CASES
from replay import Golden, replay

DIGITS = ROOT / "examples/digits"
DATA = DIGITS / "test.npz"

# Models of every operator, with what makes each awkward: groups, strides, uneven pads, one spatial dimension, broadcasts, tables.
MODELS = """conv_group conv_depthwise_multiplier conv_dilated conv_uneven_pads conv_1d_strided_dilated conv_batch_of_eight
conv_zero_channel deconv_uneven_pads deconv_group deconv_dilated deconv_output_shape deconv_1d add_activations_channel sub_activations
mul_activations_plane mul_constant_row add_both_broadcast relu6 clip_low sigmoid prelu_channel hard_swish softmax_channels softmax_peaked
gemm_a1_b1_scaled matmul_of_two_activations matmul_broadcast tiny_attention max_pool_ceil_padded max_pool_dilated max_pool_1d
average_pool_uneven_pads average_pool_uneven_counting_pad average_pool_1d reduce_mean_channels_flat reduce_mean_all
layer_norm layer_norm_two_axes instance_norm
resize_nearest_down resize_linear_half_pixel_uneven resize_linear_1d concat_of_different_ranges split_uneven_count slice_backwards
pad_value pad_edge pad_reflect reshape_back_and_forth gather_many_parts transpose_reversed channel_shuffle two_inputs_three_outputs
inner_value_is_an_output awkward_names nodes_without_names qdq_net unet""".split()
# Those whose formulas differ at 16 bits, or whose sums are 64 bits wide.
WIDE_MODELS = """conv_group deconv_group matmul_broadcast add_both_broadcast sigmoid prelu_channel softmax_channels average_pool_1d
resize_linear_1d mul_constant_row layer_norm instance_norm""".split()
KINDS = set("""conv conv_transpose linear matmul add mul rescale lookup max_pool average_pool reduce_mean softmax concat slice gather pad reshape
transpose resize normalize quantize dequantize""".split())


def convert(folder, *arguments, target="generic"):
    program = folder / "program.tare"
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target", target, *arguments, "-o", program)
    return program


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """The digits' program, and its golden vectors."""
    folder = tmp_path_factory.mktemp("golden")
    program = convert(folder)
    tare("verify", program, "--golden", folder / "golden")
    return program, folder / "golden"


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# ---- The replay


@pytest.mark.parametrize("target", [line.split()[0] for line in tare("target", "list").stdout.splitlines()[1:] if line.strip()])
def test_the_digits_replay_on_every_target(target, tmp_path):
    convert(tmp_path, target=target)
    tare("verify", tmp_path / "program.tare", "--golden", tmp_path / "random")
    tare("verify", tmp_path / "program.tare", "--golden", tmp_path / "data", "--inputs", DATA, "--samples", 2)
    assert replay(tmp_path / "random") == []
    assert replay(tmp_path / "data") == []


@pytest.mark.parametrize("rounding", ("half_up", "half_away", "half_even", "floor", "gemmlowp_double"))
def test_the_digits_replay_with_every_rounding(rounding, tmp_path):
    board = tmp_path / "board.yaml"
    text = tare("target", "show", "generic").stdout
    assert "\nrounding: half_up" in text
    board.write_text(text.replace("\nrounding: half_up", f"\nrounding: {rounding}"))
    tare("verify", convert(tmp_path, target=board), "--golden", tmp_path / "golden")
    golden = Golden(tmp_path / "golden")
    assert {layer["requantization"]["rounding"] for layer in golden.layers if "requantization" in layer} == {rounding}
    assert replay(tmp_path / "golden") == []


@pytest.fixture(scope="module")
def seen():
    """The kinds of layers that were replayed."""
    return set()


@pytest.mark.parametrize("target, name", [("generic", name) for name in MODELS] + [("i16x8", name) for name in WIDE_MODELS])
def test_every_operator_replays(target, name, tmp_path, seen):
    prepared = Prepared(CASES[name], tmp_path)
    program = prepared.convert(tmp_path / "p.tare", "--target", target)
    tare("verify", program, "--golden", tmp_path / "golden", "--samples", 2, "--steps", 200)
    assert replay(tmp_path / "golden") == []
    layers = Golden(tmp_path / "golden").layers
    assert [(layer["name"], layer["kind"]) for layer in layers] == \
        [(layer["name"], layer["kind"]) for layer in tare_json("inspect", program)["layers"]]
    seen |= {layer["kind"] for layer in layers}
    assert "note" not in json.dumps(layers)


def test_no_operator_is_left_out(seen):
    """Of the whole file: alone it fails."""
    assert KINDS <= seen


def test_the_requantizer_of_the_page_agrees(digits):
    code = re.search(r"```python\n(def requantize.*?)```", (ROOT / "docs/golden.md").read_text(), re.DOTALL).group(1)
    page = {}
    exec(code, page)
    golden = Golden(digits[1])
    conv2 = next(layer for layer in golden.layers if layer["name"] == "conv2")
    channels, sums, outputs = (golden.array(conv2["breakpoints"][key]) for key in ("channels", "accumulators", "outputs"))
    for row in range(0, len(sums), 97):
        assert page["requantize"](int(sums[row]), channels[row], conv2["requantization"]) == outputs[row]


# ---- The replay can fail


def changed_constant(folder):
    path = folder / "003_conv2/weights.npy"
    weights = np.load(path)
    weights.flat[5] += 1
    np.save(path, weights)


def changed(layer, *keys):
    """A number of a layer in the index, one more."""
    def change(folder):
        path = folder / "index.json"
        index = json.loads(path.read_text())
        place = next(entry for entry in index["layers"] if entry["name"] == layer)
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] += 1
        path.write_text(json.dumps(index))
    return change


@pytest.mark.parametrize("change, failing", (
    (changed_constant, {"conv2: accumulators", "conv2: output"}),
    (changed("conv2", "requantization", "multipliers", 7), {"conv2: breakpoints"}),
    (changed("conv2", "requantization", "shifts", 7), {"conv2: breakpoints", "conv2: output"}),
    (changed("conv1", "parameters", "input_zero_point"), {"conv1: accumulators"}),
    (changed("add3", "parameters", "lhs_multiplier"), {"add3: accumulators"}),
    (changed("pool4", "requantization", "zero_point"), {"pool4: breakpoints", "pool4: output"}),
    (changed("fc_dequantize", "parameters", "zero_point"), {"fc_dequantize: output"}),
    (changed("conv2", "output", "grid", "zero_point"), {"conv2: grid"}),
), ids=("weight", "multiplier", "shift", "padding", "add", "zero_point", "border", "grid"))
def test_a_changed_constant_is_noticed(change, failing, digits, tmp_path):
    shutil.copytree(digits[1], tmp_path / "golden")
    change(tmp_path / "golden")
    found = set(replay(tmp_path / "golden"))
    assert failing <= found
    assert {name.split(":")[0] for name in found} == {name.split(":")[0] for name in failing}


# ---- What the vectors are of


def test_the_vectors_are_what_the_program_computes(digits, tmp_path):
    program, _ = digits
    tare("verify", program, "--golden", tmp_path / "golden", "--inputs", DATA, "--samples", 5)
    tare("run", program, "--inputs", DATA, "--samples", 5, "--raw", "--all-layers", "--outputs", tmp_path / "out.npz")
    layers, golden = load(tmp_path / "out.npz"), Golden(tmp_path / "golden")
    assert golden.samples == 5 and golden.index["source"] == "data"
    compared = 0
    for layer in golden.layers:
        if layer["name"] not in layers:  # the output's own name has the integers before the dequantize
            continue
        expected, found = layers[layer["name"]], golden.array(layer["output"])
        assert np.array_equal(expected.reshape(found.shape), found), layer["name"]
        compared += 1
    assert compared >= 9
    image = np.load(DATA)["image"][:5].reshape(5, -1)
    assert np.array_equal(golden.array(golden.index["inputs"][0]).reshape(5, -1), image)


def test_left_to_the_host_the_inputs_are_quantized_and_transposed(digits, tmp_path):
    """The program takes integers; the data is real all the same."""
    program = convert(tmp_path, "--strip-io", "quantize,dequantize,transpose")
    for folder, arguments in (("random", ()), ("data", ("--inputs", DATA))):
        tare("verify", program, "--golden", tmp_path / folder, "--samples", 3, *arguments)
        assert replay(tmp_path / folder) == []
    tare("verify", digits[0], "--golden", tmp_path / "whole", "--samples", 3, "--inputs", DATA)
    whole, bare = Golden(tmp_path / "whole"), Golden(tmp_path / "data")
    conv = lambda golden: next(layer for layer in golden.layers if layer["name"] == "conv1")
    assert np.array_equal(whole.array(conv(whole)["operands"][0]), bare.array(conv(bare)["operands"][0]))
    assert bare.index["inputs"][0]["dtype"] == "int8"


def test_random_inputs_are_from_the_whole_grid(digits):
    golden = Golden(digits[1])
    conv1 = next(layer for layer in golden.layers if layer["name"] == "conv1")
    x = golden.array(conv1["operands"][0])
    assert golden.index["source"] == "random" and len(x) == 4
    assert x.min() == -128 and x.max() == 127 and len(np.unique(x)) > 150
    assert not np.array_equal(x[0], x[1])


def test_breakpoints_are_the_whole_staircase(digits):
    golden = Golden(digits[1])
    for layer in golden.layers:
        if "requantization" not in layer:
            continue
        points = layer["breakpoints"]
        channels, sums, outputs = (golden.array(points[key]) for key in ("channels", "accumulators", "outputs"))
        assert points["written"] == points["steps"] == len(sums) // 2
        assert len(np.unique(channels)) == max(len(layer["requantization"][key]) for key in ("multipliers", "shifts"))
        for c in np.unique(channels):
            first, last = sums[channels == c][0::2], sums[channels == c][1::2]
            y = outputs[channels == c]
            assert np.all(first <= last) and np.all(first[1:] == last[:-1] + 1)
            assert np.all(y[0::2] == y[1::2]) and np.all(np.diff(y[0::2].astype(int)) != 0)
        seen = golden.array(layer["accumulators"])
        assert sums.min() <= seen.min() and seen.max() <= sums.max()


def test_fewer_steps_are_said(digits, tmp_path):
    tare("verify", digits[0], "--golden", tmp_path / "golden", "--steps", 10)
    layers = [layer for layer in Golden(tmp_path / "golden").layers if "breakpoints" in layer]
    assert all(layer["breakpoints"]["written"] <= 240 * 2 for layer in layers)
    assert any(layer["breakpoints"]["written"] < layer["breakpoints"]["steps"] for layer in layers)
    assert replay(tmp_path / "golden") == []


def test_the_same_bytes_whatever_the_threads(digits, tmp_path):
    for threads in (1, 3):
        tare("verify", digits[0], "--golden", tmp_path / f"{threads}", "--threads", threads)
        assert contents(tmp_path / f"{threads}") == contents(digits[1])


# ---- Names and places


def test_awkward_names_are_safe_file_names(tmp_path):
    names = ["../../escape", "a/b:c*?", "Größe 层", "x" * 300, "."]
    weight = numpy_helper.from_array(np.array([1, 0.3, -0.4, 0.8], np.float32).reshape(2, 2, 1, 1), "w")
    values = ["/in put", *(f"{name}_out" for name in names)]
    nodes = [helper.make_node("Conv", [a, "w"], [b], name=name, kernel_shape=[1, 1])
             for name, a, b in zip(names, values, values[1:])]
    port = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 2, 3, 3])
    graph = helper.make_graph(nodes, "g", [port(values[0])], [port(values[-1])], [weight])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), tmp_path / "m.onnx")
    np.savez(tmp_path / "x.npz", **{values[0]: np.random.default_rng(1).normal(size=(8, 2, 3, 3)).astype(np.float32)})
    tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "-o", tmp_path / "p.tare")
    tare("verify", tmp_path / "p.tare", "--golden", tmp_path / "golden", "--inputs", tmp_path / "x.npz")
    golden = Golden(tmp_path / "golden")
    assert [layer["name"] for layer in golden.layers if layer["kind"] == "conv"] == names
    for path in (tmp_path / "golden").rglob("*"):
        assert path.name.isascii() and len(path.name) < 100 and not set(path.name) & set(" :*?\\\"'")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["golden", "m.onnx", "p.tare", "x.npz"]
    assert replay(tmp_path / "golden") == []


def test_an_empty_folder_is_taken_and_a_full_one_refused(digits, tmp_path):
    (tmp_path / "empty").mkdir()
    tare("verify", digits[0], "--golden", tmp_path / "empty")
    assert contents(tmp_path / "empty") == contents(digits[1])
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_text("precious")
    assert "full: the folder is not empty" in fails("verify", digits[0], "--golden", tmp_path / "full")
    assert contents(tmp_path / "full") == {"mine": b"precious"}
    assert "it is a file" in fails("verify", digits[0], "--golden", tmp_path / "full/mine")
    assert "no such file or directory" in fails("verify", digits[0], "--golden", tmp_path / "no/where", output=tmp_path / "no")


@pytest.mark.skipif(os.geteuid() == 0, reason="A FOLDER THAT CANNOT BE WRITTEN IS NOT TESTED: none is unwritable for root")
def test_an_unwritable_place_is_one_message(digits, tmp_path):
    (tmp_path / "locked").mkdir(mode=0o500)
    assert "permission denied" in fails("verify", digits[0], "--golden", tmp_path / "locked/golden")


def test_a_failure_leaves_nothing(digits, tmp_path):
    """An array does not fit the file size that the process may write."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
    message = fails("verify", digits[0], "--golden", tmp_path / "golden", output=tmp_path / "golden", preexec_fn=limit,
                    restore_signals=False)
    assert f"cannot write {tmp_path}/golden/" in message and "file too large" in message
    np.savez(tmp_path / "x.npz", image=np.zeros((3, 1, 9, 9), np.float32))
    assert "image" in fails("verify", digits[0], "--golden", tmp_path / "golden", "--inputs", tmp_path / "x.npz",
                            output=tmp_path / "golden")


def test_options_that_do_not_go_together_are_refused(digits):
    assert "--inputs and --samples belong to" in fails("verify", digits[0], "--inputs", DATA)
    for arguments in (("--golden", "g", "--rounding", "floor"), ("--golden", "g", "--max-error", "1"), ("--steps", "3")):
        fails("verify", digits[0], *arguments)

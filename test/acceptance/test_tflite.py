"""TFLite files of programs (docs/tflite.md): what LiteRT's kernels compute of them is what `tare run` computes, but for what rounds otherwise, which is told."""
import json
import re
import sys

import numpy as np
import pytest

from graphs import converted, node, port, quantize, save
from harness import ROOT, Prepared, fails, load, tare, tare_json
from litert import compared, interpreter, needs_litert, operators
from models import CASES

sys.path.append(str(ROOT / "test/random"))
from quantized_graphs import Pack, make  # noqa: E402

DIGITS = ROOT / "examples/digits"
F32 = np.float32


def prepared(name, folder, *arguments, target="gemmlowp"):
    """A case's program and its file."""
    program = Prepared(CASES[name], folder).convert(folder / "p.tare", "--target", target, *arguments)
    tare("emit", program, "--as", "tflite", "-o", folder / "p.tflite")
    return program, folder / "p.tflite"


def digits(folder, *arguments, target="gemmlowp", output="digits.tflite", emit="tflite"):
    """The digits' file."""
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target", target, "--emit", emit, *arguments, "-o", folder / output)
    return folder / output


# ---- The same integers

# What LiteRT computes bit for bit, and what it computes it with.
SAME = {
    "conv_3x3": "CONV_2D", "conv_uneven_pads": "PAD CONV_2D", "conv_dilated": "CONV_2D", "conv_group": "CONV_2D", "conv_batch_of_eight": "CONV_2D",
    "conv_depthwise": "DEPTHWISE_CONV_2D", "conv_depthwise_multiplier": "DEPTHWISE_CONV_2D", "conv_1d_strided_dilated": "RESHAPE CONV_2D RESHAPE",
    "conv_same_upper": "CONV_2D", "conv_same_lower": "PAD CONV_2D", "conv_valid": "CONV_2D", "conv_zero_channel": "CONV_2D",
    "relu6_between_convs": "CONV_2D CONV_2D", "clip_behind_conv": "CONV_2D",
    "deconv_overlapping": "TRANSPOSE_CONV", "deconv_group": "TRANSPOSE_CONV", "deconv_dilated": "TRANSPOSE_CONV", "deconv_uneven_pads": "TRANSPOSE_CONV",
    "deconv_1d": "RESHAPE TRANSPOSE_CONV RESHAPE", "deconv_output_shape": "TRANSPOSE_CONV",
    "matmul_of_two_activations": "BATCH_MATMUL", "matmul_broadcast": "BATCH_MATMUL",
    "mul_activations": "MUL", "mul_activations_channel": "MUL", "mul_constant_scalar": "MUL",
    "relu": "QUANTIZE QUANTIZE", "relu6": "QUANTIZE QUANTIZE", "hard_sigmoid": "MUL ADD",
    "max_pool_overlapping": "MAX_POOL_2D", "max_pool_ceil_padded": "MIRROR_PAD MAX_POOL_2D", "max_pool_1d": "RESHAPE MAX_POOL_2D RESHAPE",
    "average_pool": "DEPTHWISE_CONV_2D", "average_pool_uneven_counting_pad": "PAD DEPTHWISE_CONV_2D",
    "concat_channels": "CONCATENATION", "concat_of_different_ranges": "CONCATENATION", "split_sizes": "SLICE SLICE",
    "slice_strided": "STRIDED_SLICE", "slice_backwards": "STRIDED_SLICE", "slice_negative": "SLICE",
    "pad_zero": "PAD", "pad_value": "PADV2", "pad_edge": "GATHER GATHER", "pad_reflect": "MIRROR_PAD",
    "resize_nearest_asymmetric": "RESIZE_NEAREST_NEIGHBOR", "resize_nearest_align_corners": "RESIZE_NEAREST_NEIGHBOR",
    "resize_nearest_half_pixel_ceil": "GATHER", "resize_nearest_1d": "RESIZE_NEAREST_NEIGHBOR",
    "transpose_reversed": "TRANSPOSE", "channel_shuffle": "RESHAPE TRANSPOSE RESHAPE", "reshape_to_flat": "RESHAPE", "flatten_then_gemm": "RESHAPE FULLY_CONNECTED",
    "function_abs": "ABS", "qdq_conv": "CONV_2D",
}


def in_order(expected, found):
    """Whether these operators stand among the others in this order."""
    rest = iter(found)
    return all(name in rest for name in expected.split())


def differing(layers):
    return [layer for layer in layers if layer.differing]


@needs_litert
@pytest.mark.parametrize("name", SAME)
def test_the_same_integers_in_each_layer(name, tmp_path):
    program, file = prepared(name, tmp_path)
    assert in_order(SAME[name], operators(file)), operators(file)
    layers = compared(program, file, tmp_path / "golden")
    assert len(layers) >= len(tare_json("inspect", program)["layers"]) - 2
    assert not [layer for layer in differing(layers) if layer.kind != "linear"]


# What LiteRT rounds otherwise: the operators, the kind of the layer that differs, the largest share of elements that may, and by how much.
OTHERWISE = {
    "gemm_a1_b1": ("FULLY_CONNECTED", "linear", .05, 1), "matmul_constant_of_sequence": ("RESHAPE FULLY_CONNECTED RESHAPE", "linear", .05, 1),
    "add_activations": ("ADD", "add", .2, 1), "add_both_broadcast": ("ADD", "add", .2, 1), "sub_activations": ("SUB", "add", .2, 1), "add_relu": ("ADD", "add", .2, 1),
    "sigmoid": ("LOGISTIC QUANTIZE", "lookup", .5, 1), "tanh": ("TANH QUANTIZE", "lookup", .5, 1), "hard_swish": ("HARD_SWISH", "lookup", .1, 1),
    "leaky_relu": ("LEAKY_RELU", "lookup", .2, 1), "prelu_channel": ("PRELU", "lookup", .2, 1), "swish_written_out": ("LOGISTIC MUL", "lookup", .3, 1),
    "scaled_swish_written_out": ("MUL LOGISTIC MUL", "lookup", .3, 1), "function_exp": ("EXP", "lookup", .1, 1), "function_gelu": ("GELU", "lookup", .1, 1),
    "function_sqrt": ("DEQUANTIZE SQRT QUANTIZE", "lookup", .1, 1), "function_reciprocal": ("DEQUANTIZE DIV QUANTIZE", "lookup", .1, 1),
    "function_sin": ("DEQUANTIZE SIN QUANTIZE", "lookup", .1, 1), "function_floor": ("DEQUANTIZE FLOOR QUANTIZE", "lookup", .1, 1),
    "softmax_last": ("SOFTMAX QUANTIZE", "softmax", .7, 1), "softmax_channels": ("TRANSPOSE SOFTMAX TRANSPOSE", "softmax", .3, 1),
    "average_pool_padded": ("AVERAGE_POOL_2D QUANTIZE", "average_pool", .7, 2), "reduce_mean_one_axis": ("MEAN", "reduce_mean", .3, 1),
    "global_average_pool": ("MEAN", "reduce_mean", .3, 1),
    "resize_linear_half_pixel": ("RESIZE_BILINEAR", "resize", .3, 1), "resize_linear_align_corners": ("RESIZE_BILINEAR", "resize", .4, 1),
    "resize_linear_1d": ("RESHAPE RESIZE_BILINEAR RESHAPE", "resize", .5, 2),
}


@needs_litert
@pytest.mark.parametrize("name", OTHERWISE)
def test_what_litert_rounds_otherwise(name, tmp_path):
    expected, kind, share, worst = OTHERWISE[name]
    program, file = prepared(name, tmp_path)
    assert in_order(expected, operators(file)), operators(file)
    layers = compared(program, file, tmp_path / "golden")
    [own] = [layer for layer in layers if layer.kind == kind][:1]
    assert own.differing <= share * own.elements and own.worst <= worst, own
    assert not [layer for layer in differing(layers) if layer.kind != kind]
    assert kind in tare_json("emit", program, "--as", "tflite", "-o", tmp_path / "again.tflite")["tflite"]["rounded_otherwise"]


@needs_litert
@pytest.mark.parametrize("name", ["function_ceil", "function_round", "function_elu_default"])
def test_what_the_reference_kernels_lack(name, tmp_path):
    program, file = prepared(name, tmp_path)
    assert all(layer.worst <= 1 for layer in compared(program, file, tmp_path / "golden", reference=False))


WIDE_SAME = """conv_3x3 conv_group conv_depthwise conv_1d deconv_overlapping deconv_group relu_behind_conv relu6_between_convs max_pool_overlapping
max_pool_ceil_padded average_pool concat_channels slice_strided pad_value pad_edge pad_reflect resize_nearest_down transpose_reversed channel_shuffle""".split()
WIDE_OTHERWISE = """gemm_a0_b1 matmul_of_two_activations add_activations sub_activations mul_activations sigmoid tanh leaky_relu hard_swish softmax_last
global_average_pool resize_linear_half_pixel residual_net inverted_residual_net squeeze_and_excite tiny_attention unet""".split()


@needs_litert
@pytest.mark.parametrize("name", WIDE_SAME)
def test_the_same_integers_of_16_bits(name, tmp_path):
    """Biases of 64 bits; TFLite's integers have one more below a symmetric grid's."""
    program, file = prepared(name, tmp_path, target="i16x8")
    assert differing(compared(program, file, tmp_path / "golden", symmetric=True)) == []


@needs_litert
@pytest.mark.parametrize("name", WIDE_OTHERWISE)
def test_what_litert_rounds_otherwise_of_16_bits(name, tmp_path):
    program, file = prepared(name, tmp_path, target="i16x8")
    layers = compared(program, file, tmp_path / "golden", symmetric=True)
    told = tare_json("emit", program, "--as", "tflite", "-o", tmp_path / "again.tflite")["tflite"]["rounded_otherwise"]
    assert {layer.kind for layer in differing(layers)} - {"dequantize"} <= set(told)
    # Steps of 65536: exponentials from a table, and functions that have corners.
    assert all(layer.worst <= 16 for layer in layers)


@needs_litert
@pytest.mark.parametrize("name", ["tiny_attention", "residual_net", "inverted_residual_net", "squeeze_and_excite", "fire_module", "shuffle_unit", "sequence_net",
                                  "two_inputs_three_outputs", "qdq_net", "awkward_names", "same_value_twice", "inner_value_is_an_output"])
def test_networks(name, tmp_path):
    program, file = prepared(name, tmp_path)
    layers = compared(program, file, tmp_path / "golden")
    told = tare_json("emit", program, "--as", "tflite", "-o", tmp_path / "again.tflite")["tflite"]["rounded_otherwise"]
    assert {layer.kind for layer in differing(layers)} - {"dequantize"} <= set(told), differing(layers)


# The integers that a model's own grid (0.0625, -20) has for limits, and what keeps results within them.
LIMITS = {"RELU": (0, None, {}), "RELU6": (0, 6, {}), "RELU_N1_TO_1": (-1, 1, {}), "MINIMUM": (0, 3, {"MINIMUM": 1}), "BOTH": (-2, 3, {"MAXIMUM": 1, "MINIMUM": 1})}


@needs_litert
@pytest.mark.parametrize("name", LIMITS)
def test_limits_are_activations(name, tmp_path, rng):
    """Of a convolution and of a requantization, whose results the model has on a grid that goes beyond the limits."""
    low, high, others = LIMITS[name]
    grid = {"s": F32(.0625), "z": np.int8(-20), "low": F32(low), "high": F32(high if high is not None else 1e9)}
    path = save(tmp_path / "m.onnx", [node("Conv", ["x", "w"], ["c"], name="conv"), node("Clip", ["c", "low", "high"], ["k"], name="limited"), *quantize("k", "s", "z", "r"),
                                      node("Conv", ["r", "v"], ["y"], name="next")], [port("x", [1, 4, 6, 6])], [port("y", None)],
                {"w": rng.normal(size=(5, 4, 3, 3)).astype(F32), "v": rng.normal(size=(3, 5, 1, 1)).astype(F32), **grid}, 21)
    program, _ = converted(path, {"x": rng.normal(size=(8, 4, 6, 6)).astype(F32)}, "--target", "gemmlowp")
    told = tare_json("emit", program, "--as", "tflite", "-o", tmp_path / "m.tflite")["tflite"]["operators"]
    assert {key: told.get(key, 0) for key in ("MAXIMUM", "MINIMUM")} == {"MAXIMUM": 0, "MINIMUM": 0, **others}
    assert differing(compared(program, tmp_path / "m.tflite", tmp_path / "golden")) == []


@needs_litert
@pytest.mark.parametrize("pads, expected", {(2, 2, 2, 2): "TRANSPOSE_CONV SLICE", (0, 0, 0, 0): "TRANSPOSE_CONV", (1, 0, 0, 3): "TRANSPOSE_CONV SLICE"}.items())
def test_borders_of_transposed_convolutions(pads, expected, tmp_path, rng):
    path = save(tmp_path / "m.onnx", [node("ConvTranspose", ["x", "w", "b"], ["y"], name="up", strides=[2, 2], pads=list(pads))], [port("x", [1, 4, 5, 6])], [port("y", None)],
                {"w": rng.normal(size=(4, 3, 3, 3)).astype(F32), "b": rng.normal(size=3).astype(F32)}, 13)
    program, _ = converted(path, {"x": rng.normal(size=(8, 4, 5, 6)).astype(F32)}, "--target", "gemmlowp")
    tare("emit", program, "--as", "tflite", "-o", tmp_path / "m.tflite")
    assert in_order(expected, operators(tmp_path / "m.tflite"))
    assert differing(compared(program, tmp_path / "m.tflite", tmp_path / "golden")) == []


@needs_litert
@pytest.mark.parametrize("kernel, pads, expected", [(3, (1, 1, 1, 1), "MIRROR_PAD MAX_POOL_2D"), (3, (2, 2, 2, 2), "PADV2 MAX_POOL_2D"), (2, (0, 0, 0, 0), "MAX_POOL_2D")])
def test_borders_of_max_pools(kernel, pads, expected, tmp_path, rng):
    """A border never wins, whatever the zero point is."""
    path = save(tmp_path / "m.onnx", [node("MaxPool", ["x"], ["y"], name="pool", kernel_shape=[kernel, kernel], strides=[2, 2], pads=list(pads))], [port("x", [1, 3, 8, 8])],
                [port("y", None)], {}, 13)
    program, _ = converted(path, {"x": rng.normal(size=(8, 3, 8, 8)).astype(F32) - 1}, "--target", "gemmlowp")
    tare("emit", program, "--as", "tflite", "-o", tmp_path / "m.tflite")
    assert in_order(expected, operators(tmp_path / "m.tflite"))
    assert differing(compared(program, tmp_path / "m.tflite", tmp_path / "golden")) == []


@needs_litert
def test_blocks_of_channels_are_one_operator(tmp_path, rng):
    path = save(tmp_path / "m.onnx", [node("Conv", ["x", "w"], ["c"], name="conv"), node("DepthToSpace", ["c"], ["d"], name="deep", blocksize=2, mode="DCR"),
                                      node("Conv", ["d", "v"], ["e"], name="conv2"), node("SpaceToDepth", ["e"], ["s"], name="wide", blocksize=2),
                                      node("Conv", ["s", "u"], ["y"], name="conv3")], [port("x", [1, 4, 6, 8])], [port("y", None)],
                {"w": rng.normal(size=(8, 4, 1, 1)).astype(F32), "v": rng.normal(size=(3, 2, 3, 3)).astype(F32), "u": rng.normal(size=(2, 12, 1, 1)).astype(F32)}, 13)
    program, _ = converted(path, {"x": rng.normal(size=(8, 4, 6, 8)).astype(F32)}, "--target", "gemmlowp")
    tare("emit", program, "--as", "tflite", "-o", tmp_path / "m.tflite")
    assert in_order("CONV_2D DEPTH_TO_SPACE CONV_2D SPACE_TO_DEPTH CONV_2D", operators(tmp_path / "m.tflite"))
    layers = compared(program, tmp_path / "m.tflite", tmp_path / "golden", reference=False)
    assert all(layer.worst <= 1 for layer in layers) and not [layer for layer in differing(layers) if layer.kind not in ("conv", "dequantize")]


@needs_litert
def test_a_pixel_shuffle_to_one_channel(tmp_path, rng):
    """As super-resolution writes it out, in six dimensions of which three are 1."""
    path = save(tmp_path / "m.onnx", [node("Conv", ["x", "w"], ["c"], name="conv"), node("Reshape", ["c", "split"], ["r"], name="split"),
                                      node("Transpose", ["r"], ["t"], name="turn", perm=[0, 1, 4, 2, 5, 3]), node("Reshape", ["t", "joined"], ["y"], name="join")],
                [port("x", [1, 2, 4, 5])], [port("y", None)],
                {"w": rng.normal(size=(9, 2, 1, 1)).astype(F32), "split": np.array([1, 1, 3, 3, 4, 5]), "joined": np.array([1, 1, 12, 15])}, 13)
    program, _ = converted(path, {"x": rng.normal(size=(8, 2, 4, 5)).astype(F32)}, "--target", "gemmlowp")
    tare("emit", program, "--as", "tflite", "-o", tmp_path / "m.tflite")
    assert "DEPTH_TO_SPACE" in operators(tmp_path / "m.tflite")
    layers = compared(program, tmp_path / "m.tflite", tmp_path / "golden", reference=False)
    assert all(layer.worst <= 1 for layer in layers) and not [layer for layer in differing(layers) if layer.kind not in ("conv", "dequantize")]


@needs_litert
def test_gathers_by_indices(tmp_path, rng):
    table = rng.normal(size=(9, 6)).astype(F32)
    path = save(tmp_path / "m.onnx", [node("Gather", ["table", "ids"], ["rows"], name="embedding"), node("MatMul", ["rows", "w"], ["y"], name="product")],
                [port("ids", [1, 4], np.int64)], [port("y", None)], {"table": table, "w": rng.normal(size=(6, 3)).astype(F32)}, 13)
    program, _ = converted(path, {"ids": rng.integers(0, 9, size=(8, 4))}, "--target", "gemmlowp")
    tare("emit", program, "--as", "tflite", "-o", tmp_path / "m.tflite")
    np.savez(tmp_path / "ids.npz", ids=rng.integers(0, 9, size=(3, 4)))
    layers = compared(program, tmp_path / "m.tflite", tmp_path / "golden", tmp_path / "ids.npz", 3)
    assert "gather" in {layer.kind for layer in layers} and not [layer for layer in differing(layers) if layer.kind == "gather"]


@needs_litert
def test_weights_of_one_scale(tmp_path):
    """For readers that know no scale per channel of a FULLY_CONNECTED; LiteRT's kernel then rounds as the program does."""
    board = tmp_path / "board.yaml"
    board.write_text(tare("target", "show", "gemmlowp").stdout.replace("per_channel: true", "per_channel: false"))
    program, file = prepared("gemm_chain", tmp_path, target=board)
    made = interpreter(file)
    weights = [each for each in made.get_tensor_details() if each["name"].endswith(".weights")]
    assert weights and all(len(each["quantization_parameters"]["scales"]) == 1 for each in weights)
    told = tare_json("emit", program, "--as", "tflite", "-o", tmp_path / "again.tflite")["tflite"]["rounded_otherwise"]
    assert "linear" not in told and differing(compared(program, file, tmp_path / "golden", samples=8)) == []


@needs_litert
def test_other_targets_round_otherwise(tmp_path):
    """A requantizer with 15 bits and one rounding: by 1, which is told."""
    board = tmp_path / "board.yaml"
    text = tare("target", "show", "generic").stdout
    for key, value in (("tail", "activation"), ("layer_functions", "false")):
        text = re.sub(rf"\n{key}: \w+", f"\n{key}: {value}", text)
    board.write_text(text)
    program, file = prepared("fire_module", tmp_path, target=board)
    layers = compared(program, file, tmp_path / "golden")
    told = tare_json("emit", program, "--as", "tflite", "-o", tmp_path / "again.tflite")["tflite"]["rounded_otherwise"]
    assert "conv" in told and all(layer.worst <= 1 for layer in layers if layer.kind == "conv")
    assert {layer.kind for layer in differing(layers)} - {"dequantize"} <= set(told)


@needs_litert
@pytest.mark.parametrize("name", ["layer_norm", "instance_norm"])
def test_norms_in_steps(name, tmp_path):
    """As the refusal of a norm says: on a target that has the steps alone."""
    board = tmp_path / "board.yaml"
    steps = "conv, conv_transpose, linear, matmul, mul, add, lookup, rescale, reduce_mean, concat, slice, pad, transpose, quantize, dequantize"
    board.write_text(tare("target", "show", "gemmlowp").stdout + f"operators: [{steps}]\n")
    program, file = prepared(name, tmp_path, target=board)
    assert in_order("MEAN SUB MUL MEAN DEQUANTIZE SQRT QUANTIZE DEQUANTIZE DIV QUANTIZE MUL", operators(file)), operators(file)
    assert all(layer.worst <= 1 for layer in compared(program, file, tmp_path / "golden"))


# ---- The file


@needs_litert
@pytest.mark.parametrize("strip", ([], ["--strip-io", "quantize,dequantize,transpose"]))
def test_the_digits_are_those_of_tare_run(strip, tmp_path):
    """From real numbers to real numbers; or from integers to integers, which is what accelerators take."""
    file = digits(tmp_path, *strip)
    digits(tmp_path, *strip, emit="program", output="digits.tare")
    layers = compared(tmp_path / "digits.tare", file, tmp_path / "golden", DIGITS / "test.npz", 20)
    assert not [layer for layer in differing(layers) if layer.kind not in ("linear", "add", "softmax", "dequantize")]
    made = interpreter(file)
    [image], [logits] = made.get_input_details(), made.get_output_details()
    assert (image["name"], logits["name"]) == ("image", "logits")
    assert image["dtype"] == (np.int8 if strip else np.float32)
    assert {key: value["inputs"] for key, value in made.get_signature_list().items()} == {"serving_default": ["image"]}


@needs_litert
def test_unsigned_integers_of_a_model(tmp_path):
    """uint8 outside, int8 inside: the same numbers."""
    program, file = prepared("qdq_unsigned", tmp_path)
    made = interpreter(file)
    wanted = {each["name"]: each["type"] for each in tare_json("inspect", program)["inputs"]}
    assert {each["name"]: np.dtype(each["dtype"]).name for each in made.get_input_details()} == {name: kind for name, kind in wanted.items()}
    assert differing(compared(program, file, tmp_path / "golden")) == []


@needs_litert
def test_weights_and_biases_are_on_the_grids_of_the_specification(tmp_path):
    file = digits(tmp_path)
    made = interpreter(file)
    tensors = {each["index"]: each for each in made.get_tensor_details()}
    products = [op for op in made._get_ops_details() if op["op_name"] in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")]
    assert products
    for op in products:
        x, weights, bias = (tensors[index] for index in op["inputs"])
        scales, axis = weights["quantization_parameters"]["scales"], 3 if op["op_name"].startswith("DEPTHWISE") else 0
        assert weights["dtype"] == np.int8 and np.all(weights["quantization_parameters"]["zero_points"] == 0) and made.get_tensor(weights["index"]).min() >= -127
        assert len(scales) in (1, weights["shape"][axis]) and (len(scales) == 1 or weights["quantization_parameters"]["quantized_dimension"] == axis)
        assert bias["dtype"] == np.int32
        np.testing.assert_allclose(bias["quantization_parameters"]["scales"], x["quantization"][0] * scales, rtol=1e-6)


def test_the_same_bytes_from_both_commands(tmp_path):
    converted_file = digits(tmp_path)
    digits(tmp_path, emit="program", output="digits.tare")
    told = tare_json("emit", tmp_path / "digits.tare", "--as", "tflite", "-o", tmp_path / "b.tflite")
    assert converted_file.read_bytes() == (tmp_path / "b.tflite").read_bytes() == digits(tmp_path, "--threads", 1, output="c.tflite").read_bytes()
    assert converted_file.read_bytes()[4:8] == b"TFL3"
    assert told["output"] == str(tmp_path / "b.tflite") and told["bytes"] == converted_file.stat().st_size
    assert told["tflite"]["operators"]["CONV_2D"] >= 1
    of_convert = tare_json("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target", "gemmlowp", "--emit", "tflite", "-o", tmp_path / "d.tflite")
    assert of_convert["tflite"] == told["tflite"] and of_convert["bytes"] == told["bytes"]


@pytest.mark.parametrize("options, target", [((), "gemmlowp"), (("--activations", "i16"), "i16x8")])
def test_without_a_target_it_is_litert_s_arithmetic(options, target, tmp_path):
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--emit", "tflite", *options, "-o", tmp_path / "a.tflite")
    assert (tmp_path / "a.tflite").read_bytes() == digits(tmp_path, target=target, output="b.tflite").read_bytes()


def test_what_is_told(tmp_path):
    done = tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target", "gemmlowp", "--emit", "tflite", "-o", tmp_path / "m.tflite")
    assert re.search(r"wrote \S+m\.tflite: \d+ operators \(.*\d+ CONV_2D.*\), [\d.]+ kB", done.stderr), done.stderr
    assert "LiteRT rounds some layers otherwise than the program: " in done.stderr


@needs_litert
def test_steps_that_tflite_prescribes(tmp_path, rng):
    """Shares of 400 are small, and so are the program's steps; TFLite has 1/256."""
    path = save(tmp_path / "m.onnx", [node("Softmax", ["x"], ["y"], name="shares", axis=-1)], [port("x", [1, 400])], [port("y", None)], {}, 13)
    program, _ = converted(path, {"x": rng.normal(size=(8, 400)).astype(F32)}, "--target", "gemmlowp")
    done = tare("emit", program, "--as", "tflite", "-o", tmp_path / "m.tflite")
    [layer] = [each for each in tare_json("inspect", program)["layers"] if each["kind"] == "softmax"]
    told = tare_json("emit", program, "--as", "tflite", "-o", tmp_path / "m.tflite")["tflite"]["coarser"]
    assert told == {"shares": pytest.approx(1 / 256 / layer["scales"][0])} and told["shares"] > 4
    assert re.search(r"coarser steps than the program's for the results of 'shares' [\d.]+ times", done.stderr), done.stderr
    [own] = [each for each in compared(program, tmp_path / "m.tflite", tmp_path / "golden") if each.kind == "softmax"]
    assert own.worst <= told["shares"]


RANDOM = 30
# What LiteRT's reference kernels lack, or take other indices of.
NOT_REFERENCE = {"ELU", "CEIL", "ROUND", "GATHER", "DEPTH_TO_SPACE", "SPACE_TO_DEPTH"}


@needs_litert
def test_random_graphs(tmp_path):
    """As quantizers write them, with uint8 outside: what differs is told."""
    compared_graphs = 0
    for index in range(RANDOM):
        folder = tmp_path / str(index)
        folder.mkdir()
        pack = Pack([make(20261201, index, "gemmlowp")])
        pack.save(folder / "m.onnx")
        np.savez(folder / "data.npz", **pack.data())
        tare("convert", folder / "m.onnx", "--calibration", folder / "data.npz", "--target", "gemmlowp", "--allow-uncalibrated", "--check", 0, "-o", folder / "m.tare")
        done = tare("emit", folder / "m.tare", "--as", "tflite", "--json", "-o", folder / "m.tflite", check=False)
        if done.returncode:
            assert done.returncode == 1 and "has no TFLite form; " in done.stderr, done.stderr
            continue
        told = json.loads(done.stdout)["tflite"]
        if NOT_REFERENCE & set(told["operators"]):
            continue
        layers = compared(folder / "m.tare", folder / "m.tflite", folder / "golden")
        assert {layer.kind for layer in differing(layers)} <= set(told["rounded_otherwise"]), (index, differing(layers))
        compared_graphs += 1
    assert compared_graphs > RANDOM // 2


# ---- What has no such form


def test_targets_whose_layers_tflite_lacks(tmp_path):
    told = fails("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target", "generic", "--emit", "tflite", "-o", tmp_path / "m.tflite",
                 output=tmp_path / "m.tflite")
    assert "digits.onnx: has no TFLite form; layer '" in told and "leaves as its accumulator" in told and "'tail: activation', as gemmlowp" in told
    told = fails("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target", "three_stage", "--emit", "tflite", "-o", tmp_path / "m.tflite",
                 output=tmp_path / "m.tflite")
    assert "requantized in three stages" in told and re.search(r"layers '\S+' \(conv\), '", told)


def test_a_function_within_a_layer(tmp_path):
    program = Prepared(CASES["swish_written_out"], tmp_path).convert(tmp_path / "p.tare")
    assert "(conv): a function within the layer" in fails("emit", program, "--as", "tflite", "-o", tmp_path / "m.tflite", output=tmp_path / "m.tflite")


@pytest.mark.parametrize("name, expected", {
    "layer_norm": r"layer '\S+' \(normalize\): a norm in one operator, which TFLite has not; convert the model for a target without 'normalize'",
    "lstm_both_ways": r"layers '\S+' \(loop_begin\), '\S+' \(loop_end\), .*: steps of a recurrent layer, for which TFLite has no operator",
    "max_pool_dilated": r"layer '\S+' \(max_pool\): dilations, which TFLite's pools have not",
    "average_pool_uneven_pads": r"layer '\S+' \(average_pool\): windows that count different numbers of elements",
    "function_erf": r"layer '\S+' \(lookup\): the function erf, for which TFLite has no operator",
}.items())
def test_layers_without_a_form(name, expected, tmp_path):
    program = Prepared(CASES[name], tmp_path).convert(tmp_path / "p.tare", "--target", "gemmlowp")
    told = fails("emit", program, "--as", "tflite", "-o", tmp_path / "m.tflite", output=tmp_path / "m.tflite")
    assert "p.tare: has no TFLite form; " in told and re.search(expected, told), told


def test_every_layer_without_a_form_is_named_at_once(tmp_path, rng):
    path = save(tmp_path / "m.onnx", [node("Erf", ["x"], ["a"], name="first"), node("Add", ["a", "x"], ["b"], name="sum"), node("Erf", ["b"], ["c"], name="second"),
                                      node("Softplus", ["c"], ["y"], name="third")], [port("x", [1, 4, 6, 6])], [port("y", None)], {}, 13)
    program, _ = converted(path, {"x": rng.normal(size=(8, 4, 6, 6)).astype(F32)}, "--target", "gemmlowp")
    told = fails("emit", program, "--as", "tflite", "-o", tmp_path / "m.tflite", output=tmp_path / "m.tflite")
    assert "layers 'first' (lookup), 'second' (lookup): the function erf" in told and "layer 'third' (lookup): the function softplus" in told


def test_layers_of_the_host(tmp_path, rng):
    path = save(tmp_path / "m.onnx", [node("TopK", ["x", "k"], ["y", "i"], name="best")], [port("x", [1, 8])], [port("y", None)], {"k": np.array([2])}, 13)
    program, _ = converted(path, {"x": rng.normal(size=(8, 8)).astype(F32)}, "--target", "gemmlowp")
    told = fails("emit", program, "--as", "tflite", "-o", tmp_path / "m.tflite", output=tmp_path / "m.tflite")
    assert "layer 'best' (TopK): runs in float on the host" in told


def test_refusals_of_the_command_line(tmp_path):
    digits(tmp_path, emit="program", output="digits.tare")
    program = tmp_path / "digits.tare"
    for option in (("--prefix", "x"), ("--split-weights",), ("--self-test",)):
        assert f"{option[0]} is of --as c, which is not asked for" in fails("emit", program, "--as", "tflite", *option, "-o", tmp_path / "m.tflite", output=tmp_path / "m.tflite")
    assert "found a name that ends in '.tare', expected one that ends in .tflite" in fails("emit", program, "--as", "tflite", "-o", tmp_path / "n.tare", output=tmp_path / "n.tare")
    convert = ("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz")
    assert "expected one that ends in .tflite" in fails(*convert, "--target", "gemmlowp", "--emit", "tflite", "-o", tmp_path / "n.tare", output=tmp_path / "n.tare")
    assert "expected one that ends in .tare" in fails(*convert, "-o", tmp_path / "n.tflite", output=tmp_path / "n.tflite")
    assert "it is what" in fails("emit", program, "--as", "tflite", "-o", program)
    assert "is of the stage" not in tare(*convert, "--target", "gemmlowp", "--emit", "tflite", "-o", tmp_path / "ok.tflite").stderr


def test_the_page_has_every_operator():
    page = (ROOT / "docs/tflite.md").read_text()
    union = re.search(r"^union Op \{([^}]+)\}", (ROOT / "lib/Schema/program.fbs").read_text(), re.MULTILINE).group(1)
    names = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip()).lower().replace("mat_mul", "matmul") for name in union.split(",")]
    assert len(names) > 20 and not [name for name in names if f"`{name}`" not in page]
    codes = re.search(r"^enum BuiltinOperator : int \{([^}]+)\}", (ROOT / "lib/Schema/tflite.fbs").read_text(), re.MULTILINE).group(1)
    written = [code.split("=")[0].strip() for code in codes.split(",")]
    assert not [name for name in written if name != "PLACEHOLDER_FOR_GREATER_OP_CODES" and name not in page]

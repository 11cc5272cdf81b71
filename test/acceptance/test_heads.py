"""Heads: what is joined, cut or rearranged on the way to an output has a grid for each part, and can be left to the host."""
import os
import pathlib
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from graphs import converted, node, outputs_of, port, reference, save
from harness import MODELS, assert_same, cosine, fails, load, sqnr, tare, tare_json
import wheel_nets

STRIPPED = ("dequantize", "quantize,dequantize", "transpose", "concat", "dequantize,transpose,concat",
            "quantize,dequantize,transpose,concat")
# The cosines that YOLOv8n's boxes and scores keep at 8 bits, over photos that calibration did not see, by the method of calibration.
YOLO = {"auto": (0.999, 0.98), "percentile": (0.997, 0.94)}


def weights(name, outputs, inputs, kernel=1, gain=1.0):
    """By their name the same, whichever tests run."""
    spread = gain / np.sqrt(inputs * kernel * kernel)
    return {name: np.random.default_rng(zlib.crc32(name.encode())).normal(0, spread, (outputs, inputs, kernel, kernel)).astype(np.float32)}


class Net:
    """A model that is built node by node; x [1, 3, 8, 6] becomes features f [1, 8, 8, 6] and g [1, 8, 4, 3]."""

    def __init__(self):
        self.nodes, self.constants, self.outputs = [], {}, []
        self.conv("x", "c", 3, 8, kernel=3)
        self.add("Relu", ["c"], "f")
        self.add("MaxPool", ["f"], "g", kernel_shape=[2, 2], strides=[2, 2])

    def add(self, kind, inputs, *results, **attributes):
        self.nodes.append(node(kind, inputs, list(results), name=results[0], **attributes))
        return results[0]

    def constant(self, name, value):
        self.constants[name] = np.asarray(value)
        return name

    def conv(self, source, result, inputs, outputs, kernel=1, gain=1.0):
        self.constants |= weights(result + "_w", outputs, inputs, kernel, gain)
        return self.add("Conv", [source, result + "_w"], result, kernel_shape=[kernel, kernel], pads=[kernel // 2] * 4)

    def reshape(self, source, result, *shape):
        return self.add("Reshape", [source, self.constant(result + "_shape", np.int64(shape))], result)

    def split(self, source, axis, **sizes):
        name = self.constant(source + "_sizes", np.int64(list(sizes.values())))
        self.add("Split", [source, name], *sizes, axis=axis)

    def rows(self, source, result, channels, pixels, gain=1.0):
        """A convolution whose result [1, channels, h, w] becomes rows [1, pixels, channels]."""
        self.conv(source, result + "_conv", 8, channels, gain=gain)
        self.add("Transpose", [result + "_conv"], result + "_t", perm=[0, 2, 3, 1])
        return self.reshape(result + "_t", result, 1, pixels, channels)

    def save(self, folder, *outputs):
        return save(folder / "m.onnx", self.nodes, [port("x", [1, 3, 8, 6])], [port(o, None) for o in outputs or ["y"]],
                    self.constants)


def transposed_heads(net):
    """The fault case concat-head: convolution, transpose, reshape, concat; of two scales."""
    net.add("Concat", [net.rows("f", "a", 6, 48, 300.0), net.rows("g", "b", 6, 12)], "y", axis=1)
    return ["y"], {"y": [np.s_[:, :48], np.s_[:, 48:]]}


def boxes_beside_scores(net):
    net.conv("f", "boxes", 8, 4, gain=300.0)
    net.conv("f", "scores", 8, 5)
    net.add("Concat", ["boxes", "scores"], "y", axis=1)
    return ["y"], {"y": [np.s_[:, :4], np.s_[:, 4:]]}


def sigmoid_heads(net):
    net.conv("f", "boxes", 8, 4, gain=300.0)
    net.conv("f", "logits", 8, 5)
    net.add("Sigmoid", ["logits"], "scores")
    net.add("Concat", ["boxes", "scores"], "y", axis=1)
    return ["y"], {"y": [np.s_[:, :4], np.s_[:, 4:]]}


def nested(net):
    """Of channels first, then of scales, behind reshapes: three grids and more in one output."""
    for scale, pixels, gain in ("f", 48, 300.0), ("g", 12, 40.0):
        net.conv(scale, scale + "_boxes", 8, 4, gain=gain)
        net.conv(scale, scale + "_logits", 8, 3)
        net.add("Sigmoid", [scale + "_logits"], scale + "_scores")
        net.add("Concat", [scale + "_boxes", scale + "_scores"], scale + "_both", axis=1)
        net.reshape(scale + "_both", scale + "_flat", 1, 7, pixels)
    net.add("Concat", ["f_flat", "g_flat"], "joined", axis=2)
    net.add("Transpose", ["joined"], "y", perm=[0, 2, 1])
    return ["y"], {"y": [np.s_[:, :48, :4], np.s_[:, :48, 4:], np.s_[:, 48:, :4], np.s_[:, 48:, 4:]]}


def joined_then_split(net):
    """Scales are joined, and their channels leave as two outputs."""
    for scale, pixels in ("f", 48), ("g", 12):
        net.conv(scale, scale + "_boxes", 8, 4, gain=300.0)
        net.conv(scale, scale + "_scores", 8, 3)
        net.add("Concat", [scale + "_boxes", scale + "_scores"], scale + "_both", axis=1)
        net.reshape(scale + "_both", scale + "_flat", 1, 7, pixels)
    net.add("Concat", ["f_flat", "g_flat"], "joined", axis=2)
    net.split("joined", 1, boxes=4, scores=3)
    return ["boxes", "scores"], {"boxes": [np.s_[:]], "scores": [np.s_[:]]}


def split_channels(net):
    net.conv("f", "both", 8, 6)
    net.split("both", 1, first=2, second=4)
    return ["first", "second"], {"first": [np.s_[:]], "second": [np.s_[:]]}


def reshaped_over_channels(net):
    """The fault case strip-reshaped-head: the reshape splits the channels, along which the scales run."""
    net.conv("f", "h", 8, 6, gain=3.0)
    net.add("Transpose", ["h"], "t", perm=[0, 2, 3, 1])
    net.reshape("t", "y", 1, 96, 3)
    return ["y"], {"y": [np.s_[:]]}


def reshaped_behind_a_concat(net):
    net.add("Concat", [net.rows("f", "a", 6, 48, 100.0), net.rows("g", "b", 6, 12)], "joined", axis=1)
    net.reshape("joined", "y", 1, 120, 3)
    return ["y"], {"y": [np.s_[:, :96], np.s_[:, 96:]]}


def part_read_elsewhere(net):
    net.conv("f", "boxes", 8, 8, gain=300.0)
    net.add("Relu", ["boxes"], "positive")
    net.conv("positive", "scores", 8, 5, gain=1 / 300)
    net.add("Concat", ["boxes", "scores"], "y", axis=1)
    return ["y"], {"y": [np.s_[:, :8], np.s_[:, 8:]]}


def concat_feeds_the_network(net):
    net.conv("f", "a", 8, 4, gain=30.0)
    net.conv("f", "b", 8, 4)
    net.add("Concat", ["a", "b"], "y", axis=1)
    net.conv("y", "z", 8, 3)
    return ["y", "z"], {"y": [np.s_[:, :4], np.s_[:, 4:]], "z": [np.s_[:]]}


def twice(net):
    """One part in two outputs."""
    net.conv("f", "a", 8, 4, gain=300.0)
    net.conv("f", "b", 8, 2)
    net.add("Concat", ["a", "b"], "y", axis=1)
    net.add("Transpose", ["a"], "z", perm=[0, 2, 3, 1])
    return ["y", "z"], {"y": [np.s_[:, :4], np.s_[:, 4:]], "z": [np.s_[:]]}


def with_the_input(net):
    net.conv("f", "a", 8, 4, gain=100.0)
    net.add("Concat", ["x", "a"], "y", axis=1)
    return ["y"], {"y": [np.s_[:, :3], np.s_[:, 3:]]}


def with_a_constant(net):
    net.conv("f", "a", 8, 4)
    net.constant("anchors", np.random.default_rng(11).uniform(0, 300, (1, 2, 8, 6)).astype(np.float32))
    net.add("Concat", ["a", "anchors"], "y", axis=1)
    return ["y"], {"y": [np.s_[:, :4], np.s_[:, 4:]]}


HEADS = (transposed_heads, boxes_beside_scores, sigmoid_heads, nested, joined_then_split, split_channels,
         reshaped_over_channels, reshaped_behind_a_concat, part_read_elsewhere, concat_feeds_the_network, twice,
         with_the_input, with_a_constant)
TAILS = {transposed_heads: {"a_conv", "b_conv"}, boxes_beside_scores: {"boxes", "scores"}, sigmoid_heads: {"boxes"},
         nested: {"f_boxes", "g_boxes"}, joined_then_split: {"f_boxes", "f_scores", "g_boxes", "g_scores"},
         split_channels: {"both"}, reshaped_over_channels: {"h"}, reshaped_behind_a_concat: {"a_conv", "b_conv"},
         part_read_elsewhere: {"scores"}, concat_feeds_the_network: {"z"}, twice: {"a", "b"}, with_the_input: {"a"},
         with_a_constant: {"a"}}


NO_YOLO = "YOLO IS NOT TESTED: scripts/fetch-wheel-nets FETCHES IT, or TARE_YOLO names 320n.onnx of the wheel nudenet"


def yolo():
    """The path of 320n.onnx, or None."""
    named = os.environ.get("TARE_YOLO")
    places = [pathlib.Path(named)] if named else [wheel_nets.FOLDER / "nudenet/320n.onnx", *sorted((MODELS / "wheels").glob("**/320n.onnx"))]
    return next((place for place in places if place.exists()), None)


if yolo() is None:
    warnings.warn(NO_YOLO)


@pytest.fixture(scope="module", params=HEADS, ids=lambda head: head.__name__)
def head(request, tmp_path_factory):
    folder, net = tmp_path_factory.mktemp(request.param.__name__), Net()
    outputs, parts = request.param(net)
    data = {"x": np.random.default_rng(3).normal(size=(16, 3, 8, 6)).astype(np.float32)}
    model = net.save(folder, *outputs)
    program, _ = converted(model, data)
    return request.param, model, data, parts, program


def test_concat_head_each_part_keeps_its_precision(head):
    _, model, data, parts, program = head
    real, integer = reference(model, data), outputs_of(program, data)
    assert list(real) == list(integer)
    for name, slices in parts.items():
        assert real[name].shape == integer[name].shape
        for part in slices:
            assert sqnr(real[name][part], integer[name][part]) > 28, (name, part)


def test_concat_head_convolutions_keep_their_accumulators(head):
    kind, _, _, _, program = head
    layers = {layer["name"]: layer for layer in tare_json("inspect", program)["layers"] if layer["kind"] == "conv"}
    kept = {name for name, layer in layers.items() if layer["output"] == "int32"}
    assert kept == TAILS[kind]
    assert all(not layers[name].get("multipliers") for name in kept)


def test_program_equals_npu(head):
    _, model, data, _, program = head
    ir, _ = converted(model, data, "--emit", "mlir:npu", name="m.mlir")
    assert_same(outputs_of(ir, data), outputs_of(program, data), "npu and program")


@pytest.mark.parametrize("target", ["gemmlowp", "float_tail", "three_stage", "shift_only", "i16x8"])
def test_no_part_is_lost_on_any_target(head, target):
    _, model, data, parts, _ = head
    program, _ = converted(model, data, "--target", target, name=f"{target}.tare")
    real, integer = reference(model, data), outputs_of(program, data)
    for name, slices in parts.items():
        for part in slices:
            assert sqnr(real[name][part], integer[name][part]) > 20, (name, part)


@pytest.mark.parametrize("strip", STRIPPED)
def test_the_host_makes_the_same_numbers(head, strip):
    """Left to the host or not, in the program or in the IR: bit for bit the same outputs."""
    kind, model, data, _, program = head
    if kind is with_the_input and "quantize" in strip.split(","):
        np.savez(model.parent / "x.npz", **data)
        told = fails("convert", model, "--calibration", model.parent / "x.npz", "--strip-io", strip, "-o", model.parent / "none.tare",
                     output=model.parent / "none.tare")
        assert "'x_quantize' cannot be left to the host: it is not next to an input, or not its only user" in told
        return
    expected = outputs_of(program, data)
    stripped, _ = converted(model, data, "--strip-io", strip, name="stripped.tare")
    assert_same(expected, outputs_of(stripped, data), strip)
    assert_same(expected, outputs_of(stripped, data, "--reference"), strip)
    ir, _ = converted(model, data, "--strip-io", strip, "--emit", "mlir:npu", name="stripped.mlir")
    assert_same(expected, outputs_of(ir, data), strip)
    info = tare_json("inspect", stripped)
    kinds = [layer["kind"] for layer in info["layers"]]
    assert "dequantize" not in strip.split(",") or "dequantize" not in kinds
    if strip == "quantize,dequantize,transpose,concat":
        constants = {"float32"} if kind is with_a_constant else set()
        assert {output["type"] for output in info["outputs"]} <= {"int8", "int32"} | constants


def host(ports, arrays):
    """What a host does by the descriptor alone: the model's outputs, of the program's."""
    untaken, outputs = [], {}
    for port in ports:
        untaken.append((port["name"], arrays[port["name"]]))
        for step in port["host_operators"]:
            operands = [value for _, value in untaken[-step["operand_count"]:]]
            untaken[-step["operand_count"]:] = [(port["name"], apply(step["kind"], step["parameters"], operands))]
        if "model_output" in port:
            untaken[-1] = port["model_output"], untaken[-1][1]
    return dict(untaken)


def apply(kind, parameters, operands):
    """One step on a batch, whose first axis counts samples."""
    first = operands[0]
    if kind == "concat":
        return np.concatenate(operands, axis=parameters["axis"] + 1)
    if kind == "transpose":
        return first.transpose([0] + [axis + 1 for axis in parameters["permutation"]])
    if kind == "reshape":
        return first.reshape([len(first)] + parameters["shape"])
    if kind == "slice":
        ends = [start + step * size for start, step, size in zip(*(parameters[k] for k in ("starts", "steps", "sizes")))]
        return first[(slice(None), *map(slice, parameters["starts"], ends, parameters["steps"]))]
    assert kind == "dequantize"
    shape = [1] * first.ndim
    if len(parameters["scales"]) > 1:
        shape[parameters["axis"] + 1] = -1
    scales = np.reshape(parameters["scales"], shape)
    return ((first.astype(np.int64) - parameters["zero_point"]) * scales).astype(np.float32)


def test_the_descriptor_says_how_the_host_joins(head):
    _, model, data, _, program = head
    expected = outputs_of(program, data)
    stripped, _ = converted(model, data, "--strip-io", "dequantize,transpose,concat", name="stripped.tare")
    ports = tare_json("inspect", stripped)["outputs"]
    raw = outputs_of(stripped, data, "--raw")
    assert list(raw) == [port["name"] for port in ports]
    # Outputs of a batch of 1 are stacked along it.
    arrays = {port["name"]: raw[port["name"]].reshape([-1] + port["shape"]) for port in ports}
    made = host(ports, arrays)
    assert_same(expected, {name: value.reshape(expected[name].shape) for name, value in made.items()}, "by the descriptor")


def test_strip_reshaped_head(tmp_path):
    """The axis of the scales is the one before the reshape, which is the host's."""
    net = Net()
    reshaped_over_channels(net)
    data = {"x": np.random.default_rng(3).normal(size=(16, 3, 8, 6)).astype(np.float32)}
    program, _ = converted(net.save(tmp_path), data, "--strip-io", "dequantize")
    (output,) = tare_json("inspect", program)["outputs"]
    assert output["type"] == "int32" and len(output["scales"]) == 6 and output["shape"][output["axis"]] == 6
    assert output["host_steps"] == ["dequantize", "reshape"]
    assert output["host_operators"][1]["parameters"] == {"shape": [1, 96, 3]}


def test_concat_head_one_port_where_the_scales_can_be_joined(tmp_path):
    """Two accumulators joined along their channels are one output with all their scales."""
    net = Net()
    boxes_beside_scores(net)
    data = {"x": np.random.default_rng(3).normal(size=(16, 3, 8, 6)).astype(np.float32)}
    program, _ = converted(net.save(tmp_path), data, "--strip-io", "dequantize,transpose")
    (output,) = tare_json("inspect", program)["outputs"]
    assert output["type"] == "int32" and len(output["scales"]) == 9 and output["layout"] == "NHWC"


def test_common_grid_inside_a_network_is_told(tmp_path):
    """What is joined inside shares a grid: the cost is told, by operand, and the way out."""
    net = Net()
    net.conv("f", "large", 8, 4, gain=300.0)
    net.conv("f", "small", 8, 4)
    net.add("Concat", ["large", "small"], "both", axis=1)
    net.add("Relu", ["both"], "positive")
    net.conv("positive", "y", 8, 3)
    data = {"x": np.random.default_rng(3).normal(size=(16, 3, 8, 6)).astype(np.float32)}
    _, told = converted(net.save(tmp_path), data)
    (line,) = [line for line in told.splitlines() if "share its grid" in line]
    assert "'small'" in line and "'both'" in line and "dB" in line and "--activations i16" in line
    _, told = converted(net.save(tmp_path), data, "--activations", "i16")
    assert "share its grid" not in told


def test_functions_need_no_steps_where_they_are_flat(tmp_path):
    """(A55): logits that go far below 0 before a sigmoid: their grid ends where the sigmoid is 0 up to a quarter of its step."""
    net = Net()
    net.conv("f", "logits", 8, 5, gain=6.0)
    net.add("Add", ["logits", net.constant("offset", np.float32([[[[-10]]]]))], "low")
    net.add("Sigmoid", ["low"], "y")
    data = {"x": np.random.default_rng(3).normal(size=(16, 3, 8, 6)).astype(np.float32)}
    model = net.save(tmp_path)
    behind = tmp_path / "behind.yaml"
    behind.write_text(tare("target", "show", "generic").stdout.replace("layer_functions: true", "layer_functions: false"))
    program, _ = converted(model, data, "--method", "min_max", "--target", behind)
    real, integer = reference(model, data)["y"], outputs_of(program, data)["y"]
    (logits,) = [layer for layer in tare_json("inspect", program)["layers"] if layer["name"] == "logits" and layer["kind"] == "conv"]
    lowest = logits["scales"][0] * (-128 - logits["zero_points"][0])
    assert real.min() < 1e-7
    assert 1 / (1 + np.exp(-lowest)) == pytest.approx(real.max() / 255 / 4, rel=0.1)
    assert sqnr(real, integer) > 30


def test_swish_is_one_function(tmp_path):
    """x * sigmoid(x), as exporters write SiLU, is rounded once."""
    net = Net()
    net.conv("f", "c2", 8, 5, gain=3.0)
    net.add("Sigmoid", ["c2"], "gate")
    net.add("Mul", ["c2", "gate"], "y")
    data = {"x": np.random.default_rng(3).normal(size=(16, 3, 8, 6)).astype(np.float32)}
    model = net.save(tmp_path)
    program, _ = converted(model, data)
    found = tare_json("inspect", program)["layers"]
    assert [layer["function"]["kind"] for layer in found if "function" in layer] == ["swish"]
    assert not {"lookup", "mul"} & {layer["kind"] for layer in found}
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 32


@pytest.mark.parametrize("method", YOLO)
def test_yolo_keeps_boxes_and_scores(tmp_path, method):
    """YOLOv8n of the wheel nudenet, calibrated on some photos, on others."""
    network, photos = yolo(), sorted((MODELS / "data/coco_train72_520/images").glob("*.jpg"))
    if network is None or len(photos) < 40:
        pytest.skip(NO_YOLO)
    images = np.stack([letterbox(photo) for photo in photos[:56]])
    np.savez(tmp_path / "calibration.npz", images=images[:40])
    np.savez(tmp_path / "test.npz", images=images[40:])
    shape, extra = ("--input-shape", "images=1,3,320,320"), ("--method", method)
    program = tmp_path / "yolo.tare"
    tare("convert", network, *shape, "--calibration", tmp_path / "calibration.npz", *extra, "-o", program)
    real = reference(network, {"images": images[40:]})["output0"]
    tare("run", program, "--inputs", tmp_path / "test.npz", "--outputs", tmp_path / "y.npz")
    integer = load(tmp_path / "y.npz")["output0"]
    assert cosine(real[:, :4], integer[:, :4]) > YOLO[method][0]
    assert cosine(real[:, 4:], integer[:, 4:]) > YOLO[method][1]
    stripped = tmp_path / "stripped.tare"
    tare("convert", network, *shape, "--calibration", tmp_path / "calibration.npz", *extra, "--strip-io",
         "quantize,dequantize,transpose,concat", "-o", stripped)
    tare("run", stripped, "--inputs", tmp_path / "test.npz", "--outputs", tmp_path / "z.npz")
    assert np.array_equal(integer, load(tmp_path / "z.npz")["output0"])
    assert {output["type"] for output in tare_json("inspect", stripped)["outputs"]} <= {"int8", "int32"}


def letterbox(path, size=320):
    image = Image.open(path).convert("RGB")
    scale = size / max(image.size)
    pixels = np.asarray(image.resize([max(1, round(side * scale)) for side in image.size], Image.BILINEAR))
    canvas = np.full((size, size, 3), 114, np.uint8)
    canvas[:pixels.shape[0], :pixels.shape[1]] = pixels
    return (canvas.transpose(2, 0, 1) / 255).astype(np.float32)

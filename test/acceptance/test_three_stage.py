"""The three-stage requantizer: t = sat16(acc >> q0), u = (t * m[c]) >> q1, y = sat((u + b[c]) >> q2), the shifts rounding half away
from zero, each q in [0, 31]. Replayed here in integers and fractions from what `tare inspect` shows."""
import json
import math
import random
from fractions import Fraction

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import fails, load, tare, tare_json


def shift(value, q):
    """value >> q, rounding half away from zero, in numbers of any size."""
    magnitude = math.floor(Fraction(abs(value), 2 ** q) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


def saturate(value, low, high):
    return max(low, min(high, value))


def replay(acc, m, b, q0, q1, q2, low=-128, high=127):
    t = saturate(shift(acc, q0), -32768, 32767)
    u = shift(t * m, q1)
    return saturate(shift(u + b, q2), low, high)


# ---- The arithmetic alone

def accumulators(values, multipliers, bias, q, folder):
    """What `tare run` makes of accumulators: a linear layer without weights, whose bias they are."""
    count = len(values)
    text = lambda numbers: ", ".join(map(str, numbers))
    module = folder / "linear.mlir"
    module.write_text(f"""
func.func @main(%x: tensor<1x1xi8> {{qnn.name = "x"}}) -> (tensor<1x{count}xi8> {{qnn.name = "y"}}) {{
  %w = npu.constant dense<0> : tensor<{count}x1xi8>
  %b = npu.constant dense<[{text(values)}]> : tensor<{count}xi32>
  %0 = npu.linear %x, %w, %b requant = <multipliers = [{text(multipliers)}], stages = <shifts = [{text(q)}], bias = [{text(bias)}]>,
    zero_point = 0, clamp = [-128, 127], rounding = half_away> : (tensor<1x1xi8>, tensor<{count}x1xi8>, tensor<{count}xi32>) -> tensor<1x{count}xi8>
  return %0 : tensor<1x{count}xi8>
}}
""")
    np.savez(folder / "x.npz", x=np.zeros((1, 1), np.int8))
    tare("run", module, "--inputs", folder / "x.npz", "--outputs", folder / "y.npz", "--raw")
    return load(folder / "y.npz")["y"].reshape(-1).tolist()


@pytest.mark.parametrize("seed", range(12))
def test_random_accumulators(seed, tmp_path):
    chance = random.Random(seed)
    bits = chance.randint(2, 31)
    values = [0, 1, -1, 2 ** 31 - 1, -2 ** 31] + [chance.randint(-2 ** bits, 2 ** bits - 1) for _ in range(400)]
    q0 = saturate(bits - chance.randint(10, 17), 0, 31)
    q1, q2 = chance.randint(0, 31), chance.randint(0, 31)
    multipliers = [chance.randint(0, 32767) for _ in values]
    reach = min(2 ** (q2 + 7), 2 ** 30 - 1)
    bias = [chance.randint(-reach, reach) for _ in values]
    expected = [replay(v, m, b, q0, q1, q2) for v, m, b in zip(values, multipliers, bias)]
    assert accumulators(values, multipliers, bias, (q0, q1, q2), tmp_path) == expected


def test_each_stage_rounds_half_away_from_zero(tmp_path):
    values = list(range(-9, 10))
    for q in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
        assert accumulators(values, [1], [0], q, tmp_path) == [shift(v, 1) for v in values]
    assert [shift(v, 1) for v in (-3, -1, 1, 3)] == [-2, -1, 1, 2]


def test_the_first_stage_saturates_at_16_bits(tmp_path):
    assert accumulators([2 ** 20, -2 ** 20, 32767, -32768], [1], [0], (0, 0, 10), tmp_path) == [32, -32, 32, -32]
    assert accumulators([2 ** 20, -2 ** 20], [1], [0], (5, 0, 10), tmp_path) == [32, -32]


# ---- Whole layers

def scaled(report):
    """The one layer with weights, in what `inspect` or `verify` says."""
    (found,) = [layer for layer in report["layers"] if layer["kind"] in ("conv", "conv_transpose", "linear")]
    return found


KINDS = ("conv", "padded", "strided_groups", "depthwise", "one_channel", "transposed", "gemm")


class Layer:
    """One layer with its own scale for each output channel; weights that are integers times a power of two."""

    def __init__(self, kind, folder):
        self.kind, self.folder = kind, folder
        chance = np.random.default_rng(len(kind))
        self.outputs = {"one_channel": 1, "depthwise": 8}.get(kind, 6)
        self.inputs = 8 if kind == "depthwise" else 4
        self.group = {"strided_groups": 2, "depthwise": 8}.get(kind, 1)
        self.pads, self.stride = (0, 0) if kind == "gemm" else (0 if kind == "conv" else 1, 2 if kind in ("strided_groups", "transposed") else 1)
        kernel = () if kind == "gemm" else (3, 3)
        self.w = chance.integers(-127, 128, (self.outputs, self.inputs // self.group, *kernel))
        self.w.reshape(self.outputs, -1)[:, 0] = 127
        self.sw = 2.0 ** -chance.integers(5, 12, self.outputs)
        bias = chance.normal(size=self.outputs) * 2
        shape = (self.inputs,) if kind == "gemm" else (self.inputs, 7, 7)
        data = chance.uniform(-1, 3, (40, *shape)).astype(np.float32)
        w = (self.w * self.sw.reshape(-1, *[1] * (self.w.ndim - 1))).astype(np.float32)
        if kind == "transposed":
            w = w.transpose(1, 0, 2, 3)  # ONNX's order
        self.model, self.data = folder / "m.onnx", folder / "x.npz"
        np.savez(self.data, x=data)
        self.save(w, bias.astype(np.float32), shape)
        self.program = folder / "p.tare"
        tare("convert", self.model, "--calibration", self.data, "--target", "three_stage", "-o", self.program)
        inspected = tare_json("inspect", self.program)
        self.found = scaled(inspected)
        (self.sx,), (self.zx,) = inspected["inputs"][0]["scales"], inspected["inputs"][0]["zero_points"]
        (self.sy,), (self.zy,) = self.found["scales"], self.found["zero_points"]
        self.bias = np.rint(bias.astype(np.float32) / (self.sx * self.sw)).astype(np.int64)
        stages = self.found["stages"]
        self.q = stages["accumulator_shift"], stages["product_shift"], stages["output_shift"]
        one_each = lambda numbers: numbers * self.outputs if len(numbers) == 1 else numbers
        self.m, self.b = one_each(self.found["multipliers"]), one_each(stages["bias"])

    def save(self, w, bias, shape):
        stored = [numpy_helper.from_array(w, "w"), numpy_helper.from_array(bias, "b")]
        if self.kind == "gemm":
            node = helper.make_node("Gemm", ["x", "w", "b"], ["y"], name="layer", transB=1)
        else:
            op = "ConvTranspose" if self.kind == "transposed" else "Conv"
            node = helper.make_node(op, ["x", "w", "b"], ["y"], name="layer", kernel_shape=[3, 3], pads=[self.pads] * 4,
                                    strides=[self.stride] * 2, group=self.group)
        graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, *shape])],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], stored)
        model = onnx.shape_inference.infer_shapes(
            helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8))
        onnx.save(model, self.model)

    def centred(self):
        """Whether the accumulator sums (x - Zx) * w, as a transposed convolution's does; otherwise it sums x * w."""
        return self.kind == "transposed"

    def accumulators(self, x):
        """The bare sums over integers [N, C, ..]."""
        x = x.astype(np.int64)
        if self.kind == "gemm":
            return x @ self.w.T
        if self.kind == "transposed":
            x, size = x - self.zx, (x.shape[2] - 1) * 2 + 3
            y = np.zeros((len(x), self.outputs, size, size), np.int64)
            for r, c in np.ndindex(3, 3):
                y[:, :, r:r + size - 2:2, c:c + size - 2:2] += np.einsum("nihw,oi->nohw", x, self.w[:, :, r, c])
            return y[:, :, 1:-1, 1:-1]
        x = np.pad(x, ((0, 0), (0, 0), (self.pads,) * 2, (self.pads,) * 2), constant_values=self.zx)
        per, each = self.outputs // self.group, self.inputs // self.group
        size = (x.shape[2] - 3) // self.stride + 1
        y = np.zeros((len(x), self.outputs, size, size), np.int64)
        for o in range(self.outputs):
            part = x[:, o // per * each:(o // per + 1) * each]
            for r, c in np.ndindex(3, 3):
                window = part[:, :, r:r + size * self.stride:self.stride, c:c + size * self.stride:self.stride][:, :, :size, :size]
                y[:, o] += np.einsum("nihw,i->nhw", window, self.w[o, :, r, c])
        return y

    def ideal(self, channel):
        """(M, B): y = B + M * acc, exactly."""
        scale = Fraction(self.sx) * Fraction(float(self.sw[channel])) / Fraction(self.sy)
        later = int(self.bias[channel]) - (0 if self.centred() else self.zx * int(self.w[channel].sum()))
        return scale, self.zy + scale * later

    def proof(self):
        return scaled(tare_json("verify", self.program))

    def run(self, x, *arguments):
        np.savez(self.folder / "i.npz", x=x)
        tare("run", self.program, "--inputs", self.folder / "i.npz", "--outputs", self.folder / "y.npz", "--raw", *arguments)
        return load(self.folder / "y.npz")["y"]


@pytest.fixture(scope="module", params=KINDS)
def layer(request, tmp_path_factory):
    return Layer(request.param, tmp_path_factory.mktemp(request.param))


def test_the_program_is_the_statement(layer):
    shape = load(layer.data)["x"].shape[1:]
    x = np.random.default_rng(1).integers(-128, 128, (5, *shape)).astype(np.int8)
    y = layer.run(x)
    assert y.dtype == np.int8 and np.array_equal(y, layer.run(x, "--reference"))
    acc = layer.accumulators(x)
    assert acc.shape == y.shape
    for c in range(layer.outputs):
        expected = [replay(a, layer.m[c], layer.b[c], *layer.q) for a in acc[:, c].reshape(-1).tolist()]
        assert y[:, c].reshape(-1).tolist() == expected


def test_the_numbers_stand_for_the_real_ones(layer):
    q0, q1, q2 = layer.q
    assert all(0 <= q <= 31 for q in layer.q) and layer.found["shifts"] == []
    for c in range(layer.outputs):
        scale, offset = layer.ideal(c)
        assert 0 < layer.m[c] < 2 ** 15
        assert abs(layer.m[c] - scale * 2 ** (q0 + q1 + q2)) <= Fraction(501, 1000)
        assert abs(layer.b[c] - offset * 2 ** q2) <= Fraction(501, 1000)
        assert shift(32768 * layer.m[c], q1) + abs(layer.b[c]) < 2 ** 31  # u + b fits 32 bits


def test_t_saturates_only_where_y_does(layer):
    for c in range(layer.outputs):
        limit = 2 ** layer.q[0]
        magnitude, total = int(np.abs(layer.w[c]).sum()), int(layer.w[c].sum())
        positive, negative = (magnitude + total) // 2, (magnitude - total) // 2
        low, high = (-128 - layer.zx, 127 - layer.zx) if layer.centred() else (-128, 127)
        if positive * high - negative * low > 32767 * limit:
            assert replay(32767 * limit, layer.m[c], layer.b[c], *layer.q) == 127
        if positive * low - negative * high < -32768 * limit:
            assert replay(-32768 * limit, layer.m[c], layer.b[c], *layer.q) == -128


def test_the_result_is_the_real_one(layer):
    """Within the worst error that `tare verify` proves, and that is little more than the rounding's half."""
    shape = load(layer.data)["x"].shape[1:]
    x = np.random.default_rng(2).integers(-128, 128, (3, *shape)).astype(np.int8)
    proof = layer.proof()
    assert proof["proof"] == "steps" and proof["channels"] == layer.outputs and 0.4 < proof["worst_error"] < 0.6
    y, acc = layer.run(x), layer.accumulators(x)
    for c in range(layer.outputs):
        scale, offset = layer.ideal(c)
        real = np.clip(float(offset) + float(scale) * acc[:, c], -128, 127)
        # The bias's own rounding is not in the proof.
        assert np.abs(y[:, c] - real).max() <= proof["worst_error"] + 2.0 ** (-layer.q[2] - 1) + 1e-6


def test_the_worst_error_is_where_it_is_said(layer):
    proof = layer.proof()
    c, a = proof["channel"], proof["accumulator"]
    scale, _ = layer.ideal(c)
    real = saturate(Fraction(layer.b[c], 2 ** layer.q[2]) + scale * a, -128, 127)
    assert proof["output"] == replay(a, layer.m[c], layer.b[c], *layer.q)
    assert abs(float(abs(proof["output"] - real)) - proof["worst_error"]) < 1e-6


# ---- The proof, tried out

def test_another_rounding_is_counted(tmp_path):
    """One weight: every accumulator is tried with shifts that round down."""
    weight = np.array([[0.71], [-0.33]], np.float32)
    node = helper.make_node("Gemm", ["x", "w"], ["y"], name="layer", transB=1)
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2])], [numpy_helper.from_array(weight, "w")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), tmp_path / "m.onnx")
    np.savez(tmp_path / "x.npz", x=np.linspace(-2, 1, 90, dtype=np.float32).reshape(-1, 1))
    tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "--target", "three_stage", "-o", tmp_path / "p.tare")
    found = scaled(tare_json("inspect", tmp_path / "p.tare"))
    stages = found["stages"]
    q = stages["accumulator_shift"], stages["product_shift"], stages["output_shift"]

    def floored(acc, m, b):
        t = saturate(acc >> q[0], -32768, 32767)
        return saturate(((t * m >> q[1]) + b) >> q[2], -128, 127)

    differing = total = 0
    for w, m, b in zip((127, -127), found["multipliers"], stages["bias"]):
        low, high = sorted((-128 * w, 127 * w))
        total += high - low + 1
        differing += sum(replay(a, m, b, *q) != floored(a, m, b) for a in range(low, high + 1))
    told = scaled(tare_json("verify", tmp_path / "p.tare", "--rounding", "floor"))
    assert (told["accumulators"], told["differing"]) == (total, differing) and differing > 0
    same = tare_json("verify", tmp_path / "p.tare", "--rounding", "half_away")["layers"]
    assert all(layer["differing"] == 0 for layer in same)


# ---- The description, and what is refused

@pytest.mark.parametrize("key, value, why", (
    ("rounding: half_away", "rounding: half_up", "whose shifts round half away from zero, but rounding is half_up"),
    ("tail: activation", "tail: i32", "which adds the bias after the accumulator, but tail is i32"),
    ("tail: activation", "tail: f32", "which adds the bias after the accumulator, but tail is f32"),
    ("max: 31", "max: 32", "each of whose shifts is at most 31, but shift.max is 32")))
def test_a_contradiction_is_refused_with_its_line(key, value, why, tmp_path):
    text = tare("target", "show", "three_stage").stdout
    board = tmp_path / "board.yaml"
    board.write_text(text.replace(key, value))
    message = fails("target", "check", board)
    assert "board.yaml:" in message and why in message
    board.write_text(text)
    assert "requantizer three_stage" in tare("target", "check", board).stdout


def too_fine(scale, folder):
    """Gemm on ranges that are edited: an effective scale of `scale`."""
    weight = (np.array([[127.0, -64.0]]) * scale).astype(np.float32)
    nodes = [helper.make_node("Gemm", ["x", "w"], ["g"], name="gemm", transB=1), helper.make_node("Mul", ["g", "g"], ["y"], name="out")]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1])], [numpy_helper.from_array(weight, "w")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), folder / "m.onnx")
    np.savez(folder / "x.npz", x=np.array([[0.0, 255.0], [255.0, 0.0]], np.float32))
    tare("calibrate", folder / "m.onnx", "--calibration", folder / "x.npz", "-o", folder / "ranges.json")
    ranges = json.loads((folder / "ranges.json").read_text())
    for value, top in {"x": 255.0, "g": 255.0, "y": (255.0 * max(1.0, scale)) ** 2}.items():
        ranges["values"][value].update(min=0.0, max=top)
    (folder / "ranges.json").write_text(json.dumps(ranges))
    return "convert", folder / "m.onnx", "--calibration", folder / "ranges.json", "--target", "three_stage", "-o", folder / "p.tare"


def test_a_scale_that_no_shifts_hold_is_refused_or_repaired(tmp_path):
    command = too_fine(4e4, tmp_path)
    message = fails(*command, "--no-repair", output=tmp_path / "p.tare")
    assert "layer 'gemm', channel 0: needs q0 + q1 + q2 = -1, the target has q0 + q1 + q2 in [0, 93]" in message
    assert "repaired: the grid of value 'g'" in tare(*command).stderr
    assert tare_json("verify", tmp_path / "p.tare")["worst_error"] < 0.51


def test_a_tiny_scale_keeps_its_bits(tmp_path):
    """1e-6 wants a shift of 34 and has it: q0 + q1 + q2."""
    tare(*too_fine(1e-6, tmp_path))
    found = scaled(tare_json("inspect", tmp_path / "p.tare"))
    stages = found["stages"]
    whole = stages["accumulator_shift"] + stages["product_shift"] + stages["output_shift"]
    assert abs(found["multipliers"][0] * 2.0 ** -whole / 1e-6 - 1) < 1e-3

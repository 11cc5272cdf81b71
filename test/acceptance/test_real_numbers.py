"""(A2), (A6), (A41): what is known when compiling is rounded in real numbers, channels that saturate anyway have no say, and
messages name the channel that they tell of."""
import json
import math
import re
from fractions import Fraction

import numpy as np
import pytest

from graphs import dequantize, node, port, quantize, save
from harness import load, tare, tare_json


def half_even(number):
    """A fraction as the nearest integer."""
    return round(number)


def golden(program, folder, kind):
    """The constants and the requantization of the only layer of its kind."""
    tare("verify", program, "--golden", folder / "golden", "--samples", 1)
    index = json.loads((folder / "golden/index.json").read_text())
    (layer,) = [each for each in index["layers"] if each["kind"] == kind]
    arrays = {each["role"]: (np.load(folder / "golden" / each["file"]), each.get("grid")) for each in layer["operands"]}
    return arrays, layer


# ---- bias-rounding


def ranges_file(path, values):
    entries = {name: {"label": "calibrated", "min": low, "max": high, "seen_min": low, "seen_max": high}
               for name, (low, high) in values.items()}
    path.write_text(json.dumps({"version": 1, "method": "min_max", "activations": "int8", "samples": 1, "values": entries}))
    return path


@pytest.mark.parametrize("bias", [1e2, 2e5], ids=["at the weights' scale", "at a coarser one"])
@pytest.mark.parametrize("top", [0.99609375, 0.9], ids=["a scale of few bits", "any scale"])
def test_bias_rounding(top, bias, tmp_path):
    """The bias of each channel is rhe(B / (Sx * Sw)) in real numbers, whatever numbers of float32 the scales are."""
    random, channels = np.random.default_rng(5), 200
    w = random.uniform(0.5, 1, (channels, 2, 1, 1)).astype(np.float32)
    w[::3, 0] = 127 / 256  # Scales that have few bits.
    w[::3, 1] = 0.25
    b = random.uniform(-bias, bias, channels).astype(np.float32)
    nodes = [node("Conv", ["x", "w", "b"], ["y"], name="conv"), node("LeakyRelu", ["y"], ["z"], name="leaky", alpha=0.25)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 2, 2, 2])], [port("z", [1, channels, 2, 2])], {"w": w, "b": b})
    ranges = ranges_file(tmp_path / "r.json", {"x": (0.0, top), "y": (-bias, bias), "z": (-bias / 4, bias)})
    tare("convert", model, "--calibration", ranges, "-o", tmp_path / "m.tare")
    arrays, layer = golden(tmp_path / "m.tare", tmp_path, "conv")
    weights, grid = arrays["weights"]
    stored = arrays["bias"][0].astype(object)
    sx = Fraction(float(np.float32(top / 255)))
    zero = layer["parameters"]["input_zero_point"]
    for c in range(channels):
        sw = Fraction(grid["scales"][c])
        assert bias > 1e2 or sw == Fraction(float(np.float32(np.abs(w[c]).max()) / np.float32(127)))
        expected = half_even(Fraction(float(b[c])) / (sx * sw)) - zero * int(weights[c].astype(np.int64).sum())
        assert stored[c] == expected, f"channel {c}"
        assert [half_even(Fraction(float(v)) / sw) for v in w[c].reshape(-1)] == weights[c].reshape(-1).tolist()


def ties(scale, count, low=-126, high=126):
    """Numbers of float32 next to the ties of a grid."""
    near = [np.float32((k + 0.5) * float(scale)) for k in range(low, high)]
    return [each for tie in near for each in (np.nextafter(tie, np.float32(-9e9)), tie, np.nextafter(tie, np.float32(9e9)))][:count]


@pytest.mark.parametrize("largest", [1.0, 0.7310586, 3.3333333])
def test_weights_next_to_ties(largest, tmp_path):
    """(A5): rhe(w / Sw) in real numbers, where a division in float32 would give a tie."""
    largest = np.float32(largest)
    scale = largest / np.float32(127)
    w = np.array([largest, *ties(scale, 700)], np.float32).reshape(1, -1)
    nodes = [node("Gemm", ["x", "w"], ["y"], name="gemm", transB=1), node("Sigmoid", ["y"], ["z"], name="out")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, w.size])], [port("z", [1, 1])], {"w": w})
    tare("convert", model, "--random-calibration", "-o", tmp_path / "m.tare")
    weights = golden(tmp_path / "m.tare", tmp_path, "linear")[0]["weights"][0].reshape(-1)
    assert weights.tolist() == [half_even(Fraction(float(v)) / Fraction(float(scale))) for v in w.reshape(-1)]


def test_constants_next_to_ties(tmp_path):
    top = np.float32(1.7)
    scale = np.float32(float(top) / 255)
    c = np.array([0.0, top, *[v for v in ties(scale, 700, 1, 254) if v < top]], np.float32).reshape(1, -1)
    model = save(tmp_path / "m.onnx", [node("Mul", ["x", "c"], ["y"], name="mul")], [port("x", list(c.shape))], [port("y", list(c.shape))], {"c": c})
    ranges = ranges_file(tmp_path / "r.json", {"x": (0.0, 255.0), "y": (0.0, 1020.0)})
    tare("convert", model, "--calibration", ranges, "-o", tmp_path / "m.tare")
    arrays, _ = golden(tmp_path / "m.tare", tmp_path, "mul")
    found, grid = next(each for each in arrays.values() if each[1] and abs(each[1]["scales"][0] - scale) < 1e-9)
    zero = grid["zero_point"]
    assert found.reshape(-1).tolist() == [half_even(Fraction(float(v)) / Fraction(float(scale))) + zero for v in c.reshape(-1)]


# ---- three-stage-saturated


def quantized_conv(path, weights, scales, bias, sx=0.05, zx=3, sy=0.1, zy=-5, relu=False):
    weights = np.array(weights, np.int8)
    nodes = [*quantize("x", "sx", "zx", "xd"), *dequantize("w", "sw", "wd", "zw", axis=0),
             node("Conv", ["xd", "wd", "b"], ["c"], name="conv"), *([node("Relu", ["c"], ["r"], name="relu")] if relu else []),
             *quantize("r" if relu else "c", "sy", "zy", "y")]
    count, inputs = weights.shape
    return save(path, nodes, [port("x", [1, inputs, 2, 2])], [port("y", [1, count, 2, 2])],
                {"sx": np.float32(sx), "zx": np.int8(zx), "sy": np.float32(sy), "zy": np.int8(zy), "w": weights.reshape(count, inputs, 1, 1),
                 "sw": np.array(scales, np.float32), "zw": np.zeros(count, np.int8), "b": np.array(bias, np.float32)})


SATURATED = {
    "below": dict(scales=[0.008, 0.006], bias=[-3e4, 0.5]),
    "above": dict(scales=[0.008, 0.006], bias=[3e4, 0.5]),
    "last": dict(scales=[0.006, 0.008], bias=[0.5, -3e4]),
    "by relu": dict(scales=[0.008, 0.006], bias=[-400.0, 0.5], zy=-128, relu=True),
    "far": dict(scales=[0.008, 0.006], bias=[-8e5, 0.5]),
    "with the largest scale": dict(scales=[40.0, 0.006], bias=[-3e6, 0.5]),
    "with the smallest scale": dict(scales=[1e-5, 0.006], bias=[1e3, 0.5]),
}


@pytest.mark.parametrize("name", SATURATED)
def test_three_stage_saturated(name, tmp_path):
    """A channel whose results are all at one end keeps no other channel from its bits: (A41)."""
    model = quantized_conv(tmp_path / "m.onnx", [[100, -90], [127, 3]], **SATURATED[name])
    done = tare("convert", model, "--target", "three_stage", "-o", tmp_path / "m.tare")
    assert "may be off" not in done.stderr, done.stderr
    (layer,) = [each for each in tare_json("verify", tmp_path / "m.tare")["layers"] if each["kind"] == "conv"]
    assert layer["worst_error"] <= 0.51, layer


def test_only_saturated_channels(tmp_path):
    model = quantized_conv(tmp_path / "m.onnx", [[100, -90], [127, 3]], [0.008, 0.006], [-3e4, 3e4])
    tare("convert", model, "--target", "three_stage", "-o", tmp_path / "m.tare")
    np.savez(tmp_path / "x.npz", x=np.random.default_rng(1).normal(size=(8, 2, 2, 2)).astype(np.float32) * 5)
    tare("run", tmp_path / "m.tare", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz", "--raw")
    y = load(tmp_path / "y.npz")["y"]
    assert sorted(np.unique(y).tolist()) == [-128, 127]


@pytest.mark.parametrize("bias", [-3e6, 3e6])
def test_saturated_channels_lose_nothing_to_shifts(bias, tmp_path):
    """On a target with one shift, too, the cost of a scale that is out of reach is what the results lose: nothing."""
    model = quantized_conv(tmp_path / "m.onnx", [[100, -90], [127, 3]], [9e5, 0.006], [bias * 1e5, 0.5])
    done = tare("convert", model, "-o", tmp_path / "m.tare", "--verbose")  # It costs too little for a warning.
    costs = [float(each) for each in re.findall(r"at the cost of at most (\S+) LSB", done.stderr)]
    assert costs and max(costs) == 0, done.stderr


# ---- multiplier-message


def test_multiplier_message(tmp_path):
    """The channel that gives up the most bits is named, and the one that costs the most where it is another."""
    scales = np.array([3.12165298e-08, 6.03712351e-08, 1.03894465e-07, 1.39794683e-05, 1.47408912e-06, 2.22534467e-07])
    model = quantized_conv(tmp_path / "m.onnx", [[32, 47, 101], [20, 70, 85], [-70, -113, -51], [-55, 95, 105], [90, 5, 127], [1, -127, 3]],
                           scales, np.zeros(6), sx=0.16287905, sy=0.03921467)
    done = tare("convert", model, "-o", tmp_path / "m.tare", "--verbose")  # It costs too little for a warning.
    effective = np.float64(np.float32(0.16287905)) * np.float32(scales) / np.float64(np.float32(0.03921467))
    wanted = [15 - math.frexp(scale)[1] for scale in effective]
    lost = [max(0, q - 31) for q in wanted]
    named, bits = re.search(r"most of all in channel (\d+): (\d+) of 15", done.stderr).groups()
    assert (int(named), int(bits)) == (int(np.argmax(lost)), max(lost)) == (0, 6)
    shown = re.search(r"Sw = (\S+),", done.stderr).group(1)
    assert math.isclose(float(shown), scales[int(named)], rel_tol=1e-4)

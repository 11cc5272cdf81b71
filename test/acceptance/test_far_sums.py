"""(A62) Sums onto a grid so much finer than an operand's that no shift reaches its multiplier: converted with a repair that tells its cost."""
import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import fails, load, tare, tare_json

BYTE, WORD = np.int8, np.int16
# operator, (type, step) of both operands, of the result, and what the repairs are: an operand that becomes finer loses nothing.
SUMS = {
    "a byte beside a fine one": ("Add", (BYTE, 0.9), (BYTE, 1.1e-6), (BYTE, 1e-6), {"FinerOperand"}),
    "the second of a difference": ("Sub", (BYTE, 1.1e-6), (BYTE, 0.9), (BYTE, 1e-6), {"FinerOperand"}),
    "a byte that a coarser one's step can cancel": ("Add", (BYTE, 40.0), (BYTE, 0.5), (BYTE, 1e-3), {"FinerOperand"}),
    "a word beside a fine one, to a byte": ("Add", (WORD, 0.9), (WORD, 2.7e-6), (BYTE, 1.6e-4), {"FinerOperand"}),
    "a word beside a less fine one": ("Sub", (WORD, 0.9), (WORD, 3e-4), (WORD, 2.5e-6), {"FinerOperand"}),
    "a word far beyond two shifts": ("Add", (WORD, 8e5), (WORD, 2.7e-6), (WORD, 2.5e-6), {"FinerOperand"}),
    "both far coarser, and equal": ("Add", (BYTE, 0.9), (BYTE, 0.9), (BYTE, 1e-6), {"CoarserSum"}),
    "both far coarser, and not equal": ("Sub", (BYTE, 0.9), (BYTE, 0.89), (BYTE, 1e-5), {"CoarserSum"}),
    "both words far coarser": ("Add", (WORD, 0.9), (WORD, 0.7), (WORD, 5e-6), {"CoarserSum"}),
    "a word to a byte, both far coarser": ("Add", (WORD, 0.9), (WORD, 0.7), (BYTE, 1e-4), {"CoarserSum"}),
}


def limits(kind):
    end = np.iinfo(kind).max
    return -end, end


def pairs(rng, operator, left, right, result):
    """Integers anywhere, few steps of the coarser operand, none of it, and such as nearly cancel out."""
    integers = lambda kind, count, most: rng.integers(-most, most + 1, count).clip(*limits(kind))
    coarse, fine = sorted((left, right), key=lambda each: -each[1])
    c = np.concatenate([integers(coarse[0], 600, 32767), integers(coarse[0], 600, 2), integers(coarse[0], 500, 32767), np.zeros(100, np.int64)])
    f = np.concatenate([integers(fine[0], 1200, 32767), np.zeros(500, np.int64), integers(fine[0], 99, 100), [0]])
    sign = -1 if operator == "Add" else 1
    f[1200:1700] = np.rint(sign * c[1200:1700] * coarse[1] / fine[1] + rng.integers(-2, 3, 500)).clip(*limits(fine[0]))
    a, b = (c, f) if left[1] >= right[1] else (f, c)
    return a.astype(left[0]), b.astype(right[0])


def save(path, operator, left, right, result, clip=None):
    """a and b dequantized, added, limited if wanted, and quantized."""
    nodes, constants = [], []

    def grid(name, kind, step):
        constants.extend([numpy_helper.from_array(np.float32(step), name + "_s"), numpy_helper.from_array(np.array(0, kind), name + "_z")])
        return [name + "_s", name + "_z"]

    for name, (kind, step) in dict(a=left, b=right).items():
        nodes.append(helper.make_node("DequantizeLinear", [name, *grid(name, kind, step)], [name + "_r"], name=name + "_dq"))
    nodes.append(helper.make_node(operator, ["a_r", "b_r"], ["sum"], name="far"))
    if clip:
        constants.extend(numpy_helper.from_array(np.float32(end), name) for name, end in zip(("low", "high"), clip))
        nodes.append(helper.make_node("Clip", ["sum", "low", "high"], ["limited"], name="clip"))
    nodes.append(helper.make_node("QuantizeLinear", [nodes[-1].output[0], *grid("y", *result)], ["y"], name="q"))
    port = lambda name, kind: helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), [1, 1800])
    graph = helper.make_graph(nodes, "far", [port("a", left[0]), port("b", right[0])], [port("y", result[0])], constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), path)


def expected(operator, left, right, result, a, b, clip=None):
    scale = lambda step: np.float64(np.float32(step))
    reals = a * scale(left[1]) + (1 if operator == "Add" else -1) * b * scale(right[1])
    reals = np.clip(reals, *clip) if clip else reals
    return np.clip(np.rint(reals / scale(result[1])), np.iinfo(result[0]).min, np.iinfo(result[0]).max)


@pytest.mark.parametrize("name", SUMS)
@pytest.mark.parametrize("limited", [False, True])
def test_a_far_sum_is_repaired_and_its_cost_is_told(name, limited, tmp_path, rng):
    # (A62): nothing is lost where an operand becomes finer, and what a coarser sum loses is the cost.
    *of, kinds = SUMS[name]
    ends = limits(of[3][0])
    # Words are limited in any case: the target has not the least integer.
    clip = (0.4 * ends[0] * of[3][1], 0.7 * ends[1] * of[3][1]) if limited else (ends[0] * of[3][1], ends[1] * of[3][1]) if of[3][0] is WORD else None
    model, data, program = tmp_path / "m.onnx", tmp_path / "x.npz", tmp_path / "p.tare"
    save(model, *of, clip=clip)
    a, b = pairs(rng, *of)
    np.savez(data, a=a[None], b=b[None])
    options = ("--calibration", data, "--target", "generic", "--allow-uncalibrated", "--check", "0", "-o", program)
    message = fails("convert", model, *options, "--no-repair", output=program)
    assert "layer 'far', operand" in message and "needs q = -" in message
    told = json.loads(tare("convert", model, *options, "--json").stdout)["repairs"]
    assert kinds <= {each["kind"] for each in told} <= kinds | {"ClampedShift"}
    cost = sum(each["cost"] for each in told)
    if kinds == {"FinerOperand"}:
        assert cost == 0
    tare("run", program, "--inputs", data, "--outputs", tmp_path / "y.npz")
    off = np.abs(load(tmp_path / "y.npz")["y"].reshape(-1) - expected(*of, a, b, clip))
    # A multiplier of 15 bits: at 16 bits a 2^-15th of what may cancel out, which the layer's proof knows.
    proven = sum(each.get("worst_error", 0) for each in tare_json("verify", program)["layers"])
    assert off.max() <= min(cost + 1, max(limits(of[3][0]))) + (proven if WORD in (of[1][0], of[3][0]) else 0)
    assert np.unique(load(tmp_path / "y.npz")["y"]).size > 2


@pytest.mark.parametrize("target", ["three_stage", "float_tail"])
@pytest.mark.parametrize("name", ["a byte beside a fine one", "both far coarser, and not equal"])
def test_far_sums_of_other_targets(name, target, tmp_path, rng):
    *of, kinds = SUMS[name]
    save(tmp_path / "m.onnx", *of)
    a, b = pairs(rng, *of)
    np.savez(tmp_path / "x.npz", a=a[None], b=b[None])
    done = tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "--target", target, "--check", "0", "--json", "-o", tmp_path / "p.tare")
    told = json.loads(done.stdout)["repairs"]
    assert kinds <= {each["kind"] for each in told}
    tare("run", tmp_path / "p.tare", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz")
    off = np.abs(load(tmp_path / "y.npz")["y"].reshape(-1) - expected(*of, a, b))
    assert off.max() <= sum(each["cost"] for each in told) + 1


def test_without_an_op_that_rescales_a_far_sum_is_refused(tmp_path, rng):
    text = tare("target", "show", "generic").stdout
    (tmp_path / "board.yaml").write_text(text + "ops: [add, quantize, dequantize, reshape]\n")
    *of, _ = SUMS["both far coarser, and not equal"]
    save(tmp_path / "m.onnx", *of)
    a, b = pairs(rng, *of)
    np.savez(tmp_path / "x.npz", a=a[None], b=b[None])
    program = tmp_path / "p.tare"
    message = fails("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "--target", tmp_path / "board.yaml", "-o", program, output=program)
    assert "layer 'far', operand 0: needs q = -2" in message


def test_a_constant_far_coarser_than_the_result(tmp_path):
    # x + 1000, limited to [-1e-3, 1e-3]: at the upper end whatever x is, but for -1000.
    nodes = [helper.make_node("DequantizeLinear", ["x", "xs", "xz"], ["r"], name="x_dq"),
             helper.make_node("DequantizeLinear", ["k", "ks", "xz"], ["kr"], name="k_dq"),
             helper.make_node("Add", ["r", "kr"], ["sum"], name="far"),
             helper.make_node("QuantizeLinear", ["sum", "ys", "xz"], ["y"], name="q")]
    stored = {"xs": np.float32(1e-5), "xz": np.int8(0), "k": np.array([[100, 0, -100]], np.int8), "ks": np.float32(10), "ys": np.float32(1e-5)}
    port = lambda name: helper.make_tensor_value_info(name, TensorProto.INT8, [1, 3])
    graph = helper.make_graph(nodes, "far", [port("x")], [port("y")], [numpy_helper.from_array(np.asarray(each), name) for name, each in stored.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), tmp_path / "m.onnx")
    x = np.array([[3, 4, 5], [-100, -50, 120]], np.int8)
    np.savez(tmp_path / "x.npz", x=x)
    tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "--allow-uncalibrated", "-o", tmp_path / "p.tare")
    tare("run", tmp_path / "p.tare", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz")
    assert load(tmp_path / "y.npz")["y"].tolist() == [[127, 4, -128], [127, -50, -128]]


def test_operands_that_nearly_cancel_out_count_in_the_cost(tmp_path, rng):
    # Each operand is thousands of times the result's range: where both are, their multipliers' errors are all that is left.
    of = "Sub", (WORD, 2.1066e-4), (WORD, 1.0503e-4), (WORD, 1.6334e-6)
    clip = tuple(end * of[3][1] for end in limits(WORD))
    save(tmp_path / "m.onnx", *of, clip=clip)
    a = rng.integers(-16000, 16001, 1800).astype(WORD)
    b = np.rint(a * of[1][1] / of[2][1]).astype(WORD)
    np.savez(tmp_path / "x.npz", a=a[None], b=b[None])
    program = tmp_path / "p.tare"
    done = tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "--target", "generic", "--check", "0", "--json", "-o", program)
    told = [each for each in json.loads(done.stdout)["warning_details"] if each["kind"] == "CoarseMultiplier"]
    proven = next(each for each in tare_json("verify", program)["layers"] if each["label"] == "far")["worst_error"]
    assert [each["layer"] for each in told] == ["far"]
    assert proven - 1 <= told[0]["cost"] <= proven
    tare("run", program, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz")
    off = np.abs(load(tmp_path / "y.npz")["y"].reshape(-1) - expected(*of, a, b, clip)).max()
    assert told[0]["cost"] / 4 < off <= told[0]["cost"] + 1

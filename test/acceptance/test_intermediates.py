"""What a node computes on the way to its result is no value of the model, and is not rounded: factors go into scales, constants into
biases; where the hardware must hold it, it has 16 bits, or the cost is told."""
import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import samples_shape, tare, tare_json

F32 = np.float32
STEP = .117
NARROW = ("gemmlowp", "three_stage", "float_tail")


def grid(name, scale, zero=0, kind=np.int8):
    return {name + "s": np.asarray(scale, F32), name + "z": np.full(np.shape(scale), zero, kind)}


GRIDS = {**grid("a", .021, 7), **grid("b", .017, -9), **grid("e", .013, 3), **grid("o", STEP, 5), **grid("p", 1 / 200, -128)}
RNG = np.random.default_rng(5)
INTEGERS = RNG.integers(-127, 128, (6, 5)).astype(np.int8)
CONSTANTS = {
    **GRIDS, "wq": INTEGERS, "ws": np.float32(.013), "wtq": np.ascontiguousarray(INTEGERS.T), "wcs": RNG.uniform(.002, .02, 5).astype(F32),
    "wcz": np.zeros(5, np.int8), "lowq": np.where(INTEGERS > 100, np.int8(-128), INTEGERS), "wf": RNG.normal(0, .4, (6, 5)).astype(F32),
    "cq": RNG.integers(-9000, 9000, 5).astype(np.int32), "cs": np.float32(.021 * .013), "ccs": (.021 * RNG.uniform(.002, .02, 5)).astype(F32),
    "ccz": np.zeros(5, np.int32), "crow": RNG.integers(-9000, 9000, (1, 5)).astype(np.int32), "cone": np.int32([4321]),
    "c8": RNG.integers(-127, 128, 5).astype(np.int8), "c8s": np.float32(.02), "cf": RNG.normal(size=5).astype(F32),
    "call": RNG.normal(size=(4, 5)).astype(F32), "ccol": RNG.normal(size=(4, 1)).astype(F32), "cnum": np.float32(.77),
    "kq": RNG.integers(-127, 128, (5, 3, 2, 2)).astype(np.int8), "kcs": RNG.uniform(.002, .02, 5).astype(F32), "kcz": np.zeros(5, np.int8),
    "kf": RNG.normal(0, .3, (5, 3, 2, 2)).astype(F32),
    "bq": RNG.integers(-9000, 9000, (1, 5, 1, 1)).astype(np.int32), "bf": RNG.normal(size=(5, 1, 1)).astype(F32),
    "leftq": RNG.integers(-127, 128, (4, 6)).astype(np.int8), "lefts": RNG.uniform(.002, .02, 4).astype(F32), "leftz": np.zeros(4, np.int8),
    "gamma": RNG.normal(1, .3, 6).astype(F32), "beta": RNG.normal(size=6).astype(F32), "mean": RNG.normal(size=6).astype(F32),
    "var": RNG.uniform(.5, 2, 6).astype(F32), "k3": RNG.normal(size=(4, 6)).astype(F32),
}
WEIGHTS = {"w": dequantize("wq", "ws", "w"), "wt": dequantize("wtq", "ws", "wt"), "wc": dequantize("wq", "wcs", "wc", "wcz", axis=1),
           "wtc": dequantize("wtq", "wcs", "wtc", "wcz", axis=0), "low": dequantize("lowq", "ws", "low"), "wf": [],
           "c": dequantize("cq", "cs", "c"), "cc": dequantize("cq", "ccs", "cc", "ccz", axis=0), "cr": dequantize("crow", "cs", "cr"),
           "c1": dequantize("cone", "cs", "c1"), "ci8": dequantize("c8", "c8s", "ci8"), "k": dequantize("kq", "kcs", "k", "kcz", axis=0),
           "b": dequantize("bq", "cs", "b"), "left": dequantize("leftq", "lefts", "left", "leftz", axis=0)}
INPUTS = {"x": [4, 6], "x2": [4, 6], "x3": [4, 6], "m": [6, 5], "n": [4, 5], "image": [1, 3, 5, 4], "columns": [6, 3], "soft": [2, 3, 4]}
ON = {"x": "a", "x2": "b", "x3": "e", "m": "b", "n": "b", "image": "a", "columns": "a", "soft": "a"}


def build(folder, nodes, opset=21, result="o", shape=None):
    """The nodes, from inputs and constants through their quantizers to y."""
    read = [name for each in nodes for name in each.input]
    inputs = [name for name in INPUTS if name + "d" in read]
    before = [each for name in inputs for each in quantize(name, ON[name] + "s", ON[name] + "z", name + "d")]
    before += [each for name, given in WEIGHTS.items() if name in read for each in given]
    after = quantize(nodes[-1].output[0], result + "s", result + "z", "y")
    return save(folder / "m.onnx", before + list(nodes) + after, [port(name, INPUTS[name]) for name in inputs], [port("y", shape)],
                CONSTANTS, opset=opset), inputs


def data(inputs):
    rng = np.random.default_rng(11)
    return {name: rng.normal(size=samples_shape(INPUTS[name], 40)).astype(F32) for name in inputs}


def gemm(*operands, **attributes):
    return [node("Gemm", list(operands), ["r"], name="layer", **attributes)]


#===------------------------------------------------------------------------===#
# One rounding, on any hardware: factors in scales, constants in biases
#===------------------------------------------------------------------------===#

EXACT = {
    "alpha": gemm("xd", "w", alpha=.37),
    "alpha_negative": gemm("xd", "w", alpha=-.37),
    "alpha_negative_lowest": gemm("xd", "low", alpha=-.37),
    "alpha_bias": gemm("xd", "w", "c", alpha=.37),
    "alpha_transposed": gemm("xd", "wt", "c", alpha=2.3, transB=1),
    "alpha_per_channel": gemm("xd", "wc", "cc", alpha=2.3),
    "alpha_per_channel_transposed": gemm("xd", "wtc", "cc", alpha=-2.3, transB=1),
    "alpha_float_weights_integer_bias": gemm("xd", "wf", "c", alpha=.5),
    "alpha_zero": gemm("xd", "w", "c", alpha=0.0),
    "beta": gemm("xd", "w", "c", beta=.43),
    "beta_negative": gemm("xd", "w", "cc", beta=-1.7),
    "beta_zero": gemm("xd", "w", "c", beta=0.0),
    "beta_float": gemm("xd", "w", "cf", beta=.43),
    "both": gemm("xd", "wc", "c", alpha=-.6, beta=2.5),
    "bias_row": gemm("xd", "w", "cr", alpha=.6),
    "bias_one": gemm("xd", "w", "c1", alpha=.6, beta=.5),
    "bias_of_8_bits": gemm("xd", "w", "ci8", alpha=.6),
    "no_constant": gemm("xd", "md", alpha=.37),
    "matmul_bias": [node("MatMul", ["xd", "w"], ["p"], name="p"), node("Add", ["p", "c"], ["r"], name="layer")],
    "matmul_bias_first": [node("MatMul", ["xd", "wc"], ["p"], name="p"), node("Add", ["cc", "p"], ["r"], name="layer")],
    "matmul_bias_row": [node("MatMul", ["xd", "w"], ["p"], name="p"), node("Add", ["p", "cr"], ["r"], name="layer")],
    "matmul_float_bias": [node("MatMul", ["xd", "w"], ["p"], name="p"), node("Add", ["p", "cf"], ["r"], name="layer")],
    "matmul_number": [node("MatMul", ["xd", "w"], ["p"], name="p"), node("Add", ["p", "cnum"], ["r"], name="layer")],
    "matmul_bias_8": [node("MatMul", ["xd", "w"], ["p"], name="p"), node("Add", ["p", "ci8"], ["r"], name="layer")],
    "matmul_minus": [node("MatMul", ["xd", "w"], ["p"], name="p"), node("Sub", ["p", "c"], ["r"], name="layer")],
    "matmul_two_biases": [node("MatMul", ["xd", "w"], ["p"], name="p"), node("Add", ["p", "c"], ["q"], name="q"),
                          node("Add", ["cf", "q"], ["r"], name="layer")],
    "matmul_bias_relu": [node("MatMul", ["xd", "w"], ["p"], name="p"), node("Add", ["p", "c"], ["q"], name="q"),
                         node("Relu", ["q"], ["r"], name="layer")],
    "matmul_from_the_left": [node("MatMul", ["left", "columnsd"], ["p"], name="p"), node("Add", ["p", "ccol"], ["r"], name="layer")],
    "gemm_bias_and_constant": [*gemm("xd", "w", "c"), node("Add", ["r", "cf"], ["s"], name="s")],
    "conv_bias": [node("Conv", ["imaged", "k"], ["p"], name="p"), node("Add", ["p", "b"], ["r"], name="layer")],
    "conv_float_bias": [node("Conv", ["imaged", "k"], ["p"], name="p"), node("Add", ["bf", "p"], ["r"], name="layer")],
    "conv_float_weights": [node("Conv", ["imaged", "kf"], ["p"], name="p"), node("Add", ["p", "b"], ["r"], name="layer")],
    "batch_norm": [node("BatchNormalization", ["xd", "gamma", "beta", "mean", "var"], ["r"], name="layer")],
}
# These weights are floats, which the program rounds to 8 bits.
ROUNDED = {"alpha_float_weights_integer_bias", "conv_float_weights", "batch_norm"}


def differences(model, inputs, target, calibrate=False):
    """By how many steps each element of the program's y differs from ONNX Runtime's, and what was told."""
    samples = data(inputs)
    program = model.parent / "p.tare"
    if calibrate:
        program, messages = converted(model, samples, "--target", target)
    else:
        messages = tare("convert", model, "--target", target, "-o", program).stderr
    found, wanted = outputs_of(program, samples)["y"], reference(model, samples)["y"]
    return np.abs(found - wanted.reshape(found.shape)), messages


@pytest.mark.parametrize("calibrate", (False, True), ids=("given", "calibrated"))
@pytest.mark.parametrize("target", ("generic", "gemmlowp", "three_stage"))
@pytest.mark.parametrize("name", EXACT)
def test_one_rounding(name, target, calibrate, tmp_path):
    model, inputs = build(tmp_path, EXACT[name])
    off, messages = differences(model, inputs, target, calibrate)
    assert off.max() <= STEP * 1.001, messages
    assert np.mean(off > .01 * STEP) < (.2 if name in ROUNDED else .006), messages
    # Zero times a product does not move, whatever the data.
    told = [line for line in messages.splitlines() if "warning" in line and not (name == "alpha_zero" and "does not react to these data" in line)]
    assert "on the way" not in messages and not told, messages


def test_integer_weights_are_kept(tmp_path):
    """alpha is part of their scale."""
    model, _ = build(tmp_path, EXACT["alpha_bias"])
    tare("convert", model, "--emit", "mlir:fused", "-o", tmp_path / "m.mlir")
    text = (tmp_path / "m.mlir").read_text()
    assert "qnn.linear" in text and "qnn.mul" not in text and "qnn.add" not in text


#===------------------------------------------------------------------------===#
# Several ops: 16 bits in between, or the cost
#===------------------------------------------------------------------------===#

SEVERAL = {
    "sum_of_three": [node("Sum", ["xd", "x2d", "x3d"], ["r"], name="layer")],
    "sum_of_four": [node("Sum", ["xd", "x2d", "x3d", "x2d"], ["r"], name="layer")],
    "sum_with_constant": [node("Sum", ["xd", "k3", "x3d"], ["r"], name="layer")],
    "gemm_computed_c": gemm("xd", "w", "nd", alpha=.6, beta=.7),
    "gemm_matrix_c": gemm("xd", "w", "call", alpha=.6, beta=.7),
    "gemm_column_c": gemm("xd", "w", "ccol"),
    "gemm_computed_all": gemm("xd", "md", "nd", alpha=.6, beta=-.7),
    "gemm_computed_factor": gemm("xd", "md", alpha=-.6),
    "gemm_computed_bias": gemm("xd", "md", "cf", alpha=-.6),
}


@pytest.mark.parametrize("calibrate", (False, True), ids=("given", "calibrated"))
@pytest.mark.parametrize("name", SEVERAL)
def test_wide_in_between(name, calibrate, tmp_path):
    model, inputs = build(tmp_path, SEVERAL[name])
    off, messages = differences(model, inputs, "generic", calibrate)
    assert off.max() <= STEP * 1.001, messages
    assert np.mean(off > .01 * STEP) < .03, messages
    assert "on the way" not in messages, messages


@pytest.mark.parametrize("calibrate", (False, True), ids=("given", "calibrated"))
@pytest.mark.parametrize("target", NARROW)
@pytest.mark.parametrize("name", SEVERAL)
def test_the_cost_is_told_where_there_are_8_bits_alone(name, target, calibrate, tmp_path):
    """Never refused by a name that the model does not have."""
    model, inputs = build(tmp_path, SEVERAL[name])
    off, messages = differences(model, inputs, target, calibrate)
    told = [line for line in messages.splitlines() if "on the way to its result" in line]
    if not told:
        assert off.max() <= STEP * 1.001 and np.mean(off > .01 * STEP) < .2, messages
        return
    assert len(told) == 1 and "layer 'layer'" in told[0] and "r/" not in told[0]
    cost = float(told[0].split("is off by up to ")[1].split()[0])
    assert off.max() / STEP < cost + 1


def test_a_quotient_of_two_activations(tmp_path):
    """Its reciprocal has 16 bits, over what the divisor's integers give."""
    model, inputs = build(tmp_path, [node("Relu", ["x2d"], ["p"], name="p"), *quantize("p", "bs", "bz", "pd"),
                                     node("Add", ["pd", "cnum"], ["q"], name="q"),
                                     *quantize("q", "bs", "bz", "qd"), node("Div", ["xd", "qd"], ["r"], name="layer")])
    for calibrate in (False, True):
        off, messages = differences(model, inputs, "generic", calibrate)
        assert off.max() <= STEP * 1.001, messages
        assert np.mean(off > .01 * STEP) < .03, messages
        off, messages = differences(model, inputs, "gemmlowp", calibrate)
        assert off.max() <= STEP * 1.001 or "on the way to its result" in messages


def test_softmax_of_an_older_opset_is_rounded_once(tmp_path):
    """It computes rows, which are reshaped: the grid is the model's, not that of all probabilities."""
    model, inputs = build(tmp_path, [node("Softmax", ["softd"], ["r"], name="layer", axis=1)], opset=12, result="p")
    for target in ("generic", "gemmlowp"):
        off, messages = differences(model, inputs, target)
        assert off.max() <= 1.001 / 200 and np.mean(off > .01 / 200) < .01, messages


def test_a_float_model_stays_at_8_bits_elsewhere(tmp_path):
    """What follows a wide step is as narrow as it was."""
    nodes = [node("Sum", ["x", "x2", "x3"], ["s"], name="sum"), node("MatMul", ["s", "wf"], ["p"], name="p"), node("Relu", ["p"], ["y"], name="y")]
    model = save(tmp_path / "m.onnx", nodes, [port(name, INPUTS[name]) for name in ("x", "x2", "x3")], [port("y", None)], CONSTANTS)
    samples = data(["x", "x2", "x3"])
    program, _ = converted(model, samples)
    layers = {layer["name"]: layer for layer in tare_json("inspect", program)["layers"]}
    assert layers["p"]["input"] == "int8" if "input" in layers["p"] else layers["p"]["output"] == "int8"
    assert layers["p"]["output"] == "int8"

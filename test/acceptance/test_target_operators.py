"""Targets say which operators they have, and for which types; what one lacks runs on the host, and nothing is refused for it."""
import json

import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, save
from harness import ROOT, cosine, fails, tare, tare_json

F32, I64 = np.float32, np.int64
GENERIC = (ROOT / "targets/generic.yaml").read_text()
ALL = list(json.loads(tare("target", "show", "generic", "--json").stdout)["operators"])
#: The host runs no loops, and what real numbers become integers by is in its table, and no layer of another kind.
LOOPS, BORDER = ("loop_begin", "loop_end"), ("quantize", "dequantize")
#: It moves nothing; and those move elements as they are.
FREE, MOVES = ("reshape",), ("concat", "slice", "pad", "transpose", "gather")


def weights(rng, *shape):
    return (rng.normal(size=shape) / np.sqrt(np.prod(shape[1:]))).astype(F32)


def image(folder, rng):
    """Convolutions, pooling, resizing and movements."""
    constants = {"w1": weights(rng, 8, 3, 3, 3), "b1": rng.normal(size=8, scale=.1).astype(F32), "w2": weights(rng, 8, 4, 2, 2), "wl": weights(rng, 5, 8),
                 "bl": rng.normal(size=5, scale=.1).astype(F32), "s": F32([1, 1, 2, 2]), "begin": I64([0, 1, 0, 0]), "end": I64([1, 5, 8, 8]), "pads": I64([0, 0, 1, 1, 0, 0, 1, 1])}
    nodes = [node("Conv", ["x", "w1", "b1"], ["c"], name="conv", pads=[1] * 4), node("Relu", ["c"], ["r"], name="relu"), node("MaxPool", ["r"], ["p"], name="pool", kernel_shape=[2, 2], strides=[2, 2]),
             node("ConvTranspose", ["p", "w2"], ["d"], name="deconv", strides=[2, 2]), node("Resize", ["p", "", "s"], ["u"], name="up", mode="linear", coordinate_transformation_mode="half_pixel"),
             node("Slice", ["u", "begin", "end"], ["v"], name="cut"), node("Add", ["d", "v"], ["e"], name="sum"), node("Tanh", ["e"], ["t"], name="tanh"), node("Concat", ["t", "d"], ["j"], name="join", axis=1),
             node("Pad", ["j", "pads"], ["q"], name="border", mode="reflect"), node("AveragePool", ["q"], ["a"], name="mean", kernel_shape=[3, 3], strides=[1, 1]), node("Mul", ["a", "r"], ["m"], name="product"),
             node("ReduceMean", ["m"], ["f"], name="all", axes=[2, 3], keepdims=0), node("Gemm", ["f", "wl", "bl"], ["l"], name="linear", transB=1), node("Softmax", ["l"], ["y"], name="softmax", axis=1)]
    return save(folder / "image.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)], constants, 13), {"x": rng.normal(size=(16, 3, 8, 8)).astype(F32)}


def attention(folder, rng):
    """A transformer's block, with a residual and a gate."""
    constants = {"g": (1 + rng.normal(size=16) * .2).astype(F32), "b": rng.normal(size=16).astype(F32)} | {name: weights(rng, 16, 16) for name in "QKVO"} | {"k": F32([.25]), "bo": rng.normal(size=16, scale=.1).astype(F32)}
    nodes = [node("LayerNormalization", ["x", "g", "b"], ["n"], name="norm", axis=-1), *(node("MatMul", ["n", name], [name.lower() + "_"], name=name) for name in "QKV"),
             node("Transpose", ["k_"], ["kt"], name="turn", perm=[0, 2, 1]), node("MatMul", ["q_", "kt"], ["s"], name="scores"), node("Mul", ["s", "k"], ["sk"], name="scale"),
             node("Softmax", ["sk"], ["p"], name="shares", axis=-1), node("MatMul", ["p", "v_"], ["m"], name="mix"), node("MatMul", ["m", "O"], ["o0"], name="out"), node("Add", ["o0", "bo"], ["o"], name="bias"),
             node("Add", ["o", "x"], ["r"], name="residual"), node("Sigmoid", ["r"], ["h"], name="gate"), node("Mul", ["r", "h"], ["y"], name="gated")]
    return save(folder / "attention.onnx", nodes, [port("x", [1, 6, 16])], [port("y", None)], constants, 17), {"x": rng.normal(size=(16, 6, 16)).astype(F32)}


def recurrent(folder, rng):
    constants = {"W": weights(rng, 1, 24, 6), "R": weights(rng, 1, 24, 8), "B": rng.normal(size=(1, 48), scale=.1).astype(F32)}
    nodes = [node("GRU", ["x", "W", "R", "B"], ["y"], name="gru", hidden_size=8, linear_before_reset=1)]
    return save(folder / "recurrent.onnx", nodes, [port("x", [5, 1, 6])], [port("y", None)], constants, 14), {"x": rng.normal(size=(16, 5, 1, 6)).astype(F32)}


def words(folder, rng):
    """Rows that indices choose, and a product with them."""
    constants = {"table": rng.normal(size=(20, 16)).astype(F32), "w": weights(rng, 8, 16).T.copy(), "places": rng.normal(size=(1, 6, 16)).astype(F32)}
    nodes = [node("Gather", ["table", "ids"], ["e"], name="embed"), node("Add", ["e", "places"], ["s"], name="sum"), node("MatMul", ["s", "w"], ["y"], name="linear")]
    return save(folder / "words.onnx", nodes, [port("ids", [1, 6], I64)], [port("y", None)], constants, 17), {"ids": rng.integers(0, 20, (16, 6))}


MODELS = {"image": image, "attention": attention, "recurrent": recurrent} | ({"words": words} if "gather" in ALL else {})


def board(folder, operators):
    """The generic target with these operators: names, or a map from names to types."""
    path = folder / "board.yaml"
    path.write_text(GENERIC + f"\noperators: {json.dumps(operators)}\n")
    return path


def kinds(program):
    return {layer["kind"] for layer in tare_json("inspect", program)["layers"]}


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """The models, their data, what they give in float, and the kinds of layers of their programs."""
    found = {}
    for name, build in MODELS.items():
        folder = tmp_path_factory.mktemp(name)
        model, data = build(folder, np.random.default_rng(7))
        program, said = converted(model, data)
        found[name] = (model, data, outputs_of(model, data)["y"], kinds(program), cosine(outputs_of(program, data)["y"], outputs_of(model, data)["y"]))
        assert "the host computes" not in said
    return found


def check(case, target, *arguments, least=.001):
    """Converts, verifies and runs, as the IR does; as near to float as with all operators, but for `least`."""
    model, data, expected, _, whole = case
    program, said = converted(model, data, "--target", target, *arguments, name="without.tare")
    form = model.parent / "without.mlir"
    tare("convert", model, "--calibration", model.parent / "calibration.npz", "--target", target, *arguments, "--emit", "mlir:npu", "-o", form)
    np.savez(model.parent / "inputs.npz", **data)
    compared = tare_json("compare", form, program, "--inputs", model.parent / "inputs.npz")
    assert all(value["differing"] == 0 for value in compared["layers"] + compared["outputs"])
    tare("verify", program)
    assert cosine(outputs_of(program, data)["y"], expected) > whole - least
    return program, said


def test_the_models_have_every_operator(cases):
    assert set().union(*(case[3] for case in cases.values())) >= set(ALL) - set(FREE)


@pytest.mark.parametrize("missing", [name for name in ALL if name not in LOOPS])
def test_without_one(cases, tmp_path, missing):
    """Each operator in turn: its layers are the host's, the others the target's."""
    target = board(tmp_path, [name for name in ALL if name != missing])
    for name, case in cases.items():
        if missing not in case[3]:
            continue
        program, said = check(case, target)
        if missing in FREE:
            assert "the host computes" not in said
        elif missing in BORDER:
            assert f"{missing} " in said and f"the target has no {missing}" in said
        else:
            assert missing not in kinds(program), name
            # What goes to another grid does so through real numbers.
            assert f"the target has no {missing}" in said or missing in ("rescale", "normalize"), said


def test_without_any(cases, tmp_path):
    """Hardware that adds, and no more. A sum between what the host computes is the host's; one that reads an input, too, has one quantize
    for each operand and one dequantize, and there are no others."""
    target = board(tmp_path, ["add", "quantize", "dequantize"])
    program, _ = check(cases["image"], target)
    assert all(layer["kind"][0].isupper() and layer["output"] == "float32" for layer in tare_json("inspect", program)["layers"])
    program, _ = check(cases["attention"], target)
    found = [(layer["kind"], layer["value"]) for layer in tare_json("inspect", program)["layers"] if layer["kind"].islower()]
    assert found == [("quantize", "x"), ("quantize", "o"), ("add", "r"), ("dequantize", "r")]


@pytest.mark.parametrize("missing", ["concat", "slice", "pad", "transpose"])
@pytest.mark.parametrize("width, fill", [("i8", .37), ("i8", 0), ("i16", .37)])
def test_moved_as_integers(tmp_path, rng, missing, width, fill):
    """What moves elements rounds nothing: the host's result is the hardware's, bit for bit, borders included, also of the least integer."""
    constants = {"w": weights(rng, 4, 3, 1, 1), "v": weights(rng, 4, 8, 1, 1), "begin": I64([3, 2]), "end": I64([0, 8]), "axes": I64([2, 3]), "steps": I64([-1, 2]), "pads": I64([0, 1, 1, 0, 0, 1, 0, 2]), "fill": F32(fill)}
    nodes = [node("Conv", ["x", "w"], ["c"], name="conv"), node("Sigmoid", ["c"], ["s"], name="sigmoid"), node("Slice", ["s", "begin", "end", "axes", "steps"], ["l"], name="cut"), node("Transpose", ["l"], ["t"], name="turn", perm=[0, 3, 2, 1]),
             node("Concat", ["t", "l2"], ["j"], name="join", axis=3), node("Pad", ["j", "pads", "fill"], ["p"], name="border"), node("Neg", ["p"], ["n"], name="neg"), node("Conv", ["n", "v2"], ["y"], name="last")]
    constants |= {"l2": rng.uniform(size=(1, 3, 3, 2)).astype(F32), "v2": weights(rng, 4, 5, 1, 1)}
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)], constants, 13)
    data = {"x": rng.normal(size=(16, 3, 8, 8)).astype(F32)}
    whole, _ = converted(model, data, "--activations", width)
    assert missing in kinds(whole)
    expected = outputs_of(whole, data)["y"]
    program, said = converted(model, data, "--activations", width, "--target", board(tmp_path, [name for name in ALL if name != missing]))
    assert missing not in kinds(program) and f"the target has no {missing}" in said
    np.testing.assert_array_equal(outputs_of(program, data)["y"], expected)


def test_integers_that_the_model_pools(tmp_path, rng):
    """A max pooling of the model's own integers, as quantizers write it."""
    constants = {"s": F32(.05), "z": np.uint8(120)}
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["q"], name="in"), node("MaxPool", ["q"], ["p"], name="pool", kernel_shape=[2, 2], strides=[2, 2]), node("DequantizeLinear", ["p", "s", "z"], ["y"], name="out")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)], constants, 13)
    data = {"x": rng.normal(size=(16, 3, 8, 8)).astype(F32)}
    tare("convert", model, "--target", board(tmp_path, [name for name in ALL if name != "max_pool"]), "-o", tmp_path / "m.tare")
    assert "max_pool" not in kinds(tmp_path / "m.tare") and "MaxPool" in kinds(tmp_path / "m.tare")
    np.testing.assert_array_equal(outputs_of(tmp_path / "m.tare", data)["y"], outputs_of(model, data)["y"])


@pytest.mark.parametrize("end", LOOPS)
def test_no_host_runs_loops(cases, tmp_path, end):
    model, data = cases["recurrent"][:2]
    out = tmp_path / "m.tare"
    said = fails("convert", model, "--calibration", model.parent / "calibration.npz", "--target", board(tmp_path, [name for name in ALL if name != end]), "-o", out, output=out)
    assert said.count("\n") == 1 and f"needs the operator {end}, which target 'generic' does not have" in said and "--outputs" in said


def types(**special):
    return {name: special.get(name, ["i8", "i16"]) for name in ALL}


@pytest.mark.parametrize("narrow", [name for name in ALL if name not in LOOPS + BORDER + FREE + ("rescale",)])
def test_wider_where_the_target_is(cases, tmp_path, narrow):
    """An operator for 16 bits alone: of 8 bits it is computed with these, and what moves elements is the host's; no less exact than with 8."""
    target = board(tmp_path, types(**{narrow: ["i16"]}))
    for case in cases.values():
        if narrow not in case[3]:
            continue
        program, said = check(case, target)
        wide = [layer for layer in tare_json("inspect", program)["layers"] if layer["kind"] == narrow]
        moves = narrow in MOVES
        assert all(layer["output"] in ("int16", "int64", "int32", "float32") for layer in wide)
        assert f"the target has no {narrow} of i8 activations" in said if moves else wide and "the host computes" not in said


@pytest.mark.parametrize("wide", [name for name in ALL if name not in LOOPS + BORDER + FREE + ("rescale",)])
def test_never_narrower(cases, tmp_path, wide):
    """An operator for 8 bits alone: of 16 bits it is the host's."""
    target = board(tmp_path, types(**{wide: ["i8"]}))
    for name, case in cases.items():
        if name == "recurrent" or wide not in case[3]:
            continue
        program, said = check(case, target, "--activations", "i16")
        assert wide not in kinds(program)
        moves = wide in MOVES
        assert (f"the target has no {wide} of i16 activations" if moves else f"the target has {wide} for i8 activations alone") in said or wide == "normalize"


def test_what_turns_out_wide(tmp_path, rng):
    """An integer input of 16 bits makes what reads it wide, which is known with the grids alone."""
    nodes = [node("DequantizeLinear", ["q", "scale"], ["x"], name="enter"), node("Tanh", ["x"], ["t"], name="tanh"), node("Sigmoid", ["t"], ["y"], name="sigmoid")]
    model = save(tmp_path / "m.onnx", nodes, [port("q", [1, 8], np.int16)], [port("y", None)], {"scale": F32(.001)}, 21)
    data = {"q": rng.integers(-3000, 3000, (16, 8)).astype(np.int16)}
    program, said = converted(model, data, "--target", board(tmp_path, types(lookup=["i8"])))
    assert "Tanh 'tanh'" in said and "the target has lookup for i8 activations alone" in said
    np.testing.assert_allclose(outputs_of(program, data)["y"], outputs_of(model, data)["y"], atol=.01)


def test_refused_or_listed(cases, tmp_path):
    """Which, where, why and how much, before anything is calibrated; nothing is left. What layouts need is refused then."""
    model, data = cases["attention"][:2]
    target, out = board(tmp_path, [name for name in ALL if name != "softmax"]), tmp_path / "m.tare"
    arguments = ["--calibration", model.parent / "calibration.npz", "--target", target, "-o", out]
    said = fails("convert", model, *arguments, "--host", "error", output=out)
    assert said.count("\n") == 1 and "the host would compute node 'shares' (Softmax, opset 13): the target has no softmax; take a target" in said
    listed = tare("convert", model, *arguments, "--host", "allow").stderr
    assert "the host computes 1 layer" in listed and "Softmax 'shares': 0.0 % of the multiply-accumulates" in listed and "of the bytes: the target has no softmax" in listed
    report = json.loads(tare("convert", model, *arguments, "--json").stdout)["host"]["layers"]
    assert [(layer["operator"], layer["layer"], layer["reason"]) for layer in report] == [("Softmax", "shares", "the target has no softmax")]
    assert 0 < report[0]["share_of_bytes"] < 1
    out.unlink()
    board(tmp_path, [name for name in ALL if name != "transpose"])
    model, data = cases["image"][:2]
    arguments[1] = model.parent / "calibration.npz"
    said = fails("convert", model, *arguments, "--host", "error", output=out)
    assert said.count("\n") == 1 and "--host error refuses that the host computes" in said and "the target has no transpose" in said


def test_a_given_grid_stays(tmp_path, rng):
    """Of a quantized model: the same integers reach the layers around."""
    constants = {"s": F32(.02), "z": np.int8(3), "s2": F32(1 / 256), "z2": np.int8(-128), "w": np.int8(rng.integers(-127, 128, (8, 8))), "ws": F32(.01), "s3": F32(.05), "z3": np.int8(0)}
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["xq"], name="in"), node("DequantizeLinear", ["xq", "s", "z"], ["xr"], name="in_real"), node("Softmax", ["xr"], ["p"], name="softmax", axis=1),
             node("QuantizeLinear", ["p", "s2", "z2"], ["pq"], name="mid"), node("DequantizeLinear", ["pq", "s2", "z2"], ["pr"], name="mid_real"), node("DequantizeLinear", ["w", "ws"], ["wr"], name="weights"),
             node("MatMul", ["pr", "wr"], ["m"], name="linear"), node("QuantizeLinear", ["m", "s3", "z3"], ["mq"], name="out"), node("DequantizeLinear", ["mq", "s3", "z3"], ["y"], name="out_real")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8])], [port("y", None)], constants, 13)
    data = {"x": rng.normal(size=(16, 8)).astype(F32)}
    expected = outputs_of(model, data)["y"]
    for missing in ("softmax", "linear"):
        tare("convert", model, "--target", board(tmp_path, [name for name in ALL if name != missing]), "-o", tmp_path / "m.tare")
        assert missing not in kinds(tmp_path / "m.tare")
        np.testing.assert_allclose(outputs_of(tmp_path / "m.tare", data)["y"], expected, atol=.051)


def test_shown(cases, tmp_path):
    """tare target, and the program."""
    some = [name for name in ALL if name != "softmax"]
    program, _ = converted(*cases["attention"][:2], "--target", board(tmp_path, some), name="shown.tare")
    assert tare_json("inspect", program)["target_operators"] == {name: ["i8", "i16"] for name in some}
    target = board(tmp_path, {"conv": ["i8"], "softmax": ["i16", "i8"]})
    assert tare("target", "check", target).stdout.strip().endswith(", operators conv (i8), softmax (i8, i16)")
    assert json.loads(tare("target", "show", target, "--json").stdout)["operators"] == {"conv": ["i8"], "softmax": ["i8", "i16"]}
    shown = tare("target", "show", target).stdout.split("operators:")[1].split()
    assert shown == "conv: [ i8 ] softmax: [ i8, i16 ] ...".split()
    assert "operators" not in tare("target", "check", ROOT / "targets/generic.yaml").stdout
    target.write_text(GENERIC + "\noperators: [conv]\nops: [conv]\n")
    assert "board.yaml:" in (said := fails("target", "check", target)) and "ops and operators say the same twice" in said


def test_means_without_a_multiplier(tmp_path, rng):
    """A shift alone divides by 4 and not by 9: the host does, where the target is refused nothing else."""
    target = tmp_path / "board.yaml"
    target.write_text((ROOT / "targets/shift_only.yaml").read_text().replace("mean_multiplier_bits: 15", "mean_multiplier_bits: 1"))
    constants = {"w": weights(rng, 4, 3, 3, 3)}
    for size, isHosts in ((2, False), (3, True)):
        nodes = [node("Conv", ["x", "w"], ["c"], name="conv", pads=[1] * 4), node("AveragePool", ["c"], ["a"], name="mean", kernel_shape=[size] * 2, strides=[1, 1]), node("Relu", ["a"], ["y"], name="relu")]
        model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)], constants, 13)
        data = {"x": rng.normal(size=(16, 3, 8, 8)).astype(F32)}
        program, said = converted(model, data, "--target", target)
        assert ("9 elements are no power of two" in said) == isHosts
        assert cosine(outputs_of(program, data)["y"], outputs_of(model, data)["y"]) > .99



@pytest.mark.parametrize("base, old, new, reason", [
    ("generic", "accumulator_bits: 32", "accumulator_bits: 20", "its accumulator needs 26 bits or more, and the target has 20"),
    ("generic", "layout: nhwc", "layout: nhwc\nproduct_bits: 24", "the product of its accumulator and a multiplier needs 26 bits or more, and the target has 24"),
    ("generic", "max: 31", "max: 12", "the target's shifts end at 12, and the norm's accumulator has 26 bits"),
    ("shift_only", "max: 31", "max: 8", "the target's shifts end at 8, and the norm's accumulator has 26 bits"),
    ("three_stage", "max: 31", "max: 8", "the target's shifts end at 8, and the norm's accumulator has 26 bits")])
def test_norms_beyond_the_requantizer(cases, tmp_path, base, old, new, reason):
    """They were refused, or a collapse: an accumulator that no requantizer brings back is the host's, with the reason."""
    text = (ROOT / f"targets/{base}.yaml").read_text()
    assert old in text
    target = tmp_path / "board.yaml"
    target.write_text(text.replace(old, new))
    program, said = check(cases["attention"], target, least=.01)
    assert "LayerNormalization 'norm'" in said and reason in said
    assert "the host computes 1 layer" in said

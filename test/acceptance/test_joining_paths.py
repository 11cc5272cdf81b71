"""Paths that part and join again, often: what is asked of a value is found out once, not once for each path."""
import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, reference, save
from harness import fails, tare, tare_json

F32 = np.float32
STEPS = 60
LIMIT = 120  # Seconds, of which a few are needed: 2^60 paths would take years.
INDICES = {"zero": np.array([0]), "three": np.array([3]), "end": np.array([8]), "axis": np.array([1]), "pads": np.array([0, 1, 0, 0]),
           "one": np.array([1]), "nine": np.array([9]), "half": np.array([4])}


def rotated(value, k, at="three"):
    """The last elements before the first ones."""
    return [node("Slice", [value, "zero", at, "axis"], [f"a{k}"], name=f"a{k}"), node("Slice", [value, at, "end", "axis"], [f"b{k}"], name=f"b{k}"),
            node("Concat", [f"b{k}", f"a{k}"], [f"v{k + 1}"], name=f"c{k}", axis=1)]


def padded(value, k):
    return [node("Pad", [value, "pads"], [f"p{k}"], name=f"p{k}"), node("Slice", [f"p{k}", "zero", "end", "axis"], [f"s{k}"], name=f"s{k}"),
            node("Slice", [f"p{k}", "one", "nine", "axis"], [f"t{k}"], name=f"t{k}"), node("Slice", [f"s{k}", "zero", "half", "axis"], [f"a{k}"], name=f"a{k}"),
            node("Slice", [f"t{k}", "half", "end", "axis"], [f"b{k}"], name=f"b{k}"), node("Concat", [f"a{k}", f"b{k}"], [f"v{k + 1}"], name=f"c{k}", axis=1)]


MOVES = {"rotated": rotated, "halves": lambda value, k: rotated(value, k, "half"), "padded": padded}
ENDS = {"function": [node("Sigmoid", [f"v{STEPS}"], ["y"], name="end")], "sum": [node("Add", [f"v{STEPS}", "v0"], ["y"], name="end")],
        "nothing": [node("Identity", [f"v{STEPS}"], ["y"], name="end")],
        "product": [node("Gemm", [f"v{STEPS}", "w"], ["y"], name="end")]}
BEGINS = {"function": [node("LeakyRelu", ["x"], ["v0"], name="begin")], "input": [node("Identity", ["x"], ["v0"], name="begin")],
          "product": [node("Gemm", ["x", "w"], ["v0"], name="begin")]}


def model_of(folder, move, begin, end, steps=STEPS):
    nodes = [*BEGINS[begin]]
    for k in range(steps):
        nodes += MOVES[move](f"v{k}", k)
    nodes += [node(each.op_type, [f"v{steps}" if name == f"v{STEPS}" else name for name in each.input], list(each.output), name=each.name) for each in ENDS[end]]
    constants = {**{name: array.astype(np.int64) for name, array in INDICES.items()}, "w": np.random.default_rng(4).normal(size=(8, 8)).astype(F32)}
    model = save(folder / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 8])], constants)
    data = {"x": np.random.default_rng(5).uniform(-1, 1, [20, 8]).astype(F32)}
    np.savez(folder / "x.npz", **data)
    return model, data


@pytest.mark.parametrize("begin, end", [("function", "function"), ("input", "nothing"), ("product", "nothing"), ("product", "sum"), ("function", "product")])
@pytest.mark.parametrize("move", MOVES)
def test_every_command_comes_to_an_end(tmp_path, move, begin, end):
    model, data = model_of(tmp_path, move, begin, end)
    program = tmp_path / "m.tare"
    tare("convert", model, "--calibration", tmp_path / "x.npz", "-o", program, timeout=LIMIT)
    tare("inspect", program, timeout=LIMIT)
    tare("inspect", model, timeout=LIMIT)
    tare("verify", program, timeout=LIMIT)
    tare("compare", model, program, "--inputs", tmp_path / "x.npz", timeout=LIMIT)
    wanted, found = reference(model, data)["y"], outputs_of(program, data)["y"]
    assert np.abs(found - wanted).max() <= .05 * np.abs(wanted).max()


@pytest.mark.parametrize("strip", ["concat", "dequantize", "transpose", "quantize,dequantize,concat"])
@pytest.mark.parametrize("steps", [3, STEPS])
def test_what_the_host_does_comes_to_an_end(tmp_path, steps, strip):
    """Where there would be as many parts as paths the output stays whole."""
    model, data = model_of(tmp_path, "rotated", "product", "nothing", steps)
    program = tmp_path / "m.tare"
    tare("convert", model, "--calibration", tmp_path / "x.npz", "--strip-io", strip, "-o", program, timeout=LIMIT)
    tare("inspect", program, timeout=LIMIT)
    tare("verify", program, timeout=LIMIT)
    wanted, found = reference(model, data)["y"], outputs_of(program, data)["y"]
    assert np.abs(found - wanted).max() <= .05 * np.abs(wanted).max()


@pytest.mark.parametrize("kind", ["float", "integer"])
def test_constants_that_are_moved(tmp_path, kind):
    """What is computed from constants alone, too."""
    nodes = [node("DequantizeLinear", ["k", "s"], ["v0"], name="d")] if kind == "integer" else [node("Identity", ["k"], ["v0"], name="d")]
    for k in range(STEPS):
        nodes += rotated(f"v{k}", k)
    nodes += [node("Add", ["x", f"v{STEPS}"], ["y"], name="end")]
    values = np.arange(8, dtype=np.int8 if kind == "integer" else F32).reshape(1, 8)
    constants = {**{name: array.astype(np.int64) for name, array in INDICES.items()}, "k": values, "s": F32(.25)}
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 8])], constants)
    data = {"x": np.random.default_rng(5).uniform(-1, 1, [20, 8]).astype(F32)}
    np.savez(tmp_path / "x.npz", **data)
    tare("convert", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare", timeout=LIMIT)
    wanted, found = reference(model, data)["y"], outputs_of(tmp_path / "m.tare", data)["y"]
    assert np.abs(found - wanted).max() <= .02 * np.abs(wanted).max()


def test_a_quantized_model(tmp_path):
    """Whose grids are given, and whose movements lie between."""
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["q"], name="q"), node("DequantizeLinear", ["q", "s", "z"], ["v0"], name="d")]
    for k in range(STEPS):
        nodes += rotated(f"v{k}", k)
    nodes += [node("Sigmoid", [f"v{STEPS}"], ["g"], name="g"), node("QuantizeLinear", ["g", "t", "z"], ["h"], name="h"),
              node("DequantizeLinear", ["h", "t", "z"], ["y"], name="e")]
    constants = {**{name: array.astype(np.int64) for name, array in INDICES.items()}, "s": F32(.01), "t": F32(1 / 127), "z": np.int8(0)}
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 8])], constants)
    data = {"x": np.random.default_rng(5).uniform(-1, 1, [20, 8]).astype(F32)}
    np.savez(tmp_path / "x.npz", **data)
    for arguments in ((), ("--calibration", tmp_path / "x.npz")):
        tare("convert", model, *arguments, "-o", tmp_path / "m.tare", timeout=LIMIT)
        wanted, found = reference(model, data)["y"], outputs_of(tmp_path / "m.tare", data)["y"]
        assert np.abs(found - wanted).max() <= 1.01 / 127
    compared = tare_json("compare", model, tmp_path / "m.tare", "--inputs", tmp_path / "x.npz")
    assert compared["outputs"]


def integers_of(folder, where, steps):
    """A model whose own integers are moved, before it takes their numbers or after it has rounded them."""
    moves = [each for k in range(steps) for each in rotated(f"v{k}", k)]
    constants = {**{name: array.astype(np.int64) for name, array in INDICES.items()}, "s": F32(.01), "z": np.int8(3)}
    if where == "enter":
        nodes = [*moves, node("DequantizeLinear", [f"v{steps}", "s", "z"], ["r"], name="d"), node("Sigmoid", ["r"], ["y"], name="end")]
        model = save(folder / "m.onnx", nodes, [port("v0", [1, 8], np.int8)], [port("y", [1, 8])], constants)
        data = {"v0": np.random.default_rng(5).integers(-100, 100, [20, 8]).astype(np.int8)}
    else:
        nodes = [node("Relu", ["x"], ["r"], name="begin"), node("QuantizeLinear", ["r", "s", "z"], ["v0"], name="q"), *moves]
        model = save(folder / "m.onnx", nodes, [port("x", [1, 8])], [port(f"v{steps}", [1, 8], np.int8)], constants)
        data = {"x": np.random.default_rng(5).uniform(-1, 1, [20, 8]).astype(F32)}
    np.savez(folder / "x.npz", **data)
    return model, data


@pytest.mark.parametrize("where, output, limit", [("enter", "y", .02), ("leave", f"v{STEPS}", 1)])
@pytest.mark.parametrize("target", ["generic", "i16x8", "shift_only"])
def test_integers_that_enter_or_leave_moved(tmp_path, target, where, output, limit):
    """Whether they only cross the border is asked of each that is quantized. (The limits are in the outputs' numbers.)"""
    model, data = integers_of(tmp_path, where, STEPS)
    tare("convert", model, "--calibration", tmp_path / "x.npz", "--target", target, "-o", tmp_path / "m.tare", timeout=LIMIT)
    wanted, found = reference(model, data)[output].astype(F32), outputs_of(tmp_path / "m.tare", data)[output].astype(F32)
    assert np.abs(found - wanted).max() <= limit


@pytest.mark.parametrize("scale, finer", [(1 / 64, 1 / 64), (1 / 64, 1 / 128), (1 / 128, 1 / 64)])
@pytest.mark.parametrize("move", ["rotated", "padded"])
def test_a_quantized_model_of_powers_of_two(tmp_path, move, scale, finer):
    """What is joined becomes finer before, once for all that read it: the program grows with the model, not with its paths."""
    sizes = []
    for steps in (STEPS // 2, STEPS):
        nodes = [node("QuantizeLinear", ["x", "s", "z"], ["q"], name="q"), node("DequantizeLinear", ["q", "s", "z"], ["v0"], name="d")]
        for k in range(steps):
            nodes += MOVES[move](f"v{k}", k)
        nodes += [node("QuantizeLinear", [f"v{steps}", "t", "z"], ["h"], name="h"), node("DequantizeLinear", ["h", "t", "z"], ["g"], name="e"),
                  node("Sigmoid", ["g"], ["y"], name="end")]
        constants = {**{name: array.astype(np.int64) for name, array in INDICES.items()}, "s": F32(scale), "t": F32(finer), "z": np.int8(0)}
        model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 8])], constants)
        data = {"x": np.random.default_rng(5).uniform(-1, 1, [20, 8]).astype(F32)}
        np.savez(tmp_path / "x.npz", **data)
        tare("convert", model, "--calibration", tmp_path / "x.npz", "--target", "shift_only", "-o", tmp_path / "m.tare", timeout=LIMIT)
        wanted, found = reference(model, data)["y"], outputs_of(tmp_path / "m.tare", data)["y"]
        assert np.abs(found - wanted).max() <= .03
        sizes.append((tmp_path / "m.tare").stat().st_size)
    assert sizes[1] < 3 * sizes[0]


@pytest.mark.parametrize("begin", ["function", "product"])
def test_what_leads_to_no_host(tmp_path, begin):
    """Whether a cast stands before what the host computes is asked of those that stay, through all that moves; in a finished program, too."""
    model, data = model_of(tmp_path, "rotated", begin, "nothing")
    program = tmp_path / "m.tare"
    convert = ("convert", model, "--calibration", tmp_path / "x.npz", "--target", "float_tail", "-o", program)
    tare(*convert, timeout=LIMIT)
    fails("strip", program, "--io", "dequantize", "-o", tmp_path / "stripped.tare", output=tmp_path / "stripped.tare", timeout=LIMIT)
    # The accumulators of float tails are not the host's.
    tare(*convert, "--strip-io", "dequantize" if begin == "function" else "concat", timeout=LIMIT)
    wanted, found = reference(model, data)["y"], outputs_of(program, data)["y"]
    assert np.abs(found - wanted).max() <= .05 * np.abs(wanted).max()


@pytest.mark.parametrize("joined", [node("Concat", ["x", "x"], ["k"], name="k", axis=0), node("Tile", ["x", "twice"], ["k"], name="k")], ids=["concat", "tile"])
def test_a_square_that_is_turned_is_compared_as_it_lies(tmp_path, joined):
    """The transpose goes in front of what joins a value with itself, whose shape does not tell: conversion's check called it a bug."""
    rng = np.random.default_rng(9)
    nodes = [joined, node("Transpose", ["k"], ["t"], name="t", perm=[1, 0]), node("MatMul", ["t", "w"], ["y"], name="mm")]
    constants = {"w": rng.normal(size=(4, 3)).astype(F32)} | ({"twice": np.array([2, 1])} if joined.op_type == "Tile" else {})
    model = save(tmp_path / "m.onnx", nodes, [port("x", [2, 4])], [port("y", [4, 3])], constants)
    data = {"x": rng.normal(size=(8, 2, 4)).astype(F32)}
    program, _ = converted(model, data)
    found = [row["sqnr_db"] for row in tare_json("compare", model, program, "--inputs", tmp_path / "calibration.npz")["layers"] if isinstance(row["sqnr_db"], float)]
    assert found and min(found) > 30

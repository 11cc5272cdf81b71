"""Programs with host segments: what has no integer form runs on the host in float, between a dequantize and a quantize."""
import json

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from graphs import converted, node, outputs_of, port, reference, save
from harness import cosine, fails, load, sqnr, tare, tare_json

F32, I64, BOOL = np.float32, np.int64, np.bool_


def conv(rng, x, y, inputs, outputs, constants, size=3, stride=1):
    """A convolution that keeps the image's size (over the stride), with random weights."""
    constants[y + "_w"] = (rng.normal(size=(outputs, inputs, size, size)) / np.sqrt(inputs * size * size)).astype(F32)
    constants[y + "_b"] = rng.normal(size=outputs, scale=0.1).astype(F32)
    return node("Conv", [x, y + "_w", y + "_b"], [y], name=y, pads=[size // 2] * 4, strides=[stride] * 2)


def layers(program):
    """What `tare inspect` says of a program's layers."""
    return tare_json("inspect", program)["layers"]


def kinds(program):
    return [layer["kind"] for layer in layers(program)]


def qdq_outputs(path, data, folder, *arguments):
    """What the QDQ form of a conversion gives."""
    form = folder / "qdq.mlir"
    tare("convert", path, "--calibration", folder / "calibration.npz", *arguments, "--emit", "mlir:qdq", "-o", form)
    return outputs_of(form, data)


@pytest.fixture
def middle(tmp_path, rng):
    """conv, an operator without an integer form, conv."""
    constants = {}
    nodes = [conv(rng, "x", "a", 3, 8, constants), node("Hardmax", ["a"], ["h"], name="hard", axis=1),
             node("Mul", ["a", "h"], ["m"], name="mul"), conv(rng, "m", "y", 8, 4, constants)]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)], constants, 13)
    return path, {"x": rng.normal(size=(16, 3, 8, 8)).astype(F32)}


def test_a_segment_in_the_middle(middle, tmp_path):
    """The program runs, follows the float model, and every kind of look at it knows the host's layer."""
    path, data = middle
    program, said = converted(path, data)
    assert "the host computes 1 layer in the model's own types" in said and "Hardmax 'hard'" in said
    found, expected = outputs_of(program, data)["y"], reference(path, data)["y"]
    assert cosine(found, expected) > 0.97
    for arguments in (["--threads", "1"], ["--threads", "2"], ["--reference"]):
        np.testing.assert_array_equal(outputs_of(program, data, *arguments)["y"], found)
    assert "Hardmax" in kinds(program)
    proofs = {layer["kind"]: layer for layer in tare_json("verify", program)["layers"]}
    assert proofs["host"]["proof"] == "host"
    compared = tare("compare", path, program, "--inputs", tmp_path / "inputs.npz").stdout
    assert "hard" in compared
    tare("verify", program, "--golden", tmp_path / "golden", "--samples", "2")
    index = json.loads((tmp_path / "golden" / "index.json").read_text())
    host = next(layer for layer in index["layers"] if layer["kind"] == "host")
    assert host["parameters"]["operator"] == "Hardmax" and host["parameters"]["opset"] == 13


def test_refused_where_it_is_asked_for(middle, tmp_path):
    path, data = middle
    np.savez(tmp_path / "c.npz", **data)
    out = tmp_path / "no.tare"
    said = fails("convert", path, "--calibration", tmp_path / "c.npz", "--host", "error", "-o", out, output=out)
    assert "operators that have no integer form: node 'hard' (Hardmax, opset 13)" in said


def test_figures_as_json(middle, tmp_path):
    path, data = middle
    np.savez(tmp_path / "c.npz", **data)
    host = tare_json("convert", path, "--calibration", tmp_path / "c.npz", "-o", tmp_path / "m.tare")["host"]
    assert [layer["operator"] for layer in host["layers"]] == ["Hardmax"]
    assert host["layers"][0]["layer"] == "hard" and host["share_of_macs"] == 0 and 0 < host["share_of_bytes"] < 1


def test_program_is_its_qdq_form(middle, tmp_path):
    """What the host computes on the same integers is the same."""
    path, data = middle
    program, _ = converted(path, data)
    assert sqnr(qdq_outputs(path, data, tmp_path)["y"], outputs_of(program, data)["y"]) > 40


def test_topk_tail(tmp_path, rng):
    """Scores and int64 indices leave as the model has them."""
    constants = {"k": np.array([3], I64), "shape": np.array([1, 64], I64)}
    nodes = [conv(rng, "x", "a", 2, 1, constants), node("Reshape", ["a", "shape"], ["f"], name="flat"),
             node("TopK", ["f", "k"], ["v", "i"], name="top", axis=1)]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 2, 8, 8])], [port("v", None), port("i", None, I64)], constants, 13)
    data = {"x": rng.normal(size=(8, 2, 8, 8)).astype(F32)}
    program, _ = converted(path, data)
    found, expected = outputs_of(program, data), reference(path, data)
    assert found["i"].dtype == I64 and found["i"].shape == expected["i"].shape
    assert np.mean(found["i"] == expected["i"]) > 0.9
    np.testing.assert_allclose(found["v"], expected["v"], atol=0.1)
    # The accumulators reach the host, which nothing rounds to 8 bits.
    assert kinds(program).count("quantize") == 1


def test_argmax_of_int64(tmp_path, rng):
    constants = {}
    nodes = [conv(rng, "x", "a", 3, 5, constants), node("ArgMax", ["a"], ["y"], name="arg", axis=1, keepdims=0)]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None, I64)], constants, 13)
    data = {"x": rng.normal(size=(8, 3, 8, 8)).astype(F32)}
    program, _ = converted(path, data)
    found, expected = outputs_of(program, data)["y"], reference(path, data)["y"]
    assert found.dtype == I64 and np.mean(found == expected) > 0.95


def test_grid_sample_in_the_middle(tmp_path, rng):
    """Two computed operands, each in the model's own order of dimensions; the grid is made by a convolution."""
    constants = {}
    nodes = [conv(rng, "x", "a", 3, 6, constants), conv(rng, "x", "o", 3, 2, constants), node("Tanh", ["o"], ["t"], name="tanh"),
             node("Transpose", ["t"], ["g"], name="last", perm=[0, 2, 3, 1]), node("GridSample", ["a", "g"], ["s"], name="sample"),
             conv(rng, "s", "y", 6, 4, constants)]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)], constants, 16)
    data = {"x": rng.normal(size=(16, 3, 8, 8)).astype(F32)}
    program, _ = converted(path, data)
    assert cosine(outputs_of(program, data)["y"], reference(path, data)["y"]) > 0.98


def test_what_stands_between_stays_float(tmp_path, rng):
    """An elementwise op between two host ops, and one behind the last, are computed by the host."""
    constants = {"two": F32(2), "k": np.array([2], I64)}
    nodes = [conv(rng, "x", "a", 3, 6, constants), node("Hardmax", ["a"], ["h"], name="hard", axis=1),
             node("Mul", ["h", "two"], ["m"], name="twice"), node("Relu", ["m"], ["r"], name="relu"),
             node("TopK", ["r", "k"], ["v", "i"], name="top", axis=1), node("Sigmoid", ["v"], ["y"], name="last")]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 4, 4])], [port("y", None)], constants, 13)
    data = {"x": rng.normal(size=(8, 3, 4, 4)).astype(F32)}
    program, said = converted(path, data)
    assert kinds(program).count("quantize") == 1
    assert "it stands between what the host computes and what the host reads" in said
    np.testing.assert_allclose(outputs_of(program, data)["y"], reference(path, data)["y"], atol=1e-6)


def test_host_tail(tmp_path, rng):
    """All behind the last convolution is the host's: no rounding but that of the accumulators' operands."""
    constants = {"shape": np.array([1, 4, 64], I64)}
    nodes = [conv(rng, "x", "c", 3, 4, constants), node("Relu", ["c"], ["r"], name="relu"), conv(rng, "r", "a", 4, 4, constants),
             node("Sigmoid", ["a"], ["s"], name="sigmoid"), node("Reshape", ["s", "shape"], ["f"], name="flat"),
             node("Softmax", ["f"], ["y"], name="softmax", axis=1)]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)], constants, 13)
    data = {"x": rng.normal(size=(16, 3, 8, 8)).astype(F32)}
    whole, _ = converted(path, data)
    tail, said = converted(path, data, "--host-tail", name="tail.tare")
    assert "--host-tail: it stands behind the last product with weights" in said
    assert "softmax" in kinds(whole) and "softmax" not in kinds(tail) and "Softmax" in kinds(tail)
    expected = reference(path, data)["y"]
    assert sqnr(expected, outputs_of(tail, data)["y"]) > sqnr(expected, outputs_of(whole, data)["y"])


def bert(rng, constants, steps=6, width=16, words=20):
    """Embedding of int64 ids with a mask, attention, layer norm, a linear layer."""
    matrix = lambda *shape: (rng.normal(size=shape) / np.sqrt(shape[0])).astype(F32)
    constants.update(table=rng.normal(size=(words, width)).astype(F32), one=F32(1), low=F32(-1e4), scale=F32(width ** -0.5),
                     gamma=np.ones(width, F32), beta=np.zeros(width, F32), axes=np.array([1], I64),
                     **{name: matrix(width, width) for name in ("q", "k", "v", "o")})
    return [node("Gather", ["table", "ids"], ["e"], name="embed"), node("Cast", ["mask"], ["mf"], name="mask_cast", to=1),
            node("Sub", ["one", "mf"], ["hidden"], name="hidden"), node("Mul", ["hidden", "low"], ["far"], name="far"),
            node("Unsqueeze", ["far", "axes"], ["bias"], name="bias"),
            *[node("MatMul", ["e", name], [name + "x"], name="linear_" + name) for name in "qkv"],
            node("Transpose", ["kx"], ["kt"], name="turned", perm=[0, 2, 1]), node("MatMul", ["qx", "kt"], ["s"], name="scores"),
            node("Mul", ["s", "scale"], ["ss"], name="scaled"), node("Add", ["ss", "bias"], ["sm"], name="masked"),
            node("Softmax", ["sm"], ["p"], name="softmax", axis=-1), node("MatMul", ["p", "vx"], ["av"], name="attended"),
            node("MatMul", ["av", "o"], ["ox"], name="linear_o"), node("Add", ["ox", "e"], ["sum"], name="residual"),
            node("LayerNormalization", ["sum", "gamma", "beta"], ["y"], name="norm", axis=-1)]


def test_ids_and_mask_of_int64(tmp_path, rng):
    """The program takes the model's own integers; attention is computed in integers."""
    constants = {}
    nodes = bert(rng, constants)
    path = save(tmp_path / "m.onnx", nodes, [port("ids", [1, 6], I64), port("mask", [1, 6], I64)], [port("y", None)], constants, 17)
    ids, mask = rng.integers(0, 20, size=(16, 6)), np.ones((16, 6), I64)
    mask[::3, 4:] = 0
    data = {"ids": ids.astype(I64), "mask": mask}
    program, said = converted(path, data)
    found = outputs_of(program, data)["y"]
    assert cosine(found, reference(path, data)["y"]) > 0.97
    assert {"matmul", "softmax", "linear"} <= set(kinds(program))
    inputs = tare_json("inspect", program)["inputs"]
    assert [each["type"] for each in inputs] == ["int64", "int64"]
    # An id that the table does not have is one line.
    bad = {"ids": np.full((1, 6), 99, I64), "mask": np.ones((1, 6), I64)}
    np.savez(tmp_path / "bad.npz", **bad)
    said = fails("run", program, "--inputs", tmp_path / "bad.npz", "--outputs", tmp_path / "o.npz")
    assert "embed" in said and "99" in said


def test_bool_outputs(tmp_path, rng):
    constants = {"zero": F32(0)}
    nodes = [conv(rng, "x", "a", 3, 2, constants), node("Greater", ["a", "zero"], ["y"], name="above")]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 4, 4])], [port("y", None, BOOL)], constants, 13)
    data = {"x": rng.normal(size=(8, 3, 4, 4)).astype(F32)}
    program, _ = converted(path, data)
    found, expected = outputs_of(program, data)["y"], reference(path, data)["y"]
    assert found.dtype == BOOL and np.mean(found == expected) > 0.95


def test_results_of_unknown_shape_are_refused(tmp_path, rng):
    """NonMaxSuppression gives as many boxes as there are: one line that names the node."""
    constants = {"most": np.array([3], I64), "iou": np.array([0.5], F32), "score": np.array([0.0], F32)}
    nodes = [node("Relu", ["b"], ["boxes"], name="relu"), node("Sigmoid", ["s"], ["scores"], name="sigmoid"),
             node("NonMaxSuppression", ["boxes", "scores", "most", "iou", "score"], ["y"], name="nms")]
    path = save(tmp_path / "m.onnx", nodes, [port("b", [1, 6, 4]), port("s", [1, 2, 6])], [port("y", [None, 3], I64)], constants, 13)
    data = {"b": rng.random(size=(4, 6, 4)).astype(F32), "s": rng.normal(size=(4, 2, 6)).astype(F32)}
    np.savez(tmp_path / "c.npz", **data)
    said = fails("convert", path, "--calibration", tmp_path / "c.npz", "-o", tmp_path / "m.tare")
    assert "nms" in said and "NonMaxSuppression" in said


def test_cut_by_name(tmp_path, rng):
    """Values by the model's names; a misspelled one is one line with the nearest."""
    constants = {}
    nodes = [conv(rng, "x", "first", 3, 4, constants), node("Relu", ["first"], ["relu"], name="r"),
             conv(rng, "relu", "second", 4, 4, constants), node("Sigmoid", ["second"], ["y"], name="s")]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)], constants, 13)
    x = rng.normal(size=(8, 3, 8, 8)).astype(F32)
    np.savez(tmp_path / "x.npz", x=x)
    part = tmp_path / "part.tare"
    tare("convert", path, "--calibration", tmp_path / "x.npz", "--outputs", "second,relu", "-o", part)
    found = outputs_of(part, {"x": x})
    assert list(found) == ["second", "relu"]
    relu = found["relu"]
    np.savez(tmp_path / "r.npz", relu=relu)
    rest = tmp_path / "rest.tare"
    tare("convert", path, "--calibration", tmp_path / "r.npz", "--inputs", "relu", "--outputs", "second", "-o", rest)
    assert cosine(outputs_of(rest, {"relu": relu})["second"], found["second"]) > 0.99
    out = tmp_path / "no.tare"
    said = fails("convert", path, "--calibration", tmp_path / "x.npz", "--outputs", "secnd", "-o", out, output=out)
    assert "--outputs: there is no value 'secnd' in the network; did you mean 'second'?" in said
    said = fails("convert", path, "--calibration", tmp_path / "x.npz", "--inputs", "second", "--outputs", "y,relu", "-o", out, output=out)
    assert "--inputs 'second': the outputs depend on the input 'x' beside" in said


def test_strip_a_finished_program(tmp_path, rng):
    """The same bare program as of --strip-io, and the model's own numbers by the host's steps."""
    constants = {}
    nodes = [conv(rng, "x", "a", 3, 4, constants), node("Relu", ["a"], ["r"], name="relu"), conv(rng, "r", "y", 4, 4, constants)]
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", None)], constants, 13)
    data = {"x": rng.normal(size=(8, 3, 8, 8)).astype(F32)}
    program, _ = converted(path, data)
    bare, stripped = tmp_path / "bare.tare", tmp_path / "stripped.tare"
    converted(path, data, "--strip-io", "quantize,dequantize,transpose", name="bare.tare")
    tare("strip", program, "--io", "quantize,dequantize,transpose", "-o", stripped)
    assert kinds(stripped) == kinds(bare)
    expected = outputs_of(program, data)["y"]
    for each in (bare, stripped):
        np.testing.assert_array_equal(outputs_of(each, data)["y"], expected)
    ours, theirs = tare_json("inspect", stripped), tare_json("inspect", bare)
    assert ours["inputs"] == theirs["inputs"] and ours["outputs"] == theirs["outputs"]
    said = fails("strip", program, "--io", "pool", "-o", tmp_path / "no.tare")
    assert "pool" in said


def test_loops_are_still_refused(tmp_path):
    """A Loop whose trip count depends on data is control flow, which no program has."""
    body = helper.make_graph([node("Identity", ["c"], ["c2"]), node("Add", ["v", "v"], ["v2"])], "body",
                             [port("i", [], I64), port("c", [], BOOL), port("v", [1, 4])], [port("c2", [], BOOL), port("v2", [1, 4])])
    nodes = [node("Loop", ["n", "", "x"], ["y"], name="loop", body=body)]
    graph = helper.make_graph(nodes, "g", [port("n", [], I64), port("x", [1, 4])], [port("y", [1, 4])], [])
    path = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), str(path))
    said = fails("convert", path, "--random-calibration", "-o", tmp_path / "m.tare")
    assert "loop" in said


@pytest.mark.parametrize("seed", range(6))
def test_random_networks(tmp_path, seed):
    """Convolutions with host ops between them: the program is its QDQ form, outside of rounding, on any number of threads."""
    rng = np.random.default_rng(seed)
    constants, nodes, x = {"p": F32(0.5), "lim": F32(3)}, [], "x"
    channels = 3
    for i in range(4):
        y = f"c{i}"
        nodes.append(conv(rng, x, y, channels, 4, constants))
        channels, x = 4, y
        kind = rng.integers(0, 4)
        if kind == 0:
            nodes.append(node("Hardmax", [x], [f"h{i}"], name=f"hard{i}", axis=int(rng.integers(1, 4))))
        elif kind == 1:
            nodes.append(node("LpNormalization", [x], [f"h{i}"], name=f"lp{i}", axis=1, p=2))
        elif kind == 2:
            constants[f"k{i}"] = np.array([4], I64)
            nodes.append(node("TopK", [x, f"k{i}"], [f"h{i}", f"i{i}"], name=f"top{i}", axis=1))
        else:
            nodes += [node("Greater", [x, "p"], [f"g{i}"], name=f"greater{i}"), node("Not", [f"g{i}"], [f"n{i}"], name=f"not{i}"),
                      node("Where", [f"n{i}", x, "lim"], [f"h{i}"], name=f"where{i}")]
        x = f"h{i}"
    path = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 6, 6])], [port(x, None)], constants, 13)
    data = {"x": rng.normal(size=(8, 3, 6, 6)).astype(F32)}
    program, said = converted(path, data)
    found = outputs_of(program, data)[x]
    np.testing.assert_array_equal(outputs_of(program, data, "--threads", "2")[x], found)
    np.testing.assert_array_equal(outputs_of(program, data, "--reference")[x], found)
    assert "bug in Tare" not in said

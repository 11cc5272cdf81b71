"""(A76) Embeddings, and rows of activations, by indices that are an input or computed: layers in integers on the grid of what they choose from."""
import json

import numpy as np
import pytest

from csource import Program, differing, emitted
from graphs import converted, node, outputs_of, port, reference, save
from harness import ROOT, fails, load, sqnr, tare, tare_json
from replay import replay

F32, I64, I32 = np.float32, np.int64, np.int32
WORDS, WIDTH, LENGTH = 40, 16, 6


def layers(program):
    return tare_json("inspect", program)["layers"]


def kinds(program):
    return [layer["kind"] for layer in layers(program)]


def embedding(folder, rng, kind=I64, more=(), name="ids"):
    """Words and their places, summed, a norm and a product; `name` the indices, which `more` may make of the input "ids"."""
    constants = dict(table=rng.normal(size=(WORDS, WIDTH)).astype(F32), places=rng.normal(size=(1, LENGTH, WIDTH)).astype(F32), gamma=np.ones(WIDTH, F32),
                     w=(rng.normal(size=(WIDTH, 8)) / 4).astype(F32), flat=I64([-1, LENGTH]), first=I64([0]))
    nodes = [*more, node("Gather", ["table", name], ["e"], name="embed"), node("Add", ["e", "places"], ["s"], name="sum"),
             node("LayerNormalization", ["s", "gamma"], ["n"], name="norm"), node("MatMul", ["n", "w"], ["y"], name="fc")]
    return save(folder / "m.onnx", nodes, [port("ids", [1, LENGTH], kind)], [port("y", None)], constants, 17)


def ids(rng, count, kind=I64, low=0):
    return {"ids": rng.integers(low, WORDS, (count, LENGTH)).astype(kind)}


@pytest.mark.parametrize("kind", [I32, I64])
@pytest.mark.parametrize("bits, least", [("i8", 28), ("i16", 40)])
def test_an_embedding_needs_no_host(bits, least, kind, tmp_path, rng):
    """No host, no dequantize or quantize but that of the result, nothing rounded between table and sum; indices count from both ends."""
    model = embedding(tmp_path, rng, kind)
    program, said = converted(model, ids(rng, 32, kind), "--activations", bits, "--host", "error")
    assert "the host computes" not in said
    assert [each for each in kinds(program) if each not in ("slice", "reshape")] == ["gather", "add", "normalize", "linear", "dequantize"]
    data = ids(rng, 16, kind, -WORDS)
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > least
    assert [(each["name"], each["type"]) for each in tare_json("inspect", program)["inputs"]] == [("ids", f"int{8 * kind().nbytes}")]


def test_it_is_proven_and_replayed(tmp_path, rng):
    program, _ = converted(embedding(tmp_path, rng), ids(rng, 32))
    proofs = {each["kind"]: each for each in tare_json("verify", program)["layers"]}
    assert proofs["gather"]["proof"] == "exact"
    tare("verify", program, "--golden", tmp_path / "golden")
    assert not replay(tmp_path / "golden")
    index = json.loads((tmp_path / "golden/index.json").read_text())
    [layer] = [each for each in index["layers"] if each["kind"] == "gather"]
    assert [each["role"] for each in layer["operands"]] == ["input", "indices"]


@pytest.mark.parametrize("index", [WORDS, -WORDS - 1, 2**40])
def test_an_index_that_the_table_does_not_have(index, tmp_path, rng):
    """One line with the layer, the index and the length, whoever runs it; C returns the layer's number."""
    model = embedding(tmp_path, rng)
    program, _ = converted(model, ids(rng, 32))
    bad = np.zeros((1, LENGTH), I64)
    bad[0, 3] = index
    np.savez(tmp_path / "bad.npz", ids=bad)
    out = tmp_path / "o.npz"
    tare("convert", model, "--calibration", tmp_path / "calibration.npz", "--emit", "mlir:npu", "-o", tmp_path / "npu.mlir")
    for executable in (model, program, tmp_path / "npu.mlir"):
        said = fails("run", executable, "--inputs", tmp_path / "bad.npz", "--outputs", out, output=out)
        assert f"layer 'embed': index {index} is out of range for {WORDS} elements; it follows from the input 'ids'" in said
    assert "layer 'embed': index" in fails("calibrate", model, "--calibration", tmp_path / "bad.npz", "-o", tmp_path / "r.json", output=tmp_path / "r.json")
    source = emitted(program, tmp_path / "c").compiled()
    with pytest.raises(AssertionError, match=f"returned {1 + kinds(program).index('gather')}"):
        source.run([bad])


def test_its_c_gives_the_same(tmp_path, rng):
    program, _ = converted(embedding(tmp_path, rng), ids(rng, 32))
    runtime, source = Program(program), emitted(program, tmp_path / "c").compiled()
    for _ in range(3):
        assert differing(runtime, source, [ids(rng, 1, low=-WORDS)["ids"]]) == []


RESHAPED = {
    "reshaped": [node("Reshape", ["ids", "flat"], ["i"])],
    "of another type": [node("Cast", ["ids"], ["i"], to=6)],
    "both": [node("Unsqueeze", ["ids", "first"], ["u"]), node("Cast", ["u"], ["c"], to=6), node("Squeeze", ["c", "first"], ["i"])],
}


@pytest.mark.parametrize("how", RESHAPED)
def test_the_shape_of_indices_is_the_results(how, tmp_path, rng):
    """What exporters do to ids first is no work of the host's either."""
    model = embedding(tmp_path, rng, more=RESHAPED[how], name="i")
    program, _ = converted(model, ids(rng, 32), "--host", "error")
    assert "gather" in kinds(program)
    data = ids(rng, 8)
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 28


@pytest.mark.parametrize("axis, indices", [(0, [2, 2]), (1, [3]), (-1, [])])
def test_rows_of_an_activation(axis, indices, tmp_path, rng):
    """By an input, along each axis; by one number the axis goes."""
    constants = dict(w=rng.normal(size=(WIDTH, WIDTH)).astype(F32))
    nodes = [node("MatMul", ["x", "w"], ["a"], name="first"), node("Relu", ["a"], ["r"], name="relu"), node("Gather", ["r", "ids"], ["e"], axis=axis, name="pick"),
             node("Sigmoid", ["e"], ["y"], name="last")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [LENGTH, WIDTH]), port("ids", [1, *indices], I64)], [port("y", None)], constants, 17)
    x = lambda count: rng.normal(size=(count, LENGTH, WIDTH)).astype(F32)
    pick = lambda count: rng.integers(-LENGTH, LENGTH, (count, *indices))
    program, _ = converted(model, {"x": x(16), "ids": pick(16)}, "--host", "error")
    [layer] = [each for each in layers(program) if each["kind"] == "gather"]
    assert layer["name"] == "pick"
    data = {"x": x(8), "ids": pick(8)}
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 25


def test_indices_that_the_host_computes(tmp_path, rng):
    """A TopK of scores and the rows of boxes behind it: only the choice is the host's."""
    constants = dict(w=rng.normal(size=(WIDTH, 4)).astype(F32), v=rng.normal(size=(WIDTH, 1)).astype(F32), k=I64([3]), one=I64([-1]))
    nodes = [node("MatMul", ["x", "w"], ["boxes"], name="boxes"), node("MatMul", ["x", "v"], ["scores"], name="scores"), node("Reshape", ["scores", "one"], ["flat"]),
             node("TopK", ["flat", "k"], ["best", "places"], name="top", axis=0), node("Gather", ["boxes", "places"], ["b"], name="pick"), node("Sigmoid", ["b"], ["y"], name="last")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [LENGTH, WIDTH])], [port("y", None)], constants, 17)
    data = {"x": rng.normal(size=(16, LENGTH, WIDTH)).astype(F32)}
    program, _ = converted(model, data)
    found = kinds(program)
    assert "TopK" in found and "gather" in found and "Gather" not in found
    assert found.index("gather") > found.index("TopK")


def test_a_target_without_the_operator(tmp_path, rng):
    """There the host chooses among the same integers, and says why."""
    names = "conv linear add mul rescale lookup normalize reduce_mean concat slice transpose quantize dequantize".split()
    board = tmp_path / "board.yaml"
    board.write_text((ROOT / "targets/generic.yaml").read_text() + f"ops: [{', '.join(names)}]\n")
    model = embedding(tmp_path, rng)
    program, said = converted(model, ids(rng, 32), "--target", board)
    assert "Gather" in kinds(program) and "gather" not in kinds(program)
    assert "Gather 'embed'" in said and "the target has no gather" in said
    data = ids(rng, 8)
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 28


@pytest.mark.parametrize("target", ["shift_only", "three_stage", "gemmlowp", "i16x8", "float_tail"])
def test_on_every_target(target, tmp_path, rng):
    model = embedding(tmp_path, rng)
    program, _ = converted(model, ids(rng, 32), "--target", target)
    assert "gather" in kinds(program) and "Gather" not in kinds(program)
    data = ids(rng, 8)
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 20


def test_a_table_that_the_model_has_as_integers(tmp_path, rng):
    """It keeps its grid: the integers of the program are the model's."""
    table = rng.integers(-128, 128, (WORDS, WIDTH)).astype(np.int8)
    constants = dict(table=table, scale=F32(.03125), zero=np.int8(5), w=(rng.normal(size=(WIDTH, 8)) / 4).astype(F32))
    nodes = [node("DequantizeLinear", ["table", "scale", "zero"], ["t"], name="t"), node("Gather", ["t", "ids"], ["e"], name="embed"), node("MatMul", ["e", "w"], ["y"], name="fc")]
    model = save(tmp_path / "m.onnx", nodes, [port("ids", [1, LENGTH], I64)], [port("y", None)], constants, 17)
    program, _ = converted(model, ids(rng, 32))
    tare("verify", program, "--golden", tmp_path / "golden")
    index = json.loads((tmp_path / "golden/index.json").read_text())
    [layer] = [each for each in index["layers"] if each["kind"] == "gather"]
    np.testing.assert_array_equal(np.load(tmp_path / "golden" / layer["operands"][0]["file"]), table)
    assert layer["output"]["grid"]["scales"] == [.03125] and layer["output"]["grid"]["zero_point"] == 5


def test_a_table_of_which_rows_are_the_output(tmp_path, rng):
    """Nothing is computed on them: they leave as they are."""
    constants = dict(table=rng.normal(size=(WORDS, WIDTH)).astype(F32))
    model = save(tmp_path / "m.onnx", [node("Gather", ["table", "ids"], ["y"], name="embed")], [port("ids", [1, LENGTH], I64)], [port("y", None)], constants, 17)
    program, _ = converted(model, ids(rng, 4), "--host", "error")
    data = ids(rng, 4)
    np.testing.assert_array_equal(outputs_of(program, data)["y"], reference(model, data)["y"])


def test_a_table_that_is_weights_as_well(tmp_path, rng):
    """A language model's last product has its embedding's numbers, on scales of their own."""
    constants = dict(table=rng.normal(size=(WORDS, WIDTH)).astype(F32) * np.linspace(.1, 2, WORDS)[:, None].astype(F32))
    nodes = [node("Gather", ["table", "ids"], ["e"], name="embed"), node("Tanh", ["e"], ["h"], name="h"), node("Transpose", ["table"], ["t"], name="t", perm=[1, 0]),
             node("MatMul", ["h", "t"], ["y"], name="head")]
    model = save(tmp_path / "m.onnx", nodes, [port("ids", [1, LENGTH], I64)], [port("y", None)], constants, 17)
    program, _ = converted(model, ids(rng, 32), "--host", "error")
    data = ids(rng, 8)
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 28
    assert load(tmp_path / "outputs.npz")["y"].shape == (8, LENGTH, WORDS)

"""Random integers that a model can be given: ids of a table, masks, or else a few small numbers; and what was drawn is told."""
import json

import numpy as np
import pytest

from graphs import TensorProto, node, port, save
from harness import fails, load, tare

ROWS, WIDTH, LENGTH = 7, 16, 8
I64 = np.int64
TABLE = np.random.default_rng(0).normal(size=(ROWS, WIDTH)).astype(np.float32)
CONSTANTS = {"table": TABLE, "w": np.random.default_rng(1).normal(size=(WIDTH, 4)).astype(np.float32), "shape": I64([1, LENGTH]), "two": I64([2]),
             "three": I64(3), "three32": np.int32(3), "zero_one": np.float32([0, 1]), "one": np.float32(1), "axis": I64([0]), "depth": I64(ROWS)}
GATHER = node("Gather", ["table", "r"], ["e"], name="embedding")
PRODUCT = node("MatMul", ["e", "w"], ["y"], name="product")


def embedding(folder, before, shape, kind=I64, gather=GATHER):
    """Ids on their way `before` to 'r', which the table is read by."""
    return save(folder / "m.onnx", [*before, gather, PRODUCT], [port("ids", shape, kind)], [port("y", None)], CONSTANTS)


WAYS = {
    "identity": ([node("Identity", ["ids"], ["r"], name="i")], [1, LENGTH], I64, (0, ROWS - 1)),
    "reshape": ([node("Reshape", ["ids", "shape"], ["r"], name="reshape")], [LENGTH, 1], I64, (0, ROWS - 1)),
    "cast": ([node("Cast", ["ids"], ["r"], name="cast", to=TensorProto.INT32)], [1, LENGTH], I64, (0, ROWS - 1)),
    "all three": ([node("Identity", ["ids"], ["a"], name="i"), node("Reshape", ["a", "shape"], ["b"], name="reshape"),
                   node("Cast", ["b"], ["r"], name="cast", to=TensorProto.INT64)], [LENGTH, 1], np.int32, (0, ROWS - 1)),
    "offset": ([node("Add", ["ids", "three"], ["r"], name="add")], [1, LENGTH], I64, (-3, ROWS - 4)),
    "offset down": ([node("Sub", ["ids", "three"], ["r"], name="sub")], [1, LENGTH], I64, (3, ROWS + 2)),
    "bytes": ([node("Cast", ["ids"], ["r"], name="cast", to=TensorProto.INT32)], [1, LENGTH], np.uint8, (0, ROWS - 1)),
}


def drawn(answer, name):
    found, = [each for each in answer["random_inputs"] if each["input"] == name]
    return found


@pytest.mark.parametrize("way", WAYS)
def test_ids_are_rows_of_the_table(tmp_path, way):
    before, shape, kind, (low, high) = WAYS[way]
    model, program = embedding(tmp_path, before, shape, kind), tmp_path / "m.tare"
    said = tare("convert", model, "--random-calibration", "-o", program).stderr
    assert f"drawn at random: 'ids' from {low} to {high} (layer 'embedding' chooses one of {ROWS} by it)" in said
    answer = json.loads(tare("convert", model, "--random-calibration", "-o", program, "--json").stdout)
    assert (drawn(answer, "ids")["low"], drawn(answer, "ids")["high"]) == (low, high)
    told = tare("calibrate", model, "--random-calibration", "-o", tmp_path / "r.json").stderr
    assert f"'ids' from {low} to {high}" in told
    golden = tare("verify", program, "--golden", tmp_path / "golden", "--samples", 40).stderr
    assert f"'ids' from {low} to {high}" in golden
    ids = np.concatenate([np.load(path).ravel() for path in sorted((tmp_path / "golden").rglob("*.npy")) if path.stem.endswith("ids")] or [[]])
    # A program holds unsigned integers as signed ones.
    half = 128 if kind is np.uint8 else 0
    assert len(ids) and int(ids.min()) + half == low and int(ids.max()) + half == high


def test_golden_vectors_hold_all_rows(tmp_path):
    """What is drawn is spread over the whole table."""
    before, shape, kind, (low, high) = WAYS["identity"]
    model, program = embedding(tmp_path, before, shape, kind), tmp_path / "m.tare"
    tare("convert", "-q", model, "--random-calibration", "-o", program)
    answer = json.loads(tare("verify", program, "--golden", tmp_path / "golden", "--samples", 40, "--json").stdout)
    assert drawn(answer, "ids") == {"input": "ids", "low": low, "high": high, "reason": f"layer 'embedding' chooses one of {ROWS} by it"}


@pytest.mark.parametrize("name, nodes, kind", [
    ("attention_mask", [node("Cast", ["attention_mask"], ["m"], name="cast", to=TensorProto.FLOAT)], I64),
    ("keep", [node("Cast", ["keep"], ["k"], name="cast", to=TensorProto.FLOAT), node("Sub", ["one", "k"], ["m"], name="sub")], I64),
    ("flags", [node("Cast", ["flags"], ["m"], name="cast", to=TensorProto.FLOAT)], np.bool_),
    ("chosen", [node("Cast", ["chosen"], ["b"], name="cast", to=TensorProto.BOOL), node("Cast", ["b"], ["m"], name="real", to=TensorProto.FLOAT)], np.int32)])
def test_masks_are_0_and_1(tmp_path, name, nodes, kind):
    model = save(tmp_path / "m.onnx", [*nodes, node("Mul", ["x", "m"], ["y"], name="mul")], [port("x", [1, 32]), port(name, [1, 32], kind)], [port("y", [1, 32])], CONSTANTS)
    answer = json.loads(tare("convert", model, "--random-calibration", "-o", tmp_path / "m.tare", "--json").stdout)
    found = drawn(answer, name)
    assert (found["low"], found["high"]) == (0, 1) and len(answer["random_inputs"]) == 1


def test_other_integers_are_small(tmp_path):
    model = save(tmp_path / "m.onnx", [node("Cast", ["age"], ["a"], name="cast", to=TensorProto.FLOAT), node("Mul", ["x", "a"], ["y"], name="mul")],
                 [port("x", [1, 32]), port("age", [1, 32], I64)], [port("y", [1, 32])])
    tare("calibrate", "-q", model, "--random-calibration", "-o", tmp_path / "r.json")
    found = drawn(json.loads(tare("convert", model, "--random-calibration", "-o", tmp_path / "m.tare", "--json").stdout), "age")
    assert (found["low"], found["high"]) == (0, 9) and found["reason"] == "nothing says what it may hold"
    ranges = json.loads((tmp_path / "r.json").read_text())["values"]
    assert 0 <= ranges["a"]["min"] and ranges["a"]["max"] <= 9.1


def test_of_two_tables_the_smaller_counts(tmp_path):
    nodes = [node("Gather", ["table", "ids"], ["a"], name="large"), node("Gather", ["few", "ids"], ["b"], name="small"), node("Add", ["a", "b"], ["e"], name="add"), PRODUCT]
    model = save(tmp_path / "m.onnx", nodes, [port("ids", [1, LENGTH], I64)], [port("y", None)], CONSTANTS | {"few": TABLE[:3]})
    assert "'ids' from 0 to 2 (layer 'small' chooses one of 3 by it)" in tare("convert", model, "--random-calibration", "-o", tmp_path / "m.tare").stderr


def test_an_image_is_no_index(tmp_path):
    """Of 8 bits, in front of a network that finds an index: all of its numbers are drawn."""
    rng = np.random.default_rng(4)
    nodes = [node("Cast", ["image"], ["x"], name="real", to=TensorProto.FLOAT), node("Conv", ["x", "k"], ["c"], name="conv"), node("ArgMax", ["c"], ["i"], name="best", axis=1),
             node("Gather", ["names", "i"], ["y"], name="names")]
    model = save(tmp_path / "m.onnx", nodes, [port("image", [1, 3, 4, 4], np.uint8)], [port("y", None)], {"k": rng.normal(size=(5, 3, 1, 1)).astype(np.float32), "names": TABLE[:5]})
    for command in (("convert", model, "--random-calibration", "-o", tmp_path / "m.tare"), ("verify", tmp_path / "m.tare", "--golden", tmp_path / "golden")):
        assert "drawn at random" not in tare(*command).stderr
    tare("calibrate", "-q", model, "--random-calibration", "-o", tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text())["values"]["x"]["max"] > 200


def test_real_numbers_are_as_before(tmp_path):
    model = save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", [1, 32])], [port("y", [1, 32])])
    assert "drawn at random" not in tare("convert", model, "--random-calibration", "-o", tmp_path / "m.tare").stderr


def test_an_index_out_of_range_says_where(tmp_path):
    """The file, the node, the input that it comes from, and the sample."""
    model, program = embedding(tmp_path, *WAYS["all three"][:3]), tmp_path / "m.tare"
    tare("convert", "-q", model, "--random-calibration", "-o", program)
    ids = np.random.default_rng(3).integers(0, ROWS, size=(9, LENGTH, 1)).astype(np.int32)
    ids[5, 3], ids[7, 2] = ROWS + 4, ROWS + 9
    np.savez(tmp_path / "x.npz", ids=ids)
    said = f"layer 'embedding': index {ROWS + 4} is out of range for {ROWS} elements; it follows from the input 'ids' (sample 5)"
    for form in (model, program):
        assert f"{form}: {said}" in fails("run", form, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz", output=tmp_path / "y.npz")
    assert f"{model}: {said}" in fails("convert", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "n.tare", output=tmp_path / "n.tare")
    assert f"{model}: {said}" in fails("compare", model, program, "--inputs", tmp_path / "x.npz")

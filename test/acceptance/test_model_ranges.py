"""(A68) Calibration sees a few rows of a table and no padding; what the model says of the others holds on data that come later."""
import json

import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, reference, save
from harness import fails, sqnr, tare

F32 = np.float32
ROWS, WIDTH, LENGTH = 200, 16, 8
BITS = ("i8", "i16")


def table(rng):
    """Few rows are small, as calibration will see them."""
    rows = rng.normal(size=(ROWS, WIDTH)).astype(F32)
    rows[:4] *= .2
    return rows


def few_and_all(rng, *shape):
    return {"ids": rng.integers(0, 4, (32, *shape))}, {"ids": rng.integers(0, ROWS, (64, *shape))}


# What selects "e" by "ids" [1, LENGTH, ..] from the constant "table".
SELECTIONS = {
    "Gather": ([node("Gather", ["table", "ids"], ["e"], name="pick")], (LENGTH,)),
    "GatherND": ([node("GatherND", ["table", "ids"], ["e"], name="pick")], (LENGTH, 1)),
    "GatherElements": ([node("Reshape", ["ids", "rows"], ["i"]), node("GatherElements", ["table", "i"], ["g"], axis=0, name="pick"),
                        node("Reshape", ["g", "back"], ["e"])], (LENGTH, WIDTH)),
    "ScatterND": ([node("Gather", ["table", "ids"], ["g"], name="pick"), node("ScatterND", ["zeros", "place", "g"], ["e"], name="put")], (LENGTH,)),
    "moved": ([node("Gather", ["table", "ids"], ["g"], name="pick"), node("Transpose", ["g"], ["t"], perm=[0, 2, 1]), node("Transpose", ["t"], ["e"], perm=[0, 2, 1])], (LENGTH,)),
    "scaled": ([node("Gather", ["table", "ids"], ["g"], name="pick"), node("Mul", ["g", "four"], ["e"], name="scale")], (LENGTH,)),
    "twice": ([node("Gather", ["table", "ids"], ["g"], name="pick"), node("Gather", ["g", "other"], ["e"], axis=1, name="again")], (LENGTH,)),
    "where": ([node("Less", ["ids", "fourth"], ["low"]), node("Unsqueeze", ["low", "last"], ["few"]), node("Where", ["few", "small", "large"], ["e"], name="pick")], (LENGTH,)),
    "one_hot": ([node("OneHot", ["ids", "depth", "values"], ["o"], name="pick"), node("Slice", ["o", "begin", "end", "axis"], ["e"], name="cut")], (LENGTH,)),
}


def selecting(folder, name, rng):
    """A product with weights behind the selection, which leaves as its accumulators: what is lost is lost before."""
    nodes, shape = SELECTIONS[name]
    constants = dict(table=table(rng), w=(rng.normal(size=(WIDTH, 8)) / 4).astype(F32), rows=np.int64([LENGTH, WIDTH]), back=np.int64([1, LENGTH, WIDTH]), four=F32(4),
                     zeros=np.zeros((1, LENGTH, WIDTH), F32), place=np.int64([[0]]), other=np.int64([3, 1, 2, 0, 7, 5, 6, 4]), fourth=np.int64(4), last=np.int64([2]),
                     small=rng.normal(size=WIDTH).astype(F32) * F32(.1), large=rng.normal(size=WIDTH).astype(F32), depth=np.int64(ROWS), values=F32([.01, 1]),
                     begin=np.int64([100]), end=np.int64([100 + WIDTH]), axis=np.int64([2]))
    nodes = nodes + [node("MatMul", ["e", "w"], ["y"], name="fc")]
    return save(folder / "m.onnx", nodes, [port("ids", [1, *shape], np.int64)], [port("y", [1, LENGTH, 8])], constants), few_and_all(rng, *shape)


@pytest.mark.parametrize("name", SELECTIONS)
def test_rows_that_no_sample_named(name, tmp_path, rng):
    model, (few, others) = selecting(tmp_path, name, rng)
    program, _ = converted(model, few)
    assert sqnr(reference(model, others)["y"], outputs_of(program, others)["y"]) > 26


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("name", SELECTIONS)
def test_the_range_does_not_depend_on_the_rows_that_data_name(name, bits, tmp_path, rng):
    model, data = selecting(tmp_path, name, rng)
    found = []
    for each in data:
        np.savez(tmp_path / "x.npz", **each)
        tare("calibrate", model, "--calibration", tmp_path / "x.npz", "--activations", bits, "-o", tmp_path / "r.json")
        values = json.loads((tmp_path / "r.json").read_text())["values"]
        entry = values["g" if name in ("moved", "scaled", "twice") else "e"]  # What is behind may be part of the layer.
        found.append((entry["label"], entry["min"], entry["max"]))
    assert found[0] == found[1] and found[0][0] == "inherited"


def test_rows_of_an_activation(tmp_path, rng):
    """What is picked of a value has that value's range at least."""
    nodes = [node("MatMul", ["x", "u"], ["a"], name="first"), node("Reshape", ["a", "rows"], ["r"]), node("Gather", ["r", "ids"], ["e"], axis=0, name="pick"),
             node("MatMul", ["e", "w"], ["y"], name="fc")]
    constants = dict(u=rng.normal(size=(WIDTH, WIDTH)).astype(F32), w=rng.normal(size=(WIDTH, 8)).astype(F32), rows=np.int64([LENGTH, WIDTH]))
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, LENGTH, WIDTH]), port("ids", [1, 4], np.int64)], [port("y", [1, 4, 8])], constants)
    sizes = np.linspace(.1, 4, LENGTH).astype(F32)[:, None]
    x = lambda count: rng.normal(size=(count, LENGTH, WIDTH)).astype(F32) * sizes
    program, _ = converted(model, {"x": x(32), "ids": rng.integers(0, 2, (32, 4))})
    others = {"x": x(48), "ids": rng.integers(0, LENGTH, (48, 4))}
    assert sqnr(reference(model, others)["y"], outputs_of(program, others)["y"]) > 26


def test_what_the_data_s_own_numbers_select_is_a_matter_of_data(tmp_path, rng):
    """The largest of many are none of the others: their grid is finer."""
    nodes = [node("TopK", ["x", "k"], ["t", "places"], axis=-1, name="top"), node("Mul", ["t", "half"], ["y"], name="scale")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 64])], [port("y", [1, 4])], dict(k=np.int64([4]), half=F32(.5)))
    data = {"x": rng.normal(size=(32, 64)).astype(F32) - 20 * (rng.random((32, 64)) < .5).astype(F32)}
    np.savez(tmp_path / "x.npz", **data)
    tare("calibrate", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "r.json")
    values = json.loads((tmp_path / "r.json").read_text())["values"]
    assert values["x"]["min"] < -15 and values["t"]["min"] == 0 and values["t"]["label"] == "calibrated"


def test_a_table_whose_other_rows_are_far_larger_is_told(tmp_path, rng):
    rows = table(rng)
    rows[4:] *= 20
    model = save(tmp_path / "m.onnx", [node("Gather", ["table", "ids"], ["e"], name="pick"), node("MatMul", ["e", "w"], ["y"], name="fc")],
                 [port("ids", [1, LENGTH], np.int64)], [port("y", [1, LENGTH, 8])], dict(table=rows, w=np.eye(WIDTH, 8).astype(F32)))
    few, others = few_and_all(rng, LENGTH)
    _, told = converted(model, few)
    assert "'e': the constants that it selects from hold" in told and "bits coarser" in told and "--activations i16" in told
    wide = converted(model, few, "--activations", "i16")[1]
    assert "'e': the constants that it selects from hold" in wide and "has ranges of what was seen; calibrate on indices as they will come" in wide and "coarser" not in wide
    assert "the constants that it selects from" not in converted(model, others)[1]


def test_the_ranges_file_has_what_the_model_says(tmp_path, rng):
    """And an entry that somebody edits is told to be of no use."""
    rows = table(rng)
    model = save(tmp_path / "m.onnx", [node("Gather", ["table", "ids"], ["e"], name="pick"), node("MatMul", ["e", "w"], ["y"], name="fc")],
                 [port("ids", [1, LENGTH], np.int64)], [port("y", [1, LENGTH, 8])], dict(table=rows, w=np.eye(WIDTH, 8).astype(F32)))
    np.savez(tmp_path / "x.npz", **few_and_all(rng, LENGTH)[0])
    tare("calibrate", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "r.json")
    ranges = json.loads((tmp_path / "r.json").read_text())
    entry = ranges["values"]["e"]
    assert entry["label"] == "inherited" and (entry["min"], entry["max"]) == (pytest.approx(rows.min()), pytest.approx(rows.max()))
    assert "is not used" not in tare("convert", model, "--calibration", tmp_path / "r.json", "-o", tmp_path / "m.tare").stderr
    entry["max"] = 100
    (tmp_path / "r.json").write_text(json.dumps(ranges))
    told = tare("convert", model, "--calibration", tmp_path / "r.json", "-o", tmp_path / "m.tare").stderr
    assert "of 'e', which is not used: it follows from the model, whatever data come, " in told


SIZE = 6
LOWEST = float(np.finfo(F32).min)
FILLS = {"-1e4": -1e4, "-1e6": -1e6, "-1e9": -1e9, "lowest": LOWEST, "-inf": -np.inf}
MASKED = [node("Add", ["scores", "bias"], ["s"], name="masked")]
INVERTED = [node("Sub", ["one", "c"], ["i"], name="invert"), node("Mul", ["i", "fill"], ["bias"], name="scale"), *MASKED]
# How "s" is made of "scores" and of "mask", which is true, or 1, where a score counts; and the kind of the mask.
MASKS = {
    "where": ([node("Where", ["mask", "scores", "fill"], ["s"], name="fill")], np.bool_),
    "where_computed": ([node("Less", ["mask", "half"], ["c"]), node("Where", ["c", "fill", "scores"], ["s"], name="fill")], F32),
    "where_moved": ([node("Where", ["mask", "scores", "fill"], ["a"], name="fill"), node("Reshape", ["a", "flat"], ["f"]), node("Reshape", ["f", "back"], ["s"])], np.bool_),
    "where_scaled": ([node("Where", ["mask", "scores", "fill"], ["a"], name="fill"), node("Mul", ["a", "nearly"], ["s"])], np.bool_),
    "where_twice": ([node("Where", ["mask", "scores", "fill"], ["a"], name="fill"), node("Where", ["mask", "none", "fill"], ["bias"], name="more"), node("Add", ["a", "bias"], ["s"])], np.bool_),
    "added": ([node("Where", ["mask", "none", "fill"], ["bias"], name="bias"), *MASKED], np.bool_),
    "added_twice": ([node("Where", ["mask", "none", "fill"], ["bias"], name="bias"), node("Add", ["bias", "bias"], ["two"]), node("Add", ["scores", "two"], ["s"], name="masked")], np.bool_),
    "subtracted": ([node("Where", ["mask", "none", "minus"], ["bias"], name="bias"), node("Sub", ["scores", "bias"], ["s"], name="masked")], np.bool_),
    "cast": ([node("Cast", ["mask"], ["c"], to=1), *INVERTED], np.bool_),
    "cast_twice": ([node("Cast", ["mask"], ["b"], to=7), node("Sub", ["whole", "b"], ["n"]), node("Cast", ["n"], ["i"], to=1), node("Mul", ["i", "fill"], ["bias"], name="scale"), *MASKED], np.bool_),
    "integers": ([node("Cast", ["mask"], ["c"], to=1), *INVERTED], np.int64),
    "bytes": ([node("Cast", ["mask"], ["c"], to=1), *INVERTED], np.uint8),
    "floats": ([node("Identity", ["mask"], ["c"]), *INVERTED], F32),
}
PADDED = {"whole": False, "padded": True}


def samples(rng, count, padded):
    mask = np.ones((count, 1, 1, SIZE))
    if padded:
        for sample, length in zip(mask, rng.integers(1, SIZE + 1, count)):
            sample[..., length:] = 0
    return {"x": (rng.normal(size=(count, 2, SIZE, SIZE)) * 2).astype(F32), "mask": mask}


def attention(folder, mask, fill):
    nodes, kind = MASKS[mask]
    constants = dict(fill=F32(fill), minus=F32(-fill), none=F32(0), one=F32(1), half=F32(.5), nearly=F32(.75), whole=np.int64(1), flat=np.int64([1, -1]),
                     back=np.int64([1, 2, SIZE, SIZE]), k=F32(.9))
    nodes = [node("Mul", ["x", "k"], ["scores"], name="scores"), *nodes, node("Softmax", ["s"], ["y"], axis=-1, name="softmax")]
    return save(folder / "m.onnx", nodes, [port("x", [1, 2, SIZE, SIZE]), port("mask", [1, 1, 1, SIZE], kind)], [port("y", [1, 2, SIZE, SIZE])], constants), kind


@pytest.mark.parametrize("target,bits", (("generic", "i8"), ("generic", "i16"), ("i16x8", "i16"), ("gemmlowp", "i8")))
@pytest.mark.parametrize("seen", PADDED)
@pytest.mark.parametrize("mask", MASKS)
def test_padding_that_comes_later(mask, seen, target, bits, tmp_path):
    """Whatever hides a score, and whether calibration has seen that or not: all are alike, and as good."""
    found = {}
    for name, fill in FILLS.items():
        rng = np.random.default_rng(3)
        # 0 times infinity is no number.
        if np.isinf(fill) and any(each.op_type == "Mul" and "fill" in each.input for each in MASKS[mask][0]):
            continue
        model, kind = attention(tmp_path, mask, fill)
        data = {key: value.astype(kind) if key == "mask" else value for key, value in samples(rng, 48, PADDED[seen]).items()}
        others = {key: value.astype(kind) if key == "mask" else value for key, value in samples(rng, 64, True).items()}
        program, messages = converted(model, data, "--activations", bits, "--target", target)
        # Integers that come as an input bring a grid of their own, to which others are fitted.
        told = "\n".join(line for line in messages.splitlines() if "repaired:" not in line)
        # Of a mask that is an input the model does not say that it may be 0: that no sample had it is told.
        assert "warning" not in told or (kind in (np.int64, np.uint8, F32) and seen == "whole" and told.count("warning") == 1 and "was never anything but 0" in told), told
        found[name] = sqnr(reference(model, others)["y"], outputs_of(program, others)["y"])
    assert min(found.values()) > (30 if bits == "i8" else 60), found
    # Above 70 dB nobody tells them apart.
    assert min(max(found.values()), 70) - min(found.values()) < 3, found


@pytest.mark.parametrize("bits", BITS)
def test_infinity_that_counts_is_refused_by_its_own_reason(bits, tmp_path, rng):
    """It is the model's, and no grid has it."""
    nodes = [node("Where", ["mask", "x", "fill"], ["a"], name="fill"), node("Mul", ["a", "x"], ["b"], name="product"), node("Softmax", ["b"], ["y"], axis=-1, name="softmax")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, SIZE]), port("mask", [1, SIZE], np.bool_)], [port("y", [1, SIZE])], dict(fill=F32(-np.inf)))
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(24, SIZE)).astype(F32), mask=rng.random((24, SIZE)) < .7)
    told = fails("convert", model, "--calibration", tmp_path / "x.npz", "--activations", bits, "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "node 'fill' puts -inf, a constant of the model, among its elements" in told and "'product'" in told and "-1e4" in told
    assert "seen during calibration" not in told


def test_infinity_that_leaves_as_it_is(tmp_path, rng):
    """No grid is between the host and the output."""
    nodes = [node("Where", ["mask", "x", "fill"], ["y"], name="fill"), node("Mul", ["x", "k"], ["z"], name="other")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, SIZE]), port("mask", [1, SIZE], np.bool_)], [port("y", [1, SIZE]), port("z", [1, SIZE])], dict(fill=F32(-np.inf), k=F32(2)))
    data = {"x": rng.normal(size=(24, SIZE)).astype(F32), "mask": rng.random((24, SIZE)) < .7}
    program, _ = converted(model, data)
    assert np.array_equal(np.isinf(outputs_of(program, data)["y"]), ~data["mask"])


@pytest.mark.parametrize("fill,is_told", ((-1e4, True), (-3., False)))
def test_a_number_far_from_all_others_that_counts_is_told(fill, is_told, tmp_path, rng):
    nodes = [node("Mul", ["x", "k"], ["a"], name="first"), node("Where", ["mask", "a", "fill"], ["b"], name="fill"), node("MatMul", ["b", "w"], ["y"], name="fc")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, SIZE]), port("mask", [1, SIZE], np.bool_)], [port("y", [1, 4])],
                 dict(fill=F32(fill), k=F32(1.5), w=rng.normal(size=(SIZE, 4)).astype(F32)))
    data = {"x": rng.normal(size=(48, SIZE)).astype(F32), "mask": np.ones((48, SIZE), bool)}
    assert ("layer 'fill': puts numbers of [" in converted(model, data)[1]) == is_told


def test_infinity_of_a_narrow_format(tmp_path, rng):
    """Float16 has no more than 65504: what hides a score there is no larger."""
    nodes = [node("Cast", ["x"], ["h"], to=10, name="narrow"), node("Where", ["mask", "none", "fill"], ["bias"], name="fill"), node("Add", ["h", "bias"], ["s"], name="masked"),
             node("Add", ["s", "bias"], ["t"], name="again"), node("Cast", ["t"], ["w"], to=1, name="wide"), node("Softmax", ["w"], ["y"], axis=-1, name="softmax")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, SIZE]), port("mask", [1, SIZE], np.bool_)], [port("y", [1, SIZE])],
                 dict(none=np.float16(0), fill=np.float16(-np.inf)))
    mask = rng.random((48, SIZE)) < .7
    mask[:, 0] = True
    data = {"x": rng.normal(size=(48, SIZE)).astype(F32), "mask": mask}
    program, _ = converted(model, data)
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 30

"""What stands behind --outputs or in front of --inputs is never looked at, whatever it is; and a part is compared with the whole."""
import numpy as np
import pytest

from graphs import node, outputs_of, port, save
from harness import assert_same, fails, load, sqnr, tare, tare_json

I64 = np.int64
SIZE = 4


def constants():
    rng = np.random.default_rng(5)
    return {"w": rng.normal(size=(8, 3, 1, 1)).astype(np.float32), "v": rng.normal(size=(6, 8, 1, 1)).astype(np.float32), "boxes_shape": I64([1, -1, 4]),
            "scores_shape": I64([1, 2, -1]), "most": I64([10]), "iou": np.float32([.5]), "least": np.float32([.1]), "b4": I64([4]), "flat": I64([-1])}


HEAD = [node("Conv", ["x", "w"], ["h0"], name="stem"), node("Relu", ["h0"], ["h"], name="relu"), node("Conv", ["h", "v"], ["c"], name="head")]
SPLIT = [node("Slice", ["c", "s0", "s4", "ax"], ["boxes4"], name="cut_boxes"), node("Slice", ["c", "s4", "s6", "ax"], ["scores4"], name="cut_scores"),
         node("Reshape", ["boxes4", "boxes_shape"], ["boxes"], name="boxes"), node("Reshape", ["scores4", "scores_shape"], ["scores"], name="scores")]
TAILS = {
    "suppression": ([node("NonMaxSuppression", ["boxes", "scores", "most", "iou", "least"], ["y"], name="nms")], port("y", [None, 3], I64)),
    "nonzero": ([node("NonZero", ["scores"], ["y"], name="nonzero")], port("y", [3, None], I64)),
    "unknown": ([node("Decode", ["boxes", "scores"], ["y"], name="decode", domain="my.own")], port("y", None)),
}


def detector(folder, tail, infer=False):
    """A head and what decodes it."""
    import onnx
    from onnx import helper, numpy_helper
    nodes, output = TAILS[tail]
    stored = constants() | {"s0": I64([0]), "s4": I64([4]), "s6": I64([6]), "ax": I64([1])}
    graph = helper.make_graph([*HEAD, *SPLIT, *nodes], "g", [port("x", [1, 3, SIZE, SIZE])], [output],
                              [numpy_helper.from_array(np.asarray(array), name) for name, array in stored.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("my.own", 1)], ir_version=10)
    onnx.save(onnx.shape_inference.infer_shapes(model) if infer else model, str(folder / "m.onnx"))
    return folder / "m.onnx"


def samples(shape, count=12):
    return np.random.default_rng(6).normal(size=(count, *shape)).astype(np.float32)


@pytest.mark.parametrize("tail", TAILS)
def test_what_is_behind_the_outputs_is_not_refused(tmp_path, tail):
    model, program = detector(tmp_path, tail), tmp_path / "m.tare"
    np.savez(tmp_path / "x.npz", x=samples((3, SIZE, SIZE)))
    fails("convert", model, "--calibration", tmp_path / "x.npz", "-o", program, output=program)
    tare("convert", model, "--calibration", tmp_path / "x.npz", "--outputs", "boxes, scores", "-o", program)
    assert [port["name"] for port in tare_json("inspect", program)["outputs"]] == ["boxes", "scores"]
    # The same as of the model without its end.
    whole = save(tmp_path / "n.onnx", [*HEAD, *SPLIT], [port("x", [1, 3, SIZE, SIZE])], [port("boxes", [1, SIZE * SIZE, 4]), port("scores", [1, 2, SIZE * SIZE])],
                 constants() | {"s0": I64([0]), "s4": I64([4]), "s6": I64([6]), "ax": I64([1])})
    tare("convert", whole, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "n.tare")
    assert_same(*(outputs_of(p, {"x": samples((3, SIZE, SIZE))}) for p in (program, tmp_path / "n.tare")), tail)


@pytest.mark.parametrize("tail", TAILS)
def test_a_part_beside_a_whole_that_cannot_be_read(tmp_path, tail):
    """What is compared is what the part gives: the end of the model is in nobody's way."""
    model, program, data = detector(tmp_path, tail), tmp_path / "m.tare", tmp_path / "x.npz"
    np.savez(data, x=samples((3, SIZE, SIZE)))
    tare("convert", model, "--calibration", data, "--outputs", "boxes,scores", "-o", program)
    for pair in ((model, program), (program, model)):
        found = {each["name"]: each for each in tare_json("compare", *pair, "--inputs", data)["outputs"]}
        assert list(found) == ["boxes", "scores"] and all(each["sqnr_db"] > 25 for each in found.values())
    # Of two that cannot be read the first says why.
    assert "m.onnx" in fails("compare", model, model, "--inputs", data)


def test_a_part_behind_what_cannot_be_read(tmp_path):
    model, program, data = behind(tmp_path), tmp_path / "m.tare", tmp_path / "x.npz"
    np.savez(data, image=samples((3, SIZE, SIZE)))
    tare("convert", model, "--calibration", data, "--inputs", "image", "-o", program)
    output, = tare_json("compare", model, program, "--inputs", data)["outputs"]
    assert output["name"] == "y" and output["sqnr_db"] > 25


def test_inputs_of_what_is_cut_off_need_no_shape(tmp_path):
    """An input that only what is cut off reads has no known shape."""
    model = save(tmp_path / "m.onnx", [*HEAD, node("Add", ["c", "z"], ["y"], name="add")], [port("x", [1, 3, SIZE, SIZE]), port("z", ["n", "m", "k", "l"])],
                 [port("y", ["n", "m", "k", "l"])], constants())
    tare("convert", model, "--random-calibration", "--outputs", "c", "-o", tmp_path / "m.tare")
    assert [port["name"] for port in tare_json("inspect", tmp_path / "m.tare")["inputs"]] == ["x"]


def behind(folder, open_shape=False):
    """A decoder of one's own in front of what is to be taken."""
    import onnx
    from onnx import helper, numpy_helper
    image = port("image", [1, 3, "height" if open_shape else SIZE, SIZE])
    graph = helper.make_graph([node("Unpack", ["bytes"], ["image"], name="unpack", domain="my.own"), node("Conv", ["image", "w"], ["h0"], name="stem"),
                               node("Relu", ["h0"], ["y"], name="relu")],
                              "g", [port("bytes", ["n"], np.uint8)], [port("y", None)], [numpy_helper.from_array(constants()["w"], "w")], value_info=[image])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21), helper.make_opsetid("my.own", 1)], ir_version=10)
    onnx.save(model, str(folder / "m.onnx"))
    return folder / "m.onnx"


@pytest.mark.parametrize("open_shape, arguments", [(False, ()), (True, ("--input-shape", f"image=1,3,{SIZE},{SIZE}")), (True, ("--input-shape", f"height={SIZE}"))])
def test_what_is_in_front_of_the_inputs_is_not_refused(tmp_path, open_shape, arguments):
    model, program = behind(tmp_path, open_shape), tmp_path / "m.tare"
    np.savez(tmp_path / "x.npz", image=samples((3, SIZE, SIZE)))
    assert "my.own.Unpack" in fails("convert", model, "--calibration", tmp_path / "x.npz", "-o", program, output=program)
    tare("convert", model, "--calibration", tmp_path / "x.npz", "--inputs", "image", *arguments, "-o", program)
    whole = save(tmp_path / "n.onnx", [node("Conv", ["image", "w"], ["h0"], name="stem"), node("Relu", ["h0"], ["y"], name="relu")], [port("image", [1, 3, SIZE, SIZE])],
                 [port("y", [1, 8, SIZE, SIZE])], constants())
    data = {"image": samples((3, SIZE, SIZE))}
    expected = outputs_of(whole, data)["y"]
    assert sqnr(expected, outputs_of(program, data)["y"]) > 30


def test_a_shape_that_nobody_says(tmp_path):
    """Then the whole has to be read, and says what it is refused for."""
    model, program = behind(tmp_path, open_shape=True), tmp_path / "m.tare"
    np.savez(tmp_path / "x.npz", image=samples((3, SIZE, SIZE)))
    said = fails("convert", model, "--calibration", tmp_path / "x.npz", "--inputs", "image", "-o", program, output=program)
    assert "my.own.Unpack" in said


# --- A part beside the whole ---

@pytest.fixture
def whole(tmp_path):
    model = save(tmp_path / "whole.onnx", [*HEAD, node("Sigmoid", ["c"], ["y"], name="act"), node("Relu", ["c"], ["z"], name="other")], [port("x", [1, 3, SIZE, SIZE])],
                 [port("y", [1, 6, SIZE, SIZE]), port("z", [1, 6, SIZE, SIZE])], constants())
    np.savez(tmp_path / "x.npz", x=samples((3, SIZE, SIZE)))
    tare("convert", "-q", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "whole.tare")
    tare("run", model, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "all.npz", "--all-layers")
    # By the layers' names.
    layers = load(tmp_path / "all.npz")
    np.savez(tmp_path / "values.npz", h=layers["relu"], c=layers["head"])
    np.savez(tmp_path / "h.npz", h=layers["relu"])
    return model


def compared(*arguments):
    return {each["name"]: each for each in tare_json("compare", *arguments)["outputs"]}


@pytest.mark.parametrize("names", [["h"], ["c"], ["h", "y"], ["z"]])
def test_outputs_of_a_part(whole, tmp_path, names):
    part, data = tmp_path / "part.tare", tmp_path / "x.npz"
    tare("convert", "-q", whole, "--calibration", data, "--outputs", ",".join(names), "-o", part)
    found = compared(whole, part, "--inputs", data)
    assert list(found) == names
    outputs, all_values = outputs_of(part, {"x": load(data)["x"]}), load(tmp_path / "values.npz")
    for name in names:
        # A value of the model, or an output, which holds the same.
        expected = all_values[name] if name in all_values else outputs_of(whole, {"x": load(data)["x"]})[name]
        assert found[name]["sqnr_db"] == pytest.approx(sqnr(expected, outputs[name]), abs=0.05)
    # In any order, and what the other gives beside is told.
    assert compared(part, whole, "--inputs", data).keys() == found.keys()
    told = tare("compare", whole, part, "--inputs", data).stderr
    assert ("not compared: the outputs 'y" in told) == ("y" not in names) and "'z'" in told or names == ["z"]


def test_inputs_of_a_part(whole, tmp_path):
    part, data = tmp_path / "part.tare", tmp_path / "x.npz"
    tare("convert", "-q", whole, "--calibration", tmp_path / "h.npz", "--inputs", "h", "-o", part)
    found = compared(whole, part, "--inputs", data)
    expected, given = outputs_of(whole, {"x": load(data)["x"]}), outputs_of(part, {"h": load(tmp_path / "h.npz")["h"]})
    assert list(found) == ["y", "z"]
    for name in found:
        assert found[name]["sqnr_db"] == pytest.approx(sqnr(expected[name], given[name]), abs=0.05) and found[name]["sqnr_db"] > 20
    reversed_ = compared(part, whole, "--inputs", data)
    assert {name: each["differing"] for name, each in reversed_.items()} == {name: each["differing"] for name, each in found.items()}


def test_both_ends_of_a_part(whole, tmp_path):
    part, data = tmp_path / "part.tare", tmp_path / "x.npz"
    tare("convert", "-q", whole, "--calibration", tmp_path / "h.npz", "--inputs", "h", "--outputs", "c", "-o", part)
    found = compared(whole, part, "--inputs", data)
    expected, given = load(tmp_path / "values.npz")["c"], outputs_of(part, {"h": load(tmp_path / "h.npz")["h"]})["c"]
    assert found["c"]["sqnr_db"] == pytest.approx(sqnr(expected, given), abs=0.05) and found["c"]["sqnr_db"] > 20


def test_models_that_have_nothing_in_common(whole, tmp_path):
    other = save(tmp_path / "other.onnx", [node("Relu", ["p"], ["q"], name="relu")], [port("p", [1, 3, SIZE, SIZE])], [port("q", [1, 3, SIZE, SIZE])])
    assert "the models differ: the second has an input 'p', which the first has not" in fails("compare", whole, other, "--inputs", tmp_path / "x.npz")

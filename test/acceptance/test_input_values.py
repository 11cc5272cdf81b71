"""--input-value and --input-shape together; words for bools; names in lists with blanks between them."""
import numpy as np
import pytest

from graphs import TensorProto, node, port, save
from harness import fails, load, tare, tare_json

I64 = np.int64
DATA = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)


def shifted(folder, shape, kind=I64):
    """x + k, k an input of that shape; 'k' alone is an output, too."""
    nodes = [node("Cast", ["k"], ["kf"], name="cast", to=TensorProto.FLOAT), node("Add", ["x", "kf"], ["y"], name="add")]
    return save(folder / "m.onnx", nodes, [port("x", [1, 3]), port("k", shape, kind)], [port("y", None)])


def run(model, *arguments):
    np.savez(model.parent / "x.npz", x=DATA)
    tare("run", model, "--inputs", model.parent / "x.npz", "--outputs", model.parent / "y.npz", *arguments)
    return load(model.parent / "y.npz")["y"]


@pytest.mark.parametrize("shape, arguments, expected", [
    ([3], ("k=1,2,4",), [[1, 2, 4]]),
    (["n"], ("k=1,2,4",), [[1, 2, 4]]),
    (["batch", "n"], ("k=1,2,4",), [[1, 2, 4]]),
    (["batch", 3], ("k=1,2,4",), [[1, 2, 4]]),
    (["n", "m"], ("k=1,2,4", "--input-shape", "k=3,1"), [[1], [2], [4]]),
    (["n", "m"], ("k=1,2,4", "--input-shape", "n=3,m=1"), [[1], [2], [4]]),
    (["n", "m"], ("k=7", "--input-shape", "k=1,1"), [[7]]),
    ([], ("k=7",), [7])], ids=str)
def test_a_value_of_an_open_shape(tmp_path, shape, arguments, expected):
    found = run(shifted(tmp_path, shape), "--input-value", *arguments)
    np.testing.assert_array_equal(found.reshape(5, -1), (DATA[:, None] + np.float32(expected)).reshape(5, -1))


def test_a_value_of_another_shape(tmp_path):
    model = shifted(tmp_path, ["n", "m"])
    inspect = ("inspect", model, "--input-value", "k=1,2,4")
    assert "input 'k' has the shape nxm, found 3 values" in fails(*inspect, "--input-shape", "k=2,2")
    (tmp_path / "deep").mkdir()
    deep = shifted(tmp_path / "deep", ["n", "m", "k"])
    assert "found 3 values; bind it with --input-shape" in fails("inspect", deep, "--input-value", "k=1,2,4")
    assert "--input-shape names 'q'" in fails(*inspect, "--input-shape", "q=1,3")
    assert "the model's inputs are 'x' (and each is given once)" in fails(*inspect, "--input-value", "k=1,2,4", "--input-shape", "k=1,3")


@pytest.mark.parametrize("text, expected", [("true", 1), ("false", 0), ("True", 1), ("FALSE", 0), (" true ", 1), ("1", 1), ("0", 0)])
def test_words_for_bools(tmp_path, text, expected):
    np.testing.assert_array_equal(run(shifted(tmp_path, [], np.bool_), "--input-value", f"k={text}"), DATA + np.float32(expected))


def test_a_list_of_words(tmp_path):
    np.testing.assert_array_equal(run(shifted(tmp_path, [3], np.bool_), "--input-value", "k=true, false,true"), DATA + np.float32([1, 0, 1]))


@pytest.mark.parametrize("kind, text, said", [(I64, "true", "input 'k' holds int64, found true"), (np.float32, "false", "input 'k' holds float32, found false"),
                                              (np.bool_, "2", "input 'k' holds bool, found 2"), (np.bool_, "yes", "--input-value must be NAME=VALUES"),
                                              (np.bool_, "true,1", "--input-value must be NAME=VALUES")])
def test_words_and_numbers_that_are_none(tmp_path, kind, text, said):
    assert said in fails("inspect", shifted(tmp_path, [], kind), "--input-value", f"k={text}")


def test_blanks_in_lists(tmp_path):
    model = save(tmp_path / "m.onnx", [node("Relu", ["x"], ["a"], name="a"), node("Tanh", ["a"], ["b"], name="b"), node("Sigmoid", ["b"], ["c"], name="c")],
                 [port("x", [1, 3])], [port("c", [1, 3])])
    tare("convert", model, "--random-calibration", "--outputs", "a, b", "--strip-io", "quantize, dequantize", "-o", tmp_path / "m.tare")
    shown = tare_json("inspect", tmp_path / "m.tare")
    assert [each["name"] for each in shown["outputs"]] == ["a", "b"] and shown["inputs"][0]["type"] == "int8"

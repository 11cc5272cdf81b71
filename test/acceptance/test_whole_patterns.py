"""What exporters take apart is whole before it is quantized: borders in windows, movements in one, scales in weights, nothing computed twice."""
import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, reference, save
from harness import sqnr, tare_json

F32 = np.float32
RNG = np.random.default_rng(11)
I64 = np.int64
CONSTANTS = {
    "w": RNG.normal(size=(6, 4, 3, 3)).astype(F32), "fc": RNG.normal(size=(8, 8)).astype(F32), "key": RNG.normal(size=(8, 8)).astype(F32),
    "border": np.array([0, 0, 1, 1, 0, 0, 1, 1], I64), "border_last": np.array([0, 1, 1, 0, 0, 1, 1, 0], I64), "lowest": F32(-np.inf), "half": F32(.5), "two": F32(2),
    "heads": np.array([0, 0, 2, 4], I64), "image": np.array([0, 4, 6, 6], I64), "mean": RNG.normal(size=4).astype(F32),
    "flat_last": np.array([0, -1, 4], I64), "apart": np.array([1, 7, 1, 1], I64), "row": np.array([1, 1, 7], I64), "number": np.full((1, 1, 1, 1), 1.5, F32)}
IMAGE, ROWS = [1, 4, 6, 6], [1, 5, 8]
CHANNELS_LAST, CHANNELS_FIRST = [0, 2, 3, 1], [0, 3, 1, 2]


def split_heads(name):
    return [node("Reshape", [name, "heads"], [name + "_split"]), node("Transpose", [name + "_split"], [name + "_heads"], perm=[0, 2, 1, 3])]


ATTENTION = [node("MatMul", ["x", "fc"], ["q"], name="query"), node("MatMul", ["x", "key"], ["k"], name="key"), *split_heads("q"), *split_heads("k"),
             node("Transpose", ["k_heads"], ["k_columns"], perm=[0, 1, 3, 2])]
#: name: (the shape of the input, the nodes, kinds of layers that there must not be)
PATTERNS = {
    "pad and conv": (IMAGE, [node("Pad", ["x", "border"], ["p"]), node("Conv", ["p", "w"], ["y"])], {"pad"}),
    "pad, transpose and conv": ([1, 6, 6, 4], [node("Pad", ["x", "border_last"], ["p"]), node("Transpose", ["p"], ["t"], perm=CHANNELS_FIRST), node("Conv", ["t", "w"], ["y"])], {"pad"}),
    "zeros before a max pool": (IMAGE, [node("Relu", ["x"], ["r"]), node("Pad", ["r", "border"], ["p"]), node("MaxPool", ["p"], ["y"], kernel_shape=[3, 3], strides=[2, 2])], {"pad"}),
    "-inf before a max pool": (IMAGE, [node("Pad", ["x", "border", "lowest"], ["p"]), node("MaxPool", ["p"], ["y"], kernel_shape=[3, 3], strides=[2, 2])], {"pad"}),
    "zeros before an average pool": (IMAGE, [node("Pad", ["x", "border"], ["p"]), node("AveragePool", ["p"], ["y"], kernel_shape=[3, 3])], {"pad"}),
    "transposes around a function": (IMAGE, [node("Transpose", ["x"], ["a"], perm=CHANNELS_LAST), node("Sigmoid", ["a"], ["b"]), node("Mul", ["b", "half"], ["c"]),
                                             node("Transpose", ["c"], ["y"], perm=CHANNELS_FIRST)], {"transpose", "reshape"}),
    "there and back, flat": (IMAGE, [node("Transpose", ["x"], ["a"], perm=CHANNELS_LAST), node("Reshape", ["a", "flat_last"], ["b"]), node("Transpose", ["b"], ["c"], perm=[0, 2, 1]),
                                     node("Reshape", ["c", "image"], ["d"]), node("Relu", ["d"], ["y"])], {"transpose"}),
    "a number of more dimensions than the result": ([1, 7], [node("Reshape", ["x", "apart"], ["a"]), node("Mul", ["a", "number"], ["b"]), node("Reshape", ["b", "row"], ["c"]),
                                                             node("Relu", ["c"], ["y"])], set()),
    "the same twice": (IMAGE, [node("Sigmoid", ["x"], ["a"]), node("Sigmoid", ["x"], ["b"]), node("Concat", ["a", "b"], ["y"], axis=1)], set()),
    "scale behind a product": (ROWS, [*ATTENTION, node("MatMul", ["q_heads", "k_columns"], ["s"], name="product"), node("Div", ["s", "two"], ["t"], name="scale"), node("Softmax", ["t"], ["y"])], {"mul", "rescale"}),
    "scale of the query": (ROWS, [*ATTENTION, node("Mul", ["q_heads", "half"], ["r"], name="scale"), node("MatMul", ["r", "k_columns"], ["s"], name="product"), node("Softmax", ["s"], ["y"])], {"mul", "rescale"}),
    "a normalized image, channels last": ([1, 6, 6, 4], [node("Sub", ["x", "mean"], ["n"]), node("Mul", ["n", "half"], ["m"]), node("Transpose", ["m"], ["t"], perm=CHANNELS_FIRST),
                                                          node("Conv", ["t", "w"], ["y"])], {"add", "mul", "sub"}),
}


@pytest.mark.parametrize("name", PATTERNS)
def test_the_pattern_is_whole(tmp_path, rng, name):
    shape, nodes, unwanted = PATTERNS[name]
    model = save(tmp_path / "m.onnx", nodes, [port("x", shape)], [port("y", None)], CONSTANTS, opset=17)
    data = {"x": rng.normal(size=[16, *shape[1:]]).astype(F32)}
    expected = reference(model, data)["y"]
    np.testing.assert_allclose(outputs_of(model, data)["y"], expected, rtol=1e-4, atol=1e-5)
    program, _ = converted(model, data)
    kinds = [layer["kind"] for layer in tare_json("inspect", program)["layers"]]
    assert not unwanted & set(kinds), kinds
    assert sqnr(expected, outputs_of(program, data)["y"]) > 25
    if name == "the same twice":
        assert sum(kind not in ("quantize", "dequantize", "concat") for kind in kinds) == 1, kinds

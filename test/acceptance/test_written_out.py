"""Operators that are a few others: norms, reductions, selections, attention. Float as ONNX Runtime's, and a program that keeps the numbers."""
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from graphs import converted, node, outputs_of, port
from harness import sqnr

F32, I64, BOOL = np.float32, np.int64, np.bool_
ROWS, IMAGE, QKV = [1, 6, 16], [1, 4, 6, 6], [1, 5, 16]
MICROSOFT = "com.microsoft"


def whole(path, feeds):
    """What ONNX Runtime gives for arrays of exactly the inputs' shapes."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return dict(zip([each.name for each in session.get_outputs()], session.run(None, feeds)))


def c(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype(F32)


ANGLES = np.outer(np.arange(8), [1, .1]).astype(F32)
LOWER = np.tril(np.ones((5, 5), BOOL))
#: name: (operator, operands, shapes of the computed ones, constants, attributes, the opset)
CASES = {
    "layer_norm": ("LayerNormalization", ["x", "s", "b"], {"x": ROWS}, {"s": 1 + c(1, 16) * .2, "b": c(2, 16)}, {}, 17),
    "layer_norm_two_axes": ("LayerNormalization", ["x", "s"], {"x": ROWS}, {"s": 1 + c(1, 6, 16) * .2}, {"axis": 1, "epsilon": 1e-3}, 17),
    "rms_norm": ("RMSNormalization", ["x", "s"], {"x": ROWS}, {"s": 1 + c(1, 16) * .2}, {}, 23),
    "simplified_norm": ("SimplifiedLayerNormalization", ["x", "s"], {"x": ROWS}, {"s": 1 + c(1, 16) * .2}, {"axis": -1}, 17),
    "skip_norm": (MICROSOFT + ".SkipLayerNormalization", ["x", "z", "s", "b"], {"x": ROWS, "z": ROWS}, {"s": 1 + c(1, 16) * .2, "b": c(2, 16)}, {}, 17),
    "skip_rms_norm": (MICROSOFT + ".SkipSimplifiedLayerNormalization", ["x", "z", "s"], {"x": ROWS, "z": ROWS}, {"s": 1 + c(1, 16) * .2}, {}, 17),
    "instance_norm": ("InstanceNormalization", ["x", "s", "b"], {"x": IMAGE}, {"s": 1 + c(1, 4) * .2, "b": c(2, 4)}, {}, 17),
    "group_norm": ("GroupNormalization", ["x", "s", "b"], {"x": IMAGE}, {"s": 1 + c(1, 4) * .2, "b": c(2, 4)}, {"num_groups": 2}, 21),
    "group_norm_18": ("GroupNormalization", ["x", "s", "b"], {"x": IMAGE}, {"s": np.array([1.2, .8], F32), "b": np.array([.1, -.3], F32)}, {"num_groups": 2}, 18),
    "mean_variance": ("MeanVarianceNormalization", ["x"], {"x": IMAGE}, {}, {}, 13),
    "sum": ("ReduceSum", ["x", "a"], {"x": IMAGE}, {"a": np.array([2, 3])}, {}, 18),
    "sum_attribute": ("ReduceSum", ["x"], {"x": IMAGE}, {}, {"axes": [1], "keepdims": 0}, 11),
    "sum_square": ("ReduceSumSquare", ["x", "a"], {"x": IMAGE}, {"a": np.array([-1])}, {}, 18),
    "l1": ("ReduceL1", ["x", "a"], {"x": IMAGE}, {"a": np.array([1])}, {"keepdims": 0}, 18),
    "l2": ("ReduceL2", ["x", "a"], {"x": IMAGE}, {"a": np.array([1])}, {}, 18),
    "log_sum_exp": ("ReduceLogSumExp", ["x", "a"], {"x": IMAGE}, {"a": np.array([1, 2])}, {"keepdims": 0}, 18),
    "max": ("ReduceMax", ["x", "a"], {"x": IMAGE}, {"a": np.array([1, 3])}, {"keepdims": 0}, 18),
    "min": ("ReduceMin", ["x", "a"], {"x": IMAGE}, {"a": np.array([2])}, {}, 18),
    "log_softmax": ("LogSoftmax", ["x"], {"x": ROWS}, {}, {"axis": -1}, 13),
    "greater_of_two": ("Max", ["x", "z"], {"x": ROWS, "z": ROWS}, {}, {}, 13),
    "less_of_two": ("Min", ["x", "z"], {"x": ROWS, "z": [1, 1, 16]}, {}, {}, 13),
    "greatest_of_three": ("Max", ["x", "z", "k"], {"x": ROWS, "z": ROWS}, {"k": F32(.2)}, {}, 13),
    "least_of_channels": ("Min", ["x", "k"], {"x": ROWS}, {"k": c(3, 16)}, {}, 13),
    "gather": ("Gather", ["x", "i"], {"x": ROWS}, {"i": np.array([[5, 4, 3], [0, 0, 2]])}, {"axis": 1}, 13),
    "gather_one": ("Gather", ["x", "i"], {"x": ROWS}, {"i": np.array(-1)}, {"axis": 1}, 13),
    "tile": ("Tile", ["x", "i"], {"x": ROWS}, {"i": np.array([1, 2, 3])}, {}, 13),
    "expand": ("Expand", ["x", "i"], {"x": [1, 6, 1]}, {"i": np.array([2, 1, 1, 4])}, {}, 13),
    "where": ("Where", ["m", "x", "z"], {"x": ROWS, "z": ROWS}, {"m": c(4, 6, 16) > 0}, {}, 13),
    "where_parts": ("Where", ["m", "k", "x"], {"x": [1, 1, 6, 1]}, {"m": c(4, 3, 1, 1) > 0, "k": c(5, 3, 1, 6)}, {}, 13),
    "where_constant": ("Where", ["m", "x", "k"], {"x": ROWS}, {"m": c(4, 6, 1) > 0, "k": F32(.5)}, {}, 13),
    "triangle": ("Trilu", ["x"], {"x": ROWS}, {}, {"upper": 0}, 14),
    "running_sum": ("CumSum", ["x", "i"], {"x": ROWS}, {"i": np.array(1)}, {}, 14),
    "running_sum_back": ("CumSum", ["x", "i"], {"x": ROWS}, {"i": np.array(2)}, {"reverse": 1, "exclusive": 1}, 14),
    "depth_to_space": ("DepthToSpace", ["x"], {"x": IMAGE}, {}, {"blocksize": 2, "mode": "CRD"}, 13),
    "space_to_depth": ("SpaceToDepth", ["x"], {"x": IMAGE}, {}, {"blocksize": 3}, 13),
    "attention": ("Attention", ["q", "k", "v"], {"q": QKV, "k": QKV, "v": QKV}, {}, {"q_num_heads": 4, "kv_num_heads": 4}, 23),
    "attention_causal": ("Attention", ["q", "k", "v"], {"q": QKV, "k": QKV, "v": QKV}, {}, {"q_num_heads": 4, "kv_num_heads": 4, "is_causal": 1}, 23),
    "attention_grouped": ("Attention", ["q", "k", "v", "m"], {"q": [1, 4, 5, 4], "k": [1, 2, 5, 4], "v": [1, 2, 5, 4]}, {"m": LOWER}, {}, 23),
    "rotary": ("RotaryEmbedding", ["q", "cos", "sin", "i"], {"q": QKV}, {"cos": np.cos(ANGLES), "sin": np.sin(ANGLES), "i": np.array([[3, 4, 5, 6, 7]])}, {"num_heads": 4}, 23),
    "rotary_interleaved": ("RotaryEmbedding", ["q", "cos", "sin"], {"q": [1, 2, 5, 8]}, {"cos": np.cos(ANGLES[None, :5]), "sin": np.sin(ANGLES[None, :5])},
                           {"interleaved": 1, "rotary_embedding_dim": 4}, 23),
    "einsum_constant": ("Einsum", ["x", "w"], {"x": [1, 5, 3, 4]}, {"w": c(7, 3, 4, 6) * .4}, {"equation": "b s h d, h d m -> b s m"}, 17),
    "einsum_scores": ("Einsum", ["q", "k"], {"q": [1, 5, 2, 8], "k": [1, 7, 2, 8]}, {}, {"equation": "bqhd,bkhd->bhqk"}, 17),
    "einsum_outer": ("Einsum", ["q", "k"], {"q": [5], "k": [7]}, {}, {"equation": "i,j->ji"}, 17),
    "multi_head": (MICROSOFT + ".MultiHeadAttention", ["q", "k", "v"], {"q": QKV, "k": QKV, "v": QKV}, {}, {"num_heads": 2}, 17),
    "fused_attention": (MICROSOFT + ".Attention", ["x", "w", "b"], {"x": QKV}, {"w": c(5, 16, 48) * .3, "b": c(6, 48) * .2}, {"num_heads": 4}, 17),
}


def save(path, operator, operands, shapes, constants, attributes, opset):
    domain, _, name = operator.rpartition(".")
    stored = [numpy_helper.from_array(np.asarray(array), key) for key, array in constants.items()]
    graph = helper.make_graph([node(name, operands, ["y"], name="one", domain=domain, **attributes)], "g", [port(key, shape) for key, shape in shapes.items()],
                              [port("y", None)], stored)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid(MICROSOFT, 1)], ir_version=10), str(path))
    return path


@pytest.mark.parametrize("case", CASES)
def test_as_onnxruntime_and_in_integers(tmp_path, case, rng):
    operator, operands, shapes, constants, attributes, opset = CASES[case]
    path = save(tmp_path / "m.onnx", operator, operands, shapes, constants, attributes, opset)
    data = {name: rng.normal(size=[24] + shape).astype(F32) for name, shape in shapes.items()}
    expected = np.stack([whole(path, {name: array[i] for name, array in data.items()})["y"] for i in range(24)])
    found = outputs_of(path, data)["y"]
    np.testing.assert_allclose(found, expected.reshape(found.shape), rtol=1e-4, atol=1e-5)
    for width, least in (("i8", 18), ("i16", 30)):
        program, said = converted(path, data, "--activations", width)
        integers = outputs_of(program, data)["y"]
        assert sqnr(expected, integers.reshape(expected.shape)) > least, (width, said)


def test_second_results_are_refused_for_programs(tmp_path, rng):
    """The mean of a layer norm: the host computes it, and the message says why no program does."""
    from harness import fails

    path = tmp_path / "m.onnx"
    graph = helper.make_graph([node("LayerNormalization", ["x", "s"], ["y", "mean"], name="norm")], "g", [port("x", ROWS)], [port("y", None), port("mean", None)],
                              [numpy_helper.from_array(np.ones(16, F32), "s")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), str(path))
    x = rng.normal(size=(3, 6, 16)).astype(F32)
    np.testing.assert_allclose(outputs_of(path, {"x": x})["mean"].reshape(3, 6), x.mean(-1), rtol=1e-4, atol=1e-6)
    np.savez(tmp_path / "x.npz", x=x)
    assert "its result 'mean' is used" in fails("convert", path, "--calibration", tmp_path / "x.npz", "--host", "error", "-o", tmp_path / "m.tare")


def test_a_variance_as_jax_writes_it(tmp_path, rng):
    """mean(x^2) - mean(x)^2 of rows whose mean is ten times their deviation: at 8 bits nothing would be left of it."""
    nodes = [node("Mul", ["x", "x"], ["xx"], name="square"), node("ReduceMean", ["xx"], ["m2"], name="mean_of_squares", axes=[-1]), node("ReduceMean", ["x"], ["m"], name="mean", axes=[-1]),
             node("Mul", ["m", "m"], ["mm"], name="square_of_mean"), node("Sub", ["m2", "mm"], ["v"], name="variance"), node("Add", ["v", "e"], ["ve"]), node("Sqrt", ["ve"], ["d"]),
             node("Sub", ["x", "m"], ["c"]), node("Div", ["c", "d"], ["y"], name="norm")]
    path = tmp_path / "m.onnx"
    graph = helper.make_graph(nodes, "g", [port("x", ROWS)], [port("y", ROWS)], [numpy_helper.from_array(F32(1e-3), "e")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    x = (rng.normal(size=(48, 6, 16)) * .3 + rng.normal(size=(48, 6, 1)) + 3).astype(F32)
    program, _ = converted(path, {"x": x})
    expected = np.concatenate([whole(path, {"x": each[None]})["y"] for each in x])
    assert sqnr(expected, outputs_of(program, {"x": x})["y"].reshape(expected.shape)) > 20

"""Operators that are a few others: norms, reductions, selections, attention. Float as ONNX Runtime's, and a program that keeps the numbers."""
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from graphs import converted, dequantize, node, outputs_of, port, quantize
from graphs import save as store
from harness import sqnr, tare_json

F32, I64, BOOL = np.float32, np.int64, np.bool_
ROWS, IMAGE, VOLUME, QKV = [1, 6, 16], [1, 4, 6, 6], [1, 4, 5, 6, 4], [1, 5, 16]
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
    "conv_3d": ("Conv", ["x", "w", "b"], {"x": VOLUME}, {"w": c(1, 6, 4, 3, 3, 3) * .2, "b": c(2, 6)}, {"pads": [1] * 6, "strides": [2, 1, 1]}, 17),
    "conv_3d_groups": ("Conv", ["x", "w"], {"x": VOLUME}, {"w": c(1, 8, 2, 3, 2, 2) * .3}, {"group": 2, "pads": [2, 0, 1, 2, 1, 0], "dilations": [2, 1, 1], "strides": [1, 2, 1]}, 17),
    "conv_3d_depthwise": ("Conv", ["x", "w"], {"x": VOLUME}, {"w": c(1, 4, 1, 3, 3, 3) * .3}, {"group": 4, "pads": [1] * 6}, 17),
    "conv_3d_along_depth": ("Conv", ["x", "w", "b"], {"x": VOLUME}, {"w": c(1, 6, 4, 3, 1, 1) * .4, "b": c(2, 6)}, {"pads": [1, 0, 0, 1, 0, 0]}, 17),
    "conv_transpose_3d": ("ConvTranspose", ["x", "w", "b"], {"x": VOLUME}, {"w": c(1, 4, 3, 2, 2, 2) * .4, "b": c(2, 3)}, {"strides": [2, 2, 2]}, 17),
    "conv_transpose_3d_all": ("ConvTranspose", ["x", "w"], {"x": VOLUME}, {"w": c(1, 4, 3, 3, 3, 2) * .3},
                              {"group": 2, "strides": [2, 1, 2], "pads": [1, 1, 0, 1, 0, 1], "output_padding": [1, 0, 1]}, 17),
    "max_pool_3d": ("MaxPool", ["x"], {"x": VOLUME}, {}, {"kernel_shape": [2, 3, 2], "strides": [2, 1, 2], "pads": [1, 1, 0, 0, 1, 1]}, 17),
    "average_pool_3d": ("AveragePool", ["x"], {"x": VOLUME}, {}, {"kernel_shape": [2, 2, 3], "strides": [2, 1, 1], "pads": [0, 1, 1, 0, 0, 1]}, 17),
    "average_pool_3d_edges": ("AveragePool", ["x"], {"x": VOLUME}, {}, {"kernel_shape": [3, 2, 3], "strides": [1, 2, 1], "pads": [1, 1, 1, 1, 1, 1]}, 17),
    "average_pool_3d_padding": ("AveragePool", ["x"], {"x": VOLUME}, {}, {"kernel_shape": [3, 2, 3], "pads": [1, 1, 1, 1, 1, 1], "count_include_pad": 1}, 17),
    "global_average_3d": ("GlobalAveragePool", ["x"], {"x": VOLUME}, {}, {}, 17),
    "global_max_3d": ("GlobalMaxPool", ["x"], {"x": VOLUME}, {}, {}, 17),
    "resize_3d_nearest": ("Resize", ["x", "", "s"], {"x": VOLUME}, {"s": np.array([1, 1, 2, 2, 1.5], F32)}, {"mode": "nearest"}, 17),
    "resize_3d_linear": ("Resize", ["x", "", "s"], {"x": VOLUME}, {"s": np.array([1, 1, 2, 2, 1.5], F32)}, {"mode": "linear"}, 17),
    "batch_norm_3d": ("BatchNormalization", ["x", "s", "b", "m", "v"], {"x": VOLUME}, {"s": 1 + c(1, 4) * .2, "b": c(2, 4), "m": c(3, 4), "v": np.abs(c(4, 4)) + F32(.5)}, {}, 17),
    "lp_normalization": ("LpNormalization", ["x"], {"x": ROWS}, {}, {"axis": -1}, 17),
    "lp_normalization_1": ("LpNormalization", ["x"], {"x": IMAGE}, {}, {"axis": 1, "p": 1}, 17),
    "lrn": ("LRN", ["x"], {"x": [1, 8, 5, 5]}, {}, {"size": 5, "alpha": .4, "bias": 1.5}, 17),
    "mean_of_three": ("Mean", ["x", "z", "k"], {"x": ROWS, "z": ROWS}, {"k": c(1, 16)}, {}, 17),
    "lp_pool": ("LpPool", ["x"], {"x": IMAGE}, {}, {"kernel_shape": [2, 3], "strides": [2, 1], "pads": [0, 1, 0, 1]}, 17),
    "lp_pool_1": ("LpPool", ["x"], {"x": IMAGE}, {}, {"kernel_shape": [2, 3], "p": 1}, 17),
    "global_lp_pool": ("GlobalLpPool", ["x"], {"x": IMAGE}, {}, {"p": 3}, 17),
    "center_crop_pad": ("CenterCropPad", ["x", "i"], {"x": IMAGE}, {"i": np.array([3, 9])}, {"axes": [2, 3]}, 18),
    "col2im": ("Col2Im", ["x", "i", "k"], {"x": [1, 12, 9]}, {"i": np.array([4, 5]), "k": np.array([2, 3])}, {}, 18),
    "affine_grid": ("AffineGrid", ["x", "i"], {"x": [2, 2, 3]}, {"i": np.array([2, 3, 4, 5])}, {}, 20),
    "dft": ("DFT", ["x"], {"x": [1, 16, 1]}, {}, {"axis": 1, "onesided": 1}, 17),
    "dft_inverse": ("DFT", ["x"], {"x": [1, 12, 2]}, {}, {"axis": 1, "inverse": 1}, 17),
    "stft": ("STFT", ["x", "i", "w"], {"x": [1, 64, 1]}, {"i": np.array(8), "w": np.hanning(16).astype(F32)}, {}, 17),
    "matmul_4_bits": (MICROSOFT + ".MatMulNBits", ["x", "w", "s", "z"], {"x": [1, 6, 32]},
                      {"w": np.random.default_rng(1).integers(0, 256, (8, 2, 8), np.uint8), "s": np.linspace(.02, .1, 16).astype(F32), "z": np.full(8, 0x97, np.uint8)},
                      {"K": 32, "N": 8, "bits": 4, "block_size": 16}, 17),
    "microsoft_rotary": (MICROSOFT + ".RotaryEmbedding", ["q", "i", "cos", "sin"], {"q": QKV}, {"cos": np.cos(ANGLES), "sin": np.sin(ANGLES), "i": np.array([3])}, {}, 17),
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


def volumes(path):
    """A small CNN of volumes: Conv-BatchNormalization-Relu-MaxPool-Conv-GlobalAveragePool-Gemm."""
    nodes = [node("Conv", ["x", "w1", "b1"], ["c1"], name="conv1", pads=[1] * 6), node("BatchNormalization", ["c1", "s", "h", "m", "v"], ["n1"], name="norm1"),
             node("Relu", ["n1"], ["r1"], name="relu1"), node("MaxPool", ["r1"], ["p1"], name="pool1", kernel_shape=[2, 2, 2], strides=[2, 2, 2]),
             node("Conv", ["p1", "w2", "b2"], ["c2"], name="conv2", pads=[1] * 6, strides=[1, 2, 2]), node("Relu", ["c2"], ["r2"], name="relu2"),
             node("GlobalAveragePool", ["r2"], ["g"], name="mean"), node("Flatten", ["g"], ["f"], name="flatten"), node("Gemm", ["f", "w3", "b3"], ["y"], name="classes", transB=1)]
    constants = {"w1": c(1, 8, 1, 3, 3, 3) * .3, "b1": c(2, 8) * .1, "s": 1 + c(3, 8) * .2, "h": c(4, 8) * .2, "m": c(5, 8) * .1, "v": np.abs(c(6, 8)) + F32(.5),
                 "w2": c(7, 12, 8, 3, 3, 3) * .1, "b2": c(8, 12) * .1, "w3": c(9, 5, 12) * .3, "b3": c(10, 5)}
    graph = helper.make_graph(nodes, "g", [port("x", [1, 1, 8, 10, 12])], [port("y", [1, 5])], [numpy_helper.from_array(array.astype(F32), name) for name, array in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    return path


def test_a_network_of_volumes_needs_no_host(tmp_path, rng):
    """Its batch norm and Relu go into the convolutions, though those are of images."""
    path, x = volumes(tmp_path / "m.onnx"), rng.normal(size=(16, 1, 8, 10, 12)).astype(F32)
    expected = np.concatenate([whole(path, {"x": each[None]})["y"] for each in x])
    for width, least in (("i8", 25), ("i16", 38)):
        program, _ = converted(path, {"x": x}, "--activations", width)
        layers = tare_json("verify", program)["layers"]
        kinds = [layer["kind"] for layer in layers]
        assert "host" not in kinds and kinds.count("conv") == 2 and not {"lookup", "clip"} & set(kinds), kinds
        assert sqnr(expected, outputs_of(program, {"x": x})["y"].reshape(expected.shape)) > least


@pytest.mark.parametrize("transposed", [False, True])
def test_a_quantized_convolution_of_volumes_is_one_layer(tmp_path, rng, transposed):
    """By the model's own integers, rounded once, on the model's grid."""
    shape, axis = ([4, 6, 2, 2, 2], 1) if transposed else ([6, 4, 3, 2, 2], 0)
    scales, sx = np.linspace(.004, .01, 6).astype(F32), F32(.03)
    constants = {"sx": sx, "zx": np.int8(5), "sy": F32(.08), "zy": np.int8(-20), "w": rng.integers(-127, 128, shape, np.int8), "sw": scales,
                 "b": rng.integers(-3000, 3000, 6, np.int32), "sb": scales * sx}
    kind, attributes = ("ConvTranspose", {"strides": [2, 1, 1]}) if transposed else ("Conv", {"pads": [1, 0, 1, 1, 0, 1]})
    nodes = [*quantize("x", "sx", "zx", "xd"), *dequantize("w", "sw", "wd", axis=axis), *dequantize("b", "sb", "bd", axis=0), node(kind, ["xd", "wd", "bd"], ["c"], name="conv", **attributes),
             node("Relu", ["c"], ["r"], name="relu"), *quantize("r", "sy", "zy", "y")]
    path = store(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 5, 6, 4])], [port("y", None)], constants, 17)
    x = rng.normal(size=(8, 4, 5, 6, 4)).astype(F32)
    program, _ = converted(path, {"x": x})
    kinds = [layer["kind"] for layer in tare_json("verify", program)["layers"]]
    assert "host" not in kinds and len([kind for kind in kinds if kind.startswith("conv")]) == 1 and "rescale" not in kinds, kinds
    expected = np.concatenate([whole(path, {"x": each[None]})["y"] for each in x])
    off = np.abs(outputs_of(program, {"x": x})["y"].reshape(expected.shape) - expected) / constants["sy"]
    assert off.max() < 1.01 and np.mean(off > .5) < .01, (off.max(), np.mean(off > .5))


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

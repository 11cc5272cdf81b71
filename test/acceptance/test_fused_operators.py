"""What ONNX Runtime's optimizations leave in a file: operators of its own that are a few of ONNX's."""
import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from graphs import converted, node, outputs_of, port
from harness import fails, reference, sqnr

F32 = np.float32
MICROSOFT = "com.microsoft"
IMAGE, MATRIX = [1, 4, 6, 6], [1, 2, 3, 6]
PADDED = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}


def save(path, operator, operands, shape, domain=MICROSOFT, opset=17, **attributes):
    rng = np.random.default_rng(3)
    constants = {"w": rng.normal(size=(4, 4, 3, 3)), "b": rng.normal(size=4), "m": rng.normal(size=(6, 5)), "mt": rng.normal(size=(5, 6)), "c": rng.normal(size=5),
                 "z": rng.normal(size=(1, 4, 6, 6)), "q": rng.integers(0, 255, (6, 5)).astype(np.uint8), "qs": F32(.02), "qz": np.uint8(120),
                 "qss": rng.uniform(.01, .02, 5), "qzs": np.full(5, 125, np.uint8)}
    stored = [numpy_helper.from_array(array if array.dtype in (np.uint8, F32) else array.astype(F32), name) for name, array in constants.items() if name in operands]
    graph = helper.make_graph([node(operator, operands, ["y"], name="one", domain=domain, **attributes)], "g", [port("x", shape)], [port("y", None)], stored)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid(MICROSOFT, 1)], ir_version=10), str(path))
    return path


CASES = {f"conv_{name}": ("FusedConv", ["x", "w", "b"], IMAGE, {"activation": name, **PADDED} | more)
         for name, more in {"Relu": {}, "Tanh": {}, "Sigmoid": {}, "LeakyRelu": {"activation_params": [.1]}, "HardSigmoid": {"activation_params": [.25, .4]},
                            "Clip": {"activation_params": [-.5, 2.]}}.items()} | {
    "conv": ("FusedConv", ["x", "w"], IMAGE, PADDED),
    "conv_sum": ("FusedConv", ["x", "w", "b", "z"], IMAGE, {"activation": "Relu", **PADDED}),
    "conv_itself": ("FusedConv", ["x", "w", "b", "x"], IMAGE, {"activation": "Relu", **PADDED}),
    "gemm_Relu": ("FusedGemm", ["x", "m", "c"], [1, 6], {"activation": "Relu", "alpha": .5, "beta": 2.}),
    "gemm_LeakyRelu": ("FusedGemm", ["x", "mt", "c"], [1, 6], {"activation": "LeakyRelu", "activation_alpha": .3, "transB": 1}),
    "matmul": ("FusedMatMul", ["x", "m"], MATRIX, {"alpha": .25}),
    "matmul_b": ("FusedMatMul", ["x", "mt"], MATRIX, {"transB": 1}),
    "transpose_matmul": ("TransposeMatMul", ["x", "mt"], MATRIX, {"transB": 1, "alpha": .5}),
    "matmul_itself": ("FusedMatMul", ["x", "x"], MATRIX, {"transB": 1, "alpha": .125}),
    "matmul_a": ("FusedMatMul", ["x", "x"], MATRIX, {"transA": 1, "alpha": 2.}),
    "matmul_batch": ("FusedMatMul", ["x", "x"], [1, 2, 2, 6], {"transBatchA": 1, "transBatchB": 1, "transB": 1}),
    "quick_gelu": ("QuickGelu", ["x"], IMAGE, {"alpha": 1.5}),
    "quick_gelu_default": ("QuickGelu", ["x"], IMAGE, {}),
}
DYNAMIC = {
    "matmul": ("DynamicQuantizeMatMul", ["x", "q", "qs", "qz", "c"]),
    "matmul_columns": ("DynamicQuantizeMatMul", ["x", "q", "qss", "qzs"]),
    "matmul_signed": ("DynamicQuantizeMatMul", ["x", "q", "qs"]),
}


@pytest.mark.parametrize("case", CASES)
def test_as_onnxruntime(tmp_path, case, rng):
    operator, operands, shape, attributes = CASES[case]
    model = save(tmp_path / "m.onnx", operator, operands, shape, **attributes)
    x = {"x": rng.normal(size=(6, *shape[1:])).astype(F32)}
    expected = reference(model, x)["y"]
    np.testing.assert_allclose(outputs_of(model, x)["y"], expected, rtol=1e-4, atol=1e-5)
    program, said = converted(model, x)
    assert sqnr(expected, outputs_of(program, x)["y"]) > 30 and "warning" not in said, said


@pytest.mark.parametrize("case", DYNAMIC)
def test_dynamic_quantization(tmp_path, case, rng):
    """The float form is evaluated without the rounding of x to 8 bits that ONNX Runtime does."""
    operator, operands = DYNAMIC[case]
    model = save(tmp_path / "m.onnx", operator, operands, [1, 6])
    x = {"x": rng.normal(size=(16, 6)).astype(F32)}
    expected = reference(model, x)["y"]
    assert sqnr(expected, outputs_of(model, x)["y"]) > 35
    program, said = converted(model, x)
    assert sqnr(expected, outputs_of(program, x)["y"]) > 28 and "quantizes 'x' dynamically" in said


def test_what_onnxruntime_makes_of_a_dynamically_quantized_model(tmp_path, rng):
    """DynamicQuantizeLinear, MatMulIntegerToFloat: its optimizations at the extended level, saved."""
    import onnxruntime
    from onnxruntime.quantization import quantize_dynamic

    weights = {"w": rng.normal(size=(16, 12)), "v": rng.normal(size=(12, 5)), "b": rng.normal(size=12)}
    graph = helper.make_graph([node("MatMul", ["x", "w"], ["a"], name="first"), node("Add", ["a", "b"], ["s"], name="bias"), node("Relu", ["s"], ["r"], name="relu"),
                               node("MatMul", ["r", "v"], ["y"], name="second")], "g", [port("x", [1, 16])], [port("y", [1, 5])],
                              [numpy_helper.from_array(array.astype(F32), name) for name, array in weights.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(tmp_path / "float.onnx"))
    quantize_dynamic(str(tmp_path / "float.onnx"), str(tmp_path / "dynamic.onnx"))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(tmp_path / "m.onnx")
    onnxruntime.InferenceSession(str(tmp_path / "dynamic.onnx"), options, providers=["CPUExecutionProvider"])
    assert any(each.domain == MICROSOFT for each in onnx.load(tmp_path / "m.onnx").graph.node)
    x = {"x": rng.normal(size=(32, 16)).astype(F32)}
    expected = reference(tmp_path / "float.onnx", x)["y"]
    assert sqnr(expected, outputs_of(tmp_path / "m.onnx", x)["y"]) > 35
    assert sqnr(expected, outputs_of(converted(tmp_path / "m.onnx", x)[0], x)["y"]) > 25


@pytest.mark.parametrize("alpha", [None, .5])
def test_swish(tmp_path, alpha, rng):
    attributes = {} if alpha is None else {"alpha": alpha}
    model = save(tmp_path / "m.onnx", "Swish", ["x"], IMAGE, domain="", opset=24, **attributes)
    x = {"x": rng.normal(size=(6, *IMAGE[1:])).astype(F32)}
    expected = x["x"] / (1 + np.exp(-(alpha or 1) * x["x"]))
    np.testing.assert_allclose(outputs_of(model, x)["y"], expected, rtol=1e-5, atol=1e-6)
    assert sqnr(expected, outputs_of(converted(model, x)[0], x)["y"]) > 30


@pytest.mark.parametrize("operator, operands, attributes, said", [
    ("FusedConv", ["x", "w"], {"activation": "Elu"}, ["FusedConv, opset 1", "'Elu'", "expected Relu, Tanh"]),
    ("FusedConv", ["x", "w"], {"activation": "Clip", "activation_params": [1.]}, ["has 1 limits, expected 2"]),
    ("FusedConv", ["x", "m"], {}, ["node 'one' (com.microsoft.FusedConv, opset 1)"]),
    ("FusedUnknown", ["x"], {}, ["operators that are not supported: node 'one' (com.microsoft.FusedUnknown, opset 1)"]),
])
def test_refusals(tmp_path, operator, operands, attributes, said):
    model = save(tmp_path / "m.onnx", operator, operands, IMAGE, **attributes)
    told = fails("convert", model, "--random-calibration", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    for each in said:
        assert each in told, told

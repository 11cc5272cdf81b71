"""Operators that quantize and dequantize themselves: the same program as the QDQ form, and what ONNX Runtime computes."""
import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from graphs import TensorProto, converted, node, outputs_of, port
from harness import fails, onnxruntime_saturates, reference

F32 = np.float32
MICROSOFT = "com.microsoft"
OWN = {"QLinearConv", "QLinearMatMul"}


def save(path, nodes, inputs, outputs, constants, opset=19):
    """A model of ONNX's own operators and Microsoft's, of which the onnx package knows nothing."""
    used = {name for each in nodes for name in each.input}
    stored = [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items() if name in used]
    sets = [helper.make_opsetid("", opset), helper.make_opsetid(MICROSOFT, 1)]
    onnx.save(helper.make_model(helper.make_graph(nodes, "g", inputs, outputs, stored), opset_imports=sets, ir_version=9), str(path))
    return path


def constants(kind, rng):
    """Grids and weights for integers of `kind`."""
    middle = 128 if kind == np.uint8 else 0
    integers = lambda *shape: (rng.integers(-127, 128, shape) + middle).astype(kind)
    return {
        "xs": F32(.02), "xz": kind(middle + 3), "ys": F32(.047), "yz": kind(middle - 5), "ps": F32(1 / 256), "pz": kind(middle - 128),
        "ns": F32(.031), "nz": kind(middle + 9), "n": integers(1, 4, 6, 6), "row": integers(1, 4),
        "w": rng.integers(-127, 128, (8, 4, 3, 3)).astype(np.int8), "ws": rng.uniform(.002, .02, 8).astype(F32), "wz": np.zeros(8, np.int8),
        "w1": rng.integers(-127, 128, (8, 4, 3, 3)).astype(np.int8), "w1s": F32(.006), "w1z": np.int8(0), "b": rng.integers(-5000, 5000, 8).astype(np.int32),
        "m": rng.integers(-127, 128, (6, 5)).astype(np.int8), "ms": rng.uniform(.002, .02, 5).astype(F32), "mz": np.zeros(5, np.int8),
        "mt": rng.integers(-127, 128, (5, 6)).astype(np.int8), "c": rng.integers(-900, 900, 5).astype(np.int32), "half": F32(.5),
        "u": rng.integers(0, 255, (6, 5)).astype(np.uint8), "us": F32(.01), "uz": np.uint8(131),
    }


def quantized(value):
    return node("QuantizeLinear", [value, "ys", "yz"], ["y"], name="q")


def read(integers, scale, zero, result, **attributes):
    return node("DequantizeLinear", [integers, scale, zero], [result], name=f"d_{result}", **attributes)


def twin(operator, *operands, before=(), after=(), **attributes):
    """The QDQ form of one operator of x."""
    return [read("x", "xs", "xz", "xr"), *before, node(operator, list(operands), ["r"], name="layer", **attributes), *after, quantized("r")]


def bias(scale):
    return [node("Mul", ["xs", scale], ["bs"]), node("DequantizeLinear", ["b", "bs"], ["br"], axis=0)]


X, Y, IMAGE, MATRIX = ["x", "xs", "xz"], ["ys", "yz"], [1, 4, 6, 6], [1, 6]
PADDED = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
LAST = [read("x", "xs", "xz", "xl"), node("Transpose", ["xl"], ["xr"], perm=[0, 3, 1, 2])]
TO_LAST = [node("Transpose", ["f"], ["r"], perm=[0, 2, 3, 1])]
# Name: the operator, its operands, its attributes, x's shape, y's, the QDQ form.
CASES = {
    "conv": ("QLinearConv", [*X, "w", "ws", "wz", *Y, "b"], PADDED, IMAGE, [1, 8, 6, 6],
             twin("Conv", "xr", "wr", "br", before=[read("w", "ws", "wz", "wr", axis=0), *bias("ws")], **PADDED)),
    "conv_one_scale": ("QLinearConv", [*X, "w1", "w1s", "w1z", *Y], {"strides": [2, 2]}, IMAGE, [1, 8, 2, 2],
                       twin("Conv", "xr", "wr", before=[read("w1", "w1s", "w1z", "wr")], strides=[2, 2])),
    "matmul": ("QLinearMatMul", [*X, "m", "ms", "mz", *Y], {}, MATRIX, [1, 5], twin("MatMul", "xr", "mr", before=[read("m", "ms", "mz", "mr", axis=1)])),
    "matmul_unsigned": ("QLinearMatMul", [*X, "u", "us", "uz", *Y], {}, MATRIX, [1, 5], twin("MatMul", "xr", "mr", before=[read("u", "us", "uz", "mr")])),
    "gemm": ("QGemm", [*X, "mt", "w1s", "w1z", "c", *Y], {"transB": 1, "alpha": .5}, MATRIX, [1, 5],
             twin("Gemm", "xr", "mr", "cr", before=[read("mt", "w1s", "w1z", "mr"), node("Mul", ["xs", "w1s"], ["s"]), node("Mul", ["s", "half"], ["cs"]),
                                                   node("DequantizeLinear", ["c", "cs"], ["cr"])], transB=1, alpha=.5)),
    "add": ("QLinearAdd", [*X, "n", "ns", "nz", *Y], {}, IMAGE, IMAGE, twin("Add", "xr", "nr", before=[read("n", "ns", "nz", "nr")])),
    "add_itself": ("QLinearAdd", [*X, *X, *Y], {}, IMAGE, IMAGE, twin("Add", "xr", "xr")),
    "mul": ("QLinearMul", [*X, "n", "ns", "nz", *Y], {}, IMAGE, IMAGE, twin("Mul", "xr", "nr", before=[read("n", "ns", "nz", "nr")])),
    "average_pool": ("QLinearAveragePool", [*X, *Y], PADDED | {"count_include_pad": 1}, IMAGE, IMAGE, twin("AveragePool", "xr", count_include_pad=1, **PADDED)),
    "average_pool_last": ("QLinearAveragePool", [*X, *Y], {"kernel_shape": [2, 2], "strides": [2, 2], "channels_last": 1}, [1, 6, 6, 4], [1, 3, 3, 4],
                          [*LAST, node("AveragePool", ["xr"], ["f"], kernel_shape=[2, 2], strides=[2, 2]), *TO_LAST, quantized("r")]),
    "global_average_pool": ("QLinearGlobalAveragePool", [*X, *Y], {}, IMAGE, [1, 4, 1, 1], twin("GlobalAveragePool", "xr")),
    "global_average_pool_last": ("QLinearGlobalAveragePool", [*X, *Y], {"channels_last": 1}, [1, 6, 6, 4], [1, 1, 1, 4],
                                 [*LAST, node("GlobalAveragePool", ["xr"], ["f"]), *TO_LAST, quantized("r")]),
    "concat": ("QLinearConcat", [*Y, *X, "n", "ns", "nz", *X], {"axis": 1}, IMAGE, [1, 12, 6, 6],
               twin("Concat", "xr", "nr", "xr", before=[read("n", "ns", "nz", "nr")], axis=1)),
    "sigmoid": ("QLinearSigmoid", [*X, *Y], {}, IMAGE, IMAGE, twin("Sigmoid", "xr")),
    "leaky_relu": ("QLinearLeakyRelu", [*X, *Y], {"alpha": .2}, IMAGE, IMAGE, twin("LeakyRelu", "xr", alpha=.2)),
    "softmax": ("QLinearSoftmax", [*X, *Y], {"axis": 1, "opset": 13}, MATRIX, MATRIX, twin("Softmax", "xr", axis=1)),
    "softmax_flat": ("QLinearSoftmax", [*X, *Y], {"axis": 1, "opset": 12}, [1, 4, 3], [1, 4, 3],
                     [read("x", "xs", "xz", "xr"), node("Flatten", ["xr"], ["rows"], axis=1), node("Softmax", ["rows"], ["s"], axis=1),
                      node("Shape", ["xr"], ["shape"]), node("Reshape", ["s", "shape"], ["r"]), quantized("r")]),
}
FINE = {"sigmoid", "softmax", "softmax_flat"}  # Their results are between 0 and 1.


def models(tmp_path, case, kind, rng):
    operator, operands, attributes, x, y, nodes = CASES[case]
    grids = constants(kind, rng)
    if case in FINE:
        grids |= {"ys": grids["ps"], "yz": grids["pz"]}
    domain = "" if operator in OWN else MICROSOFT
    one = [node(operator, operands, ["y"], name="one", domain=domain, **attributes)]
    ports = [port("x", x, kind)], [port("y", y, kind)]
    return [save(tmp_path / name, nodes, *ports, grids) for name, nodes in (("one.onnx", one), ("twin.onnx", nodes))]


def samples(shape, kind, rng):
    return {"x": rng.integers(np.iinfo(kind).min, np.iinfo(kind).max + 1, (7, *shape[1:]), kind)}


@pytest.mark.parametrize("kind", [np.int8, np.uint8])
@pytest.mark.parametrize("case", CASES)
def test_as_the_qdq_form(tmp_path, case, kind, rng):
    one, twin = models(tmp_path, case, kind, rng)
    x = samples(CASES[case][3], kind, rng)
    expected = outputs_of(twin, x)["y"]
    assert expected.dtype == kind and len(np.unique(expected)) > 3
    np.testing.assert_array_equal(outputs_of(one, x)["y"], expected)
    programs = [converted(model, x, name=f"{model.stem}.tare")[0] for model in (one, twin)]
    np.testing.assert_array_equal(outputs_of(programs[0], x)["y"], outputs_of(programs[1], x)["y"])


@pytest.mark.parametrize("kind", [np.int8, np.uint8])
@pytest.mark.parametrize("case", CASES)
def test_as_onnxruntime(tmp_path, case, kind, rng):
    if case == "matmul_unsigned" and kind == np.int8:
        pytest.skip("ONNX Runtime has no product of int8 and uint8")
    if kind == np.uint8 and case in ("conv", "conv_one_scale", "matmul", "gemm") and onnxruntime_saturates():
        pytest.skip("NOT TESTED ON THIS PROCESSOR: ONNX Runtime's sums of uint8 times int8 saturate")
    one, _ = models(tmp_path, case, kind, rng)
    x = samples(CASES[case][3], kind, rng)
    off = np.abs(outputs_of(one, x)["y"].astype(int) - reference(one, x)["y"].astype(int))
    # Ties, which float32 rounds either way; ONNX Runtime's tables and averages are its own.
    assert off.max() <= 1 and np.mean(off) < .02, (off.max(), np.mean(off))


def test_a_real_result(tmp_path, rng):
    """A QGemm without a grid of its result."""
    nodes = [node("QGemm", [*X, "m", "w1s", "w1z", "c"], ["y"], name="one", domain=MICROSOFT)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", MATRIX, np.int8)], [port("y", [1, 5])], constants(np.int8, rng))
    x = samples(MATRIX, np.int8, rng)
    np.testing.assert_allclose(outputs_of(model, x)["y"], reference(model, x)["y"], rtol=1e-5, atol=1e-5)


def test_a_zero_point_left_out(tmp_path, rng):
    """It is 0 of the operands' type, not of QuantizeLinear's uint8."""
    grids = constants(np.int8, rng) | {"xz": np.int8(0)}
    one = save(tmp_path / "one.onnx", [node("QLinearSigmoid", ["x", "xs", "", "ps", ""], ["y"], name="one", domain=MICROSOFT)],
               [port("x", IMAGE, np.int8)], [port("y", IMAGE, np.int8)], grids)
    x = rng.integers(-128, 128, IMAGE, np.int8)
    expected = np.clip(np.rint(256 / (1 + np.exp(-.02 * x.astype(float)))), -128, 127)
    assert np.abs(outputs_of(one, {"x": x})["y"] - expected).max() <= 1


def test_borders_of_microsofts_domain(tmp_path, rng):
    nodes = [node("DequantizeLinear", X, ["r"], name="d", domain=MICROSOFT), node("Relu", ["r"], ["p"], name="relu"),
             node("QuantizeLinear", ["p", "ys", "yz"], ["y"], name="q", domain=MICROSOFT)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", IMAGE, np.int8)], [port("y", IMAGE, np.int8)], constants(np.int8, rng))
    x = samples(IMAGE, np.int8, rng)
    np.testing.assert_array_equal(outputs_of(model, x)["y"], reference(model, x)["y"])


@pytest.mark.parametrize("nodes, said", [
    ([node("QLinearConcat", [*Y, *X, "n"], ["y"], name="one", domain=MICROSOFT)], ["node 'one' (com.microsoft.QLinearConcat, opset 1)", "found 6 operands"]),
    ([node("QLinearSigmoid", ["f", "xs", "", *Y], ["y"], name="one", domain=MICROSOFT)], ["node 'one' (com.microsoft.QLinearSigmoid, opset 1)", "'f' is floating point"]),
    ([node("QLinearConv", [*X, "x", "xs", "xz", *Y], ["y"], name="one")], ["node 'one' (QLinearConv, opset 19)", "constant"]),
], ids=["concat", "real", "weights"])
def test_refusals(tmp_path, nodes, said, rng):
    model = save(tmp_path / "m.onnx", nodes, [port("x", IMAGE, np.int8), port("f", IMAGE)], [port("y", None, np.int8)], constants(np.int8, rng))
    told = fails("convert", model, "--random-calibration", "--host", "error", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    for each in said:
        assert each in told, told


def test_quantized_by_onnxruntime(tmp_path, rng):
    """One net in both forms, as quantize_static writes them: the same program but for the layers' names."""
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Data(CalibrationDataReader):
        def __init__(self):
            self.left = [{"x": x[None]} for x in calibration]

        def get_next(self):
            return self.left.pop() if self.left else None

    calibration = rng.normal(size=(8, 3, 16, 16)).astype(F32)
    weights = {"w": rng.normal(size=(8, 3, 3, 3)), "b": rng.normal(size=8), "w2": rng.normal(size=(8, 8, 1, 1)), "m": rng.normal(size=(8, 5))}
    nodes = [node("Conv", ["x", "w", "b"], ["c"], name="conv", **PADDED), node("Relu", ["c"], ["r"], name="relu"), node("Conv", ["r", "w2"], ["s"], name="conv2"),
             node("Add", ["s", "r"], ["a"], name="add"), node("GlobalAveragePool", ["a"], ["g"], name="pool"), node("Flatten", ["g"], ["f"], name="flat"),
             node("MatMul", ["f", "m"], ["y"], name="fc")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 16, 16])], [port("y", [1, 5])], {name: array.astype(F32) for name, array in weights.items()}, opset=17)
    results = []
    for form in (QuantFormat.QOperator, QuantFormat.QDQ):
        path = tmp_path / f"{form.name}.onnx"
        quantize_static(str(model), str(path), Data(), quant_format=form, activation_type=QuantType.QInt8, weight_type=QuantType.QInt8)
        results.append(outputs_of(converted(path, {"x": calibration}, name=f"{form.name}.tare")[0], {"x": calibration})["y"])
        np.testing.assert_allclose(results[-1], reference(path, {"x": calibration})["y"], atol=.1 * np.abs(results[-1]).max())

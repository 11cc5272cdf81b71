"""(A63) A target that only shifts to the right, and models whose results are on finer grids than what they are computed from: exact."""
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import load, tare, tare_json

GIVEN = 2.0 ** -5  # The step of every input.
SAMPLES = 12


class Model:
    """x, and z if it is read, quantized; what `nodes` make of them; quantized to `step`."""

    def __init__(self, nodes, step, constants=(), z=None, weights=None):
        self.nodes, self.stored, self.ports = [], [], []
        self.input("x", [1, 4, 6])
        if z:
            self.input("z", z)
        if weights is not None:
            integers, scale = weights
            self.store(w_q=integers, w_s=np.float32(scale))
            self.nodes.append(helper.make_node("DequantizeLinear", ["w_q", "w_s"], ["w"], name="w_dq"))
        self.store(**dict(constants))
        self.nodes += nodes
        self.rounded(nodes[-1].output[0], "y", step)

    def store(self, **arrays):
        self.stored += [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()]

    def rounded(self, value, name, step):
        self.store(**{name + "_s": np.float32(step), name + "_z": np.int8(0)})
        self.nodes += [helper.make_node("QuantizeLinear", [value, name + "_s", name + "_z"], [name + "_q"], name=name + "_quantize"),
                       helper.make_node("DequantizeLinear", [name + "_q", name + "_s", name + "_z"], [name], name=name + "_dequantize")]

    def input(self, name, shape):
        self.ports.append(helper.make_tensor_value_info(name + "_in", TensorProto.FLOAT, shape))
        self.rounded(name + "_in", name, GIVEN)

    def save(self, folder, rng):
        graph = helper.make_graph(self.nodes, "reached", self.ports, [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], self.stored)
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10), folder / "m.onnx")
        # Few steps: a fine grid holds no more. -128 is not there.
        data = {port.name: (rng.integers(-3, 4, (SAMPLES, *[each.dim_value for each in port.type.tensor_type.shape.dim][1:])) * GIVEN).astype(np.float32)
                for port in self.ports}
        np.savez(folder / "x.npz", **data)
        return data


def node(operator, inputs, output="r", **attributes):
    return helper.make_node(operator, inputs, [output], name="made" if output == "r" else "made_" + output, **attributes)


WEIGHTS = np.random.default_rng(5).integers(-9, 10, (3, 4, 1)).astype(np.int8)
PADS = {"pads": np.array([0, 0, 1, 0, 0, 1])}
# What makes r, the step that it has by itself, and what else the model has.
MAKERS = {
    "softmax": ([node("Softmax", ["x"], axis=2)], 2.0 ** -15, {}),
    "product": ([node("Mul", ["x", "z"])], 2.0 ** -10, dict(z=[1, 4, 6])),
    "product with a constant": ([node("Mul", ["x", "w"])], 2.0 ** -12, dict(weights=(WEIGHTS[0], 2.0 ** -7))),
    "matrices": ([node("MatMul", ["x", "z"])], 2.0 ** -10, dict(z=[1, 6, 5])),
    "convolution": ([node("Conv", ["x", "w"])], 2.0 ** -12, dict(weights=(WEIGHTS, 2.0 ** -7))),
    "float weights": ([node("Conv", ["x", "k"])], 2.0 ** -11, dict(constants={"k": (WEIGHTS * 2.0 ** -3).astype(np.float32)})),
    "joined": ([node("Concat", ["x", "z"], axis=1)], GIVEN, dict(z=[1, 2, 6])),
    "joined products": ([node("Mul", ["x", "z"], "p"), node("Concat", ["p", "x"], axis=1)], 2.0 ** -10, dict(z=[1, 4, 6])),
    "a limit": ([node("Relu", ["x"])], GIVEN, {}),
    "resize": ([node("Resize", ["x", "", "scales"], mode="linear", coordinate_transformation_mode="asymmetric")], 2.0 ** -6,
               dict(constants={"scales": np.array([1, 1, 2], np.float32)})),
    "joined with a resize": ([node("Resize", ["x", "", "scales"], "p", mode="linear", coordinate_transformation_mode="asymmetric"),
                              node("Concat", ["p", "z"], axis=1)], 2.0 ** -6,
                             dict(z=[1, 2, 12], constants={"scales": np.array([1, 1, 2], np.float32)})),
    "mean": ([node("AveragePool", ["x"], kernel_shape=[2])], 2.0 ** -6, {}),
}


def behind(way, step):
    """What moves or limits r on its way to the quantizer, with ends and a border that only the result's grid has, nearly."""
    border = np.float32(5 * step)
    limits = {"low": np.float32(-51.4 * step), "high": np.float32(77.3 * step)}
    return {
        "nothing": ([], {}),
        "a clip": ([node("Clip", ["r", "low", "high"], "c")], limits),
        "a transpose and a clip": ([node("Transpose", ["r"], "t", perm=[0, 2, 1]), node("Clip", ["t", "low", "high"], "c")], limits),
        "a border": ([node("Pad", ["r", "pads", "border"], "c")], {"border": border, **PADS}),
        "a clip and a border": ([node("Clip", ["r", "low", "high"], "c"), node("Pad", ["c", "pads", "border"], "d")], {"border": border, **PADS, **limits}),
    }[way]


def run(model, folder, rng):
    data = model.save(folder, rng)
    program = folder / "p.tare"
    tare("convert", folder / "m.onnx", "--calibration", folder / "x.npz", "--target", "shift_only", "--check", "0", "-o", program)
    tare("run", program, "--inputs", folder / "x.npz", "--outputs", folder / "y.npz")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(folder / "m.onnx", options)
    wanted = [session.run(None, {name: each[i:i + 1] for name, each in data.items()})[0] for i in range(SAMPLES)]
    return load(folder / "y.npz")["y"], np.concatenate(wanted)


@pytest.mark.parametrize("way", ["nothing", "a clip", "a transpose and a clip", "a border", "a clip and a border"])
@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("finer", [1, 3, 24])
def test_a_result_finer_than_what_it_is_made_from(finer, maker, way, tmp_path, rng):
    nodes, own, others = MAKERS[maker]
    step = own * 2.0 ** -finer
    moves, constants = behind(way, step)
    constants = {**constants, **others.get("constants", {})}
    found, wanted = run(Model(nodes + moves, step, constants, **{name: each for name, each in others.items() if name != "constants"}), tmp_path, rng)
    # (A63) Nothing is rounded, and -128 is not there; a softmax's shares are rounded to 2^-15 themselves.
    off = np.abs(found - np.maximum(wanted, -127 * step)) / step
    assert off.max() <= (2.0 ** finer if maker == "softmax" else 0)
    proofs = tare_json("verify", tmp_path / "p.tare")["layers"]
    assert all(each.get("worst_error", 0) <= 1 for each in proofs)

"""Slices and parts without elements: a Concat drops them; as an output they are refused in words."""
import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import fails

RNG = np.random.default_rng(6)
I64 = lambda *values: np.array(values, np.int64)
CONSTANTS = {"zero": I64(0), "three": I64(3), "far": I64(100), "channels": I64(1), "parts": I64(0, 3), "parts3": I64(1, 0, 2),
             "pads": I64(0, 0, 0, 0, 0, -3, 0, 0), "w": RNG.normal(size=(4, 3, 1, 1)).astype(np.float32), "flat": I64(1, 0, -1, 5),
             "s": np.float32(.03), "z": np.int8(3), "deep": I64(1, 0, 30)}
nothing = lambda value, result: node("Slice", [value, "zero", "zero", "channels"], [result])
GRAPHS = {
    "behind": [nothing("x", "s0"), node("Concat", ["x", "s0"], ["y"], axis=1)],
    "before": [nothing("x", "s0"), node("Concat", ["s0", "x"], ["y"], axis=1)],
    "past_the_end": [node("Slice", ["x", "three", "far", "channels"], ["s0"]), node("Concat", ["s0", "x", "x"], ["y"], axis=1)],
    "split": [node("Split", ["x", "parts"], ["s0", "t"], axis=1), node("Concat", ["s0", "t"], ["y"], axis=1)],
    "split_in_the_middle": [node("Split", ["x", "parts3"], ["a", "s0", "b"], axis=1), node("Concat", ["b", "s0", "a"], ["y"], axis=1)],
    "split_unread": [node("Split", ["x", "parts"], ["s0", "y"], axis=1)],
    "cropped_away": [node("Pad", ["x", "pads"], ["s0"]), node("Concat", ["s0", "x"], ["y"], axis=1)],
    "through_functions": [node("Conv", ["x", "w"], ["c"]), nothing("c", "s0"), node("Relu", ["s0"], ["r"]), node("Sigmoid", ["r"], ["q"]),
                          node("Add", ["q", "s0"], ["a"]), node("Concat", ["c", "a"], ["y"], axis=1)],
    "through_movement": [nothing("x", "s0"), node("Relu", ["s0"], ["r"]), node("Transpose", ["r"], ["t"], perm=[0, 1, 3, 2]),
                         node("Reshape", ["t", "deep"], ["f"]), node("Reshape", ["x", "rows"], ["g"]),
                         node("Concat", ["f", "g"], ["y"], axis=1)],
    "quantized": [*quantize("x", "s", "z", "xd"), nothing("xd_q", "s0"), *dequantize("s0", "s", "sd", "z"),
                  node("Concat", ["sd", "xd"], ["c"], axis=1), *quantize("c", "s", "z", "y")],
}
CONSTANTS["rows"] = I64(1, 3, 30)


@pytest.mark.parametrize("graph", GRAPHS)
def test_empty_slices(graph, tmp_path, rng):
    model = save(tmp_path / "m.onnx", GRAPHS[graph], [port("x", [1, 3, 6, 5])], [port("y", None)], CONSTANTS, opset=17)
    data = {"x": rng.normal(size=(8, 3, 6, 5)).astype(np.float32)}
    expected = reference(model, data)["y"]
    found = outputs_of(model, data)["y"]
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=1e-6 if graph != "quantized" else .031)
    program, _ = converted(model, data, "--method", "min_max")
    assert np.max(np.abs(outputs_of(program, data)["y"] - expected)) < .01 * np.ptp(expected)


def test_an_empty_output_is_refused(tmp_path, rng):
    model = save(tmp_path / "m.onnx", [nothing("x", "y"), node("Relu", ["x"], ["z0"])], [port("x", [1, 3, 6, 5])],
                 [port("z0", [1, 3, 6, 5]), port("y", [1, 0, 6, 5])], CONSTANTS, opset=17)
    np.savez(tmp_path / "d.npz", x=rng.normal(size=(8, 3, 6, 5)).astype(np.float32))
    for command in (["convert", model, "--calibration", tmp_path / "d.npz", "-o", tmp_path / "m.tare"],
                    ["run", model, "--inputs", tmp_path / "d.npz", "--outputs", tmp_path / "y.npz"]):
        message = fails(*command, output=command[-1])
        assert "output 'y'" in message and "1x0x6x5" in message and "no elements" in message


def test_what_needs_elements_says_so(tmp_path, rng):
    model = save(tmp_path / "m.onnx", [nothing("x", "s0"), node("ReduceMean", ["s0"], ["y"], axes=[1], name="mean")],
                 [port("x", [1, 3, 6, 5])], [port("y", None)], CONSTANTS, opset=17)
    np.savez(tmp_path / "d.npz", x=rng.normal(size=(8, 3, 6, 5)).astype(np.float32))
    message = fails("convert", model, "--calibration", tmp_path / "d.npz", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "node 'mean'" in message and "holds" in message and "nan" in message

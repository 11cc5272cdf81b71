"""Max pooling with dilations, in every geometry that ONNX Runtime takes."""
import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, reference, save
from harness import fails

GEOMETRIES = {
    "dilated": ([10, 11], dict(kernel_shape=[2, 2], dilations=[2, 2])),
    "uneven": ([10, 11], dict(kernel_shape=[3, 2], dilations=[2, 3], strides=[2, 1])),
    "one_axis": ([10, 11], dict(kernel_shape=[3, 3], dilations=[1, 4])),
    "padded": ([10, 11], dict(kernel_shape=[3, 3], dilations=[2, 2], pads=[2, 2, 2, 2])),
    "padded_unevenly": ([10, 11], dict(kernel_shape=[3, 3], dilations=[2, 3], pads=[0, 2, 1, 0], strides=[2, 2])),
    "ceil_mode": ([10, 11], dict(kernel_shape=[2, 2], dilations=[2, 3], strides=[3, 3], ceil_mode=1)),
    "ceil_mode_padded": ([10, 11], dict(kernel_shape=[3, 3], dilations=[2, 2], strides=[3, 2], pads=[1, 1, 0, 2], ceil_mode=1)),
    "whole_image": ([9, 9], dict(kernel_shape=[3, 3], dilations=[4, 4])),
    "one_dimension": ([12], dict(kernel_shape=[3], dilations=[2])),
    "one_dimension_padded": ([12], dict(kernel_shape=[3], dilations=[3], pads=[2, 1], strides=[2])),
    "one_dimension_ceil_mode": ([13], dict(kernel_shape=[3], dilations=[3], pads=[1, 0], strides=[4], ceil_mode=1)),
    "valid": ([10, 11], dict(kernel_shape=[2, 2], dilations=[3, 2], auto_pad="VALID")),
}


@pytest.mark.parametrize("target", ["generic", "shift_only", "gemmlowp"])
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_max_pool_dilations(geometry, target, tmp_path, rng):
    image, attributes = GEOMETRIES[geometry]
    w = (rng.normal(size=(4, 3, *[3] * len(image))) / 5).astype(np.float32)
    nodes = [node("Conv", ["x", "w"], ["c"], pads=[1, 1] * len(image)), node("MaxPool", ["c"], ["p"], name="pool", **attributes),
             node("Sigmoid", ["p"], ["y"])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, *image])], [port("y", None)], {"w": w}, opset=13)
    data = {"x": rng.normal(size=(8, 3, *image)).astype(np.float32)}
    expected = reference(model, data)["y"]
    np.testing.assert_allclose(outputs_of(model, data)["y"], expected, atol=2e-6)
    program, _ = converted(model, data, "--method", "min_max", "--target", target)
    assert np.max(np.abs(outputs_of(program, data)["y"] - expected)) < .03


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_max_pool_dilations_move_the_input_alone(geometry, tmp_path, rng):
    """Nothing is rounded but the input: pooling commutes with it."""
    image, attributes = GEOMETRIES[geometry]
    model = save(tmp_path / "m.onnx", [node("MaxPool", ["x"], ["y"], **attributes)], [port("x", [2, 3, *image])], [port("y", None)], opset=12)
    data = {"x": rng.integers(-127, 128, (8, 2, 3, *image)).astype(np.float32)}
    data["x"][0].flat[:2] = -127, 127
    expected = reference(model, data)["y"]
    program, _ = converted(model, data, "--method", "min_max")
    np.testing.assert_allclose(outputs_of(program, data)["y"], expected, atol=.51)


def test_a_window_of_nothing_but_padding_is_refused(tmp_path, rng):
    model = save(tmp_path / "m.onnx", [node("MaxPool", ["x"], ["y"], name="pool", kernel_shape=[3, 1], dilations=[2, 2], pads=[1, 1, 1, 1])],
                 [port("x", [1, 2, 6, 6])], [port("y", None)], opset=12)
    np.savez(tmp_path / "d.npz", x=rng.normal(size=(8, 2, 6, 6)).astype(np.float32))
    message = fails("convert", model, "--calibration", tmp_path / "d.npz", "--host", "error", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "node 'pool'" in message and "must see an element" in message

"""(A69) Padding with a real number that is between two of the grid that a model gives what is padded."""
import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, quantize, reference, save
from harness import sqnr

STEP = .25
POWERS = {"step": np.float32(STEP), "zero": np.int8(0), "fine": np.float32(2.0 ** -9), "p": np.array([0, 1, 0, 1], np.int64), "w": np.float32(.5),
          "k": np.array([[1, -1], [.5, 2], [-2, .25], [.125, 1], [1.5, -.75], [2, 1]], np.float32)}
BEHIND = {
    "mul": [node("Mul", ["q", "w"], ["m"], name="behind")],
    "linear": [node("MatMul", ["q", "k"], ["m"], name="behind")],
    "function": [node("Tanh", ["q"], ["m"], name="behind")],
    "moved": [node("Transpose", ["q"], ["t"], perm=[1, 0]), node("Mul", ["t", "w"], ["u"], name="behind"), node("Transpose", ["u"], ["m"], perm=[1, 0])],
}
TARGETS = ["generic", "gemmlowp", "three_stage", "float_tail", "shift_only"]


def model(folder, behind, border, fine=None):
    constants = {**POWERS, "v": np.float32(border), **({"fine": np.float32(fine)} if fine else {})}
    nodes = [*quantize("x", "step", "zero", "d"), node("Pad", ["d", "p", "v"], ["q"], name="pad"), *BEHIND[behind], *quantize("m", "fine", "zero", "y")]
    return save(folder / "m.onnx", nodes, [port("x", [1, 4])], [port("y", None)], constants)


def samples():
    return {"x": (np.random.default_rng(1).integers(-1, 2, (64, 1, 4)) * STEP).astype(np.float32)}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("behind", BEHIND)
def test_a_border_between_two_numbers_is_kept(tmp_path, behind, target):
    """A tenth is between 0 and a quarter: rounded to these it is lost, 13 dB of what the model computes."""
    path, data = model(tmp_path, behind, -.1, 2.0 ** -6 if behind == "linear" else None), samples()
    program, warnings = converted(path, data, "--target", target)
    assert sqnr(reference(path, data)["y"], outputs_of(program, data)["y"]) > 30
    assert "pads integers" not in warnings


@pytest.mark.parametrize("target", TARGETS)
def test_a_border_on_the_grid_takes_nothing(tmp_path, target):
    """What multiplies it is finer than the target's shifts reach from there: still no shift to the left is asked for."""
    path, data = model(tmp_path, "mul", -STEP, 2.0 ** -9), samples()
    program, _ = converted(path, data, "--target", target)
    np.testing.assert_array_equal(reference(path, data)["y"], outputs_of(program, data)["y"])


def test_where_no_grid_is_finer_it_is_told(tmp_path):
    """What was seen takes all of 8 bits."""
    path, data = model(tmp_path, "mul", -.1, .125), samples()
    data["x"][0, 0] = [-32, 31.75, 0, 0]
    _, warnings = converted(path, data, "--target", "gemmlowp")
    assert "layer 'pad': pads integers in steps of 0.25 with -0.10, which is between two of them" in warnings

"""What calibration saw of a float value of the model is known of it, whatever stands around it."""
import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, quantize, reference, save
from harness import samples_shape, tare

F32 = np.float32
STEP = .02
CONSTANTS = {"as": F32(.031), "az": np.int8(4), "bs": F32(.017), "bz": np.int8(-11), "os": F32(STEP), "oz": np.int8(0),
             "ns": F32(.004), "nz": np.int8(3), "border": np.int64([0, 0, 1, 1, 0, 0, 1, 1]), "low": F32(-6.5), "high": F32(6.25),
             "flat": np.int64([1, -1]), "w": np.random.default_rng(3).normal(0, .2, (3, 8, 1, 1)).astype(F32)}
X = quantize("x", "as", "az", "xd")


def joined(*readers):
    return [*X, node("Concat", ["xd", "xd"], ["c"], axis=1, name="c"), *quantize("c", "ns", "nz", "cq"), *readers]


def padded(number, *readers):
    return [*X, node("Pad", ["xd", "border", number], ["c"], name="c"), *readers]


POOL = [node("MaxPool", ["c"], ["p"], kernel_shape=[3, 3], name="p"), *quantize("p", "ns", "nz", "pq")]
MEAN = [node("AveragePool", ["c"], ["m"], kernel_shape=[2, 2], name="m"), *quantize("m", "os", "oz", "y")]
# "y" is read of a value that another reader has on a grid that is too narrow for it.
GRAPHS = {
    "concat_and_mean": (joined(*MEAN), "cq"),
    "concat_and_layer": (joined(node("Conv", ["c", "w"], ["m"], name="m"), *quantize("m", "os", "oz", "y")), "cq"),
    "concat_of_a_relu": ([*X, node("Relu", ["xd"], ["r"], name="r"), node("Concat", ["xd", "r"], ["c"], axis=1, name="c"),
                          *quantize("c", "ns", "nz", "cq"), *MEAN], "cq"),
    "concat_moved": (joined(node("Transpose", ["c"], ["t"], perm=[0, 1, 3, 2], name="t"),
                            node("AveragePool", ["t"], ["m"], kernel_shape=[2, 2], name="m"), *quantize("m", "os", "oz", "y")), "cq"),
    "low_pad": (padded("low", *POOL, *MEAN), "pq"),
    "high_pad": (padded("high", *POOL, *MEAN), "pq"),
    "pad_by_0": (padded("", *POOL, *MEAN), "pq"),
    "pad_moved": (padded("low", *POOL, node("Transpose", ["c"], ["t"], perm=[0, 1, 3, 2], name="t"),
                         node("AveragePool", ["t"], ["m"], kernel_shape=[2, 2], name="m"), *quantize("m", "os", "oz", "y")), "pq"),
    "pool_of_the_input": ([*X, node("MaxPool", ["xd"], ["c"], kernel_shape=[2, 2], name="c"), *quantize("c", "ns", "nz", "cq"), *MEAN], "cq"),
}


def model_of(name, folder):
    nodes, other = GRAPHS[name]
    return save(folder / "m.onnx", nodes, [port("x", [1, 4, 6, 5])], [port("y", None), port(other, None)], CONSTANTS)


@pytest.mark.parametrize("calibrate", (True, False), ids=("calibrated", "given"))
@pytest.mark.parametrize("target", ("generic", "gemmlowp", "three_stage"))
@pytest.mark.parametrize("name", GRAPHS)
def test_no_reader_gets_another_ones_narrow_grid(name, target, calibrate, tmp_path):
    data = {"x": np.random.default_rng(1).normal(0, 1.2, samples_shape([1, 4, 6, 5], 24)).astype(F32)}
    model = model_of(name, tmp_path)
    if not calibrate and name == "concat_of_a_relu":
        pytest.skip("of what an op computes calibration alone says the range; that it is not known is told")
    if calibrate:
        program, messages = converted(model, data, "--method", "min_max", "--target", target)
    else:
        program = tmp_path / "p.tare"
        messages = tare("convert", model, "--target", target, "-o", program).stderr
    assert "no range is known" not in messages
    found, wanted = outputs_of(program, data)["y"], reference(model, data)["y"]
    # The value between has a grid of its own, of its range: half a step of that is what the result is off, and its own.
    assert np.abs(found - wanted).max() < 4 * STEP, messages


def test_a_pad_s_border_is_part_of_its_range(tmp_path):
    model = model_of("low_pad", tmp_path)
    data = {"x": np.random.default_rng(1).normal(0, 1.2, samples_shape([1, 4, 6, 5], 24)).astype(F32)}
    np.savez(tmp_path / "x.npz", **data)
    tare("convert", model, "--calibration", tmp_path / "x.npz", "--emit", "mlir:ranges", "-o", tmp_path / "m.mlir")
    (line,) = [line for line in (tmp_path / "m.mlir").read_text().splitlines() if "qnn.pad" in line]
    least, greatest = (float(end) for end in line.split("#qnn.range<")[1].split(", ")[:2])
    assert least == -6.5 and greatest == pytest.approx(.031 * (127 - 4), abs=1e-3)

"""Borders and masks far below or above everything else: what no result tells apart enters no grid, and the rest is told."""
import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import METHODS, fails, sqnr, tare, tare_json

I64 = lambda *values: np.array(values, np.int64)
MOST = np.finfo(np.float32).max
FAR = [-1e4, 1e4, -1e9, 1e9, -MOST, MOST]
INFINITE = [-np.inf, np.inf]
CONSTANTS = {"p": I64(0, 0, 1, 1, 0, 0, 1, 1), "lo": np.float32(-4), "hi": np.float32(4), "six": np.float32(6), "zero": np.float32(0),
             "minus": np.float32(-.5), "half": np.float32(.5), "signs": np.float32([1, -2]).reshape(1, 2, 1, 1), "w": np.float32(np.arange(36).reshape(2, 2, 3, 3) % 7 - 3)}
SHAPE = (2, 8, 8)
pad = node("Pad", ["x", "p", "v"], ["q"], name="q")
# What saturates at both ends.
SATURATING = {
    "sigmoid": [node("Sigmoid", ["q"], ["y"])],
    "tanh": [node("Tanh", ["q"], ["y"])],
    "hard_sigmoid": [node("HardSigmoid", ["q"], ["y"], alpha=.1, beta=.4)],
    "falling_hard_sigmoid": [node("HardSigmoid", ["q"], ["y"], alpha=-.1, beta=.4)],
    "clip": [node("Clip", ["q", "lo", "hi"], ["y"])],
    "clip_and_leaky": [node("Clip", ["q", "lo", "hi"], ["c"]), node("LeakyRelu", ["c"], ["y"], alpha=.5)],
    "leaky_and_clip": [node("LeakyRelu", ["q"], ["c"], alpha=.5), node("Clip", ["c", "lo", "hi"], ["y"])],
    "min_and_max": [node("Min", ["q", "hi"], ["c"]), node("Max", ["c", "lo"], ["y"])],
    "moved": [node("Transpose", ["q"], ["t"], perm=[0, 2, 3, 1]), node("Sigmoid", ["t"], ["u"]), node("Transpose", ["u"], ["y"], perm=[0, 3, 1, 2])],
    "negated": [node("Neg", ["q"], ["n"]), node("Sigmoid", ["n"], ["y"])],
    "scaled": [node("Mul", ["q", "half"], ["n"]), node("Tanh", ["n"], ["y"])],
    "scaled_down": [node("Mul", ["q", "minus"], ["n"]), node("Tanh", ["n"], ["y"])],
    "by_channel": [node("Mul", ["q", "signs"], ["n"]), node("Clip", ["n", "lo", "hi"], ["y"])],
    "shifted": [node("Add", ["q", "half"], ["n"]), node("Sigmoid", ["n"], ["y"])],
    "subtracted": [node("Sub", ["half", "q"], ["n"]), node("Sigmoid", ["n"], ["y"])],
}
ONE_SIDED = {
    "relu": (-1, [node("Relu", ["q"], ["y"])]),
    "relu6": (1, [node("Relu", ["q"], ["r"]), node("Min", ["r", "six"], ["y"])]),
    "min": (1, [node("Clip", ["q", "", "hi"], ["y"])]),
    "max": (-1, [node("Clip", ["q", "lo"], ["y"])]),
    "hard_swish_and_min": (1, [node("HardSwish", ["q"], ["r"]), node("Min", ["r", "six"], ["y"])]),
    "negated_relu": (1, [node("Neg", ["q"], ["n"]), node("Relu", ["n"], ["y"])]),
    "max_pool": (-1, [node("MaxPool", ["q"], ["y"], kernel_shape=[3, 3])]),
    "min_pool": (1, [node("Neg", ["q"], ["n"]), node("MaxPool", ["n"], ["m"], kernel_shape=[3, 3]), node("Neg", ["m"], ["y"])]),
    "min_pool_behind_leaky": (1, [node("LeakyRelu", ["q"], ["l"], alpha=.3), node("Neg", ["l"], ["n"]), node("MaxPool", ["n"], ["m"], kernel_shape=[3, 3]),
                                  node("Neg", ["m"], ["y"])]),
    "min_pool_scaled": (1, [node("Mul", ["q", "minus"], ["n"]), node("MaxPool", ["n"], ["y"], kernel_shape=[3, 3])]),
}


@pytest.fixture
def data(rng):
    return {"x": rng.normal(size=(32, *SHAPE)).astype(np.float32)}


def model_of(folder, nodes, value, outputs=("y",), constants=None):
    return save(folder / "m.onnx", nodes, [port("x", [1, *SHAPE])], [port(name, None) for name in outputs],
                {**CONSTANTS, "v": np.float32(value), **(constants or {})}, opset=17)


def is_as_good_as_without(model, data, *arguments):
    """Nothing is told, and the data's elements are as near as if no border were there; the border, too."""
    expected = reference(model, data)["y"]
    assert np.all(np.isfinite(expected))
    program, told = converted(model, data, "--strict", "--method", "min_max", *arguments)
    assert "warning" not in told, told
    found = outputs_of(program, data)["y"]
    inner = (..., slice(1, -1), slice(1, -1)) if expected.shape[-1] == 10 else ...
    assert sqnr(expected[inner], found[inner]) > 30, told
    assert np.max(np.abs(found - expected)) < .15, told


@pytest.mark.parametrize("value", [*FAR, *INFINITE])
@pytest.mark.parametrize("graph", SATURATING)
def test_a_border_that_is_saturated(graph, value, data, tmp_path):
    if np.isinf(value) and graph in ("by_channel",):
        pytest.skip("twice the largest number is infinite")
    is_as_good_as_without(model_of(tmp_path, [pad, *SATURATING[graph]], value), data)


@pytest.mark.parametrize("value", [1e4, 1e9, MOST, np.inf])
@pytest.mark.parametrize("graph", ONE_SIDED)
def test_a_border_that_one_end_takes(graph, value, data, tmp_path):
    sign, nodes = ONE_SIDED[graph]
    if graph.startswith("hard_swish") and value > 1e9:
        pytest.skip("its square is infinite")
    is_as_good_as_without(model_of(tmp_path, [pad, *nodes], sign * value), data)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("target", ["generic", "shift_only", "three_stage", "i16x8"])
def test_on_every_target(target, method, data, tmp_path):
    model = model_of(tmp_path, [pad, *ONE_SIDED["min_pool"][1]], 1e4)
    program, _ = converted(model, data, "--method", method, "--target", target)
    # What few samples have beyond the mean of their ends is cut off.
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > (20 if method == "mean_min_max" else 25)


MASKED = {"clip": [node("Clip", ["a", "lo", "hi"], ["y"])], "sigmoid": [node("Sigmoid", ["a"], ["y"])],
          "negated": [node("Neg", ["a"], ["n"]), node("Sigmoid", ["n"], ["y"])]}


@pytest.mark.parametrize("form", ["added", "subtracted", "joined"])
@pytest.mark.parametrize("value", FAR)
@pytest.mark.parametrize("graph", MASKED)
def test_a_mask_that_is_saturated(graph, value, form, data, tmp_path):
    mask = np.zeros((1, *SHAPE), np.float32)
    mask[..., 5:] = value
    first = {"added": node("Add", ["x", "k"], ["a"]), "subtracted": node("Sub", ["x", "k"], ["a"]), "joined": node("Concat", ["x", "k"], ["a"], axis=3)}[form]
    model = model_of(tmp_path, [first, *MASKED[graph]], 0, constants={"k": mask})
    expected = reference(model, data)["y"]
    program, told = converted(model, data, "--strict", "--method", "min_max")
    assert "warning" not in told, told
    found = outputs_of(program, data)["y"]
    assert sqnr(expected[..., :5], found[..., :5]) > 30 and np.max(np.abs(found - expected)) < .15, told


TAKING = {"layer": [node("Conv", ["q", "w"], ["y"], name="reader")], "mean": [node("AveragePool", ["q"], ["y"], kernel_shape=[3, 3], name="reader")],
          "leaky": [node("LeakyRelu", ["q"], ["y"], alpha=.5, name="reader")], "output": [node("Pad", ["x", "p", "v"], ["y"], name="q")]}


@pytest.mark.parametrize("value", [-1000, 1000, -100, 100])
@pytest.mark.parametrize("graph", TAKING)
def test_a_border_that_counts_is_told(graph, value, data, tmp_path):
    nodes = TAKING[graph] if graph == "output" else [pad, *TAKING[graph]]
    _, told = converted(model_of(tmp_path, nodes, value), data)
    line, = [line for line in told.splitlines() if "bits coarser" in line]
    assert "warning: layer 'q'" in line and f"pads with {value}" in line and "'x'" in line
    assert ("an output of the graph" if graph == "output" else "'reader'") in line


@pytest.mark.parametrize("value", INFINITE)
@pytest.mark.parametrize("graph", [*TAKING, "relu", "negated"])
def test_an_infinite_border_that_counts_is_refused(graph, value, data, tmp_path):
    more = {"relu": [node("Relu", ["q"], ["y"])], "negated": [node("Neg", ["q"], ["y"])]}
    nodes = TAKING[graph] if graph == "output" else [pad, *{**TAKING, **more}[graph]]
    model = model_of(tmp_path, nodes, value)
    if graph == "relu" and value < 0:
        return is_as_good_as_without(model, data)
    np.savez(tmp_path / "d.npz", **data)
    said = fails("convert", model, "--calibration", tmp_path / "d.npz", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "inf" in said and ("'q'" in said or "NaN or infinity was seen during calibration" in said), said


@pytest.mark.parametrize("value", [-1000, 1000, -1e30, 1e30])
@pytest.mark.parametrize("graph", ["output", "relu", "leaky", "moved", "scaled"])
def test_a_border_is_no_signal(graph, value, data, tmp_path):
    """The elements that matter are lost: the check says so, however well the border has survived."""
    nodes = {"relu": [pad, node("Relu", ["q"], ["y"])], "leaky": [pad, *TAKING["leaky"]], "output": TAKING["output"],
             "moved": [pad, node("Transpose", ["q"], ["y"], perm=[0, 3, 2, 1])], "scaled": [pad, node("Mul", ["q", "half"], ["y"])]}[graph]
    model = model_of(tmp_path, nodes, value)
    if graph == "relu" and value < 0:
        return is_as_good_as_without(model, data)
    np.savez(tmp_path / "d.npz", **data)
    done = tare("convert", model, "--calibration", tmp_path / "d.npz", "--strict", "-o", tmp_path / "m.tare", check=False)
    error, = [line for line in done.stderr.splitlines() if "error:" in line]
    assert done.returncode == 1 and "output 'y'" in error and "collapsed" in error, done.stderr
    assert not (tmp_path / "m.tare").exists()


def test_a_border_within_the_range_changes_no_figure(data, tmp_path):
    """What the check says of a padded output is what it says of the same without a border."""
    np.savez(tmp_path / "d.npz", **data)
    found = []
    for nodes in ([node("LeakyRelu", ["x"], ["y"], alpha=.5)], [node("LeakyRelu", ["x"], ["l"], alpha=.5), node("Pad", ["l", "p", "v"], ["y"])]):
        model = model_of(tmp_path, nodes, 0)
        output, = tare_json("convert", model, "--calibration", tmp_path / "d.npz", "-q", "-o", tmp_path / "m.tare")["check"]["outputs"]
        found.append((output["sqnr_db"], output["cosine"]))
    assert found[0] == pytest.approx(found[1], abs=1e-6)


@pytest.mark.parametrize("value", [-1000, 1000])
def test_a_border_around_nothing_but_zeros(value, tmp_path):
    nodes = [node("Mul", ["x", "zero"], ["m"], name="m"), node("Pad", ["m", "p", "v"], ["y"], name="q")]
    _, told = converted(model_of(tmp_path, nodes, value), {"x": np.ones((8, *SHAPE), np.float32)})
    line, = [line for line in told.splitlines() if "layer 'q'" in line]
    assert f"pads with {value} what was never anything but 0" in line and "INF" not in told.upper().replace("INFINITY", ""), told


@pytest.mark.parametrize("value", [-1e4, 1e4, -MOST, MOST, *INFINITE])
def test_a_quantized_model_keeps_its_grids(value, data, tmp_path):
    """A border beyond the grid that the model gives is its end."""
    nodes = [*quantize("x", "s", "z", "xd"), node("Pad", ["xd", "p", "v"], ["o"], name="q"), *quantize("o", "s", "z", "y")]
    model = model_of(tmp_path, nodes, value, constants={"s": np.float32(.03), "z": np.int8(3)})
    tare("convert", model, "-o", tmp_path / "m.tare")
    assert np.max(np.abs(outputs_of(tmp_path / "m.tare", data)["y"] - reference(model, data)["y"])) < .031


BESIDE = {
    "pad": lambda number: ([node("Pad", ["x", "p", "v"], ["y"], name="pad")], {"v": np.float32(number)}),
    "concat": lambda number: ([node("Concat", ["x", "k"], ["y"], name="concat", axis=1)], {"k": np.full((1, 1, *SHAPE[1:]), number, np.float32)}),
}


@pytest.mark.parametrize("target", ["generic", "shift_only", "i16x8"])
@pytest.mark.parametrize("number", [-1, 6, 20])
@pytest.mark.parametrize("kind", BESIDE)
def test_constants_beside_data_keep_their_number(kind, number, target, tmp_path, rng):
    """Calibration sees the data alone; no grid that suits these best may end before the constant."""
    nodes, constants = BESIDE[kind](number)
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, *SHAPE])], [port("y", None)], CONSTANTS | constants)
    data = {"x": np.abs(rng.normal(size=(16, *SHAPE))).astype(np.float32) / (4 if number < 0 else 1)}
    program, _ = converted(model, data, "--target", target)
    wanted, found = reference(model, data)["y"], outputs_of(program, data)["y"]
    constant = wanted == number
    assert np.abs(found - wanted)[constant].max() <= abs(number) / 64

"""Data that are no numbers, or in another unit than a model was made for, are told."""
import json

import numpy as np
import pytest

from graphs import converted, node, port, quantize, save
from harness import fails, load, tare


@pytest.fixture(scope="module")
def net(tmp_path_factory):
    """Calibrated on numbers from 0 to 1."""
    folder = tmp_path_factory.mktemp("net")
    rng = np.random.default_rng(0)
    save(folder / "m.onnx", [node("Conv", ["x", "w"], ["c"], name="conv", pads=[1, 1, 1, 1]), node("Relu", ["c"], ["y"], name="relu")],
         [port("x", [1, 3, 8, 8])], [port("y", [1, 4, 8, 8])], {"w": rng.normal(size=(4, 3, 3, 3)).astype(np.float32)})
    data = rng.uniform(0, 1, (16, 3, 8, 8)).astype(np.float32)
    np.savez(folder / "x.npz", x=data)
    np.savez(folder / "loose.npz", x=data * 255)
    np.savez(folder / "faint.npz", x=data / 255)
    np.savez(folder / "negative.npz", x=data * 2 - 1)
    np.savez(folder / "zeros.npz", x=data * 0)
    outlier = data.copy()
    outlier[3, 1, 2, 2] = 100
    np.savez(folder / "outlier.npz", x=outlier)
    for name, value in (("nan", np.nan), ("inf", np.inf)):
        bad = data.copy()
        bad[2, 0, 1, 1:3] = value
        bad[5, 0, 0, 0] = value
        np.savez(folder / f"{name}.npz", x=bad)
    tare("convert", folder / "m.onnx", "--calibration", folder / "x.npz", "-o", folder / "m.tare")
    for stage in ("qdq", "npu"):
        tare("convert", folder / "m.onnx", "--calibration", folder / "x.npz", "--emit", f"mlir:{stage}", "-o", folder / f"{stage}.mlir")
    return folder


def commands(net, data, out):
    return {"run": ["run", net / "m.tare", "--inputs", net / data, "--outputs", out / "y.npz"],
            "run qdq": ["run", net / "qdq.mlir", "--inputs", net / data, "--outputs", out / "y.npz"],
            "run npu": ["run", net / "npu.mlir", "--inputs", net / data, "--outputs", out / "y.npz"],
            "profile": ["run", net / "m.tare", "--inputs", net / data, "--outputs", out / "y.npz", "--profile"],
            "compare": ["compare", net / "m.onnx", net / "m.tare", "--inputs", net / data],
            "golden": ["verify", net / "m.tare", "--inputs", net / data, "--samples", 16, "--golden", out / "golden"],
            "rounding": ["verify", net / "m.tare", "--inputs", net / data, "--rounding", "floor"]}


COMMANDS = ["run", "run qdq", "run npu", "profile", "compare", "golden", "rounding"]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("data", ["x.npz", "zeros.npz", "outlier.npz"])
def test_usual_data_are_no_warning(net, tmp_path, command, data):
    assert "tare: warning" not in tare(*commands(net, data, tmp_path)[command]).stderr


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("data, words", [
    ("loose.npz", ["% of them are cut off", "grid holds [0, 0.99"]), ("negative.npz", ["% of them are cut off", "grid holds [0, 0.99"]), ("faint.npz", ["% of its steps are used"]),
])
def test_data_in_another_unit(net, tmp_path, command, data, words):
    done = tare(*commands(net, data, tmp_path)[command])
    lines = [line for line in done.stderr.splitlines() if "tare: warning" in line]
    assert len(lines) == 1 and "input 'x'" in lines[0] and all(word in lines[0] for word in words), done.stderr
    assert "tare: warning" not in tare(*commands(net, data, tmp_path)["rounding"], "-q").stderr


def test_a_float_model_takes_any_range(net, tmp_path):
    assert "tare: warning" not in tare("run", net / "m.onnx", "--inputs", net / "loose.npz", "--outputs", tmp_path / "y.npz").stderr


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["nan", "inf"])
def test_inputs_that_are_no_numbers(net, tmp_path, command, name):
    done = tare(*commands(net, f"{name}.npz", tmp_path)[command], "--threads", 2)
    assert "input 'x': 3 of 3072 elements are NaN or infinite, in 2 of 16 samples (the first is sample 2)" in done.stderr


def test_calibration_data_beside_the_models_own_grid(tmp_path):
    """An input that the model quantizes by 1/255, and data from 0 to 255."""
    rng = np.random.default_rng(0)
    constants = {"s": np.float32(1 / 255), "z": np.uint8(0), "w": rng.integers(-127, 127, (4, 3, 3, 3)).astype(np.int8), "ws": np.float32(0.01), "wz": np.int8(0)}
    save(tmp_path / "m.onnx", [node("QuantizeLinear", ["x", "s", "z"], ["q"], name="q"), node("DequantizeLinear", ["q", "s", "z"], ["d"], name="d"),
                               node("DequantizeLinear", ["w", "ws", "wz"], ["wd"], name="wd"), node("Conv", ["d", "wd"], ["y"], name="conv")],
         [port("x", [1, 3, 8, 8])], [port("y", [1, 4, 6, 6])], constants)
    data = rng.uniform(0, 1, (8, 3, 8, 8)).astype(np.float32)
    for factor, expected in ((1, False), (255, True), (1 / 255, True)):
        np.savez(tmp_path / "x.npz", x=data * np.float32(factor))
        done = tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare")
        assert ("input 'x' is given numbers" in done.stderr) == expected, (factor, done.stderr)
        done = tare("run", tmp_path / "m.onnx", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz")
        assert ("input 'x' is given numbers" in done.stderr) == expected, (factor, done.stderr)


# compare

@pytest.fixture
def divides(tmp_path):
    """1 / x, which is infinite at 0, and NaN of NaN."""
    save(tmp_path / "a.onnx", [node("Div", ["one", "x"], ["y"], name="div")], [port("x", [1, 4])], [port("y", [1, 4])], {"one": np.ones(4, np.float32)})
    save(tmp_path / "b.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", [1, 4])], [port("y", [1, 4])])
    np.savez(tmp_path / "x.npz", x=np.array([[1, 2, 3, 0]], np.float32))
    np.savez(tmp_path / "n.npz", x=np.array([[1, np.nan, 3, 4]], np.float32))
    return tmp_path


@pytest.mark.parametrize("a, b, data, counts", [("a", "b", "x", (1, 0)), ("b", "a", "x", (0, 1)), ("a", "a", "x", (1, 1)), ("b", "b", "n", (1, 1))])
def test_what_is_not_finite_is_counted(divides, a, b, data, counts):
    arguments = ["compare", divides / f"{a}.onnx", divides / f"{b}.onnx", "--inputs", divides / f"{data}.npz"]
    output = json.loads(tare(*arguments, "--json").stdout)["outputs"][0]
    assert (output["non_finite_a"], output["non_finite_b"]) == counts and output["cosine"] is None and output["sqnr_db"] is None
    done = tare(*arguments)
    assert "nan" in done.stdout and "NaN, inf in A" in done.stdout and "NaN or infinity begins in" in done.stderr
    for option in (["--min-sqnr", "-1000"], ["--min-cosine", "-1"]):
        said = fails(*arguments, *option)
        assert "output 'y'" in said and f"below {option[0]}" in said and "is nan" in said and "of 4 elements are NaN or infinite" in said


def test_limits(net):
    arguments = ["compare", net / "m.onnx", net / "m.tare", "--inputs", net / "x.npz"]
    tare(*arguments, "--min-sqnr", "20", "--min-cosine", "0.99")
    assert "NaN" not in tare(*arguments).stdout
    done = tare(*arguments, "--min-sqnr", "90", check=False)
    assert done.returncode == 1 and "below --min-sqnr 90" in done.stderr and "cosine" in done.stdout
    done = tare(*arguments, "--min-cosine", "0.9999999", "--json", check=False)
    document = json.loads(done.stdout)
    assert done.returncode == 1 and document["outputs"] and "below --min-cosine" in document["error"]["message"]
    for bad in ("nan", "much", "inf"):
        assert f"found '{bad}', expected a number" in fails(*arguments, "--min-sqnr", bad)


def test_grids_that_tare_chose_fit_by_choice(tmp_path):
    """Joined with far larger numbers the input has their grid: that is told at its own cost, not as another unit of the data."""
    rng = np.random.default_rng(0)
    nodes = [node("Concat", ["x", "k"], ["c"], name="concat", axis=1), node("Conv", ["c", "w"], ["y"], name="conv")]
    save(tmp_path / "m.onnx", nodes, [port("x", [1, 1, 4, 4])], [port("y", [1, 2, 4, 4])],
         {"k": np.full((1, 1, 4, 4), 500, np.float32), "w": rng.normal(size=(2, 2, 1, 1)).astype(np.float32)})
    np.savez(tmp_path / "x.npz", x=rng.uniform(0, 1, (8, 1, 4, 4)).astype(np.float32))
    done = tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare")
    assert "is given numbers" not in done.stderr


@pytest.mark.parametrize("most, told", [(1.0, False), (1.05, False), (1.3, True), (2.0, True)])
def test_calibration_data_that_the_models_own_grid_cuts_off(most, told, tmp_path, rng):
    """As `run` would tell of the same data: the share is counted in the samples that the conversion checks itself by."""
    nodes = [*quantize("x", "s", "z", "d"), node("Conv", ["d", "w"], ["y"], name="conv")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 16, 16])], [port("y", None)],
                 {"w": rng.normal(size=(8, 3, 3, 3)).astype(np.float32), "s": np.float32(2 / 255), "z": np.int8(0)})
    _, said = converted(model, {"x": rng.uniform(-most, most, (40, 3, 16, 16)).astype(np.float32)})
    assert ("input 'x' is given numbers from" in said and "of them are cut off" in said) == told, said

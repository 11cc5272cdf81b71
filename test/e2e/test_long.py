"""Networks of 20,000 layers: no step overflows the stack or takes the square of their number, which would end as a timeout."""
import numpy as np
import onnx
import pytest

import graphs
from harness import load, tare, tare_json

LAYERS = 20000
TARGETS = ("float_tail", "gemmlowp", "i16x8", "shift_only", "three_stage")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "inputs.npz"
    np.savez(path, x=np.random.default_rng(0).standard_normal((1, 4, 4, 4)).astype(np.float32))
    return path


def convert(kind, folder, inputs, target="generic"):
    onnx.save(graphs.network(kind, LAYERS), folder / "model.onnx")
    tare("calibrate", folder / "model.onnx", "--calibration", inputs, "--target", target, "-o", folder / "ranges.json")
    tare("convert", "-q", folder / "model.onnx", "--calibration", folder / "ranges.json", "--target", target,
         "-o", folder / "model.tare")
    return folder / "model.tare"


@pytest.mark.parametrize("kind", ["chain", "residual"])
def test_every_command(kind, inputs, tmp_path):
    program = convert(kind, tmp_path, inputs)
    layers = tare_json("inspect", program)["layers"]
    assert LAYERS <= len(layers) <= LAYERS + 10
    tare("inspect", tmp_path / "model.onnx")
    tare("verify", program)
    for name, options in {"fast": [], "reference": ["--reference"]}.items():
        tare("run", program, "--inputs", inputs, "--outputs", tmp_path / f"{name}.npz", *options)
    fast, reference = load(tmp_path / "fast.npz")["y"], load(tmp_path / "reference.npz")["y"]
    assert np.array_equal(fast, reference) and np.ptp(fast) > 0
    tare("compare", tmp_path / "model.onnx", program, "--inputs", inputs)


@pytest.mark.parametrize("target", TARGETS)
def test_every_target(target, inputs, tmp_path):
    program = convert("residual", tmp_path, inputs, target)
    for name, options in {"fast": [], "reference": ["--reference"]}.items():
        tare("run", program, "--inputs", inputs, "--outputs", tmp_path / f"{name}.npz", *options)
    fast, reference = load(tmp_path / "fast.npz")["y"], load(tmp_path / "reference.npz")["y"]
    assert np.array_equal(fast, reference) and len(np.unique(fast)) > 4

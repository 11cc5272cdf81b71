"""The acceptance tests call the tools as the end-to-end tests do."""
import pathlib
import sys

import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))


@pytest.fixture
def rng(request):
    """Random numbers of a test's own: its name alone says which, not what other tests have drawn before it."""
    return np.random.default_rng(list(request.node.name.encode()))

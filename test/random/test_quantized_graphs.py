"""2,016 random QDQ and integer graphs, as many for each target, some of them verified. More: `python test/random --graphs 100000`."""
import pathlib
import sys

import numpy as np
import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1] / "e2e")]

from builder import TARGETS, near_ties  # noqa: E402
from differences import check, kinds, scratch  # noqa: E402

GRAPHS, SEED = 336, 20261128


@pytest.mark.parametrize("target", TARGETS)
def test_programs_compute_what_onnx_runtime_does(target):
    with scratch() as folder:
        summary = check(SEED, range(GRAPHS), target, folder)
    assert summary.graphs == GRAPHS
    assert not summary.findings, "\n".join(map(str, summary.findings[:20])) + f"\nkinds: {kinds(summary.findings)}"
    # What a repair names is not compared: that must stay the exception.
    assert summary.repaired < 0.1 * summary.graphs


def test_near_ties_are_counted():
    """Half of an integer is next to a tie as often as not, also where the ratio is a little off; other shares of it hardly ever are."""
    integers = np.arange(200, dtype=np.float32)
    assert near_ties(integers, 2 * 1.000001, 100) > 0.4
    assert near_ties(integers, 1.0234567, 200) < 0.06
    assert near_ties(np.zeros(0, np.float32), 1.0, 1) == 0

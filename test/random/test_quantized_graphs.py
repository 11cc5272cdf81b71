"""2,016 random QDQ and integer graphs, as many for each target, some of them verified. More: `python test/random --graphs 100000`."""
import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1] / "e2e")]

from builder import TARGETS  # noqa: E402
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

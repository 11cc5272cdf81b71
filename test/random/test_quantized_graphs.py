"""2,016 random QDQ and integer graphs, as many for each target, some of them verified. More: `python test/random --graphs 100000`."""
import pathlib
import sys
import types

import numpy as np
import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1] / "e2e")]

from builder import TARGETS, near_ties  # noqa: E402
from differences import check, difference, kinds, scratch  # noqa: E402

GRAPHS, SEED = 336, 20261128


@pytest.mark.parametrize("target", TARGETS)
def test_programs_compute_what_onnx_runtime_does(target):
    with scratch() as folder:
        summary = check(SEED, range(GRAPHS), target, folder, qdq=4)
    assert summary.graphs == GRAPHS
    assert not summary.findings, "\n".join(map(str, summary.findings[:20])) + f"\nkinds: {kinds(summary.findings)}"
    # What a repair names is not compared: that must stay the exception.
    assert summary.repaired < 0.1 * summary.graphs


@pytest.mark.parametrize("target", TARGETS)
def test_the_host_computes_what_a_target_lacks(target):
    """Another operator is missing for each pack."""
    with scratch() as folder:
        summary = check(SEED, range(24), target, folder, in_a_pack=6, verify=0, reference=0, lacks=True)
    assert not summary.findings, "\n".join(map(str, summary.findings[:20])) + f"\nkinds: {kinds(summary.findings)}"


def test_near_ties_are_counted():
    """Half of an integer is next to a tie as often as not, also where the ratio is a little off; other shares of it hardly ever are."""
    integers = np.arange(200, dtype=np.float32)
    assert near_ties(integers, 2 * 1.000001, 100) > 0.4
    assert near_ties(integers, 1.0234567, 200) < 0.06
    assert near_ties(np.zeros(0, np.float32), 1.0, 1) == 0


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf, 3.5])
def test_a_wrong_number_is_told(wrong):
    value = types.SimpleNamespace(name="y", error=1.0, typical=1.0)
    expected = np.float32([1, np.inf, 2, -np.inf])
    assert difference(value, expected, expected + np.float32([1, 0, 0, 0])) is None
    for index in range(len(expected)):
        found = expected.copy()
        found[index] = wrong
        if found[index] != expected[index]:
            assert f"at element {index}" in difference(value, expected, found)

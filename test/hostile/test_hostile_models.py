"""200 hostile models: each succeeds, or is refused by one clear line, and nothing is left behind. More: `python test/hostile --models 2000`."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from trial import hostile, tried  # noqa: E402

MODELS, SEED, PART = 200, 20261129, 25


@pytest.mark.parametrize("first", range(0, MODELS, PART))
def test_the_tools_take_or_refuse_it(first):
    findings = [str(finding) for index in range(first, first + PART) for finding in tried(SEED, index).findings]
    assert not findings, "\n".join(findings)


def test_models_depend_on_their_number_alone():
    assert hostile(SEED, 7) == hostile(SEED, 7) != hostile(SEED + 1, 7)


def test_hostile_models_get_far():
    """Those that are refused at once would show little: a third of many is imported."""
    imported = sum(tried(SEED + 1, index).imported for index in range(40))
    assert imported >= 6

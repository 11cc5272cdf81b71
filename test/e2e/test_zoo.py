"""Real models that others trained: the classifiers of $TARE_MODELS keep their accuracy at i8.

By default a few samples each; TARE_ZOO=full runs whole test splits.
"""
import os
import warnings

import pytest

import zoo
from harness import MODELS, assert_same, load

FULL = os.environ.get("TARE_ZOO") == "full"
MOST_POINTS_LOST = 1.0
EQUALITY_SAMPLES = 3

pytestmark = pytest.mark.zoo

if (MODELS / "INDEX.md").exists():
    NAMES = zoo.listed("classifiers")
else:
    NAMES = []
    warnings.warn(f"THE REAL MODELS ARE NOT TESTED: nothing in {MODELS} (set TARE_MODELS)")


def test_models_are_there():
    if not NAMES:
        pytest.skip(f"THE REAL MODELS ARE NOT TESTED: nothing in {MODELS} (set TARE_MODELS)")


@pytest.fixture(scope="module", params=NAMES)
def model(request, tmp_path_factory):
    return zoo.ZooModel(request.param, tmp_path_factory.mktemp(request.param), None if FULL else 100)


def test_program_equals_npu(model):
    few = zoo.ZooModel(model.name, model.folder, EQUALITY_SAMPLES)
    results = [load(few.run(form, kind, "--raw", "--all-layers")) for form, kind in ((model.program[0], "program"), (model.ir, "npu"))]
    assert_same(*results, model.name)


def test_accuracy(model):
    real, integer = (model.score(model.run(m, kind))["top1"] for m, kind in ((model.model, "float"), (model.program[0], "integer")))
    # With few samples one answer weighs more than the bound.
    most = MOST_POINTS_LOST if FULL else 3.0
    assert 100 * (real - integer) <= most + 1e-9, f"{real} in float, {integer} as integers"

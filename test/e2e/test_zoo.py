"""Real models that others trained, in $TARE_MODELS: program and IR are equal, and classifiers keep their accuracy at i8."""
import warnings

import pytest

import zoo
from harness import MODELS, assert_same, fails, load

MOST_POINTS_LOST = 1.0
EQUALITY_SAMPLES = 2

pytestmark = pytest.mark.zoo

CLASSIFIERS = zoo.listed("classifiers") if (MODELS / "INDEX.md").exists() else []
if not CLASSIFIERS:
    warnings.warn(f"THE REAL MODELS ARE NOT TESTED: nothing in {MODELS} (set TARE_MODELS)")


def test_models_are_there():
    if not CLASSIFIERS:
        pytest.skip(f"THE REAL MODELS ARE NOT TESTED: nothing in {MODELS} (set TARE_MODELS)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("zoo")


@pytest.mark.parametrize("path", zoo.models(), ids=lambda path: path.stem)
def test_program_equals_npu(path, folder):
    """Every layer of every model; of one with operators that Tare lacks, all are named."""
    out = folder / "out.tare"
    try:
        zoo.measure("convert", path, "--random-calibration", "--samples", "1", "-o", out)
    except RuntimeError:
        out.unlink(missing_ok=True)
        assert "operators that are not supported" in fails("convert", path, "--random-calibration", "-o", out, output=out)
        return
    model = zoo.ZooModel(path.stem, folder, EQUALITY_SAMPLES)
    results = [load(model.run(form, kind, "--raw", "--all-layers")) for form, kind in ((model.program[0], "program"), (model.ir, "npu"))]
    assert len(results[0]) > 5
    assert_same(*results, model.name)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_accuracy(name, folder):
    model = zoo.ZooModel(name, folder)
    real, integer = (model.score(model.run(m, kind))["top1"] for m, kind in ((model.model, "float"), (model.program[0], "integer")))
    assert real > 0.4
    assert 100 * (real - integer) <= MOST_POINTS_LOST + 1e-9, f"{real} in float, {integer} as integers"

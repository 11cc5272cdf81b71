"""Real models that others trained, in $TARE_MODELS: Tare's float is ONNX Runtime's, program and IR are equal, and classifiers keep their accuracy at i8."""
import warnings

import numpy as np
import pytest

import zoo
from harness import MODELS, assert_same, fails, load, reference

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
    # Their states begin with 0, and are given nothing else here.
    options = ["--allow-uncalibrated"] if path.stem in zoo.listed("recurrent") else []
    try:
        zoo.measure("convert", path, "--random-calibration", "--samples", "1", *options, "-o", out)
    except RuntimeError:
        out.unlink(missing_ok=True)
        assert "operators that are not supported" in fails("convert", path, "--random-calibration", "-o", out, output=out)
        return
    model = zoo.ZooModel(path.stem, folder, EQUALITY_SAMPLES, options)
    results = [load(model.run(form, kind, "--raw", "--all-layers")) for form, kind in ((model.program[0], "program"), (model.ir, "npu"))]
    assert len(results[0]) > 5
    assert_same(*results, model.name)


@pytest.mark.parametrize("path", [path for path in zoo.models() if path.parent.name == "onnx"], ids=lambda path: path.stem)
def test_float_is_that_of_onnxruntime(path, folder):
    model = zoo.ZooModel(path.stem, folder, EQUALITY_SAMPLES)
    found, real = load(model.run(model.model, "float")), reference(path, load(model.test))
    for name, array in real.items():
        assert np.abs(found[name].reshape(array.shape) - array).max() <= 1e-4 * np.abs(array).max(), name


def hits(model, outputs):
    """Per sample: 1 where the class is right."""
    labels, (scores,) = load(model.test)["labels"], load(outputs).values()
    return (scores.reshape(len(labels), -1).argmax(1) == labels.reshape(-1)).astype(float)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_accuracy(name, folder):
    """No more is lost than MOST_POINTS_LOST, and what chance may take of so few samples: two standard errors of the difference."""
    model = zoo.ZooModel(name, folder)
    real, integer = (hits(model, model.run(m, kind)) for m, kind in ((model.model, "float"), (model.program[0], "integer")))
    assert real.mean() > 0.4
    lost, chance = 100 * (real - integer), 2 / np.sqrt(len(real))
    assert lost.mean() <= MOST_POINTS_LOST + chance * lost.std(), f"{real.mean()} in float, {integer.mean()} as integers"

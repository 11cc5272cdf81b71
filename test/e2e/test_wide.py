"""Every model with 16-bit activations."""
import math

import pytest

from harness import assert_same, load, sqnr, tare
from models import CASES

# Weights stay at 8 bits: they are what limits it.
SQNR = 32.0


@pytest.mark.parametrize("name", list(CASES))
def test_program_equals_npu_and_is_close_to_float(prepare, name, tmp_path):
    case = prepare(name)
    results = {}
    for form, emit in {"model.tare": "program", "model.mlir": "mlir:npu"}.items():
        path = case.convert(tmp_path / form, "--activations", "i16", "--emit", emit)
        tare("run", path, "--inputs", case.inputs, "--outputs", tmp_path / f"{form}.npz")
        results[form] = load(tmp_path / f"{form}.npz")
    assert_same(results["model.mlir"], results["model.tare"], "npu and program")
    for output, expected in case.reference().items():
        # Nothing is promised of a function that jumps.
        assert case.case.sqnr == -math.inf or sqnr(expected, results["model.tare"][output]) >= SQNR, output

"""Rounding: the published numbers of gemmlowp's double rounding, and every mode against exact fractions."""
import math
import random
from fractions import Fraction

import numpy as np
import pytest

from harness import ROOT, load, tare, tare_json

ROUNDINGS = ("half_up", "half_away", "half_even", "floor", "gemmlowp_double")
DIGITS = ROOT / "examples/digits"


def half_up(value):
    return math.floor(value + Fraction(1, 2))


def half_away(value):
    return half_up(value) if value > 0 else -half_up(-value)


def exact(accumulator, multiplier, shift, rounding):
    """accumulator * multiplier / 2^shift, rounded, in numbers of any size."""
    value = Fraction(accumulator * multiplier, 2 ** shift)
    if rounding == "gemmlowp_double":
        high = half_up(Fraction(accumulator * multiplier, 2 ** min(shift, 31)))
        return half_away(Fraction(high, 2 ** max(0, shift - 31)))
    # Python's own round() of a fraction goes to the even one.
    return {"half_up": half_up, "half_away": half_away, "half_even": round, "floor": math.floor}[rounding](value)


def requantize(values, multiplier, shift, rounding, folder):
    """What `tare run` makes of 16-bit integers."""
    count = len(values)
    module = folder / "rescale.mlir"
    module.write_text(f"""
func.func @main(%x: tensor<1x{count}xi16> {{qnn.name = "x"}}) -> (tensor<1x{count}xi16> {{qnn.name = "y"}}) {{
  %0 = npu.rescale %x requant = <multipliers = [{multiplier}], shifts = [{shift}], zero_point = 0, clamp = [-32768, 32767], rounding = {rounding}>
    : (tensor<1x{count}xi16>) -> tensor<1x{count}xi16>
  return %0 : tensor<1x{count}xi16>
}}
""")
    np.savez(folder / "x.npz", x=np.array([values], np.int16))
    tare("run", module, "--inputs", folder / "x.npz", "--outputs", folder / "y.npz", "--raw")
    return load(folder / "y.npz")["y"].reshape(-1).tolist()


def test_published_example_of_double_rounding(tmp_path):
    # TFLite's shift of -9 is a whole right shift of 31 + 9.
    assert requantize([7984], 1583594044, 31 + 9, "gemmlowp_double", tmp_path) == [12]
    assert requantize([7984], 1583594044, 31 + 9, "half_up", tmp_path) == [11]


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("bits", (15, 31))
def test_every_mode_equals_exact_arithmetic(rounding, bits, tmp_path):
    chance = random.Random(f"{rounding} {bits}")
    values = [-32768, -32767, -1, 0, 1, 32767] + [chance.randint(-32768, 32767) for _ in range(500)]
    for _ in range(6):
        multiplier, shift = chance.randint(1, 2 ** bits - 1), chance.randint(bits, bits + 10)
        expected = [max(-32768, min(32767, exact(v, multiplier, shift, rounding))) for v in values]
        assert requantize(values, multiplier, shift, rounding, tmp_path) == expected


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_ties_go_where_the_mode_says(rounding, tmp_path):
    values = list(range(-9, 10))
    assert requantize(values, 1, 1, rounding, tmp_path) == [exact(v, 1, 1, rounding) for v in values]


def convert_half(target, folder):
    """y = relu(x) on a grid that is twice as coarse: an effective scale of 0.5, or M = Sx / Sy exactly."""
    module = folder / "half.mlir"
    module.write_text("""
func.func @main(%x: tensor<1x4x!quant.uniform<i8:f32, 0.25>> {qnn.name = "x"}) -> (tensor<1x4x!quant.uniform<i8:f32, 0.5>> {qnn.name = "y"}) {
  %0 = qnn.relu %x : (tensor<1x4x!quant.uniform<i8:f32, 0.25>>) -> tensor<1x4x!quant.uniform<i8:f32, 0.5>> loc("half"("y"))
  return %0 : tensor<1x4x!quant.uniform<i8:f32, 0.5>>
}
""")
    passes = f"builtin.module(tare-set-target{{target={target}}},tare-compute-requantization)"
    return tare(module, f"--pass-pipeline={passes}", tool="tare-opt").stdout


def test_an_effective_scale_of_one_half(tmp_path):
    # gemmlowp's (2^30, 0) is a whole right shift of 31 - 0.
    assert "multipliers = [1073741824], shifts = [31]" in convert_half("gemmlowp", tmp_path)
    assert "multipliers = [16384], shifts = [15]" in convert_half("generic", tmp_path)


def test_the_target_decides(tmp_path):
    text = tare("target", "show", "generic").stdout
    data = DIGITS / "calibration.npz"
    seen = set()
    for rounding in ROUNDINGS:
        board = tmp_path / f"{rounding}.yaml"
        board.write_text(text.replace("rounding: half_up", f"rounding: {rounding}"))
        out = tmp_path / f"{rounding}.mlir"
        tare("convert", DIGITS / "digits.onnx", "--calibration", data, "--target", board, "--emit", "mlir:npu", "-o", out)
        # half_up is what a requantization that says nothing has.
        assert (f"rounding = {rounding}" in out.read_text()) == (rounding != "half_up")
        tare("run", out, "--inputs", DIGITS / "test.npz", "--outputs", tmp_path / "y.npz")
        seen.add(load(tmp_path / "y.npz")["logits"].tobytes())
    assert len(seen) > 1


def test_a_board_that_rounds_otherwise(tmp_path):
    program = tmp_path / "p.tare"
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "-o", program)
    same = tare_json("verify", program, "--rounding", "half_up")["layers"]
    floor = tare_json("verify", program, "--rounding", "floor")["layers"]
    assert same and all(layer["differing"] == 0 for layer in same)
    assert all(layer["differing"] > 0 for layer in floor)

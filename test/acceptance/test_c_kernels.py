"""The C kernels alone, as their files stand with a #define for each parameter, against numbers of any size."""
import ctypes
import itertools
import re

import numpy as np
import pytest

from csource import compilers, kernel_text, shared_library
from test_rounding import ROUNDINGS, exact

INT32, INT64 = (-2**31, 2**31 - 1), (-2**63, 2**63 - 1)


def defined(folder, *kernels):
    """A library of kernels: (name of the file's section, name in C, parameters) each, in an order in which all are there."""
    text = "#include <stdint.h>\n#include <stddef.h>\n#include <string.h>\n"
    for section, name, parameters in kernels:
        all_parameters = {"RUN": name, **parameters}
        text += "".join(f"#define {key} {value}\n" for key, value in all_parameters.items())
        text += kernel_text(section).replace("static ", "")
        text += "".join(f"#undef {re.sub(r'[(].*', '', key)}\n" for key in all_parameters)
    (folder / "kernels.c").write_text(text)
    return shared_library([folder / "kernels.c"], folder / "kernels.so", compilers()[0], "-O2")


def rounding(name, wide):
    """The kernels of a rounding mode for shifts of 0 and more."""
    v, u = ("int64_t", "uint64_t") if wide else ("int32_t", "uint32_t")
    if name == "floor":
        return [("round_floor", "round_0", {"V": v})]
    if name == "gemmlowp_double":
        return [("round_half_up", "up", {"V": v}), ("round_half_away", "away", {"V": v, "U": u}),
                ("round_gemmlowp", "round_1", {"HALF_UP": "up", "HALF_AWAY": "away"}), ("round_or_keep", "round_0", {"V": v, "ROUND": "round_1"})]
    return [(f"round_{name}", "round_1", {"V": v, "U": u}), ("round_or_keep", "round_0", {"V": v, "ROUND": "round_1"})]


def near(centers, low, high):
    """Numbers at and around all of these, within the range."""
    return sorted({int(c) + d for c in centers for d in (-2, -1, 0, 1, 2) if low <= int(c) + d <= high})


@pytest.mark.parametrize("wide", (False, True), ids=("32 bits", "64 bits"))
@pytest.mark.parametrize("name", ROUNDINGS)
def test_shifts_round(name, wide, tmp_path):
    if name == "gemmlowp_double" and not wide:
        pytest.skip("up to a shift of 31 it is half_up, which is the kernel that is taken")
    bits = 62 if wide else 30
    function = defined(tmp_path, *rounding(name, wide)).round_0
    function.restype = ctypes.c_int64 if wide else ctypes.c_int32
    kind = function.restype
    random = np.random.default_rng(1)
    for shift in range(0, bits + 1):
        centers = [0, *(s * k * 2**shift // 2 for s in (-1, 1) for k in (1, 2, 3, 5, 6)), 2**bits, -2**bits,
                   *(int(each) >> int(random.integers(0, bits)) for each in random.integers(-2**bits, 2**bits, 8))]
        for value in near(centers, -2**bits, 2**bits):
            assert function(kind(value), shift) == exact(value, 1, shift, name), (value, shift)


@pytest.mark.parametrize("name", ROUNDINGS)
def test_products_of_95_bits_round(name, tmp_path):
    """Where a result fits 30 bits it is exact; beyond, it is as far beyond as no 16 bits reach."""
    away = [("round_half_away", "away_1", {"V": "int64_t", "U": "uint64_t"}), ("round_or_keep", "away_0", {"V": "int64_t", "ROUND": "away_1"})]
    parameters = {"ROUND": "round_0", "GEMMLOWP": int(name == "gemmlowp_double"), "HALF_AWAY": "away_0"}
    function = defined(tmp_path, *rounding(name, True), *away, ("scale_wide", "scale", parameters)).scale
    function.restype = ctypes.c_int64
    random = np.random.default_rng(2)
    multipliers = [0, 1, 3, 2**15, 2**30, 2**31 - 1, *map(int, random.integers(1, 2**31, 4))]
    for shift, multiplier in itertools.product((0, 1, 15, 30, 31, 32, 33, 34, 45, 61, 62), multipliers):
        # Sums whose products lie at halves, at the ends of 64 bits, and anywhere.
        centers = [0, *INT64, *(s * (k * 2**shift // 2) // max(multiplier, 1) for s in (-1, 1) for k in (1, 2, 3, 2**16 + 1)),
                   *(int(each) >> int(random.integers(0, 63)) for each in random.integers(*INT64, 6))]
        for value in near(centers, *INT64):
            expected, found = exact(value, multiplier, shift, name), function(ctypes.c_int64(value), multiplier, shift)
            if abs(expected) < 2**29:
                assert found == expected, (value, multiplier, shift)
            else:
                assert abs(found) >= 2**28 and (found > 0) == (expected > 0), (value, multiplier, shift)


@pytest.mark.parametrize("kernel, least, name", [("scale_high_half_up", 33, "half_up"), ("scale_high_half_away", 33, "half_away"), ("scale_high_floor", 32, "floor"),
                                                 ("scale_high_gemmlowp", 31, "gemmlowp_double")])
def test_upper_halves_of_products_are_enough(kernel, least, name, tmp_path):
    away = [("round_half_away", "away_1", {"V": "int32_t", "U": "uint32_t"}), ("round_or_keep", "away_0", {"V": "int32_t", "ROUND": "away_1"})]
    function = defined(tmp_path, *away, (kernel, "scale", {"HALF_AWAY": "away_0"})).scale
    random = np.random.default_rng(4)
    for shift in range(least, 63):
        for multiplier in (1, 3, 2**16, 2**30, 2**31 - 1, *map(int, random.integers(2**30, 2**31, 6))):
            # At halves of all sizes, at the ends, and anywhere.
            centers = [0, *INT32, *(s * (k * 2**shift // 2) // multiplier for s in (-1, 1) for k in (1, 2, 3, 5)), *random.integers(*INT32, 6)]
            for value in near(centers, *INT32):
                assert function(value, multiplier, shift) == exact(value, multiplier, shift, name), (value, multiplier, shift)


def test_three_stages(tmp_path):
    """(A39) at its ends: 16 bits saturate, ties go away from zero, and the last sum takes all of 32 bits."""
    kernels = [("round_half_away", "away_1", {"V": "int64_t", "U": "uint64_t"}), ("round_or_keep", "away", {"V": "int64_t", "ROUND": "away_1"}),
               ("stages", "stages", {}),
               ("requantize_stages", "requantize", {"SUM": "int32_t", "PRODUCT": "int64_t", "LAST": "int64_t", "ROUND_SUM": "away", "ROUND_PRODUCT": "away",
                                                    "ROUND": "away", "MULTIPLIER": "c", "BIAS": "0", "SHARED": "0"})]
    library = defined(tmp_path, *kernels)

    class Stages(ctypes.Structure):
        _fields_ = [("multipliers", ctypes.c_void_p), ("bias", ctypes.c_void_p), *((n, ctypes.c_int32) for n in ("s0", "s1", "s2", "low", "high"))]

    random = np.random.default_rng(3)
    away = lambda v, q: exact(v, 1, q, "half_away")
    for shifts in itertools.product((0, 1, 9, 31), (0, 1, 16, 31), (0, 1, 8, 31)):
        # u + b fits 32 bits whatever the sum is (A40).
        multiplier = min(2**31 - 1, 2**15 * 2**shifts[1] - 1)
        bias = 2**31 - 1 - away(2**15 * multiplier, shifts[1])
        multipliers, biases = np.int32([7, multiplier]), np.int32([bias])
        stages = Stages(multipliers.ctypes.data, biases.ctypes.data, *shifts, -128, 127)
        for value in near([*INT32, 0, 2**15 << shifts[0], -(2**15 << shifts[0]), *random.integers(*INT32, 8)], *INT32):
            t = min(max(away(value, shifts[0]), -2**15), 2**15 - 1)
            y = away(away(t * multiplier, shifts[1]) + bias, shifts[2])
            assert library.requantize(value, ctypes.byref(stages), 1) == min(max(y, -128), 127), (value, shifts)


def test_every_kernel_has_a_contract():
    """What it computes stands in front of it, for whoever reads the C; only parts of a kernel go without."""
    from csource import kernel_texts
    for name, text in kernel_texts().items():
        written = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
        assert written.strip(), name
        assert "/*" in written or len(written.strip().splitlines()) <= 6, f"{name} says nothing of itself"

"""Every model as an integer program: each form of it computes what the form before it promised."""
import os

import numpy as np
import pytest

from harness import assert_same, load, sqnr, tare

# Of the float sum behind an accumulator that stays int32, relative to the largest output.
FLOAT_ROUNDING = 1e-5


def allowed(info, port, steps, expected):
    """How far the QDQ form, which computes in float, may be from the integers.

    An output on an 8-bit grid: as many steps as the case states. An int32 accumulator has a far finer grid, and follows
    its input's 8-bit steps times a weight's largest value.
    """
    step = max(port["scales"], default=0.0)
    accumulator = any(layer["output"] == "int32" and layer["scales"] == port["scales"] for layer in info["layers"])
    return steps * step * (127 if accumulator else 1.001) + FLOAT_ROUNDING * np.abs(expected).max()


def test_program_equals_npu(prepared):
    """In real numbers, and in the integers of every layer."""
    for arguments in ((), ("--raw", "--all-layers")):
        assert_same(prepared.outputs("npu", *arguments), prepared.outputs("program", *arguments), "npu and program")


def test_program_follows_qdq(prepared):
    info = prepared.inspect()
    ports = {port["name"]: port for port in info["outputs"]}
    for stage in ("qdq", "fused"):
        for name, expected in prepared.outputs(stage).items():
            difference = np.abs(expected.astype(np.float64) - prepared.outputs("program")[name]).max()
            limit = allowed(info, ports[name], prepared.case.steps, expected)
            assert difference <= limit, f"{stage}: {name}: {difference / limit:.2f} times what is allowed"


def test_program_is_close_to_float(prepared):
    for name, expected in prepared.reference().items():
        actual = prepared.outputs("program")[name]
        assert actual.shape == expected.shape and actual.dtype == np.float32
        assert sqnr(expected, actual) >= prepared.case.sqnr, name


def test_two_conversions_are_identical(prepared):
    again = prepared.convert(prepared.folder / "again.tare")
    assert again.read_bytes() == prepared.form("program").read_bytes()


@pytest.mark.parametrize("isa, floats, threads", (("portable", "SSE41", 4), ("avx2", "AVX", 1), ("avx512", "AVX2", 3), ("avx512_vnni", "DEFAULT", 2)))
def test_no_instruction_set_and_no_thread_changes_a_bit(prepared, isa, floats, threads, tmp_path):
    """One sample, so that the threads share each layer."""
    limits = {**os.environ, "TARE_MAX_ISA": isa, "ONEDNN_MAX_CPU_ISA": floats}
    tare("run", prepared.form("program"), "--inputs", prepared.inputs, "--samples", 1, "--outputs", tmp_path / "y.npz",
         "--threads", threads, env=limits)
    for name, value in load(tmp_path / "y.npz").items():
        expected = prepared.outputs("program")[name]
        assert value.tobytes() == expected[: len(value)].tobytes(), name

"""One ranges file gives one program, and one program one result, whatever instructions the processor has."""
import os
import pathlib
import platform
import re
import subprocess

import numpy as np
import pytest

from graphs import node, port, save
from harness import BIN, Prepared, ROOT, load, tare
from models import CASES

DIGITS = ROOT / "examples/digits"

# The integer kernels' level, oneDNN's, and the flag without which a processor has neither.
LEVELS = [("portable", "SSE41", "sse4_1"), ("portable", "AVX", "avx"), ("avx2", "AVX2", "avx2"), ("avx2", "AVX2_VNNI", "avx_vnni"),
          ("avx512", "AVX512_CORE", "avx512bw"), ("avx512_vnni", "AVX512_CORE_VNNI", "avx512_vnni"), ("avx512_vnni", "AVX512_CORE_BF16", "avx512_bf16"),
          ("amx", "AVX512_CORE_AMX", "amx_int8"), ("amx", "DEFAULT", "")] if platform.machine() == "x86_64" else [
          ("portable", "DEFAULT", ""), ("neon", "DEFAULT", "")]
# The C library has functions for processors with FMA, and others without.
LIBRARIES = ["", "glibc.cpu.hwcaps=-FMA,-AVX2", "glibc.cpu.hwcaps=-FMA,-AVX2,-FMA4,-AVX512F,-AVX,-SSE4_1,-SSE4_2"]

FAMILIES = ["conv_3x3", "conv_depthwise", "deconv_strided", "residual_net", "squeeze_and_excite", "tiny_attention", "softmax_last", "layer_norm", "instance_norm", "sigmoid", "tanh",
            "hard_swish", "swish_written_out", "prelu_channel", "norm_before_conv", "unet", "sequence_net", "gemm_chain", "matmul_of_two_activations"]


def environments():
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    for isa, floats, flag in LEVELS:
        if flag not in flags:
            continue
        yield {"TARE_MAX_ISA": isa, "ONEDNN_MAX_CPU_ISA": floats}
    for tunables in LIBRARIES:
        yield {"GLIBC_TUNABLES": tunables, "TARE_MAX_ISA": "portable", "ONEDNN_MAX_CPU_ISA": "SSE41"}


def check(model, ranges, data, folder, *arguments):
    """The same bytes at every level."""
    programs, results = {}, {}
    for index, limits in enumerate(environments()):
        environment = {**os.environ, **limits}
        tare("convert", model, "--calibration", ranges, *arguments, "-o", folder / "m.tare", "-q", "--threads", 1 + index % 2, env=environment)
        tare("run", folder / "m.tare", "--inputs", data, "--outputs", folder / "y.npz", "-q", "--threads", 1 + index % 3, env=environment)
        programs.setdefault((folder / "m.tare").read_bytes(), limits)
        results.setdefault((folder / "y.npz").read_bytes(), limits)
    assert len(programs) == 1, list(programs.values())
    assert len(results) == 1, list(results.values())


def test_a_set_of_instructions_shares_no_code_with_another():
    """The linker keeps one of several functions of one name: a processor could come to instructions that it lacks."""
    listed = subprocess.run(["nm", "--print-file-name", "--defined-only", BIN.parent / "lib/libTareKernels.a"], capture_output=True, text=True, check=True)
    symbols = re.findall(r":(Avx\w+|Neon)\.cpp\.o:\w* (\w) (_Z.*)", listed.stdout)
    sets = {"Avx2", "Avx512", "Avx512Vnni"} if platform.machine() == "x86_64" else {"Neon"}
    assert {file for file, _, _ in symbols} == sets, "the sets' files were not found"
    shared = [(file, name) for file, kind, name in symbols if kind in "WVu"]
    assert not shared


@pytest.mark.parametrize("target", ["generic", "i16x8", "shift_only", "three_stage", "gemmlowp", "float_tail"])
def test_the_example(tmp_path, target):
    tare("calibrate", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target", target, "-o", tmp_path / "r.json", "-q")
    check(DIGITS / "digits.onnx", tmp_path / "r.json", DIGITS / "test.npz", tmp_path, "--target", target)


@pytest.mark.parametrize("activations", ["i8", "i16"])
@pytest.mark.parametrize("name", FAMILIES)
def test_families(tmp_path, name, activations):
    case = Prepared(CASES[name], tmp_path)
    tare("calibrate", case.model, "--calibration", case.calibration, *case.case.arguments, "--activations", activations, "-o", tmp_path / "r.json", "-q")
    check(case.model, tmp_path / "r.json", case.inputs, tmp_path, *case.case.arguments, "--activations", activations)

"""Real networks, in $TARE_MODELS, as TFLite files (docs/tflite.md): on LiteRT's kernels, and through the compiler of Arm's NPUs."""
import subprocess
import sys
import warnings

import pytest

from harness import MODELS, tare, tare_json
from litert import compared, compiled_by_vela, needs_litert, needs_vela

# What an accelerator without a float unit takes.
INTEGERS = "quantize,dequantize,transpose"
CLASSIFIERS = ["mlperf_ic_resnet8", "mlperf_kws_dscnn", "cifar10_resnet20", "cifar10_vnn_resnet_2b", "mnist8", "mobilenet_v1_0.25_128", "squeezenet1.1", "micro_kws_m_fp32"]
# Up to their heads, which the host joins.
DETECTORS = ["ultraface_slim_320", "fastestdet_352"]
QUANTIZED = ["mlperf_ic_resnet8_qdq", "mlperf_kws_dscnn_qdq"]
MISSING = [name for name in CLASSIFIERS + DETECTORS if not (MODELS / "onnx" / f"{name}.onnx").exists()] + [name for name in QUANTIZED if not (MODELS / "qdq" / f"{name}.onnx").exists()]
NOT_TESTED = f"TFLITE FILES OF REAL MODELS ARE NOT TESTED: {', '.join(MISSING)} not in {MODELS} (set TARE_MODELS)"
if MISSING:
    warnings.warn(NOT_TESTED)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


def converted(name, folder, target="gemmlowp"):
    """The program, the file and, of float models, test samples; made once."""
    if MISSING:
        pytest.skip(NOT_TESTED)
    program, file = folder / f"{name}.{target}.tare", folder / f"{name}.{target}.tflite"
    is_float = name not in QUANTIZED
    stripped = INTEGERS + (",concat" if name in DETECTORS else "")
    test = folder / f"{name}.test.npz" if is_float else None
    if is_float and not test.exists():
        subprocess.run([sys.executable, MODELS / "prepare.py", folder, name], check=True, capture_output=True)
    if not file.exists():
        data = ("--calibration", folder / f"{name}.calib.npz", "--samples", 2 if name in DETECTORS else 16) if is_float else ()
        tare("convert", MODELS / ("onnx" if is_float else "qdq") / f"{name}.onnx", *data, "--target", target, "--strip-io", stripped, "--check", 0, "-o", program)
        tare("emit", program, "--as", "tflite", "-o", file)
    return program, file, test


@needs_litert
@pytest.mark.parametrize("name", CLASSIFIERS + QUANTIZED)
def test_the_same_integers_but_for_what_is_told(name, folder):
    program, file, test = converted(name, folder)
    told = tare_json("emit", program, "--as", "tflite", "-o", folder / "again.tflite")["tflite"]["rounded_otherwise"]
    layers = compared(program, file, folder / f"golden.{name}", test, 1)
    other = [layer for layer in layers if layer.differing]
    assert len(layers) > 4 and all(layer.kind in told and layer.worst <= 1 for layer in other), other


@needs_vela
@pytest.mark.parametrize("name", CLASSIFIERS + QUANTIZED + DETECTORS)
def test_the_whole_network_is_on_the_npu(name, folder):
    _, file, _ = converted(name, folder)
    summary = compiled_by_vela(file, folder / f"vela.{name}")
    assert summary.cpu == 0 and summary.npu > 4, summary


@needs_litert
@pytest.mark.parametrize("name", ["mlperf_kws_dscnn", "mlperf_ic_resnet8"])
def test_real_networks_of_16_bits(name, folder):
    program, file, test = converted(name, folder, "i16x8")
    told = tare_json("emit", program, "--as", "tflite", "-o", folder / "again.tflite")["tflite"]["rounded_otherwise"]
    layers = compared(program, file, folder / f"golden.{name}.i16", test, 1, symmetric=True)
    assert all(layer.kind in told for layer in layers if layer.differing), layers

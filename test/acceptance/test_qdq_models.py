"""Real networks, in $TARE_MODELS, as QDQ exports (docs/qdq.md): the same program comes back, and each layer is what ONNX Runtime computes."""
import subprocess
import sys
import warnings

import pytest

from harness import MODELS, tare
from qdqmodels import exported, layerwise

FLOAT = ["mnist8", "mlperf_ic_resnet8", "mlperf_kws_dscnn", "cifar10_resnet20", "cifar10_vnn_resnet_2b", "vit_cifar10_ibp_3_3_8", "micro_kws_m_fp32", "ppocr_mobile_v2_cls_48x192"]
QUANTIZED = ["mlperf_ic_resnet8_qdq", "mlperf_kws_dscnn_qdq", "micro_kws_m_static_qdq", "micro_kws_m_static_qoperator"]
MISSING = [name for name in FLOAT if not (MODELS / "onnx" / f"{name}.onnx").exists()] + [name for name in QUANTIZED if not (MODELS / "qdq" / f"{name}.onnx").exists()]
NOT_TESTED = f"QDQ EXPORTS OF REAL MODELS ARE NOT TESTED: {', '.join(MISSING)} not in {MODELS} (set TARE_MODELS)"
if MISSING:
    warnings.warn(NOT_TESTED)


@pytest.mark.parametrize("name", FLOAT + QUANTIZED)
def test_comes_back_as_it_was(name, tmp_path):
    if MISSING:
        pytest.skip(NOT_TESTED)
    model = MODELS / ("onnx" if name in FLOAT else "qdq") / f"{name}.onnx"
    subprocess.run([sys.executable, MODELS / "prepare.py", tmp_path, name], check=True, capture_output=True)
    data = ("--calibration", tmp_path / f"{name}.calib.npz", "--samples", 8) if name in FLOAT else ()
    program, qdq, again = exported(model, tmp_path, *data)
    assert program.read_bytes() == again.read_bytes()
    tare("convert", model, *data, "--emit", "mlir:qdq", "-o", tmp_path / "form.mlir")
    counts = layerwise(qdq, tmp_path / "form.mlir", tmp_path / f"{name}.test.npz", 1)
    assert not counts[2] and counts[1] < 1e-4 * counts.sum(), counts

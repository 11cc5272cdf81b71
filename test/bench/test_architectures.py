"""The generated networks: their size, their numbers, and that Tare and ONNX Runtime take them."""
import os
import pathlib
import subprocess

import numpy as np
import onnx
import onnxruntime
import pytest

import architectures
import network
import quantized

BIN = pathlib.Path(os.environ.get("TARE_BIN", pathlib.Path(__file__).resolve().parents[2] / "build/bin"))

# Parameters and multiply-accumulates as the papers have them, in millions.
PUBLISHED = {"resnet18": (11.7, 1814), "resnet50": (25.5, 4089), "mobilenet_v2": (3.5, 301), "efficientnet_lite0": (4.6, 385), "yolo_s_320": (7.2, 2050),
             "ds_cnn_l": (0.4, 28.3),
             # Not of a paper: 6 (4 + 8) 384^2 weights, and those of the attention; 4 (80 + 3 * 256) 256 + 256 * 40.
             "transformer_384": (10.6, 1435), "lstm_256": (0.88, 43.9)}


@pytest.mark.parametrize("name", architectures.ARCHITECTURES)
def test_architecture(name, tmp_path):
    model = architectures.build(name)
    parameters, macs = PUBLISHED[name]
    assert sum(np.prod(t.dims) for t in model.graph.initializer) == pytest.approx(parameters * 1e6, rel=0.05)
    assert network.macs(model) == pytest.approx(macs * 1e6, rel=0.01)

    source, data = tmp_path / "model.onnx", tmp_path / "data.npz"
    onnx.save(model, source)
    samples = architectures.samples(model, 1)
    np.savez(data, **samples)
    outputs = onnxruntime.InferenceSession(source).run(None, samples)
    # Nothing has died out or blown up on the way.
    assert all(0.1 < np.sqrt(np.mean(y**2)) < 100 for y in outputs)
    subprocess.run([BIN / "tare", "convert", source, "--calibration", data, "-q", "-o", tmp_path / "model.tare"], check=True)


def test_batch_has_the_same_weights():
    one, four = (architectures.build("ds_cnn_l", batch).graph for batch in (1, 4))
    assert one.initializer == four.initializer
    assert four.input[0].type.tensor_type.shape.dim[0].dim_value == 4
    assert four.output[0].type.tensor_type.shape.dim[0].dim_value == 4


def test_qdq_form_is_near_the_float_model(tmp_path):
    model = architectures.build("ds_cnn_l")
    source, prepared, target = (tmp_path / name for name in ("model.onnx", "prepared.onnx", "qdq.onnx"))
    onnx.save(model, source)
    samples = architectures.samples(model, 4)
    quantized.prepare(source, prepared)
    quantized.quantize(prepared, target, samples)
    kinds = {node.op_type for node in onnx.load(target).graph.node}
    assert {"QuantizeLinear", "DequantizeLinear"} <= kinds
    one = {name: array[:1] for name, array in samples.items()}
    real, quantized_ = (onnxruntime.InferenceSession(p).run(None, one)[0] for p in (source, target))
    assert np.linalg.norm(real - quantized_) < 0.1 * np.linalg.norm(real)

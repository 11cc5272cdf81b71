"""Every model in float agrees with ONNX Runtime to 1e-4 relative."""
import numpy as np

TOLERANCE = 1e-4


def test_float_equals_onnx_runtime(prepared):
    reference, outputs = prepared.reference(), prepared.outputs("onnx")
    assert list(outputs) == list(reference)
    for name, expected in reference.items():
        assert outputs[name].shape == expected.shape and outputs[name].dtype == expected.dtype
        difference = np.abs(outputs[name].astype(np.float64) - expected).max()
        assert difference <= TOLERANCE * max(1e-6, np.abs(expected).max()), name


def test_float_ir_equals_model(prepared):
    """The imported IR, written out and read back, computes what the model does."""
    for name, expected in prepared.outputs("onnx").items():
        assert np.array_equal(prepared.outputs("float")[name], expected), name

"""Every model in float agrees with ONNX Runtime to 1e-4 relative."""
import numpy as np

from harness import assert_same

TOLERANCE = 1e-4


def assert_close(reference, outputs):
    assert list(outputs) == list(reference)
    for name, expected in reference.items():
        assert outputs[name].shape == expected.shape and outputs[name].dtype == expected.dtype
        difference = np.abs(outputs[name].astype(np.float64) - expected).max()
        assert difference <= TOLERANCE * max(1e-6, np.abs(expected).max()), name


def test_float_equals_onnx_runtime(prepared):
    assert_close(prepared.reference(), prepared.outputs("onnx"))


def test_imported_ir_is_the_model(prepared):
    """Written out and read back, it computes the same."""
    assert_same(prepared.outputs("onnx"), prepared.outputs("import"), "model and imported IR")


def test_simplified_ir_equals_onnx_runtime(prepared):
    """Batch norms folded, activations fused."""
    assert_close(prepared.reference(), prepared.outputs("float"))

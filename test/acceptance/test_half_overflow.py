"""A model of float16 gives infinity where a program gives numbers: calibration sees where, and that is told."""
import numpy as np
import onnx
import pytest
from onnx import helper

from graphs import converted, node, port
from harness import tare

F16, F32 = np.float16, np.float32


def half_model(path, factor, kind=F16):
    """x -> Mul by `factor` -> Mul by its reciprocal -> Relu."""
    constants = {"k": kind(factor), "r": kind(1 / factor)}
    nodes = [node("Mul", ["x", "k"], ["large"], name="grow"), node("Mul", ["large", "r"], ["small"], name="shrink"), node("Softplus", ["small"], ["y"], name="last")]
    graph = helper.make_graph(nodes, "g", [port("x", [1, 8], kind)], [port("y", [1, 8], kind)], [onnx.numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path


@pytest.mark.parametrize("factor, kind, is_told", [(60000, F16, True), (1000, F16, False), (60000, F32, False)])
def test_what_float16_does_not_hold_is_told(tmp_path, rng, factor, kind, is_told):
    model = half_model(tmp_path / "m.onnx", factor, kind)
    data = {"x": np.clip(rng.normal(0, 4, (32, 8)), -30, 30).astype(F32)}
    _, said = converted(model, data)
    assert ("layer 'grow': 'large' comes to" in said and "where the model has float16, which ends at 65504" in said and "export the model in float32" in said) == is_told, said
    assert "'small'" not in said
    # From a ranges file, too, whose values say what was seen.
    tare("calibrate", model, "--calibration", tmp_path / "calibration.npz", "-o", tmp_path / "r.json")
    assert ("where the model has float16" in tare("convert", model, "--calibration", tmp_path / "r.json", "-o", tmp_path / "m.tare").stderr) == is_told


def test_the_note_is_gone_with_the_ranges(tmp_path, rng):
    model = half_model(tmp_path / "m.onnx", 60000)
    np.savez(tmp_path / "c.npz", x=rng.normal(0, 4, (8, 8)).astype(F32))
    texts = {stage: tare("convert", model, "--calibration", tmp_path / "c.npz", "--emit", f"mlir:{stage}", "-o", tmp_path / "m.mlir") and (tmp_path / "m.mlir").read_text()
             for stage in ("float", "ranges", "npu")}
    assert 'qnn.float16_values = ["large", "small", "y"]' in texts["float"]
    assert all("float16_values" not in texts[stage] for stage in ("ranges", "npu"))
    # IR of an earlier stage goes on where it was.
    tare("convert", model, "--emit", "mlir:float", "-o", tmp_path / "m.mlir")
    assert "which ends at 65504" in tare("convert", tmp_path / "m.mlir", "--calibration", tmp_path / "c.npz", "-o", tmp_path / "m.tare").stderr

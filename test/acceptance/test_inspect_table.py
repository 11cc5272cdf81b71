"""The table of inspect: the values' names beside the layers', in columns, and a mark on what the host computes."""
import numpy as np
import pytest

from graphs import converted, node, port, save
from harness import tare, tare_json


@pytest.fixture
def forms(tmp_path):
    rng = np.random.default_rng(1)
    nodes = [node("Conv", ["x", "w"], ["conv_out"], name="conv"), node("Relu", ["conv_out"], ["a_long_name_of_a_value"], name="relu"),
             node("ArgMax", ["a_long_name_of_a_value"], ["y"], name="best", axis=1)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 4, 4])], [port("y", [1, 1, 4, 4], np.int64)], {"w": rng.normal(size=(5, 3, 1, 1)).astype(np.float32)})
    program, _ = converted(model, {"x": rng.normal(size=(9, 3, 4, 4)).astype(np.float32)})
    tare("convert", model, "--calibration", tmp_path / "calibration.npz", "--emit", "mlir:npu", "-o", tmp_path / "npu.mlir")
    return {"onnx": model, "ir": tmp_path / "npu.mlir", "program": program}


@pytest.mark.parametrize("form", ["onnx", "ir", "program"])
def test_values_and_host_layers(forms, form):
    text, layers = tare("inspect", forms[form]).stdout, tare_json("inspect", forms[form])["layers"]
    lines = text.splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith("layer "))
    title, rows = lines[begin], lines[begin + 1:begin + 1 + len(layers)]
    assert title.split()[:3] == ["layer", "value", "kind"]
    columns = [title.index(name) for name in ("layer", "value", "kind", "output")]
    for row, layer in zip(rows, layers, strict=True):
        cells = [row[a:b].strip() for a, b in zip(columns, columns[1:])]
        assert cells == [layer["name"], layer["value"], layer["kind"] + (" (host)" if layer["host"] else "")], row
    assert [layer["name"] for layer in layers if layer["host"]] == ["best"]
    assert f"{len(layers)} layers (1 of the host), " in text


def test_no_host_layer(tmp_path):
    model = save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", [1, 4])], [port("y", [1, 4])])
    shown = tare("inspect", model).stdout
    assert "(host)" not in shown and "of the host" not in shown and "1 layers, 0 parameters" in shown

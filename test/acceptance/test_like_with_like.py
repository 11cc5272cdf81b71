"""compare holds against each other what layers' readers see, and inputs that the network itself cuts are no misfits."""
import numpy as np
import pytest

from graphs import node, port, quantize, save
from harness import tare, tare_json

CONSTANTS = {"w": None, "w2": None, "s": np.float32(.02), "s2": np.float32(.04), "si": np.float32(.03), "so": np.float32(.05),
             "z": np.int8(0), "least": np.int8(-128), "low": np.float32(0), "high": np.float32(2), "flat": np.int64([1, 8, 36]),
             "whole": np.int64([1, 8, 6, 6])}
FRONT = [*quantize("x", "si", "z", "xd"), node("Conv", ["xd", "w"], ["c"], name="c", pads=[1] * 4)]
FLOAT = [node("Conv", ["x", "w"], ["c"], name="c", pads=[1] * 4)]


def behind(value):
    return [node("Conv", [value, "w2"], ["o"], name="o"), *quantize("o", "so", "z", "y")]


SATURATED = quantize("t", "s", "least", "d")
NETS = {
    "a quantizer": [*FRONT, *quantize("c", "s", "least", "d"), *behind("d")],
    "a quantizer behind a transpose": [*FRONT, node("Transpose", ["c"], ["t"], name="t", perm=[0, 1, 3, 2]), *SATURATED, *behind("d")],
    "a quantizer behind reshapes": [*FRONT, node("Reshape", ["c", "flat"], ["u"], name="u"), node("Reshape", ["u", "whole"], ["t"], name="t"), *SATURATED, *behind("d")],
    "a quantizer behind a pool": [*FRONT, node("MaxPool", ["c"], ["t"], name="t", kernel_shape=[2, 2]), *SATURATED, *behind("d")],
    "a quantizer of a mean": [*FRONT, *quantize("c", "s2", "z", "e"), node("AveragePool", ["e"], ["t"], name="t", kernel_shape=[2, 2]), *SATURATED, *behind("d")],
    "a quantizer of a sum": [*FRONT, *quantize("c", "s2", "z", "e"), node("Add", ["e", "e"], ["t"], name="t"), *SATURATED, *behind("d")],
    "a quantizer and a Clip": [*FRONT, *quantize("c", "s", "least", "e"), node("Clip", ["e", "low", "high"], ["t"], name="t"), *SATURATED, *behind("d")],
    "Relu": [*FRONT, node("Relu", ["c"], ["t"], name="t"), *SATURATED, *behind("d")],
    "Clip": [*FRONT, node("Clip", ["c", "low", "high"], ["t"], name="t"), *SATURATED, *behind("d")],
    "float Relu behind a transpose": [*FLOAT, node("Add", ["c", "c"], ["p"], name="p"), node("Transpose", ["p"], ["t"], name="t", perm=[0, 1, 3, 2]),
                                      node("Relu", ["t"], ["r"], name="r"), node("Conv", ["r", "w2"], ["y"], name="y")],
    "float Clip behind a pool": [*FLOAT, node("MaxPool", ["c"], ["p"], name="p", kernel_shape=[2, 2]), node("Clip", ["p", "low", "high"], ["r"], name="r"),
                                 node("Conv", ["r", "w2"], ["y"], name="y")],
    "float HardSigmoid": [*FLOAT, node("Mul", ["c", "high"], ["p"], name="p"), node("HardSigmoid", ["p"], ["r"], name="r"), node("Conv", ["r", "w2"], ["y"], name="y")],
    "float Sigmoid": [*FLOAT, node("Mul", ["c", "high"], ["p"], name="p"), node("Mul", ["p", "high"], ["p2"], name="p2"), node("Sigmoid", ["p2"], ["r"], name="r"),
                      node("Conv", ["r", "w2"], ["y"], name="y")],
}


def built(folder, nodes, rng):
    constants = CONSTANTS | {"w": rng.normal(size=(8, 3, 3, 3)).astype(np.float32) * .3, "w2": rng.normal(size=(4, 8, 1, 1)).astype(np.float32) * .3}
    model = save(folder / "m.onnx", nodes, [port("x", [1, 3, 6, 6])], [port("y", None)], constants)
    np.savez(folder / "x.npz", x=rng.normal(size=(30, 3, 6, 6)).astype(np.float32))
    for arguments, name in (((), "m.tare"), (("--emit", "mlir:qdq"), "qdq.mlir"), (("--emit", "mlir:fused"), "fused.mlir")):
        tare("convert", model, "--calibration", folder / "x.npz", *arguments, "-o", folder / name)
    return model


@pytest.mark.parametrize("name", NETS)
def test_layers_are_no_worse_than_what_follows_shows(name, tmp_path, rng):
    model = built(tmp_path, NETS[name], rng)
    for first, second in ((model, "m.tare"), (model, "fused.mlir"), (tmp_path / "qdq.mlir", "m.tare"), (tmp_path / "m.tare", "m.onnx")):
        found = tare_json("compare", first, tmp_path / second, "--inputs", tmp_path / "x.npz")
        # What is equal has no ratio.
        assert found["outputs"][0]["sqnr_db"] is None or found["outputs"][0]["sqnr_db"] > 25
        for layer in found["layers"]:
            assert layer["sqnr_db"] is None or layer["sqnr_db"] > 25, (second, layer)


CUT = {"Relu": [node("Relu", ["x"], ["r"], name="r")], "Clip": [node("Clip", ["x", "low", "high"], ["r"], name="r")],
       "a moved Relu": [node("Transpose", ["x"], ["t"], name="t", perm=[0, 1, 3, 2]), node("Relu", ["t"], ["r"], name="r")],
       "a Relu before a quantizer": [node("Relu", ["x"], ["q"], name="q"), *quantize("q", "s", "least", "r")]}


@pytest.mark.parametrize("name", CUT)
def test_an_input_that_the_network_cuts_may_be_anything_there(name, tmp_path, rng):
    model = built(tmp_path, [*CUT[name], node("Conv", ["r", "w"], ["y"], name="y", pads=[1] * 4)], rng)
    data = rng.normal(size=(30, 3, 6, 6)).astype(np.float32)
    data[data < 0] *= 20
    np.savez(tmp_path / "t.npz", x=np.minimum(data, 1.9))
    for command in (("run", tmp_path / "m.tare", "--outputs", tmp_path / "y.npz"), ("compare", model, tmp_path / "m.tare"),
                    ("compare", model, tmp_path / "fused.mlir")):
        assert "is given numbers" not in tare(*command, "--inputs", tmp_path / "t.npz").stderr, command


@pytest.mark.parametrize("name", ("Relu", "a moved Relu", "none", "two"))
def test_what_nothing_cuts_is_told(name, tmp_path, rng):
    """Beyond the other end; where nothing cuts; and where another reader does not."""
    nodes = {"none": [node("MaxPool", ["x"], ["r"], name="r", kernel_shape=[1, 1])],
             "two": [node("Relu", ["x"], ["q"], name="q"), node("Add", ["q", "x"], ["r"], name="r")]}.get(name) or CUT[name]
    model = built(tmp_path, [*nodes, node("Conv", ["r", "w"], ["y"], name="y", pads=[1] * 4)], rng)
    if name == "none":
        np.savez(tmp_path / "x.npz", x=np.abs(np.load(tmp_path / "x.npz")["x"]))
        tare("convert", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare")
    sign = 1 if "Relu" in name else -1
    np.savez(tmp_path / "t.npz", x=sign * 30 * np.abs(rng.normal(size=(30, 3, 6, 6))).astype(np.float32))
    assert "is given numbers" in tare("run", tmp_path / "m.tare", "--inputs", tmp_path / "t.npz", "--outputs", tmp_path / "y.npz").stderr

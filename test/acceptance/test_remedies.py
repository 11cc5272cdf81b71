"""A classifier of bytes (embedding, LayerNorm and Gelu written out, a pool, a softmax): what the check proposes is what helps."""
import json

import numpy as np
import pytest

from graphs import node, port, save
from harness import load, sqnr, tare

F32 = np.float32
WIDTH, LENGTH, CLASSES, ROWS = 32, 48, 6, 257


def norm(x, y, prefix):
    p = prefix
    return [node("ReduceMean", [x, "last"], [p + "m"], name=p + "mean"), node("Sub", [x, p + "m"], [p + "c"], name=p + "center"),
            node("Pow", [p + "c", "two"], [p + "s"], name=p + "square"), node("ReduceMean", [p + "s", "last"], [p + "v"], name=p + "variance"),
            node("Add", [p + "v", "eps"], [p + "e"], name=p + "epsilon"), node("Sqrt", [p + "e"], [p + "d"], name=p + "deviation"),
            node("Div", [p + "c", p + "d"], [p + "n"], name=p + "norm"), node("Mul", [p + "n", p + "g"], [p + "sc"], name=p + "scale"), node("Add", [p + "sc", p + "b"], [y], name=p + "shift")]


def gelu(x, y):
    return [node("Div", [x, "root2"], ["gu"], name="gelu_u"), node("Erf", ["gu"], ["gr"], name="gelu_erf"), node("Add", ["gr", "one"], ["ga"], name="gelu_sum"),
            node("Mul", [x, "ga"], ["gh"], name="gelu_product"), node("Mul", ["gh", "half"], [y], name="gelu")]


def classifier(folder, bias):
    """One feature that the classes do not look at is moved by `bias`, beside which 8 bits lose the others."""
    rng = np.random.default_rng(7)
    constants = {"last": np.int64([-1]), "sequence": np.int64([1]), "two": F32(2), "eps": F32(1e-6), "root2": F32(2 ** .5), "one": F32(1), "half": F32(.5),
                 "table": rng.normal(size=(ROWS, WIDTH)).astype(F32), "w1": (rng.normal(size=(WIDTH, WIDTH)) / WIDTH ** .5).astype(F32),
                 "w2": rng.normal(size=(WIDTH, CLASSES)).astype(F32), "a_b": np.zeros(WIDTH, F32), "z_b": np.zeros(WIDTH, F32)}
    constants |= {"a_g": np.ones(WIDTH, F32), "z_g": np.ones(WIDTH, F32)}
    constants["z_b"][3], constants["w2"][3] = bias, 0
    nodes = [node("Gather", ["table", "bytes"], ["e"], name="embedding"), *norm("e", "f", "a_"), node("MatMul", ["f", "w1"], ["h"], name="dense"), *gelu("h", "k"), *norm("k", "o", "z_"),
             node("ReduceMax", ["o", "sequence"], ["p"], name="pool", keepdims=0), node("MatMul", ["p", "w2"], ["l"], name="head"), node("Softmax", ["l"], ["y"], name="softmax", axis=-1)]
    model = save(folder / "m.onnx", nodes, [port("bytes", [1, LENGTH], np.int32)], [port("y", [1, CLASSES])], constants)
    np.savez(folder / "x.npz", bytes=rng.integers(0, ROWS, size=(60, LENGTH)).astype(np.int32))
    return model


def check(model, *options):
    folder = model.parent
    answer = json.loads(tare("convert", model, "--calibration", folder / "x.npz", *options, "--json", "-q", "-o", folder / "m.tare").stdout)
    output, = answer["check"]["outputs"]
    return output


@pytest.mark.parametrize("bias", [1000, 5000])
def test_sixteen_bits_are_proposed_where_they_help(tmp_path, bias):
    model = classifier(tmp_path, bias)
    lost = check(model)
    assert lost["collapsed"] and "no option mends it" not in lost["remedy"]
    option, told = lost["remedy"].split(" mends it (SQNR ")
    assert option == "--activations i16"
    mended = check(model, *option.split())
    assert mended["collapsed"] == [] and mended["sqnr_db"] == pytest.approx(float(told.split()[0]), abs=0.1)
    tare("convert", model, "--calibration", tmp_path / "x.npz", *option.split(), "--strict", "-o", tmp_path / "m.tare")


def test_none_is_proposed_where_none_helps(tmp_path):
    """Beside a million 16 bits are not enough either."""
    model = classifier(tmp_path, 1e6)
    lost = check(model)
    assert lost["collapsed"] and lost["remedy"].startswith("no option mends it: ")
    for option in ("--activations i16", "--method min_max", "--method mse", "--method percentile"):
        assert check(model, *option.split())["collapsed"], option


def test_nothing_is_proposed_where_nothing_is_lost(tmp_path):
    whole = check(classifier(tmp_path, 0))
    assert whole["collapsed"] == [] and "remedy" not in whole
    for form, name in (("m.onnx", "f"), ("m.tare", "q")):
        tare("run", tmp_path / form, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / f"{name}.npz")
    assert sqnr(load(tmp_path / "f.npz")["y"], load(tmp_path / "q.npz")["y"]) > 10

"""A slice of an output that says nothing is told along whichever axis it lies, once, and what is dead in float is not."""
import json
import itertools

import numpy as np
import pytest

from graphs import node, port, save
from harness import fails, tare

SAMPLES = 12
# A detector's output in its usual orders, and the axis of its attributes.
HEADS = {"anchors, attributes, H, W": ((0, 1, 2, 3, 4), 2), "H, W, anchors, attributes": ((0, 3, 4, 1, 2), 4),
         "anchors, H, W, attributes": ((0, 1, 3, 4, 2), 4), "attributes first": ((0, 2, 1, 3, 4), 1), "W, attributes, H, anchors": ((0, 4, 2, 3, 1), 2)}


def head(folder, order, lost, gain=1e3, anchors=3, attributes=6, grid=(5, 7)):
    """[1, anchors, attributes, H, W] in another order, on one grid; `lost` [anchors, attributes] are too small for it."""
    rng = np.random.default_rng(3)
    count = anchors * attributes
    scale = np.full((1, anchors, attributes, 1, 1), gain, np.float32)
    scale[0, lost] = 1
    nodes = [node("Conv", ["x", "w"], ["c"], name="head"), node("Tanh", ["c"], ["t"], name="tanh"),
             node("Reshape", ["t", "five"], ["r"], name="parted"), node("Mul", ["r", "k"], ["m"], name="scaled"),
             node("LeakyRelu", ["m"], ["a"], name="act", alpha=.9), node("Transpose", ["a"], ["y"], name="ordered", perm=list(order))]
    whole = (1, anchors, attributes, *grid)
    constants = {"w": rng.normal(size=(count, 3, 1, 1)).astype(np.float32), "k": scale, "five": np.int64(whole)}
    model = save(folder / "m.onnx", nodes, [port("x", [1, 3, *grid])], [port("y", [whole[i] for i in order])], constants)
    np.savez(folder / "x.npz", x=rng.normal(size=(SAMPLES, 3, *grid)).astype(np.float32))
    return model


def convert(folder, model, *arguments):
    return tare("convert", model, "--calibration", folder / "x.npz", "-o", folder / "m.tare", *arguments)


def collapsed(folder, model):
    [output] = json.loads(convert(folder, model, "--json", "-q").stdout)["check"]["outputs"]
    return [(each["axis"], each["indices"]) for each in output["collapsed"]]


def which(anchors=slice(None), attributes=slice(None)):
    lost = np.zeros((3, 6), bool)
    lost[anchors, attributes] = True
    return lost


@pytest.mark.parametrize("name", HEADS)
def test_attributes_are_told_along_their_axis(name, tmp_path):
    order, axis = HEADS[name]
    model = head(tmp_path, order, which(attributes=[4, 5]))
    assert collapsed(tmp_path, model) == [(axis, [4, 5])]
    [line] = [line for line in convert(tmp_path, model).stderr.splitlines() if "collapsed" in line]
    assert f"output 'y': 2 of 6 slices along axis {axis} (4 to 5) have collapsed" in line
    out = tmp_path / "no.tare"
    said = fails("convert", model, "--calibration", tmp_path / "x.npz", "--strict", "-o", out, output=out)
    assert f"slices along axis {axis} (4 to 5)" in said


@pytest.mark.parametrize("name", HEADS)
def test_an_anchor_is_told_along_its_axis(name, tmp_path):
    order, _ = HEADS[name]
    assert collapsed(tmp_path, head(tmp_path, order, which(anchors=1))) == [(order.index(1), [1])]


def test_two_collapses_are_told_in_one_line(tmp_path):
    """An attribute of all anchors, and an anchor: neither explains the other."""
    model = head(tmp_path, (0, 1, 2, 3, 4), which(anchors=1) | which(attributes=4))
    assert sorted(collapsed(tmp_path, model)) == [(1, [1]), (2, [4])]
    [line] = [line for line in convert(tmp_path, model).stderr.splitlines() if "collapsed" in line]
    assert "; so have 1 of " in line


@pytest.mark.parametrize("name", HEADS)
def test_dead_and_constant_channels_have_not_collapsed(name, tmp_path):
    """What is 0 in float, or the same in all of an output, and stays so."""
    order, _ = HEADS[name]
    rng = np.random.default_rng(3)
    weight, bias = rng.normal(size=(18, 3, 1, 1)).astype(np.float32), np.zeros(18, np.float32)
    weight[[2, 8, 14]] = weight[[4, 10, 16]] = 0
    bias[[4, 10, 16]] = 2.5
    nodes = [node("Conv", ["x", "w", "b"], ["c"], name="head"), node("LeakyRelu", ["c"], ["t"], name="act", alpha=.9),
             node("Reshape", ["t", "five"], ["r"], name="parted"), node("Transpose", ["r"], ["y"], name="ordered", perm=list(order))]
    whole = (1, 3, 6, 5, 7)
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 5, 7])], [port("y", [whole[i] for i in order])],
                 {"w": weight, "b": bias, "five": np.int64(whole)})
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(SAMPLES, 3, 5, 7)).astype(np.float32))
    assert collapsed(tmp_path, model) == []


def test_what_is_fine_is_fine_in_all_orders(tmp_path):
    for order in itertools.permutations(range(1, 5)):
        assert collapsed(tmp_path, head(tmp_path, (0, *order), which(0, 0) & False)) == []


def test_samples_of_a_batch_are_slices(tmp_path):
    """A batch whose second sample is a thousandth of the first."""
    rng = np.random.default_rng(5)
    model = save(tmp_path / "m.onnx", [node("LeakyRelu", ["x"], ["a"], name="f", alpha=.5), node("LeakyRelu", ["a"], ["y"], name="g", alpha=.5)],
                 [port("x", [2, 64])], [port("y", [2, 64])])
    data = rng.normal(size=(SAMPLES, 2, 64)).astype(np.float32)
    data[:, 1] /= 1000
    np.savez(tmp_path / "x.npz", x=data)
    assert collapsed(tmp_path, model) == [(0, [1])]

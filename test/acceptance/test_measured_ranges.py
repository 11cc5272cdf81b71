"""Equal ranges that data have are no default: only ranges that nobody measured are suspicious."""
import json

import numpy as np
import pytest

from graphs import node, port, save
from harness import METHODS, fails, tare, tare_json


def three_images(rng, folder):
    """The fault case: images in [0, 1] side by side."""
    model = save(folder / "m.onnx", [node("Concat", ["a", "b", "c"], ["y"], axis=1)], [port(n, [1, 1, 8, 8]) for n in "abc"],
                 [port("y", [1, 3, 8, 8])], opset=17)
    data = {name: (rng.integers(0, 256, (16, 1, 8, 8)) / 255).astype(np.float32) for name in "abc"}
    for array in data.values():
        array[0, 0, 0, :2] = 0, 1
    np.savez(folder / "d.npz", **data)
    return model


def saturated(rng, folder):
    """Every value has all of [0, 1], whatever the calibration cuts off: half the elements lie at each end."""
    model = save(folder / "m.onnx", [node("Add", ["a", "b"], ["s"]), node("Clip", ["s", "zero", "one"], ["t"]), node("Add", ["t", "c"], ["u"]),
                                     node("Clip", ["u", "zero", "one"], ["v"]), node("Concat", ["v", "t"], ["y"], axis=1)],
                 [port(n, [1, 1, 8, 8]) for n in "abc"], [port("y", [1, 2, 8, 8])], {"zero": np.float32(0), "one": np.float32(1)}, opset=17)
    np.savez(folder / "d.npz", **{name: rng.integers(0, 2, (16, 1, 8, 8)).astype(np.float32) for name in "abc"})
    return model


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("network", [three_images, saturated])
def test_equal_ranges(network, method, tmp_path, rng):
    """From data, and from the file that tare calibrate makes of them."""
    model = network(rng, tmp_path)
    done = tare("convert", model, "--calibration", tmp_path / "d.npz", "--method", method, "-o", tmp_path / "m.tare")
    assert "suspicious" not in done.stderr
    tare("calibrate", model, "--calibration", tmp_path / "d.npz", "--method", method, "-o", tmp_path / "ranges.json")
    done = tare("convert", model, "--calibration", tmp_path / "ranges.json", "-o", tmp_path / "n.tare")
    assert "suspicious" not in done.stderr
    assert (tmp_path / "m.tare").read_bytes() == (tmp_path / "n.tare").read_bytes()


def edited(rng, folder, change):
    tare("calibrate", three_images(rng, folder), "--calibration", folder / "d.npz", "-o", folder / "ranges.json")
    ranges = json.loads((folder / "ranges.json").read_text())
    change(ranges)
    (folder / "ranges.json").write_text(json.dumps(ranges))


def without_samples(ranges):
    ranges["samples"] = 0


def without_what_was_seen(ranges):
    for value in ranges["values"].values():
        del value["seen_min"], value["seen_max"]


def wider_than_what_was_seen(ranges):
    for value in ranges["values"].values():
        value.update(min=-1.0)


def cut_out_of_different_data(ranges):
    for width, value in enumerate(ranges["values"].values(), start=3):
        value.update(seen_max=float(width))


@pytest.mark.parametrize("change", [without_samples, without_what_was_seen, wider_than_what_was_seen, cut_out_of_different_data])
def test_equal_ranges_that_nobody_measured(change, tmp_path, rng):
    edited(rng, tmp_path, change)
    out = tmp_path / "m.tare"
    message = fails("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "ranges.json", "-o", out, output=out)
    assert "one and the same range" in message and "'a'" in message and "tare calibrate" in message and "--allow-uncalibrated" in message
    told = tare_json("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "ranges.json", "--allow-uncalibrated", "-o", out)["warnings"]
    assert any("one and the same range" in warning for warning in told)

"""Calibration does not depend on how the data arrives, and its file says what it found."""
import json

import numpy as np
import pytest

from harness import METHODS, fails, load, tare, tare_json
from models import Graph
import onnx

CUTTING = ("auto", "percentile", "mse", "kl")


def calibrate(case, data, out, *arguments):
    tare("calibrate", case.model, "--calibration", data, *case.case.arguments, *arguments, "-o", out)
    return out.read_bytes()


def values(path):
    """The ranges file's values by name."""
    return json.loads(path.read_text())["values"]


@pytest.fixture(params=METHODS)
def method(request):
    return "--method", request.param


def test_order_does_not_matter(conv, method, tmp_path):
    expected = calibrate(conv, conv.calibration, tmp_path / "a.json", *method)
    data = load(conv.calibration)["x"]
    for seed in range(3):
        np.savez(tmp_path / "shuffled.npz", x=np.random.default_rng(seed).permutation(data))
        assert calibrate(conv, tmp_path / "shuffled.npz", tmp_path / "b.json", *method) == expected


def test_threads_do_not_matter(conv, method, tmp_path):
    expected = calibrate(conv, conv.calibration, tmp_path / "a.json", *method)
    for threads in ("1", "2", "3", "7"):
        assert calibrate(conv, conv.calibration, tmp_path / "b.json", *method, "--threads", threads) == expected


def test_files_do_not_matter(conv, method, tmp_path):
    """One .npz, one .npy, or a folder of files of different lengths."""
    expected = calibrate(conv, conv.calibration, tmp_path / "a.json", *method)
    data = load(conv.calibration)["x"]
    np.save(tmp_path / "x.npy", data)
    assert calibrate(conv, tmp_path / "x.npy", tmp_path / "b.json", *method) == expected
    folder = tmp_path / "folder"
    folder.mkdir()
    np.savez(folder / "b.npz", x=data[:1])
    np.savez_compressed(folder / "a.npz", x=data[1:12], another=np.zeros(3))
    np.save(folder / "c.npy", data[12:])
    assert calibrate(conv, folder, tmp_path / "c.json", *method) == expected


def test_samples_limits_the_data(conv, tmp_path):
    np.savez(tmp_path / "few.npz", x=load(conv.calibration)["x"][:5])
    few = calibrate(conv, tmp_path / "few.npz", tmp_path / "a.json")
    assert calibrate(conv, conv.calibration, tmp_path / "b.json", "--samples", "5") == few
    assert calibrate(conv, conv.calibration, tmp_path / "c.json") != few


def test_min_max_is_what_the_data_spans(conv, tmp_path):
    calibrate(conv, conv.calibration, tmp_path / "ranges.json", "--method", "min_max")
    found, data = values(tmp_path / "ranges.json")["x"], load(conv.calibration)["x"]
    assert (np.float32(found["min"]), np.float32(found["max"])) == (data.min(), data.max())


def test_methods_cut_long_tails(conv, tmp_path):
    data = np.random.default_rng(4).standard_normal((300, 8, 12, 10)).astype(np.float32) ** 3
    np.savez(tmp_path / "tails.npz", x=data)
    found = {}
    for method in METHODS:
        calibrate(conv, tmp_path / "tails.npz", tmp_path / f"{method}.json", "--method", method)
        value = values(tmp_path / f"{method}.json")["x"]
        found[method] = value["min"], value["max"]
    x = np.sort(data.reshape(-1).astype(np.float64))
    assert np.allclose(found["min_max"], (x[0], x[-1]), rtol=1e-6)
    # 0.005 % of 288,000 values are 14.4 at each end: the 15th is kept, whose bin is a 1,024th of the range at most.
    bin_width, kept = max(-x[0], x[-1]) / 1024, np.array((x[14], x[-15]))
    assert np.all(np.abs(kept) <= np.abs(found["percentile"])) and np.all(np.abs(found["percentile"] - kept) <= bin_width)
    mesh = [(x[0] * i / 24, x[-1] * j / 24) for i in range(1, 25) for j in range(1, 25)]
    every = x[::29]
    assert squared_error(x, found["mse"]) <= 1.01 * min(squared_error(x, pair) for pair in sorted(mesh, key=lambda p: squared_error(every, p))[:20])
    least = sorted(mesh, key=lambda pair: balanced_error(every, pair))[:20]
    assert balanced_error(x, found["auto"]) <= 1.01 * min(balanced_error(x, pair) for pair in least)
    # All of the data is one of the meshes' pairs, and more than what is allowed above the best: so these two are no min_max either.
    for error, method in ((squared_error, "mse"), (balanced_error, "auto")):
        assert error(x, (x[0], x[-1])) > 1.01 * error(x, found[method])
    # Ends of bins that lie within the data. (test/unit/Calibration has the least divergence.)
    assert all(np.all(np.abs(found[m]) < np.abs(found["min_max"])) for m in CUTTING), found


def squared_error(x, ends):
    """The mean squared error on a grid of 256 levels, one of which is 0."""
    scale = (ends[1] - ends[0]) / 255
    low = np.rint(ends[0] / scale)
    return ((x - scale * np.clip(np.rint(x / scale), low, low + 255)) ** 2).mean()


def balanced_error(x, ends):
    """(A59)"""
    small = np.sort(np.abs(x[x != 0]))[: np.count_nonzero(x) // 2]
    small = x[(x != 0) & (np.abs(x) <= small[-1])]
    return squared_error(x, ends) / (x**2).mean() + squared_error(small, ends) / (small**2).mean() / 128


def test_auto_is_the_default(conv, tmp_path):
    """(A59) All of the data at 16 bits; and whoever asks is told."""
    data = np.random.default_rng(4).standard_normal((300, 8, 12, 10)).astype(np.float32) ** 3
    np.savez(tmp_path / "tails.npz", x=data)
    found = {}
    for method, activations in ("", "i8"), ("auto", "i8"), ("", "i16"), ("min_max", "i16"):
        path = tmp_path / f"{method}{activations}.json"
        calibrate(conv, tmp_path / "tails.npz", path, "--activations", activations, *(("--method", method) if method else ()))
        found[method, activations] = values(path)
    assert found["", "i8"] == found["auto", "i8"] != found["", "i16"]
    for name, whole in found["min_max", "i16"].items():
        chosen = found["", "i16"][name]  # and headroom, (A67)
        assert chosen["min"] + chosen.get("headroom_below", 0) == pytest.approx(whole["min"])
        assert chosen["max"] - chosen.get("headroom_above", 0) == pytest.approx(whole["max"])
    assert json.loads((tmp_path / "i8.json").read_text())["method"] == "auto"
    said = tare_json("convert", conv.model, "--calibration", tmp_path / "tails.npz", "-o", tmp_path / "m.tare")
    assert said["method"] == "auto"
    said = tare("convert", conv.model, "--calibration", tmp_path / "i16.json", "--activations", "i16", "-o", tmp_path / "m.tare").stderr
    assert "calibration (auto)" in said


def test_random_calibration_is_repeatable(conv, tmp_path):
    for name in ("a.json", "b.json"):
        tare("calibrate", conv.model, "--random-calibration", "-o", tmp_path / name)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    for name in ("a.tare", "b.tare"):
        tare("convert", conv.model, "--random-calibration", "-o", tmp_path / name)
    assert (tmp_path / "a.tare").read_bytes() == (tmp_path / "b.tare").read_bytes()


def test_convert_accepts_the_ranges(conv, method, tmp_path):
    ranges, out = tmp_path / "ranges.json", tmp_path / "out.tare"
    calibrate(conv, conv.calibration, ranges, *method)
    tare("convert", conv.model, "--calibration", ranges, "-o", out)
    direct = conv.convert(tmp_path / "direct.tare", *method)
    assert out.read_bytes() == direct.read_bytes()


def net(tmp_path, fill, data):
    graph = Graph("net")
    fill(graph)
    path = tmp_path / "net.onnx"
    onnx.save(graph.model(), path)
    np.savez(tmp_path / "data.npz", x=data)
    tare("calibrate", path, "--calibration", tmp_path / "data.npz", "-o", tmp_path / "ranges.json")
    return path, values(tmp_path / "ranges.json")


def test_labels(tmp_path):
    """Every kind of value that a calibration can meet."""
    def fill(g):
        x = g.input(1, 4, 6, 6)
        y = g.node("Relu", g.conv(x, 4, 4, 3, 3, name="conv"), name="alive")
        y = g.node("Reshape", y, g.integers(1, 64), name="moved")
        z = g.node("Relu", g.node("Sub", g.node("Flatten", x), g.constant(100), name="low"), name="dead")
        g.output(g.node("Concat", y, z, axis=1, name="joined"))

    _, found = net(tmp_path, fill, np.random.default_rng(0).standard_normal((9, 4, 6, 6)).astype(np.float32))
    labels = {name: value["label"] for name, value in found.items()}
    assert labels["x"] == labels["alive_out"] == "calibrated"
    assert labels["moved_out"] == "inherited"
    assert labels["dead_out"] == "dead"


def test_dequantized_weights_are_constants(prepare, tmp_path):
    """A quantized model has its own grids; its ranges file is one like any other."""
    case, ranges = prepare("qdq_net"), tmp_path / "ranges.json"
    calibrate(case, case.calibration, ranges)
    labels = {value["label"] for value in values(ranges).values()}
    assert labels <= {"constant", "calibrated", "inherited"} and "constant" in labels
    out = tmp_path / "out.tare"
    tare("convert", case.model, "--calibration", ranges, "-o", out)
    assert out.read_bytes() == case.form("program").read_bytes()


def test_nan_is_labelled_and_refused(tmp_path):
    fill = lambda g: g.output(g.node("Sigmoid", g.conv(g.input(1, 4, 6, 6), 4, 4, 3, 3, name="conv"), name="last"))
    data = np.random.default_rng(0).standard_normal((9, 4, 6, 6)).astype(np.float32)
    data[3, 2, 1, 0] = np.nan
    model, found = net(tmp_path, fill, data)
    assert found["x"]["label"] == found["conv_out"]["label"] == "nan"
    out = tmp_path / "out.tare"
    message = fails("convert", model, "--calibration", tmp_path / "ranges.json", "-o", out, output=out)
    assert "'x'" in message and "nan" in message.lower()


def test_batch_of_eight_in_two_spellings(prepare, tmp_path):
    """An input [8, ...] is given as [N, 8, ...] or as [8 N, ...]."""
    case = prepare("conv_batch_of_eight")
    data = load(case.calibration)["x"]
    np.savez(tmp_path / "joined.npz", x=data.reshape(-1, *data.shape[2:]))
    expected = calibrate(case, case.calibration, tmp_path / "a.json")
    assert calibrate(case, tmp_path / "joined.npz", tmp_path / "b.json") == expected


def test_calibrate_as_json(conv, tmp_path):
    report = tare_json("calibrate", conv.model, "--calibration", conv.calibration, "-o", tmp_path / "ranges.json")
    assert isinstance(report, dict)

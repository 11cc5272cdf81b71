"""(A67) 16-bit ranges go on beyond what calibration saw, as far as the samples' ends say; what may still lie beyond is told."""
import json

import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, save
from harness import sqnr, tare

F32 = np.float32
STEPS, HIDDEN = 20, 16


def recurrent(folder, rng):
    """An LSTM whose states some samples take far."""
    gates = 4 * HIDDEN
    constants = {"W": rng.normal(size=(1, gates, 8)) * .5, "R": rng.normal(size=(1, gates, HIDDEN)) * .4, "B": rng.normal(size=(1, 2 * gates)) * .2}
    return save(folder / "m.onnx", [node("LSTM", ["x", "W", "R", "B"], ["y", "h", "c"], name="cell", hidden_size=HIDDEN)], [port("x", [STEPS, 1, 8])],
                [port("c", [1, 1, HIDDEN])], {name: array.astype(F32) for name, array in constants.items()}, opset=17)


def sequences(rng, count):
    return {"x": rng.normal(size=(count, STEPS, 1, 8)).astype(F32)}


def test_recurrent_nets_lose_less_on_what_calibration_did_not_see(tmp_path, rng):
    """(A67) States of sequences that calibration has not seen come farther than those of the ones that it has."""
    model = recurrent(tmp_path, rng)
    seen, unseen = sequences(rng, 24), sequences(rng, 256)
    real = outputs_of(model, unseen)["c"]
    ratios = [sqnr(real, outputs_of(converted(model, seen, "--activations", "i16", *arguments)[0], unseen)["c"]) for arguments in ([], ["--method", "min_max"])]
    assert ratios[0] > 40 and ratios[0] > ratios[1] + 1, ratios


@pytest.mark.parametrize("samples", (8, 24, 100))
@pytest.mark.parametrize("outputs", (1, 3))
def test_regressors_of_few_numbers_lose_less_on_what_calibration_did_not_see(tmp_path, rng, outputs, samples):
    """(A67) However few numbers a sample has, 8 samples say how their ends grow: 16 bits are better than 8 on other data, too."""
    constants = {"w": rng.normal(size=(16, 32)).astype(F32), "v": rng.normal(size=(32, outputs)).astype(F32)}
    nodes = [node("Gemm", ["x", "w"], ["g"], name="fc"), node("Relu", ["g"], ["r"], name="relu"), node("Gemm", ["r", "v"], ["s"], name="last"), node("Add", ["s", "s"], ["y"], name="twice")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 16])], [port("y", None)], constants)
    seen, unseen = ({"x": rng.normal(size=(count, 1, 16)).astype(F32)} for count in (samples, 2000))
    real = outputs_of(model, unseen)["y"]
    ratios = [sqnr(real, outputs_of(converted(model, seen, "--activations", *arguments)[0], unseen)["y"]) for arguments in (("i16",), ("i16", "--method", "min_max"), ("i8",))]
    assert ratios[0] > ratios[1] + 3 and ratios[0] > ratios[2] + 3, ratios


def ranges_of(folder, model, data, *arguments, activations="i16"):
    np.savez(folder / "x.npz", **data)
    tare("calibrate", model, "--calibration", folder / "x.npz", "--activations", activations, *arguments, "-o", folder / "r.json")
    return json.loads((folder / "r.json").read_text())["values"]


def layer(folder, rng):
    return save(folder / "m.onnx", [node("Gemm", ["x", "w"], ["g"], name="fc"), node("Sigmoid", ["g"], ["y"], name="act")],
                [port("x", [1, 16])], [port("y", [1, 16]), port("g", [1, 16])], {"w": rng.normal(size=(16, 16)).astype(F32)})


def test_headroom_is_in_the_ranges_file(tmp_path, rng):
    model, data = layer(tmp_path, rng), {"x": (rng.normal(size=(64, 1, 16)) * np.exp(.3 * rng.normal(size=(64, 1, 1)))).astype(F32)}
    found = ranges_of(tmp_path, model, data)
    for name in ("x", "g"):
        entry = found[name]
        assert entry["max"] == pytest.approx(entry["seen_max"] + entry["headroom_above"]) and entry["min"] == pytest.approx(entry["seen_min"] - entry["headroom_below"])
        assert 0 < entry["headroom_above"] < entry["max"]
    # A function's results end where it does.
    assert found["y"]["max"] <= 1 and found["y"]["min"] == 0
    # The file gives the same program as the data, without a word more, and is not taken for one that somebody made up.
    tare("convert", model, "--calibration", tmp_path / "x.npz", "--activations", "i16", "-o", tmp_path / "a.tare")
    assert "warning" not in tare("convert", model, "--calibration", tmp_path / "r.json", "--activations", "i16", "-o", tmp_path / "b.tare").stderr
    assert (tmp_path / "a.tare").read_bytes() == (tmp_path / "b.tare").read_bytes()
    # In whatever order samples come, on however many threads.
    text = (tmp_path / "r.json").read_bytes()
    for order, threads in ((np.arange(64)[::-1], 1), (rng.permutation(64), 3)):
        ranges_of(tmp_path, model, {"x": data["x"][order]}, "--threads", threads)
        assert (tmp_path / "r.json").read_bytes() == text


def test_what_has_reached_its_end_gets_none(tmp_path, rng):
    """Pictures have 0 and 255; 8 bits have nothing to spare; a method that says what it takes takes that."""
    model = layer(tmp_path, rng)
    pictures = rng.integers(0, 256, (64, 1, 16)).astype(F32)
    pictures[:, 0, 0], pictures[:, 0, 1] = 0, 255
    assert "headroom_above" not in ranges_of(tmp_path, model, {"x": pictures})["x"]
    data = {"x": rng.normal(size=(64, 1, 16)).astype(F32)}
    for arguments, activations in (([], "i8"), (["--method", "min_max"], "i16"), (["--samples", 7], "i16")):
        found = ranges_of(tmp_path, model, data, *arguments, activations=activations)
        assert all("headroom_above" not in entry and "headroom_below" not in entry for entry in found.values())


def test_what_may_still_lie_beyond_is_told(tmp_path, rng):
    """Samples of very different sizes: the largest of 40 says little of the largest of all."""
    model = layer(tmp_path, rng)
    wild = {"x": (rng.normal(size=(40, 1, 16)) * np.exp(1.5 * rng.normal(size=(40, 1, 1)))).astype(F32)}
    said = converted(model, wild, "--method", "min_max")[1]
    assert "its ends still grew from sample to sample" in said and "calibrate on more samples" in said
    assert "still grew" not in converted(model, {"x": rng.uniform(-1, 1, (40, 1, 16)).astype(F32)})[1]

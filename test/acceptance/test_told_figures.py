"""Figures that the tools print, exactly: by hand, or from the file that they are about."""
import json
import re
import time

import numpy as np
import pytest

from graphs import node, port, save
from harness import fails, load, tare, tare_json


@pytest.fixture
def sums(tmp_path):
    """x - y, and data of which one sample in forty is far out; x is the widest value, y the narrowest."""
    rng = np.random.default_rng(3)
    save(tmp_path / "m.onnx", [node("Mul", ["x", "w"], ["h"], name="scaled"), node("Sub", ["h", "y"], ["z"], name="less")], [port("x", [1, 16]), port("y", [1, 16])], [port("z", [1, 16])],
         {"w": np.full((1, 16), .5, np.float32)})
    x, y = rng.normal(size=(40, 1, 16)).astype(np.float32), rng.uniform(-.01, .01, (40, 1, 16)).astype(np.float32)
    x[0, 0, 0], x[1, 0, 3] = 50, -30
    np.savez(tmp_path / "x.npz", x=x, y=y)
    return tmp_path


@pytest.mark.parametrize("arguments", [["--method", "min_max"], ["--method", "percentile", "--percentile", "99"], []], ids=["all", "percentile", "default"])
def test_what_calibrate_says_of_the_ranges(sums, arguments):
    """The widest value, the narrowest, and the one of which most is cut: those of the file that it writes."""
    said = tare("calibrate", sums / "m.onnx", "--calibration", sums / "x.npz", *arguments, "-o", sums / "r.json", "--verbose").stdout
    written = json.loads((sums / "r.json").read_text())
    values = written["values"]
    width, seen = (lambda v: v["max"] - v["min"]), (lambda v: v["seen_max"] - v["seen_min"])
    shown = lambda v: f"[{v['min']:.6g}, {v['max']:.6g}], seen [{v['seen_min']:.6g}, {v['seen_max']:.6g}]"
    assert re.search(rf"^{len(values)} values, found by {written['method']} on 40 samples; --verbose lists them$", said, re.MULTILINE)
    found = {key: (name, text) for key, name, text in re.findall(r"^(widest|narrowest|cut most) +'(.*)': (\[.*)$", said, re.MULTILINE)}
    for key, expected in (("widest", max(values, key=lambda name: width(values[name]))), ("narrowest", min(values, key=lambda name: width(values[name])))):
        assert width(values[found[key][0]]) == width(values[expected]) and found[key][1] == shown(values[found[key][0]])
    cut = {name: seen(v) / width(v) for name, v in values.items() if v["min"] > v["seen_min"] or v["max"] < v["seen_max"]}
    assert ("cut most" in found) == bool(cut) == (arguments[:2] != ["--method", "min_max"])
    if cut:
        assert cut[found["cut most"][0]] == max(cut.values()) and found["cut most"][1] == shown(values[found["cut most"][0]])
    # The table has a row for each.
    rows = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.split() and line.split()[0] in values}
    assert rows == {name: [v["label"], *(f"{v[key]:.6g}" for key in ("min", "max", "seen_min", "seen_max"))] for name, v in values.items()}
    answer = json.loads(tare("calibrate", sums / "m.onnx", "--calibration", sums / "x.npz", *arguments, "-o", sums / "r.json", "--json", "-q").stdout)
    assert answer == {"output": str(sums / "r.json"), "method": written["method"], "samples": 40, "values": len(values)}


def test_what_convert_says_of_a_program(sums):
    """Its size, and the output's quality on the first samples, as compare finds it."""
    begin = time.monotonic()
    said = tare("convert", sums / "m.onnx", "--calibration", sums / "x.npz", "-o", sums / "m.tare", "--check", 5).stderr
    taken = time.monotonic() - begin
    calibrating, others, memory = map(float, re.search(r"calibration \(auto\) (\d+\.\d\d) s on 40 samples, everything else (\d+\.\d\d) s; peak memory (\d+) MB", said).groups())
    assert calibrating + others <= taken + .01 and 10 < memory < 10000
    kilobytes = re.search(r"m\.tare: ([0-9.]+) kB", said)[1]
    assert float(kilobytes) == round((sums / "m.tare").stat().st_size / 1000, 1)
    sqnr, cosine, samples = re.search(r"output 'z': SQNR ([0-9.]+) dB, cosine ([0-9.]+).*\((\d+) samples\)", said).groups()
    assert samples == "5"
    answer = json.loads(tare("convert", sums / "m.onnx", "--calibration", sums / "x.npz", "-o", sums / "m.tare", "--check", 5, "--json", "-q").stdout)
    (output,) = answer["check"]["outputs"]
    assert f"{output['sqnr_db']:.1f}" == sqnr and f"{output['cosine']:.6f}" == cosine


def test_limits_of_compare_are_the_last_that_pass(tmp_path):
    """25 to 0.25 is 20 dB, exactly."""
    for name, add in (("a", 0), ("b", .5)):
        save(tmp_path / f"{name}.onnx", [node("Add", ["x", "c"], ["y"], name="add")], [port("x", [1, 2])], [port("y", [1, 2])], {"c": np.float32([[add, 0]])})
    np.savez(tmp_path / "x.npz", x=np.float32([[[3, 4]]]))
    compared = ["compare", tmp_path / "a.onnx", tmp_path / "b.onnx", "--inputs", tmp_path / "x.npz"]
    cosine = tare_json(*compared)["outputs"][0]["cosine"]
    assert cosine == pytest.approx((3 * 3.5 + 16) / (5 * np.sqrt(3.5**2 + 16)), rel=1e-12)
    tare(*compared, "--min-sqnr", 20)
    tare(*compared, "--min-cosine", repr(cosine))
    assert "the SQNR of output 'y' is 20, below --min-sqnr 20.001" in fails(*compared, "--min-sqnr", 20.001)
    assert "the cosine of output 'y' is 0.997164, below --min-cosine" in fails(*compared, "--min-cosine", repr(float(np.nextafter(cosine, 2))))


def test_samples_are_counted(sums):
    """Of those that are asked for, whatever there are."""
    tare("convert", sums / "m.onnx", "--calibration", sums / "x.npz", "-o", sums / "m.tare")
    for asked in (1, 39, 40):
        compared = tare_json("compare", sums / "m.onnx", sums / "m.tare", "--inputs", sums / "x.npz", "--samples", asked)
        assert compared["samples"] == asked and compared["outputs"][0]["elements"] == 16 * asked
    tare("run", sums / "m.tare", "--inputs", sums / "x.npz", "--samples", 7, "--outputs", sums / "y.npz")
    assert load(sums / "y.npz")["z"].shape[0] == 7

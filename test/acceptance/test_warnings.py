"""Warnings are few and ranked: one line for all layers with one cause, about the worst; all of them in JSON."""
import json

import numpy as np
import pytest

from graphs import node, port, save
from harness import ROOT, tare

CHANNELS = 4


def lossy(folder, small):
    """One layer after the other, each with a channel whose weights are `small` beside the others'."""
    rng = np.random.default_rng(0)
    nodes, constants, value = [], {}, "x"
    for i, scale in enumerate(small):
        weight = rng.choice([-1, 1], (CHANNELS, CHANNELS)).astype(np.float32)
        weight[:, 1] *= scale
        constants[f"w{i}"] = weight
        nodes += [node("Gemm", [value, f"w{i}"], [f"g{i}"], name=f"fc{i}"), node("Relu", [f"g{i}"], [f"r{i}"], name=f"relu{i}")]
        value = f"r{i}"
    model = save(folder / "m.onnx", nodes, [port("x", [1, CHANNELS])], [port(value, [1, CHANNELS])], constants)
    np.savez(folder / "x.npz", x=rng.uniform(0, 1, (16, 1, CHANNELS)).astype(np.float32))
    return model, folder / "x.npz"


def convert(folder, model, data, *arguments):
    return tare("convert", model, "--calibration", data, *arguments, "-o", folder / "m.tare")


def warnings_of(done):
    return [line for line in done.stderr.splitlines() if "warning" in line]


def dead(folder, count):
    """`count` values that are never anything but 0."""
    nodes, constants, names = [], {"minus": np.float32(-10)}, []
    for i in range(count):
        nodes += [node("Add", ["x", "minus"], [f"a{i}"], name=f"add{i}"), node("Relu", [f"a{i}"], [f"r{i}"], name=f"relu{i}")]
        names.append(f"r{i}")
    nodes.append(node("Concat", ["x"] + names, ["y"], name="join", axis=1))
    model = save(folder / "m.onnx", nodes, [port("x", [1, CHANNELS])], [port("y", [1, CHANNELS * (count + 1)])], constants)
    np.savez(folder / "x.npz", x=np.random.default_rng(0).uniform(0, 1, (16, 1, CHANNELS)).astype(np.float32))
    return model, folder / "x.npz"


@pytest.mark.parametrize("count", [1, 2, 4, 7])
def test_equal_causes_are_one_line(tmp_path, count):
    model, data = dead(tmp_path, count)
    line, = warnings_of(convert(tmp_path, model, data))
    assert "'r0' was never anything but 0" in line and "calibrate on data that exercises it" in line
    assert (f"of {count} such warnings" in line) == (count > 1)
    assert ("'r1'" in line) == (count > 1) and ("'r3'" in line) == (count > 3) and "'r4'" not in line
    assert line.endswith("; --verbose shows all)") == (count > 1)


def test_verbose_and_json_have_all(tmp_path):
    model, data = dead(tmp_path, 7)
    lines = warnings_of(convert(tmp_path, model, data, "--verbose"))
    assert len(lines) == 7 and all(f"'r{i}' was never anything but 0" in line for i, line in enumerate(lines))
    answer = json.loads(convert(tmp_path, model, data, "--json").stdout)
    assert len(answer["warnings"]) == len(answer["warning_details"]) == 7
    for i, (text, fields) in enumerate(zip(answer["warnings"], answer["warning_details"])):
        assert (fields["kind"], fields["layer"], fields["cost"], fields["unit"]) == ("DeadValue", f"r{i}", 0, "")
        assert fields["text"] + "; " + fields["remedy"] == text


def test_quiet_says_nothing(tmp_path):
    model, data = dead(tmp_path, 2)
    assert convert(tmp_path, model, data, "-q").stderr == ""


def test_the_most_expensive_comes_first_and_the_cheap_share_a_line(tmp_path):
    model, data = lossy(tmp_path, [1e-7, 1e-8, 3e-8])
    details = json.loads(convert(tmp_path, model, data, "--json", "-q").stdout)["warning_details"]
    ranks = [(["dB", "LSB", "real", ""].index(each["unit"]), -each["cost"]) for each in details]
    assert ranks == sorted(ranks)
    cheap = [each for each in details if each["unit"] == "LSB" and each["cost"] < 0.05]
    assert len(cheap) >= 3
    lines = warnings_of(convert(tmp_path, model, data))
    assert lines[0].startswith("tare: warning: " + details[0]["text"])
    line, = [line for line in lines if f"the worst of {len(cheap)} that cost less than 0.05 LSB" in line]
    assert cheap[0]["text"] in line and "LSB of the output" in line
    # Every one is told where all are asked for.
    told = warnings_of(convert(tmp_path, model, data, "--verbose"))
    assert len(told) == len(details) and all(each["text"] in line for each, line in zip(details, told))


def test_every_warning_has_fields():
    """One without could be neither ranked nor joined with its like: reportWarning() and reportRepair() make them."""
    sources = [path for folder in ("lib", "passes", "tools") for path in (ROOT / folder).rglob("*.cpp")]
    bare = [path.name for path in sources if "emitWarning(" in path.read_text() and path.name != "Warning.cpp"]
    assert len(sources) > 150 and bare == []

"""Warnings are few and ranked: one line for all layers with one cause, about the worst; all of them in JSON."""
import json
import warnings

import numpy as np
import pytest

from graphs import node, port, save
from harness import MODELS, ROOT, tare

CHANNELS = 4
# LSB: what costs less is a remark.
NEGLIGIBLE = 0.05


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
    nodes, constants, names = [], {f"minus{i}": np.float32(-10 - i) for i in range(count)}, []
    for i in range(count):
        nodes += [node("Add", ["x", f"minus{i}"], [f"a{i}"], name=f"add{i}"), node("Relu", [f"a{i}"], [f"r{i}"], name=f"relu{i}")]
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


def test_the_most_expensive_comes_first_and_the_negligible_are_remarks(tmp_path):
    model, data = lossy(tmp_path, [1e-7, 1e-8, 3e-8])
    details = json.loads(convert(tmp_path, model, data, "--json", "-q").stdout)["warning_details"]
    negligible = [each for each in details if each["unit"] == "LSB" and each["cost"] < NEGLIGIBLE]
    notable = details[:len(details) - len(negligible)]
    assert len(negligible) >= 3 and details[len(notable):] == negligible
    for group in (notable, negligible):
        ranks = [(["dB", "LSB", "real", ""].index(each["unit"]), -each["cost"]) for each in group]
        assert ranks == sorted(ranks)
    assert [each["negligible"] for each in details] == [False] * len(notable) + [True] * len(negligible)
    # People are told what costs something.
    lines = warnings_of(convert(tmp_path, model, data))
    assert len(lines) == len(notable) and "remark" not in convert(tmp_path, model, data).stderr
    # Every one is told where all are asked for.
    told = [line for line in convert(tmp_path, model, data, "--verbose").stderr.splitlines() if "warning: " in line or "remark: " in line]
    kinds = ["warning"] * len(notable) + ["remark"] * len(negligible)
    assert len(told) == len(details)
    for kind, each, line in zip(kinds, details, told):
        assert line.startswith(f"tare: {kind}: {each['text']}")


def test_the_threshold_stands_in_one_place_and_in_the_documentation():
    sources = [path for folder in ("include", "lib", "passes", "tools") for path in (ROOT / folder).rglob("*") if path.suffix in (".h", ".cpp")]
    defined = [path.name for path in sources if f"negligibleSteps = {NEGLIGIBLE}" in path.read_text()]
    assert defined == ["Warning.h"]
    assert f"less than {NEGLIGIBLE} LSB" in (ROOT / "docs/tools.md").read_text()


def test_a_repair_that_costs_nothing_says_so(tmp_path):
    """A scale of 1e30: nothing that is lost can be seen."""
    constants = {"s": np.float32(0.03), "h": np.float32(1e30), "z": np.int8(0), "w": np.eye(CHANNELS, dtype=np.int8) * 3}
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["xq"], name="q0"), node("DequantizeLinear", ["xq", "h", "z"], ["xd"], name="d0"),
             node("DequantizeLinear", ["w", "s", "z"], ["wd"], name="dw"), node("Gemm", ["xd", "wd"], ["g"], name="fc"),
             node("QuantizeLinear", ["g", "s", "z"], ["gq"], name="q1"), node("DequantizeLinear", ["gq", "s", "z"], ["y"], name="d1")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, CHANNELS])], [port("y", [1, CHANNELS])], constants)
    np.savez(tmp_path / "x.npz", x=np.zeros((4, 1, CHANNELS), np.float32))
    for arguments in ([], ["--verbose"]):
        assert "0.00e+00" not in convert(tmp_path, model, tmp_path / "x.npz", "--allow-uncalibrated", *arguments).stderr


PUBLISHED = ["cifar10_resnet20", "cifar10_vnn_resnet_2b", "mobilenet_v1_0.25_128", "nanodet_m_416", "st_mobilenetv2_0.35_128_flowers5", "ultraface_slim_320",
             "vit_cifar10_ibp_3_3_8"]


MISSING = [name for name in PUBLISHED if not (MODELS / "onnx" / f"{name}.onnx").exists()]
NOT_TESTED = f"THE PUBLISHED MODELS' WARNINGS ARE NOT TESTED: {', '.join(MISSING)} not in {MODELS}/onnx (set TARE_MODELS)"
if MISSING:
    warnings.warn(NOT_TESTED)


@pytest.mark.parametrize("target", ["generic", "gemmlowp"])
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_models_have_no_warning_that_is_not_worth_reading(tmp_path, name, target):
    """Those of shared/models whose repairs are cheap; on random data, so that only what does not depend on them is looked at."""
    model = MODELS / "onnx" / f"{name}.onnx"
    if name in MISSING:
        pytest.skip(NOT_TESTED)
    done = tare("convert", model, "--random-calibration", "--samples", 4, "--check", 0, "--target", target, "-o", tmp_path / "m.tare")
    costs = [line for line in done.stderr.splitlines() if "warning: repaired" in line]
    assert costs == []


def test_every_warning_has_fields():
    """One without could be neither ranked nor joined with its like: reportWarning() and reportRepair() make them."""
    sources = [path for folder in ("lib", "passes", "tools") for path in (ROOT / folder).rglob("*.cpp")]
    bare = [path.name for path in sources if "emitWarning(" in path.read_text() and path.name != "Warning.cpp"]
    assert len(sources) > 150 and bare == []

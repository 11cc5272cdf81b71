"""What is misspelled on a command line, in a description or in a ranges file is named, with what it may mean."""
import json
import re

import numpy as np
import pytest

from harness import ROOT, fails, tare

DIGITS = ROOT / "examples/digits"
MODEL, CALIBRATION, TEST = DIGITS / "digits.onnx", DIGITS / "calibration.npz", DIGITS / "test.npz"


@pytest.fixture
def ranges(tmp_path):
    tare("calibrate", MODEL, "--calibration", CALIBRATION, "-o", tmp_path / "ranges.json", "-q")
    return tmp_path / "ranges.json"


@pytest.mark.parametrize("arguments, name, meant", [
    (["convret", "m.onnx"], "convret", "convert"),
    (["conver"], "conver", "convert"),
    (["Calibrate"], "Calibrate", "calibrate"),
    (["insepct", "m.tare", "--json"], "insepct", "inspect"),
    (["target", "lst"], "lst", "list"),
    (["target", "shwo", "generic"], "shwo", "show"),
    (["convert", "m.onnx", "--calibraton", "x.npz", "-o", "y"], "--calibraton", "--calibration"),
    (["convert", "m.onnx", "--calibration", "x.npz", "--ouput", "y"], "--ouput", "--output"),
    (["convert", "m.onnx", "--calibration", "x.npz", "-o", "y", "--sampels=5"], "--sampels", "--samples"),
    (["run", "m.tare", "--input", "x.npz", "--outputs", "y.npz"], "--input", "--inputs"),
    (["run", "m.tare", "--inputs", "x.npz", "--outputs", "y.npz", "--all_layers"], "--all_layers", "--all-layers"),
    (["verify", "m.tare", "--max-eror", "1"], "--max-eror", "--max-error"),
    (["target", "list", "--jsn"], "--jsn", "--json"),
    (["--versoin"], "--versoin", "--version"),
    (["convert", "m.onnx", "--random-calibration", "-o", "y", "--method", "percentle"], "percentle", "percentile"),
    (["convert", "m.onnx", "--random-calibration", "-o", "y", "--strip-io", "quantise"], "quantise", "quantize"),
    (["target", "show", "genric"], "genric", "generic"),
])
def test_did_you_mean(arguments, name, meant):
    said = fails(*arguments)
    assert f"'{name}'" in said and f"did you mean '{meant}'?" in said and said.count("\n") == 1


@pytest.mark.parametrize("arguments", [["transmogrify"], ["inspect", "m.tare", "--frobnicate"], ["run", "m", "--inputs", "x.npz", "--outputs", "y.npz", "--zzz"]])
def test_nothing_is_guessed(arguments):
    said = fails(*arguments)
    assert f"'{arguments[-1]}'" in said and "did you mean" not in said and "--help" in said


@pytest.mark.parametrize("command", ["convert", "calibrate", "run", "compare", "verify"])
@pytest.mark.parametrize("number", ["0", "-1", "2.5", "many", ""])
def test_the_number_of_samples(command, number):
    files = {"convert": ["m", "-o", "y"], "calibrate": ["m", "-o", "y"], "run": ["m", "--inputs", "x", "--outputs", "y"], "compare": ["a", "b", "--inputs", "x"],
             "verify": ["m", "--golden", "g"]}
    said = fails(command, *files[command], f"--samples={number}" if number else "--samples=0")
    assert f"--samples: found '{number or 0}', expected a whole number, 1 or more" in said


def test_a_value_that_is_missing():
    assert "--samples needs a value" in fails("convert", MODEL, "-o", "y", "--samples")


# Ranges files

def edited(path, edit):
    text = path.read_text()
    new = edit(text)
    assert new != text
    path.write_text(new)
    return path


@pytest.mark.parametrize("edit, key, place, meant", [
    (lambda t: t.replace('"samples"', '"sampels"'), "sampels", "ranges.json:5", "samples"),
    (lambda t: t.replace('"version": 1,', '"version": 1,\n  "comment": "mine",'), "comment", "ranges.json:3", None),
    (lambda t: t.replace('"relu1_out": {', '"relu1_out": {\n      "maximum": 5,'), "maximum", "value 'relu1_out'", None),
    (lambda t: t.replace('"relu1_out": {', '"relu1_out": {\n      "seenmax": 5,'), "seenmax", "value 'relu1_out'", "seen_max"),
], ids=str)
def test_unknown_keys_of_a_ranges_file(ranges, tmp_path, edit, key, place, meant):
    edited(ranges, edit)
    line = next(n for n, text in enumerate(ranges.read_text().splitlines(), 1) if f'"{key}"' in text)
    said = fails("convert", MODEL, "--calibration", ranges, "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert f'unknown key "{key}"' in said and place in said and f"ranges.json:{line}:" in said
    assert meant is None or f"did you mean '{meant}'?" in said


def test_unknown_keys_of_step_errors(ranges, tmp_path):
    tare("calibrate", MODEL, "--calibration", CALIBRATION, "--target", "shift_only", "-o", ranges, "-q")
    edited(ranges, lambda t: t.replace('"power"', '"pwoer"', 1))
    said = fails("convert", MODEL, "--calibration", ranges, "--target", "shift_only", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert 'unknown key "pwoer"' in said and "did you mean 'power'?" in said


@pytest.mark.parametrize("key, value, expected", [
    ("min", "low", "a number"), ("seen_max", [1], "null or a number"), ("label", "calibratd", "one of calibrated"), ("non_finite", -1, "0 or more"),
])
def test_values_that_a_ranges_file_cannot_have(ranges, tmp_path, key, value, expected):
    data = json.loads(ranges.read_text())
    data["values"]["relu1_out"][key] = value
    ranges.write_text(json.dumps(data))
    said = fails("convert", MODEL, "--calibration", ranges, "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert f'value \'relu1_out\' has "{key}": {json.dumps(value)}, expected' in said and expected in said


def test_a_key_that_stands_there_twice(ranges, tmp_path):
    edited(ranges, lambda t: t.replace('"relu1_out": {', '"relu1_out": {\n      "min": 0,'))
    said = fails("convert", MODEL, "--calibration", ranges, "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "value 'relu1_out'" in said and 'the key "min" stands there twice' in said


def test_ranges_of_values_that_the_model_has_not(ranges, tmp_path):
    data = json.loads(ranges.read_text())
    data["values"]["nobody"] = data["values"]["relu1_out"]
    ranges.write_text(json.dumps(data))
    done = tare("convert", MODEL, "--calibration", ranges, "-o", tmp_path / "m.tare")
    assert "warning" in done.stderr and "'nobody'" in done.stderr


@pytest.mark.parametrize("target", ["generic", "i16x8", "shift_only", "three_stage", "gemmlowp", "float_tail"])
def test_the_tools_own_ranges_have_nothing_unknown(ranges, tmp_path, target):
    done = tare("convert", MODEL, "--calibration", ranges, "--target", target, "-o", tmp_path / "m.tare")
    assert "and the model has no value" not in done.stderr


# Descriptions of targets

@pytest.mark.parametrize("old, new, line, words", [
    ("multiplier_bits: 15", "multiplier_bits: 99", 20, ["found '99'", "expected an integer in [1, 31]"]),
    ("multiplier_bits: 15", "multiplier_bits: many", 20, ["found 'many'", "expected an integer"]),
    ("multiplier_bits: 15", "multipler_bits: 15", 20, ["unknown key 'multipler_bits'", "did you mean 'multiplier_bits'?"]),
    ("multiplier_bits: 15", "multiplier_bits: [1]", 20, ["found a list", "expected one value"]),
    ("  max: 31", "  maxx: 31", 23, ["unknown key 'shift.maxx'", "did you mean 'max'?"]),
    ("rounding: half_up", "rounding: half_upp", 24, ["found 'half_upp'", "expected one of half_up, half_away"]),
    ("rounding: half_up", "rounding:", 24, ["found nothing", "expected one value"]),
    ("    symmetric: false", "    symmetric: maybe", 8, ["found 'maybe'", "expected true or false"]),
    ("layout: nhwc", "layout: nchw", 31, ["found 'nchw'", "expected one of nhwc"]),
    ("  alignment: 64", "  alignment: 64\n  arena: 5", 35, ["unknown key 'memory.arena'", "expected one of arena_bytes, alignment"]),
])
def test_descriptions_say_what_was_found_and_what_is_expected(tmp_path, old, new, line, words):
    text = (ROOT / "targets/generic.yaml").read_text()
    assert old in text
    (tmp_path / "board.yaml").write_text(text.replace(old, new, 1))
    for arguments in (["target", "check", tmp_path / "board.yaml"],
                      ["convert", MODEL, "--random-calibration", "--target", tmp_path / "board.yaml", "-o", tmp_path / "m.tare"]):
        said = fails(*arguments)
        assert f"board.yaml:{line}: " in said and all(word in said for word in words), said


# Endings of data files

@pytest.mark.parametrize("name", ["x.csv", "x.txt", "x.pkl", "x.npz.bak", "x"])
def test_endings_of_data_that_is_read(tmp_path, name):
    (tmp_path / name).write_text("1,2,3\n")
    for arguments in (["convert", MODEL, "--calibration", tmp_path / name, "-o", tmp_path / "m.tare"],
                      ["calibrate", MODEL, "--calibration", tmp_path / name, "-o", tmp_path / "r.json"],
                      ["run", MODEL, "--inputs", tmp_path / name, "--outputs", tmp_path / "y.npz"],
                      ["compare", MODEL, MODEL, "--inputs", tmp_path / name]):
        said = fails(*arguments)
        assert name in said and ".npz" in said and ".npy" in said and "folder" in said
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["y.csv", "y.txt", "y", "y.NPZ.json"])
def test_endings_of_data_that_is_written(tmp_path, name):
    said = fails("run", MODEL, "--inputs", TEST, "--outputs", tmp_path / name, output=tmp_path / name)
    assert name in said and ".npz" in said and ".npy" in said


@pytest.mark.parametrize("name", ["x.npz", "x.onnx", "x.csv", "x.yaml"])
def test_endings_of_what_is_written(tmp_path, name, ranges):
    """A program was written into x.npz."""
    program, out = tmp_path / "m.tare", tmp_path / "out" / name
    tare("convert", MODEL, "--calibration", ranges, "-o", program)
    out.parent.mkdir()
    for expected, *arguments in ((".tare", "convert", MODEL, "--calibration", ranges), (".tare", "strip", program, "--io", "quantize"),
                                 (".mlir or .mlirbc", "convert", MODEL, "--calibration", ranges, "--emit", "mlir:npu"),
                                 (".json", "calibrate", MODEL, "--calibration", CALIBRATION)):
        said = fails(*arguments, "-o", out, output=out)
        assert f"cannot write {out}: found a name that ends in '{out.suffix}', expected one that ends in {expected}" in said
    assert not list(out.parent.iterdir())


@pytest.mark.parametrize("name", ["m", "firmware.bin", "m.tare.bak"])
def test_endings_that_say_nothing_are_taken(tmp_path, name, ranges):
    tare("convert", MODEL, "--calibration", ranges, "-o", tmp_path / name)
    tare("inspect", tmp_path / name)
    tare("convert", MODEL, "--calibration", ranges, "-o", "/dev/null")


# Calibration's report

def test_calibrate_prints_a_summary(tmp_path):
    done = tare("calibrate", MODEL, "--calibration", CALIBRATION, "-o", tmp_path / "r.json")
    values = json.loads((tmp_path / "r.json").read_text())["values"]
    assert 1 <= len(done.stdout.splitlines()) <= 6 and f"{len(values)} values" in done.stdout and "200 samples" in done.stdout
    full = tare("calibrate", MODEL, "--calibration", CALIBRATION, "-o", tmp_path / "r.json", "--verbose")
    assert all(f"\n{name} " in "\n" + full.stdout for name in values) and "seen max" in full.stdout
    assert tare("calibrate", MODEL, "--calibration", CALIBRATION, "-o", tmp_path / "r.json", "-q").stdout == ""


@pytest.mark.parametrize("option", [["--method", "kl"], ["--percentile", "99"], ["--samples", "5"]])
def test_options_that_a_ranges_file_settles(ranges, tmp_path, option):
    said = fails("convert", MODEL, "--calibration", ranges, *option, "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "is a ranges file, which settles" in said and option[0] in said


# Values that are empty

@pytest.mark.parametrize("given", ["", ",", "quantize,", ",quantize", "quantize,,dequantize", "quantize,,"])
def test_no_name_in_a_list_is_empty(given):
    said = fails("convert", "m.onnx", "--random-calibration", "-o", "y", "--strip-io", given)
    assert "--strip-io: found '', expected one of quantize, dequantize, transpose, concat" in said


def test_a_rounding_has_a_name(tmp_path):
    program = tmp_path / "m.tare"
    tare("convert", MODEL, "--random-calibration", "-o", program)
    assert "--rounding: found '', expected one of half_up" in fails("verify", program, "--rounding", "")


@pytest.mark.parametrize("arguments", [["convert", "m.onnx", "-o", "y", "--dump-ir"], ["verify", "m.tare", "--golden"], ["run", "m.tare", "--inputs", "x", "--outputs", "y", "--profile-trace"],
                                       ["convert", "m.onnx", "-o"], ["convert", "m.onnx", "-o", "y", "--calibration"], ["compare", "a", "b", "--inputs"]])
def test_a_file_has_a_name(arguments):
    assert f"{'--output' if arguments[-1] == '-o' else arguments[-1]}: found '', expected a name" in fails(*arguments, "")


def test_an_error_above_the_limit_is_shown_to_be_above_it(tmp_path):
    """A border is half a step, and what float32 adds."""
    program = tmp_path / "m.tare"
    tare("convert", MODEL, "--random-calibration", "-o", program)
    shown = re.findall(r"\((\d\S*) LSB\)", fails("verify", program, "--max-error", "0.5").splitlines()[-1])
    assert shown and all(float(error) > 0.5 for error in shown)


@pytest.mark.parametrize("name, contents, said", [
    ("r.json", "", "is empty, expected a ranges file"), ("r.json", " \n", "is empty, expected a ranges file"), ("R.JSON", "", "is empty, expected a ranges file"),
    ("r.json", "[]", "is not a ranges file"), ("r.json", "{}", "is not a ranges file"), ("r.json", "x", "is not JSON"), ("x.npz", "", "is empty, expected an .npz or .npy file"),
    ("x.npy", "", "is empty, expected an .npz or .npy file"), ("x", "", "is empty, expected an .npz or .npy file")], ids=str)
def test_what_an_empty_file_was_taken_for(tmp_path, name, contents, said):
    (tmp_path / name).write_text(contents)
    found = fails("convert", MODEL, "--calibration", tmp_path / name, "-o", tmp_path / "m.tare")
    assert f"{name}: {said}" in found and found.count("\n") == 1

"""One clear line for whatever is wrong: names from files do not break it, and it says what to do."""
import json

import numpy as np
import pytest

from graphs import node, port, save
from harness import fails, load, tare

EVIL = ["a\nb", "\x1b[31mred", "tab\there", "bell\x07", "\u0085next", "\u202eback"]
SPELLED = ["a\\nb", "\\x1b[31mred", "tab\\there", "bell\\x07", "\\u0085next", "\\u202eback"]


def convert(model, out, *arguments):
    return tare("convert", model, "--random-calibration", "--samples", 2, *arguments, "-o", out)


def is_plain(text):
    return not any(c < " " and c != "\n" or "\x7f" <= c < "\xa0" or c in "\u2028\u2029\u202e" for c in text)


@pytest.mark.parametrize("name, spelled", list(zip(EVIL, SPELLED)))
def test_names_do_not_break_a_message(tmp_path, name, spelled):
    model, out = tmp_path / "m.onnx", tmp_path / "m.tare"
    save(model, [node("Hardmax", ["x"], ["y"], name=name)], [port("x", [1, 4])], [port("y", [1, 4])])
    said = fails("convert", model, "--random-calibration", "--host", "error", "-o", out, output=out)
    assert said.count("\n") == 1 and is_plain(said) and f"'{spelled}'" in said


@pytest.mark.parametrize("name, spelled", list(zip(EVIL, SPELLED)))
def test_names_do_not_break_warnings_lines_and_tables(tmp_path, name, spelled):
    """A dead value, an output, a layer in a table."""
    model, out = tmp_path / "m.onnx", tmp_path / "m.tare"
    save(model, [node("Add", ["x", "k"], ["a"], name="add"), node("Relu", ["a"], [name], name="relu"), node("Exp", [name], [name + "2"], name=name)],
         [port("x", [1, 4])], [port(name + "2", [1, 4])], {"k": np.float32([-100])})
    done = convert(model, out, "--verbose")
    assert is_plain(done.stderr) and all(line.startswith("tare: ") for line in done.stderr.splitlines())
    assert f"'{spelled}' was never anything but 0" in done.stderr and f"output '{spelled}2'" in done.stderr
    shown = tare("inspect", out).stdout
    assert is_plain(shown) and spelled in shown
    # For programs names stay what they are.
    assert json.loads(tare("inspect", out, "--json").stdout)


@pytest.mark.parametrize("rank", [9, 12])
def test_too_many_dimensions(tmp_path, rank):
    model, out = tmp_path / "m.onnx", tmp_path / "m.tare"
    save(model, [node("Relu", ["x"], ["y"], name="relu9")], [port("x", [1] * rank)], [port("y", [1] * rank)])
    said = fails("convert", model, "--random-calibration", "-o", out, output=out)
    assert "m.onnx: node 'relu9' (Relu, opset" in said and f"value 'x' has {rank} dimensions, expected 8 at most" in said
    # Made inside.
    save(model, [node("Unsqueeze", ["x", "axes"], ["u"], name="wider"), node("Relu", ["u"], ["y"], name="relu")], [port("x", [1, 4])],
         [port("y", [1] * (rank - 1) + [4])], {"axes": np.arange(rank - 2)})
    said = fails("convert", model, "--random-calibration", "-o", out, output=out)
    assert "node 'wider'" in said and f"value 'u' has {rank} dimensions" in said


def test_eight_dimensions_convert(tmp_path):
    save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", [1] * 7 + [4])], [port("y", [1] * 7 + [4])])
    convert(tmp_path / "m.onnx", tmp_path / "m.tare")


@pytest.mark.parametrize("command, option, value, expected", [
    ("convert", "--check", "-1", "a whole number, 0 or more"),
    ("convert", "--check", "1.5", "a whole number, 0 or more"),
    ("convert", "--samples", "0", "a whole number, 1 or more"),
    ("convert", "--samples", "99999999999999999999", "a whole number, 1 or more"),
    ("convert", "--max-memory", "0", "a whole number, 1 or more"),
    ("run", "--samples", "-3", "a whole number, 1 or more"),
    ("compare", "--samples", "many", "a whole number, 1 or more"),
    ("run", "--threads", "0", "a whole number, 1 to 1024"),
    ("verify", "--threads", "1025", "a whole number, 1 to 1024"),
    ("convert", "--percentile", "49", "a number, 50 to 100"),
    ("convert", "--percentile", "nan", "a number, 50 to 100"),
    ("compare", "--min-cosine", "2", "a number, -1 to 1"),
    ("compare", "--min-equal", "95", "a number, 0 to 1"),
    ("emit", "--prefix", "", "a name of C"),
    ("convert", "--prefix", "", "a name of C"),
    ("verify", "--max-error", "0", "a number above 0"),
    ("verify", "--max-error", "nan", "a number above 0"),
])
def test_ranges_of_options(tmp_path, command, option, value, expected):
    said = fails(command, "m.onnx", option, value)
    assert f"{option}: found '{value}', expected {expected}" in said and len(said) < 200


def given(folder, scale, zero=0):
    constants = {"s": np.float32(scale), "z": np.int8(zero), "zw": np.int8(0), "w": np.eye(4, dtype=np.int8)}
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["xq"], name="q0"), node("DequantizeLinear", ["xq", "s", "z"], ["xd"], name="d0"),
             node("DequantizeLinear", ["w", "s", "zw"], ["wd"], name="dw"), node("Gemm", ["xd", "wd"], ["g"], name="fc"),
             node("QuantizeLinear", ["g", "s", "z"], ["gq"], name="q1"), node("DequantizeLinear", ["gq", "s", "z"], ["gd"], name="d1"),
             node("LeakyRelu", ["gd"], ["y"], name="act", alpha=0.5)]
    return save(folder / "m.onnx", nodes, [port("x", [1, 4])], [port("y", [1, 4])], constants)


@pytest.mark.parametrize("zero", [0, 5, -128])
def test_a_target_that_shifts_quotes_the_models_scales_once(tmp_path, zero):
    out = tmp_path / "m.tare"
    said = fails("convert", given(tmp_path, 0.03, zero), "--random-calibration", "--target", "shift_only", "-o", out, output=out)
    assert said.count("\n") == 1 and "warning" not in said
    assert "'x' (3.0000e-02)" in said and "'g' (3.0000e-02)" in said and "6.0000e-02" not in said
    assert said.count("'x'") == 1 and said.count("'g'") == 1


@pytest.mark.parametrize("name", ["\x1b[31mred\x1b[0m", "tab\there", "größe", "a b"])
def test_arrays_of_any_name_are_found(tmp_path, name):
    """In archives as numpy writes them."""
    save(tmp_path / "m.onnx", [node("Relu", [name], ["y"], name="relu")], [port(name, [1, 4])], [port("y", [1, 4])])
    np.savez(tmp_path / "x.npz", **{name: np.full((2, 4), 3, np.float32)})
    tare("run", "m.onnx", "--inputs", "x.npz", "--outputs", "y.npz", cwd=tmp_path)
    assert np.array_equal(load(tmp_path / "y.npz")["y"], np.full((2, 4), 3))


def test_no_warning_precedes_an_error(tmp_path):
    """What was repaired on the way to nothing."""
    out = tmp_path / "m.tare"
    said = fails("convert", given(tmp_path, 0.5, 5), "--target", "shift_only", "--calibration", tmp_path / "no.npz", "-o", out, output=out)
    assert said.count("\n") == 1


@pytest.mark.parametrize("name, shape", [("z", (2, 4)), ("x", (2, 5))])
@pytest.mark.parametrize("arguments", [["run", "m.onnx", "--outputs", "y.npz"], ["run", "m.onnx", "--outputs", "none/y.npz"], ["compare", "m.onnx", "m.onnx"]], ids=" ".join)
def test_no_warning_of_a_model_precedes_an_error_of_data(tmp_path, arguments, name, shape):
    save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", ["N", 4])], [port("y", ["N", 4])])
    np.savez(tmp_path / "x.npz", **{name: np.ones(shape, np.float32)})
    assert fails(*arguments, "--inputs", "x.npz", cwd=tmp_path).count("\n") == 1
    # What is not in the way of a run is told, once.
    np.savez(tmp_path / "x.npz", x=np.ones((2, 4), np.float32))
    if "none/y.npz" not in arguments:
        said = tare(*arguments, "--inputs", "x.npz", cwd=tmp_path).stderr
        assert said.count("has an open first dimension") == arguments.count("m.onnx")


def test_a_missing_range_names_the_way_out(tmp_path):
    """A model that is quantized in part, without data."""
    constants = {"s": np.float32(0.03), "z": np.int8(0)}
    nodes = [node("QuantizeLinear", ["x", "s", "z"], ["xq"], name="q0"), node("DequantizeLinear", ["xq", "s", "z"], ["xd"], name="d0"),
             node("LeakyRelu", ["xd"], ["r1"], name="act", alpha=0.5), node("Tanh", ["r1"], ["y"], name="act2")]
    model, out = tmp_path / "m.onnx", tmp_path / "m.tare"
    save(model, nodes, [port("x", [1, 4])], [port("y", [1, 4])], constants)
    said = fails("convert", model, "-o", out, output=out)
    assert "'r1'" in said and "--calibration" in said


def test_names_that_no_npz_has(tmp_path):
    """Known before anything runs; an .npy has no names."""
    model, out = tmp_path / "m.onnx", tmp_path / "out.npz"
    save(model, [node("Relu", ["x"], ["reluABCD"], name="relu")], [port("x", [1, 4])], [port("reluABCD", [1, 4])])
    for spoiled in (b"\xff\xfe\x80\xc0", b"ab\xe2\x82", b"abc\x80", b"\xc1\x81cd", b"\xf5\x80\x80\x80", b"\x1b[3m", b"a\0bc"):
        (tmp_path / "bad.onnx").write_bytes(model.read_bytes().replace(b"ABCD", spoiled))
        np.savez(tmp_path / "x.npz", x=np.ones((1, 1, 4), np.float32))
        said = fails("run", tmp_path / "bad.onnx", "--inputs", tmp_path / "x.npz", "--outputs", out, output=out)
        assert f"cannot write {out}: the name of array 'relu" in said and "has characters that names in an .npz file have not" in said and is_plain(said)
        tare("run", tmp_path / "bad.onnx", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "out.npy")
    for good in ("a\u20ac", "\U0001f600", "ab\u00e9"):
        (tmp_path / "good.onnx").write_bytes(model.read_bytes().replace(b"ABCD", good.encode()))
        tare("run", tmp_path / "good.onnx", "--inputs", tmp_path / "x.npz", "--outputs", out)
        assert np.load(out).files == [f"relu{good}"]

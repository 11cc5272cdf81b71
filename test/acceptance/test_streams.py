"""`-` is standard input or output wherever a file is read or written."""
import io
import json
import os
import subprocess

import numpy as np
import pytest

from harness import BIN, ROOT, fails, load, tare

DIGITS = ROOT / "examples/digits"
MODEL, CALIBRATION, TEST = DIGITS / "digits.onnx", DIGITS / "calibration.npz", DIGITS / "test.npz"


def piped(data, *arguments, check=True):
    """Runs `tare` on bytes in a pipe; gives the bytes that it writes."""
    done = subprocess.run([str(BIN / "tare"), *map(str, arguments)], input=data, capture_output=True, timeout=300)
    assert not check or done.returncode == 0, done.stderr
    return done.stdout if check else done


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("streams")
    tare("calibrate", MODEL, "--calibration", CALIBRATION, "-o", folder / "r.json", "-q")
    for name, emit in (("m.tare", "program"), ("float.mlir", "mlir:float"), ("npu.mlir", "mlir:npu")):
        tare("convert", MODEL, "--calibration", folder / "r.json", "--emit", emit, "-o", folder / name, "-q")
    tare("convert", MODEL, "--calibration", folder / "r.json", "--emit", "mlir:npu", "-o", folder / "npu.mlirbc", "-q")
    tare("run", folder / "m.tare", "--inputs", TEST, "--outputs", folder / "y.npz", "-q")
    return folder


def test_models_ranges_and_programs(folder):
    program = (folder / "m.tare").read_bytes()
    assert piped(MODEL.read_bytes(), "convert", "-", "--calibration", folder / "r.json", "-o", "-") == program
    assert piped((folder / "r.json").read_bytes(), "convert", MODEL, "--calibration", "-", "-o", "-") == program
    assert piped((folder / "npu.mlir").read_bytes(), "convert", "-", "-o", "-") == program
    assert piped((folder / "npu.mlirbc").read_bytes(), "convert", "-", "-o", "-") == program
    ranges = piped(CALIBRATION.read_bytes(), "calibrate", MODEL, "--calibration", "-", "-o", "-")
    assert ranges == (folder / "r.json").read_bytes()
    assert piped(MODEL.read_bytes(), "calibrate", "-", "--calibration", CALIBRATION, "-o", "-", "--verbose") == ranges
    text = piped(MODEL.read_bytes(), "convert", "-", "--calibration", folder / "r.json", "--emit", "mlir:npu", "-o", "-")
    assert text == (folder / "npu.mlir").read_bytes().replace(b"npu.mlir", b"<stdout>")


def test_inputs_and_outputs(folder, tmp_path):
    expected = (folder / "y.npz").read_bytes()
    assert piped(TEST.read_bytes(), "run", folder / "m.tare", "--inputs", "-", "--outputs", "-") == expected
    assert piped((folder / "m.tare").read_bytes(), "run", "-", "--inputs", TEST, "--outputs", "-") == expected
    # What else would go to standard output does not.
    assert piped(TEST.read_bytes(), "run", folder / "m.tare", "--inputs", "-", "--outputs", "-", "--profile") == expected
    with np.load(TEST) as arrays:
        name = tare_input(folder)
        array = io.BytesIO()
        np.save(array, arrays[name])
    assert piped(array.getvalue(), "run", folder / "m.tare", "--inputs", "-", "--outputs", "-") == expected
    for form in ("float.mlir", "npu.mlir", "npu.mlirbc"):
        tare("run", folder / form, "--inputs", TEST, "--outputs", tmp_path / "z.npz")
        assert piped((folder / form).read_bytes(), "run", "-", "--inputs", TEST, "--outputs", "-") == (tmp_path / "z.npz").read_bytes()


def tare_input(folder):
    return json.loads(tare("inspect", folder / "m.tare", "--json").stdout)["inputs"][0]["name"]


def test_commands_that_only_read(folder):
    program = (folder / "m.tare").read_bytes()
    for arguments in (["inspect"], ["verify"], ["verify", "--json"], ["inspect", "--json"]):
        direct = tare(arguments[0], folder / "m.tare", *arguments[1:]).stdout
        assert piped(program, arguments[0], "-", *arguments[1:]).decode().replace("<stdin>", str(folder / "m.tare")) == direct
    assert piped(program, "explain", MODEL, "-", "--inputs", TEST, "--samples", 2).decode() == tare("explain", MODEL, folder / "m.tare", "--inputs", TEST, "--samples", 2).stdout
    assert piped(program, "compare", MODEL, "-", "--inputs", TEST, "--samples", 5).decode() == tare(
        "compare", MODEL, folder / "m.tare", "--inputs", TEST, "--samples", 5).stdout
    assert piped(TEST.read_bytes(), "compare", MODEL, folder / "m.tare", "--inputs", "-", "--samples", 5).decode() == tare(
        "compare", MODEL, folder / "m.tare", "--inputs", TEST, "--samples", 5).stdout
    yaml = (ROOT / "targets/generic.yaml").read_bytes()
    assert b"is sound" in piped(yaml, "target", "check", "-")
    assert piped(yaml, "convert", MODEL, "--calibration", folder / "r.json", "--target", "-", "-o", "-") == program


def test_a_file_as_standard_input(folder):
    with open(MODEL, "rb") as file:
        done = subprocess.run([str(BIN / "tare"), "convert", "-", "--calibration", str(folder / "r.json"), "-o", "-"], stdin=file, capture_output=True)
    assert done.stdout == (folder / "m.tare").read_bytes()


@pytest.mark.parametrize("arguments, words", [
    (["compare", "-", "-", "--inputs", "x.npz"], ["A and B", "standard input"]),
    (["compare", "-", "m.tare", "--inputs", "-"], ["A and --inputs", "standard input"]),
    (["convert", "-", "--calibration", "-", "-o", "m.tare"], ["model and --calibration", "standard input"]),
    (["convert", "-", "--random-calibration", "--target", "-", "-o", "m.tare"], ["standard input"]),
    (["run", "-", "--inputs", "-", "--outputs", "y.npz"], ["MODEL and --inputs"]),
    (["run", "m.tare", "--inputs", "x.npz", "--outputs", "-", "--profile", "--profile-trace", "-"], ["--outputs and --profile-trace", "standard output"]),
    (["convert", "m.onnx", "--random-calibration", "-o", "-", "--json"], ["--json", "standard output"]),
    (["run", "m.tare", "--inputs", "x.npz", "--outputs", "-", "--json"], ["--json", "standard output"]),
    (["verify", "m.tare", "--golden", "-"], ["--golden", "folder"]),
    (["convert", "m.onnx", "--random-calibration", "-o", "m.tare", "--dump-ir", "-"], ["--dump-ir", "folder"]),
])
def test_a_stream_has_one_use(tmp_path, arguments, words):
    said = fails(*arguments, stdin=subprocess.DEVNULL, cwd=tmp_path)
    assert all(word in said for word in words), said
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("data", [b"", b"hello\n", b"\x00\x01\x02\x03" * 50, b"PK\x03\x04 no archive", b"\x93NUMPY"])
def test_streams_that_hold_something_else(folder, data):
    for arguments in (["convert", "-", "--random-calibration", "-o", "-"], ["run", folder / "m.tare", "--inputs", "-", "--outputs", "-"],
                      ["inspect", "-"], ["convert", MODEL, "--calibration", "-", "-o", "-"]):
        done = piped(data, *arguments, check=False)
        assert done.returncode == 1 and done.stdout == b"" and b"<stdin>" in done.stderr and done.stderr.count(b"\n") == 1, done.stderr


def test_a_stream_that_is_closed(folder):
    for redirection, arguments in (("<&-", ["inspect", "-"]), (">&-", ["convert", MODEL, "--random-calibration", "-o", "-", "-q"]),
                                   (">/dev/full", ["convert", MODEL, "--random-calibration", "-o", "-", "-q"]),
                                   (">/dev/full", ["run", folder / "m.tare", "--inputs", TEST, "--outputs", "-", "-q"])):
        done = subprocess.run(["bash", "-c", f'"$@" {redirection}', "bash", str(BIN / "tare"), *map(str, arguments)], capture_output=True, text=True)
        assert done.returncode == 1 and done.stderr.startswith("tare: error: cannot ") and done.stderr.count("\n") == 1, done.stderr


@pytest.mark.parametrize("name", ["pipe", "pipe.npz", "pipe.npy", "pipe.json", "pipe.onnx", "pipe.mlir", "pipe.tare", "pipe.yaml"])
def test_nobody_waits_for_a_pipe(folder, tmp_path, name):
    """One that nobody writes to, wherever a file is read."""
    pipe = tmp_path / name
    os.mkfifo(pipe)
    for arguments in (["convert", MODEL, "--calibration", pipe, "-o", "o"], ["calibrate", MODEL, "--calibration", pipe, "-o", "o"], ["convert", pipe, "--random-calibration", "-o", "o"],
                      ["run", folder / "m.tare", "--inputs", pipe, "--outputs", "o.npz"], ["run", pipe, "--inputs", TEST, "--outputs", "o.npz"], ["inspect", pipe],
                      ["verify", folder / "m.tare", "--inputs", pipe, "--golden", "o"], ["compare", MODEL, pipe, "--inputs", TEST], ["strip", pipe, "--io", "quantize", "-o", "o"],
                      ["emit", pipe, "-o", "o"], ["convert", MODEL, "--random-calibration", "--target", pipe, "-o", "o"], ["target", "check", pipe]):
        said = fails(*arguments, cwd=tmp_path, timeout=60)
        assert f"cannot read {pipe}: it is not a regular file" in said and said.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_that_is_called_as_a_stream(folder, tmp_path):
    tare("convert", MODEL, "--calibration", folder / "r.json", "-o", "./-", "-q", cwd=tmp_path)
    tare("convert", MODEL, "--calibration", folder / "r.json", "-o", "<stdout>", "-q", cwd=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["-", "<stdout>"]
    assert "program" in tare("inspect", "./-", cwd=tmp_path).stdout

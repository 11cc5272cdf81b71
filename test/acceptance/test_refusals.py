"""A refusal is one message with a way out, and leaves nothing where it should not."""
import numpy as np
import pytest

from graphs import node, port, quantize, save
from harness import fails, tare

W = np.ones((3, 2, 3, 3), np.float32)


def network(folder):
    return save(folder / "m.onnx", [node("Conv", ["x", "w"], ["c"], name="conv"), node("Relu", ["c"], ["y"])], [port("x", [1, 2, 16, 16])],
                [port("y", None)], {"w": W})


def test_strict_says_one_thing(tmp_path):
    """Warnings of what is not written are of no use beside the error."""
    values = np.random.default_rng(1).normal(size=(8, 2, 16, 16)).astype(np.float32)
    values.flat[0] = 1e6
    np.savez(tmp_path / "c.npz", x=values)
    done = tare("convert", network(tmp_path), "--calibration", tmp_path / "c.npz", "--strict", "-o", tmp_path / "m.tare", check=False)
    assert done.returncode == 1 and done.stderr.count("tare: ") == 1 and done.stderr.startswith("tare: error: "), done.stderr
    assert not (tmp_path / "m.tare").exists()


def test_a_dump_does_not_go_to_the_root(tmp_path):
    for name in ("/", "//", "/tmp/..", str(tmp_path / "link")):
        if name.endswith("link"):
            (tmp_path / "link").symlink_to("/")
        message = fails("convert", network(tmp_path), "--random-calibration", "--dump-ir", name, "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
        assert "is the root of the file system; expected a folder" in message
    tare("convert", network(tmp_path), "--random-calibration", "--dump-ir", tmp_path / "ir", "-o", tmp_path / "m.tare")
    assert list((tmp_path / "ir").glob("*.mlir"))


def test_unsupported_operators_have_a_way_out(tmp_path):
    model = save(tmp_path / "m.onnx", [node("Hardmax", ["x"], ["y"], name="hardmax")], [port("x", [1, 4])], [port("y", [1, 4])])
    message = fails("convert", model, "--random-calibration", "--host", "error", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "operators that have no integer form: node 'hardmax' (Hardmax, opset 21); tare run computes them in float" in message
    assert "express them by operators of docs/onnx.md" in message


def test_a_dump_does_not_go_into_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    for name in ("file", "file/below"):
        message = fails("convert", network(tmp_path), "--random-calibration", "--dump-ir", tmp_path / name, "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
        assert f"--dump-ir {tmp_path / name}: '{tmp_path / 'file'}' is a file, expected a folder" in message
    assert (tmp_path / "file").read_text() == "mine"


def test_a_form_that_is_none_is_told_with_the_nearest(tmp_path):
    for found, meant in (("mlir:qd", "mlir:qdq"), ("progam", "program"), ("mlir:fusd", "mlir:fused"), ("mlir:impot", "mlir:import")):
        message = fails("convert", network(tmp_path), "--random-calibration", "--emit", found, "-o", tmp_path / "m.out", output=tmp_path / "m.out")
        assert f"--emit: found '{found}', expected one of program, c, tflite, qdq-onnx, encodings, mlir:import, " in message and f"did you mean '{meant}'?" in message


@pytest.mark.parametrize("stage", ("import", "float", "ranges"))
@pytest.mark.parametrize("given", (("--random-calibration",), ("--target", "gemmlowp"), ("--activations", "i16"), ("--target", "gemmlowp", "--activations", "i8")))
def test_what_an_early_stage_is_not_made_by_is_noted(stage, given, tmp_path):
    command = ("convert", network(tmp_path), *given, "--emit", f"mlir:{stage}", "-o", tmp_path / "m.mlir")
    # What the target lacks is said in other operators, or put on the host, in float already.
    if stage == "ranges" or (stage == "float" and "random" not in given[0]):
        assert "nothing here" not in tare(*command, *(("--random-calibration",) if stage == "ranges" and "random" not in given[0] else ())).stderr
        return
    [line] = [line for line in tare(*command).stderr.splitlines() if "nothing here" in line]
    assert all(option in line for option in given if option.startswith("--")) and f"--emit mlir:{stage}" in line
    assert tare(*command, "-q").stderr == ""


def test_a_list_of_values_is_short(tmp_path):
    """Forty quantizers of a width that the target has not."""
    nodes, last = [], "x"
    for i in range(40):
        nodes += [*quantize(last, "s", "z", f"d{i}"), node("Relu", [f"d{i}"], [f"r{i}"], name=f"r{i}")]
        last = f"r{i}"
    model = save(tmp_path / "m.onnx", [*nodes, *quantize(last, "s", "z", "y")], [port("x", [1, 4])], [port("y", [1, 4])],
                 {"s": np.float32(.02), "z": np.int8(0)})
    message = fails("convert", model, "--target", "i16x8", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert ", .. (41 in all); quantize them" in message and len(message) < 600 and message.count("i8") < 4


@pytest.mark.parametrize("name, contents", (("nope", None), ("text", "hello"), ("folder", "")))
def test_a_test_that_is_no_program(name, contents, tmp_path):
    tare("convert", network(tmp_path), "--emit", "mlir:import", "-o", tmp_path / "m.mlir")
    if contents == "":
        (tmp_path / name).mkdir()
    elif contents:
        (tmp_path / name).write_text(contents)
        (tmp_path / name).chmod(0o755)
    for program in (f"./{name}", tmp_path / name):
        done = tare(tmp_path / "m.mlir", "--test", program, tool="tare-reduce", check=False, cwd=tmp_path)
        assert done.returncode == 1 and done.stderr.count("\n") == 1 and f"--test: cannot run '{program}'" in done.stderr, done.stderr


@pytest.mark.parametrize("tool", ("tare-reduce", "tare-opt"))
def test_a_program_is_no_ir(tool, tmp_path):
    tare("convert", network(tmp_path), "--random-calibration", "-o", tmp_path / "m.tare")
    done = tare(tmp_path / "m.tare", *(("--test", "/bin/false") if "reduce" in tool else ()), tool=tool, check=False)
    assert done.returncode == 1 and "is a program (.tare), expected IR" in done.stderr and len(done.stderr) < 300

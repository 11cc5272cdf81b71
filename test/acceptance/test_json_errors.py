"""With --json an error is a document, too: alone on standard output, beside the line on standard error."""
import json

import numpy as np
import pytest

from graphs import node, port, save
from harness import ROOT, fails, tare

DIGITS = ROOT / "examples/digits"
MODEL, CALIBRATION, TEST = DIGITS / "digits.onnx", DIGITS / "calibration.npz", DIGITS / "test.npz"


def error(*arguments, **options):
    """The error of a run that fails: one document, one line, which say the same, and nothing else."""
    done = tare(*arguments, "--json", check=False, **options)
    assert done.returncode == 1
    document = json.loads(done.stdout)
    found = document["error"]
    assert done.stderr.count("\n") == 1 and done.stderr == f"tare: error: {found['message']}\n"
    assert {"message", "file", "node"} <= set(found)
    return found, document


@pytest.fixture
def misfit(tmp_path):
    save(tmp_path / "m.onnx", [node("Add", ["x", "w"], ["y"], name="misfit")], [port("x", [1, 4])], [port("y", [1, 4])],
         {"w": np.ones((1, 5), np.float32)})
    return tmp_path / "m.onnx"


def test_a_node(misfit, tmp_path):
    for arguments in (["convert", misfit, "--random-calibration", "-o", tmp_path / "m.tare"], ["calibrate", misfit, "--random-calibration", "-o", tmp_path / "r.json"],
                      ["inspect", misfit], ["run", misfit, "--inputs", TEST, "--outputs", tmp_path / "y.npz"]):
        found, document = error(*arguments)
        assert found["node"] == "misfit" and found["file"] == str(misfit) and list(document) == ["error"]
    assert [path.name for path in tmp_path.iterdir()] == ["m.onnx"]


@pytest.mark.parametrize("name", ["it's", "a b", "a:b", 'quote"d', "new\nline"])
def test_names_of_nodes(tmp_path, name):
    save(tmp_path / "m.onnx", [node("Bernoulli", ["x"], ["y"], name=name)], [port("x", [1, 4])], [port("y", [1, 4])])
    done = tare("inspect", tmp_path / "m.onnx", "--json", check=False)
    assert json.loads(done.stdout)["error"]["node"] == name


def test_files(tmp_path):
    absent = tmp_path / "absent.npz"
    found, _ = error("convert", MODEL, "--calibration", absent, "-o", tmp_path / "m.tare")
    assert found["file"] == str(absent) and found["node"] is None
    found, _ = error("run", MODEL, "--inputs", TEST, "--outputs", tmp_path / "y.csv")
    assert found["file"] == str(tmp_path / "y.csv")
    found, _ = error("inspect", tmp_path / "absent.tare")
    assert found["file"] == str(tmp_path / "absent.tare")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.npz").write_bytes(b"")
    found, _ = error("run", MODEL, "--inputs", tmp_path / "data", "--outputs", tmp_path / "y.npz")
    assert found["file"] == str(tmp_path / "data/a.npz")


def test_lines(tmp_path):
    (tmp_path / "board.yaml").write_text((ROOT / "targets/generic.yaml").read_text().replace("half_up", "up"))
    found, _ = error("target", "check", tmp_path / "board.yaml")
    assert found["file"] == str(tmp_path / "board.yaml") and found["line"] == 24
    (tmp_path / "m.mlir").write_text("module {\n  func.func @main(%x: tensor<1xf32) {\n}\n")
    found, _ = error("inspect", tmp_path / "m.mlir")
    assert found["file"] == str(tmp_path / "m.mlir") and found["line"] == 2


@pytest.mark.parametrize("arguments", [["convret"], ["inspect"], ["inspect", "m", "--frobnicate"], [], ["target"], ["convert", "m", "--samples", "0"]])
def test_command_lines(arguments):
    found, _ = error(*arguments)
    assert found["file"] is None and found["node"] is None


def test_a_result_that_is_an_error(tmp_path):
    """What was computed is there, beside the error."""
    tare("convert", MODEL, "--calibration", CALIBRATION, "-o", tmp_path / "m.tare")
    found, document = error("verify", tmp_path / "m.tare", "--max-error", "0.01")
    assert "above --max-error" in found["message"] and document["layers"] and document["worst_error"] > 0.01
    assert found["file"] == str(tmp_path / "m.tare")


def test_without_json_standard_output_is_empty(misfit):
    done = tare("inspect", misfit, check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert json.loads(tare("inspect", MODEL, "--json").stdout).get("error") is None

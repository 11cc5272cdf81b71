"""A damaged file, and what Git LFS leaves in place of one, are told apart, with what to do."""
import numpy as np
import onnx
import pytest

from graphs import node, port, save
from harness import ROOT, fails, tare

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
TOLD = "it is a Git LFS pointer, not the file itself; fetch that with 'git lfs pull'"
DIGITS = ROOT / "examples/digits"


@pytest.mark.parametrize("name", ["m.onnx", "m.mlir", "m.tare"])
def test_a_pointer_in_place_of_a_model(tmp_path, name):
    path, out = tmp_path / name, tmp_path / "out.tare"
    path.write_text(POINTER)
    for command in (("inspect", path), ("run", path, "--inputs", DIGITS / "test.npz", "--outputs", tmp_path / "y.npz"),
                    ("convert", path, "--random-calibration", "-o", out)):
        assert f"cannot read {path}: {TOLD}" in fails(*command, output=out)
    with open(path) as stream:
        assert TOLD in fails("inspect", "-", stdin=stream)


@pytest.mark.parametrize("name", ["x.npz", "x.npy"])
def test_a_pointer_in_place_of_data(tmp_path, name):
    (tmp_path / name).write_text(POINTER)
    assert TOLD in fails("convert", DIGITS / "digits.onnx", "--calibration", tmp_path / name, "-o", tmp_path / "out.tare", output=tmp_path / "out.tare")


def test_a_pointer_in_place_of_weights(tmp_path):
    weights = np.ones((64, 64), np.float32)
    model = onnx.load(save(tmp_path / "m.onnx", [node("MatMul", ["x", "w"], ["y"], name="fc")], [port("x", [1, 64])], [port("y", [1, 64])], {"w": weights}))
    onnx.save(model, str(tmp_path / "m.onnx"), save_as_external_data=True, location="m.weights", size_threshold=0)
    tare("inspect", tmp_path / "m.onnx")
    (tmp_path / "m.weights").write_text(POINTER)
    said = fails("inspect", tmp_path / "m.onnx")
    assert TOLD in said and "m.weights" in said and "initializer 'w'" in said


def test_what_only_begins_like_a_pointer(tmp_path):
    """A text of that kind is short: a longer file is what it is."""
    (tmp_path / "m.mlir").write_text(POINTER + " " * 2000)
    assert TOLD not in fails("inspect", tmp_path / "m.mlir")


@pytest.mark.parametrize("content", [b"\x08\x08garbage" * 9, (DIGITS / "digits.onnx").read_bytes()[:-7]], ids=["garbage", "cut off"])
def test_a_damaged_model_says_what_to_do(tmp_path, content):
    (tmp_path / "m.onnx").write_bytes(content)
    said = fails("inspect", tmp_path / "m.onnx")
    assert "m.onnx: not an ONNX model, or a damaged one" in said
    assert "download or export it again" in said and "onnx.checker.check_model" in said and "external data" in said

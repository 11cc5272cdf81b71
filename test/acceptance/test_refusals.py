"""A refusal is one message with a way out, and leaves nothing where it should not."""
import numpy as np

from graphs import node, port, save
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
    model = save(tmp_path / "m.onnx", [node("Erf", ["x"], ["y"], name="erf")], [port("x", [1, 4])], [port("y", [1, 4])])
    message = fails("convert", model, "--random-calibration", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "node 'erf' (Erf, opset 21); express them by operators of docs/onnx.md" in message

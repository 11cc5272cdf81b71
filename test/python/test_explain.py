"""tare.explain and tare.explain_against: what the command prints."""
import json

import numpy as np
import tare
from conftest import DIGITS
from harness import tare as command


def test_they_are_the_commands(tmp_path):
    program = tare.convert(DIGITS / "digits.onnx", DIGITS / "calibration.npz")
    program.save(tmp_path / "p.tare")
    data = {name: array for name, array in np.load(DIGITS / "test.npz").items() if name == "image"}
    expected = json.loads(command("explain", DIGITS / "digits.onnx", tmp_path / "p.tare", "--inputs", DIGITS / "test.npz", "--json").stdout)
    assert tare.explain(DIGITS / "digits.onnx", program, data) == expected
    command("run", tmp_path / "p.tare", "--inputs", DIGITS / "test.npz", "--samples", "4", "--raw", "--all-layers", "--outputs", tmp_path / "own.npz")
    dump = dict(np.load(tmp_path / "own.npz"))
    dump["conv2"] = np.clip(dump["conv2"].astype(int) + 1, -128, 127).astype(np.int8)
    found = tare.explain_against(program, data, dump)
    assert found["first"] == "conv2" and found["hypotheses"][0]["text"] == "zero point 1 higher" and found["samples"] == 4

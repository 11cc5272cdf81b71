"""Errors name the section of docs/troubleshooting.md that explains them: at a terminal on their line, for scripts in JSON alone."""
import json
import os
import pty
import re
import subprocess

import pytest

from harness import BIN, ROOT, tare

MODEL = ROOT / "examples/digits/digits.onnx"
SECTIONS = {"docs/troubleshooting.md#" + re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")
            for title in re.findall(r"^## (.*)$", (ROOT / "docs/troubleshooting.md").read_text(), re.MULTILINE)}
CASES = {("calibrate", MODEL, "-o", "r.json"): "command-line",
         ("convert", MODEL, "--calibration", "none.npz", "-o", "m.tare"): "reading-and-writing-files",
         ("convert", MODEL, "--target", "none", "--random-calibration", "-o", "m.tare"): "command-line",
         ("calibrate", MODEL, "--merge", MODEL, "-o", "r.json"): "calibration-and-ranges",
         ("inspect", ROOT / "README.md"): "command-line"}


def at_a_terminal(arguments, cwd):
    """What a terminal shows of standard error."""
    own, theirs = pty.openpty()
    subprocess.run([str(BIN / "tare"), *map(str, arguments)], cwd=cwd, stderr=theirs, stdout=subprocess.DEVNULL)
    os.close(theirs)
    text = b""
    try:
        while part := os.read(own, 4096):
            text += part
    except OSError:
        pass  # The other end is closed.
    os.close(own)
    return text.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("arguments, section", CASES.items(), ids=[case[0] + "-" + section for case, section in CASES.items()])
def test_where_to_read_on(arguments, section, tmp_path):
    expected = f"docs/troubleshooting.md#{section}"
    assert expected in SECTIONS
    done = tare(*arguments, "--json", check=False, cwd=tmp_path)
    error = json.loads(done.stdout)["error"]
    assert done.returncode == 1 and error["see"] == expected and done.stderr == f"tare: error: {error['message']}\n"
    assert at_a_terminal(arguments, tmp_path) == f"tare: error: {error['message']} ({expected})\n"

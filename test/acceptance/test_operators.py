"""Every operator of the page has a test of its own: a case of ONNX that passes, or one of ours that names it."""
import re

import pytest

from harness import ROOT

ROWS = re.findall(r"^\| (\S+) \| (yes|) \| (yes|) \| (?:(\d+) of \d+)? *\|$", (ROOT / "docs/operators.md").read_text(), re.MULTILINE)
TESTS = "\n".join(path.read_text() for folder in ("test/acceptance", "test/unit/Host", "test/unit/Onnx", "test/e2e") for path in (ROOT / folder).rglob("*")
                  if path.suffix in (".py", ".cpp") and path.name != "test_operators.py")


def test_the_page_has_rows():
    assert len(ROWS) > 200 and sum(row[2] == "yes" for row in ROWS) > 100


@pytest.mark.parametrize("name, cases", [(row[0], row[3]) for row in ROWS])
def test_an_operator_is_tested(name, cases):
    short = name.rpartition(".")[2]
    assert int(cases or 0) > 0 or re.search(rf"\b{re.escape(short)}\b", TESTS), f"{name}: no case of ONNX passes, and no test names it"

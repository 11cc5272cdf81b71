"""Every formula of docs/arithmetic.md: its number stands beside the code and in a test."""
import re

import pytest

from harness import ROOT

NUMBERS = sorted(set(re.findall(r"\((A\d+)\)", (ROOT / "docs/arithmetic.md").read_text())), key=lambda n: int(n[1:]))
SOURCES = {".cpp", ".h", ".td", ".py", ".mlir", ".fbs"}


def text_of(*folders):
    files = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in SOURCES)
    return "\n".join(path.read_text(errors="replace") for path in files)


CODE, TESTS = text_of("lib", "passes", "include", "tools"), text_of("test")


@pytest.mark.parametrize("number", NUMBERS)
def test_the_number_stands_in_code_and_test(number):
    assert re.search(rf"\b{number}\b", CODE), f"({number}) of docs/arithmetic.md is in no source"
    assert re.search(rf"\b{number}\b", TESTS), f"({number}) of docs/arithmetic.md is in no test"


def test_the_numbers_are_without_gaps():
    assert NUMBERS == [f"A{i}" for i in range(1, len(NUMBERS) + 1)]

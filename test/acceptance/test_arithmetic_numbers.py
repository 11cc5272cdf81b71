"""Every formula of docs/arithmetic.md: its number stands beside the code, and in a test that checks something."""
import ast
import re

import pytest

from harness import ROOT

NUMBERS = sorted(set(re.findall(r"\((A\d+)\)", (ROOT / "docs/arithmetic.md").read_text())), key=lambda n: int(n[1:]))
SOURCES = {".cpp", ".h", ".td", ".py", ".mlir", ".fbs"}


def sources(*folders):
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in SOURCES)


def python_tests(text):
    """Functions that compute or assert something, with their comments and docstrings."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and any(isinstance(part, (ast.Assert, ast.Return)) for part in ast.walk(node)):
            yield "\n".join(lines[node.lineno - 1 : node.end_lineno])


def cpp_tests(text):
    """GoogleTest's tests, from the comment above to the closing brace; helpers of one file count with the tests that they stand before."""
    for match in re.finditer(r"((?:^//[^\n]*\n)*)^TEST(?:_F|_P)?\([^\n]*\n(.*?)^}", text, re.MULTILINE | re.DOTALL):
        if re.search(r"\b(EXPECT|ASSERT)_|\bexpect\w*\(", match[2]):
            yield match[0]


def helpers(text):
    """Functions of a test's file that compute an expectation by a formula."""
    for match in re.finditer(r"((?:^\s*//[^\n]*\n)+)^[^\n/#]*\) (?:const )?\{\n(.*?)^\s*}", text, re.MULTILINE | re.DOTALL):
        if "return" in match[2]:
            yield match[0]


def lit_tests(text):
    """The parts of a file of modules that something is checked in."""
    return [part for part in text.split("// -----") if re.search(r"// (CHECK|[A-Z]+(-[A-Z]+)?:|expected-)", part)]


def parts_of(path):
    text = path.read_text()
    if path.suffix == ".py":
        return python_tests(text)
    if path.suffix == ".mlir":
        return lit_tests(text)
    return [*cpp_tests(text), *helpers(text)]


CODE = "\n".join(path.read_text(errors="replace") for path in sources("lib", "passes", "include", "tools"))
TESTS = "\n".join(test for path in sources("test") if path.name != "test_arithmetic_numbers.py" for test in parts_of(path))


@pytest.mark.parametrize("number", NUMBERS)
def test_the_number_stands_in_code_and_test(number):
    assert re.search(rf"\b{number}\b", CODE), f"({number}) of docs/arithmetic.md is in no source"
    assert re.search(rf"\b{number}\b", TESTS), f"({number}) of docs/arithmetic.md is in no test"


def test_the_numbers_are_without_gaps():
    assert NUMBERS == [f"A{i}" for i in range(1, len(NUMBERS) + 1)]

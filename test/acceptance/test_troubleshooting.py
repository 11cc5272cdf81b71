"""docs/troubleshooting.md quotes the tools: each piece of a message between its gaps stands in the sources."""
import re

import pytest

from harness import ROOT

CELLS = re.findall(r"^\| (`.+?`) \|", (ROOT / "docs/troubleshooting.md").read_text(), re.MULTILINE)
ROWS = [quote for cell in CELLS for quote in re.findall("`([^`]+)`", cell)]
SOURCES = [p for folder in ("lib", "passes", "tools", "include") for p in (ROOT / folder).rglob("*") if p.suffix in (".cpp", ".h")]
# A message may be broken over lines of the source.
TEXT = "\n".join(re.sub(r'"\s*(<<)?\s*"', "", path.read_text().replace('\\"', "''")) for path in SOURCES)


def test_the_page_has_rows():
    assert len(ROWS) > 300


@pytest.mark.parametrize("message", ROWS)
def test_the_message_is_the_tools_own(message):
    for piece in filter(None, (part.strip() for part in message.split("…"))):
        assert piece.replace('"', "''") in TEXT, f"docs/troubleshooting.md quotes '{piece}', which is in no source"


def messages():
    """What stands between the gaps of the literals in statements that report an error or a warning, not of patterns' reasons. What host
    operators say of nodes that ONNX's specification does not allow is one row."""
    for path in SOURCES:
        if path.is_relative_to(ROOT / "lib/Host"):
            continue
        source = re.sub(r'"\s*(<<\s*)?"', "", re.sub(r"//[^\n]*|assert\([^\n]*", "", path.read_text()))
        for start in re.finditer(r"\b(emitError|emitWarning|reportWarning|emitOpError|error|Error|fail)[({]", source):
            for literal in re.findall(r'"((?:[^"\\]|\\.)*)"', source[start.end() : source.find(";", start.end())]):
                for piece in re.split(r"\{[^}]*\}", literal):
                    piece = piece.strip(" ':,;()")
                    if len(re.findall("[a-z]{2,}", piece)) >= 3:
                        yield piece


def test_the_page_has_every_message():
    quoted = [piece.strip() for row in ROWS for piece in row.split("…")]
    found = sorted(set(messages()))
    assert len(found) > 250
    missing = [piece for piece in found if not any(piece in quote or (len(quote) > 12 and quote in piece) for quote in quoted)]
    assert not missing, f"docs/troubleshooting.md has no row for: {missing}"

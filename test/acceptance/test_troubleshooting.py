"""docs/troubleshooting.md quotes the tools: each piece of a message between its gaps stands in the sources."""
import re

import pytest

from harness import ROOT

ROWS = re.findall(r"^\| `([^`]+)` \|", (ROOT / "docs/troubleshooting.md").read_text(), re.MULTILINE)
SOURCES = [p for folder in ("lib", "passes", "tools", "include") for p in (ROOT / folder).rglob("*") if p.suffix in (".cpp", ".h")]
# A message may be broken over lines of the source.
TEXT = "\n".join(re.sub(r'"\s*(<<)?\s*"', "", path.read_text()) for path in SOURCES)


def test_the_page_has_rows():
    assert len(ROWS) > 10


@pytest.mark.parametrize("message", ROWS)
def test_the_message_is_the_tools_own(message):
    for piece in filter(None, (part.strip() for part in message.split("…"))):
        assert piece in TEXT, f"docs/troubleshooting.md quotes '{piece}', which is in no source"

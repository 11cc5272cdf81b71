"""The sources as a whole: no two folders need each other, and every file is formatted."""
import collections
import graphlib
import pathlib
import re
import shutil
import subprocess

import pytest

from harness import ROOT

CODE = {".cpp", ".h", ".td"}
FOLDERS = ("lib", "include/tare", "passes", "tools")


def folder_of(name):
    """The part of the house that a file belongs to: `lib/Tensor`, `passes/Quantize`; a public header to what declares it."""
    parts = pathlib.PurePath(name).parts
    if parts[:2] == ("include", "tare"):
        return "passes" if parts[2] == "Passes" else f"lib/{parts[2]}" if len(parts) > 3 else "include"
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def included(text):
    """The folders whose headers a file includes by a path: from `include` on, or, of each other, from `passes` on."""
    for name in re.findall(r'^#?\s*include "([^"]+/[^"]+)"', text, re.MULTILINE):
        if name.startswith("tare/Schema/"):  # generated
            yield "lib/Schema"
        # What else is generated is declared beside its source.
        for place in ("include", "passes"):
            if (ROOT / place / name).parent.is_dir():
                yield folder_of(f"{place}/{name}")


def needs():
    graph = collections.defaultdict(set)
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in CODE):
        folder = folder_of(path.relative_to(ROOT).as_posix())
        graph[folder] |= {other for other in included(path.read_text()) if other != folder}
    return graph


def test_no_two_folders_need_each_other():
    graph = needs()
    assert graph["passes/Quantize"] >= {"passes/Arithmetic", "lib/Dialect"} and "lib/Schema" in graph["lib/Kernels"], "includes were not found"
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as cycle:
        pytest.fail(f"these need each other: {' <- '.join(cycle.args[1])}")


@pytest.mark.skipif(not shutil.which("clang-format-22"), reason="clang-format-22 IS NOT INSTALLED: THE FORMAT IS NOT TESTED")
def test_every_file_is_formatted():
    files = [path for folder in (*FOLDERS, "include", "test", "bench", "examples", "cmake", "scripts") for path in (ROOT / folder).rglob("*") if path.suffix in (".cpp", ".h")]
    found = subprocess.run(["clang-format-22", "--dry-run", *map(str, sorted(set(files)))], capture_output=True, text=True, cwd=ROOT).stderr
    wrong = sorted(set(re.findall(r"^(\S+?):\d+:\d+: ", found, re.MULTILINE)))
    assert not wrong, f"`make format` changes {', '.join(wrong)}"


def left_to_write(root):
    """What scripts/new-operator left to a person, and nobody has written yet: "file: operator: what"."""
    mark = re.compile("TO BE " + r"WRITTEN: (\S+: [^\"|\n]*)")
    return [f"{path.relative_to(root).as_posix()}: {found.strip()}" for folder in ("lib", "include", "passes", "tools", "test", "docs") for path in sorted((root / folder).rglob("*"))
            if path.suffix in CODE | {".c", ".py", ".mlir", ".fbs", ".md"} for found in mark.findall(path.read_text(errors="replace"))]


def test_lowerings_say_what_stands_for_a_result():
    """replaceBy and its like give the grid to what replaces a result: a lowering that goes past them would lose it."""
    lowerings = list((ROOT / "passes" / "Lowering" / "Ops").iterdir())
    assert any("replaceByNew<" in path.read_text() for path in lowerings)
    past = [path.name for path in lowerings if re.search(r"\brewriter\s*\.\s*replace", path.read_text())]
    assert not past, f"{', '.join(past)}: replace ops by replaceBy, replaceByNew, replaceByChannelsLast or replaceByResultsOf (Lowering/Lowering.h)"


def test_nothing_is_left_to_write():
    assert not left_to_write(ROOT)


def test_every_feature_that_a_test_requires_can_be_there():
    """lit leaves a test out where a feature is not there, and says so in a number alone."""
    settings = (ROOT / "test/lit.cfg.py").read_text()
    required = [(path, word) for path in sorted((ROOT / "test").rglob("*")) if path.suffix in (".test", ".mlir")
                for line in re.findall(r"^(?:// )?(?:REQUIRES|UNSUPPORTED): (.*)$", path.read_text(), re.MULTILINE) for word in re.findall(r"[\w-]+", line)]
    assert required, "none was found"
    unknown = {f"{path.name}: {word}" for path, word in required if f'"{word}"' not in settings}
    assert not unknown, f"test/lit.cfg.py knows nothing of {', '.join(sorted(unknown))}"

"""scripts/mutate on Inputs/toy.cpp: what it plants, what it leaves out, and which of its bugs four small tests notice."""
import json
import pathlib
import runpy
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from mutation import judging, planting, report, sources, suite, tree  # noqa: E402
from mutation.mutant import Mutant  # noqa: E402

COMPILER = "clang++-22"
TESTS = ("sum", "between", "inside", "note")


@pytest.fixture
def toy(tmp_path):
    """A folder with the source and its compile_commands.json; its reader."""
    shutil.copy(pathlib.Path(__file__).parent / "Inputs/toy.cpp", tmp_path / "toy.cpp")
    (tmp_path / "compile_commands.json").write_text(json.dumps([{
        "directory": str(tmp_path), "file": str(tmp_path / "toy.cpp"),
        "command": f"/usr/bin/{COMPILER} -std=c++20 -O1 -o toy.o -c {tmp_path}/toy.cpp"}]))
    return sources.Reader(tmp_path, tmp_path / "compile_commands.json")


def found(reader):
    """What could be planted: {(operator, line): [what would stand there]}."""
    result = {}
    for operator, mutants in reader.mutants("toy.cpp").items():
        for mutant in mutants:
            result.setdefault((operator, mutant.line), []).append(mutant.replacement or f"no {mutant.original}")
    return result


def line_of(text):
    lines = (pathlib.Path(__file__).parent / "Inputs/toy.cpp").read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize("operator, text, expected", (
    ("arithmetic", "2 * result", ["2 / result"]),
    ("assignment", "result += values", ["result -= values[i]"]),
    ("boundary", "value >= 0", ["value > 0", "value <= size"]),
    ("equality", "count == 7", ["count != 7"]),
    ("logic", "value >= 0", ["value >= 0 || value < size"]),
    ("constant", "int result = 0", ["0 + 1"]),
    ("constant", "count == 7", ["7 + 1", "7 - 1"]),
    ("truth", "sum({1, 2, 3}", ["false"]),
    ("condition", "if (twice)", ["!(twice)"]),
    ("sign", "return -value", ["value"]),
    ("dropped", "count += 10", ["no count += 10;"]),
    ("swapped", "note(count);", None),
    ("extreme", "std::max(low", ["std::min(low, std::min(high, value))", "std::max(high, value)"]),
    ("early", "++count;", ["return;"]),
    ("bounds", "for (size_t", ["i < ( values.size()) - 1"]),
))
def test_every_operator(operator, text, expected, toy):
    assert found(toy).get((operator, line_of(text))) == expected


def test_arguments_of_one_type_are_swapped(toy):
    assert "between(5, 1, 9)" in found(toy)["swapped", line_of("between(1, 5, 9)")]
    assert ("swapped", line_of("std::max(low")) not in found(toy)


def test_what_the_compiler_must_know_is_left_alone(toy):
    lines = {line for _, line in found(toy)}
    assert not lines & {line_of("constexpr int size"), line_of("static_assert")}


def test_the_choice_is_the_seeds_and_does_not_overlap(toy):
    every = toy.mutants("toy.cpp")
    chosen = [planting.choose(every, 8, seed) for seed in (1, 1, 2)]
    assert chosen[0] == chosen[1] != chosen[2]
    for mutants in chosen:
        assert len(mutants) == 8 == len({mutant.operator for mutant in mutants})
        assert all(one.end < other.begin for one, other in zip(mutants, mutants[1:]))
    files = {"a.cpp": 1000, "b.cpp": 1, "c.cpp": 500}
    assert planting.choose_files(files, 2, 3) == planting.choose_files(files, 2, 3)
    assert len(planting.choose_files(files, 2, 3)) == 2


def test_bugs_by_hand(toy):
    """The expression stands once in its file; what is chosen does not overlap it."""
    [mutant] = planting.given(toy.root, [("toy.cpp", "made", "count == 7", "count == 8")])
    assert (mutant.line, mutant.original, mutant.replacement) == (line_of("count == 7"), "count == 7", "count == 8")
    chosen = planting.choose(toy.mutants("toy.cpp"), 100, 1, [mutant])
    assert chosen and not any(planting.overlap(mutant, other) for other in chosen)
    with pytest.raises(SystemExit, match="2 times, expected once"):
        planting.given(toy.root, [("toy.cpp", "made", "between(1, 5", "between(2, 5")])
    told = []
    (toy.root / "Planted.h").write_bytes((ROOT / "scripts/mutation/Planted.h").read_bytes())
    [bad] = planting.given(toy.root, [("toy.cpp", "made", "untested(1)", "nobody(1)")])
    assert planting.plant(toy, [], 3, 1, toy.root / "Planted.h", told.append, [mutant, bad]) == [mutant]
    assert told[0].startswith("does not compile, left out: toy.cpp")


def test_those_that_were_reported_are_of_a_source():
    listed = runpy.run_path(str(ROOT / "test/mutation/reported.py"))["REPORTED"]
    assert len(planting.given(ROOT, listed)) == len(listed)


def test_what_does_not_compile_is_left_out(toy):
    text = (toy.root / "toy.cpp").read_bytes()
    begin = text.index(b"untested(1)")
    bad = Mutant("toy.cpp", "main", "made", 1, begin, begin + 11, "untested(1)", "nobody(1)")
    good = Mutant("toy.cpp", "main", "made", 1, begin + 9, begin + 10, "1", "2")
    toy.mutants("toy.cpp")
    assert planting.compiling(toy, "toy.cpp", [bad], header()) == []
    assert planting.compiling(toy, "toy.cpp", [good], header()) == [good]


def header():
    return planting.HEADER.format(ROOT / "scripts/mutation/Planted.h").encode()


class ToySuite:
    """The suite of the toy: each test is a run of its program."""

    def __init__(self, program):
        self.program = program
        self.pieces = [suite.Piece(name, name) for name in TESTS]

    def run(self, group, names, environment, limit):
        try:
            return subprocess.run([self.program, *names], env=environment, timeout=min(limit, 3)).returncode == 0
        except subprocess.TimeoutExpired:
            return False


def quiet(text):
    pass


def compiled(toy, folder, every):
    """These mutants, and the suite of a program with all of them."""
    mutants = planting.compiling(toy, "toy.cpp", every, header())
    text, _ = planting.planted_text((toy.root / "toy.cpp").read_bytes(), list(enumerate(mutants)), header())
    (folder / "planted.cpp").write_bytes(text)
    subprocess.run([COMPILER, "-std=c++20", "-O1", folder / "planted.cpp", "-o", folder / "planted"], check=True)
    return mutants, ToySuite(folder / "planted")


def judged(toy, folder, every):
    """What comes of each: [(mutant, outcome)]."""
    mutants, tests = compiled(toy, folder, every)
    recorder = suite.Recorder(tests, len(mutants), folder, 30)
    by_mutant = recorder.by_mutant(tests.pieces, quiet)
    assert not recorder.failed and not recorder.long
    return [(mutant, judging.judge(tests, mutant, number, by_mutant[number], 60, {mutants[0].key: "told so"} if number == 0 else {}))
            for number, mutant in enumerate(mutants)]


def test_bugs_are_noticed_or_not(toy, tmp_path):
    every = {(m.operator, m.line, m.replacement): m for mutants in toy.mutants("toy.cpp").values() for m in mutants}
    pick = lambda operator, text, replacement: every[operator, line_of(text), replacement]
    expected = {
        pick("constant", "int result = 0", "0 + 1"): report.EQUIVALENT,  # as the list says
        pick("bounds", "for (size_t", "i < ( values.size()) - 1"): report.NOTICED,
        pick("assignment", "result += values", "result -= values[i]"): report.NOTICED,
        pick("condition", "if (twice)", "!(twice)"): report.NOTICED,
        pick("extreme", "std::max(low", "std::max(high, value)"): report.NOTICED,
        # No test has a negative value.
        pick("boundary", "value >= 0", "value > 0"): report.SURVIVED,
        pick("boundary", "value >= 0", "value <= size"): report.NOTICED,
        pick("sign", "return -value", "value"): report.UNREACHED,
        pick("early", "++count;", "return;"): report.NOTICED,
        pick("equality", "count == 7", "count != 7"): report.SURVIVED,
        pick("dropped", "count += 10", ""): report.SURVIVED,
    }
    outcomes = judged(toy, tmp_path, sorted(expected, key=lambda mutant: mutant.begin))
    assert {mutant: outcome["verdict"] for mutant, outcome in outcomes} == expected
    table = list(report.table(outcomes))
    assert table[-1].split() == ["all", "11", "6", "3", "1", "1", "60", "%"]
    survivors = "\n".join(report.survivors(outcomes))
    assert survivors.count("toy.cpp:") == 2 * 5 and "equivalent (told so)" in survivors and "1 of 1 tests ran" in survivors
    report.write(tmp_path / "outcomes.json", [*(mutant for mutant, _ in outcomes), outcomes[0][0]], [*(outcome for _, outcome in outcomes), None])
    assert len(json.loads((tmp_path / "outcomes.json").read_text())) == 11
    assert len(report.noticed(tmp_path / "outcomes.json")) == 6


def test_an_endless_loop_is_noticed(toy, tmp_path):
    text = (toy.root / "toy.cpp").read_bytes()
    begin = text.index(b"++i")
    toy.mutants("toy.cpp")
    endless = Mutant("toy.cpp", "sum", "made", 1, begin, begin + 3, "++i", "i")
    first = Mutant("toy.cpp", "sum", "made", 1, text.index(b"0;"), text.index(b"0;") + 1, "0", "1")
    assert [outcome["verdict"] for _, outcome in judged(toy, tmp_path, [first, endless])] == [report.EQUIVALENT, report.NOTICED]


def test_slow_tests_judge_what_waits(toy, tmp_path):
    """Each runs with the bugs that it comes by and that nothing has noticed; not beyond the budget, not at all where none waits."""
    every = {(m.operator, m.line, m.replacement): m for mutants in toy.mutants("toy.cpp").values() for m in mutants}
    loop = every["bounds", line_of("for (size_t"), "i < ( values.size()) - 1"]
    boundary = every["boundary", line_of("value >= 0"), "value > 0"]
    untested = every["sign", line_of("return -value"), "value"]
    mutants, tests = compiled(toy, tmp_path, sorted((loop, boundary, untested), key=lambda mutant: mutant.begin))
    outcomes = [{"verdict": report.UNREACHED} for _ in mutants]
    slow = judging.SlowJudge(suite.Recorder(tests, len(mutants), tmp_path, 30), mutants, outcomes, 60)
    for piece in tests.pieces:
        slow.judge(piece, quiet)
    assert outcomes[mutants.index(loop)] == {"verdict": report.NOTICED, "by": "sum", "reaching": 1}
    assert outcomes[mutants.index(boundary)] == {"verdict": report.SURVIVED, "ran": 1, "reaching": 1}
    assert outcomes[mutants.index(untested)] == {"verdict": report.UNREACHED}
    assert slow.waiting() == [number for number, mutant in enumerate(mutants) if mutant != loop]
    slow.spent = [60.0] * len(mutants)
    assert not slow.waiting()


def test_the_list_of_equivalents(tmp_path):
    (tmp_path / "list.txt").write_text("# why\na: b\nc: d\n\n# another\ne: f\n")
    assert report.equivalents(tmp_path / "list.txt") == {"a: b": "why", "c: d": "why", "e: f": "another"}
    assert report.equivalents(tmp_path / "none.txt") == {}


def test_every_listed_equivalent_is_of_a_source():
    for key in report.equivalents(ROOT / "test/mutation/equivalent.txt"):
        assert (ROOT / key.split(": ")[0]).exists(), key


def test_the_copy_follows_the_tests_alone(tmp_path):
    """--again: a better test is copied; a source that has changed since is an error, but for those with planted bugs."""
    source, target = tmp_path / "project", tmp_path / "copy"
    for name in ("lib/a.cpp", "lib/b.cpp", "test/t.py"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("one")
    subprocess.run(["git", "init", "-q", source], check=True)
    target.mkdir()
    assert sorted(tree.differing(source, target)) == ["lib/a.cpp", "lib/b.cpp", "test/t.py"]
    tree.copy(source, target, tree.differing(source, target))
    (target / "lib/a.cpp").write_text("planted")
    (source / "test/t.py").write_text("two")
    tree.copy_tests(source, target, {"lib/a.cpp"})
    assert (target / "test/t.py").read_text() == "two" and (target / "lib/a.cpp").read_text() == "planted"
    (source / "lib/b.cpp").write_text("two")
    with pytest.raises(SystemExit, match="lib/b.cpp has changed"):
        tree.copy_tests(source, target, {"lib/a.cpp"})


def test_who_looks_closely_runs_first():
    """By seconds and by how many bugs a test comes by; those of one group that follow each other share a process."""
    piece = lambda name, group, seconds, breadth: suite.Piece(name, group, seconds=seconds, breadth=breadth)
    pieces = [piece("slow", "slow", 20, 3), piece("broad", "lit", 1, 50), piece("close", "lit", 1, 2), piece("closer", "lit", 2, .5), piece("program", "program", 1, 10)]
    assert [(group, names) for group, names, _ in suite.batches(pieces)] == [
        ("lit", ["closer", "close"]), ("program", ["program"]), ("lit", ["broad"]), ("slow", ["slow"])]
    many = [piece(str(k), "lit", 1, k + 1) for k in range(suite.TOGETHER + 1)]
    assert [len(names) for _, names, _ in suite.batches(many)] == [suite.TOGETHER, 1]
    # Starting is most of what a quick one takes.
    assert [round(seconds, 3) for _, _, seconds in suite.batches(many)] == [round(1 + .1 * (suite.TOGETHER - 1), 3), 1]


def test_what_tests_read_is_made_first_and_judges_nothing(tmp_path, monkeypatch):
    """A test that sets up a fixture of ctest is no piece: it runs once, before all others."""
    made = tmp_path / "made"
    shown = {"tests": [{"name": "use", "command": ["/usr/bin/test", "-e", str(made)], "properties": []},
                       {"name": "make", "command": ["/usr/bin/touch", str(made)], "properties": [{"name": "FIXTURES_SETUP", "value": ["cases"]},
                                                                                                 {"name": "WORKING_DIRECTORY", "value": str(tmp_path)}]}]}
    real = subprocess.run
    monkeypatch.setattr(suite.subprocess, "run", lambda command, **options: subprocess.CompletedProcess(command, 0, json.dumps(shown)) if command[0] == "ctest"
                        else real(command, **options))
    tests = suite.Suite(tmp_path)
    assert [piece.name for piece in tests.pieces] == ["use"] and tests.setups == ["make"]
    assert not tests.run("use", ["use"], {}, 10)
    tests.prepare()
    assert tests.run("use", ["use"], {}, 10)
    shown["tests"][1]["command"] = ["/usr/bin/false"]
    with pytest.raises(SystemExit, match="make fails, which other tests need"):
        suite.Suite(tmp_path).prepare()

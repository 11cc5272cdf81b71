"""The suite as pieces that run alone: GoogleTest's programs, lit's files, and ctest's other entries.

A mutant runs the pieces that reach it, those of lit in one process.
"""
import collections
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import threading
import time


@dataclasses.dataclass
class Piece:
    name: str
    group: str  # pieces of a group share a process: "lit", or the piece's own name
    seconds: float = 0.0
    breadth: int = 0  # how many mutants it comes by
    slow: bool = False  # starts Python and the tools many times: for bugs that the others do not notice


class Suite:
    """The tests of a build folder, by ctest."""

    def __init__(self, build):
        self.build = build
        shown = subprocess.run(["ctest", "--test-dir", build, "--show-only=json-v1"], check=True, capture_output=True, text=True)
        self.tests = {test["name"]: test for test in json.loads(shown.stdout)["tests"]}
        self.pieces, self.setups, self.lit, self.locks = [], [], None, {}
        # A test of GoogleTest takes less than to start its program: a thousand of them are one piece.
        programs = {test["command"][0]: test for test in self.tests.values() if is_discovered(test["command"])}
        self.pieces += [Piece(program, program) for program in programs]
        self.tests |= programs
        for name, test in self.tests.items():
            command = test["command"]
            if is_discovered(command):
                continue
            if name == "lit":
                self.lit = command
                self.pieces += [Piece(file, "lit") for file in lit_files(command)]
            elif "FIXTURES_SETUP" in self.properties(name):
                self.setups.append(name)
            elif name != "lit.round_trip":
                self.pieces.append(Piece(name, name, slow="pytest" in command))

    def prepare(self):
        """Writes what other tests read; a bug cannot be noticed by it."""
        for name in self.setups:
            if not self.run(name, [name], {}, 600):
                raise SystemExit(f"mutate: {name} fails, which other tests need")

    def command(self, group, names):
        """What runs these pieces of a group until the first failure."""
        if group == "lit":
            return [*self.lit[:-1], "-j1", "--max-failures=1", *names]
        command = self.tests[group]["command"]
        if is_discovered(command):
            return [command[0], "--gtest_fail_fast", "--gtest_brief=1"]
        return [*command, *(["-x"] if "pytest" in command else [])]

    def properties(self, group):
        return {entry["name"]: entry["value"] for entry in self.tests[group]["properties"]}

    def run(self, group, names, environment, limit, output=None):
        """Whether they pass within the limit, in seconds; with what they printed where `output` is a list."""
        # Two runs of one test would share its files.
        with contextlib.ExitStack() as held:
            for name in sorted(names):
                held.enter_context(self.locks.setdefault(name, threading.Lock()))
            return self.run_alone(group, names, environment, limit, output)

    def run_alone(self, group, names, environment, limit, output):
        properties = self.properties(group)
        variables = dict(os.environ, **environment)
        for entry in properties.get("ENVIRONMENT", []):
            variables.update([entry.split("=", 1)])
        process = subprocess.Popen(self.command(group, names), cwd=properties.get("WORKING_DIRECTORY", self.build),
                                   env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            text, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            text, _ = process.communicate()
            text += b"\ntimed out"
        if output is not None:
            output.append(text.decode(errors="replace"))
        return process.returncode == 0


def is_discovered(command):
    """Whether it is one test of a program of GoogleTest, as gtest_discover_tests makes them."""
    return any(part.startswith("--gtest_filter=") for part in command) and "--gtest_also_run_disabled_tests" in command


def lit_files(command):
    """As paths of the build folder, whose site configuration they need."""
    shown = subprocess.run([*command, "--show-tests"], capture_output=True, text=True).stdout
    return [f"{command[-1]}/{line.split(' :: ')[1]}" for line in shown.splitlines() if " :: " in line]


class Recorder:
    """Runs pieces without a bug: how long each takes, whether it passes, and which mutants it comes by."""

    def __init__(self, suite, count, folder, longest, jobs=1):
        self.suite, self.count, self.folder, self.longest, self.jobs = suite, count, folder, longest, jobs
        self.failed, self.long = [], []  # the names of those that cannot judge: they fail, or take longer than `longest` seconds

    def reached(self, piece):
        """The numbers of the mutants that it comes by; none where it cannot judge them."""
        log = self.folder / f"reached-{threading.get_ident()}"
        log.write_bytes(bytes(max(self.count, 1)))
        start = time.monotonic()
        passed = self.suite.run(piece.group, [piece.name], {"TARE_MUTANTS_REACHED": str(log)}, self.longest)
        piece.seconds = time.monotonic() - start
        if not passed:
            (self.long if piece.seconds >= self.longest else self.failed).append(piece.name)
            return []
        reached = [mutant for mutant, reached in enumerate(log.read_bytes()) if reached]
        piece.breadth = len(reached)
        return reached

    def by_mutant(self, pieces, tell):
        """The pieces that come by each mutant."""
        found = collections.defaultdict(list)
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for number, (piece, reached) in enumerate(zip(pieces, pool.map(self.reached, pieces)), 1):
                for mutant in reached:
                    found[mutant].append(piece)
                if number % 20 == 0 or piece.seconds > 5:
                    tell(f"recorded {number}/{len(pieces)}: {piece.name}, {piece.seconds:.1f} s")
        return found


TOGETHER = 8  # pieces of one process: the more, the fewer starts; the fewer, the sooner a failure is known


def batches(pieces):
    """Those first that are likely to notice a bug for their time: (group, names, seconds). Who comes by few bugs looks at them closely."""
    batch = []
    for piece in sorted(pieces, key=lambda piece: piece.seconds * piece.breadth):
        if batch and (batch[0].group != piece.group or len(batch) == TOGETHER):
            yield batch[0].group, [each.name for each in batch], together(batch)
            batch = []
        batch.append(piece)
    if batch:
        yield batch[0].group, [each.name for each in batch], together(batch)


def together(members):
    """The seconds of pieces that share a process: what the quickest of them takes is mostly the start, which is then one."""
    start = min(piece.seconds for piece in members)
    return start + sum(piece.seconds - 0.9 * start for piece in members) - 0.1 * start

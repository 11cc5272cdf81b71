"""One hostile model through the command line, and what is wrong with how that went."""
import contextlib
import dataclasses
import json
import os
import pathlib
import random as randoms
import re
import resource
import subprocess
import sys
import tempfile

import numpy as np
import onnx

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / folder) for folder in ("e2e", "random")]

from bombs import bomb  # noqa: E402
from damage import DAMAGES, damage_bytes  # noqa: E402
from harness import BIN, CRASHES, samples_shape  # noqa: E402
from quantized_graphs import Pack, make  # noqa: E402
from valid import valid  # noqa: E402

# What a command may take. A small model on a busy machine takes a tenth of a second and 100 MB.
CPU_SECONDS, SECONDS, ADDRESS_SPACE = 30, 600, 3 << 30
TARGETS = ["generic", "float_tail", "gemmlowp", "three_stage", "i16x8", "shift_only"]
PRINTS_BADLY = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ufffd]")
# Errors that are about the file as a whole, or a limit: there is no node to name.
OF_THE_FILE = ("cannot be parsed", "has no graph", "found opset", "which opset it uses", "the graph has no outputs", "has no name", "out of memory", "no samples",
               "cannot read the file", "the input has no", "has no layers", "has no inputs")
# Errors that are about the options: no model has been read.
OF_THE_OPTIONS = "leave --activations out, or take another target"


@dataclasses.dataclass
class Hostile:
    """A model as a file's bytes, and what was done to make it hostile."""
    kind: str
    data: bytes


@dataclasses.dataclass
class Finding:
    index: int
    kind: str
    command: str
    problem: str
    said: str

    def __str__(self):
        return f"{self.index} ({self.kind}): {self.command}: {self.problem}\n      {self.said[:600]!r}"


@dataclasses.dataclass
class Tried:
    findings: list
    imported: bool
    converted: bool


def quantized(seed, index, random):
    """One of the random quantized graphs, of some ten nodes."""
    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        Pack([make(seed, index, random.choice(TARGETS))]).save(file.name)
        return onnx.load(file.name)


def hostile(seed, index):
    """The model of that number; depends on nothing else."""
    random = randoms.Random(f"{seed}:{index}")
    if random.random() < 0.15:
        kind, model = bomb(random)
        return Hostile(kind, model.SerializeToString())
    model, kinds = quantized(seed, index, random) if random.random() < 0.3 else valid(random), []
    for _ in range(random.choice([1, 1, 1, 2, 3])):
        damage = random.choice(DAMAGES)
        kinds.append(damage.__name__)
        damage(random, model)
    data = model.SerializeToString()
    if random.random() < 0.1:
        kinds.append("damage_bytes")
        data = damage_bytes(random, data)
    return Hostile("+".join(kinds), data)


def plant(folder, model):
    """The model, beside and outside what its external data may lead to."""
    folder = pathlib.Path(folder) / "models"
    (folder / "folder").mkdir(parents=True)
    (folder / "m.onnx").write_bytes(model.data)
    (folder / "beside.bin").write_bytes(bytes(range(64)))
    (folder.parent / "outside.bin").write_bytes(bytes(64))
    (folder / "link.bin").symlink_to("../outside.bin")
    return folder


def names(data):
    """Every name in the model, as far as it can be read."""
    try:
        model = onnx.ModelProto.FromString(data)
    except Exception:  # protobuf's own, of several kinds
        return set()
    graph = model.graph
    found = {each.name for each in [*graph.node, *graph.initializer, *graph.input, *graph.output]}
    return found | {name for node in graph.node for name in [*node.output, *node.input]} - {""}


def limited():
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def contents(folder):
    return {path.relative_to(folder) for path in folder.rglob("*")}


class Trial:
    """Runs commands in `folder`, and collects what is wrong."""

    def __init__(self, index, model, folder):
        self.index, self.model, self.folder, self.findings = index, model, folder, []
        self.names = names(model.data)
        self.files = contents(folder.parent)

    def problem(self, command, problem, said):
        self.findings.append(Finding(self.index, self.model.kind, " ".join(command), problem, said))

    def run(self, *command, output=None):
        """Whether it succeeded. Everything is judged that holds of every command."""
        command = list(map(str, command))
        try:
            done = subprocess.run([BIN / "tare", *command], cwd=self.folder, capture_output=True, timeout=SECONDS, preexec_fn=limited, stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired:
            self.problem(command, f"more than {SECONDS} s", "")
            return None
        self.judge(command, done.returncode, done.stderr.decode(errors="replace"), output)
        return done if done.returncode == 0 else None

    def judge(self, command, code, said, output):
        lines = said.splitlines()
        if code not in (0, 1):
            self.problem(command, f"exit code {code}", said)
        elif any(mark in said for mark in (*CRASHES, "this is a bug in Tare")):
            self.problem(command, "an undressed error", said)
        elif code == 1 and (len(lines) != 1 or not said.startswith("tare: error: ") or not said.endswith("\n")):
            self.problem(command, "an error that is not one line", said)
        elif code == 0 and any(not line.startswith("tare: ") or line.startswith("tare: error") for line in lines):
            self.problem(command, "messages without the tool's name", said)
        elif PRINTS_BADLY.search(said):
            self.problem(command, "a message with characters that do not print", said)
        elif code == 1 and OF_THE_OPTIONS in said:
            pass
        elif code == 1 and not any(pathlib.Path(each).name in said for each in command if pathlib.Path(each).suffix in (".onnx", ".tare", ".npz")):
            self.problem(command, "an error that names no file", said)
        elif code == 1 and self.about_nothing(said):
            self.problem(command, "an error that names neither node nor value", said)
        self.left_behind(command, code, output)

    def about_nothing(self, said):
        """Whether an error does not say where in the model (or in which of its files) it is."""
        if any(phrase in said for phrase in OF_THE_FILE):
            return False
        return not re.search(r"'[^']*'", said.partition("error: ")[2])

    def left_behind(self, command, code, output):
        """What was not there before; an output belongs there after a success alone."""
        allowed = {self.folder.name / pathlib.Path(output)} if output and code == 0 else set()
        left = contents(self.folder.parent) - self.files - allowed
        if left:
            self.problem(command, f"left behind: {sorted(map(str, left))}", "")
        if allowed - contents(self.folder.parent):
            self.problem(command, "no output", "")
        self.files |= allowed | left


def samples(described, path):
    """Two samples of each input, or None where they would be large."""
    arrays = {}
    for port in described["inputs"]:
        shape = samples_shape(port["shape"], 2)
        if np.prod(shape, dtype=float) > 1e6 or not port["name"] or "/" in port["name"] or "\0" in port["name"] or len(port["name"]) > 200:
            return None
        arrays[port["name"]] = np.ones(shape, port["type"])
    np.savez(path, **arrays)
    return path


def tried(seed, index):
    """What comes of one model."""
    model, random = hostile(seed, index), randoms.Random(f"{seed}:{index}:options")
    with tempfile.TemporaryDirectory(prefix="tare-hostile-") as scratch:
        folder = plant(scratch, model)
        trial = Trial(index, model, folder)
        shown = trial.run("inspect", "m.onnx", "--json")
        options = ["--target", random.choice(TARGETS)]
        if random.random() < 0.2:
            options += random.choice([["--strip-io", "quantize,dequantize,transpose,concat"], ["--no-repair"], ["--emit", "mlir:qdq"], ["--emit", "mlir:import"],
                                      ["--activations", "i16"], ["--method", "mse"]])
        # What ends before the ranges takes no data.
        calibration = [] if "mlir:import" in options else ["--random-calibration", "--samples", "2"]
        output = "out.mlir" if "--emit" in options else "out.tare"
        converted = trial.run("convert", "m.onnx", *calibration, *options, "-o", output, output=output)
        program = output if converted and "--emit" not in options else None
        if program:
            trial.run("inspect", program)
        data = shown and with_samples(trial, shown)
        if data:
            trial.run("run", "m.onnx", "--inputs", data, "--outputs", "float.npz", output="float.npz")
        if data and program:
            trial.run("run", program, "--inputs", data, "--outputs", "fixed.npz", output="fixed.npz")
        # What most models need not go through.
        if random.random() < 0.2:
            trial.run("calibrate", "m.onnx", "--random-calibration", "--samples", "2", "-o", "ranges.json", output="ranges.json")
        if data and program and random.random() < 0.2:
            trial.run("compare", "m.onnx", program, "--inputs", data)
            trial.run("evaluate", "m.onnx", program, "--data", data, "--metric", "cosine")
            trial.run("explain", "m.onnx", program, "--inputs", data, "--samples", "1", "--top", "2")
            trial.run("verify", program)
        return Tried(trial.findings, shown is not None, converted is not None)


def with_samples(trial, shown):
    with contextlib.suppress(OSError, ValueError, TypeError):
        path = samples(json.loads(shown.stdout), trial.folder.parent / "data.npz")
        trial.files |= contents(trial.folder.parent)
        return path

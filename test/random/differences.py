"""Converts packs of random graphs, runs them, and tells which graphs are not what ONNX computes, or not what is proven of them."""
import collections
import concurrent.futures
import contextlib
import dataclasses
import functools
import json
import multiprocessing
import os
import pathlib
import re
import tempfile

import numpy as np
from onnxruntime.capi import onnxruntime_pybind11_state as onnxruntime_errors

from builder import SAMPLES
from csource import Program, differing, drawn, emitted
from harness import ROOT, load, reference, tare
from proofs import check_program
from quantized_graphs import Pack, make

# Repairs whose cost the graphs' bounds hold already.
EXPECTED = ("ConstantRounded", "FinerOperand")
# Repairs of all scales of a model (A52), whichever layer needs them: they name one alone.
OF_ALL = ("PowersOfTwo", "HitScales")
# A warning of what one grid costs a constant; more than a step is its far numbers, which are cut off where that is the least squared error.
CUT_OFF, HELD = "CoarseConstant", 1.0
# Below this a graph's elements are too few for their mean difference to mean anything.
COUNTED = 24


@dataclasses.dataclass
class Finding:
    """A graph that is refused or wrong."""
    target: str
    index: int
    what: str

    def __str__(self):
        return f"{self.target}:{self.index}: {self.what}"


@dataclasses.dataclass
class Summary:
    graphs: int = 0
    # Graphs that the tool said it repaired, with a cost that their bounds do not hold: their numbers are not compared.
    repaired: int = 0
    findings: list = dataclasses.field(default_factory=list)

    def joined(self, other):
        return Summary(self.graphs + other.graphs, self.repaired + other.repaired, self.findings + other.findings)


def difference(value, expected, found):
    """Why `found` is wrong; nothing where it may be."""
    if found.dtype != expected.dtype or found.shape != expected.shape:
        return f"'{value.name}' is {found.dtype} {list(found.shape)}, not {expected.dtype} {list(expected.shape)}"
    off = np.zeros(expected.shape)
    differ = found != expected  # Infinities may be equal.
    off[differ] = np.abs(found[differ].astype(np.float64) - expected[differ].astype(np.float64))
    if not off.size:
        return None
    slack = 1e-5 * (1 + np.abs(np.nan_to_num(expected.astype(np.float64), posinf=0, neginf=0)))
    # A NaN is no more than anything, and no less.
    if not np.all(off <= value.error + slack):
        worst = int(np.argmax(off - slack))
        return (f"'{value.name}' is {found.flat[worst]:g}, not {expected.flat[worst]:g}, at element {worst}: off by {off.flat[worst]:g}, "
                f"where {value.error:g} is possible")
    # Many elements may be the same number: all of them, or none, next to a tie.
    _, group = np.unique(expected, return_inverse=True)
    count = group.max() + 1
    mean = (np.bincount(group.ravel(), off.ravel()) / np.bincount(group.ravel())).mean()
    if count >= COUNTED and mean > 3 * value.typical + value.error * 2 / count + slack.max():
        return f"'{value.name}' is off by {mean:g} in the mean, where {3 * value.typical:g} is likely"
    return None


def _graphs_named(text):
    return {int(number) for number in re.findall(r"\bg(\d+)_", text)}


def _differences(pack, expected, found, changed=()):
    for graph in pack.graphs:
        wrong = [difference(value, expected[name], found[name]) if name in found else f"'{name}' is missing"
                 for name, value in graph.outputs.items() if graph.index not in changed]
        if any(wrong):
            yield graph.index, next(filter(None, wrong))


#: Operators that the host computes without rounding once more: what it makes is quantized where the model does, or was before.
ONCE_ON_HOST = ["conv", "conv_transpose", "linear", "mul", "average_pool", "reduce_mean", "softmax", "concat", "slice", "transpose", "resize", "normalize"]


@dataclasses.dataclass
class Check:
    """What is done with graphs of one seed on one target, in a folder of its own. Each `verify`-th graph is proven as well, each
    `reference`-th pack also run as a whole by ONNX Runtime, which must agree with the graphs' own numbers, and each `c`-th pack also as C, which
    must give the program's bytes; of each `qdq`-th pack the program of
    the QDQ export must compute the same. Where the target `lacks` an operator, another for each pack, the host computes what it would."""
    seed: int
    target: str
    folder: pathlib.Path
    verify: int = 20
    reference: int = 10
    c: int = 0
    qdq: int = 0
    lacks: bool = False

    def pack(self, indices):
        """The findings in graphs that are converted side by side."""
        pack = Pack([make(self.seed, index, self.target) for index in indices])
        summary = self.compare(pack)
        if self.reference and indices[0] // len(indices) % self.reference == 0:
            summary.findings += self.run_elsewhere(pack)
        proven = [graph for graph in pack.graphs if self.verify and graph.index % self.verify == 0]
        if proven:
            summary.findings += self.prove(Pack(proven))
        return summary

    def compare(self, pack):
        """Where the pack is refused, or one graph's repair changed the others' scales too, each of its graphs alone."""
        program, refusal, changed = self.convert(pack, "pack")
        if (program is None or changed is None) and len(pack.graphs) > 1:
            return functools.reduce(Summary.joined, (self.compare(Pack([graph])) for graph in pack.graphs))
        if program is None:
            return Summary(1, 0, [self.finding(pack.graphs[0].index, refusal)])
        outputs = program.with_suffix(".out.npz")
        done = tare("run", program, "--inputs", program.with_suffix(".data.npz"), "--outputs", outputs, check=False)
        if done.returncode:
            return Summary(len(pack.graphs), 0, [self.finding(pack.graphs[0].index, "does not run: " + done.stderr.strip())])
        wrong = [*_differences(pack, pack.expected(), load(outputs), changed), *self.wrong_in_c(pack, program), *self.wrong_on_return(pack, program, changed)]
        return Summary(len(pack.graphs), len(changed), [self.finding(*each) for each in wrong])

    def wrong_in_c(self, pack, program):
        """The graphs of which the C source gives other bytes than the program, on numbers from all over."""
        first = pack.graphs[0].index
        if not self.c or first // len(pack.graphs) % self.c:
            return
        runtime, library = Program(program), emitted(program, program.with_suffix(".c")).compiled()
        for inputs in (list(drawn(runtime.inputs, np.random.default_rng([self.seed, first, k]))) for k in range(SAMPLES)):
            for name in differing(runtime, library, inputs):
                yield min(_graphs_named(name)), f"'{name}' is another in C"

    def wrong_on_return(self, pack, program, changed):
        """Where the program that is made of the QDQ export computes something else than ONNX Runtime. (Its layers may come in another order where a
        value has several quantizers.)"""
        first = pack.graphs[0].index
        if not self.qdq or first // len(pack.graphs) % self.qdq:
            return
        options = ["--target", self.description(pack), "--allow-uncalibrated"]
        export, again, outputs = (program.with_suffix(ending) for ending in (".qdq.onnx", ".again.tare", ".again.npz"))
        data = program.with_suffix(".data.npz")
        for arguments in (("convert", program.with_suffix(".onnx"), "--calibration", data, *options, "--emit", "qdq-onnx", "-o", export),
                          ("convert", export, *options, "--check", 0, "-o", again), ("run", again, "--inputs", data, "--outputs", outputs)):
            done = tare(*arguments, check=False)
            if done.returncode:
                yield first, "does not come back of its QDQ export: " + done.stderr.strip()
                return
        for index, what in _differences(pack, pack.expected(), load(outputs), changed):
            yield index, "behind its QDQ export: " + what

    def convert(self, pack, name, *arguments):
        """The program, or None and why not; and the numbers of the graphs that were repaired at a cost: None for all of the pack."""
        model, program = self.folder / f"{name}.onnx", self.folder / f"{name}.tare"
        pack.save(model)
        np.savez(program.with_suffix(".data.npz"), **pack.data())
        done = tare("convert", model, "--calibration", program.with_suffix(".data.npz"), "--target", self.description(pack), "--allow-uncalibrated",
                    "--check", "0", "--json", *arguments, "-o", program, check=False)
        if done.returncode:
            return None, "refused: " + done.stderr.strip(), set()
        told = json.loads(done.stdout)
        repairs = [each for each in told["repairs"] if each["kind"] not in EXPECTED]
        cut_off = [each["layer"] for each in told["warning_details"] if each["kind"] == CUT_OFF and each["cost"] > HELD]
        together = len(pack.graphs) > 1 and any(each["kind"] in OF_ALL for each in repairs)
        return program, None, None if together else _graphs_named(json.dumps([repairs, cut_off]))

    def description(self, pack):
        """The target, or a file of one that lacks an operator, another for each pack."""
        if not self.lacks:
            return self.target
        operators = json.loads(tare("target", "show", self.target, "--json").stdout)["operators"]
        missing = np.random.default_rng([self.seed, pack.graphs[0].index]).choice(ONCE_ON_HOST)
        path = self.folder / "board.yaml"
        path.write_text((ROOT / f"targets/{self.target}.yaml").read_text() + f"\noperators: {json.dumps({name: types for name, types in operators.items() if name != missing})}\n")
        return path

    def run_elsewhere(self, pack):
        """Where ONNX Runtime has a kernel for every node it must compute what the graphs' makers did."""
        path = self.folder / "reference.onnx"
        pack.save(path)
        try:
            found = reference(path, pack.data(), threads=1)
        except onnxruntime_errors.NotImplemented:
            graphs = pack.graphs if len(pack.graphs) > 1 else []
            return [finding for graph in graphs for finding in self.run_elsewhere(Pack([graph]))]
        wrong = _differences(pack, pack.expected(), found)
        return [self.finding(index, "ONNX Runtime: " + what) for index, what in wrong]

    def prove(self, pack):
        program, _, changed = self.convert(pack, "proven")
        if program is None:
            return []  # `compare` has told of it.
        changed = {graph.index for graph in pack.graphs} if changed is None else changed
        found = check_program(program, program.with_suffix(".data.npz"), self.folder, changed)
        return [self.finding(min(_graphs_named(what), default=pack.graphs[0].index), what) for what in found]

    def finding(self, index, what):
        return Finding(self.target, index, what)


@contextlib.contextmanager
def scratch(kept=None):
    """The folder `kept`, or one that is deleted: in memory where that can be, as golden vectors are many small files."""
    if kept:
        pathlib.Path(kept).mkdir(parents=True, exist_ok=True)
        yield pathlib.Path(kept)
        return
    memory = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield pathlib.Path(folder)


def _check_in(folder, seed, target, indices, **options):
    """One pack, in a folder of this process."""
    own = pathlib.Path(folder) / str(os.getpid())
    own.mkdir(exist_ok=True)
    return Check(seed, target, own, **options).pack(indices)


def check(seed, indices, target, folder, in_a_pack=40, **options):
    """All graphs of `indices` on `target`."""
    indices = list(indices)
    job = Check(seed, target, pathlib.Path(folder), **options)
    packs = (indices[first:first + in_a_pack] for first in range(0, len(indices), in_a_pack))
    return functools.reduce(Summary.joined, map(job.pack, packs), Summary())


def check_all(seed, indices, targets, folder, jobs, in_a_pack=40, **options):
    """The same on several targets, by so many processes: (target, summary) of each pack, as they are done."""
    indices = list(indices)
    packs = [indices[first:first + in_a_pack] for first in range(0, len(indices), in_a_pack)]
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(jobs, context) as pool:
        running = {pool.submit(_check_in, folder, seed, target, pack, **options): target for target in targets for pack in packs}
        for done in concurrent.futures.as_completed(running):
            yield running.pop(done), done.result()


def kinds(findings):
    """Findings by what they say, numbers and names aside, most frequent first."""
    plain = lambda text: re.sub(r"[-+]?\d[\d.e+-]*", "#", re.sub(r"'[^']*'", "'..'", text))
    return collections.Counter(plain(finding.what.splitlines()[0]) for finding in findings).most_common()

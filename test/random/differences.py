"""Converts packs of random graphs, runs them, and tells which graphs are not what ONNX Runtime computes."""
import collections
import dataclasses
import json
import pathlib
import re

import numpy as np

from harness import load, reference, tare
from quantized_graphs import Pack, make

# Repairs whose cost the graphs' bounds hold already.
EXPECTED = ("ConstantRounded",)
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

    def add(self, other):
        self.graphs += other.graphs
        self.repaired += other.repaired
        self.findings += other.findings


def difference(value, expected, found):
    """Why `found` is wrong; nothing where it may be."""
    if found.dtype != expected.dtype or found.shape != expected.shape:
        return f"'{value.name}' is {found.dtype} {list(found.shape)}, not {expected.dtype} {list(expected.shape)}"
    off = np.abs(found.astype(np.float64) - expected.astype(np.float64))
    if not off.size:
        return None
    slack = 1e-5 * (1 + np.abs(expected.astype(np.float64)))
    if np.any(off > value.error + slack):
        worst = int(np.argmax(off - slack))
        return (f"'{value.name}' is {found.flat[worst]:g}, not {expected.flat[worst]:g}, at element {worst}: off by {off.flat[worst]:g}, "
                f"where {value.error:g} is possible")
    if off.size >= COUNTED and off.mean() > 3 * value.typical + value.error * 2 / off.size + slack.max():
        return f"'{value.name}' is off by {off.mean():g} in the mean, where {3 * value.typical:g} is likely"
    return None


def _graphs_named(text):
    return {int(number) for number in re.findall(r"\bg(\d+)_", text)}


def _compare(pack, model, program, changed, target):
    np.savez(model.with_suffix(".data.npz"), **pack.data())
    outputs = program.with_suffix(".out.npz")
    done = tare("run", program, "--inputs", model.with_suffix(".data.npz"), "--outputs", outputs, check=False)
    if done.returncode:
        return [Finding(target, graph.index, "does not run: " + done.stderr.strip()) for graph in pack.graphs[:1]]
    expected, found = reference(model, pack.data()), load(outputs)
    findings = []
    for graph in pack.graphs:
        if graph.index in changed:
            continue
        for name, value in graph.outputs.items():
            wrong = difference(value, expected[name], found[name]) if name in found else f"'{name}' is missing"
            if wrong:
                findings.append(Finding(target, graph.index, wrong))
                break
    return findings


def check_pack(pack, target, folder):
    """The findings in one pack. Where it is refused, each of its graphs alone."""
    model, program = folder / "pack.onnx", folder / "pack.tare"
    pack.save(model)
    np.savez(folder / "calibration.npz", **pack.data())
    done = tare("convert", model, "--calibration", folder / "calibration.npz", "--target", target, "--allow-uncalibrated", "--check", "0",
                "--json", "-o", program, check=False)
    if done.returncode:
        if len(pack.graphs) == 1:
            return Summary(1, 0, [Finding(target, pack.graphs[0].index, "refused: " + done.stderr.strip())])
        summary = Summary()
        for graph in pack.graphs:
            summary.add(check_pack(Pack([graph]), target, folder))
        return summary
    said = json.loads(done.stdout)
    changed = _graphs_named(json.dumps([each for each in said["repairs"] if each["kind"] not in EXPECTED]))
    return Summary(len(pack.graphs), len(changed), _compare(pack, model, program, changed, target))


def check(seed, indices, target, folder, in_a_pack=40):
    """All graphs of `indices` on `target`."""
    summary, indices = Summary(), list(indices)
    for first in range(0, len(indices), in_a_pack):
        graphs = [make(seed, index, target) for index in indices[first:first + in_a_pack]]
        summary.add(check_pack(Pack(graphs), target, pathlib.Path(folder)))
    return summary


def kinds(findings):
    """Findings by what they say, numbers and names aside, most frequent first."""
    plain = lambda text: re.sub(r"[-+]?\d[\d.e+-]*", "#", re.sub(r"'[^']*'", "'..'", text))
    return collections.Counter(plain(finding.what.splitlines()[0]) for finding in findings).most_common()

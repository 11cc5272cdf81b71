#!/usr/bin/env python3
"""Real models: convert, run and score them, and print a table.

usage: zoo.py [MODEL ...] [--samples N] [--out FOLDER] [-- CONVERT OPTIONS]

The models, prepare.py and score.py are in the folder $TARE_MODELS (or ../shared/models beside the repository). Without
MODEL, those that INDEX.md lists as classifiers. Everything made from them goes to FOLDER (build/zoo), never into the project.
"""
import argparse
import dataclasses
import functools
import json
import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import onnx

from harness import BIN, MODELS, ROOT, load


def listed(family):
    """The models of a family in INDEX.md's table of float models."""
    rows = re.findall(r"^\| *([^|]+?) *\| *([^|]+?) *\|", (MODELS / "INDEX.md").read_text(), re.MULTILINE)
    return [name for names, kind in rows if kind == family for name in names.split(", ")]


def models():
    """The files of all models, float and quantized."""
    return sorted(MODELS.glob("onnx/*.onnx")) + sorted(MODELS.glob("qdq/*.onnx"))


@dataclasses.dataclass
class Measured:
    """What running a tool cost."""
    seconds: float
    megabytes: float


# A process that starts out small: a child's peak memory is never below what its parent had when it forked.
LAUNCHER = """
import json, os, subprocess, sys, time
start = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), time.perf_counter() - start, usage.ru_maxrss / 1024]))
"""


def measure(*arguments):
    """Runs `tare`, which must succeed."""
    command = [str(BIN / "tare"), *map(str, arguments)]
    done = subprocess.run([sys.executable, "-c", LAUNCHER, *command], capture_output=True, text=True, check=True)
    code, seconds, megabytes = json.loads(done.stdout)
    if code:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
    return Measured(seconds, megabytes)


def name_after_inputs(path, model):
    """prepare.py may call an array otherwise than the model calls its input: the one that is left over has the data of the one that is missing."""
    graph, arrays = onnx.load(model).graph, load(path)
    inputs = {each.name for each in graph.input} - {each.name for each in graph.initializer}
    missing, over = inputs - set(arrays), set(arrays) - inputs - {"labels"}
    if len(missing) == len(over) == 1:
        arrays[missing.pop()] = arrays.pop(over.pop())
        np.savez(path, **arrays)


class ZooModel:
    """One model with its data, in a working folder; each result is made when first asked for."""

    def __init__(self, name, folder, samples=None, options=()):
        self.name, self.folder, self.samples, self.options = name, pathlib.Path(folder), samples, options
        self.model = next(p for p in models() if p.stem == name)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.calibration, self.test = (self.folder / f"{name}.{kind}.npz" for kind in ("calib", "test"))
        if not self.test.exists():
            subprocess.run([sys.executable, MODELS / "prepare.py", self.folder, name], check=True, stdout=subprocess.DEVNULL)
            for path in (self.calibration, self.test):
                name_after_inputs(path, self.model)
        if samples:
            short = self.folder / f"{name}.test{samples}.npz"
            np.savez(short, **{key: value[:samples] for key, value in load(self.test).items()})
            self.test = short

    @functools.cached_property
    def calibrated(self):
        """The ranges file, and what calibrating cost."""
        ranges = self.folder / f"{self.name}.ranges.json"
        # A method is calibration's own option; the others are convert's.
        method = [v for o, v in zip(self.options, self.options[1:]) if o == "--method"]
        return ranges, measure("calibrate", self.model, "--calibration", self.calibration,
                               *(("--method", method[0]) if method else ()), "-o", ranges)

    def convert(self, output, *arguments):
        rest = list(self.options)
        if "--method" in rest:
            del rest[rest.index("--method"):][:2]
        return measure("convert", self.model, "--calibration", self.calibrated[0], *rest, *arguments, "-o", output)

    @functools.cached_property
    def program(self):
        """The program, and what everything but calibrating cost."""
        path = self.folder / f"{self.name}.tare"
        return path, self.convert(path)

    @functools.cached_property
    def ir(self):
        path = self.folder / f"{self.name}.npu.mlir"
        self.convert(path, "--emit", "mlir:npu")
        return path

    def run(self, model, kind, *arguments):
        """The file of a model's outputs on the test samples."""
        path = self.folder / f"{self.name}.{kind}{self.samples or ''}.npz"
        measure("run", model, "--inputs", self.test, "--outputs", path, *arguments)
        return path

    def score(self, outputs, *reference):
        done = subprocess.run([sys.executable, MODELS / "score.py", self.name, self.test, outputs, *reference],
                              check=True, capture_output=True, text=True)
        return json.loads(done.stdout)


def row(model):
    reals, integers = model.run(model.model, "float"), model.run(model.program[0], "integer")
    real, integer = model.score(reals), model.score(integers, reals)
    output = next(v for v in integer.values() if isinstance(v, dict))
    ranges, calibrating = model.calibrated
    path, converting = model.program
    top1 = lambda score: f"{score['top1']:.4f}" if "top1" in score else "–"
    lost = f"{100 * (real['top1'] - integer['top1']):+.2f}" if "top1" in real else "–"
    return [model.name, str(real["samples"]), top1(real), top1(integer), lost, f"{output['sqnr_db']:.1f}",
            f"{path.stat().st_size / 1024:.0f}", f"{calibrating.seconds:.2f}", f"{converting.seconds:.2f}",
            f"{max(calibrating.megabytes, converting.megabytes):.0f}"]


def main():
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options = sys.argv[end + 1:]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("models", nargs="*")
    parser.add_argument("--samples", type=int, help="of the test split; all unless told otherwise")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build/zoo")
    arguments = parser.parse_args(sys.argv[1:end])
    if not (MODELS / "INDEX.md").exists():
        sys.exit(f"error: no models in {MODELS}; set TARE_MODELS")
    header = ["model", "samples", "float top1", "integer top1", "points lost", "SQNR dB", "program KiB", "calibrate s", "rest s", "peak MiB"]
    print("| " + " | ".join(header) + " |\n|" + "---|" * len(header), flush=True)
    for name in arguments.models or listed("classifiers"):
        try:
            print("| " + " | ".join(row(ZooModel(name, arguments.out, arguments.samples, options))) + " |", flush=True)
        except RuntimeError as error:
            print(f"| {name} | failed: {' '.join(str(error).splitlines()[1:])} |", flush=True)


if __name__ == "__main__":
    main()

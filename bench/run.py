#!/usr/bin/env python3
"""Measures Tare against its peers: see README.md beside this file.

usage: run.py [SECTION ...] [--quick] [--only MODEL ...]

Sections: run, float, calibrate, convert, kernels (default: all of them). Writes results.json, report.md and its figures to the folder OUT.
"""
import argparse
import itertools
import json
import os
import pathlib
import sys

import architectures
import calibrating
import converting
import cost_tables
import floating
import kernels
import machine
import plots
import running
import tables
from subjects import Skipped, Tools, subjects, wheels
from timing import Effort

ROOT = pathlib.Path(__file__).resolve().parents[1]


class Report:
    """Results so far, written anew after each row: who stops a long run keeps what it had."""

    def __init__(self, out, tare):
        self.out, self.results, self.texts = out, {"machine": machine.describe(tare)}, {}
        self.skipped, self.figures = {}, {}

    def section(self, key, title, table, plot=None):
        self.results.setdefault(key, [])
        self.skipped.setdefault(key, [])
        self.texts[key] = (title, table, plot)

    def add(self, key, row):
        self.results[key].append(row)
        self.write()

    def skip(self, key, name, why):
        print(f"SKIPPED {name}: {why}", file=sys.stderr)
        self.skipped[key].append((name, str(why)))
        self.write()

    def markdown(self):
        parts = ["# Tare's benchmarks", machine.sentence(self.results["machine"])]
        for key, (title, table, _) in self.texts.items():
            parts.append(f"## {title}")
            if self.results[key]:
                parts.append(table(self.results[key]))
                if key in self.figures:
                    parts.append(self.figures[key])
            if self.skipped[key]:
                parts.append("Not measured:\n\n" + tables.skipped(self.skipped[key]))
        return "\n\n".join(parts) + "\n"

    def draw(self):
        """Draws the figures of the sections so far."""
        for key, (_, _, plot) in self.texts.items():
            if plot and self.results[key]:
                self.figures[key] = plot(self.results[key], self.out)
        self.write()

    def write(self):
        (self.out / "results.json").write_text(json.dumps({**self.results, "skipped": self.skipped}, indent=1))
        (self.out / "report.md").write_text(self.markdown())


def attempt(report, key, name, measure):
    """Adds a row, or says why there is none; `measure` takes a function that reports what is missing of the row."""
    try:
        row = measure(lambda what, why: report.skip(key, f"{name}, {what}", why))
    except (Skipped, RuntimeError) as why:
        return report.skip(key, name, why)
    report.add(key, row)
    print(f"{key}: {name}", flush=True)


def run(report, tools, options, effort):
    report.section("run", "Running", tables.running, plots.running)
    for subject in subjects(tools, options.models, options.only):
        try:
            subject.make()
        except Skipped as why:
            report.skip("run", subject.name, why)
            continue
        for batch, threads in itertools.product(options.batches, options.threads):
            attempt(report, "run", f"{subject.name}, batch {batch}, {threads} threads",
                    lambda skip: running.measure(subject, batch, threads, effort))


def run_float(report, tools, options, effort):
    report.section("float", "Float evaluation", tables.floating)
    found = [s for s in subjects(tools, options.models, options.only) + wheels(tools, options.only) if s.float]
    for subject, threads in itertools.product(found[:2] if options.quick and not options.only else found, options.threads):
        attempt(report, "float", f"{subject.name}, {threads} threads", lambda skip: floating.measure(subject, threads, options.quick))


def calibrate(report, tools, options, effort):
    report.section("calibrate", "Calibration", cost_tables.calibration)
    report.section("memory", "Calibration: memory against samples", cost_tables.memory, plots.memory)
    names = [n for n in calibrating.NETWORKS if n in options.only or not options.only]
    if options.quick and not options.only:
        names = names[:2]
    found = {s.name: s for s in subjects(tools, options.models) if s.name in names}
    for name, threads in itertools.product(names, options.threads):
        if name not in found:
            report.skip("calibrate", name, "no such model in the folder of trained models")
            continue
        attempt(report, "calibrate", f"{name}, {threads} threads",
                lambda skip: calibrating.measure(found[name], threads, options.quick, skip))
    if calibrating.MEMORY_NETWORK in found:
        for samples in calibrating.MEMORY_SAMPLES[:1 if options.quick else None]:
            attempt(report, "memory", f"{samples} samples",
                    lambda skip: calibrating.measure_memory(found[calibrating.MEMORY_NETWORK], samples, skip))


def convert(report, tools, options, effort):
    report.section("convert", "Conversion without calibration", cost_tables.conversion)
    report.section("dump", "Conversion: dumping the IR", cost_tables.dumping)
    report.section("scaling", "Conversion: cost against size", cost_tables.scaling, plots.scaling)
    for name in architectures.ARCHITECTURES:
        if name in options.only or not options.only and not (options.quick and name != "resnet50"):
            attempt(report, "convert", name,
                    lambda skip: converting.measure(converting.architecture_job(tools, name), options.quick, not options.quick))
    if converting.DUMPED in options.only or not options.only:
        attempt(report, "dump", converting.DUMPED,
                lambda skip: converting.measure_dump(converting.architecture_job(tools, converting.DUMPED), options.quick))
    if options.only:
        return
    if not options.quick:
        attempt(report, "convert", "a wide chain", lambda skip: converting.measure(
            converting.graph_job(tools, "chain", converting.WIDE_LAYERS, converting.WIDE_CHANNELS, external=True), False, False))
    for kind, layers in converting.lengths(options.quick):
        attempt(report, "scaling", f"{kind} of {layers} layers", lambda skip: converting.measure(
            converting.graph_job(tools, kind, layers), options.quick, layers <= converting.PEER_LAYERS and not options.quick))


def run_kernels(report, tools, options, effort):
    report.section("kernels", "Kernels", kernels.table)
    try:
        rows = kernels.measure(tools, options.quick)
    except Skipped as why:
        return report.skip("kernels", "all of them", why)
    for row in rows:
        report.add("kernels", row)


SECTIONS = {"run": run, "float": run_float, "calibrate": calibrate, "convert": convert, "kernels": run_kernels}


def numbers(text):
    return [int(n) for n in text.split(",")]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)}; all unless told otherwise")
    parser.add_argument("--quick", action="store_true", help="few rounds and small sizes: to see that it works")
    parser.add_argument("--only", nargs="+", default=[], metavar="MODEL", help="these models only")
    parser.add_argument("--threads", type=numbers, default=[1, 2], metavar="N,N", help="default: 1,2")
    parser.add_argument("--batches", type=numbers, default=[1, 32], metavar="N,N", help="default: 1,32")
    parser.add_argument("--models", type=pathlib.Path, default=os.environ.get("TARE_MODELS", ROOT.parent / "shared/models"),
                        help="folder of trained models (default: $TARE_MODELS, or shared/models beside the repository)")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build", help="where Tare is built")
    parser.add_argument("--out", type=pathlib.Path, help="default: BUILD/bench")
    options = parser.parse_args()
    unknown = sorted(set(options.sections) - set(SECTIONS))
    if unknown:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    options.models = pathlib.Path(options.models)
    options.out = options.out or options.build / "bench"
    return options


def main():
    options = parse()
    tools = Tools(options.build, options.out / "work")
    report = Report(options.out, tools.tare)
    for name in options.sections or SECTIONS:
        SECTIONS[name](report, tools, options, Effort.quick() if options.quick else Effort())
        report.draw()
    print("\n" + report.markdown())
    print(f"{options.out}/report.md, results.json")


if __name__ == "__main__":
    main()

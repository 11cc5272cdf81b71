#!/usr/bin/env python3
"""Accuracy where shifts are short and multipliers narrow: a table (Markdown) for each model.

usage: short_shifts.py [--tare build/bin/tare] [--rows N] [--shifts 8-31] [--bits 2,4,8,15] NAME=MODEL,CALIBRATION,TEST ...

Rows are targets whose shifts q lie in [0, N]; columns are the shift-only twin, then multipliers of so many bits with one shift, then
in three stages. Cells are top-1 accuracies in percent on the first rows of TEST, whose key `labels` has the classes; the model has one
output. Without models: examples/digits. All targets have 8-bit asymmetric activations and means with 15 bits of multiplier.
"""
import argparse
import pathlib
import subprocess
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]
TARGET = """name: {name}
activations:
  - type: i8
    symmetric: false
    accumulator_bits: 32
requantizer: {requantizer}
multiplier_bits: {bits}
mean_multiplier_bits: 15
shift:
  min: 0
  max: {most}
rounding: half_away
tail: activation
"""


def target(folder, requantizer, bits, most):
    path = folder / f"{requantizer}-{bits}-{most}.yaml"
    path.write_text(TARGET.format(name=path.stem, requantizer=requantizer, bits=bits, most=most))
    return path


class Model:
    """One network, calibrated once: with what every value loses at steps of powers of two."""

    def __init__(self, tare, folder, name, network, calibration, test, rows):
        self.tare, self.folder, self.name, self.network = tare, folder, name, network
        with np.load(test) as data:
            arrays = {key: data[key][:rows] for key in data.files}
        self.labels = arrays.pop("labels").reshape(-1)
        np.savez(folder / f"{name}.npz", **arrays)
        self.ranges = folder / f"{name}.json"
        self.run("calibrate", network, "--calibration", calibration, "--target", target(folder, "shift", 1, 31), "-o", self.ranges)

    def run(self, *arguments):
        return subprocess.run([str(self.tare), *map(str, arguments)], capture_output=True, text=True)

    def top1(self, executable):
        outputs = self.folder / "o.npz"
        done = self.run("run", executable, "--inputs", self.folder / f"{self.name}.npz", "--outputs", outputs)
        if done.returncode:
            raise SystemExit(done.stderr)
        with np.load(outputs) as found:
            scores = found[found.files[0]]
        return 100 * float((scores.reshape(len(scores), -1).argmax(1) == self.labels).mean())

    def cell(self, requantizer, bits, most):
        program = self.folder / "p.tare"
        done = self.run("convert", "-q", self.network, "--calibration", self.ranges, "--target",
                        target(self.folder, requantizer, bits, most), "-o", program)
        return f"{self.top1(program):.1f}" if done.returncode == 0 else "refused"


def table(model, shifts, widths):
    columns = [("shift", 1)] + [(kind, bits) for kind in ("multiply_shift", "three_stage") for bits in widths]
    titles = ["shifts only"] + [f"{bits} bits{', 3 stages' if kind == 'three_stage' else ''}" for kind, bits in columns[1:]]
    yield f"{model.name}: {model.top1(model.network):.1f} % in float, {len(model.labels)} samples"
    yield ""
    yield "| N | " + " | ".join(titles) + " |"
    yield "|" + "---|" * (len(titles) + 1)
    for most in shifts:
        yield f"| {most} | " + " | ".join(model.cell(*column, most) for column in columns) + " |"
    yield ""


def numbers(text):
    for part in text.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tare", type=pathlib.Path, default=ROOT / "build/bin/tare")
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--shifts", default="8-31")
    parser.add_argument("--bits", default="2,4,8,15")
    parser.add_argument("models", nargs="*")
    options = parser.parse_args()
    digits = ROOT / "examples/digits"
    default = f"digits={digits}/digits.onnx,{digits}/calibration.npz,{digits}/test.npz"
    with tempfile.TemporaryDirectory() as folder:
        for text in options.models or [default]:
            name, files = text.split("=", 1)
            model = Model(options.tare, pathlib.Path(folder), name, *files.split(","), options.rows)
            for line in table(model, list(numbers(options.shifts)), list(numbers(options.bits))):
                print(line, flush=True)


if __name__ == "__main__":
    main()

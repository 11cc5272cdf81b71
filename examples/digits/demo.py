#!/usr/bin/env python3
"""The demo: convert digits.onnx to an integer program, run both on the test split, and show what came out.

usage: demo.py [--tare BINARY] [--out FOLDER]      (`make demo` runs it; needs numpy)
"""
import argparse
import os
import subprocess
import sys
import time

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
MODEL, CALIBRATION, TEST = (os.path.join(HERE, name) for name in ("digits.onnx", "calibration.npz", "test.npz"))


def tare(binary, *arguments):
    """Shows the command as a user would type it, and runs it."""
    shown = [os.path.relpath(a) if os.path.isabs(a) else a for a in (binary, *arguments)]
    print("\n$", " ".join(shown), flush=True)
    start = time.perf_counter()
    code = subprocess.run([binary, *arguments]).returncode
    if code:
        sys.exit(f"error: {' '.join(shown)} ended with exit code {code}")
    return time.perf_counter() - start


def accuracy(outputs, labels):
    with np.load(outputs) as file:
        logits = file[file.files[0]].reshape(len(labels), -1)
    return float((logits.argmax(1) == labels).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tare", default=os.path.join(ROOT, "build/bin/tare"))
    parser.add_argument("--out", default=os.path.join(ROOT, "build/demo"))
    options = parser.parse_args()
    if not os.path.exists(options.tare):
        sys.exit(f"error: {options.tare} not found; build it first: make build")
    os.makedirs(options.out, exist_ok=True)
    program, real, integer = (os.path.join(options.out, name) for name in ("digits.tare", "float.npz", "integer.npz"))

    seconds = tare(options.tare, "convert", MODEL, "--calibration", CALIBRATION, "-o", program)
    tare(options.tare, "run", MODEL, "--inputs", TEST, "--outputs", real)
    tare(options.tare, "run", program, "--inputs", TEST, "--outputs", integer)
    tare(options.tare, "inspect", program)

    labels = np.load(TEST)["labels"]
    sizes = [os.path.getsize(f) for f in (MODEL, program)]
    print(f"\ntest samples      {len(labels)}"
          f"\nfloat accuracy    {accuracy(real, labels):.4f}"
          f"\ninteger accuracy  {accuracy(integer, labels):.4f}"
          f"\nmodel             {sizes[0]:,} bytes"
          f"\nprogram           {sizes[1]:,} bytes ({sizes[1] / sizes[0]:.0%})"
          f"\nconverted in      {seconds:.2f} s")


if __name__ == "__main__":
    main()

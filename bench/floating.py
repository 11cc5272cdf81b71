"""Float evaluation, which calibration is made of: `tare run MODEL.onnx` against ONNX Runtime's float, in turns.

Each is a process of its own. A sample's time is what one more sample takes: that of many samples less that of a few, by their
difference, so that neither side's start counts. Reading the samples and writing the results counts on Tare's side.
"""
import json
import pathlib
import statistics
import sys

import numpy as np

from subjects import Skipped
from timing import measure_process

FEW, MOST = 2, 4000
# So long should the samples take that are more.
SECONDS, QUICK_SECONDS = 1.0, 0.2
ROUNDS, QUICK_ROUNDS = 7, 2


def repeated(subject, count):
    """The subject's data, over and over up to `count` samples: an .npz."""
    path = subject.path(f".float{count}.npz")
    if not path.exists() or path.stat().st_mtime < subject.data.stat().st_mtime:
        data = np.load(subject.data)
        np.savez(path, **{name: np.take(data[name], np.arange(count) % len(data[name]), axis=0) for name in data})
    return path


def tare(subject, count, threads):
    """Seconds of `tare run` on so many samples."""
    return measure_process(subject.tools.tare, "run", subject.float, *subject.options, "--inputs", repeated(subject, count),
                           "--outputs", subject.path(".out.npz"), "--threads", threads, "-q").seconds


def peer(subject, count, threads):
    """Seconds of ONNX Runtime's runs on as many, in a loop."""
    script = pathlib.Path(__file__).with_name("peer_float.py")
    cost = measure_process(sys.executable, script, subject.float, repeated(subject, FEW), count, threads, json.dumps(subject.fixed))
    return json.loads(cost.output.splitlines()[-1])["seconds"]


def count_for(subject, threads, seconds):
    """How many samples take so long."""
    count = FEW
    while count < MOST:
        count = min(4 * count, MOST)
        each = (tare(subject, count, threads) - tare(subject, FEW, threads)) / (count - FEW)
        if each * count > seconds / 4:
            return max(FEW, min(MOST, round(seconds / each)))
    return count


def measure(subject, threads, quick):
    """One row: seconds of a sample on either side, in the median over the rounds."""
    if not subject.float:
        raise Skipped("it is quantized already")
    count = count_for(subject, threads, QUICK_SECONDS if quick else SECONDS)
    mine, theirs = [], []
    for _ in range(QUICK_ROUNDS if quick else ROUNDS):
        mine.append((tare(subject, FEW + count, threads) - tare(subject, FEW, threads)) / count)
        theirs.append(peer(subject, count, threads) / count)
    seconds, of_peer = statistics.median(mine), statistics.median(theirs)
    return {"model": subject.name, "threads": threads, "samples": count, "seconds": seconds, "peer_seconds": of_peer,
            "peer/tare": of_peer / seconds, "rounds": {"tare": mine, "peer": theirs}}

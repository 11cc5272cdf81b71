"""Float evaluation, which calibration is made of: `tare run MODEL.onnx` against ONNX Runtime's float, in turns.

Each is a process of its own, which reads the samples from a file and writes the results to one. Of Tare, a sample's time is what one more
sample takes: that of many samples less that of a few, by their difference; of the peer, that of all samples once its session stands. So
neither side's start counts.
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
    """What `tare run` costs on so many samples."""
    return measure_process(subject.tools.tare, "run", subject.float, *subject.options, "--inputs", repeated(subject, count),
                           "--outputs", subject.path(".out.npz"), "--threads", threads, "-q")


def peer(subject, count, threads):
    """What ONNX Runtime costs on as many."""
    script = pathlib.Path(__file__).with_name("peer_float.py")
    cost = measure_process(sys.executable, script, subject.float, repeated(subject, count), subject.path(".ort.npz"), count, threads, json.dumps(subject.fixed))
    return json.loads(cost.output.splitlines()[-1])


def count_for(subject, threads, seconds):
    """How many samples take so long."""
    count = FEW
    while count < MOST:
        count = min(4 * count, MOST)
        each = (tare(subject, count, threads).seconds - tare(subject, FEW, threads).seconds) / (count - FEW)
        if each * count > seconds / 4:
            return max(FEW, min(MOST, round(seconds / each)))
    return count


def measure(subject, threads, quick):
    """One row: seconds of a sample on either side, in the median over the rounds."""
    if not subject.float:
        raise Skipped("it is quantized already")
    try:
        return measured(subject, threads, quick)
    finally:
        # Samples of a second, many times over: of all networks together more than most disks have left.
        for file in [*subject.tools.work.glob(f"{subject.name}.float*.npz"), subject.path(".out.npz"), subject.path(".ort.npz")]:
            file.unlink(missing_ok=True)


def measured(subject, threads, quick):
    count = count_for(subject, threads, QUICK_SECONDS if quick else SECONDS)
    mine, theirs = [], []
    for _ in range(QUICK_ROUNDS if quick else ROUNDS):
        few, many = tare(subject, FEW, threads), tare(subject, FEW + count, threads)
        mine.append({"seconds": (many.seconds - few.seconds) / count, "cpu_seconds": (many.cpu_seconds - few.cpu_seconds) / count})
        theirs.append({kind: spent / count for kind, spent in peer(subject, count, threads).items()})
    row = {"model": subject.name, "threads": threads, "samples": count, "rounds": {"tare": mine, "peer": theirs}}
    for kind in ("seconds", "cpu_seconds"):
        ours, of_peer = (statistics.median(each[kind] for each in rounds) for rounds in (mine, theirs))
        row |= {kind: ours, f"peer_{kind}": of_peer, f"ratio_{kind}": of_peer / ours}
    return row

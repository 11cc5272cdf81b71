"""Running: Tare's program against ONNX Runtime, float and int8 of either kind, in turns in one process."""
import statistics

import numpy as np
import onnx

import batches
import peer
from subjects import Skipped
from tare_runtime import Library
from timing import Crowd, alternate, seconds_of

TARE, FLOAT, INT8, DYNAMIC = "tare", "ort float", "ort int8", "ort dynamic"


class TareSide:
    """Tare's program on contexts, which have threads of their own."""

    def __init__(self, subject):
        self.subject, self.library = subject, Library(subject.tools.runtime)

    def workers(self, count, threads):
        """So many contexts of so many threads."""
        program = self.library.load(self.subject.program)
        return [program.context(threads) for _ in range(count)]

    @staticmethod
    def bind(context, feeds):
        return context.bind(feeds)

    def batch(self, feeds, threads, singles):
        """All samples as one: a call, or None where the model does not take them so."""
        try:
            program = self.library.load(self.subject.batch_program(len(feeds)))
        except Skipped:
            return None
        together = batches.stacked(feeds)
        if any(together[name].shape != shape for name, shape in program.inputs.items()):
            return None
        call, results = program.context(threads).bind(together)
        call()
        return call if batches.agree(results, singles) else None


class PeerSide:
    """ONNX Runtime on one of the model's files, in sessions with threads of their own."""

    def __init__(self, path):
        self.path = path

    def workers(self, count, threads):
        return [peer.session(self.path, threads) for _ in range(count)]

    @staticmethod
    def bind(session, feeds):
        return peer.bind(session, feeds)

    def batch(self, feeds, threads, singles):
        """All samples as one: a call, or None where the model does not take them so."""
        model = batches.rebatched(onnx.load(self.path), len(feeds))
        try:
            call, results = peer.bind(peer.session(model.SerializeToString(), threads), batches.stacked(feeds))
        except Exception:  # whatever ONNX Runtime says of shapes that do not fit
            return None
        return call if batches.agree(results, singles) else None


def sample_by_sample(side, feeds, threads):
    """A call that runs all samples, and the arrays that it fills.

    Each thread has a worker of its own, and every so many-th sample; a single sample is one worker's that has all the threads.
    """
    workers = side.workers(1, threads) if len(feeds) == 1 else side.workers(threads, 1)
    bound = [side.bind(workers[i % len(workers)], f) for i, f in enumerate(feeds)]
    calls = [call for call, _ in bound]
    return Crowd([calls[t::len(workers)] for t in range(len(workers))]), [results for _, results in bound]


def contender(side, feeds, threads):
    """A side's faster way to run these samples: the call, its name, and the results."""
    call, results = sample_by_sample(side, feeds, threads)
    call()
    if len(feeds) == 1:
        return call, "one sample", results
    ways = {"sample by sample": call, "one batch": side.batch(feeds, threads, results)}
    tried = {name: min(seconds_of(way) for _ in range(3)) for name, way in ways.items() if way}
    best = min(tried, key=tried.get)
    return ways[best], best, results


def decibels(reference, results):
    """Signal to noise of results against the float ones, over all samples and outputs; infinite where they are equal."""
    signal = noise = 0.0
    for wanted, found in zip(reference, results):
        for name, values in wanted.items():
            signal += float(np.square(values, dtype=np.float64).sum())
            noise += float(np.square(values - found[name].reshape(values.shape), dtype=np.float64).sum())
    return 10 * float(np.log10(signal / noise)) if noise else float("inf")


def measure(subject, batch, threads, effort):
    """One row."""
    subject.make()
    feeds = subject.feeds(batch)
    files = {INT8: subject.qdq, DYNAMIC: subject.dynamic, FLOAT: subject.float}
    sides = {TARE: TareSide(subject)} | {name: PeerSide(path) for name, path in files.items() if path}
    contenders, ways, found = {}, {}, {}
    for name, side in sides.items():
        try:
            contenders[name], ways[name], found[name] = contender(side, feeds, threads)
        except Exception as error:  # whatever the peer stumbles over
            raise Skipped(f"{name}: {str(error).splitlines()[0][:200]}") from error
    measured = alternate(contenders, effort, pause=peer.SPINNING if threads > 1 else 0)
    per_sample = {name: [1e3 * s / batch for s in seconds] for name, seconds in measured.items()}
    row = {"model": subject.name, "batch": batch, "threads": threads, "macs": subject.macs, "rounds": len(measured[TARE]),
           "ways": ways, "milliseconds": {n: statistics.median(ms) for n, ms in per_sample.items()},
           "least": {n: min(ms) for n, ms in per_sample.items()},
           "quartiles": {n: statistics.quantiles(ms, n=4)[::2] for n, ms in per_sample.items()},
           "decibels": {n: decibels(found[FLOAT], found[n]) for n in (TARE, INT8, DYNAMIC) if n in found} if FLOAT in found else {}}
    row["ratios"] = {n: row["milliseconds"][n] / row["milliseconds"][TARE] for n in (FLOAT, INT8, DYNAMIC) if n in contenders}
    return row

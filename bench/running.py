"""Running: Tare's program against ONNX Runtime, float and int8, in turns in one process."""
import statistics

import numpy as np
import onnx

import batches
import peer
from subjects import Skipped
from tare_runtime import Library
from timing import Crowd, alternate, medians, seconds_of

TARE, FLOAT, INT8 = "tare", "ort float", "ort int8"


def samples_on_contexts(program, feeds, threads):
    """What `tare run` does with many samples: each thread has a context of its own, and runs every `threads`th sample.

    A single sample on several threads is one context that has as many.
    """
    if len(feeds) == 1:
        call, results = program.context(threads).bind(feeds[0])
        return call, [results]
    contexts = [program.context() for _ in range(threads)]
    bound = [contexts[i % threads].bind(f) for i, f in enumerate(feeds)]
    return Crowd([[call for call, _ in bound[t::threads]] for t in range(threads)]), [results for _, results in bound]


def samples_on_sessions(path, feeds, threads):
    """The same with ONNX Runtime."""
    if len(feeds) == 1:
        call, results = peer.bind(peer.session(path, threads), feeds[0])
        return call, [results]
    sessions = [peer.session(path) for _ in range(threads)]
    bound = [peer.bind(sessions[i % threads], f) for i, f in enumerate(feeds)]
    return Crowd([[call for call, _ in bound[t::threads]] for t in range(threads)]), [results for _, results in bound]


def batch_on_session(path, feeds, threads, singles):
    """All samples as one batch, in one session of all threads; None where the model does not take one."""
    model = batches.rebatched(onnx.load(path), len(feeds))
    try:
        call, results = peer.bind(peer.session(model.SerializeToString(), threads), batches.stacked(feeds))
    except Exception:  # whatever ONNX Runtime says of shapes that do not fit
        return None
    return call if batches.agree(results, singles) else None


def peer_contender(path, feeds, threads):
    """The peer's faster way to run these samples, its name, and the results."""
    call, results = samples_on_sessions(path, feeds, threads)
    call()
    if len(feeds) == 1:
        return call, "one sample", results
    batch = batch_on_session(path, feeds, threads, results)
    if batch is None:
        return call, "sample by sample", results
    ways = {"sample by sample": call, "one batch": batch}
    tried = {name: min(seconds_of(way) for _ in range(3)) for name, way in ways.items()}
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
    library = Library(subject.tools.runtime)
    if threads > 1 and batch == 1 and not hasattr(library.so, "tare_context_create_threaded"):
        raise Skipped("the runtime runs a single sample in one thread")
    program = library.load(subject.program)
    feeds = subject.feeds(batch)
    call, results = samples_on_contexts(program, feeds, threads)
    call()
    contenders, found, ways = {TARE: call}, {TARE: results}, {}
    for name, path in ((FLOAT, subject.float), (INT8, subject.qdq)):
        if path:
            try:
                contenders[name], ways[name], found[name] = peer_contender(path, feeds, threads)
            except Exception as error:  # whatever it stumbles over
                raise Skipped(f"{name}: {str(error).splitlines()[0][:200]}") from error
    measured = alternate(contenders, effort)
    row = {"model": subject.name, "batch": batch, "threads": threads, "macs": subject.macs, "rounds": len(measured[TARE]),
           "ways": ways, "milliseconds": {n: 1e3 * s / batch for n, s in medians(measured).items()},
           "quartiles": {n: [1e3 * q / batch for q in statistics.quantiles(s, n=4)[::2]] for n, s in measured.items()},
           "decibels": {n: decibels(found[FLOAT], found[n]) for n in (TARE, INT8)} if FLOAT in found else {}}
    row["ratios"] = {n: row["milliseconds"][n] / row["milliseconds"][TARE] for n in (FLOAT, INT8) if n in contenders}
    return row

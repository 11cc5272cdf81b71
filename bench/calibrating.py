"""Calibration: Tare's methods against its own plain float evaluation and against ONNX Runtime's calibrators.

Each is a process of its own, in turns: its time and its peak memory.
"""
import json
import pathlib
import statistics
import sys

import numpy as np
import onnx

import quantized
from subjects import Skipped
from timing import measure_process

# Tare's methods (the first is the default), and ONNX Runtime's calibrator that does the same.
METHODS = {"auto": None, "min_max": "MinMax", "percentile": "Percentile", "kl": "Entropy", "mse": None,
           "mean_min_max": None, "kl_v2": None, "aciq": None}
FLOAT = "float evaluation"
# From tiny to full-size, and on how many samples: at least 100, and more where a hundred are over in no time.
# (The peer's histograms keep the activations of all samples, up to 10 GB.)
NETWORKS = {"mlperf_ic_resnet8": 1000, "cifar10_resnet20": 320, "mobilenet_v1_0.25_128": 320, "squeezenet1.1": 100, "mobilenet_v2": 100,
            "resnet50": 100}
# Where memory is looked at as the samples get more.
MEMORY_NETWORK, MEMORY_SAMPLES, PEER_MEMORY_SAMPLES = "mlperf_ic_resnet8", (100, 1000, 10000), (100, 1000)


def repeated(subject, count):
    """The subject's data, over and over up to `count` samples: an .npz."""
    path = subject.path(f".{count}.npz")
    if not path.exists() or path.stat().st_mtime < subject.data.stat().st_mtime:
        data = np.load(subject.data)
        np.savez(path, **{name: np.take(data[name], np.arange(count) % len(data[name]), axis=0) for name in subject.shapes})
    return path


def tare(subject, method, data, threads):
    """Seconds and megabytes of `tare calibrate`, or of `tare run` for the float evaluation."""
    end = ("--threads", threads, "-q")
    if method == FLOAT:
        return measure_process(subject.tools.tare, "run", subject.float, "--inputs", data, "--outputs", subject.path(".out.npz"), *end)
    return measure_process(subject.tools.tare, "calibrate", subject.float, "--calibration", data, "--method", method,
                           "-o", subject.path(".json"), *end)


def peer(subject, method, data, samples, threads):
    """The same of ONNX Runtime; its time does not have Python's start in it."""
    script = pathlib.Path(__file__).with_name("peer_calibrate.py")
    cost = measure_process(sys.executable, script, subject.prepared, data, method, samples, threads)
    cost.seconds = json.loads(cost.output.splitlines()[-1])["seconds"]
    return cost


def activation_bytes(model):
    """Of one sample, all values together: what the peer's histograms keep for each sample."""
    graph = onnx.shape_inference.infer_shapes(onnx.load(model)).graph
    return sum(4 * int(np.prod([d.dim_value for d in v.type.tensor_type.shape.dim])) for v in graph.value_info)


def available_bytes():
    line = next(l for l in pathlib.Path("/proc/meminfo").read_text().splitlines() if l.startswith("MemAvailable"))
    return 1024 * int(line.split()[1])


def peer_contenders(subject, data, samples, threads, report_skipped):
    for method in filter(None, METHODS.values()):
        wanted = 1.3 * samples * activation_bytes(subject.prepared)
        if method != "MinMax" and wanted > 0.6 * available_bytes():
            report_skipped(f"onnxruntime's {method}", f"it would need about {wanted / 1e9:.0f} GB of memory")
            continue
        yield f"ort {method}", lambda method=method: peer(subject, method, data, samples, threads)


def in_turns(contenders, rounds, seconds):
    """The costs of each contender; one that has used up its seconds takes no further turn."""
    costs = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, measure in contenders.items():
            if sum(c.seconds for c in costs[name]) < seconds:
                costs[name].append(measure())
    return costs


def summary(costs):
    return {name: {"seconds": statistics.median(c.seconds for c in list_),
                   "cpu_seconds": statistics.median(c.cpu_seconds for c in list_),
                   "megabytes": max(c.megabytes for c in list_), "rounds": len(list_)} for name, list_ in costs.items()}


def measure(subject, threads, quick, report_skipped):
    """One row: every method on the same samples."""
    samples = 20 if quick else NETWORKS.get(subject.name, 100)
    if not subject.float:
        raise Skipped("it is quantized already")
    data = repeated(subject, samples)
    contenders = {f"tare {m}": lambda m=m: tare(subject, m, data, threads) for m in (FLOAT, *METHODS)}
    contenders.update(peer_contenders(subject, data, samples, threads, report_skipped))
    costs = in_turns(contenders, rounds=2 if quick else 5, seconds=2 if quick else 8)
    return {"model": subject.name, "samples": samples, "threads": threads, "macs": subject.macs, "costs": summary(costs)}


def measure_memory(subject, samples, report_skipped):
    """One row of memory: so many samples, on two threads."""
    data = repeated(subject, samples)
    contenders = {f"tare {m}": lambda m=m: tare(subject, m, data, 2) for m in (FLOAT, *METHODS)}
    if samples in PEER_MEMORY_SAMPLES:
        contenders.update(peer_contenders(subject, data, samples, 2, report_skipped))
    return {"model": subject.name, "samples": samples, "threads": 2, "macs": subject.macs,
            "costs": summary(in_turns(contenders, rounds=1, seconds=1))}

"""Conversion: time and peak memory without calibration, as a network gets longer and of full-size networks.

Ranges come from a file that one sample has made. The peer, ONNX Runtime's static quantization, has no such entry: it is compared with
`tare convert` from the float model and one sample.
"""
import json
import pathlib
import shutil
import statistics
import sys

import numpy as np

import architectures
import graphs
from subjects import made
from timing import measure_process

LENGTHS = (100, 1000, 10000, 100000)
QUICK_LENGTHS = (100, 1000)
# The peer takes minutes beyond.
PEER_LAYERS = 1000
# A network of many weights: so many convolutions of so many channels, 500 MB beside the model.
WIDE_LAYERS, WIDE_CHANNELS = 53, 512
# Whose IR is dumped.
DUMPED = "resnet18"


class Job:
    """A float model, its one sample and the ranges that it gives."""

    def __init__(self, tools, name, layers, write, shape):
        """`write` writes the model to a path; `shape` is that of its input `x`, or None where `data` is set afterwards."""
        self.tools, self.name, self.layers = tools, name, layers
        folder = tools.work / "convert"
        folder.mkdir(exist_ok=True)
        # The same name for the same content: models of this kind only depend on their generator.
        self.model = folder / f"{name}.onnx"
        if not self.model.exists():
            write(self.model)
        self.data = folder / f"{name}.npz"
        if not self.data.exists():
            np.savez(self.data, **{key: np.random.default_rng(0).standard_normal(s, np.float32) for key, s in shape.items()})
        self.output = folder / f"{name}.tare"

    @property
    def ranges(self):
        def calibrate(target):
            measure_process(self.tools.tare, "calibrate", self.model, "--calibration", self.data, "--method", "min_max", "-q", "-o", target)
        return made(self.output.with_suffix(".ranges.json"), calibrate, self.tools.tare, self.model)

    @property
    def weights(self):
        """Megabytes of the model, which are its weights and little else."""
        beside = self.model.with_suffix(".weights")
        return sum(p.stat().st_size for p in (self.model, beside) if p.exists()) / 1e6

    def convert(self, calibration, *options):
        cost = measure_process(self.tools.tare, "convert", self.model, "--calibration", calibration, "--json", "-q", *options, "-o", self.output)
        cost.steps = json.loads(cost.output)["seconds"]
        return cost

    def peer(self):
        cost = measure_process(sys.executable, pathlib.Path(__file__).with_name("peer_convert.py"), self.model, self.data)
        cost.seconds = json.loads(cost.output.splitlines()[-1])["seconds"]
        return cost


def graph_job(tools, kind, layers, channels=4, external=False):
    name = f"{kind}-{layers}" + (f"x{channels}" if external else "")
    return Job(tools, name, layers, lambda path: graphs.save(graphs.network(kind, layers, channels), path, external),
               {"x": (1, channels, 4, 4)})


def architecture_job(tools, name):
    model = architectures.build(name)
    write = lambda path: path.write_bytes(model.SerializeToString())
    shape = {"input": tuple(d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim)}
    return Job(tools, name, sum(n.op_type in ("Conv", "Gemm", "Add", "Mul", "Concat", "MaxPool") for n in model.graph.node), write, shape)


def measure(job, quick, with_peer):
    """One row: medians over a few processes, fewer when they take long; the peer's in between."""
    without, total, peer = [], [], []
    for number in range(1 if quick else 7):
        if number > 1 and sum(c.seconds for c in without) > 20:
            break
        without.append(job.convert(job.ranges))
        if with_peer and number < 3 and sum(c.seconds for c in peer) < 20:
            total.append(job.convert(job.data))
            peer.append(job.peer())
    row = {"model": job.name, "layers": job.layers, "weights": job.weights, "rounds": len(without),
           "seconds": statistics.median(c.seconds for c in without), "megabytes": max(c.megabytes for c in without),
           "cpu_seconds": statistics.median(c.cpu_seconds for c in without),
           "steps": {s: statistics.median(c.steps[s] for c in without) for s in without[0].steps}}
    if with_peer:
        row["with_calibration"] = {"tare": statistics.median(c.seconds for c in total), "ort": statistics.median(c.seconds for c in peer)}
        row["peer_megabytes"] = max(c.megabytes for c in peer)
    return row


def measure_dump(job, quick):
    """A row of what `--dump-ir` adds: medians over processes in turns, each into a folder that is not there yet."""
    folder = job.output.with_suffix(".dump")
    plain, dumping = [], []
    for _ in range(1 if quick else 7):
        shutil.rmtree(folder, ignore_errors=True)
        plain.append(job.convert(job.ranges).seconds)
        dumping.append(job.convert(job.ranges, "--dump-ir", folder).seconds)
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    plain, dumping = statistics.median(plain), statistics.median(dumping)
    return {"model": job.name, "weights": job.weights, "seconds": plain, "seconds_dumping": dumping, "seconds_of_dump": dumping - plain,
            "files": len(sizes), "megabytes": sum(sizes) / 1e6}


def lengths(quick):
    """What the scaling rows measure: kinds of graphs and their layers."""
    return [(kind, layers) for kind in graphs.KINDS for layers in (QUICK_LENGTHS if quick else LENGTHS)]

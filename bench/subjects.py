"""The networks that are measured: the generated architectures, and the trained models of a folder where there is one.

A subject's files are made when first asked for, in the working folder, and made again when what they are made from is newer.
"""
import functools
import json
import pathlib
import subprocess
import sys

import numpy as np
import onnx

import architectures
import batches
import quantized
from timing import measure_process

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "scripts/wheels"))
import wheel_nets

# So many samples give ranges, for both sides.
CALIBRATION_SAMPLES = 16


class Skipped(Exception):
    """Why something is not measured: goes into the report."""


class Tools:
    """Where Tare has been built, and the folder that everything made goes to."""

    def __init__(self, build, work):
        self.tare = pathlib.Path(build) / "bin/tare"
        self.runtime = pathlib.Path(build) / "lib/libTareRuntime.so"
        self.kernels_benchmark = pathlib.Path(build) / "bin/tare-kernels-bench"
        self.work = pathlib.Path(work)
        self.work.mkdir(parents=True, exist_ok=True)


def made(target, make, *sources):
    """`target`, made by `make` unless it is newer than its sources; never left half-made."""
    if not target.exists() or any(s.stat().st_mtime > target.stat().st_mtime for s in sources):
        partial = target.with_name(f"partial.{target.name}")
        make(partial)
        partial.replace(target)
    return target


class Subject:
    """A network: `float` is its ONNX file (None where only the quantized form is there), `data` its samples by name."""

    # What `tare` is told of its inputs, and those that are the same for all samples.
    options, fixed = (), {}

    def __init__(self, tools, name):
        self.tools, self.name = tools, name

    def path(self, suffix):
        return self.tools.work / f"{self.name}{suffix}"

    def run_tare(self, *arguments):
        try:
            return measure_process(self.tools.tare, *arguments, "-q")
        except RuntimeError as error:
            line = str(error).splitlines()[-1].removeprefix("tare: error: ")
            raise Skipped(f"tare {arguments[0]}: {line[:200]}") from error

    @functools.cached_property
    def macs(self):
        """Multiply-accumulates of a sample."""
        return json.loads(self.run_tare("inspect", self.program, "--json").output)["macs"]

    @functools.cached_property
    def shapes(self):
        return quantized.input_shapes(onnx.load(self.float or self.qdq))

    def feeds(self, count):
        """Samples for ONNX Runtime: arrays by input."""
        data = np.load(self.data)
        missing = set(self.shapes) - set(data)
        if missing:
            raise Skipped(f"the data has {', '.join(sorted(data))}, and not the model's {', '.join(sorted(missing))}")
        reader = quantized.Samples(self.shapes, data, count)
        return [reader.get_next() for _ in range(count)]

    def made_by_peer(self, suffix, make, *sources):
        def attempt(target):
            try:
                make(target)
            except Exception as error:  # whatever it stumbles over
                raise Skipped(f"onnxruntime.quantization: {str(error).splitlines()[0][:200]}") from error
        return made(self.path(suffix), attempt, *sources)

    @functools.cached_property
    def prepared(self):
        """The float model as ONNX Runtime's quantizer likes it."""
        return self.made_by_peer(".prepared.onnx", lambda target: quantized.prepare(self.float, target), self.float)

    @functools.cached_property
    def qdq(self):
        """ONNX Runtime's int8 form."""
        def make(target):
            quantized.quantize(self.prepared, target, np.load(self.data), samples=CALIBRATION_SAMPLES)
        return self.made_by_peer(".qdq.onnx", make, self.prepared, self.data, pathlib.Path(quantized.__file__))

    @functools.cached_property
    def dynamic(self):
        """ONNX Runtime's int8 form with ranges found while it runs, of a float network of sequences; None of others."""
        if not self.float or not quantized.is_for_sequences(onnx.load(self.float)):
            return None
        return self.made_by_peer(".dynamic.onnx", lambda target: quantized.quantize_dynamically(self.float, target), self.float, pathlib.Path(quantized.__file__))

    @functools.cached_property
    def ranges(self):
        source = self.float or self.qdq

        def calibrate(target):
            self.run_tare("calibrate", source, "--calibration", self.data, "--samples", CALIBRATION_SAMPLES,
                          "--method", "min_max", "-o", target)
        return made(self.path(".ranges.json"), calibrate, self.tools.tare, source, self.data)

    def convert(self, source, target):
        return made(target, lambda partial: self.run_tare("convert", source, "--calibration", self.ranges, "-o", partial),
                    self.tools.tare, self.ranges)

    @functools.cached_property
    def program(self):
        """Tare's program. A model that is quantized already brings its ranges along."""
        return self.convert(self.float or self.qdq, self.path(".tare"))

    def batch_program(self, batch):
        """The program of several samples at once, if the model with larger inputs can be converted."""
        source = self.path(f".batch{batch}.onnx")
        model = batches.rebatched(onnx.load(self.float or self.qdq), batch)
        made(source, lambda target: onnx.save(model, target), self.float or self.qdq)
        return self.convert(source, self.path(f".batch{batch}.tare"))

    def make(self):
        """Makes both sides' integer forms, or says why one of them cannot be made."""
        return self.program, self.qdq


class Architecture(Subject):
    """A generated network on standard normal data."""

    @functools.cached_property
    def float(self):
        return made(self.path(".onnx"), lambda target: onnx.save(architectures.build(self.name), target),
                    pathlib.Path(architectures.__file__))

    @functools.cached_property
    def data(self):
        def make(target):
            with open(target, "wb") as file:
                np.savez(file, **architectures.samples(onnx.load(self.float), 32))
        return made(self.path(".calib.npz"), make, self.float)


class Trained(Subject):
    """A model of a folder such as shared/models: onnx/ and qdq/ have the files, prepare.py makes the data."""

    def __init__(self, tools, folder, path):
        super().__init__(tools, path.stem)
        self.folder = folder
        self.float = path if path.parent.name == "onnx" else None
        if not self.float:
            self.qdq = path

    @functools.cached_property
    def data(self):
        folder = self.tools.work / "data"
        target = folder / f"{self.name}.calib.npz"
        if not target.exists():
            done = subprocess.run([sys.executable, self.folder / "prepare.py", folder, self.name], capture_output=True, text=True)
            if done.returncode:
                raise Skipped(f"prepare.py: {done.stderr.strip().splitlines()[-1]}")
            self.name_after_input(target)
            fill_states(target)
        return target

    def name_after_input(self, path):
        """prepare.py may call an array otherwise than the model calls its input: the one that is left over is the one that is missing."""
        data = dict(np.load(path))
        missing, over = set(self.shapes) - set(data), set(data) - set(self.shapes) - {"labels"}
        if len(missing) == len(over) == 1:
            data[missing.pop()] = data.pop(over.pop())
            np.savez(path, **data)


def fill_states(path):
    """What is 0 in all samples is a state at the beginning: ranges of it want to see what it is later, some numbers between -1 and 1."""
    data, random = dict(np.load(path)), np.random.default_rng(3)
    empty = [name for name, values in data.items() if values.dtype == np.float32 and not values.any()]
    if empty:
        np.savez(path, **data | {name: np.tanh(random.standard_normal(data[name].shape, np.float32) / 2) for name in empty})


class Wheel(Subject):
    """A network out of a wheel of PyPI, on noise: scripts/fetch-wheel-nets fetches it. Float is compared alone."""

    def __init__(self, tools, network):
        super().__init__(tools, network.rsplit("/", maxsplit=1)[-1] if network != "magika/model" else "magika")
        self.network, self.float = network, wheel_nets.FOLDER / f"{network}.onnx"
        self.options, self.fixed = wheel_nets.options(network), wheel_nets.NETS[network][1]

    @functools.cached_property
    def data(self):
        def make(target):
            with open(target, "wb") as file:
                np.savez(file, **wheel_nets.samples(self.network, CALIBRATION_SAMPLES, np.random.default_rng(7)))
        return made(self.path(".calib.npz"), make, pathlib.Path(wheel_nets.__file__))


def wheels(tools, only=()):
    """Those that have been fetched."""
    every = [Wheel(tools, network) for network in wheel_nets.NETS]
    there = [subject for subject in every if subject.float.exists()]
    if len(there) < len(every):
        print(f"NOTE: scripts/fetch-wheel-nets has not been run: {len(every) - len(there)} ROWS OF WHEELS' NETWORKS ARE MISSING", file=sys.stderr)
    return [subject for subject in there if not only or subject.name in only]


def subjects(tools, folder, only=()):
    """All of them, or those named."""
    every = [Architecture(tools, name) for name in architectures.ARCHITECTURES]
    if (folder / "prepare.py").exists():
        every += [Trained(tools, folder, path) for kind in ("onnx", "qdq") for path in sorted((folder / kind).glob("*.onnx"))]
    else:
        print(f"NOTE: no trained models in {folder} (--models or TARE_MODELS says where they are): "
              "THE ROWS OF THE TRAINED MODELS ARE MISSING", file=sys.stderr)
    unknown = sorted(set(only) - {s.name for s in every} - {Wheel(tools, network).name for network in wheel_nets.NETS})
    if unknown:
        sys.exit(f"error: no model {', '.join(unknown)}; there are {', '.join(s.name for s in every)}")
    return [s for s in every if not only or s.name in only]

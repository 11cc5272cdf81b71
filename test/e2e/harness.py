"""What the end-to-end tests share: calling the tools, making data, and the answers of ONNX Runtime."""
import functools
import json
import os
import pathlib
import subprocess
import sys
import zlib

import numpy as np
import onnx
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("TARE_BIN", ROOT / "build/bin"))
MODELS = pathlib.Path(os.environ.get("TARE_MODELS", ROOT.parent / "shared/models"))
sys.path.append(str(ROOT / "scripts/wheels"))  # wheel_nets

# How ranges are found (--method), the default first.
METHODS = ("auto", "min_max", "mean_min_max", "percentile", "mse", "kl", "kl_v2", "aciq")

# Traces of a crash or of an error that reached the user undressed.
CRASHES = ("Traceback", "terminate called", "LLVM ERROR", "PLEASE submit", "assert", "Segmentation", "Stack dump", "Sanitizer",
           "std::", "what():")

onnxruntime.set_default_logger_severity(4)


def tare(*arguments, tool="tare", check=True, timeout=600, **options):
    """Runs a tool, which must succeed unless check is False."""
    command = [str(BIN / tool), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=timeout, **options)
    if check:
        assert done.returncode == 0, f"{' '.join(command)}\nexit code {done.returncode}\n{done.stderr}{done.stdout}"
    return done


def tare_json(*arguments):
    return json.loads(tare(*arguments, "--json").stdout)


def fails(*arguments, output=None, **options):
    """Runs `tare`, which must refuse with exit code 1 and one clear message, leaving no output; returns the message."""
    done = tare(*arguments, check=False, **options)
    context = f"tare {' '.join(map(str, arguments))}\nexit code {done.returncode}\nstderr: {done.stderr}"
    assert done.returncode == 1, context
    errors = [line for line in done.stderr.splitlines() if "error:" in line]
    assert len(errors) == 1, f"expected one error\n{context}"
    assert done.stderr.startswith(("error:", "tare: error:")), context
    assert not any(mark in done.stderr for mark in CRASHES), context
    if output is not None:
        left = sorted(p.name for p in pathlib.Path(output).parent.glob(f"*{pathlib.Path(output).name}*"))
        assert not left, f"left behind: {left}\n{context}"
    return done.stderr


def load(path):
    with np.load(path) as file:
        return {key: file[key] for key in file.files}


def samples_shape(shape, count):
    """An input [1, ...] takes samples [N, ...]; any other takes [N, shape...]."""
    return (count, *shape[1:]) if shape and shape[0] == 1 else (count, *shape)


def session(path, threads=0):
    """Of so many threads; as many as there are cores unless that is given."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def onnxruntime_saturates():
    """On x86 processors without VNNI, ONNX Runtime adds two products of uint8 and int8 in 16 bits, which do not hold them."""
    try:
        flags = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "avx2" in flags and "avx512_vnni" not in flags and "avx_vnni" not in flags


def reference(path, data, threads=0):
    """ONNX Runtime's outputs, sample by sample, joined as `tare run` joins them."""
    model = session(path, threads)
    shapes = {i.name: i.shape for i in model.get_inputs() if i.name in data}
    results = []
    for k in range(len(next(iter(data.values())))):
        feed = {n: data[n][k] if len(data[n].shape) == len(s) + 1 else data[n][k:k + 1] for n, s in shapes.items()}
        results.append(model.run(None, feed))
    join = lambda v: np.concatenate(v) if v[0].ndim and v[0].shape[0] == 1 else np.stack(v)
    return {o.name: join([r[i] for r in results]) for i, o in enumerate(model.get_outputs())}


def sqnr(reference, value):
    """Signal to quantization noise, in dB; infinite when equal."""
    noise = np.sum((np.asarray(reference, np.float64) - value) ** 2)
    return np.inf if noise == 0 else 10 * np.log10(np.sum(np.asarray(reference, np.float64) ** 2) / noise)


def cosine(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    return (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())


def assert_same(a, b, what):
    """Equal names in the same order, types, shapes and elements."""
    assert list(a) == list(b), what
    for name in a:
        assert a[name].dtype == b[name].dtype and a[name].shape == b[name].shape, \
            f"{what}: {name}: {a[name].dtype} {a[name].shape} and {b[name].dtype} {b[name].shape}"
        differing = np.count_nonzero(a[name] != b[name])
        assert differing == 0, f"{what}: {name}: {differing} of {a[name].size} elements differ"


class Prepared:
    """A case in a folder of its own: the model, its data, and each form that it is converted to, made when first asked for."""

    def __init__(self, case, folder):
        self.case, self.folder = case, pathlib.Path(folder)
        self.model = self.folder / "model.onnx"
        case.save(self.model)
        bound = dict(a.split("=") for a in case.arguments[1::2])
        # The inputs are among the calibrated ones: what a range leaves out is not what these tests are about.
        self.calibration, self.inputs = self.data("calibration", bound, 24), self.data("inputs", bound, 6)

    def data(self, name, bound, count):
        """Normally distributed samples of every input; few of them are the first of many."""
        graph = onnx.load(self.model, load_external_data=False).graph
        stored, arrays = {t.name for t in graph.initializer}, {}
        for value in graph.input:
            if value.name in stored:
                continue
            shape = [d.dim_value for d in value.type.tensor_type.shape.dim]
            if value.name in bound:
                shape = [int(d) for d in bound[value.name].split(",")]
            random = np.random.default_rng(zlib.crc32(value.name.encode()))
            arrays[value.name] = random.standard_normal(samples_shape(shape, count)).astype(np.float32)
        path = self.folder / f"{name}.npz"
        np.savez(path, **arrays)
        return path

    def convert(self, output, *arguments):
        tare("convert", self.model, "--calibration", self.calibration, *self.case.arguments, *arguments, "-o", output)
        return output

    @functools.cache
    def form(self, stage):
        """The path of the float model ('onnx'), of the program ('program'), or of the IR at a stage."""
        if stage == "onnx":
            return self.model
        if stage == "program":
            return self.convert(self.folder / "model.tare")
        return self.convert(self.folder / f"{stage}.mlir", "--emit", f"mlir:{stage}")

    @functools.cache
    def outputs(self, stage, *arguments):
        path = self.folder / "-".join(("outputs", stage, *arguments, ".npz"))
        bindings = self.case.arguments if stage == "onnx" else ()
        tare("run", self.form(stage), "--inputs", self.inputs, "--outputs", path, *bindings, *arguments)
        return load(path)

    @functools.cache
    def reference(self):
        return reference(self.model, load(self.inputs))

    @functools.cache
    def inspect(self):
        return tare_json("inspect", self.form("program"))

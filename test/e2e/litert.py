"""TFLite files on LiteRT's kernels, beside the program that they were made of: layer by layer, and the compiler for Arm's accelerators."""
import csv
import dataclasses
import json
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

from harness import load, tare, tare_json

try:
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
except ImportError:
    Interpreter = None
try:
    import ethosu.vela
except ImportError:
    ethosu = None

needs_litert = pytest.mark.skipif(Interpreter is None, reason="ai-edge-litert IS NOT INSTALLED: WHAT LITERT COMPUTES OF TFLITE FILES IS NOT TESTED")
needs_vela = pytest.mark.skipif(ethosu is None, reason="ethos-u-vela IS NOT INSTALLED: TFLITE FILES ON THE NPU ARE NOT TESTED")


def interpreter(path, reference=True):
    """LiteRT on a file, with all tensors kept; its reference kernels, or the ordinary ones, which there are more of."""
    kernels = OpResolverType.BUILTIN_REF if reference else OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    made = Interpreter(model_path=str(path), experimental_op_resolver_type=kernels, experimental_preserve_all_tensors=True, num_threads=1)
    made.allocate_tensors()
    return made


def operators(path):
    """The names of a file's operators, in their order."""
    return [op["op_name"] for op in interpreter(path, reference=False)._get_ops_details()]


@dataclasses.dataclass
class Layer:
    """How a layer's integers differ, of the samples in which it read the program's own."""
    name: str
    kind: str
    differing: int = 0
    elements: int = 0
    worst: float = 0.0


class Places:
    """Which tensor of a file is which layer's result: the one of its value's or its own name, its type and its shape."""

    def __init__(self, made):
        self.tensors = {each["name"]: each for each in made.get_tensor_details()}
        self.taken = set()

    def take(self, names, array):
        for name in names + [f"{name}_{number}" for number in range(1, 6) for name in names]:
            found = self.tensors.get(name)
            if found and name not in self.taken and found["dtype"] == array.dtype and tuple(found["shape"]) == array.shape[1:]:
                self.taken.add(name)
                return found["index"]
        return None


def given(detail, sample):
    """The program's integers, as the file takes them."""
    if detail["dtype"] == np.uint8:
        sample = (sample.astype(np.int16) + 128).astype(np.uint8)
    return sample.reshape(detail["shape"])


def compared(program, flatbuffer, folder, inputs=None, samples=2, reference=True, symmetric=False):
    """Each layer of a program that the file has a tensor for, on random integers or the samples of a file. A layer whose operands differ already says
    nothing of itself in that sample. `symmetric`: -32768 counts as -32767, at which symmetric grids end."""
    data = ["--inputs", inputs] if inputs else []
    tare("verify", program, "--golden", folder, "--samples", samples, *data)
    index = json.loads((folder / "index.json").read_text())
    values = [layer["value"] for layer in tare_json("inspect", program)["layers"]]
    made = interpreter(flatbuffer, reference)
    places = Places(made)
    read = {each["file"]: np.load(folder / each["file"]) for each in [port.get("array", port) for port in index["inputs"]] + [layer["output"] for layer in index["layers"]]}
    tensors = [places.take([value, layer["name"]], read[layer["output"]["file"]]) for value, layer in zip(values, index["layers"])]
    layers = [Layer(layer["name"], layer["kind"]) for layer in index["layers"]]
    for sample in range(index["samples"]):
        for detail, port in zip(made.get_input_details(), index["inputs"]):
            made.set_tensor(detail["index"], given(detail, read[port.get("array", port)["file"]][sample]))
        made.invoke()
        differing = set()
        for told, layer, tensor in zip(layers, index["layers"], tensors):
            output = layer["output"]["file"]
            inherits = any(operand["file"] in differing for operand in layer["operands"])
            if tensor is None:
                differing |= {output} if inherits else set()
                continue
            found, expected = made.get_tensor(tensor).astype(np.float64), read[output][sample].astype(np.float64)
            off = np.abs((np.maximum(found, -32767) if symmetric else found) - expected)
            if np.any(found != expected):
                differing.add(output)
            if not inherits:
                told.differing += int(np.count_nonzero(off))
                told.elements += off.size
                told.worst = max(told.worst, float(off.max()))
    return [told for told, tensor in zip(layers, tensors) if tensor is not None]


@dataclasses.dataclass
class Summary:
    """What Vela says of a network: operators on either side, and its estimate."""
    npu: int
    cpu: int
    on_cpu: list
    milliseconds: float
    sram_kilobytes: float
    flash_kilobytes: float


def compiled_by_vela(flatbuffer, folder, accelerator="ethos-u55-128"):
    done = subprocess.run([sys.executable, "-m", "ethosu.vela", str(flatbuffer), "--output-dir", str(folder), "--accelerator-config", accelerator, "--show-cpu-operations"],
                          capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = {side: int(re.search(rf"{side} operators = (\d+)", done.stdout)[1]) for side in ("CPU", "NPU")}
    [summary] = pathlib.Path(folder).glob(f"{pathlib.Path(flatbuffer).stem}_summary_*.csv")
    row = next(csv.DictReader(summary.open()))
    return Summary(counts["NPU"], counts["CPU"], re.findall(r"CPU: (\w+) = ", done.stdout), 1e3 * float(row["inference_time"]), float(row["sram_memory_used"]),
                   float(row["off_chip_flash_memory_used"]))


__all__ = ["Layer", "Summary", "compared", "compiled_by_vela", "interpreter", "load", "needs_litert", "needs_vela", "operators"]

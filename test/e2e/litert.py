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
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema
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
    """How a layer's integers differ, on operands that are the program's own."""
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


def cut(flatbuffer, tensors, path):
    """The file with each of these tensors twice: as an output, and as an input that its readers read. The inputs' places."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(flatbuffer.read_bytes(), 0))
    [graph] = model.subgraphs
    graph.inputs, places = list(graph.inputs), {}
    for tensor in dict.fromkeys(tensors):
        copy = schema.TensorT()
        copy.__dict__.update(graph.tensors[tensor].__dict__, name=b"given")
        places[tensor] = len(graph.tensors)
        graph.tensors.append(copy)
        graph.inputs.append(places[tensor])
    for op in graph.operators:
        op.inputs = [places.get(index, index) for index in op.inputs]
    graph.outputs, model.signatureDefs = list(places), []
    builder = flatbuffers.Builder(0)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))
    return places


def compared(program, flatbuffer, folder, inputs=None, samples=2, reference=True, symmetric=False):
    """Each layer of a program that the file has a tensor for, on random integers or the samples of a file. Every layer reads the program's own operands,
    whatever those before it give. `symmetric`: -32768 counts as -32767, at which symmetric grids end."""
    data = ["--inputs", inputs] if inputs else []
    tare("verify", program, "--golden", folder, "--samples", samples, *data)
    index = json.loads((folder / "index.json").read_text())
    values = [layer["value"] for layer in tare_json("inspect", program)["layers"]]
    whole = interpreter(flatbuffer, reference)
    places = Places(whole)
    ports = [port.get("array", port)["file"] for port in index["inputs"]]
    read = {file: np.load(folder / file) for file in ports + [layer["output"]["file"] for layer in index["layers"]]}
    tensors = [places.take([value, f"{value}.signed", layer["name"]], read[layer["output"]["file"]]) for value, layer in zip(values, index["layers"])]
    found = [(Layer(layer["name"], layer["kind"]), read[layer["output"]["file"]], tensor) for layer, tensor in zip(index["layers"], tensors) if tensor is not None]
    copies = cut(flatbuffer, [tensor for _, _, tensor in found], folder / "layers.tflite")
    made = interpreter(folder / "layers.tflite", reference)
    details = {each["index"]: each for each in made.get_input_details()}
    for sample in range(index["samples"]):
        for detail, file in zip(whole.get_input_details(), ports):
            made.set_tensor(detail["index"], given(detail, read[file][sample]))
        for _, array, tensor in found:
            made.set_tensor(copies[tensor], given(details[copies[tensor]], array[sample]))
        made.invoke()
        for layer, array, tensor in found:
            gave = made.get_tensor(tensor).astype(np.float64)
            off = np.abs((np.maximum(gave, -32767) if symmetric else gave) - array[sample])
            layer.differing += int(np.count_nonzero(off))
            layer.elements += off.size
            layer.worst = max(layer.worst, float(off.max()))
    return [layer for layer, _, _ in found]


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

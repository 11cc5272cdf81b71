"""How a case is written: nodes, what is computed, and what is constant; ONNX Runtime says what comes of it."""
import shutil

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

F32 = np.float32
MICROSOFT = "com.microsoft"
HOST = ""  # The error of a node that reads the host's integers: only the host can compute it, and it is not to blame.
_chance = np.random.default_rng(2026)


class Constant:
    """An initializer; `stored` where it is another tensor than numpy's own bytes."""

    def __init__(self, values, stored=None):
        self.values, self.stored = np.asarray(values), stored

    def proto(self, name):
        proto = self.stored or numpy_helper.from_array(self.values)
        proto.name = name
        return proto


def x(*shape, scale=1.0):
    """Random numbers, as an input."""
    return (_chance.normal(size=shape) * scale).astype(F32)


def positive(*shape):
    return (np.abs(x(*shape)) + F32(.2)).astype(F32)


def integers(kind, *shape, low=None, high=None):
    """Random integers of a type's whole range, or in [low, high], as an input."""
    limits = np.iinfo(kind)
    return _chance.integers(limits.min if low is None else low, limits.max if high is None else high, shape, dtype=kind, endpoint=True)


def c(*shape, scale=1.0):
    """Random numbers, as a constant."""
    return Constant(x(*shape, scale=scale))


def given(values, kind=F32):
    return Constant(np.asarray(values, kind))


def ints(*values):
    return Constant(np.asarray(values, np.int64))


def op(kind, operands, results="y", **attributes):
    """A node; names have blanks between them, and `-` stands for one that is left out. Microsoft's operators begin with `ms.`"""
    domain = MICROSOFT if kind.startswith("ms.") else ""
    names = [[name if name != "-" else "" for name in each.split()] for each in (operands, results)]
    return helper.make_node(kind.removeprefix("ms."), *names, domain=domain, **attributes)


class Family:
    """The cases of some operators, written to a folder of their own; `runs_on_constants` where they give the same with all inputs as constants."""

    def __init__(self, opset=17, runs_on_constants=True):
        self.opset, self.runs_on_constants, self.cases, self.operators = opset, runs_on_constants, {}, set()

    def add(self, name, nodes, results="y", opset=None, reference="onnxruntime", functions=(), **arrays):
        """A case whose nodes all become ops; `arrays` are its inputs, or constants. The reference: see `expected`."""
        model = model_of(nodes, results, opset or self.opset, arrays, functions)
        self.operators |= set(operators_of(model.graph))
        same = model if isinstance(reference, str) or callable(reference) else model_of(reference, results, opset or self.opset, arrays)
        self.cases[name] = lambda folder: write(folder, model, arrays, expected(same, arrays, reference))

    def refuse(self, name, message, nodes, results="y", opset=None, functions=(), **arrays):
        """A model that is refused, or left to the host, with an error that holds `message`."""
        self.cases[name] = lambda folder: write_refusal(folder, model_of(nodes, results, opset or self.opset, arrays, functions), message)

    def generate(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        for name, make in self.cases.items():
            (folder / name).mkdir(parents=True)
            if not self.runs_on_constants:
                (folder / name / "inputs_only").touch()
            try:
                make(folder / name)
            except Exception as error:
                raise SystemExit(f"{folder.name}/{name}: {error}") from error


def operators_of(graph):
    """Of all nodes, as docs/operators.md names them; also of those within nodes."""
    for node in graph.node:
        yield f"{node.domain}.{node.op_type}".removeprefix(".")
        for attribute in node.attribute:
            yield from operators_of(attribute.g)


def model_of(nodes, results, opset, arrays, functions=()):
    nodes = nodes if isinstance(nodes, list) else [nodes]
    inputs = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
              for name, array in arrays.items() if not isinstance(array, Constant)]
    outputs = [helper.make_empty_tensor_value_info(name) for name in results.split()]
    constants = [array.proto(name) for name, array in arrays.items() if isinstance(array, Constant)]
    graph = helper.make_graph(nodes, "case", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", opset), helper.make_opsetid(MICROSOFT, 1)]
    opsets += [helper.make_opsetid(domain, 1) for domain in sorted({function.domain for function in functions})]
    return helper.make_model(graph, opset_imports=opsets, functions=list(functions), ir_version=8 if opset < 21 else 10)


def by_onnxruntime(model, feeds):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


def by_onnx(model, feeds):
    return ReferenceEvaluator(model).run(None, feeds)


def expected(model, arrays, reference):
    """By ONNX Runtime, which takes the nodes or others that say the same; or, where it does not compute the operator, by ONNX's own evaluator or a function of
    the arrays."""
    feeds = {name: array for name, array in arrays.items() if not isinstance(array, Constant)}
    if callable(reference):
        results = reference(*(array.values if isinstance(array, Constant) else array for array in arrays.values()))
        return list(results) if isinstance(results, tuple) else [results]
    return by_onnx(model, feeds) if reference == "onnx" else by_onnxruntime(model, feeds)


def write_tensors(folder, kind, arrays, ports):
    for index, (array, port) in enumerate(zip(arrays, ports)):
        proto = numpy_helper.from_array(np.ascontiguousarray(array).reshape(np.shape(array)), port.name)
        (folder / f"{kind}_{index}.pb").write_bytes(proto.SerializeToString())


def write(folder, model, arrays, results):
    for port, result in zip(model.graph.output, results):
        port.type.tensor_type.elem_type = helper.np_dtype_to_tensor_dtype(np.asarray(result).dtype)
    data = folder / "test_data_set_0"
    data.mkdir()
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    write_tensors(data, "input", [array for array in arrays.values() if not isinstance(array, Constant)], model.graph.input)
    write_tensors(data, "output", results, model.graph.output)


def write_refusal(folder, model, message):
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    (folder / "refusal.txt").write_text(message)


__all__ = ["F32", "HOST", "Constant", "Family", "TensorProto", "c", "given", "helper", "integers", "ints", "np", "numpy_helper", "onnx", "op", "positive", "x"]

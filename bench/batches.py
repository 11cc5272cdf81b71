"""A model of one sample at a time, made to take several at once."""
import numpy as np
import onnx
from onnx import numpy_helper


# Another order of sums moves a number across a rounding here and there; another computation moves most of them.
TOLERANCE = 0.03


def rebatched(model, batch):
    """A copy of the model whose inputs' first dimension is `batch` times as large, as are constant shapes that it is part of.

    Whether the result computes the same is for the caller to check: a model may use its first dimension in other ways.
    """
    model = onnx.ModelProto.FromString(model.SerializeToString())
    graph = model.graph
    del graph.value_info[:]
    given = {t.name for t in graph.initializer}
    for value in graph.input:
        if value.name not in given:
            first = value.type.tensor_type.shape.dim[0]
            first.dim_value = batch * (first.dim_value or 1)
    for value in graph.output:
        value.type.tensor_type.ClearField("shape")
    shapes = {node.input[1] for node in graph.node if node.op_type == "Reshape"}
    for tensor in [t for t in graph.initializer if t.name in shapes] + constants_of(graph, shapes):
        dims = numpy_helper.to_array(tensor).copy()
        if dims.ndim == 1 and dims.size > 1 and dims[0] == 1:
            dims[0] = batch
            tensor.CopyFrom(numpy_helper.from_array(dims, tensor.name))
    return model


def constants_of(graph, names):
    """The tensors of the Constant nodes that make the values of these names."""
    return [a.t for node in graph.node if node.op_type == "Constant" and node.output[0] in names
            for a in node.attribute if a.name == "value"]


def stacked(feeds):
    """The feeds of several samples as those of one batch."""
    return {name: np.concatenate([f[name] for f in feeds]) for name in feeds[0]}


def agree(batch, singles):
    """Whether a batch's results are those of its samples."""
    for name, together in batch.items():
        alone = np.concatenate([s[name] for s in singles])
        if alone.shape != together.shape:
            return False
        if np.linalg.norm(alone - together) > TOLERANCE * max(np.linalg.norm(alone), 1e-6):
            return False
    return True

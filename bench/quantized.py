"""ONNX Runtime's own int8 forms of a float model: QDQ, statically quantized, weights per channel; and dynamically quantized.

Activations are unsigned bytes: that is what its kernels are made for on x86-64, where one instruction multiplies unsigned by signed
bytes. With signed ones, its other choice, each of the generated architectures was slower, ResNet-50 and the YOLO two to four times.
"""
import pathlib
import tempfile

import numpy as np
import onnx
from onnx import version_converter
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

# The first one whose DequantizeLinear has an axis.
PER_CHANNEL_OPSET = 13


class Samples(CalibrationDataReader):
    """Samples along the first axis of each array, fed as the model's own (possibly larger) inputs, one after the other."""

    def __init__(self, shapes, data, count=None):
        """`shapes`: the model's inputs, by name; `data`: arrays by name."""
        self.shapes, self.data = shapes, {name: data[name] for name in shapes}
        self.count = count or len(next(iter(self.data.values())))
        self.rewind()

    def rewind(self):
        self.feeds = iter(range(self.count))

    def get_next(self):
        index = next(self.feeds, None)
        if index is None:
            return None
        return {name: sample_at(self.data[name], index, shape) for name, shape in self.shapes.items()}

    def __len__(self):
        return self.count


def sample_at(array, index, shape):
    """What `tare run` feeds as sample `index`: rows of the array where the model's first axis counts samples, else a whole entry."""
    if array.ndim == len(shape):
        rows = np.take(array, np.arange(index * shape[0], (index + 1) * shape[0]) % len(array), axis=0)
        return np.ascontiguousarray(rows)
    return np.ascontiguousarray(array[index % len(array)]).reshape(shape)


def input_shapes(model):
    """The shapes of a model's inputs, by name, without those that initializers give; an open dimension is 1."""
    given = {t.name for t in model.graph.initializer}
    return {i.name: tuple(d.dim_value or 1 for d in i.type.tensor_type.shape.dim)
            for i in model.graph.input if i.name not in given}


def opset(model):
    return next(o.version for o in model.opset_import if o.domain in ("", "ai.onnx"))


def prepare(source, target):
    """What ONNX Runtime's documentation asks for before quantizing: batch normalization folded, shapes inferred, a recent opset."""
    with tempfile.TemporaryDirectory() as folder:
        model = onnx.load(source)
        if opset(model) < PER_CHANNEL_OPSET:
            source = pathlib.Path(folder) / "newer.onnx"
            onnx.save(version_converter.convert_version(model, PER_CHANNEL_OPSET), source)
        quant_pre_process(source, target, skip_symbolic_shape=True)


def quantize(source, target, data, samples=8):
    """Writes `target`, the QDQ form of the prepared float model `source`, its ranges from min and max of `samples` samples."""
    reader = Samples(input_shapes(onnx.load(source)), data, samples)
    quantize_static(source, target, reader, quant_format=QuantFormat.QDQ, per_channel=True, activation_type=QuantType.QUInt8,
                    weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax,
                    # It fails on a bias of more than one dimension, and does not change how fast the result is.
                    extra_options={"QDQDisableWeightAdjustForInt32Bias": True})


def is_for_sequences(model):
    """Whether it is what ONNX Runtime's documentation recommends dynamic quantization for: a transformer or a recurrent network."""
    given = {tensor.name for tensor in model.graph.initializer} | {node.output[0] for node in model.graph.node if node.op_type == "Constant"}
    return any(node.op_type in ("LSTM", "GRU", "RNN") or node.op_type == "MatMul" and not given.intersection(node.input) for node in model.graph.node)


def quantize_dynamically(source, target):
    """Writes `target`, the form of the float model `source` whose activations' ranges are found while it runs."""
    quantize_dynamic(source, target, weight_type=QuantType.QInt8)

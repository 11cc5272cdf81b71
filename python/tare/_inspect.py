"""What is in a model."""
import json

from ._files import path_of
from ._task import _driver, call, given, listed
from ._texts import shown


def inspect(model, *, input_shapes=None, input_values=None) -> dict:
    """A model's inputs, outputs, layers and memory: what `tare inspect --json` prints (docs/tools.md). Of a program also each layer's
    multipliers m, shifts q (M = m * 2^-q) and the bits that its accumulator has to spare.

    model:   a path (.onnx, .mlir, .tare), a tare.Program or an onnx.ModelProto
    """
    with path_of(model) as path:
        request = given(input_shapes=listed(input_shapes), input_values=listed(input_values))
        return json.loads(shown(call(_driver.inspect, path, request, progress=False)))

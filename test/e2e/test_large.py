"""Converting a network of 25 million parameters is small, and so is one whose weights lie far back in a file."""
import os

import numpy as np
import onnx
import pytest

import graphs
from harness import tare
from models.large import resnet50
from zoo import measure

MOST_MODEL_SIZES = 2.25


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    onnx.save(resnet50(), folder / "resnet50.onnx")
    tare("calibrate", folder / "resnet50.onnx", "--random-calibration", "--samples", "1", "-o", folder / "ranges.json")
    return folder


def test_convert_is_small(network):
    model, out = network / "resnet50.onnx", network / "out.tare"
    cost = measure("convert", model, "--calibration", network / "ranges.json", "-o", out)
    size = model.stat().st_size
    assert size > 100e6 and out.stat().st_size < 0.3 * size
    assert cost.megabytes * 2**20 < MOST_MODEL_SIZES * size


# Beyond what 32 bits count, and not at a page's beginning.
FAR = 2**32 + 3 * 2**20 + 64


def store_far(model, folder):
    """The model with its weights in a file with a hole of 4 GB in front."""
    with open(folder / "far.weights", "wb") as file:
        file.seek(FAR)
        for tensor in model.graph.initializer:
            data, offset = tensor.raw_data, file.tell()
            file.write(data)
            tensor.ClearField("raw_data")
            tensor.data_location = onnx.TensorProto.EXTERNAL
            for key, value in {"location": "far.weights", "offset": offset, "length": len(data)}.items():
                tensor.external_data.add(key=key, value=str(value))
    onnx.save(model, folder / "far.onnx")
    return folder / "far.onnx"


def test_external_data_is_mapped(tmp_path):
    """Weights of 85 MB behind 4 GB that nobody needs: the memory is that of their integers, and of one layer's pages of the file."""
    model = graphs.network("chain", 9, channels=512)
    onnx.save(model, tmp_path / "near.onnx")
    ranges = tmp_path / "ranges.json"
    tare("calibrate", tmp_path / "near.onnx", "--random-calibration", "--samples", "1", "-o", ranges)
    far = store_far(model, tmp_path)
    assert os.stat(tmp_path / "far.weights").st_size > 2**32
    tare("convert", tmp_path / "near.onnx", "--calibration", ranges, "-o", tmp_path / "near.tare")
    cost = measure("convert", far, "--calibration", ranges, "-o", tmp_path / "far.tare")
    assert (tmp_path / "near.tare").read_bytes() == (tmp_path / "far.tare").read_bytes()
    small = measure("convert", tmp_path / "near.onnx", "--help")
    weights = sum(np.prod(t.dims) * 4 for t in model.graph.initializer) / 2**20
    assert cost.megabytes - small.megabytes < 0.9 * weights

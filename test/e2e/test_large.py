"""Converting a network of 25 million parameters is quick and small."""
import onnx
import pytest

from harness import tare
from models.large import resnet50
from zoo import measure

MOST_SECONDS = 2.0
MOST_MODEL_SIZES = 2.25


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    onnx.save(resnet50(), folder / "resnet50.onnx")
    tare("calibrate", folder / "resnet50.onnx", "--random-calibration", "--samples", "1", "-o", folder / "ranges.json")
    return folder


def test_convert_is_quick_and_small(network):
    model, out = network / "resnet50.onnx", network / "out.tare"
    # The better of two: other processes may be in the way.
    runs = [measure("convert", model, "--calibration", network / "ranges.json", "-o", out) for _ in range(2)]
    size = model.stat().st_size
    assert size > 100e6 and out.stat().st_size < 0.3 * size
    assert min(r.seconds for r in runs) < MOST_SECONDS
    assert min(r.megabytes for r in runs) * 2**20 < MOST_MODEL_SIZES * size

"""(A59): the default method of calibration keeps what few values say, and what many values say beside an outlier."""
import numpy as np
import pytest

from graphs import node, port, reference, save
from harness import cosine, load, tare, tare_json

SIDE, CLASSES = 128, 3


def detector(folder):
    """Boxes in 0 .. 318 beside scores in 0 .. 1, through SiLU: one pixel in 16384 shows an object, and is by far the brightest."""
    rng = np.random.default_rng(6)
    nodes, constants = [], {}

    def conv(source, result, inputs, outputs, gain=1.0, offset=0.0):
        constants[result + "_w"] = rng.normal(0, gain / np.sqrt(inputs), (outputs, inputs, 1, 1)).astype(np.float32)
        constants[result + "_b"] = np.full(outputs, offset, np.float32)
        nodes.append(node("Conv", [source, result + "_w", result + "_b"], [result], name=result))
        return result

    def silu(source):
        nodes.append(node("Sigmoid", [source], [source + "_gate"], name=source + "_gate"))
        nodes.append(node("Mul", [source, source + "_gate"], [source + "_y"], name=source + "_y"))
        return source + "_y"

    features = silu(conv(silu(conv("x", "c1", 3, 16)), "c2", 16, 16))
    conv(features, "sides", 16, 4, gain=2.0)
    conv(features, "logits", 16, CLASSES, gain=3.0, offset=-8.0)
    constants["logits_w"] = np.abs(constants["logits_w"])
    constants["size"] = np.float32([318])
    nodes += [node("Sigmoid", ["sides"], ["shares"], name="shares"), node("Mul", ["shares", "size"], ["boxes"], name="boxes"),
              node("Sigmoid", ["logits"], ["scores"], name="scores"), node("Concat", ["boxes", "scores"], ["y"], name="join", axis=1)]
    return save(folder / "m.onnx", nodes, [port("x", [1, 3, SIDE, SIDE])], [port("y", [1, 4 + CLASSES, SIDE, SIDE])], constants)


def photos(count, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 0.7, (count, 3, SIDE, SIDE))
    rows, columns = rng.integers(0, SIDE, (2, count))
    x[np.arange(count), :, rows, columns] = rng.uniform(5, 12, (count, 1)) * np.sign(rng.normal(size=(count, 3)))
    return {"x": x.astype(np.float32)}


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = tmp_path_factory.mktemp("detector")
    np.savez(folder / "calibration.npz", **photos(24, 1))
    unseen = photos(24, 2)
    np.savez(folder / "unseen.npz", **unseen)
    model = detector(folder)
    return folder, model, reference(model, unseen)["y"]


def kept(case, *options):
    """The cosines of boxes and scores, and the warnings of collapses."""
    folder, model, real = case
    said = tare_json("convert", model, "--calibration", folder / "calibration.npz", *options, "-o", folder / "m.tare")
    tare("run", folder / "m.tare", "--inputs", folder / "unseen.npz", "--outputs", folder / "y.npz")
    integer = load(folder / "y.npz")["y"]
    collapses = [warning for warning in said["warning_details"] if warning["kind"] == "CollapsedOutput"]
    return cosine(real[:, :4], integer[:, :4]), cosine(real[:, 4:], integer[:, 4:]), collapses


@pytest.mark.parametrize("activations", ["i8", "i16"])
def test_a_detector_keeps_boxes_and_scores(case, activations):
    boxes, scores, collapses = kept(case, "--activations", activations)
    assert boxes > 0.999 and scores > 0.98 and not collapses


@pytest.mark.parametrize("activations", ["i8", "i16"])
def test_who_cuts_rare_values_off_is_told_what_it_costs(case, activations):
    """So that the test above can fail."""
    _, scores, collapses = kept(case, "--activations", activations, "--method", "percentile")
    assert scores < 0.9
    (collapse,) = collapses
    assert "what is from value 'scores'" in collapse["text"] and collapse["remedy"].startswith("--method min_max mends it")


@pytest.mark.parametrize("activations", ["i8", "i16"])
def test_one_outlier_does_not_take_all_steps(tmp_path, activations):
    nodes = [node("LeakyRelu", ["x"], ["y"], name="act", alpha=0.5)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4096])], [port("y", [1, 4096])])
    data = np.random.default_rng(5).normal(size=(16, 1, 4096)).astype(np.float32)
    data[0, 0, 0] = 1e4
    np.savez(tmp_path / "x.npz", x=data)
    (output,) = tare_json("convert", model, "--calibration", tmp_path / "x.npz", "--activations", activations, "-o",
                          tmp_path / "m.tare")["check"]["outputs"]
    assert output["collapsed"] == [] and output["sqnr_db"] > 30

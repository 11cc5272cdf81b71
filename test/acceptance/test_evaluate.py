"""tare evaluate: one table of what a model and what was made of it score on labelled data. What is expected comes from numpy and from the outputs that
`tare run` writes."""
import importlib.util
import json
import os
import pathlib
import signal
import stat
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

from graphs import node, port, save
from harness import BIN, MODELS, ROOT, cosine, fails, load, tare, tare_json

DIGITS = ROOT / "examples/digits"
MODEL, CALIBRATION, TEST = DIGITS / "digits.onnx", DIGITS / "calibration.npz", DIGITS / "test.npz"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The digits in every form."""
    folder = tmp_path_factory.mktemp("made")
    for name, arguments in (("i8.tare", []), ("i16.tare", ["--activations", "i16"]), ("shift.tare", ["--target", "shift_only"]), ("qdq.mlir", ["--emit", "mlir:qdq"]),
                            ("fused.mlir", ["--emit", "mlir:fused"]), ("npu.mlir", ["--emit", "mlir:npu"]), ("float.mlir", ["--emit", "mlir:float"])):
        tare("convert", MODEL, "--calibration", CALIBRATION, *arguments, "-o", folder / name, "-q")
    return folder


def run(model, folder, data=TEST):
    tare("run", model, "--inputs", data, "--outputs", folder / "y.npz", "-q")
    return load(folder / "y.npz")


def evaluate(model, *arguments, data=TEST, metric="top1"):
    return tare_json("evaluate", model, *arguments, "--data", data, "--metric", metric)


def refused(model, *arguments, data=TEST, metric="top1"):
    return fails("evaluate", model, *arguments, "--data", data, "--metric", metric)


def top(scores, labels, best):
    order = (-scores.astype(np.float64)).argsort(1, kind="stable")[:, :best]
    return (order == labels[:, None]).any(1).mean()


@pytest.mark.parametrize("metric, best", [("top1", 1), ("top5", 5)])
def test_classes(made, tmp_path, metric, best):
    labels = load(TEST)["labels"]
    names = ["i8.tare", "i16.tare", "shift.tare", "qdq.mlir", "npu.mlir"]
    found = evaluate(MODEL, *[made / name for name in names], metric=metric)
    own = top(run(MODEL, tmp_path)["logits"], labels, best)
    assert found["model"] == {"file": str(MODEL), "form": "float", "score": own} and found["samples"] == 450
    assert found["metric"] == metric and found["outputs"] == ["logits"] and found["labels"] == "labels" and found["data"] == str(TEST)
    assert [each["rank"] for each in found["configurations"]] == [1, 2, 3, 4, 5]
    for each in found["configurations"]:
        score = top(run(each["file"], tmp_path)["logits"], labels, best)
        assert each["score"] == score and each["failed"] is None
        assert each["loss_percent"] == pytest.approx(abs(score - own) / own * 100)
    losses = [each["loss_percent"] for each in found["configurations"]]
    assert losses == sorted(losses)


def test_forms(made):
    found = evaluate(MODEL, *made.glob("*.mlir"), made / "i8.tare")
    assert {os.path.basename(each["file"]): each["form"] for each in found["configurations"]} == \
        {"i8.tare": "program", "qdq.mlir": "qdq", "fused.mlir": "fused", "npu.mlir": "npu", "float.mlir": "float"}
    # Integers are the same in each form.
    scores = {os.path.basename(each["file"]): each["score"] for each in found["configurations"]}
    assert scores["npu.mlir"] == scores["i8.tare"] and scores["float.mlir"] == found["model"]["score"]
    # Any of them may be the reference.
    assert evaluate(made / "npu.mlir", made / "i8.tare")["configurations"][0]["loss_percent"] == 0


def test_the_table(made):
    done = tare("evaluate", MODEL, made / "shift.tare", made / "i16.tare", "--data", TEST, "--metric", "top1")
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["rank", "configuration", "form", "top1", "loss", "%"]
    assert lines[1].split()[:2] == [str(MODEL), "float"] and len(lines[1].split()) == 3
    assert lines[2].split()[0] == "1" and lines[3].split()[0] == "2"
    assert lines[5] == "450 samples; top1 of 'logits' against 'labels'"
    assert "not checked whether samples were calibrated on" in done.stderr
    assert tare("evaluate", MODEL, made / "i16.tare", "--data", TEST, "--metric", "top1", "-q").stderr == ""


def test_samples_and_threads(made):
    arguments = [MODEL, made / "i8.tare", made / "shift.tare", made / "qdq.mlir"]
    for metric in ("top1", "cosine"):
        found = [evaluate(*arguments, "--threads", threads, "--samples", 101, metric=metric) for threads in (1, 2, 3, 7)]
        assert found[0]["samples"] == 101 and all(each == found[0] for each in found)


# What fails

def test_a_configuration_that_fails_is_a_row(made, tmp_path):
    save(tmp_path / "other.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", [1, 4])], [port("y", [1, 4])])
    (tmp_path / "damaged.tare").write_bytes((made / "i8.tare").read_bytes()[:-1])
    arguments = ["evaluate", MODEL, tmp_path / "absent.tare", made / "i8.tare", tmp_path / "other.onnx", tmp_path / "damaged.tare", made / "i16.tare", "--data", TEST,
                 "--metric", "top1"]
    done = tare(*arguments, check=False)
    rows = done.stdout.splitlines()
    assert done.returncode == 1 and rows[0].split()[-1] == "failed"
    assert [row.split()[0] for row in rows[2:4]] == ["1", "2"]
    for row, name, why in zip(rows[4:7], ["absent.tare", "other.onnx", "damaged.tare"], ["absent.tare", "", "damaged.tare"]):
        assert name in row.split()[0] and why in row.split(maxsplit=1)[1]
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("tare: error: ") and done.stderr.endswith("(3 of 5 configurations failed)\n")
    assert str(tmp_path / "absent.tare") in done.stderr
    # The same as JSON: the result is there, beside the error.
    done = tare(*arguments, "--json", check=False)
    document = json.loads(done.stdout)
    assert done.returncode == 1 and document["error"]["file"] == str(tmp_path / "absent.tare")
    assert [each["rank"] for each in document["configurations"]] == [1, 2, None, None, None]
    assert all((each["score"] is None) == (each["rank"] is None) == (each["failed"] is not None) for each in document["configurations"])


def test_a_part_without_the_output_fails(made, tmp_path):
    tare("convert", MODEL, "--calibration", CALIBRATION, "--outputs", "relu1_out,relu4_out", "-o", tmp_path / "part.tare", "-q")
    done = tare("evaluate", MODEL, tmp_path / "part.tare", made / "i8.tare", "--data", TEST, "--metric", "top1", check=False)
    assert "part.tare: has no output 'logits', which --metric looks at, only 'relu1_out', 'relu4_out'" in done.stderr and done.returncode == 1
    assert "i8.tare" in done.stdout


def test_a_model_that_fails_is_an_error(made, tmp_path):
    assert "absent.onnx" in refused(tmp_path / "absent.onnx", made / "i8.tare")


def test_indices_that_a_sample_has_wrong(tmp_path):
    """The earliest sample that fails is told, on any number of threads."""
    table = np.arange(12, dtype=np.float32).reshape(6, 2)
    model = save(tmp_path / "m.onnx", [node("Add", ["x", "zero"], ["y"], name="add")], [port("x", [1, 2])], [port("y", [1, 2])], {"zero": np.zeros((1, 2), np.float32)})
    other = save(tmp_path / "other.onnx", [node("Cast", ["x"], ["i"], name="cast", to=7), node("Gather", ["table", "i"], ["g"], name="gather"), node("ReduceMax", ["g", "axes"], ["y"], name="max", keepdims=0)],
                 [port("x", [1, 2])], [port("y", [1, 2])], {"table": table, "axes": np.array([1])})
    x = np.zeros((64, 2), np.float32)
    x[17:, 0] = 9
    np.savez(tmp_path / "x.npz", x=x, labels=np.zeros(64, np.int64))
    for threads in (1, 2, 5):
        said = refused(model, other, "--threads", threads, data=tmp_path / "x.npz")
        assert "(sample 17)" in said and "1 of 1 configurations failed" in said


# Labels

@pytest.fixture
def line(tmp_path):
    """A model that gives back its two scores, and its program."""
    model = save(tmp_path / "m.onnx", [node("Add", ["x", "zero"], ["y"], name="add")], [port("x", [1, 2])], [port("y", [1, 2])], {"zero": np.zeros((1, 2), np.float32)})
    x = np.random.default_rng(5).uniform(-1, 1, (40, 2)).astype(np.float32)
    np.savez(tmp_path / "c.npz", x=x)
    tare("convert", model, "--calibration", tmp_path / "c.npz", "-o", tmp_path / "m.tare", "-q")
    return tmp_path, x


def with_labels(line, labels, name="labels"):
    folder, x = line
    np.savez(folder / "t.npz", x=x, **{name: labels})
    return [folder / "m.onnx", folder / "m.tare"], {"data": folder / "t.npz"}


@pytest.mark.parametrize("name", ["labels", "label", "y"])
@pytest.mark.parametrize("kind", [np.uint8, np.int32, np.int64, np.float32, np.float64, np.bool_])
def test_names_and_types_of_labels(line, name, kind):
    labels = line[1].argmax(1)
    labels[:10] ^= 1
    arguments, data = with_labels(line, labels.astype(kind), name)
    assert evaluate(*arguments, **data)["model"]["score"] == 0.75


def test_labels_by_name(line):
    arguments, data = with_labels(line, line[1].argmax(1), "truth")
    said = refused(*arguments, **data)
    assert "t.npz: no array 'labels', 'label', 'y' of labels, only 'x', 'truth'; name it by --labels" in said
    assert evaluate(*arguments, "--labels", "truth", **data)["model"]["score"] == 1
    assert "t.npz: no array 'trut' of labels, only" in refused(*arguments, "--labels", "trut", **data)
    assert "--labels names 'x', which is an input" in refused(*arguments, "--labels", "x", **data)


@pytest.mark.parametrize("change, words", [
    (lambda y: y[:, None, None], "array 'labels' has shape 40x1x1, expected a label for each sample"),
    (lambda y: np.eye(2)[y], "array 'labels' has shape 40x2, expected a label for each sample"),
    (lambda y: y[:39], "has 39 samples, but 'x' has 40"),
    (lambda y: y + 1, "array 'labels': the label of sample 0 is 2, expected one of the 2 classes of output 'y', 0 to 1"),
    (lambda y: -y, "is -1, expected one of the 2 classes"),
    (lambda y: y + 0.5, "is 0.5, expected one of the 2 classes"),
    (lambda y: y * np.nan, "is nan, expected one of the 2 classes"),
], ids=range(7))
def test_labels_that_are_none(line, change, words):
    y = line[1].argmax(1)
    y[0] = 1
    if "0.5" in words:
        y[0] = 0
    arguments, data = with_labels(line, change(y))
    said = refused(*arguments, "--threads", 1, **data)
    assert words in said and "t.npz" in said


def test_labels_of_one_column_and_in_a_folder(line):
    folder, x = line
    arguments, data = with_labels(line, x.argmax(1)[:, None])
    assert evaluate(*arguments, **data)["model"]["score"] == 1
    (folder / "data").mkdir()
    for k, part in enumerate(np.split(np.arange(40), [7, 30])):
        np.savez(folder / f"data/{k}.npz", x=x[part], labels=x[part].argmax(1))
    found = evaluate(*arguments, data=folder / "data")
    assert found["samples"] == 40 and found["model"]["score"] == 1
    np.save(folder / "x.npy", x)
    assert "x.npy: a .npy file holds one array, and no labels; give an .npz with 'labels' besides" in refused(*arguments, data=folder / "x.npy")


def test_a_batch_has_a_label_for_each_row(tmp_path):
    model = save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", [8, 3])], [port("y", [8, 3])])
    x = np.random.default_rng(3).uniform(0, 1, (40, 3)).astype(np.float32)
    labels = x.argmax(1)
    labels[:10] = (labels[:10] + 1) % 3
    np.savez(tmp_path / "c.npz", x=x)
    tare("convert", model, "--calibration", tmp_path / "c.npz", "-o", tmp_path / "m.tare", "-q")
    for shape in ((40,), (5, 8)):
        np.savez(tmp_path / "t.npz", x=x, labels=labels.reshape(shape))
        found = evaluate(model, tmp_path / "m.tare", data=tmp_path / "t.npz")
        assert found["samples"] == 5 and found["model"]["score"] == 0.75


def test_an_output_that_is_the_class(tmp_path):
    model = save(tmp_path / "m.onnx", [node("Relu", ["x"], ["s"], name="relu"), node("ArgMax", ["s"], ["y"], name="arg", axis=1, keepdims=0)], [port("x", [1, 7])],
                 [port("y", [1], np.int64)])
    x = np.random.default_rng(3).uniform(0, 1, (40, 7)).astype(np.float32)
    np.savez(tmp_path / "t.npz", x=x, y=np.where(np.arange(40) < 10, (x.argmax(1) + 1) % 7, x.argmax(1)))
    tare("convert", model, "--calibration", tmp_path / "t.npz", "-o", tmp_path / "m.tare", "-q")
    assert evaluate(model, tmp_path / "m.tare", data=tmp_path / "t.npz")["model"]["score"] == 0.75
    assert "output 'y' is a class, found no scores, which --metric top5 needs" in refused(model, tmp_path / "m.tare", data=tmp_path / "t.npz", metric="top5")


# auc

def area(scores, labels):
    """By all pairs."""
    difference = scores[labels == 1][:, None].astype(np.float64) - scores[labels == 0][None]
    return ((difference > 0) + 0.5 * (difference == 0)).mean()


def test_auc_of_scores(tmp_path):
    model = save(tmp_path / "m.onnx", [node("ReduceMean", ["x", "axes"], ["y"], name="mean")], [port("x", [1, 4])], [port("y", [1, 1])], {"axes": np.array([1])})
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, 300)
    x = np.round(rng.normal(size=(300, 4)) + 0.5 * labels[:, None], 1).astype(np.float32)
    np.savez(tmp_path / "t.npz", x=x, labels=labels)
    tare("convert", model, "--calibration", tmp_path / "t.npz", "-o", tmp_path / "m.tare", "-q")
    found = evaluate(model, tmp_path / "m.tare", data=tmp_path / "t.npz", metric="auc")
    for each in (found["model"], *found["configurations"]):
        assert each["score"] == pytest.approx(area(run(each["file"], tmp_path, tmp_path / "t.npz")["y"][:, 0], labels), abs=1e-12)
    assert 0.6 < found["model"]["score"] < 0.9
    for labels, words in ((labels + 1, "is 2, expected 0 or 1"), (labels * 0, "all labels are one and the same")):
        np.savez(tmp_path / "t.npz", x=x, labels=labels)
        assert words in refused(model, tmp_path / "m.tare", data=tmp_path / "t.npz", metric="auc")


def test_auc_of_a_reconstruction(tmp_path):
    weights = np.random.default_rng(2).normal(size=(6, 2)).astype(np.float32)
    model = save(tmp_path / "m.onnx", [node("MatMul", ["x", "w"], ["h"], name="down"), node("MatMul", ["h", "v"], ["y"], name="up")], [port("x", [1, 6])],
                 [port("y", [1, 6])], {"w": weights, "v": np.linalg.pinv(weights)})
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, 200)
    x = (rng.normal(size=(200, 2)) @ weights.T + (0.1 + 0.2 * labels[:, None]) * rng.normal(size=(200, 6))).astype(np.float32)
    np.savez(tmp_path / "t.npz", x=x, label=labels)
    tare("convert", model, "--calibration", tmp_path / "t.npz", "-o", tmp_path / "m.tare", "-q")
    found = evaluate(model, tmp_path / "m.tare", data=tmp_path / "t.npz", metric="auc")
    for each in (found["model"], *found["configurations"]):
        distance = ((run(each["file"], tmp_path, tmp_path / "t.npz")["y"].astype(np.float64) - x) ** 2).mean(1)
        assert each["score"] == pytest.approx(area(distance, labels), abs=1e-12)
    assert "is 1x10 for each sample, expected one score" in refused(MODEL, MODEL, metric="auc")


# psnr and cosine

def psnr(reference, value, peak):
    return 10 * np.log10(peak**2 / np.mean((reference.astype(np.float64) - value) ** 2))


@pytest.fixture
def images(tmp_path):
    weights = np.random.default_rng(2).normal(size=(1, 1, 3, 3)).astype(np.float32)
    model = save(tmp_path / "m.onnx", [node("Conv", ["x", "w"], ["y"], name="conv", pads=[1, 1, 1, 1])], [port("x", [1, 1, 8, 8])], [port("y", [1, 1, 8, 8])], {"w": weights})
    x = np.random.default_rng(5).uniform(0, 60, (20, 1, 8, 8)).astype(np.float32)
    np.savez(tmp_path / "c.npz", x=x)
    tare("convert", model, "--calibration", tmp_path / "c.npz", "-o", tmp_path / "m.tare", "-q")
    y = {name: run(tmp_path / name, tmp_path, tmp_path / "c.npz")["y"] for name in ("m.onnx", "m.tare")}
    sharp = np.clip(np.round(y["m.onnx"] + np.random.default_rng(6).normal(size=y["m.onnx"].shape)), 0, 255)
    np.savez(tmp_path / "t.npz", x=x, sharp=sharp.astype(np.uint8), real=sharp.astype(np.float32), labels=np.zeros(20, np.int64))
    return tmp_path, y, sharp


@pytest.mark.parametrize("arguments, peak", [(["--labels", "sharp"], 255), (["--labels", "real"], None), (["--labels", "real", "--peak", 100], 100), (["--labels", "sharp", "--peak", 100], 100)], ids=str)
def test_psnr_against_images(images, arguments, peak):
    folder, y, sharp = images
    found = evaluate(folder / "m.onnx", folder / "m.tare", *arguments, data=folder / "t.npz", metric="psnr")
    peak = peak or sharp.max() - sharp.min()
    assert found["model"]["score"] == pytest.approx(psnr(sharp, y["m.onnx"], peak), rel=1e-9)
    program, = found["configurations"]
    assert program["score"] == pytest.approx(psnr(sharp, y["m.tare"], peak), rel=1e-9) and found["labels"] == arguments[1]


def test_psnr_against_float(images):
    """Of which float itself is infinitely far from nothing: there is no loss, and the best comes first."""
    folder, y, _ = images
    tare("convert", folder / "m.onnx", "--calibration", folder / "c.npz", "--activations", "i16", "-o", folder / "i16.tare", "-q")
    arguments = ["evaluate", folder / "m.onnx", folder / "m.tare", folder / "i16.tare", "--data", folder / "t.npz", "--metric", "psnr"]
    found = tare_json(*arguments)
    best, program = found["configurations"]
    reference = y["m.onnx"]
    assert program["score"] == pytest.approx(psnr(reference, y["m.tare"], reference.max() - reference.min()), rel=1e-6)
    assert best["file"].endswith("i16.tare") and best["score"] > program["score"] and found["labels"] is None
    assert found["model"]["score"] is None and best["loss_percent"] is None
    done = tare(*arguments)
    assert "exact" in done.stdout and "against the float model" in done.stdout and "the float model's score is infinite, of which no loss is a share" in done.stderr


def test_cosine(images):
    folder, y, sharp = images
    found = evaluate(folder / "m.onnx", folder / "m.tare", data=folder / "t.npz", metric="cosine")
    assert found["model"]["score"] == pytest.approx(1, abs=1e-12)
    program, = found["configurations"]
    assert program["score"] == pytest.approx(cosine(y["m.onnx"], y["m.tare"]), rel=1e-9)
    assert program["loss_percent"] == pytest.approx(100 * (1 - cosine(y["m.onnx"], y["m.tare"])), rel=1e-6)
    found = evaluate(folder / "m.onnx", folder / "m.tare", "--labels", "sharp", data=folder / "t.npz", metric="cosine")
    assert found["model"]["score"] == pytest.approx(cosine(sharp, y["m.onnx"]), rel=1e-9)
    assert "has shape" in refused(folder / "m.onnx", folder / "m.tare", "--labels", "labels", data=folder / "t.npz", metric="cosine")


def test_a_reference_without_a_span(line):
    arguments, data = with_labels(line, np.ones((40, 2), np.float32))
    assert "is one and the same number everywhere, found no span for psnr; give --peak P" in refused(*arguments, "--labels", "labels", metric="psnr", **data)


def test_a_score_of_0(line):
    labels = line[1].argmin(1)
    arguments, data = with_labels(line, labels)
    found = evaluate(*arguments, **data)
    assert found["model"]["score"] == 0 and found["configurations"][0]["loss_percent"] is None and found["configurations"][0]["rank"] == 1
    assert "the float model's score is 0, of which no loss is a share" in tare("evaluate", *arguments, "--data", data["data"], "--metric", "top1").stderr


# map: what is expected is score.py's measure, in numpy.

def iou(a, b):
    lt, rb = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = np.clip(rb - lt, 0, None).prod(2)
    return inter / ((a[:, 2:] - a[:, :2]).prod(1)[:, None] + (b[:, 2:] - b[:, :2]).prod(1)[None] - inter + 1e-9)


def suppressed(box, score, kind, threshold, least=0, most=100):
    keep = score > least
    box, score, kind = box[keep], score[keep], kind[keep]
    order = (-score).argsort(kind="stable")
    box, score, kind = box[order][:1000], score[order][:1000], kind[order][:1000]
    alive, kept = np.ones(len(score), bool), []
    for i in range(len(score)):
        if alive[i] and len(kept) < most:
            kept.append(i)
            alive &= ~((iou(box[i:i + 1], box)[0] > threshold) & (kind == kind[i]))
    return box[kept], score[kept], kind[kept]


def mean_ap(detections, truths):
    table = []
    for c in sorted({int(k) for truth in truths for k in truth[:, 0] if k >= 0}):
        want = [t[t[:, 0] == c][:, 1:] for t in truths]
        found = sorted(((s, i, b) for i, (bs, ss, cs) in enumerate(detections) for b, s in zip(bs[cs == c], ss[cs == c])), key=lambda r: -r[0])
        row = []
        for threshold in np.arange(.5, 1, .05):
            used, hits = [np.zeros(len(w), bool) for w in want], []
            for _, i, b in found:
                overlap = np.where(used[i], -1, iou(b[None], want[i])[0]) if len(want[i]) else np.array([-1.])
                hits.append(overlap.max() >= threshold)
                if hits[-1]:
                    used[i][overlap.argmax()] = True
            cumulated = np.cumsum(hits) if hits else np.zeros(0)
            recall, precision = cumulated / sum(map(len, want)), cumulated / np.arange(1, len(hits) + 1)
            row.append(np.mean([precision[recall >= r].max() if (recall >= r).any() else 0 for r in np.linspace(0, 1, 101)]))
        table.append(row)
    return np.mean(table), np.mean(np.array(table)[:, 0])


COUNT, CLASSES, IMAGES = 30, 4, 12


@pytest.fixture(scope="module")
def detector(tmp_path_factory):
    """Models that give back boxes, scores and classes, and data of boxes that are nearly right."""
    folder = tmp_path_factory.mktemp("detector")
    rng = np.random.default_rng(9)
    corner, size = rng.uniform(0, 80, (IMAGES, 6, 2)), rng.uniform(8, 40, (IMAGES, 6, 2))
    labels = np.concatenate([rng.integers(0, CLASSES, (IMAGES, 6, 1)).astype(np.float32), corner, corner + size], 2).astype(np.float32)
    labels[:, 4:, 0] = np.where(rng.random((IMAGES, 2)) < .5, -1, labels[:, 4:, 0])
    pick = rng.integers(0, 6, (IMAGES, COUNT))
    boxes = (np.take_along_axis(labels[:, :, 1:], pick[:, :, None], 1) + rng.normal(0, 2, (IMAGES, COUNT, 4))).astype(np.float32)
    classes = np.maximum(np.take_along_axis(labels[:, :, 0], pick, 1), 0).astype(np.float32)
    scores = rng.uniform(0, 1, (IMAGES, COUNT)).astype(np.float32)
    each = rng.uniform(0, .3, (IMAGES, COUNT, CLASSES)).astype(np.float32)
    np.put_along_axis(each, classes[:, :, None].astype(int), scores[:, :, None], 2)
    zero = {"zero": np.zeros(1, np.float32)}
    back = lambda name: node("Add", [f"{name}_in", "zero"], [name], name=f"add_{name}")
    shapes = {"boxes": [1, COUNT, 4], "scores": [1, COUNT], "classes": [1, COUNT]}
    save(folder / "final.onnx", [back(name) for name in shapes], [port(f"{name}_in", shape) for name, shape in shapes.items()], [port(name, shape) for name, shape in shapes.items()], zero)
    save(folder / "raw.onnx", [node("Add", ["boxes_in", "zero"], ["b"], name="a"), node("Add", ["each_in", "zero"], ["s"], name="c")],
         [port("boxes_in", shapes["boxes"]), port("each_in", [1, COUNT, CLASSES])], [port("b", shapes["boxes"]), port("s", [1, COUNT, CLASSES])], zero)
    save(folder / "rows.onnx", [node("Add", ["rows_in", "zero"], ["rows"], name="a")], [port("rows_in", [1, COUNT, 6])], [port("rows", [1, COUNT, 6])], zero)
    rows = np.concatenate([boxes, scores[:, :, None], classes[:, :, None]], 2)
    np.savez(folder / "t.npz", boxes_in=boxes, scores_in=scores, classes_in=classes, each_in=each, rows_in=rows, labels=labels)
    for name in ("final", "raw", "rows"):
        tare("convert", folder / f"{name}.onnx", "--calibration", folder / "t.npz", "--activations", "i16", "-o", folder / f"{name}.tare", "-q")
    return folder


def expected(detector, name, threshold, least=0):
    """Of what a form's outputs are."""
    data = load(detector / "t.npz")
    truths = [t[t[:, 0] >= 0].astype(np.float64) for t in data["labels"]]
    found = []
    for i in range(IMAGES):
        box, score, kind = data["boxes_in"][i].astype(np.float64), data["scores_in"][i].astype(np.float64), data["classes_in"][i]
        if name == "raw":
            box, score, kind = np.repeat(box, CLASSES, 0), data["each_in"][i].reshape(-1).astype(np.float64), np.tile(np.arange(CLASSES), COUNT)
        found.append(suppressed(box, score, kind, threshold, least))
    return mean_ap(found, truths)


@pytest.mark.parametrize("name, arguments, threshold, least", [
    ("final", [], 9, 0), ("final", ["--nms", .5], .5, 0), ("final", ["--min-score", .25], 9, .25), ("rows", [], 9, 0), ("rows", ["--output", "rows", "--nms", .7], .7, 0),
    ("raw", ["--output", "boxes=b", "--output", "scores=s"], .6, 0), ("raw", ["--output", "scores=s", "--output", "boxes=b", "--nms", .4, "--min-score", .1], .4, .1),
    ("raw", ["--output", "boxes=b", "--output", "scores=s", "--nms", 1], 1, 0)], ids=str)
def test_map(detector, name, arguments, threshold, least):
    found = evaluate(detector / f"{name}.onnx", detector / f"{name}.tare", *arguments, data=detector / "t.npz", metric="map")
    every, half = expected(detector, name, threshold, least)
    assert found["model"]["score"] == pytest.approx(every, abs=1e-9) and found["model"]["map50"] == pytest.approx(half, abs=1e-9)
    assert .05 < every < half < 1
    program, = found["configurations"]
    assert program["score"] == pytest.approx(every, abs=.05) and program["map50"] == pytest.approx(half, abs=.05)


def test_map_prints_both(detector):
    lines = tare("evaluate", detector / "rows.onnx", detector / "rows.tare", "--data", detector / "t.npz", "--metric", "map").stdout.splitlines()
    assert lines[0].split() == ["rank", "configuration", "form", "map", "map50", "loss", "%"]


@pytest.mark.parametrize("name, arguments, words", [
    ("raw", [], "the model has the outputs 'b', 's'; choose the one that --metric map looks at by --output NAME"),
    ("raw", ["--output", "b"], "output 'b' is 1x30x4, expected rows of 6 (left, top, right, bottom, score, class)"),
    ("raw", ["--output", "boxes=b"], "--output does not say which output holds the scores; add --output scores=NAME"),
    ("raw", ["--output", "boxes=b", "--output", "s"], "--output has names with and without boxes=, scores= or classes="),
    ("raw", ["--output", "boxes=s", "--output", "scores=b"], None),
    ("raw", ["--output", "boxes=b", "--output", "boxes=b"], "--output boxes= is given twice"),
    ("raw", ["--output", "boxes=b", "--output", "scores=nobody"], "--output names 'nobody', but the model's outputs are 'b', 's'"),
    ("raw", ["--output", "boxes=b", "--output", "scores=s", "--output", "classes=s"], "expected a score for each box"),
    ("final", ["--nms", 2], "--nms: found '2', expected a number, 0 to 1"),
], ids=str)
def test_outputs_that_are_no_detections(detector, name, arguments, words):
    done = tare("evaluate", detector / f"{name}.onnx", detector / f"{name}.tare", "--data", detector / "t.npz", "--metric", "map", *arguments, check=False)
    # Four classes are as many as a box has numbers.
    assert done.returncode == (0 if words is None else 1) and (words is None or words in done.stderr and done.stderr.count("\n") == 1)


def test_labels_that_are_no_boxes(detector, tmp_path):
    data = load(detector / "t.npz")
    for labels, words in ((data["labels"][:, :, 1:], "has shape 12x6x4, expected samples x boxes x 5"), (data["labels"] + .5, "a box of sample 0 is of class"),
                          (data["labels"] * 0 - 1, "the labels have no boxes")):
        np.savez(tmp_path / "t.npz", **{**data, "labels": labels})
        assert words in refused(detector / "rows.onnx", detector / "rows.tare", "--threads", 1, data=tmp_path / "t.npz", metric="map")


# command:

def script(path, text):
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return f"command:{path}"


def test_command(made, tmp_path):
    metric = script(tmp_path / "score.py", f"""
import os, sys, numpy as np
outputs, data = np.load(sys.argv[1]), np.load(os.environ["TARE_DATA"])
open({str(tmp_path / 'calls')!r}, "a").write(sys.argv[1] + "\\n")
print("noise", file=sys.stderr)
print((outputs["logits"].argmax(1) == data["labels"][:len(outputs["logits"])]).mean())
""")
    for arguments in ([], ["--samples", 77]):
        found, top1 = (evaluate(MODEL, made / "i8.tare", made / "shift.tare", *arguments, metric=each) for each in (metric, "top1"))
        for name in ("model", "configurations", "samples"):
            assert found[name] == top1[name]
    calls = (tmp_path / "calls").read_text().split()
    # Once for each, and no file is left.
    assert len(calls) == len(set(calls)) == 6 and not any(os.path.exists(call) for call in calls)
    assert not list(tmp_path.glob("*outputs*"))


@pytest.mark.parametrize("text, words", [
    ("import sys; sys.exit(3)", "ended with exit code 3"),
    ("raise ValueError('no such class')", "ended with exit code 1: ValueError: no such class"),
    ("print('top1', 0.5)", "printed 'top1 0.5', expected one number"),
    ("", "printed '', expected one number"),
    ("import os; os.kill(os.getpid(), 9)", "was ended by signal 9 (Killed)"),
    ("print('nan')", "the score is NaN"),
], ids=str)
def test_commands_that_fail(made, tmp_path, text, words):
    said = refused(MODEL, made / "i8.tare", metric=script(tmp_path / "score.py", text))
    assert words in said and f"{MODEL} on {TEST}: " in said


def test_a_command_that_fails_for_one(made, tmp_path):
    metric = script(tmp_path / "score.py", f"""
import pathlib
calls = pathlib.Path({str(tmp_path / 'calls')!r})
calls.touch()
calls.write_text(calls.read_text() + "x")
print(len(calls.read_text())) if len(calls.read_text()) != 2 else 1 / 0
""")
    done = tare("evaluate", MODEL, made / "i8.tare", made / "i16.tare", "--data", TEST, "--metric", metric, "--json", check=False)
    found = json.loads(done.stdout)
    assert done.returncode == 1 and [each["score"] for each in found["configurations"]] == [3, None]
    assert "ZeroDivisionError" in found["configurations"][1]["failed"] and found["configurations"][1]["file"] == str(made / "i8.tare")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_leave_nothing(made, tmp_path, number):
    """What ends the run ends the command, too, where both are told, as by Ctrl-C."""
    # A shell: Python's own handler loses a signal that comes just before it sleeps.
    (tmp_path / "score").write_text(f"#!/bin/sh\necho $$ > {tmp_path / 'began'}\nexec sleep 60\n")
    (tmp_path / "score").chmod(0o755)
    metric = f"command:{tmp_path / 'score'}"
    (tmp_path / "temporary").mkdir()
    command = [str(BIN / "tare"), "evaluate", str(MODEL), str(made / "i8.tare"), "--data", str(TEST), "--metric", metric]
    process = subprocess.Popen(command, env=os.environ | {"TMPDIR": str(tmp_path / "temporary")}, start_new_session=True, stderr=subprocess.DEVNULL,
                               preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    for _ in range(3000):
        if (tmp_path / "began").exists() and (tmp_path / "began").read_text():
            break
        time.sleep(.01)
    os.killpg(process.pid, number)
    assert process.wait(30) == -number and not list((tmp_path / "temporary").iterdir())
    child = pathlib.Path(f"/proc/{(tmp_path / 'began').read_text().strip()}/cmdline")
    for _ in range(500):
        if not child.exists() or not child.read_bytes():
            break
        time.sleep(.01)
    else:
        pytest.fail("the command still runs")


@pytest.mark.parametrize("arguments, words", [
    (["--metric", "command:/nowhere/x"], "there is no program '/nowhere/x'"),
    (["--metric", "command:echo", "--output", "logits"], "--metric command: is given all outputs, found --output"),
    (["--metric", "command:echo", "--labels", "labels"], "--metric command: reads its own labels, found --labels"),
    (["--metric", "command:"], "did you mean"),
    (["--metric", "top2"], "expected one of top1, top5, auc, psnr, cosine, map, command:PROGRAM"),
    (["--metric", "top1", "--peak", 1], "--peak is of --metric psnr, found --metric top1; leave one of them out"),
    (["--metric", "psnr", "--nms", .5], "--nms is of --metric map, found --metric psnr"),
    (["--metric", "command:echo", "--min-score", .5], "--min-score is of --metric map"),
    (["--metric", "top1", "--output", "logit"], "--output names 'logit', but the model's outputs are 'logits'"),
    (["--metric", "top1", "--output", "logits", "--output", "logits"], "--output is given 2 times"),
    (["--metric", "psnr", "--peak", 0], "--peak: found '0', expected a number above 0"),
    (["--metric", "top1", "--samples", 0], "--samples: found '0', expected a whole number, 1 or more"),
    ([], "--metric"),
], ids=str)
def test_options(made, arguments, words):
    said = fails("evaluate", MODEL, made / "i8.tare", "--data", TEST, *arguments)
    assert words in said or words == "did you mean" and "expected one of" in said


def test_several_outputs(tmp_path):
    model = save(tmp_path / "m.onnx", [node("Relu", ["x"], ["a"], name="r"), node("Neg", ["x"], ["b"], name="n")], [port("x", [1, 4])], [port("a", [1, 4]), port("b", [1, 4])])
    x = np.random.default_rng(3).uniform(-1, 1, (40, 4)).astype(np.float32)
    np.savez(tmp_path / "t.npz", x=x, labels=x.argmin(1))
    tare("convert", model, "--calibration", tmp_path / "t.npz", "-o", tmp_path / "m.tare", "-q")
    arguments = [model, tmp_path / "m.tare"]
    assert "the model has the outputs 'a', 'b'; choose the one that --metric top1 looks at by --output NAME" in refused(*arguments, data=tmp_path / "t.npz")
    found = evaluate(*arguments, "--output", "b", data=tmp_path / "t.npz")
    assert found["model"]["score"] == 1 and found["outputs"] == ["b"]
    assert evaluate(*arguments, "--output", "a", data=tmp_path / "t.npz")["model"]["score"] < 1


def test_standard_input(made):
    for arguments, data in ((["-", made / "i8.tare", "--data", TEST], MODEL), ([MODEL, "-", "--data", TEST], made / "i8.tare"), ([MODEL, made / "i8.tare", "--data", "-"], TEST)):
        done = subprocess.run([str(BIN / "tare"), "evaluate", *map(str, arguments), "--metric", "top1", "--json"], input=data.read_bytes(), capture_output=True, timeout=300)
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert found["configurations"][0]["score"] == evaluate(MODEL, made / "i8.tare")["configurations"][0]["score"]
    assert "can be one of them" in refused("-", "-")


def test_progress_is_shown_on_a_terminal_alone(made):
    command = [str(BIN / "tare"), "evaluate", str(MODEL), str(made / "npu.mlir"), "--data", str(TEST), "--metric", "top1", "--threads", "1"]
    leader, follower = os.openpty()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=follower, timeout=300)
    os.close(follower)
    assert done.returncode == 0 and b"evaluating sample" in os.read(leader, 1 << 16)
    os.close(leader)
    assert "evaluating" not in tare(*command[1:]).stderr


def test_data_that_do_not_fit(made, tmp_path):
    np.savez(tmp_path / "t.npz", image=load(TEST)["image"] * 255, labels=load(TEST)["labels"])
    arguments = ["evaluate", MODEL, made / "i8.tare", "--data", tmp_path / "t.npz", "--metric", "top1"]
    assert "input 'image' is given numbers from 0 to 255, but its grid holds" in tare(*arguments).stderr
    assert "is given numbers" not in tare(*arguments[:1], MODEL, MODEL, *arguments[3:]).stderr


# Samples that were calibrated on

def ranges_of(model, data, path):
    tare("calibrate", model, "--calibration", data, "-o", path, "-q")
    return path


def test_samples_that_were_calibrated_on(made, tmp_path):
    images, labels = load(TEST)["image"], load(TEST)["labels"]
    own = load(CALIBRATION)["image"]
    mixed = images.copy()
    mixed[[3, 77, 449]] = own[[0, 100, 199]]
    np.savez(tmp_path / "t.npz", image=mixed, labels=labels)
    # Of another type, and in a folder: the samples are the same.
    (tmp_path / "data").mkdir()
    np.savez(tmp_path / "data/a.npz", image=own[:150].astype(np.float64))
    np.savez(tmp_path / "data/b.npz", image=own[150:])
    for calibration in (CALIBRATION, tmp_path / "data", ranges_of(MODEL, CALIBRATION, tmp_path / "r.json")):
        arguments = ["evaluate", MODEL, made / "i8.tare", "--data", tmp_path / "t.npz", "--metric", "top1", "--calibration", calibration]
        assert tare_json(*arguments)["calibrated_on"] == [3, 77, 449]
        said = tare(*arguments).stderr
        assert "450 samples, 3 of which were calibrated on; top1 of 'logits' against 'labels'" in tare(*arguments).stdout
        assert f"3 of 450 samples were calibrated on ({calibration}): 3, 77, 449; scores on them say nothing of others" in said and "not checked" not in said
        clean = tare("evaluate", MODEL, made / "i8.tare", "--data", TEST, "--metric", "top1", "--calibration", calibration)
        assert clean.stderr == ""
    assert evaluate(MODEL, made / "i8.tare", "--calibration", CALIBRATION)["calibrated_on"] == []
    assert evaluate(MODEL, made / "i8.tare")["calibrated_on"] is None


def test_all_samples_calibrated_on(made):
    said = tare("evaluate", MODEL, made / "i8.tare", "--data", TEST, "--metric", "top1", "--calibration", TEST, "--samples", 20).stderr
    assert "20 of 20 samples were calibrated on" in said and "): 0, 1, 2, 3, 4, 5, 6, 7, ..; " in said


def test_hashes_do_not_depend_on_the_order(tmp_path):
    own = load(CALIBRATION)["image"]
    files = []
    for k, order in enumerate((np.arange(200), np.random.default_rng(1).permutation(200))):
        np.savez(tmp_path / f"{k}.npz", image=own[order])
        files.append(ranges_of(MODEL, tmp_path / f"{k}.npz", tmp_path / f"{k}.json").read_bytes())
    assert files[0] == files[1] and len(json.loads(files[0])["sample_hashes"]) == len(np.unique(own, axis=0))


def test_hashes_of_many_samples_are_a_part(tmp_path):
    model = save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"], name="r")], [port("x", [1, 2])], [port("y", [1, 2])])
    x = np.random.default_rng(8).normal(size=(5000, 2)).astype(np.float32)
    np.savez(tmp_path / "c.npz", x=x)
    ranges = ranges_of(model, tmp_path / "c.npz", tmp_path / "r.json")
    hashes = json.loads(ranges.read_text())["sample_hashes"]
    assert len(hashes) == 1024 and hashes == sorted(hashes) and ranges.stat().st_size < 40000
    tare("convert", model, "--calibration", ranges, "-o", tmp_path / "m.tare", "-q")
    np.savez(tmp_path / "t.npz", x=x[:1000], labels=x[:1000].argmax(1))
    arguments = ["evaluate", model, tmp_path / "m.tare", "--data", tmp_path / "t.npz", "--metric", "top1"]
    assert len(tare_json(*arguments, "--calibration", tmp_path / "c.npz")["calibrated_on"]) == 1000
    found = tare_json(*arguments, "--calibration", ranges)["calibrated_on"]
    assert 100 < len(found) < 320  # A fifth of all, more or less.
    said = tare(*arguments, "--calibration", ranges).stderr
    assert f"has the hashes of 1024 samples; whether {1000 - len(found)} of the samples were calibrated on is not known" in said


def test_calibrations_that_do_not_say(made, tmp_path):
    tare("calibrate", MODEL, "--random-calibration", "-o", tmp_path / "r.json", "-q")
    assert "sample_hashes" not in (tmp_path / "r.json").read_text()
    said = refused(MODEL, made / "i8.tare", "--calibration", tmp_path / "r.json")
    assert "r.json: does not say on which samples the ranges were found; calibrate again on data, or give the data" in said
    assert "absent.npz" in refused(MODEL, made / "i8.tare", "--calibration", tmp_path / "absent.npz")
    np.savez(tmp_path / "other.npz", picture=np.zeros((2, 1, 8, 8), np.float32))
    assert "no array for the model's input 'image'" in refused(MODEL, made / "i8.tare", "--calibration", tmp_path / "other.npz")


# Real models

NETS = {"mnist8": ("top1", 1), "mlperf_kws_dscnn": ("top1", 1), "mobilenet_v1_0.25_128": ("top5", 5)}
DETECTOR = "nanodet_m_416"
MISSING = [name for name in [*NETS, DETECTOR] if not (MODELS / "onnx" / f"{name}.onnx").exists()] + [name for name in ("prepare.py", "score.py") if not (MODELS / name).exists()]
NOT_TESTED = f"SCORES OF REAL MODELS ARE NOT TESTED: {', '.join(MISSING)} not in {MODELS} (set TARE_MODELS)"
if MISSING:
    warnings.warn(NOT_TESTED)


def prepared(name, folder):
    if MISSING:
        pytest.skip(NOT_TESTED)
    subprocess.run([sys.executable, MODELS / "prepare.py", folder, name], check=True, capture_output=True)
    return MODELS / "onnx" / f"{name}.onnx", folder / f"{name}.calib.npz", folder / f"{name}.test.npz"


def scored(name, test, outputs):
    done = subprocess.run([sys.executable, MODELS / "score.py", name, test, outputs], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", NETS)
def test_real_models(tmp_path, name):
    """Data as they are prepared, and the scores that are published with them."""
    model, calibration, test = prepared(name, tmp_path)
    metric, _ = NETS[name]
    tare("convert", model, "--calibration", calibration, "-o", tmp_path / "m.tare", "-q")
    found = evaluate(model, tmp_path / "m.tare", "--calibration", calibration, data=test, metric=metric)
    assert found["calibrated_on"] == []
    for each in (found["model"], *found["configurations"]):
        tare("run", each["file"], "--inputs", test, "--outputs", tmp_path / "y.npz", "-q")
        assert each["score"] == scored(name, test, tmp_path / "y.npz")[metric]


def test_a_real_detector(tmp_path):
    """What score.py makes of its outputs are boxes that `map` scores alike."""
    model, _, test = prepared(DETECTOR, tmp_path)
    tare("run", model, "--inputs", test, "--outputs", tmp_path / "y.npz", "-q")
    spec = importlib.util.spec_from_file_location("score", MODELS / "score.py")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    sizes = [score.Image.open(file).size for file in score.coco_files()]
    outputs = list(load(tmp_path / "y.npz").values())
    found = [score.nms(*score.DETECTORS[DETECTOR](outputs, i, size)) for i, size in enumerate(sizes)]
    truths = [score.truth(file, size) for file, size in zip(score.coco_files(), sizes)]
    rows, labels = np.zeros((len(found), 100, 6), np.float32), np.full((len(found), max(map(len, truths)), 5), -1, np.float32)
    for i, ((box, each, kind), truth) in enumerate(zip(found, truths)):
        rows[i, :len(each)] = np.concatenate([box, each[:, None], kind[:, None]], 1)
        labels[i, :len(truth)] = truth
    np.savez(tmp_path / "t.npz", rows_in=rows, labels=labels)
    back = save(tmp_path / "m.onnx", [node("Add", ["rows_in", "zero"], ["rows"], name="a")], [port("rows_in", [1, 100, 6])], [port("rows", [1, 100, 6])], {"zero": np.zeros(1, np.float32)})
    own = evaluate(back, back, data=tmp_path / "t.npz", metric="map")["model"]
    published = scored(DETECTOR, test, tmp_path / "y.npz")
    assert own["score"] == pytest.approx(published["mAP"], abs=1e-5) and own["map50"] == pytest.approx(published["mAP50"], abs=1e-5)
    # The same by a program of one's own, on the network's outputs.
    metric = script(tmp_path / "score.py", f"""
import json, os, subprocess, sys
print(json.loads(subprocess.run([sys.executable, {str(MODELS / 'score.py')!r}, {DETECTOR!r}, os.environ["TARE_DATA"], sys.argv[1]], stdout=subprocess.PIPE, check=True).stdout)["mAP"])
""")
    assert evaluate(model, model, data=test, metric=metric)["model"]["score"] == published["mAP"]

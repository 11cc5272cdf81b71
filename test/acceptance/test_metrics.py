"""The metrics of `tare evaluate`, against numpy and against the scores that are published with the models."""
import importlib.util
import json
import subprocess
import sys
import warnings

import numpy as np
import pytest

from evaluating import MODEL, evaluate, line, refused, run, script, with_labels  # noqa: F401 (line is a fixture)
from graphs import node, port, save
from harness import MODELS, cosine, load, tare, tare_json


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


# Outputs that no metric can score: each is told by its sample, never counted as wrong or right.

@pytest.mark.parametrize("metric, bad", [("top1", np.nan), ("top5", np.nan), ("auc", np.nan), ("psnr", np.nan), ("psnr", np.inf), ("cosine", np.nan), ("cosine", -np.inf)], ids=str)
def test_scores_that_are_no_numbers(tmp_path, metric, bad):
    """1 / 0 and 0 / 0 in one sample of ten."""
    columns = 1 if metric == "auc" else 6
    model = save(tmp_path / "m.onnx", [node("Div", ["x", "by"], ["y"], name="div")], [port("x", [1, columns]), port("by", [1, columns])], [port("y", [1, columns])])
    x, by = np.random.default_rng(3).uniform(1, 2, (2, 10, columns)).astype(np.float32)
    x[4, 0], by[4, 0] = (0 if np.isnan(bad) else np.sign(bad)), 0
    labels = np.arange(10) % 2 if metric in ("top1", "top5", "auc") else x
    np.savez(tmp_path / "t.npz", x=x, by=by, labels=labels)
    said = refused(model, model, "--threads", 1, data=tmp_path / "t.npz", metric=metric)
    assert ("NaN" in said if np.isnan(bad) else "infinite" in said) and "output 'y'" in said and str(model) in said, said


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_boxes_that_are_no_numbers(detector, tmp_path, number):
    data = load(detector / "t.npz")
    data["rows_in"][3, 7, 2] = number
    np.savez(tmp_path / "t.npz", **data)
    said = refused(detector / "rows.onnx", detector / "rows.onnx", "--threads", 1, data=tmp_path / "t.npz", metric="map")
    assert "a box of sample 3 has the number" in said and "expected finite ones" in said
    data["rows_in"][3, 7, 2], data["rows_in"][5, 2, 4] = 0, np.nan
    np.savez(tmp_path / "t.npz", **data)
    assert "the score of a box of sample 5 is NaN" in refused(detector / "rows.onnx", detector / "rows.onnx", "--threads", 1, data=tmp_path / "t.npz", metric="map")


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

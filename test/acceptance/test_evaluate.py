"""tare evaluate: one table of what a model and what was made of it score on labelled data. What is expected comes from numpy and from the outputs that
`tare run` writes."""
import json
import os
import pathlib
import signal
import subprocess
import time

import numpy as np
import pytest

from evaluating import CALIBRATION, MODEL, TEST, evaluate, line, made, refused, run, script, with_labels  # noqa: F401 (fixtures)
from graphs import node, port, save
from harness import BIN, fails, load, tare, tare_json


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


# command:

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


# What a shell runs in the background ignores SIGINT.
@pytest.mark.parametrize("number, waits", [(signal.SIGTERM, "exec sleep 60"), (signal.SIGINT, "exec sleep 60"), (signal.SIGTERM, "sleep 60 & echo $! > began; wait")])
@pytest.mark.parametrize("tell", [os.killpg, os.kill])
def test_signals_leave_nothing(made, tmp_path, number, tell, waits):
    """What ends the run ends the command, too, and what that has started, whether all are told, as by Ctrl-C, or the run alone."""
    # A shell: Python's own handler loses a signal that comes just before it sleeps.
    (tmp_path / "score").write_text(f"#!/bin/sh\ncd {tmp_path}\necho $$ > began\n{waits}\n")
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
    tell(process.pid, number)
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

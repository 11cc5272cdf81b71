"""`tare report`: one page that needs nothing beside itself, and the same as JSON."""
import json
import re
import shutil

import numpy as np
import pytest

from graphs import node, port, save
from harness import MODELS, ROOT, fails, tare, tare_json

F32 = np.float32
DIGITS = ROOT / "examples/digits"


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """The digits' model, its program, another of 16 bits, data, and what the conversion has told."""
    folder = tmp_path_factory.mktemp("digits")
    for name in ("digits.onnx", "calibration.npz", "test.npz"):
        shutil.copy(DIGITS / name, folder)
    told = tare("convert", folder / "digits.onnx", "--calibration", folder / "calibration.npz", "-o", folder / "digits.tare", "--json").stdout
    (folder / "convert.json").write_text(told)
    tare("convert", folder / "digits.onnx", "--calibration", folder / "calibration.npz", "--activations", "i16", "-q", "-o", folder / "wide.tare")
    return folder


def data_of(page):
    """What a page shows."""
    (text,) = re.findall(r'<script type="application/json" id="report">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def report(folder, *arguments, name="report.html"):
    tare("report", *arguments, "-o", folder / name)
    return (folder / name).read_text()


def by_label(found):
    return {layer["label"]: layer for layer in found["layers"]}


def test_the_figures_are_those_of_the_other_commands(digits):
    model, program, data = digits / "digits.onnx", digits / "digits.tare", digits / "test.npz"
    found = tare_json("report", model, program, "--inputs", data)
    compared, inspected = tare_json("compare", model, program, "--inputs", data), tare_json("inspect", program)
    assert found["samples"] == 450 and found["verdict"]["grade"] == "close" and "logits" in found["verdict"]["text"]
    assert [layer["name"] for layer in found["layers"]] == [layer["name"] for layer in inspected["layers"]]
    for shown, known in zip(found["layers"], inspected["layers"]):
        assert shown["macs"] == known["macs"] and shown["headroom_bits"] == known["headroom"] and shown["shape"] == known["output_shape"]
        assert shown["multiplier"] == ([min(known["multipliers"]), max(known["multipliers"])] if known["multipliers"] else None)
        assert shown["scale"] == ([min(known["scales"]), max(known["scales"])] if known["scales"] else None)
    layers = by_label(found)
    for known in compared["layers"]:
        assert layers[known["name"]]["accuracy"]["sqnr_db"] == known["sqnr_db"], known["name"]
    assert found["accuracy"][0]["sqnr_db"] == compared["outputs"][0]["sqnr_db"]
    assert found["memory"]["arena_bytes"] == inspected["memory"]["arena_bytes"]


def test_values_and_thresholds(digits):
    found = by_label(tare_json("report", digits / "digits.onnx", digits / "digits.tare", "--inputs", digits / "test.npz"))
    conv = found["conv1"]
    low, high = conv["range"]
    scale, zero = conv["scale"][0], conv["zero_point"][0]
    assert (low, high) == (pytest.approx((-128 - zero) * scale), pytest.approx((127 - zero) * scale))
    values = conv["values"]
    assert sum(values["counts"]) == values["finite"] == 450 * 24 * 64 and len(values["counts"]) <= 64
    # The model's own values: behind its Relu.
    import onnxruntime

    session = onnxruntime.InferenceSession(expose(digits, "relu1_out"), providers=["CPUExecutionProvider"])
    images = np.load(digits / "test.npz")["image"]
    real = np.concatenate([session.run(["relu1_out"], {"image": image[None].reshape(1, 1, 8, 8)})[0] for image in images])
    assert values["max"] == pytest.approx(real.max(), rel=1e-5) and values["min"] == 0
    assert values["above"] == pytest.approx(np.count_nonzero(real > high + scale / 2), abs=2)
    assert values["clipped_share"] == values["above"] / values["finite"]
    begins = (values["first_bar"] + np.arange(len(values["counts"]))) * values["bar_width"]
    counted, _ = np.histogram(real, np.append(begins, begins[-1] + values["bar_width"]))
    assert np.abs(counted - values["counts"]).sum() <= 20


def expose(folder, name):
    """The model with one more output."""
    import onnx

    model = onnx.load(folder / "digits.onnx")
    model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    onnx.save(model, folder / "exposed.onnx")
    return str(folder / "exposed.onnx")


def test_weights_by_channel(digits):
    found = by_label(tare_json("report", digits / "digits.tare"))
    weights = found["conv4"]["weights"]
    assert weights["channels"] == 48 == len(weights["magnitudes"]) == len(weights["steps"]) and weights["joined"] == 1
    assert max(weights["steps"]) <= 128 and all(0 <= share <= 1 for share in weights["zeros"])
    assert "weights" not in found["add3"]


def test_the_graph_and_the_arena(digits):
    found = tare_json("report", digits / "digits.tare")
    layers = by_label(found)
    number = {label: i for i, label in enumerate(layers)}
    assert layers["add3"]["operands"] and set(layers["add3"]["operands"]) <= set(number.values())
    assert found["layers"][0]["operands"] == [-1] and found["outputs"][0]["layer"] == len(layers) - 1
    blocks = found["memory"]["blocks"]
    assert max(block["offset"] + block["bytes"] for block in blocks) <= found["memory"]["arena_bytes"]
    for a in blocks:
        for b in blocks:
            apart = a is b or a["end"] < b["begin"] or b["end"] < a["begin"] or a["offset"] + a["bytes"] <= b["offset"] or b["offset"] + b["bytes"] <= a["offset"]
            assert apart, (a, b)


def test_the_page_needs_nothing_beside_itself(digits):
    page = report(digits, digits / "digits.onnx", digits / "digits.tare", "--inputs", digits / "test.npz")
    assert not re.search(r"https?:|\bsrc=|@import|url\(|<link|<img|fetch\(|XMLHttpRequest|import\(", page)
    assert "default-src 'none'" in page and len(page) < 300_000
    assert data_of(page) == tare_json("report", digits / "digits.onnx", digits / "digits.tare", "--inputs", digits / "test.npz")


def test_the_same_bytes_for_the_same_files(digits, tmp_path):
    """On any number of threads, and wherever the files lie."""
    arguments = [digits / "digits.onnx", digits / "digits.tare", "--inputs", digits / "test.npz"]
    first = report(tmp_path, *arguments, "--threads", 1)
    assert report(tmp_path, *arguments, "--threads", 3, name="again.html") == first
    for name in ("digits.onnx", "digits.tare", "test.npz"):
        shutil.copy(digits / name, tmp_path)
    assert report(tmp_path, tmp_path / "digits.onnx", tmp_path / "digits.tare", "--inputs", tmp_path / "test.npz") == first


def test_without_data(digits, tmp_path):
    """The parts that need them are left out, and the page says how to have them."""
    found = data_of(report(tmp_path, digits / "digits.tare"))
    assert found["verdict"]["grade"] == "unknown" and "no data" in found["verdict"]["text"]
    assert found["accuracy"] == [] and found["model"] is None and not any("accuracy" in layer or "values" in layer for layer in found["layers"])
    assert data_of(report(tmp_path, digits / "digits.onnx", digits / "digits.tare"))["model"] == "digits.onnx"


def test_what_the_conversion_has_told(digits):
    told = json.loads((digits / "convert.json").read_text())
    found = tare_json("report", digits / "digits.tare", "--conversion", digits / "convert.json")
    assert [finding["text"] for finding in found["findings"] if finding["told_by"] == "conversion"] == [warning["text"] for warning in told["warning_details"]]
    assert len(found["repairs"]) == len(told["repairs"])
    assert tare_json("report", digits / "digits.tare")["repairs"] is None


def test_repairs_are_ranked(digits, tmp_path):
    told = json.loads((digits / "convert.json").read_text())
    told["repairs"] = [{"layer": "conv1", "kind": "a", "channels": 1, "cost": 0.1, "unit": "LSB"}, {"layer": "fc", "kind": "b", "channels": 2, "cost": 5, "unit": "real"},
                       {"layer": "conv2", "kind": "c", "channels": 3, "cost": 0.7, "unit": "LSB"}]
    told["warning_details"] = [{"kind": "k", "cause": "", "layer": "conv2", "cost": 1, "unit": "LSB", "negligible": False, "text": "layer 'conv2' is odd", "remedy": "mend it"}]
    (tmp_path / "c.json").write_text(json.dumps(told))
    found = tare_json("report", digits / "digits.tare", "--conversion", tmp_path / "c.json")
    assert [repair["kind"] for repair in found["repairs"]] == ["c", "a", "b"]
    (finding,) = (finding for finding in found["findings"] if finding["told_by"] == "conversion")
    assert finding["advice"] == "mend it" and found["layers"][finding["layer"]]["name"] == "conv2" and finding["severity"] == "warning"


def test_times(digits):
    found = tare_json("report", digits / "digits.tare", "--inputs", digits / "test.npz", "--samples", 3, "--profile")
    assert found["profile"]["samples"] == 3 and found["profile"]["microseconds"] > 0
    assert all(layer["microseconds"] >= 0 for layer in found["layers"]) and found["accuracy"] == []


def test_what_is_lost_is_told(tmp_path, rng):
    """A range that cuts most of a value off: the verdict, the layer and what helps."""
    w = rng.normal(size=(4, 4)).astype(F32)
    model = save(tmp_path / "m.onnx", [node("MatMul", ["x", "w"], ["h"], name="first"), node("Relu", ["h"], ["r"], name="act"), node("MatMul", ["r", "w"], ["y"], name="second")],
                 [port("x", [1, 4])], [port("y", [1, 4])], {"w": w})
    np.savez(tmp_path / "small.npz", x=rng.normal(size=(50, 4)).astype(F32) / 20)
    np.savez(tmp_path / "large.npz", x=rng.normal(size=(50, 4)).astype(F32))
    tare("convert", model, "--calibration", tmp_path / "small.npz", "-q", "-o", tmp_path / "m.tare")
    found = tare_json("report", model, tmp_path / "m.tare", "--inputs", tmp_path / "large.npz")
    assert found["verdict"]["grade"] in ("far", "lost") and found["findings"][0]["severity"] in ("error", "warning")
    assert "output 'y'" in found["findings"][0]["text"]
    cut = [finding for finding in found["findings"] if "cut off" in finding["text"]]
    assert cut and "calibrate on more samples like these" in " ".join(finding["advice"] for finding in cut)
    quantized = next(layer for layer in found["layers"] if layer["kind"] == "quantize")
    assert quantized["values"]["clipped_share"] > 0.5


EVIL = ["</script><script>document.title='owned'</script>", "a\"b'c", "new\nline", "<img src=x onerror=\"document.title='owned'\">", "{{data}}", "\u2028&amp;<!--"]


@pytest.fixture
def evil(tmp_path, rng):
    """A model whose every name is one that a careless page would execute."""
    names = iter(EVIL)
    values = ["x", *(name for name in EVIL)]
    nodes = [node("Tanh" if i % 2 else "Sigmoid", [values[i]], [values[i + 1]], name=next(names)) for i in range(len(EVIL))]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4])], [port(values[-1], [1, 4])])
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(8, 4)).astype(F32))
    tare("convert", model, "--calibration", tmp_path / "x.npz", "-q", "-o", tmp_path / "<b>m.tare")
    return model, tmp_path / "<b>m.tare", tmp_path / "x.npz"


def test_names_are_no_script(evil, tmp_path):
    model, program, data = evil
    page = report(tmp_path, model, program, "--inputs", data)
    assert len(re.findall("<script", page)) == 2 and len(re.findall("</script>", page)) == 2 and "<img" not in page
    assert "<title>&lt;b&gt;m.tare: report of Tare</title>" in page
    found = data_of(page)
    assert found["program"] == "<b>m.tare" and found["outputs"][0]["name"] == EVIL[-1]


def test_recurrent_nets(tmp_path, rng):
    """A loop's layers run at each step; states and steps are compared."""
    size = 4
    constants = {"w": rng.normal(size=(1, 4 * size, 3)).astype(F32) / 2, "r": rng.normal(size=(1, 4 * size, size)).astype(F32) / 2}
    model = save(tmp_path / "m.onnx", [node("LSTM", ["x", "w", "r"], ["y"], name="lstm", hidden_size=size)], [port("x", [5, 1, 3])], [port("y", [5, 1, 1, size])], constants)
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(20, 5, 1, 3)).astype(F32))
    tare("convert", model, "--calibration", tmp_path / "x.npz", "-q", "-o", tmp_path / "m.tare")
    found = tare_json("report", model, tmp_path / "m.tare", "--inputs", tmp_path / "x.npz")
    assert {layer["runs"] for layer in found["layers"]} == {1, 5} and found["verdict"]["grade"] != "unknown"
    report(tmp_path, model, tmp_path / "m.tare", "--inputs", tmp_path / "x.npz")


def test_two_programs(digits, tmp_path):
    model, narrow, wide, data = digits / "digits.onnx", digits / "digits.tare", digits / "wide.tare", digits / "test.npz"
    found = tare_json("report", "--diff", model, narrow, wide, "--inputs", data)
    first, second = found["programs"]
    assert first["program"] == "digits.tare" and second["program"] == "wide.tare"
    gain = second["accuracy"][0]["sqnr_db"] - first["accuracy"][0]["sqnr_db"]
    assert found["verdict"]["text"].startswith(f"B is {gain:.1f} dB closer to the model than A in the worst output")
    pairs = {first["layers"][a]["name"]: second["layers"][b]["name"] for a, b in found["pairs"] if a is not None and b is not None}
    assert all(a == b for a, b in pairs.items()) and {"conv1", "conv4", "fc"} <= set(pairs)
    for side, program in enumerate(found["programs"]):
        assert sorted(pair[side] for pair in found["pairs"] if pair[side] is not None) == list(range(len(program["layers"])))
    page = report(tmp_path, "--diff", narrow, wide)
    assert data_of(page)["verdict"]["text"].startswith("Which of A and B is closer to the model is not known")


def test_what_it_says(digits, tmp_path):
    done = tare("report", digits / "digits.onnx", digits / "digits.tare", "--inputs", digits / "test.npz", "-o", tmp_path / "r.html")
    assert "close to the model" in done.stderr and f"wrote {tmp_path / 'r.html'}" in done.stderr and not done.stdout
    assert tare("report", digits / "digits.tare", "-o", "-").stdout.startswith("<!doctype html>")


@pytest.mark.parametrize("arguments, said", [
    (["digits.tare"], "needs a file to write: give -o FILE.html, or --json"),
    (["digits.onnx", "-o", "r.html"], "digits.onnx: is no program (.tare), which tare report is about"),
    (["digits.tare", "wide.tare", "digits.tare", "-o", "r.html"], "found 3 files, expected [MODEL] PROGRAM"),
    (["--diff", "digits.tare", "-o", "r.html"], "found 1 file, expected [MODEL] A B"),
    (["digits.tare", "--inputs", "test.npz", "-o", "r.html"], "name the model in front of the program"),
    (["digits.tare", "--profile", "-o", "r.html"], "--profile runs the program on data; give --inputs DATA too"),
    (["digits.tare", "--samples", "3", "-o", "r.html"], "are of runs on data; give --inputs DATA too"),
    (["digits.onnx", "digits.tare", "--input-shape", "image=1,1,8,8", "-o", "r.html"], "are of runs on data; give --inputs DATA too"),
    (["digits.tare", "--inputs", "test.npz", "--profile", "--input-shape", "image=1,1,8,8", "-o", "r.html"], "--input-shape"),
    (["digits.tare", "--conversion", "test.npz", "-o", "r.html"], "test.npz: is no report of a conversion, expected what 'tare convert --json' prints"),
    (["--diff", "digits.tare", "wide.tare", "--conversion", "convert.json", "-o", "r.html"], "--conversion is of one program, but --diff takes two"),
    (["digits.tare", "-o", "r.npz"], "cannot write r.npz: found a name that ends in '.npz', expected one that ends in .html"),
    (["digits.tare", "-o", "digits.tare"], "cannot write digits.tare"),
    (["none.tare", "-o", "r.html"], "none.tare"),
])
def test_errors(digits, arguments, said):
    assert said in fails("report", *arguments, cwd=digits)
    assert not (digits / "r.html").exists() and (digits / "digits.tare").stat().st_size > 1000


def chain(folder, layers):
    """A program of very many layers."""
    rng = np.random.default_rng(1)
    nodes, constants = [], {}
    for i in range(layers):
        constants[f"w{i}"] = (rng.normal(size=(64, 64, 1, 1)) / 8).astype(F32)
        nodes += [node("Conv", [f"r{i - 1}" if i else "x", f"w{i}"], [f"c{i}"], name=f"backbone/stage{i}/conv"), node("Relu", [f"c{i}"], [f"r{i}"])]
    model = save(folder / "m.onnx", nodes, [port("x", [1, 64, 4, 4])], [port(f"r{layers - 1}", [1, 64, 4, 4])], constants)
    np.savez(folder / "x.npz", x=rng.normal(size=(4, 64, 4, 4)).astype(F32))
    tare("convert", model, "--calibration", folder / "x.npz", "-q", "-o", folder / "m.tare")
    return model, folder / "m.tare", folder / "x.npz"


def test_three_hundred_layers(tmp_path):
    model, program, data = chain(tmp_path, 300)
    page = report(tmp_path, model, program, "--inputs", data)
    assert len(data_of(page)["layers"]) >= 300 and len(page) < 3_000_000


@pytest.mark.parametrize("name", ("mobilenet_v1_0.25_128", "nanodet_m_416"))
def test_real_models(name, tmp_path):
    paths = list((MODELS / "onnx").rglob(f"{name}.onnx"))
    if not paths:
        pytest.skip(f"{name} is not at hand: REAL MODELS ARE NOT TESTED")
    tare("convert", paths[0], "--random-calibration", "--samples", 2, "-q", "-o", tmp_path / "m.tare")
    page = report(tmp_path, paths[0], tmp_path / "m.tare")
    assert len(page) < 3_000_000 and len(data_of(page)["layers"]) > 25

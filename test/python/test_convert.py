"""What Python makes is what the command line makes, byte for byte."""
import json

import numpy as np
import onnx
import pytest
import tare
from conftest import DIGITS
from harness import load, tare as command


@pytest.fixture(scope="module")
def written(tmp_path_factory, model):
    path = tmp_path_factory.mktemp("command") / "digits.tare"
    command("convert", model, "--calibration", DIGITS / "calibration.npz", "-o", path)
    return path


def test_program_is_the_commands(program, written, tmp_path):
    assert program.file() == written.read_bytes()
    program.save(tmp_path / "own.tare")
    assert (tmp_path / "own.tare").read_bytes() == written.read_bytes()


@pytest.mark.parametrize("form", ["path", "npz", "dict", "array", "samples", "dicts", "batches", "pairs", "loader", "model_proto"])
def test_data_in_any_form(form, model, data, written):
    (array,) = data.values()
    (name,) = data

    class Torchlike:
        def __init__(self, array):
            self.array = array

        def numpy(self):
            return self.array

    class Loader:
        def __iter__(self):
            for begin in range(0, len(array), 7):
                batch = array[begin:begin + 7]
                yield Torchlike(batch), Torchlike(np.zeros(len(batch), np.int64))

    forms = {"path": DIGITS / "calibration.npz", "npz": np.load(DIGITS / "calibration.npz"), "dict": data, "array": array, "samples": list(array), "dicts": [{name: one} for one in array],
             "batches": [array[:10], array[10:]], "pairs": ((one, 1) for one in array), "loader": Loader(), "model_proto": data}
    source = onnx.load(model) if form == "model_proto" else model
    made = tare.convert(source, forms[form])
    # The name of the model's file is in no program.
    assert made.file() == written.read_bytes()


@pytest.mark.parametrize("options, words", [
    (dict(method="mse"), ["--method", "mse"]), (dict(percentile=99.0), ["--percentile", "99"]), (dict(activations="i16"), ["--activations", "i16"]),
    (dict(samples=5), ["--samples", "5"]), (dict(strip_io=["quantize", "transpose"]), ["--strip-io", "quantize,transpose"]),
    (dict(repair=False, check=0), ["--no-repair", "--check", "0"]), (dict(host="error", strict=True), ["--host", "error", "--strict"])])
def test_options_are_the_commands(options, words, model, data, tmp_path):
    command("convert", model, "--calibration", DIGITS / "calibration.npz", *words, "-o", tmp_path / "p.tare")
    assert tare.convert(model, data, **options).file() == (tmp_path / "p.tare").read_bytes()


def test_results_are_the_commands(program, written, labelled, tmp_path):
    inputs = {port.name: labelled[port.name] for port in program.inputs}
    np.savez(tmp_path / "in.npz", **inputs)
    for raw in (False, True):
        command("run", written, "--inputs", tmp_path / "in.npz", "--outputs", tmp_path / "out.npz", *(["--raw"] if raw else []))
        expected = load(tmp_path / "out.npz")
        result = program.run(inputs, raw=raw)
        assert not isinstance(result, dict) and len(expected) == 1
        (other,) = expected.values()
        assert (result.dtype, result.shape) == (other.dtype, other.shape) and np.array_equal(result, other)
        # One sample alone, and in the order of columns.
        (array,) = inputs.values()
        sample = np.asfortranarray(array[:1]).reshape(program.inputs[0].shape)
        assert np.array_equal(program.run(sample, raw=raw), other[:1])


def test_loaded_program_is_the_same(program, written, labelled):
    loaded = tare.load(written)
    x = labelled[program.inputs[0].name]
    assert np.array_equal(loaded(x), program(x)) and loaded.file() == program.file()
    assert np.array_equal(tare.load(written, reference=True)(x[:8]), program(x[:8]))


def test_integers_go_in_as_they_are(program, labelled):
    port = program.raw_inputs[0]
    x = labelled[program.inputs[0].name][:1]
    given = np.random.default_rng(0).integers(-128, 127, port.shape).astype(port.dtype)
    assert program.run(given, raw=True).dtype == program.raw_outputs[0].dtype
    # Real numbers that the integers stand for give the same.
    real = ((given.astype(np.float64) - port.zero_point) * port.scales[0]).astype(np.float32)
    if port.layout == "NHWC":
        real = real.transpose(0, 3, 1, 2)
    assert np.array_equal(program.run(real.reshape(x.shape), raw=True), program.run(given, raw=True))


def test_pixels_go_in_as_they_are(model, data, tmp_path):
    """Arrays of bytes are pixels, of which the program computes the network's own numbers."""
    (x,) = data.values()
    pixels = np.round(x * 255).clip(0, 255).astype(np.uint8)
    how = tmp_path / "preprocess.yaml"
    how.write_text("scale: 1/255\n")
    (name,) = data
    options = {"preprocess": how, "input_types": {name: "gray"}}
    program = tare.convert(model, pixels.transpose(0, 2, 3, 1), **options)
    assert (program.inputs[0].layout, program.inputs[0].dtype) == ("NHWC gray", np.uint8)
    assert program.file() == tare.convert(model, list(pixels.transpose(0, 2, 3, 1)), **options).file()
    compared = tare.compare(model, program, pixels.transpose(0, 2, 3, 1), **options)
    assert compared.outputs[0].cosine > .99
    assert tare.calibrate(model, pixels, preprocess=how).ranges[name]["max"] <= 1


def test_report_is_the_commands(program, model, tmp_path):
    expected = json.loads(command("convert", model, "--calibration", DIGITS / "calibration.npz", "-o", tmp_path / "p.tare", "--json").stdout)
    assert set(program.report) == set(expected)
    for key in ("samples", "method", "arena_bytes", "warnings", "repairs", "check", "host"):
        assert program.report[key] == expected[key]


@pytest.mark.parametrize("stage", ["import", "float", "ranges", "qdq", "fused", "npu"])
def test_ir_of_each_stage(stage, model, data, tmp_path):
    command("convert", model, "--calibration", DIGITS / "calibration.npz", "--emit", "mlir:" + stage, "-o", tmp_path / "m.mlir")
    assert tare.ir(model, stage, data) == (tmp_path / "m.mlir").read_text()


def test_qdq_models_and_encodings(model, data, program, tmp_path):
    command("convert", model, "--calibration", DIGITS / "calibration.npz", "--emit", "qdq-onnx", "-o", tmp_path / "m.onnx")
    made = tare.qdq_model(model, data)
    assert made == (tmp_path / "m.onnx").read_bytes()
    assert tare.convert(tmp_path / "m.onnx").file() == program.file()
    command("convert", model, "--calibration", DIGITS / "calibration.npz", "--emit", "encodings", "-o", tmp_path / "m.json")
    assert tare.encodings(model, data) == json.loads((tmp_path / "m.json").read_text())
    with pytest.raises(TypeError, match="qdq_model.. gives what it makes"):
        tare.qdq_model(model, data, emit="c")


def test_calibration_is_the_commands(model, data, program, tmp_path):
    command("calibrate", model, "--calibration", DIGITS / "calibration.npz", "-o", tmp_path / "ranges.json")
    found = tare.calibrate(model, data)
    found.save(tmp_path / "own.json")
    assert (tmp_path / "own.json").read_bytes() == (tmp_path / "ranges.json").read_bytes()
    assert found.samples == len(next(iter(data.values())))
    # Taken again as data.
    command("convert", model, "--calibration", tmp_path / "ranges.json", "-o", tmp_path / "p.tare")
    assert tare.convert(model, found).file() == (tmp_path / "p.tare").read_bytes()


def test_histograms_hold_what_was_seen(model, data):
    found = tare.calibrate(model, data)
    (name, array), = data.items()
    seen = found.histograms[name]
    assert set(found.histograms) <= set(found.ranges)
    assert seen.finite == array.size and seen.zeros == np.count_nonzero(array == 0) and (seen.min, seen.max) == (array.min(), array.max())
    counts, _ = np.histogram(array.astype(np.float64), seen.edges)
    # numpy's last bin has its right end, too.
    assert np.array_equal(counts[:-1], seen.counts[:-1]) and counts.sum() == seen.counts.sum() == array.size


def test_inspect_and_verify_are_the_commands(program, written):
    for words, result in ((["inspect", written], tare.inspect(written)), (["verify", written], tare.verify(program))):
        assert result == json.loads(command(*words, "--json").stdout)


def test_golden_vectors_are_the_commands(program, written, tmp_path):
    report = tare.golden_vectors(program, tmp_path / "own", samples=2, steps=8)
    command("verify", written, "--golden", tmp_path / "commands", "--samples", "2", "--steps", "8")
    own, others = ({path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*.npy"))}
                   for folder in (tmp_path / "own", tmp_path / "commands"))
    assert own == others and report["samples"] == 2 and own


def test_compare_is_the_commands(model, program, written, labelled, tmp_path):
    inputs = {port.name: labelled[port.name] for port in program.inputs}
    np.savez(tmp_path / "in.npz", **inputs)
    expected = json.loads(command("compare", model, written, "--inputs", tmp_path / "in.npz", "--json").stdout)
    found = tare.compare(model, program, inputs)
    assert found.samples == expected["samples"]
    for own, others in ((found.layers, expected["layers"]), (found.outputs, expected["outputs"])):
        assert [(one.name, one.value, one.kind, list(one.shape), one.cosine, one.differing) for one in own] == \
               [(one["name"], one["value"], one["kind"], one["shape"], one["cosine"], one["differing"]) for one in others]


def test_the_page_is_the_commands(model, program, written, tmp_path):
    data = DIGITS / "test.npz"
    own = tare.report(model, written, data, tmp_path / "own.html", samples=20)
    assert own == json.loads(command("report", model, written, "--inputs", data, "--samples", 20, "--json").stdout)
    command("report", model, written, "--inputs", data, "--samples", 20, "-o", tmp_path / "r.html")
    assert (tmp_path / "own.html").read_bytes() == (tmp_path / "r.html").read_bytes()
    # What the conversion has told goes along with the program.
    assert tare.report(None, written)["repairs"] is None and tare.report(None, program)["repairs"] == program.report["repairs"]
    both = tare.report(model, written, data, other=program, samples=5)
    assert [one["samples"] for one in both["programs"]] == [5, 5]
    with pytest.raises(tare.Error, match="is no program"):
        tare.report(None, model, path=tmp_path / "none.html")
    assert not (tmp_path / "none.html").exists()


def test_compared_layers_as_a_table(model, program, data):
    pandas = pytest.importorskip("pandas", reason="NOT TESTED: Records.to_pandas() needs pandas")
    layers = tare.compare(model, program, data).layers
    table = layers.to_pandas()
    assert isinstance(table, pandas.DataFrame) and list(table["name"]) == [one.name for one in layers]


def test_configurations_are_the_commands(model, tmp_path):
    path = tmp_path / "quant.yaml"
    path.write_text("rules:\n  - layer: conv2\n    activations: {bits: 16}\n")
    command("convert", model, "--calibration", DIGITS / "calibration.npz", "--config", path, "--bias-correction", "on", "--equalize", "on", "-o", tmp_path / "m.tare")
    made = tare.convert(model, DIGITS / "calibration.npz", config=path, bias_correction=True, equalize=True)
    assert made.file() == (tmp_path / "m.tare").read_bytes()
    assert tare.convert(model, DIGITS / "calibration.npz", config=[path]).file() != made.file()
    command("convert", model, "--calibration", DIGITS / "calibration.npz", "--weight-rounding", "adaptive", "-o", tmp_path / "m.tare")
    assert tare.convert(model, DIGITS / "calibration.npz", weight_rounding="adaptive").file() == (tmp_path / "m.tare").read_bytes()
    assert tare.calibrate(model, DIGITS / "calibration.npz", config=path).samples == 200


def test_a_budget_is_the_commands(model, tmp_path):
    command("convert", model, "--calibration", DIGITS / "calibration.npz", "--budget", "SQNR=38dB", "-o", tmp_path / "m.tare")
    made = tare.convert(model, DIGITS / "calibration.npz", budget="SQNR=38dB")
    assert made.file() == (tmp_path / "m.tare").read_bytes()
    assert made.report["budget"]["reached"]["sqnr_db"] >= 38 and made.report["budget"]["wide"]


def test_what_is_no_option(model, data):
    with pytest.raises(TypeError, match="there is no option 'metod'"):
        tare.ir(model, "qdq", data, metod="mse")
    with pytest.raises(tare.Error, match="stage: found 'qdk', expected one of import, "):
        tare.ir(model, "qdk", data)
    with pytest.raises(tare.Error, match="data: found int, expected a path"):
        tare.convert(model, 5)


def test_a_program_needs_a_name(program, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(tare.Error, match="expected a name"):
        program.save("")
    assert not list(tmp_path.iterdir())

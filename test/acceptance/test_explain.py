"""tare explain: whose error an output's error is, and what mends it. Figures are computed anew in numpy from what `tare inspect` shows of the program;
what a remedy brings is what a conversion with it gives."""
import re

import numpy as np
import pytest

from graphs import node, port, save
from harness import ROOT, fails, load, tare, tare_json

DIGITS = ROOT / "examples/digits"
MODEL, CALIBRATION, TEST = DIGITS / "digits.onnx", DIGITS / "calibration.npz", DIGITS / "test.npz"
SOURCES = ["weights", "clipping", "rounding", "bias", "multiplier", "requantization"]


def explain(model, program, data, *arguments):
    return tare_json("explain", model, program, "--inputs", data, *arguments)


def digits(folder, *arguments, rules=None, name="m.tare"):
    """The digits' program, with a configuration of these rules."""
    if rules:
        (folder / f"{name}.yaml").write_text("rules:\n" + "".join(f"  - {rule}\n" for rule in rules))
        arguments += ("--config", folder / f"{name}.yaml")
    tare("convert", MODEL, "--calibration", CALIBRATION, *arguments, "-o", folder / name, "-q", "--check", 0)
    return folder / name


def sqnr_of(program, samples=64, model=MODEL, data=TEST):
    return tare_json("compare", model, program, "--inputs", data, "--samples", samples)["outputs"][0]["sqnr_db"]


def layer_of(found, name):
    return next(layer for layer in found["layers"] if layer["name"] == name)


# Two layers whose figures can be computed by hand

@pytest.fixture
def two_layers(tmp_path, rng):
    constants = {"w1": rng.normal(size=(6, 5)).astype(np.float32), "b1": rng.normal(size=5).astype(np.float32), "w2": rng.normal(size=(5, 3)).astype(np.float32),
                 "b2": np.zeros(3, np.float32)}
    model = save(tmp_path / "m.onnx", [node("Gemm", ["x", "w1", "b1"], ["h"], name="first"), node("Relu", ["h"], ["r"], name="relu"),
                                       node("Gemm", ["r", "w2", "b2"], ["y"], name="last")], [port("x", [1, 6])], [port("y", [1, 3])], constants)
    x = rng.uniform(-1, 1, (40, 6)).astype(np.float32)
    np.savez(tmp_path / "x.npz", x=x)
    # Of a range that is too narrow something is cut off.
    (tmp_path / "c.yaml").write_text("rules:\n  - {layer: first, activations: {range: [0, 1.5]}}\n")
    tare("convert", model, "--calibration", tmp_path / "x.npz", "--config", tmp_path / "c.yaml", "-o", tmp_path / "m.tare", "-q")
    return tmp_path, constants, x.astype(np.float64)


def on_grid(values, scale, zero=0, low=-np.inf, high=np.inf):
    return (np.clip(np.round(values / scale) + zero, low, high) - zero) * scale


def test_the_figures_of_two_layers(two_layers):
    folder, constants, x = two_layers
    w1, b1, w2 = (constants[name].astype(np.float64) for name in ("w1", "b1", "w2"))
    layers = {layer["name"]: layer for layer in tare_json("inspect", folder / "m.tare")["layers"]}
    (step,), (zero,) = layers["first"]["scales"], layers["first"]["zero_points"]
    h = np.maximum(x @ w1 + b1, 0)
    y = h @ w2

    def noise(changed):
        return np.sum((changed - y) ** 2)

    def weights(w):
        return on_grid(w, np.abs(w).max(0) / 127)

    enter = next(layer for layer in tare_json("inspect", folder / "m.tare")["layers"] if layer["kind"] == "quantize")
    expected = {
        ("first", "weights"): noise(np.maximum(x @ weights(w1) + b1, 0) @ w2),
        ("first", "clipping"): noise(np.clip(h, step * (-128 - zero), step * (127 - zero)) @ w2),
        ("first", "rounding"): noise(on_grid(h, step) @ w2),
        ("last", "weights"): noise(h @ weights(w2)),
        (enter["name"], "rounding"): noise(np.maximum(on_grid(x, enter["scales"][0]) @ w1 + b1, 0) @ w2),
    }
    found = explain(folder / "m.onnx", folder / "m.tare", folder / "x.npz", "--samples", 40)
    assert found["samples"] == 40 and found["output"] == "y"
    total = 10 ** (-layer_of(found, "first")["sqnr_db"][0] / 10) * np.sum(y ** 2) / layer_of(found, "first")["share"]
    for (layer, source), power in expected.items():
        assert layer_of(found, layer)["shares"][source] * total == pytest.approx(power, rel=2e-3), (layer, source)
    # Nothing but these, the bias and the multiplier has errors, which are far smaller.
    assert sum(expected.values()) == pytest.approx(total, rel=0.01)
    assert sum(layer["share"] for layer in found["layers"]) == pytest.approx(1)
    for layer in found["layers"]:
        assert list(layer["shares"]) == SOURCES and sum(layer["shares"].values()) == pytest.approx(layer["share"])
    assert [layer["share"] for layer in found["layers"]] == sorted((layer["share"] for layer in found["layers"]), reverse=True)
    # The largest is the one that was cut off; together they are the program.
    assert found["layers"][0]["name"] == "first" and max(found["layers"][0]["shares"], key=found["layers"][0]["shares"].get) == "clipping"
    (output,) = found["outputs"]
    assert output["sqnr_db"] == pytest.approx(sqnr_of(folder / "m.tare", 40, folder / "m.onnx", folder / "x.npz"), abs=1e-3)
    assert output["together_db"] == pytest.approx(output["sqnr_db"], abs=0.1)


# A layer that was spoilt is named first, and what mends it brings what is said

SPOILT = [("{layer: conv3, activations: {range: [-2, 2]}}", "conv3", "clipping", "{value: bn3_out, activations: {range: "),
          ("{layer: conv1, activations: {scale: 0.5}}", "conv1", "rounding", "{value: relu1_out, activations: {bits: 16}}"),
          ("{layer: conv4, weights: {scale: 0.1}}", "conv4", "weights", "{layer: conv4, keep_float: true}"),
          ("{layer: conv2, weights: {scale: 0.1}}", "conv2", "weights", "{layer: conv2, weights: {per_channel: true}}")]


@pytest.mark.parametrize("rule, layer, source, remedy", SPOILT)
def test_a_spoilt_layer(tmp_path, rule, layer, source, remedy):
    spoilt = digits(tmp_path, rules=[rule], name="spoilt.tare")
    found = explain(MODEL, spoilt, TEST, "--samples", 64)
    worst = found["layers"][0]
    assert worst["name"] == layer and worst["share"] > 0.5 and max(worst["shares"], key=worst["shares"].get) == source
    (named,) = [each for each in found["remedies"] if each["text"].startswith(remedy)]
    assert named["layer"] == layer and named["source"] == source and named["is_rule"]
    # A scale that a rule has fixed must go.
    kept = [] if "scale" in rule else [rule]
    before, after = sqnr_of(spoilt), sqnr_of(digits(tmp_path, rules=kept + [named["text"]], name="mended.tare"))
    assert named["gain_db"] > 3 and named["gain_db"] == pytest.approx(after - before, abs=max(1, 0.1 * (after - before)))
    assert named["sqnr_db"][0] == pytest.approx(after, abs=1.5)


@pytest.mark.parametrize("option, tolerance", [("--activations i16", 1), ("--bias-correction on", 0.5)])
def test_options_for_all_layers(tmp_path, option, tolerance):
    found = explain(MODEL, digits(tmp_path), TEST, "--samples", 64)
    (named,) = [each for each in found["remedies"] if each["text"] == option]
    assert named["layer"] is None and not named["is_rule"]
    after = sqnr_of(digits(tmp_path, *option.split(), name="other.tare"))
    assert named["sqnr_db"][0] == pytest.approx(after, abs=tolerance)


def floor_target(folder):
    text = re.sub("rounding: half_up", "rounding: floor", tare("target", "show", "generic").stdout)
    (folder / "floor.yaml").write_text(text.replace("name: generic", "name: floor"))
    return folder / "floor.yaml"


def test_hardware_that_rounds_down(tmp_path):
    found = explain(MODEL, digits(tmp_path, "--target", floor_target(tmp_path)), TEST, "--samples", 32)
    total = {source: sum(layer["shares"][source] for layer in found["layers"]) for source in SOURCES}
    assert total["requantization"] > 2 * total["rounding"] > 0
    assert found["outputs"][0]["together_db"] == pytest.approx(found["outputs"][0]["sqnr_db"], abs=0.5)


def test_other_targets_and_widths(tmp_path):
    for arguments in (["--activations", "i16"], ["--target", "shift_only"], ["--target", "three_stage"], ["--target", "gemmlowp"], ["--equalize", "on"], ["--bias-correction", "on"],
                      ["--strip-io", "quantize,dequantize,transpose"]):
        found = explain(MODEL, digits(tmp_path, *arguments), TEST, "--samples", 16)
        assert not found["unknown"] and not found["other_weights"], arguments
        assert found["outputs"][0]["together_db"] == pytest.approx(found["outputs"][0]["sqnr_db"], abs=1), arguments


def test_a_constant_that_is_joined(tmp_path, rng):
    """A class token is on the grid of what it is joined to."""
    constants = {"w": rng.normal(size=(8, 8)).astype(np.float32), "token": rng.normal(size=(1, 1, 8)).astype(np.float32) / 50, "v": rng.normal(size=(8, 8)).astype(np.float32)}
    model = save(tmp_path / "m.onnx", [node("MatMul", ["x", "w"], ["h"], name="embed"), node("Concat", ["token", "h"], ["c"], name="join", axis=1), node("MatMul", ["c", "v"], ["y"], name="last")],
                 [port("x", [1, 3, 8])], [port("y", [1, 4, 8])], constants)
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(16, 3, 8)).astype(np.float32))
    tare("convert", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare", "-q")
    found = explain(model, tmp_path / "m.tare", tmp_path / "x.npz", "--samples", 16)
    assert layer_of(found, "join")["shares"]["weights"] > 0.01
    assert found["outputs"][0]["together_db"] == pytest.approx(found["outputs"][0]["sqnr_db"], abs=0.05)


def test_a_value_on_two_grids(tmp_path, rng):
    """What a Concat puts on its own grid another reader has on a finer one."""
    constants = {"w": rng.normal(size=(8, 8)).astype(np.float32), "u": 40 * rng.normal(size=(8, 8)).astype(np.float32), "v": rng.normal(size=(16, 8)).astype(np.float32), "t": rng.normal(size=(8, 8)).astype(np.float32)}
    model = save(tmp_path / "m.onnx", [node("MatMul", ["x", "w"], ["h"], name="small"), node("MatMul", ["x", "u"], ["g"], name="large"), node("Concat", ["h", "g"], ["c"], name="join", axis=-1),
                                       node("MatMul", ["c", "v"], ["y"], name="both"), node("MatMul", ["h", "t"], ["z"], name="alone")], [port("x", [1, 8])], [port("y", [1, 8]), port("z", [1, 8])], constants)
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(64, 8)).astype(np.float32))
    tare("convert", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare", "-q")
    assert any(layer["kind"] == "rescale" for layer in tare_json("inspect", tmp_path / "m.tare")["layers"])
    found = explain(model, tmp_path / "m.tare", tmp_path / "x.npz", "--samples", 64)
    for output in found["outputs"]:
        assert output["together_db"] == pytest.approx(output["sqnr_db"], abs=0.3)


def test_the_table(tmp_path):
    done = tare("explain", MODEL, digits(tmp_path, rules=["{layer: conv3, activations: {range: [-2, 2]}}"]), "--inputs", TEST, "--top", 3)
    lines = done.stdout.splitlines()
    assert lines[0].split()[:5] == ["layer", "value", "kind", "alone", "dB"] and "clipping" in lines[0]
    assert lines[1].split()[:3] == ["conv3", "bn3_out", "conv"] and lines[4] == ""
    assert re.fullmatch(r"8 samples, 8 layers; output 'logits': the program -?[\d.]+ dB, all of these together -?[\d.]+ dB", lines[5])
    assert lines[7].split() == ["remedy", "against", "SQNR", "dB", "gain", "dB"] and "- {value: bn3_out, activations: {range: [" in done.stdout


def test_threads(tmp_path):
    program = digits(tmp_path)
    found = [explain(MODEL, program, TEST, "--samples", 7, "--threads", threads) for threads in (1, 2, 3)]
    assert found[0] == found[1] == found[2]


def test_a_part_of_a_network(tmp_path):
    found = explain(MODEL, digits(tmp_path, "--outputs", "relu3_out"), TEST)
    assert [output["name"] for output in found["outputs"]] == ["relu3_out"] and {layer["name"] for layer in found["layers"]} >= {"conv1", "add3"}


def test_what_is_refused(tmp_path, rng):
    program = digits(tmp_path)
    assert "expected the float model and its program (MODEL PROGRAM)" in fails("explain", program, "--inputs", TEST)
    assert "is no program" in fails("explain", program, MODEL, "--inputs", TEST)
    assert "has no output 'x' of numbers; it has 'logits'" in fails("explain", MODEL, program, "--inputs", TEST, "--output", "x")
    assert "leave" in fails("explain", MODEL, program, "--inputs", TEST, "--against", TEST)
    assert "belong to the float model" in fails("explain", program, "--inputs", TEST, "--against", TEST, "--output", "logits")
    np.savez(tmp_path / "labels.npz", labels=load(TEST)["labels"])
    assert "no array has the name of a layer" in fails("explain", program, "--inputs", TEST, "--against", tmp_path / "labels.npz")
    other = save(tmp_path / "other.onnx", [node("Relu", ["image"], ["logits"], name="relu")], [port("image", [1, 10])], [port("logits", [1, 10])])
    assert "the models differ: input 'image' is 1x10" in fails("explain", other, program, "--inputs", TEST)


def test_numbers_that_are_none(tmp_path):
    model = save(tmp_path / "m.onnx", [node("Add", ["x", "b"], ["y"], name="add")], [port("x", [1, 4])], [port("y", [1, 4])], {"b": np.full((1, 4), 0.3, np.float32)})
    x = np.linspace(-1, 1, 32, dtype=np.float32).reshape(8, 4)
    np.savez(tmp_path / "x.npz", x=x)
    tare("convert", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare", "-q")
    x[3, 2] = np.nan
    np.savez(tmp_path / "nan.npz", x=x)
    assert "output 'y' has NaN or infinite elements" in fails("explain", model, tmp_path / "m.tare", "--inputs", tmp_path / "nan.npz")


def test_layers_in_loops_are_told(tmp_path, rng):
    constants = {"w": rng.normal(size=(1, 16, 3)).astype(np.float32), "r": rng.normal(size=(1, 16, 4)).astype(np.float32) / 2}
    model = save(tmp_path / "m.onnx", [node("LSTM", ["x", "w", "r"], ["y"], name="lstm", hidden_size=4)], [port("x", [5, 1, 3])], [port("y", [5, 1, 1, 4])], constants)
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(8, 5, 1, 3)).astype(np.float32))
    tare("convert", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare", "-q")
    done = tare("explain", model, tmp_path / "m.tare", "--inputs", tmp_path / "x.npz")
    assert "as a loop runs it at each step" in done.stderr


# Another runtime's values

@pytest.fixture
def dump(tmp_path):
    """The digits' program, and all its layers' integers for 8 samples."""
    program = digits(tmp_path)
    tare("run", program, "--inputs", TEST, "--samples", 8, "--raw", "--all-layers", "--outputs", tmp_path / "own.npz", "-q")
    return tmp_path, program, load(tmp_path / "own.npz")


def against(dump, **changed):
    folder, program, own = dump
    np.savez(folder / "other.npz", **(own | changed))
    return tare_json("explain", program, "--inputs", TEST, "--against", folder / "other.npz")


def test_an_equal_dump(dump):
    found = against(dump)
    assert found["first"] is None and found["samples"] == 8 and found["hypotheses"] == [] and len(found["layers"]) > 6
    assert all(layer["differing"] == 0 for layer in found["layers"])
    folder, program, own = dump
    # Real numbers, channels first, by the values' names, and without signs.
    tare("run", program, "--inputs", TEST, "--samples", 8, "--all-layers", "--outputs", folder / "reals.npz", "-q")
    reals = load(folder / "reals.npz")
    np.savez(folder / "other.npz", relu1_out=reals["conv1"].transpose(0, 3, 1, 2), conv2=(own["conv2"].astype(np.int16) + 128).astype(np.uint8))
    done = tare_json("explain", program, "--inputs", TEST, "--against", folder / "other.npz")
    assert done["first"] is None and [layer["name"] for layer in done["layers"]] == ["conv1", "conv2"]


@pytest.mark.parametrize("rounding", ["half_even", "half_away", "floor"])
def test_another_rounding(tmp_path, rounding):
    # Where multipliers are powers of two, ties are met.
    text = re.sub("rounding: half_up", f"rounding: {rounding}", tare("target", "show", "shift_only").stdout)
    (tmp_path / "t.yaml").write_text(text)
    own, other = digits(tmp_path, "--target", "shift_only"), digits(tmp_path, "--target", tmp_path / "t.yaml", name="o.tare")
    tare("run", other, "--inputs", TEST, "--samples", 8, "--raw", "--all-layers", "--outputs", tmp_path / "o.npz", "-q")
    found = tare_json("explain", own, "--inputs", TEST, "--against", tmp_path / "o.npz")
    first = next(layer for layer in found["layers"] if layer["name"] == found["first"])
    assert first["differing"] > 0 and {"text": f"rounding {rounding}", "equal": first["elements"]} in found["hypotheses"]


def test_wider_multipliers(dump):
    """LiteRT's kernels have 31 bits, and round twice: both make integers that 15 bits and one rounding do not."""
    folder, program, own = dump
    tare("run", digits(folder, "--target", "gemmlowp", name="o.tare"), "--inputs", TEST, "--samples", 8, "--raw", "--all-layers", "--outputs", folder / "o.npz", "-q")
    found = tare_json("explain", program, "--inputs", TEST, "--against", folder / "o.npz")
    first = next(layer for layer in found["layers"] if layer["name"] == found["first"])
    assert found["hypotheses"][0] == {"text": "a multiplier of 31 bits, rounding gemmlowp_double", "equal": first["elements"]}


def altered(own, name, change):
    return {name: change(own[name].astype(np.int64)).clip(-128, 127).astype(np.int8)}


@pytest.mark.parametrize("change, text", [
    (lambda q: q + 1, "zero point 1 higher"),
    (lambda q: q - 1, "zero point 1 lower"),
])
def test_what_explains_a_difference(dump, change, text):
    _, program, own = dump
    found = against(dump, **altered(own, "conv3", change))
    assert found["first"] == "conv3"
    best = found["hypotheses"][0]
    first = next(layer for layer in found["layers"] if layer["name"] == "conv3")
    assert best["text"] == text and best["equal"] >= 0.98 * first["elements"] and first["differing"] > 0


def test_other_limits(dump):
    *_, own = dump
    low, high = np.unique(own["conv3"])[[5, -6]]
    found = against(dump, **altered(own, "conv3", lambda q: q.clip(low, high)))
    assert found["first"] == "conv3" and found["hypotheses"][0] == {"text": f"limits [{low}, {high}]", "equal": own["conv3"].size}


def test_another_scale(dump):
    _, program, own = dump
    zero = next(layer for layer in tare_json("inspect", program)["layers"] if layer["name"] == "conv3")["zero_points"][0]
    found = against(dump, **altered(own, "conv3", lambda q: np.round((q - zero) * 0.5) + zero))
    best = found["hypotheses"][0]
    assert best["text"].startswith("scale ") and float(best["text"].split()[1]) == pytest.approx(2, rel=0.01)


def test_another_order(dump):
    _, program, own = dump
    done = against(dump, conv3=np.ascontiguousarray(own["conv3"].transpose(0, 2, 1, 3)))
    assert done["hypotheses"][0]["text"] == "dimensions in the order 0, 2, 1, 3" and done["hypotheses"][0]["equal"] == own["conv3"].size


def test_what_a_dump_lacks(dump):
    folder, program, own = dump
    np.savez(folder / "other.npz", conv1=own["conv1"], else_=np.zeros(3))
    done = tare("explain", program, "--inputs", TEST, "--against", folder / "other.npz")
    assert done.stdout == "8 samples: all elements of 1 layers are equal\n" and "not compared: 'else_'" in done.stderr
    np.savez(folder / "other.npz", conv1=own["conv1"].reshape(8, -1)[:, :7])
    assert "expected samples of" in fails("explain", program, "--inputs", TEST, "--against", folder / "other.npz")


@pytest.mark.parametrize("form", ["onnx", "float"])
def test_weights_of_either_side_are_the_models(tmp_path, form):
    """(A79) Adaptive rounding leaves integers beside the model's weights, which are no other model's; nor do forms lack what they were made of."""
    program, model = digits(tmp_path, "--weight-rounding", "adaptive"), MODEL
    if form == "float":
        model = tmp_path / "f.mlir"
        tare("convert", MODEL, "--emit", "mlir:float", "-o", model)
    said = tare("explain", model, program, "--inputs", TEST, "--samples", 8).stderr
    assert "not the model's" not in said
    found = explain(model, program, TEST, "--samples", 8)
    assert layer_of(found, "conv1")["shares"]["weights"] > 0
    assert abs(found["outputs"][0]["together_db"] - found["outputs"][0]["sqnr_db"]) < .1

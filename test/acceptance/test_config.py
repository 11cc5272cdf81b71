"""--config: what rules choose for single layers is what the program has; what they cannot choose is refused, and what another tool says is taken."""
import json
import re
import resource

import numpy as np
import pytest

from graphs import node, port, save
from harness import fails, tare, tare_json

F32 = np.float32


@pytest.fixture
def model(tmp_path, rng):
    """x -> conv1 + relu -> pool -> conv2 -> sigmoid, and the pool's result added to that of conv2."""
    constants = {"w1": rng.normal(0, .3, (4, 3, 3, 3)).astype(F32), "b1": rng.normal(0, .1, 4).astype(F32),
                 "w2": (rng.normal(0, .3, (4, 4, 1, 1)) * [[[[1]]], [[[4]]], [[[.2]]], [[[1]]]]).astype(F32), "k": F32([[[1.5]], [[-.5]], [[.3]], [[1]]])}
    nodes = [node("Conv", ["x", "w1", "b1"], ["c"], name="block/conv1", pads=[1, 1, 1, 1]), node("Relu", ["c"], ["r"], name="block/relu1"),
             node("MaxPool", ["r"], ["p"], name="pool", kernel_shape=[2, 2]), node("Conv", ["p", "w2"], ["d"], name="conv2"),
             node("Add", ["d", "p"], ["s"], name="sum"), node("Mul", ["s", "k"], ["m"], name="scale"), node("Softmax", ["m"], ["y"], name="softmax", axis=1)]
    np.savez(tmp_path / "c.npz", x=rng.normal(0, 1, (24, 3, 6, 6)).astype(F32))
    return save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 6, 6])], [port("y", None)], constants)


def convert(model, *arguments, config=None, data=True, name="m.tare"):
    """The program's bytes, and what was printed."""
    if config is not None:
        (model.parent / "q.yaml").write_text(config)
        arguments += ("--config", model.parent / "q.yaml")
    if data:
        arguments += ("--calibration", model.parent / "c.npz")
    done = tare("convert", model, *arguments, "-o", model.parent / name)
    return (model.parent / name).read_bytes(), done.stderr


def qdq(model, config):
    return convert(model, "--emit", "mlir:qdq", config=config, name="q.mlir")[0].decode()


def refused(model, config, *arguments):
    path = model.parent / "q.yaml"
    path.write_text(config)
    message = fails("convert", model, "--config", path, "--calibration", model.parent / "c.npz", *arguments, "-o", model.parent / "o.tare",
                    output=model.parent / "o.tare")
    return message.replace(str(path), "q.yaml")


def test_what_init_writes_changes_nothing(model):
    plain, _ = convert(model)
    for arguments in ((), ("--activations", "i16"), ("--method", "kl"), ("--target", "shift_only"), ("--target", "three_stage")):
        written = tare("config", "init", model, *arguments).stdout
        assert 'layer: "block/conv1"' in written and "'pool', max_pool: it keeps the grid of 'r'" in written
        assert convert(model, *arguments, config=written)[0] == convert(model, *arguments)[0], written
    assert convert(model)[0] == plain


def test_init_writes_a_file_and_takes_rules(model):
    (model.parent / "q.yaml").write_text("rules: [{op: conv, weights: {per_channel: false}}, {layer: sum, activations: {scale: 0.123456791}}]")
    tare("config", "init", model, "--config", model.parent / "q.yaml", "-o", model.parent / "all.yaml")
    written = (model.parent / "all.yaml").read_text()
    assert written.count("per_channel: false") == 2 and "scale: 0.123456791" in written
    assert convert(model, "--config", model.parent / "all.yaml")[0] == convert(model, "--config", model.parent / "q.yaml")[0]


def test_check_says_which_rule_hits_what(model):
    path = model.parent / "q.yaml"
    path.write_text("rules:\n  - {layer: block/*, activations: {bits: 16}}\n  - {op: [conv, add], activations: {method: kl}}\n")
    said = tare("config", "check", path, model).stdout
    assert f"rule 1 ({path}:2, layer 'block/*'): block/conv1\n" in said
    assert f"rule 2 ({path}:3, op 'conv', 'add'): block/conv1, conv2, sum\n" in said
    report = tare_json("config", "check", path, model)
    assert [rule["layers"] for rule in report["rules"]] == [["block/conv1"], ["block/conv1", "conv2", "sum"]]
    layers = {each["name"]: each for each in report["layers"]}
    assert layers["block/conv1"]["rules"] == [0, 1] and layers["block/conv1"]["activations"] == {"bits": 16, "symmetric": True, "method": "kl"}
    assert layers["sum"]["activations"] == {"bits": 8, "symmetric": False, "method": "kl"} and layers["pool"]["rules"] == []


def test_grids_are_what_rules_say(model):
    text = qdq(model, "rules:\n  - {value: x, activations: {scale: 0.03125, zero_point: -3}}\n  - {layer: sum, activations: {range: [-6.375, 6.375], symmetric: true}}\n"
                      "  - {layer: block/conv1, activations: {bits: 16}}\n  - {layer: conv2, weights: {scale: 0.0625}}\n")
    assert "!quant.uniform<i8:f32, 3.125000e-02:-3>" in text or "i8:f32, 3.125000e-02:-3" in text
    assert "i8<-127:127>:f32, 0.050196" in text
    assert "i16<-32767:32767>:f32" in text
    assert "{6.250000e-02,6.250000e-02,6.250000e-02,6.250000e-02}" in text


def test_a_layer_in_float(model):
    report = json.loads(tare("convert", model, "--config", write(model, "rules: [{layer: sum, keep_float: true}]"), "--calibration", model.parent / "c.npz",
                             "-o", model.parent / "m.tare", "--json").stdout)
    # What stands behind it alone goes along.
    assert {each["layer"]: each["reason"] for each in report["host"]["layers"]}["sum"] == "the configuration keeps it in float"
    assert "keeps it in float" in refused(model, "rules: [{layer: sum, keep_float: true}]", "--host", "error")


def write(model, config, name="q.yaml"):
    (model.parent / name).write_text(config)
    return model.parent / name


def test_methods_of_single_values(model):
    ranges = {}
    for method, options in (("min_max", ()), ("percentile", ("--percentile", "99"))):
        tare("calibrate", model, "--calibration", model.parent / "c.npz", "--method", method, *options, "-o", model.parent / "r.json")
        ranges[method] = json.loads((model.parent / "r.json").read_text())["values"]
    tare("calibrate", model, "--calibration", model.parent / "c.npz", "--method", "min_max", "--config",
         write(model, "rules: [{layer: conv2, activations: {percentile: 99}}]"), "-o", model.parent / "r.json")
    mixed = json.loads((model.parent / "r.json").read_text())["values"]
    assert mixed["d"] == ranges["percentile"]["d"] != ranges["min_max"]["d"]
    assert mixed["r"] == ranges["min_max"]["r"]
    message = fails("convert", model, "--calibration", model.parent / "r.json", "--config", model.parent / "q.yaml", "-o", model.parent / "o.tare")
    assert "is a ranges file, which settles how ranges are found, but the configuration says activations.method of 'd'" in message


def test_what_leaves_is_as_wide_as_what_it_is_made_from(tmp_path, rng):
    """The accumulators of a layer that reads 16 bits do not leave as they are; 8 bits would lose what the layer before was given."""
    nodes = [node("Conv", ["x", "v"], ["h"], name="first"), node("Conv", ["h", "w"], ["y"], name="last")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 4, 4])], [port("y", None)],
                 {"v": rng.normal(0, 1, (4, 3, 1, 1)).astype(F32), "w": rng.normal(0, 1, (2, 4, 1, 1)).astype(F32)})
    np.savez(tmp_path / "c.npz", x=rng.normal(0, 1, (8, 3, 4, 4)).astype(F32))
    text = qdq(model, "rules: [{layer: first, activations: {bits: 16}}]")
    last = text[text.index("qnn.conv", text.index("qnn.conv") + 1):]
    assert "i16" in last.split("quant.qcast")[1].split("loc")[0]
    assert "bits" not in tare("config", "init", model).stdout.split('"last"')[1].split("weights")[0]


def test_later_rules_and_later_files_win(model):
    first, second = write(model, "rules: [{op: conv, activations: {bits: 16}}, {layer: conv2, activations: {bits: 8}}]", "a.yaml"), \
        write(model, "rules: [{layer: block/conv1, activations: {bits: 8}}]", "b.yaml")
    assert convert(model, "--config", first, "--config", second)[0] == convert(model)[0]
    assert convert(model, "--config", second, "--config", first)[0] != convert(model)[0]


@pytest.mark.parametrize("config, message", [
    ("rules: [{layer: conv3, keep_float: true}]", "q.yaml:1: the rule hits no layer: layer 'conv3'; did you mean 'conv2'?"),
    ("rules: [{layer: pool, activations: {bits: 16}}]", "q.yaml:1: the rule changes nothing: 'pool' (max_pool) takes none of it: it keeps the grid of 'r'"),
    ("rules: [{layer: sum, weights: {per_channel: true}}]", "q.yaml:1: the rule changes nothing: 'sum' (add) takes none of it: it has no weights"),
    ("rule: []", "q.yaml:1: unknown key 'rule'; expected one of rules; did you mean 'rules'?"),
    ("rules: [{layer: conv2, weights: {bits: 4}}]", "q.yaml:1: weights.bits: found '4', expected 8: programs have weights of 8 bits"),
    ("rules: [{layer: conv2, activations: {symmetric: maybe}}]", "q.yaml:1: activations.symmetric: found 'maybe', expected true or false"),
    ("rules: [{layer: conv2, weights: {scale: [1, 2, 3]}}]", "q.yaml:1: weights.scale has 3 numbers, expected one or 4, one for each output channel of 'conv2'"),
    ("rules: [{layer: sum, activations: {range: [0, 1], method: kl}}]", "leave one of them out"),
    ("rules: [", "q.yaml:1: "),
    ("rules: " + "[" * 300, "nests more than"),
    ("", "found nothing, expected the keys rules"),
])
def test_refusals(model, config, message):
    assert message in refused(model, config)


def test_what_a_target_lacks_is_refused(model):
    assert "target 'shift_only' has" in refused(model, "rules: [{layer: sum, activations: {bits: 16}}]", "--target", "shift_only")
    assert "only shifts" in refused(model, "rules: [{layer: conv2, weights: {per_channel: false}}]", "--target", "shift_only")
    assert "has symmetric activations" in refused(model, "rules: [{layer: sum, activations: {symmetric: false}}]", "--activations", "i16")


def test_configurations_come_before_the_layers_are_settled(model):
    tare("convert", model, "--emit", "mlir:float", "-o", model.parent / "f.mlir")
    message = fails("convert", model.parent / "f.mlir", "--config", write(model, "rules: [{layer: sum, keep_float: true}]"), "--random-calibration",
                    "-o", model.parent / "o.tare")
    assert "--config comes too late" in message


def test_clipping_is_told(model):
    _, said = convert(model, config="rules: [{layer: sum, activations: {range: [-0.01, 0.01]}}, {layer: conv2, weights: {scale: 0.0001}}]")
    assert "'s': the configuration's range [-0.01, 0.01] cuts off what calibration saw" in said
    assert "the configuration's weights.scale" in said and "cuts off weights" in said


# Tables of other tools


def test_overrides_of_onnx_runtime(model):
    table = write(model, json.dumps({"x": [{"quant_type": "QUInt8", "scale": 0.03125, "zero_point": 125}], "s": [{"rmin": -3.0, "rmax": 5.0}],
                                     "w2": [{"quant_type": "QInt8", "scale": s} for s in (.5, .25, .125, .0625)]}), "ort.json")
    same = write(model, "rules: [{value: x, activations: {scale: 0.03125, zero_point: -3}}, {layer: sum, activations: {range: [-3, 5]}},"
                        "{layer: conv2, weights: {scale: [.5, .25, .125, .0625]}}]")
    assert convert(model, "--config", table)[0] == convert(model, "--config", same)[0] != convert(model)[0]


def test_encodings_and_tables(model):
    same = convert(model, config="rules: [{value: x, activations: {scale: 0.0314960629, symmetric: true}}, {layer: conv2, weights: {scale: [.5, .25, .125, .0625]}}]")[0]
    encodings = {"version": "1.0.0", "activation_encodings": [{"name": "x", "bw": 8, "is_sym": True, "scale": [0.0314960629], "offset": [-128]}],
                 "param_encodings": [{"name": "w2", "bw": 8, "is_sym": True, "scale": [.5, .25, .125, .0625], "offset": [-128] * 4}]}
    assert convert(model, "--config", write(model, json.dumps(encodings), "e.json"))[0] == same
    ncnn = write(model, "block/conv1 31.75\nconv2_param_0 2 4 8 16\n", "ncnn.table")
    assert convert(model, "--config", ncnn)[0] == same
    tengine = write(model, "x 0.0314960629 0\n", "tengine.scale")
    weights = write(model, "rules: [{layer: conv2, weights: {scale: [.5, .25, .125, .0625]}}]")
    assert convert(model, "--config", tengine, "--config", weights)[0] == same


def test_entries_of_nothing_are_told(model):
    _, said = convert(model, "--config", write(model, "x 0.0314960629 0\nnobody 0.5 0\n", "t.scale"))
    assert "1 of 2 entries are of nothing that has a grid of its own here, and change nothing: tensor 'nobody'" in said


def test_a_table_of_all_values_needs_no_data(model):
    grids = "x 0.03 0\nr 0.02 0\nd 0.02 0\ns 0.03 0\nm 0.03 0\ny 0.0078125 0\n"
    program, _ = convert(model, "--config", write(model, grids, "t.scale"), data=False)
    assert program
    message = fails("convert", model, "--config", write(model, "x 0.03 0\n", "t.scale"), "-o", model.parent / "o.tare")
    assert "the ranges say nothing of 'r', 'd', 's', 'm'" in message


@pytest.mark.parametrize("format, arguments", [("onnxruntime", ()), ("encodings", ()), ("onnxruntime", ("--activations", "i16")), ("encodings", ("--activations", "i16")),
                                               ("tengine", ()), ("ncnn", ("--config", "symmetric.yaml"))])
def test_tables_that_are_written_say_the_same(model, format, arguments):
    """Read again they give the same program; at 8 bits without the data, too: what tables of 16 bits reach is a matter of what calibration saw within a grid."""
    write(model, "rules: [{layer: '*', activations: {symmetric: true}}]", "symmetric.yaml")
    arguments = [str(model.parent / each) if each.endswith(".yaml") else each for each in arguments]
    table = model.parent / "table"
    tare("config", "init", model, "--calibration", model.parent / "c.npz", "--format", format, *arguments, "-o", table)
    plain = convert(model, *arguments)[0]
    assert convert(model, *arguments, "--config", table)[0] == plain, table.read_text()
    if format in ("onnxruntime", "encodings") and not arguments:
        assert convert(model, *arguments, "--config", table, data=False)[0] == plain


def test_formats_that_cannot_say_a_grid(model):
    assert "tables of ncnn are of symmetric ones" in fails("config", "init", model, "--calibration", model.parent / "c.npz", "--format", "ncnn")
    assert "give --calibration DATA" in fails("config", "init", model, "--format", "encodings")
    assert "tables of text are of 8" in fails("config", "init", model, "--calibration", model.parent / "c.npz", "--format", "tengine", "--activations", "i16")


# Bias correction


def test_bias_correction_is_of_the_set_of_samples(model, rng):
    corrected, _ = convert(model, "--bias-correction", "on")
    assert corrected != convert(model)[0]
    assert convert(model, "--bias-correction", "on", "--threads", "1")[0] == corrected
    x = np.load(model.parent / "c.npz")["x"]
    np.savez(model.parent / "c.npz", x=x[rng.permutation(len(x))])
    assert convert(model, "--bias-correction", "on")[0] == corrected
    assert convert(model, config="rules: [{op: conv, weights: {bias_correction: true}}]")[0] == corrected
    assert convert(model, "--bias-correction", "on", config="rules: [{op: conv, weights: {bias_correction: false}}]")[0] == convert(model)[0]


def test_bias_correction_takes_data(model):
    tare("calibrate", model, "--calibration", model.parent / "c.npz", "-o", model.parent / "r.json")
    message = fails("convert", model, "--calibration", model.parent / "r.json", "--bias-correction", "on", "-o", model.parent / "o.tare")
    assert "is a ranges file, which has no means of what layers read, as bias correction needs" in message


def test_bias_correction_takes_out_the_mean(tmp_path):
    """(A77) Weights of 127 and 100.25 in steps of 1: what is lost of the second, times its input's mean, comes back by the bias."""
    x = np.full((8, 2), F32([1, 2]))
    x[::2] += F32([.5, 1])
    x[1::2] -= F32([.5, 1])
    np.savez(tmp_path / "c.npz", x=x.reshape(8, 2))
    model = save(tmp_path / "m.onnx", [node("Gemm", ["x", "w", "b"], ["y"], name="fc", transB=1)], [port("x", [1, 2])], [port("y", None)],
                 {"w": F32([[127, 100.25]]), "b": F32([.25])})
    tare("convert", model, "--calibration", tmp_path / "c.npz", "--bias-correction", "on", "--emit", "mlir:qdq", "-o", tmp_path / "q.mlir")
    bias = re.search(r'fc_bias: "0x\w{8}(\w{8})"', (tmp_path / "q.mlir").read_text())[1]
    assert np.frombuffer(bytes.fromhex(bias), F32) == [.75]


def test_tensors_of_several_grids_are_one_entry(tmp_path, rng):
    """Weights that two layers share, and what has 16 bits between layers of 8: what is written is read."""
    weights = rng.normal(0, .3, (4, 4, 1, 1)).astype(F32)
    model = save(tmp_path / "m.onnx", [node("Conv", ["x", "w"], ["a"], name="one"), node("Relu", ["a"], ["r"], name="relu"), node("Conv", ["r", "w"], ["b"], name="two"),
                                       node("Sigmoid", ["b"], ["y"], name="last")], [port("x", [1, 4, 6, 6])], [port("y", None)], {"w": weights})
    np.savez(tmp_path / "c.npz", x=rng.normal(0, 1, (8, 4, 6, 6)).astype(F32))
    mixed = "rules: [{layer: one, activations: {bits: 16}}]"
    encodings = convert(model, "--emit", "encodings", config=mixed, name="e.json")[0]
    tensors = [entry["name"] for kind in ("activation_encodings", "param_encodings") for entry in json.loads(encodings)[kind]]
    assert len(tensors) == len(set(tensors)) and {"w", "r"} <= set(tensors)
    convert(model, "--config", tmp_path / "e.json")


def test_adaptive_rounding_is_of_the_set_of_samples(model, rng):
    nearest, adaptive = convert(model)[0], convert(model, "--weight-rounding", "adaptive")[0]
    assert adaptive != nearest and len(adaptive) == len(nearest)
    assert convert(model, "--weight-rounding", "adaptive", "--threads", "1")[0] == adaptive
    x = np.load(model.parent / "c.npz")["x"]
    np.savez(model.parent / "c.npz", x=x[rng.permutation(len(x))])
    assert convert(model, "--weight-rounding", "adaptive")[0] == adaptive
    assert convert(model, config="rules: [{op: conv, weights: {rounding: adaptive}}]")[0] == adaptive
    assert convert(model, "--weight-rounding", "adaptive", config="rules: [{op: conv, weights: {rounding: nearest}}]")[0] == nearest
    one = convert(model, config="rules: [{layer: conv2, weights: {rounding: adaptive}}]")[0]
    assert one not in (adaptive, nearest)
    # Biases take no shift of what is rounded so.
    assert convert(model, "--weight-rounding", "adaptive", "--bias-correction", "on")[0] == adaptive


def test_adaptive_rounding_loses_less(tmp_path, rng):
    """(A79) What the accumulators lose by their weights, on the data that it was done by, and on others of the kind."""
    mixed = rng.normal(0, 1, (512, 8)) @ rng.normal(0, 1, (8, 40)) + rng.normal(0, .3, (512, 40))
    np.savez(tmp_path / "c.npz", x=mixed[:384].astype(F32))
    np.savez(tmp_path / "t.npz", x=mixed[384:].astype(F32))
    model = save(tmp_path / "m.onnx", [node("Gemm", ["x", "w"], ["y"], name="fc", transB=1)], [port("x", [1, 40])], [port("y", None)],
                 {"w": rng.normal(0, 1, (16, 40)).astype(F32)})
    losses = {}
    for how in ("nearest", "adaptive"):
        tare("convert", model, "--calibration", tmp_path / "c.npz", "--weight-rounding", how, "--activations", "i16", "--emit", "mlir:qdq", "-o", tmp_path / "q.mlir")
        for data in ("c", "t"):
            for file, result in ((model, "float.npz"), (tmp_path / "q.mlir", "fixed.npz")):
                tare("run", file, "--inputs", tmp_path / f"{data}.npz", "--outputs", tmp_path / result)
            losses[how, data] = float(((np.load(tmp_path / "fixed.npz")["y"] - np.load(tmp_path / "float.npz")["y"]) ** 2).sum())
    assert losses["adaptive", "c"] < losses["nearest", "c"] / 2
    assert losses["adaptive", "t"] < losses["nearest", "t"]


def test_adaptive_rounding_takes_data(model):
    tare("calibrate", model, "--calibration", model.parent / "c.npz", "-o", model.parent / "r.json")
    said = fails("convert", model, "--calibration", model.parent / "r.json", "--weight-rounding", "adaptive", "-o", model.parent / "o.tare", output=model.parent / "o.tare")
    assert "adaptive rounding of weights needs calibration data, found the ranges file" in said and "leave --weight-rounding out" in said
    assert "weights.rounding: found 'up', expected nearest or adaptive" in refused(model, "rules: [{op: conv, weights: {rounding: up}}]")
    tare("convert", model, "--calibration", model.parent / "c.npz", "--emit", "mlir:qdq", "-o", model.parent / "q.mlir")
    assert "--weight-rounding comes too late" in fails("convert", model.parent / "q.mlir", "--weight-rounding", "adaptive", "-o", model.parent / "o.tare")
    assert "--weight-rounding adaptive is of the stage 'qdq' at the earliest" in fails(
        "convert", model, "--calibration", model.parent / "c.npz", "--weight-rounding", "adaptive", "--emit", "mlir:float", "-o", model.parent / "o.mlir")


def test_what_is_too_large_to_be_measured(tmp_path, rng):
    """A layer of many weights per channel keeps the nearest steps, and it is told."""
    model = save(tmp_path / "m.onnx", [node("Gemm", ["x", "w"], ["h"], name="wide", transB=1), node("Gemm", ["h", "v"], ["y"], name="narrow", transB=1)],
                 [port("x", [1, 2000])], [port("y", None)], {"w": rng.normal(0, 1, (8, 2000)).astype(F32), "v": rng.normal(0, 1, (3, 8)).astype(F32)})
    np.savez(tmp_path / "c.npz", x=rng.normal(0, 1, (4, 2000)).astype(F32))
    rounding = ("--weight-rounding", "adaptive", "--max-memory", "40")
    made, said = convert(model, *rounding)
    assert "layer 'wide': weights were rounded to the nearest step, as measuring what they meet would take too much memory" in said
    assert made == convert(model, config="rules: [{layer: narrow, weights: {rounding: adaptive}}]")[0] != convert(model)[0]
    assert "nearest step" not in convert(model, *rounding, config="rules: [{layer: wide, weights: {rounding: nearest}}]")[1]


def test_equalization_changes_no_real_number(tmp_path, rng):
    """(A78) Factors are powers of two: in float the network is the same, bit for bit."""
    constants = {"v": (rng.normal(0, 1, (4, 3, 3, 3)) * F32([8, 1, .1, .01]).reshape(4, 1, 1, 1)).astype(F32), "b": rng.normal(0, 1, 4).astype(F32),
                 "w": rng.normal(0, 1, (2, 4, 1, 1)).astype(F32)}
    nodes = [node("Conv", ["x", "v", "b"], ["c"], name="first"), node("Relu", ["c"], ["r"], name="relu"), node("Conv", ["r", "w"], ["y"], name="second")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 6, 6])], [port("y", None)], constants)
    np.savez(tmp_path / "c.npz", x=rng.normal(0, 1, (8, 3, 6, 6)).astype(F32))
    for how in ("on", "off"):
        tare("convert", model, "--emit", "mlir:float", "--equalize", how, "-o", tmp_path / f"{how}.mlir")
        tare("run", tmp_path / f"{how}.mlir", "--inputs", tmp_path / "c.npz", "--outputs", tmp_path / f"{how}.npz")
    assert (tmp_path / "on.mlir").read_text() != (tmp_path / "off.mlir").read_text()
    np.testing.assert_array_equal(np.load(tmp_path / "on.npz")["y"], np.load(tmp_path / "off.npz")["y"])
    assert convert(model, "--equalize", "on")[0] != convert(model)[0]


def test_equal_channels_need_the_data(model):
    """The ranges of a file are those of channels as they were."""
    tare("calibrate", model, "--calibration", model.parent / "c.npz", "-o", model.parent / "r.json")
    said = fails("convert", model, "--calibration", model.parent / "r.json", "--equalize", "on", "-o", model.parent / "m.tare", output=model.parent / "m.tare")
    assert "r.json: is a ranges file" in said and "leave --equalize out" in said


def test_what_is_fixed_has_no_method(model):
    """A rule for all, and a later one that fixes a grid: what `init` makes of these is taken."""
    write(model, "rules: [{layer: '*', activations: {method: mse}}, {value: x, activations: {method: kl}}, {value: x, activations: {range: [-1, 1]}}]")
    rules = ["--config", model.parent / "q.yaml"]
    tare("config", "init", model, *rules, "-o", model.parent / "all.yaml")
    assert convert(model, "--config", model.parent / "all.yaml")[0] == convert(model, *rules)[0]


@pytest.mark.parametrize("name, text, words", [
    ("r.yaml", "rules: [{regex: '" + "(" * 100000 + "', activations: {bits: 8}}]", "a regular expression has 100000 characters, expected at most 1000"),
    ("r.yaml", "rules: [{between: ['', x], activations: {bits: 8}}]", "two names of values"),
    ("r.yaml", "rules: [{value: x, activations: {symmetric: true, scale: 0.05, zero_point: 7}}]", "has zero point 0 where activations are symmetric, found 7"),
    ("r.json", '{"x": [{"quant_type": "QInt8", "rmin": 100, "rmax": 50}]}', "tensor 'x': its range begins above its end"),
    ("r.json", '{"activation_encodings": {"x": [{"bitwidth": 8, "min": 9, "max": 4}]}}', "its range begins above its end"),
    ("r.json", '{"activation_encodings": {"x": [{"bitwidth": 8, "min": -5}]}}', "min and max belong together, found one of them"),
    ("r.json", '{"activation_encodings": {"x": [{"bitwidth": 8, "scale": [0.05, 0.06], "offset": [0, 0]}]}}', "found 2 scales, expected one for the whole tensor"),
    ("r.json", '{"activation_encodings": {"x": [{"bitwidth": 8.9, "scale": 0.05, "offset": 0}]}}', "the width is of no integers"),
    ("r.json", '{"activation_encodings": [{"name": "x", "bw": 8, "scale": [0.05], "offset": [0]}, {"name": "x", "bw": 8, "scale": [0.06], "offset": [0]}]}', "tensor 'x' stands here twice"),
    ("r.txt", "x 0.05 3\nx 0.07 9\n", "'x' stands in a line before, too"),
], ids=range(10))
def test_what_contradicts_itself_is_refused(model, name, text, words):
    path = model.parent / name
    path.write_text(text)
    for command in (["config", "check", path, model], ["convert", model, "--calibration", model.parent / "c.npz", "--config", path, "-o", model.parent / "m.tare"]):
        assert words in fails(*command, output=model.parent / "m.tare")


def test_names_of_any_letters(tmp_path, rng):
    """What no glob is may be a name; a table of text cannot hold one that a comment begins with, and says so."""
    names = ["{a}", "b#c", "d{e", "[f", "*g", "h?i"]
    constants = {f"w{i}": rng.normal(0, .5, (4, 4, 1, 1)).astype(F32) for i in range(len(names))}
    nodes = [node("Conv", [value, f"w{i}"], [result], name="L" + result) for i, (value, result) in enumerate(zip(["x", *names], names))]
    model = save(tmp_path / "m.onnx", [*nodes, node("MaxPool", [names[-1]], ["p"], name="pool", kernel_shape=[2, 2]), node("Add", ["p", "p"], ["y"], name="{sum")],
                 [port("x", [1, 4, 3, 3])], [port("y", None)], constants)
    np.savez(tmp_path / "c.npz", x=rng.normal(0, 1, (24, 4, 3, 3)).astype(F32))
    plain, _ = convert(model)
    assert convert(model, config=tare("config", "init", model).stdout)[0] == plain
    for rule in ('layer: "L{a}"', 'value: "d{e"', 'layer: ["L[f", "L*g"]'):
        assert convert(model, config=f"rules: [{{{rule}, activations: {{bits: 16}}}}]")[0] != plain
    assert "'L{z' is no name and no glob" in refused(model, 'rules: [{layer: "L{z", activations: {bits: 16}}]')
    # A table may begin with a brace.
    for format in ("tengine", "encodings", "onnxruntime"):
        tare("config", "init", model, "--calibration", model.parent / "c.npz", "--format", format, "-o", tmp_path / "t")
        text = (tmp_path / "t").read_text()
        if format == "tengine":
            (tmp_path / "t").write_text("\n".join(text.splitlines()[1:] + text.splitlines()[:1]) + "\n")
        assert convert(model, "--config", tmp_path / "t", data=False)[0] == plain, format
    renamed = save(tmp_path / "r.onnx", [node("Conv", ["x", "w0"], ["#a"], name="conv"), node("Add", ["#a", "#a"], ["y"], name="sum")], [port("x", [1, 4, 3, 3])], [port("y", None)], constants)
    message = fails("config", "init", renamed, "--calibration", tmp_path / "c.npz", "--format", "tengine")
    assert "'#a' cannot stand in a table of text" in message and "--format encodings" in message


@pytest.mark.parametrize("format", ("tengine", "ncnn"))
def test_as_many_tensors_are_told_as_lines_are_written(model, format):
    (model.parent / "q.yaml").write_text(f"rules: [{{layer: '*', activations: {{symmetric: {str(format == 'ncnn').lower()}}}}}, {{value: x, activations: {{symmetric: {str(format == 'ncnn').lower()}}}}}]")
    done = tare("config", "init", model, "--calibration", model.parent / "c.npz", "--format", format, "--config", model.parent / "q.yaml", "-o", model.parent / "t")
    assert f"the scales of {len((model.parent / 't').read_text().splitlines())} tensors" in done.stderr


def test_a_table_takes_time_by_its_lines(tmp_path):
    """200,000 lines of other networks' tensors, for a network of 2,000 layers: not the product of both."""
    values = ["x", *(f"v{i}" for i in range(2000))]
    nodes = [node("Gemm", [value, "w"], [result], name="layer" + result) for value, result in zip(values, values[1:])]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4])], [port(values[-1], None)], {"w": np.eye(4, dtype=F32) + F32(.125)})
    path = tmp_path / "t"
    path.write_text("".join(f"other{i} 0.5 7\n" for i in range(200_000)) + "v7 0.03125 128\n")
    begun = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = tare("config", "check", path, model, "--json")
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begun < 20 and '"scale":0.03125' in done.stdout.replace(" ", "")


@pytest.mark.parametrize("text, message", [
    ('{"w2": [{"quant_type": "QInt8", "scale": 0.5, "axis": 1}, {"quant_type": "QInt8", "scale": 0.5, "axis": 1}, {"quant_type": "QInt8", "scale": 0.5, "axis": 1}, {"quant_type": "QInt8", "scale": 0.5, "axis": 1}]}',
     "the scales of 'w2' run along axis 1, expected that of the output channels of 'conv2', 0"),
    ('{"activation_encodings": [], "param_encodings": [{"name": "w2", "enc_type": "LPBQ", "bw": 8, "scale": [0.5], "offset": [-128]}]}', "enc_type is \"LPBQ\", expected PER_TENSOR or PER_CHANNEL"),
    ('{"activation_encodings": [], "param_encodings": [{"name": "w2", "enc_type": "PER_CHANNEL", "block_size": 16, "bw": 8, "scale": [0.5], "offset": [-128]}]}', "block_size says scales of blocks"),
])
def test_scales_of_what_programs_have_not_are_refused(model, text, message):
    assert message in refused(model, text)


def test_bits_that_change_nothing_are_told(tmp_path, rng):
    """Accumulators that leave as they are have neither 8 bits nor 16."""
    model = save(tmp_path / "m.onnx", [node("Gemm", ["x", "w"], ["logits"], name="fc")], [port("x", [1, 16])], [port("logits", None)], {"w": rng.normal(size=(16, 8)).astype(F32)})
    np.savez(tmp_path / "c.npz", x=rng.normal(size=(24, 16)).astype(F32))
    plain, _ = convert(model)
    program, said = convert(model, config="rules: [{value: logits, activations: {bits: 16}}]")
    assert program == plain and "'logits' has no grid that the configuration's range, scale or bits could say" in said
    assert "has no grid" not in convert(model, config="rules: [{layer: '*', activations: {bits: 8}}]")[1]


@pytest.mark.parametrize("format", ("onnxruntime", "encodings", "tengine"))
def test_functions_within_layers_go_through_tables(tmp_path, rng, format):
    """What stands between a layer and the function in it is no tensor of another tool's: calibration finds its range."""
    constants = {f"w{i}": rng.normal(0, .3, (4, 4, 3, 3)).astype(F32) for i in range(2)}
    model = save(tmp_path / "m.onnx", [node("Conv", ["x", "w0"], ["c"], name="conv"), node("HardSwish", ["c"], ["h"], name="swish"), node("Conv", ["h", "w1"], ["d"], name="conv2"),
                                       node("Sigmoid", ["d"], ["y"], name="sigmoid")], [port("x", [1, 4, 7, 7])], [port("y", None)], constants)
    np.savez(tmp_path / "c.npz", x=rng.normal(0, 1, (24, 4, 7, 7)).astype(F32))
    plain, _ = convert(model)
    tare("config", "init", model, "--calibration", tmp_path / "c.npz", "--format", format, "-o", tmp_path / "t")
    assert convert(model, "--config", tmp_path / "t")[0] == plain
    assert "the ranges say nothing of 'c', 'd'" in fails("convert", model, "--config", tmp_path / "t", "-o", tmp_path / "o.tare")

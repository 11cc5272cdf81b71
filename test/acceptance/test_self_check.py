"""A conversion checks itself: a line per output, a warning where one has collapsed, an error for what is a bug."""
import json
import re

import numpy as np
import pytest

from graphs import converted, node, port, save
from harness import fails, load, sqnr, tare

SAMPLES = 40


def convert(folder, model, data, *arguments):
    np.savez(folder / "x.npz", **data)
    return tare("convert", model, "--calibration", folder / "x.npz", *arguments, "-o", folder / "m.tare")


def answer(folder, model, data, *arguments):
    return json.loads(convert(folder, model, data, *arguments, "--json", "-q").stdout)


def network(folder, outputs=("y",)):
    """Two layers, the last of which is each output."""
    rng = np.random.default_rng(1)
    nodes = [node("Gemm", ["x", "w0"], ["g"], name="fc0"), node("Relu", ["g"], ["h"], name="relu")]
    nodes += [node("Gemm", ["h", f"w_{name}"], [name], name=f"fc_{name}") for name in outputs]
    constants = {"w0": rng.normal(size=(8, 16)).astype(np.float32)}
    constants |= {f"w_{name}": rng.normal(size=(16, 4)).astype(np.float32) for name in outputs}
    model = save(folder / "m.onnx", nodes, [port("x", [1, 8])], [port(name, [1, 4]) for name in outputs], constants)
    return model, {"x": rng.normal(size=(SAMPLES, 1, 8)).astype(np.float32)}


def test_a_line_per_output(tmp_path):
    model, data = network(tmp_path, ("y", "z"))
    lines = [line for line in convert(tmp_path, model, data).stderr.splitlines() if "SQNR" in line]
    assert [line.split("'")[1] for line in lines] == ["y", "z"]
    for line in lines:
        assert re.fullmatch(r"tare: output '[yz]': SQNR \d+\.\d dB, cosine 0\.99\d+ \(4 samples\)", line)
    # An output of 8 bits says how much of its range it uses.
    line, = [line for line in convert(tmp_path, *sigmoid(tmp_path)).stderr.splitlines() if "SQNR" in line]
    assert re.search(r", \d+ % of its range used \(4 samples\)", line)


def sigmoid(folder):
    rng = np.random.default_rng(2)
    nodes = [node("Gemm", ["x", "w"], ["g"], name="fc"), node("Sigmoid", ["g"], ["y"], name="act")]
    model = save(folder / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 4])],
                 {"w": rng.normal(size=(8, 4)).astype(np.float32)})
    return model, {"x": rng.normal(size=(SAMPLES, 1, 8)).astype(np.float32)}


@pytest.mark.parametrize("count", [1, 3, 4, SAMPLES, 1000])
def test_check_says_how_many(tmp_path, count):
    model, data = network(tmp_path)
    check = answer(tmp_path, model, data, "--check", count)["check"]
    assert check["samples"] == min(count, SAMPLES)
    output, = check["outputs"]
    assert output["name"] == "y" and output["sqnr_db"] > 20 and output["cosine"] > 0.99
    assert output["range_used"] is None and output["collapsed"] == []
    assert check["program"]["layers"] >= 3 and check["program"]["largest_difference"] <= 1.25


def test_no_check(tmp_path):
    model, data = network(tmp_path)
    assert "check" not in answer(tmp_path, model, data, "--check", 0)
    assert "SQNR" not in convert(tmp_path, model, data, "--check", 0).stderr
    # Ranges alone give nothing to run; one who wants to know is told.
    tare("calibrate", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "r.json")
    told = tare("convert", model, "--calibration", tmp_path / "r.json", "-o", tmp_path / "m.tare").stderr
    assert "SQNR" not in told and "not checked" not in told
    assert "not checked" in tare("convert", model, "--calibration", tmp_path / "r.json", "-o", tmp_path / "m.tare", "--verbose").stderr


def test_without_a_check_nothing_is_said_of_one(tmp_path):
    """--check 0: no figure, no step, no field, no collapse; with --strict nothing to go by."""
    model, data = bottleneck(tmp_path, 1000)
    assert "has collapsed" in convert(tmp_path, model, data).stderr or "have collapsed" in convert(tmp_path, model, data).stderr
    said = convert(tmp_path, model, data, "--check", 0, "--verbose", "--timing")
    for word in ("SQNR", "cosine", "collapsed", "% of its range", "mends it", "not checked"):
        assert word not in said.stderr, word
    assert not any(line.startswith("check ") for line in said.stdout.splitlines())
    silent = answer(tmp_path, model, data, "--check", 0)
    assert "check" not in silent and "check" not in silent["seconds"]
    assert not {"CollapsedOutput", "LostWeights", "UnmovedOutputs"} & {each["kind"] for each in silent["warning_details"]}
    (tmp_path / "m.tare").unlink()
    assert "--strict has nothing to go by" in fails("convert", model, "--calibration", tmp_path / "x.npz", "--check", 0, "--strict", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")


def test_the_program_is_the_same_without_a_check(tmp_path):
    model, data = bottleneck(tmp_path, 1000)
    programs = []
    for count in (0, 4):
        convert(tmp_path, model, data, "--check", count)
        programs.append((tmp_path / "m.tare").read_bytes())
    assert programs[0] == programs[1]


def test_random_calibration_is_checked(tmp_path):
    model, _ = network(tmp_path)
    assert "SQNR" in tare("convert", model, "--random-calibration", "-o", tmp_path / "m.tare").stderr


def test_quiet_and_json_print_no_lines(tmp_path):
    model, data = network(tmp_path)
    assert convert(tmp_path, model, data, "-q").stderr == ""
    assert convert(tmp_path, model, data, "--json").stderr == ""


def test_the_result_does_not_depend_on_threads_or_the_check(tmp_path):
    model, data = network(tmp_path)
    found = []
    for arguments in (["--threads", 1], ["--threads", 3], ["--check", 9]):
        found.append((answer(tmp_path, model, data, *arguments)["check"], (tmp_path / "m.tare").read_bytes()))
    assert found[0] == found[1] and found[0][1] == found[2][1]


def test_the_check_is_a_step(tmp_path):
    model, data = network(tmp_path)
    assert "check " in convert(tmp_path, model, data, "--timing", "-q").stdout
    assert answer(tmp_path, model, data)["seconds"]["check"] > 0


# --- What has collapsed ---

def bottleneck(folder, factor, axis=1):
    """Channels of one value that are `factor` apart, behind an activation: they share one grid."""
    rng = np.random.default_rng(3)
    weight = rng.normal(size=(6, 3, 1, 1)).astype(np.float32)
    weight[4:] /= factor
    nodes = [node("Conv", ["x", "w"], ["c"], name="head"), node("Tanh", ["c"], ["t"], name="tanh"),
             node("Mul", ["t", "k"], ["m"], name="scaled"), node("LeakyRelu", ["m"], ["y"], name="act", alpha=0.9)]
    scale = np.ones((1, 6, 1, 1), np.float32)
    scale[:, :4] = factor
    if axis != 1:
        nodes[-1] = node("LeakyRelu", ["m"], ["a"], name="act", alpha=0.9)
        nodes.append(node("Transpose", ["a"], ["y"], name="last", perm=[0, 2, 3, 1]))
    shape = [1, 6, 8, 8] if axis == 1 else [1, 8, 8, 6]
    model = save(folder / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", shape)], {"w": weight * 1, "k": scale})
    return model, {"x": rng.normal(size=(SAMPLES, 3, 8, 8)).astype(np.float32)}


@pytest.mark.parametrize("axis", [1, 3])
def test_a_collapsed_slice(tmp_path, axis):
    model, data = bottleneck(tmp_path, 1000, axis)
    output, = answer(tmp_path, model, data)["check"]["outputs"]
    assert output["sqnr_db"] > 20, "the output as a whole looks fine"
    found = [each for each in output["collapsed"] if each["axis"] == axis]
    assert found and found[0]["indices"] == [4, 5]
    line, = [line for line in convert(tmp_path, model, data).stderr.splitlines() if "warning: output" in line]
    assert f"output 'y': 2 of 6 slices along axis {axis} (4 to 5) have collapsed" in line and "layer '" in line


def join(folder, axis=1, transposed=False):
    """Boxes of 0..300 beside scores of 0..1, on one grid as they feed one more layer before they leave."""
    rng = np.random.default_rng(4)
    nodes = [node("Conv", ["x", "wb"], ["b"], name="boxes"), node("Relu", ["b"], ["box"], name="box_relu"),
             node("Conv", ["x", "ws"], ["s"], name="scores"), node("Sigmoid", ["s"], ["score"], name="score_sigmoid"),
             node("Concat", ["box", "score"], ["j"], name="join", axis=1), node("LeakyRelu", ["j"], ["y"], name="act", alpha=0.5)]
    constants = {"wb": 100 * rng.normal(size=(4, 3, 1, 1)).astype(np.float32), "ws": rng.normal(size=(2, 3, 1, 1)).astype(np.float32)}
    model = save(folder / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", [1, 6, 8, 8])], constants)
    return model, {"x": rng.normal(size=(SAMPLES, 3, 8, 8)).astype(np.float32)}


def test_a_collapse_is_traced_and_its_remedy_is_tried(tmp_path):
    model, data = join(tmp_path)
    output, = answer(tmp_path, model, data)["check"]["outputs"]
    assert output["collapsed"][0]["indices"] == [4, 5]
    # What comes behind the Concat has lost nothing more.
    assert output["loss_begins"]["layer"] in ("score_sigmoid", "join")
    keeps_its_word(tmp_path, model, data, output)


def test_a_remedy_tells_what_becomes_of_the_slices(tmp_path):
    """Not of the output as a whole, which its boxes decide: that looks fine without any remedy."""
    model, data = join(tmp_path)
    output, = answer(tmp_path, model, data, "--check", SAMPLES)["check"]["outputs"]
    option, told = re.fullmatch(r"(.*) mends it \(SQNR (.*) dB\)", output["remedy"]).groups()
    convert(tmp_path, model, data, *option.split())
    for form, name in ((model, "f"), (tmp_path / "m.tare", "q")):
        tare("run", form, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / f"{name}.npz")
    real, found = load(tmp_path / "f.npz")["y"], load(tmp_path / "q.npz")["y"]
    assert output["collapsed"][0]["indices"] == [4, 5]
    assert abs(float(told) - min(sqnr(real[:, i], found[:, i]) for i in (4, 5))) < 0.1
    assert float(told) < sqnr(real, found) - 3


def test_outputs_that_no_data_move_are_told(tmp_path):
    """A network that pictures of 0..255 saturate, where it takes 0..1."""
    rng = np.random.default_rng(6)
    nodes = [node("Gemm", ["x", "w", "b"], ["g"], name="fc"), node("Sigmoid", ["g"], ["y"], name="out")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 4])],
                 {"w": np.full((8, 4), 3, np.float32), "b": np.full(4, -12, np.float32)})
    data = rng.uniform(0, 1, (SAMPLES, 1, 8)).astype(np.float32)
    said = "all outputs ('y') are the same for 4 different samples, in float: the network does not react to these data"
    wrong = convert(tmp_path, model, {"x": 255 * data + 1}).stderr
    assert said in wrong and "calibrate on data as the network takes them" in wrong
    assert said not in convert(tmp_path, model, {"x": data}).stderr
    # Samples that are all one say nothing of the network.
    assert "are the same for" not in convert(tmp_path, model, {"x": np.repeat(data[:1], SAMPLES, 0)}).stderr
    assert convert(tmp_path, model, {"x": 255 * data + 1}, "--strict").returncode == 0


def keeps_its_word(folder, model, data, output, *arguments):
    """The option that is named does what is said; where none is, all have been tried."""
    if "mends it (" in output["remedy"]:
        option = output["remedy"].split(" mends")[0].split()
        mended, = answer(folder, model, data, *arguments, *option)["check"]["outputs"]
        assert mended["collapsed"] == []
        return
    assert output["remedy"] == "no option mends it: " + output["loss_begins"]["cause"] and "--" not in output["remedy"]
    for option in (["--activations", "i16"], ["--method", "min_max"], ["--method", "mse"], ["--method", "percentile"]):
        tried, = answer(folder, model, data, *arguments, *option)["check"]["outputs"]
        assert tried["collapsed"] != []


JOINS = {
    "concat": [node("Concat", ["box", "score"], ["j"], name="join", axis=1)],
    "concat of flat": [node("Flatten", ["box"], ["fb"], name="fb"), node("Flatten", ["score"], ["fs"], name="fs"),
                       node("Concat", ["fb", "fs"], ["k"], name="join", axis=1), node("Reshape", ["k", "shape"], ["j"], name="unflat")],
    "transposed": [node("Concat", ["box", "score"], ["k"], name="join", axis=1), node("Transpose", ["k"], ["l"], name="t", perm=[0, 2, 3, 1]),
                   node("Transpose", ["l"], ["j"], name="u", perm=[0, 3, 1, 2])],
    "two": [node("Concat", ["box", "score"], ["k"], name="join", axis=1), node("Concat", ["k", "box"], ["l"], name="join2", axis=1),
            node("Slice", ["l", "zero", "six", "one"], ["j"], name="cut")],
}


@pytest.mark.parametrize("how", JOINS)
def test_a_loss_is_not_named_behind_what_joins_and_moves(tmp_path, how):
    rng = np.random.default_rng(4)
    nodes = [node("Conv", ["x", "wb"], ["b"], name="boxes"), node("Relu", ["b"], ["box"], name="box_relu"),
             node("Conv", ["x", "ws"], ["s"], name="scores"), node("Sigmoid", ["s"], ["score"], name="score_sigmoid"),
             *JOINS[how], node("LeakyRelu", ["j"], ["y"], name="act", alpha=0.5)]
    constants = {"wb": 100 * rng.normal(size=(4, 3, 1, 1)).astype(np.float32), "ws": rng.normal(size=(2, 3, 1, 1)).astype(np.float32),
                 "shape": np.int64([1, 6, 8, 8]), "zero": np.int64([0]), "six": np.int64([6]), "one": np.int64([1])}
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", [1, 6, 8, 8])], constants)
    data = {"x": rng.normal(size=(SAMPLES, 3, 8, 8)).astype(np.float32)}
    output, = answer(tmp_path, model, data)["check"]["outputs"]
    assert output["collapsed"] and output["loss_begins"]["layer"] in ("score_sigmoid", "join"), output["loss_begins"]
    assert output["loss_begins"]["sqnr_db"] < 10 < output["loss_begins"]["operand_sqnr_db"]


def test_no_option_is_a_remedy_where_the_model_says_the_grids(tmp_path):
    """Boxes and scores that the model itself quantizes to one grid behind their Concat."""
    rng = np.random.default_rng(8)
    constants = {"s": np.float32(0.03125), "coarse": np.float32(3.17), "z": np.int8(0), "wb": 100 * rng.normal(size=(4, 8)).astype(np.float32),
                 "ws": rng.normal(size=(4, 8)).astype(np.float32)}
    nodes = [node("Gemm", ["x", "wb"], ["box"], name="boxes", transB=1), node("Gemm", ["x", "ws"], ["s1"], name="scores", transB=1),
             node("Sigmoid", ["s1"], ["score"], name="sigmoid"), node("Concat", ["box", "score"], ["j"], name="join", axis=1),
             node("QuantizeLinear", ["j", "coarse", "z"], ["jq"], name="q"), node("DequantizeLinear", ["jq", "coarse", "z"], ["jd"], name="d"),
             node("LeakyRelu", ["jd"], ["y"], name="act", alpha=0.5)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 8])], constants)
    data = {"x": rng.normal(size=(SAMPLES, 1, 8)).astype(np.float32)}
    output, = answer(tmp_path, model, data)["check"]["outputs"]
    # The float form of the file has that grid: there is nothing that Tare has lost.
    if output["collapsed"]:
        keeps_its_word(tmp_path, model, data, output)


def test_no_option_is_a_remedy_of_a_softmax_below_its_finest_step(tmp_path):
    """Shares of 40,000 classes are about 2^-15, the finest step that the hardware computes a softmax in."""
    rng = np.random.default_rng(10)
    nodes = [node("Softmax", ["x"], ["y"], name="softmax", axis=1)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 40000])], [port("y", [1, 40000])])
    data = {"x": rng.normal(size=(4, 1, 40000)).astype(np.float32) / 4}
    output, = answer(tmp_path, model, data)["check"]["outputs"]
    assert output["collapsed"]
    keeps_its_word(tmp_path, model, data, output)


def test_a_result_of_zeros_has_no_cosine_of_one(tmp_path):
    """All of the output is below half a step: the program gives zeros, float does not."""
    rng = np.random.default_rng(9)
    nodes = [node("Mul", ["x", "k"], ["m"], name="scaled"), node("LeakyRelu", ["m"], ["y"], name="act", alpha=0.5)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 1024])], [port("y", [1, 1024])], {"k": np.float32([1.5])})
    data = rng.normal(size=(SAMPLES, 1, 1024)).astype(np.float32)
    data[0, 0, 0] = 1e6
    output, = answer(tmp_path, model, {"x": data}, "--method", "min_max")["check"]["outputs"]
    assert output["cosine"] == 0 and output["collapsed"][0]["cosine"] == 0 and output["sqnr_db"] == 0
    line, = [line for line in convert(tmp_path, model, {"x": data}, "--method", "min_max").stderr.splitlines() if ": SQNR" in line and "warning" not in line]
    assert "SQNR 0.0 dB, cosine 0.000000" in line


def test_all_samples_are_compared_layer_by_layer(tmp_path):
    model, data = network(tmp_path)
    one, four = (answer(tmp_path, model, data, "--check", count)["check"]["program"] for count in (1, 4))
    assert four["layers"] == one["layers"] and four["elements"] == 4 * one["elements"]


def outlier(folder):
    """One number in one sample stretches the input's range by 10^5: what remains of the others is nothing."""
    rng = np.random.default_rng(5)
    nodes = [node("Mul", ["x", "k"], ["m"], name="scaled"), node("LeakyRelu", ["m"], ["y"], name="act", alpha=0.5)]
    model = save(folder / "m.onnx", nodes, [port("x", [1, 1024])], [port("y", [1, 1024])], {"k": np.float32([1.5])})
    data = rng.normal(size=(SAMPLES, 1, 1024)).astype(np.float32)
    data[0, 0, 0] = 1e5
    return model, {"x": data}


def test_a_whole_output_collapses(tmp_path):
    model, data = outlier(tmp_path)
    found = answer(tmp_path, model, data, "--method", "min_max")
    output, = found["check"]["outputs"]
    assert output["collapsed"][0]["all_equal"] and output["loss_begins"]["layer"] == "x"
    assert output["remedy"].startswith("--method percentile mends it")
    detail = found["warning_details"][0]
    assert (detail["kind"], detail["unit"]) == ("CollapsedOutput", "dB") and detail["remedy"] == output["remedy"]
    done = convert(tmp_path, model, data, "--method", "min_max")
    assert done.returncode == 0
    assert "warning: output 'y' has collapsed: all elements are equal, in float they are not; the loss begins in input 'x'" in done.stderr
    # What was proposed works.
    output, = answer(tmp_path, model, data, "--method", "percentile")["check"]["outputs"]
    assert output["collapsed"] == []


def test_strict_refuses_a_collapse(tmp_path):
    model, data = outlier(tmp_path)
    np.savez(tmp_path / "x.npz", **data)
    out = tmp_path / "no.tare"
    said = fails("convert", model, "--calibration", tmp_path / "x.npz", "--method", "min_max", "--strict", "-o", out, output=out)
    assert "output 'y' has collapsed" in said and "input 'x'" in said
    # What has not collapsed passes.
    tare("convert", model, "--calibration", tmp_path / "x.npz", "--strict", "-o", out)
    assert out.exists()


def test_strict_without_a_check_is_refused(tmp_path):
    model, out = tmp_path / "m.onnx", tmp_path / "m.tare"
    save(model, [node("Relu", ["x"], ["y"], name="relu")], [port("x", [1, 4])], [port("y", [1, 4])])
    np.savez(tmp_path / "x.npz", x=np.ones((2, 4), np.float32))
    said = fails("convert", model, "--calibration", tmp_path / "x.npz", "--strict", "--check", "0", "-o", out, output=out)
    assert "no samples were checked" in said
    tare("calibrate", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "ranges.json")
    said = fails("convert", model, "--calibration", tmp_path / "ranges.json", "--strict", "-o", out, output=out)
    assert "no samples were checked" in said


def test_quiet_classes_have_not_collapsed(tmp_path):
    """Classes that no sample shows are far below a step of a softmax; nothing is wrong with them."""
    rng = np.random.default_rng(6)
    weight = rng.normal(size=(8, 10)).astype(np.float32)
    bias = np.float32([0] * 5 + [-40] * 5)
    nodes = [node("Gemm", ["x", "w", "b"], ["g"], name="fc"), node("Softmax", ["g"], ["y"], name="softmax", axis=1)]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, 10])], {"w": weight, "b": bias})
    done = convert(tmp_path, model, {"x": rng.normal(size=(SAMPLES, 1, 8)).astype(np.float32)})
    assert "warning" not in done.stderr and "SQNR" in done.stderr


def classes(folder, quiet, offset=-5.0, variation=0.4, activation="Sigmoid"):
    """64 classes, `quiet` of which are near `offset` before the function, but share a grid of steps of 12 with the others."""
    rng, count = np.random.default_rng(3), 64
    factors, offsets = np.full(count, 1500, np.float32), np.zeros(count, np.float32)
    factors[count - quiet:], offsets[count - quiet:] = variation, offset
    nodes = [node("Gemm", ["x", "w"], ["g"], name="fc"), node("Tanh", ["g"], ["t"], name="tanh"), node("Gemm", ["t", "k", "b"], ["a"], name="shifted"), node(activation, ["a"], ["y"], name="scores"),
             node("LeakyRelu", ["a"], ["l"], name="leaky", alpha=.5), node("ReduceMean", ["l", "axes"], ["z"], name="mean")]
    model = save(folder / "m.onnx", nodes, [port("x", [1, 8])], [port("y", [1, count]), port("z", [1, 1])],
                 {"w": (rng.normal(size=(8, count)) * .7).astype(np.float32), "k": np.diag(factors), "b": offsets, "axes": np.int64([1])})
    return model, {"x": rng.normal(size=(64, 1, 8)).astype(np.float32)}


@pytest.mark.parametrize("activation, offset", [("Sigmoid", -5.0), ("Sigmoid", 4.0), ("Sigmoid", -2.5), ("Tanh", 2.5), ("Tanh", -2.5), ("HardSigmoid", -2.4)])
@pytest.mark.parametrize("quiet", [1, 3, 4, 32])
def test_classes_that_are_elsewhere_have_collapsed(tmp_path, quiet, activation, offset):
    """A class whose results hardly vary in float, and that the program puts elsewhere for every sample, is wrong, not quiet."""
    model, data = classes(tmp_path, quiet, offset, activation=activation)
    output = answer(tmp_path, model, data)["check"]["outputs"][0]
    assert output["collapsed"], output
    # The whole where they are many.
    assert set(range(64 - quiet, 64)) <= set(output["collapsed"][0].get("indices", range(64)))
    np.savez(tmp_path / "x.npz", **data)
    out = tmp_path / "no.tare"
    assert "collapsed" in fails("convert", model, "--calibration", tmp_path / "x.npz", "--strict", "-o", out, output=out)


def test_quiet_classes_that_stay_quiet_have_not_collapsed(tmp_path):
    """Far below a step in float, 0 in the program."""
    model, data = classes(tmp_path, 32, offset=-24.0)
    assert answer(tmp_path, model, data)["check"]["outputs"][0]["collapsed"] == []


def test_the_work_of_the_check_does_not_grow_with_the_calibration(tmp_path):
    """It looks at four samples, layer by layer, however many there are: a sixteenth of what 64 samples of calibration compute."""
    model, data = network(tmp_path)
    work = {count: answer(tmp_path, model, {"x": np.tile(data["x"], (4, 1, 1))[:count]})["check"] for count in (4, 16, 64)}
    programs = [check["program"] for check in work.values()]
    assert all(check["samples"] == 4 for check in work.values())
    assert len({(program["layers"], program["elements"]) for program in programs}) == 1
    one = answer(tmp_path, model, data, "--check", 1)["check"]["program"]
    assert programs[-1]["elements"] == 4 * one["elements"]


def detector(folder, shape, boxes=1.0):
    """50 scores that are about 1e-5 but in three samples; `shape`: as they are, moved, or joined with 20 boxes."""
    rng = np.random.default_rng(0)
    weights, width = (rng.normal(size=(8, 50)) * .3).astype(np.float32), 50
    weights[0] = 8
    nodes = [node("Gemm", ["x", "w", "b"], ["g"], name="fc"), node("Sigmoid", ["g"], ["s" if shape != "plain" else "y"], name="score")]
    if shape == "moved":
        nodes += [node("Reshape", ["s", "shape"], ["r"], name="r"), node("Transpose", ["r"], ["y"], name="t", perm=[0, 2, 1])]
    if shape == "joined":
        nodes += [node("Gemm", ["x", "wb"], ["box"], name="boxes"), node("Tanh", ["box"], ["t"], name="t"), node("Mul", ["t", "size"], ["u"], name="u"),
                  node("LeakyRelu", ["u"], ["v"], name="v", alpha=.5), node("Concat", ["v", "s"], ["y" if boxes == 1 else "j"], name="join", axis=1)]
        nodes += [node("LeakyRelu", ["j"], ["y"], name="act", alpha=.5)] if boxes != 1 else []
    model = save(folder / "m.onnx", nodes, [port("x", [1, 8])], [port("y", None)],
                 {"w": weights, "b": np.full(50, -13, np.float32), "wb": rng.normal(size=(8, 20)).astype(np.float32), "size": np.float32(boxes), "shape": np.int64([1, 5, 10])})
    x = rng.normal(size=(SAMPLES, 1, 8)).astype(np.float32)
    x[:, :, 0] = 0
    x[[2, 17, 30], :, 0] = 2
    return model, {"x": x}


@pytest.mark.parametrize("target", ["generic", "i16x8", "gemmlowp", "shift_only", "three_stage"])
@pytest.mark.parametrize("shape", ["plain", "moved", "joined"])
def test_samples_with_nothing_to_detect_show_no_collapse(tmp_path, shape, target):
    model, data = detector(tmp_path, shape)
    done = convert(tmp_path, model, data, "--target", target, "--strict")
    value = "y" if shape == "plain" else "s"
    assert "collapsed" not in done.stderr and f"these samples say nothing of '{value}'" in done.stderr
    output, = answer(tmp_path, model, data, "--target", target)["check"]["outputs"]
    assert output["collapsed"] == [] and output["unseen"] == value
    # On all samples there is something to see, and nothing is wrong with it.
    whole, = answer(tmp_path, model, data, "--target", target, "--check", SAMPLES)["check"]["outputs"]
    assert whole["collapsed"] == [] and whole["unseen"] is None and whole["sqnr_db"] > 20


def test_scores_that_have_lost_their_grid_have_collapsed(tmp_path):
    """Beside boxes of hundreds not even an object's score is a step: that calibration saw some is no excuse."""
    model, data = detector(tmp_path, "joined", 320)
    output, = answer(tmp_path, model, data)["check"]["outputs"]
    assert output["unseen"] is None and output["collapsed"]


def test_quiet_outputs_of_no_function_have_collapsed(tmp_path):
    """An outlier of a value without limits is no score of an object."""
    output, = answer(tmp_path, *outlier(tmp_path), "--method", "min_max")["check"]["outputs"]
    assert output["collapsed"] and output["unseen"] is None


@pytest.mark.parametrize("target", ["generic", "gemmlowp", "shift_only", "three_stage", "i16x8"])
@pytest.mark.parametrize("factor", [1e-45, 1e-42, 1e-38, 1e-30])
def test_numbers_below_floats_own(tmp_path, target, factor):
    """Float32 keeps few bits of them: what the QDQ form rounds there is no bug of the program's."""
    model = save(tmp_path / "m.onnx", [node("Mul", ["x", "k"], ["h"], name="tiny"), node("Mul", ["h", "k2"], ["y"], name="again")], [port("x", [1, 4])], [port("y", [1, 4])],
                 {"k": np.float32([factor]), "k2": np.float32([1, 1, .5, 1])})
    np.savez(tmp_path / "x.npz", x=np.random.default_rng(0).normal(size=(SAMPLES, 1, 4)).astype(np.float32))
    done = tare("convert", model, "--calibration", tmp_path / "x.npz", "--target", target, "-o", tmp_path / "m.tare", check=False)
    assert "bug in Tare" not in done.stderr and (done.returncode == 0 or done.stderr.count("tare: error:") == 1), done.stderr


def test_movements_of_many_axes_are_told_by_their_elements(tmp_path):
    """A pixel shuffle written out, of dimensions that are all alike, behind which the layout is another one: any order may be the one."""
    rng = np.random.default_rng(3)
    nodes = [node("Conv", ["x", "w"], ["c"], name="conv"), node("Sigmoid", ["c"], ["g"], name="gate"), node("Mul", ["g", "c"], ["h"], name="half"),
             node("Reshape", ["h", "apart"], ["r"], name="split"), node("Transpose", ["r"], ["t"], perm=[0, 1, 4, 2, 5, 3], name="order"),
             node("Reshape", ["t", "whole"], ["s"], name="joined"), node("Resize", ["s", "", "twice"], ["u"], name="larger", mode="linear"),
             node("Conv", ["u", "v"], ["y"], name="last")]
    constants = dict(w=rng.normal(size=(8, 3, 3, 3)).astype(np.float32), v=rng.normal(size=(4, 2, 3, 3)).astype(np.float32),
                     apart=np.array([1, 2, 2, 2, 2, 2]), whole=np.array([1, 2, 4, 4]), twice=np.array([1, 1, 2, 2], np.float32))
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 3, 4, 4])], [port("y", [1, 4, 6, 6])], constants)
    for activations in ("i8", "i16"):
        converted(model, {"x": rng.normal(size=(8, 3, 4, 4)).astype(np.float32)}, "--activations", activations)


def test_means_of_what_cancels(tmp_path):
    """Twice centered: the second mean is 0 but for what float32 rounds away, which is many steps of a grid for such means."""
    rng = np.random.default_rng(4)
    nodes = [node("ReduceMean", ["x"], ["m"], axes=[2], name="first"), node("Sub", ["x", "m"], ["c"], name="centered"),
             node("ReduceMean", ["c"], ["n"], axes=[2], name="second"), node("Sub", ["c", "n"], ["y"], name="again")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 256, 33])], [port("y", [1, 256, 33])], {}, opset=13)
    for activations in ("i8", "i16"):
        converted(model, {"x": rng.normal(size=(16, 256, 33)).astype(np.float32)}, "--activations", activations)

"""--budget: the values that need 16 bits get them, no others; what is promised is measured, and what cannot be reached is refused."""
import json
import re

import numpy as np
import pytest

from graphs import node, port, save
from harness import fails, load, reference, sqnr, tare, tare_json

F32 = np.float32


@pytest.fixture
def model(tmp_path, rng):
    """A chain of which one value needs more than 8 bits: `wide` holds small numbers beside a large one that the next layer does not look at."""
    constants = {"w1": rng.normal(0, .4, (6, 4)).astype(F32), "wide_w": (rng.normal(0, .4, (6, 6)) * [[60], [1], [1], [1], [1], [1]]).astype(F32),
                 "w2": (rng.normal(0, .4, (6, 6)) * [0, 1, 1, 1, 1, 1]).astype(F32), "w3": rng.normal(0, .4, (5, 6)).astype(F32)}
    nodes = [node("Gemm", ["x", "w1"], ["a"], name="first", transB=1), node("Tanh", ["a"], ["t"], name="tanh"),
             node("Gemm", ["t", "wide_w"], ["wide"], name="uneven", transB=1), node("Gemm", ["wide", "w2"], ["b"], name="second", transB=1),
             node("Tanh", ["b"], ["u"], name="tanh2"), node("Gemm", ["u", "w3"], ["y"], name="last", transB=1)]
    np.savez(tmp_path / "c.npz", x=rng.normal(0, 1, (200, 4)).astype(F32))
    return save(tmp_path / "m.onnx", nodes, [port("x", [1, 4])], [port("y", [1, 5])], constants)


def options(model):
    return ("--calibration", model.parent / "c.npz")


def choose(model, budget, *arguments):
    """The report, and the file."""
    path = model.parent / "q.yaml"
    report = tare_json("config", "budget", model, *options(model), "--budget", budget, "-o", path, *arguments)["budget"]
    assert report["config"] == path.read_text()
    return report, path


def convert(model, *arguments, name="m.tare"):
    done = tare("convert", model, *options(model), *arguments, "-o", model.parent / name)
    return (model.parent / name).read_bytes(), done.stderr


def measured(model, program="m.tare"):
    """The SQNR of the only output on the calibration data, in dB."""
    out = model.parent / "out.npz"
    tare("run", model.parent / program, "--inputs", model.parent / "c.npz", "--outputs", out)
    return sqnr(reference(model, load(model.parent / "c.npz"))["y"], load(out)["y"])


def test_the_one_sensitive_value_gets_16_bits(model):
    everywhere, _ = choose(model, "SQNR=0.01dB")
    low, high = everywhere["all_8_bits"]["sqnr_db"], everywhere["all_16_bits"]["sqnr_db"]
    assert everywhere["wide"] == [] and everywhere["reached"] == everywhere["all_8_bits"] and low + 6 < high
    report, path = choose(model, f"SQNR={low + 4}dB")
    assert [each["layer"] for each in report["wide"]] == ["uneven"] and report["wide"][0]["values"] == ["wide"]
    assert report["wide"][0]["share_of_error"] > .5 and report["wide"][0]["bytes"] > 0
    assert low + 4 <= report["reached"]["sqnr_db"] and abs(report["predicted_sqnr_db"] - report["reached"]["sqnr_db"]) < 3
    assert 'value: "wide"' in path.read_text() and path.read_text().count("bits: 16") == 1
    convert(model, "--config", path)
    layers = {layer["name"]: layer["output"] for layer in tare_json("inspect", model.parent / "m.tare")["layers"]}
    assert layers["uneven"] == "int16"


def test_what_is_reached_is_what_the_program_has(model):
    np.savez(model.parent / "c.npz", x=load(model.parent / "c.npz")["x"][:50])
    report, path = choose(model, "SQNR=25dB")
    convert(model, "--config", path)
    assert report["samples"] == 50 and measured(model) == pytest.approx(report["reached"]["sqnr_db"], abs=.05)
    inspected = tare_json("inspect", model.parent / "m.tare")["memory"]
    assert inspected["arena_bytes"] == report["reached"]["arena_bytes"]


def test_convert_makes_the_program_of_the_file(model):
    report, path = choose(model, "SQNR=27dB")
    plain, _ = convert(model)
    chosen, said = convert(model, "--budget", "SQNR=27dB")
    assert chosen == convert(model, "--config", path)[0] != plain
    assert f"--budget SQNR=27dB: {len(report['wide'])} of {report['candidates']} grids of activations ha" in said and "'uneven': " in said
    done = tare("convert", model, *options(model), "--budget", "SQNR=27dB", "--json", "-o", model.parent / "j.tare")
    assert json.loads(done.stdout)["budget"] == report


def test_threads_and_the_order_of_the_data_change_nothing(model):
    _, path = choose(model, "SQNR=27dB", "--threads", "1")
    first = path.read_bytes()
    x = load(model.parent / "c.npz")["x"]
    np.savez(model.parent / "c.npz", x=x[np.random.default_rng(5).permutation(len(x))])
    _, path = choose(model, "SQNR=27dB", "--threads", "3")
    assert path.read_bytes() == first


def test_a_loss_is_a_number_of_decibels(model):
    by_loss, _ = choose(model, "loss=5%")
    by_sqnr, _ = choose(model, f"SQNR={-20 * np.log10(.05):.12f}dB")
    assert by_loss["wide"] == by_sqnr["wide"] and by_loss["reached"]["sqnr_db"] >= 26.02


def test_what_cannot_be_reached_says_what_can(model):
    best = choose(model, "SQNR=1dB")[0]["all_16_bits"]["sqnr_db"]
    output = model.parent / "o.yaml"
    message = fails("config", "budget", model, *options(model), "--budget", "SQNR=150dB", "-o", output, output=output)
    assert f"SQNR=150dB is not to be reached: where all activations that can have 16 bits have them, output 'y' has {best:.1f} dB" in message
    program = model.parent / "o.tare"
    assert f"{best:.1f} dB" in fails("convert", model, *options(model), "--budget", "SQNR=150dB", "-o", program, output=program)
    message = fails("config", "budget", model, *options(model), "--budget", "bytes=10B")
    assert re.search(r"with 8 bits everywhere the program takes \d+ bytes, \d+ of constants and \d+ of arena", message)


def test_bytes_are_kept(model):
    report, _ = choose(model, "SQNR=1dB")
    least, most = (report[key]["constant_bytes"] + report[key]["arena_bytes"] for key in ("all_8_bits", "all_16_bits"))
    assert least < most
    everything, _ = choose(model, f"bytes={10 * most}")
    assert everything["reached"]["sqnr_db"] >= everything["all_16_bits"]["sqnr_db"]
    some, path = choose(model, f"bytes={(least + most) // 2}B")
    assert 0 < len(some["wide"]) < some["candidates"] and some["wide"][0]["layer"] == "uneven"
    convert(model, "--config", path)
    memory = tare_json("inspect", model.parent / "m.tare")["memory"]
    assert memory["arena_bytes"] + memory["constant_bytes"] <= (least + most) // 2
    assert some["all_8_bits"]["sqnr_db"] < some["reached"]["sqnr_db"]


def test_what_a_configuration_says_stays(model):
    """A value whose width is said is none to choose, and the configuration goes before the new one."""
    mine = model.parent / "mine.yaml"
    mine.write_text("rules: [{value: wide, activations: {bits: 8}}, {value: u, activations: {method: min_max}}]")
    free, _ = choose(model, "SQNR=1dB")
    bound, path = choose(model, "SQNR=1dB", "--config", mine)
    assert bound["candidates"] == free["candidates"] - 1 and bound["all_16_bits"]["sqnr_db"] < free["all_16_bits"]["sqnr_db"]
    goal = f"SQNR={(bound['all_8_bits']['sqnr_db'] + bound['all_16_bits']['sqnr_db']) / 2}dB"
    chosen, path = choose(model, goal, "--config", mine)
    assert chosen["wide"] and "wide" not in sum((each["values"] for each in chosen["wide"]), [])
    assert convert(model, "--config", mine, "--budget", goal)[0] == convert(model, "--config", mine, "--config", path)[0]


def test_what_is_joined_is_widened_together(tmp_path, rng):
    """Two values and their concatenation share a grid: one of them alone would gain nothing."""
    nodes = [node("Gemm", ["x", "w"], ["a"], name="one", transB=1), node("Gemm", ["x", "v"], ["b"], name="two", transB=1),
             node("Concat", ["a", "b"], ["j"], name="join", axis=1), node("Tanh", ["j"], ["t"], name="tanh"), node("Gemm", ["t", "u"], ["y"], name="last", transB=1)]
    constants = {name: rng.normal(0, .5, shape).astype(F32) for name, shape in {"w": (4, 4), "v": (4, 4), "u": (3, 8)}.items()}
    np.savez(tmp_path / "c.npz", x=rng.normal(0, 1, (100, 4)).astype(F32))
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4])], [port("y", [1, 3])], constants)
    report = choose(model, "SQNR=1dB")[0]
    report, path = choose(model, f"SQNR={report['all_16_bits']['sqnr_db'] - .1}dB")
    assert ["a", "b", "j"] in [each["values"] for each in report["wide"]]
    convert(model, "--config", path)


def test_an_output_beside_16_bits_has_room_for_other_data(model):
    """Its accumulators leave at 8 bits; beside 16 they have a grid, and the headroom of 16 bits."""
    best = choose(model, "SQNR=1dB")[0]["all_16_bits"]["sqnr_db"]
    report, path = choose(model, f"SQNR={best - .01}dB")
    assert ["u", "y"] in [each["values"] for each in report["wide"]]
    convert(model, "--config", path)
    (output,) = [layer for layer in tare_json("inspect", model.parent / "m.tare")["layers"] if layer["name"] == "last"]
    seen = np.abs(reference(model, load(model.parent / "c.npz"))["y"]).max()
    assert output["output"] == "int16" and output["scales"][0] * 32767 > 1.05 * seen


def test_what_a_budget_needs(model):
    program = model.parent / "o.tare"

    def refused(*arguments, data=True):
        return fails("convert", model, *(options(model) if data else ()), *arguments, "-o", program, output=program)
    assert "no key that says how fast it is" in refused("--budget", "latency=5ms")
    assert "found 'speed', expected one of SQNR, loss, bytes" in refused("--budget", "speed=3")
    assert "found 'SQNR=fast', expected a number of dB" in refused("--budget", "SQNR=fast")
    assert "give --activations i8" in refused("--budget", "SQNR=30dB", "--activations", "i16")
    assert "has one width in a program" in refused("--budget", "SQNR=30dB", "--target", "shift_only")
    assert "measures on samples, and there are none" in refused("--budget", "SQNR=30dB", data=False)
    assert "is of the stage 'qdq' at the earliest" in refused("--budget", "SQNR=30dB", "--emit", "mlir:float")
    ranges, ir = model.parent / "r.json", model.parent / "m.mlir"
    tare("calibrate", model, *options(model), "-o", ranges)
    assert "measures on samples" in refused("--calibration", ranges, "--budget", "SQNR=30dB", data=False)
    tare("convert", model, "--emit", "mlir:import", "-o", ir)
    assert "is IR, whose layers no configuration names" in fails("convert", ir, *options(model), "--budget", "SQNR=30dB", "-o", program)


def test_indices_alone_cannot_be_measured(tmp_path, rng):
    model = save(tmp_path / "m.onnx", [node("Gemm", ["x", "w"], ["s"], transB=1), node("ArgMax", ["s"], ["y"], axis=1)], [port("x", [1, 4])],
                 [port("y", [1, 1], np.int64)], {"w": rng.normal(0, 1, (5, 4)).astype(F32)})
    np.savez(tmp_path / "c.npz", x=rng.normal(0, 1, (20, 4)).astype(F32))
    assert "all outputs are indices or bools" in fails("config", "budget", model, *options(model), "--budget", "SQNR=30dB")

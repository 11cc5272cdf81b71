"""Networks of one step, whose states go from output to input: `--state` runs, calibrates and compares them in a row, and puts each state on one grid."""
import json
import wave

import numpy as np
import pytest

from graphs import node, port, save
from harness import MODELS, fails, load, sqnr, tare, tare_json
from test_recurrent import save as save_cell, whole

F32 = np.float32
STATES = ["--state", "h=Y_h", "--state", "c=Y_c"]


def lstm(folder, rng, **options):
    model, _ = save_cell(folder / "m.onnx", "LSTM", rng, steps=1, states=True, **options)
    return model


def in_a_row(model, inputs, states, step=whole):
    """Outputs of all samples, `states` (input: output) fed back by hand."""
    fed, rows = {}, []
    for i in range(len(next(iter(inputs.values())))):
        feeds = {name: array[i] for name, array in inputs.items()}
        for name, shape in states["shapes"].items():
            feeds[name] = fed.get(name, np.zeros(shape, F32))
        rows.append(step(model, feeds))
        fed = {name: rows[-1][result] for name, result in states["names"].items()}
    return {name: np.stack([row[name] for row in rows]) for name in rows[0]}


LSTM_STATES = {"names": {"h": "Y_h", "c": "Y_c"}, "shapes": {"h": (1, 1, 12), "c": (1, 1, 12)}}


def test_float_runs_in_a_row(tmp_path):
    rng = np.random.default_rng(7)
    model, x = lstm(tmp_path, rng), rng.normal(size=(30, 1, 1, 8)).astype(F32)
    np.savez(tmp_path / "x.npz", x=x)
    tare("run", model, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz", *STATES)
    expected = in_a_row(model, {"x": x}, LSTM_STATES)
    for name, array in load(tmp_path / "y.npz").items():
        assert np.allclose(array.reshape(expected[name].shape), expected[name], atol=1e-5), name


def test_each_file_begins_with_zeros(tmp_path):
    rng = np.random.default_rng(8)
    model, folder = lstm(tmp_path, rng), tmp_path / "data"
    folder.mkdir()
    parts = [rng.normal(size=(n, 1, 1, 8)).astype(F32) for n in (3, 5)]
    for number, part in enumerate(parts):
        np.savez(folder / f"{number}.npz", x=part)
    tare("run", model, "--inputs", folder, "--outputs", tmp_path / "y.npz", *STATES)
    expected = np.concatenate([in_a_row(model, {"x": part}, LSTM_STATES)["Y_h"] for part in parts])
    assert np.allclose(load(tmp_path / "y.npz")["Y_h"].reshape(expected.shape), expected, atol=1e-5)


def grids(program):
    shown = tare_json("inspect", program)
    return {each["name"]: (each["scales"], each["zero_points"]) for each in shown["inputs"] + shown["outputs"]}


@pytest.mark.parametrize("target", ["generic", "i16x8", "gemmlowp"])
def test_a_state_has_one_grid(tmp_path, target):
    rng = np.random.default_rng(9)
    model, x = lstm(tmp_path, rng), rng.normal(size=(60, 1, 1, 8)).astype(F32)
    np.savez(tmp_path / "x.npz", x=x)
    tare("convert", model, "--calibration", tmp_path / "x.npz", *STATES, "--target", target, "-o", tmp_path / "m.tare")
    found = grids(tmp_path / "m.tare")
    assert found["h"] == found["Y_h"] and found["c"] == found["Y_c"]
    tare("run", tmp_path / "m.tare", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz", *STATES)
    expected, results = in_a_row(model, {"x": x}, LSTM_STATES), load(tmp_path / "y.npz")
    for name in ("Y_h", "Y_c"):
        assert sqnr(expected[name], results[name].reshape(expected[name].shape)) > (18 if target == "gemmlowp" else 25), name


def test_bytes_do_not_depend_on_threads(tmp_path):
    rng = np.random.default_rng(10)
    model = lstm(tmp_path, rng)
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(40, 1, 1, 8)).astype(F32))
    for threads in (1, 4):
        tare("convert", model, "--calibration", tmp_path / "x.npz", *STATES, "--threads", threads, "-o", tmp_path / f"{threads}.tare")
    assert (tmp_path / "1.tare").read_bytes() == (tmp_path / "4.tare").read_bytes()


def test_a_buffer_of_past_frames(tmp_path):
    """A convolution in time that keeps its last inputs: the state is a part of what was given, moved."""
    rng = np.random.default_rng(11)
    weights = rng.normal(size=(4, 3, 3)).astype(F32)
    model = save(tmp_path / "m.onnx", [node("Concat", ["past", "x"], ["all"], name="all", axis=2),
                                       node("Conv", ["all", "w"], ["y"], name="conv"),
                                       node("Slice", ["all", "from", "to", "axis"], ["past_out"], name="last")],
                 [port("x", [1, 3, 1]), port("past", [1, 3, 2])], [port("y", [1, 4, 1]), port("past_out", [1, 3, 2])],
                 {"w": weights, "from": np.array([1]), "to": np.array([3]), "axis": np.array([2])}, opset=17)
    x = rng.normal(size=(50, 1, 3, 1)).astype(F32)
    np.savez(tmp_path / "x.npz", x=x)
    tare("convert", model, "--calibration", tmp_path / "x.npz", "--state", "past=past_out", "-o", tmp_path / "m.tare")
    found = grids(tmp_path / "m.tare")
    assert found["past"] == found["past_out"]
    tare("run", tmp_path / "m.tare", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz", "--state", "past=past_out")
    padded = np.concatenate([np.zeros((2, 3), F32), x[:, 0, :, 0]])
    expected = np.stack([sum(weights[:, :, k] @ padded[i + k] for k in range(3)) for i in range(50)])
    assert sqnr(expected, load(tmp_path / "y.npz")["y"].reshape(expected.shape)) > 30


def test_compare_begins_each_step_as_the_reference(tmp_path):
    rng = np.random.default_rng(12)
    model = lstm(tmp_path, rng)
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(40, 1, 1, 8)).astype(F32))
    tare("convert", model, "--calibration", tmp_path / "x.npz", *STATES, "-o", tmp_path / "m.tare")
    compared = tare_json("compare", model, tmp_path / "m.tare", "--inputs", tmp_path / "x.npz", *STATES)
    assert all(each["sqnr_db"] > 25 for each in compared["outputs"]), compared["outputs"]


def test_ranges_of_states_are_those_in_use(tmp_path):
    rng = np.random.default_rng(13)
    model, x = lstm(tmp_path, rng), rng.normal(size=(40, 1, 1, 8)).astype(F32)
    np.savez(tmp_path / "x.npz", x=x)
    tare("calibrate", model, "--calibration", tmp_path / "x.npz", *STATES, "-o", tmp_path / "ranges.json")
    seen = json.loads((tmp_path / "ranges.json").read_text())["values"]
    before = in_a_row(model, {"x": x}, LSTM_STATES)["Y_c"][:-1]
    assert np.isclose(seen["c"]["seen_max"], max(before.max(), 0), atol=1e-5) and np.isclose(seen["c"]["seen_min"], min(before.min(), 0), atol=1e-5)


def test_what_is_said_wrongly(tmp_path):
    rng = np.random.default_rng(14)
    model, given = lstm(tmp_path, rng), tmp_path / "x.npz"
    np.savez(given, x=rng.normal(size=(4, 1, 1, 8)).astype(F32))
    run = ["run", model, "--inputs", given, "--outputs", tmp_path / "y.npz"]
    assert "found 'h', expected INPUT=OUTPUT, as h=h_out" in fails(*run, "--state", "h")
    assert "the model has no output 'no', expected one of 'Y', 'Y_h', 'Y_c'" in fails(*run, "--state", "h=no")
    assert "the input 'h' is a state already" in fails(*run, "--state", "h=Y_h", "--state", "h=Y_c")
    assert "the input is float32 [1, 1, 8], the output float32 [1, 1, 12]" in fails(*run, "--state", "x=Y_h")
    assert not (tmp_path / "y.npz").exists()
    np.savez(given, x=np.zeros((4, 1, 1, 8), F32), h=np.zeros((4, 1, 1, 12), F32))
    assert "has an array for the input 'h', which --state says is zero first" in fails(*run, *STATES)
    convert = ["convert", model, "--calibration", given, "-o", tmp_path / "m.tare"]
    assert "has an array for the input 'h', which --state says is zero first" in fails(*convert, *STATES)
    tare("convert", model, "--random-calibration", *STATES, "--emit", "mlir:fused", "-o", tmp_path / "m.mlir")
    assert "--state comes too late: the IR has reached the stage 'fused'" in fails("convert", tmp_path / "m.mlir", *STATES, "-o", tmp_path / "m.tare")


# ---- a recording from beginning to end

def published(*names):
    paths = [MODELS / "onnx" / f"{name}.onnx" for name in names]
    if not all(path.exists() for path in [*paths, recording()]):
        pytest.skip(f"ENHANCING SPEECH IN INTEGERS IS NOT TESTED: {', '.join(names)} or the recording not in {MODELS} (set TARE_MODELS)")
    return paths


def recording():
    return MODELS / "data/noisy_speech_16k.wav"


def speech():
    with wave.open(str(recording())) as file:
        return np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(F32) / 32768


def frames(sound, length, hop):
    return np.stack([sound[i:i + length] for i in range(0, len(sound) - length + 1, hop)])


def run(executable, states, **inputs):
    """All outputs, one step after the other."""
    data, results = executable.parent / "steps.npz", executable.parent / "results.npz"
    np.savez(data, **{name: array.astype(F32) for name, array in inputs.items()})
    tare("run", executable, "--inputs", data, "--outputs", results, *states)
    return load(results)


def overlapped(pieces, hop):
    sound = np.zeros(hop * (len(pieces) - 1) + pieces.shape[1])
    for i, piece in enumerate(pieces):
        sound[i * hop:i * hop + len(piece)] += piece
    return sound


def dtln(first, second, sound):
    """(DTLN: a mask on the magnitudes of 512 samples, then a filter of what that gives.)"""
    spectra = np.fft.rfft(frames(sound, 512, 128))
    mask = run(first, ["--state", "input_3=tf_op_layer_stack_2"], input_2=np.abs(spectra)[:, None, None])["activation_2"].reshape(len(spectra), 257)
    masked = np.fft.irfft(spectra * mask)
    pieces = run(second, ["--state", "input_5=tf_op_layer_stack_5"], input_4=masked[:, None, None])["conv1d_3"].reshape(len(spectra), 512)
    return overlapped(pieces, 128), masked


def integers(model, states, folder, **inputs):
    np.savez(folder / "calibration.npz", **{name: array.astype(F32) for name, array in inputs.items()})
    program = folder / f"{model.stem}.tare"
    tare("convert", model, "--calibration", folder / "calibration.npz", *states, "--activations", "i16", "--host", "error", "-o", program)
    return program


def test_dtln_enhances_a_recording(tmp_path):
    """Both networks in integers over all frames, states fed back: calibrated on the first half, heard on all of it."""
    first, second = published("dtln_1", "dtln_2")
    sound = speech()
    expected, masked = dtln(*[link(model, tmp_path) for model in (first, second)], sound)
    half = len(masked) // 2
    magnitudes = np.abs(np.fft.rfft(frames(sound, 512, 128)))[:half, None, None]
    programs = [integers(first, ["--state", "input_3=tf_op_layer_stack_2"], tmp_path, input_2=magnitudes),
                integers(second, ["--state", "input_5=tf_op_layer_stack_5"], tmp_path, input_4=masked[:half, None, None])]
    enhanced, _ = dtln(*programs, sound)
    assert sqnr(expected, enhanced) >= 20


def link(model, folder):
    """A name beside which results may be written."""
    path = folder / model.name
    path.symlink_to(model)
    return path


def test_nsnet2_enhances_a_recording(tmp_path):
    """A hundred frames a call, the states of both GRUs from call to call."""
    model = link(*published("nsnet2_20ms_T100"), tmp_path)
    sound, window = speech(), np.sqrt(np.hanning(321)[:-1])
    spectra = np.fft.rfft(frames(sound, 320, 160) * window)
    spectra = spectra[:len(spectra) // 100 * 100]
    x = np.log10(np.maximum(np.abs(spectra) ** 2, 1e-12)).reshape(-1, 1, 100, 161)
    states = ["--state", "h0_in=h0_out", "--state", "h1_in=h1_out"]
    name = "input"

    def enhance(executable):
        gains = run(executable, states, **{name: x})["output"].reshape(len(spectra), 161)
        return overlapped(np.fft.irfft(spectra * gains) * window, 160)
    expected = enhance(model)
    program = integers(model, states, tmp_path, **{name: x[:max(1, len(x) // 2)]})
    assert sqnr(expected, enhance(program)) >= 20

"""What `tare verify` says of tables, interpolations, softmax and movement, against the program itself on every integer (A44 to A47)."""
import json

import numpy as np
import pytest

from graphs import node, outputs_of, port, reference, save
from harness import fails, tare, tare_json

FUNCTIONS = {
    "Sigmoid": (lambda x: 1 / (1 + np.exp(-x)), {}),
    "Tanh": (np.tanh, {}),
    "HardSwish": (lambda x: x * np.clip(x / 6 + .5, 0, 1), {}),
    "HardSigmoid": (lambda x: np.clip(.25 * x + .5, 0, 1), {"alpha": .25, "beta": .5}),
    "LeakyRelu": (lambda x: np.where(x < 0, .125 * x, x), {"alpha": .125}),
}


def write_ranges(path, activations, **values):
    entries = {name: {"label": "calibrated", "min": low, "max": high, "seen_min": low, "seen_max": high}
               for name, (low, high) in values.items()}
    path.write_text(json.dumps({"version": 1, "method": "min_max", "activations": activations, "samples": 1, "values": entries}))
    return path


def layer_of(entries, kind):
    return next(layer for layer in entries["layers"] if layer["kind"] == kind)


def on_every_integer(program, layers, low, high):
    """The integers of x from `low` to `high`, what they stand for, and what y is for them."""
    grid = layer_of({"layers": layers}, "quantize")
    scale, zero = grid["scales"][0], grid["zero_points"][0]
    q = np.arange(low, high + 1)
    y = outputs_of(program, {"x": np.float32((q - zero) * scale)[None]})["y"].ravel().astype(np.float64)
    return q, np.float32((q - zero) * scale).astype(np.float64), y


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("target, bits", (("i16x8", 16), ("generic", 8)))
@pytest.mark.parametrize("reach", (200, 8))
def test_verify_tables(function, target, bits, reach, tmp_path):
    formula, attributes = FUNCTIONS[function]
    # The quantize of a symmetric grid never gives the least integer.
    low, high = -2 ** (bits - 1) + (target == "i16x8"), 2 ** (bits - 1) - 1
    count = high - low + 1
    model = save(tmp_path / "m.onnx", [node(function, ["x"], ["y"], name="f", **attributes)], [port("x", [1, count])],
                 [port("y", [1, count])])
    top = float(np.abs(formula(np.linspace(-reach, reach, 1001))).max())
    bottom = -top if function in ("Tanh", "LeakyRelu", "HardSwish") else 0.0
    ranges = write_ranges(tmp_path / "r.json", f"int{bits}", x=(-float(reach), float(reach)), y=(bottom, top))
    program = tmp_path / "m.tare"
    told = tare("convert", model, "--calibration", ranges, "--target", target, "-o", program).stderr
    layers = tare_json("inspect", program)["layers"]
    proof = layer_of(tare_json("verify", program), "lookup")
    assert proof["proof"] == "table" and not proof["is_bound"] and proof["steps"] == 2 ** bits
    q, x, y = on_every_integer(program, layers, low, high)
    grid = layer_of({"layers": layers}, "lookup")
    scale, zero = grid["scales"][0], grid["zero_points"][0]
    real = np.clip(formula(x) / scale + zero, low, high)
    error = np.abs(np.round(y / scale) + zero - real)
    # The input that quantize cannot give is in the proof all the same.
    assert proof["worst_error"] >= error.max() - 1e-6
    if proof["accumulator"] in q:
        assert proof["worst_error"] == pytest.approx(error.max(), abs=1e-3)
        assert q[error.argmax()] == proof["accumulator"] or error[q == proof["accumulator"]] == pytest.approx(error.max(), abs=1e-3)
    assert ("interpolated table is off" in told) == (bits == 16 and proof["worst_error"] > (top - bottom) / scale / 510)


def test_verify_tables_of_a_wide_sigmoid(tmp_path):
    """Its input's grid ends where a sigmoid is flat; the table is off by more than rounding all the same."""
    model = save(tmp_path / "m.onnx", [node("Sigmoid", ["x"], ["y"], name="sigmoid")], [port("x", [1, 8])], [port("y", [1, 8])])
    ranges = write_ranges(tmp_path / "r.json", "int16", x=(-200.0, 200.0), y=(0.0, 1.0))
    tare("convert", model, "--calibration", ranges, "--target", "i16x8", "-o", tmp_path / "m.tare")
    assert "'sigmoid'" in fails("verify", tmp_path / "m.tare", "--max-error", "0.6")
    assert layer_of(tare_json("verify", tmp_path / "m.tare"), "lookup")["worst_error"] > 1


def test_verify_tables_that_are_coarse_are_told(tmp_path):
    # Who else reads x wants all of it.
    model = save(tmp_path / "m.onnx", [node("HardSigmoid", ["x"], ["y"], name="hard"), node("Neg", ["x"], ["z"], name="neg")], [port("x", [1, 8])],
                 [port("y", [1, 8]), port("z", [1, 8])])
    ranges = write_ranges(tmp_path / "r.json", "int16", x=(-400.0, 400.0), y=(0.0, 1.0), z=(-400.0, 400.0))
    told = tare("convert", model, "--calibration", ranges, "--target", "i16x8", "-o", tmp_path / "m.tare").stderr
    worst = layer_of(tare_json("verify", tmp_path / "m.tare"), "lookup")["worst_error"]
    assert f"layer 'hard': its interpolated table is off by up to {worst:.1f} LSB" in told and "[-400, 400]" in told
    assert "the function has a corner between them; half the range has about half the error" in told
    assert f"'hard' ({worst:.4f} LSB)" in fails("verify", tmp_path / "m.tare", "--max-error", "2")


def converted_on(data, nodes, tmp_path):
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 64])], [port("y", [1, 64])], {"one": np.float32(1)})
    np.savez(tmp_path / "c.npz", x=data.astype(np.float32))
    told = tare("convert", model, "--calibration", tmp_path / "c.npz", "--target", "i16x8", "-o", tmp_path / "m.tare").stderr
    return told, layer_of(tare_json("verify", tmp_path / "m.tare"), "lookup")["worst_error"]


def test_verify_tables_that_are_coarse_where_no_data_are(tmp_path, rng):
    """1 / x of [100, 400]: the table is far off next to 0, where x never is."""
    told, worst = converted_on(rng.uniform(100, 400, (8, 64)), [node("Div", ["one", "x"], ["y"], name="divide")], tmp_path)
    assert worst > 1000 and "warning" not in told, told


@pytest.mark.parametrize("function, scale", (("Sigmoid", 2), ("Tanh", 1), ("LeakyRelu", 1), ("HardSwish", 1)))
def test_verify_tables_whose_results_end_between_entries(function, scale, rng, tmp_path):
    """The grid has room for the line that leads beyond the largest result: it is not cut, and nothing is told of it."""
    data = rng.uniform(-8, -1, (8, 64)) * scale if function == "Sigmoid" else np.where(rng.random((8, 64)) < .5, 1, -3) * rng.uniform(.1, 1, (8, 64)) * scale
    told, _ = converted_on(data, [node(function, ["x"], ["y"], name="f")], tmp_path)
    assert "warning" not in told, told


def test_verify_tables_per_channel(tmp_path):
    slope = np.array([.1, .7, -.3], np.float32).reshape(3, 1, 1)
    model = save(tmp_path / "m.onnx", [node("PRelu", ["x", "slope"], ["y"], name="prelu")], [port("x", [1, 3, 4, 4])],
                 [port("y", [1, 3, 4, 4])], {"slope": slope})
    for target, bits in (("generic", 8), ("i16x8", 16)):
        ranges = write_ranges(tmp_path / "r.json", f"int{bits}", x=(-3.0, 2.0), y=(-3.0, 2.0))
        program = tmp_path / "m.tare"
        tare("convert", model, "--calibration", ranges, "--target", target, "-o", program)
        proof = layer_of(tare_json("verify", program), "lookup")
        assert proof["proof"] == "table" and proof["channels"] == 3 and proof["steps"] == 3 * 2 ** bits
        # The bend of each slope is between two entries at most.
        assert 0.45 < proof["worst_error"] <= (0.5 if bits == 8 else 100)


@pytest.mark.parametrize("target, length", (("generic", 5), ("generic", 300), ("i16x8", 7), ("three_stage", 40)))
def test_verify_softmax(target, length, tmp_path):
    rng = np.random.default_rng(11)
    model = save(tmp_path / "m.onnx", [node("Softmax", ["x"], ["y"], name="softmax", axis=-1)], [port("x", [1, length])],
                 [port("y", [1, length])])
    bits = 16 if target == "i16x8" else 8
    ranges = write_ranges(tmp_path / "r.json", f"int{bits}", x=(-9.0, 9.0), y=(0.0, 1.0))
    program = tmp_path / "m.tare"
    tare("convert", model, "--calibration", ranges, "--target", target, "-o", program)
    proof = layer_of(tare_json("verify", program), "softmax")
    assert proof["proof"] == "bound" and proof["is_bound"]
    layers = tare_json("inspect", program)["layers"]
    grid = next(layer for layer in layers if layer["kind"] == "quantize")
    spread = rng.choice([.1, 1.0, 9.0], size=(400, 1))
    q = np.clip(np.rint(rng.normal(size=(400, length)) * spread / grid["scales"][0]), -2 ** (bits - 1) + 1, 2 ** (bits - 1) - 1)
    x = (q - grid["zero_points"][0]) * grid["scales"][0]
    y = outputs_of(program, {"x": x.astype(np.float32)})["y"]
    share = np.exp(x - x.max(-1, keepdims=True))
    share /= share.sum(-1, keepdims=True)
    out = layer_of({"layers": layers}, "softmax")
    scale, zero = out["scales"][0], out["zero_points"][0]
    real = np.minimum(share / scale + zero, 2 ** (bits - 1) - 1)
    error = np.abs(np.round(y / scale) + zero - real).max()
    assert error <= proof["worst_error"] < 12 * error + 0.5, (error, proof["worst_error"])


@pytest.mark.parametrize("target", ("generic", "i16x8"))
@pytest.mark.parametrize("mode, scales", (("half_pixel", (2.0, 2.0)), ("half_pixel", (1.5, 2.25)), ("align_corners", (3.0, 1.0)),
                                          ("asymmetric", (2.0, 1.75))))
def test_verify_linear_resize(target, mode, scales, tmp_path):
    rng = np.random.default_rng(12)
    bits, size = 16 if target == "i16x8" else 8, (9, 10)
    model = save(tmp_path / "m.onnx",
                 [node("Resize", ["x", "", "scales"], ["y"], name="resize", mode="linear", coordinate_transformation_mode=mode)],
                 [port("x", [1, 2, *size])], [port("y", [1, 2, *(int(np.floor(n * s)) for n, s in zip(size, scales))])],
                 {"scales": np.array([1, 1, *scales], np.float32)})
    ranges = write_ranges(tmp_path / "r.json", f"int{bits}", x=(-1.0, 1.0), y=(-1.0, 1.0))
    program = tmp_path / "m.tare"
    tare("convert", model, "--calibration", ranges, "--target", target, "-o", program)
    proof = layer_of(tare_json("verify", program), "resize")
    assert proof["proof"] == "bound" and proof["is_bound"]
    grid = next(layer for layer in tare_json("inspect", program)["layers"] if layer["kind"] == "quantize")
    scale, zero = grid["scales"][0], grid["zero_points"][0]
    q = rng.choice([-2 ** (bits - 1) + 1, 2 ** (bits - 1) - 1, 3, -77], size=(64, 2, *size))
    data = {"x": ((q - zero) * scale).astype(np.float32)}
    error = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]).max() / scale
    assert error <= proof["worst_error"] + 0.02, (error, proof["worst_error"])
    assert proof["worst_error"] <= 0.5 + 2 * 2.0 ** -12 * 2 ** bits
    if mode == "half_pixel" and scales == (2.0, 2.0):
        assert proof["worst_error"] == 0.5  # its weights are quarters


def test_verify_movement_is_exact(tmp_path):
    nodes = [node("MaxPool", ["x"], ["a"], name="pool", kernel_shape=[2, 2]), node("Transpose", ["a"], ["b"], name="turn", perm=[0, 1, 3, 2]),
             node("Concat", ["b", "b"], ["c"], name="join", axis=1), node("Slice", ["c", "from", "to", "axes"], ["d"], name="cut"),
             node("Relu", ["d"], ["y"], name="relu")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 2, 6, 6])], [port("y", None)],
                 {"from": np.array([1]), "to": np.array([4]), "axes": np.array([1])})
    np.savez(tmp_path / "x.npz", x=np.random.default_rng(0).normal(size=(8, 2, 6, 6)).astype(np.float32))
    tare("convert", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare")
    proofs = {layer["kind"]: layer for layer in tare_json("verify", tmp_path / "m.tare")["layers"]}
    for kind in ("max_pool", "concat", "slice"):
        assert proofs[kind]["proof"] == "exact" and proofs[kind]["worst_error"] == 0, proofs
    assert proofs["quantize"]["proof"] == "border" and 0.5 < proofs["quantize"]["worst_error"] < 0.501
    assert proofs["dequantize"]["proof"] == "border" and "worst_error" not in proofs["dequantize"]

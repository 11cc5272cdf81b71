"""(A50) to (A52): narrow multipliers and short shifts. A multiplier never makes a target worse than shifts alone."""
import functools

import numpy as np
import pytest

from graphs import node, port, save
from harness import ROOT, load, sqnr, tare, tare_json

DIGITS = ROOT / "examples/digits"
TARGET = """name: board
activations:
  - type: i8
    symmetric: {symmetric}
    accumulator_bits: 32
requantizer: {requantizer}
multiplier_bits: {bits}
mean_multiplier_bits: 15
shift:
  min: 0
  max: {most}
rounding: half_away
tail: activation
"""
KINDS = ["multiply_shift", "three_stage"]


def target(folder, requantizer, bits, most, symmetric="false"):
    path = folder / f"{requantizer}_{bits}_{most}.yaml"
    path.write_text(TARGET.format(requantizer=requantizer, bits=bits, most=most, symmetric=symmetric))
    return path


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """top1(requantizer, multiplier bits, largest shift) of the digits example."""
    folder = tmp_path_factory.mktemp("digits")
    test = load(DIGITS / "test.npz")

    @functools.cache
    def top1(requantizer, bits, most):
        tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--target",
             target(folder, requantizer, bits, most), "-o", folder / "p.tare")
        tare("run", folder / "p.tare", "--inputs", DIGITS / "test.npz", "--outputs", folder / "o.npz")
        return float((load(folder / "o.npz")["logits"].argmax(1) == test["labels"]).mean())

    return top1


NOISE = 4 / 450  # Four samples.


@pytest.mark.parametrize("most", [8, 10, 12, 16])
@pytest.mark.parametrize("bits", [2, 4, 8, 15])
@pytest.mark.parametrize("requantizer", KINDS)
def test_short_shift_ranges(requantizer, bits, most, digits):
    """(A52)"""
    assert digits(requantizer, bits, most) >= digits("shift", 1, most) - NOISE


@pytest.mark.parametrize("requantizer", KINDS)
def test_more_is_no_worse(requantizer, digits):
    """More shifts, and more bits of a multiplier."""
    for most in (8, 12):
        found = [digits(requantizer, bits, most) for bits in (2, 4, 8, 15)]
        assert all(later >= first - NOISE for first, later in zip(found, found[1:])), found
    found = [digits(requantizer, 8, most) for most in (8, 10, 12, 16, 31)]
    assert all(later >= first - NOISE for first, later in zip(found, found[1:])), found


def network(folder, seed=0, samples=96, outputs=10):
    """Layers whose channels differ, a sum of unlike operands, a product, a pool; two thirds of the samples are for calibration."""
    random = np.random.default_rng(seed)
    scales = 2.0 ** random.uniform(-4, 1, 12)
    w1 = random.normal(size=(12, 3, 3, 3)) * scales[:, None, None, None]
    w2 = random.normal(size=(12, 12, 3, 3)) / 10
    w3 = random.normal(size=(12, 12, 1, 1)) / 40
    w4 = random.normal(size=(outputs, 12)) / 3
    nodes = [node("Conv", ["x", "w1", "b1"], ["c1"], name="conv1", pads=[1] * 4), node("Relu", ["c1"], ["r1"], name="relu1"),
             node("Conv", ["r1", "w2", "b1"], ["c2"], name="conv2", pads=[1] * 4), node("Conv", ["c2", "w3", "b1"], ["c3"], name="conv3"),
             node("Add", ["r1", "c3"], ["s"], name="sum"), node("Sigmoid", ["c2"], ["g"], name="gate"), node("Mul", ["s", "g"], ["p"], name="product"),
             node("GlobalAveragePool", ["p"], ["a"], name="pool"), node("Flatten", ["a"], ["f"], name="flatten"),
             node("Gemm", ["f", "w4"], ["y"], name="fc", transB=1)]
    constants = {name: np.float32(value) for name, value in dict(w1=w1, w2=w2, w3=w3, w4=w4, b1=random.normal(size=12) / 5).items()}
    model = save(folder / "m.onnx", nodes, [port("x", [1, 3, 8, 8])], [port("y", [1, outputs])], constants)
    data = random.normal(size=(samples, 3, 8, 8)).astype(np.float32)
    np.savez(folder / "calibration.npz", x=data[:samples * 2 // 3])
    np.savez(folder / "test.npz", x=data[samples * 2 // 3:])
    return model


def quality(model, board, folder, samples="test"):
    """SQNR in dB of the program's outputs against float, and what the conversion told."""
    done = tare("convert", model, "--calibration", folder / "calibration.npz", "--target", board, "-o", folder / "p.tare")
    for name, form in {"float": model, "program": folder / "p.tare"}.items():
        tare("run", form, "--inputs", folder / f"{samples}.npz", "--outputs", folder / f"{name}.npz")
    return sqnr(load(folder / "float.npz")["y"], load(folder / "program.npz")["y"]), done.stderr


@pytest.mark.parametrize("most", [8, 11, 20])
@pytest.mark.parametrize("requantizer", KINDS)
def test_no_worse_than_the_twin(requantizer, most, tmp_path):
    model = network(tmp_path)
    twin = quality(model, target(tmp_path, "shift", 1, most), tmp_path)[0]
    for bits in (2, 4, 8, 15):
        found = quality(model, target(tmp_path, requantizer, bits, most), tmp_path)[0]
        # A sum without multipliers aligns its operands by 22 bits; multipliers of 2 bits by one.
        assert found >= twin - (2.0 if bits == 2 else 1.0), f"{bits} bits: {found} dB, shifts alone: {twin} dB"


@pytest.mark.parametrize("most", [8, 20])
def test_no_network_is_worse_than_its_twin(most, tmp_path):
    """On the samples that the ranges are from: on others rare values beyond these decide. So many outputs that the rounding of few weights is no matter of chance."""
    gains = {(requantizer, bits): [] for requantizer in KINDS for bits in (4, 8, 15)}
    for seed in range(5):
        model = network(tmp_path, seed, outputs=200)
        twin = quality(model, target(tmp_path, "shift", 1, most), tmp_path, "calibration")[0]
        for (requantizer, bits), gain in gains.items():
            gain.append(quality(model, target(tmp_path, requantizer, bits, most), tmp_path, "calibration")[0] - twin)
    for which, gain in gains.items():
        assert min(gain) >= -1 and np.mean(gain) >= .3, (which, gain)


@pytest.mark.parametrize("seed", range(3))
def test_grids_move_to_what_multipliers_hit(seed, tmp_path):
    """Without weights only the grids can: a product's and a mean's multiplier of few bits are as exact as 15 of them."""
    model = network(tmp_path, seed)
    for requantizer in KINDS:
        quality(model, target(tmp_path, requantizer, 4, 31), tmp_path)
        layers = {layer["name"]: layer for layer in tare_json("verify", tmp_path / "p.tare")["layers"]}
        assert max(layers["product"]["worst_error"], layers["pool"]["worst_error"]) < 1.2, (requantizer, layers["product"], layers["pool"])


def test_stored_integers_cost_no_more_than_real_ones(tmp_path):
    """Three stages multiply the zero point's share, too, (A41): of sums of what is mostly zero it is the most of them."""
    model = network(tmp_path)
    found = {bits: quality(model, target(tmp_path, "three_stage", bits, 20), tmp_path)[0] for bits in (8, 15)}
    assert found[8] >= found[15] - 1, found


def test_what_moves_is_told(tmp_path):
    _, told = quality(network(tmp_path), target(tmp_path, "multiply_shift", 4, 9), tmp_path)
    lines = [line for line in told.splitlines() if "repaired" in line]
    assert lines and all("cost" in line or "lose" in line for line in lines), told
    repairs = tare_json("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "calibration.npz", "--target",
                        tmp_path / "multiply_shift_4_9.yaml", "-o", tmp_path / "p.tare")["repairs"]
    assert repairs and all(repair["cost"] >= 0 for repair in repairs)


def test_enough_bits_move_nothing(tmp_path):
    _, told = quality(network(tmp_path), target(tmp_path, "multiply_shift", 15, 31), tmp_path)
    assert "repaired" not in told


def test_weights_are_on_what_the_multiplier_means(tmp_path):
    """M of each channel is m * 2^-q where m has few bits."""
    quality(network(tmp_path), target(tmp_path, "multiply_shift", 3, 31), tmp_path)
    layers = {layer["name"]: layer for layer in tare_json("verify", tmp_path / "p.tare")["layers"]}
    for name in ("conv1", "conv2", "conv3"):
        # A scale that is as near to m * 2^-q as 8 bits notice may stay: 255 * 2^-8 LSB. Three bits are off by up to 16.
        assert layers[name]["worst_error"] <= 1.5, layers[name]


# ---- A36, A50: on shifts alone


def grids(nodes, data, folder, outputs, constants=None):
    shapes = {name: [1, *array.shape[1:]] for name, array in data.items()}
    model = save(folder / "m.onnx", nodes, [port(name, shape) for name, shape in shapes.items()], [port(name, None) for name in outputs], constants)
    np.savez(folder / "x.npz", **data)
    tare("convert", model, "--calibration", folder / "x.npz", "--target", "shift_only", "-o", folder / "p.tare")
    return {layer["name"]: layer["scales"][0] for layer in tare_json("inspect", folder / "p.tare")["layers"] if layer["scales"]}


@pytest.mark.parametrize("op", ["Concat", "Add", "Sub"])
@pytest.mark.parametrize("small", [1e-2, 1e-3, 1e-5])
@pytest.mark.parametrize("first", [True, False])
def test_a_lost_operand_does_not_move_the_large_one(op, small, first, tmp_path):
    """(A50)"""
    random = np.random.default_rng(2)
    x = random.uniform(-10, 10, (64, 4, 6, 6)).astype(np.float32)
    z = (random.normal(size=x.shape) * small).astype(np.float32)
    for folder in ("alone", "beside"):
        (tmp_path / folder).mkdir()
    large = node("Relu", ["x"], ["r"], name="large")
    alone = grids([large, node("Sigmoid", ["r"], ["y"], name="out")], {"x": x}, tmp_path / "alone", ["y"])["large"]
    join = node(op, ["r", "q"] if first else ["q", "r"], ["c"], name="join", **({"axis": 1} if op == "Concat" else {}))
    nodes = [large, node("Relu", ["z"], ["q"], name="small"), join, node("Sigmoid", ["c"], ["y"], name="out")]
    beside = grids(nodes, {"x": x, "z": z}, tmp_path / "beside", ["y"])
    assert (beside["large"], beside["join"]) == (alone, alone)


def test_a_small_constant_does_not_move_the_large_operand(tmp_path):
    x = np.random.default_rng(2).uniform(-10, 10, (64, 4, 6, 6)).astype(np.float32)
    constant = (np.random.default_rng(3).normal(size=(1, 2, 6, 6)) * 1e-4).astype(np.float32)
    large, out = node("Relu", ["x"], ["r"], name="large"), lambda value: node("Sigmoid", [value], ["y"], name="out")
    for folder in ("alone", "beside"):
        (tmp_path / folder).mkdir()
    alone = grids([large, out("r")], {"x": x}, tmp_path / "alone", ["y"])["large"]
    nodes = [large, node("Concat", ["r", "k"], ["c"], name="join", axis=1), out("c")]
    assert grids(nodes, {"x": x}, tmp_path / "beside", ["y"], {"k": constant})["join"] == alone


@pytest.mark.parametrize("most", [8, 31])
@pytest.mark.parametrize("requantizer, bits", [("shift", 1), ("multiply_shift", 2), ("multiply_shift", 4), ("three_stage", 2), ("three_stage", 4)])
def test_what_cancels_out_is_whole(requantizer, bits, most, tmp_path):
    """max(x - 28, 0) is nothing on all data, so that no loss of its operands seems to matter: if they were cut off, something would be left of others."""
    x, z = (np.random.default_rng(5).uniform(-low, high, (64, 4, 6, 6)).astype(np.float32) for low, high in ((8, 6), (1.3, 1)))
    nodes = [node("Add", ["x", "k"], ["a"], name="sum"), node("Relu", ["a"], ["r"], name="nothing"), node("Mul", ["z", "z"], ["p"], name="product"),
             node("Add", ["r", "p"], ["s"], name="join"), node("Sigmoid", ["s"], ["y"], name="out")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 4, 6, 6]), port("z", [1, 4, 6, 6])], [port("y", None)], {"k": np.full([1, 4, 1, 1], -28.66, np.float32)})
    np.savez(tmp_path / "x.npz", x=x, z=z)
    tare("convert", model, "--calibration", tmp_path / "x.npz", "--target", target(tmp_path, requantizer, bits, most), "-o", tmp_path / "p.tare")
    for form, name in ((model, "f"), (tmp_path / "p.tare", "q")):
        done = tare("run", form, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / f"{name}.npz")
        # x may be cut off where that changes nothing, and then nobody is to be told.
        assert "warning" not in done.stderr
    off = load(tmp_path / "f.npz")["y"] - load(tmp_path / "q.npz")["y"]
    assert np.abs(off).max() < .1 and abs(off.mean()) < .02

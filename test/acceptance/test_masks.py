"""Masks before a softmax, in all the ways in which they come: rows that are masked from end to end, two at a time, behind a limit."""
import numpy as np
import pytest

from graphs import converted, node, outputs_of, port, reference, save
from harness import sqnr

SIZE = 6
LOWEST = float(np.finfo(np.float32).min)
VALUES = {"-1e4": -1e4, "-1e9": -1e9, "lowest": LOWEST}
SOFTMAX = node("Softmax", ["s"], ["y"], axis=-1, name="softmax")


def mask(value, *rows):
    """A causal mask, and whole `rows`."""
    hidden = np.triu(np.ones((1, 1, SIZE, SIZE)), 1)
    hidden[..., list(rows), :] = 1
    return np.where(hidden > 0, np.float32(value), np.float32(0)).astype(np.float32)


def check(folder, nodes, least=30, **constants):
    model = save(folder / "m.onnx", nodes, [port("x", [1, 2, SIZE, SIZE])], [port("y", [1, 2, SIZE, SIZE])], constants)
    data = {"x": np.random.default_rng(1).normal(size=(24, 2, SIZE, SIZE)).astype(np.float32) * 3}
    program, told = converted(model, data)
    expected = reference(model, data)["y"]
    # Rows that are all alike do not react to data, which is true of the model.
    assert "warning" not in told or (np.all(expected == expected[:1]) and told.count("warning") == 1), told
    assert sqnr(expected, outputs_of(program, data)["y"]) > least
    return expected, outputs_of(program, data)["y"]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("rows", ((2,), (0, 5), tuple(range(SIZE))))
def test_a_row_that_is_masked_from_end_to_end(rows, value, tmp_path):
    """It is as if it were not masked, or, where float32 adds nothing to the mask, all alike; and no other row changes."""
    expected, found = check(tmp_path, [node("Add", ["x", "mask"], ["s"], name="add"), SOFTMAX], mask=mask(VALUES[value], *rows))
    assert np.abs(expected - found).max() < .06


@pytest.mark.parametrize("value", VALUES)
def test_a_mask_of_one_number_a_row(value, tmp_path):
    padding = np.where(np.arange(SIZE) > 3, np.float32(VALUES[value]), np.float32(0)).reshape(1, 1, SIZE, 1)
    check(tmp_path, [node("Add", ["mask", "x"], ["s"], name="add"), SOFTMAX], mask=padding)


@pytest.mark.parametrize("value", VALUES | {"-inf": -np.inf})
@pytest.mark.parametrize("between", ("nothing", "clip", "reshape", "scale", "subtracted"))
def test_two_masks(between, value, tmp_path):
    """Two of the lowest numbers add up to -inf; one of them masks as well."""
    number = (VALUES | {"-inf": -np.inf})[value]
    if between == "subtracted" and np.isinf(number):
        pytest.skip("infinity is added as a rule")
    # The second one hides the last two columns: some elements are masked once, some twice.
    first, second = mask(number), np.where(np.arange(SIZE) > 3, np.float32(number), np.float32(0)).reshape(1, 1, 1, SIZE)
    steps = {"nothing": [node("Add", ["a", "second"], ["s"])], "clip": [node("Clip", ["a", "low", "high"], ["b"]), node("Add", ["b", "second"], ["s"])],
             "reshape": [node("Reshape", ["a", "flat"], ["b"]), node("Reshape", ["b", "back"], ["c"]), node("Add", ["second", "c"], ["s"])],
             "scale": [node("Mul", ["a", "half"], ["b"]), node("Add", ["b", "second"], ["s"])],
             "subtracted": [node("Sub", ["a", "minus"], ["s"])]}[between]
    constants = dict(first=first, second=second, low=np.float32(LOWEST), high=np.float32(-LOWEST), half=np.float32(.5), minus=-second,
                     flat=np.array([1, 2 * SIZE * SIZE]), back=np.array([1, 2, SIZE, SIZE]))
    check(tmp_path, [node("Add", ["x", "first"], ["a"], name="add"), *steps, SOFTMAX], least=25, **constants)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("rows", ((), (2,)))
@pytest.mark.parametrize("limits", ((-1e4, 1e4), (-1e3, 1e3), (-1e30, 1e30), (-50, 50), (LOWEST, None), (None, 1e4)))
def test_a_limit_behind_a_mask(limits, rows, value, tmp_path):
    """The mask is no lower than the limit needs it, and no more is said of it than that."""
    if rows and limits == (-1e4, 1e4) and value == "-1e4":
        pytest.skip("half of the row is at the limit")
    constants = {name: np.float32(limit) for name, limit in zip(("low", "high"), limits) if limit is not None}
    operands = ["a", "low" if "low" in constants else "", *(["high"] if "high" in constants else [])]
    nodes = [node("Add", ["x", "mask"], ["a"], name="add"), node("Clip", operands, ["s"], name="clip"), SOFTMAX]
    check(tmp_path, nodes, mask=mask(VALUES[value], *rows), **constants)


@pytest.mark.parametrize("value", VALUES)
def test_a_limit_that_ends_above_the_mask_gives_no_alarm(value, tmp_path):
    """[-10, 10] of what is -1e4 or lower: the mask costs nothing, and nothing is said of it."""
    constants = dict(mask=mask(VALUES[value]), low=np.float32(-10), high=np.float32(10))
    check(tmp_path, [node("Add", ["x", "mask"], ["a"], name="add"), node("Clip", ["a", "low", "high"], ["s"], name="clip"), SOFTMAX], **constants)


def test_a_masked_row_that_needs_its_numbers_is_told(tmp_path):
    """Another reader wants them as they are."""
    nodes = [node("Add", ["x", "mask"], ["s"], name="add"), SOFTMAX, node("Relu", ["s"], ["z"], name="relu")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 2, SIZE, SIZE])], [port("y", None), port("z", None)], {"mask": mask(-1e4, 2)})
    data = {"x": np.random.default_rng(1).normal(size=(24, 2, SIZE, SIZE)).astype(np.float32) * 3}
    _, told = converted(model, data)
    assert "layer 'add': its constants make all elements of a row as low as" in told and "--activations i16" in told


LAYERS = ("gemm", "matmul", "conv")
MIXED = [0, -1e9, .5, -1e4, -.3, LOWEST]


def layer(kind, hidden, rng):
    """A layer of 8 inputs and 6 outputs to "s", which has the mask `hidden` in its bias or right behind it; its input's and output's shapes."""
    weights = rng.normal(size=(8, SIZE)).astype(np.float32)
    if kind == "gemm":
        return [node("Gemm", ["x", "w", "mask"], ["s"], name="layer")], [1, 8], [1, SIZE], dict(w=weights, mask=hidden)
    if kind == "matmul":
        return ([node("MatMul", ["x", "w"], ["a"], name="layer"), node("Add", ["a", "mask"], ["s"], name="add")], [1, 4, 8], [1, 4, SIZE],
                dict(w=weights, mask=hidden))
    return ([node("Conv", ["x", "w"], ["a"], name="layer"), node("Add", ["a", "mask"], ["s"], name="add")], [1, 8, 3, 3], [1, SIZE, 3, 3],
            dict(w=weights.T.reshape(SIZE, 8, 1, 1).copy(), mask=hidden.reshape(1, SIZE, 1, 1)))


@pytest.mark.parametrize("value", VALUES | {"-65504": -65504., "mixed": None})
@pytest.mark.parametrize("reader", ("softmax", "sigmoid", "tanh", "relu", "limits", "scaled", "two"))
@pytest.mark.parametrize("kind", LAYERS)
def test_a_mask_that_a_bias_holds(kind, reader, value, tmp_path, rng):
    """The layer's result ends where its readers tell nothing apart, and so does what the mask makes of its bias."""
    number = (VALUES | {"-65504": -65504.}).get(value)
    hidden = np.array(MIXED if number is None else [0, number, 0, 0, number, 0], np.float32)
    nodes, taken, given, constants = layer(kind, hidden, rng)
    softmax = node("Softmax", ["t"], ["y"], axis=1 if kind == "conv" else -1, name="softmax")
    behind = {"softmax": [node("Identity", ["s"], ["t"]), softmax], "sigmoid": [node("Sigmoid", ["s"], ["y"])], "tanh": [node("Tanh", ["s"], ["y"])],
              "relu": [node("Relu", ["s"], ["y"])], "limits": [node("Max", ["s", "low"], ["m"]), node("Min", ["m", "high"], ["t"]), softmax],
              "scaled": [node("Mul", ["s", "half"], ["t"]), softmax], "two": [node("Identity", ["s"], ["t"]), softmax, node("Relu", ["s"], ["z"])]}[reader]
    constants |= dict(low=np.float32(-100), high=np.float32(100), half=np.float32(.5))
    outputs = [port("y", given)] + ([port("z", None)] if reader == "two" else [])
    model = save(tmp_path / "m.onnx", nodes + behind, [port("x", taken)], outputs, constants)
    data = {"x": (rng.normal(size=(48, *taken[1:])) * 1.5).astype(np.float32)}
    program, told = converted(model, data)
    assert "warning" not in told, told
    expected, found = reference(model, data), outputs_of(program, data)
    for name in expected:
        assert sqnr(expected[name], found[name]) > 32, name


COMPUTED = {"inverted": [node("Sub", ["one", "mask"], ["i"]), node("Mul", ["i", "number"], ["m"])],
            "shifted": [node("Sub", ["mask", "one"], ["i"]), node("Mul", ["i", "minus"], ["m"])]}


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("kind", (np.float32, np.uint8))
@pytest.mark.parametrize("between", ("nothing", "scale", "reshape", "clip", "relu", "output"))
@pytest.mark.parametrize("way", ("inverted", "shifted"))
def test_a_mask_that_the_model_computes(way, between, kind, value, tmp_path, rng):
    """What calibration sees of it is bounded by what lies beside it in a row; who reads the mask itself gets it as it is."""
    constants = dict(one=np.float32(1), number=np.float32(VALUES[value]), minus=np.float32(-VALUES[value]), half=np.float32(.5), low=np.float32(-1e4),
                     shape=np.array([2, SIZE, SIZE]))
    cast = [node("Cast", ["given"], ["mask"], to=1)] if kind == np.uint8 else [node("Identity", ["given"], ["mask"])]
    behind = {"nothing": [node("Identity", ["a"], ["s"])], "scale": [node("Mul", ["a", "half"], ["s"])], "reshape": [node("Reshape", ["a", "shape"], ["s"])],
              "clip": [node("Clip", ["a", "low"], ["s"])], "relu": [node("Identity", ["a"], ["s"]), node("Relu", ["a"], ["z"])],
              "output": [node("Identity", ["a"], ["s"]), node("Neg", ["m"], ["z"])]}[between]
    nodes = [*cast, *COMPUTED[way], node("Add", ["x", "m"], ["a"], name="add"), *behind, SOFTMAX]
    outputs = [port("y", [2, SIZE, SIZE] if between == "reshape" else [1, 2, SIZE, SIZE])] + ([port("z", None)] if between in ("relu", "output") else [])
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 2, SIZE, SIZE]), port("given", [1, 1, 1, SIZE], kind)], outputs, constants)
    seen = rng.random((48, 1, 1, SIZE)) < .7
    seen[..., 0] = True
    data = {"x": (rng.normal(size=(48, 2, SIZE, SIZE)) * 2).astype(np.float32), "given": seen.astype(kind)}
    program, told = converted(model, data)
    assert "collapsed" not in told, told
    expected, found = reference(model, data), outputs_of(program, data)
    for name in expected:
        assert sqnr(expected[name], found[name]) > 32, name


@pytest.mark.parametrize("value", VALUES)
def test_a_mask_that_is_an_input(value, tmp_path, rng):
    model = save(tmp_path / "m.onnx", [node("Add", ["x", "mask"], ["s"], name="add"), SOFTMAX],
                 [port("x", [1, 2, SIZE, SIZE]), port("mask", [1, 1, 1, SIZE])], [port("y", [1, 2, SIZE, SIZE])])
    hidden = rng.random((48, 1, 1, SIZE)) < .3
    hidden[..., 0] = False
    data = {"x": (rng.normal(size=(48, 2, SIZE, SIZE)) * 2).astype(np.float32), "mask": np.where(hidden, np.float32(VALUES[value]), np.float32(0))}
    program, told = converted(model, data)
    assert "warning" not in told, told
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 32


def test_a_computed_mask_of_a_whole_row_is_told(tmp_path, rng):
    """-1e4 leaves float32 what a softmax tells apart there; no grid has both."""
    nodes = [*COMPUTED["inverted"], node("Add", ["x", "m"], ["s"], name="add"), SOFTMAX]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 2, SIZE, SIZE]), port("mask", [1, 1, SIZE, 1])], [port("y", [1, 2, SIZE, SIZE])],
                 dict(one=np.float32(1), number=np.float32(-1e4)))
    data = {"x": rng.normal(size=(48, 2, SIZE, SIZE)).astype(np.float32), "mask": (rng.random((48, 1, SIZE, 1)) < .7).astype(np.float32)}
    assert "layer 'add': its operands make all elements of a row as low as" in converted(model, data)[1]


@pytest.mark.parametrize("kind", ("shifted", "cancelled", "scaled"))
@pytest.mark.parametrize("size", (2e4, 1e5, 1e6))
def test_large_constants_beside_a_wide_softmax_are_no_bug(size, kind, tmp_path, rng):
    """Float32 holds ten thousand to half a thousandth, of which a softmax of 16 bits makes many steps: the check asks real numbers."""
    constants = dict(u=np.full((1, 3, 1), size, np.float32), c=(rng.normal(size=(1, 3, SIZE)) * size).astype(np.float32), k=np.float32(size / 1e3))
    constants["d"] = constants["c"] + rng.normal(size=(1, 3, SIZE)).astype(np.float32)
    before = {"shifted": [node("Add", ["x", "u"], ["s"], name="add")], "scaled": [node("Mul", ["x", "k"], ["s"], name="mul")],
              "cancelled": [node("Add", ["x", "c"], ["a"], name="add"), node("Sub", ["a", "d"], ["s"], name="sub")]}[kind]
    model = save(tmp_path / "m.onnx", [*before, SOFTMAX], [port("x", [1, 3, SIZE])], [port("y", [1, 3, SIZE])], constants)
    data = {"x": (rng.normal(size=(16, 3, SIZE)) * 3).astype(np.float32)}
    for target in ("generic", "i16x8"):
        converted(model, data, "--target", target, "--activations", "i16")


WAYS = {
    "added": [node("Add", ["x", "mask"], ["a"], name="add")],
    "first": [node("Add", ["mask", "x"], ["a"], name="add")],
    "scaled": [node("Add", ["x", "mask"], ["b"], name="add"), node("Mul", ["b", "half"], ["a"], name="scale")],
    "moved": [node("Add", ["x", "mask"], ["b"], name="add"), node("Reshape", ["b", "flat"], ["c"], name="flat"), node("Reshape", ["c", "back"], ["a"], name="back")],
    "subtracted": [node("Neg", ["mask"], ["n"], name="neg"), node("Sub", ["x", "n"], ["a"], name="sub")],
    "twice": [node("Add", ["x", "mask"], ["b"], name="add"), node("Add", ["b", "bias"], ["a"], name="more")],
}


@pytest.mark.parametrize("target", ("generic", "i16x8", "shift_only", "gemmlowp", "three_stage"))
@pytest.mark.parametrize("value", ("-1e9", "lowest"))
@pytest.mark.parametrize("way", WAYS)
def test_rows_that_an_input_masks_from_end_to_end(way, value, target, tmp_path, rng):
    """In float a score adds nothing to such a mask: the row is one number, whatever grid its scores have, and all shares are alike."""
    nodes = WAYS[way] + [node("Softmax", ["a"], ["p"], axis=-1, name="softmax")]
    constants = dict(half=np.float32(.5), flat=np.int64([1, 2 * SIZE * SIZE]), back=np.int64([1, 2, SIZE, SIZE]), bias=rng.normal(size=SIZE).astype(np.float32))
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 2, SIZE, SIZE]), port("mask", [1, 1, SIZE, SIZE])], [port("p", [1, 2, SIZE, SIZE])], constants)
    hidden = np.zeros((48, 1, SIZE, SIZE), np.float32)
    for sample, length in zip(hidden, rng.integers(2, SIZE + 1, 48)):
        sample[..., length:] = sample[..., length:, :] = VALUES[value]
    data = {"x": (rng.normal(size=(48, 2, SIZE, SIZE)) * 6).astype(np.float32), "mask": hidden}
    program, told = converted(model, data, "--target", target)
    assert "collapsed" not in told
    expected, found = reference(model, data)["p"], outputs_of(program, data)["p"]
    rows = np.broadcast_to((hidden != 0).all(axis=-1), expected.shape[:-1])
    assert rows.any() and not rows.all() and np.allclose(expected[rows], 1 / SIZE)
    assert np.abs(found[rows] - 1 / SIZE).max() < .03
    assert sqnr(expected, found) > (22 if target == "shift_only" else 26)


@pytest.mark.parametrize("asks", ("is_nan", "is_number"))
def test_a_guard_against_rows_that_are_hidden_whole(asks, tmp_path):
    """As PyTorch writes attention: what no number is becomes 0. No integer is such a thing, and nothing is left to the host."""
    guard = [node("IsNaN", ["p"], ["n"], name="asked")]
    if asks == "is_nan":
        guard += [node("Where", ["n", "zero", "p"], ["g"], name="guard")]
    else:
        guard += [node("Not", ["n"], ["is"], name="turned"), node("Where", ["is", "p", "zero"], ["g"], name="guard")]
    nodes = [node("Add", ["x", "mask"], ["s"], name="add"), node("Softmax", ["s"], ["p"], axis=-1, name="softmax"), *guard,
             node("MatMul", ["g", "x"], ["y"], name="product")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 2, SIZE, SIZE])], [port("y", [1, 2, SIZE, SIZE])], dict(mask=mask(-np.inf), zero=np.float32(0)))
    data = {"x": np.random.default_rng(1).normal(size=(24, 2, SIZE, SIZE)).astype(np.float32)}
    program, told = converted(model, data)
    assert "host" not in told
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 30


def test_a_mask_of_integers_and_booleans_that_the_model_has(tmp_path):
    """As T5 writes it: the self-check reads the model's booleans as they are, and calls nothing a bug."""
    random, heads = np.random.default_rng(5), 4
    constants = dict(bias=random.normal(size=(1, heads, SIZE, SIZE)).astype(np.float32), lowest=np.float32(LOWEST), seen=np.ones((1, 1, SIZE, 1), bool),
                     shape=np.array([1, 1, 1, SIZE]))
    nodes = [node("Cast", ["mask"], ["shown"], to=9), node("Reshape", ["shown", "shape"], ["row"]), node("And", ["seen", "row"], ["all"]),
             node("Where", ["all", "bias", "lowest"], ["w"]), node("Add", ["x", "w"], ["s"], name="add"), SOFTMAX]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, heads, SIZE, SIZE]), port("mask", [1, SIZE], np.int64)], [port("y", [1, heads, SIZE, SIZE])], constants)
    lengths = random.integers(SIZE // 2, SIZE + 1, 32)
    data = {"x": random.normal(size=(32, heads, SIZE, SIZE)).astype(np.float32) * 2, "mask": (np.arange(SIZE) < lengths[:, None]).astype(np.int64)}
    program, _ = converted(model, data)
    assert sqnr(reference(model, data)["y"], outputs_of(program, data)["y"]) > 30

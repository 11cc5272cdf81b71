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

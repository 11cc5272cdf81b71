"""Calibration in parts: shards of the data, merged in any order, give the ranges file of one run over all of them, byte for byte."""
import numpy as np
import pytest

from graphs import node, port, save
from harness import METHODS, fails, tare, tare_json
from test_recurrent import save as save_cell

F32 = np.float32
SHAPE = [1, 2, 12, 12]
SHARDS = 8
OPTIONS = {"i8": [], "i16": ["--activations", "i16"], "powers of two": ["--target", "shift_only"], "percentile": ["--percentile", "99"], "few threads": ["--threads", "1"],
           "method and width": ["--method", "mean_min_max", "--activations", "i16"]}


def network(folder, name="m.onnx", factor=1.0):
    """Values of every kind that calibration keeps something of: of a convolution, of ends alone, with a mask behind which a softmax measures its rows, inherited, dead."""
    rng = np.random.default_rng(2)
    mask = np.zeros((1, 1, 1, 12), F32)
    mask[..., 9:] = -1e4
    constants = {"w": (factor * rng.normal(size=(3, 2, 3, 3))).astype(F32), "mask": mask, "zero": np.zeros(1, F32)}
    nodes = [node("Conv", ["x", "w"], ["c"], name="conv", pads=[1, 1, 1, 1]), node("Sigmoid", ["c"], ["s"]), node("Mul", ["c", "zero"], ["dead"]),
             node("Add", ["c", "mask"], ["masked"]), node("Softmax", ["masked"], ["p"], axis=-1), node("Concat", ["s", "p", "dead"], ["y"], axis=1)]
    return save(folder / name, nodes, [port("x", SHAPE)], [port("y", None)], constants)


def samples(count=37, seed=4):
    """Some with outliers, and the ends of each elsewhere."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, *SHAPE[1:])) * rng.uniform(0.1, 3, size=(count, 1, 1, 1))
    x[rng.random(x.shape) < 1e-3] *= 40
    return x.astype(F32)


def parts(x, rng):
    """Where each of the shards begins and its samples: some have one, some many."""
    ends = np.sort(rng.choice(np.arange(1, len(x)), SHARDS - 1, replace=False))
    return list(zip([0, *ends], np.split(x, ends)))


def shards(model, folder, pieces, *options, places=True):
    files = []
    for number, (first, piece) in enumerate(pieces):
        np.savez(folder / f"{number}.npz", x=piece)
        files.append(folder / f"{number}.stats")
        tare("calibrate", model, "--calibration", folder / f"{number}.npz", *options, "--partial", *(["--first-sample", first] if places else []), "-o", files[-1])
    return files


def at_once(model, folder, x, *options):
    np.savez(folder / "all.npz", x=x)
    tare("calibrate", model, "--calibration", folder / "all.npz", *options, "-o", folder / "all.json")
    return (folder / "all.json").read_bytes()


def merged(model, folder, files, *options):
    tare("calibrate", model, "--merge", *files, *options, "-o", folder / "merged.json")
    return (folder / "merged.json").read_bytes()


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_shards_give_what_one_run_gives(options, tmp_path, rng):
    model, x = network(tmp_path), samples()
    expected = at_once(model, tmp_path, x, *options)
    files = shards(model, tmp_path, parts(x, rng), *options, places=False)
    for _ in range(3):
        rng.shuffle(files)
        assert merged(model, tmp_path, files, *options) == expected


def test_shards_serve_every_method(tmp_path, rng):
    """What was seen is no matter of how ranges are found in it."""
    model, x = network(tmp_path), samples()
    files = shards(model, tmp_path, parts(x, rng))
    for method in METHODS:
        rng.shuffle(files)
        for options in (["--method", method], ["--method", method, "--activations", "i16"]):
            assert merged(model, tmp_path, files, *options) == at_once(model, tmp_path, x, *options), options


def test_shards_of_a_configuration(tmp_path, rng):
    """A method that is chosen for what is bounded looks at more than its ends; without the file the network is another one."""
    model, x, config = network(tmp_path), samples(), tmp_path / "q.yaml"
    config.write_text("rules:\n  - op: [sigmoid, softmax]\n    activations: {method: mse}\n  - layer: conv\n    activations: {method: kl}\n")
    expected = at_once(model, tmp_path, x, "--config", config)
    assert expected != at_once(model, tmp_path, x)
    files = shards(model, tmp_path, parts(x, rng), "--config", config)
    rng.shuffle(files)
    assert merged(model, tmp_path, files, "--config", config) == expected
    message = fails("calibrate", model, "--merge", *files, "-o", tmp_path / "r.json", output=tmp_path / "r.json")
    assert f"{files[0]}: is of another network" in message and "--target and --config to each --partial and to --merge" in message


def test_merged_shards_can_be_merged(tmp_path, rng):
    model, x = network(tmp_path), samples()
    files = shards(model, tmp_path, parts(x, rng))
    expected = at_once(model, tmp_path, x)
    halves = []
    for number in range(2):
        halves.append(tmp_path / f"half{number}.stats")
        told = tare_json("calibrate", model, "--merge", *files[number::2], "--partial", "-o", halves[-1])
        assert told["shards"] == SHARDS / 2 and told["values"] > 3
    assert merged(model, tmp_path, halves) == merged(model, tmp_path, halves[::-1]) == expected
    told = tare_json("calibrate", model, "--merge", *halves, "-o", tmp_path / "r.json")
    assert told["shards"] == SHARDS and told["samples"] == len(x) and told["method"] == "auto"
    message = fails("calibrate", model, "--merge", *halves, files[3], "-o", tmp_path / "twice.json", output=tmp_path / "twice.json")
    assert f"{files[3]}: has a shard that '{halves[1]}' has: each counts once" in message


@pytest.mark.parametrize("threads", (1, 2))
def test_the_first_sample_that_is_no_number(threads, tmp_path, rng):
    model, x = network(tmp_path), samples()
    x[[11, 30], 0, 0, 0] = np.nan
    expected = at_once(model, tmp_path, x)
    assert b'"non_finite_sample": 11' in expected
    files = shards(model, tmp_path, parts(x, rng), "--threads", threads)
    rng.shuffle(files)
    assert merged(model, tmp_path, files) == expected
    files = shards(model, tmp_path, parts(x, rng), places=False)
    done = tare("calibrate", model, "--merge", *files, "-o", tmp_path / "r.json")
    assert "NaN or infinity was seen in 'x', and the ranges do not say in which sample" in done.stderr and "--first-sample N" in done.stderr
    assert b"non_finite_sample" not in (tmp_path / "r.json").read_bytes()


def test_recordings_with_states(tmp_path):
    """Samples are steps there: a shard is one recording or several."""
    rng, states = np.random.default_rng(7), ["--state", "h=Y_h", "--state", "c=Y_c"]
    model, _ = save_cell(tmp_path / "m.onnx", "LSTM", rng, steps=1, states=True)
    folder, files = tmp_path / "all", []
    folder.mkdir()
    for number, steps in enumerate((3, 9, 5)):
        np.savez(folder / f"{number}.npz", x=rng.normal(size=(steps, 1, 1, 8)).astype(F32))
        files.append(tmp_path / f"{number}.stats")
        tare("calibrate", model, "--calibration", folder / f"{number}.npz", *states, "--partial", "-o", files[-1])
    tare("calibrate", model, "--calibration", folder, *states, "-o", tmp_path / "all.json")
    assert merged(model, tmp_path, files[::-1], *states) == (tmp_path / "all.json").read_bytes()
    message = fails("calibrate", model, "--merge", *files, "--state", "h=Y_h", "-o", tmp_path / "r.json", output=tmp_path / "r.json")
    assert "was made with --state c=Y_c --state h=Y_h, expected --state h=Y_h" in message


def test_thread_counts_say_nothing_of_outliers(tmp_path):
    """At 16 bits, where nine of ten values share a few steps: with one thread as with several, on many samples."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(400, *SHAPE[1:])) * 1e-4
    x[rng.random(x.shape) < 1 / 400] *= 1e4
    files = [at_once(network(tmp_path), tmp_path, x.astype(F32), "--activations", "i16", "--threads", threads) for threads in (1, 2, 5)]
    assert files[0] == files[1] == files[2] and b'"flattened"' in files[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    model = network(folder)
    return model, *shards(model, folder, [(0, samples(6)), (6, samples(5, seed=5))])


def refused(made, tmp_path, *arguments):
    return fails("calibrate", *arguments, "-o", tmp_path / "r.json", output=tmp_path / "r.json")


def test_what_differs_is_named(made, tmp_path):
    model, a, b = made
    other = network(tmp_path, "other.onnx", 1.5)
    assert f"{a}: is of another network: '{model}' for the target 'generic' has the hash" in refused(made, tmp_path, other, "--merge", a, b)
    message = refused(made, tmp_path, model, "--merge", a, b, "--target", "shift_only")
    assert f"{a}: was made with --target generic, expected --target shift_only" in message
    # The same network in another file is the same.
    assert merged(network(tmp_path, "again.onnx"), tmp_path, [a, b]) == merged(model, tmp_path, [b, a])
    chosen = tmp_path / "chosen.stats"
    tare("calibrate", model, "--merge", a, "--method", "percentile", "--percentile", "99", "--activations", "i16", "--partial", "-o", chosen)
    assert "was made with --method percentile --percentile 99, expected --method auto" in refused(made, tmp_path, model, "--merge", chosen, b)
    assert "was made with --method percentile --percentile 99, expected --method percentile --percentile 98" in refused(
        made, tmp_path, model, "--merge", chosen, "--percentile", "98")
    message = refused(made, tmp_path, model, "--merge", chosen, "--percentile", "99")
    assert "was made with symmetric grids of 65535 levels (--target, --activations), expected grids of 256 levels" in message


def test_what_counts_twice_is_told(made, tmp_path):
    model, a, b = made
    assert f"{a}: has a shard that '{a}' has" in refused(made, tmp_path, model, "--merge", a, b, a)
    folder = tmp_path / "again"
    folder.mkdir()
    (again,) = shards(model, folder, [(4, samples(3, seed=9))])
    assert f"{again}: has the samples 4 to 6, of which '{a}' has 0 to 5" in refused(made, tmp_path, model, "--merge", a, again)
    # Samples that stand twice in the data may do so.
    (again,) = shards(model, folder, [(20, samples(6))])
    done = tare("calibrate", model, "--merge", a, again, "-o", tmp_path / "r.json")
    assert "6 samples of the shards are in several of them, and count each time" in done.stderr


def test_options_that_exclude_each_other(made, tmp_path):
    model, a, b = made
    data = a.with_suffix(".npz")
    for arguments, told in (((model, "--merge", a, "--calibration", data), "--merge takes statistics in place of data"),
                            ((model, "--merge", a, "--random-calibration"), "--merge takes statistics in place of data"),
                            ((model, "--merge", a, "--samples", "3"), "--samples is of data"),
                            ((model, "--merge", a, "--first-sample", "3"), "--first-sample says where the shard"),
                            ((model, "--calibration", data, "--first-sample", "3"), "--first-sample says where the shard"),
                            ((model, "--partial", "--random-calibration"), "--partial is of a shard of data"),
                            ((model, "--partial"), "needs data")):
        assert told in refused(made, tmp_path, *arguments), arguments
    message = refused(made, tmp_path, model, "--calibration", data, "--partial")
    assert "found a name that ends in '.json', expected one that ends in .stats" in message
    assert "cannot write" in fails("calibrate", model, "--merge", a, b, "--partial", "-o", a)


def test_damaged_files(made, tmp_path):
    model, a, b = made
    whole, file = a.read_bytes(), tmp_path / "damaged.stats"
    random = np.random.default_rng(8)
    cases = [whole[:n] for n in (0, 3, 7, 8, 15, 100, len(whole) // 2, len(whole) - 1)] + [whole + b"\0", model.read_bytes(), b.with_suffix(".npz").read_bytes()]
    for _ in range(20):
        at = random.integers(len(whole))
        cases.append(whole[:at] + bytes([whole[at] ^ 1 << random.integers(8)]) + whole[at + 1:])
    for case in cases:
        file.write_bytes(case)
        message = refused(made, tmp_path, model, "--merge", b, file)
        assert f"{file}: is damaged" in message or f"{file}: is no statistics of a shard" in message, message
    assert f"cannot read {tmp_path}/none.stats: " in refused(made, tmp_path, model, "--merge", b, tmp_path / "none.stats")


def test_statistics_are_no_data(made, tmp_path):
    model, a, _ = made
    assert f"{a}: " in refused(made, tmp_path, model, "--calibration", a)


def test_a_merge_by_standard_streams(made, tmp_path):
    model, a, b = made
    with open(a, "rb") as stream:
        done = tare("calibrate", model, "--merge", "-", b, "-o", "-", stdin=stream)
    assert done.stdout.encode() == merged(model, tmp_path, [a, b])


def test_partial_statistics_do_not_depend_on_threads(made, tmp_path):
    model, a, _ = made
    for threads in (1, 2, 3):
        tare("calibrate", model, "--calibration", a.with_suffix(".npz"), "--partial", "--first-sample", 0, "--threads", threads, "-o", tmp_path / "t.stats")
        assert (tmp_path / "t.stats").read_bytes() == a.read_bytes()

"""A row of the running section, its table, and the machinery beside it, on the smallest network."""
import os
import pathlib

import numpy as np
import onnx
import pytest

import batches
import machine
import peer
import running
import sequences
import subjects
import tables
import timing
from network import Network
from subjects import Architecture, Tools

BUILD = pathlib.Path(os.environ.get("TARE_BIN", pathlib.Path(__file__).resolve().parents[2] / "build/bin")).parent
EFFORT = timing.Effort.quick()


class Tiny(Architecture):
    """A subject that is made here."""

    @property
    def float(self):
        path = self.path(".onnx")
        if not path.exists():
            n = Network("tiny")
            x = n.conv(n.input(3, 8, 8), 8, 3, activation="Relu")
            n.output(n.classifier(x, 4))
            onnx.save(n.model(), path)
        return path


class Recurrent(Architecture):
    """One with a loop."""

    @property
    def float(self):
        path = self.path(".onnx")
        if not path.exists():
            n = Network("recurrent")
            x = n.node("Transpose", n.input(5, 8), shape=(5, 1, 8), perm=[1, 0, 2])
            n.output(sequences.linear(n, sequences.lstm(n, x, 16), 4))
            onnx.save(n.model(), path)
        return path


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    tools = Tools(BUILD, tmp_path_factory.mktemp("work"))
    if not tools.runtime.exists():
        pytest.skip(f"no {tools.runtime}")
    return Tiny(tools, "tiny")


@pytest.mark.parametrize("batch", (1, 3))
def test_row(tiny, batch):
    row = running.measure(tiny, batch, 1, EFFORT)
    assert set(row["milliseconds"]) == {"tare", "ort float", "ort int8"} and row["rounds"] == 3
    assert all(value > 0 for value in row["milliseconds"].values())
    assert row["decibels"]["tare"] > 20 and row["decibels"]["ort int8"] > 20
    assert "| tiny |" in tables.running([row])


def test_row_of_sequences(tiny):
    row = running.measure(Recurrent(tiny.tools, "recurrent"), 1, 1, EFFORT)
    assert set(row["ratios"]) == {"ort float", "ort int8", "ort dynamic"}
    assert all(row["decibels"][name] > 20 for name in ("tare", "ort dynamic"))
    header, _, line = tables.running([row]).splitlines()[-3:]
    assert "dynamic / Tare" in header and header.count("|") == line.count("|")


def test_states_are_filled(tmp_path):
    path, seen = tmp_path / "data.npz", np.ones((3, 2), np.float32)
    np.savez(path, x=seen, state=np.zeros((3, 4), np.float32), labels=np.zeros(3, np.int64))
    subjects.fill_states(path)
    data = np.load(path)
    assert np.array_equal(data["x"], seen) and not data["labels"].any()
    assert 0.2 < data["state"].std() < 1 and abs(data["state"]).max() < 1


def test_threads_and_batches_give_the_same_bits(tiny):
    feeds, side = tiny.feeds(5), running.TareSide(tiny)
    results = []
    for threads in (1, 2):
        call, found = running.sample_by_sample(side, feeds, threads)
        call()
        results.append(found)
    assert all(np.array_equal(a[name], b[name]) for a, b in zip(*results) for name in a)
    # The batch is checked against its samples in there.
    assert side.batch(feeds, 2, results[0]) is not None
    assert side.batch(feeds, 2, results[0][::-1]) is None


def test_losses_are_shown():
    row = {"model": "slow", "macs": 1e6, "batch": 1, "threads": 1, "milliseconds": {"tare": 2, "ort int8": 1},
           "ratios": {"ort int8": 0.5}, "decibels": {}}
    text = tables.running([row])
    assert "slow 0.50" in text and "| **0.50** |" in text


def test_rebatched_models_are_checked():
    n = Network("reshaped")
    x = n.input(4, 4, 4)
    n.output(n.node("Reshape", x, n.constant([1, 64], np.int64), shape=(1, 64)))
    model = n.model()
    feeds = [{"input": np.random.default_rng(i).standard_normal((1, 4, 4, 4), np.float32)} for i in range(3)]
    singles = [peer.bind(peer.session(model.SerializeToString()), f)[1] for f in feeds]
    batch = peer.bind(peer.session(batches.rebatched(model, 3).SerializeToString()), batches.stacked(feeds))[1]
    assert batches.agree(batch, singles)
    assert not batches.agree({"reshape_1_out": batch["reshape_1_out"][::-1]}, singles)


def test_turns():
    turns = []
    contenders = {name: lambda name=name: turns.append(name) for name in "abc"}
    measured = timing.alternate(contenders, timing.Effort(rounds=3, most_rounds=3, fewest_rounds=3, turn=1e-9, warm=0))
    assert {name: len(rounds) for name, rounds in measured.items()} == {"a": 3, "b": 3, "c": 3}
    assert "".join(turns[6:]) == "abcbcacab"


def test_a_process_is_measured():
    cost = timing.measure_process("sh", "-c", "echo done")
    assert cost.output == "done\n" and cost.seconds > 0 and cost.megabytes > 0
    with pytest.raises(RuntimeError, match="broken"):
        timing.measure_process("sh", "-c", "echo broken >&2; exit 3")


def test_numbers():
    assert [tables.number(x) for x in (None, 0, 0.012345, 1.5, 1234.5, float("inf"))] == ["–", "0", "0.0123", "1.50", "1,234", "∞"]
    assert tables.geometric_mean([1, 4]) == pytest.approx(2)


def test_machine(tiny):
    found = machine.describe(tiny.tools.tare)
    assert found["start"]["megabytes"] > 1 and found["cores"] >= 1
    assert "onnxruntime" in machine.sentence(found) and "busy" in machine.sentence({**found, "load": 1000.0})

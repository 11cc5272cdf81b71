"""The sections on float evaluation, calibration and conversion, on the smallest networks, and their tables."""
import re

import pytest

import calibrating
import converting
import cost_tables
import floating
import graphs
import tables
from timing import measure_process

from test_running import tiny  # noqa: F401 (a fixture)


def draw(name, rows, folder):
    """Where matplotlib is: only `make bench` installs it."""
    pytest.importorskip("matplotlib")
    import plots
    assert getattr(plots, name)(rows, folder) == f"![{name}]({name}.svg)"
    assert (folder / f"{name}.svg").stat().st_size > 1000


def test_calibration(tiny):  # noqa: F811
    missing = []
    row = calibrating.measure(tiny, 1, True, lambda *what: missing.append(what))
    assert not missing
    assert set(row["costs"]) == {"tare float evaluation", *cost_tables.PAIRS, "ort MinMax", "ort Percentile", "ort Entropy"}
    assert all(c["seconds"] > 0 and c["megabytes"] > 1 for c in row["costs"].values())
    text = cost_tables.calibration([row])
    assert text.count("| tiny |") == len(cost_tables.PAIRS)
    assert all(text.count(f"| {method} |") == 2 for method in calibrating.METHODS), text
    assert "20 samples" in cost_tables.memory([row])
    draw("memory", [row], tiny.tools.work)


def test_every_method_is_measured(tiny):  # noqa: F811
    told = measure_process(tiny.tools.tare, "calibrate", "--help").output
    names = re.search(r"How ranges are found: (.*?) *\n +--", told, re.DOTALL)[1]
    assert set(re.split(r",\s+|\s+or ", names)) == set(calibrating.METHODS)


def test_peer_that_needs_too_much_memory_is_left_out(tiny, monkeypatch):  # noqa: F811
    monkeypatch.setattr(calibrating, "available_bytes", lambda: 0)
    missing = []
    names = [n for n, _ in calibrating.peer_contenders(tiny, None, 100, 1, lambda *what: missing.append(what))]
    assert names == ["ort MinMax"] and len(missing) == 2


def test_float_evaluation(tiny, monkeypatch):  # noqa: F811
    monkeypatch.setattr(floating, "MOST", 2000)
    row = floating.measure(tiny, 1, True)
    # So little work may be lost in what else a machine does.
    assert row["peer_seconds"] > 0 and row["ratio_seconds"] == row["peer_seconds"] / row["seconds"]
    row |= {"ratio_seconds": 2.0, "ratio_cpu_seconds": .5}
    text = tables.floating([row])
    assert "| tiny | 1 |" in text and "geometric mean" in text


def test_conversion(tiny):  # noqa: F811
    job = converting.graph_job(tiny.tools, "residual", 8)
    row = converting.measure(job, True, True)
    assert row["layers"] == 8 and row["seconds"] > 0 and "lower" in row["steps"]
    assert row["with_calibration"]["ort"] > 0
    draw("scaling", [row], tiny.tools.work)
    assert "| residual | 8 |" in cost_tables.scaling([row]) and "| residual-8 |" in cost_tables.conversion([row])


def test_a_dump_is_measured(tiny):  # noqa: F811
    row = converting.measure_dump(converting.graph_job(tiny.tools, "residual", 8), True)
    assert row["seconds_dumping"] > 0 and row["files"] > 20 and row["megabytes"] > 0
    assert row["seconds_of_dump"] == row["seconds_dumping"] - row["seconds"]
    assert "| residual-8 |" in cost_tables.dumping([row]) and f"| {row['files']} |" in cost_tables.dumping([row])


def test_generated_graphs_have_the_layers_that_they_promise(tiny):  # noqa: F811
    for kind in graphs.KINDS:
        job = converting.graph_job(tiny.tools, kind, 9)
        program = job.output
        job.convert(job.ranges)
        layers = measure_process(tiny.tools.tare, "inspect", program).output
        assert layers.count(" conv ") + layers.count(" add ") == 9, layers

"""Inference functions of one's own, and metrics."""
import json

import numpy as np
import pytest
import tare
from conftest import DIGITS
from harness import tare as command


def test_function_scores_float_and_integers(model, program, labelled, capsys):
    name = program.inputs[0].name
    labels = next(labelled[key] for key in ("labels", "label", "y") if key in labelled)
    seen = []

    def accuracy(executor):
        assert executor.batch_size == program.inputs[0].shape[0] and executor.iterations == 50
        assert executor.input_names == [name] and executor.input_types == [np.float32]
        assert executor.output_names == [port.name for port in program.outputs]
        hits = 0
        for i in range(executor.iterations):
            (scores,) = executor.forward(labelled[name][i:i + 1])
            hits += int(np.argmax(scores) == labels[i])
        seen.append((executor.layer_names, executor.layer_results))
        return hits / executor.iterations

    result = tare.evaluate(model, program, infer=accuracy, iterations=50)
    assert 0.5 < result.float_score <= 1 and 0.5 < result.fixed_score <= 1
    assert result.loss_percent == pytest.approx(abs(result.fixed_score - result.float_score) / result.float_score * 100)
    assert capsys.readouterr().out.startswith("Loss = |fixed - float| / |float| * 100 = ")
    # Each layer by name, in order, one to one.
    for names, results in seen:
        assert names == list(results) and len(set(names)) == len(names) > 3
        assert all(isinstance(one, np.ndarray) for one in results.values())
    assert len(seen) == 2 and seen[0][0] != seen[1][0]


def test_results_of_both_are_the_runs(model, program, labelled):
    x = labelled[program.inputs[0].name][:1]
    result = tare.evaluate(model, program, infer=lambda executor: float(executor.forward(x)[0].sum()), quiet=True)
    assert np.array_equal(result.fixed.forward({program.inputs[0].name: x})[0], program.run(x))
    assert result.fixed_score == float(program.run(x).sum())


@pytest.mark.parametrize("scores, loss", [((0.0, 0.0), 0.0), ((0.0, 1.0), None), ((2.0, 1.0), 50.0), ((-2.0, 1.0), 150.0), ((None, None), None)])
def test_loss(model, program, scores, loss, capsys):
    given = iter(scores)
    result = tare.evaluate(model, program, infer=lambda executor: next(given))
    assert result.loss_percent == loss
    assert capsys.readouterr().out.startswith("Loss")


def test_random_data_where_there_is_no_function(model, program, capsys):
    first, second = (tare.evaluate(model, program, iterations=3, seed=7) for _ in range(2))
    assert first.float.forwards == first.fixed.forwards == 3
    assert first.float_score == second.float_score > 0 and first.fixed_score == second.fixed_score
    # Within what the input holds: what is beyond it is no loss of the conversion's.
    assert first.loss_percent < 10
    port = program.raw_inputs[0]
    (array,) = first.fixed.random_batch(np.random.default_rng(0), {program.inputs[0].name: (-0.5, 0.25)}).values()
    assert (array.min(), array.max(), array.dtype) == (-0.5, 0.25, np.float32) and port.scales


def test_function_that_gives_no_number(model, program):
    with pytest.raises(tare.Error, match="expected a number or None"):
        tare.evaluate(model, program, infer=lambda executor: "good")


def test_metric_is_the_commands(model, program, labelled, tmp_path):
    program.save(tmp_path / "p.tare")
    expected = json.loads(command("evaluate", model, tmp_path / "p.tare", "--data", DIGITS / "test.npz", "--metric", "top1", "--json").stdout)
    found = tare.evaluate(model, program, labelled, metric="top1")
    assert found["model"]["score"] == expected["model"]["score"] and found["samples"] == expected["samples"]
    assert [one["score"] for one in found["configurations"]] == [one["score"] for one in expected["configurations"]]
    # As pairs of inputs and labels.
    name = program.inputs[0].name
    labels = next(labelled[key] for key in ("labels", "label", "y") if key in labelled)
    pairs = [(labelled[name][i:i + 1], labels[i]) for i in range(40)]
    assert tare.evaluate(model, program, pairs, metric="top1")["samples"] == 40


def test_a_configuration_that_fails_is_a_row(model, program, labelled, tmp_path):
    (tmp_path / "broken.tare").write_bytes(program.file()[:200])
    with pytest.warns(tare.TareWarning, match="1 of 2 configurations failed"):
        told = tare.evaluate(model, [program, tmp_path / "broken.tare"], labelled, metric="top1")
    rows = {row["file"]: row for row in told["configurations"]}
    assert rows["programs[0]"]["score"] > 0.5 and rows["programs[0]"]["failed"] is None
    broken = rows[str(tmp_path / "broken.tare")]
    assert broken["score"] is None and "broken.tare" in broken["failed"]
    # Where nothing has a score there is no table.
    with pytest.raises(tare.Error, match="1 of 1 configurations failed"):
        tare.evaluate(model, tmp_path / "broken.tare", labelled, metric="top1")


def test_random_indices_are_those_of_the_table(tmp_path):
    """An input of ids gets those of the rows that there are."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    table = np.random.default_rng(0).normal(size=(7, 4)).astype(np.float32)
    nodes = [helper.make_node("Gather", ["t", "ids"], ["e"], name="embedding"), helper.make_node("Relu", ["e"], ["r"]), helper.make_node("Add", ["r", "e"], ["y"])]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("ids", TensorProto.INT64, [5])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, [5, 4])],
                              [numpy_helper.from_array(table, "t")])
    path = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    program = tare.convert(path, {"ids": np.random.default_rng(1).integers(0, 7, (20, 5))})
    result = tare.evaluate(path, program, iterations=20, quiet=True)
    assert result.float_score > 0 and result.loss_percent < 5

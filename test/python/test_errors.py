"""Errors are exceptions with fields; what loses something is a warning."""
import numpy as np
import onnx
import pytest
import tare
from onnx import TensorProto, helper


def write(path, nodes, shape=(1, 4)):
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
    return str(path)


def test_error_names_file_and_node(tmp_path):
    path = write(tmp_path / "m.onnx", [helper.make_node("Concat", ["x", "x"], ["y"], name="joined", axis=7)])
    with pytest.raises(tare.Error) as caught:
        tare.convert(path, random=True)
    assert (caught.value.file, caught.value.node) == (path, "joined")
    assert caught.value.message.count("\n") == 0 and "joined" in str(caught.value)


def test_error_tells_found_expected_and_remedy(model, program):
    with pytest.raises(tare.Error) as caught:
        tare.convert(model, random=True, method="entropy")
    assert caught.value.found == "'entropy'" and caught.value.expected.startswith("one of auto, min_max")
    with pytest.raises(tare.Error) as caught:
        tare.convert(model)
    assert caught.value.file == model and caught.value.remedy.startswith("give --calibration DATA")
    # As Python calls it.
    assert "--" not in str(caught.value)
    with pytest.raises(tare.Error) as caught:
        tare.load("no.tare")
    assert caught.value.file == "no.tare"


def test_data_that_do_not_fit(model, program):
    (port,) = program.inputs
    for data in (np.zeros((3, 5), np.float32), [], [{"other": np.zeros(port.shape, np.float32)}], [np.array(["a"])]):
        with pytest.raises(tare.Error) as caught:
            tare.convert(model, data)
        assert caught.value.file == "data"
    for x in (np.zeros((3, 5), np.float32), {"other": np.zeros(port.shape)}, np.zeros(port.shape, complex), np.full(port.shape, 1e300)):
        with pytest.raises(tare.Error):
            program.run(x)


def test_options_of_another_type(model):
    with pytest.raises(TypeError, match="samples"):
        tare.convert(model, random=True, samples="many")
    with pytest.raises(TypeError):
        tare.convert(model, random=True, no_such_option=1)


def test_limits_hold(program):
    with pytest.raises(tare.Error) as caught:
        tare.verify(program, max_error=1e-9)
    assert "above" in caught.value.message and caught.value.node is None or caught.value.node


def test_warnings_are_warned_of(program, model, labelled):
    name = program.inputs[0].name
    with pytest.warns(tare.TareWarning, match="input"):
        tare.compare(model, program, {name: labelled[name][:4] * 1000})


def test_progress_is_told_to_who_asks(model, data, capfd):
    steps = []
    tare.convert(model, data, progress=lambda *step: steps.append(step))
    count = len(next(iter(data.values())))
    assert steps[-1] == ("calibrating", count, count)
    # Nobody looks at a pipe.
    tare.convert(model, data)
    out = capfd.readouterr()
    assert out.out == out.err == ""


def test_a_nul_ends_no_name(program, tmp_path, model):
    """The system would take what is before it."""
    for use in (lambda path: program.save(path), tare.load, lambda path: tare.convert(path, random=True)):
        with pytest.raises(tare.Error, match="a NUL is in it"):
            use(str(tmp_path / "a\0b"))
    assert not list(tmp_path.iterdir())

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
    assert caught.value.file == model and caught.value.remedy.startswith("give data=DATA")
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


def test_remedies_name_arguments(model, tmp_path):
    """As Python calls them, whatever the command line does."""
    with pytest.raises(tare.Error) as caught:
        tare.convert(model)
    assert caught.value.remedy == "give data=DATA, or random=True to try the flow" and "--calibration" in caught.value.message
    path = write(tmp_path / "open.onnx", [helper.make_node("Relu", ["x"], ["y"])], ("n", 4))
    with pytest.warns(tare.TareWarning, match='input_shapes="x=8,4" makes it 8'):
        tare.convert(path, random=True)


@pytest.mark.parametrize("option", ["threads", "max_memory"])
@pytest.mark.parametrize("count", [0, -1])
def test_counts_of_nothing_are_refused(model, program, data, option, count):
    """As the command line refuses them."""
    for work in (lambda **given: tare.convert(model, data, **given), lambda **given: tare.calibrate(model, data, **given), lambda **given: tare.compare(model, program, data, **given)):
        with pytest.raises(tare.Error, match=f"{option}: found {count}, expected a whole number, 1 or more"):
            work(**{option: count})
    if option == "threads":
        with pytest.raises(tare.Error, match="threads: found"):
            tare.load("any.tare", threads=count)


def test_what_a_progress_callback_raises_is_raised(model, data):
    """And ends the work."""
    class Stopped(Exception):
        pass

    steps = []

    def show(*step):
        steps.append(step)
        raise Stopped("enough")

    for work in (tare.calibrate, tare.convert):
        steps.clear()
        with pytest.raises(Stopped, match="enough"):
            work(model, data, progress=show)
        assert len(steps) == 1
    assert tare.calibrate(model, data).samples


def test_reports_name_what_was_given(model, data, program):
    """Not the files that the compiler reads it from; and they know how large a program is that is written to no file."""
    proto = onnx.load(model)
    made = tare.convert(proto, data)
    assert made.name == "model.onnx" and "/tare-" not in str(made.report)
    assert made.report["bytes"] == len(made.file()) == program.report["bytes"]
    assert tare.inspect(program)["file"] == "program.tare"
    with pytest.raises(tare.Error) as caught:
        tare.convert(proto)
    assert caught.value.file == "model.onnx" and "/tare-" not in caught.value.message

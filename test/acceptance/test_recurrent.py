"""RNN, GRU and LSTM of a known number of steps become ordinary layers: float as ONNX Runtime's, and integers."""
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from graphs import converted, node, outputs_of, port
from harness import sqnr, tare

F32 = np.float32
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def whole(path, feeds):
    """What ONNX Runtime gives for arrays of exactly the inputs' shapes."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return dict(zip([each.name for each in session.get_outputs()], session.run(None, feeds)))


def save(path, operator, rng, steps, batch=1, inputs=8, hidden=12, directions=1, states=False, bias=True, results=None, hard=False, lengths=False, **attributes):
    gates = GATES[operator]
    if hard:  # as Keras has it
        attributes |= {"activations": ["HardSigmoid", "Tanh", "Tanh"][:{"RNN": 1, "GRU": 2, "LSTM": 3}[operator]], "activation_alpha": [.2], "activation_beta": [.5]}
    constants = {"W": rng.normal(size=(directions, gates * hidden, inputs)) * .4, "R": rng.normal(size=(directions, gates * hidden, hidden)) * .4}
    operands, ports = ["x", "W", "R", ""], [port("x", [steps, batch, inputs])]
    stored = [numpy_helper.from_array(np.full(batch, steps, np.int32), "lengths")] if lengths else []
    if bias:
        constants["B"], operands[3] = rng.normal(size=(directions, 2 * gates * hidden)) * .3, "B"
    if lengths:
        operands.append("lengths")
    if states:
        operands += [""] * (5 - len(operands)) + ["h"] + ["c"] * (operator == "LSTM")
        ports += [port(name, [directions, batch, hidden]) for name in operands[5:]]
    results = results or ["Y", "Y_h"] + ["Y_c"] * (operator == "LSTM")
    graph = helper.make_graph([node(operator, operands, results, name="cell", hidden_size=hidden, **attributes)], "g", ports,
                              [port(name, None) for name in results if name], [numpy_helper.from_array(array.astype(F32), name) for name, array in constants.items()] + stored)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path, {each.name: [dim.dim_value for dim in each.type.tensor_type.shape.dim] for each in ports}


CASES = {
    "one_step": dict(steps=1, states=True),
    "forward": dict(steps=5, batch=2),
    "reverse": dict(steps=4, direction="reverse"),
    "both": dict(steps=3, directions=2, states=True, direction="bidirectional"),
    "no_bias": dict(steps=3, bias=False, states=True),
    "clip": dict(steps=3, clip=.5),
    "hard": dict(steps=2, hard=True),
    "lengths": dict(steps=3, batch=2, lengths=True),
    "one_input": dict(steps=2, inputs=1),
    "one_unit": dict(steps=3, hidden=1, batch=2),
    "last_only": dict(steps=3, results=["", "Y_h"]),
}


@pytest.mark.parametrize("operator", GATES)
@pytest.mark.parametrize("case", CASES)
def test_as_onnxruntime_and_in_integers(tmp_path, operator, case, rng):
    path, shapes = save(tmp_path / "m.onnx", operator, rng, **CASES[case])
    data = {name: rng.normal(size=[48] + shape).astype(F32) * F32(1 if name == "x" else .5) for name, shape in shapes.items()}
    expected = [whole(path, {name: array[i] for name, array in data.items()}) for i in range(48)]
    found = outputs_of(path, data)
    program, said = converted(path, data)
    integers = outputs_of(program, data)
    assert "warning" not in said, said
    for name in found:
        real = np.stack([each[name] for each in expected])
        np.testing.assert_allclose(found[name], real.reshape(found[name].shape), rtol=1e-4, atol=1e-5)
        assert sqnr(real, integers[name].reshape(real.shape)) > 24, name


@pytest.mark.parametrize("linear", [0, 1])
@pytest.mark.parametrize("states", [False, True])
def test_reset_before_and_after(tmp_path, linear, states, rng):
    path, shapes = save(tmp_path / "m.onnx", "GRU", rng, steps=3, states=states, linear_before_reset=linear)
    data = {name: rng.normal(size=[4] + shape).astype(F32) for name, shape in shapes.items()}
    found = outputs_of(path, data)
    for i in range(4):
        expected = whole(path, {name: array[i] for name, array in data.items()})
        np.testing.assert_allclose(found["Y"][i], expected["Y"], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("activations", [["Relu", "Tanh", "Sigmoid"], ["Sigmoid", "Relu", "Relu"]])
def test_other_activations(tmp_path, activations, rng):
    path, shapes = save(tmp_path / "m.onnx", "LSTM", rng, steps=2, activations=activations)
    x = rng.normal(size=[1, *shapes["x"]]).astype(F32)
    np.testing.assert_allclose(outputs_of(path, {"x": x})["Y"][0], whole(path, {"x": x[0]})["Y"], rtol=1e-4, atol=1e-5)


def test_states_fed_back(tmp_path, rng):
    """One step per call, as firmware runs it: over 60 calls the integers stay with the float states."""
    path, shapes = save(tmp_path / "m.onnx", "GRU", rng, steps=1, states=True)
    h, seen = np.zeros(shapes["h"], F32), []
    for x in rng.normal(size=[60, *shapes["x"]]).astype(F32):
        seen.append((x, h, h := whole(path, {"x": x, "h": h})["Y_h"]))
    data = {"x": np.stack([each[0] for each in seen]), "h": np.stack([each[1] for each in seen])}
    program, _ = converted(path, data, "--activations", "i16")
    h, found = np.zeros(shapes["h"], F32), []
    for x, _, _ in seen:
        found.append(h := outputs_of(program, {"x": x[None], "h": h[None]})["Y_h"][0])
    real = np.stack([each[2] for each in seen])
    assert sqnr(real, np.stack(found).reshape(real.shape)) > 30


def test_states_of_zeros_are_none(tmp_path, rng):
    """As PyTorch writes them: constants, of which calibration could say nothing."""
    path, shapes = save(tmp_path / "m.onnx", "LSTM", rng, steps=2, states=True)
    model = onnx.load(path)
    for name in ("h", "c"):
        model.graph.initializer.append(numpy_helper.from_array(np.zeros(shapes[name], F32), name))
        model.graph.input.remove(next(each for each in model.graph.input if each.name == name))
    onnx.save(model, str(path))
    program, said = converted(path, {"x": rng.normal(size=[16, *shapes["x"]]).astype(F32)})
    assert "warning" not in said, said


def test_gates_have_names(tmp_path, rng):
    """Each product of a gate is a layer of its own name, so that messages and tables speak of it."""
    path, shapes = save(tmp_path / "m.onnx", "GRU", rng, steps=2, states=True)
    program, _ = converted(path, {name: rng.normal(size=[8] + shape).astype(F32) for name, shape in shapes.items()})
    shown = tare("inspect", program).stdout
    assert all(layer in shown for layer in ("cell.xn", "cell.0.hr", "cell.1.hz")), shown


def test_what_is_not_written_out_runs_in_float(tmp_path, rng):
    path, shapes = save(tmp_path / "m.onnx", "LSTM", rng, steps=3, input_forget=1)
    x = rng.normal(size=[2, *shapes["x"]]).astype(F32)
    assert outputs_of(path, {"x": x})["Y"].shape == (2, 3, 1, 1, 12)
    from harness import fails
    np.savez(tmp_path / "x.npz", x=x)
    said = fails("convert", path, "--calibration", tmp_path / "x.npz", "--host", "error", "-o", tmp_path / "m.tare")
    assert "node 'cell' (LSTM, opset 17): attribute 'input_forget' is 1, expected 0" in said

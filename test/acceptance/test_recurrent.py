"""RNN, GRU and LSTM of a known number of steps become loops over ordinary layers: float as ONNX Runtime's, and integers."""
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from graphs import converted, node, outputs_of, port
from harness import fails, sqnr, tare, tare_json
from replay import replay

F32 = np.float32
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def whole(path, feeds):
    """What ONNX Runtime gives for arrays of exactly the inputs' shapes."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return dict(zip([each.name for each in session.get_outputs()], session.run(None, feeds)))


def save(path, operator, rng, steps, batch=1, inputs=8, hidden=12, directions=1, states=False, bias=True, results=None, hard=False, lengths=None, peepholes=False, **attributes):
    gates = GATES[operator]
    if hard:  # as Keras has it
        attributes |= {"activations": ["HardSigmoid", "Tanh", "Tanh"][:{"RNN": 1, "GRU": 2, "LSTM": 3}[operator]], "activation_alpha": [.2], "activation_beta": [.5]}
    constants = {"W": rng.normal(size=(directions, gates * hidden, inputs)) * .4, "R": rng.normal(size=(directions, gates * hidden, hidden)) * .4}
    operands, ports = ["x", "W", "R", ""], [port("x", [steps, batch, inputs])]
    stored = [numpy_helper.from_array(np.array(lengths, np.int32), "lengths")] if lengths else []
    if bias:
        constants["B"], operands[3] = rng.normal(size=(directions, 2 * gates * hidden)) * .3, "B"
    if lengths:
        operands.append("lengths")
    if states:
        operands += [""] * (5 - len(operands)) + ["h"] + ["c"] * (operator == "LSTM")
        ports += [port(name, [directions, batch, hidden]) for name in operands[5:]]
    if peepholes:
        operands += [""] * (7 - len(operands)) + ["P"]
        constants["P"] = rng.normal(size=(directions, 3 * hidden)) * .5
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
    "lengths": dict(steps=3, batch=2, lengths=[3, 3]),
    "shorter": dict(steps=5, batch=3, lengths=[2, 5, 0], states=True),
    "shorter_both": dict(steps=4, batch=2, lengths=[4, 1], directions=2, direction="bidirectional"),
    "one_input": dict(steps=2, inputs=1),
    "one_unit": dict(steps=3, hidden=1, batch=2),
    "last_only": dict(steps=3, results=["", "Y_h"]),
}


LSTM_CASES = {
    "peepholes": dict(steps=4, batch=2, peepholes=True, states=True),
    "peepholes_both": dict(steps=3, peepholes=True, directions=2, direction="bidirectional", clip=.8),
    "input_forget": dict(steps=4, input_forget=1),
    "activations": dict(steps=3, activations=["HardSigmoid", "Softsign", "ScaledTanh"], activation_alpha=[.25, 1.2], activation_beta=[.4, .7]),
}
ALL_CASES = [(operator, case) for operator in GATES for case in CASES] + [("LSTM", case) for case in LSTM_CASES]


@pytest.mark.parametrize("operator, case", ALL_CASES)
def test_as_onnxruntime_and_in_integers(tmp_path, operator, case, rng):
    path, shapes = save(tmp_path / "m.onnx", operator, rng, **(CASES | LSTM_CASES)[case])
    data = {name: rng.normal(size=[48] + shape).astype(F32) * F32(1 if name == "x" else .5) for name, shape in shapes.items()}
    expected = [whole(path, {name: array[i] for name, array in data.items()}) for i in range(48)]
    found = outputs_of(path, data)
    program, said = converted(path, data)
    integers = outputs_of(program, data)
    # At 16 bits, which states have, multipliers of 15 bits are worth some moves of grids.
    assert all("repaired: the scales of" in line for line in said.splitlines() if "warning" in line), said
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
    """Each product of a gate is a layer of its own name, so that messages and tables speak of it; its loop is shown by its ends."""
    path, shapes = save(tmp_path / "m.onnx", "GRU", rng, steps=2, states=True)
    program, _ = converted(path, {name: rng.normal(size=[8] + shape).astype(F32) for name, shape in shapes.items()})
    layers = [layer["name"] for layer in tare_json("inspect", program)["layers"]]
    begin, end = layers.index("cell.begin"), layers.index("cell.end")
    for gate in "zrn":
        assert layers.index(f"cell.x{gate}") < begin < layers.index(f"cell.h{gate}") < end, layers
        assert layers.count(f"cell.h{gate}") == 1


def exact(program, tmp_path):
    """The program is what its IR computes, its layers are proven, and its vectors replay, loops as a whole among them."""
    proofs = tare_json("verify", program)["layers"]
    assert all(layer["proof"] != "unknown" for layer in proofs), proofs
    assert [layer["proof"] for layer in proofs if layer["kind"] in ("loop_begin", "loop_end")].count("exact") >= 2
    tare("verify", program, "--golden", tmp_path / "golden", "--samples", 2, "--steps", 40)
    assert replay(tmp_path / "golden") == []


@pytest.mark.parametrize("activations", ["i8", "i16"])
@pytest.mark.parametrize("operator", GATES)
def test_exact_in_both_directions(tmp_path, operator, activations, rng):
    """(A70)"""
    path, shapes = save(tmp_path / "m.onnx", operator, rng, steps=6, batch=2, directions=2, states=True, direction="bidirectional")
    data = {name: rng.normal(size=[24] + shape).astype(F32) * F32(1 if name == "x" else .5) for name, shape in shapes.items()}
    program, _ = converted(path, data, "--activations", activations)
    exact(program, tmp_path)
    tare("convert", path, "--calibration", tmp_path / "calibration.npz", "--activations", activations, "--emit", "mlir:npu", "-o", tmp_path / "m.mlir")
    found, wanted = outputs_of(program, data), outputs_of(tmp_path / "m.mlir", data)
    for name in found:
        np.testing.assert_array_equal(found[name], wanted[name])


def test_long_sequences(tmp_path, rng):
    """A program is as large for 3,000 steps as for three, but for its buffers, and computes them all."""
    sizes, layers = [], []
    for steps in (3, 3000):
        path, shapes = save(tmp_path / f"{steps}.onnx", "LSTM", rng, steps=steps)
        data = {"x": rng.normal(size=(4, *shapes["x"])).astype(F32)}
        program, _ = converted(path, data, name=f"{steps}.tare")
        sizes.append(program.stat().st_size), layers.append(len(tare_json("inspect", program)["layers"]))
    assert layers[0] == layers[1] and sizes[1] < sizes[0] + 2000
    expected = np.stack([whole(path, {"x": x})["Y"] for x in data["x"]])
    np.testing.assert_allclose(outputs_of(path, data)["Y"].reshape(expected.shape), expected, rtol=1e-3, atol=1e-4)
    assert sqnr(expected, outputs_of(program, data)["Y"].reshape(expected.shape)) > 20


def test_two_layers_without_their_sequences_have_names_of_their_own(tmp_path, rng):
    """Values on the way are called by the first result that a node gives."""
    nodes, constants = [], {}
    for name, size in (("first", 12), ("second", 5)):
        constants |= {name + "W": rng.normal(size=(1, 4 * size, 8)).astype(F32) * F32(.4), name + "R": rng.normal(size=(1, 4 * size, size)).astype(F32) * F32(.4)}
        nodes.append(node("LSTM", ["x", name + "W", name + "R"], ["", name], name=name, hidden_size=size))
    graph = helper.make_graph(nodes, "g", [port("x", [4, 1, 8])], [port("first", [1, 1, 12]), port("second", [1, 1, 5])],
                              [numpy_helper.from_array(array, name) for name, array in constants.items()])
    path = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))
    x = rng.normal(size=(24, 4, 1, 8)).astype(F32)
    program, _ = converted(path, {"x": x})
    found = outputs_of(program, {"x": x})
    for name in ("first", "second"):
        real = np.stack([whole(path, {"x": each})[name] for each in x])
        assert sqnr(real, found[name].reshape(real.shape)) > 20


@pytest.mark.parametrize("attributes, message", [
    ({"hidden": 5}, "attribute 'hidden_size' is 5, but R is of 12"),
    ({"direction": "sideways"}, "attribute 'direction' is 'sideways', expected forward, reverse or bidirectional"),
    ({"clip": -1.}, "attribute 'clip' is -1, expected a positive number"),
    ({"layout": 2}, "attribute 'layout' is 2, expected 0 or 1"),
])
@pytest.mark.parametrize("operator", GATES)
def test_attributes_that_contradict_the_weights_are_refused(tmp_path, operator, attributes, message, rng):
    path, shapes = save(tmp_path / "m.onnx", operator, rng, steps=3, **{name: value for name, value in attributes.items() if name != "hidden"})
    if "hidden" in attributes:
        model = onnx.load(path)
        next(each for each in model.graph.node[0].attribute if each.name == "hidden_size").i = attributes["hidden"]
        onnx.save(model, path)
    np.savez(tmp_path / "x.npz", x=rng.normal(size=[2, *shapes["x"]]).astype(F32))
    said = fails("convert", path, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare")
    assert f"node 'cell' ({operator}, opset 17): " in said and message in said
    assert not (tmp_path / "m.tare").exists()


def test_what_ends_early_keeps_its_states(tmp_path, rng):
    """Behind a sequence's end, its last state is the one of its last step, but for the grids of the two outputs, and Y is 0."""
    path, shapes = save(tmp_path / "m.onnx", "LSTM", rng, steps=6, batch=2, lengths=[6, 2])
    data = {"x": rng.normal(size=(16, *shapes["x"])).astype(F32)}
    program, _ = converted(path, data)
    found = outputs_of(program, data)
    y = found["Y"].reshape(16, 6, 2, 12)
    assert not y[:, 2:, 1].any() and y[:, :2, 1].any() and y[:, 5, 0].any()
    np.testing.assert_allclose(found["Y_h"].reshape(16, 2, 12)[:, 1], y[:, 1, 1], atol=.01)


@pytest.mark.parametrize("operator", GATES)
def test_batch_first_is_the_same_layer(tmp_path, operator, rng):
    """ONNX Runtime does not have it; what it computes with the steps in front is the same."""
    seed = rng.integers(2**31)
    paths = [save(tmp_path / f"{layout}.onnx", operator, np.random.default_rng(seed), steps=4, batch=3, directions=2, direction="bidirectional", layout=layout)[0] for layout in (0, 1)]
    model = onnx.load(paths[1])
    model.graph.input[0].CopyFrom(port("x", [3, 4, 8]))
    onnx.save(model, paths[1])
    x = rng.normal(size=(24, 4, 3, 8)).astype(F32)
    data = [{"x": x}, {"x": x.swapaxes(1, 2).copy()}]
    for run in (lambda path, feeds: path, lambda path, feeds: converted(path, feeds, "--host", "error", name=f"{path.stem}.tare")[0]):
        first, second = (outputs_of(run(path, feeds), feeds) for path, feeds in zip(paths, data))
        np.testing.assert_array_equal(first["Y"].transpose(0, 3, 1, 2, 4), second["Y"])
        np.testing.assert_array_equal(first["Y_h"].swapaxes(1, 2), second["Y_h"])


def test_computed_lengths_run_in_float(tmp_path, rng):
    path, shapes = save(tmp_path / "m.onnx", "LSTM", rng, steps=3, lengths=[2])
    model = onnx.load(path)
    model.graph.initializer.remove(next(each for each in model.graph.initializer if each.name == "lengths"))
    model.graph.input.append(helper.make_tensor_value_info("lengths", onnx.TensorProto.INT32, [1]))
    onnx.save(model, path)
    data = {"x": rng.normal(size=[2, *shapes["x"]]).astype(F32), "lengths": np.array([[3], [1]], np.int32)}
    y = outputs_of(path, data)["Y"]
    assert y.shape == (2, 3, 1, 1, 12) and y[0, 2].any() and not y[1, 1:].any()
    np.savez(tmp_path / "x.npz", **data)
    said = fails("convert", path, "--calibration", tmp_path / "x.npz", "--host", "error", "-o", tmp_path / "m.tare")
    assert "node 'cell' (LSTM, opset 17)" in said and "'lengths', which --input-value NAME=VALUES makes constants" in said


@pytest.mark.parametrize("operator", GATES)
def test_states_have_sixteen_bits_where_the_target_has_them(tmp_path, operator, rng):
    """What one step rounds the next one reads. Around the loop all is of 8 bits; --narrow-states keeps the states so, at a loss."""
    path, shapes = save(tmp_path / "m.onnx", operator, rng, steps=50, inputs=16, hidden=32)
    data, unseen = ({"x": rng.normal(size=(samples, *shapes["x"])).astype(F32)} for samples in (48, 8))
    real = outputs_of(path, unseen)["Y"]
    found = {}
    for name, options, width in (("wide", [], "int16"), ("narrow", ["--narrow-states"], "int8")):
        program, said = converted(path, data, *options, name=f"{name}.tare")
        layers = tare_json("inspect", program)["layers"]
        states = [layer["output"] for layer in layers if layer["kind"] == "loop_begin" and "/state_" in layer["value"]]
        assert states and set(states) == {width}, layers
        assert {layer["output"] for layer in layers if layer["kind"] == "loop_end"} >= {"int8"}
        found[name] = sqnr(real, outputs_of(program, unseen)["Y"])
    # What an RNN loses it loses elsewhere.
    assert operator == "RNN" or found["wide"] > found["narrow"] + 1, found
    said = fails("convert", path, "--random-calibration", "--emit", "mlir:ranges", "--narrow-states", "-o", tmp_path / "r.mlir")
    assert "--narrow-states is of the stage 'qdq' at the earliest" in said

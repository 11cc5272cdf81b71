"""Loop and Scan whose length is known are loops over their bodies, or these one behind the other: float as ONNX Runtime's, and integers."""
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from graphs import converted, node, outputs_of, port
from harness import fails, sqnr, tare, tare_json
from models import CASES
from replay import replay

F32, I64 = np.float32, np.int64


def whole(path, feeds):
    """What ONNX Runtime gives for arrays of exactly the inputs' shapes."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return dict(zip([each.name for each in session.get_outputs()], session.run(None, feeds)))


def save(path, nodes, inputs, outputs, constants, opset=17):
    graph = helper.make_graph(nodes, "g", inputs, outputs, [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9), str(path))
    return path


def loop(path, rng, turns, stops=None):
    """h = tanh(h W + x), with each h stacked; the weights are around the loop, and the body has a constant of its own."""
    body_nodes = [node("MatMul", ["h", "w"], ["p"], name="product"), node("Add", ["p", "x"], ["s"]), node("Mul", ["s", "half"], ["a"]), node("Tanh", ["a"], ["next"], name="state"),
                  node("Identity", ["next"], ["seen"])]
    body_nodes.append(node("Identity", ["going"], ["goes"]) if stops is None else node("Less", ["turn", "last"], ["goes"]))
    body = helper.make_graph(body_nodes, "body", [port("turn", [], I64), port("going", [], np.bool_), port("h", [1, 6])],
                             [port("goes", [], np.bool_), port("next", [1, 6]), port("seen", [1, 6])],
                             [numpy_helper.from_array(F32(.5), "half")] + ([numpy_helper.from_array(I64(stops), "last")] if stops is not None else []))
    nodes = [node("Loop", ["turns", "", "h0"], ["y", "all"], name="loop", body=body)]
    return save(path, nodes, [port("x", [1, 6]), port("h0", [1, 6])], [port("y", None), port("all", None)], {"turns": I64(turns), "w": rng.normal(size=(6, 6)).astype(F32)})


@pytest.mark.parametrize("turns, stops", [(4, None), (1, None), (9, 2)])
def test_loop(tmp_path, turns, stops, rng):
    path = loop(tmp_path / "m.onnx", rng, turns, stops)
    data = {name: rng.normal(size=(24, 1, 6)).astype(F32) for name in ("x", "h0")}
    expected = [whole(path, {name: array[i] for name, array in data.items()}) for i in range(24)]
    found = outputs_of(path, data)
    program, _ = converted(path, data)
    integers = outputs_of(program, data)
    for name in ("y", "all"):
        real = np.stack([each[name] for each in expected])
        np.testing.assert_allclose(found[name].reshape(real.shape), real, rtol=1e-4, atol=1e-5)
        assert sqnr(real, integers[name].reshape(real.shape)) > 25


@pytest.mark.parametrize("attributes", [{}, {"scan_input_directions": [1]}, {"scan_output_directions": [1]}, {"scan_input_axes": [1], "scan_output_axes": [1]}])
def test_scan(tmp_path, attributes, rng):
    """A running sum of rows, and their squares."""
    body = helper.make_graph([node("Add", ["sum", "row"], ["next"]), node("Mul", ["next", "next"], ["square"])], "body", [port("sum", [5]), port("row", [5])],
                             [port("next", [5]), port("square", [5])])
    shape = [5, 3] if "scan_input_axes" in attributes else [3, 5]
    path = save(tmp_path / "m.onnx", [node("Scan", ["start", "x"], ["total", "squares"], name="scan", body=body, num_scan_inputs=1, **attributes)], [port("x", shape)],
                [port("total", None), port("squares", None)], {"start": np.zeros(5, F32)})
    x = rng.normal(size=(16, *shape)).astype(F32)
    found = outputs_of(path, {"x": x})
    program, _ = converted(path, {"x": x})
    integers = outputs_of(program, {"x": x})
    for name in ("total", "squares"):
        real = np.stack([whole(path, {"x": each})[name] for each in x])
        np.testing.assert_allclose(found[name].reshape(real.shape), real, rtol=1e-4, atol=1e-5)
        assert sqnr(real, integers[name].reshape(real.shape)) > 25


def test_what_data_choose_is_refused(tmp_path, rng):
    body = helper.make_graph([node("Mul", ["h", "half"], ["next"]), node("ReduceMax", ["next"], ["most"], keepdims=0), node("Greater", ["most", "half"], ["goes"])], "body",
                             [port("turn", [], I64), port("going", [], np.bool_), port("h", [4])], [port("goes", [], np.bool_), port("next", [4])])
    path = save(tmp_path / "m.onnx", [node("Loop", ["turns", "", "x"], ["y"], name="loop", body=body)], [port("x", [4])], [port("y", [4])], {"turns": I64(5), "half": F32(.5)})
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(2, 4)).astype(F32))
    said = fails("convert", path, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare")
    assert "node 'loop' (Loop, opset 17): its condition" in said and "depends on data, which would choose how often its body runs" in said


def test_bodies_that_need_the_turn_are_written_out(tmp_path, rng):
    """What is computed from the turn's number is known then, where a loop would leave it to the host; a loop that is too long for that is one."""
    for turns, kinds in ((6, set()), (3000, {"loop_begin", "loop_end", "Less"})):
        path = loop(tmp_path / f"{turns}.onnx", rng, turns, stops=2 * turns)
        if turns == 3000:
            model = onnx.load(path)
            body = next(each for each in model.graph.node[0].attribute if each.name == "body").g
            body.output[0].name, body.output[1].name = "going", body.output[1].name
            body.node.append(node("Where", ["goes", "next", "next"], ["chosen"], name="chosen"))
            body.output[1].name = "chosen"
            onnx.save(model, path)
        data = {name: rng.normal(size=(4, 1, 6)).astype(F32) for name in ("x", "h0")}
        program, _ = converted(path, data)
        found = {layer["kind"] for layer in tare_json("inspect", program)["layers"]}
        assert kinds <= found and (kinds or not found & {"loop_begin", "loop_end"}), found
        real = np.stack([whole(path, {name: array[i] for name, array in data.items()})["y"] for i in range(4)])
        np.testing.assert_allclose(outputs_of(path, data)["y"].reshape(real.shape), real, rtol=1e-3, atol=1e-4)


def test_loops_hold_loops(tmp_path, rng):
    """A Scan in a Scan: running sums of running sums, over 40 steps of 30."""
    inner = helper.make_graph([node("Add", ["a", "v"], ["n"]), node("Mul", ["n", "third"], ["m"])], "inner", [port("a", [4]), port("v", [4])], [port("m", [4])],
                              [numpy_helper.from_array(F32(.3), "third")])
    outer = helper.make_graph([node("Scan", ["s", "rows"], ["t"], name="inner", body=inner, num_scan_inputs=1), node("Tanh", ["t"], ["u"])], "outer",
                              [port("s", [4]), port("rows", [30, 4])], [port("u", [4]), port("seen", [4])])
    outer.node.append(node("Identity", ["u"], ["seen"]))
    path = save(tmp_path / "m.onnx", [node("Scan", ["s0", "x"], ["last", "all"], name="outer", body=outer, num_scan_inputs=1)], [port("x", [40, 30, 4])],
                [port("last", None), port("all", None)], {"s0": np.zeros(4, F32)})
    x = rng.normal(size=(8, 40, 30, 4)).astype(F32)
    program, _ = converted(path, {"x": x})
    layers = tare_json("inspect", program)["layers"]
    assert [layer["kind"] for layer in layers].count("loop_begin") >= 2 and len(layers) < 40
    integers = outputs_of(program, {"x": x})
    for name in ("last", "all"):
        real = np.stack([whole(path, {"x": each})[name] for each in x])
        np.testing.assert_allclose(outputs_of(path, {"x": x})[name].reshape(real.shape), real, rtol=1e-3, atol=1e-4)
        assert sqnr(real, integers[name].reshape(real.shape)) > 20
    tare("verify", program, "--golden", tmp_path / "golden", "--samples", 2)
    assert replay(tmp_path / "golden") == []


@pytest.mark.parametrize("name", ["lstm_both_ways", "gru_reversed", "scan_of_pixels"])
def test_loops_with_every_option_and_from_every_stage(tmp_path, name, rng):
    """The border taken away, what is behind products on the host, IR of each stage carried on: the program is the same, and exact."""
    model, program = tmp_path / "m.onnx", tmp_path / "m.tare"
    CASES[name].save(str(model))
    data = {each.name: rng.normal(size=[16, *(dim.dim_value for dim in each.type.tensor_type.shape.dim)]).astype(F32) for each in CASES[name].model().graph.input}
    np.savez(tmp_path / "x.npz", **data)
    tare("calibrate", model, "--calibration", tmp_path / "x.npz", "-o", tmp_path / "r.json")
    convert = lambda source, *arguments: tare("convert", source, *arguments, "-o", tmp_path / "out.tare")
    ranges = ["--calibration", tmp_path / "r.json"]
    tare("convert", model, *ranges, "-o", program)
    wanted = outputs_of(program, data)
    for stage in ("import", "float", "ranges", "qdq", "fused", "npu"):
        early = stage in ("import", "float")
        tare("convert", model, *([] if early else ranges), "--emit", f"mlir:{stage}", "-o", tmp_path / "s.mlir")
        convert(tmp_path / "s.mlir", *(ranges if early else []))
        assert (tmp_path / "out.tare").read_bytes() == program.read_bytes(), stage
    tare("strip", program, "--io", "quantize,dequantize,transpose", "-o", tmp_path / "stripped.tare")
    convert(model, *ranges, "--strip-io", "quantize,dequantize,transpose")
    for stripped in ("stripped.tare", "out.tare"):
        found = outputs_of(tmp_path / stripped, data)
        for key in wanted:
            np.testing.assert_array_equal(found[key], wanted[key])
    convert(model, *ranges, "--host-tail")
    tare("verify", tmp_path / "out.tare")
    for other in (tmp_path / "s.mlir", program):
        shown = tare_json("compare", other, program, "--inputs", tmp_path / "x.npz")
        assert all(layer["differing"] == 0 for layer in shown["layers"] + shown["outputs"]), shown


def scan_of(path, nodes, states, results, rows=3, steps=5, constants=None):
    """A Scan over x [steps, rows] whose body gives `results`, the states first; each state begins with an input of its own."""
    elements = lambda *names: [port(name, [rows]) for name in names]
    body = helper.make_graph(nodes, "body", elements(*states, "row"), elements(*results), [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()])
    outer = [f"o{i}" for i in range(len(results))]
    return save(path, [node("Scan", [*(f"{state}0" for state in states), "x"], outer, name="scan", body=body, num_scan_inputs=1)],
                [*(port(f"{state}0", [rows]) for state in states), port("x", [steps, rows])], [port(name, None) for name in outer], {})


BODIES = {  # What a body makes of its states h and g and of a row; in numpy the same: (states), element.
    "delay": (["h"], [node("Identity", ["row"], ["n"]), node("Identity", ["h"], ["y"])], ["n", "y"], lambda h, row: ((row,), h)),
    "latch": (["h"], [node("Mul", ["row", "row"], ["n"])], ["n"], lambda h, row: ((row * row,), None)),
    "swapped": (["h", "g"], [node("Add", ["g", "row"], ["n"]), node("Identity", ["h"], ["m"])], ["n", "m"], lambda h, g, row: ((g + row, h), None)),
    "unchanged": (["h"], [node("Identity", ["h"], ["n"]), node("Add", ["h", "row"], ["y"])], ["n", "y"], lambda h, row: ((h,), h + row)),
    "one_for_all": (["h", "g"], [node("Sub", ["h", "row"], ["s"]), node("Mul", ["s", "half"], ["n"]), node("Identity", ["n"], ["m"]), node("Identity", ["n"], ["y"])], ["n", "m", "y"],
                    lambda h, g, row: (((h - row) / 2,) * 2, (h - row) / 2)),
}


@pytest.mark.parametrize("small", [1, .01])
@pytest.mark.parametrize("body", BODIES)
def test_odd_bodies(tmp_path, body, small, rng):
    """States that nobody reads within a step, that change places, that never change; beginning with far smaller numbers than come."""
    states, nodes, results, step = BODIES[body]
    path = scan_of(tmp_path / "m.onnx", nodes, states, results, constants={"half": F32(.5)} if body == "one_for_all" else {})
    data = {"x": rng.normal(size=(24, 5, 3)).astype(F32)} | {f"{state}0": (rng.normal(size=(24, 3)) * small).astype(F32) for state in states}
    expected = [[] for _ in results]
    for i in range(24):
        values, collected = tuple(data[f"{state}0"][i] for state in states), []
        for row in data["x"][i]:
            values, element = step(*values, row)
            collected.append(element)
        for place, value in zip(expected, [*values, np.stack(collected)] if collected[0] is not None else values):
            place.append(value)
    program, said = converted(path, data)
    # A small first element beside large ones is lost on their grid, and told.
    assert "collapsed" not in said or (body == "delay" and small < 1)
    found, integers = outputs_of(path, data), outputs_of(program, data)
    for i, real in enumerate(map(np.stack, expected)):
        np.testing.assert_allclose(found[f"o{i}"], real, rtol=1e-5, atol=1e-6)
        # Of a state that never changes its beginning is all that there is.
        assert sqnr(real, integers[f"o{i}"]) > 25, (i, said)
    tare("verify", program)


def test_cuts_know_loops(tmp_path, rng):
    """What goes into a loop, or comes out of it, has the model's names; what a step computes is no value of the network."""
    states, nodes, results, _ = BODIES["unchanged"]
    path = scan_of(tmp_path / "m.onnx", [node("Tanh", ["h"], ["t"], name="act"), node("Add", ["t", "row"], ["n"]), node("Identity", ["n"], ["y"])], ["h"], ["n", "y"])
    data = {"x": rng.normal(size=(8, 5, 3)).astype(F32), "h0": rng.normal(size=(8, 3)).astype(F32)}
    np.savez(tmp_path / "x.npz", **data)
    for option, name in (("--outputs", "o0/t"), ("--outputs", "o0/state0"), ("--inputs", "o0/t,h0,x"), ("--inputs", "o0/sequence0_element,h0")):
        said = fails("convert", path, "--calibration", tmp_path / "x.npz", option, name, "-o", tmp_path / "m.tare")
        assert f"{option}: '{name.split(',')[0]}' is computed at each step of the loop that 'scan.end' ends" in said
    values = {layer["value"] for layer in tare_json("inspect", path)["layers"]}
    assert {"o0", "o1"} <= values
    tare("convert", path, "--calibration", tmp_path / "x.npz", "--outputs", "o1", "-o", tmp_path / "m.tare")
    assert set(outputs_of(tmp_path / "m.tare", data)) == {"o1"}


def test_ir_with_a_beginning_alone_is_refused(tmp_path, rng):
    path = scan_of(tmp_path / "m.onnx", [node("Add", ["h", "row"], ["n"])], ["h"], ["n"])
    tare("convert", path, "--emit", "mlir:import", "-o", tmp_path / "m.mlir")
    text = (tmp_path / "m.mlir").read_text()
    end = next(line for line in text.splitlines() if "qnn.loop_end" in line)
    add = next(line for line in text.splitlines() if "qnn.add" in line)
    text = text.replace(end + "\n", "").replace(end.split("=")[0].strip() + " :", add.split("=")[0].strip() + " :")
    (tmp_path / "alone.mlir").write_text(text)
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(2, 5, 3)).astype(F32), h0=rng.normal(size=(2, 3)).astype(F32))
    for arguments in (["run", tmp_path / "alone.mlir", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz"],
                      ["convert", tmp_path / "alone.mlir", "--calibration", tmp_path / "x.npz", "-o", tmp_path / "m.tare"]):
        assert "begins a loop that has no end" in fails(*arguments)


def test_branches_of_turns_have_names_of_their_own(tmp_path, rng):
    """A Loop that is written out because its Ifs follow from the turn: each turn's branch is a layer of its own."""
    branch = lambda kind: helper.make_graph([node(kind, ["h"], ["b"], name=kind.lower())], kind, [], [port("b", [4])])
    nodes = [node("Equal", ["turn", "two"], ["is"]), node("If", ["is"], ["o"], name="either", then_branch=branch("Relu"), else_branch=branch("Neg")), node("Add", ["o", "x"], ["n"], name="sum"),
             node("Identity", ["going"], ["goes"])]
    body = helper.make_graph(nodes, "body", [port("turn", [], I64), port("going", [], np.bool_), port("h", [4])], [port("goes", [], np.bool_), port("n", [4])],
                             [numpy_helper.from_array(I64(2), "two")])
    path = save(tmp_path / "m.onnx", [node("Loop", ["turns", "", "h0"], ["y"], name="loop", body=body)], [port("x", [4]), port("h0", [4])], [port("y", [4])], {"turns": I64(4)})
    data = {name: rng.normal(size=(24, 4)).astype(F32) for name in ("x", "h0")}
    program, _ = converted(path, data)
    real = np.stack([whole(path, {name: array[i] for name, array in data.items()})["y"] for i in range(24)])
    np.testing.assert_allclose(outputs_of(path, data)["y"], real, rtol=1e-5, atol=1e-6)
    assert sqnr(real, outputs_of(program, data)["y"]) > 25
    values = [layer["value"] for layer in tare_json("inspect", path)["layers"]]
    assert len(values) == len(set(values))


def test_two_loops_that_read_one_value(tmp_path):
    """On a grid of its own in both: the layer that brings it there is none of the first loop's."""
    def loop(kind, start, result):
        body = helper.make_graph([node("Identity", ["d"], ["d2"]), node(kind, ["v", "x"], ["v2"])], "body", [helper.make_tensor_value_info("j", TensorProto.INT64, []), helper.make_tensor_value_info("d", TensorProto.BOOL, []), helper.make_tensor_value_info("v", TensorProto.FLOAT, None)],
                                 [helper.make_tensor_value_info("d2", TensorProto.BOOL, []), helper.make_tensor_value_info("v2", TensorProto.FLOAT, None)])
        return node("Loop", ["n", "", start], [result], name=result, body=body)
    model = save(tmp_path / "m.onnx", [loop("Add", "x", "a"), loop("Mul", "a", "y")], [port("x", [2, 3])], [port("y", [2, 3])], {"n": np.int64(3)})
    data = {"x": np.random.default_rng(1).uniform(-1, 1, (20, 2, 3)).astype(np.float32)}
    np.savez(tmp_path / "c.npz", **data)
    tare("convert", model, "--calibration", tmp_path / "c.npz", "-o", tmp_path / "m.tare")
    tare("verify", tmp_path / "m.tare")
    assert sqnr(outputs_of(model, data)["y"], outputs_of(tmp_path / "m.tare", data)["y"]) > 25

"""Outputs that nothing computes, or that are there twice: constants, inputs, names that are listed again."""
import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import assert_same, fails, load, tare, tare_json
from test_integer_ports import Library

RANDOM = np.random.default_rng(1)
WEIGHTS = {"w": RANDOM.normal(size=(3, 2, 3, 3)).astype(np.float32)}
CONV = node("Conv", ["x", "w"], ["y"], name="conv")
DATA = {"x": RANDOM.normal(size=(7, 2, 5, 5)).astype(np.float32)}
IMAGE, RESULT = port("x", [1, 2, 5, 5]), port("y", [1, 3, 3, 3])
STAGES = ["import", "float", "ranges", "qdq", "fused", "npu"]


def check_forms(model, data, exact, arguments=(), stripped=None, raw_is_real=True):
    """In all forms the outputs `exact` are the model's; compare, verify, golden vectors and C go through."""
    folder, wanted = model.parent, reference(model, data)
    program, warnings = converted(model, data, *arguments)
    forms = [model, program]
    for stage in STAGES:
        forms.append(folder / f"{stage}.mlir")
        told = arguments if stage == "npu" or "--strip-io" not in arguments else ()
        tare("convert", model, "--calibration", folder / "calibration.npz", *told, "--emit", f"mlir:{stage}", "-o", forms[-1])
    if stripped:
        forms.append(folder / "stripped.tare")
        tare("convert", model, "--calibration", folder / "calibration.npz", *arguments, "--strip-io", stripped, "-o", forms[-1])
    for form in forms:
        for raw in [(), ("--raw",)]:
            found = outputs_of(form, data, *raw)
            assert set(wanted) <= set(found), form
            for name in exact if raw_is_real or not raw else []:
                assert found[name].dtype == wanted[name].dtype and np.array_equal(found[name], wanted[name]), (form, name)
        compared = tare_json("compare", model, form, "--inputs", folder / "calibration.npz")
        equal = {output["name"] for output in compared["outputs"] if output["differing"] == 0}
        assert set(exact) <= equal, form
    tare("verify", program)
    tare("verify", program, "--golden", folder / "golden", "--inputs", folder / "calibration.npz", "--samples", 2)
    outputs = outputs_of(program, data)
    found = Library(program).run(1, [np.ascontiguousarray(array[:1]) for array in data.values()])
    for array, name in zip(found, outputs):
        first = outputs[name][:1] if array.shape[0] == 1 else outputs[name][0]
        assert np.array_equal(array, first), name
    return program, warnings


@pytest.mark.parametrize("kind", [np.float32, np.int64, np.int32, np.uint8, np.int8, np.uint16, np.int16])
def test_constant_output(tmp_path, kind):
    constant = (np.arange(6).reshape(2, 3) * 40 + 3).astype(kind)
    model = save(tmp_path / "m.onnx", [CONV, node("Identity", ["k"], ["c"])], [IMAGE], [RESULT, port("c", [2, 3], kind)],
                 WEIGHTS | {"k": constant})
    program, _ = check_forms(model, DATA, ["c"], stripped="quantize,dequantize,transpose")
    assert tare_json("inspect", program)["outputs"][1]["type"] == str(np.dtype(kind))


def test_constant_output_alone(tmp_path):
    """An initializer is listed as an output; nothing else is."""
    model = save(tmp_path / "m.onnx", [node("Identity", ["k"], ["c"])], [IMAGE], [port("c", [3])], {"k": np.arange(3, dtype=np.float32)})
    check_forms(model, DATA, ["c"])


def test_dequantized_constant_output(tmp_path):
    model = save(tmp_path / "m.onnx", [CONV, *dequantize("k", "s", "c")], [IMAGE], [RESULT, port("c", [3])],
                 WEIGHTS | {"k": np.array([1, -7, 100], np.int8), "s": np.float32(.25)})
    check_forms(model, DATA, ["c"], raw_is_real=False)


def test_constant_that_a_layer_reads_too(tmp_path):
    model = save(tmp_path / "m.onnx", [node("Add", ["x", "k"], ["y"], name="add"), node("Identity", ["k"], ["c"])], [IMAGE],
                 [port("y", [1, 2, 5, 5]), port("c", [1, 2, 1, 1])], {"k": np.array([[[[.3]], [[-2.7]]]], np.float32)})
    check_forms(model, DATA, ["c"])


def test_bool_constant_output_is_refused(tmp_path):
    model = save(tmp_path / "m.onnx", [CONV, node("Identity", ["k"], ["c"])], [IMAGE], [RESULT, port("c", [2], np.bool_)],
                 WEIGHTS | {"k": np.array([True, False])})
    message = fails("convert", model, "--random-calibration", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "output 'c'" in message and "bool" in message


@pytest.mark.parametrize("strip", ["none", "quantize,dequantize,transpose"])
def test_output_listed_twice(tmp_path, strip):
    model = save(tmp_path / "m.onnx", [CONV], [IMAGE], [RESULT, RESULT], WEIGHTS)
    program, _ = check_forms(model, DATA, [], () if strip == "none" else ("--strip-io", strip))
    outputs = outputs_of(program, DATA)
    assert list(outputs) == ["y", "y:2"] and np.array_equal(outputs["y"], outputs["y:2"])
    assert np.abs(outputs["y"] - reference(model, DATA)["y"]).max() < .3


def test_output_under_two_names(tmp_path):
    model = save(tmp_path / "m.onnx", [CONV, node("Identity", ["y"], ["z"])], [IMAGE], [RESULT, port("z", [1, 3, 3, 3])], WEIGHTS)
    program, _ = check_forms(model, DATA, [], stripped="quantize,dequantize,transpose")
    outputs = outputs_of(program, DATA)
    assert np.array_equal(outputs["y"], outputs["z"])


@pytest.mark.parametrize("how", ["listed", "identity", "rearranged"])
def test_input_that_is_an_output(tmp_path, how):
    """It leaves as it entered, also where a layer reads it."""
    nodes = {"listed": [], "identity": [node("Identity", ["x"], ["z"])],
             "rearranged": [node("Transpose", ["x"], ["z"], perm=[0, 2, 3, 1])]}[how]
    name = "x" if how == "listed" else "z"
    shape = [1, 5, 5, 2] if how == "rearranged" else [1, 2, 5, 5]
    model = save(tmp_path / "m.onnx", [CONV, *nodes], [IMAGE], [RESULT, port(name, shape)], WEIGHTS)
    check_forms(model, DATA, [name], stripped="dequantize")


def test_input_that_is_the_only_output(tmp_path):
    model = save(tmp_path / "m.onnx", [node("Identity", ["x"], ["z"])], [IMAGE], [port("z", [1, 2, 5, 5])])
    check_forms(model, DATA, ["z"])


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16, np.int16])
def test_integer_input_that_is_an_output(tmp_path, kind, rng):
    data = {"x": rng.integers(0, 200, (6, 2, 5, 5)).astype(kind)}
    model = save(tmp_path / "m.onnx", [*dequantize("x", "s", "xd", "z"), node("Conv", ["xd", "w"], ["y"], name="conv")],
                 [port("x", [1, 2, 5, 5], kind)], [RESULT, port("x", [1, 2, 5, 5], kind)],
                 WEIGHTS | {"s": np.float32(.02), "z": kind(7)})
    wide = ("--activations", "i16") if np.iinfo(kind).bits == 16 else ()
    check_forms(model, data, ["x"], wide, stripped="quantize,dequantize,transpose")


def test_input_that_is_an_output_keeps_its_quantize(tmp_path):
    """What the host quantizes it cannot get back: refused in words."""
    model = save(tmp_path / "m.onnx", [CONV], [IMAGE], [RESULT, IMAGE], WEIGHTS)
    message = fails("convert", model, "--random-calibration", "--strip-io", "quantize", "-o", tmp_path / "m.tare",
                    output=tmp_path / "m.tare")
    assert "cannot be left to the host" in message


@pytest.mark.parametrize("kind", [np.int64, np.int32])
def test_integers_that_nothing_computes_with(tmp_path, kind, rng):
    """An input of other integers may be passed on, and its shape may be asked for."""
    nodes = [CONV, node("Shape", ["n"], ["shape"]), node("Identity", ["n"], ["m"])]
    model = save(tmp_path / "m.onnx", nodes, [IMAGE, port("n", [1, 3], kind)], [RESULT, port("m", [1, 3], kind), port("shape", [2], np.int64)],
                 WEIGHTS)
    data = DATA | {"n": rng.integers(-9, 1000, (7, 3)).astype(kind)}
    check_forms(model, data, ["m", "shape"])

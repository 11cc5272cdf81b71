"""Symmetric hardware has no -128 and no -32768: a model's own grid that has it is told, with the cost where it is read, and
refused by --no-repair."""
import json

import numpy as np
import pytest

from graphs import converted, dequantize, node, outputs_of, port, quantize, reference, save
from harness import fails, tare, tare_json

SHAPE = [1, 4, 6, 6]
BITS = {8: ("shift_only", np.int8, np.uint8), 16: ("i16x8", np.int16, np.uint16)}


def constants(bits, fine=1):
    _, signed, unsigned = BITS[bits]
    step = 2.0 ** -6 if bits == 8 else 2.0 ** -14
    return {"s": np.float32(step), "z": signed(0), "zu": unsigned(1 << (bits - 1)), "s2": np.float32(step * 32 / fine),
            "wq": np.full((3, 4, 3, 3), 127, np.int8), "ws": np.float32(1 / 128), "k": np.full((1, 4, 1, 1), 19, np.float32)}


READERS = {
    "conv": [*dequantize("wq", "ws", "w"), node("Conv", ["xd", "w"], ["c"], name="reader")],
    "moved_conv": [*dequantize("wq", "ws", "w"), node("Transpose", ["xd"], ["xt"], perm=[0, 1, 3, 2]),
                   node("Conv", ["xt", "w"], ["c"], name="reader")],
    "add": [node("Add", ["xd", "xd"], ["c"], name="reader")],
    "pool": [node("MaxPool", ["xd"], ["c"], name="reader", kernel_shape=[2, 2])],
}


def network(folder, reader, bits, is_port, fine=1):
    """x, a float that is quantized or the integers themselves, with a reader whose grid is `fine` times as fine."""
    before = dequantize("x", "s", "xd", "zu") if is_port else quantize("x", "s", "z", "xd")
    nodes = [*before, *READERS[reader], *quantize("c", "s2", "z", "y")]
    return save(folder / "m.onnx", nodes, [port("x", SHAPE, BITS[bits][2] if is_port else np.float32)], [port("y", None)],
                constants(bits, fine))


def lowest(bits, is_port, seed=1):
    """Samples of nothing but what is lost: a black picture."""
    values = constants(bits)
    if is_port:
        return {"x": np.zeros((4, *SHAPE[1:]), BITS[bits][2])}
    return {"x": np.full((4, *SHAPE[1:]), -float(values["s"]) * 2 ** (bits - 1), np.float32)}


def warnings(model, bits, *arguments):
    said = tare_json("convert", model, "--target", BITS[bits][0], *arguments, "-o", model.parent / "m.tare")
    return [each for each in said["warning_details"] if each["kind"] == "LeastInteger"]


@pytest.mark.parametrize("is_port", (False, True), ids=("float", "integers"))
@pytest.mark.parametrize("bits", (8, 16))
@pytest.mark.parametrize("reader", READERS)
def test_no_repair_refuses_it_by_node_and_number(tmp_path, reader, bits, is_port):
    model = network(tmp_path, reader, bits, is_port)
    message = fails("convert", model, "--target", BITS[bits][0], "--no-repair", "-o", tmp_path / "m.tare",
                    output=tmp_path / "m.tare")
    lost = 0 if is_port else -(1 << (bits - 1))
    assert (f"input 'x' of uint{bits} (" if is_port else "value 'x' of node 'xd_q' (") in message and f"the integer {lost})" in message
    assert "-2.000e+00" in message and "--no-repair" in message


@pytest.mark.parametrize("is_port", (False, True), ids=("float", "integers"))
@pytest.mark.parametrize("bits", (8, 16))
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("fine", (1, 64))
def test_the_cost_is_that_of_the_readers(tmp_path, fine, reader, bits, is_port):
    """Where all elements are the lost integer, as in a black picture, the bound that is told is reached, and holds."""
    if reader == "pool" and fine > 1 and bits == 8:
        pytest.skip("no shift to the left makes the model's grid from the operand's")
    model, data = network(tmp_path, reader, bits, is_port, fine), lowest(bits, is_port)
    told = warnings(model, bits, *(["--verbose"]))
    [worst] = [each for each in told if each["layer"] == "x"] or [None]
    program = tmp_path / "m.tare"
    steps = np.abs(outputs_of(program, data)["y"] - reference(model, data)["y"]).max() / float(constants(bits, fine)["s2"])
    if not worst:
        # Both integers are beyond the result's grid, which has a least one itself.
        assert reader == "pool" and fine > 1 and steps <= 1
        return
    assert worst["unit"] == "LSB" and steps <= max(1, worst["cost"]) + 1, (steps, worst)
    if fine == 1 and reader.endswith("conv"):
        # 36 weights of nearly 1, each on an element a step off, in steps 32 times as large.
        assert worst["cost"] == pytest.approx(36 * 127 / 128 / 32, abs=.01) and "of which 'c' is up to 1.1 LSB off" in worst["text"]
    if is_port:
        assert f"input 'x' of uint{bits} may be the integer 0 in the model" in worst["text"] and "it ends at 1:" in worst["text"]


def test_many_steps_further_on(tmp_path):
    """A sum that brings the least number to a grid 128 times as fine around it."""
    values = constants(8) | {"s2": np.float32(2.0 ** -13), "two": np.full((1, 4, 1, 1), 2, np.float32)}
    nodes = [*quantize("x", "s", "z", "xd"), node("Add", ["xd", "two"], ["c"], name="reader"), *quantize("c", "s2", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None)], values)
    [worst] = [each for each in warnings(model, 8, "--verbose") if each["layer"] == "x"]
    assert worst["cost"] == 128 and "of which 'c' is up to 128.0 LSB off" in worst["text"]


def test_what_nothing_can_reach_is_not_refused(tmp_path):
    """Behind a relu there is no least integer, nor behind what moves it."""
    nodes = [*quantize("x", "s", "z", "xd"), *dequantize("wq", "ws", "w"), node("Conv", ["xd", "w"], ["a"], name="conv"),
             node("Relu", ["a"], ["r"]), node("MaxPool", ["r"], ["c"], kernel_shape=[2, 2]), *quantize("c", "s2", "z", "cd"),
             node("Sigmoid", ["cd"], ["g"]), *quantize("g", "s", "z", "y")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", SHAPE)], [port("y", None)], constants(8))
    message = fails("convert", model, "--target", "shift_only", "--no-repair", "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")
    assert "'xd_q'" in message and "'c'" not in message and "'g'" not in message


def test_data_that_do_not_reach_it_make_it_a_remark(tmp_path):
    model = network(tmp_path, "conv", 8, False)
    data = {"x": np.random.default_rng(1).uniform(-1, 1, (8, *SHAPE[1:])).astype(np.float32)}
    _, told = converted(model, data, "--target", "shift_only")
    assert "warning" not in told
    np.savez(tmp_path / "c.npz", **data)
    found = warnings(model, 8, "--calibration", tmp_path / "c.npz")
    assert found and all(each["negligible"] and each["cost"] == 0 for each in found), json.dumps(found)
    assert "which calibration saw nothing of" in found[0]["text"]
    tare("convert", model, "--calibration", tmp_path / "c.npz", "--target", "shift_only", "--no-repair", "-o", tmp_path / "m.tare")


def test_data_that_reach_it_are_refused(tmp_path):
    model = network(tmp_path, "conv", 8, False)
    np.savez(tmp_path / "c.npz", **lowest(8, False))
    assert "the integer -128)" in fails("convert", model, "--calibration", tmp_path / "c.npz", "--target", "shift_only", "--no-repair",
                                        "-o", tmp_path / "m.tare", output=tmp_path / "m.tare")


def test_hardware_that_has_it_loses_nothing(tmp_path):
    model = network(tmp_path, "conv", 8, False)
    tare("convert", model, "--no-repair", "-o", tmp_path / "m.tare")
    data = lowest(8, False)
    assert np.array_equal(outputs_of(tmp_path / "m.tare", data)["y"], reference(model, data)["y"])


@pytest.mark.parametrize("between", ("nothing", "scaled", "moved"))
@pytest.mark.parametrize("low", (-32768, -32767, 0))
def test_an_input_of_integers_costs_what_its_data_reach(tmp_path, rng, low, between):
    """Calibration sees integers as it sees numbers: what is never there is a remark, what is there a warning."""
    behind = {"nothing": [node("Identity", ["f"], ["g"])], "scaled": [node("Mul", ["f", "k"], ["g"], name="mul")],
              "moved": [node("Reshape", ["f", "shape"], ["g"], name="r")]}[between]
    nodes = [node("Cast", ["x"], ["f"], name="cast", to=1), *behind, node("Gemm", ["g", "w"], ["y"], name="fc")]
    model = save(tmp_path / "m.onnx", nodes, [port("x", [1, 64], np.int16)], [port("y", [1, 4])],
                 {"w": np.ones((64, 4), np.float32), "k": np.float32(.5), "shape": np.int64([1, 64])})
    x = rng.integers(low, 300, (40, 1, 64)).astype(np.int16)
    x[7] = low
    np.savez(tmp_path / "c.npz", x=x)
    [found] = warnings(model, 16, "--calibration", tmp_path / "c.npz") or [None]
    if low == -32768:
        assert found and not found["negligible"] and "goes down to" in found["text"], found
    else:
        assert not found or (found["negligible"] and found["cost"] == 0 and "saw nothing of" in found["text"]), found

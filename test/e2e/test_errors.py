"""Whatever is wrong, the user gets one clear message, exit code 1, and no output."""
import os
import re
import resource
import shutil
import signal

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import fails, load, tare
from models import Graph


def build(path, fill, opset=17):
    """A model that need not be valid."""
    graph = Graph(path.stem, opset)
    fill(graph)
    onnx.save(graph.model(), path)
    return path


def convert_fails(model, tmp_path, *arguments, **options):
    out = tmp_path / "out.tare"
    return fails("convert", model, *(arguments or ("--random-calibration",)), "-o", out, output=out, **options)


# Broken models

def broken_bytes(data):
    random = np.random.default_rng(5)
    yield "empty", b""
    yield "random", random.bytes(2000)
    yield "text", b"this is not a model\n" * 20
    for part in (1, 10, 100, len(data) // 2, len(data) - 1):
        yield f"truncated to {part}", data[:part]


def test_broken_model(conv, tmp_path):
    for what, data in broken_bytes(conv.model.read_bytes()):
        model = tmp_path / "broken.onnx"
        model.write_bytes(data)
        assert "broken.onnx" in convert_fails(model, tmp_path), what
        out = tmp_path / "out.npz"
        fails("run", model, "--inputs", conv.inputs, "--outputs", out, output=out)


def test_flipped_model_never_crashes(conv, tmp_path):
    """A flipped byte may leave a valid model (a weight); otherwise it is an error like any other."""
    data, random = conv.model.read_bytes(), np.random.default_rng(3)
    model, out = tmp_path / "flipped.onnx", tmp_path / "out.npz"
    for _ in range(60):
        flipped = bytearray(data)
        for _ in range(random.integers(1, 4)):
            flipped[random.integers(len(data))] ^= 1 << random.integers(8)
        model.write_bytes(flipped)
        done = tare("run", model, "--inputs", conv.inputs, "--outputs", out, check=False)
        if done.returncode:
            fails("run", model, "--inputs", conv.inputs, "--outputs", tmp_path / "none.npz", output=tmp_path / "none.npz")


def test_missing_files(conv, tmp_path):
    assert "nowhere.onnx: no such file" in convert_fails(tmp_path / "nowhere.onnx", tmp_path)
    assert "nowhere.npz: no such file" in convert_fails(conv.model, tmp_path, "--calibration", tmp_path / "nowhere.npz")
    out = tmp_path / "out.npz"
    assert "nowhere.npz: no such file" in fails("run", conv.model, "--inputs", tmp_path / "nowhere.npz", "--outputs", out, output=out)
    assert "nowhere.tare: no such file" in fails("run", tmp_path / "nowhere.tare", "--inputs", conv.inputs, "--outputs", out, output=out)
    assert "nowhere.tare: no such file" in fails("inspect", tmp_path / "nowhere.tare")
    assert "nowhere.tare: no such file" in fails("compare", conv.model, tmp_path / "nowhere.tare", "--inputs", conv.inputs)


def test_folder_as_model(tmp_path):
    folder = tmp_path / "folder.onnx"
    folder.mkdir()
    assert "folder.onnx: it is a folder" in convert_fails(folder, tmp_path)


def test_unknown_kind_of_file(conv, tmp_path):
    model = tmp_path / "model.txt"
    model.write_text("hello")
    message = fails("run", model, "--inputs", conv.inputs, "--outputs", tmp_path / "out.npz")
    assert "model.txt: cannot tell what kind of model this is; expected an .onnx, .mlir or .tare file" in message


def test_unsupported_nodes_are_all_listed(tmp_path):
    def fill(g):
        x = g.node("Hardmax", g.input(1, 4, 8, 8), name="first_bad")
        x = g.node("Relu", x, name="good")
        x = g.node("ReduceProd", x, name="second_bad", axes=[2])
        g.output(g.node("Hardmax", x, name="third_bad"))

    message = convert_fails(build(tmp_path / "unknown.onnx", fill), tmp_path, "--random-calibration", "--host", "error")
    for expected in ("first_bad", "second_bad", "third_bad", "Hardmax", "ReduceProd", "17"):
        assert expected in message
    assert "good" not in message.replace("unknown.onnx", "")


def test_unknown_domain(tmp_path):
    graph = Graph("domain")
    graph.output(graph.node("Relu", graph.input(1, 4), name="foreign", domain="com.example"))
    model = helper.make_model(
        helper.make_graph(graph.nodes, "domain", graph.inputs, [helper.make_tensor_value_info("foreign_out", TensorProto.FLOAT, [1, 4])]),
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.example", 1)])
    onnx.save(model, tmp_path / "domain.onnx")
    message = convert_fails(tmp_path / "domain.onnx", tmp_path)
    assert "operators that are not supported: node 'foreign' (com.example.Relu, opset 1)" in message


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_weight_that_is_no_number(tmp_path, value):
    def fill(g):
        weight = g.random.normal(0, 1, (4, 3, 3, 3))
        weight[2, 1, 0, 0] = value
        g.output(g.node("Conv", g.input(1, 3, 8, 8), g.constant(weight, "bad_weight"), name="bad_conv"))

    message = convert_fails(build(tmp_path / "nan.onnx", fill), tmp_path, "--random-calibration", "--host", "error")
    assert f"node 'bad_conv' (Conv, opset 17): constant 'bad_weight' holds {value} at index [2, 1, 0, 0]" in message


def test_cyclic_graph(tmp_path):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4])
    nodes = [helper.make_node("Add", ["x", "b"], ["a"], name="add_a"), helper.make_node("Relu", ["a"], ["b"], name="relu_b")]
    graph = helper.make_graph(nodes, "cyclic", [x], [helper.make_tensor_value_info("b", TensorProto.FLOAT, [1, 4])])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), tmp_path / "cyclic.onnx")
    message = convert_fails(tmp_path / "cyclic.onnx", tmp_path)
    assert re.search("node '(add_a|relu_b)' .*: depends on its own result", message)


def test_missing_initializer(tmp_path):
    fill = lambda g: g.output(g.node("Conv", g.input(1, 3, 8, 8), "absent_weight", name="conv"))
    assert "node 'conv' (Conv, opset 17): operand 'absent_weight' is missing" in convert_fails(build(tmp_path / "missing.onnx", fill), tmp_path)


def test_initializer_with_too_little_data(tmp_path):
    def fill(g):
        g.output(g.node("Conv", g.input(1, 3, 8, 8), g.normal(4, 3, 3, 3, name="short_weight"), name="conv"))
    model = onnx.load(build(tmp_path / "short.onnx", fill))
    model.graph.initializer[0].raw_data = model.graph.initializer[0].raw_data[:-4]
    onnx.save(model, tmp_path / "short.onnx")
    assert "'short_weight': raw data has 428 bytes, expected 432" in convert_fails(tmp_path / "short.onnx", tmp_path)


def test_operands_that_do_not_fit(tmp_path):
    def channels(g):
        g.output(g.node("Conv", g.input(1, 3, 8, 8), g.normal(4, 5, 3, 3), name="misfit"))

    def kernel(g):
        g.output(g.node("Conv", g.input(1, 3, 4, 4), g.normal(4, 3, 7, 7), name="misfit"))

    def addition(g):
        g.output(g.node("Add", g.input(1, 3, 8, 8, name="x"), g.input(1, 4, 8, 8, name="y"), name="misfit"))

    def product(g):
        g.output(g.node("MatMul", g.input(1, 5), g.normal(6, 3), name="misfit"))

    def reshape(g):
        g.output(g.node("Reshape", g.input(1, 5), g.integers(2, 3), name="misfit"))

    expected = {channels: "weight's axis 1 must be 3 (input channels 3 / group 1), found 5",
                kernel: "the window covers 7 elements of axis 2, found only 4 with padding",
                addition: "shapes do not broadcast: 3 against 4 in axis 1",
                product: "weight's axis 1 must be the input's last axis 5, found 6",
                reshape: "cannot reshape 1x5 to [2, 3]"}
    for fill, message in expected.items():
        graph = Graph("misfit")
        fill(graph)
        model = helper.make_model(helper.make_graph(graph.nodes, "misfit", graph.inputs, graph.outputs, graph.initializers),
                                  opset_imports=[helper.make_opsetid("", 17)])
        onnx.save(model, tmp_path / "misfit.onnx")
        assert re.search(rf"node 'misfit' \(\w+, opset 17\): {re.escape(message)}", convert_fails(tmp_path / "misfit.onnx", tmp_path))


def test_unbound_dimension(prepare, tmp_path):
    """The batch alone may stay open: it is 1 then."""
    message = convert_fails(prepare("symbolic_size").model, tmp_path)
    assert "whose dimension 2 ('height') is open; give the shape with --input-shape, for example x=1,3,224,224, or height=224 for this dimension alone" in message
    done = tare("convert", prepare("symbolic_batch").model, "--random-calibration", "-o", tmp_path / "out.tare")
    assert "warning" in done.stderr and "batch" in done.stderr


def test_wrong_binding(prepare, tmp_path):
    model = prepare("symbolic_size").model
    says = "but the model says nx3xheightxwidth"
    wrong = {"x=1,3,8": f"gives input 'x' the shape 1x3x8, {says}", "x=1,4,8,8": f"gives input 'x' the shape 1x4x8x8, {says}",
             "nobody=1,3,8,8": "names 'nobody', but the model's inputs are 'x'",
             **{binding: f"must be NAME=DIMS, for example x=1,3,224,224, found '{binding}'"
                for binding in ("x=1,3,8,eight", "x=1,3,8,0", "x=-1,3,8,8", "x")}}
    for binding, message in wrong.items():
        assert f"--input-shape {message}" in convert_fails(model, tmp_path, "--random-calibration", "--input-shape", binding)


# External data

def external(tmp_path, **entries):
    tensor = numpy_helper.from_array(np.ones((4, 3, 1, 1), np.float32), "stored_elsewhere")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=str(value))
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "stored_elsewhere"], ["y"], name="conv")], "external",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4, 4, 4])], [tensor])
    folder = tmp_path / "folder"
    folder.mkdir(exist_ok=True)
    (folder / "weights.bin").write_bytes(bytes(48))
    (tmp_path / "outside.bin").write_bytes(bytes(48))
    if not (folder / "link.bin").is_symlink():
        (folder / "link.bin").symlink_to(tmp_path / "outside.bin")
    path = folder / "model.onnx"
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())
    return path


def test_external_data_inside_is_read(tmp_path):
    tare("convert", external(tmp_path, location="weights.bin"), "--random-calibration", "-o", tmp_path / "out.tare")


ELSEWHERE = "must be a file in the model's folder or below it"


@pytest.mark.parametrize("entries, message", [
    (dict(location="../outside.bin"), f"'../outside.bin' {ELSEWHERE}"), (dict(location="link.bin"), f"'link.bin' {ELSEWHERE}"),
    (dict(location="absent.bin"), "cannot read 'absent.bin'"), (dict(location=""), f"'' {ELSEWHERE}"), (dict(), f"'' {ELSEWHERE}"),
    (dict(location="weights.bin", offset=1), "bytes 1 to 49 are wanted, but 'weights.bin' has only 48"),
    (dict(location="weights.bin", offset=48, length=48), "bytes 48 to 96 are wanted"),
    (dict(location="weights.bin", offset=-4), "offset must be a number, found '-4'"),
    (dict(location="weights.bin", length=47), "length is 47 bytes, expected 48"),
    (dict(location="weights.bin", length=49), "length is 49 bytes, expected 48"),
    (dict(location="weights.bin", length=2**62), "length is 4611686018427387904 bytes, expected 48"),
    (dict(location="weights.bin", offset=2**63 - 8), "bytes 9223372036854775800 to 9223372036854775848 are wanted"),
    (dict(location="weights.bin", offset="two"), "offset must be a number, found 'two'"),
], ids=str)
def test_external_data_outside_its_bounds(tmp_path, entries, message):
    assert f"initializer 'stored_elsewhere': external data: {message}" in convert_fails(external(tmp_path, **entries), tmp_path)


def test_external_data_by_absolute_path(tmp_path):
    outside = tmp_path / "outside.bin"
    assert f"'{outside}' {ELSEWHERE}" in convert_fails(external(tmp_path, location=outside), tmp_path)


# Data

def test_inputs_of_a_wrong_shape(conv, tmp_path):
    data, out = load(conv.inputs), tmp_path / "out.npz"
    shape = "expected (N, 8, 12, 10) for an input of shape (1, 8, 12, 10)"
    wrong = {
        f"array 'x' has shape (6, 4, 12, 10), {shape}": {"x": data["x"][:, :4]},
        f"array 'x' has shape (12, 10), {shape}": {"x": data["x"][0, 0]},
        f"array 'x' has shape (6, 8, 12, 9), {shape}": {"x": data["x"][..., 1:]},
        "no samples: its arrays are empty": {"x": data["x"][:0]},
        "no array for the model's input 'x', only 'y'; name the arrays after the inputs": {"y": data["x"]},
        "array 'x': elements of type <U8 cannot be read": {"x": data["x"].astype("U8")},
    }
    assert data["x"].shape == (6, 8, 12, 10)
    for what, arrays in wrong.items():
        path = tmp_path / "wrong.npz"
        np.savez(path, **arrays)
        for model in (conv.model, conv.form("program")):
            assert f"wrong.npz: {what}" in fails("run", model, "--inputs", path, "--outputs", out, output=out)
        assert f"wrong.npz: {what}" in convert_fails(conv.model, tmp_path, "--calibration", path)


def test_inputs_of_different_lengths(prepare, tmp_path):
    case = prepare("add_activations")
    data = load(case.inputs)
    np.savez(tmp_path / "uneven.npz", x=data["x"], y=data["y"][:2])
    out = tmp_path / "out.npz"
    message = fails("run", case.model, "--inputs", tmp_path / "uneven.npz", "--outputs", out, output=out)
    assert "uneven.npz: array 'y' has 2 samples, but 'x' has 6" in message


def test_broken_data(conv, tmp_path):
    for what, data in broken_bytes(conv.inputs.read_bytes()):
        path, out = tmp_path / "broken.npz", tmp_path / "out.npz"
        path.write_bytes(data)
        assert "broken.npz" in fails("run", conv.model, "--inputs", path, "--outputs", out, output=out), what
        convert_fails(conv.model, tmp_path, "--calibration", path)


def test_convert_without_calibration(conv, tmp_path):
    out = tmp_path / "out.tare"
    assert "needs calibration data; give --calibration DATA, or --random-calibration" in fails("convert", conv.model, "-o", out, output=out)


def test_missing_range_is_named(conv, tmp_path):
    ranges = tmp_path / "ranges.json"
    tare("calibrate", conv.model, "--calibration", conv.calibration, "-o", ranges)
    text = ranges.read_text()
    assert '"relu1_out"' in text
    ranges.write_text(text.replace('"relu1_out"', '"another"'))
    assert "the ranges say nothing of 'relu1_out'" in convert_fails(conv.model, tmp_path, "--calibration", ranges)
    ranges.write_text(text[:len(text) // 2])
    assert "ranges.json: is not JSON" in convert_fails(conv.model, tmp_path, "--calibration", ranges)


# Outputs

def limited():
    """No file may grow beyond 512 bytes: every write beyond fails, as on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))


def test_full_disk(conv, tmp_path):
    program, out = conv.form("program"), tmp_path / "out.npz"
    convert_fails(conv.model, tmp_path, "--calibration", conv.calibration, preexec_fn=limited)
    module = tmp_path / "out.mlir"
    fails("convert", conv.model, "--calibration", conv.calibration, "--emit", "mlir:npu", "-o", module, output=module, preexec_fn=limited)
    fails("run", program, "--inputs", conv.inputs, "--outputs", out, output=out, preexec_fn=limited)
    ranges = tmp_path / "ranges.json"
    fails("calibrate", conv.model, "--calibration", conv.calibration, "-o", ranges, output=ranges, preexec_fn=limited)


def test_full_device(conv, tmp_path):
    """/dev/full itself, by a node of its own where that is allowed: a device must never be replaced by a file."""
    full = tmp_path / "full"
    try:
        os.mknod(full, 0o600 | 0o020000, os.makedev(1, 7))
        os.close(os.open(full, os.O_WRONLY))
    except PermissionError:
        pytest.skip("A FULL DEVICE IS NOT TESTED: making its node needs root")
    fails("convert", conv.model, "--calibration", conv.calibration, "-o", full)
    fails("run", conv.model, "--inputs", conv.inputs, "--outputs", full)
    assert full.is_char_device()


def test_output_that_cannot_be_written(conv, tmp_path):
    for out in (tmp_path / "no/such/folder/out.tare", tmp_path):
        assert str(out) in fails("convert", conv.model, "--calibration", conv.calibration, "-o", out)
        assert str(out) in fails("run", conv.model, "--inputs", conv.inputs, "--outputs", out)


def test_failure_keeps_the_old_output(conv, tmp_path):
    out = tmp_path / "out.tare"
    out.write_text("precious")
    fails("convert", conv.model, "--calibration", tmp_path / "nowhere.npz", "-o", out)
    assert out.read_text() == "precious"


# Options

@pytest.mark.parametrize("options", [
    ("--method", "magic"), ("--activations", "i5"), ("--target", "nowhere"), ("--emit", "mlir:nowhere"), ("--emit", "fax"),
    ("--strip-io", "kitchen"), ("--samples", "0"), ("--samples", "many"), ("--no-such-option",), ("superfluous",), ("--input-shape", "x"),
], ids=" ".join)
def test_bad_options(conv, tmp_path, options):
    convert_fails(conv.model, tmp_path, "--calibration", conv.calibration, *options)


def test_bad_commands():
    fails()
    fails("transmogrify")
    fails("convert")
    fails("run")
    fails("compare")
    fails("inspect")


# Programs

def test_truncated_program(conv, tmp_path):
    data, program, out = conv.form("program").read_bytes(), tmp_path / "cut.tare", tmp_path / "out.npz"
    for length in {0, 1, 4, 8, 24, 64, *range(100, len(data), len(data) // 40), len(data) - 1}:
        program.write_bytes(data[:length])
        assert "cut.tare" in fails("inspect", program)
        fails("run", program, "--inputs", conv.inputs, "--outputs", out, output=out)
    program.write_bytes(data + b"\0")
    fails("inspect", program)


def test_flipped_program(conv, tmp_path):
    data, program, out = conv.form("program").read_bytes(), tmp_path / "flipped.tare", tmp_path / "out.npz"
    random = np.random.default_rng(8)
    for position in {*range(0, 64, 4), *random.integers(0, len(data), 60), len(data) - 1}:
        flipped = bytearray(data)
        flipped[position] ^= 1 << random.integers(8)
        program.write_bytes(flipped)
        assert "flipped.tare" in fails("run", program, "--inputs", conv.inputs, "--outputs", out, output=out), position


def test_other_file_as_program(conv, tmp_path):
    program = tmp_path / "model.tare"
    shutil.copy(conv.model, program)
    assert "model.tare" in fails("inspect", program)


def test_broken_ir(conv, tmp_path):
    path, out = tmp_path / "broken.mlir", tmp_path / "out.npz"
    for text in ("", "func.func @main(", "module { func.func @other() { return } }", "not mlir at all"):
        path.write_text(text)
        assert "broken.mlir" in fails("run", path, "--inputs", conv.inputs, "--outputs", out, output=out), text

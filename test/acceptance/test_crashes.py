"""Inputs that have crashed a tool: each is converted, or refused by one line that names the file and the node, and leaves nothing."""
import os
import pathlib
import re
import resource
import subprocess

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from harness import BIN, CRASHES, ROOT, fails, load, tare

SHARED = ROOT.parent / "shared/faults/crashes"
DIGITS = ROOT / "examples/digits"


def shared(name):
    """A file that is not committed; without it the test says so."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name} IS NOT TESTED: {path} is missing")
    return path


def raw(path, nodes, shape, constants=(), opset=13, outputs=("y",)):
    """A model that no checker has seen."""
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
                              [numpy_helper.from_array(np.asarray(array), name) for name, array in dict(constants).items()])
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8).SerializeToString())
    return path


def refused(model, folder, *words, arguments=("--random-calibration",), **options):
    """By every command that reads it, in one line."""
    said = fails("convert", model, *arguments, "-o", folder / "o.tare", output=folder / "o.tare", **options)
    assert said.count("\n") == 1 and pathlib.Path(model).name in said and all(word in said for word in words), said
    assert all(ord(c) >= 32 for c in said.rstrip("\n")), "a control character"
    return said


# IR

def short_resource(text, name, bytes):
    """The IR with a resource cut to so many bytes."""
    return re.sub(rf'({re.escape(name)}: "0x)([0-9A-Fa-f]+)"', lambda m: m[1] + m[2][: 8 + 2 * bytes] + '"', text)


@pytest.mark.parametrize("stage", ["float", "qdq", "fused", "npu"])
def test_resources_that_are_too_short(tmp_path, stage):
    tare("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--emit", f"mlir:{stage}", "-o", tmp_path / "m.mlir", "-q")
    text = (tmp_path / "m.mlir").read_text()
    names = re.findall(r'^\s+(\S+): "0x', text, re.MULTILINE)
    assert names
    for name in names:
        for bytes in (0, 8, 12):
            cut = short_resource(text, name, bytes)
            assert cut != text
            (tmp_path / "short.mlir").write_text(cut)
            for arguments in (["inspect", tmp_path / "short.mlir"], ["run", tmp_path / "short.mlir", "--inputs", DIGITS / "test.npz", "--outputs", tmp_path / "o.npz"]):
                said = fails(*arguments, output=tmp_path / "o.npz")
                assert "short.mlir" in said and name.strip('"') in said and "bytes" in said, said


def test_shortres():
    assert "must hold 10368 bytes, found 8" in fails("inspect", shared("shortres.mlir"))


PASSES = sorted(set(re.findall(r"^### `-(tare-[a-z-]+)`", (ROOT / "docs/Passes.md").read_text(), re.MULTILINE)))


@pytest.mark.parametrize("text", ["func.func private @main(tensor<4xf32>) -> tensor<4xf32>", "", "func.func @other(%x: tensor<4xf32>) -> tensor<4xf32> { return %x : tensor<4xf32> }",
                                  "func.func private @main()", "module {}"], ids=["declaration", "empty", "no main", "no arguments", "nested"])
def test_modules_without_a_body(tmp_path, text):
    assert len(PASSES) > 20
    (tmp_path / "decl.mlir").write_text(f"module {{ {text} }}")
    for name in PASSES:
        done = tare(tmp_path / "decl.mlir", f"--{name}", tool="tare-opt", check=False)
        assert done.returncode in (0, 1) and not any(mark in done.stderr for mark in CRASHES), (name, done.stderr)
    for arguments in (["inspect", tmp_path / "decl.mlir"], ["convert", tmp_path / "decl.mlir", "--random-calibration", "-o", tmp_path / "o"]):
        said = fails(*arguments)
        assert "decl.mlir" in said and said.count("\n") == 1


@pytest.mark.parametrize("text", ["module attributes {a = array<index: 1>} {}", "module attributes {a = array<index>} {}",
                                  "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> { %y = qnn.relu %x {a = array<index: 1>} : (tensor<4xf32>) -> tensor<4xf32> return %y : tensor<4xf32> }", "[" * 100000, "(" * 100000, "module {" * 5000 + "}" * 5000,
                                  "func.func @main(%x: " + "tuple<" * 20000 + ">" * 20000 + ")", "-" * 100000, "module attributes {a = " + "[" * 30000 + "]" * 30000 + "} {}"],
                         ids=["index", "no index", "in a layer", "brackets", "parentheses", "modules", "tuples", "signs", "attributes"])
def test_text_that_no_parser_survives(tmp_path, text):
    (tmp_path / "m.mlir").write_text(text)
    for arguments in (["inspect", tmp_path / "m.mlir"], ["convert", tmp_path / "m.mlir", "-o", tmp_path / "o"], ["run", tmp_path / "m.mlir", "--inputs", DIGITS / "test.npz", "--outputs", tmp_path / "o.npz"]):
        said = fails(*arguments)
        assert "m.mlir" in said and said.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["m.mlir"]


# Descriptions

@pytest.mark.parametrize("text", ["[" * 90000, "{" * 90000, "{a: " * 50000, "- " * 50000, "\n".join(" " * i + "a:" for i in range(3000)), "[" * 90000 + "]" * 90000, "? " * 50000],
                         ids=["lists", "maps", "keys", "sequences", "indentation", "closed", "complex keys"])
def test_deep_descriptions(tmp_path, text):
    (tmp_path / "flow.yaml").write_text(text)
    for arguments in (["target", "check", tmp_path / "flow.yaml"], ["convert", DIGITS / "digits.onnx", "--random-calibration", "--target", tmp_path / "flow.yaml", "-o", tmp_path / "o"]):
        said = fails(*arguments)
        assert "flow.yaml:" in said and said.count("\n") == 1


DEEP = 3000000  # levels; of fewer, a stack holds some


@pytest.mark.parametrize("text, line", [
    ("[" * DEEP + "]" * DEEP, 1), ("[" * DEEP, 1), ('{"version":\n' + '{"a":' * DEEP + "1" + "}" * DEEP + "}", 2), ('{"version":\n' + '{"a":' * DEEP, 2),
    ('{"version":\n' + "[" * DEEP + "]" * DEEP + ', "values": {}}', 2), ('{"version":\n' + "[" * DEEP, 2),
    ('{"version": 1, "values":\n{"x":\n' + '{"min":' * DEEP + "1" + "}" * DEEP + "}}", 3),
    ('{"version": 1, "values": {"x": {"label": "calibrated", "max": 1, "min":' + "[" * DEEP + "]" * DEEP + "}}}", 1),
    ('{"version": 1, "values": {"x": {"label": "calibrated", "min": 0, "max": 1, "step_errors": {"errors": ' + "[" * DEEP + "]" * DEEP + "}}}}", 1),
], ids=["lists", "open lists", "objects", "open objects", "version", "open version", "values", "number", "errors"])
def test_deep_ranges(tmp_path, text, line):
    """Whatever reads a ranges file: `convert`, from a model, from IR, and for a stage that needs no ranges."""
    ranges, out = tmp_path / "ranges.json", tmp_path / "m.tare"
    ranges.write_text(text)
    tare("convert", DIGITS / "digits.onnx", "--emit", "mlir:float", "-o", tmp_path / "float.mlir")
    for arguments in ([DIGITS / "digits.onnx"], [tmp_path / "float.mlir"], [DIGITS / "digits.onnx", "--emit", "mlir:float"]):
        said = fails("convert", *arguments, "--calibration", ranges, "-o", out, output=out)
        assert f"ranges.json:{line}: nests more than 200 deep, which no ranges file needs" in said and said.count("\n") == 1


# ONNX

@pytest.mark.parametrize("kind, weight", [("Conv", (0, 4, 3, 3)), ("Conv", (4, 0, 3, 3)), ("Conv", (4, 4, 0, 3)), ("ConvTranspose", (4, 0, 3, 3)), ("ConvTranspose", (0, 4, 3, 3))], ids=str)
def test_weights_without_elements(tmp_path, kind, weight):
    model = raw(tmp_path / "m.onnx", [helper.make_node(kind, ["x", "w"], ["y"], name="BADNODE")], [1, 4, 8, 8], {"w": np.zeros(weight, np.float32)})
    refused(model, tmp_path, "BADNODE")


@pytest.mark.parametrize("weight", [(0, 256), (256, 0)], ids=str)
@pytest.mark.parametrize("kind", ["Gemm", "MatMul"])
def test_matrices_without_elements(tmp_path, kind, weight):
    model = raw(tmp_path / "m.onnx", [helper.make_node(kind, ["x", "w"], ["y"], name="BADNODE")], [1, 256], {"w": np.zeros(weight, np.float32)})
    refused(model, tmp_path, "BADNODE")


@pytest.mark.parametrize("pads", [2**31, 2**30, 2**62, 50000], ids=str)
def test_pads_beyond_all_memory(tmp_path, pads):
    """Whatever thread the memory ends in."""
    model = raw(tmp_path / "m.onnx", [helper.make_node("Conv", ["x", "w"], ["y"], name="BADNODE", pads=[pads] * 4)], [1, 4, 8, 8], {"w": np.ones((4, 4, 3, 3), np.float32)})
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (8_000_000 << 10, 8_000_000 << 10))
    refused(model, tmp_path, "BADNODE", arguments=("--random-calibration", "--samples", 2), preexec_fn=limit)


@pytest.mark.parametrize("kind, arguments", [(np.int16, ()), (np.int16, ("--target", "i16x8")), (np.int16, ("--target", "shift_only")), (np.uint16, ()), (np.int32, ())], ids=str)
def test_weights_of_other_widths(tmp_path, kind, arguments):
    """Converted, or refused by the node's name; never an MLIR's own message."""
    rng = np.random.default_rng(0)
    model = raw(tmp_path / "m.onnx", [helper.make_node("DequantizeLinear", ["w8", "s", "z"], ["w"], name="BADNODE"), helper.make_node("Conv", ["x", "w"], ["y"], name="cv")],
                [1, 4, 8, 8], {"w8": rng.integers(0, 60, (4, 4, 3, 3)).astype(kind), "s": np.float32(0.01), "z": kind(0)}, opset=21)
    done = tare("convert", model, "--random-calibration", *arguments, "-o", tmp_path / "o.tare", check=False)
    assert "Failed to infer" not in done.stderr and "!quant" not in done.stderr
    if done.returncode:
        said = refused(model, tmp_path, arguments=("--random-calibration", *arguments))
        assert "BADNODE" in said or "cv" in said


@pytest.mark.parametrize("target", ["generic", "shift_only", "three_stage", "gemmlowp", "float_tail", "i16x8"])
def test_int16_activations(tmp_path, target):
    nodes = [helper.make_node("Relu", ["x"], ["a"], name="node1"), helper.make_node("QuantizeLinear", ["a", "s", "z"], ["q"], name="q2"),
             helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], name="node2")]
    model = raw(tmp_path / "m.onnx", nodes, [1, 8, 5, 3], {"s": np.float32(2**-7), "z": np.int16(0)}, opset=21)
    done = tare("convert", model, "--random-calibration", "--target", target, "-o", tmp_path / "o.tare", check=False)
    if done.returncode:
        said = refused(model, tmp_path, "q2", f"'{target}'", arguments=("--random-calibration", "--target", target))
        assert "Failed to infer" not in said
    else:
        assert target in ("generic", "i16x8")


@pytest.mark.parametrize("rank", [9, 10, 20])
def test_many_dimensions(tmp_path, rank):
    model = raw(tmp_path / "m.onnx", [helper.make_node("Relu", ["x"], ["y"], name="BADNODE")], [1] * (rank - 1) + [2])
    refused(model, tmp_path, "BADNODE", f"{rank} dimensions, expected 8 at most")


@pytest.mark.parametrize("name, spelled", [("a\nb", "a\\nb"), ("\x1b[31mred", "\\x1b[31mred"), ("a\rb", "a\\rb"), ("tab\tb", "tab\\tb"), ("\u202eright", "\\u202e"), ("\x00zero", "\\x00"), ("\x85next", "\\u0085")])
def test_names_that_do_not_print(tmp_path, name, spelled):
    model = raw(tmp_path / "m.onnx", [helper.make_node("Add", ["x", "nope"], ["y"], name=name)], [1, 4, 8, 8])
    assert spelled in refused(model, tmp_path, "'nope' is missing")


@pytest.mark.parametrize("axis", [0, 1, 2, 3])
def test_activations_with_a_scale_per_channel(tmp_path, axis):
    """Converted, or refused in the user's words."""
    size = (1, 4, 8, 8)[axis]
    nodes = [helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"], name="BADNODE", axis=axis), helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"], name="dq", axis=axis)]
    model = raw(tmp_path / "m.onnx", nodes, [1, 4, 8, 8], {"s": np.full(size, 0.1, np.float32), "z": np.zeros(size, np.int8)})
    done = tare("convert", model, "--random-calibration", "-o", tmp_path / "o.tare", check=False)
    assert "!quant" not in done.stderr and "tensor<" not in done.stderr
    if done.returncode:
        refused(model, tmp_path)


@pytest.mark.parametrize("name, words", [
    ("conv_zero_out_channels.onnx", ["BADNODE"]), ("huge_activation.onnx", ["input 'x' takes 1024 GB"]), ("int16_qdq_shift_only.onnx", ["q2"]),
    ("newline_name.onnx", ["a\\nb"]), ("esc_name.onnx", ["\\x1b[31mred"]), ("relu_rank9.onnx", ["BADNODE"]), ("conv_pads.onnx", ["BADNODE"]),
])
def test_shared_models(tmp_path, name, words):
    refused(shared(name), tmp_path, *words, arguments=("--random-calibration", "--samples", 2, *(("--target", "shift_only") if "shift_only" in name else ())),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (8_000_000 << 10, 8_000_000 << 10)))


@pytest.mark.parametrize("name", ["conv_int16_weight.onnx", "peraxis_activation.onnx"])
def test_shared_models_that_convert(tmp_path, name):
    tare("convert", shared(name), "--random-calibration", "-o", tmp_path / "o.tare")
    tare("verify", tmp_path / "o.tare")


ATTRIBUTES = [np.float32([1]), np.array([True, False, True]), np.int64([[1, 2], [3, 4]]), np.zeros((0, 3), np.float32), 1.5, "one", [1, 2], [0.5], ["a", "b"]]


def with_attribute(path, operator, name, value):
    node = helper.make_node(operator, ["x"], ["y"], name="BADNODE")
    node.attribute.append(helper.make_attribute(name, numpy_helper.from_array(value, "t") if isinstance(value, np.ndarray) else value))
    return raw(path, [node], [1, 3, 4, 4])


@pytest.mark.parametrize("value", ATTRIBUTES, ids=str)
def test_an_attribute_of_another_type(tmp_path, value):
    """It was taken as missing where the node is the host's."""
    refused(with_attribute(tmp_path / "m.onnx", "Hardmax", "axis", value), tmp_path, "BADNODE", "attribute 'axis' has type", "expected INT")


@pytest.mark.parametrize("value", ATTRIBUTES, ids=str)
def test_an_attribute_that_nothing_reads(tmp_path, value):
    """The node is the host's, with its attribute, which is in the program, and in IR."""
    model = with_attribute(tmp_path / "m.onnx", "Hardmax", "note", value)
    tare("convert", model, "--random-calibration", "-o", tmp_path / "m.tare", "--dump-ir", tmp_path / "dump")
    tare("verify", tmp_path / "m.tare")
    last = sorted((tmp_path / "dump").glob("*.mlir"))[-1]
    tare("convert", last, "-o", tmp_path / "again.tare")
    assert (tmp_path / "again.tare").read_bytes() == (tmp_path / "m.tare").read_bytes()


# Threads, programs

@pytest.mark.parametrize("threads", ["40000", "1024", "0", "-1", "many", "99999999999999999999"])
def test_threads_by_the_environment(tmp_path, threads):
    environment = os.environ | {"TARE_THREADS": threads}
    for arguments in (["convert", DIGITS / "digits.onnx", "--random-calibration", "-o", tmp_path / "m.tare"], ["run", tmp_path / "m.tare", "--inputs", DIGITS / "test.npz", "--outputs", tmp_path / "y.npz"],
                      ["calibrate", DIGITS / "digits.onnx", "--random-calibration", "-o", tmp_path / "r.json"]):
        done = tare(*arguments, check=False, env=environment)
        assert done.returncode in (0, 1) and not any(mark in done.stderr for mark in CRASHES), done.stderr
        assert done.returncode == 0 or done.stderr.count("tare: error:") == 1
        assert ("TARE_THREADS is '" in done.stderr) == (threads != "1024"), done.stderr


def test_names_in_the_environment_that_say_nothing():
    run = ["inspect", DIGITS / "digits.onnx"]
    for variable, value, told in [("TARE_MAX_ISA", "sse", "expected one of portable"), ("TARE_MAX_ISA", "avx", "portable kernels do the work"),
                                  ("TARE_THREADS", "two", "expected a number from 1 to 1024"), ("TARE_THREADS", "4096", "1024 do the work")]:
        said = tare(*run, env=os.environ | {variable: value}).stderr
        assert f"tare: warning: {variable} is '{value}'" in said and told in said, said
    for variable, value in [("TARE_MAX_ISA", "portable"), ("TARE_MAX_ISA", ""), ("TARE_THREADS", ""), ("TARE_THREADS", "2")]:
        assert variable not in tare(*run, env=os.environ | {variable: value}).stderr
    assert "TARE_THREADS" not in tare(*run, "--threads", "1", env=os.environ | {"TARE_THREADS": "two"}).stderr


def test_a_port_without_scales(tmp_path):
    said = fails("verify", shared("port_without_scales.tare"), "--golden", tmp_path / "g", "--samples", 1, output=tmp_path / "g")
    assert "port_without_scales.tare" in said and "has no scale" in said and not list(tmp_path.iterdir())
    for arguments in (["inspect"], ["verify"]):
        assert "has no scale" in fails(*arguments, shared("port_without_scales.tare"))


def test_the_other_files_are_known():
    """A file that is added there gets its test here, or in a unit test (the FlatBuffer of the program fuzzer)."""
    if not SHARED.exists():
        pytest.skip(f"THE REPORTED CRASHES' FILES ARE NOT TESTED: {SHARED} is missing")
    text = pathlib.Path(__file__).read_text()
    unknown = [path.name for path in SHARED.iterdir() if path.name not in text and path.suffix not in (".md", ".fb")]
    # Made by the tests themselves.
    assert set(unknown) <= {"decl.mlir", "flow.yaml", "tiny_array_index.mlir"}, unknown

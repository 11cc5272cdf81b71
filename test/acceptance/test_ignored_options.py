"""An option that would change nothing is refused, and says why; none is taken without a word."""
import shutil

import numpy as np
import pytest

from graphs import node, port, save
from harness import ROOT, fails, tare

DIGITS = ROOT / "examples/digits"
MODEL, CALIBRATION, TEST = DIGITS / "digits.onnx", DIGITS / "calibration.npz", DIGITS / "test.npz"
DATA = ("--calibration", CALIBRATION)


@pytest.fixture(scope="module")
def forms(tmp_path_factory):
    """Each stage's IR, and the program, by name."""
    folder = tmp_path_factory.mktemp("forms")
    for stage in ("float", "ranges", "qdq", "fused", "npu"):
        tare("convert", MODEL, *DATA, "--emit", f"mlir:{stage}", "-o", folder / f"{stage}.mlir")
    tare("convert", MODEL, *DATA, "-o", folder / "program.tare")
    tare("calibrate", "-q", MODEL, *DATA, "-o", folder / "ranges.json")
    return folder


@pytest.mark.parametrize("stage", ["import", "float", "ranges", "qdq", "fused", "npu"])
@pytest.mark.parametrize("arguments, first", [
    (("--check", "9"), None), (("--strict",), None), (("--strip-io", "quantize"), "npu"), (("--no-repair",), "qdq"), (("--host-tail",), "qdq"), (("--host", "error"), "qdq"),
    (("--allow-uncalibrated",), "qdq"), (("--method", "min_max"), "ranges"), (("--percentile", "99"), "ranges"), (("--samples", "5"), "ranges"),
    (("--dump-ir", "dump"), "float"), (("--timing",), "import"), (("--max-memory", "100"), "import"), (("--target", "gemmlowp"), "import")], ids=str)
def test_options_of_a_later_stage(tmp_path, stage, arguments, first):
    stages = ["import", "float", "ranges", "qdq", "fused", "npu"]
    out = tmp_path / "m.mlir"
    command = ("convert", MODEL, *DATA, "--emit", f"mlir:{stage}", *arguments, "-o", out)
    if first and stages.index(stage) >= stages.index(first):
        tare(*command, cwd=tmp_path)
    else:
        said = fails(*command, output=out, cwd=tmp_path)
        assert arguments[0] in said and f"--emit mlir:{stage}" in said and not (tmp_path / "dump").exists()


def test_no_check_is_none(tmp_path):
    tare("convert", MODEL, *DATA, "--emit", "mlir:qdq", "--check", 0, "-o", tmp_path / "m.mlir")


@pytest.mark.parametrize("source", ["ranges.json", "ranges.mlir", "qdq.mlir", "npu.mlir"])
def test_a_check_needs_samples(forms, tmp_path, source):
    model = (MODEL, "--calibration", forms / source) if source.endswith("json") else (forms / source,)
    out = tmp_path / "m.tare"
    assert "--check has no samples to run" in fails("convert", *model, "--check", 3, "-o", out, output=out)
    assert "--strict has nothing to go by" in fails("convert", *model, "--strict", "-o", out, output=out)
    tare("convert", *model, "--check", 0, "-o", out)


@pytest.mark.parametrize("arguments", [("--method", "kl"), ("--samples", "3"), ("--percentile", "99")], ids=str)
def test_how_ranges_are_found_needs_data(tmp_path, arguments):
    """A quantized model needs none."""
    constants = {"s": np.float32(.02), "z": np.int8(0)}
    model = save(tmp_path / "m.onnx", [node("QuantizeLinear", ["x", "s", "z"], ["q"], name="q"), node("DequantizeLinear", ["q", "s", "z"], ["d"], name="d"),
                                       node("Relu", ["d"], ["r"], name="r"), node("QuantizeLinear", ["r", "s", "z"], ["e"], name="e"),
                                       node("DequantizeLinear", ["e", "s", "z"], ["y"], name="y")],
                 [port("x", [1, 4])], [port("y", [1, 4])], constants)
    out = tmp_path / "m.tare"
    tare("convert", model, "-o", out)
    out.unlink()
    assert "are of calibration data, and there are none" in fails("convert", model, *arguments, "-o", out, output=out)


@pytest.mark.parametrize("stage", ["qdq", "fused", "npu"])
def test_what_comes_too_late(forms, tmp_path, stage):
    out = tmp_path / "m.tare"
    for arguments, named in [(("--allow-uncalibrated",), "--allow-uncalibrated"), (("--method", "kl"), "--method"), (("--target", "generic"), "--target"),
                             (DATA, "calibration"), (("--host-tail",), "--host-tail"), (("--inputs", "image"), "--inputs"), (("--outputs", "logits"), "--outputs")]:
        said = fails("convert", forms / f"{stage}.mlir", *arguments, "-o", out, output=out)
        assert named in said and f"comes too late: the IR has reached the stage '{stage}'" in said


def test_nothing_is_left_to_repair(forms, tmp_path):
    out = tmp_path / "m.tare"
    assert "--no-repair comes too late" in fails("convert", forms / "npu.mlir", "--no-repair", "-o", out, output=out)
    for stage in ("qdq", "fused"):
        tare("convert", forms / f"{stage}.mlir", "--no-repair", "-o", out)


@pytest.mark.parametrize("stage", ["import", "float", "ranges", "qdq", "fused", "npu"])
def test_no_stage_hides_host_layers(forms, tmp_path, stage):
    """--host error refuses what IR of any stage leaves to the host, and takes what leaves nothing."""
    model = save(tmp_path / "m.onnx", [node("Relu", ["x"], ["r"], name="relu"), node("ArgMax", ["r"], ["y"], name="best", axis=1)], [port("x", [1, 8])],
                 [port("y", [1, 1], np.int64)])
    np.savez(tmp_path / "x.npz", x=np.random.default_rng(1).normal(size=(9, 8)).astype(np.float32))
    tare("convert", model, "--calibration", tmp_path / "x.npz", "--emit", f"mlir:{stage}", "-o", tmp_path / "m.mlir")
    data = ("--calibration", tmp_path / "x.npz") if stage in ("import", "float") else ()
    out = tmp_path / "m.tare"
    assert "'best' (ArgMax" in fails("convert", tmp_path / "m.mlir", *data, "--host", "error", "-o", out, output=out)
    tare("convert", tmp_path / "m.mlir", *data, "--host", "allow", "-o", out)
    if stage != "import":
        tare("convert", forms / f"{stage}.mlir", *(DATA if stage == "float" else ()), "--host", "error", "-o", out)


def test_the_host_is_refused_or_given_a_tail(tmp_path):
    out = tmp_path / "m.tare"
    assert "--host-tail leaves layers to the host, which --host error refuses" in fails("convert", MODEL, *DATA, "--host-tail", "--host", "error", "-o", out, output=out)


@pytest.mark.parametrize("stage", ["import", "float"])
def test_data_of_a_later_stage_are_looked_at(tmp_path, stage):
    """One command line makes every stage, and none from data that another would refuse."""
    out = tmp_path / "m.mlir"
    np.savez(tmp_path / "other.npz", other=np.zeros((2, 3), np.float32))
    (tmp_path / "bad.json").write_text("{}")
    for data in ("none.npz", "other.npz", "bad.json"):
        fails("convert", MODEL, "--calibration", tmp_path / data, "--emit", f"mlir:{stage}", "-o", out, output=out)


@pytest.mark.parametrize("arguments", [("--emit", "mlir:float"), ("--calibration", "ranges.json")], ids=str)
def test_a_limit_of_memory_holds_wherever_it_is_set(forms, tmp_path, arguments):
    big = save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", [1, 1 << 20])], [port("y", [1, 1 << 20])])
    out = tmp_path / "m.out"
    tare("calibrate", "-q", big, "--random-calibration", "--samples", 1, "-o", tmp_path / "ranges.json")
    said = fails("convert", big, *arguments, "--max-memory", 5, "-o", out, output=out, cwd=tmp_path)
    assert "--max-memory" in said and "'relu'" in said
    tare("convert", big, *arguments, "--max-memory", 9, "-o", out, cwd=tmp_path)


@pytest.mark.parametrize("form", ["program.tare", "npu.mlir", "qdq.mlir", "float.mlir"])
def test_shapes_of_models_that_have_theirs(forms, tmp_path, form):
    shape = ("--input-shape", "image=1,1,8,8")
    for command in [("inspect", forms / form), ("run", forms / form, "--inputs", TEST, "--outputs", tmp_path / "o.npz"),
                    ("compare", forms / form, forms / "program.tare", "--inputs", TEST)]:
        assert "--input-shape binds the dimensions of an ONNX model" in fails(*command, *shape)
    tare("compare", MODEL, forms / form, "--inputs", TEST, "--samples", 2, *shape)


@pytest.mark.parametrize("form", ["digits.onnx", "npu.mlir", "qdq.mlir", "float.mlir"])
def test_reference_kernels_are_a_programs(forms, tmp_path, form):
    model = MODEL if form.endswith("onnx") else forms / form
    for command in [("run", model, "--inputs", TEST, "--outputs", tmp_path / "o.npz"), ("compare", MODEL, model, "--inputs", TEST)]:
        assert "--reference chooses a program's kernels" in fails(*command, "--reference")
    assert not (tmp_path / "o.npz").exists()
    tare("compare", model, forms / "program.tare", "--inputs", TEST, "--samples", 2, "--reference")


def test_quiet_and_verbose(tmp_path):
    out = tmp_path / "m.tare"
    said = fails("convert", MODEL, *DATA, "-q", "--verbose", "-o", out, output=out)
    assert "--verbose" in said and "--quiet" in said


def test_dumps_go_on_as_before(tmp_path):
    """The options that every stage takes."""
    model = shutil.copy(MODEL, tmp_path / "m.onnx")
    for stage in ("import", "float", "ranges", "qdq", "fused", "npu"):
        tare("convert", model, *DATA, "--target", "generic", "--activations", "i8", "--input-shape", "image=1,1,8,8", "--threads", 2, "--timing", "--json",
             "--emit", f"mlir:{stage}", "-o", tmp_path / "m.mlir")


@pytest.mark.parametrize("command", ["convert", "calibrate", "run", "compare"])
def test_arrays_of_what_is_constant_are_told(tmp_path, rng, command):
    """Models before IR version 4 list all initializers as inputs; an array for one changes nothing."""
    model = save(tmp_path / "m.onnx", [node("Mul", ["x", "w"], ["y"], name="mul")], [port("x", [1, 4]), port("w", [1, 4])], [port("y", None)],
                 {"w": np.ones((1, 4), np.float32)})
    data = {"x": rng.normal(size=(8, 4)).astype(np.float32)}
    np.savez(tmp_path / "plain.npz", **data)
    np.savez(tmp_path / "both.npz", w=5 * np.ones((8, 4), np.float32), **data)
    (tmp_path / "folder").mkdir()
    shutil.copy(tmp_path / "both.npz", tmp_path / "folder")
    tare("convert", model, "--calibration", tmp_path / "plain.npz", "-o", tmp_path / "m.tare")
    told = {}
    for name in ("plain.npz", "both.npz", "folder"):
        path = tmp_path / name
        told[name] = tare(*{"convert": ("convert", model, "--calibration", path, "-o", tmp_path / "o.tare"), "calibrate": ("calibrate", model, "--calibration", path, "-o", tmp_path / "r.json"),
                            "run": ("run", model, "--inputs", path, "--outputs", tmp_path / "o.npz"), "compare": ("compare", model, tmp_path / "m.tare", "--inputs", path)}[command]).stderr
    assert "initializers" not in told["plain.npz"]
    for name in ("both.npz", "folder"):
        assert told[name].count("arrays of the data that are ignored: 'w'") == 1, told[name]

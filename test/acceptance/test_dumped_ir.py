"""Dumped IR can be used: it runs, passes run on it, and conversion goes on from it."""
import re
import shutil
import sys

import numpy as np
import onnx
import pytest

from graphs import port, save, node
from harness import ROOT, fails, load, tare

sys.path.append(str(ROOT / "bench"))  # The generated architectures; behind the tests' own modules.
import architectures

DIGITS = ROOT / "examples/digits"
MODEL, CALIBRATION, TEST = DIGITS / "digits.onnx", DIGITS / "calibration.npz", DIGITS / "test.npz"


def dump(folder, *arguments):
    """The dumped files in order, and the program."""
    tare("convert", MODEL, "--calibration", CALIBRATION, "--dump-ir", folder / "dump", *arguments, "-o", folder / "whole.tare")
    return sorted((folder / "dump").glob("*.mlir")), folder / "whole.tare"


def outputs(executable, folder):
    tare("run", executable, "--inputs", TEST, "--outputs", folder / "o.npz")
    return load(folder / "o.npz")


@pytest.fixture(scope="module")
def dumped(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dumped")
    return folder, *dump(folder)


def test_every_file_is_of_use(dumped, tmp_path):
    folder, files, program = dumped
    assert len(files) > 10
    integers = outputs(program, tmp_path)
    for file in files:
        assert file.stat().st_size < 100_000, "weights are in files of their own"
        results = outputs(file, tmp_path)
        if re.search("lower-to-npu|canonicalize.mlir|cancel|plan", file.name) and not file.name.endswith("graph.mlir"):
            assert all(np.array_equal(results[name], integers[name]) for name in integers), file
        tare("inspect", file)
        tare("compare", MODEL, file, "--inputs", TEST)


def test_a_network_of_full_size(tmp_path):
    """ResNet-18: a file for each pass that changed something, weights beside them once; from any of them conversion goes on. (bench/ measures the seconds.)"""
    onnx.save(architectures.build("resnet18"), tmp_path / "resnet18.onnx")
    tare("calibrate", tmp_path / "resnet18.onnx", "--random-calibration", "--samples", 1, "--method", "min_max", "-q", "-o", tmp_path / "r.json")
    tare("convert", tmp_path / "resnet18.onnx", "--calibration", tmp_path / "r.json", "--dump-ir", tmp_path / "dump", "-q", "-o", tmp_path / "whole.tare")
    files = sorted((tmp_path / "dump").glob("*.mlir"))
    assert [int(file.name[:2]) for file in files] == list(range(1, len(files) + 1)) and len(files) >= 10
    passes = [file.stem[3:] for file in files]
    assert passes[-1] == "tare-plan-memory" and {"tare-import-ranges", "tare-insert-quant-dequant", "tare-lower-to-npu"} <= set(passes)
    weights = {path.stem: np.load(path) for path in (tmp_path / "dump/weights").glob("*.npy")}
    for file in files:
        text = file.read_text()
        assert "dialect_resources" not in text and len(text) < 1_000_000
        assert set(re.findall(r"dense_resource<(\w+)>", text)) <= set(weights), file
    # All of its 11,689,512 parameters but the 9,600 of batch normalizations, which are folded here, and the classifier's 1,000 biases.
    model = onnx.load(tmp_path / "resnet18.onnx")
    kernels = sum(np.prod(tensor.dims) for tensor in model.graph.initializer if len(tensor.dims) > 1)
    assert kernels == 11_678_912 == sum(w.size for w in weights.values() if w.ndim > 1 and w.dtype == np.float32)
    for file in (files[passes.index("tare-import-ranges")], files[-1]):
        tare("convert", file, "-q", "-o", tmp_path / "part.tare")
        assert (tmp_path / "part.tare").read_bytes() == (tmp_path / "whole.tare").read_bytes(), file


@pytest.mark.parametrize("target", ["generic", "gemmlowp", "shift_only", "three_stage", "float_tail"])
def test_conversion_goes_on_from_every_file(target, tmp_path):
    files, whole = dump(tmp_path, "--target", target)
    for file in files:
        text = file.read_text()
        is_float = "qnn.measured_ranges" not in text and "npu.quantize" not in text
        arguments = ["--calibration", CALIBRATION] if is_float else []
        if re.search(r'qnn.stage = "(import|float|ranges)"', text):
            arguments += ["--target", target]
        tare("convert", file, *arguments, "-o", tmp_path / "part.tare")
        assert (tmp_path / "part.tare").read_bytes() == whole.read_bytes(), file


@pytest.mark.parametrize("stage", ["import", "float", "ranges", "qdq", "fused", "npu"])
def test_conversion_goes_on_from_every_stage(stage, dumped, tmp_path):
    _, _, whole = dumped
    for ending in ["mlir", "mlirbc"]:
        module = tmp_path / f"{stage}.{ending}"
        data = ["--calibration", CALIBRATION]
        tare("convert", MODEL, *data, "--emit", f"mlir:{stage}", "-o", module)
        tare("convert", module, *(data if stage in ("import", "float") else []), "-o", tmp_path / "part.tare")
        assert (tmp_path / "part.tare").read_bytes() == whole.read_bytes()


def test_passes_run_on_a_dump(dumped, tmp_path):
    """`tare-opt` finds the weights, and what it writes holds them."""
    _, files, program = dumped
    ranges = next(file for file in files if "set-target" in file.name)
    done = tmp_path / "npu.mlir"
    tare(ranges, "--tare-insert-quant-dequant", "--tare-fuse", "--tare-lower", "-o", done, tool="tare-opt")
    integers, results = outputs(program, tmp_path), outputs(done, tmp_path)
    assert all(np.array_equal(results[name], integers[name]) for name in integers)
    tare("convert", done, "-o", tmp_path / "part.tare")
    assert (tmp_path / "part.tare").read_bytes() == program.read_bytes()


def test_a_failing_pass_is_reproduced(dumped, tmp_path):
    """The reproducer that MLIR writes holds the weights, too."""
    _, files, _ = dumped
    fused = next(file for file in files if "fuse-quantized" in file.name)
    reproducer = tmp_path / "reproducer.mlir"
    # Addresses mean nothing before lowering.
    pipeline = "--pass-pipeline=builtin.module(func.func(tare-plan-memory))"
    for arguments in [(fused, pipeline, f"--mlir-pass-pipeline-crash-reproducer={reproducer}"), (reproducer, "--run-reproducer")]:
        done = tare(*arguments, tool="tare-opt", check=False)
        assert done.returncode == 1 and "is not an npu op" in done.stderr


def test_weights_that_are_not_there(dumped, tmp_path):
    _, files, _ = dumped
    alone = shutil.copy(files[0], tmp_path / "alone.mlir")
    for command in [("inspect", alone), ("run", alone, "--inputs", TEST, "--outputs", tmp_path / "o.npz"),
                    ("convert", alone, "--calibration", CALIBRATION, "-o", tmp_path / "o.tare")]:
        assert "has no elements: they were left out when the IR was printed" in fails(*command)
    assert not list(tmp_path.glob("o.*"))


def test_weights_of_another_model(dumped, tmp_path):
    _, files, _ = dumped
    shutil.copytree(files[0].parent, tmp_path / "dump")
    weights = sorted((tmp_path / "dump/weights").glob("conv1*weight*.npy"))
    for file in weights:
        np.save(file, np.zeros((2, 2), np.float32))
    message = fails("inspect", tmp_path / "dump" / files[0].name)
    assert re.search(r"conv1.*\.npy: holds float32 2x2, but the IR's resource 'conv1\.weight.*' is float32", message)


def test_options_that_come_too_late(dumped, tmp_path):
    _, files, _ = dumped
    fused = next(file for file in files if "compute-requantization" in file.name)
    output = tmp_path / "o.tare"
    assert "calibration comes too late: the IR has reached the stage 'fused'" in fails("convert", fused, "--calibration", CALIBRATION, "-o", output)
    assert "--target or --activations comes too late" in fails("convert", fused, "--target", "gemmlowp", "-o", output)
    assert "--input-shape binds the dimensions of an ONNX model" in fails("convert", fused, "--input-shape", "image=1,1,8,8", "-o", output)
    assert "has passed the stage 'float': it is at 'fused'" in fails("convert", fused, "--emit", "mlir:float", "-o", output)
    program = shutil.copy(dumped[2], tmp_path / "p.tare")
    assert "is a program already" in fails("convert", program, "-o", output)
    assert not output.exists()


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("no folder")
    message = fails("convert", MODEL, "--calibration", CALIBRATION, "--dump-ir", tmp_path / "file", "-o", tmp_path / "o.tare")
    assert message.startswith(f"tare: error: --dump-ir {tmp_path / 'file'}: '{tmp_path / 'file'}' is a file, expected a folder")
    assert not (tmp_path / "o.tare").exists()


def test_a_second_dump_replaces_the_first(tmp_path):
    """Weights of two models would be one another's."""
    files, _ = dump(tmp_path)
    (tmp_path / "dump/notes.mlir").write_text("mine")
    small = save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"])], [port("x", [1, 4])], [port("y", [1, 4])])
    tare("convert", small, "--random-calibration", "--dump-ir", tmp_path / "dump", "-o", tmp_path / "o.tare")
    left = sorted((tmp_path / "dump").glob("*.mlir"))
    assert len(left) < len(files) and tmp_path / "dump/notes.mlir" in left


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("by", ["path", "link to the file", "link to the folder", "copy beside it"])
def test_ir_is_not_dumped_into_its_own_folder(by, dumped, tmp_path):
    files = dumped[1]
    folder = tmp_path / "dump"
    shutil.copytree(files[0].parent, folder)
    model, into = folder / files[1].name, folder
    if by == "link to the file":
        (tmp_path / "link.mlir").symlink_to(model)
        model = tmp_path / "link.mlir"
    elif by == "link to the folder":
        (tmp_path / "link").symlink_to(folder)
        into = tmp_path / "link"
    elif by == "copy beside it":
        model = shutil.copy(model, folder / "mine.mlir")
    before = contents(folder)
    message = fails("convert", model, "--calibration", CALIBRATION, "--dump-ir", into, "-o", tmp_path / "o.tare",
                    output=tmp_path / "o.tare")
    assert f"cannot dump into {into}: the IR '{model}' lies there" in message
    assert contents(folder) == before


def test_calibration_is_no_file_of_the_dump(dumped, tmp_path):
    folder = tmp_path / "dump"
    shutil.copytree(dumped[1][0].parent, folder)
    data = sorted((folder / "weights").iterdir())[0]
    before = contents(folder)
    message = fails("convert", MODEL, "--calibration", data, "--dump-ir", folder, "-o", tmp_path / "o.tare")
    assert f"'{data}' is a file of the dump that lies there" in message
    assert contents(folder) == before


def test_files_that_no_dump_wrote_stay(dumped, tmp_path):
    """Whatever they are called; also the network itself may lie there."""
    folder = tmp_path / "dump"
    folder.mkdir()
    model = shutil.copy(MODEL, folder / "digits.onnx")
    mine = {folder / "10-notes.mlir": b"mine", folder / "00-a.mlir": b"mine, too"}
    for path, text in mine.items():
        path.write_bytes(text)
    for _ in range(2):
        tare("convert", model, "--calibration", CALIBRATION, "--dump-ir", folder, "-o", tmp_path / "o.tare")
        assert all(path.read_bytes() == text for path, text in mine.items())
    assert len(list(folder.glob("*.mlir"))) == len(dumped[1]) + len(mine)


@pytest.mark.parametrize("kind", ["numbered", "weights"])
def test_a_file_that_no_dump_wrote_is_not_replaced(kind, dumped, tmp_path):
    source = dumped[1][0].parent
    name = dumped[1][2].name if kind == "numbered" else sorted((source / "weights").iterdir())[0].relative_to(source)
    folder = tmp_path / "dump"
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text("mine")
    message = fails("convert", MODEL, "--calibration", CALIBRATION, "--dump-ir", folder, "-o", tmp_path / "o.tare",
                    output=tmp_path / "o.tare")
    assert f"--dump-ir: {folder / name}: exists, and no dump wrote it" in message
    assert (folder / name).read_text() == "mine"


def test_a_list_names_nothing_outside_its_folder(tmp_path):
    folder = tmp_path / "dump"
    (folder / "weights").mkdir(parents=True)
    victim = tmp_path / "01-a.mlir"
    victim.write_text("mine")
    (folder / ".tare-dump").write_text("../01-a.mlir\nweights/../../01-a.mlir\n" + str(victim) + "\n")
    tare("convert", MODEL, "--calibration", CALIBRATION, "--dump-ir", folder, "-o", tmp_path / "o.tare")
    assert victim.read_text() == "mine"

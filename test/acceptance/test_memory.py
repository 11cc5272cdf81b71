"""Models that no memory holds are refused by their sizes, before any work."""
import resource
import signal
import subprocess
import time

import numpy as np
import onnx
import pytest

from graphs import node, port, save
from harness import BIN, fails, tare

MB = 1 << 20


def wide(path, branches=8):
    """Each layer takes 2 MB, but the operands of the last ones are alive all along: 1 MB each, of as many branches."""
    shape = [1, 4, 256, 256]
    nodes = [node("Sigmoid", ["x"], ["b0"], name="b0")] + [node("Sigmoid", [f"b{i - 1}"], [f"b{i}"], name=f"b{i}") for i in range(1, branches)]
    total = f"b{branches - 1}"
    for i in reversed(range(branches - 1)):
        nodes.append(node("Add", [total, f"b{i}"], [f"s{i}"], name=f"s{i}"))
        total = f"s{i}"
    return save(path, nodes, [port("x", shape)], [port(total, shape)])


def heavy(path):
    """16 MB of weights, and values of a few bytes."""
    return save(path, [node("Gemm", ["x", "w"], ["y"], name="fc")], [port("x", [1, 2048])], [port("y", [1, 2048])], {"w": np.full((2048, 2048), 0.01, np.float32)})


def commands(model, folder):
    np.savez(folder / "x.npz", x=np.zeros((1, 1), np.float32))
    return [["convert", model, "--random-calibration", "--samples", 2, "-o", folder / "m.tare"], ["calibrate", model, "--random-calibration", "--samples", 2, "-o", folder / "r.json"],
            ["run", model, "--inputs", folder / "x.npz", "--outputs", folder / "y.npz"], ["compare", model, model, "--inputs", folder / "x.npz"]]


def test_what_is_alive_at_once(tmp_path):
    model = wide(tmp_path / "m.onnx")
    for command in commands(model, tmp_path):
        said = fails(*command, "--max-memory", 4)
        assert "what is alive at once at layer" in said and "takes 0.009" in said and "0.004194 GB are allowed" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.onnx", "x.npz"]
    for command in commands(model, tmp_path)[:2]:
        tare(*command, "--max-memory", 12)


def test_values_that_have_died_do_not_count(tmp_path):
    nodes = [node("Sigmoid", [f"b{i}"], [f"b{i + 1}"], name=f"l{i}") for i in range(20)]
    save(tmp_path / "m.onnx", nodes, [port("b0", [1, 4, 256, 256])], [port("b20", [1, 4, 256, 256])])
    tare("calibrate", tmp_path / "m.onnx", "--random-calibration", "--samples", 2, "--max-memory", 3, "-o", tmp_path / "r.json")


def test_weights(tmp_path):
    model = heavy(tmp_path / "m.onnx")
    for command in commands(model, tmp_path):
        assert "0.01678 GB" in (said := fails(*command, "--max-memory", 8)) and "takes" in said and "--max-memory" in said
    for command in commands(model, tmp_path)[:2]:
        tare(*command, "--max-memory", 20)
    tare("calibrate", model, "--random-calibration", "--samples", 2, "-o", tmp_path / "r.json")
    fails("convert", model, "--calibration", tmp_path / "r.json", "--max-memory", 8, "-o", tmp_path / "n.tare", output=tmp_path / "n.tare")


def test_weights_beside_the_model(tmp_path):
    """The file alone is small."""
    model = heavy(tmp_path / "m.onnx")
    onnx.save(onnx.load(model), model, save_as_external_data=True, location="weights.bin", size_threshold=0)
    assert model.stat().st_size < 4096
    for command in commands(model, tmp_path):
        assert "its weights take 0.01678 GB" in fails(*command, "--max-memory", 8)
    tare("calibrate", model, "--random-calibration", "--samples", 2, "-o", tmp_path / "r.json")
    said = fails("convert", model, "--calibration", tmp_path / "r.json", "--max-memory", 8, "-o", tmp_path / "n.tare", output=tmp_path / "n.tare")
    assert "its weights take 0.01678 GB" in said


def test_programs(tmp_path):
    model = heavy(tmp_path / "m.onnx")
    tare("convert", model, "--random-calibration", "--samples", 2, "-o", tmp_path / "m.tare")
    np.savez(tmp_path / "x.npz", x=np.zeros((1, 2048), np.float32))
    said = fails("run", tmp_path / "m.tare", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz", "--max-memory", 2, output=tmp_path / "y.npz")
    assert "running it takes 0.0042" in said and "m.tare" in said
    tare("run", tmp_path / "m.tare", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz", "--max-memory", 8)


@pytest.mark.parametrize("shape", [[10**9, 4, 8, 8], [1, 1 << 20, 1 << 14], [1, 3, 1 << 15, 1 << 16]], ids=str)
def test_sizes_beyond_all_memory(tmp_path, shape):
    """Whatever the command: at once, and without the memory."""
    save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", shape)], [port("y", shape)])
    begun = time.monotonic()
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    for command in commands(tmp_path / "m.onnx", tmp_path):
        said = fails(*command, preexec_fn=limit)
        assert "input 'x' takes" in said and "available" in said
    assert time.monotonic() - begun < 60
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.onnx", "x.npz"]


def test_fewer_threads_where_memory_is_short(tmp_path):
    """Of 9 MB for each sample 20 MB hold two; the result is that of any number of threads."""
    model = wide(tmp_path / "m.onnx")
    results = set()
    for limit in ([], ["--max-memory", "20"], ["--max-memory", "10"]):
        tare("calibrate", model, "--random-calibration", "--samples", 6, "--threads", 4, *limit, "-o", tmp_path / "r.json")
        results.add((tmp_path / "r.json").read_bytes())
    assert len(results) == 1


# What a kill leaves

def killed(arguments, folder, expected):
    process = subprocess.Popen([str(BIN / "tare"), *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(2000):
        if any(expected in path.name for path in folder.iterdir()) or process.poll() is not None:
            break
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    return process.wait()


def test_leftovers_of_a_kill_are_in_nobodys_way(tmp_path):
    save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", [1, 8, 32, 32])], [port("y", [1, 8, 32, 32])])
    tare("convert", tmp_path / "m.onnx", "--random-calibration", "-o", tmp_path / "m.tare")
    golden = ["verify", tmp_path / "m.tare", "--golden", tmp_path / "golden", "--samples", 3000]
    assert killed(golden, tmp_path, ".part") == -signal.SIGKILL
    left = [path for path in tmp_path.iterdir() if ".part" in path.name]
    assert len(left) == 1 and not (tmp_path / "golden").exists()
    # The same name, whatever number it would have: files, folders, links to nowhere.
    for name in ("m.tare", "golden", "r.json", "y.npz"):
        (tmp_path / f"{name}.part").write_text("old")
        (tmp_path / f"{name}.0000000000000000.part").mkdir()
        (tmp_path / f"{name}.1111111111111111.part").symlink_to("nowhere")
    tare(*golden[:-1], 2)
    np.savez(tmp_path / "x.npz", x=np.zeros((1, 8, 32, 32), np.float32))
    tare("convert", tmp_path / "m.onnx", "--random-calibration", "-o", tmp_path / "m.tare")
    tare("calibrate", tmp_path / "m.onnx", "--random-calibration", "-o", tmp_path / "r.json")
    tare("run", tmp_path / "m.tare", "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz")
    assert all((tmp_path / name).exists() for name in ("m.tare", "golden", "r.json", "y.npz"))


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_a_kill_leaves_the_old_output_or_the_new(tmp_path, delay):
    save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", [1, 8, 32, 32])], [port("y", [1, 8, 32, 32])])
    arguments = ["convert", tmp_path / "m.onnx", "--random-calibration", "-o", tmp_path / "m.tare", "-q"]
    tare(*arguments)
    whole = (tmp_path / "m.tare").read_bytes()
    process = subprocess.Popen([str(BIN / "tare"), *map(str, arguments)])
    time.sleep(delay)
    process.kill()
    process.wait()
    assert (tmp_path / "m.tare").read_bytes() == whole
    tare(*arguments)
    assert (tmp_path / "m.tare").read_bytes() == whole


def test_work_of_transforms_counts(tmp_path):
    """A line of 2^20 + 7 numbers is no power of two: the transform takes some 200 MB beside 4 and 8 MB of operand and result."""
    length = (1 << 20) + 7
    model = save(tmp_path / "m.onnx", [node("DFT", ["x"], ["y"], name="dft", axis=1)], [port("x", [1, length, 1])], [port("y", [1, length, 2])], opset=17)
    np.savez(tmp_path / "x.npz", x=np.zeros((1, length, 1), np.float32))
    command = ["run", model, "--inputs", tmp_path / "x.npz", "--outputs", tmp_path / "y.npz"]
    said = fails(*command, "--max-memory", 100, output=tmp_path / "y.npz")
    assert "'dft'" in said and "--max-memory" in said
    limited(*command, "--max-memory", 800)


def limited(*command, megabytes=2000):
    """Runs with so much memory that the process may have at all."""
    done = subprocess.run([BIN / "tare", *map(str, command)], capture_output=True, text=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes * MB, megabytes * MB)))
    assert done.returncode == 0, done.stderr


def test_the_check_obeys_the_limit(tmp_path):
    """All results of a sample's layers are kept while it is checked: 16 of 256 KB in 8 bits, beside two of 1 MB in float."""
    nodes = [node("Sigmoid", [f"b{i}"], [f"b{i + 1}"], name=f"l{i}") for i in range(16)]
    model = save(tmp_path / "m.onnx", nodes, [port("b0", [1, 4, 256, 256])], [port("b16", [1, 4, 256, 256])])
    command = ["convert", model, "--random-calibration", "--samples", 2, "-o", tmp_path / "m.tare"]
    assert "not checked: " in tare(*command, "--max-memory", 4).stderr
    assert "SQNR" in tare(*command, "--max-memory", 40).stderr
    said = fails(*command, "--max-memory", 4, "--strict", output=tmp_path / "n.tare")
    assert "--strict" in said and "--max-memory" in said


def test_steps_far_longer_than_the_kernel(tmp_path):
    """Nearly all results are the bias: preparing a layer takes no memory for each of them."""
    save(tmp_path / "m.onnx", [node("ConvTranspose", ["x", "w"], ["y"], name="up", strides=[500, 500])], [port("x", [1, 2, 4, 4])], [port("y", None)],
         {"w": np.random.default_rng(0).normal(size=(2, 2, 3, 3)).astype(np.float32)})
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (900 * MB, 900 * MB))
    done = tare("convert", tmp_path / "m.onnx", "--random-calibration", "--samples", 1, "--threads", 1, "-o", tmp_path / "m.tare", preexec_fn=limit)
    assert "output 'y': SQNR" in done.stderr


def test_taps_far_beyond_the_image(tmp_path, rng):
    """One tap meets the image; a copy of the image with its border would have 160 GB."""
    save(tmp_path / "m.onnx", [node("Conv", ["x", "w"], ["y"], name="far", dilations=[100000, 100000], pads=[100000] * 4)], [port("x", [1, 2, 4, 4])], [port("y", None)],
         {"w": rng.normal(size=(2, 2, 3, 3)).astype(np.float32)})
    np.savez(tmp_path / "x.npz", x=rng.normal(size=(8, 2, 4, 4)).astype(np.float32))
    for activations in ("i8", "i16"):
        program = tmp_path / f"{activations}.tare"
        tare("convert", tmp_path / "m.onnx", "--calibration", tmp_path / "x.npz", "--activations", activations, "-o", program)
        tare("compare", tmp_path / "m.onnx", program, "--inputs", tmp_path / "x.npz", "--min-sqnr", 30)

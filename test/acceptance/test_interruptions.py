"""Closed streams, full disks, signals, limits of memory and threads: one line and no leftovers, or a whole output."""
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import warnings

import numpy as np
import onnx
import pytest

from graphs import node, port, save
from harness import BIN, ROOT, fails, tare


def make_net(folder):
    rng = np.random.default_rng(0)
    save(folder / "m.onnx", [node("Conv", ["x", "w"], ["c"], name="conv", pads=[1, 1, 1, 1]), node("Relu", ["c"], ["y"], name="relu")],
         [port("x", [1, 8, 32, 32])], [port("y", [1, 8, 32, 32])], {"w": rng.normal(size=(8, 8, 3, 3)).astype(np.float32)})
    np.savez(folder / "x.npz", x=rng.normal(size=(64, 8, 32, 32)).astype(np.float32))
    return folder


@pytest.fixture
def net(tmp_path):
    return make_net(tmp_path)


def left(folder):
    return sorted(path.name for path in folder.iterdir() if path.name not in ("m.onnx", "x.npz"))


def converts(folder, redirection, *arguments):
    command = [str(BIN / "tare"), "convert", str(folder / "m.onnx"), "--calibration", str(folder / "x.npz"), "-o", str(folder / "m.tare"), *arguments]
    return subprocess.run(["bash", "-c", f'"$@" {redirection}', "bash", *command], capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full", "<&-", "<&- 2>&-", "2> >(exit)"])
def test_messages_that_nobody_reads_are_no_failure(net, redirection):
    done = converts(net, redirection)
    assert done.returncode == 0 and left(net) == ["m.tare"]
    tare("inspect", net / "m.tare")


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full", "| true; exit ${PIPESTATUS[0]}", ">&- 2>&-"])
def test_a_report_that_cannot_be_written(net, redirection):
    """The output was written before, and is whole: the message says so."""
    done = converts(net, redirection, "--json")
    if done.returncode == 0:  # The pipe's reader was slower than the writer.
        assert "PIPESTATUS" in redirection
        return
    assert done.returncode == 1
    if "2>&-" not in redirection:
        assert "cannot write to standard output" in done.stderr and "m.tare is complete" in done.stderr
        assert done.stderr.count("\n") == 1
    tare("inspect", net / "m.tare")


@pytest.mark.parametrize("command", [["inspect", "m.tare"], ["target", "list"], ["verify", "m.tare"], ["compare", "m.onnx", "m.tare", "--inputs", "x.npz"],
                                     ["evaluate", "m.onnx", "m.tare", "--data", "x.npz", "--metric", "cosine", "-q"],
                                     ["explain", "m.onnx", "m.tare", "--inputs", "x.npz", "-q"], ["--help"]])
def test_tables_on_a_full_disk(net, command):
    converts(net, "")
    for redirection in (">/dev/full", ">&-"):
        done = subprocess.run(["bash", "-c", f'"$@" {redirection}', "bash", str(BIN / "tare"), *command], capture_output=True, text=True, cwd=net)
        assert done.returncode == 1 and done.stderr.startswith("tare: error: cannot write to standard output"), done.stderr


def wait_for(condition, process):
    for _ in range(3000):
        if condition() or process.poll() is not None:
            return
        time.sleep(0.001)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_leave_nothing(net, number):
    """Golden vectors are a folder under a temporary name, which no file system hides."""
    converts(net, "")
    # As many samples as keep this machine busy until the signal is there.
    for samples in (2000, 8000, 32000, 128000):
        process = subprocess.Popen([str(BIN / "tare"), "verify", str(net / "m.tare"), "--golden", str(net / "golden"), "--samples", str(samples)],
                                   stdout=subprocess.DEVNULL, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
        wait_for(lambda: any(".part" in name for name in left(net)), process)
        process.send_signal(number)
        # Between the folder's last name and the process's end it is whole, whoever ends that.
        if process.wait(60) == -number and not (net / "golden").exists():
            break
        assert process.returncode in (0, -number)
        shutil.rmtree(net / "golden")
    else:
        pytest.fail("it was always done too early to be interrupted")
    assert left(net) == ["m.tare"]


def trial_of(parent):
    """The child of a process in which IR is tried; nothing where it has come to its end already."""
    for _ in range(2000):
        if parent.poll() is not None:
            return None
        children = pathlib.Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        if children:
            return int(children[0])
        time.sleep(.002)
    return None


def state_of(pid):
    """Of a process: its state, and the signals that it has blocked; nothing where it has ended."""
    try:
        fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields["State"].strip().startswith("Z") else int(fields["SigBlk"], 16)


def is_set_up(child):
    """Whether a child has come to the parser: it closes its standard error just before, when its signals are as it wants them."""
    try:
        return not pathlib.Path(f"/proc/{child}/fd/2").is_symlink()
    except PermissionError:
        return True


@pytest.fixture(scope="module")
def long_ir(tmp_path_factory):
    """Takes a second or so to parse."""
    lines = [f"    %{k + 1} = qnn.relu %{k} : (tensor<1x4xf32>) -> tensor<1x4xf32>" for k in range(300000)]
    text = "\n".join(["module {", "  func.func @main(%0: tensor<1x4xf32>) -> tensor<1x4xf32> {", *lines, f"    return %{len(lines)} : tensor<1x4xf32>", "  }", "}"])
    path = tmp_path_factory.mktemp("long") / "long.mlir"
    path.write_text(re.sub(r"%(\d+)", r"%v\1", text))
    return path


def trying(ir):
    """A process that tries `ir` in a child, which stands still. It ignores no signal, whatever this one was started with."""
    for _ in range(5):
        parent = subprocess.Popen([str(BIN / "tare"), "inspect", str(ir)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                  preexec_fn=lambda: [signal.signal(each, signal.SIG_DFL) for each in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)])
        child = trial_of(parent)
        try:
            if child is not None:
                # A busy machine lets it wait.
                wait_for(lambda: is_set_up(child), parent)
                os.kill(child, signal.SIGSTOP)
                if state_of(child) is not None:
                    return parent, child
        except ProcessLookupError:
            pass
        parent.communicate()
    pytest.fail("no child tries what takes a second to parse")


def ends(pid):
    for _ in range(500):
        if state_of(pid) is None:
            return True
        time.sleep(.01)
    os.kill(pid, signal.SIGKILL)
    return False


@pytest.mark.parametrize("last", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_what_is_tried_ends_with_its_parent(long_ir, last):
    parent, child = trying(long_ir)
    parent.send_signal(last)
    parent.communicate(timeout=60)
    assert parent.returncode == -last
    assert ends(child)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_what_is_tried_can_be_ended(long_ir, sent):
    parent, child = trying(long_ir)
    blocked = state_of(child)
    os.kill(child, sent)
    os.kill(child, signal.SIGCONT)
    said = parent.communicate(timeout=60)[1]
    assert not any(blocked >> (each - 1) & 1 for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
    assert parent.returncode == 1 and said.count("\n") == 1
    assert "cannot be tried in a process of its own: that was ended (" in said


def test_ignored_signals_stay_ignored(net):
    done = subprocess.Popen([str(BIN / "tare"), "convert", str(net / "m.onnx"), "--calibration", str(net / "x.npz"), "-o", str(net / "m.tare"), "-q"],
                            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    done.send_signal(signal.SIGHUP)
    assert done.wait(60) == 0


def test_a_limit_of_files_is_an_error(net):
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
    said = fails("convert", net / "m.onnx", "--calibration", net / "x.npz", "-o", net / "m.tare", "-q", output=net / "m.tare", preexec_fn=limit)
    assert "cannot write" in said and "too large" in said


@pytest.mark.parametrize("bytes", [0, 200, 2000, 10000])
@pytest.mark.parametrize("output", ["golden", "c"])
def test_a_limit_of_files_leaves_no_folder(net, output, bytes):
    """Whichever file of the folder is the first too large one; the system's signal is another thing than its error."""
    converts(net, "")
    command = {"golden": ["verify", net / "m.tare", "--golden", net / "golden", "--samples", 1], "c": ["emit", net / "m.tare", "-o", net / "c"]}[output]
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, bytes))
    said = fails(*command, output=net / output, preexec_fn=limit)
    assert re.fullmatch(rf"tare: error: cannot write {net / output}/\S+: file too large\n", said)
    assert left(net) == ["m.tare"]


def test_a_limit_of_open_files_leaves_no_folder(net):
    """Who has no descriptor left for a file has none for looking what is in the folder, either."""
    converts(net, "")
    command = ["verify", net / "m.tare", "--golden", net / "golden", "--inputs", net / "x.npz", "--samples", 1]
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
    said = fails(*command, output=net / "golden", preexec_fn=limit)
    assert re.fullmatch(rf"tare: error: cannot write {net / 'golden'}/\S+: too many open files\n", said)
    assert left(net) == ["m.tare"]


@pytest.mark.parametrize("bytes", [0, 200, 2000])
def test_a_limit_of_files_leaves_no_part_of_a_dump(net, bytes):
    """What was dumped stays, as that is what one looks at then: whole files, and those weights that were written."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes, bytes))
    said = fails("convert", net / "m.onnx", "--calibration", net / "x.npz", "--dump-ir", net / "dump", "-o", net / "m.tare", "-q",
                 output=net / "m.tare", preexec_fn=limit)
    assert re.fullmatch(rf"tare: error: {net / 'm.onnx'}: --dump-ir: cannot write {net / 'dump'}/\S+: file too large\n", said)
    assert left(net) == ["dump"]
    files = [path for path in (net / "dump").rglob("*") if path.is_file()]
    assert all(path.suffix in (".mlir", ".npy") or path.name == ".tare-dump" for path in files) and bool(files) == bool(bytes)
    assert all(path.stat().st_size <= bytes for path in files)
    for path in files:
        if path.suffix == ".npy":
            np.load(path)
    # It is in nobody's way.
    tare("convert", net / "m.onnx", "--calibration", net / "x.npz", "--dump-ir", net / "dump", "-o", net / "m.tare")
    tare("inspect", sorted((net / "dump").glob("*.mlir"))[-1])


UNWRITABLE = [(">/dev/full", "cannot write to standard output: "), (">&-", "cannot write to standard output: "), ("-o /dev/full", "cannot write /dev/full: "),
              ("-o none/m.mlir", "cannot open output file 'none/m.mlir'")]


@pytest.mark.parametrize("command, redirection, said", [
    *(("tare-opt m.mlir", *case) for case in UNWRITABLE), *(("tare-reduce m.mlir --test ./always", *case) for case in UNWRITABLE),
    ("ulimit -f 0; tare-opt m.mlir", "-o out.mlir", "cannot write out.mlir: ")])
def test_ir_that_cannot_be_written(net, command, redirection, said):
    """One line of the tool's, whatever LLVM makes of it."""
    tare("convert", net / "m.onnx", "--emit", "mlir:float", "-o", net / "m.mlir")
    (net / "always").write_text("#!/bin/sh\nexit 1\n")
    (net / "always").chmod(0o755)
    before = left(net)
    done = subprocess.run(["bash", "-c", f"PATH={BIN}:$PATH; {command} {redirection}"], capture_output=True, text=True, cwd=net)
    tool = "tare-reduce" if "tare-reduce" in command else "tare-opt"
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and done.stderr.startswith(f"{tool}: {said}"), done.stderr
    assert left(net) == before


def test_leftovers_of_others_are_in_nobodys_way(net):
    """Process numbers repeat from container to container."""
    converts(net, "")
    for number in [*range(1, 40), os.getpid()]:
        (net / f"golden.{number}.part").mkdir()
        (net / f"m.tare.{number}-0.part").write_text("old")
    tare("verify", net / "m.tare", "--golden", net / "golden", "--samples", 1)
    assert converts(net, "").returncode == 0


@pytest.mark.parametrize("arguments", [
    ["convert", "m.onnx", "--calibration", "x.npz", "-o", "m.onnx"],
    ["convert", "m.onnx", "--calibration", "x.npz", "-o", "x.npz"],
    ["convert", "m.onnx", "--calibration", "x.npz", "-o", "link.npz"],
    ["convert", "m.onnx", "--calibration", "x.npz", "-o", "hard.npz"],
    ["calibrate", "m.onnx", "--calibration", "x.npz", "-o", "./m.onnx"],
    ["run", "m.onnx", "--inputs", "x.npz", "--outputs", "x.npz"],
    ["run", "m.onnx", "--inputs", "x.npz", "--outputs", "m.onnx"],
])
def test_an_output_is_no_input(net, arguments):
    (net / "link.npz").symlink_to("x.npz")
    os.link(net / "x.npz", net / "hard.npz")
    before = {name: (net / name).read_bytes() for name in ("m.onnx", "x.npz")}
    said = fails(*arguments, cwd=net)
    assert "is read from; name another file" in said
    assert before == {name: (net / name).read_bytes() for name in before}


def test_an_output_is_nothing_that_is_read_with_an_input(net):
    """External data, one of a folder of samples, weights beside IR."""
    onnx.save(onnx.load(net / "m.onnx"), net / "e.onnx", save_as_external_data=True, location="w.npz", size_threshold=0)
    (net / "data").mkdir()
    for name in ("a.npz", "b.npz"):
        shutil.copy(net / "x.npz", net / "data" / name)
    tare("convert", net / "m.onnx", "--calibration", net / "x.npz", "--dump-ir", net / "dump", "-o", net / "m.tare")
    ir = next((net / "dump").glob("*insert-quant*.mlir"))
    weights = next((net / "dump/weights").iterdir())
    (net / "link.npz").symlink_to("data/b.npz")
    before = {path: path.read_bytes() for path in (net / "w.npz", net / "data/a.npz", net / "data/b.npz", weights)}
    for arguments in (["convert", "e.onnx", "--calibration", "x.npz", "-o", "w.npz"], ["calibrate", "e.onnx", "--calibration", "x.npz", "-o", "./data/../w.npz"],
                      ["run", "e.onnx", "--inputs", "x.npz", "--outputs", "w.npz"], ["run", "m.onnx", "--inputs", "data", "--outputs", "data/b.npz"],
                      ["run", "m.onnx", "--inputs", "data", "--outputs", "link.npz"], ["convert", "m.onnx", "--calibration", "data", "-o", "data/a.npz"],
                      ["convert", ir, "-o", weights]):
        assert "is read from; name another file" in fails(*arguments, cwd=net)
        assert before == {path: path.read_bytes() for path in before}
    # Another file of the folder is nobody's input.
    (net / "data/out.tare").write_text("old")
    tare("convert", "m.onnx", "--calibration", "data", "-o", "data/out.tare", cwd=net)


@pytest.mark.parametrize("arguments", [
    ["run", "m.tare", "--inputs", "x.npz", "--outputs", "y.npz", "--profile", "--profile-trace", "./y.npz"],
    ["convert", "m.onnx", "--calibration", "x.npz", "-o", "o", "--dump-ir", "o"],
    ["convert", "m.onnx", "--calibration", "x.npz", "-o", "o", "--emit", "c", "--dump-ir", "none/../o"],
])
def test_two_outputs_are_not_one(net, arguments):
    converts(net, "")
    before = left(net)
    assert "; name another file for one of them" in fails(*arguments, cwd=net)
    assert left(net) == before


def test_too_large_a_model_is_refused_before_any_work(tmp_path):
    save(tmp_path / "m.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", [10**9, 4, 8, 8])], [port("y", [10**9, 4, 8, 8])])
    # A thousandth part of the input would not fit.
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    for command, output in (("convert", tmp_path / "m.tare"), ("calibrate", tmp_path / "m.json")):
        said = fails(command, tmp_path / "m.onnx", "--random-calibration", "-o", output, output=output, preexec_fn=limit)
        assert "1024 GB" in said and "--max-memory" in said and "input 'x'" in said


def test_the_limit_of_memory_can_be_set(net):
    arguments = ["convert", net / "m.onnx", "--calibration", net / "x.npz", "-o", net / "m.tare"]
    tare(*arguments, "--max-memory", 1)
    save(net / "m.onnx", [node("Relu", ["x"], ["y"], name="relu")], [port("x", [1, 1 << 18])], [port("y", [1, 1 << 18])])
    said = fails("convert", net / "m.onnx", "--random-calibration", "--max-memory", 1, "-o", net / "n.tare", output=net / "n.tare")
    assert "layer 'relu'" in said and "0.002097 GB" in said and "allowed" in said
    tare("convert", net / "m.onnx", "--random-calibration", "--samples", 2, "--max-memory", 3, "-o", net / "n.tare")


def test_memory_that_ends_is_an_error(net):
    """Whichever thread it ends in."""
    rng = np.random.default_rng(0)
    save(net / "m.onnx", [node("Conv", ["x", "w"], ["c"], name="conv", pads=[64] * 4)], [port("x", [1, 8, 1024, 1024])], [port("c", [1, 64, 1150, 1150])],
         {"w": rng.normal(size=(64, 8, 3, 3)).astype(np.float32)})
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (900 << 20, 900 << 20))
    said = fails("convert", net / "m.onnx", "--random-calibration", "--samples", 8, "--threads", 4, "-q", "-o", net / "m.tare", output=net / "m.tare",
                 preexec_fn=limit)
    assert "memory" in said


@pytest.mark.parametrize("megabytes", [400, 600, 800])
def test_memory_that_ends_before_the_network_is_known(tmp_path, megabytes):
    """Wherever it ends, in whichever library: one line that names the file, and one document."""
    rows = np.ones((9000, 1), np.float32)
    save(tmp_path / "m.onnx", [node("Add", ["r", "c"], ["k"], name="outer"), node("Add", ["x", "k"], ["y"], name="add")], [port("x", [1, 9000])], [port("y", [9000, 9000])],
         {"r": rows, "c": rows.T})
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    done = tare("convert", tmp_path / "m.onnx", "--random-calibration", "--samples", 1, "--json", "-o", tmp_path / "m.tare", check=False, preexec_fn=limit)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "m.onnx" in done.stderr, done.stderr
    found = json.loads(done.stdout)["error"]
    assert found["file"] == str(tmp_path / "m.onnx") and done.stderr == f"tare: error: {found['message']}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["m.onnx"]


@pytest.mark.parametrize("output", ["c", "o.tare"])
def test_memory_that_ends_in_a_library(tmp_path, output):
    """oneDNN wrote code to memory that it had not been given."""
    emit, codes = ["--emit", "c"] if output == "c" else [], set()
    for megabytes in range(80, 200, 10):
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        done = tare("convert", ROOT / "examples/digits/digits.onnx", "--random-calibration", "--samples", 2, *emit, "-o", tmp_path / output, "-q", check=False, preexec_fn=limit)
        codes.add(done.returncode)
        if done.returncode == 0:
            shutil.rmtree(tmp_path / output) if emit else (tmp_path / output).unlink()
        assert done.returncode in (0, 1, 127) and not list(tmp_path.iterdir()), f"{megabytes} MB: {done.returncode} {done.stderr}"
    assert {0, 1} <= codes


@pytest.mark.parametrize("megabytes", [450, 550, 650])
def test_memory_that_ends_while_a_program_is_prepared(tmp_path, megabytes):
    """In the words of a user, whatever the standard library calls it."""
    save(tmp_path / "m.onnx", [node("ConvTranspose", ["x", "w"], ["y"], name="up", strides=[30, 30])], [port("x", [1, 2, 50, 50])], [port("y", None)],
         {"w": np.ones((2, 2, 3, 3), np.float32)})
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    done = tare("convert", tmp_path / "m.onnx", "--random-calibration", "--samples", 1, "--threads", 1, "-o", tmp_path / "m.tare", check=False, preexec_fn=limit)
    assert "bad_alloc" not in done.stderr
    assert done.returncode == 0 or (done.stderr.count("\n") == 1 and "m.onnx" in done.stderr and "memory" in done.stderr), done.stderr


@pytest.mark.parametrize("megabytes", [400, 500, 600])
def test_memory_that_ends_while_ir_is_tried(long_ir, megabytes):
    """In a child, which neither reports nor cleans up what is its parent's."""
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    done = tare("inspect", long_ir, "--json", check=False, preexec_fn=limit)
    assert done.returncode in (0, 1)
    if done.returncode:
        assert done.stderr.count("\n") == 1 and "long.mlir" in done.stderr, done.stderr
        # Where an allocation of MLIR's own fails, it ends in a crash.
        assert "memory" in done.stderr or "MLIR's parser crashed on it" in done.stderr
        assert json.loads(done.stdout)["error"]["file"] == str(long_ir)


NOBODY = 65534


def become_nobody():
    os.setgid(NOBODY)
    os.setuid(NOBODY)


@pytest.fixture
def nobodys_net():
    """In a folder that any user reaches, which pytest's are not."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o777)
        yield make_net(pathlib.Path(folder))


def skip_unless_nobody_runs_the_tools():
    try:
        reached = subprocess.run([BIN / "tare", "--help"], capture_output=True, preexec_fn=become_nobody).returncode == 0
    except PermissionError:
        reached = False
    if not reached:
        told = f"THE LIMIT OF THREADS IS NOT TESTED: user {NOBODY} cannot run {BIN / 'tare'} (build in a folder that all users may enter)"
        warnings.warn(told)
        pytest.skip(told)


@pytest.mark.skipif(os.getuid() != 0, reason="THE LIMIT OF THREADS IS NOT TESTED: only root can become another user")
def test_a_limit_of_threads_is_no_abort(nobodys_net):
    skip_unless_nobody_runs_the_tools()
    net = nobodys_net
    converts(net, "")

    def limit():
        resource.setrlimit(resource.RLIMIT_NPROC, (2, 2))
        become_nobody()

    for command in (["run", net / "m.tare", "--inputs", net / "x.npz", "--outputs", net / "y.npz", "--threads", 8],
                    ["convert", net / "m.onnx", "--calibration", net / "x.npz", "-o", net / "n.tare", "--threads", 8]):
        done = tare(*command, check=False, preexec_fn=limit)
        assert done.returncode in (0, 1) and "terminate" not in done.stderr, done.stderr
        assert done.returncode == 0 or done.stderr.count("tare: error:") == 1
    assert not [name for name in left(net) if "part" in name]


def test_many_threads_by_the_environment(net):
    environment = os.environ | {"TARE_THREADS": "40000"}
    tare("convert", net / "m.onnx", "--calibration", net / "x.npz", "-o", net / "m.tare", env=environment)

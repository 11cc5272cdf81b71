"""Ctrl-C ends whatever computes; other threads compute meanwhile."""
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
import tare
from conftest import PACKAGE


@pytest.mark.parametrize("work", [tare.calibrate, tare.convert])
def test_interrupted_within_a_second(work, model, data):
    (array,) = data.values()
    many = np.concatenate([array] * (200_000 // len(array) + 1))
    begun = threading.Event()
    pressed = []

    def press():
        begun.wait()
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        work(model, many, progress=lambda *step: begun.set())
    assert time.monotonic() - pressed[0] < 1
    thread.join()
    # What was cancelled leaves nothing behind.
    assert tare.calibrate(model, data).samples == len(array)


def test_interrupted_run(program, labelled):
    x = np.concatenate([labelled[program.inputs[0].name]] * 400)
    timer = threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        while True:
            program.run(x)
    assert time.monotonic() - begun < 1.2


def test_interrupted_process_ends(model, tmp_path):
    """Work that is cancelled does not crash the interpreter at its end."""
    script = tmp_path / "work.py"
    script.write_text(textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(PACKAGE)!r})
        import numpy as np, tare
        name = tare.Model({model!r}).input_names[0]
        shape = tare.Model({model!r}).input_shapes[0]
        data = {{name: np.random.default_rng(0).standard_normal((100_000, *shape[1:])).astype(np.float32)}}
        tare.calibrate({model!r}, data, progress=lambda *step: print("begun", flush=True))
        """))
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=20)[1]
    assert process.returncode == -signal.SIGINT and errors.rstrip().endswith("KeyboardInterrupt"), errors


def test_others_compute_meanwhile(program, labelled):
    """The GIL is free while a program runs: results of many threads are those of one."""
    x = labelled[program.inputs[0].name][:64]
    expected = program.run(x)
    ticks, results = [], []

    def count():
        while not done.is_set():
            ticks.append(1)
            time.sleep(0)

    done = threading.Event()
    counter = threading.Thread(target=count)
    counter.start()
    workers = [threading.Thread(target=lambda: results.append(program.run(x))) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    done.set()
    counter.join()
    assert len(results) == 4 and all(np.array_equal(result, expected) for result in results) and ticks


@pytest.mark.parametrize("work", ["tare.convert(model, data)", "program.run(data[name])", "tare.compare(model, program, data)", "tare.Model(model).run(data[name][:1])",
                                  "tare.calibrate(model, data, progress=lambda *step: time.sleep(0.001))"])
def test_the_end_of_the_process_waits_for_no_daemon(model, tmp_path, work):
    """A daemon thread may be anywhere when Python ends: the process ends as it would without it."""
    script = tmp_path / "work.py"
    script.write_text(textwrap.dedent(f"""
        import sys, threading, time
        sys.path.insert(0, {str(PACKAGE)!r})
        import numpy as np, tare
        model = {model!r}
        name, shape = tare.Model(model).input_names[0], tare.Model(model).input_shapes[0]
        data = {{name: np.random.default_rng(0).standard_normal((3000, *shape[1:])).astype(np.float32)}}
        program = tare.convert(model, {{name: data[name][:50]}}, progress=False)
        def loop():
            while True:
                {work}
        for _ in range(3):
            threading.Thread(target=loop, daemon=True).start()
        time.sleep(float(sys.argv[1]))
        print("ends")
        """))
    for seconds in ("0.11", "0.23", "0.37"):
        done = subprocess.run([sys.executable, "-W", "ignore", script, seconds], capture_output=True, text=True, timeout=30)
        assert (done.returncode, done.stdout, done.stderr) == (0, "ends\n", "")

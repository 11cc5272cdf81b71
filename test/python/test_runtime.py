"""What runs programs needs no compiler."""
import pathlib
import subprocess
import sys
import time

import numpy as np
import tare
from conftest import PACKAGE


def test_runtime_alone(program, labelled, tmp_path):
    """In a package that has nothing else; what does need the compiler says so."""
    for file in [*PACKAGE.glob("tare/*.py"), *PACKAGE.glob("tare/_runtime*.so")]:
        (tmp_path / "tare").mkdir(exist_ok=True)
        (tmp_path / "tare" / file.name).write_bytes(file.read_bytes())
    program.save(tmp_path / "p.tare")
    x = labelled[program.inputs[0].name][:2]
    np.save(tmp_path / "x.npy", x)
    script = ("import sys, numpy as np, tare.runtime\n"
              "np.save('y.npy', tare.runtime.load('p.tare').run(np.load('x.npy')))\n"
              "assert 'tare._driver' not in sys.modules\n"
              "import tare\n"
              "try: tare.convert\n"
              "except ImportError as error: assert 'tare-onnx' in str(error)\n"
              "else: raise SystemExit('there is a compiler')\n")
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert np.array_equal(np.load(tmp_path / "y.npy"), program.run(x))


def test_runtime_has_no_llvm():
    (module,) = PACKAGE.glob("tare/_runtime*.so")
    contents = module.read_bytes()
    assert b"mlir" not in contents and b"LLVM ERROR" not in contents
    assert len(contents) < 10 << 20


def test_runtime_is_there_at_once():
    """Beside numpy, which whoever has arrays has."""
    script = "import numpy, sys, time\nsys.path.insert(0, sys.argv[1])\nbegun = time.perf_counter()\nimport tare.runtime\nprint(time.perf_counter() - begun)"
    seconds = min(float(subprocess.run([sys.executable, "-c", script, PACKAGE], capture_output=True, text=True, check=True).stdout) for _ in range(5))
    assert seconds < 0.1


def test_buffers_are_not_overrun(program):
    """The module itself refuses what its Python part does not give it."""
    import pytest

    out = np.empty(program.outputs[0].shape, np.float32)
    for inputs, outputs in (((np.zeros(1, np.float32),), (out,)), ((), (out,)), ((np.zeros(program.inputs[0].shape, np.float32),), ())):
        with pytest.raises(ValueError):
            program._program.run(inputs, outputs, 1, None, False)

"""What Python adds: to a run, and to a conversion. Prints JSON.

    python bench/python_overhead.py --package build/python --tare build/bin/tare
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]


def small_model(path):
    """A linear layer of 64 numbers."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = np.random.default_rng(0).standard_normal((64, 64)).astype(np.float32) / 8
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "small", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 64])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 64])], [numpy_helper.from_array(weights, "w")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)


def seconds(call, times):
    begun = time.perf_counter()
    for _ in range(times):
        call()
    return (time.perf_counter() - begun) / times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", default=ROOT / "build/python")
    parser.add_argument("--tare", default=ROOT / "build/bin/tare")
    parser.add_argument("--calls", type=int, default=1000)
    options = parser.parse_args()
    sys.path.insert(0, str(options.package))
    import tare

    rounds = 9
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / "small.onnx")
        small_model(path)
        program = tare.load(_saved(tare.convert(path, random=True, progress=False), folder), threads=1)
        x = np.random.default_rng(1).standard_normal((1, 64)).astype(np.float32)
        many = np.repeat(x, options.calls, axis=0)
        single = statistics.median(seconds(lambda: program.run(x), options.calls) for _ in range(rounds))
        # All samples in one call: the runtime's own time for each.
        alone = statistics.median(seconds(lambda: program.run(many), 1) / options.calls for _ in range(rounds))
        digits = ROOT / "examples/digits"
        model, data = str(digits / "digits.onnx"), str(digits / "calibration.npz")
        out = str(pathlib.Path(folder) / "out.tare")
        command = statistics.median(seconds(lambda: subprocess.run([options.tare, "convert", model, "--calibration", data, "-o", out, "-q"], check=True), 1) for _ in range(rounds))
        own = statistics.median(seconds(lambda: tare.convert(model, data, progress=False), 1) for _ in range(rounds))
    print(json.dumps({"run_us": single * 1e6, "runtime_us": alone * 1e6, "overhead_us": (single - alone) * 1e6, "convert_seconds": own,
                      "command_seconds": command}, indent=2))


def _saved(program, folder):
    path = str(pathlib.Path(folder) / "small.tare")
    program.save(path)
    return path


if __name__ == "__main__":
    main()

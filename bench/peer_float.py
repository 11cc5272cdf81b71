"""ONNX Runtime's float: prints the seconds that it takes from a file of samples to a file of their results, once its session stands.

usage: peer_float.py MODEL.onnx DATA.npz RESULTS.npz COUNT THREADS FIXED

FIXED: JSON, inputs that are the same for each sample.
"""
import json
import sys
import time

import numpy as np

import peer


def feeds(session, data, fixed, count):
    """The first samples' arrays by input, of the inputs' own number of dimensions."""
    ports = session.get_inputs()
    for i in range(count):
        shaped = {port.name: data[port.name][i] for port in ports if port.name not in fixed}
        yield fixed | {port.name: shaped[port.name][None] if shaped[port.name].ndim < len(port.shape) else shaped[port.name] for port in ports if port.name in shaped}


def evaluate(session, path, target, fixed, count):
    """Reads the samples, runs each, and writes the results, as `tare run` does."""
    data = dict(np.load(path))
    results = [session.run(None, each) for each in feeds(session, data, fixed, count)]
    np.savez(target, **{port.name: np.stack([result[k] for result in results]) for k, port in enumerate(session.get_outputs())})


def main():
    model, data, target, count, threads, fixed = sys.argv[1:]
    session = peer.session(model, int(threads))
    fixed = {name: np.array(value) for name, value in json.loads(fixed).items()}
    evaluate(session, data, target, fixed, 2)  # what is made at the first run
    start = time.perf_counter(), time.process_time()
    evaluate(session, data, target, fixed, int(count))
    print(json.dumps({"seconds": time.perf_counter() - start[0], "cpu_seconds": time.process_time() - start[1]}))


if __name__ == "__main__":
    main()

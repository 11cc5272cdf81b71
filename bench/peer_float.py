"""ONNX Runtime's float: prints the seconds of so many runs, one sample each, after a few that do not count.

usage: peer_float.py MODEL.onnx DATA.npz COUNT THREADS FIXED

FIXED: JSON, inputs that are the same for each sample.
"""
import json
import sys
import time

import numpy as np

import peer

WARM = 3


def feeds(session, path, fixed):
    """The samples' arrays by input, of the inputs' own number of dimensions."""
    data, ports = np.load(path), session.get_inputs()
    samples = len(next(iter(data.values())))
    shaped = lambda array, port: array if array.ndim == len(port.shape) else array[None]
    return [{port.name: np.array(fixed[port.name]) if port.name in fixed else shaped(data[port.name][i], port) for port in ports}
            for i in range(samples)]


def main():
    model, data, count, threads, fixed = sys.argv[1:]
    session = peer.session(model, int(threads))
    runs = [peer.bind(session, each)[0] for each in feeds(session, data, json.loads(fixed))]
    for i in range(WARM):
        runs[i % len(runs)]()
    start = time.perf_counter()
    for i in range(int(count)):
        runs[i % len(runs)]()
    print(json.dumps({"seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main()

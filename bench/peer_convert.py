"""ONNX Runtime's static quantization from a float model to its int8 one, in a process of its own: prints the seconds, imports not
counted.

usage: peer_convert.py MODEL.onnx DATA.npz
"""
import json
import sys
import tempfile
import time

import numpy as np
import onnxruntime

import quantized

onnxruntime.set_default_logger_severity(4)


def main():
    model, data = sys.argv[1:]
    samples = np.load(data)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        # Without the preparation, which is optional and costs as much again.
        quantized.quantize(model, f"{folder}/quantized.onnx", samples, samples=1)
        print(json.dumps({"seconds": time.perf_counter() - start}))


if __name__ == "__main__":
    main()

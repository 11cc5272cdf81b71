"""ONNX Runtime's calibrators, in a process of their own: prints the seconds from the model to the ranges, imports not counted.

usage: peer_calibrate.py MODEL.onnx DATA.npz METHOD SAMPLES THREADS
"""
import json
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationMethod
from onnxruntime.quantization.calibrate import create_calibrator

import quantized

onnxruntime.set_default_logger_severity(4)


def limit_threads(threads):
    """The calibrators make their session's options themselves."""
    make = onnxruntime.SessionOptions

    def limited():
        options = make()
        options.intra_op_num_threads = threads
        return options

    onnxruntime.SessionOptions = limited


def main():
    model, data, method, samples, threads = sys.argv[1:]
    limit_threads(int(threads))
    reader = quantized.Samples(quantized.input_shapes(onnx.load(model)), np.load(data), int(samples))
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        calibrator = create_calibrator(model, augmented_model_path=f"{folder}/augmented.onnx",
                                       calibrate_method=CalibrationMethod[method])
        calibrator.collect_data(reader)
        ranges = calibrator.compute_data()
        print(json.dumps({"seconds": time.perf_counter() - start, "values": len(list(ranges.keys()))}))


if __name__ == "__main__":
    main()

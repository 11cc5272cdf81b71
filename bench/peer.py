"""ONNX Runtime, the peer: sessions with all optimizations, run on bound memory as Tare is."""
import numpy as np
import onnxruntime as ort

ort.set_default_logger_severity(4)

# For so many seconds or less its threads go on looking for work after a run, and keep a core busy.
SPINNING = 0.02

NUMPY_TYPES = {"tensor(float)": np.float32, "tensor(int32)": np.int32, "tensor(int8)": np.int8, "tensor(uint8)": np.uint8, "tensor(int64)": np.int64}


def session(model, threads=1):
    """A session on a file, or on a model's bytes."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def bind(session, feeds):
    """A function that runs the session on these arrays, and the arrays that it writes."""
    names = [o.name for o in session.get_outputs()]
    arrays = {i.name: np.ascontiguousarray(feeds[i.name], NUMPY_TYPES[i.type]) for i in session.get_inputs()}
    results = dict(zip(names, session.run(names, arrays)))
    binding = session.io_binding()
    for bound, values in ((binding.bind_input, arrays), (binding.bind_output, results)):
        for name, array in values.items():
            bound(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)

    def run(call=session.run_with_iobinding, keep=(arrays, results)):
        call(binding)

    return run, results

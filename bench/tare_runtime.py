"""Tare's C API (include/tare/tare.h) for Python: programs in this process, on numpy arrays."""
import ctypes as c

import numpy as np

REAL_NUMBERS = 1  # TARE_FORM_MODEL


class Port(c.Structure):
    _fields_ = [("name", c.c_char_p), ("type", c.c_int), ("rank", c.c_size_t), ("shape", c.POINTER(c.c_int64)),
                ("bytes", c.c_size_t), ("layout", c.c_char_p), ("scale_count", c.c_size_t), ("scales", c.POINTER(c.c_double)),
                ("axis", c.c_int32), ("zero_point", c.c_int32)]


class Library:
    """libTareRuntime.so."""

    def __init__(self, path):
        self.so = c.CDLL(str(path))
        self.so.tare_last_error.restype = c.c_char_p
        for function in ("tare_program_input_count", "tare_program_output_count"):
            getattr(self.so, function).restype = c.c_size_t

    def check(self, status):
        if status:
            raise RuntimeError(self.so.tare_last_error().decode())

    def load(self, path):
        return Program(self, path)


class Program:
    """A loaded program; `inputs` and `outputs` are its ports' names and shapes, real numbers all."""

    def __init__(self, library, path):
        self.library, self.handle = library, c.c_void_p()
        library.check(library.so.tare_program_load(str(path).encode(), 0, c.byref(self.handle)))
        self.inputs, self.outputs = self.ports("input"), self.ports("output")

    def ports(self, kind):
        so, port, found = self.library.so, Port(), {}
        for index in range(getattr(so, f"tare_program_{kind}_count")(self.handle)):
            describe = getattr(so, f"tare_program_{kind}")
            self.library.check(describe(self.handle, c.c_size_t(index), REAL_NUMBERS, c.byref(port)))
            found[port.name.decode()] = tuple(port.shape[:port.rank])
        return found

    def context(self, threads=1):
        return Context(self, threads)

    def __del__(self):
        self.library.so.tare_program_destroy(self.handle)


class Context:
    """Memory, and threads, to run a program in."""

    def __init__(self, program, threads):
        self.program, self.handle = program, c.c_void_p()
        so = program.library.so
        status = so.tare_context_create_threaded(program.handle, REAL_NUMBERS, c.c_size_t(threads), c.byref(self.handle))
        program.library.check(status)
        self.call = so.tare_context_run

    def bind(self, feeds):
        """A function that runs the program on these arrays, and the arrays that it writes."""
        arrays = [np.ascontiguousarray(feeds[name], np.float32).reshape(shape) for name, shape in self.program.inputs.items()]
        results = {name: np.zeros(shape, np.float32) for name, shape in self.program.outputs.items()}
        inputs, outputs = pointers(arrays), pointers(results.values())

        def run(call=self.call, handle=self.handle, keep=(self, arrays, results)):
            if call(handle, inputs, outputs):
                raise RuntimeError("a run failed")

        return run, results

    def __del__(self):
        self.program.library.so.tare_context_destroy(self.handle)


def pointers(arrays):
    addresses = [a.ctypes.data for a in arrays]
    return (c.c_void_p * len(addresses))(*addresses)

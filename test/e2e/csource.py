"""C sources of programs: written, compiled and run beside the runtime, on the same bytes."""
import ctypes
import functools
import itertools
import pathlib
import re
import shutil
import subprocess

import numpy as np

from harness import BIN, ROOT, tare

STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all")
TYPES = {"float": np.float32, **{f"{u}int{bits}_t": np.dtype(f"{u}int{bits}").type for u in ("", "u") for bits in (8, 16, 32, 64)}}
# By the numbers of tare.h; a bool is a byte.
RUNTIME_TYPES = (np.float32, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, np.uint8)
PROGRAM_FORM = 0
_numbers = itertools.count()


def compilers():
    """What C is compiled with here: gcc and clang, where they are."""
    return [found for found in (shutil.which("gcc"), shutil.which("clang-22") or shutil.which("clang")) if found]


def shared_library(sources, library, compiler, *flags):
    """Compiles strictly, and loads."""
    subprocess.run([compiler, *STRICT, *flags, "-shared", "-fPIC", *map(str, sources), "-o", str(library), "-lm"], check=True)
    return ctypes.CDLL(str(library))


@functools.cache
def kernel_texts():
    """The C kernels by name: a file, or what stands behind a line `//= name` of one."""
    texts = {}
    for path in sorted((ROOT / "lib/CSource/Kernels").rglob("*.c")):
        head, *sections = re.split(r"^//= (\w+)\n", path.read_text(), flags=re.MULTILINE)
        texts |= dict(zip(sections[::2], sections[1::2])) if sections else {path.stem: head}
    return texts


def kernel_text(name):
    return kernel_texts()[name]


def emitted(program, folder, *arguments):
    """The folder of C that `tare emit` makes of a program."""
    shutil.rmtree(folder, ignore_errors=True)
    tare("emit", program, "-o", folder, *arguments)
    return CSource(folder)


class Value:
    """An input or output: what it has, by a header or the runtime."""

    def __init__(self, name, kind, shape):
        self.name, self.kind, self.shape = name, np.dtype(kind), tuple(shape)

    def array(self, memory):
        return np.frombuffer(memory, self.kind).reshape(self.shape)


class CSource:
    """A folder of C."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        [self.header] = self.folder.glob("*.h")
        self.name = self.header.stem
        self.macros = dict(re.findall(r"^#define (\w+) (.+)$", self.header.read_text(), re.MULTILINE))
        self.arena_bytes, self.alignment = (int(self.macro(f"ARENA_{what}")) for what in ("BYTES", "ALIGNMENT"))
        self.inputs, self.outputs = self.values("INPUT"), self.values("OUTPUT")

    def macro(self, name):
        return self.macros[f"{self.name.upper()}_{name}"]

    def values(self, kind):
        count = int(self.macro(f"{kind}S"))
        shape = lambda i: [int(size) for size in self.macro(f"{kind}{i}_SHAPE").strip("{}").split(", ")] if int(self.macro(f"{kind}{i}_RANK")) else []
        return [Value(self.macro(f"{kind}{i}_NAME").strip('"'), TYPES[self.macro(f"{kind}{i}_TYPE")], shape(i)) for i in range(count)]

    def sources(self):
        return [path for path in sorted(self.folder.glob("*.c")) if not path.name.endswith("_test.c")]

    def compiled(self, compiler=None, *flags):
        """A shared library of it, to be called from here."""
        compiler = compiler or compilers()[0]
        # The loader knows a library by its name, whatever the file is by then.
        library = self.folder / f"{self.name}_{next(_numbers)}.so"
        return CLibrary(self, shared_library(self.sources(), library, compiler, "-O1", *flags))


class CLibrary:
    """A compiled source."""

    def __init__(self, source, library):
        self.source = source
        self.run_function = getattr(library, f"{source.name}_run")

    def arena(self):
        """Memory that is aligned as the header says, and filled with garbage."""
        memory = np.full(self.source.arena_bytes + self.source.alignment, 0xA5, np.uint8)
        return memory[-memory.ctypes.data % self.source.alignment:][:self.source.arena_bytes]

    def run(self, inputs, arena=None):
        """Arrays by the outputs, of arrays by the inputs."""
        arena = self.arena() if arena is None else arena
        given = [np.ascontiguousarray(each).view(np.uint8).reshape(-1) if each.dtype == bool else np.ascontiguousarray(each) for each in inputs]
        made = [np.empty(each.shape, each.kind) for each in self.source.outputs]
        pointers = lambda arrays: (ctypes.c_void_p * len(arrays))(*(each.ctypes.data for each in arrays))
        status = self.run_function(pointers(given), pointers(made), ctypes.c_void_p(arena.ctypes.data))
        assert status == 0, f"{self.source.name}_run returned {status}"
        return made


class _Port(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("type", ctypes.c_int), ("rank", ctypes.c_size_t), ("shape", ctypes.POINTER(ctypes.c_int64)),
                ("bytes", ctypes.c_size_t), ("layout", ctypes.c_char_p), ("scale_count", ctypes.c_size_t),
                ("scales", ctypes.POINTER(ctypes.c_double)), ("axis", ctypes.c_int32), ("zero_point", ctypes.c_int32)]


@functools.cache
def _api():
    api = ctypes.CDLL(str(BIN.parent / "lib/libTareRuntime.so"))
    api.tare_last_error.restype = ctypes.c_char_p
    api.tare_program_input_count.restype = api.tare_program_output_count.restype = ctypes.c_size_t
    return api


class Program:
    """A program in the runtime, on its own tensors: what `tare run` computes, without what was left to the host."""

    def __init__(self, path):
        self.program, self.context = ctypes.c_void_p(), ctypes.c_void_p()
        self.do("program_load", str(path).encode(), 0, ctypes.byref(self.program))
        self.do("context_create", self.program, PROGRAM_FORM, ctypes.byref(self.context))
        self.inputs, self.outputs = self.ports("input"), self.ports("output")

    def __del__(self):
        _api().tare_context_destroy(self.context)
        _api().tare_program_destroy(self.program)

    def do(self, function, *arguments):
        assert getattr(_api(), "tare_" + function)(*arguments) == 0, _api().tare_last_error()

    def ports(self, kind):
        found = []
        for i in range(getattr(_api(), f"tare_program_{kind}_count")(self.program)):
            port = _Port()
            self.do(f"program_{kind}", self.program, i, PROGRAM_FORM, ctypes.byref(port))
            found.append(Value(port.name.decode(), RUNTIME_TYPES[port.type], [port.shape[k] for k in range(port.rank)]))
        return found

    def run(self, inputs):
        given = [np.ascontiguousarray(each, value.kind) for each, value in zip(inputs, self.inputs)]
        made = [np.empty(each.shape, each.kind) for each in self.outputs]
        pointers = lambda arrays: (ctypes.c_void_p * len(arrays))(*(each.ctypes.data for each in arrays))
        self.do("context_run", self.context, pointers(given), pointers(made))
        return made


def drawn(values, random):
    """Arrays for inputs: integers from all over their types, and real numbers of which some are far away."""
    for value in values:
        if value.kind == np.float32:
            yield (random.standard_normal(value.shape) * random.choice([0.5, 2, 20], size=value.shape)).astype(np.float32)
        else:
            information = np.iinfo(value.kind)
            yield random.integers(information.min, information.max, size=value.shape, dtype=value.kind, endpoint=True)


def differing(program, library, inputs):
    """The names of the outputs that differ in a byte; NaNs are alike."""
    expected, found = program.run(inputs), library.run(inputs)
    alike = lambda a, b: a.tobytes() == b.tobytes() or (a.dtype.kind == "f" and np.array_equal(a, b, equal_nan=True)
                                                       and np.array_equal(np.signbit(a)[a == 0], np.signbit(b)[b == 0]))
    return [value.name for value, a, b in zip(program.outputs, expected, found) if not alike(a, b)]

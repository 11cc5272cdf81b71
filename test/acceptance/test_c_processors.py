"""C sources on other processors: compiled by clang for each, with nothing but a start file, and run by emulators. The self-test that comes
with a source compares every element."""
import dataclasses
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

from csource import STRICT
from harness import ROOT, tare

sys.path.insert(0, str(ROOT / "test/random"))
from quantized_graphs import Pack, make  # noqa: E402

DIGITS = ROOT / "examples/digits"
HERE = pathlib.Path(__file__).parent / "processors"
CLANG, LINKER = shutil.which("clang-22"), shutil.which("ld.lld-22")
BOARD = ("qemu-system-arm", "-nographic", "-semihosting", "-M")


@dataclasses.dataclass(frozen=True)
class Processor:
    """What compiles for it, and what runs that. `reals`: whether it computes in double by itself, without a library."""
    target: str
    flags: tuple
    emulator: tuple
    reals: bool = True

    @property
    def is_board(self):
        return self.emulator[0] == BOARD[0]


PROCESSORS = {
    "cortex-m4": Processor("thumbv7em-none-eabi", ("-mcpu=cortex-m4", "-mfloat-abi=soft"), (*BOARD, "mps2-an386", "-kernel"), reals=False),
    "cortex-m7": Processor("thumbv7em-none-eabihf", ("-mcpu=cortex-m7",), (*BOARD, "mps2-an500", "-kernel")),
    "cortex-m55": Processor("thumbv8.1m.main-none-eabihf", ("-mcpu=cortex-m55",), (*BOARD, "mps3-an547", "-kernel")),
    "riscv32": Processor("riscv32-unknown-elf", ("-march=rv32gc", "-mabi=ilp32d"), ("qemu-riscv32",)),
    "riscv64": Processor("riscv64-unknown-elf", ("-march=rv64gc", "-mabi=lp64d"), ("qemu-riscv64",)),
    "aarch64": Processor("aarch64-none-elf", (), ("qemu-aarch64",)),
    # These have the highest byte first.
    "powerpc64": Processor("powerpc64-unknown-linux-gnu", ("-mabi=elfv2",), ("qemu-ppc64",)),
    "s390x": Processor("s390x-unknown-linux-gnu", (), ("qemu-s390x",)),
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Folders of C with their self-tests, by name; those whose name ends in "reals" have real numbers at their border."""
    folder = tmp_path_factory.mktemp("sources")
    convert = ("convert", DIGITS / "digits.onnx", "--calibration", DIGITS / "calibration.npz", "--emit", "c", "--self-test", "--prefix", "net")
    for target in ("generic", "gemmlowp", "three_stage", "shift_only", "i16x8"):
        tare(*convert, "--target", target, "--strip-io", "quantize,dequantize,transpose", "-o", folder / target)
    tare(*convert, "-o", folder / "digits_reals")
    for target in ("generic", "i16x8"):
        pack = Pack([make(31, index, target) for index in range(12)])
        pack.save(folder / "pack.onnx")
        np.savez(folder / "data.npz", **pack.data())
        tare("convert", folder / "pack.onnx", "--calibration", folder / "data.npz", "--target", target, "--allow-uncalibrated", "--check", "0",
             "--emit", "c", "--self-test", "--prefix", "net", "-o", folder / f"pack_{target}_reals")
    return folder


def built(processor, source, folder):
    """The self-test, linked with what begins and ends a program there."""
    common = [CLANG, f"--target={processor.target}", *processor.flags, "-std=c99", "-ffreestanding", "-nostdlibinc", f"-I{HERE / 'include'}", "-c"]
    # Strictly, and by vectors where the processor has them.
    subprocess.run([*common, *STRICT, "-O2", source / "net.c", "-o", folder / "net.o"], check=True)
    for path in (source / "net_test.c", HERE / "start.c"):
        subprocess.run([*common, "-O1", "-fno-builtin", path, "-o", folder / f"{path.stem}.o"], check=True)
    script = ["-T", HERE / "board.ld"] if processor.is_board else []
    objects = [folder / name for name in ("net.o", "net_test.o", "start.o")]
    subprocess.run([LINKER, "-static", "--gc-sections", *script, *objects, "-o", folder / "test.elf"], check=True)
    return folder / "test.elf"


def emulated(processor, program):
    """Semihosting writes to standard output or to standard error, by QEMU's version and what it is started from."""
    return subprocess.run([*processor.emulator, program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("name", PROCESSORS)
def test_the_same_bytes(name, sources, tmp_path):
    processor = PROCESSORS[name]
    for tool in (CLANG, LINKER, shutil.which(processor.emulator[0])):
        if not tool:
            pytest.skip(f"{processor.emulator[0].upper()}, CLANG-22 OR LLD-22 IS NOT INSTALLED: C SOURCES ARE NOT TESTED ON {name.upper()}")
    ran = 0
    for source in sorted(path for path in sources.iterdir() if path.is_dir() and (processor.reals or not path.name.endswith("reals"))):
        program = built(processor, source, tmp_path)
        done = emulated(processor, program)
        assert (done.returncode, done.stdout) == (0, "net: all samples are right\n"), f"{source.name} on {name}: {done.stdout}"
        ran += 1
    assert ran == (8 if processor.reals else 5)


def test_a_difference_ends_with_another_exit_code(sources, tmp_path):
    """The way from a wrong element to the test: a changed weight, on the emulator that is there."""
    names = [name for name, each in PROCESSORS.items() if CLANG and LINKER and shutil.which(each.emulator[0])]
    if not names:
        pytest.skip("NO EMULATOR IS INSTALLED: C SOURCES ARE TESTED ON THIS PROCESSOR ALONE")
    for name in (names[0], names[-1]):
        folder = tmp_path / name
        source = shutil.copytree(sources / "generic", folder / "c")
        text = (source / "net_test.c").read_text()
        at = text.index("{", text.index(" output_0_of_sample_1[")) + 1
        (source / "net_test.c").write_text(text[:at] + "1 + " + text[at:])
        done = emulated(PROCESSORS[name], built(PROCESSORS[name], source, folder))
        assert done.returncode == 1 and "wrong" in done.stdout

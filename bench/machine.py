"""Where and with what the numbers were made."""
import importlib.metadata
import os
import pathlib
import platform
import statistics
import time

from timing import measure_process


def field(path, name):
    for line in pathlib.Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def describe(tare):
    flags = set(field("/proc/cpuinfo", "flags").split())
    extensions = [f for f in ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8") if f in flags]
    starts = [measure_process(tare, "--version") for _ in range(5)]
    return {"date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
            "processor": field("/proc/cpuinfo", "model name") or platform.machine(), "extensions": extensions,
            "cores": len(os.sched_getaffinity(0)), "load": os.getloadavg()[0], "tare": starts[0].output.strip(),
            "start": {"seconds": statistics.median(c.seconds for c in starts), "megabytes": max(c.megabytes for c in starts)},
            **{name: importlib.metadata.version(name) for name in ("onnxruntime", "onnx", "numpy")}}


def sentence(machine):
    busy = " **The machine was busy: more processes wanted to run than there are cores.**" if machine["load"] > machine["cores"] else ""
    return (f"{machine['date']}; {machine['processor']}, {machine['cores']} cores, {' '.join(machine['extensions'])}; load "
            f"{machine['load']:.1f} at the start; {machine['tare']}; onnxruntime {machine['onnxruntime']}. "
            f"A process of `tare` that does nothing takes {machine['start']['seconds']:.3f} s and {machine['start']['megabytes']:.0f} MB.{busy}")

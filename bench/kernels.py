"""The kernels by themselves: Google Benchmark's program, and its numbers."""
import json
import subprocess

from subjects import Skipped
from tables import markdown, number


def measure(tools, quick):
    """A row per benchmark: nanoseconds, and multiply-accumulates (products) or elements (others) per second."""
    if not tools.kernels_benchmark.exists():
        raise Skipped(f"{tools.kernels_benchmark} is not built (-DTARE_BUILD_BENCHMARKS=ON)")
    done = subprocess.run([tools.kernels_benchmark, "--benchmark_format=json", f"--benchmark_min_time={0.01 if quick else 0.2}"],
                          capture_output=True, text=True, check=True)
    rows = []
    for benchmark in json.loads(done.stdout)["benchmarks"]:
        unit = {"ns": 1, "us": 1e3, "ms": 1e6}[benchmark["time_unit"]]
        rows.append({"name": benchmark["name"], "nanoseconds": benchmark["cpu_time"] * unit,
                     "items_per_second": benchmark.get("items_per_second")})
    return rows


def table(rows):
    return markdown(["kernel", "µs", "G items/s"],
                    [[r["name"], number(r["nanoseconds"] / 1e3),
                      number(r["items_per_second"] and r["items_per_second"] / 1e9)] for r in rows])

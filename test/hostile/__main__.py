"""Hostile ONNX models through the command line: each succeeds, or is refused by one clear line, and nothing is left behind.

usage: python test/hostile [--models N] [--first I] [--seed S] [--jobs J] [--only INDEX [--keep FILE]]
       python test/hostile --plant FOLDER [--models N]    writes the valid models that hostile ones are made from, for fuzzers

Prints each finding, and how often each kind occurs; exit code 1 if there is any. The tools are taken from $TARE_BIN, or build/bin.
"""
import argparse
import collections
import concurrent.futures
import functools
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from trial import hostile, tried  # noqa: E402
from valid import valid  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="the first model's number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--only", type=int, metavar="INDEX", help="one model")
    parser.add_argument("--keep", metavar="FILE", help="with --only: where the model goes")
    parser.add_argument("--plant", metavar="FOLDER", help="write valid models there, and do nothing else")
    return parser.parse_args()


def plant(options):
    for index in range(options.first, options.first + options.models):
        (pathlib.Path(options.plant) / f"valid-{index}").write_bytes(valid(random.Random(f"{options.seed}:{index}")).SerializeToString())
    return 0


def main():
    options, begin = arguments(), time.monotonic()
    if options.plant:
        return plant(options)
    if options.keep:
        pathlib.Path(options.keep).write_bytes(hostile(options.seed, options.only).data)
    numbers = range(options.first, options.first + options.models) if options.only is None else [options.only]
    counts, imported, converted = collections.Counter(), 0, 0
    os.environ["TARE_THREADS"] = "1"  # The processes are the threads.
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        for each in pool.map(functools.partial(tried, options.seed), numbers, chunksize=4):
            imported, converted = imported + each.imported, converted + each.converted
            for finding in each.findings:
                print(f"  {finding}", flush=True)
                counts[finding.problem] += 1
    print(f"{len(numbers)} models in {time.monotonic() - begin:.0f} s: {imported} imported, {converted} converted, {sum(counts.values())} findings")
    for problem, count in counts.most_common():
        print(f"{count:6} {problem}")
    return 1 if counts else 0


if __name__ == "__main__":
    sys.exit(main())

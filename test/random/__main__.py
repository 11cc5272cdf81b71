"""Random QDQ and integer graphs on every target, against ONNX's numbers, and against what `tare verify` proves of them.

usage: python test/random [--graphs N] [--seed S] [--targets a,b] [--jobs J] [--verify K] [--c K] [--only TARGET:INDEX] [--keep FOLDER]

Prints each graph that is refused or wrong, and how often each kind of finding occurs; exit code 1 if there is any.
"""
import argparse
import functools
import os
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

from builder import TARGETS  # noqa: E402
from differences import Summary, check, check_all, kinds, scratch  # noqa: E402

SHOWN = 50


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", type=int, default=2000, help="in all, shared by the targets")
    parser.add_argument("--first", type=int, default=0, help="the first graph's number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--targets", default=",".join(TARGETS))
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--verify", type=int, default=20, metavar="K",
                        help="verify the program of each K-th graph and replay its golden vectors: 1 all, 0 none")
    parser.add_argument("--reference", type=int, default=10, metavar="K",
                        help="run each K-th pack of graphs in ONNX Runtime as a whole, too: 1 all, 0 none")
    parser.add_argument("--qdq", type=int, default=0, metavar="K", help="compare the program of the QDQ export of each K-th pack of graphs with its own: 1 all, 0 none")
    parser.add_argument("--c", type=int, default=0, metavar="K", help="compare the C source of each K-th pack of graphs with its program: 1 all, 0 none")
    parser.add_argument("--only", metavar="TARGET:INDEX", help="one graph")
    parser.add_argument("--keep", metavar="FOLDER", help="where the last models stay; with --only, the one that is looked at")
    return parser.parse_args()


def run(options, folder):
    """(target, summary) of parts of the work, as they are done."""
    how = {"verify": options.verify, "reference": options.reference, "c": options.c, "qdq": options.qdq}
    if options.only:
        target, index = options.only.split(":")
        yield target, check(options.seed, [int(index)], target, folder, **{key: min(value, 1) for key, value in how.items()})
        return
    targets = options.targets.split(",")
    share = range(options.first, options.first + -(-options.graphs // len(targets)))
    os.environ["TARE_THREADS"] = "1"  # The processes are the threads.
    yield from check_all(options.seed, share, targets, folder, options.jobs, **how)


def main():
    options, summaries, begin = arguments(), {}, time.monotonic()
    with scratch(options.keep) as folder:
        for target, summary in run(options, folder):
            for finding in summary.findings[:max(0, SHOWN - len(summaries.get(target, Summary()).findings))]:
                print(f"  {finding}", flush=True)
            summaries[target] = summaries.get(target, Summary()).joined(summary)
    for target, summary in sorted(summaries.items()):
        print(f"{target}: {summary.graphs} graphs, {summary.repaired} repaired, {len(summary.findings)} findings")
    everything = functools.reduce(Summary.joined, summaries.values())
    seconds = time.monotonic() - begin
    print(f"{everything.graphs} graphs in {seconds:.0f} s, {everything.graphs / seconds:.0f} in a second")
    for kind, count in kinds(everything.findings):
        print(f"{count:6} {kind}")
    return 1 if everything.findings else 0


if __name__ == "__main__":
    sys.exit(main())

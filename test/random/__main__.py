"""Random QDQ and integer graphs on every target, against ONNX Runtime without optimizations.

usage: python test/random [--graphs N] [--seed S] [--targets a,b] [--only TARGET:INDEX] [--keep FOLDER]

Prints each graph that is refused or wrong, and how often each kind of finding occurs; exit code 1 if there is any.
"""
import argparse
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]

from builder import TARGETS  # noqa: E402
from differences import check, kinds  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graphs", type=int, default=2000, help="in all, shared by the targets")
    parser.add_argument("--first", type=int, default=0, help="the first graph's number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--targets", default=",".join(TARGETS))
    parser.add_argument("--only", metavar="TARGET:INDEX", help="one graph")
    parser.add_argument("--keep", metavar="FOLDER", help="where the last model stays; with --only, the one that is looked at")
    options = parser.parse_args()
    folder = pathlib.Path(options.keep or tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    targets = options.targets.split(",")
    share = range(options.first, options.first + -(-options.graphs // len(targets)))
    jobs = [(target, share) for target in targets]
    if options.only:
        target, index = options.only.split(":")
        jobs = [(target, [int(index)])]
    findings = []
    for target, indices in jobs:
        summary = check(options.seed, indices, target, folder)
        print(f"{target}: {summary.graphs} graphs, {summary.repaired} repaired, {len(summary.findings)} findings",
              flush=True)
        for finding in summary.findings[:50]:
            print(f"  {finding}", flush=True)
        findings += summary.findings
    for kind, count in kinds(findings):
        print(f"{count:6} {kind}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

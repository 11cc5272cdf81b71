"""What is not tested on this machine: a pytest plugin that keeps it, and what ctest runs last to tell.

A test that lacks a model, a tool or a right skips with a reason in which `NOT TESTED` stands; ctest shows nothing of a file in which others pass. The
plugin writes such reasons to the file $TARE_SKIPS, and `skips.py FOLDER` prints all files of the folder: ctest lists `skips` as skipped then, `make test`
prints them at its end.
"""
import collections
import os
import pathlib
import sys

MARK = "NOT TESTED"


def pytest_terminal_summary(terminalreporter):
    if "TARE_SKIPS" not in os.environ:
        return
    path = pathlib.Path(os.environ["TARE_SKIPS"])
    reasons = collections.Counter(report.longrepr[2].removeprefix("Skipped: ") for report in terminalreporter.getreports("skipped"))
    loud = [f"{count} x {reason}\n" for reason, count in sorted(reasons.items()) if MARK in reason]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(loud))


def main(folder):
    for path in sorted(pathlib.Path(folder).glob("*.txt")):
        for line in path.read_text().splitlines():
            print(f"{path.stem}: {line}")


if __name__ == "__main__":
    main(sys.argv[1])

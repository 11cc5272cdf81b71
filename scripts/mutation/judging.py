"""Runs the tests that reach each mutant, until one notices it."""
import time

from . import report
from .suite import batches


def judge(suite, mutant, number, pieces, budget, reasons):
    """What comes of one: a verdict, the test that noticed it, how many ran."""
    if mutant.key in reasons:
        return {"verdict": report.EQUIVALENT, "reason": reasons[mutant.key]}
    if not pieces:
        return {"verdict": report.UNREACHED}
    start, ran = time.monotonic(), 0
    for group, names, seconds in batches(pieces):
        if ran and time.monotonic() - start + seconds > budget:
            break
        # A bug that makes a loop endless is noticed, too.
        if not suite.run(group, names, {"TARE_MUTANT": str(number)}, 20 + 4 * seconds):
            return {"verdict": report.NOTICED, "by": group if len(names) > 1 else names[0], "reaching": len(pieces)}
        ran += len(names)
    return {"verdict": report.SURVIVED, "ran": ran, "reaching": len(pieces)}

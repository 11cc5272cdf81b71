"""Runs the tests that reach each mutant, until one notices it."""
import time

from . import report
from .suite import batches

WAITING = (report.SURVIVED, report.UNREACHED)


def notices(suite, group, names, number, seconds):
    """Whether tests that take `seconds` without a bug fail with this one; one that makes a loop endless is noticed, too."""
    return not suite.run(group, names, {"TARE_MUTANT": str(number)}, 20 + 4 * seconds)


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
        if notices(suite, group, names, number, seconds):
            return {"verdict": report.NOTICED, "by": group if len(names) > 1 else names[0], "reaching": len(pieces)}
        ran += len(names)
    return {"verdict": report.SURVIVED, "ran": ran, "reaching": len(pieces)}


class SlowJudge:
    """Slow tests one by one: each without a bug first, then with every one that it comes by and nothing has noticed yet.

    So what the quick tests notice costs no slow test, and a slow test runs only as long as there is something to notice.
    """

    def __init__(self, recorder, mutants, outcomes, budget):
        self.recorder, self.mutants, self.outcomes, self.budget = recorder, mutants, outcomes, budget
        self.spent = [0.0] * len(mutants)  # seconds of slow tests on each

    def waiting(self):
        return [number for number, outcome in enumerate(self.outcomes)
                if outcome["verdict"] in WAITING and self.spent[number] < self.budget]

    def judge(self, piece, tell):
        reached = set(self.recorder.reached(piece))
        for number in self.waiting():
            if number in reached:
                self.try_on(piece, number, tell)

    def try_on(self, piece, number, tell):
        outcome, begin = self.outcomes[number], time.monotonic()
        outcome["reaching"] = outcome.get("reaching", 0) + 1
        if self.spent[number] and self.spent[number] + piece.seconds > self.budget:
            return
        if notices(self.recorder.suite, piece.group, [piece.name], number, piece.seconds):
            self.outcomes[number] = {"verdict": report.NOTICED, "by": piece.name, "reaching": outcome["reaching"]}
            tell(f"noticed by {piece.name}: {number} {self.mutants[number].file}:{self.mutants[number].line}")
        else:
            outcome |= {"verdict": report.SURVIVED, "ran": outcome.get("ran", 0) + 1}
        self.spent[number] += time.monotonic() - begin

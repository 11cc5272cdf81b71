"""What came of each mutant, and the score."""
import collections
import json

NOTICED, SURVIVED, UNREACHED, EQUIVALENT = "noticed", "survived", "not reached", "equivalent"


def equivalents(path):
    """The list of mutants that change nothing: a line `key` after a line of reasons, as in test/mutation/equivalent.txt."""
    reasons, reason = {}, ""
    for line in path.read_text().splitlines() if path.exists() else []:
        if line.startswith("#"):
            reason = line.lstrip("# ")
        elif line.strip():
            reasons[line.strip()] = reason
    return reasons


def table(outcomes):
    """The score of each folder: lines of text. Equivalent ones do not count."""
    folders = collections.defaultdict(collections.Counter)
    for mutant, outcome in outcomes:
        folders[mutant.folder][outcome["verdict"]] += 1
        folders["all"][outcome["verdict"]] += 1
    width = max(map(len, folders), default=0)
    yield f"{'folder':{width}}  planted  noticed  survived  not reached  equivalent  score"
    for folder in sorted(folders, key=lambda name: (name == "all", name)):
        counts = folders[folder]
        total, counted = sum(counts.values()), sum(counts.values()) - counts[EQUIVALENT]
        score = f"{100 * counts[NOTICED] / counted:.0f} %" if counted else "-"
        yield (f"{folder:{width}}  {total:7}  {counts[NOTICED]:7}  {counts[SURVIVED]:8}  {counts[UNREACHED]:11}  "
               f"{counts[EQUIVALENT]:10}  {score:>5}")


def survivors(outcomes):
    for mutant, outcome in outcomes:
        if outcome["verdict"] != NOTICED:
            note = outcome.get("reason") or (f"{outcome['ran']} of {outcome['reaching']} tests ran" if outcome.get("reaching") else "")
            yield f"{mutant.file}:{mutant.line}: {outcome['verdict']}{f' ({note})' if note else ''}\n    {mutant.key}"


def write(path, mutants, outcomes):
    """A list of what came of each, in the order of their numbers; those that wait for their turn are left out."""
    entries = [{"number": number, "key": m.key, "file": m.file, "line": m.line, "operator": m.operator, "outcome": outcome}
               for number, (m, outcome) in enumerate(zip(mutants, outcomes)) if outcome]
    path.write_text(json.dumps(entries, indent=1) + "\n")


def noticed(path):
    """Of a run's file: what came of the mutants that were noticed, by their numbers."""
    entries = json.loads(path.read_text()) if path.exists() else []
    return {entry["number"]: entry["outcome"] for entry in entries if entry["outcome"]["verdict"] == NOTICED}

"""Chooses bugs by a seed and writes them into a copy of the sources, behind the switch."""
import collections
import random

from .mutant import Mutant

HEADER = '#include "{}"\n'


def choose_files(files, count, seed):
    """Files by chance, longer ones more likely; `files` maps them to their lines."""
    chance = random.Random(seed)
    # Efraimidis and Spirakis: the greatest of u^(1/weight) are a weighted sample without replacement.
    drawn = sorted(files, key=lambda file: chance.random() ** (1 / max(files[file], 1)), reverse=True)
    return sorted(drawn[:count])


def given(root, listed):
    """Mutants by hand: each of (file, operator, expression, what stands in its place), the expression once in its file."""
    mutants = []
    for file, operator, original, replacement in listed:
        data = (root / file).read_bytes()
        if data.count(original.encode()) != 1:
            raise SystemExit(f"mutate: {file} has `{original}` {data.count(original.encode())} times, expected once")
        begin = data.index(original.encode())
        mutants.append(Mutant(file, "by hand", operator, data.count(b"\n", 0, begin) + 1, begin, begin + len(original.encode()),
                              original, replacement))
    return mutants


def choose(found, count, seed, beside=()):
    """That many of a file's mutants which do not overlap (nor those `beside` them), no operator before another has had its turn."""
    chance = random.Random(f"{seed} {min((m.file for ms in found.values() for m in ms), default='')}")
    waiting = {name: chance.sample(mutants, len(mutants)) for name, mutants in found.items() if mutants}
    chosen = []
    while waiting and len(chosen) < count:
        for name in chance.sample(sorted(waiting), len(waiting)):
            mutant = waiting[name].pop()
            if not waiting[name]:
                del waiting[name]
            if len(chosen) < count and not any(overlap(mutant, other) for other in (*chosen, *beside)):
                chosen.append(mutant)
    return sorted(chosen, key=lambda mutant: mutant.begin)


def overlap(one, other):
    return one.begin <= other.end and other.begin <= one.end


def planted_text(data, numbered, header):
    """The text with these mutants, and where each came to stand: (text, [(begin, end, mutant)]) in bytes."""
    text, places, last = header, [], 0
    for number, mutant in numbered:
        text += data[last : mutant.begin]
        begin = len(text)
        text += mutant.planted(number).encode()
        places.append((begin, len(text), mutant))
        last = mutant.end
    return text + data[last:], places


def compiling(reader, file, mutants, header):
    """Those that the compiler takes: an error names the mutants that it is in; where it names none, each is tried alone."""
    data = (reader.root / file).read_bytes()
    while mutants:
        text, places = planted_text(data, list(enumerate(mutants)), header)
        errors = reader.errors(file, text.decode())
        if not errors:
            return mutants
        wrong = {mutant for begin, end, mutant in places if any(begin <= error <= end for error in errors)}
        if not wrong:
            return [m for m in mutants if len(mutants) > 1 and compiling(reader, file, [m], header)]
        mutants = [mutant for mutant in mutants if mutant not in wrong]
    return []


def plant(reader, files, each, seed, header_path, tell, by_hand=()):
    """Chooses `each` mutants of every file and writes them, beside those by hand; returns them, a mutant's number its place."""
    header = HEADER.format(header_path).encode()
    numbered = []
    texts = {}
    every = sorted({*files, *(mutant.file for mutant in by_hand)})
    for position, file in enumerate(every, 1):
        found, beside = reader.mutants(file), [mutant for mutant in by_hand if mutant.file == file]
        chosen = choose(found, each, seed, beside) if file in files else []
        mutants = compiling(reader, file, sorted((*chosen, *beside), key=lambda mutant: mutant.begin), header)
        for mutant in beside:
            if mutant not in mutants:
                tell(f"does not compile, left out: {mutant.key}")
        start = len(numbered)
        numbered += mutants
        texts[file] = planted_text((reader.root / file).read_bytes(), list(enumerate(mutants, start)), header)[0]
        reader.units.pop(file)
        tell(f"{position}/{len(every)} {file}: {len(mutants)} of {sum(map(len, found.values()))}")
    for file, text in texts.items():
        (reader.root / file).write_bytes(text)
    return numbered


def per_operator(mutants):
    return collections.Counter(mutant.operator for mutant in mutants)

"""Writes Tare's own cases: operators with attributes that ONNX's do not have, every spelling, and what is refused.

    generate.py FOLDER [FAMILY...]
    generate.py --operators         the operators that have a case, one a line; nothing is written

Each file beside this one is a family: its operators alike. See Conformance.cpp, --exact.
"""
import importlib
import pathlib
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
NO_FAMILIES = ("generate", "making")


def families(names=()):
    return {path.stem: importlib.import_module(path.stem).family for path in sorted(HERE.glob("*.py"))
            if path.stem not in NO_FAMILIES and (not names or path.stem in names)}


def main():
    warnings.simplefilter("ignore")
    if sys.argv[1] == "--operators":
        return print(*sorted(set().union(*(family.operators for family in families().values()))), sep="\n")
    folder, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
    for name, family in families(names).items():
        family.generate(folder / name)


main()

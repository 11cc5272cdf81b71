"""Writes Tare's own cases: operators with attributes that ONNX's do not have, every spelling, and what is refused.

    generate.py FOLDER [FAMILY...]

Each file beside this one is a family: its operators alike. See Conformance.cpp, --exact.
"""
import importlib
import pathlib
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
NO_FAMILIES = ("generate", "making")


def main():
    warnings.simplefilter("ignore")
    folder, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
    for path in sorted(HERE.glob("*.py")):
        if path.stem not in NO_FAMILIES and (not names or path.stem in names):
            importlib.import_module(path.stem).family.generate(folder / path.stem)


main()

"""Every operator has each of its pieces (pieces.py), and one that has not fails by its name and the piece's."""
import re

import pytest

import pieces
from harness import ROOT
from test_new_operator import COMPOSITE, FUNCTION, GIVEN, INTEGER, original, tree  # noqa: F401 (fixtures)

ROWS = pieces.Tree(ROOT).page
TESTS = "\n".join(path.read_text() for folder in ("test/acceptance", "test/unit/Host", "test/unit/Onnx", "test/e2e") for path in (ROOT / folder).rglob("*")
                  if path.suffix in (".py", ".cpp") and path.name != "test_operators.py")
TREE = pieces.Tree(ROOT)


def test_the_page_has_rows():
    assert len(ROWS) > 200 and sum(bool(row["i8"] and row["i16"]) for row in ROWS.values()) > 100
    assert ROWS["Where"]["i8"] and ROWS["Where"]["proof"] and ROWS["Erf"]["i8"] == ROWS["Erf"]["i16"] == "lookup" and not ROWS["TopK"]["i8"]


@pytest.mark.parametrize("name", ROWS)
def test_an_operator_is_tested(name):
    short, cases = name.rpartition(".")[2], re.search(r"(\d+) of \d+ of ONNX's cases", ROWS[name]["notes"])
    assert cases and int(cases[1]) > 0 or re.search(rf"\b{re.escape(short)}\b", TESTS), f"{name}: no case of ONNX passes, and no test names it"


# ---- The pieces


@pytest.mark.parametrize("operator", pieces.operators(TREE))
def test_an_operator_has_every_piece(operator):
    left = pieces.missing(TREE, operator)
    assert not left, f"{operator} has no {', no '.join(left)}: docs/adding-an-operator.md"


def test_all_operators_are_asked():
    """The union's, the dialect's and the page's."""
    asked = pieces.operators(TREE)
    assert {f"the union's {name}" for name in ("Conv", "Lookup", "LoopEnd")} | {f"qnn.{name}" for name in ("conv", "erf", "div", "prelu")} < asked.keys()
    assert {f"ONNX's {name}" for name in TREE.imported_by_page} == {name for name in asked if name.startswith("ONNX's ")}


# ---- A skeleton has all of them, and without one of them it is named

MEMBER, OP, ONNX = "the union's TurnOver", "qnn.turn_over", "ONNX's TurnOver"
# The operator, the piece, and the text without which it is missing, in a file, or in one of a folder; "" for the whole file.
WITHOUT = [
    (MEMBER, "kernel", "lib/Kernels/Integer/Binary.cpp", "const OpKernel turnOverKernel = {"),
    (MEMBER, "roles of operands", "lib/Kernels/Integer/Binary.cpp", '"input"'),
    (MEMBER, "op of hardware", "include/tare/Dialect/Npu/Ops/Binary.td", 'Npu_Op<"turn_over", "TurnOver">'),
    (MEMBER, "syntax of hardware", "test/Dialect/Npu/ops.mlir", "npu.turn_over "),
    (MEMBER, "C source", "lib/CSource/TurnOver.cpp", ""),
    (MEMBER, "random cases of kernels", "test/unit/Kernels/Integer/Generators.cpp", '{"turn_over", makeTurnOver}'),
    (MEMBER, "random programs", "test/unit/Runtime/RandomNetwork.cpp", "TurnOverT "),
    (MEMBER, "golden replay", "test/acceptance/replay.py", ", turn_over=turn_over"),
    (MEMBER, "replayed kinds", "test/acceptance/test_golden.py", "dequantize turn_over"),
    (MEMBER, "formula", "docs/arithmetic.md", "**turn_over**"),
    (OP, "evaluation", "lib/Evaluator/", "registry.add<TurnOverOp>(evaluateTurnOver);"),
    (OP, "lowering, or the word Qnn_FloatOnly", "passes/Lowering/", "OpConversionPattern<qnn::TurnOverOp>"),
    (OP, "syntax", "test/Dialect/Qnn/ops.mlir", "qnn.turn_over"),
    (OP, "random models", "test/random/operators.py", ", turn_over)"),
    (OP, "end-to-end case", "test/e2e/models/activations.py", '"turn_over": (plain("TurnOver"), 17),'),
    (ONNX, "conformance case of its own", "test/conformance/own/elementwise.py", 'add("turn_over", op("TurnOver", "x"), opset=17, x=x(3, 7))'),
]
INSTEAD = {'Npu_Op<"turn_over", "TurnOver">': 'Npu_Op<"turn_round", "TurnOver">', ", turn_over)": ")", "dequantize turn_over": "dequantize"}


@pytest.mark.parametrize("arguments, names", [(INTEGER, {MEMBER, OP, ONNX}), (GIVEN, {"qnn.soft_step", "ONNX's SoftStep"}), (COMPOSITE, {"ONNX's Mod"})],
                         ids=["integer", "function", "composite"])
def test_a_skeleton_has_every_piece(arguments, names, tree):
    before = pieces.operators(pieces.Tree(tree.folder)).keys()
    tree.add(*arguments)
    after = pieces.Tree(tree.folder)
    assert pieces.operators(after).keys() - before == names
    assert {name: pieces.missing(after, name) for name in names} == dict.fromkeys(names, [])


@pytest.mark.parametrize("operator, piece, file, text", WITHOUT, ids=[each[1] for each in WITHOUT])
def test_a_missing_piece_is_named(operator, piece, file, text, tree):
    tree.add(*INTEGER)
    [name] = [name for name in tree.changed() if name.startswith(file) and text in tree.text(name)]
    path, whole = tree.folder / name, tree.text(name)
    path.unlink()
    if text:
        path.write_text(whole.replace(text, INSTEAD.get(text, "")))
    assert pieces.missing(pieces.Tree(tree.folder), operator) == [piece]


def test_a_formula_that_is_missing_is_named(tree):
    """Models and cases of functions are made of it: without it there are none, and Python says which."""
    tree.add(*FUNCTION)
    with pytest.raises(AssertionError, match="TO BE " + "WRITTEN: soft_step: its numpy formula"):
        pieces.missing(pieces.Tree(tree.folder), "qnn.soft_step")


def test_every_piece_that_is_asked_of_an_operator_in_integers_was_taken_away():
    asked = {piece for name in ("the union's Rescale", "qnn.relu", "ONNX's Relu") for piece, _ in pieces.operators(TREE)[name]()}
    assert asked == {piece for _, piece, *_ in WITHOUT}

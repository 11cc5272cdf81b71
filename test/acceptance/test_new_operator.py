"""scripts/new-operator on a copy of the tree: what each tier writes where, that compilers read it, what is left to a person, and what is refused."""
import ast
import difflib
import os
import re
import shutil
import subprocess
import sys

import pytest

import pieces
from harness import ROOT
from test_sources import left_to_write

COPIED = ("scripts", "lib", "include/tare/Dialect", "include/tare/Kernels", "include/tare/Tensor", "passes/Lowering", "tools/tare", "test/unit", "test/acceptance", "test/random",
          "test/Dialect", "test/conformance/own", "test/e2e/models", "docs")
LLVM = "/usr/lib/llvm-22"
COMPOSITE = ["composite", "Mod", "--family", "Function", "--operands", "2"]
HOST = ["host", "com.microsoft.Inverse", "--family", "Matrix"]
FUNCTION = ["function", "soft_step"]
GIVEN = [*FUNCTION, "--parameter", "slope=2.0", "--parameter", "shift=0.0", "--formula", "x < shift ? 0.0 : std::tanh(slope * std::sqrt(x))",
         "--numpy", "np.where(x < shift, 0, np.tanh(slope * np.sqrt(x)))", "--bends", "jumps", "--image", "0", "1", "--domain", "0", "inf", "--since", "20"]
INTEGER = ["integer", "turn_over", "--family", "Binary"]
TIERS = {"composite": COMPOSITE, "host": HOST, "function": FUNCTION, "function_given": GIVEN, "integer": INTEGER}


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """The sources as they are."""
    folder = tmp_path_factory.mktemp("tree")
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.npz", "*.onnx"))
    shutil.copy(ROOT / ".clang-format", folder)
    return folder


class Tree:
    """A tree of links to the original's files: what is written takes the place of a link."""

    def __init__(self, original, folder):
        self.original, self.folder = original, folder
        shutil.copytree(original, folder, copy_function=os.link)

    def run(self, *arguments):
        return subprocess.run([sys.executable, self.folder / "scripts/new-operator", *arguments], capture_output=True, text=True)

    def add(self, *arguments):
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refuses(self, *arguments):
        done = self.run(*arguments)
        assert done.returncode == 1 and done.stderr.startswith("new-operator: ") and done.stderr.count("\n") == 1, done.stderr
        assert not self.changed()
        return done.stderr.removeprefix("new-operator: ").rstrip("\n")

    def changed(self):
        """The files that are new, gone, or different."""
        old, new = ({path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()} for folder in (self.original, self.folder))
        same = lambda name: old[name].samefile(new[name]) or old[name].read_bytes() == new[name].read_bytes()
        return old.keys() ^ new.keys() | {name for name in old.keys() & new.keys() if not same(name)}

    def text(self, name):
        return (self.folder / name).read_text()

    def added(self, name):
        """The lines that are new or different."""
        old = self.original / name
        lines = difflib.ndiff(old.read_text().splitlines() if old.exists() else [], self.text(name).splitlines())
        return [line[2:] for line in lines if line.startswith("+ ")]


@pytest.fixture
def tree(original, tmp_path):
    return Tree(original, tmp_path / "tree")


def static_assert(text):
    return f'  static_assert(false, "{text}");'


# ---- What is written


def test_a_composite(tree):
    tree.add(*COMPOSITE)
    mark = "TO BE " + "WRITTEN: Mod: "
    assert {name: tree.added(name) for name in tree.changed()} == {
        "lib/Onnx/Ops/Function.cpp": [
            f"/// {mark}its formula, of the ops that it makes.", "LogicalResult importMod(Node &node) {", "  mlir::Value x = node.operand(0), z = node.operand(1);",
            "  if (!x || !z)", "    return failure();", static_assert(f"{mark}node.createStep<qnn::MulOp>(..) for each step, then node.give()"), "  return failure();", "}", "",
            '  table.addImport("Mod", importMod);'],
        "test/acceptance/test_written_out.py": ['    "mod": ("Mod", ["x", "z"], {"x": ROWS, "z": ROWS}, {}, {}, 17),'],
        "test/conformance/own/elementwise.py": ["", 'add("mod", op("Mod", "x z"), opset=17, x=x(3, 7), z=x(3, 7))'],
        "docs/onnx.md": [f"| Mod | {mark}its ops | {mark}what it may not have |"]}
    assert re.search(r'importMod\(.*\n\n\} // namespace\n\n.*addImport\("com\.microsoft\.QuickGelu", importQuickGelu\);\n  table\.addImport\("Mod", importMod\);\n\}\n\Z',
                     tree.text("lib/Onnx/Ops/Function.cpp"), re.DOTALL)


def test_a_host_operator(tree):
    tree.add(*HOST)
    mark = "TO BE " + "WRITTEN: com.microsoft.Inverse: "
    banner = "//===" + 70 * "-" + "===//"
    assert {name: tree.added(name) for name in tree.changed()} == {
        "lib/Host/Matrix/Matrix.cpp": [
            banner, "// Inverse", banner, "",
            "void inferMicrosoftInverse(Inference &n) {", static_assert(f"{mark}its operands' types, and n.give() of its results'"), "}", "",
            "void runMicrosoftInverse(Evaluation &e) {", static_assert(f"{mark}its results, of e.operand(0) into e.result()"), "}", "",
            '  all.add("com.microsoft.Inverse", inferMicrosoftInverse, runMicrosoftInverse);'],
        "test/unit/Host/MatrixTest.cpp": [
            "TEST(HostMicrosoftInverse, ByHand) {", f'  FAIL() << "{mark}results that were computed by hand, of each type of elements";', "}", "",
            "TEST(HostMicrosoftInverse, Refuses) {", '  EXPECT_NE(problemOf({"com.microsoft.Inverse", 1}, {}).find("is missing"), std::string::npos);',
            f'  FAIL() << "{mark}what else it refuses: types, shapes, attributes";', "}", ""]}
    assert re.search(r'\n  all\.add\("Det", inferDet, det\);\n  all\.add\("com\.microsoft\.Inverse", .*\n  addEinsum\(all\);\n', tree.text("lib/Host/Matrix/Matrix.cpp"))


@pytest.mark.parametrize("family, name, there", [
    ("Function", "Curl", r'all\.add\("BitwiseNot", .*\n  all\.add\("Curl", inferCurl, runCurl\);\n  all\.add\("IsInf", '),  # by the alphabet, as the others
    ("Binary", "Curl", r'all\.add\("BitwiseXor", .*\n  all\.add\("Curl", inferCurl, runCurl\);\n  addComparisons\(all\);'),  # in no order: at the end
    ("Selection/TopK", "Curl", r'\(Operators &all\) \{\n  all\.add\("TopK", .*\n  all\.add\("Curl", inferCurl, runCurl\);\n\}'),  # which had one line
])
def test_the_place_in_a_list(family, name, there, tree):
    tree.add("host", name, "--family", family)
    folder, _, part = family.partition("/")
    assert re.search(there, tree.text(f"lib/Host/{folder}/{part or folder}.cpp"))


@pytest.mark.parametrize("family", ["Normalization/Softmax", "Movement/Slices", "Selection/NonMaxSuppression", "Border"])
def test_host_operators_are_tested_beside_their_family(family, tree):
    tree.add("host", "Curl", "--family", family)
    folder, _, part = family.partition("/")
    assert tree.changed() == {f"lib/Host/{folder}/{part or folder}.cpp", f"test/unit/Host/{folder}Test.cpp"}


def test_a_function_whose_formulas_are_given(tree):
    said = tree.add(*GIVEN)
    assert {name: tree.added(name) for name in tree.changed()} == {
        "include/tare/Dialect/Qnn/Ops/Function.td": [
            'def Qnn_SoftStepOp : Qnn_Function<"soft_step", "SoftStep", "x < shift ? 0.0 : tanh(slope * sqrt(x))",',
            '  [Qnn_Parameter<"slope", "2.0">, Qnn_Parameter<"shift", "0.0">], Qnn_ZeroToOne>;'],
        "include/tare/Kernels/Functions.h": [
            "      /*soft_step: slope, shift*/",
            "      {2, [](double x, const double *p) { return x < p[1] ? 0.0 : std::tanh(p[0] * std::sqrt(x)); }, jumps, 0.0,", "       HUGE_VAL},"],
        "lib/Schema/program.fbs": ["  elu, selu, celu, softplus, softsign, mish, gelu, gelu_tanh, thresholded_relu, shrink, scaled_swish, soft_step"],
        "test/e2e/models/formulas.py": [
            'DOMAINS = {"sqrt": (0, np.inf), "log": (0, np.inf), "asin": (-1, 1), "acos": (-1, 1), "acosh": (1, np.inf), "atanh": (-1, 1), "soft_step": (0, np.inf)}',
            '    "shrink": (2, lambda x, lambd, bias: np.where(x < -lambd, x + bias, np.where(x > lambd, x - bias, 0))),',
            '    "soft_step": (2, lambda x, slope, shift: np.where(x < shift, 0, np.tanh(slope * np.sqrt(x))))}']}
    assert "To be written by you" not in said and not left_to_write(tree.folder)


def test_a_range_of_its_own(tree):
    tree.add(*GIVEN, "--range", "0.5", "2")
    assert tree.added("test/e2e/models/functions.py") == ['    "SoftStep": ({}, (0.5, 2), 20),']


def test_the_cases_of_a_function_follow_from_its_record(tree):
    """With ONNX's parameters and with others, within its domain; and that it jumps."""
    tree.add(*GIVEN)
    code = "import models.functions as f; print({name: case for name, case in f.CASES.items() if 'SoftStep' in name}, sorted(f.STEPS)[-2:], 'function_softstep' in f.add_case.__globals__['CASES'])"
    done = subprocess.run([sys.executable, "-B", "-c", code], cwd=tree.folder / "test/e2e", capture_output=True, text=True)
    cases = "{'SoftStep': ({'slope': 3.0, 'shift': 0.5}, (0.2, 4), 17), 'SoftStep default': ({}, (0.2, 4), 17)}"
    assert done.stdout == f"{cases} ['SoftStep', 'ThresholdedRelu'] True\n", done.stderr


def test_a_function_that_onnx_has_not(tree):
    tree.add(*FUNCTION, "--onnx", "")
    assert tree.changed() == {"include/tare/Dialect/Qnn/Ops/Function.td", "include/tare/Kernels/Functions.h", "lib/Schema/program.fbs", "test/e2e/models/formulas.py",
                              "test/acceptance/test_functions.py"}
    assert 'Qnn_Function<"soft_step", "", ' in tree.text("include/tare/Dialect/Qnn/Ops/Function.td")
    mark = "TO BE " + "WRITTEN: soft_step: "
    assert tree.text("test/acceptance/test_functions.py").endswith(
        f'\n\n\ndef test_soft_step():\n    pytest.fail("{mark}a model whose nodes become qnn.soft_step, in float and in integers")\n')


LAYERS = {  # What stands there by which it would be missed, of an operator in integers.
    "docs/arithmetic.md": "**turn_over**: ",
    "docs/onnx.md": "| TurnOver | `qnn.turn_over` | ",
    "include/tare/Dialect/Qnn/Ops/Binary.td": 'def Qnn_TurnOverOp : Qnn_OwnGridOp<"turn_over", [Qnn_RequantOfOperands]> {',
    "include/tare/Dialect/Npu/Ops/Binary.td": 'def Npu_TurnOverOp : Npu_Op<"turn_over", "TurnOver"> {',
    "lib/CSource/TurnOver.cpp": "Status csource::lowerTurnOver(LayerWriter &layer) {",
    "lib/CSource/Kernels/Integer/turn_over.c": "y[i] = RESULT((SUM)x[i] - l->zero, 0);",
    "lib/Dialect/Qnn/Ops/Binary.cpp": "Scales TurnOverOp::getEffectiveScales() {",
    "lib/Dialect/Npu/Encoding.h": "template <typename Op> void fill(program::TurnOverT &table, Op op) {",
    "lib/Evaluator/Ops/Binary.cpp": "  registry.add<TurnOverOp>(evaluateTurnOver);",
    "lib/Kernels/Integer/Binary.cpp": "const OpKernel turnOverKernel = {",
    "lib/Kernels/Integer/Fast/BinaryFast.cpp": "std::unique_ptr<FastKernel> prepareTurnOver(",
    "lib/Kernels/Integer/Fast/Prepare.h": " prepareTurnOver;",
    "lib/Onnx/Ops/Binary.cpp": '  table.addImport("TurnOver", importTurnOver);',
    "lib/Schema/program.fbs": "  Concat, Slice, Pad, Reshape, Transpose, Resize, Quantize, Dequantize, Host, LoopBegin, LoopEnd, Normalize, Gather, TurnOver\n}",
    "passes/Lowering/Ops/Binary.cpp": "LowerMul, LowerTurnOver>(types, patterns.getContext());",
    "test/Dialect/Qnn/ops.mlir": "  %turn_over = qnn.turn_over %x : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>\n  return",
    "test/Dialect/Npu/ops.mlir": "  %turn_over = npu.turn_over %a input_zero_point = 4 requant = <",
    "test/acceptance/replay.py": ", turn_over=turn_over)",
    "test/acceptance/test_golden.py": 'transpose resize normalize quantize dequantize turn_over""".split())',
    "test/acceptance/test_c_source.py": 'scan_of_pixels turn_over""".split()',
    "test/conformance/own/elementwise.py": 'add("turn_over", op("TurnOver", "x"), opset=17, x=x(3, 7))',
    "test/e2e/models/activations.py": '    "turn_over": (plain("TurnOver"), 17),',
    "test/random/operators.py": "concat, concat, resize, turn_over)",
    "test/random/proofs.py": '"reduce_mean", "normalize", "turn_over")',
    "test/unit/Kernels/Integer/Generators.cpp": '{"turn_over", makeTurnOver}};',
    "test/unit/Kernels/Integer/ReferenceTest.cpp": "TEST(TurnOverReference, ByHand) {",
    "test/unit/Passes/RandomNetwork.cpp": "&Generator::turnOver};",
    "test/unit/Proof/ZeroPointsTest.cpp": '"turn_over.input_zero_point"})',
    "test/unit/Runtime/RandomNetwork.cpp": "&Generator::addTurnOver};",
}


def test_an_operator_in_integers_through_every_layer(tree):
    tree.add(*INTEGER)
    assert tree.changed() == LAYERS.keys()
    assert not [name for name, part in LAYERS.items() if part not in tree.text(name)]


def test_its_formula_has_the_next_number(tree):
    last = max(int(number) for number in re.findall(r"\(A(\d+)\)", tree.text("docs/arithmetic.md")))
    tree.add(*INTEGER)
    for name in ("docs/arithmetic.md", "lib/CSource/TurnOver.cpp", "lib/CSource/Kernels/Integer/turn_over.c", "lib/Kernels/Integer/Binary.cpp", "test/acceptance/replay.py", "test/unit/Kernels/Integer/ReferenceTest.cpp"):
        assert f"(A{last + 1})" in "\n".join(tree.added(name)), name
    assert re.search(rf"## Element by element\n(?:(?!\n## ).)*\(A{last + 1}\) \*\*turn_over\*\*", tree.text("docs/arithmetic.md"), re.DOTALL)


@pytest.mark.parametrize("family, kernel, fast, imports", [
    ("Binary", "Binary", "BinaryFast", "Binary"), ("Function", "Function", "FunctionFast", "Function"), ("Matrix", "Matrix/TurnOver", "MatrixFast", "Matrix/Matrix"),
    ("Movement", "Movement/TurnOver", "Movement/TurnOverFast", "Movement/Movement"), ("Normalization", "Normalization", "NormalizationFast", "Normalization/Normalization"),
    ("Pooling", "Pooling", "PoolingFast", "Pooling/Pooling"), ("Reduction", "Reduction", "ReductionFast", "Reduction")])
def test_integers_of_every_family(family, kernel, fast, imports, tree):
    """In the family's file of each layer; a kernel of a family that is a folder has a file of its own there."""
    tree.add("integer", "turn_over", "--family", family)
    ops = {f"{folder}/Ops/{family}.{suffix}" for folder, suffix in (("include/tare/Dialect/Npu", "td"), ("include/tare/Dialect/Qnn", "td"), ("lib/Dialect/Qnn", "cpp"), ("lib/Evaluator", "cpp"),
                                                                    ("passes/Lowering", "cpp"))}
    assert ops | {f"lib/Kernels/Integer/{kernel}.cpp", f"lib/Kernels/Integer/Fast/{fast}.cpp", f"lib/Onnx/Ops/{imports}.cpp"} < tree.changed()


@pytest.mark.parametrize("tier", ["composite", "function", "host", "integer"])
def test_the_page_names_every_file(tier, tree):
    """docs/adding-an-operator.md: each file that is written, and no other."""
    page = (ROOT / "docs/adding-an-operator.md").read_text()
    section = re.search(rf"^## `{tier}`$.*?(?=^## )", page, re.MULTILINE | re.DOTALL)[0]
    named = [re.sub(r"<(Family|Name|name)>", r"\\w+", re.escape(name)) for name in re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)]
    tree.add(*TIERS[tier])
    count = {name: sum(bool(re.fullmatch(pattern, name)) for pattern in named) for name in tree.changed()}
    assert set(count.values()) == {1} and len(count) == len(named), count


# ---- That it can be read


@pytest.fixture(params=TIERS)
def written(request, tree):
    tree.add(*TIERS[request.param])
    return tree


def test_python_parses(written):
    for name in written.changed():
        if name.endswith(".py"):
            ast.parse(written.text(name))


@pytest.mark.skipif(not shutil.which("clang-format-22"), reason="clang-format-22 IS NOT INSTALLED: THE FORMAT IS NOT TESTED")
def test_cpp_is_formatted(written):
    files = [written.folder / name for name in written.changed() if name.endswith((".cpp", ".h"))]
    done = subprocess.run(["clang-format-22", "--dry-run", "--Werror", *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def ops_of(tree, dialect):
    """The classes that TableGen makes of a dialect's ops."""
    done = subprocess.run([f"{LLVM}/bin/mlir-tblgen", "-gen-op-decls", "-I", tree.folder / "include", "-I", f"{LLVM}/include",
                           tree.folder / f"include/tare/Dialect/{dialect}/{dialect}Ops.td"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"^class (\w+Op) :", done.stdout, re.MULTILINE))


@pytest.mark.parametrize("tier, qnn, npu", [("function", {"SoftStepOp"}, set()), ("function_given", {"SoftStepOp"}, set()), ("integer", {"TurnOverOp"}, {"TurnOverOp"})])
def test_dialects_are_read(tier, qnn, npu, tree):
    before = {dialect: ops_of(tree, dialect) for dialect in ("Qnn", "Npu")}
    tree.add(*TIERS[tier])
    assert {dialect: ops_of(tree, dialect) - before[dialect] for dialect in before} == {"Qnn": qnn, "Npu": npu}


def test_operators_that_nobody_has_finished_stand_beside_each_other(tree):
    for arguments in (COMPOSITE, HOST, FUNCTION, INTEGER, ["composite", "Mode", *COMPOSITE[2:]], ["host", "Curl", *HOST[2:]], ["function", "hard_step"],
                      ["function", "given_step", *GIVEN[2:]], ["integer", "turn_round", *INTEGER[2:]]):
        tree.add(*arguments)
    for name in tree.changed():
        if name.endswith(".py"):
            ast.parse(tree.text(name))
    assert ops_of(tree, "Npu") > {"TurnOverOp", "TurnRoundOp"} and ops_of(tree, "Qnn") > {"SoftStepOp", "HardStepOp", "GivenStepOp", "TurnOverOp", "TurnRoundOp"}
    assert [name for name, _ in enumerators(header(tree), "FunctionKind")[-3:]] == ["soft_step", "hard_step", "given_step"]
    numbers = re.findall(r"^\(A(\d+)\) \*\*turn_", tree.text("docs/arithmetic.md"), re.MULTILINE)
    assert int(numbers[1]) == int(numbers[0]) + 1


def header(tree):
    """The schema in C++, where Functions.h looks for it."""
    subprocess.run(["flatc", "--cpp", "--cpp-std", "c++17", "--gen-object-api", "--scoped-enums", "-o", tree.folder / "include/tare/Schema",
                    tree.folder / "lib/Schema/element_type.fbs", tree.folder / "lib/Schema/program.fbs"], check=True, capture_output=True)
    made = tree.folder / "include/tare/Schema/program_generated.h"
    subprocess.run(["cmake", "-DUNION=Op", f"-DHEADER={made}", f"-DOUT={made.parent / 'program_op.h'}", "-P", ROOT / "cmake/UnionMembers.cmake"], check=True)
    return made.read_text()


def enumerators(header, kind):
    """(name, number), in order."""
    return re.findall(r"(\w+) = (\d+)", re.search(rf"enum class {kind} : .*?{{(.*?)MIN", header, re.DOTALL)[1])


def test_what_was_in_the_schema_has_its_numbers(tree):
    before = header(tree)
    tree.add(*GIVEN)
    tree.add(*INTEGER)
    after = header(tree)
    for kind, new in (("FunctionKind", "soft_step"), ("Op", "TurnOver")):
        old = enumerators(before, kind)
        assert enumerators(after, kind) == [*old, (new, str(len(old)))]


# ---- What is left to a person


def compiled(tree, text, *arguments):
    header(tree)
    source = tree.folder / "try.cpp"
    source.write_text(text)
    return subprocess.run(["clang++-22", "-std=c++20", "-I", tree.folder / "include", source, *arguments], capture_output=True, text=True)


def test_the_compiler_names_a_formula_that_is_missing(tree):
    tree.add(*FUNCTION)
    errors = re.findall(r"error: (.*)", compiled(tree, '#include "tare/Kernels/Functions.h"\n', "-fsyntax-only").stderr)
    assert errors == ["static assertion failed: " + "TO BE " + "WRITTEN: soft_step: its formula, where it bends, and where it has numbers"]


def test_a_formula_that_is_given_is_computed(tree):
    """With slope 2 and shift 0.5: nothing at 0.25, tanh(2 * sqrt(1)) at 1."""
    tree.add(*GIVEN)
    done = compiled(tree, '#include "tare/Kernels/Functions.h"\n#include <cstdio>\nint main() {\n  double p[] = {2, 0.5};\n'
                          "  const auto &f = tare::kernels::definitionOf(tare::program::FunctionKind::soft_step);\n"
                          '  std::printf("%.6f %.6f %d %g", f.evaluate(0.25, p), f.evaluate(1, p), f.hasJumps(), f.least);\n}\n', "-o", tree.folder / "try")
    assert done.returncode == 0, done.stderr
    assert subprocess.run([tree.folder / "try"], capture_output=True, text=True).stdout == "0.000000 0.964028 1 0"


def compiles(tree, file, *arguments):
    """A file of the operator, or one that is made of the union."""
    return subprocess.run(["clang++-22", "-std=c++20", *(f"-I{folder / 'include'}" for folder in (tree.folder, ROOT)), f"-I{tree.folder / 'lib/CSource'}",
                           tree.folder / file, *arguments], capture_output=True, text=True)


@pytest.mark.parametrize("file, missing", [("lib/Kernels/Registry.cpp", "tare::kernels::turnOverKernel"),
                                           ("lib/CSource/Lowering.cpp", "tare::csource::lowerTurnOver(tare::csource::LayerWriter&)")])
def test_the_linker_names_what_an_operator_of_the_union_has_not(file, missing, tree):
    tree.add(*INTEGER)
    header(tree)
    made = tree.folder / "made.o"
    done = compiles(tree, file, "-c", "-o", made)
    assert done.returncode == 0, done.stderr
    assert missing in re.findall(r"^ +U (.*)$", subprocess.run(["nm", "-C", made], capture_output=True, text=True).stdout, re.MULTILINE)


def test_the_c_layer_is_written_and_the_compiler_names_the_accumulator_of_its_kernel(tree):
    tree.add(*INTEGER)
    header(tree)
    done = compiles(tree, "lib/CSource/TurnOver.cpp", "-fsyntax-only")
    assert done.returncode == 0, done.stderr
    done = compiles(tree, "lib/CSource/Kernels/Integer/turn_over.c", "-include", "stdint.h", "-DX=int8_t", "-DSUM=int32_t", "-DREQUANT=int", "-DRESULT(sum, c)=*r * (sum)")
    assert re.findall("error: (.*)", done.stderr) == ["TO BE " + "WRITTEN: turn_over: its accumulator, in place of that of x alone"]


def of_proofs(tree, expression):
    """Evaluated in test/random/proofs.py, as its tests see it, of the tree's models."""
    return subprocess.run([sys.executable, "-c", f"import proofs; print({expression})"], cwd=tree.folder / "test/random", capture_output=True, text=True,
                          env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (tree.folder / "test/e2e", ROOT / "test/e2e"))), "PYTHONDONTWRITEBYTECODE": "1"})


def test_python_names_a_numpy_formula_that_is_missing(tree):
    tree.add(*FUNCTION)
    last = of_proofs(tree, "").stderr.splitlines()[-1]
    assert last == "NotImplementedError: " + "TO BE " + "WRITTEN: soft_step: its numpy formula, of x, in FORMULAS"


def test_a_numpy_formula_that_is_given_is_computed(tree):
    tree.add(*GIVEN)
    done = of_proofs(tree, "proofs._function('soft_step', [2, 0.5], proofs.np.array([-3, 0.25, 1])).round(6).tolist()")
    assert done.stdout == "[0.0, 0.0, 0.964028]\n", done.stderr


@pytest.mark.parametrize("tier, count", {"composite": 4, "host": 4, "function": 3, "integer": 17}.items())
def test_what_is_left_is_found_and_told(tier, count, tree):
    """By a test of the sources, and where new-operator ends: files, lines and what to write."""
    said = tree.add(*TIERS[tier])
    left = left_to_write(tree.folder)
    assert len(left) == count
    told = re.findall(r"^  (\S+):(\d+): (.*)$", said, re.MULTILINE)
    assert len(told) == count
    name = TIERS[tier][1]
    for file, line, what in told:
        assert f"{name}: {what}" in tree.text(file).splitlines()[int(line) - 1] and f"{file}: {name}: {what}" in left
    assert re.search(r"^Then:\n  ninja -C build ", said, re.MULTILINE)


# ---- What is refused


@pytest.mark.parametrize("arguments, said", [
    (["float", "Mod"], "the tier is 'float', expected one of composite, function, host, integer: docs/adding-an-operator.md asks three questions"),
    (["host"], "the operator's name is missing"),
    (["host", "top_k", "--family", "Selection/TopK"], "the name is 'top_k', expected ONNX's, as LayerNormalization or com.microsoft.FusedConv"),
    (["function", "SoftStep"], "the name is 'SoftStep', expected one as hard_swish: the op is called qnn.hard_swish"),
    (["host", "TopK", "--family", "Selection/TopK"], "'TopK' is an operator of the host already: lib/Host/Selection/TopK.cpp"),
    (["host", "Softsign", "--family", "Function/Gates"], "'Softsign' is an operator of the host already: include/tare/Dialect/Qnn/Ops/Function.td"),
    (["host", "com.microsoft.QLinearAdd", "--family", "Function/Gates"], "'com.microsoft.QLinearAdd' is an operator of the host already: lib/Host/Border/QuantizedElements.cpp"),
    (["host", "QuantizeLinear", "--family", "Function/Gates"], "'QuantizeLinear' is an operator of the host already: lib/Host/Border/LinearQuantization.cpp"),
    (["host", "Pair", "--family", "Binary"], "lib/Host/Binary/Binary.cpp: there is inferPair() of another operator: rename it first"),
    (["composite", "Gather", "--family", "Movement/Joins"], "ONNX's 'Gather' becomes ops of the dialect already: lib/Onnx/Ops/Selection.cpp"),
    (["composite", "Softsign", "--family", "Movement/Joins"], "ONNX's 'Softsign' becomes ops of the dialect already: include/tare/Dialect/Qnn/Ops/Function.td"),
    (["composite", "Mod", "--family", "Movement/Joins", "--operands", "4"], "--operands is 4, expected 1 to 3: those that are computed"),
    (["composite", "Mod", "--family", "Movement/Joins", "--formula", "x"], "--formula is not for the tier composite, which takes --family, --operands, --since"),
    (["function", "softsign"], "'softsign' is an op already: include/tare/Dialect/Qnn/Ops/Function.td"),
    (["function", "soft_sign", "--onnx", "Softsign"],
     "ONNX's 'Softsign' becomes ops of the dialect already: include/tare/Dialect/Qnn/Ops/Function.td; give another --onnx, '' for none"),
    (["function", "soft_step", "--onnx", "com.microsoft.SoftStep"],
     "--onnx is 'com.microsoft.SoftStep', expected an operator of ONNX's own domain: import others by hand, with --onnx ''"),
    (["function", "soft_step", "--formula", "x"], "--formula is given and --bends is not, expected one of smooth, corners, jumps: tables and proof go by it"),
    (["function", "soft_step", "--parameter", "alpha"], "--parameter is 'alpha', expected its name and its default, as alpha=1.0"),
    (["function", "soft_step", "--image", "1", "0"], "--image is 1 0, expected the lower end first"),
    (["function", "soft_step", "--domain", "5", "9"], "--range is missing: 5 9, the domain, has nothing in common with -4 4"),
    (["integer", "softmax", "--family", "Binary"], "'softmax' is an op already: include/tare/Dialect/Npu/Ops/Normalization.td"),
    (["integer", "negate", "--family", "Binary", "--onnx", "Neg"],
     "ONNX's 'Neg' becomes ops of the dialect already: lib/Onnx/Ops/Binary.cpp; with --onnx '' its import is left to you"),
    (["integer", "turn_over"], "the family is missing, expected one of Binary, Function, Matrix, Movement, Normalization, Pooling, Reduction"),
    (["integer", "turn_over", "--family", "Host"], "the family 'Host' is none of the dialects', expected one of Binary, Function, Matrix, Movement, Normalization, Pooling, Reduction"),
])
def test_refusals(arguments, said, tree):
    assert tree.refuses(*arguments) == said


@pytest.mark.parametrize("tier, name, family, folder", [("host", "Curl", "Image", "lib/Host"), ("composite", "Mod", "Axes", "lib/Onnx/Ops")])
def test_a_family_that_is_none_is_refused_with_those_that_are(tier, name, family, folder, tree):
    """Image only calls its parts; Axes registers nothing."""
    said = tree.refuses(tier, name, "--family", family)
    there = re.search(rf"^{tier}: (.*)$", tree.add("--list"), re.MULTILINE)[1]
    assert said == f"the family '{family}' is none of {folder}, expected one of {there}"
    assert {"host": {"Binary", "Selection/TopK"}, "composite": {"Binary", "Matrix", "Movement/Joins"}}[tier] < set(there.split(", "))


def test_an_operator_is_added_once(tree):
    for tier, said in {"composite": "ONNX's 'Mod' becomes ops of the dialect already: lib/Onnx/Ops/Function.cpp",
                       "host": "'com.microsoft.Inverse' is an operator of the host already: lib/Host/Matrix/Matrix.cpp",
                       "function": "'soft_step' is an op already: include/tare/Dialect/Qnn/Ops/Function.td",
                       "integer": "'turn_over' is an op already: include/tare/Dialect/Npu/Ops/Binary.td"}.items():
        tree.add(*TIERS[tier])
        assert tree.run(*TIERS[tier]).stderr == f"new-operator: {said}\n"


def test_all_operators_are_known(tree):
    """Those that docs/operators.md lists, which is made of the tables themselves."""
    program = ("from operators import edits, known; tree = edits.Edits('..'); "
               "print(*sorted({*known.on_host(tree), *known.imported(tree)})); print(*sorted(known.imported(tree)))")
    done = subprocess.run([sys.executable, "-B", "-c", program], cwd=tree.folder / "scripts", capture_output=True, text=True, check=True)
    everything, imported = (line.split() for line in done.stdout.splitlines())
    page = pieces.Tree(tree.folder)
    assert everything == sorted(page.page) and imported == sorted(page.imported_by_page)


# ---- Nothing by halves


def test_a_dry_run_writes_nothing(tree):
    said = tree.add(*INTEGER, "--dry-run")
    assert not tree.changed()
    assert set(re.findall(r"^\+\+\+ (\S+)", said, re.MULTILINE)) == LAYERS.keys()
    assert "+  registry.add<TurnOverOp>(evaluateTurnOver);" in said.splitlines()


def test_a_place_that_is_missing_leaves_all_as_it_was(tree):
    """The last file of the tier."""
    page, text = tree.folder / "docs/onnx.md", tree.text("docs/onnx.md")
    page.unlink()
    page.write_text(text.replace("### Steps on the way to a result", "### Steps"))
    done = tree.run(*COMPOSITE)
    assert done.stderr == ("new-operator: docs/onnx.md: found 0 places that look like /\\n### Steps on the way to a result$/, expected one: "
                           "scripts/operators looks for another form\n")
    assert tree.changed() == {"docs/onnx.md"}


def test_a_file_that_cannot_be_written_leaves_all_as_it_was(tree):
    (tree.folder / "test/acceptance/test_written_out.py.new").mkdir()
    said = tree.run(*COMPOSITE).stderr
    assert said == f"new-operator: {tree.folder}/test/acceptance/test_written_out.py.new: Is a directory: nothing is written\n"
    assert not tree.changed()

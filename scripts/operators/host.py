"""An operator that has no integer form: the types of its results, and its computation in the model's own types."""
import re

from . import known
from .edits import Refusal, marked
from .names import Onnx
from .registration import Registry

OPTIONS = {"family", "since"}
REGISTRY = Registry("lib/Host", r"^void host::add\w+\(Operators &all\) \{", "all.add")
TESTS = "test/unit/Host/*Test.cpp"


def families(edits):
    return REGISTRY.families(edits)


def plan(edits, options):
    onnx = Onnx(options.name)
    known.refuse_host(edits, onnx.name)
    file = REGISTRY.file(edits, options.family)
    for function in (f"infer{onnx.cpp}", f"run{onnx.cpp}"):
        if re.search(rf"\b{function}\b", edits.read(file)):
            raise Refusal(f"{file}: there is {function}() of another operator: rename it first")
    test = _tests_of(edits, file)
    REGISTRY.define(edits, file, onnx.operator, _functions(onnx))
    REGISTRY.add(edits, file, onnx.name, f'all.add("{onnx.name}", infer{onnx.cpp}, run{onnx.cpp});')
    edits.change(test, r"\n\} // namespace\n\Z", lambda match: _test(onnx, 1 if onnx.domain else options.since) + match[0])


def _functions(onnx):
    types, results = "its operands' types, and n.give() of its results'", "its results, of e.operand(0) into e.result()"
    return (f"void infer{onnx.cpp}(Inference &n) {{\n"
            f'  static_assert(false, "{marked(onnx.name, types)}");\n}}\n\n'
            f"void run{onnx.cpp}(Evaluation &e) {{\n"
            f'  static_assert(false, "{marked(onnx.name, results)}");\n}}\n')


def _test(onnx, opset):
    return (f"\nTEST(Host{onnx.cpp}, ByHand) {{\n"
            f'  FAIL() << "{marked(onnx.name, "results that were computed by hand, of each type of elements")}";\n}}\n\n'
            f"TEST(Host{onnx.cpp}, Refuses) {{\n"
            f'  EXPECT_NE(problemOf({{"{onnx.name}", {opset}}}, {{}}).find("is missing"), std::string::npos);\n'
            f'  FAIL() << "{marked(onnx.name, "what else it refuses: types, shapes, attributes")}";\n}}\n')


def _tests_of(edits, file):
    """The tests that name most operators of the family; of a family without tests, those of the one that it is a part of."""
    names, tests = set(), [name for name in edits.files(TESTS) if "problemOf(" in edits.read(name)]
    while True:
        names |= _operators(edits, file)
        count = {test: sum(edits.read(test).count(f'"{name}"') for name in names) for test in tests}
        best = max(count, key=count.get)
        if count[best]:
            return best
        adds = re.search(r"^void host::(add\w+)\(Operators &all\)", edits.read(file), re.MULTILINE)[1]
        file = next(other for other in edits.files("lib/Host/*.cpp") if re.search(rf"^.*\b{adds}\(\*?(all|this)\);", edits.read(other), re.MULTILINE))


def _operators(edits, file, seen=()):
    """Those that the family registers, and those of the families that it calls."""
    text = edits.read(file)
    names = set(re.findall(r'add\w*(?:<[\w:]+>)?\((?:all, )?"([^"]+)"', text))
    for adds in re.findall(r"^  (add\w+)\(\*?(?:all|this)\);", text, re.MULTILINE):
        for other in edits.files("lib/Host/*.cpp"):
            if other not in (file, *seen) and re.search(rf"^void host::{adds}\(", edits.read(other), re.MULTILINE):
                names |= _operators(edits, other, (file, *seen))
    return names


def steps(edits, options):
    onnx = Onnx(options.name)
    return [f"ninja -C build tare-host-test && build/bin/tare-host-test --gtest_filter='Host{onnx.cpp}.*'",
            "ninja -C build docs tare-conformance && ctest --test-dir build -R 'Conformance|acceptance.sources'"]

"""An operator that has no integer form: the types of its results, and its computation in the model's own types."""
import re

from . import known
from .edits import Refusal, marked
from .names import Onnx
from .registration import Registry

OPTIONS = {"family", "since"}
REGISTRY = Registry("lib/Host", r"^void host::add\w+\(Operators &all\) \{", "all.add")


def families(edits):
    return REGISTRY.families(edits)


def plan(edits, options):
    onnx = Onnx(options.name)
    known.refuse_host(edits, onnx.name)
    file = REGISTRY.file(edits, options.family)
    for function in (f"infer{onnx.cpp}", f"run{onnx.cpp}"):
        if re.search(rf"\b{function}\b", edits.read(file)):
            raise Refusal(f"{file}: there is {function}() of another operator: rename it first")
    REGISTRY.define(edits, file, onnx.operator, _functions(onnx))
    REGISTRY.add(edits, file, onnx.name, f'all.add("{onnx.name}", infer{onnx.cpp}, run{onnx.cpp});')
    edits.change(_tests_of(file), r"\n\} // namespace\n\Z", lambda match: _test(onnx, 1 if onnx.domain else options.since) + match[0])


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


def _tests_of(file):
    """The family's: its folder says which it is."""
    return f"test/unit/Host/{file.removeprefix(f'{REGISTRY.folder}/').partition('/')[0]}Test.cpp"


def steps(edits, options):
    onnx = Onnx(options.name)
    return [f"ninja -C build tare-host-test && build/bin/tare-host-test --gtest_filter='Host{onnx.cpp}.*'",
            "ninja -C build docs tare-conformance && ctest --test-dir build -R 'Conformance|acceptance.sources'"]

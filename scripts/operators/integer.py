"""Arithmetic of its own in integers: an op through every layer, of one operand, an accumulator, and a requantization."""
import re
import types

from . import integer_csource, integer_kernel, integer_tests, known, onnx_import
from .edits import Refusal, marked
from .names import Onnx, Own, camel

OPTIONS = {"family", "onnx", "since"}
SCHEMA, RULES = known.SCHEMA, "docs/arithmetic.md"
#: The page's section of a family's formulas; everything else of it stands in the files of its name.
FAMILIES = {
    "Binary": "Element by element",
    "Function": "Element by element",
    "Matrix": "Sums of products",
    "Movement": "Data movement",
    "Normalization": "Pooling and reductions",
    "Pooling": "Pooling and reductions",
    "Reduction": "Pooling and reductions",
}


def families(edits):
    return FAMILIES


def plan(edits, options):
    own = Own(options.name)
    known.refuse_op(edits, own.name)
    onnx = Onnx(camel(own.name) if options.onnx is None else options.onnx) if options.onnx != "" else None
    if onnx:
        known.refuse_imported(edits, onnx.name, "; with --onnx '' its import is left to you")
    if options.family not in FAMILIES:
        said = "is missing" if options.family is None else f"'{options.family}' is none of the dialects'"
        raise Refusal(f"the family {said}, expected one of {', '.join(FAMILIES)}")
    op = types.SimpleNamespace(name=own.name, cpp=own.cpp, lower=own.lower, family=options.family, onnx=onnx, since=options.since)
    op.number = _formula(edits, op, FAMILIES[op.family])
    _graph_op(edits, op)
    _float_form(edits, op, f"lib/Evaluator/Ops/{op.family}.cpp")
    _hardware_op(edits, op)
    _lowering(edits, op, f"passes/Lowering/Ops/{op.family}.cpp")
    _schema(edits, op)
    integer_kernel.plan(edits, op)
    integer_csource.plan(edits, op)
    integer_tests.plan(edits, op)
    if onnx:
        body = f"  mlir::Value x = node.operand(0);\n  return x ? node.give(node.create<qnn::{op.cpp}Op>(x)) : failure();\n"
        onnx_import.add(edits, onnx_import.REGISTRY.file(edits, op.family), onnx, marked(op.name, "what it refuses."), body)
        onnx_import.add_case(edits, onnx, ["x"], op.since)
        onnx_import.add_row(edits, onnx.row(), f"`qnn.{op.name}`", marked(op.name, "what it may not have"))


def _formula(edits, op, section):
    """The page's next number."""
    last = max(map(int, re.findall(r"\(A(\d+)\)", edits.read(RULES))))
    number = f"A{last + 1}"
    text = f"\n({number}) **{op.name}**: {marked(op.name, 'its accumulator, M, and what it loses')}.\n"
    edits.change(RULES, rf"^## {section}\n[\s\S]*?(?=\n## )", lambda match: match[0] + text)
    return number


def _graph_op(edits, op):
    edits.before(f"include/tare/Dialect/Qnn/Ops/{op.family}.td", r"^#endif", f"""\
def Qnn_{op.cpp}Op : Qnn_OwnGridOp<"{op.name}", [Qnn_RequantOfOperands]> {{
  let summary = "{marked(op.name, 'what it is')}";
  let description = [{{
    ```mlir
    %0 = qnn.{op.name} %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
    ```
  }}];
  let arguments = (ins Qnn_Tensor:$input);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let extraClassDefinition = Qnn_ShapeOfFirst;
}}

""")
    edits.after(f"lib/Dialect/Qnn/Ops/{op.family}.cpp", r"\}\n\Z", f"""
/// ({op.number})
Scales {op.cpp}Op::getEffectiveScales() {{
  static_assert(false, "{marked(op.name, 'M, as {ratio(getInput(), getResult())}; floors, if it has some')}");
}}

Reaches {op.cpp}Op::getReaches() {{
  static_assert(false, "{marked(op.name, 'its largest accumulator, as {distanceOf(getInput())}')}");
}}
""")


def _float_form(edits, op, file):
    edits.change(file, r"^void tare::add\w+Ops\(EvaluationRegistry &registry\) \{[\s\S]*?(?=^\})", lambda match: f"""\
static void evaluate{op.cpp}({op.cpp}Op op, const Evaluation &e) {{
  static_assert(false, "{marked(op.name, 'its float form, of e.operand(0) into e.result')}");
}}

{match[0]}  registry.add<{op.cpp}Op>(evaluate{op.cpp});
""")


def _hardware_op(edits, op):
    edits.before(f"include/tare/Dialect/Npu/Ops/{op.family}.td", r"^#endif", f"""\
def Npu_{op.cpp}Op : Npu_Op<"{op.name}", "{op.cpp}"> {{
  let summary = "{marked(op.name, 'what it is')}";
  let description = [{{
    ```mlir
    %0 = npu.{op.name} %x input_zero_point = 4 requant = <multipliers = [16384], shifts = [14], zero_point = 4, clamp = [-128, 127]>
       : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8>
    ```
  }}];
  let arguments = (ins Npu_Activation:$input, Npu_ZeroPoint:$input_zero_point, Npu_RequantAttr:$requant);
  let assemblyFormat = !strconcat("$input", Npu_InputZeroPoint, " `requant` `=` $requant", Npu_Types);
}}

""")
    edits.before("lib/Dialect/Npu/Encoding.h", r"^/// The op's parameters; its required attributes must be there\.$", f"""\
template <typename Op> void fill(program::{op.cpp}T &table, Op op) {{
  table.input_zero_point = op.getInputZeroPoint();
  table.requant = encodeRequant(op.getRequant());
}}

""")


def _lowering(edits, op, file):
    edits.before(file, r"^\} // namespace\n\nvoid tare::add\w+Lowerings\(", f"""\
struct Lower{op.cpp} : OpConversionPattern<qnn::{op.cpp}Op> {{
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::{op.cpp}Op op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {{
    FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (failed(requant))
      return failure();
    replaceByNew<npu::{op.cpp}Op>(rewriter, op, adaptor.getInput(), zeroPointOf(op.getInput()), *requant);
    return mlir::success();
  }}
}};

""")
    edits.before(file, r">\(\s*types,\s*patterns\.getContext\(\)\);", f", Lower{op.cpp}")


def _schema(edits, op):
    """At the end of the union: a program of before keeps its meaning."""
    edits.before(SCHEMA, r"^union Op \{", f"// {marked(op.name, 'its accumulator.')}\ntable {op.cpp} {{\n  input_zero_point: int;\n  requant: Requant;\n}}\n\n")
    edits.change(SCHEMA, r"^union Op \{[^}]*?(?=\n\})", lambda match: f"{match[0]}, {op.cpp}")


def steps(edits, options):
    return ["ninja -C build tare tare-opt tare-integer-kernels-test && build/bin/tare-integer-kernels-test",
            "/usr/lib/llvm-22/bin/lit build/test --filter Dialect",
            "ninja -C build && ctest --test-dir build -R 'Passes|Proof|Runtime|Tools|acceptance.(golden|arithmetic_numbers|c_source|sources)' --output-on-failure",
            "ninja -C build docs", ".venv/bin/python test/random --graphs 100"]

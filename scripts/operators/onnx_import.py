"""What the tiers that import an operator of ONNX have in common: its family in lib/Onnx/Ops, and its row in the documentation."""
from .registration import Registry

REGISTRY = Registry("lib/Onnx/Ops", r"^void tare::onnx::register\w+\(OpTable &table\) \{", "table.addImport")
PAGE, OWN_CASES = "docs/onnx.md", "test/conformance/own/elementwise.py"


def add(edits, file, onnx, comment, body):
    """An import function and the line that registers it."""
    text = edits.read(file)
    for short, using in (("qnn::", "using namespace tare;"), ("failure", "using mlir::failure;")):
        if f"\n{using}\n" not in text:
            body = body.replace(short, {"qnn::": "tare::qnn::", "failure": "mlir::failure"}[short])
    function = f"LogicalResult import{onnx.cpp}(Node &node) {{\n{body}}}\n"
    is_shared = "\n} // namespace\n" in text
    REGISTRY.define(edits, file, onnx.operator, f"/// {comment}\n{'' if is_shared else 'static '}{function}")
    REGISTRY.add(edits, file, onnx.name, f'table.addImport("{onnx.name}", import{onnx.cpp});')


def add_row(edits, operator, becomes, limits):
    """At the end of the table of all operators."""
    edits.before(PAGE, r"\n### Steps on the way to a result$", f"| {operator} | {becomes} | {limits} |\n")


def add_case(edits, onnx, operands, since):
    """A model of the operator alone, which becomes ops and none of the host's, and gives what ONNX Runtime gives."""
    kind = f"ms.{onnx.operator}" if onnx.domain == "com.microsoft" else onnx.name
    given = ", ".join(f"{name}=x(3, 7)" for name in operands)
    text = edits.read(OWN_CASES)
    edits.put(OWN_CASES, len(text), f'\nadd("{onnx.key}", op("{kind}", "{" ".join(operands)}"), opset={since}, {given})\n')

"""An operator that is a few others: an import function, which makes them, and its test against ONNX Runtime."""
from . import known, onnx_import
from .edits import Refusal, marked
from .names import Onnx

OPTIONS = {"family", "operands", "since"}
CASES = "test/acceptance/test_written_out.py"
OPERANDS = ("x", "z", "k")


def families(edits):
    return onnx_import.REGISTRY.families(edits)


def plan(edits, options):
    onnx, count = Onnx(options.name), options.operands or 1
    known.refuse_imported(edits, onnx.name)
    if not 1 <= count <= len(OPERANDS):
        raise Refusal(f"--operands is {count}, expected 1 to {len(OPERANDS)}: those that are computed")
    _import(edits, onnx_import.REGISTRY.file(edits, options.family), onnx, OPERANDS[:count])
    _test(edits, onnx, OPERANDS[:count], options.since)
    onnx_import.add_case(edits, onnx, OPERANDS[:count], options.since)
    onnx_import.add_row(edits, onnx.row(), marked(onnx.name, "its ops"), marked(onnx.name, "what it may not have"))


def _import(edits, file, onnx, operands):
    values = ", ".join(f"{name} = node.operand({i})" for i, name in enumerate(operands))
    onnx_import.add(edits, file, onnx, marked(onnx.name, "its formula, of the ops that it makes."),
                    f"  mlir::Value {values};\n"
                    f"  if ({' || '.join(f'!{name}' for name in operands)})\n    return failure();\n"
                    f'  static_assert(false, "{marked(onnx.name, "node.createStep<qnn::MulOp>(..) for each step, then node.give()")}");\n'
                    "  return failure();\n")


def _test(edits, onnx, operands, opset):
    key = onnx.key if f'"{onnx.key}":' not in edits.read(CASES) else f"{onnx.key}_{opset}"
    name = f'MICROSOFT + ".{onnx.operator}"' if onnx.domain == "com.microsoft" else f'"{onnx.name}"'
    names, shapes = (", ".join(each) for each in ([f'"{x}"' for x in operands], [f'"{x}": ROWS' for x in operands]))
    edits.before(CASES, r"^\}\n\n\ndef save\(", f'    "{key}": ({name}, [{names}], {{{shapes}}}, {{}}, {{}}, {opset}),\n')


def steps(edits, options):
    return ["ninja -C build tare && ctest --test-dir build -R 'acceptance.(written_out|sources)' --output-on-failure",
            "ninja -C build docs"]

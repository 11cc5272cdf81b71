"""The kernels of an operator of the tier `integer`: the reference, which says what its result is, and a fast one."""
import re

from .edits import marked

FOLDER = "lib/Kernels/Integer"
OPEN, CLOSE = "namespace tare::kernels {\n", "\n} // namespace tare::kernels\n"


def banner(text):
    return f"//===- {text} ".ljust(75, "-") + "===//"


def plan(edits, op):
    reference, fast = _file(edits, op, FOLDER), _file(edits, op, f"{FOLDER}/Fast", "Fast")
    _include(edits, reference, FOLDER, "Operators.h", ("Accumulator.h", "Fast/Prepare.h", "Reach.h", "ZeroPoints.h"))
    _include(edits, fast, f"{FOLDER}/Fast", "Prepare.h", ("../Accumulator.h", "PreparedRequant.h"))
    _last(edits, reference, "\n} // namespace\n", _computation(op))
    _last(edits, reference, CLOSE, _kernel(op))
    _last(edits, fast, CLOSE, _fast(op))
    edits.change(f"{FOLDER}/Fast/Prepare.h", r"^Prepare [^;]*", lambda match: f"{match[0]}, prepare{op.cpp}")


def _file(edits, op, folder, suffix=""):
    """The family's; of a family that is a folder, a new one."""
    file = f"{folder}/{op.family}{suffix}.cpp"
    if not edits.files(f"{folder}/{op.family}"):
        return file
    file = f"{folder}/{op.family}/{op.cpp}{suffix}.cpp"
    needed, inner = ("Prepare.h", "") if suffix else ("Operators.h", "namespace {\n\n} // namespace\n")
    title = banner(f"{op.cpp}{suffix}.cpp - The operator {op.name}{', fast' if suffix else ''}")
    edits.create(file, f'{title}\n#include "../{needed}"\n\n{OPEN}{inner}{CLOSE}')
    return file


def _include(edits, file, folder, beside, names):
    """Headers that the file has not, beside one that it has."""
    up = "../" if file.removeprefix(f"{folder}/").count("/") else ""
    missing = [f'#include "{up}{name}"\n' for name in names if f'#include "{up}{name}"\n' not in edits.read(file)]
    edits.after(file, rf'^#include "{re.escape(up + beside)}"\n', "".join(missing))


def _last(edits, file, end, code):
    """Puts code in front of the last such line."""
    edits.put(file, edits.read(file).rindex(end), f"\n{code}")


def _computation(op):
    return f"""\
/// ({op.number}) {marked(op.name, "its accumulator")}, requantized.
Result<TensorType> infer{op.cpp}(const program::OpUnion &op, std::span<const TensorType> operands) {{
  const auto &table = parameters<program::{op.cpp}T>(op);
  TARE_TRY(checkOperands(operands, 1));
  TARE_TRY(checkActivation(operands[0], "the input"));
  TARE_TRY(checkZeroPoint(table.input_zero_point, operands[0].element, "input_zero_point"));
  TARE_TRY(checkRequant(table.requant.get(), 1, operands[0].element));
  return operands[0];
}}

void compute{op.cpp}(const program::{op.cpp}T &table, const program::RequantT *requant, std::span<const ConstTensorView> operands,
             TensorView result) {{
  dispatchActivation(operands[0].type.element, [&](auto type) {{
    ExactSink<decltype(type)> sink(requant, result);
    for (int64_t i = 0, count = result.count(); i < count; ++i)
      static_assert(false, "{marked(op.name, 'sink.store(i, its accumulator as uint64_t, 0)')}");
  }});
}}

std::vector<Reach> reachesOf{op.cpp}(const program::OpUnion &op, std::span<const Operand> operands, const TensorType &) {{
  static_assert(false, "{marked(op.name, 'the least and the greatest accumulator, as {0, low, high}')}");
}}
"""


def _kernel(op):
    return f"""\
using {op.cpp} = Accumulating<program::{op.cpp}T, compute{op.cpp}>;

const OpKernel {op.lower}Kernel = {{"{op.name}", infer{op.cpp}, {op.cpp}::reference, prepare{op.cpp}, noMacs,
    {{Meaning::scaled, {{"input"}}, Layout::any, zeroPointsIn<program::{op.cpp}T>}}, exactAccumulator, {op.cpp}::accumulate,
    Scaling{{requantIn<program::{op.cpp}T>, 1, reachesOf{op.cpp}}}}};
"""


def _fast(op):
    return f"""\
std::unique_ptr<FastKernel> prepare{op.cpp}(const program::OpUnion &op, std::span<const Operand> operands,
                                            const TensorType &result) {{
  static_assert(false, "{marked(op.name, 'a fast kernel; nullptr where the reference is all there is')}");
}}
"""

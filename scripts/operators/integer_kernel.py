"""The kernels of an operator of the tier `integer`: the reference, which says what its result is, and a fast one."""
import re

from .edits import marked
from .registration import BANNER

FOLDER, BUILD = "lib/Kernels/Integer", "lib/Kernels/CMakeLists.txt"


def banner(text):
    return f"//===- {text} ".ljust(75, "-") + "===//"


def plan(edits, op):
    edits.create(f"{FOLDER}/{op.cpp}.cpp", _reference(op))
    edits.create(f"{FOLDER}/Fast/{op.cpp}Fast.cpp", _fast(op))
    _build(edits, rf"^  Integer/([A-Z]\w+)\.cpp\n", f"Integer/{op.cpp}.cpp")
    _build(edits, rf"^  Integer/Fast/(\w+Fast)\.cpp\n", f"Integer/Fast/{op.cpp}Fast.cpp")
    edits.change(f"{FOLDER}/Fast/Prepare.h", r"^Prepare [^;]*", lambda match: f"{match[0]}, prepare{op.cpp}")


def _build(edits, pattern, file):
    """Behind the last line that is before it in the alphabet, else before the first."""
    lines = list(re.finditer(pattern, edits.read(BUILD), re.MULTILINE))
    before = [line for line in lines if line[0] < f"  {file}\n"]
    edits.put(BUILD, before[-1].end() if before else lines[0].start(), f"  {file}\n")


def _reference(op):
    return f"""\
{banner(f"{op.cpp}.cpp - The operator {op.name}")}
//
// ({op.number}) {marked(op.name, "its accumulator")}, requantized.
//
{BANNER}
#include "Accumulator.h"
#include "Fast/Prepare.h"
#include "Operators.h"
#include "Reach.h"
#include "ZeroPoints.h"

namespace tare::kernels {{
namespace {{

Result<TensorType> infer(const program::OpUnion &op, std::span<const TensorType> operands) {{
  const auto &table = parameters<program::{op.cpp}T>(op);
  TARE_TRY(checkOperands(operands, 1));
  TARE_TRY(checkActivation(operands[0], "the input"));
  TARE_TRY(checkZeroPoint(table.input_zero_point, operands[0].element, "input_zero_point"));
  TARE_TRY(checkRequant(table.requant.get(), 1, operands[0].element));
  return operands[0];
}}

void compute(const program::{op.cpp}T &table, const program::RequantT *requant, std::span<const ConstTensorView> operands,
             TensorView result) {{
  dispatchActivation(operands[0].type.element, [&](auto type) {{
    ExactSink<decltype(type)> sink(requant, result);
    for (int64_t i = 0, count = result.count(); i < count; ++i)
      static_assert(false, "{marked(op.name, 'sink.store(i, its accumulator as uint64_t, 0)')}");
  }});
}}

std::vector<Reach> reaches(const program::OpUnion &op, std::span<const Operand> operands, const TensorType &) {{
  static_assert(false, "{marked(op.name, 'the least and the greatest accumulator, as {0, low, high}')}");
}}

}} // namespace

using Kernel = Accumulating<program::{op.cpp}T, compute>;

const OpKernel {op.lower}Kernel = {{"{op.name}", infer, Kernel::reference, prepare{op.cpp}, noMacs,
    {{Meaning::scaled, {{"input"}}, Layout::any, zeroPointsIn<program::{op.cpp}T>}}, exactAccumulator, Kernel::accumulate,
    Scaling{{requantIn<program::{op.cpp}T>, 1, reaches}}}};

}} // namespace tare::kernels
"""


def _fast(op):
    return f"""\
{banner(f"{op.cpp}Fast.cpp - The operator {op.name}, fast")}
#include "../Accumulator.h"
#include "Prepare.h"
#include "PreparedRequant.h"

namespace tare::kernels {{

std::unique_ptr<FastKernel> prepare{op.cpp}(const program::OpUnion &op, std::span<const Operand> operands,
                                            const TensorType &result) {{
  static_assert(false, "{marked(op.name, 'a fast kernel; nullptr where the reference is all there is')}");
}}

}} // namespace tare::kernels
"""

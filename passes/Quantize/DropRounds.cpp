//===- DropRounds.cpp - Formats narrower than f32 are left to grids -------===//
//
// Invariant: afterwards no qnn.round is left.
//
//===----------------------------------------------------------------------===//
#include "Quantize/GridGroups.h"
#include "Remarks.h"
#include "mlir/Pass/PassManager.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Passes/Passes.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

namespace tare {
#define GEN_PASS_DEF_DROPROUNDS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-drop-rounds";

struct Format {
  StringRef name;
  int bits; // Of the significand.
  double largest;
};

Format formatOf(qnn::FloatFormat format) {
  if (format == qnn::FloatFormat::F16)
    return {"float16", 11, 65504.0};
  return {"bfloat16", 8, 3.3895313892515355e38};
}

struct DropRounds : tare::impl::DropRoundsBase<DropRounds> {
  using DropRoundsBase::DropRoundsBase;

  void runOnFunction() final {
    SmallVector<qnn::RoundOp> rounds(getOperation().getOps<qnn::RoundOp>());
    if (rounds.empty())
      return;
    for (qnn::RoundOp round : rounds) {
      report(round);
      round.replaceAllUsesWith(round.getInput());
      round.erase();
    }
    OpPassManager fusions(func::FuncOp::getOperationName());
    fusions.addPass(createFoldBatchNorms());
    fusions.addPass(createFuseActivations());
    if (failed(runPipeline(fusions, getOperation())))
      signalPassFailure();
  }

private:
  void report(qnn::RoundOp round) {
    Format format = formatOf(round.getFormat());
    qnn::RangeAttr range = rangeAttr(round.getInput());
    std::optional<ActivationRule> rule = activationRule();
    if (!range || !rule) {
      remarkPassed(round, passName, "Dropped") << remark::reason("to {0}", format.name);
      return;
    }
    double largest = std::max(-range.getMin(), range.getMax());
    double step = activationGrid(range.getMin(), range.getMax(), *rule).scale();
    double formatStep = largest > 0 ? std::ldexp(1.0, std::ilogb(largest) + 1 - format.bits) : 0.0;
    if (largest > format.largest)
      reportOverflow(round, format, largest);
    if (step < formatStep)
      remarkMissed(round, passName, "NotRounded")
          << remark::reason("the grid's step {0:e2} is finer than {1}'s {2:e2}: the program keeps more than the model",
                            step, format.name, formatStep);
    else
      remarkPassed(round, passName, "Dropped")
          << remark::reason("the grid's step {0:e2} is no finer than {1}'s {2:e2}", step, format.name, formatStep);
  }

  static void reportOverflow(qnn::RoundOp round, const Format &format, double largest) {
    std::string text = llvm::formatv(
        "layer '{0}': casts to {1}, which ends at {2}, but calibration saw {3}: the model gives "
        "infinity there, the program the end of its grid",
        qnn::layerName(round), format.name, llvm::format("%g", format.largest), llvm::format("%g", largest));
    reportWarning(round.getLoc(),
                  {"CastOverflow", "", qnn::layerName(round), 0, CostUnit::none, text, "scale the values down"});
  }

  /// Nothing where the target or its activations are not known: tare-insert-quant-dequant says so.
  std::optional<ActivationRule> activationRule() {
    FailureOr<Target> target = npu::getTarget(getOperation());
    if (failed(target))
      return std::nullopt;
    const ActivationFormat *format =
        activations.empty() ? &target->activations.front()
                            : target->activation(activations == "i16" ? ElementType::i16 : ElementType::i8);
    return format ? std::optional(ActivationRule{unsigned(8 * sizeOf(format->type)), format->symmetric}) : std::nullopt;
  }
};

} // namespace

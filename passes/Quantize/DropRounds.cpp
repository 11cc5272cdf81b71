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
    std::optional<qnn::Grid> grid = gridOf(round);
    if (!grid) {
      remarkPassed(round, passName, "Dropped") << remark::reason("to {0}", format.name);
      return;
    }
    // A grid of the model's may reach farther than its values.
    qnn::RangeAttr range = rangeAttr(round.getInput());
    auto [low, high] = range ? std::pair(range.getMin(), range.getMax()) : coveredRange(*grid);
    double largest = std::max(-low, high), step = grid->scale();
    double formatStep = largest > 0 ? std::ldexp(1.0, std::ilogb(largest) + 1 - format.bits) : 0.0;
    if (range && largest > format.largest)
      reportOverflow(round, format, largest);
    if (grid->bits == 16 && formatStep > step)
      reportLoss(round, format, largest, formatStep / 2 / step);
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

  /// A grid of 8 bits has no steps that a format would not tell apart.
  static void reportLoss(qnn::RoundOp round, const Format &format, double largest, double cost) {
    std::string text =
        llvm::formatv("layer '{0}': casts to {1}, whose {2} bits are fewer than those of the grid of 16 "
                      "bits there: the program does not round to them, so that up to {3} it is off from "
                      "the model by at most {4:f1} LSB of the grid",
                      qnn::layerName(round), format.name, format.bits, llvm::format("%g", largest), cost);
    reportWarning(round.getLoc(),
                  {"CastDropped", "", qnn::layerName(round), cost, CostUnit::lsb, text,
                   "compare with the model in float32, which is nearer to the program, or take the cast out of it"});
  }

  /// The grid that the rounded value will have: the model's own where it says one, otherwise that of what calibration
  /// saw. Nothing where neither is known.
  std::optional<qnn::Grid> gridOf(qnn::RoundOp round) {
    for (std::optional<qnn::Grid> grid : {resultGrid(round), gridBehind(round.getInput())})
      if (grid && grid->isPerTensor())
        return grid;
    qnn::RangeAttr range = rangeAttr(round.getInput());
    std::optional<ActivationRule> rule = activationRule();
    return range && rule ? std::optional(activationGrid(range.getMin(), range.getMax(), *rule)) : std::nullopt;
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

//===- PowerOfTwo.cpp - Scales for few bits of multiplier -----------------===//
#include "Quantize/PowerOfTwo.h"
#include "Quantize/ScaleChooser.h"
#include "Quantize/ScaleLosses.h"
#include "Quantize/ScaleReports.h"
#include "tare/Passes/Repairs.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tare;

qnn::Grid PowerOfTwoGrids::gridOf(OpOperand &operand, ElementsAttr constant, const ActivationRule &rule) const {
  if (auto chosen = constants.find(&operand); chosen != constants.end())
    return chosen->second;
  auto [min, max] = rangeOf(constant);
  return activationGrid(min, max, rule);
}

FailureOr<PowerOfTwoGrids> tare::choosePowersOfTwo(const PowerOfTwoContext &context, GridGroups &groups) {
  ScaleChooser chooser(context, groups, ScaleFamily::powersOfTwo);
  if (failed(chooser.refuseOtherScales()))
    return failure();
  chooser.takeBest();
  if (context.repair) {
    if (!chooser.solve()) {
      ScaleReports(chooser.scales()).reportViolations();
      return failure();
    }
    ScaleReports(chooser.scales()).reportMoves();
  }
  return chooser.apply(groups);
}

/// What multipliers may lose in a whole graph before its grids are touched: a sixteenth of what 8-bit weights lose in a
/// layer. A multiplier's error is the same for all elements, so that a pooling behind it, which averages rounding away,
/// leaves it.
static constexpr double harmlessLoss = 0x1p-18;

static void reportPowersOfTwo(const PowerOfTwoContext &context, double before, double after) {
  Operation *first = *llvm::find_if(context.ops, [](Operation *op) { return isa<qnn::GridOpInterface>(op); });
  reportRepair(
      first, {"PowersOfTwo", 1, after, /*inSteps=*/false},
      llvm::formatv("all scales are powers of two, which target '{0}' multiplies by exactly: with its {1} bits "
                    "of multiplier and q in [{2}, {3}], scales that suit each value alone would lose {4:e2} "
                    "of the squared signal, these lose {5:e2}",
                    context.target.name, context.target.multiplierBits, context.target.shift.min,
                    context.target.shift.max, before, after)
          .str());
}

PowerOfTwoGrids tare::moveGrids(const PowerOfTwoContext &context, GridGroups &groups) {
  ScaleChooser natural(context, groups, ScaleFamily::natural);
  if (ScaleLosses(natural.scales()).toMultipliers() <= harmlessLoss)
    return PowerOfTwoGrids();
  const double unmoved = natural.cost();
  const std::vector<double> bases = ScaleLosses(natural.scales()).basesThatHit();
  ScaleChooser nearby(context, groups, ScaleFamily::natural, bases);
  const double hit = nearby.cost();
  ScaleChooser further(context, groups, ScaleFamily::natural, bases);
  const double moved = further.solve() ? further.cost() : HUGE_VAL;
  ScaleChooser powers(context, groups, ScaleFamily::powersOfTwo);
  const double exact = powers.solve() ? powers.cost() : HUGE_VAL;
  const double least = std::min({unmoved, hit, moved, exact});
  if (unmoved == least)
    return PowerOfTwoGrids();
  if (hit == least || moved == least) {
    ScaleChooser &chosen = hit == least ? nearby : further;
    ScaleReports reports(chosen.scales());
    reports.reportHits(unmoved, least);
    if (hit != least)
      reports.reportMoves();
    return chosen.apply(groups);
  }
  reportPowersOfTwo(context, std::min({unmoved, hit, moved}), exact);
  ScaleReports(powers.scales()).reportMoves();
  return powers.apply(groups);
}

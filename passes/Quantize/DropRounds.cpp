//===- DropRounds.cpp - Formats narrower than f32 are left to grids -------===//
//
// Invariant: afterwards no qnn.round is left.
//
//===----------------------------------------------------------------------===//
#include "Quantize/GridGroups.h"
#include "Quantize/PassedErrors.h"
#include "Remarks.h"
#include "mlir/Pass/PassManager.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Passes/Passes.h"

#include "llvm/ADT/StringMap.h"
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

constexpr unsigned narrowBits = 8;
/// In steps of a result of 8 bits, which differ by one by rounding alone.
constexpr double noticeable = 1;

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
    SmallVector<Followed> followed;
    for (qnn::RoundOp round : rounds) {
      report(round);
      followed.push_back(follow(round));
    }
    for (qnn::RoundOp round : rounds) {
      round.replaceAllUsesWith(round.getInput());
      round.erase();
    }
    OpPassManager fusions(func::FuncOp::getOperationName());
    fusions.addPass(createFoldBatchNorms());
    fusions.addPass(createFuseActivations());
    if (failed(runPipeline(fusions, getOperation())))
      return signalPassFailure();
    reportLater(followed);
  }

private:
  /// A value that one layer might compute along with what it is made from, and what a dropped rounding may change of it
  /// at most.
  struct Step {
    std::string value;
    double error;
  };
  /// A dropped rounding: of a value with those behind it.
  struct Followed {
    Location at;
    std::string layer;
    Format format;
    double largest;
    SmallVector<Step> steps;
  };

  static double stepOf(const Format &format, double largest) {
    return largest > 0 ? std::ldexp(1.0, std::ilogb(largest) + 1 - format.bits) : 0.0;
  }

  /// What calibration saw, or what the operands allow.
  static std::optional<qnn::Interval> rangeBefore(Value value) {
    if (std::optional<qnn::Interval> range = findRange(value))
      return range;
    auto op = value.getDefiningOp<qnn::GridOpInterface>();
    return op ? impliedRange(op) : std::nullopt;
  }

  static Followed follow(qnn::RoundOp round) {
    Followed followed{round.getLoc(), qnn::layerName(round), formatOf(round.getFormat()), 0, {}};
    std::optional<qnn::Interval> range = rangeBefore(round.getInput());
    if (!range || !round.getInput().getDefiningOp() || gridBehind(round.getInput()) ||
        !gridsOfReaders(round.getResult()).empty())
      return followed;
    followed.largest = std::max(-range->first, range->second);
    double error = stepOf(followed.format, followed.largest) / 2;
    followed.steps.push_back({qnn::valueName(round.getInput()), error});
    for (Value value = round.getResult(); value.hasOneUse(); value = value.getUsers().begin()->getResult(0)) {
      OpOperand &use = *value.use_begin();
      std::optional<double> passed = passedOn(use, error);
      if (!passed)
        break;
      error = *passed;
      followed.steps.push_back({qnn::valueName(use.getOwner()->getResult(0)), error});
    }
    return followed;
  }

  /// Where a rounded value gets no grid of the model's, its layer takes in what is behind it, or it has 16 bits: the
  /// program rounds later. Where the numbers are smaller there, as behind the subtraction of what a bias has added, the
  /// format's steps are large beside the grid's.
  void reportLater(ArrayRef<Followed> all) {
    llvm::StringMap<Operation *> makers;
    for (auto op : getOperation().getOps<qnn::GridOpInterface>())
      makers[qnn::valueName(op->getResult(0))] = op;
    for (const Followed &followed : all)
      if (const Step *step = roundedLater(followed, makers)) {
        double cost = 0;
        bool isWide = false;
        for (const qnn::Grid &grid : gridsOfValue(makers[step->value]->getResult(0)))
          if (grid.isPerTensor() && step->error / grid.scale() > cost)
            std::tie(cost, isWide) = std::pair(step->error / grid.scale(), grid.bits > narrowBits);
        if (cost >= (isWide ? negligibleWideSteps : noticeable))
          reportLater(followed, *step, cost, isWide);
      }
  }

  /// The first value behind a dropped rounding that the program rounds; null where that is the rounded value itself.
  const Step *roundedLater(const Followed &followed, const llvm::StringMap<Operation *> &makers) {
    bool isFused = !followed.steps.empty() && !makers.contains(followed.steps.front().value);
    if (!isFused && !hasWideActivations())
      return nullptr;
    const Step *found = llvm::find_if(followed.steps, [&](const Step &step) {
      Operation *maker = makers.lookup(step.value);
      return maker && (isFused || !gridsOfReaders(maker->getResult(0)).empty());
    });
    return found == followed.steps.end() ? nullptr : found;
  }

  bool hasWideActivations() {
    FailureOr<Target> target = npu::getTarget(getOperation());
    return succeeded(target) && target->activation(ElementType::i16);
  }

  static void reportLater(const Followed &followed, const Step &step, double cost, bool isWide) {
    std::string text = llvm::formatv(
        "layer '{0}': casts to {1}, which has steps of {2} at {3}, but the program does not round there, and is off "
        "from the model by at most {4:f1} LSB of '{5}'",
        followed.layer, followed.format.name, llvm::format("%g", stepOf(followed.format, followed.largest)),
        llvm::format("%g", followed.largest), cost, step.value);
    reportWarning(followed.at, {"CastDropped", "Later", followed.layer, cost, CostUnit::lsb, text,
                                "compare with the model in float32, which is nearer to the program, or take the cast "
                                "out of it",
                                isWide});
  }

  void report(qnn::RoundOp round) {
    Format format = formatOf(round.getFormat());
    SmallVector<qnn::Grid> grids = gridsOfValue(round.getResult());
    if (grids.empty()) {
      remarkPassed(round, passName, "Dropped") << remark::reason("to {0}", format.name);
      return;
    }
    const qnn::Grid *worst = nullptr;
    double cost = 0;
    for (const qnn::Grid &grid : grids) {
      double lost = stepOf(format, largestOn(round, grid)) / 2 / grid.scale();
      if (!worst || lost > cost)
        std::tie(worst, cost) = std::pair(&grid, lost);
    }
    qnn::RangeAttr range = rangeAttr(round.getInput());
    double largest = largestOn(round, *worst), formatStep = stepOf(format, largest), step = worst->scale();
    if (double seen = range ? std::max(-range.getMin(), range.getMax()) : 0; seen > format.largest)
      reportOverflow(round, format, seen);
    if (worst->bits > narrowBits ? formatStep > step : cost > noticeable)
      reportLoss(round, format, largest, cost, worst->bits);
    if (step < formatStep)
      remarkMissed(round, passName, "NotRounded")
          << remark::reason("the grid's step {0:e2} is finer than {1}'s {2:e2}: the program keeps more than the model",
                            step, format.name, formatStep);
    else
      remarkPassed(round, passName, "Dropped")
          << remark::reason("the grid's step {0:e2} is no finer than {1}'s {2:e2}", step, format.name, formatStep);
  }

  /// A grid of the model's may reach farther than its values, or end before them.
  static double largestOn(qnn::RoundOp round, const qnn::Grid &grid) {
    auto [low, high] = coveredRange(grid);
    qnn::RangeAttr range = rangeAttr(round.getInput());
    double seen = range ? std::max(-range.getMin(), range.getMax()) : HUGE_VAL;
    return std::min(seen, std::max(-low, high));
  }

  static void reportOverflow(qnn::RoundOp round, const Format &format, double largest) {
    std::string text = llvm::formatv(
        "layer '{0}': casts to {1}, which ends at {2}, but calibration saw {3}: the model gives "
        "infinity there, the program the end of its grid",
        qnn::layerName(round), format.name, llvm::format("%g", format.largest), llvm::format("%g", largest));
    reportWarning(round.getLoc(),
                  {"CastOverflow", "", qnn::layerName(round), 0, CostUnit::none, text, "scale the values down"});
  }

  static void reportLoss(qnn::RoundOp round, const Format &format, double largest, double cost, unsigned bits) {
    std::string text =
        llvm::formatv("layer '{0}': casts to {1}, whose {2} bits are fewer than those of the grid of {3} "
                      "bits there: the program does not round to them, so that up to {4} it is off from "
                      "the model by at most {5:f1} LSB of the grid",
                      qnn::layerName(round), format.name, format.bits, bits, llvm::format("%g", largest), cost);
    reportWarning(round.getLoc(),
                  {"CastDropped", "", qnn::layerName(round), cost, CostUnit::lsb, text,
                   "compare with the model in float32, which is nearer to the program, or take the cast out of it",
                   bits > narrowBits});
  }

  /// The grids that the value will have: the model's own where it says some, otherwise that of what calibration saw.
  /// None where neither is known.
  SmallVector<qnn::Grid> gridsOfValue(Value value) {
    SmallVector<qnn::Grid> grids = gridsOfReaders(value);
    llvm::erase_if(grids, [](const qnn::Grid &grid) { return !grid.isPerTensor(); });
    if (!grids.empty())
      return grids;
    auto round = value.getDefiningOp<qnn::RoundOp>();
    Value real = round ? round.getInput() : value;
    if (std::optional<qnn::Grid> grid = gridBehind(real); grid && grid->isPerTensor())
      return {*grid};
    qnn::RangeAttr range = rangeAttr(real);
    std::optional<ActivationRule> rule = activationRule();
    if (range && rule)
      grids.push_back(activationGrid(range.getMin(), range.getMax(), *rule));
    return grids;
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

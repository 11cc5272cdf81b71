//===- BoundRanges.cpp - Constants that no result depends on --------------===//
//
// Invariant: afterwards no padding, and no constant that a sum or a concatenation
// takes, is lower or higher than its readers can tell, nor is the range of what
// comes of it.
//
//===----------------------------------------------------------------------===//
#include "Graph/Affine.h"
#include "Quantize/ActivationChoice.h"
#include "Quantize/LowConstants.h"
#include "Quantize/ReaderLimits.h"
#include "Quantize/Selections.h"
#include "Remarks.h"
#include "tare/Calibration/ModelRanges.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Npu/NpuDialect.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Passes.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <limits>

namespace tare {
#define GEN_PASS_DEF_BOUNDRANGES
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-bound-ranges";
/// What a border may widen its operand's range by without a word.
constexpr double bearableWidening = 4;
/// A range of data ends at its limits where that makes it so many times narrower: not all that calibration has not seen
/// is to saturate for the sake of a little.
constexpr double leastGain = 2;
/// The same of an input, whose range its user knows.
constexpr double leastGainOfInput = 16;

auto shown(double number) { return llvm::format("%g", number); }

/// What is left of a range within limits; 0 is part of it.
qnn::Interval within(qnn::RangeAttr range, qnn::Interval limits) {
  return {std::max(range.getMin(), std::min(limits.first, 0.0)),
          std::min(range.getMax(), std::max(limits.second, 0.0))};
}

/// Whether a range is so many times as wide as what limits leave of it.
bool isFar(qnn::RangeAttr range, qnn::Interval limits, double times) {
  auto [low, high] = within(range, limits);
  return low < high && range.getMax() - range.getMin() > times * (high - low);
}

/// Sums, products and movements that are read with limits, and without, are computed twice: what a softmax masks, and
/// what somebody else wants as it is, have no grid in common.
void splitReaders(Operation *op, const ReaderLimits &limits) {
  bool isCheap = isa<qnn::AddOp, qnn::SubOp, qnn::MulOp>(op) || qnn::movesElements(op);
  qnn::RangeAttr range = isCheap && qnn::isFloatTensor(op->getResult(0)) ? rangeAttr(op->getResult(0)) : nullptr;
  if (!range)
    return;
  SmallVector<OpOperand *> limited;
  for (OpOperand &use : op->getResult(0).getUses())
    if (isFar(range, limits.of(use), bearableWidening))
      limited.push_back(&use);
  if (limited.empty() || llvm::hasNItems(op->getResult(0).getUses(), limited.size()))
    return;
  remarkPassed(op, passName, "ReadersSplit") << remark::reason("some of them tell apart what others do not");
  OpBuilder builder(op);
  Operation *copy = builder.clone(*op);
  for (OpOperand *use : limited)
    use->set(copy->getResult(0));
}

/// Brings what is beyond its limits to them, from the inputs to the results.
class Limiter {
public:
  /// `isSymmetric` says that grids go on below the lower end of a range as far as they do above 0.
  Limiter(func::FuncOp function, const RangeBounds &bounds, bool isSymmetric)
      : function(function), bounds(bounds), limits(function, bounds), boundary(function), isSymmetric(isSymmetric) {}

  LogicalResult run() {
    LogicalResult result = mlir::success();
    for (BlockArgument argument : function.getArguments())
      if (limitFarRange(argument, leastGainOfInput))
        noteLimits(argument);
    for (Operation &each : function.getBody().front().without_terminator()) {
      Operation *op = &each;
      if (auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(op))
        limitBias(accumulator);
      if (!bounds.touches(op)) {
        if (op->getNumResults() == 1)
          limitUntouched(op);
        continue;
      }
      if (auto pad = dyn_cast<qnn::PadOp>(op); pad && failed(limitBorder(pad)))
        result = failure();
      for (OpOperand &operand : op->getOpOperands())
        limitConstant(operand);
      limitRange(op);
    }
    return result;
  }

private:
  LogicalResult limitBorder(qnn::PadOp pad) {
    std::optional<double> border = constantBorder(pad);
    auto [least, greatest] = knownRange(pad.getInput());
    if (!border || (*border >= least && *border <= greatest))
      return mlir::success();
    auto [floor, ceiling] = limits.of(pad.getResult());
    double limited =
        *border < least ? std::max(*border, std::min(floor, least)) : std::min(*border, std::max(ceiling, greatest));
    if (limited != *border) {
      remarkPassed(pad, passName, limited > *border ? "BorderRaised" : "BorderLowered")
          << remark::reason("from {0} to {1}: no result tells them apart", shown(*border), shown(limited));
      pad.setValueAttr(Builder(pad.getContext()).getF64FloatAttr(limited));
    }
    // What functions would make no number of is the largest one (FiniteBorders).
    if (std::abs(limited) >= std::numeric_limits<float>::max())
      return pad.emitError() << "layer '" << qnn::layerName(pad) << "': pads with " << (limited < 0 ? "-inf" : "inf")
                             << ", which reaches " << readersOf(pad.getResult())
                             << ", and no grid holds it; pad with a finite number";
    if (least == 0 && greatest == 0)
      reportLoneBorder(pad, limited);
    else if (std::isfinite(least) && std::isfinite(greatest))
      reportWideBorder(pad, limited, {least, greatest});
    return mlir::success();
  }

  static void reportWideBorder(qnn::PadOp pad, double border, qnn::Interval values) {
    double width = std::max(border, values.second) - std::min(border, values.first);
    if (width <= bearableWidening * (values.second - values.first))
      return;
    double bits = std::log2(width / (values.second - values.first));
    std::string text =
        llvm::formatv("layer '{0}': pads with {1} what lies in [{2}, {3}]; {4} may take that, so the grid of '{5}' "
                      "covers both and is {6:f1} bits coarser",
                      qnn::layerName(pad), shown(border), shown(values.first), shown(values.second),
                      readersOf(pad.getResult()), qnn::valueName(pad.getInput()), bits);
    // What was one step is 2^bits of them now, and half of one is lost.
    reportWarning(pad.getLoc(), {"WideBorder", "", qnn::layerName(pad), std::exp2(bits) / 2, CostUnit::lsb, text,
                                 "pad with a number of that range"});
  }

  /// Of an operand without a range there is no telling how much coarser its grid is.
  static void reportLoneBorder(qnn::PadOp pad, double border) {
    std::string text = llvm::formatv("layer '{0}': pads with {1} what was never anything but 0 during calibration, so "
                                     "the grid of '{2}' is the border's alone",
                                     qnn::layerName(pad), shown(border), qnn::valueName(pad.getInput()));
    reportWarning(pad.getLoc(), {"LoneBorder", "", qnn::layerName(pad), 0, CostUnit::none, text,
                                 "calibrate on data that exercises it"});
  }

  /// "'pool', 'conv'", or "an output of the graph".
  static std::string readersOf(Value value) {
    std::string names;
    for (Operation *user : value.getUsers()) {
      bool isEnd = user->hasTrait<OpTrait::IsTerminator>();
      names =
          (isEnd ? "an output of the graph" : "'" + qnn::layerName(user) + "'") + (names.empty() ? "" : ", ") + names;
    }
    return names;
  }

  void limitConstant(OpOperand &operand) {
    ElementsAttr constant = qnn::constantValue(operand.get());
    if (!constant || !constant.getElementType().isF32())
      return;
    auto [floor, ceiling] = limits.of(operand);
    bool isBelow = std::isfinite(floor) && bounds.least(operand.get()) < floor;
    bool isAbove = std::isfinite(ceiling) && bounds.greatest(operand.get()) > ceiling;
    if (isBelow)
      replaceConstant(operand, "ConstantRaised", "_raised", "lower", floor,
                      [](float element, float end) { return std::max(element, end); });
    if (isAbove)
      replaceConstant(operand, "ConstantLowered", "_lowered", "higher", ceiling,
                      [](float element, float end) { return std::min(element, end); });
  }

  static void replaceConstant(OpOperand &operand, StringRef remark, StringRef suffix, StringRef which, double end,
                              float (*limit)(float, float)) {
    Operation *op = operand.getOwner();
    Value before = operand.get();
    remarkPassed(op, passName, remark) << remark::reason("'{0}' to {1}: no result tells {2} elements apart",
                                                         qnn::valueName(before), shown(end), which);
    Tensor elements = qnn::toTensor(qnn::constantValue(before)), limited(elements.type());
    std::transform(elements.as<float>(), elements.as<float>() + elements.count(), limited.mutableAs<float>(),
                   [&](float element) { return limit(element, static_cast<float>(end)); });
    IRRewriter builder(op);
    std::string name = qnn::valueName(before) + suffix.str();
    operand.set(qnn::ConstantOp::create(builder, qnn::nameLoc(op->getContext(), name, name),
                                        qnn::toAttr(op->getContext(), limited, name)));
    auto [least, greatest] = rangeOf(qnn::constantValue(operand.get()));
    setRange(operand.get(), least, greatest, qnn::RangeLabel::Constant);
    eraseDeadConstants(builder, before);
  }

  /// What data made far lower or higher than any reader can tell: a mask that the model computes, or that a bias holds.
  /// Whether there was such.
  bool limitFarRange(Value value, double gain) {
    qnn::RangeAttr range = qnn::isFloatTensor(value) ? rangeAttr(value) : qnn::RangeAttr();
    if (!range || !isFar(range, limits.of(value), gain))
      return false;
    auto [low, high] = within(range, limits.of(value));
    if (Operation *op = value.getDefiningOp())
      remarkPassed(op, passName, "RangeBounded")
          << remark::reason("from [{0}, {1}] to [{2}, {3}]: no result tells apart what is beyond",
                            shown(range.getMin()), shown(range.getMax()), shown(low), shown(high));
    setRange(value, low, high, range.getLabel());
    if (low > range.getMin())
      saturateAt(value, low);
    return true;
  }

  /// An op that no far constant of a sum or a joint goes into.
  void limitUntouched(Operation *op) {
    if (!limitFarRange(op->getResult(0), leastGain))
      reachFloor(op);
    auto [floor, ceiling] = limits.of(op->getResult(0));
    if (auto node = dyn_cast<qnn::HostOp>(op); node && std::isinf(floor) && std::isinf(ceiling))
      warnOfFarFill(node, boundary);
  }

  /// Where a mask may bring the result below its floor, the range goes down to that, whether data had such masks or
  /// not.
  void reachFloor(Operation *op) {
    Value value = op->getResult(0);
    qnn::RangeAttr range = qnn::isFloatTensor(value) ? rangeAttr(value) : qnn::RangeAttr();
    const double floor = limits.of(value).first;
    if (!range || !std::isfinite(floor) || floor >= range.getMin() || !mayComeBelow(op, floor))
      return;
    remarkPassed(op, passName, "RangeReaches")
        << remark::reason("from {0} down to {1}: an operand may mask it", shown(range.getMin()), shown(floor));
    setRange(value, floor, range.getMax(), range.getLabel());
    saturateAt(value, floor);
  }

  /// What a mask has brought far below the floor is one number there, as it is in float where the mask is so low that a
  /// score adds nothing to it: a row that is masked from end to end then has no greatest element. Scores with a mask
  /// that ends at a floor, too, are all below the sum's.
  void saturateAt(Value value, double floor) {
    auto op = value.getDefiningOp<qnn::ClampOpInterface>();
    if (!isSymmetric || !isa_and_present<qnn::AddOp, qnn::SubOp>(value.getDefiningOp()))
      return;
    auto [low, high] = qnn::fusedInterval(op);
    if (low < floor && floor < high)
      op.setClampAttr(qnn::ClampAttr::get(op.getContext(), floor, high));
  }

  /// So that nobody is told of data that are cut off there.
  void noteLimits(BlockArgument argument) {
    auto [floor, ceiling] = limits.of(argument);
    function.setArgAttr(argument.getArgNumber(), qnn::toldApartAttrName,
                        DenseF64ArrayAttr::get(function.getContext(), {floor, ceiling}));
  }

  /// A channel whose sums are beyond their limits whatever its input is needs no more of a bias than that.
  void limitBias(qnn::AccumulatorOpInterface op) {
    ElementsAttr constant = floatConstantValue(op.getBiasValue());
    auto [least, greatest] = knownRange(op.getActivationOperand().get());
    auto [from, to] = qnn::fusedInterval(op);
    auto [floor, ceiling] = limits.of(op->getResult(0));
    const qnn::Interval ends(std::max(floor, from), std::min(ceiling, to));
    if (!constant || !std::isfinite(greatest - least) || !isBeyond(constant, ends))
      return;
    Tensor weights = realConstant(op.getWeightOperand().get());
    if (!weights)
      return;
    Tensor bias = qnn::toTensor(constant), limited(bias.type());
    for (int64_t channel = 0; channel != bias.count(); ++channel) {
      auto [low, high] = biasLimits(weights, channel, bias.count(), {least, greatest}, ends);
      limited.mutableAs<float>()[channel] = std::clamp<double>(bias.as<float>()[channel], low, high);
    }
    if (std::equal(bias.as<float>(), bias.as<float>() + bias.count(), limited.as<float>()))
      return;
    remarkPassed(op, passName, "BiasBounded") << remark::reason("its result saturates whatever the input is");
    IRRewriter builder(op);
    Value before = op.getBiasValue();
    std::string name = qnn::valueName(before) + "_bounded";
    op->setOperand(2, qnn::ConstantOp::create(builder, qnn::nameLoc(op->getContext(), name, name),
                                              qnn::toAttr(op->getContext(), limited, name)));
    eraseDeadConstants(builder, before);
  }

  static bool isBeyond(ElementsAttr constant, qnn::Interval limits) {
    auto [least, greatest] = rangeOf(constant);
    return least < limits.first || greatest > limits.second;
  }

  /// The bias of a channel with which no input brings its sums back between `ends`; with some room for roundings.
  static qnn::Interval biasLimits(const Tensor &weights, int64_t channel, int64_t channels, qnn::Interval input,
                                  qnn::Interval ends) {
    constexpr double room = 1.0 / 16;
    const int64_t count = weights.count() / channels;
    double least = 0, greatest = 0;
    for (const float *w = weights.as<float>() + channel * count, *end = w + count; w != end; ++w) {
      auto [low, high] = std::minmax({*w * input.first, *w * input.second});
      // Padding is 0.
      least += std::min(low, 0.0);
      greatest += std::max(high, 0.0);
    }
    const double more = room * (greatest - least);
    return {ends.first - greatest - more, ends.second - least + more};
  }

  void limitRange(Operation *op) {
    Value value = op->getResult(0);
    qnn::RangeAttr range = rangeAttr(value);
    if (!range)
      return;
    auto gridOp = cast<qnn::GridOpInterface>(op);
    bool inherits = gridOp.getGridRule() == qnn::GridRule::Same || gridOp.getGridRule() == qnn::GridRule::Unified;
    std::optional<std::pair<double, double>> inherited = inherits ? inheritedRange(gridOp) : std::nullopt;
    if (inherited)
      return setRange(value, inherited->first, inherited->second, range.getLabel());
    // Calibration searched a range for what is beyond all limits, too, which leaves its other end no better than that.
    std::optional<qnn::Interval> implied = calibration::uniformRange(op, findRange);
    if (implied && (range.getMin() < implied->first || range.getMax() > implied->second)) {
      setRange(value, implied->first, implied->second, range.getLabel());
      range = rangeAttr(value);
    }
    auto [floor, ceiling] = limits.of(value);
    auto [lower, upper] = bounds.endsOfElements(value);
    // A search for a range that cuts outliers off may have ended before what a mask must reach.
    bool isShortBelow = std::isfinite(floor) && floor < range.getMin() && lower <= floor;
    bool isShortAbove = std::isfinite(ceiling) && ceiling > range.getMax() && upper >= ceiling;
    bool raises = floor > range.getMin() || isShortBelow, lowers = ceiling < range.getMax() || isShortAbove;
    if (!raises && !lowers)
      return reportMaskedRows(op);
    double low = raises ? floor : range.getMin(), high = lowers ? ceiling : range.getMax();
    // Beside what is masked all else is near one another: a search that weighs errors may have cut that off instead.
    if (raises && std::isfinite(upper))
      high = std::max(high, std::min(upper, ceiling));
    if (lowers && std::isfinite(lower))
      low = std::min(low, std::max(lower, floor));
    if (raises)
      remarkPassed(op, passName, "RangeRaised") << remark::reason("from {0} to {1}", shown(range.getMin()), shown(low));
    if (lowers)
      remarkPassed(op, passName, "RangeLowered")
          << remark::reason("from {0} to {1}", shown(range.getMax()), shown(high));
    setRange(value, low, high, range.getLabel());
    if (raises)
      saturateAt(value, low);
    reportMaskedRows(op);
  }

  /// A row without an element that is not masked has its greatest far below the others': its softmax would tell numbers
  /// there apart, too.
  void reportMaskedRows(Operation *op) {
    Value value = op->getResult(0);
    double least = 0, greatest = 0, row = HUGE_VAL;
    const bool isConstant = llvm::any_of(op->getOperands(), [](Value each) { return bool(floatConstantValue(each)); });
    for (Value operand : op->getOperands())
      if (!floatConstantValue(operand) && !bounds.isTouched(operand)) {
        least = std::min(least, bounds.least(operand));
        greatest = std::max(greatest, bounds.greatest(operand));
      }
    for (Operation *user : value.getUsers())
      if (auto softmax = dyn_cast<qnn::SoftmaxOp>(user))
        row = std::min(row, bounds.leastMaximum(value, softmax.getAxis()));
    qnn::RangeAttr range = rangeAttr(value);
    if (row >= least || !std::isfinite(least) || greatest <= least ||
        range.getMax() - range.getMin() <= bearableWidening * (greatest - least))
      return;
    double bits = std::log2((range.getMax() - range.getMin()) / (greatest - least));
    std::string text = llvm::formatv("layer '{0}': its {1} make all elements of a row as low as {2}, which a "
                                     "softmax tells apart, so the grid of '{3}' covers them and what lies in [{4}, "
                                     "{5}], and is {6:f1} bits coarser",
                                     qnn::layerName(op), isConstant ? "constants" : "operands", shown(row),
                                     qnn::valueName(value), shown(least), shown(greatest), bits);
    reportWarning(op->getLoc(), {"MaskedRow", "", qnn::layerName(op), std::exp2(bits) / 2, CostUnit::lsb, text,
                                 "leave one element of each row unmasked, mask by the lowest float32, or keep 16-bit "
                                 "activations (--activations i16)"});
  }

  func::FuncOp function;
  const RangeBounds &bounds;
  ReaderLimits limits;
  OutputBoundary boundary;
  bool isSymmetric;
};

struct BoundRanges : tare::impl::BoundRangesBase<BoundRanges> {
  using BoundRangesBase::BoundRangesBase;

  void runOnFunction() final {
    std::optional<ActivationFormat> format = activationOfTarget();
    if (!format)
      return signalPassFailure();
    const unsigned bits = 8 * sizeOf(format->type);
    completeRanges(getOperation());
    simplifyLowConstants(getOperation());
    ReaderLimits(getOperation(), RangeBounds(getOperation(), bits), splitReaders);
    RangeBounds bounds(getOperation(), bits);
    if (failed(Limiter(getOperation(), bounds, format->symmetric).run()))
      signalPassFailure();
  }

private:
  /// Of activations that have no grid yet; any of 8 bits where no target is known.
  std::optional<ActivationFormat> activationOfTarget() {
    if (!getOperation()->getParentOfType<ModuleOp>()->hasAttr(npu::targetAttrName))
      return ActivationFormat{};
    FailureOr<Target> target = npu::getTarget(getOperation());
    const ActivationFormat *format = failed(target) ? nullptr : activationFormat(getOperation(), *target, activations);
    return format ? std::optional(*format) : std::nullopt;
  }
};

} // namespace

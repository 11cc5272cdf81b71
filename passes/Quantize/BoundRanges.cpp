//===- BoundRanges.cpp - Constants that no result depends on --------------===//
//
// Invariant: afterwards no padding, and no constant that a sum or a concatenation
// takes, is lower or higher than its readers can tell, nor is the range of what
// comes of it.
//
//===----------------------------------------------------------------------===//
#include "Quantize/ActivationChoice.h"
#include "Quantize/BiasLimits.h"
#include "Quantize/BorderLimiter.h"
#include "Quantize/FarRanges.h"
#include "Quantize/LowConstants.h"
#include "Quantize/RangeLimiter.h"
#include "Quantize/ReaderLimits.h"
#include "Quantize/Selections.h"
#include "Remarks.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Npu/NpuDialect.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Passes/Passes.h"

#include <cmath>

namespace tare {
#define GEN_PASS_DEF_BOUNDRANGES
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-bound-ranges";
/// A range of data ends at its limits where that makes it so many times narrower: not all that calibration has not seen
/// is to saturate for the sake of a little.
constexpr double leastGain = 2;
/// The same of an input, whose range its user knows.
constexpr double leastGainOfInput = 16;

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
  /// `isSymmetric` as of RangeLimiter.
  Limiter(func::FuncOp function, const RangeBounds &bounds, bool isSymmetric)
      : function(function), bounds(bounds), limits(function, bounds), boundary(function),
        ranges(bounds, limits, isSymmetric) {}

  LogicalResult run() {
    LogicalResult result = mlir::success();
    for (BlockArgument argument : function.getArguments())
      if (ranges.limitFarRange(argument, leastGainOfInput))
        noteLimits(argument);
    for (Operation &each : function.getBody().front().without_terminator()) {
      Operation *op = &each;
      if (auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(op))
        limitBias(accumulator, limits);
      if (!bounds.touches(op)) {
        if (op->getNumResults() == 1)
          limitUntouched(op);
        continue;
      }
      if (auto pad = dyn_cast<qnn::PadOp>(op); pad && failed(BorderLimiter(limits).limit(pad)))
        result = failure();
      for (OpOperand &operand : op->getOpOperands())
        limitConstant(operand);
      ranges.limitTouched(op);
    }
    return result;
  }

private:
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

  /// An op that no far constant of a sum or a joint goes into.
  void limitUntouched(Operation *op) {
    if (!ranges.limitFarRange(op->getResult(0), leastGain))
      ranges.reachFloor(op);
    auto [floor, ceiling] = limits.of(op->getResult(0));
    if (auto node = dyn_cast<qnn::HostOp>(op); node && std::isinf(floor) && std::isinf(ceiling))
      warnOfFarFill(node, boundary);
  }

  /// So that nobody is told of data that are cut off there.
  void noteLimits(BlockArgument argument) {
    auto [floor, ceiling] = limits.of(argument);
    function.setArgAttr(argument.getArgNumber(), qnn::toldApartAttrName,
                        DenseF64ArrayAttr::get(function.getContext(), {floor, ceiling}));
  }

  func::FuncOp function;
  const RangeBounds &bounds;
  ReaderLimits limits;
  OutputBoundary boundary;
  RangeLimiter ranges;
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

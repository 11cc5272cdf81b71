//===- BoundRanges.cpp - Constants that no result depends on --------------===//
//
// Invariant: afterwards no padding, and no constant that a sum or a concatenation
// takes, is lower than its readers can tell, nor is the range of what comes of it.
//
//===----------------------------------------------------------------------===//
#include "Graph/Affine.h"
#include "Quantize/ActivationChoice.h"
#include "Quantize/LowConstants.h"
#include "Remarks.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Npu/NpuDialect.h"
#include "tare/Dialect/Qnn/Constants.h"
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

auto shown(double number) { return llvm::format("%g", number); }

/// (A53) The floors of a function's values, from its results backwards.
class Floors {
public:
  Floors(func::FuncOp function, const RangeBounds &bounds) : bounds(bounds) {
    for (Operation &op : llvm::reverse(function.getBody().front().without_terminator()))
      for (Value result : op.getResults())
        visit(result);
  }

  double of(Value value) const { return floors.lookup_or(value, -HUGE_VAL); }

  /// As far as one reader is concerned.
  double of(OpOperand &use) const {
    if (auto cast = dyn_cast<quant::QuantizeCastOp>(use.getOwner())) {
      std::optional<qnn::Grid> grid = qnn::Grid::of(cast.getType());
      return grid && !grid->axis ? coveredRange(*grid).first : -HUGE_VAL;
    }
    auto op = dyn_cast<qnn::FloorOpInterface>(use.getOwner());
    return op ? op.getOperandFloor(use.getOperandNumber(), of(op->getResult(0)), bounds) : -HUGE_VAL;
  }

private:
  void visit(Value value) {
    double floor = HUGE_VAL;
    for (OpOperand &use : value.getUses())
      floor = std::min(floor, of(use));
    if (std::isfinite(floor))
      floors[value] = floor;
  }

  const RangeBounds &bounds;
  DenseMap<Value, double> floors;
};

/// Raises what is below its floor, from the inputs to the results.
class Raiser {
public:
  Raiser(func::FuncOp function, const RangeBounds &bounds) : bounds(bounds), floors(function, bounds) {}

  LogicalResult run() {
    LogicalResult result = mlir::success();
    for (Operation *op : bounds.touched()) {
      if (auto pad = dyn_cast<qnn::PadOp>(op); pad && failed(raiseBorder(pad)))
        result = failure();
      for (OpOperand &operand : op->getOpOperands())
        raiseConstant(operand);
      raiseRange(op);
    }
    return result;
  }

private:
  LogicalResult raiseBorder(qnn::PadOp pad) {
    std::optional<double> border = constantBorder(pad);
    auto [least, greatest] = knownRange(pad.getInput());
    if (!border || *border >= least)
      return mlir::success();
    double raised = std::max(*border, std::min(floors.of(pad.getResult()), least));
    if (raised > *border) {
      remarkPassed(pad, passName, "BorderRaised")
          << remark::reason("from {0} to {1}: no result tells them apart", shown(*border), shown(raised));
      pad.setValueAttr(Builder(pad.getContext()).getF64FloatAttr(raised));
    }
    if (raised <= std::numeric_limits<float>::lowest())
      return pad.emitError() << "layer '" << qnn::layerName(pad) << "': pads with -inf, which reaches "
                             << readersOf(pad.getResult()) << ", and no grid holds it; pad with a finite number";
    if (raised < least && std::isfinite(least) && (greatest - raised) > bearableWidening * (greatest - least))
      reportWideBorder(pad, raised, {least, greatest});
    return mlir::success();
  }

  static void reportWideBorder(qnn::PadOp pad, double border, std::pair<double, double> values) {
    double bits = std::log2((values.second - border) / (values.second - values.first));
    std::string text =
        llvm::formatv("layer '{0}': pads with {1} what lies in [{2}, {3}]; {4} may take that, so the grid of '{5}' "
                      "covers both and is {6:f1} bits coarser",
                      qnn::layerName(pad), shown(border), shown(values.first), shown(values.second),
                      readersOf(pad.getResult()), qnn::valueName(pad.getInput()), bits);
    // What was one step is 2^bits of them now, and half of one is lost.
    reportWarning(pad.getLoc(), {"WideBorder", "", qnn::layerName(pad), std::exp2(bits) / 2, CostUnit::lsb, text,
                                 "pad with a number of that range"});
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

  void raiseConstant(OpOperand &operand) {
    ElementsAttr constant = qnn::constantValue(operand.get());
    double floor = floors.of(operand);
    if (!constant || !constant.getElementType().isF32() || !std::isfinite(floor) ||
        bounds.least(operand.get()) >= floor)
      return;
    Operation *op = operand.getOwner();
    remarkPassed(op, passName, "ConstantRaised") << remark::reason("'{0}' to {1}: no result tells lower elements apart",
                                                                   qnn::valueName(operand.get()), shown(floor));
    Tensor elements = qnn::toTensor(constant), raised(elements.type());
    std::transform(elements.as<float>(), elements.as<float>() + elements.count(), raised.mutableAs<float>(),
                   [&](float element) { return std::max(element, static_cast<float>(floor)); });
    IRRewriter builder(op);
    Value before = operand.get();
    std::string name = qnn::valueName(before) + "_raised";
    operand.set(qnn::ConstantOp::create(builder, qnn::nameLoc(op->getContext(), name, name),
                                        qnn::toAttr(op->getContext(), raised, name)));
    auto [least, greatest] = rangeOf(qnn::constantValue(operand.get()));
    setRange(operand.get(), least, greatest, qnn::RangeLabel::Constant);
    eraseDeadConstants(builder, before);
  }

  void raiseRange(Operation *op) {
    Value value = op->getResult(0);
    qnn::RangeAttr range = rangeAttr(value);
    if (!range)
      return;
    auto gridOp = cast<qnn::GridOpInterface>(op);
    bool inherits = gridOp.getGridRule() == qnn::GridRule::Same || gridOp.getGridRule() == qnn::GridRule::Unified;
    std::optional<std::pair<double, double>> inherited = inherits ? inheritedRange(gridOp) : std::nullopt;
    if (inherited)
      return setRange(value, inherited->first, inherited->second, range.getLabel());
    double floor = floors.of(value);
    // A search for a range that cuts outliers off may have ended above what a mask must reach.
    bool isShort = floor < range.getMin() && std::isfinite(floor) && bounds.least(value) <= floor;
    if (floor <= range.getMin() && !isShort)
      return reportMaskedRows(op);
    remarkPassed(op, passName, "RangeRaised") << remark::reason("from {0} to {1}", shown(range.getMin()), shown(floor));
    // Beside what is masked all else is near one another: a search that weighs errors may have cut that off instead.
    double upper = bounds.upperEnd(value);
    setRange(value, floor, std::isfinite(upper) ? std::max(range.getMax(), upper) : range.getMax(), range.getLabel());
    reportMaskedRows(op);
  }

  /// A row without an element that is not masked has its greatest far below the others': its softmax would tell numbers
  /// there apart, too.
  void reportMaskedRows(Operation *op) {
    Value value = op->getResult(0);
    double least = 0, greatest = 0, row = HUGE_VAL;
    for (Value operand : op->getOperands())
      if (!floatConstantValue(operand)) {
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
    std::string text =
        llvm::formatv("layer '{0}': its constants make all elements of a row as low as {1}, which a "
                      "softmax tells apart, so the grid of '{2}' covers them and what lies in [{3}, "
                      "{4}], and is {5:f1} bits coarser",
                      qnn::layerName(op), shown(row), qnn::valueName(value), shown(least), shown(greatest), bits);
    reportWarning(op->getLoc(), {"MaskedRow", "", qnn::layerName(op), std::exp2(bits) / 2, CostUnit::lsb, text,
                                 "leave one element of each row unmasked, mask by the lowest float32, or keep 16-bit "
                                 "activations (--activations i16)"});
  }

  const RangeBounds &bounds;
  Floors floors;
};

struct BoundRanges : tare::impl::BoundRangesBase<BoundRanges> {
  using BoundRangesBase::BoundRangesBase;

  void runOnFunction() final {
    std::optional<unsigned> bits = activationBits();
    if (!bits)
      return signalPassFailure();
    completeRanges(getOperation());
    simplifyLowConstants(getOperation());
    RangeBounds bounds(getOperation(), *bits);
    if (!bounds.touched().empty() && failed(Raiser(getOperation(), bounds).run()))
      signalPassFailure();
  }

private:
  /// Of activations that have no grid yet; 8 where no target is known.
  std::optional<unsigned> activationBits() {
    if (!getOperation()->getParentOfType<ModuleOp>()->hasAttr(npu::targetAttrName))
      return 8;
    FailureOr<Target> target = npu::getTarget(getOperation());
    const ActivationFormat *format = failed(target) ? nullptr : activationFormat(getOperation(), *target, activations);
    return format ? std::optional<unsigned>(8 * sizeOf(format->type)) : std::nullopt;
  }
};

} // namespace

//===- FiniteFills.cpp - Infinities that hide elements --------------------===//
#include "Graph/FiniteFills.h"
#include "Graph/Affine.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Kernels/Functions.h"

#include "llvm/ADT/SetVector.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace tare;

namespace {

/// What is beyond adds up to infinity: two masks of the lowest number are none.
constexpr float harmless = std::numeric_limits<float>::max() / 16;
/// So many such numbers have a sum, and any score added to one is nothing.
constexpr float finite = std::numeric_limits<float>::max() / 1024;
/// The same of float16, which has no more than 65504.
constexpr float finiteHalf = 16384;

bool isExtreme(float element) { return std::abs(element) > harmless; }

/// Follows infinite elements to where they make no difference any more, or do.
class Infinities {
public:
  void visit(Value value, double infinity) {
    if (!visited.insert({value, infinity > 0 ? 1u : 0u}).second)
      return;
    for (OpOperand &use : value.getUses())
      visit(use, infinity);
  }

  ArrayRef<Operation *> tellApart() const { return readers.getArrayRef(); }
  /// Whether they pass what rounds to a narrower format: a number that this has not is infinite behind it.
  bool areRounded() const { return passesRound; }

private:
  void visit(OpOperand &use, double infinity) {
    Operation *op = use.getOwner();
    passesRound |= isa<qnn::RoundOp>(op);
    std::optional<double> made = isa<qnn::HostOp>(op) ? ofNode(use, infinity) : ofOp(use, infinity);
    if (!made || std::isnan(*made))
      readers.insert(op);
    else if (std::isinf(*made) && std::isinf(limited(op, *made)))
      visit(op->getResult(0), *made);
  }

  static double limited(Operation *op, double number) {
    auto [low, high] = qnn::fusedInterval(op);
    return std::clamp(number, low, high);
  }

  /// What comes of an infinite element: another infinity, a number that a large one gives as well, or nothing where
  /// that differs.
  static std::optional<double> ofOp(OpOperand &use, double infinity) {
    Operation *op = use.getOwner();
    if (isa<qnn::SoftmaxOp>(op))
      return infinity < 0 ? std::optional(0.0) : std::nullopt;
    if (auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(op)) {
      qnn::Function f = function.getFunction();
      return kernels::evaluate(f.kind, f.parameters, infinity, 0);
    }
    auto gridOp = dyn_cast<qnn::GridOpInterface>(op);
    if (gridOp && (gridOp.getGridRule() == qnn::GridRule::Same || gridOp.getGridRule() == qnn::GridRule::Unified))
      return gridOp.interpolates() ? std::nullopt : std::optional(infinity);
    if (isa<qnn::AddOp>(op))
      return infinity;
    if (isa<qnn::SubOp>(op))
      return use.getOperandNumber() == 0 ? infinity : -infinity;
    if (!isa<qnn::MulOp>(op) && !(isa<qnn::DivOp>(op) && use.getOperandNumber() == 0))
      return std::nullopt;
    SmallVector<double> factors = doubles(floatConstantValue(op->getOperand(1 - use.getOperandNumber())));
    if (factors.empty())
      return std::nullopt;
    if (llvm::all_of(factors, [](double factor) { return factor > 0; }))
      return infinity;
    return llvm::all_of(factors, [](double factor) { return factor < 0; }) ? std::optional(-infinity) : std::nullopt;
  }

  static std::optional<double> ofNode(OpOperand &use, double infinity) {
    auto node = cast<qnn::HostOp>(use.getOwner());
    const StringRef kind = node.getKind();
    const bool isLow = infinity < 0;
    if (llvm::is_contained(qnn::takenValues(node).values, use.get()) ||
        (isLow ? kind == "ReduceMax" || kind == "Max" : kind == "ReduceMin" || kind == "Min"))
      return infinity;
    if (isLow ? kind == "Softmax" || kind == "ArgMax" : kind == "ArgMin")
      return 0.0;
    return std::nullopt;
  }

  llvm::DenseSet<std::pair<Value, unsigned>> visited;
  llvm::SetVector<Operation *> readers;
  bool passesRound = false;
};

/// The constant operands of the node that are put among its elements.
SmallVector<OpOperand *> fillsOf(qnn::HostOp op) {
  SmallVector<Value> taken = qnn::takenValues(op).values;
  SmallVector<OpOperand *> fills;
  for (OpOperand &operand : op->getOpOperands())
    if (llvm::is_contained(taken, operand.get()) && floatConstantValue(operand.get()))
      fills.push_back(&operand);
  return fills;
}

/// The least and the greatest element.
std::pair<float, float> endsOf(const Tensor &tensor) {
  if (tensor.count() == 0)
    return {0, 0};
  auto [least, greatest] = std::minmax_element(tensor.as<float>(), tensor.as<float>() + tensor.count());
  return {*least, *greatest};
}

struct FiniteFill : OpRewritePattern<qnn::HostOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::HostOp op, PatternRewriter &rewriter) const final {
    for (OpOperand *fill : fillsOf(op)) {
      Tensor elements = qnn::toTensor(floatConstantValue(fill->get()));
      auto [least, greatest] = endsOf(elements);
      if (!isExtreme(least) && !isExtreme(greatest))
        continue;
      Infinities infinities;
      if (least < -harmless)
        infinities.visit(op.getResult(0), -HUGE_VAL);
      if (greatest > harmless)
        infinities.visit(op.getResult(0), HUGE_VAL);
      if (!infinities.tellApart().empty())
        return rewriter.notifyMatchFailure(op, "something tells infinity apart from a large number");
      replace(*fill, elements, infinities.areRounded() ? finiteHalf : finite, rewriter);
      return mlir::success();
    }
    return rewriter.notifyMatchFailure(op, "puts no infinity among its elements");
  }

private:
  static void replace(OpOperand &fill, const Tensor &elements, float limit, PatternRewriter &rewriter) {
    Tensor bounded(elements.type());
    std::transform(elements.as<float>(), elements.as<float>() + elements.count(), bounded.mutableAs<float>(),
                   [&](float each) { return isExtreme(each) ? std::copysign(limit, each) : each; });
    Operation *op = fill.getOwner();
    std::string name = qnn::valueName(fill.get()) + "_finite";
    Value constant = qnn::ConstantOp::create(rewriter, qnn::nameLoc(op->getContext(), name, name),
                                             qnn::toAttr(op->getContext(), bounded, name));
    rewriter.modifyOpInPlace(op, [&] { fill.set(constant); });
  }
};

} // namespace

SmallVector<Operation *> tare::readersOfInfinity(Value value, double infinity) {
  Infinities infinities;
  infinities.visit(value, infinity);
  return llvm::to_vector(infinities.tellApart());
}

std::optional<double> tare::infiniteFill(qnn::HostOp op) {
  for (OpOperand *fill : fillsOf(op)) {
    auto [least, greatest] = endsOf(qnn::toTensor(floatConstantValue(fill->get())));
    if (std::isinf(least) || std::isinf(greatest))
      return std::isinf(least) ? least : greatest;
  }
  return std::nullopt;
}

void tare::addFiniteFillsPattern(RewritePatternSet &patterns) { patterns.add<FiniteFill>(patterns.getContext()); }

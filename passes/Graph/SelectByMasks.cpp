//===- SelectByMasks.cpp - Selections that constants settle ---------------===//
//
// Invariant: afterwards no node selects between float tensors by a constant.
//
//===----------------------------------------------------------------------===//
#include "Graph/Affine.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Passes/Passes.h"

#include "mlir/Dialect/Traits.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

#include <limits>

namespace tare {
#define GEN_PASS_DEF_SELECTBYMASKS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-select-by-masks";

/// The constants and ops of one selection.
class Selection {
public:
  Selection(qnn::HostOp op, const Tensor &condition, OpBuilder &builder)
      : op(op), condition(condition), builder(builder) {}

  /// `value` where the condition is `chosen`, 0 elsewhere. Of a constant nothing is computed: 0 times infinity is no
  /// number.
  Value masked(Value value, bool chosen) {
    std::string step = chosen ? "then" : "else";
    SmallVector<double> mask = llvm::map_to_vector(ArrayRef(condition.as<bool>(), condition.count()),
                                                   [&](bool is) { return is == chosen ? 1.0 : 0.0; });
    if (auto type = cast<RankedTensorType>(value.getType()); type.getRank() == 0)
      if (ElementsAttr known = qnn::constantValue(value))
        return scaled(mask, *qnn::toTensor(known).as<float>(), step);
    Value factors = floatConstant(builder, at(step + "_mask"), condition.shape(), mask, nameOf(step + "_mask"));
    // Both may be smaller than the result.
    SmallVector<int64_t> shape;
    auto type = cast<RankedTensorType>(value.getType());
    OpTrait::util::getBroadcastedShape(type.getShape(), condition.shape(), shape);
    return qnn::MulOp::create(builder, at(step), type.clone(shape), value, factors, nullptr);
  }

private:
  /// One number where the mask is 1; -inf hides what it stands for, as the lowest number does.
  Value scaled(SmallVector<double> mask, float number, const std::string &step) {
    double finite = std::isinf(number) && number < 0 ? double(std::numeric_limits<float>::lowest()) : number;
    for (double &factor : mask)
      factor = factor != 0 ? finite : 0.0;
    return floatConstant(builder, at(step), condition.shape(), mask, nameOf(step));
  }

  std::string nameOf(const std::string &step) const {
    return qnn::derivedName(op, qnn::valueName(op.getResult(0)) + "_" + step);
  }
  Location at(const std::string &step) const {
    return qnn::nameLoc(op.getContext(), qnn::layerName(op) + "_" + step, nameOf(step));
  }

  mutable qnn::HostOp op;
  const Tensor &condition;
  OpBuilder &builder;
};

/// c ? a : b becomes m a + (1 - m) b.
struct SelectByMask : OpRewritePattern<qnn::HostOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::HostOp op, PatternRewriter &rewriter) const final {
    if (op.getKind() != "Where" || op.getInputs().size() != 3)
      return rewriter.notifyMatchFailure(op, "is no selection");
    ElementsAttr known = qnn::constantValue(op.getInputs()[0]);
    auto type = cast<RankedTensorType>(op.getResult(0).getType());
    if (!known || !type.getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "selects by computed values, or no floats");
    Tensor condition = qnn::toTensor(known);
    Selection selection(op, condition, rewriter);
    Value then = selection.masked(op.getInputs()[1], true), otherwise = selection.masked(op.getInputs()[2], false);
    remarkPassed(op, passName, "SelectionReplaced");
    rewriter.replaceOpWithNewOp<qnn::AddOp>(op, type, then, otherwise, nullptr);
    return mlir::success();
  }
};

struct SelectByMasks : tare::impl::SelectByMasksBase<SelectByMasks> {
  void runOnFunction() final {
    RewritePatternSet patterns(&getContext());
    patterns.add<SelectByMask>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace

//===- Repeats.cpp - What is repeated where it broadcasts -----------------===//
#include "Graph/Repeats.h"

#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace mlir;
using namespace tare;

namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

/// What a concatenation has several times along an axis of which it is one element, perhaps by several concatenations;
/// or null.
Value repeatedBy(qnn::ConcatOp concat) {
  const int64_t axis = concat ? concat.getAxis() : 0;
  Value once;
  for (; concat && int64_t(concat.getAxis()) == axis; concat = once.getDefiningOp<qnn::ConcatOp>()) {
    if (!llvm::all_equal(concat.getInputs()))
      return nullptr;
    once = concat.getInputs().front();
    if (shapeOf(once)[axis] == 1)
      return once;
  }
  return nullptr;
}

/// The size of `value` along an axis counted from the last one.
int64_t sizeFromBehind(Value value, int64_t axis) {
  ArrayRef<int64_t> shape = shapeOf(value);
  return axis < int64_t(shape.size()) ? shape[shape.size() - 1 - axis] : 1;
}

template <typename OpTy> struct ReadOnce : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const final {
    for (unsigned index : {0u, 1u}) {
      auto concat = op->getOperand(index).template getDefiningOp<qnn::ConcatOp>();
      Value once = repeatedBy(concat), other = op->getOperand(1 - index);
      if (!once || !qnn::isFloatTensor(once))
        continue;
      const int64_t axis = int64_t(shapeOf(once).size()) - 1 - int64_t(concat.getAxis());
      if (sizeFromBehind(other, axis) != sizeFromBehind(op.getResult(), axis))
        continue;
      rewriter.modifyOpInPlace(op, [&] { op->setOperand(index, once); });
      return mlir::success();
    }
    return rewriter.notifyMatchFailure(op, "reads nothing repeated that broadcasts by itself");
  }
};

} // namespace

void tare::addRepeatsPatterns(RewritePatternSet &patterns) {
  patterns.add<ReadOnce<qnn::AddOp>, ReadOnce<qnn::SubOp>, ReadOnce<qnn::MulOp>, ReadOnce<qnn::DivOp>>(
      patterns.getContext());
}

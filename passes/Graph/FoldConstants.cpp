//===- FoldConstants.cpp - What is known when compiling -------------------===//
//
// Invariant: afterwards no op of the graph has nothing but constants for
// operands, unless its result is larger than the limit or it cannot be run.
//
//===----------------------------------------------------------------------===//
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Passes.h"

namespace tare {
#define GEN_PASS_DEF_FOLDCONSTANTS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-fold-constants";

struct FoldConstants : tare::impl::FoldConstantsBase<FoldConstants> {
  using FoldConstantsBase::FoldConstantsBase;

  void runOnFunction() final {
    IRRewriter rewriter(&getContext());
    Block &body = getOperation().getBody().front();
    for (Operation &op : llvm::make_early_inc_range(body))
      if (isa<qnn::QnnDialect>(op.getDialect()) && !op.hasTrait<OpTrait::ConstantLike>())
        fold(op, rewriter);
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (isOpTriviallyDead(&op))
        rewriter.eraseOp(&op);
  }

private:
  void fold(Operation &op, IRRewriter &rewriter) {
    SmallVector<Tensor> operands;
    for (Value operand : op.getOperands()) {
      ElementsAttr constant = qnn::constantValue(operand);
      auto type = dyn_cast<RankedTensorType>(operand.getType());
      if (!constant || !type || !type.getElementType().isF32())
        return;
      operands.push_back(qnn::toTensor(constant));
    }
    auto type = dyn_cast<RankedTensorType>(op.getResult(0).getType());
    if (operands.empty() || !type || !type.getElementType().isF32())
      return;
    int64_t bytes = type.getNumElements() * int64_t(sizeof(float));
    if (bytes > maxBytes) {
      remarkMissed(&op, passName, "NotFolded")
          << remark::reason("the result has {0} bytes, more than the limit of {1}", bytes, maxBytes.getValue());
      return;
    }
    FailureOr<Tensor> result = evaluateOp(&op, operands);
    if (failed(result)) {
      remarkMissed(&op, passName, "NotFolded") << remark::reason("it cannot be evaluated");
      return;
    }
    remarkPassed(&op, passName, "Folded");
    rewriter.setInsertionPoint(&op);
    rewriter.replaceOpWithNewOp<qnn::ConstantOp>(&op, op.getResult(0).getType(),
                                                 qnn::toAttr(&getContext(), *result, qnn::valueName(op.getResult(0))));
  }
};

} // namespace

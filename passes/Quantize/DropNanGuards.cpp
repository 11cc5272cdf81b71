//===- DropNanGuards.cpp - Integers are always numbers --------------------===//
//
// Invariant: afterwards no node selects by whether what integers compute is a number.
//
//===----------------------------------------------------------------------===//
#include "Remarks.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Passes/Passes.h"

#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace tare {
#define GEN_PASS_DEF_DROPNANGUARDS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-drop-nan-guards";

/// The only operand of a node of that kind that makes `value`; null for others.
Value operandOf(Value value, StringRef kind) {
  auto op = value.getDefiningOp<qnn::HostOp>();
  return op && op.getKind() == kind && op.getInputs().size() == 1 ? op.getInputs()[0] : Value();
}

/// What the selection gives as long as that is a number, whichever way round it asks; null for other selections.
Value guarded(qnn::HostOp op) {
  if (op.getKind() != "Where" || op.getInputs().size() != 3)
    return nullptr;
  Value condition = op.getInputs()[0], then = op.getInputs()[1], otherwise = op.getInputs()[2];
  if (Value negated = operandOf(condition, "Not")) {
    condition = negated;
    std::swap(then, otherwise);
  }
  return operandOf(condition, "IsNaN") == otherwise ? otherwise : nullptr;
}

/// Whether an op of the graph computes it, and so integers will: a node of the host, or a sample, may give no number.
bool isComputedInIntegers(Value value) {
  Operation *op = value.getDefiningOp();
  return op && !isa<qnn::HostOp>(op) && !op->hasTrait<OpTrait::ConstantLike>();
}

/// IsNaN(x) ? c : x becomes x.
struct DropNanGuard : OpRewritePattern<qnn::HostOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::HostOp op, PatternRewriter &rewriter) const final {
    Value value = guarded(op);
    if (!value || value.getType() != op.getResult(0).getType())
      return rewriter.notifyMatchFailure(op, "guards nothing");
    if (!isComputedInIntegers(value)) {
      remarkMissed(op, passName, "GuardKept") << remark::reason("what it guards is no result of integers");
      return failure();
    }
    remarkPassed(op, passName, "GuardDropped");
    rewriter.replaceOp(op, value);
    return mlir::success();
  }
};

struct DropNanGuards : tare::impl::DropNanGuardsBase<DropNanGuards> {
  void runOnFunction() final {
    RewritePatternSet patterns(&getContext());
    patterns.add<DropNanGuard>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
    eraseUnreadQuestions();
  }

private:
  /// The questions that nobody asks any more.
  void eraseUnreadQuestions() {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(getOperation().front())))
      if (auto node = dyn_cast<qnn::HostOp>(op);
          node && node->use_empty() && (node.getKind() == "IsNaN" || node.getKind() == "Not"))
        node.erase();
  }
};

} // namespace

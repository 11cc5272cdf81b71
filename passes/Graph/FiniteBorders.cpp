//===- FiniteBorders.cpp - Borders of infinity that functions read --------===//
#include "Graph/FiniteBorders.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/Functions.h"

#include "llvm/ADT/SmallPtrSet.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace tare;

namespace {

/// Whether a function makes no number of an infinity in `value`, or in what holds its elements, or a sum or a product
/// has it for an operand.
bool losesInfinity(Value value, double infinity, llvm::SmallPtrSetImpl<Operation *> &visited) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(user)) {
      qnn::Function f = function.getFunction();
      return !std::isfinite(kernels::evaluate(f.kind, f.parameters, infinity, 0));
    }
    if (auto op = dyn_cast<qnn::GridOpInterface>(user);
        op && (op.getGridRule() == qnn::GridRule::Same || op.getGridRule() == qnn::GridRule::Unified))
      return visited.insert(user).second && losesInfinity(user->getResult(0), infinity, visited);
    auto sum = dyn_cast<qnn::FloorOpInterface>(user);
    return sum && sum.isMonotoneByOperand();
  });
}

struct FiniteBorder : OpRewritePattern<qnn::PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::PadOp op, PatternRewriter &rewriter) const final {
    double border = op.getValue().convertToDouble();
    llvm::SmallPtrSet<Operation *, 8> visited;
    if (op.getMode() != qnn::PadMode::Constant || !std::isinf(border) ||
        !losesInfinity(op.getResult(), border, visited))
      return rewriter.notifyMatchFailure(op, "nothing makes an infinity of its border");
    double finite = std::copysign(std::numeric_limits<float>::max(), border);
    rewriter.modifyOpInPlace(op, [&] { op.setValueAttr(rewriter.getF64FloatAttr(finite)); });
    return mlir::success();
  }
};

} // namespace

void tare::addFiniteBordersPattern(RewritePatternSet &patterns) { patterns.add<FiniteBorder>(patterns.getContext()); }

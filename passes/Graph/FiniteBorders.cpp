//===- FiniteBorders.cpp - Borders of -inf that functions read ------------===//
#include "Graph/FiniteBorders.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/Functions.h"

#include "llvm/ADT/SmallPtrSet.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace tare;

namespace {

/// Whether a function makes no number of -inf in `value`, or in what holds its elements.
bool losesInfinity(Value value, llvm::SmallPtrSetImpl<Operation *> &visited) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    if (auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(user)) {
      qnn::Function f = function.getFunction();
      return !std::isfinite(kernels::evaluate(f.kind, f.parameters, -HUGE_VAL, 0));
    }
    auto op = dyn_cast<qnn::GridOpInterface>(user);
    bool keeps = op && op.getGridRule() == qnn::GridRule::Same && visited.insert(user).second;
    return keeps && losesInfinity(user->getResult(0), visited);
  });
}

struct FiniteBorder : OpRewritePattern<qnn::PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::PadOp op, PatternRewriter &rewriter) const final {
    double border = op.getValue().convertToDouble();
    llvm::SmallPtrSet<Operation *, 8> visited;
    if (op.getMode() != qnn::PadMode::Constant || border != -HUGE_VAL || !losesInfinity(op.getResult(), visited))
      return rewriter.notifyMatchFailure(op, "no function makes an infinity of its border");
    rewriter.modifyOpInPlace(op,
                             [&] { op.setValueAttr(rewriter.getF64FloatAttr(std::numeric_limits<float>::lowest())); });
    return mlir::success();
  }
};

} // namespace

void tare::addFiniteBordersPattern(RewritePatternSet &patterns) { patterns.add<FiniteBorder>(patterns.getContext()); }

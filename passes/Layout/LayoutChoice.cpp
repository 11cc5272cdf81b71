//===- LayoutChoice.cpp - Which ops are to run transposed -----------------===//
//
// A minimum cut. Each op that commutes with transposes stands on one of two
// sides: "permuted" (source) computes on operands as they are before their
// transposes, "original" (sink) as it is. A value that is made on one side and
// read on the other is transposed, once, which costs its bytes. Keeping all as
// it is is one of the cuts, so the result never transposes more.
//
//===----------------------------------------------------------------------===//
#include "Layout/LayoutChoice.h"
#include "Layout/LayoutCut.h"
#include "tare/Dialect/Qnn/Constants.h"

using namespace mlir;

namespace tare {

static ArrayRef<int64_t> shapeOf(Value value) { return cast<RankedTensorType>(value.getType()).getShape(); }

int64_t transposedBytes(Value value, ArrayRef<int32_t> permutation) {
  return npu::movesOnlyUnitDims(permutation, shapeOf(value)) ? 0 : qnn::toHost(value.getType()).bytes();
}

bool isAtBorder(Value value) {
  return isa<BlockArgument>(value) || llvm::any_of(value.getUsers(), llvm::IsaPred<func::ReturnOp>);
}

bool canReorderWeights(npu::ReshapeOp reshape, ArrayRef<int32_t> permutation) {
  ArrayRef<int64_t> from = shapeOf(reshape.getInput()), to = shapeOf(reshape);
  // The leading dimensions stay, all others become one.
  size_t kept = to.size() - 1;
  if (to.empty() || from.size() <= to.size() || from.take_front(kept) != to.take_front(kept) ||
      !npu::isIdentity(permutation.take_front(kept)))
    return false;
  return !reshape->use_empty() && llvm::all_of(reshape->getUses(), [](OpOperand &use) {
    auto linear = dyn_cast<npu::LinearOp>(use.getOwner());
    return linear && use.getOperandNumber() == 0 && linear.getWeight().getDefiningOp<npu::ConstantOp>();
  });
}

LayoutChoice chooseLayouts(func::FuncOp function) {
  LayoutForms forms(function);
  const llvm::DenseMap<Operation *, bool> isPermuted = LayoutCut(forms).solve();
  LayoutChoice choice;
  for (Operation &op : function.getOps())
    if (isPermuted.lookup(&op))
      choice.permuted[forms.candidates[&op].first] = forms.candidates[&op].second;
  choice.refusals = std::move(forms.refusals);
  return choice;
}

} // namespace tare

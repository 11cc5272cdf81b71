//===- BoundOp.cpp - An operator ready to run -----------------------------===//
#include "tare/Runtime/BoundOp.h"

namespace tare::runtime {

BoundOp::BoundOp(const program::OpUnion &op, std::span<const kernels::Operand> operands, const TensorType &result,
                 bool forceReference)
    : op(&op), kernel(kernels::lookup(op.type)) {
  if (!forceReference && kernel->prepare)
    fast = kernel->prepare(op, operands, result);
}

void BoundOp::run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch) const {
  if (fast)
    fast->run(operands, result, scratch);
  else
    kernel->reference(*op, operands, result);
}

} // namespace tare::runtime

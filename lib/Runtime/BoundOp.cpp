//===- BoundOp.cpp - An operator ready to run -----------------------------===//
#include "tare/Runtime/BoundOp.h"

#include <algorithm>

namespace tare::runtime {
namespace {

/// What one thread does in a microsecond, roughly.
constexpr double macsPerMicrosecond = 150'000, bytesPerMicrosecond = 10'000;

} // namespace

BoundOp::BoundOp(const program::OpUnion &op, std::span<const kernels::Operand> operands, const TensorType &result,
                 bool forceReference)
    : op(&op), kernel(kernels::lookup(op.type)) {
  if (!forceReference && kernel->prepare)
    fast = kernel->prepare(op, operands, result);
  std::vector<TensorType> types;
  for (const kernels::Operand &operand : operands)
    types.push_back(operand.type);
  multiplyAccumulates = kernel->macs(op, types, result);
  resultBytes = int64_t(result.bytes());
  for (const TensorType &type : types)
    operandBytes += int64_t(type.bytes());
}

size_t BoundOp::sharesFor(size_t threads, double microseconds) const {
  if (!fast || !fast->divides())
    return 1;
  double all = double(macs()) / macsPerMicrosecond + double(readBytes() + writtenBytes()) / bytesPerMicrosecond;
  return size_t(std::clamp(all / microseconds, 1.0, double(threads)));
}

void BoundOp::run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
                  kernels::Share share) const {
  if (fast)
    fast->run(operands, result, scratch, share);
  else
    kernel->reference(*op, operands, result);
}

} // namespace tare::runtime

//===- BoundOp.cpp - An operator ready to run -----------------------------===//
#include "tare/Runtime/BoundOp.h"

namespace tare::runtime {
namespace {

/// What one thread does in a microsecond, roughly (AVX-512 VNNI): products, sums of products that it finishes, and
/// bytes.
constexpr double macsPerMicrosecond = 250'000, sumsPerMicrosecond = 7'000, bytesPerMicrosecond = 20'000;

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
  sumCount = result.count();
  for (const TensorType &type : types)
    operandBytes += int64_t(type.bytes());
}

double BoundOp::estimatedMicroseconds() const {
  double sums = macs() != 0 ? double(sumCount) : 0;
  return double(macs()) / macsPerMicrosecond + sums / sumsPerMicrosecond +
         double(readBytes() + writtenBytes()) / bytesPerMicrosecond;
}

void BoundOp::run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
                  kernels::Share share) const {
  if (fast)
    fast->run(operands, result, scratch, share);
  else
    kernel->reference(*op, operands, result);
}

} // namespace tare::runtime

//===- BoundOp.cpp - An operator ready to run -----------------------------===//
#include "tare/Runtime/BoundOp.h"

#include <cassert>

namespace tare::runtime {
namespace {

/// What one thread does in a microsecond, roughly (AVX-512 VNNI): products, sums of products that it finishes, and
/// bytes.
constexpr double macsPerMicrosecond = 250'000, sumsPerMicrosecond = 7'000, bytesPerMicrosecond = 20'000;

/// Whether a kernel's scratch is in proportion to what it reads and writes. With dilations and pads far beyond the
/// image, the copy of the image with its border is not.
bool isInProportion(size_t scratch, int64_t bytes) {
  constexpr size_t little = size_t(256) << 20, mostTimes = 64;
  return scratch <= little || scratch / mostTimes <= size_t(bytes);
}

} // namespace

BoundOp::BoundOp(const program::OpUnion &op, std::span<const kernels::Operand> operands, const TensorType &result,
                 bool forceReference)
    : op(&op), kernel(kernels::lookup(op.type)) {
  std::vector<TensorType> types;
  for (const kernels::Operand &operand : operands)
    types.push_back(operand.type);
  multiplyAccumulates = kernel->macs(op, types, result);
  resultBytes = int64_t(result.bytes());
  sumCount = result.count();
  for (const TensorType &type : types)
    operandBytes += int64_t(type.bytes());
  if (!forceReference && kernel->prepare)
    fast = kernel->prepare(op, operands, result);
  if (!isInProportion(scratchBytes(), operandBytes + resultBytes))
    fast.reset();
}

BoundOp::BoundOp(const program::HostT &host, std::span<const kernels::Operand> operands,
                 std::span<const TensorType> results) {
  auto decoded = program::decodeHost(host, operands.size());
  assert(decoded && "the program is verified");
  node = std::move(*decoded);
  std::vector<TensorType> types;
  for (const kernels::Operand &operand : operands) {
    types.push_back(operand.type);
    operandBytes += int64_t(operand.type.bytes());
  }
  multiplyAccumulates = program::macsOfHost(host, types, results);
  for (const TensorType &result : results)
    resultBytes += int64_t(result.bytes());
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

Status BoundOp::runHost(std::span<const ConstTensorView> operands, std::span<const TensorView> results) const {
  // Views: the memory is the caller's.
  std::vector<Tensor> given, made;
  for (const ConstTensorView &operand : operands)
    given.emplace_back(operand.type, nullptr, operand.data);
  for (const TensorView &result : results)
    made.emplace_back(result.type, nullptr, result.data);
  std::vector<const Tensor *> byPosition;
  for (int64_t number : node->operands)
    byPosition.push_back(number < 0 ? nullptr : &given[number]);
  return host::run(node->node, byPosition, made);
}

} // namespace tare::runtime

//===- BoundOp.h - An operator ready to run ---------------------*- C++ -*-===//
#ifndef TARE_RUNTIME_BOUNDOP_H
#define TARE_RUNTIME_BOUNDOP_H

#include "tare/Kernels/Registry.h"
#include "tare/Program/HostLayer.h"

#include <memory>
#include <optional>
#include <span>

namespace tare::runtime {

/// An operator bound to its operands' types and constants: the fast kernel
/// where there is one, otherwise the reference. It refers to `op`, which must
/// outlive it.
class BoundOp {
public:
  BoundOp(const program::OpUnion &op, std::span<const kernels::Operand> operands, const TensorType &result,
          bool forceReference);
  /// A host layer, which may have several results.
  BoundOp(const program::HostT &host, std::span<const kernels::Operand> operands, std::span<const TensorType> results);

  bool isHost() const { return node.has_value(); }
  bool isFast() const { return fast != nullptr; }
  size_t scratchBytes() const { return fast ? fast->scratchBytes() : 0; }
  int64_t macs() const { return multiplyAccumulates; }
  /// Of all operands, and of the results.
  int64_t readBytes() const { return operandBytes; }
  int64_t writtenBytes() const { return resultBytes; }
  /// Whether several threads can share the work.
  bool divides() const { return fast && fast->divides(); }
  /// What one thread takes, as far as one can tell without running: within a factor of five.
  double estimatedMicroseconds() const;
  /// An error where the operator does not take an operand's elements; to be asked before it runs.
  Status check(std::span<const ConstTensorView> operands) const {
    return kernel && kernel->check ? kernel->check(*op, operands) : success();
  }
  /// Computes a share of the result; where the work does not divide all of it, Share{0, 1}.
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           kernels::Share share = {}) const;
  /// Computes a host layer's results in the calling thread; an error where an operand's elements are out of range.
  Status runHost(std::span<const ConstTensorView> operands, std::span<const TensorView> results) const;

private:
  const program::OpUnion *op = nullptr;
  const kernels::OpKernel *kernel = nullptr;
  std::optional<program::HostNode> node;
  std::unique_ptr<kernels::FastKernel> fast;
  int64_t multiplyAccumulates = 0, operandBytes = 0, resultBytes = 0, sumCount = 0;
};

} // namespace tare::runtime

#endif // TARE_RUNTIME_BOUNDOP_H

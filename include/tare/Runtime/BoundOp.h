//===- BoundOp.h - An operator ready to run ---------------------*- C++ -*-===//
#ifndef TARE_RUNTIME_BOUNDOP_H
#define TARE_RUNTIME_BOUNDOP_H

#include "tare/Kernels/Registry.h"

#include <memory>
#include <span>

namespace tare::runtime {

/// An operator bound to its operands' types and constants: the fast kernel
/// where there is one, otherwise the reference. It refers to `op`, which must
/// outlive it.
class BoundOp {
public:
  BoundOp(const program::OpUnion &op, std::span<const kernels::Operand> operands, const TensorType &result,
          bool forceReference);

  bool isFast() const { return fast != nullptr; }
  size_t scratchBytes() const { return fast ? fast->scratchBytes() : 0; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch) const;

private:
  const program::OpUnion *op;
  const kernels::OpKernel *kernel;
  std::unique_ptr<kernels::FastKernel> fast;
};

} // namespace tare::runtime

#endif // TARE_RUNTIME_BOUNDOP_H

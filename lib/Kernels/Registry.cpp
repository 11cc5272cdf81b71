//===- Registry.cpp - The kernel of each integer operator -----------------===//
#include "tare/Kernels/Registry.h"

#include "Integer/Operators.h"

#include <iterator>

namespace tare::kernels {

const OpKernel *lookup(program::Op kind) {
#define TARE_KERNEL(Member, member) &member##Kernel,
  static const OpKernel *const kernels[] = {nullptr, TARE_OP_MEMBERS(TARE_KERNEL)};
#undef TARE_KERNEL
  return size_t(kind) < std::size(kernels) ? kernels[size_t(kind)] : nullptr;
}

program::RequantT *requantOf(program::OpUnion &op) {
  const OpKernel *kernel = lookup(op.type);
  return kernel && kernel->scaling ? kernel->scaling->requant(op) : nullptr;
}

const program::RequantT *requantOf(const program::OpUnion &op) { return requantOf(const_cast<program::OpUnion &>(op)); }

} // namespace tare::kernels

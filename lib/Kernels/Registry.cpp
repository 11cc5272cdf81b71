//===- Registry.cpp - The kernel of each integer operator -----------------===//
#include "tare/Kernels/Registry.h"

#include "Integer/Operators.h"

#include <iterator>

namespace tare::kernels {

const OpKernel *lookup(program::Op kind) {
  // In the order of the union program::Op; a new operator is one more line.
  static const OpKernel *const kernels[] = {
      nullptr,        &convKernel,     &convTransposeKernel, &linearKernel,  &matMulKernel,      &addKernel,
      &mulKernel,     &rescaleKernel,  &lookupKernel,        &maxPoolKernel, &averagePoolKernel, &reduceMeanKernel,
      &softmaxKernel, &concatKernel,   &sliceKernel,         &padKernel,     &reshapeKernel,     &transposeKernel,
      &resizeKernel,  &quantizeKernel, &dequantizeKernel,    &hostKernel,    &loopBeginKernel,   &loopEndKernel,
  };
  static_assert(std::size(kernels) == size_t(program::Op::MAX) + 1, "an operator of the schema has no kernel");
  return size_t(kind) < std::size(kernels) ? kernels[size_t(kind)] : nullptr;
}

program::RequantT *requantOf(program::OpUnion &op) {
  const OpKernel *kernel = lookup(op.type);
  return kernel && kernel->scaling ? kernel->scaling->requant(op) : nullptr;
}

const program::RequantT *requantOf(const program::OpUnion &op) { return requantOf(const_cast<program::OpUnion &>(op)); }

} // namespace tare::kernels

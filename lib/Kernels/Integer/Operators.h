//===- Operators.h - The kernels that the registry lists --------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_OPERATORS_H
#define TARE_LIB_KERNELS_INTEGER_OPERATORS_H

#include "tare/Kernels/Registry.h"
#include "tare/Schema/program_op.h"

namespace tare::kernels {

// One for each member of the schema's union, of its name: convKernel. The linker names the one that nobody defines.
#define TARE_KERNEL(Member, member) extern const OpKernel member##Kernel;
TARE_OP_MEMBERS(TARE_KERNEL)
#undef TARE_KERNEL

/// For operators that multiply and accumulate nothing.
inline int64_t noMacs(const program::OpUnion &, std::span<const TensorType>, const TensorType &) { return 0; }

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_OPERATORS_H

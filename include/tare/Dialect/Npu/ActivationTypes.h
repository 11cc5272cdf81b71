//===- ActivationTypes.h - The types that operators need --------*- C++ -*-===//
#ifndef TARE_DIALECT_NPU_ACTIVATIONTYPES_H
#define TARE_DIALECT_NPU_ACTIVATIONTYPES_H

#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Target/Target.h"

#include <optional>

namespace tare::npu {

/// The type of activations for which the target has not the operator of `op`, though it may have it for others. A type
/// that counts is i8 or i16, of an operand that is no constant, or of a result; nothing where the operator has all.
std::optional<ElementType> missingType(mlir::Operation *op, const Target &target);

} // namespace tare::npu

#endif // TARE_DIALECT_NPU_ACTIVATIONTYPES_H

//===- Movement.h - What movements and selections share ---------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_MOVEMENT_MOVEMENT_H
#define TARE_LIB_ONNX_OPS_MOVEMENT_MOVEMENT_H

#include "Node.h"

namespace tare::onnx {

/// A joint has no more parts than these: it would take longer than what it stands for.
inline constexpr size_t mostParts = 256;

/// The node's result: `value` under its shape. A movement that another one follows moves nothing itself.
mlir::LogicalResult giveAs(Node &node, mlir::Value value, const Integers &shape);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_MOVEMENT_MOVEMENT_H

//===- Moves.h - Constants that only move -----------------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_FOLD_MOVES_H
#define TARE_LIB_ONNX_FOLD_MOVES_H

#include "Node.h"

namespace tare::onnx {

/// What a node does to the elements of operand 0, whatever they are: a tensor of its shape, moved.
using Move = llvm::function_ref<Tensor(const Tensor &)>;

/// Result `index` is operand 0, which is known, moved. A dequantized constant keeps its integers and scales wherever
/// these still run along one axis; elsewhere its real numbers move.
mlir::LogicalResult giveMoved(Node &node, Move move, unsigned index = 0);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_FOLD_MOVES_H

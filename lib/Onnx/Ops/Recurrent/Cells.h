//===- Cells.h - The cells of RNN, GRU and LSTM -----------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_RECURRENT_CELLS_H
#define TARE_LIB_ONNX_OPS_RECURRENT_CELLS_H

#include "Layer.h"

namespace tare::onnx::recurrent {

/// Writes the cells of one direction (0: forward, or the only one) from the states h and c (null: zero), and leaves
/// there those behind the last step: one step's cell, or a loop over it. Gives h of all steps, [steps, batch, hidden],
/// in the steps' own order, where it is wanted. Only an LSTM has c.
using WriteCells = mlir::Value (*)(Node &node, const Layer &layer, int64_t direction, mlir::Value &h, mlir::Value &c,
                                   bool wantsAll);
mlir::Value writeRnn(Node &node, const Layer &layer, int64_t direction, mlir::Value &h, mlir::Value &c, bool wantsAll);
mlir::Value writeGru(Node &node, const Layer &layer, int64_t direction, mlir::Value &h, mlir::Value &c, bool wantsAll);
mlir::Value writeLstm(Node &node, const Layer &layer, int64_t direction, mlir::Value &h, mlir::Value &c, bool wantsAll);

} // namespace tare::onnx::recurrent

#endif // TARE_LIB_ONNX_OPS_RECURRENT_CELLS_H

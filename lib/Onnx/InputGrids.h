//===- InputGrids.h - What the integers of inputs mean ----------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_INPUTGRIDS_H
#define TARE_LIB_ONNX_INPUTGRIDS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare::onnx {

/// Gives each input of integers the scale and zero point of the DequantizeLinear that reads it, perhaps behind data
/// movement. Until then its integers mean themselves, as they do for a Cast; of several readers the first counts,
/// and qnn.reinterpret stays before the others. No integer changes.
void chooseInputGrids(mlir::func::FuncOp function);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_INPUTGRIDS_H

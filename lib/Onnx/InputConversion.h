//===- InputConversion.h - Inputs that take what a device has ---*- C++ -*-===//
#ifndef TARE_LIB_ONNX_INPUTCONVERSION_H
#define TARE_LIB_ONNX_INPUTCONVERSION_H

#include "Reporter.h"
#include "tare/Media/Preprocessing.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare::onnx {

/// Makes the inputs that are named integers in the device's format, and puts in front of the network what makes its own
/// numbers of them: channels, colours, and y = (x * scale - mean) / std. Integers move as they are; no input of them is
/// quantized again.
mlir::LogicalResult convertInputs(mlir::func::FuncOp function, const std::vector<media::InputConversion> &conversions,
                                  const Reporter &reporter);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_INPUTCONVERSION_H

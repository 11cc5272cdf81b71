//===- Convolution.h - What convolutions share ------------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_CONVOLUTION_CONVOLUTION_H
#define TARE_LIB_ONNX_OPS_CONVOLUTION_CONVOLUTION_H

#include "Ops/Window.h"

namespace tare::onnx {

/// A convolution's window; that of a transposed one, whose result is `outputPadding` larger at its ends.
struct TransposedWindow {
  Window window;
  Integers outputPadding;
};

/// Of operand 0, a volume, by the constant operand 1, whose shapes are checked: as convolutions of images.
mlir::LogicalResult convolveVolume(Node &node, const Window &window, int64_t group);
mlir::LogicalResult convolveVolumeTransposed(Node &node, const TransposedWindow &window, int64_t group);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_CONVOLUTION_CONVOLUTION_H

//===- Window.h - Attributes of convolutions and poolings -------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_WINDOW_H
#define TARE_LIB_ONNX_OPS_WINDOW_H

#include "Node.h"

namespace tare::onnx {

/// A window that slides over the spatial axes of an image.
struct Window {
  Integers kernel, strides, dilations;
  /// All begins, then all ends.
  Integers pads;

  int64_t extent(size_t axis) const { return (kernel[axis] - 1) * dilations[axis] + 1; }
};

enum class AutoPad { Explicit, SameUpper, SameLower, Valid };

AutoPad readAutoPad(Node &node);

/// Splits padding over both ends of an axis: an odd element goes to the end
/// (SameUpper) or the begin.
std::pair<int64_t, int64_t> splitPadding(int64_t total, bool oddAtEnd);

/// Reads strides, dilations, pads and auto_pad of a window with this kernel over
/// an image [N, C, spatial..].
Window readWindow(Node &node, llvm::ArrayRef<int64_t> image, llvm::ArrayRef<int64_t> kernel);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_WINDOW_H

//===- VolumeParts.h - What convolutions of volumes share -------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_CONVOLUTION_VOLUMEPARTS_H
#define TARE_LIB_ONNX_OPS_CONVOLUTION_VOLUMEPARTS_H

#include "Composite.h"
#include "Ops/Volume.h"

namespace tare::onnx {

Attributes attributesOf(const Window &window, int64_t group);

/// Gives a value of the IR a name that other nodes read.
std::string named(Node &node, llvm::StringRef step, mlir::Value value);

/// Whether the input has the channels that the weight is for, and the kernel is no longer along the depth than slices
/// are joined.
mlir::LogicalResult checkVolume(Node &node, mlir::Value input, int64_t expectedChannels, int64_t taps);

/// Some slices of the depth of [N, D, C, H, W] as channels of images, those of each group beside one another.
class DepthChannels {
public:
  DepthChannels(Node &node, mlir::Value slices, int64_t group);

  /// Zeros before and behind the slices.
  void pad(int64_t low, int64_t high) { slices = padDepth(node, "padded", slices, low, high); }
  /// One slice for each of `count` images.
  void take(int64_t begin, int64_t stride, int64_t count);
  /// [N count, taken C, H, W]; null after an error.
  mlir::Value images();

private:
  Node &node;
  mlir::Value slices;
  llvm::SmallVector<mlir::Value> parts;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_CONVOLUTION_VOLUMEPARTS_H

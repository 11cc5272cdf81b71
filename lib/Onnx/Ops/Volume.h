//===- Volume.h - Three spatial axes as two ---------------------*- C++ -*-===//
//
// Hardware slides windows along two axes at most. What ONNX computes of a volume [N, C, D, H, W] is written as others:
// each slice of the depth is an image of the batch, or height and width are one axis beside the depth.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_ONNX_OPS_VOLUME_H
#define TARE_LIB_ONNX_OPS_VOLUME_H

#include "Window.h"

namespace tare::onnx {

/// The dimensions of a volume.
inline constexpr size_t volumeRank = 5;

// These are steps of a node, and null after an error.

/// [N, C, D, H, W] as [N, D, C, H, W], or that as the volume again.
mlir::Value swapDepth(Node &node, llvm::StringRef step, mlir::Value volume);
/// [N, D, C, H, W] as images [N D, C, H, W].
mlir::Value asImages(Node &node, llvm::StringRef step, mlir::Value slices);
/// Images [N D, C, H, W] as the volume that they are slices of.
mlir::Value asVolume(Node &node, llvm::StringRef step, mlir::Value images, int64_t batch);
/// Zeros before and behind axis 1.
mlir::Value padDepth(Node &node, llvm::StringRef step, mlir::Value slices, int64_t low, int64_t high);
/// `count` of what lies along axis 1.
mlir::Value takeSlices(Node &node, llvm::StringRef step, mlir::Value slices, int64_t begin, int64_t stride,
                       int64_t count);

/// A window along height and width alone, and one along the depth whose other axis is both.
Window planeOf(const Window &window);
Window depthOf(const Window &window);
/// Whether each result of a window is one element, and each element one result.
bool isOneElement(const Window &window);

/// How many windows there are along an axis of `size` elements; none where it is too short.
int64_t windowsAlong(const Window &window, size_t axis, int64_t size);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_VOLUME_H

//===- Pooling.h - What poolings share --------------------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_POOLING_POOLING_H
#define TARE_LIB_ONNX_OPS_POOLING_POOLING_H

#include "Ops/Volume.h"

namespace tare::onnx {

/// The window of a pooling over `input`, which needs spatial axes.
std::optional<Window> readPool(Node &node, mlir::Value input);

/// A pooling as a step of the node.
mlir::Value maxPool(Node &node, llvm::StringRef step, mlir::Value input, const Window &window, bool ceilMode);

/// What the node computes of a volume, by poolings of images; null after an error.
mlir::Value maxPoolVolume(Node &node, mlir::Value volume, const Window &window);
mlir::Value averagePoolVolume(Node &node, mlir::Value volume, const Window &window);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_OPS_POOLING_POOLING_H

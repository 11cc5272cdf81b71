//===- Windows.h - Windows that slide over an image ------------*- C++ -*-===//
#ifndef TARE_LIB_DIALECT_QNN_OPS_WINDOWS_H
#define TARE_LIB_DIALECT_QNN_OPS_WINDOWS_H

#include "Shapes.h"

namespace tare::qnn {

/// Of a convolution or a pooling, one number per spatial axis, and two of `pads`: all begins, then all ends.
struct Window {
  Dims kernel, strides, pads, dilations;
};

/// With ONNX's defaults for `spatial` axes: strides and dilations 1, no padding.
Window windowOf(mlir::ArrayRef<int64_t> kernel, std::optional<mlir::ArrayRef<int64_t>> strides,
                std::optional<mlir::ArrayRef<int64_t>> pads, std::optional<mlir::ArrayRef<int64_t>> dilations,
                size_t spatial);

/// Whether the lists are of the right lengths, and positive where they must be.
mlir::LogicalResult checkWindow(std::optional<mlir::Location> loc, const Window &window, size_t spatial);

/// One or two spatial axes behind those of samples and channels.
mlir::LogicalResult checkImage(std::optional<mlir::Location> loc, mlir::ArrayRef<int64_t> shape);

/// Spatial sizes after a window slides over `in` (ONNX pooling and convolution).
mlir::FailureOr<Dims> slide(std::optional<mlir::Location> loc, mlir::ArrayRef<int64_t> in, const Window &window,
                            bool ceilMode);

} // namespace tare::qnn

#endif // TARE_LIB_DIALECT_QNN_OPS_WINDOWS_H

//===- Windows.cpp - Windows that slide over an image ---------------------===//
#include "Windows.h"

using namespace mlir;
using namespace tare::qnn;

Window tare::qnn::windowOf(ArrayRef<int64_t> kernel, std::optional<ArrayRef<int64_t>> strides,
                           std::optional<ArrayRef<int64_t>> pads, std::optional<ArrayRef<int64_t>> dilations,
                           size_t spatial) {
  return {Dims(kernel), listOr(strides, spatial, 1), listOr(pads, 2 * spatial, 0), listOr(dilations, spatial, 1)};
}

LogicalResult tare::qnn::checkWindow(std::optional<Location> loc, const Window &window, size_t spatial) {
  if (window.kernel.size() != spatial || window.strides.size() != spatial || window.dilations.size() != spatial ||
      window.pads.size() != 2 * spatial)
    return emitOptionalError(loc, "kernel, strides and dilations must have ", spatial, " elements and pads ",
                             2 * spatial, ", found ", window.kernel.size(), ", ", window.strides.size(), ", ",
                             window.dilations.size(), " and ", window.pads.size());
  for (size_t i = 0; i < spatial; ++i)
    if (window.kernel[i] < 1 || window.strides[i] < 1 || window.dilations[i] < 1)
      return emitOptionalError(loc, "kernel, strides and dilations must be positive");
  if (llvm::any_of(window.pads, [](int64_t pad) { return pad < 0; }))
    return emitOptionalError(loc, "pads must not be negative");
  return success();
}

LogicalResult tare::qnn::checkImage(std::optional<Location> loc, ArrayRef<int64_t> shape) {
  if (shape.size() == 3 || shape.size() == 4)
    return success();
  return emitOptionalError(loc, "input must have one or two spatial dimensions, found rank ", shape.size());
}

FailureOr<Dims> tare::qnn::slide(std::optional<Location> loc, ArrayRef<int64_t> in, const Window &window,
                                 bool ceilMode) {
  if (failed(checkWindow(loc, window, in.size())))
    return failure();
  Dims out;
  for (size_t i = 0; i < in.size(); ++i) {
    int64_t extent = (window.kernel[i] - 1) * window.dilations[i] + 1;
    int64_t room = in[i] + window.pads[i] + window.pads[i + in.size()] - extent;
    if (room < 0)
      return emitOptionalError(loc, "the window covers ", extent, " elements of axis ", i + 2, ", found only ",
                               room + extent, " with padding");
    int64_t size = (ceilMode ? (room + window.strides[i] - 1) / window.strides[i] : room / window.strides[i]) + 1;
    // ONNX: a window that would begin in the end padding is dropped.
    if (ceilMode && (size - 1) * window.strides[i] >= in[i] + window.pads[i])
      --size;
    out.push_back(size);
  }
  return out;
}

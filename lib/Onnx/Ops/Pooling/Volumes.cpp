//===- Volumes.cpp - Poolings of volumes ----------------------------------===//
//
// A window is pooled along height and width, slice by slice, and then along the depth: exact for the greatest element,
// and for means, whose counts are products of those along each axis. So that integers are rounded once, slices of a
// window lie between one another's rows where all windows have as many of them.
//
//===----------------------------------------------------------------------===//
#include "Ops/Movement/Movement.h"
#include "Pooling.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;

namespace {

using Pool = llvm::function_ref<mlir::Value(llvm::StringRef step, mlir::Value input, const Window &window)>;

/// Pools slice by slice, then along the depth.
mlir::Value poolByAxes(Node &node, mlir::Value volume, const Window &window, Pool pool) {
  if (!isOneElement(planeOf(window))) {
    mlir::Value images = asImages(node, "images", swapDepth(node, "slices", volume));
    images = images ? pool("plane", images, planeOf(window)) : nullptr;
    volume = asVolume(node, "volume", images, dims(volume)[0]);
  }
  if (!volume || isOneElement(depthOf(window)))
    return volume;
  Integers shape(dims(volume));
  mlir::Value rows =
      node.createStep<qnn::ReshapeOp>("rows", volume, Integers{shape[0], shape[1], shape[2], shape[3] * shape[4]});
  rows = rows ? pool("depth", rows, depthOf(window)) : nullptr;
  if (!rows)
    return nullptr;
  shape[2] = dims(rows)[2];
  return node.createStep<qnn::ReshapeOp>("pooled", rows, shape);
}

mlir::UnitAttr unitIf(Node &node, bool holds) { return holds ? node.builder().getUnitAttr() : mlir::UnitAttr(); }

/// How an average counts.
struct Counting {
  bool ceilMode, countsPads;
};

mlir::Value meanOfWindows(Node &node, llvm::StringRef step, mlir::Value input, const Window &window,
                          const Counting &counting) {
  return node.createStep<qnn::AveragePoolOp>(step, input, node.list(window.kernel), node.listUnless(1, window.strides),
                                             node.listUnless(0, window.pads), unitIf(node, counting.ceilMode),
                                             unitIf(node, counting.countsPads), nullptr);
}

/// Whether all windows have as many elements along the depth, padding that counts among them.
bool countSameDepth(const Window &window, int64_t size, const Counting &counting) {
  int64_t room = size + window.pads[0] + window.pads[3] - window.kernel[0];
  bool hasPads = window.pads[0] != 0 || window.pads[3] != 0;
  return room >= 0 && (counting.countsPads || !hasPads) && !(counting.ceilMode && room % window.strides[0] != 0);
}

/// One pooling over images of which row h kd + t is row h of slice t of a window: [N D', C, H kd, W].
mlir::Value meanOfInterleaved(Node &node, mlir::Value volume, const Window &window, const Counting &counting) {
  Integers shape(dims(volume));
  int64_t taps = window.kernel[0], depth = windowsAlong(window, 0, shape[2]);
  mlir::Value slices = padDepth(node, "padded", swapDepth(node, "slices", volume), window.pads[0], window.pads[3]);
  llvm::SmallVector<mlir::Value> parts;
  Integers apart{shape[0] * depth, shape[1], shape[3], 1, shape[4]};
  for (int64_t tap = 0; tap < taps && !node.failed(); ++tap) {
    std::string name = "tap" + std::to_string(tap);
    mlir::Value part = takeSlices(node, name, slices, tap, window.strides[0], depth);
    parts.push_back(node.createStep<qnn::ReshapeOp>(name + "/rows", part, apart));
  }
  mlir::Value images = node.createStep<qnn::ConcatOp>("taps", mlir::ValueRange(parts), 3);
  images = node.createStep<qnn::ReshapeOp>("images", images, Integers{apart[0], apart[1], shape[3] * taps, shape[4]});
  Window wide = planeOf(window);
  wide.kernel[0] *= taps, wide.strides[0] *= taps, wide.pads[0] *= taps, wide.pads[2] *= taps;
  return asVolume(node, "volume", meanOfWindows(node, "means", images, wide, counting), shape[0]);
}

} // namespace

mlir::Value tare::onnx::maxPoolVolume(Node &node, mlir::Value volume, const Window &window) {
  bool ceilMode = node.intAttribute("ceil_mode", 0) != 0;
  return poolByAxes(node, volume, window, [&](llvm::StringRef step, mlir::Value input, const Window &window) {
    return maxPool(node, step, input, window, ceilMode);
  });
}

mlir::Value tare::onnx::averagePoolVolume(Node &node, mlir::Value volume, const Window &window) {
  Counting counting{node.intAttribute("ceil_mode", 0) != 0, node.intAttribute("count_include_pad", 0) != 0};
  bool hasSeveral = window.kernel[0] > 1 && window.kernel[0] <= int64_t(mostParts) && !isOneElement(planeOf(window));
  if (hasSeveral && countSameDepth(window, dims(volume)[2], counting))
    return meanOfInterleaved(node, volume, window, counting);
  bool isTwice = !isOneElement(planeOf(window)) && !isOneElement(depthOf(window));
  return poolByAxes(node, volume, window, [&](llvm::StringRef step, mlir::Value input, const Window &window) {
    mlir::Value mean = meanOfWindows(node, step, input, window, counting);
    // The model rounds nothing between the two.
    if (mean && isTwice && step == "plane")
      mean.getDefiningOp()->setAttr(qnn::intermediateAttrName, node.builder().getUnitAttr());
    return mean;
  });
}

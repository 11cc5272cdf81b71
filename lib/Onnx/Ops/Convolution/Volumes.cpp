//===- Volumes.cpp - Convolutions of volumes ------------------------------===//
//
// The slices of the depth that a kernel's taps along the depth see are channels of one image, so that a convolution of
// images sums them all in one accumulator:
//   [N, C, D, H, W] -> [N D', kd C, H, W],  weight [O, C / group, kd, kh, kw] -> [O, kd C / group, kh, kw]
//
//===----------------------------------------------------------------------===//
#include "ConstantData.h"
#include "Convolution.h"
#include "Ops/Movement/Movement.h"
#include "VolumeParts.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// A window along the depth alone slides over an image whose columns are those of all rows.
LogicalResult convolveDepth(Node &node, mlir::Value input, const Window &window, int64_t group) {
  Composite composite(node);
  Shape weight = *node.shapeOf(1);
  Integers volume(dims(input));
  mlir::Value image =
      node.createStep<qnn::ReshapeOp>("image", input, Integers{volume[0], volume[1], volume[2], volume[3] * volume[4]});
  std::string kernel = composite.constant("weight/shape", fromIntegers({weight[0], weight[1], weight[2], 1}));
  std::string weights = composite.step("weight", "Reshape", {composite.input(1), kernel});
  std::string result = composite.layer("columns", "Conv", {named(node, "image", image), weights, composite.input(2)},
                                       attributesOf(depthOf(window), group));
  if (node.failed())
    return failure();
  llvm::ArrayRef<int64_t> shape = dims(node.valueNamed(result));
  return giveAs(node, node.valueNamed(result), {shape[0], shape[1], shape[2], volume[3], volume[4]});
}

} // namespace

LogicalResult tare::onnx::convolveVolume(Node &node, const Window &window, int64_t group) {
  mlir::Value input = node.operand(0);
  Shape weight = *node.shapeOf(1);
  if (!input || failed(checkVolume(node, input, weight[1] * group, weight[2])))
    return failure();
  if (isOneElement(planeOf(window)))
    return convolveDepth(node, input, window, group);
  int64_t batch = dims(input)[0], depth = windowsAlong(window, 0, dims(input)[2]);
  if (depth < 1)
    return node.error(fmt::format("the window covers {} elements of axis {}, found only {} with padding",
                                  window.extent(0), 2, dims(input)[2] + window.pads[0] + window.pads[3]));
  DepthChannels channels(node, swapDepth(node, "slices", input), group);
  channels.pad(window.pads[0], window.pads[3]);
  for (int64_t tap = 0; tap < weight[2]; ++tap)
    channels.take(tap * window.dilations[0], window.strides[0], depth);
  mlir::Value images = channels.images();
  if (!images)
    return failure();
  Composite composite(node);
  std::string shape =
      composite.constant("weight/shape", fromIntegers({weight[0], weight[2] * weight[1], weight[3], weight[4]}));
  std::string byTap =
      composite.step("weight/taps", "Transpose", {composite.input(1)}, {attribute("perm", Integers{0, 2, 1, 3, 4})});
  std::string weights = composite.step("weight", "Reshape", {byTap, shape});
  std::string result = composite.layer("result", "Conv", {named(node, "images", images), weights, composite.input(2)},
                                       attributesOf(planeOf(window), group));
  if (node.failed())
    return failure();
  mlir::Value volume = asVolume(node, "volume", node.valueNamed(result), batch);
  return volume ? giveAs(node, volume, Integers(dims(volume))) : failure();
}

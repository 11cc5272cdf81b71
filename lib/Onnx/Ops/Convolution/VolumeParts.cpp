//===- VolumeParts.cpp - What convolutions of volumes share ---------------===//
#include "VolumeParts.h"
#include "Ops/Movement/Movement.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::LogicalResult;

Attributes tare::onnx::attributesOf(const Window &window, int64_t group) {
  return {attribute("strides", window.strides), attribute("pads", window.pads),
          attribute("dilations", window.dilations), attribute("group", group)};
}

std::string tare::onnx::named(Node &node, llvm::StringRef step, mlir::Value value) {
  std::string name = node.derivedName(step);
  node.define(name, GraphValue{Tensor(), std::nullopt, value});
  return name;
}

LogicalResult tare::onnx::checkVolume(Node &node, mlir::Value input, int64_t expectedChannels, int64_t taps) {
  int64_t channels = dims(input)[1];
  if (channels != expectedChannels)
    return node.error(fmt::format("has an input of {} channels, expected the {} of its weight '{}'", channels,
                                  expectedChannels, node.operandName(1).str()));
  if (taps > int64_t(mostParts))
    return node.error(fmt::format("has a kernel of {} elements along the depth, expected {} at most", taps, mostParts));
  return mlir::success();
}

DepthChannels::DepthChannels(Node &node, mlir::Value given, int64_t group) : node(node), slices(given) {
  if (group == 1)
    return;
  Integers shape(dims(slices));
  shape.insert(shape.begin() + 2, group);
  shape[3] /= group;
  slices = node.createStep<qnn::ReshapeOp>("groups", slices, shape);
}

void DepthChannels::take(int64_t begin, int64_t stride, int64_t count) {
  parts.push_back(takeSlices(node, "tap" + std::to_string(parts.size()), slices, begin, stride, count));
}

mlir::Value DepthChannels::images() {
  if (node.failed())
    return nullptr;
  int64_t axis = dims(slices).size() - 3;
  mlir::Value joined = node.createStep<qnn::ConcatOp>("taps", mlir::ValueRange(parts), axis);
  if (!joined)
    return nullptr;
  llvm::ArrayRef<int64_t> shape = dims(joined);
  int64_t channels = axis == 2 ? shape[2] : shape[2] * shape[3];
  return node.createStep<qnn::ReshapeOp>("images", joined,
                                         Integers{shape[0] * shape[1], channels, shape[axis + 1], shape[axis + 2]});
}

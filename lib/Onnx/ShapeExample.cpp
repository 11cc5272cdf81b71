//===- ShapeExample.cpp - A shape that a user may give --------------------===//
#include "ShapeExample.h"

#include "llvm/ADT/StringMap.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;
using namespace tare::onnx;

constexpr int64_t imageSize = 224, imageChannels = 3, sequenceLength = 16;

static int64_t usualSize(const proto::TensorShapeProto &declared, int axis) {
  constexpr int imageRank = 4;
  if (axis == 0)
    return 1;
  if (declared.dim_size() != imageRank)
    return sequenceLength;
  // Channels that the model fixes behind open dimensions are last.
  bool areChannelsLast = isStatic(declared.dim(imageRank - 1)) && !isStatic(declared.dim(1));
  return axis == (areChannelsLast ? imageRank - 1 : 1) ? imageChannels : imageSize;
}

Shape tare::onnx::exampleShape(const proto::TensorShapeProto *declared,
                               llvm::function_ref<std::optional<int64_t>(const Dimension &)> bound) {
  if (!declared)
    return {1, imageChannels, imageSize, imageSize};
  Shape shape;
  llvm::StringMap<int64_t> named;
  for (int axis = 0; axis < declared->dim_size(); ++axis) {
    const Dimension &dim = declared->dim(axis);
    int64_t size = isStatic(dim) ? dim.dim_value() : bound(dim).value_or(usualSize(*declared, axis));
    if (!isStatic(dim) && !dim.dim_param().empty())
      size = named.try_emplace(dim.dim_param(), size).first->second;
    shape.push_back(size);
  }
  return shape;
}

std::string tare::onnx::exampleText(const std::string &name, const Shape &shape) {
  return fmt::format("{}={}", name, fmt::join(shape, ","));
}

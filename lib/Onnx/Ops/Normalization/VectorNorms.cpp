//===- VectorNorms.cpp - LpNormalization, LRN -----------------------------===//
#include "Ops/Axes.h"
#include "Ops/Reduction.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// x over its length along an axis: for p = 2 a normalization with the root of n beside it.
LogicalResult importLpNormalization(Node &node) {
  mlir::Value x = node.operand(0);
  std::optional<int64_t> axis = x ? readAxis(node, node.intAttribute("axis", -1), dims(x).size()) : std::nullopt;
  int64_t p = node.intAttribute("p", 2);
  if (!axis)
    return failure();
  if (p != 1 && p != 2)
    return node.error(fmt::format("attribute 'p' is {}, expected 1 or 2", p));
  // Where all elements are 0 the sum is no less than the least number, and so the result is 0.
  constexpr double least = std::numeric_limits<float>::min();
  if (p == 2) {
    const int64_t count = dims(x)[*axis];
    llvm::SmallVector<double> unit(count, 1 / std::sqrt(double(count)));
    return node.give(node.create<qnn::NormalizeOp>(
        x, Integers{*axis}, llvm::APFloat(least / double(count)), true, node.builder().getI64IntegerAttr(*axis),
        node.builder().getDenseF64ArrayAttr(unit), mlir::DenseF64ArrayAttr(), qnn::ClampAttr()));
  }
  mlir::Value sum = sumOfMagnitudes(node, x, {{*axis}, true, dims(x)[*axis]});
  auto positive = qnn::ClampAttr::get(node.builder().getContext(), least, std::numeric_limits<double>::infinity());
  mlir::Value norm = node.createStep<qnn::ClipOp>("positive", sum, positive);
  return node.give(node.create<qnn::DivOp>(x, norm, nullptr));
}

/// alpha / size where the channels of row and column are neighbours.
Tensor neighbours(int64_t channels, int64_t size, double alpha, const Shape &shape) {
  Tensor weight(ElementType::f32, shape);
  int64_t before = (size - 1) / 2, behind = size / 2;
  for (int64_t to = 0; to < channels; ++to)
    for (int64_t from = 0; from < channels; ++from) {
      bool isNear = from >= to - before && from <= to + behind;
      weight.mutableAs<float>()[to * channels + from] = isNear ? static_cast<float>(alpha / double(size)) : 0.0f;
    }
  return weight;
}

/// x (bias + alpha / size * sum of the squares of neighbouring channels)^-beta: the sum is a convolution of one pixel.
LogicalResult importLrn(Node &node) {
  mlir::Value x = node.operand(0);
  int64_t size = node.intAttribute("size", 0);
  if (!x || node.failed())
    return failure();
  constexpr int64_t mostChannels = 4096;
  Integers shape(dims(x));
  if (shape.size() < 2 || shape[1] > mostChannels)
    return node.error(fmt::format("found an input of shape {}, expected a channel axis of {} at most",
                                  toString(*node.shapeOf(0)), mostChannels));
  if (size < 1 || size > largestExtent)
    return node.error(fmt::format("attribute 'size' is {}, expected 1 or more", size));
  int64_t channels = shape[1];
  bool isImage = shape.size() == 3 || shape.size() == 4;
  Integers image = shape;
  if (!isImage)
    image = {shape[0], channels, std::accumulate(shape.begin() + 2, shape.end(), int64_t(1), std::multiplies<>())};
  Shape kernel(image.size(), 1);
  kernel[0] = kernel[1] = channels;
  Tensor bias(ElementType::f32, Shape{channels});
  std::fill_n(bias.mutableAs<float>(), channels, static_cast<float>(node.floatAttribute("bias", 1)));
  mlir::Value weight = node.constant(node.derivedName("neighbours"),
                                     neighbours(channels, size, node.floatAttribute("alpha", 1e-4f), kernel));
  mlir::Value square = node.createStep<qnn::MulOp>("square", x, x, nullptr);
  if (!isImage)
    square = node.createStep<qnn::ReshapeOp>("image", square, image);
  mlir::Value power = node.createStep<qnn::ConvOp>(
      "power", square, weight, node.constant(node.derivedName("bias"), bias), nullptr, nullptr, nullptr, 1, nullptr);
  if (!isImage)
    power = node.createStep<qnn::ReshapeOp>("whole", power, shape);
  mlir::Value factor =
      node.createStep<qnn::PowOp>("factor", power, node.builder().getF64FloatAttr(-node.floatAttribute("beta", 0.75)));
  return node.failed() ? failure() : node.give(node.create<qnn::MulOp>(x, factor, nullptr));
}

} // namespace

void tare::onnx::registerVectorNorms(OpTable &table) {
  table.addImport("LpNormalization", importLpNormalization);
  table.addImport("LRN", importLrn);
}

//===- Grids.cpp - The grids that values are quantized to -----------------===//
#include "Arithmetic/Grids.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Dialect/Qnn/Steps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

/// A scale below this is no normal float32: such a channel counts as zero.
constexpr float smallestScale = FLT_MIN;

Grid perTensor(const ActivationRule &rule) {
  Grid grid;
  grid.bits = rule.bits;
  grid.max = (int64_t(1) << (rule.bits - 1)) - 1;
  grid.min = rule.symmetric ? -grid.max : -grid.max - 1;
  return grid;
}

void setScale(Grid &grid, double scale, int64_t zeroPoint) {
  float rounded = std::max(float(scale), smallestScale);
  // The farthest integer stands for a float32, too: in the QDQ form it would be infinite.
  if (double(rounded) * double(std::max(grid.max - zeroPoint, zeroPoint - grid.min)) > FLT_MAX)
    rounded = std::nextafter(rounded, 0.0f);
  grid.scales = {rounded};
  grid.zeroPoints = {zeroPoint};
}

/// (A4) The integer of the grid nearest to where 0 is.
int64_t zeroPointAt(double zero, const Grid &grid) {
  return int64_t(qnn::nearestWithin(zero, double(grid.min), double(grid.max)));
}

/// The largest magnitude of each row, or an error that names one that is not finite.
Result<std::vector<float>> channelMaxima(const Tensor &weights, int64_t channels) {
  std::vector<float> maxima(channels, 0.0f);
  int64_t perChannel = weights.count() / channels;
  const float *data = weights.as<float>();
  for (int64_t c = 0; c < channels; ++c, data += perChannel) {
    // Magnitudes are ordered as their bits are, which vectors compare.
    uint32_t largest = 0;
    for (int64_t i = 0; i < perChannel; ++i)
      largest = std::max(largest, std::bit_cast<uint32_t>(data[i]) & 0x7fffffff);
    maxima[c] = std::bit_cast<float>(largest);
    if (!std::isfinite(maxima[c]))
      return Error{"channel " + std::to_string(c) + " of the weights holds a number that is not finite"};
  }
  return maxima;
}

} // namespace

/// (A4)
Grid tare::activationGrid(double min, double max, const ActivationRule &rule) {
  Grid grid = perTensor(rule);
  min = std::min(min, 0.0);
  max = std::max(max, 0.0);
  if (min == max)
    max = 1.0;
  if (rule.symmetric) {
    setScale(grid, std::max(-min, max) / double(grid.max), 0);
    return grid;
  }
  double scale = float((max - min) / double(grid.max - grid.min));
  setScale(grid, scale, zeroPointAt(double(grid.min) - min / std::max(scale, double(smallestScale)), grid));
  return grid;
}

Grid tare::imageGrid(double min, double max, const ActivationRule &rule) {
  Grid grid = perTensor(rule);
  double steps = std::ldexp(1.0, rule.bits);
  if (rule.symmetric)
    setScale(grid, 2 * std::max(-min, max) / steps, 0);
  else
    setScale(grid, (max - min) / steps, zeroPointAt(double(grid.min) - min * steps / (max - min), grid));
  return grid;
}

/// (A5)
Result<Grid> tare::weightGrid(ElementsAttr weights) {
  ArrayRef<int64_t> shape = weights.getShapedType().getShape();
  Result<std::vector<float>> maxima = channelMaxima(qnn::toTensor(weights), shape[0]);
  if (!maxima)
    return maxima.error();
  Grid grid = perTensor({8, /*symmetric=*/true});
  grid.axis = 0;
  std::vector<float> positive;
  for (float largest : *maxima) {
    grid.scales.push_back(largest / 127.0f);
    if (grid.scales.back() >= smallestScale)
      positive.push_back(grid.scales.back());
  }
  float fallback = 1.0f / 127.0f;
  if (!positive.empty()) {
    std::nth_element(positive.begin(), positive.begin() + positive.size() / 2, positive.end());
    fallback = positive[positive.size() / 2];
  }
  for (double &scale : grid.scales)
    if (scale < smallestScale)
      scale = fallback;
  grid.zeroPoints.assign(grid.scales.size(), 0);
  return grid;
}

/// (A6) The grid of the bias; also (A18), of a tail.
Grid tare::accumulatorGrid(const Grid &activation, const Grid &weights, int64_t channels, int32_t axis) {
  Grid grid;
  grid.bits = 32;
  grid.min = INT32_MIN;
  grid.max = INT32_MAX;
  grid.axis = axis;
  for (int64_t c = 0; c < channels; ++c)
    grid.scales.push_back(activation.scale() * weights.scale(c));
  grid.zeroPoints.assign(channels, 0);
  return grid;
}

std::optional<std::string> tare::biasMisfit(ElementsAttr bias, const Grid &grid) {
  Tensor values = qnn::toTensor(bias);
  for (int64_t c = 0; c < values.count(); ++c) {
    double value = values.as<float>()[c], steps = qnn::nearestStep(value, grid.scale(c));
    if (!(std::abs(steps) <= double(grid.max))) {
      std::string text;
      llvm::raw_string_ostream(text) << "the bias of channel " << c << ", " << value << ", does not fit " << grid.bits
                                     << " bits on the accumulator's grid of scale " << grid.scale(c);
      return text;
    }
  }
  return std::nullopt;
}

bool tare::sameGrid(const Grid &a, const Grid &b) {
  return a.scales == b.scales && a.zeroPoints == b.zeroPoints && a.min == b.min && a.max == b.max && a.bits == b.bits;
}

bool tare::isDefaultGrid(const Grid &grid) {
  return llvm::all_of(grid.scales, [](double scale) { return scale == 1.0; }) &&
         llvm::all_of(grid.zeroPoints, [](int64_t zeroPoint) { return zeroPoint == 0; });
}

std::optional<Grid> tare::gridBehind(Value value) {
  auto cast = value.getDefiningOp<quant::DequantizeCastOp>();
  return cast ? Grid::of(cast.getInput().getType()) : std::nullopt;
}

RankedTensorType tare::onGrid(Type type, const Grid &grid) {
  return cast<RankedTensorType>(type).clone(grid.type(type.getContext()));
}

std::pair<double, double> tare::coveredRange(const Grid &grid) {
  return {grid.scale() * (grid.min - grid.zeroPoint()), grid.scale() * (grid.max - grid.zeroPoint())};
}

Grid tare::gridAround(const Grid &grid, unsigned bits, int halvings) {
  Grid finer = grid;
  finer.bits = bits;
  finer.isSigned = true;
  finer.max = (int64_t(1) << (bits - 1)) - 1;
  finer.min = -finer.max;
  finer.scales = {std::ldexp(grid.scale(), -halvings)};
  finer.zeroPoints = {0};
  return finer;
}

Value tare::castBothWays(OpBuilder &builder, Value value, const Grid &grid, const std::string &layer) {
  MLIRContext *context = builder.getContext();
  std::string name = qnn::valueName(value);
  auto quantize = quant::QuantizeCastOp::create(builder, qnn::nameLoc(context, layer + "_quantize", name),
                                                onGrid(value.getType(), grid), value);
  return quant::DequantizeCastOp::create(builder, qnn::nameLoc(context, layer + "_dequantize", name), value.getType(),
                                         quantize);
}

std::pair<double, double> tare::rangeOf(ElementsAttr attr) {
  Tensor tensor = qnn::toTensor(attr);
  const float *data = tensor.as<float>();
  double min = 0.0, max = 0.0;
  for (int64_t i = 0, n = tensor.count(); i < n; ++i) {
    min = std::min(min, double(data[i]));
    max = std::max(max, double(data[i]));
  }
  return {min, max};
}

//===- Casts.cpp - Between real numbers and the integers of a grid --------===//
//
// ONNX QuantizeLinear and DequantizeLinear: the division in float32, rounding
// half to even, saturation; the product in double, rounded once to float32.
// Scales that are no float32 numbers (the products of two, of biases and
// accumulators) divide in double.
//
//===----------------------------------------------------------------------===//
#include "Registry.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace tare;
using namespace tare::qnn;

namespace {

/// A tensor seen as [outer, channels, inner] around the grid's axis.
struct Channels {
  int64_t outer = 1, channels = 1, inner = 1;

  Channels(const Grid &grid, const Shape &shape) {
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      bool isChannel = grid.axis && int64_t(axis) == *grid.axis;
      (isChannel ? channels : grid.axis && int64_t(axis) > *grid.axis ? inner : outer) *= shape[axis];
    }
  }
};

/// f(first element, count, channel) for each run of elements that share a channel.
template <typename F> void forEachRun(const Channels &layout, F f) {
  for (int64_t o = 0, offset = 0; o < layout.outer; ++o)
    for (int64_t c = 0; c < layout.channels; ++c, offset += layout.inner)
      f(offset, layout.inner, c);
}

/// in / scale + zero, rounded half to even and limited to the grid, whose integers have at most 16 bits: limits that
/// are integers may as well come before rounding, and small numbers are rounded by adding 1.5 * 2^23 and taking it away
/// again. NaN becomes the least. For vectors.
template <typename T>
void toSmallIntegers(const float *in, T *out, int64_t count, float scale, int32_t zero, const Grid &grid) {
  constexpr float rounder = 12582912.0f;
  const float low = float(grid.min - zero), high = float(grid.max - zero);
  for (int64_t i = 0; i < count; ++i) {
    float q = in[i] / scale;
    q = q >= low ? q : low;
    q = q <= high ? q : high;
    out[i] = T(int32_t((q + rounder) - rounder) + zero);
  }
}

template <typename T> void toIntegers(const float *in, T *out, const Grid &grid, const Channels &layout) {
  forEachRun(layout, [&](int64_t first, int64_t count, int64_t channel) {
    double exact = grid.scale(channel);
    float scale = exact;
    bool isFloat = double(scale) == exact;
    bool isSmall = sizeof(T) <= 2 && grid.zeroPoint(channel) >= grid.min && grid.zeroPoint(channel) <= grid.max;
    if (isFloat && isSmall)
      return toSmallIntegers(in + first, out + first, count, scale, int32_t(grid.zeroPoint(channel)), grid);
    double zero = grid.zeroPoint(channel);
    for (int64_t i = first; i < first + count; ++i) {
      double q = std::nearbyint(isFloat ? double(in[i] / scale) : in[i] / exact) + zero;
      out[i] = T(std::isnan(q) ? double(grid.min) : std::clamp(q, double(grid.min), double(grid.max)));
    }
  });
}

template <typename T> void toReals(const T *in, float *out, const Grid &grid, const Channels &layout) {
  forEachRun(layout, [&](int64_t first, int64_t count, int64_t channel) {
    double scale = grid.scale(channel);
    int64_t zero = grid.zeroPoint(channel);
    for (int64_t i = first; i < first + count; ++i)
      out[i] = float(double(int64_t(in[i]) - zero) * scale);
  });
}

/// Calls f with the C++ type that stores the grid's integers.
template <typename F> void withStorage(const Grid &grid, F f) {
  switch (grid.bits) {
  case 16:
    return grid.isSigned ? f(int16_t()) : f(uint16_t());
  case 32:
    return grid.isSigned ? f(int32_t()) : f(uint32_t());
  default:
    return grid.isSigned ? f(int8_t()) : f(uint8_t());
  }
}

void evaluateQuantize(mlir::quant::QuantizeCastOp op, const Evaluation &e) {
  Tensor result = quantized(*e.operands[0], op.getType());
  std::memcpy(e.result.data, result.data(), result.type().bytes());
}

void evaluateDequantize(mlir::quant::DequantizeCastOp op, const Evaluation &e) {
  Tensor result = dequantized(*e.operands[0], op.getInput().getType());
  std::memcpy(e.result.data, result.data(), result.type().bytes());
}

/// Operands come dequantized and the result is quantized by whoever evaluates ops on quantized types.
void evaluateRequantize(RequantizeOp, const Evaluation &e) {
  std::memcpy(e.result.data, e.operand(0).data, e.result.type.bytes());
}

} // namespace

Tensor tare::dequantized(const Tensor &tensor, mlir::Type irType) {
  std::optional<Grid> grid = Grid::of(irType);
  if (!grid)
    return tensor;
  Tensor result(ElementType::f32, tensor.shape());
  Channels layout(*grid, tensor.shape());
  withStorage(*grid,
              [&](auto storage) { toReals(tensor.as<decltype(storage)>(), result.mutableAs<float>(), *grid, layout); });
  return result;
}

Tensor tare::quantized(const Tensor &reals, mlir::Type irType) {
  std::optional<Grid> grid = Grid::of(irType);
  if (!grid)
    return reals;
  Tensor result(toHost(irType));
  Channels layout(*grid, reals.shape());
  withStorage(*grid, [&](auto storage) {
    toIntegers(reals.as<float>(), result.mutableAs<decltype(storage)>(), *grid, layout);
  });
  return result;
}

void tare::addCasts(EvaluationRegistry &registry) {
  registry.add<mlir::quant::QuantizeCastOp>(evaluateQuantize, OrderRule::channelsFirst, /*movesElements=*/true);
  registry.add<mlir::quant::DequantizeCastOp>(evaluateDequantize, OrderRule::channelsFirst, /*movesElements=*/true);
  registry.add<RequantizeOp>(evaluateRequantize);
}

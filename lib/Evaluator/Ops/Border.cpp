//===- Border.cpp - Between real numbers and the integers of a grid -------===//
//
// ONNX QuantizeLinear and DequantizeLinear: the division in float32, rounding
// half to even, saturation; the product in double, rounded once to float32.
// Scales that are no float32 numbers (the products of two, of accumulators)
// divide in double. Constants are divided as real numbers are.
//
//===----------------------------------------------------------------------===//
#include "../Registry.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Kernels/Elementwise.h"
#include "tare/Tensor/Convert.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace tare;
using namespace tare::qnn;

namespace {

/// A tensor seen as [outer, channels, inner] around the grid's axis; as one run where it has none.
struct Channels {
  int64_t outer = 1, channels = 1, inner = 1;

  Channels(const Grid &grid, const Shape &shape) {
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      bool isChannel = grid.axis && int64_t(axis) == *grid.axis;
      bool isInner = !grid.axis || int64_t(axis) > *grid.axis;
      (isChannel ? channels : isInner ? inner : outer) *= shape[axis];
    }
  }
};

/// f(first element, count, channel) for each run of elements that share a channel.
template <typename F> void forEachRun(const Channels &layout, F f) {
  for (int64_t o = 0, offset = 0; o < layout.outer; ++o)
    for (int64_t c = 0; c < layout.channels; ++c, offset += layout.inner)
      f(offset, layout.inner, c);
}

/// What the integers of grids of at most 16 bits are divided by and rounded in: float32 when a program runs, double for
/// constants, where the quotient of two float32 numbers lies on the same side of every tie as the real one (it is 2^-26
/// of a step away from it at least).
template <typename Real> constexpr Real rounder = 0;
template <> constexpr float rounder<float> = 12582912.0f;          // 1.5 * 2^23
template <> constexpr double rounder<double> = 6755399441055744.0; // 1.5 * 2^52

/// in / scale + zero, rounded half to even and limited to the grid, whose integers have at most 16 bits: limits that
/// are integers may as well come before rounding, and small numbers are rounded by adding `rounder` and taking it away
/// again. NaN becomes the least. For vectors.
template <typename Real, typename T>
void toSmallIntegers(const float *in, T *out, int64_t count, Real scale, int32_t zero, const Grid &grid) {
  const Real low = Real(grid.min - zero), high = Real(grid.max - zero);
  for (int64_t i = 0; i < count; ++i) {
    Real q = Real(in[i]) / scale;
    q = q >= low ? q : low;
    q = q <= high ? q : high;
    out[i] = T(int32_t((q + rounder<Real>)-rounder<Real>) + zero);
  }
}

bool isFloat(double scale) { return double(float(scale)) == scale; }

/// The channel's integers have at most 16 bits, and those of 0 is one of them.
template <typename T> bool isSmall(const Grid &grid, int64_t channel) {
  return sizeof(T) <= 2 && grid.zeroPoint(channel) >= grid.min && grid.zeroPoint(channel) <= grid.max;
}

/// At run time.
template <typename T> void toIntegers(const float *in, T *out, const Grid &grid, const Channels &layout) {
  forEachRun(layout, [&](int64_t first, int64_t count, int64_t channel) {
    double exact = grid.scale(channel);
    float scale = exact;
    if (isFloat(exact) && isSmall<T>(grid, channel))
      return toSmallIntegers(in + first, out + first, count, scale, int32_t(grid.zeroPoint(channel)), grid);
    for (int64_t i = first; i < first + count; ++i)
      out[i] = T(integerAt(nearestStepAtRunTime(in[i], exact), grid, channel));
  });
}

/// (A2) At compile time.
template <typename T> void constantToIntegers(const float *in, T *out, const Grid &grid, const Channels &layout) {
  forEachRun(layout, [&](int64_t first, int64_t count, int64_t channel) {
    double scale = grid.scale(channel);
    if (isFloat(scale) && isSmall<T>(grid, channel))
      return toSmallIntegers(in + first, out + first, count, scale, int32_t(grid.zeroPoint(channel)), grid);
    for (int64_t i = first; i < first + count; ++i)
      out[i] = T(integerOf(in[i], grid, channel));
  });
}

/// (in - zero) * scale, of integers whose differences to `zero` have 32 bits. For vectors.
template <typename T> void toSmallReals(const T *in, float *out, int64_t count, double scale, int32_t zero) {
  for (int64_t i = 0; i < count; ++i)
    out[i] = float(double(int32_t(in[i]) - zero) * scale);
}

template <typename T> void toReals(const T *in, float *out, const Grid &grid, const Channels &layout) {
  forEachRun(layout, [&](int64_t first, int64_t count, int64_t channel) {
    if (isSmall<T>(grid, channel))
      return toSmallReals(in + first, out + first, count, grid.scale(channel), int32_t(grid.zeroPoint(channel)));
    for (int64_t i = first; i < first + count; ++i)
      out[i] = realOf(in[i], grid, channel);
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

/// What quantized() says, into `out`.
void quantizeInto(const Tensor &reals, const Grid &grid, void *out) {
  withStorage(grid, [&](auto storage) {
    toIntegers(reals.as<float>(), static_cast<decltype(storage) *>(out), grid, Channels(grid, reals.shape()));
  });
}

/// What dequantized() says, into `out`.
void dequantizeInto(const Tensor &integers, const Grid &grid, float *out) {
  withStorage(grid, [&](auto storage) {
    toReals(integers.as<decltype(storage)>(), out, grid, Channels(grid, integers.shape()));
  });
}

void evaluateQuantize(mlir::quant::QuantizeCastOp op, const Evaluation &e) {
  if (!constantValue(op.getInput()))
    return quantizeInto(*e.operands[0], *Grid::of(op.getType()), e.result.data);
  Tensor result = constantOnGrid(*e.operands[0], op.getType());
  std::memcpy(e.result.data, result.data(), result.type().bytes());
}

void evaluateDequantize(mlir::quant::DequantizeCastOp op, const Evaluation &e) {
  dequantizeInto(*e.operands[0], *Grid::of(op.getInput().getType()), static_cast<float *>(e.result.data));
}

/// Operands come dequantized and the result is quantized by whoever evaluates ops on quantized types.
void evaluateRequantize(RequantizeOp, const Evaluation &e) {
  std::memcpy(e.result.data, e.operand(0).data, e.result.type.bytes());
}

void evaluateRound(RoundOp op, const Evaluation &e) {
  auto *round = op.getFormat() == FloatFormat::F16 ? roundToHalf : roundToBfloat16;
  kernels::floating::unary(e.operand(0), e.result, [&](float x) { return round(x); });
}

void evaluateReinterpret(ReinterpretOp, const Evaluation &e) {
  std::memcpy(e.result.data, e.operand(0).data, e.result.type.bytes());
}

} // namespace

Tensor tare::dequantized(const Tensor &tensor, mlir::Type irType) {
  std::optional<Grid> grid = Grid::of(irType);
  if (!grid)
    return tensor;
  Tensor result(ElementType::f32, tensor.shape());
  dequantizeInto(tensor, *grid, result.mutableAs<float>());
  return result;
}

Tensor tare::realConstant(mlir::Value value) {
  if (mlir::ElementsAttr constant = constantValue(value))
    return constant.getElementType().isF32() ? toTensor(constant) : Tensor();
  if (auto cast = value.getDefiningOp<mlir::quant::DequantizeCastOp>()) {
    mlir::ElementsAttr integers = constantValue(cast.getInput());
    return integers ? dequantized(toTensor(integers), cast.getInput().getType()) : Tensor();
  }
  auto moved = value.getDefiningOp<GridOpInterface>();
  if (!moved || moved.getGridRule() != GridRule::Same || moved->getNumOperands() != 1)
    return Tensor();
  Tensor operand = realConstant(moved->getOperand(0));
  mlir::FailureOr<Tensor> result = operand ? evaluateOp(moved, {operand}) : mlir::FailureOr<Tensor>();
  return mlir::succeeded(result) ? *result : Tensor();
}

Tensor tare::quantized(const Tensor &reals, mlir::Type irType) {
  std::optional<Grid> grid = Grid::of(irType);
  if (!grid)
    return reals;
  Tensor result(toHost(irType));
  quantizeInto(reals, *grid, result.mutableAs<void>());
  return result;
}

Tensor tare::constantOnGrid(const Tensor &reals, mlir::Type irType) {
  Grid grid = *Grid::of(irType);
  Tensor result(toHost(irType));
  Channels layout(grid, reals.shape());
  withStorage(grid, [&](auto storage) {
    constantToIntegers(reals.as<float>(), result.mutableAs<decltype(storage)>(), grid, layout);
  });
  return result;
}

void tare::addBorderOps(EvaluationRegistry &registry) {
  registry.add<mlir::quant::QuantizeCastOp>(evaluateQuantize, OrderRule::channelsFirst, /*movesElements=*/true);
  registry.add<mlir::quant::DequantizeCastOp>(evaluateDequantize, OrderRule::channelsFirst, /*movesElements=*/true);
  registry.add<RequantizeOp>(evaluateRequantize);
  registry.add<RoundOp>(evaluateRound, OrderRule::same);
  registry.add<ReinterpretOp>(evaluateReinterpret, OrderRule::channelsFirst, /*movesElements=*/true);
}

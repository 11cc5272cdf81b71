//===- Border.cpp - Quantize, dequantize, rescale -------------------------===//
//
// (A2) quantize: q = clamp(round_half_even(x / scale) + zero_point), the division in float32 as in ONNX; NaN gives the
// least value, which is the negated largest where the grid is narrow. (A3) dequantize: r = float32((q - zero_point) *
// scales[c]), the product in double. (A22) rescale: acc = x - Zx, requantized; the output may have another width.
//
//===----------------------------------------------------------------------===//
#include "Border.h"

#include "Accumulator.h"
#include "Broadcast.h"
#include "Fast/Prepare.h"
#include "Operators.h"
#include "Reach.h"
#include "ZeroPoints.h"

namespace tare::kernels {
namespace {

Result<TensorType> inferQuantize(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &quantize = parameters<program::QuantizeT>(op);
  TARE_TRY(checkOperands(operands, 1));
  TARE_TRY(checkElement(operands[0], {ElementType::f32}, "the input"));
  TensorType result = {quantize.output, operands[0].shape};
  TARE_TRY(checkActivation(result, "the output"));
  TARE_TRY(require(std::isfinite(quantize.scale) && quantize.scale > 0,
                   "scale is {}, expected a positive finite number", quantize.scale));
  TARE_TRY(checkZeroPoint(quantize.zero_point, quantize.output, "zero_point"));
  return result;
}

void referenceQuantize(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result) {
  const auto &p = parameters<program::QuantizeT>(op);
  auto [min, max] = rangeOf(p.output);
  for (int64_t i = 0, count = result.count(); i < count; ++i) {
    int32_t q = quantize(operands[0].as<float>()[i], p.scale, p.zero_point, int32_t(min) + p.narrow, int32_t(max));
    if (p.output == ElementType::i8)
      result.as<int8_t>()[i] = int8_t(q);
    else
      result.as<int16_t>()[i] = int16_t(q);
  }
}

Result<TensorType> inferDequantize(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &p = parameters<program::DequantizeT>(op);
  TARE_TRY(checkOperands(operands, 1));
  const TensorType &x = operands[0];
  TARE_TRY(checkElement(x, {ElementType::i8, ElementType::i16, ElementType::i32, ElementType::i64}, "the input"));
  TARE_TRY(checkZeroPoint(p.zero_point, x.element, "zero_point"));
  int64_t channels = 1;
  if (p.scales.size() != 1) {
    TARE_TRY(checkWithin(p.axis, 0, int64_t(x.shape.size()) - 1, "axis"));
    channels = x.shape[p.axis];
  }
  TARE_TRY(require(int64_t(p.scales.size()) == channels, "there are {} scales, expected 1 or {} (axis {})",
                   p.scales.size(), channels, p.axis));
  for (size_t i = 0; i < p.scales.size(); ++i)
    if (!std::isfinite(p.scales[i]) || p.scales[i] <= 0)
      return failure("scales[{}] is {}, expected a positive finite number", i, p.scales[i]);
  return TensorType{ElementType::f32, x.shape};
}

template <typename T> void runDequantize(const program::DequantizeT &p, ConstTensorView input, TensorView result) {
  const Shape &shape = input.type.shape;
  int64_t channels = p.scales.size(), stride = channels == 1 ? 1 : stridesOf(shape)[p.axis];
  for (int64_t i = 0, count = result.count(); i < count; ++i)
    result.as<float>()[i] = dequantize(input.as<T>()[i], p.zero_point, p.scales[i / stride % channels]);
}

void referenceDequantize(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result) {
  const auto &p = parameters<program::DequantizeT>(op);
  switch (operands[0].type.element) {
  case ElementType::i8:
    return runDequantize<int8_t>(p, operands[0], result);
  case ElementType::i16:
    return runDequantize<int16_t>(p, operands[0], result);
  case ElementType::i32:
    return runDequantize<int32_t>(p, operands[0], result);
  default:
    return runDequantize<int64_t>(p, operands[0], result);
  }
}

/// It makes real numbers, which have none.
ZeroPoints zeroPointsOfDequantize(const program::OpUnion &op) {
  return {{parameters<program::DequantizeT>(op).zero_point}};
}

Result<TensorType> inferRescale(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &rescale = parameters<program::RescaleT>(op);
  TARE_TRY(checkOperands(operands, 1));
  TARE_TRY(checkActivation(operands[0], "the input"));
  TARE_TRY(checkZeroPoint(rescale.input_zero_point, operands[0].element, "input_zero_point"));
  TensorType result = {rescale.output.value_or(operands[0].element), operands[0].shape};
  TARE_TRY(checkActivation(result, "the output"));
  TARE_TRY(checkRequant(rescale.requant.get(), lastDim(result.shape), result.element));
  return result;
}

void computeRescale(const program::RescaleT &rescale, const program::RequantT *requant,
                    std::span<const ConstTensorView> operands, TensorView result) {
  int64_t channels = lastDim(result.type.shape);
  auto compute = [&](auto input, auto output) {
    ExactSink<decltype(output)> sink(requant, result);
    for (int64_t i = 0, count = result.count(); i < count; ++i)
      sink.store(i, uint64_t(int64_t(operands[0].as<decltype(input)>()[i]) - rescale.input_zero_point), i % channels);
  };
  ElementType input = operands[0].type.element;
  dispatchActivation(
      input, [&](auto in) { dispatchActivation(rescale.output.value_or(input), [&](auto out) { compute(in, out); }); });
}

std::vector<Reach> reachesOfRescale(const program::OpUnion &op, std::span<const Operand> operands, const TensorType &) {
  Interval distance = distances(operands[0], parameters<program::RescaleT>(op).input_zero_point);
  return {{0, distance.first, distance.second}};
}

} // namespace

using Rescale = Accumulating<program::RescaleT, computeRescale>;

const OpKernel quantizeKernel = {
    "quantize",      inferQuantize, referenceQuantize,
    prepareQuantize, noMacs,        {Meaning::quantize, {"input"}, Layout::any, zeroPointsIn<program::QuantizeT>}};
const OpKernel dequantizeKernel = {
    "dequantize",      inferDequantize, referenceDequantize,
    prepareDequantize, noMacs,          {Meaning::dequantize, {"input"}, Layout::any, zeroPointsOfDequantize}};
const OpKernel rescaleKernel = {"rescale",
                                inferRescale,
                                Rescale::reference,
                                prepareRescale,
                                noMacs,
                                {Meaning::scaled, {"input"}, Layout::any, zeroPointsIn<program::RescaleT>},
                                exactAccumulator,
                                Rescale::accumulate,
                                Scaling{requantIn<program::RescaleT>, 1, reachesOfRescale}};

} // namespace tare::kernels

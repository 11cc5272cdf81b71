//===- WeightTerms.cpp - Weights beyond 8 bits as sums of 8-bit ones ------===//
#include "Quantize/WeightTerms.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Tensor/Convert.h"

#include <algorithm>

using namespace mlir;
using namespace tare;

namespace {

constexpr int64_t lowest = INT8_MIN, highest = INT8_MAX;

/// How many 8-bit terms add up to `distance`.
int64_t termsOf(int64_t distance) {
  auto ceiling = [](int64_t a, int64_t b) { return (a + b - 1) / b; };
  return std::max<int64_t>(1, distance < 0 ? ceiling(-distance, -lowest) : ceiling(distance, highest));
}

Value sliceOf(OpBuilder &builder, Location loc, Value value, int64_t axis, WeightTerms::Channels channels) {
  ArrayRef<int64_t> shape = cast<ShapedType>(value.getType()).getShape();
  if (channels.begin == 0 && channels.end == shape[axis])
    return value;
  SmallVector<int64_t> starts(shape.size(), 0), steps(shape.size(), 1), sizes(shape);
  starts[axis] = channels.begin;
  sizes[axis] = channels.end - channels.begin;
  return qnn::SliceOp::create(builder, loc, value, starts, steps, sizes);
}

} // namespace

Tensor tare::distances(const Tensor &integers, ArrayRef<int64_t> zeroPoints) {
  Tensor result(ElementType::i32, integers.shape());
  // Every integer of at most 32 bits fits.
  (void)convert(integers.view(), result.mutableView());
  int32_t *steps = result.mutableAs<int32_t>();
  const int64_t perChannel = result.count() / int64_t(zeroPoints.size());
  for (int64_t i = 0, n = result.count(); i < n; ++i)
    steps[i] -= int32_t(zeroPoints[i / perChannel]);
  return result;
}

int64_t WeightTerms::countFor(const Tensor &distances) {
  ArrayRef<int32_t> steps(distances.as<int32_t>(), size_t(distances.count()));
  auto [least, greatest] = std::minmax_element(steps.begin(), steps.end());
  return steps.empty() ? 1 : std::max(termsOf(*least), termsOf(*greatest));
}

WeightTerms::WeightTerms(const Tensor &distances) : steps(distances) {
  const int64_t inputs = steps.shape()[1], taps = steps.count() / (steps.shape()[0] * inputs);
  channels.push_back({0, inputs});
  for (int64_t i = 0, n = steps.count(); i < n; ++i) {
    const int64_t input = i / taps % inputs, needed = termsOf(steps.as<int32_t>()[i]);
    if (needed > count())
      channels.resize(needed, {input, input + 1});
    for (int64_t term = 1; term < needed; ++term) {
      channels[term].begin = std::min(channels[term].begin, input);
      channels[term].end = std::max(channels[term].end, input + 1);
    }
  }
}

/// (A43)
Tensor WeightTerms::weights() const {
  Shape shape = steps.shape();
  const int64_t outputs = shape[0], inputs = shape[1], taps = steps.count() / (outputs * inputs);
  shape[1] = 0;
  for (const Channels &read : channels)
    shape[1] += read.end - read.begin;
  Tensor result(ElementType::i8, shape);
  int8_t *out = result.mutableAs<int8_t>();
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t term = 0; term < count(); ++term)
      for (int64_t i = channels[term].begin * taps; i < channels[term].end * taps; ++i) {
        int64_t rest = steps.as<int32_t>()[o * inputs * taps + i];
        for (int64_t before = 0; before < term; ++before)
          rest -= std::clamp(rest, lowest, highest);
        *out++ = int8_t(std::clamp(rest, lowest, highest));
      }
  return result;
}

bool tare::canReadAgain(const Target &target) { return target.hasOp("concat") && target.hasOp("slice"); }

Value tare::readAgain(OpBuilder &builder, qnn::AccumulatorOpInterface op, ArrayRef<WeightTerms::Channels> again) {
  Value input = op.getActivationOperand().get();
  // Activations and results have their channels along the same axis.
  int64_t axis = op.getResultChannelAxis();
  SmallVector<int64_t> shape(cast<ShapedType>(input.getType()).getShape());
  const int64_t groups = shape[axis] / cast<ShapedType>(op.getWeightOperand().get().getType()).getDimSize(1);
  std::string name = qnn::layerName(op) + "_terms";
  Location loc = qnn::nameLoc(op->getContext(), name, name);
  if (groups > 1) {
    SmallVector<int64_t> grouped(shape);
    grouped[axis] /= groups;
    grouped.insert(grouped.begin() + axis, groups);
    input = qnn::ReshapeOp::create(builder, loc, input, grouped);
  }
  const int64_t inner = groups > 1 ? axis + 1 : axis;
  SmallVector<Value> parts{input};
  for (const WeightTerms::Channels &channels : again)
    parts.push_back(sliceOf(builder, loc, input, inner, channels));
  Value result = qnn::ConcatOp::create(builder, loc, parts, inner);
  if (groups == 1)
    return result;
  shape[axis] = groups * cast<ShapedType>(result.getType()).getDimSize(inner);
  return qnn::ReshapeOp::create(builder, loc, result, shape);
}

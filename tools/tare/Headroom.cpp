//===- Headroom.cpp - Bits that an accumulator has to spare ---------------===//
//
// The bound is that of docs/arithmetic.md: sum |w| * max |x - Zx| + |b|, which no
// partial sum exceeds, with the bias before the zero point was folded into it.
// Where three stages add all that later, the accumulator is the bare sum.
//
//===----------------------------------------------------------------------===//
#include "Headroom.h"

#include "tare/Target/Target.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <numeric>

using namespace tare;

namespace {

/// max |x - Zx| over all integers of the activation's type.
int64_t largestDistance(ElementType type, int64_t zeroPoint) {
  int64_t limit = int64_t(1) << (8 * sizeOf(type) - 1);
  return std::max(std::abs(-limit - zeroPoint), std::abs(limit - 1 - zeroPoint));
}

class WeightBound {
public:
  WeightBound(const program::Model &model, const program::LayerT &layer) : model(model), layer(layer) {}

  /// The largest channel's bound. `folded`: the bias contains -Zx * sum(w).
  std::optional<int64_t> compute(int64_t zeroPoint, bool folded) const {
    const auto *weights = static_cast<const int8_t *>(model.constant(layer.operands[1]));
    if (!weights)
      return std::nullopt;
    const TensorType &type = model.type(layer.operands[1]);
    int64_t channels = type.shape.front(), size = type.count() / channels;
    int64_t distance = largestDistance(model.type(layer.operands[0]).element, zeroPoint), worst = 0;
    for (int64_t c = 0; c != channels; ++c) {
      int64_t sum = 0, magnitude = 0;
      for (const int8_t *w = weights + c * size; w != weights + (c + 1) * size; ++w) {
        sum += *w;
        magnitude += std::abs(int64_t(*w));
      }
      int64_t bias = biasOf(c) + (folded ? zeroPoint * sum : 0);
      worst = std::max(worst, magnitude * distance + std::abs(bias));
    }
    return worst;
  }

private:
  int64_t biasOf(int64_t channel) const {
    const void *bias = layer.operands.size() > 2 ? model.constant(layer.operands[2]) : nullptr;
    if (!bias)
      return 0;
    return model.type(layer.operands[2]).element == ElementType::i64 ? static_cast<const int64_t *>(bias)[channel]
                                                                     : static_cast<const int32_t *>(bias)[channel];
  }

  const program::Model &model;
  const program::LayerT &layer;
};

/// A sum of `count` terms (x - Zx), each times at most `factor`.
int64_t sumBound(const program::Model &model, const program::LayerT &layer, int64_t zeroPoint, int64_t count,
                 int64_t factor = 1) {
  return largestDistance(model.type(layer.operands[0]).element, zeroPoint) * count * factor;
}

int64_t product(const std::vector<int32_t> &numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), int64_t(1), std::multiplies<>());
}

/// Whether the zero point's share is not in the accumulator.
bool addedLater(const std::unique_ptr<program::RequantT> &requant) { return requant && requant->stages; }

std::optional<int64_t> boundOf(const program::Model &model, const program::LayerT &layer) {
  const program::OpUnion &op = layer.op;
  const Shape &input = model.type(layer.operands[0]).shape;
  if (const auto *conv = op.AsConv())
    return WeightBound(model, layer).compute(addedLater(conv->requant) ? 0 : conv->input_zero_point, /*folded=*/true);
  if (const auto *conv = op.AsConvTranspose())
    return WeightBound(model, layer).compute(conv->input_zero_point, /*folded=*/false);
  if (const auto *linear = op.AsLinear()) { // its parameters do not repeat the zero point, its operand knows it
    int64_t zeroPoint = model.program().tensors[layer.operands[0]]->zero_point;
    return WeightBound(model, layer).compute(addedLater(linear->requant) ? 0 : zeroPoint, /*folded=*/true);
  }
  if (const auto *matmul = op.AsMatMul())
    return sumBound(model, layer, matmul->lhs_zero_point, input.back(),
                    largestDistance(model.type(layer.operands[1]).element, matmul->rhs_zero_point));
  if (const auto *pool = op.AsAveragePool())
    return sumBound(model, layer, pool->input_zero_point, product(pool->kernel));
  if (const auto *mean = op.AsReduceMean()) {
    int64_t count = 1;
    for (int32_t axis : mean->axes)
      count *= input[axis];
    return sumBound(model, layer, mean->input_zero_point, count);
  }
  return std::nullopt;
}

/// What the program's target says; what its sums need at least, where it says nothing.
int accumulatorBits(const program::Model &model, ElementType activation) {
  if (const auto &description = model.program().target) {
    auto target = parseTarget(description->description, model.name());
    const ActivationFormat *format = target ? target->activation(activation) : nullptr;
    if (format)
      return format->accumulatorBits;
  }
  return activation == ElementType::i16 ? 64 : 32;
}

} // namespace

std::optional<int> tare::headroomOf(const program::Model &model, const program::LayerT &layer) {
  std::optional<int64_t> bound = boundOf(model, layer);
  if (!bound)
    return std::nullopt;
  // One bit is the sign.
  return accumulatorBits(model, model.type(layer.operands[0]).element) - 1 - int(std::bit_width(uint64_t(*bound)));
}

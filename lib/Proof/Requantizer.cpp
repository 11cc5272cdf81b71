//===- Requantizer.cpp - What a layer scales, and by what -----------------===//
#include "tare/Proof/Requantizer.h"

#include "tare/Kernels/Rounding.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace tare;
using namespace tare::proof;
using program::LayerT;
using program::Model;
using program::TensorT;

namespace {

using Interval = std::pair<int64_t, int64_t>;

/// The table of an operator that has a requantization, which may be null; `visit` gets its unique_ptr.
template <typename Union, typename Visitor> auto *findRequant(Union &op, Visitor visit) {
  decltype(visit(op.AsConv())) found = nullptr;
  auto look = [&](auto *table) {
    if (table)
      found = visit(table);
  };
  look(op.AsConv()), look(op.AsConvTranspose()), look(op.AsLinear()), look(op.AsMatMul()), look(op.AsMul());
  look(op.AsRescale()), look(op.AsAveragePool()), look(op.AsReduceMean()), look(op.AsSoftmax());
  return found;
}

/// x - Zx over all integers of the operand's type.
Interval distances(const Model &model, uint32_t operand, int64_t zeroPoint) {
  auto [low, high] = integersOf(model.type(operand).element);
  return {low - zeroPoint, high - zeroPoint};
}

Interval times(Interval a, int64_t b) { return std::minmax({a.first * b, a.second * b}); }

Interval times(Interval a, Interval b) {
  auto [low, high] = std::minmax({a.first * b.first, a.first * b.second, a.second * b.first, a.second * b.second});
  return {low, high};
}

int64_t product(const std::vector<int32_t> &numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), int64_t(1), std::multiplies<>());
}

int64_t biasAt(const Model &model, const LayerT &layer, int64_t channel) {
  const void *bias = layer.operands.size() > 2 ? model.constant(layer.operands[2]) : nullptr;
  if (!bias)
    return 0;
  return model.type(layer.operands[2]).element == ElementType::i64 ? static_cast<const int64_t *>(bias)[channel]
                                                                   : static_cast<const int32_t *>(bias)[channel];
}

/// Collects the entries of one layer.
class Entries {
public:
  Entries(const Model &model, const LayerT &layer) : model(model), layer(layer) {}

  bool known(uint32_t tensor) const { return !model.program().tensors[tensor]->scales.empty(); }
  bool operandKnown(size_t index) const { return known(layer.operands[index]); }
  bool resultKnown() const { return known(layer.result); }

  /// One entry per output channel of constant weights. `addend`: what one weight is multiplied by; `partial`: windows
  /// at the border leave products out.
  std::vector<Entry> ofWeights(Interval addend, bool partial) const {
    const auto *weights = static_cast<const int8_t *>(model.constant(layer.operands[1]));
    const TensorType &type = model.type(layer.operands[1]);
    int64_t channels = type.shape.front(), size = channels ? type.count() / channels : 0;
    std::vector<Entry> entries;
    for (int64_t c = 0; c != channels; ++c) {
      Interval sum = {biasAt(model, layer, c), biasAt(model, layer, c)};
      for (const int8_t *w = weights + c * size; w != weights + (c + 1) * size; ++w) {
        Interval one = times(addend, *w);
        sum.first += partial ? std::min<int64_t>(one.first, 0) : one.first;
        sum.second += partial ? std::max<int64_t>(one.second, 0) : one.second;
      }
      entries.push_back({c, sum.first, sum.second, scaleOf(0) * scaleOf(1, c) / scaleOfResult()});
    }
    return entries;
  }

  /// A single entry.
  std::vector<Entry> one(Interval reach, double scale) const { return {{0, reach.first, reach.second, scale}}; }

  double scaleOf(size_t operand, int64_t channel = 0) const { return scale(layer.operands[operand], channel); }
  double scaleOfResult() const { return scale(layer.result, 0); }

private:
  double scale(uint32_t tensor, int64_t channel) const {
    const std::vector<double> &scales = model.program().tensors[tensor]->scales;
    return scales.size() == 1 ? scales.front() : scales[channel];
  }

  const Model &model;
  const LayerT &layer;
};

/// Means of n elements: all windows the same, or a list by n.
std::vector<Entry> ofPool(const Entries &entries, const program::AveragePoolT &pool, Interval distance) {
  int64_t size = product(pool.kernel);
  double ratio = entries.scaleOf(0) / entries.scaleOfResult();
  bool byCount = kernels::entryCount(*pool.requant) > 1;
  std::vector<Entry> result;
  for (int64_t n = byCount ? 1 : size; n <= size; ++n) {
    Interval reach = times(distance, n);
    result.push_back({byCount ? n - 1 : 0, reach.first, reach.second, ratio / n});
  }
  return result;
}

std::vector<Entry> entriesOf(const Model &model, const LayerT &layer, const Entries &entries) {
  const program::OpUnion &op = layer.op;
  auto distance = [&](size_t operand, int64_t zeroPoint) {
    return distances(model, layer.operands[operand], zeroPoint);
  };
  if (op.AsConv() || op.AsLinear())
    return entries.ofWeights(distance(0, 0), /*partial=*/false); // the bias contains -Zx * sum(w)
  if (const auto *conv = op.AsConvTranspose())
    return entries.ofWeights(distance(0, conv->input_zero_point), /*partial=*/true);
  double ratio = entries.scaleOf(0) / entries.scaleOfResult();
  if (const auto *matmul = op.AsMatMul()) {
    Interval one = times(distance(0, matmul->lhs_zero_point), distance(1, matmul->rhs_zero_point));
    return entries.one(times(one, model.type(layer.operands[0]).shape.back()), ratio * entries.scaleOf(1));
  }
  if (const auto *mul = op.AsMul())
    return entries.one(times(distance(0, mul->lhs_zero_point), distance(1, mul->rhs_zero_point)),
                       ratio * entries.scaleOf(1));
  if (const auto *rescale = op.AsRescale())
    return entries.one(distance(0, rescale->input_zero_point), ratio);
  if (const auto *pool = op.AsAveragePool())
    return ofPool(entries, *pool, distance(0, pool->input_zero_point));
  if (const auto *mean = op.AsReduceMean()) {
    int64_t count = model.type(layer.operands[0]).count() / std::max<int64_t>(model.type(layer.result).count(), 1);
    return entries.one(times(distance(0, mean->input_zero_point), count), ratio / count);
  }
  // Softmax: a probability in units of 2^-15.
  constexpr int probabilityBits = 15;
  return entries.one({0, int64_t(1) << probabilityBits}, std::ldexp(1.0, -probabilityBits) / entries.scaleOfResult());
}

} // namespace

std::pair<int64_t, int64_t> proof::integersOf(ElementType type) {
  int64_t limit = int64_t(1) << (8 * sizeOf(type) - 1);
  return {-limit, limit - 1};
}

const program::RequantT *proof::requantOf(const program::OpUnion &op) {
  return findRequant(op, [](const auto *table) -> const program::RequantT * { return table->requant.get(); });
}

program::RequantT *proof::requantOf(program::OpUnion &op) {
  return findRequant(op, [](auto *table) -> program::RequantT * { return table->requant.get(); });
}

Result<std::optional<Requantizer>> proof::requantizerOf(const Model &model, const LayerT &layer) {
  const program::RequantT *requant = requantOf(layer.op);
  if (!requant)
    return std::optional<Requantizer>();
  Entries entries(model, layer);
  bool twoOperands =
      layer.op.AsConv() || layer.op.AsConvTranspose() || layer.op.AsLinear() || layer.op.AsMatMul() || layer.op.AsMul();
  if (!entries.resultKnown() || !entries.operandKnown(0) || (twoOperands && !entries.operandKnown(1)))
    return Error{"layer '" + layer.name +
                 "': the program does not say which real numbers its integers stand for; convert "
                 "the model again with this version of tare"};
  return std::optional<Requantizer>({requant, entriesOf(model, layer, entries)});
}

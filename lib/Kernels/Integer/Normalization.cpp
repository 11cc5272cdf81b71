//===- Normalization.cpp - Softmax, and normalizations ---------------------===//
//
// (A28) d = max - x; e = table[d] (i8), below 2^16, or (A58) c[d / 128] * f[d mod 128] in 2^-15 (i16;
// interpolate(table, d) in old programs); p = floor((e * 2^15 + sum / 2) / sum), sum of all e (p = 0 where the sum is
// 0); y = p requantized.
//
// (A71) to (A73) Of groups of n elements, d = n * (x - z) - S, V = 4^k * (n * sum (x - z)^2 - S^2) + offset,
// u = d * 2^k / sqrt(V) in 2^-f; y = u * gamma + beta requantized.
//
//===----------------------------------------------------------------------===//
#include "tare/Kernels/Normalization.h"
#include "Accumulator.h"
#include "Axes.h"
#include "Broadcast.h"
#include "Fast/Prepare.h"
#include "Operators.h"
#include "Reach.h"
#include "ZeroPoints.h"
#include "tare/Kernels/Tables.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace tare::kernels {
namespace {

Result<TensorType> infer(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &softmax = parameters<program::SoftmaxT>(op);
  TARE_TRY(checkOperands(operands, 2));
  const TensorType &x = operands[0], &table = operands[1];
  TARE_TRY(checkActivation(x, "the input"));
  TARE_TRY(checkWithin(softmax.axis, 0, int64_t(x.shape.size()) - 1, "axis"));
  TARE_TRY(checkElement(table, {ElementType::i32}, "the table"));
  bool isFactored = x.element == ElementType::i16 && table.shape == Shape{factoredTableSize};
  int64_t size = x.element == ElementType::i8 ? exactTableSize : interpolatedTableSize;
  TARE_TRY(require(isFactored || table.shape == Shape{size}, "the table has the shape {}, expected {} for an {} input",
                   toString(table.shape), size, nameOf(x.element)));
  TARE_TRY(checkRequant(softmax.requant.get(), 1, x.element));
  return x;
}

/// The elements of one row begin at `first` and are `stride` apart; their probabilities go into the sink.
template <typename T, typename Exponential>
void runRow(const T *x, int64_t first, int64_t length, int64_t stride, Exponential e, const ExactSink<T> &sink) {
  const T *row = x + first;
  int64_t max = row[0], sum = 0;
  for (int64_t i = 0; i < length; ++i)
    max = std::max<int64_t>(max, row[i * stride]);
  for (int64_t i = 0; i < length; ++i)
    sum += e(max - row[i * stride]);
  for (int64_t i = 0; i < length; ++i)
    sink.store(first + i * stride, uint64_t(probability(e(max - row[i * stride]), sum)), 0);
}

void compute(const program::SoftmaxT &softmax, const program::RequantT *requant,
             std::span<const ConstTensorView> operands, TensorView result) {
  const Shape &shape = result.type.shape;
  int64_t length = shape[softmax.axis], stride = stridesOf(shape)[softmax.axis];
  dispatchActivation(operands[0].type.element, [&](auto type) {
    using T = decltype(type);
    ExactSink<T> sink(requant, result);
    withExponentials<T>(operands[1].as<int32_t>(), operands[1].type.count(), [&](auto e) {
      for (int64_t block = 0, count = result.count(); block < count; block += length * stride)
        for (int64_t row = block; row < block + stride; ++row)
          runRow(operands[0].as<T>(), row, length, stride, e, sink);
    });
  });
}

/// A probability.
std::vector<Reach> reaches(const program::OpUnion &, std::span<const Operand>, const TensorType &) {
  constexpr int64_t whole = int64_t(1) << probabilityBits;
  return {{0, 0, whole, double(whole)}};
}

/// The length of gamma and beta: one for all elements, or one per index of the axis.
Status checkParameters(const program::NormalizeT &norm, std::span<const TensorType> operands) {
  const TensorType &x = operands[0], &gamma = operands[1], &beta = operands[2];
  TARE_TRY(checkElement(gamma, {ElementType::i16}, "gamma"));
  TARE_TRY(checkElement(beta, {ElementType::i32}, "beta"));
  TARE_TRY(checkWithin(norm.axis, 0, int64_t(x.shape.size()) - 1, "axis"));
  const Shape all{x.shape[norm.axis]};
  TARE_TRY(require(gamma.shape == Shape{1} || gamma.shape == all, "gamma has the shape {}, expected 1 or {}",
                   toString(gamma.shape), toString(all)));
  return require(beta.shape == gamma.shape, "beta has the shape {}, expected gamma's, {}", toString(beta.shape),
                 toString(gamma.shape));
}

Result<TensorType> inferNormalize(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &norm = parameters<program::NormalizeT>(op);
  TARE_TRY(checkOperands(operands, 3));
  const TensorType &x = operands[0];
  TARE_TRY(checkActivation(x, "the input"));
  TARE_TRY(checkAxes(norm.axes, x.shape.size()));
  const int64_t n = countAlong(norm.axes, x.shape), most = mostNormalized(x.element, norm.keep_mean);
  TARE_TRY(require(n <= most, "{} elements have one mean, expected at most {} of {}", n, most, nameOf(x.element)));
  TARE_TRY(checkWithin(norm.offset, 1, mostOffset, "offset"));
  TARE_TRY(checkParameters(norm, operands));
  TARE_TRY(checkZeroPoint(norm.input_zero_point, x.element, "input_zero_point"));
  TARE_TRY(checkRequant(norm.requant.get(), 1, x.element));
  return x;
}

/// (A71) to (A73), group by group: first their sums, then their elements.
template <typename T>
void normalize(const program::NormalizeT &norm, const program::RequantT *requant,
               std::span<const ConstTensorView> operands, TensorView result) {
  const T *x = operands[0].as<T>();
  const Shape &shape = operands[0].type.shape;
  const Shape groups = keptShape(shape, norm.axes), channels = channelShape(operands[1].type, shape.size(), norm.axis);
  const int64_t n = countAlong(norm.axes, shape), zero = norm.keep_mean ? norm.input_zero_point : 0;
  std::vector<GroupSums> sums(elementCount(groups));
  forEachBroadcast(shape, groups, shape, [&](int64_t, int64_t i, int64_t group) { sums[group].add(x[i] - zero); });
  std::vector<GroupNormal> normals;
  for (const GroupSums &each : sums)
    normals.emplace_back(each, NormForm{operands[0].type.element, n, norm.offset, norm.keep_mean});
  std::vector<int64_t> accumulators(result.count());
  forEachBroadcast(shape, groups, shape,
                   [&](int64_t, int64_t i, int64_t group) { accumulators[i] = normals[group].of(x[i] - zero); });
  ExactSink<T> sink(requant, result);
  forEachBroadcast(shape, channels, shape, [&](int64_t, int64_t i, int64_t c) {
    sink.store(i, uint64_t(accumulators[i] * operands[1].as<int16_t>()[c] + operands[2].as<int32_t>()[c]), 0);
  });
}

void computeNormalize(const program::NormalizeT &norm, const program::RequantT *requant,
                      std::span<const ConstTensorView> operands, TensorView result) {
  dispatchActivation(operands[0].type.element,
                     [&](auto type) { normalize<decltype(type)>(norm, requant, operands, result); });
}

/// The largest u that n elements of whatever magnitude can have, times gamma, plus beta.
std::vector<Reach> reachesOfNormalize(const program::OpUnion &op, std::span<const Operand> operands,
                                      const TensorType &) {
  const auto &norm = parameters<program::NormalizeT>(op);
  const TensorType &x = operands[0].type;
  const int64_t n = countAlong(norm.axes, x.shape), u = mostNormalOf(x.element, n, norm.keep_mean);
  const auto *gamma = static_cast<const int16_t *>(operands[1].constant);
  const auto *beta = static_cast<const int32_t *>(operands[2].constant);
  Reach reach{0, 0, 0, std::ldexp(1.0, normalBits(x.element, n))};
  if (!gamma || !beta) {
    const IntegerRange least = rangeOf(ElementType::i16), rest = rangeOf(ElementType::i32);
    reach.low = u * least.min + rest.min;
    reach.high = rest.max - u * least.min;
    return {reach};
  }
  for (int64_t c = 0; c != operands[1].type.count(); ++c) {
    const int64_t farthest = u * std::abs(int64_t(gamma[c]));
    reach.low = std::min(c ? reach.low : beta[c], beta[c] - farthest);
    reach.high = std::max(c ? reach.high : beta[c], beta[c] + farthest);
  }
  return {reach};
}

} // namespace

using Kernel = Accumulating<program::SoftmaxT, compute>;

const OpKernel softmaxKernel = {"softmax",
                                infer,
                                Kernel::reference,
                                prepareSoftmax,
                                noMacs,
                                {Meaning::softmax, {"input", "table"}, Layout::any, zeroPointsIn<program::SoftmaxT>},
                                exactAccumulator,
                                Kernel::accumulate,
                                Scaling{requantIn<program::SoftmaxT>, 0, reaches}};

using Normalize = Accumulating<program::NormalizeT, computeNormalize>;

const OpKernel normalizeKernel = {
    "normalize",
    inferNormalize,
    Normalize::reference,
    prepareNormalize,
    noMacs,
    {Meaning::normalize, {"input", "gamma", "beta"}, Layout::any, zeroPointsIn<program::NormalizeT>},
    exactAccumulator,
    Normalize::accumulate,
    Scaling{requantIn<program::NormalizeT>, 1, reachesOfNormalize, nullptr, 1}};

} // namespace tare::kernels

//===- Normalization.cpp - Softmax over an axis ---------------------------===//
//
// (A28) d = max - x; e = table[d] (i8), below 2^16, or (A58) c[d / 128] * f[d mod 128] in 2^-15 (i16;
// interpolate(table, d) in old programs); p = floor((e * 2^15 + sum / 2) / sum), sum of all e (p = 0 where the sum is
// 0); y = p requantized.
//
//===----------------------------------------------------------------------===//
#include "Accumulator.h"
#include "Broadcast.h"
#include "Fast/Prepare.h"
#include "Operators.h"
#include "Reach.h"
#include "ZeroPoints.h"
#include "tare/Kernels/Tables.h"

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

} // namespace tare::kernels

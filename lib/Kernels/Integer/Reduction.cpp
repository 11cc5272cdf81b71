//===- Reduction.cpp - Mean over axes -------------------------------------===//
//
// (A27) acc = sum of (x - Zx) over the reduced axes, requantized: the multiplier
// contains 1 / n.
//
//===----------------------------------------------------------------------===//
#include "Accumulator.h"
#include "Axes.h"
#include "Broadcast.h"
#include "Fast/Prepare.h"
#include "Operators.h"
#include "Reach.h"
#include "ZeroPoints.h"

namespace tare::kernels {
namespace {

Result<TensorType> infer(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &mean = parameters<program::ReduceMeanT>(op);
  TARE_TRY(checkOperands(operands, 1));
  const TensorType &x = operands[0];
  TARE_TRY(checkActivation(x, "the input"));
  TARE_TRY(checkAxes(mean.axes, x.shape.size()));
  TARE_TRY(checkZeroPoint(mean.input_zero_point, x.element, "input_zero_point"));
  TARE_TRY(checkRequant(mean.requant.get(), 1, x.element));
  Shape kept = keptShape(x.shape, mean.axes), shape;
  for (int64_t d = 0; d < int64_t(kept.size()); ++d)
    if (mean.keep_dims || std::find(mean.axes.begin(), mean.axes.end(), d) == mean.axes.end())
      shape.push_back(kept[d]);
  return TensorType{x.element, shape};
}

template <typename T>
void run(const program::ReduceMeanT &mean, const program::RequantT *requant, ConstTensorView input, TensorView result) {
  const Shape &shape = input.type.shape;
  std::vector<int64_t> sums(result.count());
  // Read as a broadcast of the sums to the input's shape, element by element.
  forEachBroadcast(shape, keptShape(shape, mean.axes), shape, [&](int64_t, int64_t element, int64_t sum) {
    sums[sum] += int64_t(input.as<T>()[element]) - mean.input_zero_point;
  });
  ExactSink<T> sink(requant, result);
  for (size_t i = 0; i < sums.size(); ++i)
    sink.store(i, uint64_t(sums[i]), 0);
}

void compute(const program::ReduceMeanT &mean, const program::RequantT *requant,
             std::span<const ConstTensorView> operands, TensorView result) {
  dispatchActivation(operands[0].type.element,
                     [&](auto type) { run<decltype(type)>(mean, requant, operands[0], result); });
}

Interval sumOf(const program::OpUnion &op, std::span<const Operand> operands) {
  const auto &mean = parameters<program::ReduceMeanT>(op);
  return times(distances(operands[0], mean.input_zero_point), countAlong(mean.axes, operands[0].type.shape));
}

std::vector<Reach> reaches(const program::OpUnion &op, std::span<const Operand> operands, const TensorType &) {
  Interval sum = sumOf(op, operands);
  double count = double(countAlong(parameters<program::ReduceMeanT>(op).axes, operands[0].type.shape));
  return {{0, sum.first, sum.second, count}};
}

std::optional<int64_t> bound(const program::OpUnion &op, std::span<const Operand> operands) {
  return largest(sumOf(op, operands));
}

} // namespace

using Mean = Accumulating<program::ReduceMeanT, compute>;

const OpKernel reduceMeanKernel = {"reduce_mean",
                                   infer,
                                   Mean::reference,
                                   prepareReduceMean,
                                   noMacs,
                                   {Meaning::scaled, {"input"}, Layout::any, zeroPointsIn<program::ReduceMeanT>},
                                   exactAccumulator,
                                   Mean::accumulate,
                                   Scaling{requantIn<program::ReduceMeanT>, 1, reaches, bound}};

} // namespace tare::kernels

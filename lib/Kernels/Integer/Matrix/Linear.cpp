//===- Linear.cpp - Matrix product with constant weights ------------------===//
//
// (A15) acc[.., n] = b[n] + sum over k of x[.., k] * w[n, k]; the bias already
// contains -Zx * sum(w).
//
//===----------------------------------------------------------------------===//
#include "../Accumulator.h"
#include "../Fast/Prepare.h"
#include "../Operators.h"
#include "../Reach.h"
#include "../ZeroPoints.h"

namespace tare::kernels {
namespace {

Result<TensorType> infer(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &linear = parameters<program::LinearT>(op);
  TARE_TRY(checkOperands(operands, 3));
  const TensorType &x = operands[0], &w = operands[1], &b = operands[2];
  TARE_TRY(checkActivation(x, "the input"));
  TARE_TRY(checkRank(x, 1, maxRank, "the input"));
  TARE_TRY(checkElement(w, {ElementType::i8}, "the weights"));
  TARE_TRY(checkRank(w, 2, 2, "the weights"));
  TARE_TRY(checkElement(b, {accumulatorOf(x.element)}, "the bias"));
  TARE_TRY(require(w.shape[1] == x.shape.back(),
                   "the weights have the shape {}, expected Nx{} (the input's "
                   "last dimension)",
                   toString(w.shape), x.shape.back()));
  TARE_TRY(
      require(b.shape == Shape{w.shape[0]}, "the bias has the shape {}, expected {}", toString(b.shape), w.shape[0]));
  if (linear.requant)
    TARE_TRY(checkLayerRequant(linear.requant.get(), w.shape[0], x.element));
  TensorType result = {resultElement(x.element, linear.requant.get()), x.shape};
  result.shape.back() = w.shape[0];
  TARE_TRY(checkShape(result.shape, "the result"));
  return result;
}

template <typename T>
void run(const program::LinearT &linear, const program::RequantT *requant, std::span<const ConstTensorView> operands,
         TensorView result) {
  int64_t outputs = operands[1].type.shape[0], inputs = operands[1].type.shape[1];
  const auto *bias = operands[2].as<typename AccumulatorOf<T>::type>();
  AccumulatorSink<T> sink(requant, result);
  for (int64_t row = 0, rows = operands[0].count() / inputs; row < rows; ++row)
    for (int64_t n = 0; n < outputs; ++n) {
      const T *x = operands[0].as<T>() + row * inputs;
      const int8_t *w = operands[1].as<int8_t>() + n * inputs;
      int64_t sum = 0;
      for (int64_t k = 0; k < inputs; ++k)
        sum += int32_t(x[k]) * w[k]; // 16 by 8 bits: no overflow.
      sink.store(row * outputs + n, uint64_t(sum) + uint64_t(bias[n]), n);
    }
}

void compute(const program::LinearT &linear, const program::RequantT *requant,
             std::span<const ConstTensorView> operands, TensorView result) {
  dispatchActivation(operands[0].type.element,
                     [&](auto type) { run<decltype(type)>(linear, requant, operands, result); });
}

int64_t macs(const program::OpUnion &, std::span<const TensorType> operands, const TensorType &result) {
  return saturatingMultiply(result.count(), operands[1].shape[1]);
}

/// The bias contains -Zx * sum(w).
std::vector<Reach> reaches(const program::OpUnion &, std::span<const Operand> operands, const TensorType &) {
  return reachOfWeights(operands, distances(operands[0], 0), /*partial=*/false);
}

/// As a convolution's; the parameters do not repeat the zero point, the operand's grid knows it.
std::optional<int64_t> bound(const program::OpUnion &op, std::span<const Operand> operands) {
  const auto &linear = parameters<program::LinearT>(op);
  int64_t zeroPoint = linear.requant && linear.requant->stages ? 0 : operands[0].zeroPoint;
  return boundOfWeights(operands, distances(operands[0], zeroPoint), /*folded=*/zeroPoint);
}

} // namespace

using Kernel = Accumulating<program::LinearT, compute>;
const OpKernel linearKernel = {
    "linear",
    infer,
    Kernel::reference,
    prepareLinear,
    macs,
    {Meaning::scaled, {"input", "weights", "bias"}, Layout::any, zeroPointsIn<program::LinearT>},
    accumulatorOf,
    Kernel::accumulate,
    Scaling{requantIn<program::LinearT>, 2, reaches, bound}};

} // namespace tare::kernels

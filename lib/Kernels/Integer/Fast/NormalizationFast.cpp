//===- NormalizationFast.cpp - Softmax, each exponential read once --------===//
#include "../Accumulator.h"
#include "../Broadcast.h"
#include "Prepare.h"
#include "PreparedRequant.h"
#include "tare/Kernels/Tables.h"

namespace tare::kernels {
namespace {

template <typename T> class SoftmaxKernel : public FastKernel {
public:
  SoftmaxKernel(const program::SoftmaxT &softmax, const Shape &shape, const VectorSet &set)
      : length(shape[softmax.axis]), stride(stridesOf(shape)[softmax.axis]), requant(*softmax.requant, 1), set(set) {}

  size_t scratchBytes() const override { return length * (sizeof(int32_t) + sizeof(T)); }

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    Range rows = share.of(result.count() / length);
    withExponentials<T>(operands[1].as<int32_t>(), operands[1].type.count(), [&](auto e) {
      for (int64_t i = rows.first; i < rows.last; ++i) {
        int64_t row = i / stride * length * stride + i % stride;
        runRow(operands[0].as<T>() + row, e, result.as<T>() + row, scratch);
      }
    });
  }

private:
  template <typename Exponential> void runRow(const T *x, Exponential e, T *y, std::byte *scratch) const {
    auto *values = reinterpret_cast<int32_t *>(scratch);
    int64_t max = x[0], sum = 0;
    for (int64_t i = 1; i < length; ++i)
      max = std::max<int64_t>(max, x[i * stride]);
    for (int64_t i = 0; i < length; ++i)
      sum += values[i] = int32_t(e(max - x[i * stride]));
    divide(values, sum);
    T *row = stride == 1 ? y : reinterpret_cast<T *>(scratch + length * sizeof(int32_t));
    if constexpr (sizeof(T) == 1)
      set.requantize32To8(values, row, length, requant.view());
    else
      set.requantize32To16(values, row, length, requant.view());
    for (int64_t i = 0; stride != 1 && i < length; ++i)
      y[i * stride] = row[i];
  }

  /// Exponentials to probabilities.
  void divide(int32_t *values, int64_t sum) const {
    // The quotient in double is rounded up to the next whole number at most where that is within 2^-38 of it,
    // relatively: never, if the sum is smaller than 2^38. All other numbers are exact.
    if (sum <= 0 || sum >= int64_t(1) << 38) {
      for (int64_t i = 0; i < length; ++i)
        values[i] = int32_t(probability(values[i], sum));
      return;
    }
    const double half = double(sum / 2), divisor = double(sum), unit = double(1 << probabilityBits);
    for (int64_t i = 0; i < length; ++i)
      values[i] = int32_t((values[i] * unit + half) / divisor);
  }

  int64_t length, stride;
  PreparedRequant requant;
  const VectorSet &set;
};

} // namespace

std::unique_ptr<FastKernel> prepareSoftmax(const program::OpUnion &op, std::span<const Operand>,
                                           const TensorType &result) {
  std::unique_ptr<FastKernel> kernel;
  dispatchActivation(result.element, [&](auto type) {
    kernel =
        std::make_unique<SoftmaxKernel<decltype(type)>>(parameters<program::SoftmaxT>(op), result.shape, vectorSet());
  });
  return kernel;
}

} // namespace tare::kernels

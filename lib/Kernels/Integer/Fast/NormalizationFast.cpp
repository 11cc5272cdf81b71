//===- NormalizationFast.cpp - Softmax, and normalizations ----------------===//
#include "../Accumulator.h"
#include "../Broadcast.h"
#include "Prepare.h"
#include "PreparedRequant.h"
#include "tare/Kernels/Normalization.h"
#include "tare/Kernels/Tables.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <type_traits>

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

namespace {

/// gamma and beta, and which of them the elements have: those of channel c are `stride` neighbours.
struct ChannelParameters {
  ChannelParameters(std::span<const Operand> operands, const Shape &shape, int64_t axis)
      : gamma(static_cast<const int16_t *>(operands[1].constant)),
        beta(static_cast<const int32_t *>(operands[2].constant)), count(operands[1].type.count()),
        stride(count == 1 ? elementCount(shape) : stridesOf(shape)[axis]) {}

  /// Whether accumulators of T's type hold u * gamma + beta.
  template <typename T> bool fit() const {
    if (!gamma || !beta)
      return false;
    for (int64_t c = 0; sizeof(T) == 1 && c < count; ++c)
      if (mostNormal(ElementType::i8) * std::abs(int64_t(gamma[c])) + std::abs(int64_t(beta[c])) > INT32_MAX)
        return false;
    return true;
  }

  /// u to u * gamma + beta, of neighbours from element `first` on.
  template <typename Accumulator> void apply(Accumulator *values, int64_t first, int64_t size) const {
    for (int64_t done = 0, run = 0; done < size; done += run) {
      const int64_t c = (first + done) / stride % count;
      if (stride == 1) {
        run = std::min(size - done, count - c);
        for (int64_t i = 0; i < run; ++i)
          values[done + i] = values[done + i] * gamma[c + i] + beta[c + i];
      } else {
        run = std::min(size - done, stride - (first + done) % stride);
        const Accumulator factor = gamma[c], term = beta[c];
        for (int64_t i = 0; i < run; ++i)
          values[done + i] = values[done + i] * factor + term;
      }
    }
  }

  const int16_t *gamma;
  const int32_t *beta;
  int64_t count, stride;
};

/// Neighbouring axes: [outer, length, inner], of which the middle one is normalized.
struct NormalizedBlock {
  int64_t outer = 1, length = 1, inner = 1;

  /// Nothing where other axes lie between them.
  static std::optional<NormalizedBlock> of(const Shape &shape, const std::vector<int32_t> &axes) {
    NormalizedBlock block;
    for (size_t d = 0; d != shape.size(); ++d) {
      bool isNormalized = std::find(axes.begin(), axes.end(), int32_t(d)) != axes.end();
      if (shape[d] == 1)
        continue;
      if (isNormalized && block.inner != 1)
        return std::nullopt;
      (isNormalized ? block.length : block.length == 1 ? block.outer : block.inner) *= shape[d];
    }
    return block;
  }
};

template <typename T> class NormalizeKernel : public FastKernel {
  using Accumulator = typename AccumulatorOf<T>::type;

public:
  NormalizeKernel(const program::NormalizeT &norm, const NormalizedBlock &block, const ChannelParameters &channels,
                  const VectorSet &set)
      : block(block), channels(channels), zero(norm.keep_mean ? norm.input_zero_point : 0),
        form{ElementTypeOf<T>::value, block.length, norm.offset, norm.keep_mean}, requant(*norm.requant, 1),
        wideRequant(*norm.requant), set(set) {}

  size_t scratchBytes() const override {
    return block.inner == 1 ? pieceSize * sizeof(Accumulator)
                            : block.inner * (sizeof(GroupSums) + sizeof(Normal) + sizeof(Accumulator));
  }

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    const T *x = operands[0].as<T>();
    T *y = result.as<T>();
    Range blocks = share.of(block.outer);
    const int64_t size = block.length * block.inner;
    for (int64_t i = blocks.first; i < blocks.last; ++i)
      block.inner == 1 ? runRow(x, i * size, y, scratch) : runColumns(x, i * size, y, scratch);
  }

private:
  /// A GroupNormal of elements x, not of x - z.
  struct Normal {
    int64_t scale, offset, half;
    int shift;

    Normal() = default;
    Normal(const GroupNormal &of, int64_t zero)
        : scale(of.n * of.root.factor),
          offset(-(of.n * zero + of.sum) * of.root.factor + (int64_t(1) << (of.root.shift - 1))), shift(of.root.shift) {
    }
    int32_t operator()(int64_t x) const { return int32_t((x * scale + offset) >> shift); }
  };

  Normal normalOf(const GroupSums &sums) const { return {GroupNormal(sums, form), zero}; }

  void requantize(const Accumulator *values, int64_t size, T *y) const {
    if constexpr (sizeof(T) == 1)
      set.requantize32To8(values, y, size, requant.view());
    else
      for (int64_t i = 0; i < size; ++i)
        y[i] = T(kernels::requantize(values[i], wideRequant, 0));
  }

  /// The elements of a group are neighbours.
  void runRow(const T *x, int64_t first, T *y, std::byte *scratch) const {
    auto *values = reinterpret_cast<Accumulator *>(scratch);
    const Normal normal = normalOf(sumsOf(x + first));
    for (int64_t done = 0; done < block.length; done += pieceSize) {
      const int64_t size = std::min(pieceSize, block.length - done), begin = first + done;
      for (int64_t i = 0; i < size; ++i)
        values[i] = normal(x[begin + i]);
      channels.apply(values, begin, size);
      requantize(values, size, y + begin);
    }
  }

  GroupSums sumsOf(const T *x) const {
    GroupSums all;
    for (int64_t done = 0; done < block.length; done += pieceSize) {
      const int64_t size = std::min(pieceSize, block.length - done);
      // Of so many elements 32 bits hold the sum, and of i8 that of squares.
      int32_t sum = 0;
      std::conditional_t<sizeof(T) == 1, int32_t, int64_t> squares = 0;
      for (int64_t i = 0; i < size; ++i) {
        const int32_t distance = x[done + i] - int32_t(zero);
        sum += distance;
        squares += decltype(squares)(distance) * distance;
      }
      all.sum += sum;
      all.squares += squares;
    }
    return all;
  }

  /// Neighbours are of different groups: they are gone through as they lie in memory.
  void runColumns(const T *x, int64_t first, T *y, std::byte *scratch) const {
    auto *sums = reinterpret_cast<GroupSums *>(scratch);
    auto *normals = reinterpret_cast<Normal *>(sums + block.inner);
    auto *values = reinterpret_cast<Accumulator *>(normals + block.inner);
    std::fill_n(sums, block.inner, GroupSums());
    const int64_t end = first + block.length * block.inner;
    for (int64_t row = first; row < end; row += block.inner)
      for (int64_t i = 0; i < block.inner; ++i)
        sums[i].add(x[row + i] - zero);
    for (int64_t i = 0; i < block.inner; ++i)
      normals[i] = normalOf(sums[i]);
    for (int64_t row = first; row < end; row += block.inner) {
      for (int64_t i = 0; i < block.inner; ++i)
        values[i] = normals[i](x[row + i]);
      channels.apply(values, row, block.inner);
      requantize(values, block.inner, y + row);
    }
  }

  static constexpr int64_t pieceSize = 1024;

  NormalizedBlock block;
  ChannelParameters channels;
  int64_t zero;
  NormForm form;
  PreparedRequant requant;
  program::RequantT wideRequant;
  const VectorSet &set;
};

} // namespace

std::unique_ptr<FastKernel> prepareNormalize(const program::OpUnion &op, std::span<const Operand> operands,
                                             const TensorType &result) {
  const auto &norm = parameters<program::NormalizeT>(op);
  std::optional<NormalizedBlock> block = NormalizedBlock::of(result.shape, norm.axes);
  const ChannelParameters channels(operands, result.shape, norm.axis);
  std::unique_ptr<FastKernel> kernel;
  dispatchActivation(result.element, [&](auto type) {
    using T = decltype(type);
    if (block && channels.fit<T>())
      kernel = std::make_unique<NormalizeKernel<T>>(norm, *block, channels, vectorSet());
  });
  return kernel;
}

} // namespace tare::kernels

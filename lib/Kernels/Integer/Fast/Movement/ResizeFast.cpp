//===- ResizeFast.cpp - Resizing, all channels of a pixel at a time -------===//
#include "../../Accumulator.h"
#include "../../Window.h"
#include "../Prepare.h"
#include "../PreparedRequant.h"
#include "../Vector.h"
#include "tare/Kernels/ResizeCoordinates.h"

#include <cstring>
#include <optional>
#include <type_traits>

namespace tare::kernels {
namespace {

/// An output coordinate's sources, and the upper one's weight in 2^-weight_bits.
struct Sources {
  int64_t lower, upper;
  int32_t weight;
};

std::vector<Sources> sourcesOf(const program::ResizeT &resize, size_t axis) {
  if (axis >= resize.axes.size())
    return {{0, 0, 0}}; // The height of a 1-D input.
  const program::ResizeAxisT &lists = *resize.axes[axis];
  std::vector<Sources> sources;
  bool linear = resize.mode != program::ResizeMode::nearest;
  for (size_t i = 0; i < lists.lower.size(); ++i)
    sources.push_back({lists.lower[i], linear ? lists.upper[i] : lists.lower[i], linear ? lists.weight[i] : 0});
  return sources;
}

/// Of two kinds, by the pixel: what moves or interpolates on one grid, and what requantizes.
template <typename T> class ResizeKernel : public FastKernel {
public:
  ResizeKernel(const program::ResizeT &resize, const Shape &input, const VectorSet &set)
      : in(imageShape(input)), linear(resize.mode != program::ResizeMode::nearest),
        rows(sourcesOf(resize, resize.axes.size() == 2 ? 0 : resize.axes.size())),
        columns(sourcesOf(resize, resize.axes.size() - 1)), weightBits(resize.weight_bits),
        zero(resize.input_zero_point), dropped(2 * weightBits - resize.fraction_bits), set(set) {
    if (resize.requant)
      requant.emplace(*resize.requant, 1);
  }

  size_t scratchBytes() const override { return requant ? in.channels * sizeof(int32_t) : 0; }

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    int64_t height = rows.size();
    Range own = share.of(in.batch * height);
    T *y = result.as<T>() + own.first * int64_t(columns.size()) * in.channels;
    for (int64_t i = own.first; i < own.last; ++i) {
      const T *x = operands[0].as<T>() + i / height * in.height * in.width * in.channels;
      for (const Sources &column : columns) {
        runPixel(x, rows[i % height], column, y, reinterpret_cast<int32_t *>(scratch));
        y += in.channels;
      }
    }
  }

private:
  void runPixel(const T *x, const Sources &row, const Sources &column, T *y, int32_t *sums) const {
    auto at = [&](int64_t sy, int64_t sx) { return x + (sy * in.width + sx) * in.channels; };
    if (!linear) {
      std::memcpy(y, at(row.lower, column.lower), in.channels * sizeof(T));
      return;
    }
    const T *corners[4] = {at(row.lower, column.lower), at(row.lower, column.upper), at(row.upper, column.lower),
                           at(row.upper, column.upper)};
    int32_t one = 1 << weightBits, down = row.weight, right = column.weight;
    int32_t weights[4] = {(one - down) * (one - right), (one - down) * right, down * (one - right), down * right};
    if (requant)
      rescale(corners, weights, y, sums);
    else if constexpr (sizeof(T) == 1)
      set.blend8(corners, weights, y, in.channels);
    else
      set.blend16(corners, weights, y, in.channels);
  }

  /// (A56) The sums of 8-bit elements by weights of 11 bits, less the zero point, are below 2^31 - 2^21, so that half
  /// can be added.
  void rescale(const T *const *corners, const int32_t *weights, T *y, int32_t *sums) const {
    if (sizeof(T) == 1 && weightBits == resizeWeightBits)
      addUp<int32_t>(corners, weights, sums);
    else
      addUp<int64_t>(corners, weights, sums);
    if constexpr (sizeof(T) == 1)
      set.requantize32To8(sums, y, in.channels, requant->view());
    else
      set.requantize32To16(sums, y, in.channels, requant->view());
  }

  template <typename Sum> void addUp(const T *const *corners, const int32_t *weights, int32_t *sums) const {
    Sum offset = (dropped ? Sum(1) << (dropped - 1) : 0) - Sum(zero) * (Sum(1) << 2 * weightBits);
    for (int64_t c = 0; c < in.channels; ++c) {
      Sum sum = offset;
      for (int k = 0; k < 4; ++k)
        sum += Sum(weights[k]) * corners[k][c];
      sums[c] = int32_t(sum >> dropped);
    }
  }

  ImageShape in;
  bool linear;
  std::vector<Sources> rows, columns;
  int weightBits;
  int32_t zero;
  /// Of the sum's bits behind the point.
  int dropped;
  std::optional<PreparedRequant> requant;
  const VectorSet &set;
};

/// Whether 32 bits hold the accumulators; the compiler makes no others.
bool fits32(const program::ResizeT &resize, ElementType element) {
  auto [low, high] = rangeOf(element);
  int64_t unit = int64_t(1) << resize.fraction_bits;
  return (low - resize.input_zero_point) * unit >= INT32_MIN && (high - resize.input_zero_point) * unit <= INT32_MAX;
}

} // namespace

std::unique_ptr<FastKernel> prepareResize(const program::OpUnion &op, std::span<const Operand> operands,
                                          const TensorType &result) {
  const auto &resize = parameters<program::ResizeT>(op);
  if (resize.requant && !fits32(resize, result.element))
    return nullptr;
  std::unique_ptr<FastKernel> kernel;
  dispatchActivation(result.element, [&](auto type) {
    kernel = std::make_unique<ResizeKernel<decltype(type)>>(resize, operands[0].type.shape, vectorSet());
  });
  return kernel;
}

} // namespace tare::kernels

//===- DepthwiseFast.cpp - Convolution of each channel by itself ----------===//
#include "DepthwiseFast.h"

#include "../../Convolution/Conv.h"
#include "../PreparedRequant.h"
#include "Tile.h"

#include <algorithm>
#include <cstring>
#include <optional>

namespace tare::kernels {
namespace {

/// Weights [channels][taps] in the order that interleaving two taps' 16-bit
/// inputs gives: per block of channels and pair of taps two vectors of 32-bit
/// lanes; lane d of the first (second) holds the pair of channel 8 * (d / 4) +
/// d % 4 (+ 4). An odd last tap pairs with a weight 0.
std::vector<int16_t> packDepthwise(const int8_t *weights, int64_t channels, int64_t taps, int64_t block) {
  int64_t pairs = (taps + 1) / 2, blocks = (channels + block - 1) / block;
  std::vector<int16_t> packed(blocks * block * pairs * 2);
  for (int64_t c = 0; c < channels; ++c) {
    int64_t inBlock = c % block, lane = inBlock / 8 * 4 + inBlock % 4, second = inBlock / 4 % 2;
    for (int64_t t = 0; t < taps; ++t)
      packed[((c / block * pairs + t / 2) * block + second * (block / 2) + lane) * 2 + t % 2] = weights[c * taps + t];
  }
  return packed;
}

/// `times` copies of a list, one after the other; a list of length 1 stays as it is.
template <typename T> std::vector<T> repeated(const T *values, int64_t size, int64_t times) {
  std::vector<T> all;
  for (int64_t i = 0; i < times; ++i)
    all.insert(all.end(), values, values + size);
  return all;
}

program::RequantT repeated(const program::RequantT &requant, int64_t times) {
  program::RequantT all = requant;
  if (requant.multipliers.size() > 1)
    all.multipliers = repeated(requant.multipliers.data(), requant.multipliers.size(), times);
  if (requant.shifts.size() > 1)
    all.shifts = repeated(requant.shifts.data(), requant.shifts.size(), times);
  if (all.function)
    all.function->shifts = repeated(requant.function->shifts.data(), requant.function->shifts.size(), times);
  if (all.stages && all.stages->bias.size() > 1)
    all.stages->bias = repeated(requant.stages->bias.data(), requant.stages->bias.size(), times);
  return all;
}

/// Few channels leave lanes of a vector empty; with stride 1, neighbouring pixels follow each other in memory and share
/// a vector: `fold` pixels of C channels are one pixel of fold * C channels.
class DepthwiseKernel : public FastKernel {
public:
  DepthwiseKernel(const program::ConvT &conv, std::span<const Operand> operands, const TensorType &result,
                  const VectorSet &set)
      : geometry(convGeometry(conv, operands[0].type.shape, operands[1].type.shape)), set(set),
        wide(operands[0].type.element == ElementType::i16), resultBytes(sizeOf(result.element)),
        tile(geometry, geometry.inputChannels, wide ? TileElement::raw16 : TileElement::raw8, conv.input_zero_point,
             set),
        fold(foldOf()) {
    const auto &[h, w] = geometry.window;
    int64_t channels = geometry.inputChannels;
    for (int64_t ky = 0; ky < h.kernel; ++ky)
      for (int64_t kx = 0; kx < w.kernel; ++kx)
        taps.push_back(ky * h.dilation * tile.rowElements() + kx * w.dilation * channels);
    int64_t tapCount = taps.size();
    auto kernels = repeated(static_cast<const int8_t *>(operands[1].constant), channels * tapCount, fold);
    weights = packDepthwise(kernels.data(), channels * fold, tapCount, set.depthwiseLanes);
    if (taps.size() % 2)
      taps.push_back(taps.back());
    // Padded to whole blocks of channels.
    int64_t biases = channels * fold + set.depthwiseLanes,
            biasBytes = channels * (wide ? sizeof(int64_t) : sizeof(int32_t));
    bias = Tensor(wide ? ElementType::i64 : ElementType::i32, {biases});
    std::memset(bias.mutableAs<std::byte>(), 0, bias.type().bytes());
    for (int64_t i = 0; i < fold; ++i)
      std::memcpy(bias.mutableAs<std::byte>() + i * biasBytes, operands[2].constant, biasBytes);
    if (conv.requant)
      requant.emplace(repeated(*conv.requant, fold), channels * fold);
  }

  size_t scratchBytes() const override { return tile.bytes(); }

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    const auto &[h, w] = geometry.window;
    int64_t channels = geometry.inputChannels, image = h.input * w.input * channels * tile.elementBytes();
    DepthwiseRow row = {};
    row.pixelStride = tile.pixelStride() * fold, row.pixels = w.output / fold;
    row.taps = taps.data(), row.tapCount = taps.size();
    row.weights = weights.data(), row.bias = bias.as<std::byte>();
    row.channels = row.resultStride = channels * fold;
    row.requant = requant ? &requant->view() : nullptr;
    tile.forEachTile(share.of(geometry.batch * h.output), [&](int64_t n, int64_t y, int64_t rows) {
      tile.fill(operands[0].as<std::byte>() + n * image, 0, y, rows, scratch);
      for (int64_t r = 0; r < rows; ++r) {
        row.input = scratch + r * tile.outputRowStride() * tile.elementBytes();
        row.result = result.as<std::byte>() + ((n * h.output + y + r) * w.output) * channels * resultBytes;
        (wide ? set.depthwise16 : set.depthwise8)(row);
      }
    });
  }

private:
  int64_t foldOf() const {
    int64_t channels = geometry.inputChannels, most = std::max<int64_t>(1, set.depthwiseLanes / channels);
    bool neighbours = tile.pixelStride() == channels && most * channels == set.depthwiseLanes;
    return neighbours && geometry.window[1].output % most == 0 ? most : 1;
  }

  ConvGeometry geometry;
  const VectorSet &set;
  bool wide;
  int64_t resultBytes;
  Tile tile;
  int64_t fold;
  std::vector<int64_t> taps;
  std::vector<int16_t> weights;
  Tensor bias;
  std::optional<PreparedRequant> requant;
};

} // namespace

std::unique_ptr<FastKernel> prepareDepthwise(const program::ConvT &conv, std::span<const Operand> operands,
                                             const TensorType &result) {
  const TensorType &x = operands[0].type;
  const Shape &weights = operands[1].type.shape;
  // 16-bit inputs: 510 products of 2^22 fit 32 bits.
  bool tooLong = x.element == ElementType::i16 && elementCount(weights) / weights[0] > 510;
  if (tooLong || conv.group != x.shape.back() || conv.group != weights[0])
    return nullptr;
  if (auto bytes = prepareDepthwiseBytes(conv, operands, vectorSet()))
    return bytes;
  return std::make_unique<DepthwiseKernel>(conv, operands, result, vectorSet());
}

} // namespace tare::kernels

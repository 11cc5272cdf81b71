//===- DepthwiseBytes.cpp - Convolution of each channel, in bytes ---------===//
#include "DepthwiseFast.h"

#include "../../Accumulator.h"
#include "../../Convolution/Conv.h"
#include "../PreparedRequant.h"
#include "Tile.h"

#include <algorithm>
#include <numeric>

namespace tare::kernels {
namespace {

/// Channels of a block, and in vectors of lanes.
constexpr int64_t blockChannels = 64, lanes = 16;

/// Where `fold` pixels of C channels are one pixel of fold * C channels: entries per channel of whole blocks, in the
/// blocks' order of lanes; what is beyond the channels gets the padding.
template <typename T, typename Value>
std::vector<T> interleaved(int64_t channels, int64_t fold, T padding, Value value) {
  std::vector<T> all;
  for (int64_t block = 0; block < channels * fold; block += blockChannels)
    for (int64_t i = 0; i < blockChannels; ++i) {
      int64_t c = block + interleavedChannel(i / lanes, i % lanes);
      all.push_back(c < channels * fold ? value(c % channels) : padding);
    }
  return all;
}

program::RequantT interleaved(const program::RequantT &requant, int64_t channels, int64_t fold) {
  program::RequantT all = requant;
  all.multipliers =
      interleaved<int32_t>(channels, fold, 0, [&](int64_t c) { return perChannel(requant.multipliers, c); });
  all.shifts = interleaved<uint8_t>(channels, fold, 31, [&](int64_t c) { return perChannel(requant.shifts, c); });
  return all;
}

/// Few channels leave most of a block empty; with stride 1, neighbouring pixels follow each other in memory and share
/// blocks. A row's last folded pixel may be a part of one.
class DepthwiseBytesKernel : public FastKernel {
public:
  DepthwiseBytesKernel(const ConvGeometry &geometry, const program::ConvT &conv, std::span<const Operand> operands,
                       const VectorSet &set)
      : geometry(geometry), set(set),
        tile(geometry, geometry.inputChannels, TileElement::biased8, conv.input_zero_point, set), fold(foldOf()),
        requant(interleaved(*conv.requant, geometry.inputChannels, fold), wholeBlocks()) {
    const WindowAxis &h = geometry.window[0];
    for (int64_t r = 0; r < (h.kernel + 3) / 4 * 4; ++r)
      rows.push_back(std::min(r, h.kernel - 1) * h.dilation * tile.rowElements());
    const auto *w = static_cast<const int8_t *>(operands[1].constant);
    pack(w);
    int64_t taps = h.kernel * geometry.window[1].kernel;
    auto biases = interleaved<int32_t>(geometry.inputChannels, fold, 0, [&](int64_t c) {
      int32_t sum = std::accumulate(w + c * taps, w + (c + 1) * taps, 0);
      // Modulo 2^32, as accumulators are.
      return int32_t(static_cast<const uint32_t *>(operands[2].constant)[c] - 128 * uint32_t(sum));
    });
    bias = Tensor(ElementType::i32, {wholeBlocks()});
    std::copy(biases.begin(), biases.end(), bias.mutableAs<int32_t>());
  }

  bool fits() const { return requant.view().integers.low; }
  size_t scratchBytes() const override { return tile.bytes() + fold * geometry.inputChannels; }

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    const auto &[h, w] = geometry.window;
    int64_t channels = geometry.inputChannels, image = h.input * w.input * channels;
    tile.forEachTile(share.of(geometry.batch * h.output), [&](int64_t n, int64_t y, int64_t count) {
      tile.fill(operands[0].as<std::byte>() + n * image, 0, y, count, scratch);
      for (int64_t r = 0; r < count; ++r)
        runRow(reinterpret_cast<const uint8_t *>(scratch) + r * tile.outputRowStride(),
               result.as<int8_t>() + (n * h.output + y + r) * w.output * channels);
    });
  }

private:
  int64_t wholeBlocks() const {
    return (geometry.inputChannels * fold + blockChannels - 1) / blockChannels * blockChannels;
  }

  int64_t foldOf() const {
    int64_t channels = geometry.inputChannels;
    bool neighbours = tile.pixelStride() == channels;
    if (!neighbours || channels > blockChannels / 2)
      return 1;
    return std::min(blockChannels / std::gcd(channels, blockChannels), geometry.window[1].output);
  }

  /// See DepthwiseBytesRow::weights; from [channel][row][column].
  void pack(const int8_t *source) {
    int64_t height = geometry.window[0].kernel, width = geometry.window[1].kernel, groups = rows.size() / 4;
    weights = Tensor(ElementType::i8, {wholeBlocks() * groups * width * 4});
    for (int64_t i = 0, count = weights.count(); i < count; ++i) {
      int64_t row = i % 4, lane = i / 4 % lanes, vector = i / 4 / lanes % 4, column = i / 4 / blockChannels % width;
      int64_t group = i / 4 / blockChannels / width % groups, block = i / 4 / blockChannels / width / groups;
      int64_t c = block * blockChannels + interleavedChannel(vector, lane), r = group * 4 + row;
      bool real = c < geometry.inputChannels * fold && r < height;
      weights.mutableAs<int8_t>()[i] = real ? source[(c % geometry.inputChannels * height + r) * width + column] : 0;
    }
  }

  void runRow(const uint8_t *input, int8_t *result) const {
    int64_t channels = geometry.inputChannels, pixels = geometry.window[1].output, rest = pixels % fold;
    DepthwiseBytesRow row = {};
    row.input = input, row.pixelStride = tile.pixelStride() * fold;
    row.columnStride = geometry.window[1].dilation * channels, row.pixels = pixels / fold;
    row.rows = rows.data(), row.rowGroups = rows.size() / 4, row.width = geometry.window[1].kernel;
    row.weights = weights.as<int8_t>(), row.bias = bias.as<int32_t>(), row.requant = &requant.view();
    row.channels = row.resultStride = channels * fold, row.result = result;
    set.depthwiseBytes(row);
    if (rest == 0)
      return;
    row.input += row.pixels * row.pixelStride, row.result += row.pixels * row.resultStride;
    row.pixels = 1, row.channels = channels * rest;
    set.depthwiseBytes(row);
  }

  ConvGeometry geometry;
  const VectorSet &set;
  Tile tile;
  int64_t fold;
  PreparedRequant requant;
  std::vector<int64_t> rows;
  /// Tensors for their alignment: whole vectors that lie in two cache lines cost twice.
  Tensor weights, bias;
};

} // namespace

std::unique_ptr<FastKernel> prepareDepthwiseBytes(const program::ConvT &conv, std::span<const Operand> operands,
                                                  const VectorSet &set) {
  if (!set.depthwiseBytes || operands[0].type.element != ElementType::i8 || !conv.requant || conv.requant->stages ||
      conv.requant->function)
    return nullptr;
  ConvGeometry geometry = convGeometry(conv, operands[0].type.shape, operands[1].type.shape);
  auto kernel = std::make_unique<DepthwiseBytesKernel>(geometry, conv, operands, set);
  return kernel->fits() ? std::move(kernel) : nullptr;
}

} // namespace tare::kernels

//===- Tile.cpp - A padded copy of some input rows ------------------------===//
#include "Tile.h"

#include <algorithm>
#include <cstring>

namespace tare::kernels {
namespace {

/// Small enough for a part of the second-level cache beside the weights.
constexpr int64_t tileBytes = 96 * 1024;
/// What a vector may read beyond the last pixel.
constexpr size_t slack = 128;

int64_t extentOf(const WindowAxis &axis, int64_t outputs, int64_t stride) {
  return (outputs - 1) * stride + axis.dilation * (axis.kernel - 1) + 1;
}

int64_t sourceBytes(TileElement element) { return element == TileElement::raw16 ? 2 : 1; }

} // namespace

Tile::Tile(const ConvGeometry &geometry, int64_t channels, TileElement element, int32_t padding, const VectorSet &set)
    : window(geometry.window), imageChannels(geometry.inputChannels), channels(channels), element(element),
      padding(padding), set(set) {
  rowStride = window[0].kernel == 1 ? 1 : window[0].stride;
  columnStride = window[1].kernel == 1 ? 1 : window[1].stride;
  width = extentOf(window[1], window[1].output, columnStride);
  rows = 1;
  while (rows < window[0].output && inputRows(rows + 1) * rowElements() * elementBytes() <= tileBytes)
    ++rows;
  // Tiles of about equal height.
  int64_t tiles = (window[0].output + rows - 1) / rows;
  rows = (window[0].output + tiles - 1) / tiles;
}

int64_t Tile::inputRows(int64_t outputs) const { return extentOf(window[0], outputs, rowStride); }

size_t Tile::bytes() const { return inputRows(rows) * rowElements() * elementBytes() + slack; }

bool Tile::flat() const { return window[0].kernel == 1 && window[1].kernel == 1; }

void Tile::fill(const void *image, int64_t channel, int64_t first, int64_t count, std::byte *scratch) const {
  const WindowAxis &h = window[0];
  const std::byte *start = static_cast<const std::byte *>(image) + channel * sourceBytes(element);
  int64_t imageRow = window[1].input * imageChannels * sourceBytes(element), rowBytes = rowElements() * elementBytes();
  for (int64_t r = 0, tileRows = inputRows(count); r < tileRows; ++r, scratch += rowBytes) {
    int64_t source = h.kernel == 1 ? h.source(first + r, 0) : h.source(first, 0) + r;
    if (h.inside(source))
      fillRow(start + source * imageRow, scratch);
    else
      pad(scratch, width);
  }
}

void Tile::fillRow(const std::byte *row, std::byte *target) const {
  const WindowAxis &w = window[1];
  int64_t step = w.kernel == 1 ? w.stride : 1, pixelBytes = channels * elementBytes();
  // The tile's columns [begin, end) are inside the image.
  int64_t begin = std::clamp<int64_t>((w.padLow + step - 1) / step, 0, width);
  int64_t end = std::clamp((w.input + w.padLow + step - 1) / step, begin, width);
  pad(target, begin);
  const std::byte *source = row + (begin * step - w.padLow) * imageChannels * sourceBytes(element);
  if (step == 1 && channels == imageChannels)
    copy(source, target + begin * pixelBytes, (end - begin) * channels);
  else
    for (int64_t i = begin; i < end; ++i, source += step * imageChannels * sourceBytes(element))
      copy(source, target + i * pixelBytes, channels);
  pad(target + end * pixelBytes, width - end);
}

void Tile::copy(const std::byte *source, std::byte *target, int64_t count) const {
  const auto *bytes = reinterpret_cast<const int8_t *>(source);
  switch (element) {
  case TileElement::raw8:
  case TileElement::raw16:
    std::memcpy(target, source, count * elementBytes());
    return;
  case TileElement::biased8:
    return set.toBiasedBytes(bytes, reinterpret_cast<uint8_t *>(target), count);
  case TileElement::widened16:
    return set.toWords(bytes, reinterpret_cast<int16_t *>(target), count);
  }
}

void Tile::pad(std::byte *target, int64_t pixels) const {
  int64_t count = pixels * channels;
  if (bytesOf(element) == 1)
    std::memset(target, element == TileElement::biased8 ? padding + 128 : padding, count);
  else
    std::fill_n(reinterpret_cast<int16_t *>(target), count, int16_t(padding));
}

} // namespace tare::kernels

//===- Tile.h - A padded copy of some input rows ----------------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_CONVOLUTION_TILE_H
#define TARE_LIB_KERNELS_INTEGER_FAST_CONVOLUTION_TILE_H

#include "../../Convolution/Conv.h"
#include "../Vector.h"
#include "tare/Kernels/Share.h"

namespace tare::kernels {

/// How activations are stored in a tile.
enum class TileElement { raw8, biased8, widened16, raw16 };
inline int64_t bytesOf(TileElement element) {
  return element == TileElement::raw8 || element == TileElement::biased8 ? 1 : 2;
}

/// The input rows that some output rows read, copied into scratch memory that
/// stays in cache: padding written out, elements converted, only the columns
/// that are read. Where the kernel has one row (column), only the strides' rows
/// (columns) are copied, and the convolution on the tile has stride 1.
class Tile {
public:
  /// A tile of `channels` of the image's channels.
  Tile(const ConvGeometry &geometry, int64_t channels, TileElement element, int32_t padding, const VectorSet &set);

  int64_t outputRows() const { return rows; }
  /// Calls visit(image, first, count) for tiles of `range`, output rows of all images one after the other.
  template <typename Visit> void forEachTile(Range range, Visit &&visit) const {
    int64_t height = window[0].output;
    for (int64_t row = range.first, count; row < range.last; row += count) {
      // The rest of the image in tiles of about equal height.
      int64_t rest = std::min(height - row % height, range.last - row), tiles = (rest + rows - 1) / rows;
      count = (rest + tiles - 1) / tiles;
      visit(row / height, row % height, count);
    }
  }
  /// Bytes of scratch, including what vectors read beyond the last pixel.
  size_t bytes() const;
  /// In elements of the tile: from row to row, from the inputs of one output
  /// pixel (row) to the next one's.
  int64_t rowElements() const { return width * channels; }
  int64_t pixelStride() const { return columnStride * channels; }
  int64_t outputRowStride() const { return rowStride * rowElements(); }
  int64_t elementBytes() const { return bytesOf(element); }
  /// Whether pixels of all rows are equally spaced: a 1x1 kernel.
  bool flat() const;

  /// Copies what output rows [first, first + count) read of `channels` channels
  /// from channel `channel` on.
  void fill(const void *image, int64_t channel, int64_t first, int64_t count, std::byte *scratch) const;

private:
  int64_t inputRows(int64_t outputs) const;
  void fillRow(const std::byte *row, std::byte *target) const;
  void copy(const std::byte *source, std::byte *target, int64_t count) const;
  void pad(std::byte *target, int64_t pixels) const;

  Window window;
  int64_t imageChannels, channels;
  TileElement element;
  int32_t padding;
  const VectorSet &set;
  int64_t rowStride, columnStride, width, rows;
};

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_CONVOLUTION_TILE_H

//===- Columns.cpp - Images put together from columns of blocks -----------===//
#include "Elements.h"
#include "Movement.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

/// An image axis: where element k of block b goes.
struct BlockAxis {
  int64_t image, block, blocks, stride, pad, dilation;
  int64_t place(int64_t b, int64_t k) const { return b * stride - pad + k * dilation; }
};

int64_t entry(const std::vector<int64_t> &list, size_t index, int64_t fallback) {
  return list.empty() ? fallback : list[index];
}

/// Checks sizes and attributes as it goes: every number is below 2^30.
template <typename Node> Result<std::vector<BlockAxis>> blockAxes(Node &n) {
  constexpr int64_t most = int64_t(1) << 30;
  std::vector<int64_t> image = readIntegers(n, 1, "operand image_shape"),
                       block = readIntegers(n, 2, "operand block_shape");
  std::vector<int64_t> strides = n.attributes().integers("strides"), dilations = n.attributes().integers("dilations"),
                       pads = n.attributes().integers("pads");
  size_t rank = image.size();
  if (rank == 0 || block.size() != rank || (!strides.empty() && strides.size() != rank) ||
      (!dilations.empty() && dilations.size() != rank) || (!pads.empty() && pads.size() != 2 * rank))
    return Error{fmt::format("its image has {} dimensions; block, strides, dilations or pads have others", rank)};
  std::vector<BlockAxis> axes;
  for (size_t i = 0; i < rank; ++i) {
    BlockAxis axis{image[i], block[i], 0, entry(strides, i, 1), entry(pads, i, 0), entry(dilations, i, 1)};
    int64_t end = entry(pads, rank + i, 0);
    for (int64_t number : {axis.image, axis.block, axis.stride, axis.dilation})
      if (number < 1 || number > most)
        return Error{fmt::format("axis {} has a size or a step of {}, expected 1 to {}", i, number, most)};
    if (axis.pad < 0 || axis.pad > most || end < 0 || end > most)
      return Error{fmt::format("axis {} is padded by {} and {}, expected 0 to {}", i, axis.pad, end, most)};
    int64_t room = axis.image + axis.pad + end - (axis.block - 1) * axis.dilation - 1;
    if (room < 0)
      return Error{fmt::format("a block does not fit into the {} elements of axis {}", axis.image, i)};
    axis.blocks = room / axis.stride + 1;
    axes.push_back(axis);
  }
  return axes;
}

void inferCol2Im(Inference &n) {
  const Shape &x = n.shape(0);
  Result<std::vector<BlockAxis>> axes = blockAxes(n);
  if (!axes)
    return n.error(axes.error().message);
  int64_t block = 1, blocks = 1;
  Shape y{0, 0};
  for (const BlockAxis &axis : *axes) {
    block = saturatedProduct(block, axis.block);
    blocks = saturatedProduct(blocks, axis.blocks);
    y.push_back(axis.image);
  }
  if (x.size() != 3 || x[1] % block != 0 || x[2] != blocks || n.element(0) == ElementType::boolean)
    return n.error(fmt::format("its operand is {}, expected a batch of columns of {} elements per channel, {} of them",
                               toString(n.type(0)), block, blocks));
  y[0] = x[0];
  y[1] = x[1] / block;
  n.give(n.element(0), y);
}

/// Steps an index through all places, the last fastest; false at the end.
bool advance(std::vector<int64_t> &index, const std::vector<int64_t> &sizes) {
  for (size_t axis = sizes.size(); axis-- > 0;) {
    if (++index[axis] < sizes[axis])
      return true;
    index[axis] = 0;
  }
  return false;
}

/// Adds one channel's columns, [taps of a block, blocks], to its image.
template <typename T> void addColumns(const T *columns, const std::vector<BlockAxis> &axes, T *image) {
  std::vector<int64_t> block, blocks, tap(axes.size(), 0), at(axes.size(), 0);
  for (const BlockAxis &axis : axes) {
    block.push_back(axis.block);
    blocks.push_back(axis.blocks);
  }
  do {
    do {
      int64_t offset = 0;
      bool inside = true;
      for (size_t i = 0; i < axes.size(); ++i) {
        int64_t place = axes[i].place(at[i], tap[i]);
        inside &= place >= 0 && place < axes[i].image;
        offset = offset * axes[i].image + place;
      }
      if (inside)
        image[offset] = T(image[offset] + *columns);
      ++columns;
    } while (advance(at, blocks));
  } while (advance(tap, block));
}

void col2Im(Evaluation &e) {
  std::vector<BlockAxis> axes = *blockAxes(e);
  int64_t channels = e.shape(0)[0] * e.result().shape()[1];
  visitNumbers(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    // Integers wrap.
    using Sum = typename std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>, std::type_identity<T>>::type;
    auto *y = e.result().mutableAs<Sum>();
    const auto *x = e.operand(0).as<Sum>();
    std::fill_n(y, e.result().count(), Sum(0));
    for (int64_t c = 0; c < channels; ++c)
      addColumns(x + c * (e.operand(0).count() / channels), axes, y + c * (e.result().count() / channels));
  });
}

} // namespace

void host::addColumns(Operators &all) { all.add("Col2Im", inferCol2Im, unlessEmpty<col2Im>); }

#include "Elements.h"

#include "tare/Kernels/Elementwise.h"
#include "tare/Kernels/Movement.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

namespace tare::kernels {

namespace {

/// y's dimensions with the stride of each in x; dimensions of one element
/// dropped, those that stay neighbours merged.
struct Plan {
  std::vector<int64_t> sizes;
  std::vector<int64_t> strides;
};

Plan planOf(const Shape &x, std::span<const int64_t> permutation) {
  std::vector<int64_t> strides(x.size(), 1);
  for (size_t d = x.size(); d-- > 1;)
    strides[d - 1] = strides[d] * x[d];
  Plan plan;
  for (int64_t source : permutation) {
    int64_t size = x[source], stride = strides[source];
    if (size == 1)
      continue;
    if (!plan.sizes.empty() && plan.strides.back() == size * stride) {
      plan.sizes.back() *= size;
      plan.strides.back() = stride;
    } else {
      plan.sizes.push_back(size);
      plan.strides.push_back(stride);
    }
  }
  if (plan.sizes.empty())
    return {{1}, {1}};
  return plan;
}

/// Swaps the `bits` bits wide fields of two lines of a matrix that lie beside its diagonal.
void swapFields(uint64_t &a, uint64_t &b, int bits, uint64_t mask) {
  const uint64_t swapped = ((a >> bits) ^ b) & mask;
  b ^= swapped;
  a ^= swapped << bits;
}

/// Eight columns of eight bytes in registers: the quadrants are swapped, then the quadrants of these, and of these.
void transposeBlock(const uint8_t *x, uint8_t *y, int64_t rowStrideY, int64_t columnStrideX) {
  uint64_t lines[8];
  for (int64_t c = 0; c < 8; ++c)
    std::memcpy(&lines[c], x + c * columnStrideX, sizeof(uint64_t));
  for (int i : {0, 1, 2, 3})
    swapFields(lines[i], lines[i + 4], 32, 0x00000000ffffffff);
  for (int i : {0, 1, 4, 5})
    swapFields(lines[i], lines[i + 2], 16, 0x0000ffff0000ffff);
  for (int i : {0, 2, 4, 6})
    swapFields(lines[i], lines[i + 1], 8, 0x00ff00ff00ff00ff);
  for (int64_t r = 0; r < 8; ++r)
    std::memcpy(y + r * rowStrideY, &lines[r], sizeof(uint64_t));
}

/// Four columns of four words: the pairs of neighbours in both directions, then the pairs of these.
void transposeBlock(const uint32_t *x, uint32_t *y, int64_t rowStrideY, int64_t columnStrideX) {
  using Words = uint32_t __attribute__((vector_size(16)));
  Words lines[4];
  for (int64_t c = 0; c < 4; ++c)
    std::memcpy(&lines[c], x + c * columnStrideX, sizeof(Words));
  Words upperLeft = __builtin_shufflevector(lines[0], lines[1], 0, 4, 1, 5);
  Words lowerLeft = __builtin_shufflevector(lines[0], lines[1], 2, 6, 3, 7);
  Words upperRight = __builtin_shufflevector(lines[2], lines[3], 0, 4, 1, 5);
  Words lowerRight = __builtin_shufflevector(lines[2], lines[3], 2, 6, 3, 7);
  Words rows[4] = {__builtin_shufflevector(upperLeft, upperRight, 0, 1, 4, 5),
                   __builtin_shufflevector(upperLeft, upperRight, 2, 3, 6, 7),
                   __builtin_shufflevector(lowerLeft, lowerRight, 0, 1, 4, 5),
                   __builtin_shufflevector(lowerLeft, lowerRight, 2, 3, 6, 7)};
  for (int64_t r = 0; r < 4; ++r)
    std::memcpy(y + r * rowStrideY, &rows[r], sizeof(Words));
}

/// What is transposed in blocks: bytes, where the first one of a number is the lowest, and words.
template <typename T> struct Blocks {
  static constexpr bool exist = false;
};
template <typename T>
  requires(sizeof(T) == 1 && std::endian::native == std::endian::little)
struct Blocks<T> {
  static constexpr bool exist = true;
  static constexpr int64_t size = 8;
  using Unit = uint8_t;
};
template <typename T>
  requires(sizeof(T) == 4)
struct Blocks<T> {
  static constexpr bool exist = true;
  static constexpr int64_t size = 4;
  using Unit = uint32_t;
};

/// Copies the plane of y's dimension `d` and its last one in tiles that stay
/// in cache: x is contiguous along the one, y along the other.
template <typename T>
void transposePlane(const T *x, T *y, int64_t rows, int64_t columns, int64_t rowStrideY, int64_t columnStrideX) {
  constexpr int64_t tile = 32;
  using Block = Blocks<T>;
  for (int64_t r0 = 0; r0 < rows; r0 += tile)
    for (int64_t c0 = 0; c0 < columns; c0 += tile) {
      const int64_t rEnd = std::min(rows, r0 + tile), cEnd = std::min(columns, c0 + tile);
      // What is left of whole blocks.
      int64_t rRest = r0, cRest = c0;
      if constexpr (Block::exist) {
        using Unit = typename Block::Unit;
        rRest += (rEnd - r0) / Block::size * Block::size, cRest += (cEnd - c0) / Block::size * Block::size;
        for (int64_t r = r0; r < rRest; r += Block::size)
          for (int64_t c = c0; c < cRest; c += Block::size)
            transposeBlock(reinterpret_cast<const Unit *>(x + r + c * columnStrideX),
                           reinterpret_cast<Unit *>(y + r * rowStrideY + c), rowStrideY, columnStrideX);
      }
      for (int64_t r = r0; r < rEnd; ++r)
        for (int64_t c = r < rRest ? cRest : c0; c < cEnd; ++c)
          y[r * rowStrideY + c] = x[r + c * columnStrideX];
    }
}

/// Calls f(offset in x, offset in y) for every index of all dimensions of y
/// but the last and `skipped`.
template <typename F> void forEachPlane(const Plan &plan, size_t skipped, F f) {
  size_t rank = plan.sizes.size();
  std::vector<int64_t> sizes = plan.sizes, stridesY(rank, 1);
  for (size_t d = rank - 1; d > 0; --d)
    stridesY[d - 1] = stridesY[d] * plan.sizes[d];
  sizes[skipped] = 1;
  std::vector<int64_t> index(rank, 0);
  do {
    int64_t offsetX = 0, offsetY = 0;
    for (size_t d = 0; d + 1 < rank; ++d) {
      offsetX += index[d] * plan.strides[d];
      offsetY += index[d] * stridesY[d];
    }
    f(offsetX, offsetY);
  } while (nextRow(sizes, index));
}

template <typename T> void transposeElements(const T *x, const Plan &plan, T *y) {
  size_t last = plan.sizes.size() - 1;
  int64_t columns = plan.sizes[last];
  if (plan.strides[last] == 1) {
    forEachPlane(plan, last, [&](int64_t offsetX, int64_t offsetY) { std::copy_n(x + offsetX, columns, y + offsetY); });
    return;
  }
  // The dimension along which x is contiguous is one of the others.
  size_t row = std::find(plan.strides.begin(), plan.strides.end(), 1) - plan.strides.begin();
  assert(row < last && "x's last dimension is lost");
  int64_t rowStrideY = 1;
  for (size_t d = row + 1; d <= last; ++d)
    rowStrideY *= plan.sizes[d];
  forEachPlane(plan, row, [&](int64_t offsetX, int64_t offsetY) {
    transposePlane(x + offsetX, y + offsetY, plan.sizes[row], columns, rowStrideY, plan.strides[last]);
  });
}

} // namespace

void transpose(const ConstTensorView &x, std::span<const int64_t> permutation, const TensorView &y) {
  if (y.count() == 0)
    return;
  Plan plan = planOf(x.type.shape, permutation);
  withElement(x.type.element, [&]<typename T>(T) { transposeElements(x.as<T>(), plan, y.as<T>()); });
}

} // namespace tare::kernels

//===- RowBlocks.h - Rows times panels, for one vector set ------*- C++ -*-===//
//
// A set's V has Floats, which are `lanes` numbers, the `rows` of a block whose sums fit its registers, and the
// instructions; it is in the anonymous namespace of the set's file, so that none of this is shared with another one's.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_FLOAT_MATRIX_ROWBLOCKS_H
#define TARE_LIB_KERNELS_FLOAT_MATRIX_ROWBLOCKS_H

#include "RowProducts.h"

namespace tare::kernels::floating {

/// Where a block's rows and outputs begin.
struct BlockPlace {
  int64_t row, output;
};

/// The sums of some rows in neighbouring panels of `vectors` vectors.
template <typename V, int rows, int panels, int vectors>
[[gnu::noinline]] void rowBlock(const RowProduct &p, BlockPlace at) {
  typename V::Floats sums[rows][panels * vectors];
  for (auto &row : sums)
    for (auto &sum : row)
      sum = V::zero();
  const float *x = p.x + at.row * p.inputs, *weights = p.weights + at.output * p.inputs;
  const int64_t panelSize = p.inputs * vectors * V::lanes;
  for (int64_t i = 0; i < p.inputs; ++i, weights += vectors * V::lanes) {
    typename V::Floats w[panels * vectors];
    for (int v = 0; v < panels * vectors; ++v)
      w[v] = V::load(weights + (v / vectors) * panelSize + (v % vectors) * V::lanes);
    for (int r = 0; r < rows; ++r) {
      typename V::Floats factor = V::repeat(x[r * p.inputs + i]);
      for (int v = 0; v < panels * vectors; ++v)
        sums[r][v] = V::multiplyAdd(factor, w[v], sums[r][v]);
    }
  }
  const typename V::Floats low = V::repeat(p.clamp.low), high = V::repeat(p.clamp.high);
  for (int v = 0; v < panels * vectors; ++v) {
    const int64_t output = at.output + v * V::lanes, rest = p.outputs - output;
    const int count = rest < V::lanes ? int(rest) : V::lanes;
    const typename V::Floats bias = p.bias ? V::load(p.bias + output, count) : V::zero();
    for (int r = 0; r < rows; ++r)
      V::store(p.y + (at.row + r) * p.outputs + output, V::limited(V::add(sums[r][v], bias), low, high), count);
  }
}

/// rowBlock for a number of rows known at run time.
template <typename V, int vectors, int rows = V::rows>
void rowBlockOf(int64_t count, const RowProduct &p, BlockPlace at) {
  if constexpr (rows > 1)
    if (count < rows)
      return rowBlockOf<V, vectors, rows - 1>(count, p, at);
  rowBlock<V, rows, 1, vectors>(p, at);
}

/// One row: four panels at a time, as the sums of one would wait for each other.
template <typename V> void multiplyRow(const RowProduct &p) {
  constexpr int64_t panel = 2 * V::lanes;
  int64_t output = 0;
  for (; output + 3 * panel + V::lanes < p.outputs; output += 4 * panel)
    rowBlock<V, 1, 4, 2>(p, {0, output});
  for (; output + V::lanes < p.outputs; output += panel)
    rowBlock<V, 1, 1, 2>(p, {0, output});
  if (output < p.outputs)
    rowBlock<V, 1, 1, 1>(p, {0, output});
}

template <typename V> void multiplyRowsBy(const RowProduct &p) {
  if (p.rows == 1)
    return multiplyRow<V>(p);
  constexpr int64_t panel = 2 * V::lanes;
  // Blocks of about equal size: the loop is at its best with many sums.
  const int64_t blocks = (p.rows + V::rows - 1) / V::rows;
  for (int64_t output = 0; output < p.outputs; output += panel)
    for (int64_t b = 0; b < blocks; ++b) {
      const int64_t first = p.rows * b / blocks, count = p.rows * (b + 1) / blocks - first;
      if (output + V::lanes < p.outputs)
        rowBlockOf<V, 2>(count, p, {first, output});
      else
        rowBlockOf<V, 1>(count, p, {first, output});
    }
}

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_MATRIX_ROWBLOCKS_H

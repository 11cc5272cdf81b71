#include "Elements.h"

#include "tare/Kernels/Elementwise.h"
#include "tare/Kernels/Movement.h"

#include <algorithm>

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

/// Copies the plane of y's dimension `d` and its last one in tiles that stay
/// in cache: x is contiguous along the one, y along the other.
template <typename T>
void transposePlane(const T *x, T *y, int64_t rows, int64_t columns, int64_t rowStrideY, int64_t columnStrideX) {
  constexpr int64_t tile = 32;
  for (int64_t r0 = 0; r0 < rows; r0 += tile)
    for (int64_t c0 = 0; c0 < columns; c0 += tile)
      for (int64_t r = r0, rEnd = std::min(rows, r0 + tile); r < rEnd; ++r)
        for (int64_t c = c0, cEnd = std::min(columns, c0 + tile); c < cEnd; ++c)
          y[r * rowStrideY + c] = x[r + c * columnStrideX];
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

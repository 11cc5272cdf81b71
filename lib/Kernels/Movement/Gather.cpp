#include "Elements.h"

#include "tare/Kernels/Elementwise.h"
#include "tare/Kernels/Movement.h"

#include <algorithm>

namespace tare::kernels {

namespace {

/// Consecutive elements of a row that come from consecutive source elements,
/// or that are all padding (source < 0).
struct Run {
  int64_t target;
  int64_t source;
  int64_t length;
};

std::vector<Run> runsOf(const std::vector<int64_t> &list, int64_t block) {
  std::vector<Run> runs;
  for (size_t i = 0; i < list.size(); ++i) {
    bool padded = list[i] == padding;
    int64_t source = padded ? -1 : list[i] * block;
    if (!runs.empty()) {
      Run &last = runs.back();
      bool extends = padded ? last.source < 0 : last.source >= 0 && last.source + last.length == source;
      if (extends) {
        last.length += block;
        continue;
      }
    }
    runs.push_back({static_cast<int64_t>(i) * block, source, block});
  }
  return runs;
}

bool isIdentity(const std::vector<int64_t> &list, int64_t size) {
  if (static_cast<int64_t>(list.size()) != size)
    return false;
  for (int64_t i = 0; i < size; ++i)
    if (list[i] != i)
      return false;
  return true;
}

/// The loops of one gather: rows of runs, the trailing dimensions that stay
/// whole merged into them.
struct Plan {
  /// Sizes of the dimensions of y, trailing ones merged into the last.
  std::vector<int64_t> sizes;
  /// Source strides of all but the last.
  std::vector<int64_t> strides;
  std::vector<Run> runs;
  int64_t rowLength = 1;
};

Plan planOf(const Shape &x, const IndexLists &lists) {
  size_t rank = lists.size();
  int64_t block = 1;
  while (rank > 1 && isIdentity(lists[rank - 1], x[rank - 1]))
    block *= x[--rank];
  Plan plan;
  for (size_t d = 0; d < rank; ++d) {
    plan.sizes.push_back(lists[d].size());
    int64_t stride = block;
    for (size_t inner = d + 1; inner < rank; ++inner)
      stride *= x[inner];
    plan.strides.push_back(stride);
  }
  plan.runs = runsOf(lists[rank - 1], block);
  plan.rowLength = static_cast<int64_t>(lists[rank - 1].size()) * block;
  return plan;
}

template <typename T> void gatherElements(const T *x, const Plan &plan, const IndexLists &lists, T fill, T *y) {
  size_t last = plan.sizes.size() - 1;
  std::vector<int64_t> index(plan.sizes.size(), 0);
  do {
    int64_t offset = 0;
    bool padded = false;
    for (size_t d = 0; d < last; ++d) {
      int64_t source = lists[d][index[d]];
      padded |= source == padding;
      offset += source * plan.strides[d];
    }
    if (padded) {
      std::fill_n(y, plan.rowLength, fill);
    } else {
      for (const Run &run : plan.runs) {
        if (run.source < 0)
          std::fill_n(y + run.target, run.length, fill);
        else
          std::copy_n(x + offset + run.source, run.length, y + run.target);
      }
    }
    y += plan.rowLength;
  } while (nextRow(plan.sizes, index));
}

} // namespace

void gather(const ConstTensorView &x, const IndexLists &lists, const void *fill, const TensorView &y) {
  assert(lists.size() == x.type.shape.size() && "one list per dimension");
  if (y.count() == 0)
    return;
  withElement(x.type.element, [&]<typename T>(T zero) {
    if (lists.empty()) {
      *y.as<T>() = *x.as<T>();
      return;
    }
    T value = fill ? *static_cast<const T *>(fill) : zero;
    gatherElements(x.as<T>(), planOf(x.type.shape, lists), lists, value, y.as<T>());
  });
}

void slice(const ConstTensorView &x, std::span<const int64_t> starts, std::span<const int64_t> steps,
           const TensorView &y) {
  IndexLists lists(starts.size());
  for (size_t d = 0; d < starts.size(); ++d)
    for (int64_t i = 0; i < y.type.shape[d]; ++i)
      lists[d].push_back(starts[d] + i * steps[d]);
  gather(x, lists, nullptr, y);
}

/// The source of an element `i` that may lie outside [0, size).
static int64_t paddedSource(int64_t i, int64_t size, program::PadMode mode) {
  if (i >= 0 && i < size)
    return i;
  switch (mode) {
  case program::PadMode::constant:
    return padding;
  case program::PadMode::edge:
    return std::clamp<int64_t>(i, 0, size - 1);
  case program::PadMode::reflect: {
    // Reflection goes on beyond one size: its period is both ways once.
    int64_t period = std::max<int64_t>(1, 2 * (size - 1));
    int64_t phase = ((i % period) + period) % period;
    return phase < size ? phase : period - phase;
  }
  }
  return padding;
}

void pad(const ConstTensorView &x, std::span<const int64_t> low, program::PadMode mode, const void *value,
         const TensorView &y) {
  IndexLists lists(low.size());
  for (size_t d = 0; d < low.size(); ++d)
    for (int64_t i = 0; i < y.type.shape[d]; ++i)
      lists[d].push_back(paddedSource(i - low[d], x.type.shape[d], mode));
  gather(x, lists, value, y);
}

void resizeNearest(const ConstTensorView &x, std::span<const ResizeAxis> axes, const TensorView &y) {
  IndexLists lists;
  for (const ResizeAxis &axis : axes)
    lists.emplace_back(axis.lower.begin(), axis.lower.end());
  gather(x, lists, nullptr, y);
}

void concat(std::span<const ConstTensorView> operands, int64_t axis, const TensorView &y) {
  int64_t size = sizeOf(y.type.element);
  int64_t outer = 1, inner = size;
  for (int64_t d = 0; d < static_cast<int64_t>(y.type.shape.size()); ++d)
    (d < axis ? outer : inner) *= d == axis ? 1 : y.type.shape[d];
  std::byte *target = y.as<std::byte>();
  int64_t targetRow = y.type.shape[axis] * inner;
  for (const ConstTensorView &x : operands) {
    int64_t row = x.type.shape[axis] * inner;
    for (int64_t i = 0; i < outer; ++i)
      std::copy_n(x.as<std::byte>() + i * row, row, target + i * targetRow);
    target += row;
  }
}

} // namespace tare::kernels

// Means: memory-bound loops.
#include "tare/Kernels/Float.h"

#include <algorithm>

namespace tare::kernels::floating {
namespace {

/// The dimensions of a reduction, neighbours of one kind merged.
struct Reduction {
  std::vector<int64_t> sizes;
  std::vector<bool> reduced;
};

Reduction reductionOf(const Shape &shape, std::span<const int64_t> axes) {
  Reduction plan;
  for (int64_t d = 0; d < static_cast<int64_t>(shape.size()); ++d) {
    bool reduced = std::find(axes.begin(), axes.end(), d) != axes.end();
    if (!plan.sizes.empty() && plan.reduced.back() == reduced) {
      plan.sizes.back() *= shape[d];
    } else {
      plan.sizes.push_back(shape[d]);
      plan.reduced.push_back(reduced);
    }
  }
  if (plan.sizes.empty())
    return {{1}, {false}};
  return plan;
}

/// Adds a row to its one sum or each of its elements to its own.
void accumulateRow(const float *x, int64_t size, bool reduced, double *sums) {
  if (!reduced) {
    for (int64_t i = 0; i < size; ++i)
      sums[i] += x[i];
    return;
  }
  double sum = 0;
  for (int64_t i = 0; i < size; ++i)
    sum += x[i];
  *sums += sum;
}

/// Adds the elements of dimensions `d` and inner to the sums that they belong
/// to; returns the first element after them.
const float *accumulate(const Reduction &plan, size_t d, const float *x, double *sums) {
  int64_t size = plan.sizes[d];
  if (d + 1 == plan.sizes.size()) {
    accumulateRow(x, size, plan.reduced[d], sums);
    return x + size;
  }
  int64_t step = plan.reduced[d] ? 0 : 1;
  for (size_t inner = d + 1; inner < plan.sizes.size(); ++inner)
    step *= plan.reduced[inner] ? 1 : plan.sizes[inner];
  for (int64_t i = 0; i < size; ++i)
    x = accumulate(plan, d + 1, x, sums + i * step);
  return x;
}

} // namespace

void reduceMean(const ConstTensorView &x, std::span<const int64_t> axes, const TensorView &y) {
  if (y.count() == 0)
    return;
  std::vector<double> sums(y.count(), 0.0);
  if (x.count() > 0)
    accumulate(reductionOf(x.type.shape, axes), 0, x.as<float>(), sums.data());
  double count = static_cast<double>(x.count()) / y.count();
  for (int64_t i = 0; i < y.count(); ++i)
    y.as<float>()[i] = static_cast<float>(sums[i] / count);
}

} // namespace tare::kernels::floating

// Batch norm, softmax and means: memory-bound loops.
#include "tare/Kernels/Float.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace tare::kernels::floating {

void batchNorm(const ConstTensorView &x, const ConstTensorView &scale, const ConstTensorView &bias,
               const ConstTensorView &mean, const ConstTensorView &variance, double epsilon, const TensorView &y) {
  const Shape &shape = x.type.shape;
  int64_t channels = shape.size() > 1 ? shape[1] : 1;
  int64_t samples = shape[0];
  int64_t plane = x.count() / std::max<int64_t>(1, samples * channels);
  for (int64_t p = 0; p < samples * channels; ++p) {
    int64_t c = p % channels;
    double deviation = std::sqrt(variance.as<float>()[c] + epsilon);
    float factor = static_cast<float>(scale.as<float>()[c] / deviation);
    float center = mean.as<float>()[c], offset = bias.as<float>()[c];
    const float *source = x.as<float>() + p * plane;
    float *target = y.as<float>() + p * plane;
    for (int64_t i = 0; i < plane; ++i)
      target[i] = (source[i] - center) * factor + offset;
  }
}

void softmax(const ConstTensorView &x, int64_t axis, const TensorView &y) {
  const Shape &shape = x.type.shape;
  int64_t outer = 1, inner = 1, size = shape[axis];
  for (int64_t d = 0; d < static_cast<int64_t>(shape.size()); ++d)
    if (d != axis)
      (d < axis ? outer : inner) *= shape[d];
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i) {
      const float *source = x.as<float>() + o * size * inner + i;
      float *target = y.as<float>() + o * size * inner + i;
      float largest = source[0];
      for (int64_t j = 1; j < size; ++j)
        largest = std::max(largest, source[j * inner]);
      double sum = 0;
      for (int64_t j = 0; j < size; ++j)
        sum += target[j * inner] = std::exp(source[j * inner] - largest);
      for (int64_t j = 0; j < size; ++j)
        target[j * inner] = static_cast<float>(target[j * inner] / sum);
    }
}

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

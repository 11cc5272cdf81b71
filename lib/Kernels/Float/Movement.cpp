// Linear resize: one axis after the other, skipping those that stay.
#include "tare/Kernels/Float.h"

#include <algorithm>
#include <cassert>

namespace tare::kernels::floating {

namespace {

bool isIdentity(const ResizeAxis &axis, int64_t size) {
  if (static_cast<int64_t>(axis.lower.size()) != size)
    return false;
  for (int64_t i = 0; i < size; ++i)
    if (axis.lower[i] != i || axis.weight[i] != 0.0f)
      return false;
  return true;
}

/// x [outer, size, inner] to y [outer, axis.lower.size(), inner].
void resizeAxis(const float *x, int64_t outer, int64_t size, int64_t inner, const ResizeAxis &axis, float *y) {
  for (int64_t o = 0; o < outer; ++o, x += size * inner)
    for (size_t i = 0; i < axis.lower.size(); ++i, y += inner) {
      const float *lower = x + axis.lower[i] * inner;
      const float *upper = x + axis.upper[i] * inner;
      float weight = axis.weight[i];
      for (int64_t j = 0; j < inner; ++j)
        y[j] = lower[j] * (1.0f - weight) + upper[j] * weight;
    }
}

} // namespace

void resizeLinear(const ConstTensorView &x, std::span<const ResizeAxis> axes, const TensorView &y) {
  Shape shape = x.type.shape;
  assert(axes.size() == shape.size() && "one axis per dimension");
  std::vector<float> current(x.as<float>(), x.as<float>() + x.count());
  for (size_t d = 0; d < axes.size(); ++d) {
    if (isIdentity(axes[d], shape[d]))
      continue;
    int64_t outer = 1, inner = 1;
    for (size_t e = 0; e < shape.size(); ++e)
      if (e != d)
        (e < d ? outer : inner) *= shape[e];
    int64_t size = shape[d];
    shape[d] = static_cast<int64_t>(axes[d].lower.size());
    std::vector<float> next(elementCount(shape));
    resizeAxis(current.data(), outer, size, inner, axes[d], next.data());
    current = std::move(next);
  }
  std::copy(current.begin(), current.end(), y.as<float>());
}

} // namespace tare::kernels::floating

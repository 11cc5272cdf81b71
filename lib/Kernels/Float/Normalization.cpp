// Batch norm and softmax: memory-bound loops.
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

} // namespace tare::kernels::floating

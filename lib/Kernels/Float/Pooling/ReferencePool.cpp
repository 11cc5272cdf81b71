// Poolings as loops over the windows.
#include "../Planes.h"

#include "tare/Kernels/Float.h"

#include <cmath>
#include <limits>

namespace tare::kernels::floating::reference {

namespace {

/// Sets every element of y to f(plane of x, output row, output column).
template <typename F> void forEachWindow(const ConstTensorView &x, const TensorView &y, F f) {
  Planes input(x.type.shape), output(y.type.shape);
  float *target = y.as<float>();
  for (int64_t p = 0; p < output.n * output.c; ++p)
    for (int64_t oh = 0; oh < output.h; ++oh)
      for (int64_t ow = 0; ow < output.w; ++ow)
        *target++ = f(x.as<float>() + p * input.plane(), oh, ow);
}

/// Calls f(element) for the window's elements inside the input.
template <typename F>
void forEachTap(const float *plane, const Planes &input, const Window &window, int64_t oh, int64_t ow, F f) {
  for (int64_t kh = 0; kh < window.kernel[0]; ++kh) {
    int64_t ih = window.source(0, oh, kh);
    if (ih < 0 || ih >= input.h)
      continue;
    for (int64_t kw = 0; kw < window.kernel[1]; ++kw) {
      int64_t iw = window.source(1, ow, kw);
      if (iw >= 0 && iw < input.w)
        f(plane[ih * input.w + iw]);
    }
  }
}

/// The window's taps along one dimension inside input and padding.
int64_t paddedTaps(const Window &window, size_t d, int64_t o, int64_t input) {
  int64_t count = 0;
  for (int64_t k = 0; k < window.kernel[d]; ++k)
    count += window.source(d, o, k) < input + window.end[d];
  return count;
}

} // namespace

void maxPool(const ConstTensorView &x, const Geometry &geometry, const TensorView &y) {
  Planes input(x.type.shape);
  Window window(geometry);
  forEachWindow(x, y, [&](const float *plane, int64_t oh, int64_t ow) {
    float best = -std::numeric_limits<float>::infinity();
    forEachTap(plane, input, window, oh, ow, [&](float value) {
      if (value > best || std::isnan(value))
        best = value;
    });
    return best;
  });
}

void averagePool(const ConstTensorView &x, const Geometry &geometry, bool countIncludePad, const TensorView &y) {
  Planes input(x.type.shape);
  Window window(geometry);
  forEachWindow(x, y, [&](const float *plane, int64_t oh, int64_t ow) {
    double sum = 0;
    int64_t count = 0;
    forEachTap(plane, input, window, oh, ow, [&](float value) {
      sum += value;
      ++count;
    });
    if (countIncludePad)
      count = paddedTaps(window, 0, oh, input.h) * paddedTaps(window, 1, ow, input.w);
    return count ? static_cast<float>(sum / count) : 0.0f;
  });
}

} // namespace tare::kernels::floating::reference

// Poolings as loops over the windows.
#include "../Planes.h"

#include "tare/Kernels/Float.h"

#include <algorithm>
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

/// The number of the window's taps along one dimension, from its first, that read below `end`. Windows may be far
/// larger than the input: none of their taps is visited in vain.
int64_t tapsBelow(const Window &window, size_t d, int64_t o, int64_t end) {
  int64_t room = end - window.source(d, o, 0);
  return std::clamp<int64_t>((room + window.dilations[d] - 1) / window.dilations[d], 0, window.kernel[d]);
}

/// Calls f(element) for the window's elements inside the input.
template <typename F>
void forEachTap(const float *plane, const Planes &input, const Window &window, int64_t oh, int64_t ow, F f) {
  int64_t firstW = tapsBelow(window, 1, ow, 0), endW = tapsBelow(window, 1, ow, input.w);
  for (int64_t kh = tapsBelow(window, 0, oh, 0), endH = tapsBelow(window, 0, oh, input.h); kh < endH; ++kh)
    for (int64_t kw = firstW; kw < endW; ++kw)
      f(plane[window.source(0, oh, kh) * input.w + window.source(1, ow, kw)]);
}

/// The window's taps along one dimension inside input and padding.
int64_t paddedTaps(const Window &window, size_t d, int64_t o, int64_t input) {
  return tapsBelow(window, d, o, input + window.end[d]);
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

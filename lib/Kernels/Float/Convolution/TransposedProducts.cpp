//===- TransposedProducts.cpp - Deconvolutions as products ----------------===//
//
// Each tap of each output channel is a row of W X, [taps * channels, pixels of
// x], which is added to the pixels of y that the tap reaches. Some channels at a
// time, so that the rows stay in the cache.
//
//===----------------------------------------------------------------------===//
#include "TransposedProducts.h"
#include "../Matrix/Products.h"
#include "../Planes.h"

#include <algorithm>
#include <vector>

namespace tare::kernels::floating {

namespace {

/// Floats of the rows at a time.
constexpr int64_t mostFloats = 1 << 17;

class Deconvolution {
public:
  Deconvolution(const ConstTensorView &x, const ConstTensorView &w, const Geometry &geometry, const TensorView &y,
                WeightOrder order)
      : input(x.type.shape), output(y.type.shape), window(geometry), order(order),
        taps(window.kernel[0] * window.kernel[1]), pixels(input.h * input.w) {
    channels = std::clamp<int64_t>(mostFloats / std::max<int64_t>(taps * pixels, 1), 1, output.c);
    weights.resize(channels * taps * input.c);
    rows.resize(channels * taps * pixels);
  }

  bool run(const float *x, const float *w, const float *bias, float *y) {
    for (int64_t first = 0; first < output.c; first += channels) {
      int64_t count = std::min(channels, output.c - first);
      gatherWeights(w, first, count);
      for (int64_t n = 0; n < output.n; ++n) {
        if (!multiply({count * taps, input.c, pixels}, weights.data(), x + n * input.image(), rows.data()))
          return false;
        for (int64_t c = 0; c < count; ++c)
          addRows(c, bias ? bias[first + c] : 0, y + n * output.image() + (first + c) * output.h * output.w);
      }
    }
    return true;
  }

private:
  /// [channels, taps, input channels]
  void gatherWeights(const float *w, int64_t first, int64_t count) {
    int64_t ofInput = order == WeightOrder::outputsFirst ? taps : output.c * taps;
    int64_t ofOutput = order == WeightOrder::outputsFirst ? input.c * taps : taps;
    float *to = weights.data();
    for (int64_t c = first; c < first + count; ++c)
      for (int64_t tap = 0; tap < taps; ++tap)
        for (int64_t i = 0; i < input.c; ++i)
          *to++ = w[c * ofOutput + i * ofInput + tap];
  }

  /// The part of [0, count) whose place i * stride + offset is in [0, extent).
  static std::pair<int64_t, int64_t> within(int64_t count, int64_t stride, int64_t offset, int64_t extent) {
    int64_t begin = offset < 0 ? (-offset + stride - 1) / stride : 0;
    int64_t end = extent <= offset ? 0 : (extent - offset + stride - 1) / stride;
    return {std::min(begin, count), std::min(std::max(end, begin), count)};
  }

  void addRows(int64_t channel, float bias, float *y) const {
    std::fill_n(y, output.h * output.w, bias);
    const float *row = rows.data() + channel * taps * pixels;
    for (int64_t kh = 0; kh < window.kernel[0]; ++kh)
      for (int64_t kw = 0; kw < window.kernel[1]; ++kw, row += pixels)
        addTap(row, kh * window.dilations[0] - window.begin[0], kw * window.dilations[1] - window.begin[1], y);
  }

  void addTap(const float *row, int64_t offsetH, int64_t offsetW, float *y) const {
    auto [beginH, endH] = within(input.h, window.strides[0], offsetH, output.h);
    auto [beginW, endW] = within(input.w, window.strides[1], offsetW, output.w);
    int64_t stride = window.strides[1];
    for (int64_t h = beginH; h < endH; ++h) {
      const float *from = row + h * input.w;
      float *to = y + (h * window.strides[0] + offsetH) * output.w + offsetW;
      for (int64_t w = beginW; w < endW; ++w)
        to[w * stride] += from[w];
    }
  }

  Planes input, output;
  Window window;
  WeightOrder order;
  int64_t taps, pixels, channels = 1;
  std::vector<float> weights, rows;
};

} // namespace

bool convTransposeByProducts(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias,
                             const Geometry &geometry, const TensorView &y, WeightOrder order) {
  if (Window(geometry).group != 1 || x.count() == 0)
    return false;
  return Deconvolution(x, w, geometry, y, order)
      .run(x.as<float>(), w.as<float>(), bias ? bias->as<float>() : nullptr, y.as<float>());
}

} // namespace tare::kernels::floating

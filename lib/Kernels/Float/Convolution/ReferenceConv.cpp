// Convolutions as loops: one output element after the other, or, transposed,
// one input element after the other.
#include "../Planes.h"

#include "tare/Kernels/Float.h"

#include <vector>

namespace tare::kernels::floating::reference {

namespace {

/// The window of one output element over one input plane.
double windowSum(const float *x, const Planes &input, const float *w, const Window &window, int64_t oh, int64_t ow) {
  double sum = 0;
  for (int64_t kh = 0; kh < window.kernel[0]; ++kh) {
    int64_t ih = window.source(0, oh, kh);
    if (ih < 0 || ih >= input.h)
      continue;
    for (int64_t kw = 0; kw < window.kernel[1]; ++kw) {
      int64_t iw = window.source(1, ow, kw);
      if (iw >= 0 && iw < input.w)
        sum += double(x[ih * input.w + iw]) * w[kh * window.kernel[1] + kw];
    }
  }
  return sum;
}

/// Adds one input element, weighted by one kernel plane, to an output plane.
void scatter(double value, const float *w, const Window &window, const Planes &output, int64_t ih, int64_t iw,
             double *sums) {
  for (int64_t kh = 0; kh < window.kernel[0]; ++kh) {
    int64_t oh = window.source(0, ih, kh);
    if (oh < 0 || oh >= output.h)
      continue;
    for (int64_t kw = 0; kw < window.kernel[1]; ++kw) {
      int64_t ow = window.source(1, iw, kw);
      if (ow >= 0 && ow < output.w)
        sums[oh * output.w + ow] += value * w[kh * window.kernel[1] + kw];
    }
  }
}

} // namespace

void conv(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const Geometry &geometry,
          const TensorView &y) {
  Planes input(x.type.shape), weights(w.type.shape), output(y.type.shape);
  Window window(geometry);
  int64_t outputsPerGroup = output.c / window.group;
  float *target = y.as<float>();
  for (int64_t n = 0; n < output.n; ++n)
    for (int64_t o = 0; o < output.c; ++o) {
      int64_t first = o / outputsPerGroup * weights.c;
      for (int64_t oh = 0; oh < output.h; ++oh)
        for (int64_t ow = 0; ow < output.w; ++ow) {
          double sum = bias ? bias->as<float>()[o] : 0.0;
          for (int64_t i = 0; i < weights.c; ++i)
            sum += windowSum(x.as<float>() + (n * input.c + first + i) * input.plane(), input,
                             w.as<float>() + (o * weights.c + i) * weights.plane(), window, oh, ow);
          *target++ = static_cast<float>(sum);
        }
    }
}

void convTranspose(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias,
                   const Geometry &geometry, const TensorView &y, WeightOrder order) {
  Planes input(x.type.shape), weights(w.type.shape), output(y.type.shape);
  Window window(geometry);
  int64_t outputsPerGroup = output.c / window.group, inputsPerGroup = input.c / window.group;
  std::vector<double> sums(output.plane());
  float *target = y.as<float>();
  for (int64_t n = 0; n < output.n; ++n)
    for (int64_t o = 0; o < output.c; ++o) {
      int64_t group = o / outputsPerGroup;
      sums.assign(sums.size(), bias ? bias->as<float>()[o] : 0.0);
      for (int64_t i = 0; i < inputsPerGroup; ++i) {
        int64_t channel = group * inputsPerGroup + i;
        const float *plane = x.as<float>() + (n * input.c + channel) * input.plane();
        int64_t index = order == WeightOrder::outputsFirst ? o * inputsPerGroup + i
                                                           : channel * outputsPerGroup + o % outputsPerGroup;
        const float *taps = w.as<float>() + index * weights.plane();
        for (int64_t ih = 0; ih < input.h; ++ih)
          for (int64_t iw = 0; iw < input.w; ++iw)
            scatter(*plane++, taps, window, output, ih, iw, sums.data());
      }
      for (double sum : sums)
        *target++ = static_cast<float>(sum);
    }
}

} // namespace tare::kernels::floating::reference

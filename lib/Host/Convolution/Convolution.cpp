//===- Convolution.cpp - Weighted sums of windows -------------------------===//
#include "Convolution.h"

#include "Elements.h"
#include "Families.h"
#include "Movement/Movement.h"

#include "tare/Kernels/Float.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

void host::checkImageAndWeights(Inference &n) {
  const TensorType &x = n.type(0), &w = n.type(1);
  if (!isFloat(x.element) || w.element != x.element || x.shape.size() < 3 || w.shape.size() != x.shape.size())
    n.error("its operand is " + toString(x) + " and its weights " + toString(w) +
            ", expected float32 of the same 3 to 5 dimensions");
}

int64_t host::groupOf(Inference &n, std::string_view attribute, int64_t channels) {
  int64_t group = n.attributes().integer(attribute, 1);
  if (group >= 1 && channels % group == 0)
    return group;
  n.error(fmt::format("attribute '{}' is {}, for {} channels", attribute, group, channels));
  return 1;
}

void host::checkBias(Inference &n, size_t operand, int64_t channels) {
  if (n.has(operand) && n.type(operand) != TensorType{n.element(0), {channels}})
    n.error("its bias is " + toString(n.type(operand)) + ", expected " +
            toString(TensorType{n.element(0), {channels}}));
}

Result<Windows> host::windowsOfConv(const Attributes &attributes, const Shape &x, const Shape &w) {
  std::vector<int64_t> kernel(w.begin() + 2, w.end());
  if (attributes.has("kernel_shape") && attributes.integers("kernel_shape") != kernel)
    return Error{"attribute 'kernel_shape' is " + toString(attributes.integers("kernel_shape")) +
                 ", but its weights are " + toString(w)};
  Result<Windows> windows = windowsOf(attributes, spatialOf(x), kernel);
  if (windows)
    windows->geometry.group = attributes.integer("group", 1);
  return windows;
}

namespace {

void inferConv(Inference &n) {
  checkImageAndWeights(n);
  if (n.failed())
    return;
  const Shape x = n.shape(0), w = n.shape(1);
  int64_t group = groupOf(n, "group", w[0]);
  if (x[1] != saturatedProduct(w[1], group))
    n.error(fmt::format("its weights are {} in {} groups, for {} channels", toString(w), group, x[1]));
  checkBias(n, 2, w[0]);
  Result<Windows> windows = windowsOfConv(n.attributes(), x, w);
  if (!windows)
    return n.error(windows.error().message);
  Shape y{x[0], w[0]};
  y.insert(y.end(), windows->output.begin(), windows->output.end());
  n.give(n.element(0), y);
}

/// Adds a plane, each window's element of tap `at` weighted, to the windows' sums.
template <typename T>
void addTap(const Volume &v, const T *x, double weight, const std::array<int64_t, 3> &at, double *sums) {
  std::array<std::array<int64_t, 2>, 3> o{v.windowsInside(0, at[0]), v.windowsInside(1, at[1]),
                                          v.windowsInside(2, at[2])};
  for (int64_t i = o[0][0]; i < o[0][1]; ++i)
    for (int64_t j = o[1][0]; j < o[1][1]; ++j) {
      const T *row = x + (v.source(0, i, at[0]) * v.input[1] + v.source(1, j, at[1])) * v.input[2];
      double *to = sums + (i * v.output[1] + j) * v.output[2];
      for (int64_t k = o[2][0]; k < o[2][1]; ++k)
        to[k] += weight * double(row[v.source(2, k, at[2])]);
    }
}

template <typename T> void convPlanes(Evaluation &e, const Windows &windows) {
  const Shape &x = e.shape(0), &w = e.shape(1);
  Volume v(windows.geometry, spatialOf(x), windows.output);
  int64_t outputsPerGroup = w[0] / windows.geometry.group;
  std::vector<double> sums(v.outputs());
  T *y = e.result().mutableAs<T>();
  for (int64_t plane = 0; plane < x[0] * w[0]; ++plane) {
    int64_t sample = plane / w[0], o = plane % w[0], first = o / outputsPerGroup * w[1];
    std::fill(sums.begin(), sums.end(), e.has(2) ? double(e.operand(2).as<T>()[o]) : 0.0);
    for (int64_t i = 0; i < w[1]; ++i) {
      const T *image = e.operand(0).as<T>() + (sample * x[1] + first + i) * v.inputs();
      const T *weights = e.operand(1).as<T>() + (o * w[1] + i) * v.taps();
      for (int64_t a = 0; a < v.kernel[0]; ++a)
        for (int64_t b = 0; b < v.kernel[1]; ++b)
          for (int64_t c = 0; c < v.kernel[2]; ++c)
            addTap(v, image, double(*weights++), {a, b, c}, sums.data());
    }
    for (double sum : sums)
      *y++ = T(sum);
  }
}

void conv(Evaluation &e) {
  Windows windows = *windowsOfConv(e.attributes(), e.shape(0), e.shape(1));
  if (e.result().element() == ElementType::f64)
    return convPlanes<double>(e, windows);
  // The kernels know one and two dimensions.
  if (e.rank(0) > 4 || e.shape(0)[1] == 0)
    return convPlanes<float>(e, windows);
  auto bias = e.has(2) ? kernels::floating::OptionalView(e.operand(2).view()) : std::nullopt;
  kernels::floating::conv(e.operand(0).view(), e.operand(1).view(), bias, windows.geometry, e.result().mutableView());
}

} // namespace

void host::addConvolution(Operators &all) {
  all.add("Conv", inferConv, unlessEmpty<conv>);
  addTransposedConvolutions(all);
  addDeformableConvolutions(all);
  addCausalConvolutions(all);
}

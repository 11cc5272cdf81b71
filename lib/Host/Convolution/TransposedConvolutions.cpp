//===- TransposedConvolutions.cpp - Windows made of weighted elements -----===//
#include "Convolution.h"
#include "Elements.h"
#include "Movement/Movement.h"

#include "tare/Kernels/Float.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

/// The spatial sizes that the node asks for, by output_shape or by auto_pad; empty where it does not.
Result<std::vector<int64_t>> wantedSizes(const Attributes &attributes, std::span<const int64_t> input,
                                         const kernels::Geometry &geometry) {
  std::vector<int64_t> wanted = attributes.integers("output_shape");
  // Some models name samples and channels, too.
  if (wanted.size() == input.size() + 2)
    wanted.erase(wanted.begin(), wanted.begin() + 2);
  if (!wanted.empty() && wanted.size() != input.size())
    return Error{fmt::format("attribute 'output_shape' has {} elements, expected {}", wanted.size(), input.size())};
  for (int64_t size : wanted)
    if (size < 1)
      return Error{fmt::format("attribute 'output_shape' holds {}, expected 1 or more", size)};
  for (size_t d = 0; wanted.size() < input.size() && padsToSame(attributes); ++d)
    wanted.push_back(input[d] * geometry.stride(d));
  return wanted;
}

Status checkAutoPad(const Attributes &attributes) {
  std::string mode = attributes.text("auto_pad", "NOTSET");
  if (mode.empty() || mode == "NOTSET" || mode == "VALID" || mode == "SAME_UPPER" || mode == "SAME_LOWER")
    return success();
  return Error{"attribute 'auto_pad' is '" + mode + "', expected NOTSET, SAME_UPPER, SAME_LOWER or VALID"};
}

/// The odd one of the pads goes to the begin, but not for SAME_UPPER. What the first version said, the other way round,
/// contradicted its own auto_pad, and nobody has followed it.
bool hasMoreAtBegin(const Attributes &attributes) { return attributes.text("auto_pad", "NOTSET") != "SAME_UPPER"; }

/// The window, and as its output the sizes of the result.
template <typename Node> Result<Windows> windowsOfNode(Node &n) {
  const Attributes &attributes = n.attributes();
  const Shape &x = n.shape(0), &w = n.shape(1);
  std::vector<int64_t> kernel(w.begin() + 2, w.end());
  if (attributes.has("kernel_shape") && attributes.integers("kernel_shape") != kernel)
    return Error{"attribute 'kernel_shape' is " + toString(attributes.integers("kernel_shape")) +
                 ", but its weights are " + toString(w)};
  Result<kernels::Geometry> geometry = geometryOf(attributes, kernel);
  if (!geometry)
    return geometry.error();
  if (Status known = checkAutoPad(attributes); !known)
    return known.error();
  constexpr int64_t most = (int64_t(1) << 30) - 1;
  std::span<const int64_t> input = spatialOf(x);
  for (int64_t size : input)
    if (size < 1 || size > most)
      return Error{fmt::format("a spatial dimension has {} elements, expected 1 to {}", size, most)};
  std::vector<int64_t> extra = attributes.integers("output_padding");
  extra.resize(extra.empty() ? input.size() : extra.size());
  if (extra.size() != input.size() || *std::min_element(extra.begin(), extra.end()) < 0 ||
      *std::max_element(extra.begin(), extra.end()) > most)
    return Error{fmt::format("attribute 'output_padding' must have {} elements of 0 or more", input.size())};
  Result<std::vector<int64_t>> wanted = wantedSizes(attributes, input, *geometry);
  if (!wanted)
    return wanted.error();
  geometry->group = attributes.integer("group", 1);
  if (!wanted->empty() || attributes.text("auto_pad", "NOTSET") == "VALID")
    geometry->pads.clear();
  std::vector<int64_t> sizes = kernels::transposedOutputSizes(input, *geometry, extra);
  for (size_t d = 0; d < input.size(); ++d) {
    if (!wanted->empty()) {
      splitPads(*geometry, d, sizes[d] > (*wanted)[d] ? sizes[d] - (*wanted)[d] : 0, hasMoreAtBegin(attributes));
      sizes[d] = (*wanted)[d];
    }
    if (sizes[d] < 1)
      return Error{fmt::format("its padding leaves {} elements", sizes[d])};
  }
  return Windows{*geometry, sizes};
}

void inferConvTranspose(Inference &n) {
  checkImageAndWeights(n);
  if (n.failed())
    return;
  const Shape x = n.shape(0), w = n.shape(1);
  int64_t group = groupOf(n, "group", x[1]), channels = saturatedProduct(w[1], group);
  if (x[1] != w[0])
    n.error(fmt::format("its weights are {}, for {} channels", toString(w), x[1]));
  checkBias(n, 2, channels);
  Result<Windows> windows = windowsOfNode(n);
  if (!windows)
    return n.error(windows.error().message);
  Shape y{x[0], channels};
  y.insert(y.end(), windows->output.begin(), windows->output.end());
  n.give(n.element(0), y);
}

/// Adds a plane's elements, weighted, to where tap `at` of their windows is: a convolution's addTap, backwards.
template <typename T>
void spreadTap(const Volume &v, const T *x, double weight, const std::array<int64_t, 3> &at, double *sums) {
  std::array<std::array<int64_t, 2>, 3> from{v.windowsInside(0, at[0]), v.windowsInside(1, at[1]),
                                             v.windowsInside(2, at[2])};
  for (int64_t i = from[0][0]; i < from[0][1]; ++i)
    for (int64_t j = from[1][0]; j < from[1][1]; ++j) {
      const T *row = x + (i * v.output[1] + j) * v.output[2];
      double *to = sums + (v.source(0, i, at[0]) * v.input[1] + v.source(1, j, at[1])) * v.input[2];
      for (int64_t k = from[2][0]; k < from[2][1]; ++k)
        to[v.source(2, k, at[2])] += weight * double(row[k]);
    }
}

template <typename T> void spreadPlanes(Evaluation &e, const Windows &windows) {
  const Shape &x = e.shape(0), &w = e.shape(1);
  // The result is what the windows lie in.
  Volume v(windows.geometry, windows.output, spatialOf(x));
  int64_t channels = e.result().shape()[1], inputs = x[1] / windows.geometry.group;
  std::vector<double> sums(v.inputs());
  T *y = e.result().mutableAs<T>();
  for (int64_t plane = 0; plane < x[0] * channels; ++plane) {
    int64_t sample = plane / channels, o = plane % channels, first = o / w[1] * inputs;
    std::fill(sums.begin(), sums.end(), e.has(2) ? double(e.operand(2).as<T>()[o]) : 0.0);
    for (int64_t i = first; i < first + inputs; ++i) {
      const T *image = e.operand(0).as<T>() + (sample * x[1] + i) * v.outputs();
      const T *weights = e.operand(1).as<T>() + (i * w[1] + o % w[1]) * v.taps();
      for (int64_t a = 0; a < v.kernel[0]; ++a)
        for (int64_t b = 0; b < v.kernel[1]; ++b)
          for (int64_t c = 0; c < v.kernel[2]; ++c)
            spreadTap(v, image, double(*weights++), {a, b, c}, sums.data());
    }
    for (double sum : sums)
      *y++ = T(sum);
  }
}

void convTranspose(Evaluation &e) {
  Windows windows = *windowsOfNode(e);
  if (e.result().element() == ElementType::f64)
    return spreadPlanes<double>(e, windows);
  // The kernels know one and two dimensions.
  if (e.rank(0) > 4 || e.shape(0)[1] == 0)
    return spreadPlanes<float>(e, windows);
  auto bias = e.has(2) ? kernels::floating::OptionalView(e.operand(2).view()) : std::nullopt;
  kernels::floating::convTranspose(e.operand(0).view(), e.operand(1).view(), bias, windows.geometry,
                                   e.result().mutableView());
}

} // namespace

void host::addTransposedConvolutions(Operators &all) {
  all.add("ConvTranspose", inferConvTranspose, unlessEmpty<convTranspose>);
}

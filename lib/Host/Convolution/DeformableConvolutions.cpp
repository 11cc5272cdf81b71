//===- DeformableConvolutions.cpp - Windows with displaced taps -----------===//
#include "Convolution.h"
#include "Elements.h"
#include "Movement/Movement.h"

#include "tare/Kernels/Float.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;

namespace {

void expectType(Inference &n, size_t operand, std::string_view role, Shape shape) {
  if (n.type(operand) != TensorType{ElementType::f32, shape})
    n.error(fmt::format("operand {} is {}, expected {}", role, toString(n.type(operand)),
                        toString(TensorType{ElementType::f32, shape})));
}

void inferDeformConv(Inference &n) {
  checkImageAndWeights(n);
  if (n.element(0) != ElementType::f32)
    n.error(fmt::format("its operand has elements of {}, expected float32", nameOf(n.element(0))));
  if (n.failed())
    return;
  const Shape x = n.shape(0), w = n.shape(1);
  int64_t group = groupOf(n, "group", w[0]), offsetGroup = groupOf(n, "offset_group", x[1]);
  if (x[1] != saturatedProduct(w[1], group))
    n.error(fmt::format("its weights are {} in {} groups, for {} channels", toString(w), group, x[1]));
  Result<Windows> windows = windowsOfConv(n.attributes(), x, w);
  if (!windows)
    return n.error(windows.error().message);
  int64_t taps = saturatedProduct(offsetGroup, saturatedProduct(spatialOf(w)));
  auto shapeWith = [&](int64_t channels) {
    Shape shape{x[0], channels};
    shape.insert(shape.end(), windows->output.begin(), windows->output.end());
    return shape;
  };
  expectType(n, 2, "offset", shapeWith(saturatedProduct(taps, x.size() - 2)));
  checkBias(n, 3, w[0]);
  if (n.has(4))
    expectType(n, 4, "mask", shapeWith(taps));
  n.give(ElementType::f32, shapeWith(w[0]));
}

/// The elements around a point, and how much each counts; those outside are left out.
struct Around {
  std::array<int64_t, 8> offsets;
  std::array<float, 8> weights;
  size_t count = 0;
};

Around aroundPoint(const Volume &v, const std::array<float, 3> &point, float scale) {
  std::array<int64_t, 3> first;
  std::array<float, 3> rest;
  for (size_t axis = 0; axis < 3; ++axis) {
    // Written so that NaN is outside, too.
    if (!(point[axis] > -1 && point[axis] < float(v.input[axis])))
      return {};
    first[axis] = int64_t(std::floor(point[axis]));
    rest[axis] = point[axis] - float(first[axis]);
  }
  Around around;
  for (size_t corner = 0; corner < 8; ++corner) {
    int64_t offset = 0;
    float weight = scale;
    bool inside = true;
    for (size_t axis = 0; axis < 3; ++axis) {
      int64_t up = corner >> axis & 1, at = first[axis] + up;
      inside &= at >= 0 && at < v.input[axis];
      weight *= up ? rest[axis] : 1 - rest[axis];
      offset = offset * v.input[axis] + at;
    }
    if (!inside || weight == 0)
      continue;
    around.offsets[around.count] = offset;
    around.weights[around.count++] = weight;
  }
  return around;
}

/// One sample, seen through its displaced windows.
class Sample {
public:
  Sample(const Evaluation &e, const Volume &volume, int64_t number)
      : v(volume), rank(e.rank(0) - 2), groups(e.attributes().integer("offset_group", 1)), channels(e.shape(0)[1]),
        image(e.operand(0).as<float>() + number * channels * v.inputs()),
        offset(e.operand(2).as<float>() + number * groups * v.taps() * rank * v.outputs()),
        mask(e.has(4) ? e.operand(4).as<float>() + number * groups * v.taps() * v.outputs() : nullptr) {}

  /// Writes the taps of the windows [first, first + count) of all channels: [channels, taps, count].
  void columns(int64_t first, int64_t count, float *to) const {
    int64_t channelsPerGroup = channels / groups;
    for (int64_t row = 0; row < groups * v.taps(); ++row)
      for (int64_t i = 0; i < count; ++i) {
        Around around = aroundTap(row, first + i);
        int64_t group = row / v.taps(), tap = row % v.taps();
        for (int64_t c = group * channelsPerGroup; c < (group + 1) * channelsPerGroup; ++c) {
          float sum = 0;
          for (size_t corner = 0; corner < around.count; ++corner)
            sum += around.weights[corner] * image[c * v.inputs() + around.offsets[corner]];
          to[(c * v.taps() + tap) * count + i] = sum;
        }
      }
  }

private:
  /// What a window reads for one tap of one offset group.
  Around aroundTap(int64_t row, int64_t window) const {
    std::array<int64_t, 3> o, k;
    int64_t tap = row % v.taps(), place = window;
    std::array<float, 3> point;
    for (size_t axis = 3; axis-- > 0;) {
      o[axis] = place % v.output[axis];
      k[axis] = tap % v.kernel[axis];
      place /= v.output[axis];
      tap /= v.kernel[axis];
      point[axis] = float(v.source(axis, o[axis], k[axis]));
    }
    for (int64_t d = 0; d < rank; ++d)
      point[3 - rank + d] += offset[(row * rank + d) * v.outputs() + window];
    return aroundPoint(v, point, mask ? mask[row * v.outputs() + window] : 1.0f);
  }

  const Volume &v;
  int64_t rank, groups, channels;
  const float *image, *offset, *mask;
};

void deformConv(Evaluation &e) {
  const Shape &x = e.shape(0), &w = e.shape(1);
  Windows windows = *windowsOfConv(e.attributes(), x, w);
  Volume v(windows.geometry, spatialOf(x), windows.output);
  int64_t group = windows.geometry.group, outputs = w[0] / group, depth = w[1] * v.taps();
  // So many windows at a time that their columns stay small.
  constexpr int64_t mostElements = int64_t(1) << 20;
  int64_t chunk = std::clamp<int64_t>(mostElements / std::max<int64_t>(1, group * depth), 1, v.outputs());
  for (int64_t sample = 0; sample < x[0]; ++sample) {
    Sample seen(e, v, sample);
    for (int64_t first = 0; first < v.outputs(); first += chunk) {
      int64_t count = std::min(chunk, v.outputs() - first);
      Tensor columns(ElementType::f32, {group * depth, count}), product(ElementType::f32, {outputs, count});
      seen.columns(first, count, columns.mutableAs<float>());
      for (int64_t g = 0; g < group; ++g) {
        ConstTensorView weights{{ElementType::f32, {outputs, depth}}, e.operand(1).as<float>() + g * outputs * depth};
        ConstTensorView part{{ElementType::f32, {depth, count}}, columns.as<float>() + g * depth * count};
        kernels::floating::matMul(weights, part, product.mutableView());
        for (int64_t o = 0; o < outputs; ++o) {
          float bias = e.has(3) ? e.operand(3).as<float>()[g * outputs + o] : 0.0f;
          float *to = e.result().mutableAs<float>() + (sample * w[0] + g * outputs + o) * v.outputs() + first;
          std::transform(product.as<float>() + o * count, product.as<float>() + (o + 1) * count, to,
                         [bias](float sum) { return sum + bias; });
        }
      }
    }
  }
}

} // namespace

void host::addDeformableConvolutions(Operators &all) {
  all.add("DeformConv", inferDeformConv, unlessEmpty<deformConv>);
}

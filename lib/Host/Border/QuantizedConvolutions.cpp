//===- QuantizedConvolutions.cpp - Convolutions of quantized numbers ------===//
#include "Border.h"
#include "Quantized.h"
#include "Windows.h"
#include "tare/Tensor/Parallel.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

/// The windows over an input by weights, both checked.
Result<Windows> convolutionWindows(const Attributes &attributes, const Shape &x, const Shape &w) {
  std::span<const int64_t> kernel = spatialOf(w);
  return windowsOf(attributes, spatialOf(x), {kernel.begin(), kernel.end()});
}

/// The shape of a convolution of the operands `x` and `w`.
Shape convolutionShape(Inference &n, size_t xOperand, size_t wOperand) {
  const Shape &x = n.shape(xOperand), &w = n.shape(wOperand);
  int64_t group = n.attributes().integer("group", 1);
  if (x.size() < 3 || w.size() != x.size()) {
    n.error(fmt::format("input and weights are {} and {}, expected as many dimensions, at least 3", toString(x),
                        toString(w)));
    return {};
  }
  // Not group * w[1], which may overflow.
  if (group < 1 || w[0] % group != 0 || x[1] % group != 0 || x[1] / group != w[1])
    n.error(fmt::format("attribute 'group' is {}, expected one that divides input and weights of {} and {}", group,
                        toString(x), toString(w)));
  Result<Windows> windows = convolutionWindows(n.attributes(), x, w);
  if (!windows) {
    n.error(windows.error().message);
    return {};
  }
  if (!std::equal(windows->geometry.kernel.begin(), windows->geometry.kernel.end(), w.begin() + 2, w.end()))
    n.error(fmt::format("attribute 'kernel_shape' is not that of the weights, {}", toString(w)));
  Shape shape = {x[0], w[0]};
  shape.insert(shape.end(), windows->output.begin(), windows->output.end());
  return shape;
}

/// An error where there are neither one nor as many as output channels of weights that are checked.
void expectPerChannel(Inference &n, size_t operand, const Shape &w) {
  if (!n.has(operand) || n.failed() || isSingle(n.shape(operand)))
    return;
  if (n.shape(operand) != Shape{w[0]})
    n.error(fmt::format("operand {} has the shape {}, expected one element or one per output channel of {}", operand,
                        toString(n.shape(operand)), toString(w)));
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

/// sums += the products of one input channel and one kernel. Sums wrap.
void addChannel(const Volume &volume, const int32_t *x, const int32_t *w, uint32_t *sums) {
  for (int64_t tap = 0; tap < volume.taps(); ++tap) {
    uint32_t weight = uint32_t(w[tap]);
    std::array<int64_t, 3> k = {tap / (volume.kernel[1] * volume.kernel[2]), tap / volume.kernel[2] % volume.kernel[1],
                                tap % volume.kernel[2]};
    std::array<std::array<int64_t, 2>, 3> inside;
    for (size_t axis = 0; axis < 3; ++axis)
      inside[axis] = volume.windowsInside(axis, k[axis]);
    for (int64_t d = inside[0][0]; d < inside[0][1]; ++d)
      for (int64_t h = inside[1][0]; h < inside[1][1]; ++h) {
        const int32_t *row =
            x + (volume.source(0, d, k[0]) * volume.input[1] + volume.source(1, h, k[1])) * volume.input[2];
        uint32_t *to = sums + (d * volume.output[1] + h) * volume.output[2];
        for (int64_t v = inside[2][0]; v < inside[2][1]; ++v)
          to[v] += weight * uint32_t(row[volume.source(2, v, k[2])]);
      }
  }
}

/// The sums of products of an input and weights whose zero points are taken off.
Tensor convolve(const Evaluation &e, const Tensor &x, const Tensor &w, const Shape &shape) {
  Tensor sums(ElementType::i32, shape);
  if (!sums.count())
    return sums;
  Windows windows = *convolutionWindows(e.attributes(), x.shape(), w.shape());
  Volume volume(windows.geometry, spatialOf(x.shape()), windows.output);
  int64_t outputs = w.shape()[0], inputs = w.shape()[1], channels = x.shape()[1];
  int64_t perGroup = outputs / e.attributes().integer("group", 1);
  // A signed type may be written as its unsigned one.
  auto *all = reinterpret_cast<uint32_t *>(sums.mutableAs<int32_t>());
  parallelFor(shape[0] * outputs, 0, [&](size_t index, size_t) {
    int64_t sample = int64_t(index) / outputs, output = int64_t(index) % outputs;
    uint32_t *own = all + int64_t(index) * volume.outputs();
    std::fill_n(own, volume.outputs(), 0);
    for (int64_t c = 0; c < inputs; ++c) {
      int64_t channel = sample * channels + output / perGroup * inputs + c;
      addChannel(volume, x.as<int32_t>() + channel * volume.inputs(),
                 w.as<int32_t>() + (output * inputs + c) * volume.taps(), own);
    }
  });
  return sums;
}

/// The weights without their zero point, of which there may be one per output channel.
Tensor centeredWeights(const Tensor &w, const Tensor *zeroPoint) {
  Shape zeroShape;
  if (zeroPoint && !isSingle(zeroPoint->shape())) {
    zeroShape.assign(w.shape().size(), 1);
    zeroShape[0] = w.shape()[0];
  }
  return centered(w, zeroPoint, zeroShape);
}

//===----------------------------------------------------------------------===//
// ConvInteger
//===----------------------------------------------------------------------===//

void inferConvInteger(Inference &n) {
  expectQuantized(n, 0);
  expectQuantized(n, 1);
  expectZeroPoint(n, 2, 0);
  expectZeroPoint(n, 3, 1);
  if (n.has(2))
    expectSingle(n, 2, "the input's zero point");
  Shape shape = convolutionShape(n, 0, 1);
  expectPerChannel(n, 3, n.shape(1));
  n.give(ElementType::i32, shape);
}

void runConvInteger(Evaluation &e) {
  Tensor sums = convolve(e, centered(e.operand(0), optionalOperand(e, 2), {}),
                         centeredWeights(e.operand(1), optionalOperand(e, 3)), e.result().shape());
  copyElements(sums, e.result());
}

//===----------------------------------------------------------------------===//
// QLinearConv: x, its scale and zero point, w with its own, those of y, bias
//===----------------------------------------------------------------------===//

void inferQLinearConv(Inference &n) {
  expectQuantized(n, 0);
  expectQuantized(n, 3);
  expectQuantized(n, 7);
  expectZeroPoint(n, 2, 0);
  expectZeroPoint(n, 5, 3);
  for (size_t scale : {1, 4, 6})
    expectElements(n, scale, Elements::floats);
  for (size_t single : {1, 2, 6, 7})
    expectSingle(n, single, fmt::format("operand {}", single));
  Shape shape = convolutionShape(n, 0, 3);
  expectPerChannel(n, 4, n.shape(3));
  expectPerChannel(n, 5, n.shape(3));
  if (n.has(8) && !n.failed() && (n.element(8) != ElementType::i32 || n.shape(8) != Shape{n.shape(3)[0]}))
    n.error(fmt::format("the bias is {}, expected int32 of the output channels of {}", toString(n.type(8)),
                        toString(n.shape(3))));
  if (!n.failed())
    n.give(n.element(7), shape);
}

/// Adds a bias per output channel.
void addBias(Tensor &sums, const int32_t *bias) {
  AxisView view(sums.shape(), 1);
  int32_t *values = sums.mutableAs<int32_t>();
  for (int64_t outer = 0; outer < view.outer; ++outer)
    for (int64_t channel = 0; channel < view.length; ++channel)
      for (int64_t i = 0; i < view.inner; ++i, ++values)
        *values = plus(*values, bias[channel]);
}

void runQLinearConv(Evaluation &e) {
  const Shape &shape = e.result().shape();
  if (!e.result().count())
    return;
  Tensor sums = convolve(e, centered(e.operand(0), optionalOperand(e, 2), {}),
                         centeredWeights(e.operand(3), optionalOperand(e, 5)), shape);
  if (e.has(8))
    addBias(sums, e.operand(8).as<int32_t>());
  float xScale = float(numbersOf(e.operand(1))[0]), yScale = float(numbersOf(e.operand(6))[0]);
  std::vector<float> factors;
  for (double wScale : numbersOf(e.operand(4)))
    factors.push_back(xScale * float(wScale) / yScale);
  double zeroPoint = numbersOf(e.operand(7))[0];
  int64_t channels = shape[1], inner = AxisView(shape, 1).inner;
  bool isShared = factors.size() == 1;
  requantize(
      sums, e.result(), [&](int64_t i) { return factors[isShared ? 0 : i / inner % channels]; },
      [&](int64_t) { return zeroPoint; });
}

} // namespace

void host::addQuantizedConvolutions(Operators &all) {
  all.add("ConvInteger", inferConvInteger, runConvInteger);
  all.add("QLinearConv", inferQLinearConv, runQLinearConv);
}

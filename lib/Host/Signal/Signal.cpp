//===- Signal.cpp - Fourier transforms of signals -------------------------===//
#include "Signal.h"
#include "Elements.h"
#include "Families.h"
#include "Fourier.h"
#include "Matrices.h"
#include "OperandChecks.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

using Complex = FourierTransform::Complex;

/// An error unless the last axis is of real numbers, or of the two parts of complex ones.
void expectSignal(Inference &n, std::string_view role, int64_t leastRank, int64_t mostRank) {
  expectFloats(n, 0, role);
  expectRank(n, 0, role, leastRank, mostRank);
  if (!n.failed() && n.shape(0).back() != 1 && n.shape(0).back() != 2)
    n.error(fmt::format("{} has a last dimension of {}, expected 1 or 2", role, n.shape(0).back()));
}

/// A length or a step that an operand says; `fallback` where it is left out.
int64_t sizeFrom(Inference &n, size_t operand, std::string_view role, int64_t fallback) {
  int64_t size = n.has(operand) ? n.integer(operand, role) : fallback;
  constexpr int64_t most = int64_t(1) << 40;
  if (!n.failed() && (size < 1 || size > most))
    n.error(fmt::format("{} is {}, expected 1 to {}", role, size, most));
  return n.failed() ? 1 : size;
}

/// The complex numbers of an axis with `inner` elements between its own, each of `parts` numbers: `length` of them,
/// where there are `size`.
void readSignal(const float *from, int64_t size, int64_t inner, int64_t parts, std::vector<Complex> &x) {
  for (int64_t i = 0; i < int64_t(x.size()); ++i) {
    const float *at = from + i * inner * parts;
    x[i] = i < size ? Complex(at[0], parts == 2 ? at[1] : 0.0f) : Complex(0);
  }
}

//===----------------------------------------------------------------------===//
// DFT
//===----------------------------------------------------------------------===//

struct DftForm {
  bool inverse, onesided;
  explicit DftForm(const Attributes &attributes)
      : inverse(attributes.integer("inverse", 0) != 0), onesided(attributes.integer("onesided", 0) != 0) {}
};

void inferDft(Inference &n) {
  expectSignal(n, "input", 2, INT64_MAX);
  if (n.failed())
    return;
  DftForm form(n.attributes());
  // The last axis is of the parts of a number.
  int64_t last = n.rank(0) - 1, given = n.opset() < 20 ? n.attributes().integer("axis", 1) : -2;
  if (n.opset() >= 20 && n.has(2))
    given = n.integer(2, "axis");
  int64_t axis = n.axis(given, n.rank(0));
  if (axis == last)
    n.error(fmt::format("axis {} is that of the parts of complex numbers", given));
  if (n.failed())
    return;
  if (form.onesided && !form.inverse && n.shape(0).back() != 1)
    n.error("input is complex, expected real numbers (attribute 'onesided' is set)");
  Shape shape = n.shape(0);
  int64_t fallback = form.onesided && form.inverse ? 2 * (shape[axis] - 1) : shape[axis];
  int64_t length = sizeFrom(n, 1, "dft_length", fallback);
  shape[axis] = form.onesided && !form.inverse ? length / 2 + 1 : length;
  shape.back() = form.onesided && form.inverse ? 1 : 2;
  n.give(n.element(0), shape);
}

/// The half of a spectrum that a real signal has given, to all of it.
void completeSpectrum(std::vector<Complex> &x) {
  int64_t length = x.size();
  // These two are real.
  x[0] = x[0].real();
  if (length % 2 == 0)
    x[length / 2] = x[length / 2].real();
  for (int64_t i = length / 2 + 1; i < length; ++i)
    x[i] = std::conj(x[length - i]);
}

void dft(Evaluation &e) {
  Tensor y(ElementType::f32, e.result().shape()), x = floatsOf(e.operand(0));
  if (y.count() == 0)
    return;
  DftForm form(e.attributes());
  int64_t axis = e.opset() < 20 ? e.attributes().integer("axis", 1) : -2;
  if (e.opset() >= 20 && e.has(2))
    axis = e.integers(2)[0];
  axis = fromBegin(axis, e.rank(0));
  int64_t parts = x.shape().back(), givenParts = y.shape().back();
  AxisView from(x.shape(), axis), to(y.shape(), axis);
  // As the result has at least half of the elements, its shape says the length.
  int64_t length = to.length;
  if (form.onesided && !form.inverse)
    length = e.has(1) ? e.integers(1)[0] : from.length;
  FourierTransform transform(length, form.inverse);
  std::vector<Complex> values(length);
  int64_t inner = from.inner / parts;
  for (int64_t line = 0; line < from.outer * inner; ++line) {
    int64_t outer = line / inner, at = line % inner;
    readSignal(x.as<float>() + (outer * from.length * inner + at) * parts, from.length, inner, parts, values);
    if (form.inverse && form.onesided)
      completeSpectrum(values);
    transform(values);
    float *target = y.mutableAs<float>() + (outer * to.length * inner + at) * givenParts;
    for (int64_t i = 0; i < to.length; ++i) {
      target[i * inner * givenParts] = float(values[i].real());
      if (givenParts == 2)
        target[i * inner * givenParts + 1] = float(values[i].imag());
    }
  }
  giveFloats(y, e.result());
}

//===----------------------------------------------------------------------===//
// STFT
//===----------------------------------------------------------------------===//

/// Its operands.
enum : size_t { signal, frameStep, window, frameLength };

void inferStft(Inference &n) {
  expectSignal(n, "signal", 3, 3);
  if (n.failed())
    return;
  bool onesided = n.attributes().integer("onesided", 1) != 0;
  int64_t count = n.shape(signal)[1], step = sizeFrom(n, frameStep, "frame_step", 0), fallback = count;
  if (n.has(window)) {
    expectFloats(n, window, "window");
    expectRank(n, window, "window", 1, 1);
    fallback = n.failed() ? 1 : n.shape(window)[0];
  }
  int64_t length = sizeFrom(n, frameLength, "frame_length", fallback);
  if (n.has(window))
    expectShape(n, window, "window", {length});
  if (onesided && n.shape(signal)[2] != 1)
    n.error("signal is complex, expected real numbers (attribute 'onesided' is set)");
  if (length > count)
    n.error(fmt::format("signal has {} elements, expected at least the {} of a frame", count, length));
  if (!n.failed())
    n.give(n.element(0), {n.shape(signal)[0], (count - length) / step + 1, onesided ? length / 2 + 1 : length, 2});
}

void stft(Evaluation &e) {
  const Shape &shape = e.result().shape();
  if (e.result().count() == 0)
    return;
  Tensor x = floatsOf(e.operand(signal)), y(ElementType::f32, shape);
  int64_t count = x.shape()[1], parts = x.shape()[2], step = e.integers(frameStep)[0];
  std::vector<double> weights;
  if (e.has(window))
    weights = numbersOf(e.operand(window));
  int64_t length = e.has(frameLength) ? e.integers(frameLength)[0] : e.has(window) ? weights.size() : count;
  FourierTransform transform(length, false);
  std::vector<Complex> values(length);
  float *to = y.mutableAs<float>();
  for (int64_t batch = 0; batch < shape[0]; ++batch)
    for (int64_t frame = 0; frame < shape[1]; ++frame) {
      readSignal(x.as<float>() + (batch * count + frame * step) * parts, length, 1, parts, values);
      for (size_t i = 0; i < weights.size(); ++i)
        values[i] *= weights[i];
      transform(values);
      for (int64_t i = 0; i < shape[2]; ++i) {
        *to++ = float(values[i].real());
        *to++ = float(values[i].imag());
      }
    }
  giveFloats(y, e.result());
}

/// The signal as float32, the result before it has its own type, and the transform: a line of complex numbers, its
/// factors, and where the length is no power of two chirps of up to four times its length. A line is no longer than a
/// dimension of the operand, or twice one of the result.
double workOfTransform(std::span<const TensorType> operands, std::span<const TensorType> results) {
  constexpr double lines = 12;
  auto longest = [](const TensorType &type) {
    return type.shape.empty() ? 1.0 : double(*std::ranges::max_element(type.shape));
  };
  auto elements = [](const TensorType &type) {
    double count = 1;
    for (int64_t size : type.shape)
      count *= double(size);
    return count;
  };
  const double line = 2 * std::max(longest(operands[0]), longest(results[0]));
  return sizeof(float) * (elements(operands[0]) + elements(results[0])) + lines * sizeof(Complex) * line;
}

} // namespace

void host::addSignal(Operators &all) {
  all.add("DFT", inferDft, dft, workOfTransform);
  all.add("STFT", inferStft, stft, workOfTransform);
  addSignalConstants(all);
}

//===- Signal.cpp - DFT, STFT ---------------------------------------------===//
//
// A Fourier transform is a product with a constant matrix of cosines and sines, that of frames a convolution.
//
//===----------------------------------------------------------------------===//
#include "Axes.h"
#include "Composite.h"
#include "ConstantData.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// Larger matrices are left to the host, which transforms fast.
constexpr int64_t mostCoefficients = int64_t(1) << 24;

/// A transform of `length` numbers, of which `given` are there, to `results`; each is real, or two parts.
struct Transform {
  int64_t length, given, results, givenParts, resultParts;
  bool inverse = false, completes = false;

  bool isSmall() const {
    int64_t count = 0;
    return !__builtin_mul_overflow(given * givenParts, results * resultParts, &count) && count <= mostCoefficients;
  }

  /// What part `from` of number n adds to part `to` of result k, of x e^(-+ 2 pi i n k / length).
  double coefficient(int64_t n, int64_t from, int64_t k, int64_t to) const {
    double weight = (inverse ? 1.0 / double(length) : 1.0) * multiplicity(n, from);
    if (weight == 0)
      return 0;
    double turn = 2 * std::numbers::pi * double(n * k % length) / double(length);
    if (from == to)
      return weight * std::cos(turn);
    return (inverse == (to == 1) ? weight : -weight) * std::sin(turn);
  }

private:
  /// Of a half of a real signal's spectrum that stands for all of it, numbers count for their conjugates, too.
  double multiplicity(int64_t n, int64_t part) const {
    if (!completes)
      return n < length ? 1 : 0;
    bool isReal = n == 0 || 2 * n == length;
    if (2 * n > length)
      return 0;
    return !isReal ? 2 : part == 0 ? 1 : 0;
  }
};

/// One number that a constant says.
std::optional<int64_t> readSize(Node &node, unsigned operand, llvm::StringRef role, int64_t fallback) {
  if (!node.hasOperand(operand))
    return fallback;
  std::optional<Integers> values = node.requireIntegers(operand, role);
  if (values && values->size() == 1 && values->front() >= 1 && values->front() <= largestExtent)
    return values->front();
  if (values)
    (void)node.error(role + " must be one number of 1 or more");
  return std::nullopt;
}

std::optional<int64_t> readTransformedAxis(Node &node, int64_t rank) {
  int64_t axis = node.opset() < 20 ? node.intAttribute("axis", 1) : -2;
  if (node.opset() >= 20 && node.hasOperand(2)) {
    std::optional<Integers> given = node.requireIntegers(2, "operand axis");
    if (!given || given->size() != 1)
      return std::nullopt;
    axis = given->front();
  }
  std::optional<int64_t> valid = readAxis(node, axis, rank);
  if (!valid || *valid + 1 != rank)
    return valid;
  (void)node.error(fmt::format("axis {} is that of the parts of complex numbers", axis));
  return std::nullopt;
}

/// Real numbers have one part, complex ones two.
std::optional<int64_t> readParts(Node &node, const Shape &shape, bool mustBeReal) {
  int64_t parts = shape.empty() ? 0 : shape.back();
  if (parts == 1 || (parts == 2 && !mustBeReal))
    return parts;
  (void)node.error(fmt::format("has a last dimension of {}, expected 1{}", parts, mustBeReal ? "" : " or 2"));
  return std::nullopt;
}

std::optional<Transform> readDft(Node &node, const Shape &shape, int64_t axis) {
  bool inverse = node.intAttribute("inverse", 0) != 0, onesided = node.intAttribute("onesided", 0) != 0;
  std::optional<int64_t> parts = readParts(node, shape, onesided && !inverse);
  bool completes = onesided && inverse;
  std::optional<int64_t> length =
      readSize(node, 1, "operand dft_length", completes ? 2 * (shape[axis] - 1) : shape[axis]);
  if (!parts || !length || *length < 1)
    return std::nullopt;
  Transform transform{*length, shape[axis], onesided && !inverse ? *length / 2 + 1 : *length, *parts, completes ? 1 : 2,
                      inverse, completes};
  if (transform.isSmall())
    return transform;
  (void)node.error(fmt::format("transforms {} numbers to {}, a matrix of more than {} numbers", transform.given,
                               transform.results, mostCoefficients));
  return std::nullopt;
}

Tensor matrixOf(const Transform &transform) {
  Tensor matrix(ElementType::f32, {transform.given * transform.givenParts, transform.results * transform.resultParts});
  float *to = matrix.mutableAs<float>();
  for (int64_t n = 0; n < transform.given; ++n)
    for (int64_t from = 0; from < transform.givenParts; ++from)
      for (int64_t k = 0; k < transform.results; ++k)
        for (int64_t part = 0; part < transform.resultParts; ++part)
          *to++ = static_cast<float>(transform.coefficient(n, from, k, part));
  return matrix;
}

std::string reshaped(Composite &composite, const std::string &step, const std::string &x, const Integers &shape) {
  return composite.step(step, "Reshape", {x, composite.constant(step + "/shape", fromIntegers(shape))});
}

/// The transformed axis and the parts go last, as rows of the product.
LogicalResult importDft(Node &node) {
  std::optional<Shape> shape = node.shapeOf(0);
  std::optional<int64_t> axis = shape ? readTransformedAxis(node, shape->size()) : std::nullopt;
  std::optional<Transform> transform = axis ? readDft(node, *shape, *axis) : std::nullopt;
  if (!transform)
    return failure();
  Integers order, rows;
  for (int64_t i : axisRange(0, shape->size() - 1))
    if (i != *axis)
      order.push_back(i), rows.push_back((*shape)[i]);
  order.push_back(*axis);
  order.push_back(shape->size() - 1);
  Composite composite(node);
  std::string turned = composite.step("last", "Transpose", {composite.input(0)}, {attribute("perm", order)});
  Integers spectrum = rows;
  rows.push_back(transform->given * transform->givenParts);
  spectrum.append({transform->results, transform->resultParts});
  std::string product =
      composite.layer("product", "MatMul",
                      {reshaped(composite, "rows", turned, rows), composite.constant("matrix", matrixOf(*transform))});
  Integers back(order.size());
  for (auto [to, from] : llvm::enumerate(order))
    back[from] = to;
  return composite.finish("Transpose", {reshaped(composite, "parts", product, spectrum)}, {attribute("perm", back)});
}

/// [results 2, parts of the signal, length], times the window.
Tensor framesOf(const Transform &transform, llvm::ArrayRef<double> window) {
  Tensor weight(ElementType::f32, {transform.results * transform.resultParts, transform.givenParts, transform.length});
  float *to = weight.mutableAs<float>();
  for (int64_t k = 0; k < transform.results; ++k)
    for (int64_t part = 0; part < transform.resultParts; ++part)
      for (int64_t from = 0; from < transform.givenParts; ++from)
        for (int64_t n = 0; n < transform.length; ++n)
          *to++ = static_cast<float>(transform.coefficient(n, from, k, part) * (window.empty() ? 1 : window[n]));
  return weight;
}

/// Frames are windows of a convolution along the signal.
LogicalResult importStft(Node &node) {
  std::optional<Shape> shape = node.shapeOf(0);
  if (!shape)
    return failure();
  if (shape->size() != 3)
    return node.error("found a signal of shape " + toString(*shape) + ", expected [batch, length, 1 or 2]");
  bool onesided = node.intAttribute("onesided", 1) != 0;
  std::optional<int64_t> parts = readParts(node, *shape, onesided), step = readSize(node, 1, "operand frame_step", 0);
  const Tensor *window = node.hasOperand(2) ? node.requireKnown(2, "operand window") : nullptr;
  std::optional<int64_t> length =
      node.failed() ? std::nullopt : readSize(node, 3, "operand frame_length", window ? window->count() : (*shape)[1]);
  if (!parts || !step || !length)
    return failure();
  if (*step < 1 || *length > (*shape)[1] || (window && window->shape() != Shape{*length}))
    return node.error(fmt::format("has frames of {} every {} elements of a signal of {}{}", *length, *step, (*shape)[1],
                                  window ? " with a window of shape " + toString(window->shape()) : ""));
  Transform transform{*length, *length, onesided ? *length / 2 + 1 : *length, *parts, 2};
  if (!transform.isSmall())
    return node.error(fmt::format("transforms frames of {}, by more than {} numbers", *length, mostCoefficients));
  int64_t frames = ((*shape)[1] - *length) / *step + 1;
  Composite composite(node);
  std::string signal =
      composite.step("signal", "Transpose", {composite.input(0)}, {attribute("perm", Integers{0, 2, 1})});
  std::vector<double> factors = window ? toDoubles(*window) : std::vector<double>();
  std::string weight = composite.constant("matrix", framesOf(transform, factors));
  std::string spectrum = composite.layer("frames", "Conv", {signal, weight}, {attribute("strides", Integers{*step})});
  spectrum = composite.step("rows", "Transpose", {spectrum}, {attribute("perm", Integers{0, 2, 1})});
  Integers result{(*shape)[0], frames, transform.results, 2};
  return composite.finish("Reshape", {spectrum, composite.constant("shape", fromIntegers(result))});
}

} // namespace

void tare::onnx::registerSignal(OpTable &table) {
  table.addImport("DFT", importDft);
  table.addImport("STFT", importStft);
}

//===- SignalConstants.cpp - Windows, the weights of the mel scale --------===//
#include "DataTypes.h"
#include "Elements.h"
#include "OperandChecks.h"
#include "Signal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;

namespace {

/// The type that attribute 'output_datatype' names; an error where it is none of numbers.
ElementType resultElement(Inference &n) {
  int64_t name = n.attributes().integer("output_datatype", 1);
  std::optional<ElementType> element = elementTypeOf(DataType(name));
  // The specification has none after this one.
  bool isNumber = element && element != ElementType::boolean && name <= int64_t(DataType::bf16);
  if (!isNumber)
    n.error(fmt::format("attribute 'output_datatype' is {}, expected a type of numbers", name));
  return isNumber ? *element : ElementType::f32;
}

/// An operand of one integer that sizes depend on.
int64_t sizeOperand(Inference &n, size_t operand, std::string_view role) {
  int64_t size = n.integer(operand, role);
  constexpr int64_t most = int64_t(1) << 40;
  if (!n.failed() && (size < 0 || size > most))
    n.error(fmt::format("{} is {}, expected 0 to {}", role, size, most));
  return n.failed() ? 0 : size;
}

//===----------------------------------------------------------------------===//
// HannWindow, HammingWindow, BlackmanWindow
//===----------------------------------------------------------------------===//

void inferWindow(Inference &n) {
  int64_t size = sizeOperand(n, 0, "size");
  n.give(resultElement(n), {size});
}

/// Gives value(angle) at `size` angles from 0 to a turn, with `periodic` without the last one.
void fillWindow(Evaluation &e, double (*value)(double angle)) {
  int64_t size = e.result().count();
  bool isPeriodic = e.attributes().integer("periodic", 1) != 0;
  // One element alone is the middle.
  bool isMiddle = size == 1 && !isPeriodic;
  double steps = double(isPeriodic ? size : std::max<int64_t>(size - 1, 1));
  visitNumbers(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < size; ++i) {
      double given = value(isMiddle ? M_PI : 2 * M_PI * double(i) / steps);
      // Blackman's is a rounding error below 0 at its ends.
      e.result().mutableAs<T>()[i] = T(std::is_unsigned_v<T> ? std::max(given, 0.0) : given);
    }
  });
}

void hann(Evaluation &e) {
  fillWindow(e, [](double angle) { return 0.5 - 0.5 * std::cos(angle); });
}
void hamming(Evaluation &e) {
  fillWindow(e, [](double angle) { return 25.0 / 46.0 - 21.0 / 46.0 * std::cos(angle); });
}
void blackman(Evaluation &e) {
  fillWindow(e, [](double angle) { return -0.5 * std::cos(angle) + 0.08 * std::cos(2 * angle) + 0.42; });
}

//===----------------------------------------------------------------------===//
// MelWeightMatrix
//===----------------------------------------------------------------------===//

/// Its operands.
enum : size_t { bands, dftLength, sampleRate, lowerEdge, upperEdge };

void inferMel(Inference &n) {
  int64_t count = sizeOperand(n, bands, "num_mel_bins"), length = sizeOperand(n, dftLength, "dft_length");
  expectIntegers(n, sampleRate, "sample_rate");
  expectFloats(n, lowerEdge, "lower_edge_hertz");
  expectFloats(n, upperEdge, "upper_edge_hertz");
  for (size_t i : {sampleRate, lowerEdge, upperEdge})
    if (!n.failed() && n.type(i).count() != 1)
      n.error(fmt::format("operand {} has the shape {}, expected one number", i, toString(n.shape(i))));
  n.give(resultElement(n), {length / 2 + 1, count});
}

double melOf(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double hertzOf(double mel) { return 700 * (std::pow(10.0, mel / 2595) - 1); }

/// Of the bands' edges, the rows of the matrix that they are at.
std::vector<int64_t> edgeRows(Evaluation &e, int64_t rows, int64_t count) {
  double length = double(e.integers(dftLength)[0]), rate = double(e.integers(sampleRate)[0]);
  double low = melOf(numbersOf(e.operand(lowerEdge))[0]), high = melOf(numbersOf(e.operand(upperEdge))[0]);
  std::vector<int64_t> edges;
  for (int64_t i = 0; i < count + 2; ++i) {
    double hertz = hertzOf(low + double(i) * (high - low) / double(count + 2));
    double row = std::floor((length + 1) * hertz / rate);
    if (!(row >= 0 && row < double(rows))) {
      e.error(fmt::format("the bands reach from {} to {} hertz at a sample rate of {}, which is beyond the spectrum",
                          numbersOf(e.operand(lowerEdge))[0], numbersOf(e.operand(upperEdge))[0], rate));
      return {};
    }
    edges.push_back(int64_t(row));
  }
  return edges;
}

void mel(Evaluation &e) {
  int64_t rows = e.result().shape()[0], count = e.result().shape()[1];
  std::vector<int64_t> edges = edgeRows(e, rows, count);
  if (edges.empty())
    return;
  visitNumbers(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    T *y = e.result().mutableAs<T>();
    std::fill_n(y, rows * count, T(0));
    for (int64_t band = 0; band < count; ++band) {
      int64_t low = edges[band], center = edges[band + 1], high = edges[band + 2];
      for (int64_t row = low; row < center; ++row)
        y[row * count + band] = T(double(row - low) / double(center - low));
      y[center * count + band] = T(1);
      for (int64_t row = center + 1; row < high; ++row)
        y[row * count + band] = T(double(high - row) / double(high - center));
    }
  });
}

} // namespace

void host::addSignalConstants(Operators &all) {
  all.add("HannWindow", inferWindow, hann);
  all.add("HammingWindow", inferWindow, hamming);
  all.add("BlackmanWindow", inferWindow, blackman);
  all.add("MelWeightMatrix", inferMel, mel);
}

//===- Compare.h - Two forms of a model on the same samples -----*- C++ -*-===//
#ifndef TARE_DRIVER_COMPARE_H
#define TARE_DRIVER_COMPARE_H

#include "tare/Driver/Execute.h"

#include <optional>

namespace tare::driver {

struct CompareOptions : ModelOptions {
  /// The reference, and what is compared with it: any two of an .onnx, an .mlir and a .tare.
  std::string first, second;
  /// An .npz, a .npy, a folder of such files, or the name of MemoryArrays.
  std::string data;
  /// "h=h_out": inputs that are what an output was for the sample before.
  std::vector<std::string> states;
  /// At most so many.
  std::optional<int64_t> samples;
  /// 0: as many as there are cores.
  size_t threads = 0;
};

/// A layer's result, or an output, in real numbers over all samples.
struct ComparedResult {
  std::string name, value, kind;
  Shape shape;
  /// Whether its elements are bools or indices: then the share of equal ones counts, not the numbers below.
  bool isDiscrete = false;
  /// Cosine of the angle between both; 10 * log10(sum a^2 / sum (a - b)^2), infinite where they are equal; NaN where an
  /// element is not finite.
  double cosine = 0, sqnr = 0;
  double largestDifference = 0, equalShare = 0;
  int64_t differing = 0, elements = 0;
  int64_t nonFiniteFirst = 0, nonFiniteSecond = 0;
};

struct Compared {
  int64_t samples = 0;
  /// In the order in which the second one computes them.
  std::vector<ComparedResult> layers, outputs;
  /// Outputs of either that the other does not have.
  std::vector<std::string> uncompared;
};

/// Runs both on the data. Warnings are told when it has succeeded.
Result<Compared> compare(const CompareOptions &options, const Listener &listener);

} // namespace tare::driver

#endif // TARE_DRIVER_COMPARE_H

//===- OutputCheck.h - Whether outputs have survived ------------*- C++ -*-===//
#ifndef TARE_DRIVER_CHECK_OUTPUTCHECK_H
#define TARE_DRIVER_CHECK_OUTPUTCHECK_H

#include "Driver/Check/OutputParts.h"
#include "Driver/Compare/Difference.h"

#include "llvm/ADT/BitVector.h"

#include <optional>
#include <vector>

namespace tare {

/// An output, a part of it or slices of it that say little of what they did in float.
struct Collapse {
  /// The value that the elements come from.
  std::string value;
  /// Whether it is all that comes from `value`, and whether that is the whole output.
  bool isPart = true, isOutput = true;
  /// Where the elements lie: these of the `slices` indices along `axis`; nothing where they are no slices.
  std::optional<int64_t> axis;
  std::vector<int64_t> indices;
  int64_t slices = 0;
  /// Of the worst of them.
  double sqnr = 0, cosine = 0;
  /// All elements are equal, where in float they are not.
  bool isConstant = false;
  /// Of bools and indices: the share of those that are as in float.
  std::optional<double> equal = std::nullopt;
};

/// What an output, or a part of it, does in float within less than a step of its grid, near which the program is, too:
/// the scores of a detector where there is nothing to detect.
struct Unseen {
  std::string value;
  double low = 0, high = 0, step = 0;
  /// How far its values were apart in calibration.
  double reach = 0;
};

/// How far an output is from float.
struct OutputQuality {
  std::string name;
  Difference difference;
  /// From the least to the greatest, in the reference.
  double low = 0, high = 0;
  /// The share of its integers' range that the samples use; nothing where it leaves as an accumulator or a float.
  std::optional<double> rangeUsed;
  /// The whole before its parts, and these before slices, the worst first. What is seen along several axes is there
  /// once, along the one that has it in the smallest share of its slices.
  std::vector<Collapse> collapses;
  /// Of a value that the samples show nothing of, and that calibration saw much of; it has not collapsed.
  std::optional<Unseen> unseen;
  /// Of bools and indices the share of elements that are as in float, which they are judged by; nothing of numbers.
  std::optional<double> equal = std::nullopt;
  /// What several values are joined in it, whether they have collapsed or not; nothing of an output of one.
  std::vector<Collapse> parts;
};

/// Below it more than a tenth of a signal's power is error.
inline constexpr double collapsedSqnr = 10;

/// Of bools and indices fewer than this share are as in float where they have collapsed.
inline constexpr double fewEqual = 0.5;

/// Compares outputs, a list per sample, with what the float graph gives. (docs/tools.md says what has collapsed.)
std::vector<OutputQuality> checkOutputs(const std::vector<OutputParts> &parts,
                                        const std::vector<std::vector<Tensor>> &references,
                                        const std::vector<std::vector<Tensor>> &outputs, size_t threads);

/// Which elements of an output of that shape a collapse is of, row-major.
llvm::BitVector elementsOf(const Collapse &collapse, const OutputParts &parts, const Shape &shape);

/// What the elements of a collapse of output `output` are in other outputs, of all samples or of the first of them; of
/// slices the worst, as the collapse tells it.
double sqnrOf(const Collapse &collapse, const OutputParts &parts, size_t output,
              const std::vector<std::vector<Tensor>> &references, const std::vector<std::vector<Tensor>> &outputs);

} // namespace tare

#endif // TARE_DRIVER_CHECK_OUTPUTCHECK_H

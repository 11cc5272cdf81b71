//===- Ranges.h - What calibration found, as a file -------------*- C++ -*-===//
#ifndef TARE_CALIBRATION_RANGES_H
#define TARE_CALIBRATION_RANGES_H

#include "tare/Calibration/RangeSearch.h"
#include "tare/Tensor/Result.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tare::calibration {

/// Where a value's range comes from, as the file spells it (the labels of #qnn.range).
inline constexpr char calibratedLabel[] = "calibrated", inheritedLabel[] = "inherited", constantLabel[] = "constant",
                      deadLabel[] = "dead", nanLabel[] = "nan";

/// (A53) So far below the largest of its row an element is no score, but masked: exp(-64) is less than 2^-92.
inline constexpr double maskedDistance = 64;

/// What was seen of one value; real numbers.
struct ValueRange {
  std::string label;
  /// The chosen range; contains 0.
  double min = 0, max = 0;
  /// The smallest and the largest value seen; NaN where a file does not say.
  double seenMin = 0, seenMax = 0;
  /// Elements that were NaN or infinite.
  uint64_t nonFinite = 0;
  /// Where the calibration was for a target with power-of-two scales.
  std::optional<StepErrors> stepErrors;
  /// The first sample that had an element that was not finite; -1 where a file does not say.
  int64_t nonFiniteSample = -1;
  /// Where outliers take nearly all steps of a grid of 8 bits (see isFlattened()): how many values, of how many that
  /// are not 0, are so small on it that they become 0; 0 elsewhere.
  uint64_t flattened = 0, flattenedOf = 0;
  /// Of a softmax's operand in which elements are masked: the least of its rows' largest elements.
  std::optional<double> leastRowMaximum;
  /// What calibration chose: another range has been edited. Nothing where a file does not say.
  std::optional<double> chosenMin = std::nullopt, chosenMax = std::nullopt;

  /// (A67) How far the range goes on beyond what was seen, and the mean squared error that is to be expected of what
  /// lies still farther, over the mean square of the values.
  double headroomBelow = 0, headroomAbove = 0, beyond = 0;

  bool operator==(const ValueRange &) const = default;
};

/// The contents of a ranges file: JSON, one entry per value, sorted by name, so that equal ranges are equal bytes.
struct Ranges {
  static constexpr int64_t currentVersion = 1;

  std::string method;
  /// "int8" or "int16": the activations that the ranges were searched for.
  std::string activations;
  int64_t samples = 0;
  /// Whether data were seen to have these ranges: they were found here, or the file's entries bear it out.
  bool measured = false;
  /// Whether somebody may have edited them.
  bool isFromFile = false;
  std::map<std::string, ValueRange> values;
  /// Of what layers with weights read, where they were asked for; no file has them.
  std::map<std::string, std::vector<double>, std::less<>> channelMeans = {};
};

/// Whether a file's ranges are what a calibration on samples would write: each within what was seen of its value, and
/// not one and the same cut out of different data, as a default would be.
bool bearsOut(const Ranges &ranges);

std::string toJson(const Ranges &ranges);

/// Parses a file's text; `name` stands in messages.
Result<Ranges> parseRanges(const std::string &text, const std::string &name);
Result<Ranges> readRanges(const std::string &path);

} // namespace tare::calibration

#endif // TARE_CALIBRATION_RANGES_H

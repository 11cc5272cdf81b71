//===- Ranges.cpp - Writes what calibration found -------------------------===//
#include "tare/Calibration/Ranges.h"
#include "tare/Calibration/SampleHashes.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::calibration;
namespace json = llvm::json;

namespace {

/// What was seen, and 0.
Range seenRange(const ValueRange &value) { return {std::min(value.seenMin, 0.0), std::max(value.seenMax, 0.0)}; }

/// The range is not cut out of what was seen, but for bins that hardly count.
bool isWholeOf(const ValueRange &value, const Range &seen) {
  double tolerance = 0.01 * (seen.max - seen.min);
  return value.min - seen.min <= tolerance && seen.max - value.max <= tolerance;
}

/// More than the headroom that calibration has left, as the file says.
bool goesBeyond(const ValueRange &value, const Range &seen) {
  constexpr double rounded = 1 + 1e-9;
  return value.min < seen.min - rounded * value.headroomBelow || value.max > seen.max + rounded * value.headroomAbove;
}

} // namespace

/// Numbers that are not there (NaN) bear out nothing.
bool tare::calibration::bearsOut(const Ranges &ranges) {
  bool whole = true, oneSeen = true;
  const ValueRange *first = nullptr;
  for (const auto &[name, value] : ranges.values) {
    if (value.label != calibratedLabel)
      continue;
    first = first ? first : &value;
    Range seen = seenRange(value);
    if (std::isnan(value.seenMin) || std::isnan(value.seenMax) || goesBeyond(value, seen))
      return false;
    whole &= isWholeOf(value, seen);
    oneSeen &= seen == seenRange(*first);
  }
  return ranges.samples > 0 && (whole || oneSeen);
}

static void writeFields(json::OStream &out, const StepErrors &errors) {
  out.attribute("bits", errors.bits);
  out.attribute("power", errors.power);
  out.attribute("first", errors.first);
  out.attributeArray("errors", [&] {
    for (double error : errors.errors)
      out.value(error);
  });
}

/// JSON has no NaN.
static json::Value numberOrNull(double number) {
  return std::isnan(number) ? json::Value(nullptr) : json::Value(number);
}

/// JSON's numbers do not hold 64 bits everywhere.
static void writeHashes(json::OStream &out, const SampleHashes &samples) {
  out.attributeArray("sample_hashes", [&] {
    for (uint64_t hash : samples.hashes()) {
      std::string digits;
      llvm::raw_string_ostream(digits) << llvm::format_hex_no_prefix(hash, 16);
      out.value(digits);
    }
  });
}

std::string tare::calibration::toJson(const Ranges &ranges) { return toJson(ranges, {}); }

std::string tare::calibration::toJson(const Ranges &ranges, const SampleHashes &samples) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  json::OStream out(stream, 2);
  out.object([&] {
    out.attribute("version", Ranges::currentVersion);
    out.attribute("method", ranges.method);
    out.attribute("activations", ranges.activations);
    out.attribute("samples", ranges.samples);
    out.attributeObject("values", [&] {
      for (const auto &[name, range] : ranges.values)
        out.attributeObject(name, [&] {
          out.attribute("label", range.label);
          out.attribute("min", range.min);
          out.attribute("max", range.max);
          out.attribute("seen_min", numberOrNull(range.seenMin));
          out.attribute("seen_max", numberOrNull(range.seenMax));
          if (range.chosenMin && range.chosenMax) {
            out.attribute("chosen_min", *range.chosenMin);
            out.attribute("chosen_max", *range.chosenMax);
          }
          if (range.headroomBelow > 0)
            out.attribute("headroom_below", range.headroomBelow);
          if (range.headroomAbove > 0)
            out.attribute("headroom_above", range.headroomAbove);
          if (range.beyond > 0)
            out.attribute("beyond", range.beyond);
          if (range.nonFinite)
            out.attribute("non_finite", int64_t(range.nonFinite));
          if (range.nonFinite && range.nonFiniteSample >= 0)
            out.attribute("non_finite_sample", range.nonFiniteSample);
          if (range.flattened) {
            out.attribute("flattened", int64_t(range.flattened));
            out.attribute("flattened_of", int64_t(range.flattenedOf));
          }
          if (range.leastRowMaximum)
            out.attribute("least_row_maximum", *range.leastRowMaximum);
          if (range.stepErrors)
            out.attributeObject("step_errors", [&] { writeFields(out, *range.stepErrors); });
        });
    });
    // Last, as nobody reads them: there are as many lines.
    if (!samples.isEmpty())
      writeHashes(out, samples);
  });
  return text + "\n";
}

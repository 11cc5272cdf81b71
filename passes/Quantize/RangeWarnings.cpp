//===- RangeWarnings.cpp - Ranges that leave little -----------------------===//
#include "Quantize/RangeWarnings.h"
#include "Graph/Limits.h"
#include "tare/Diagnostics/Nearest.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/HalfValues.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <set>

using namespace mlir;
using namespace tare;
using qnn::GridOpInterface;
using qnn::GridRule;

/// What data have beyond a range is told of where it leaves less than so many dB of a value.
static constexpr double fewDecibels = 18, fewWideDecibels = 30;

void RangeWarnings::warnOfBeyond(Value value, const calibration::ValueRange &range) const {
  const double most = isWide ? fewWideDecibels : fewDecibels;
  const double left = -10 * std::log10(range.beyond), cost = most - left;
  if (cost <= 0)
    return;
  const std::string name = qnn::valueName(value);
  std::string text = llvm::formatv(
      "'{0}': of {1} samples calibration saw [{2}, {3}], and its ends still grew from sample to sample: what other "
      "data have beyond the range, [{4}, {5}], becomes its end, which is expected to leave {6:f0} dB",
      name, ranges.samples, llvm::format("%g", range.seenMin), llvm::format("%g", range.seenMax),
      llvm::format("%g", range.min), llvm::format("%g", range.max), left);
  reportWarning(value.getLoc(),
                {"GrowingRange", "", name, cost, CostUnit::decibel, text,
                 "calibrate on more samples, among them such as have the largest numbers that will come"});
}

void RangeWarnings::warnOfHalves(func::FuncOp function) const {
  auto names = function->getAttrOfType<ArrayAttr>(qnn::halfValuesAttrName);
  if (!names)
    return;
  const llvm::DenseSet<Attribute> halves(names.begin(), names.end());
  for (Operation &op : function.front())
    for (Value result : op.getResults()) {
      const std::string name = qnn::valueName(result);
      auto entry = ranges.values.find(name);
      if (entry == ranges.values.end() || !halves.contains(StringAttr::get(function.getContext(), name)))
        continue;
      const double largest = std::max(entry->second.seenMax, -entry->second.seenMin);
      if (largest < qnn::halfOverflow)
        continue;
      std::string text =
          llvm::formatv("layer '{0}': '{1}' comes to {2:e2} in calibration, where the model has float16, "
                        "which ends at {3}: the model itself gives infinity there, a program numbers",
                        qnn::layerName(&op), name, largest, int64_t(qnn::largestHalf));
      reportWarning(op.getLoc(),
                    {"HalfOverflow", "", qnn::layerName(&op), largest, CostUnit::real, text,
                     "scale down what the layer reads, or export the model in float32, whose numbers these are"});
    }
}

/// Results of a function with two ends: what is large among scores is no outlier, but what they are for, and no
/// method cuts it off.
static bool isOfFunction(Value value) {
  auto isFinite = [](std::pair<double, double> image) { return std::isfinite(image.second - image.first); };
  auto function = dyn_cast_if_present<qnn::UnaryFunctionOpInterface>(value.getDefiningOp());
  auto op = dyn_cast_if_present<GridOpInterface>(value.getDefiningOp());
  return (function && !limitsOf(function) && isFinite(function.getImage())) ||
         (op && op.getGridRule() == GridRule::Bounded && isFinite(op.getBounds()));
}

/// The percentage that cuts off what is not flattened, at both ends alike.
static double percentileFor(const calibration::ValueRange &range) {
  double outliers = 1 - double(range.flattened) / double(range.flattenedOf);
  return 100 * (1 - 2.2 * outliers);
}

void RangeWarnings::warnOfOutliers(Value value, const calibration::ValueRange &range) const {
  constexpr double narrowSteps = 255, wideSteps = 65535, leastPercentile = 50;
  if (isOfFunction(value))
    return;
  const double width = range.max - range.min, percentile = percentileFor(range);
  std::string where = isWide ? llvm::formatv("lie within {0} of the 65535 steps of its grid of 16 bits, around 0",
                                             65536 / calibration::wideOutlierLevels)
                                   .str()
                             : "share one step of its grid of 8 bits, that of 0";
  const std::string name = qnn::valueName(value);
  std::string text = llvm::formatv(
      "'{0}': {1} of {2} values ({3:f1} %) {4}, as the largest, up to {5:e2}, take all others: the range is "
      "[{6:e2}, {7:e2}], a step {8:e2}",
      name, range.flattened, range.flattenedOf, 100 * double(range.flattened) / double(range.flattenedOf), where,
      std::max(range.seenMax, -range.seenMin), range.min, range.max, width / (isWide ? wideSteps : narrowSteps));
  SmallVector<std::string> remedies;
  if (!isWide)
    remedies.push_back(
        llvm::formatv("keep 16-bit activations (--activations i16), of which a step is {0:e2}", width / wideSteps));
  if (percentile > leastPercentile)
    remedies.push_back(llvm::formatv("cut the outliers off (--percentile {0:f2})", percentile));
  if (remedies.empty())
    remedies.push_back("clip the outliers in the model, or in its data");
  reportWarning(value.getLoc(), {"Outliers", "", name, isWide ? wideSteps / (2 * calibration::wideOutlierLevels) : 0.5,
                                 CostUnit::lsb, text, llvm::join(remedies, ", or "), isWide});
}

void RangeWarnings::warnOfChosen(Value value, const qnn::Interval &range, const calibration::ValueRange &seen) const {
  // As of edited ranges: outliers are cut off on purpose.
  constexpr double bearableCut = 1.0 / 4;
  const double width = range.second - range.first;
  const double cut = std::max({range.first - seen.seenMin, seen.seenMax - range.second, 0.0});
  if (cut <= bearableCut * width)
    return;
  std::string text =
      llvm::formatv("'{0}': the configuration's range [{1}, {2}] cuts off what calibration saw, [{3}, {4}]",
                    qnn::valueName(value), llvm::format("%g", range.first), llvm::format("%g", range.second),
                    llvm::format("%g", seen.seenMin), llvm::format("%g", seen.seenMax));
  reportWarning(value.getLoc(), {"RangeCuts", "", qnn::valueName(value), cut, CostUnit::real, text,
                                 "widen activations.range, or take a larger activations.scale"});
}

void RangeWarnings::warnOfUnknown(func::FuncOp function) const {
  std::set<std::string> names;
  for (Value argument : function.getArguments())
    names.insert(qnn::valueName(argument));
  function.walk([&](Operation *op) {
    for (Value result : op->getResults())
      names.insert(qnn::valueName(result));
  });
  const std::vector<std::string> known(names.begin(), names.end());
  std::vector<std::string> unknown;
  for (const auto &[name, range] : ranges.values)
    if (!names.contains(name))
      unknown.push_back(name);
  // More are of another model, and not misspelled: each would be compared with every name.
  constexpr size_t mostMisspelled = 8;
  for (const std::string &name : unknown)
    reportWarning(function.getLoc(), {"UnknownRange", "", name, 0, CostUnit::none,
                                      "the ranges name '" + name + "', which is no value of the model: it is ignored" +
                                          (unknown.size() <= mostMisspelled ? didYouMean(name, known) : ""),
                                      "correct the name, leave it out, or calibrate this model again"});
}

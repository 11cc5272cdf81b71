//===- RangeEntries.cpp - What edited ranges do not do --------------------===//
#include "Quantize/RangeEntries.h"
#include "Graph/Affine.h"
#include "Quantize/GridGroups.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace tare;
using calibration::Ranges;
using qnn::GridOpInterface;
using qnn::GridRule;
using qnn::Interval;

namespace {

/// Of what was seen, `min_max` leaves out nothing.
constexpr double cutByNoMethod = 1.0 / 256;
/// Outliers may be cut off by more; what is more than these times as wide as all that is left is worth a look.
constexpr double suspiciousCut = 100;
/// The same where the file says what calibration chose, which is another range: so much of all that is left.
constexpr double editedCut = 1.0 / 4;
/// So many times as wide as what was seen, a range wastes two bits.
constexpr double wastefulWidth = 4;

double width(const Interval &range) { return range.second - range.first; }

std::string written(const Interval &range) {
  return llvm::formatv("[{0}, {1}]", llvm::format("%g", range.first), llvm::format("%g", range.second));
}

bool isNear(const Interval &a, const Interval &b) {
  const double tolerance = 1e-6 * std::max(width(a), width(b));
  return std::abs(a.first - b.first) <= tolerance && std::abs(a.second - b.second) <= tolerance;
}

/// What the file says of a value, with 0 as every grid has it.
Interval ofEntry(const calibration::ValueRange &entry) { return {std::min(entry.min, 0.0), std::max(entry.max, 0.0)}; }

/// What calibration saw, with 0; nothing where the file does not say.
std::optional<Interval> seenOf(const calibration::ValueRange &entry) {
  if (std::isnan(entry.seenMin) || std::isnan(entry.seenMax))
    return std::nullopt;
  return Interval(std::min(entry.seenMin, 0.0), std::max(entry.seenMax, 0.0));
}

/// Whether an entry is as calibration wrote it; false where the file does not say.
bool isUnedited(const calibration::ValueRange &entry) {
  return entry.chosenMin && entry.chosenMax &&
         isNear(ofEntry(entry), {std::min(*entry.chosenMin, 0.0), std::max(*entry.chosenMax, 0.0)});
}

/// How much an entry may cut off, beside all that it leaves, without a word; nothing where that is calibration's
/// choice.
std::optional<double> bearableCut(const calibration::ValueRange &entry, const std::string &method) {
  if (!entry.chosenMin || !entry.chosenMax)
    return method == "min_max" ? cutByNoMethod : suspiciousCut;
  return isUnedited(entry) ? std::nullopt : std::optional(editedCut);
}

class Entries {
public:
  Entries(func::FuncOp function, const Ranges &ranges) : function(function), ranges(ranges) {}

  void check() {
    for (Value argument : function.getArguments())
      check(argument);
    for (Operation &op : function.getBody().front())
      for (Value result : op.getResults())
        check(result);
  }

private:
  void check(Value value) {
    auto found = ranges.values.find(qnn::valueName(value));
    if (found == ranges.values.end() || found->second.label == calibration::nanLabel ||
        found->second.label == calibration::deadLabel)
      return;
    const calibration::ValueRange &entry = found->second;
    std::optional<Interval> used = rangeFromElsewhere(value, entry);
    if (!used)
      checkSeen(value, entry);
    else if (!isNear(ofEntry(entry), *used) && !isUnedited(entry))
      reportUnused(value, entry, *used);
  }

  /// The range of a value whose own entry says nothing: a constant's, that of the operands, and what data had of
  /// numbers that the model gives a grid.
  std::optional<Interval> rangeFromElsewhere(Value value, const calibration::ValueRange &entry) {
    if (!qnn::isFloatTensor(value))
      return std::nullopt;
    if (ElementsAttr constant = floatConstantValue(value)) {
      Interval range = rangeOf(constant);
      qnn::forgetPages(constant);
      return Interval(std::min(range.first, 0.0), std::max(range.second, 0.0));
    }
    if (value.getDefiningOp<quant::DequantizeCastOp>())
      return seenOf(entry);
    if (followsFromModel(value))
      return Interval(rangeAttr(value).getMin(), rangeAttr(value).getMax());
    auto op = value.getDefiningOp<GridOpInterface>();
    bool isInherited = op && (op.getGridRule() == GridRule::Same || op.getGridRule() == GridRule::Unified) &&
                       llvm::all_of(inheritedFrom(op), [](Value operand) { return bool(rangeAttr(operand)); });
    return isInherited ? operandsRange(op) : std::nullopt;
  }

  /// (A68)
  static bool followsFromModel(Value value) {
    qnn::RangeAttr range = rangeAttr(value);
    return range && range.getLabel() == qnn::RangeLabel::Implied;
  }

  /// As calibration writes it, without a padding's number.
  static std::optional<Interval> operandsRange(GridOpInterface op) {
    Interval range(0, 0);
    for (Value operand : inheritedFrom(op)) {
      qnn::RangeAttr one = rangeAttr(operand);
      range = {std::min(range.first, one.getMin()), std::max(range.second, one.getMax())};
    }
    return range;
  }

  void reportUnused(Value value, const calibration::ValueRange &entry, const Interval &used) {
    std::string name = qnn::valueName(value), why, remedy;
    if (floatConstantValue(value)) {
      why = "it is a constant of the model, whose numbers say its range, " + written(used);
      remedy = "change the constant in the model";
    } else if (value.getDefiningOp<quant::DequantizeCastOp>()) {
      why = "the model itself says its grid";
      remedy = "change its scale in the model";
    } else if (followsFromModel(value)) {
      why = "it follows from the model, whatever data come, " + written(used);
      remedy = "change the constants of the model, or the entries of what it is made from";
    } else {
      std::string sources = llvm::join(operandNames(value.getDefiningOp<GridOpInterface>()), ", ");
      why = "it has the range of what it is made from, " + sources + ", " + written(used);
      remedy = "edit the entry of " + sources;
    }
    reportWarning(value.getLoc(),
                  {"UnusedRange", "", name, 0, CostUnit::none,
                   "the ranges say " + written(ofEntry(entry)) + " of '" + name + "', which is not used: " + why,
                   remedy + ", and give this one back what calibration wrote"});
  }

  /// The values whose entries decide.
  static SmallVector<std::string> operandNames(GridOpInterface op) {
    constexpr size_t shown = 4;
    llvm::SetVector<Value> values(llvm::from_range, inheritedFrom(op));
    SmallVector<std::string> names;
    for (size_t i = 0; i < values.size() && names.size() < shown; ++i) {
      Value value = values[i];
      if (auto maker = value.getDefiningOp<GridOpInterface>(); maker && !inheritedFrom(maker).empty())
        values.insert_range(inheritedFrom(maker));
      else
        names.push_back("'" + qnn::valueName(value) + "'");
    }
    return names;
  }

  void checkSeen(Value value, const calibration::ValueRange &entry) {
    std::optional<Interval> seen = seenOf(entry);
    Interval range = ofEntry(entry);
    if (!seen || width(*seen) == 0 || width(range) == 0)
      return;
    const double cut =
        std::max(range.first - seen->first, seen->second - range.second) / std::min(width(range), width(*seen));
    const double wider = width(range) / width(*seen);
    std::string what;
    if (std::optional<double> bearable = bearableCut(entry, ranges.method); bearable && cut > *bearable)
      what = "what lies beyond the range becomes its end";
    else if (wider > wastefulWidth)
      what = llvm::formatv("its steps are {0:f1} times as coarse as data need", wider);
    else if (entry.nonFinite)
      what = llvm::formatv("{0} of its elements were NaN or infinite", entry.nonFinite);
    if (what.empty())
      return;
    std::string name = qnn::valueName(value);
    reportWarning(value.getLoc(), {"FarRange", "", name, 0, CostUnit::none,
                                   "the ranges say " + written(range) + " of '" + name + "', but calibration saw " +
                                       written({entry.seenMin, entry.seenMax}) + ": " + what,
                                   "correct the entry of '" + name + "', or calibrate again"});
  }

  func::FuncOp function;
  const Ranges &ranges;
};

} // namespace

void tare::warnOfEntries(func::FuncOp function, const Ranges &ranges) { Entries(function, ranges).check(); }

//===- CheckScales.cpp - Scales that nobody seems to have calibrated ------===//
//
// Invariant: afterwards no grid of the graph is the default of a tool whose
// observer never ran, unless the user said that this is meant.
//
//===----------------------------------------------------------------------===//
#include "Quantize/GridGroups.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Passes/Passes.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/UniqueVector.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

namespace tare {
#define GEN_PASS_DEF_CHECKSCALES
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::RangeAttr;
using qnn::RangeLabel;

namespace {

/// Fewer equal ranges than this may be a coincidence.
constexpr size_t suspiciousCount = 3;
/// An observed range that fills this share of a grid confirms it.
constexpr double confirmingShare = 0.25;

/// Names in the order of the graph, each once.
using Names = llvm::UniqueVector<std::string>;

/// Calibration saw the value, or what moved to become it, use a good part of the grid.
bool isConfirmed(Value value, const Grid &grid) {
  RangeAttr range = rangeAttr(value);
  if (!range || (range.getLabel() != RangeLabel::Calibrated && range.getLabel() != RangeLabel::Inherited))
    return false;
  double covered = *llvm::max_element(grid.scales) * double(grid.max - grid.min);
  return range.getMax() - range.getMin() >= confirmingShare * covered;
}

/// The numbers of integers on scale 1, however they came to it: not by a quantization.
bool isDefaultIntegers(Value value) {
  auto cast = value.getDefiningOp<quant::DequantizeCastOp>();
  std::optional<Grid> grid = cast ? Grid::of(cast.getInput().getType()) : std::nullopt;
  return grid && isDefaultGrid(*grid) && !cast.getInput().getDefiningOp<quant::QuantizeCastOp>();
}

/// Whether the host makes real numbers of integers, as where it truncates (HostForms.h).
bool isCastByHost(Operation *op) {
  auto host = dyn_cast_if_present<qnn::HostOp>(op);
  return host && host.getKind() == "Cast" && !qnn::isFloatTensor(host.getInputs().front());
}

/// Integers that the model computes with as such: the result of a Cast, or of a function of integers. Their scale is 1.
bool areIntegers(Value value) {
  Operation *op = value.getDefiningOp();
  if (isa_and_present<qnn::TruncateOp>(op) || isCastByHost(op))
    return true;
  return op && op->getNumOperands() == 1 && isDefaultIntegers(op->getOperand(0));
}

/// What is suspicious about one function.
class Suspicions {
public:
  explicit Suspicions(func::FuncOp function) : function(function) {
    for (Value argument : function.getArguments()) {
      RangeAttr range = rangeAttr(argument);
      if (range && range.getLabel() == RangeLabel::Dead && !argument.use_empty())
        neverSeen.insert("'" + qnn::valueName(argument) + "'");
      noteRange(argument);
    }
    function.walk([&](Operation *op) {
      if (auto cast = dyn_cast<quant::QuantizeCastOp>(op))
        checkActivation(cast);
      else if (auto accumulator = dyn_cast<qnn::AccumulatorOpInterface>(op))
        checkWeights(accumulator);
      if (op->getNumResults() == 1)
        noteRange(op->getResult(0));
    });
  }

  /// One message per kind of suspicion: warnings where the user allows it. Whether there was any.
  bool report(bool allowed) {
    flag("UnitScales", unitScales, "scale 1 exactly, the default of an observer that never ran, have the values ",
         "calibrate again before exporting, or remove these quantizations and calibrate here", allowed);
    flag("UnitWeights", unitWeights,
         "scale 1 exactly, as where a checkpoint's scales are missing, have the weights of the layers ",
         "look for missing keys where the checkpoint was loaded, and export again", allowed);
    flag("UnseenInputs", neverSeen, "calibration never saw anything but 0 in the inputs ",
         "calibrate on data that has them", allowed);
    if (std::optional<std::pair<double, double>> common = commonRange())
      flag("EqualRanges", rangeNames(),
           llvm::formatv("one and the same range, [{0}, {1}], have all {2} calibrated values: ",
                         llvm::format("%g", common->first), llvm::format("%g", common->second), ranges.size())
               .str(),
           "calibrate on data instead of taking a default, here or by tare calibrate, whose file says what was seen",
           allowed);
    return found;
  }

private:
  void noteRange(Value value) {
    if (RangeAttr range = rangeAttr(value); range && range.getLabel() == RangeLabel::Calibrated)
      ranges.emplace_back("'" + qnn::valueName(value) + "'", std::pair(range.getMin(), range.getMax()));
  }

  void checkActivation(quant::QuantizeCastOp cast) {
    Value value = cast.getInput();
    std::optional<Grid> grid = Grid::of(cast.getType());
    if (grid && isDefaultGrid(*grid) && !qnn::constantValue(value) && !areIntegers(value) && !isConfirmed(value, *grid))
      unitScales.insert("'" + qnn::valueName(value) + "'");
  }

  void checkWeights(qnn::AccumulatorOpInterface op) {
    auto cast = op.getWeightOperand().get().getDefiningOp<quant::DequantizeCastOp>();
    std::optional<Grid> grid = cast ? Grid::of(cast.getInput().getType()) : std::nullopt;
    if (grid && isDefaultGrid(*grid))
      unitWeights.insert("'" + qnn::layerName(op) + "'");
  }

  void flag(StringRef kind, const Names &names, StringRef finding, StringRef remedy, bool allowed) {
    if (names.empty())
      return;
    found = true;
    std::string text = ("suspicious scales: " + finding + llvm::join(names, ", ")).str();
    if (allowed)
      return reportWarning(function.getLoc(),
                           {"SuspiciousScales", kind.str(), "", 0, CostUnit::none, text, remedy.str()});
    emitError(function.getLoc()) << text << "; " << remedy << "; if this is meant, convert with --allow-uncalibrated";
  }

  /// The range that all calibrated values have; nothing where they differ, or where data had it.
  std::optional<std::pair<double, double>> commonRange() const {
    if (ranges.size() < suspiciousCount || function->hasAttr(qnn::measuredRangesAttrName))
      return std::nullopt;
    bool equal = llvm::all_of(ranges, [&](auto &entry) { return entry.second == ranges.front().second; });
    return equal ? std::optional(ranges.front().second) : std::nullopt;
  }

  Names rangeNames() const {
    Names names;
    for (const auto &[name, range] : ranges)
      names.insert(name);
    return names;
  }

  func::FuncOp function;
  Names unitScales, unitWeights, neverSeen;
  SmallVector<std::pair<std::string, std::pair<double, double>>> ranges;
  bool found = false;
};

struct CheckScales : tare::impl::CheckScalesBase<CheckScales> {
  using CheckScalesBase::CheckScalesBase;

  void runOnFunction() final {
    if (Suspicions(getOperation()).report(allowUncalibrated) && !allowUncalibrated)
      signalPassFailure();
  }
};

} // namespace

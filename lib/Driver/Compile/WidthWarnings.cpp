//===- WidthWarnings.cpp - Options that do not reach every value ----------===//
#include "Driver/Compile/WidthWarnings.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

/// An output of integers, as a Cast gives them: their type is the model's interface, and no activation.
static bool isCastOutput(mlir::quant::QuantizeCastOp cast, const qnn::Grid &grid) {
  return grid.isPerTensor() && grid.scale() == 1 && llvm::all_of(cast->getUsers(), [](mlir::Operation *user) {
           return user->hasTrait<mlir::OpTrait::IsTerminator>();
         });
}

void tare::warnOfGivenWidths(mlir::ModuleOp module, unsigned bits) {
  constexpr size_t shown = 3;
  std::vector<std::string> others;
  module.walk([&](mlir::quant::QuantizeCastOp cast) {
    qnn::Grid grid = *qnn::Grid::of(cast.getType());
    bool isActivation = grid.isPerTensor() && (grid.bits == 8 || grid.bits == 16);
    if (isActivation && grid.bits != bits && !qnn::constantValue(cast.getInput()) && !isCastOutput(cast, grid))
      others.push_back("'" + qnn::valueName(cast.getInput()) + "'");
  });
  if (others.empty())
    return;
  const size_t count = others.size();
  others.resize(std::min(count, shown));
  std::string text = fmt::format("--activations i{} is for values without a quantizer: {}{} ({} in all) {} the {} bits "
                                 "that the model's own quantizers say",
                                 bits, fmt::join(others, ", "), count > shown ? ", .." : "", count,
                                 count == 1 ? "keeps" : "keep", bits == 8 ? 16 : 8);
  reportWarning(module.getLoc(), {"GivenWidths", "", "", 0, CostUnit::none, text,
                                  "quantize the model anew, or convert the float model, for another width"});
}

void tare::warnOfRangesWidth(mlir::ModuleOp module, const std::string &path, const calibration::Ranges &ranges,
                             const calibration::GridKind &grid) {
  using calibration::Method;
  std::optional<Method> method = calibration::methodOf(ranges.method);
  const std::string wanted = grid.isFine() ? "int16" : "int8";
  // The others find the same for any width.
  bool looksAtWidth = method && !isOfEnds(*method) && method != Method::percentile;
  if (ranges.activations.empty() || ranges.activations == wanted || !looksAtWidth)
    return;
  const char *why = grid.isFine() ? "they cut off what would take too many steps of 8 bits"
                                  : "they keep outliers that take too many steps of 8 bits";
  reportWarning(module.getLoc(),
                {"RangesWidth", "", "", 0, CostUnit::none,
                 fmt::format("{}: the ranges were sought for {} activations by the method {}, but the activations are "
                             "{}: {}",
                             path, ranges.activations, ranges.method, wanted, why),
                 fmt::format("calibrate with --activations {}", grid.isFine() ? "i16" : "i8")});
}

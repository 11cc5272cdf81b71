//===- Repairs.cpp - Telling what was changed for the hardware ------------===//
#include "tare/Passes/Repairs.h"

#include "Remarks.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

std::string tare::costText(double cost) { return cost == 0 ? "0" : llvm::formatv("{0:e2}", cost).str(); }

/// Of a layer's result, which may be real numbers until they are quantized behind it. Half a step of a grid itself may
/// be many of what is computed from it.
static bool isWide(Operation *op) {
  if (!isa<tare::qnn::GridOpInterface>(op))
    return false;
  constexpr unsigned narrowBits = 8, tailBits = 32;
  auto isWideType = [](Type type) {
    std::optional<tare::qnn::Grid> grid = tare::qnn::Grid::of(type);
    return grid && grid->bits > narrowBits && grid->bits < tailBits;
  };
  return llvm::any_of(op->getResults(), [&](Value result) {
    return isWideType(result.getType()) || llvm::any_of(result.getUsers(), [&](Operation *user) {
             return isa<quant::QuantizeCastOp>(user) && isWideType(user->getResult(0).getType());
           });
  });
}

void tare::reportRepair(Operation *op, const Repair &repair, const Twine &text) {
  CostUnit unit = repair.inSteps ? CostUnit::lsb : CostUnit::real;
  reportWarning(op->getLoc(), {repair.kind.str(), repair.cause, qnn::layerName(op), repair.cost, unit,
                               ("repaired: " + text).str(), repair.remedy, repair.isWide || isWide(op)});
  using Arg = remark::detail::Remark::Arg;
  if (auto remark = remarkPassed(op, repairCategory, repair.kind))
    remark << Arg("Channels", repair.channels) << Arg("Cost", llvm::formatv("{0:e9}", repair.cost).str())
           << Arg("Unit", nameOf(unit));
}

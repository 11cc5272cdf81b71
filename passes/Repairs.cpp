//===- Repairs.cpp - Telling what was changed for the hardware ------------===//
#include "tare/Passes/Repairs.h"

#include "Remarks.h"
#include "tare/Diagnostics/Warning.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

std::string tare::costText(double cost) { return cost == 0 ? "0" : llvm::formatv("{0:e2}", cost).str(); }

void tare::reportRepair(Operation *op, const Repair &repair, const Twine &text) {
  CostUnit unit = repair.inSteps ? CostUnit::lsb : CostUnit::real;
  reportWarning(op->getLoc(), {repair.kind.str(), repair.cause, qnn::layerName(op), repair.cost, unit,
                               ("repaired: " + text).str(), repair.remedy});
  using Arg = remark::detail::Remark::Arg;
  if (auto remark = remarkPassed(op, repairCategory, repair.kind))
    remark << Arg("Channels", repair.channels) << Arg("Cost", llvm::formatv("{0:e9}", repair.cost).str())
           << Arg("Unit", nameOf(unit));
}

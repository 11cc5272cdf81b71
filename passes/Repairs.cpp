//===- Repairs.cpp - Telling what was changed for the hardware ------------===//
#include "tare/Passes/Repairs.h"

#include "Remarks.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

void tare::reportRepair(Operation *op, const Repair &repair, const Twine &text) {
  op->emitWarning() << "repaired: " << text;
  using Arg = remark::detail::Remark::Arg;
  if (auto remark = remarkPassed(op, repairCategory, repair.kind))
    remark << Arg("Channels", repair.channels) << Arg("Cost", llvm::formatv("{0:e9}", repair.cost).str())
           << Arg("Unit", repair.inSteps ? "LSB" : "real");
}

//===- ElementSelection.cpp - Comparisons and selections of one number ----===//
#include "Graph/ElementSelection.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace tare;

/// Whether the elements are floats or truths, which single numbers stand for; integers wrap around.
static bool isOfNumbers(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && (tensor.getElementType().isF32() || tensor.getElementType().isInteger(1));
}

ElementSelection tare::selectionOf(Operation *op) {
  auto host = dyn_cast_if_present<qnn::HostOp>(op);
  if (!host || host.getPositions() || host->getNumResults() != 1 || host->getNumOperands() > 3 ||
      !llvm::all_of(host->getOperandTypes(), isOfNumbers) || !isOfNumbers(host->getResult(0).getType()))
    return nullptr;
  bool toFloat = cast<RankedTensorType>(host->getResult(0).getType()).getElementType().isF32();
  return llvm::StringSwitch<ElementSelection>(host.getKind())
      .Case("Greater", [](double a, double b, double) { return double(a > b); })
      .Case("GreaterOrEqual", [](double a, double b, double) { return double(a >= b); })
      .Case("Less", [](double a, double b, double) { return double(a < b); })
      .Case("LessOrEqual", [](double a, double b, double) { return double(a <= b); })
      .Case("Equal", [](double a, double b, double) { return double(a == b); })
      .Case("Not", [](double a, double, double) { return double(a == 0); })
      .Case("And", [](double a, double b, double) { return double(a != 0 && b != 0); })
      .Case("Or", [](double a, double b, double) { return double(a != 0 || b != 0); })
      .Case("Xor", [](double a, double b, double) { return double((a != 0) != (b != 0)); })
      .Case("Where", [](double condition, double a, double b) { return condition != 0 ? a : b; })
      .Case(
          "Cast", toFloat ? [](double a, double, double) { return a; }
                          : [](double a, double, double) { return double(a != 0); })
      .Default(nullptr);
}

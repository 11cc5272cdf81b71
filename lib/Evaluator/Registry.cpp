//===- Registry.cpp - How each op is evaluated ----------------------------===//
#include "Registry.h"

using namespace tare;

const EvaluationRegistry::Entry *EvaluationRegistry::find(mlir::Operation *op) const {
  auto entry = entries.find(op->getName().getTypeID());
  return entry == entries.end() ? nullptr : &entry->second;
}

const EvaluationRegistry &EvaluationRegistry::instance() {
  static const EvaluationRegistry registry = [] {
    EvaluationRegistry all;
    addFunctionOps(all);
    addBinaryOps(all);
    addMatrixOps(all);
    addConvolutionOps(all);
    addNormalizationOps(all);
    addPoolingOps(all);
    addReductionOps(all);
    addMovementOps(all);
    addBorderOps(all);
    return all;
  }();
  return registry;
}

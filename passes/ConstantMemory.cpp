//===- ConstantMemory.cpp - Frees weights as soon as they are replaced ----===//
#include "ConstantMemory.h"
#include "mlir/IR/Matchers.h"
#include "tare/Dialect/Qnn/Constants.h"

using namespace mlir;
using namespace tare;

/// The resource that a constant op holds, or null.
static DenseResourceElementsAttr resourceOf(Operation *op) {
  DenseResourceElementsAttr resource;
  return matchPattern(op, m_Constant(&resource)) ? resource : DenseResourceElementsAttr();
}

ConstantMemory::ConstantMemory(Operation *scope) {
  scope->walk([&](Operation *op) {
    if (auto resource = resourceOf(op))
      ++users[resource];
  });
}

void ConstantMemory::notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) {
  if (auto resource = resourceOf(op))
    ++users[resource];
}

void ConstantMemory::notifyOperationErased(Operation *op) {
  auto resource = resourceOf(op);
  if (!resource || --users[resource] > 0)
    return;
  // Two attributes of different types may share one resource.
  for (auto [other, count] : users)
    if (count > 0 && cast<DenseResourceElementsAttr>(other).getRawHandle() == resource.getRawHandle())
      return;
  users.erase(resource);
  qnn::releaseResource(resource);
}

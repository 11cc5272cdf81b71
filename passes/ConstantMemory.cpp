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

static const void *keyOf(DenseResourceElementsAttr attr) { return attr.getRawHandle().getResource(); }

ConstantMemory::ConstantMemory(Operation *scope) {
  scope->walk([&](Operation *op) {
    if (auto resource = resourceOf(op))
      ++users[keyOf(resource)];
  });
}

void ConstantMemory::notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) {
  if (auto resource = resourceOf(op))
    ++users[keyOf(resource)];
}

void ConstantMemory::notifyOperationErased(Operation *op) {
  auto resource = resourceOf(op);
  if (!resource || --users[keyOf(resource)] > 0)
    return;
  users.erase(keyOf(resource));
  qnn::releaseResource(resource);
}

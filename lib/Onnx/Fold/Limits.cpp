//===- Limits.cpp - How much is computed at import ------------------------===//
#include "Limits.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;

bool tare::onnx::mayCompute(Node &node, const Shape &shape) {
  int64_t largest = int64_t(1) << 22;
  for (unsigned i = 0; i < node.numOperands(); ++i)
    if (node.hasOperand(i))
      largest = std::max(largest, elementCount(node.shapeOf(i).value_or(Shape{0})));
  if (isSane({ElementType::i64, shape}) && elementCount(shape) <= largest)
    return true;
  (void)node.error(fmt::format("its operands are constants, but its result of "
                               "shape {} is too large to be computed at import",
                               toString(shape)));
  return false;
}

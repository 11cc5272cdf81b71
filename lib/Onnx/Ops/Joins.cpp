//===- Joins.cpp - Concat, Split ------------------------------------------===//
#include "Axes.h"

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

LogicalResult importConcat(Node &node) {
  llvm::SmallVector<mlir::Value> inputs;
  for (unsigned i = 0; i < node.numOperands(); ++i)
    inputs.push_back(node.anyOperand(i));
  if (inputs.empty())
    return node.error("has no operands");
  if (node.failed())
    return failure();
  if (!node.hasAttribute("axis"))
    return node.error("attribute 'axis' is missing");
  std::optional<int64_t> axis = readAxis(node, node.intAttribute("axis", 0), dims(inputs[0]).size());
  if (!axis)
    return failure();
  return node.give(node.create<qnn::ConcatOp>(mlir::ValueRange(inputs), *axis));
}

/// Each part is a slice.
LogicalResult importSplit(Node &node) {
  mlir::Value input = node.anyOperand(0);
  if (!input)
    return failure();
  std::optional<int64_t> axis = readAxis(node, node.intAttribute("axis", 0), dims(input).size());
  if (!axis)
    return failure();
  int64_t size = dims(input)[*axis];
  std::optional<Integers> parts = readSplit(node, size);
  if (!parts)
    return failure();
  Integers starts(dims(input).size(), 0), steps(starts.size(), 1), sizes(dims(input));
  for (auto [index, part] : llvm::enumerate(*parts)) {
    sizes[*axis] = part;
    if (node.isUsed(index) &&
        failed(node.give(node.createNamed<qnn::SliceOp>(node.resultName(index), input, starts, steps, sizes), index)))
      return failure();
    starts[*axis] += part;
  }
  return mlir::success();
}

} // namespace

void tare::onnx::registerJoins(OpTable &table) {
  table.addImport("Concat", importConcat);
  table.addImport("Split", importSplit);
}

//===- Joins.cpp - Concat, Split ------------------------------------------===//
#include "Axes.h"

#include <fmt/format.h>
#include <numeric>

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

/// The sizes of the parts: given (attribute, operand since opset 13), or equal
/// ones; the last may be smaller since opset 18.
std::optional<Integers> readParts(Node &node, int64_t size) {
  std::optional<Integers> parts = node.opset() < 13    ? node.intsAttribute("split")
                                  : node.hasOperand(1) ? node.requireIntegers(1, "operand split")
                                                       : std::nullopt;
  if (parts || node.failed())
    return parts;
  int64_t count = node.opset() < 18 ? node.numResults() : node.intAttribute("num_outputs", node.numResults());
  if (count < 1 || count > size || count != node.numResults() || (node.opset() < 18 && size % count)) {
    (void)node.error(fmt::format("cannot split {} elements into {} parts", size, count));
    return std::nullopt;
  }
  int64_t part = (size + count - 1) / count;
  parts = Integers(count, part);
  parts->back() = size - part * (count - 1);
  return parts;
}

LogicalResult checkParts(Node &node, const Integers &parts, int64_t size) {
  int64_t left = size;
  for (int64_t part : parts) {
    if (part < 1 || part > left)
      return node.error(fmt::format("found a part of {} elements with {} of {} "
                                    "left",
                                    part, left, size));
    left -= part;
  }
  if (left)
    return node.error(fmt::format("the parts leave {} of {} elements over", left, size));
  if (parts.size() != node.numResults())
    return node.error(fmt::format("found {} parts for {} results", parts.size(), node.numResults()));
  return mlir::success();
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
  std::optional<Integers> parts = readParts(node, size);
  if (!parts || failed(checkParts(node, *parts, size)))
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

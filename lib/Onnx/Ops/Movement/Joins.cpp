//===- Joins.cpp - Concat, Split ------------------------------------------===//
#include "Ops/Axes.h"
#include "Ops/Border/Quantization.h"

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// The grid of the first operand that is computed integers; nothing where all are floating point.
std::optional<qnn::Grid> firstIntegerGrid(Node &node) {
  for (unsigned i = 0; i < node.numOperands(); ++i)
    if (std::optional<qnn::Grid> grid = node.integerGrid(i))
      return grid;
  return std::nullopt;
}

/// An operand beside others that hold integers: these integers themselves, whatever they meant, now on `grid`.
mlir::Value integerOperand(Node &node, unsigned index, const qnn::Grid &grid) {
  std::optional<qnn::Grid> own = node.integerGrid(index);
  const Tensor *known = node.known(index);
  bool sameType = own ? elementOf(*own) == elementOf(grid) : known && known->element() == elementOf(grid);
  if (!sameType)
    (void)node.error("operand '" + node.operandName(index) + "' does not hold " + std::string(nameOf(elementOf(grid))) +
                     " as the others do");
  else if (!grid.isPerTensor() || (own && !own->isPerTensor()))
    (void)node.error("operand '" + node.operandName(index) +
                     "' stands beside integers with a scale per channel, "
                     "expected one scale");
  if (node.failed())
    return nullptr;
  return known ? node.integerConstant(node.operandName(index), *known, grid)
               : onGrid(node, node.rawOperand(index), grid);
}

/// Operands without elements add nothing.
LogicalResult importConcat(Node &node) {
  llvm::SmallVector<mlir::Value> inputs;
  std::optional<qnn::Grid> grid = firstIntegerGrid(node);
  llvm::SmallVector<unsigned> indices;
  for (unsigned i = 0; i < node.numOperands(); ++i) {
    std::optional<Shape> shape = node.shapeOf(i);
    if (!shape || elementCount(*shape) == 0)
      continue;
    inputs.push_back(grid ? integerOperand(node, i, *grid) : node.maskOperand(i, &Node::anyOperand));
    indices.push_back(i);
  }
  if (node.failed())
    return failure();
  if (inputs.empty())
    return node.error("has no operands");
  if (!node.hasAttribute("axis"))
    return node.error("attribute 'axis' is missing");
  std::optional<int64_t> axis = readAxis(node, node.intAttribute("axis", 0), dims(inputs[0]).size());
  if (!axis)
    return failure();
  if (inputs.size() == 1 && node.numOperands() > 1)
    return node.forward(indices.front());
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
    if (part == 0 && failed(node.giveEmpty(Shape(sizes.begin(), sizes.end()), index)))
      return failure();
    if (part != 0 && node.isUsed(index) &&
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

//===- WrittenOut.cpp - Turns, one behind the other -----------------------===//
#include "WrittenOut.h"
#include "Composite.h"
#include "ConstantData.h"
#include "Ops/Axes.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::recurrent;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// What the turns gave, one beside the other along a new axis, as result `index`.
LogicalResult giveStacked(Node &node, Names parts, int64_t axis, bool reversed, unsigned index) {
  if (!node.isUsed(index))
    return mlir::success();
  if (parts.empty())
    return node.error("runs no turn, so that the shape of result '" + node.resultName(index) + "' is not known");
  if (reversed)
    std::reverse(parts.begin(), parts.end());
  Composite composite(node);
  Shape shape = node.shapeOfValue(parts[0]);
  std::optional<int64_t> at = readAxis(node, axis, shape.size() + 1);
  if (!at)
    return failure();
  shape.insert(shape.begin() + *at, 1);
  std::string name = "stack" + std::to_string(index);
  std::string wanted = composite.constant(name + "/shape", fromIntegers(shape));
  Names wide;
  for (auto [number, part] : llvm::enumerate(parts))
    wide.push_back(composite.step(fmt::format("{}/{}", name, number), "Reshape", {part, wanted}));
  return composite.give(index, "Concat", wide, {attribute("axis", *at)});
}

LogicalResult giveValues(Node &node, const Names &values, unsigned first) {
  for (auto [index, name] : llvm::enumerate(values)) {
    GraphValue *value = node.valueOf(name);
    if (!value)
      return node.error("value '" + name + "' is missing");
    if (failed(node.give(GraphValue(*value), first + index)))
      return failure();
  }
  return mlir::success();
}

} // namespace

bool recurrent::canBeWrittenOut(int64_t turns, const Body &body) {
  return turns <= mostTurns && turns * std::max<int64_t>(body.numNodes(), 1) <= mostNodes;
}

bool recurrent::isWrittenOut(Node &node, int64_t turns, const Body &body) {
  if (canBeWrittenOut(turns, body))
    return true;
  return (void)node.error(fmt::format("runs {} turns of {} nodes; at most {} turns and {} nodes are written out", turns,
                                      body.numNodes(), mostTurns, mostNodes)),
         false;
}

LogicalResult recurrent::giveWrittenOut(Node &node, const Names &carried, const std::vector<Names> &columns,
                                        const std::vector<LoopPorts::Sequence> &collected) {
  if (node.failed() || failed(giveValues(node, carried, 0)))
    return failure();
  for (size_t i = 0; i != columns.size(); ++i)
    if (failed(giveStacked(node, columns[i], collected[i].axis, collected[i].isReversed, carried.size() + i)))
      return failure();
  return mlir::success();
}

//===- ControlFlow.cpp - If -----------------------------------------------===//
#include "ConstantData.h"
#include "Node.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

/// The branch that the condition chooses takes the node's place.
static LogicalResult importIf(Node &node) {
  const Tensor *condition = node.known(0);
  if (!condition)
    return node.error("the condition '" + node.operandName(0) +
                      "' depends on the model's inputs, so that data would choose the graph; make an input that it "
                      "follows from a constant by --input-value NAME=VALUE, or export the model for one branch");
  if (condition->element() != ElementType::boolean || condition->count() != 1)
    return node.error("the condition must be one bool, found " + toString(condition->type()));
  llvm::StringRef chosen = *condition->as<bool>() ? "then_branch" : "else_branch";
  for (const proto::AttributeProto &attribute : node.proto().attribute()) {
    if (attribute.name() != chosen)
      continue;
    // Reading a tensor takes its bytes.
    auto &branch = const_cast<proto::GraphProto &>(attribute.g());
    if (failed(node.importBranch(branch)))
      return failure();
    if (unsigned(branch.output_size()) != node.numResults())
      return node.error(fmt::format("its branch has {} results, expected {}", branch.output_size(), node.numResults()));
    for (int i = 0; i < branch.output_size(); ++i) {
      GraphValue *value = node.valueOf(branch.output(i).name());
      if (!value)
        return node.error("value '" + branch.output(i).name() + "' of its branch is missing");
      if (failed(node.give(GraphValue(*value), i)))
        return failure();
    }
    return mlir::success();
  }
  return node.error("attribute '" + chosen + "' is missing");
}

void tare::onnx::registerControlFlow(OpTable &table) { table.addImport("If", importIf); }

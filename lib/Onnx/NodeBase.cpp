//===- NodeBase.cpp - The node itself -------------------------------------===//
#include "NodeBase.h"

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

LogicalResult NodeBase::error(const llvm::Twine &message) {
  if (!hasFailed)
    context.reportError((describe(node, context.modelProto()) + ": " + message).str());
  hasFailed = true;
  return failure();
}

void NodeBase::warning(llvm::StringRef kind, const llvm::Twine &message, llvm::StringRef remedy) {
  context.reportWarning(kind, describe(node, context.modelProto()) + ": " + message, remedy);
}

llvm::StringRef NodeBase::firstResultName() const {
  unsigned index = 0;
  while (index + 1 < numResults() && resultName(index).empty())
    ++index;
  return resultName(index);
}

llvm::StringRef NodeBase::resultName(unsigned index) const {
  return index < numResults() ? llvm::StringRef(protoNode.output(index)) : "";
}

bool NodeBase::isUsed(unsigned index) const {
  llvm::StringRef name = resultName(index);
  return !name.empty() && (node.composite || context.isUsed(name));
}

bool NodeBase::hasOperand(unsigned index) const { return index < numOperands() && !protoNode.input(index).empty(); }

llvm::StringRef NodeBase::operandName(unsigned index) const {
  return hasOperand(index) ? llvm::StringRef(protoNode.input(index)) : "";
}

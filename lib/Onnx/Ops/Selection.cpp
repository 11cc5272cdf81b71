//===- Selection.cpp - Gather ---------------------------------------------===//
//
// What known indices select, written as slices and a joint; what others do, or many, is an op of its own.
//
//===----------------------------------------------------------------------===//
#include "Axes.h"
#include "Movement/Movement.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// Indices begin, begin + step, .. as one slice.
struct Run {
  int64_t begin, step, count;
};

/// As few runs as reading from the left gives.
llvm::SmallVector<Run> runsOf(const Integers &indices) {
  llvm::SmallVector<Run> runs;
  for (size_t i = 0; i < indices.size();) {
    int64_t step = i + 1 < indices.size() ? indices[i + 1] - indices[i] : 1;
    size_t end = i + 1;
    while (step != 0 && end < indices.size() && indices[end] - indices[end - 1] == step)
      ++end;
    runs.push_back({indices[i], end == i + 1 ? 1 : step, int64_t(end - i)});
    i = end;
  }
  return runs;
}

mlir::Value slice(Node &node, const std::string &step, mlir::Value x, int64_t axis, const Run &run) {
  Integers starts(dims(x).size(), 0), steps(dims(x).size(), 1), sizes(dims(x));
  starts[axis] = run.begin, steps[axis] = run.step, sizes[axis] = run.count;
  return node.createStep<qnn::SliceOp>(step, x, starts, steps, sizes);
}

/// Whether the value's elements are those of the node's operand, under another shape or as integers of the other type.
bool keepsIndices(qnn::HostOp node) {
  const llvm::StringRef kind = node.getKind();
  auto isIndex = [](mlir::Value value) {
    mlir::Type element = mlir::getElementTypeOrSelf(value.getType());
    return element.isSignlessInteger(32) || element.isSignlessInteger(64);
  };
  const bool moves = kind == "Reshape" || kind == "Flatten" || kind == "Squeeze" || kind == "Unsqueeze";
  return (moves || kind == "Cast") && isIndex(node->getOperand(0)) && isIndex(node->getResult(0));
}

/// The integers in front of what only gives indices a shape or a type, so that the host need not do it: one that 32
/// bits do not hold names no element either way.
mlir::Value indicesBefore(mlir::Value indices) {
  for (auto node = indices.getDefiningOp<qnn::HostOp>(); node && keepsIndices(node);
       node = indices.getDefiningOp<qnn::HostOp>())
    indices = node->getOperand(0);
  return indices;
}

/// The indices as the model has them; what shape they have is the result's.
LogicalResult giveChosen(Node &node, mlir::Value x, int64_t axis) {
  mlir::Value indices = node.inOwnType(1);
  if (!indices)
    return failure();
  mlir::Type element = mlir::getElementTypeOrSelf(indices.getType());
  if (!element.isSignlessInteger(32) && !element.isSignlessInteger(64))
    return node.error("its indices are no integers of 32 or 64 bits");
  if (hasNoElements(indices.getType()) || hasNoElements(x.getType()))
    return node.error("there is nothing to choose, or to choose from");
  mlir::Value before = indicesBefore(indices);
  if (dims(before) == dims(indices))
    return node.give(node.create<qnn::GatherOp>(x, before, axis));
  Integers shape(dims(x).take_front(axis));
  llvm::append_range(shape, dims(indices));
  llvm::append_range(shape, dims(x).drop_front(axis + 1));
  return giveAs(node, node.createStep<qnn::GatherOp>("chosen", x, before, axis), shape);
}

LogicalResult giveParts(Node &node, mlir::Value x, int64_t axis, llvm::ArrayRef<Run> runs) {
  llvm::SmallVector<mlir::Value> parts;
  for (auto [index, run] : llvm::enumerate(runs))
    parts.push_back(slice(node, "part" + std::to_string(index), x, axis, run));
  mlir::Value joined =
      parts.size() == 1 ? parts[0] : node.createStep<qnn::ConcatOp>("parts", mlir::ValueRange(parts), axis);
  Integers shape(dims(x).take_front(axis));
  llvm::append_range(shape, node.known(1)->shape());
  llvm::append_range(shape, dims(x).drop_front(axis + 1));
  return giveAs(node, joined, shape);
}

LogicalResult importGather(Node &node) {
  mlir::Value x = node.anyOperand(0);
  if (!x)
    return failure();
  std::optional<int64_t> axis = readAxis(node, node.intAttribute("axis", 0), dims(x).size());
  if (!axis)
    return failure();
  if (!node.known(1))
    return giveChosen(node, x, *axis);
  std::optional<Integers> indices = node.requireIntegers(1, "the indices");
  if (!indices)
    return failure();
  int64_t length = dims(x)[*axis];
  for (int64_t &index : *indices) {
    if (index < -length || index >= length)
      return node.error(fmt::format("index {} is outside of an axis of {}", index, length));
    index += index < 0 ? length : 0;
  }
  llvm::SmallVector<Run> runs = runsOf(*indices);
  if (runs.empty())
    return node.error("chooses nothing of its operand");
  return runs.size() > mostParts ? giveChosen(node, x, *axis) : giveParts(node, x, *axis, runs);
}

} // namespace

void tare::onnx::registerSelection(OpTable &table) { table.addImport("Gather", importGather); }

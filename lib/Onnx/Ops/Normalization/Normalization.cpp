//===- Normalization.cpp - BatchNormalization, Softmax --------------------===//
#include "Ops/Axes.h"
#include "Ops/Reduction.h"

#include <fmt/format.h>
#include <numeric>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

LogicalResult importBatchNorm(Node &node) {
  if (node.intAttribute("training_mode", 0) != 0)
    return node.error("training_mode must be 0; export the model for inference");
  if (node.intAttribute("spatial", 1) != 1)
    return node.error("spatial must be 1");
  double epsilon = node.floatAttribute("epsilon", 1e-5f);
  llvm::SmallVector<mlir::Value> operands;
  operands.push_back(node.operand(0));
  for (unsigned i = 1; i < 5 && !node.failed(); ++i)
    if (node.isConstant(i))
      operands.push_back(node.numbers(i));
    else
      return node.error("operand '" + node.operandName(i) + "' must be a constant, found a computed value");
  if (node.failed())
    return failure();
  return node.give(node.create<qnn::BatchNormOp>(operands[0], operands[1], operands[2], operands[3], operands[4],
                                                 node.builder().getF64FloatAttr(epsilon)));
}

/// Before opset 13 the axes from `axis` on are one: rows of a matrix.
LogicalResult importFlattenedSoftmax(Node &node, mlir::Value input, int64_t axis) {
  Integers shape(dims(input));
  int64_t rows = std::accumulate(shape.begin(), shape.begin() + axis, int64_t(1), std::multiplies<>());
  int64_t columns = std::accumulate(shape.begin() + axis, shape.end(), int64_t(1), std::multiplies<>());
  mlir::Value matrix = node.createStep<qnn::ReshapeOp>("matrix", input, Integers{rows, columns});
  mlir::Value result = node.createStep<qnn::SoftmaxOp>("softmax", matrix, 1);
  return node.give(node.create<qnn::ReshapeOp>(result, shape));
}

LogicalResult importSoftmax(Node &node) {
  mlir::Value input = node.operand(0);
  if (!input)
    return failure();
  bool flattens = node.opset() < 13;
  int64_t rank = dims(input).size();
  std::optional<int64_t> axis = readAxis(node, node.intAttribute("axis", flattens ? 1 : -1), rank);
  if (!axis)
    return failure();
  bool severalAxes = llvm::any_of(dims(input).drop_front(*axis + 1), [](int64_t dim) { return dim != 1; });
  if (flattens && severalAxes)
    return importFlattenedSoftmax(node, input, *axis);
  return node.give(node.create<qnn::SoftmaxOp>(input, *axis));
}

/// x - max - log(sum(exp(x - max))): so the logarithm, which is small, is not added to a large number first.
LogicalResult importLogSoftmax(Node &node) {
  mlir::Value x = node.operand(0);
  if (!x)
    return failure();
  std::optional<int64_t> axis = readAxis(node, node.intAttribute("axis", node.opset() < 13 ? 1 : -1), dims(x).size());
  if (!axis)
    return failure();
  if (node.opset() < 13 && llvm::any_of(dims(x).drop_front(*axis + 1), [](int64_t dim) { return dim != 1; }))
    return node.error("is of the form before opset 13, over several axes");
  Reduced along{{*axis}, true, dims(x)[*axis]};
  mlir::Value greatest = greatestOf(node, "greatest", x, along);
  mlir::Value below = greatest ? node.createStep<qnn::SubOp>("below", x, greatest, nullptr) : nullptr;
  mlir::Value sum = below ? logOfSumOfExp(node, below, along) : nullptr;
  return sum ? node.give(node.create<qnn::SubOp>(below, sum, nullptr)) : failure();
}

} // namespace

void tare::onnx::registerNormalization(OpTable &table) {
  table.addImport("BatchNormalization", importBatchNorm);
  table.addImport("Softmax", importSoftmax);
  table.addImport("LogSoftmax", importLogSoftmax);
}

//===- Node.cpp - One ONNX node on its way into the IR --------------------===//
#include "Node.h"
#include "tare/Dialect/Qnn/Constants.h"

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

LogicalResult Node::give(GraphValue value, unsigned index) {
  if (hasFailed)
    return failure();
  if (!resultName(index).empty())
    context.values().define(resultName(index), std::move(value));
  return mlir::success();
}

LogicalResult Node::give(mlir::Value value, unsigned index) {
  if (value && hasNoElements(value.getType()))
    return give(Tensor(qnn::toHost(value.getType())), index);
  return give(GraphValue{Tensor(), std::nullopt, value}, index);
}

LogicalResult Node::giveEmpty(const Shape &shape, unsigned index) {
  mlir::Value input = anyOperand(0);
  return input ? give(Tensor(qnn::toHost(input.getType()).element, shape), index) : failure();
}

LogicalResult Node::give(Tensor constant, unsigned index) {
  return give(GraphValue{std::move(constant), std::nullopt, nullptr}, index);
}

LogicalResult Node::give(DynamicValue value, unsigned index) {
  return give(GraphValue{Tensor(), std::nullopt, nullptr, std::make_shared<const DynamicValue>(std::move(value))},
              index);
}

LogicalResult Node::forward(unsigned index) {
  if (dynamic(index))
    return give(GraphValue(*valueOf(index)));
  GraphValue *value = requireValue(index);
  return value ? give(GraphValue(*value)) : failure();
}

LogicalResult Node::importInstead(const GraphNode &other) {
  Node stand(context, other);
  if (mlir::failed(OpTable::get().find(*other.proto)->import(stand)) || stand.failed()) {
    (void)stand.error("cannot be imported");
    hasFailed = true;
  }
  return mlir::failure(hasFailed);
}

LogicalResult Node::importPart(proto::NodeProto part, const std::string &layer) {
  hasFailed |= mlir::failed(context.importPart(std::move(part), layer, node));
  return mlir::failure(hasFailed);
}

Tensor Node::readTensor(proto::TensorProto &proto) {
  Result<Tensor> tensor = context.reader().read(proto);
  if (tensor)
    return *tensor;
  (void)error("initializer '" + proto.name() + "': " + tensor.error().message);
  return Tensor();
}

LogicalResult Node::importBranch(proto::GraphProto &branch) {
  hasFailed |= mlir::failed(context.importBranch(branch));
  return mlir::failure(hasFailed);
}

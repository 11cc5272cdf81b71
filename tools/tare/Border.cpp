//===- Border.cpp - Real numbers and integers at @main's border -----------===//
#include "Border.h"

#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/Registry.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

using namespace mlir;

namespace tare {
namespace {

bool movesData(Operation *op) { return isa<npu::TransposeOp, npu::ReshapeOp, qnn::TransposeOp, qnn::ReshapeOp>(op); }
bool quantizes(Operation *op) { return isa<npu::QuantizeOp, quant::QuantizeCastOp>(op); }
bool dequantizes(Operation *op) { return isa<npu::DequantizeOp, quant::DequantizeCastOp>(op); }

/// A cast and the movements between it and the border, in the order in which they run.
struct Boundary {
  Operation *cast = nullptr;
  SmallVector<Operation *> movements;
};

Boundary boundaryOf(BlockArgument argument) {
  Boundary boundary;
  for (Value value = argument; value.hasOneUse();) {
    Operation *user = *value.user_begin();
    if (quantizes(user)) {
      boundary.cast = user;
      break;
    }
    if (!movesData(user))
      break;
    boundary.movements.push_back(user);
    value = user->getResult(0);
  }
  return boundary;
}

Boundary boundaryOf(Value result) {
  Boundary boundary;
  while (Operation *op = result.getDefiningOp()) {
    if (dequantizes(op)) {
      boundary.cast = op;
      break;
    }
    if (!movesData(op))
      break;
    boundary.movements.push_back(op);
    result = op->getOperand(0);
  }
  std::reverse(boundary.movements.begin(), boundary.movements.end());
  return boundary;
}

RankedTensorType withElement(Type type, Type element) {
  return RankedTensorType::get(cast<RankedTensorType>(type).getShape(), element);
}

/// Copies of the movements that move `value`, which holds integers.
Value moveIntegers(ArrayRef<Operation *> movements, Value value, OpBuilder &builder, DenseSet<Operation *> &added) {
  for (Operation *movement : movements) {
    Operation *copy = builder.clone(*movement);
    copy->setOperand(0, value);
    copy->getResult(0).setType(withElement(movement->getResult(0).getType(), getElementTypeOrSelf(value.getType())));
    added.insert(copy);
    value = copy->getResult(0);
  }
  return value;
}

void setType(func::FuncOp function) {
  Block &body = function.front();
  function.setType(
      FunctionType::get(function.getContext(), body.getArgumentTypes(), body.getTerminator()->getOperandTypes()));
}

void addSteps(program::PortT &port, ArrayAttr steps) {
  if (!steps)
    return;
  for (auto step : steps.getAsRange<npu::HostStepAttrInterface>()) {
    port.host_steps.push_back(std::make_unique<program::HostStepT>());
    port.host_steps.back()->op = step.encode();
    port.host_steps.back()->operand_count = step.getOperandCount();
  }
}

Tensor applied(const program::OpUnion &op, ArrayRef<ConstTensorView> operands, const TensorType &type) {
  Tensor result(type);
  kernels::lookup(op.type)->reference(op, operands, result.mutableView());
  return result;
}

} // namespace

Result<HostPath> HostPath::ofInput(func::FuncOp function, unsigned index) {
  HostPath path;
  auto steps = function.getArgAttrOfType<ArrayAttr>(index, npu::hostStepsAttrName);
  path.port.name = "input " + std::to_string(index);
  addSteps(path.port, steps);
  auto types = program::inputHostTypes(path.port, qnn::toHost(function.getArgument(index).getType()));
  if (!types)
    return types.error();
  path.types = *types;
  return path;
}

Tensor HostPath::apply(Tensor tensor) const {
  for (size_t i = 0; i != port.host_steps.size(); ++i)
    tensor = applied(port.host_steps[i]->op, tensor.view(), types[i + 1]);
  return tensor;
}

std::string nameOfResult(OpOperand &result) {
  auto function = result.getOwner()->getParentOfType<func::FuncOp>();
  auto name = function.getResultAttrOfType<StringAttr>(result.getOperandNumber(), qnn::portNameAttrName);
  return name ? name.str() : qnn::valueName(result.get());
}

Result<HostResults> HostResults::of(func::FuncOp function) {
  HostResults results;
  std::vector<TensorType> types;
  for (OpOperand &result : function.front().getTerminator()->getOpOperands()) {
    unsigned index = result.getOperandNumber();
    auto port = std::make_unique<program::PortT>();
    port->name = nameOfResult(result);
    addSteps(*port, function.getResultAttrOfType<ArrayAttr>(index, npu::hostStepsAttrName));
    if (auto name = function.getResultAttrOfType<StringAttr>(index, npu::modelOutputAttrName))
      port->model_output = name.str();
    types.push_back(qnn::toHost(result.get().getType()));
    results.ports.push_back(std::move(port));
  }
  auto host = program::hostOutputs(results.ports, types);
  if (!host)
    return host.error();
  results.host = std::move(*host);
  return results;
}

std::vector<Tensor> HostResults::apply(const std::vector<Tensor> &results) const {
  std::vector<Tensor> values;
  for (const program::HostValue &value : host.values) {
    SmallVector<ConstTensorView> operands;
    for (size_t operand : value.operands)
      operands.push_back(values[operand].view());
    values.push_back(value.op ? applied(*value.op, operands, value.type) : results[value.port]);
  }
  std::vector<Tensor> outputs;
  for (const program::ModelOutput &output : host.outputs)
    outputs.push_back(values[output.endValue - 1]);
  return outputs;
}

std::optional<TensorType> integersOfArgument(BlockArgument argument) {
  Boundary boundary = boundaryOf(argument);
  if (!boundary.cast)
    return std::nullopt;
  return qnn::toHost(withElement(argument.getType(), getElementTypeOrSelf(boundary.cast->getResult(0))));
}

std::optional<TensorType> integersOfResult(Value result) {
  Boundary boundary = boundaryOf(result);
  if (!boundary.cast)
    return std::nullopt;
  return qnn::toHost(withElement(result.getType(), getElementTypeOrSelf(boundary.cast->getOperand(0))));
}

Value integersBehind(BlockArgument argument) {
  Operation *cast = boundaryOf(argument).cast;
  return cast ? cast->getResult(0) : Value();
}

Value integersBehind(Value result) {
  Operation *cast = boundaryOf(result).cast;
  return cast ? cast->getOperand(0) : Value();
}

void takeIntegers(BlockArgument argument, DenseSet<Operation *> &added) {
  Boundary boundary = boundaryOf(argument);
  Value quantized = boundary.cast->getResult(0);
  argument.setType(withElement(argument.getType(), getElementTypeOrSelf(quantized.getType())));
  OpBuilder builder(boundary.cast);
  Value integers = moveIntegers(boundary.movements, argument, builder, added);
  quantized.replaceAllUsesWith(integers);
  boundary.cast->erase();
  for (Operation *movement : llvm::reverse(boundary.movements))
    movement->erase();
  setType(cast<func::FuncOp>(argument.getOwner()->getParentOp()));
}

void giveIntegers(OpOperand &result, DenseSet<Operation *> &added) {
  Boundary boundary = boundaryOf(result.get());
  OpBuilder builder(result.getOwner());
  result.set(moveIntegers(boundary.movements, boundary.cast->getOperand(0), builder, added));
  setType(result.getOwner()->getParentOfType<func::FuncOp>());
}

} // namespace tare

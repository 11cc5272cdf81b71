//===- Border.cpp - Real numbers and integers at @main's border -----------===//
#include "Driver/Execute/Border.h"

#include "tare/Dialect/Npu/Movements.h"
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

bool quantizes(Operation *op) { return isa<npu::QuantizeOp, quant::QuantizeCastOp>(op); }
bool dequantizes(Operation *op) { return isa<npu::DequantizeOp, quant::DequantizeCastOp>(op); }

/// To the quantize behind an argument; nothing where there is none.
std::optional<npu::Passage> passageOf(BlockArgument argument) {
  npu::Passage passage = npu::passageToReader(argument);
  return passage.end && quantizes(passage.end) ? std::optional(std::move(passage)) : std::nullopt;
}

/// To the dequantize that a result comes from; nothing where there is none.
std::optional<npu::Passage> passageOf(Value result) {
  npu::Passage passage = npu::passageToMaker(result);
  return passage.end && dequantizes(passage.end) ? std::optional(std::move(passage)) : std::nullopt;
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
  Value integers = integersBehind(argument);
  if (!integers)
    return std::nullopt;
  return qnn::toHost(withElement(argument.getType(), getElementTypeOrSelf(integers)));
}

std::optional<TensorType> integersOfResult(Value result) {
  Value integers = integersBehind(result);
  if (!integers)
    return std::nullopt;
  return qnn::toHost(withElement(result.getType(), getElementTypeOrSelf(integers)));
}

Value integersBehind(BlockArgument argument) {
  std::optional<npu::Passage> passage = passageOf(argument);
  return passage ? passage->end->getResult(0) : Value();
}

Value integersBehind(Value result) {
  std::optional<npu::Passage> passage = passageOf(result);
  return passage ? passage->end->getOperand(0) : Value();
}

void takeIntegers(BlockArgument argument, DenseSet<Operation *> &added) {
  const npu::Passage passage = *passageOf(argument);
  Value quantized = passage.end->getResult(0);
  argument.setType(withElement(argument.getType(), getElementTypeOrSelf(quantized.getType())));
  OpBuilder builder(passage.end);
  Value integers = moveIntegers(passage.movements, argument, builder, added);
  quantized.replaceAllUsesWith(integers);
  passage.end->erase();
  for (Operation *movement : llvm::reverse(passage.movements))
    movement->erase();
  setType(cast<func::FuncOp>(argument.getOwner()->getParentOp()));
}

void giveIntegers(OpOperand &result, DenseSet<Operation *> &added) {
  const npu::Passage passage = *passageOf(result.get());
  OpBuilder builder(result.getOwner());
  result.set(moveIntegers(passage.movements, passage.end->getOperand(0), builder, added));
  setType(result.getOwner()->getParentOfType<func::FuncOp>());
}

} // namespace tare

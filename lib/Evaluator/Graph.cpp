#include "Graph.h"
#include "mlir/IR/Matchers.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace tare;
using namespace mlir;

void Evaluator::Graph::addPorts(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments()) {
    slots[argument] = constants.size();
    constants.emplace_back();
    auto type = cast<RankedTensorType>(argument.getType());
    inputs.push_back({qnn::valueName(argument), qnn::toHost(type), type});
  }
  auto results = function.front().getTerminator()->getOperands();
  for (auto [index, value] : llvm::enumerate(results)) {
    auto name = function.getResultAttrOfType<StringAttr>(index, qnn::portNameAttrName);
    auto type = cast<RankedTensorType>(value.getType());
    outputs.push_back({name ? name.str() : qnn::valueName(value), qnn::toHost(type), type});
  }
}

void Evaluator::Graph::addConstant(Operation &op, ElementsAttr value) {
  slots[op.getResult(0)] = constants.size();
  constants.push_back(qnn::toTensor(value));
}

size_t Evaluator::Graph::addSlot(Value value) {
  constants.emplace_back();
  return slots[value] = constants.size() - 1;
}

size_t Evaluator::Graph::operandSlot(Value value, const Step &step) {
  size_t slot = slots.lookup(value);
  if (!step.onReals || !constants[slot] || !qnn::quantizedElement(value.getType()))
    return slot;
  auto [known, isNew] = realConstants.try_emplace(value, constants.size());
  if (isNew)
    constants.push_back(dequantized(constants[slot], value.getType()));
  return known->second;
}

LogicalResult Evaluator::Graph::addOp(Operation &op) {
  if (ElementsAttr value; matchPattern(&op, m_Constant(&value)))
    return addConstant(op, value), mlir::success();
  // A beginning without an end computes nothing.
  if (isa<qnn::LoopBeginOp, npu::LoopBeginOp>(op) && op.use_empty())
    return mlir::success();
  FailureOr<Step> step = bind(&op);
  if (failed(step))
    return op.emitError("layer '") << qnn::layerName(&op) << "': " << op.getName() << " cannot be evaluated";
  bool allConstant = true;
  for (Value operand : op.getOperands()) {
    step->operands.push_back(operandSlot(operand, *step));
    allConstant &= bool(constants[step->operands.back()]);
  }
  step->constantWeight = hasFiniteWeights(*step, constants);
  step->result = addSlot(op.getResult(0));
  for (auto [index, further] : llvm::enumerate(step->further))
    further.slot = addSlot(op.getResult(index + 1));
  if (!allConstant || step->loop.value)
    return steps.push_back(std::move(*step)), mlir::success();
  // What depends on constants alone is computed once.
  SmallVector<Tensor> values;
  for (size_t slot : step->operands)
    values.push_back(constants[slot]);
  Result<std::vector<Tensor>> results = resultsOf(*step, values);
  if (!results)
    return op.emitError(results.error().message);
  for (auto [result, known] : llvm::zip(op.getResults(), *results))
    constants[slots.lookup(result)] = known;
  return mlir::success();
}

/// The verifier has seen to it that they are in pairs.
void Evaluator::Graph::findLoops() {
  SmallVector<size_t> open;
  for (auto [index, step] : llvm::enumerate(steps))
    if (step.loop.type == program::Op::LoopBegin)
      open.push_back(index);
    else if (const program::LoopEndT *end = step.loop.AsLoopEnd())
      loops.push_back({open.pop_back_val(), index, end->steps});
}

LogicalResult Evaluator::Graph::build(func::FuncOp function) {
  addPorts(function);
  for (Operation &op : function.front().without_terminator())
    if (failed(addOp(op)))
      return failure();
  for (Value value : function.front().getTerminator()->getOperands())
    outputSlots.push_back(slots.lookup(value));
  chooseOrders();
  findLoops();
  choosePlaces();
  planMemory();
  findLastUses();
  return mlir::success();
}

//===- Evaluator.cpp - Runs any form of the IR ----------------------------===//
#include "tare/Evaluator/Evaluator.h"
#include "Registry.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Matchers.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Kernels/Registry.h"

#include <span>

using namespace tare;
using namespace mlir;

namespace {

/// An op whose operands and result are slots of the value table.
struct Step {
  Operation *op = nullptr;
  /// For ops of the graph level.
  const EvaluationRegistry::Entry *entry = nullptr;
  /// For ops of the hardware level: the operator's kernel and parameters.
  const kernels::OpKernel *kernel = nullptr;
  program::OpUnion parameters;
  std::vector<size_t> operands;
  /// Quantized operands enter as real numbers, and the result is quantized.
  bool onReals = false;
  bool constantWeight = false;
  size_t result = 0;
  tare::TensorType resultType;
  /// Slots that no later step reads.
  std::vector<size_t> lastUses;
};

tare::TensorType realType(const tare::TensorType &type) { return {ElementType::f32, type.shape}; }

Tensor runKernel(const Step &step, ArrayRef<Tensor> operands) {
  Tensor result(step.resultType);
  std::vector<ConstTensorView> views;
  for (const Tensor &operand : operands)
    views.push_back(operand.view());
  step.kernel->reference(step.parameters, views, result.mutableView());
  return result;
}

Tensor runEntry(const Step &step, ArrayRef<Tensor> operands, kernels::floating::PackedConstants *packed) {
  Tensor result(step.onReals ? realType(step.resultType) : step.resultType);
  step.entry->evaluate(step.op, {operands, result.mutableView(), packed});
  return step.onReals ? quantized(result, step.op->getResult(0).getType()) : result;
}

Tensor runStep(const Step &step, ArrayRef<Tensor> operands, kernels::floating::PackedConstants *packed) {
  return step.kernel ? runKernel(step, operands) : runEntry(step, operands, step.constantWeight ? packed : nullptr);
}

/// How `op` is run, its slots left open; fails where nothing runs it.
FailureOr<Step> bind(Operation *op) {
  Step step;
  step.op = op;
  if (op->getNumResults() != 1)
    return failure();
  step.resultType = qnn::toHost(op->getResult(0).getType());
  if (auto npuOp = dyn_cast<npu::NpuOpInterface>(op)) {
    step.parameters = npuOp.encode();
    step.kernel = kernels::lookup(step.parameters.type);
    return step;
  }
  step.entry = EvaluationRegistry::instance().find(op);
  if (!step.entry)
    return failure();
  step.onReals = !step.entry->movesElements && qnn::quantizedElement(op->getResult(0).getType());
  return step;
}

} // namespace

struct Evaluator::Graph {
  std::vector<Port> inputs, outputs;
  std::vector<Step> steps;
  /// One per slot: the constants' values; empty for the others.
  std::vector<Tensor> constants;
  std::vector<size_t> outputSlots;
  mutable kernels::floating::PackedConstants packed;

  LogicalResult build(func::FuncOp function);
  LogicalResult addOp(Operation &op);
  void addConstant(Operation &op, ElementsAttr value);
  void addPorts(func::FuncOp function);
  void findLastUses();
  /// The slot of `value`, as real numbers where the step wants them and the value is a quantized constant.
  size_t operandSlot(Value value, const Step &step);

  DenseMap<Value, size_t> slots;
  DenseMap<Value, size_t> realConstants;
};

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
  FailureOr<Step> step = bind(&op);
  if (failed(step))
    return op.emitError("layer '") << qnn::layerName(&op) << "': " << op.getName() << " cannot be evaluated";
  bool allConstant = true;
  for (Value operand : op.getOperands()) {
    step->operands.push_back(operandSlot(operand, *step));
    allConstant &= bool(constants[step->operands.back()]);
  }
  step->constantWeight = step->operands.size() > 1 && constants[step->operands[1]];
  step->result = constants.size();
  slots[op.getResult(0)] = step->result;
  constants.emplace_back();
  if (!allConstant)
    return steps.push_back(std::move(*step)), mlir::success();
  // What depends on constants alone is computed once.
  SmallVector<Tensor> values;
  for (size_t slot : step->operands)
    values.push_back(constants[slot]);
  constants[step->result] = runStep(*step, values, nullptr);
  return mlir::success();
}

void Evaluator::Graph::findLastUses() {
  std::vector<bool> needed(constants.size());
  for (size_t slot : outputSlots)
    needed[slot] = true;
  for (Step &step : llvm::reverse(steps))
    for (size_t slot : step.operands)
      if (!needed[slot] && !constants[slot]) {
        needed[slot] = true;
        step.lastUses.push_back(slot);
      }
}

LogicalResult Evaluator::Graph::build(func::FuncOp function) {
  addPorts(function);
  for (Operation &op : function.front().without_terminator())
    if (failed(addOp(op)))
      return failure();
  for (Value value : function.front().getTerminator()->getOperands())
    outputSlots.push_back(slots.lookup(value));
  findLastUses();
  return mlir::success();
}

Evaluator::Evaluator(std::unique_ptr<Graph> graph) : graph(std::move(graph)) {}
Evaluator::Evaluator(Evaluator &&) = default;
Evaluator &Evaluator::operator=(Evaluator &&) = default;
Evaluator::~Evaluator() = default;

const std::vector<Evaluator::Port> &Evaluator::inputs() const { return graph->inputs; }
const std::vector<Evaluator::Port> &Evaluator::outputs() const { return graph->outputs; }

FailureOr<Evaluator> Evaluator::create(ModuleOp module) {
  auto function = module.lookupSymbol<func::FuncOp>("main");
  if (!function || !function.getBody().hasOneBlock())
    return module.emitError("expected a function @main with one block");
  auto graph = std::make_unique<Graph>();
  if (failed(graph->build(function)))
    return failure();
  return Evaluator(std::move(graph));
}

std::vector<Value> Evaluator::computedValues() const {
  std::vector<Value> values;
  for (const Step &step : graph->steps)
    values.push_back(step.op->getResult(0));
  return values;
}

std::vector<Tensor> Evaluator::run(ArrayRef<Tensor> operands, Observer observe) const {
  std::vector<Tensor> values(graph->constants);
  for (auto [slot, operand] : llvm::enumerate(operands))
    values[slot] = operand;
  SmallVector<Tensor> arguments;
  for (const Step &step : graph->steps) {
    arguments.clear();
    for (auto [slot, value] : llvm::zip(step.operands, step.op->getOperands()))
      arguments.push_back(step.onReals && !graph->constants[slot] ? dequantized(values[slot], value.getType())
                                                                  : values[slot]);
    values[step.result] = runStep(step, arguments, &graph->packed);
    if (observe)
      observe(step.op->getResult(0), values[step.result]);
    for (size_t slot : step.lastUses)
      values[slot] = Tensor();
  }
  std::vector<Tensor> results;
  for (size_t slot : graph->outputSlots)
    results.push_back(values[slot]);
  return results;
}

FailureOr<Tensor> tare::evaluateOp(Operation *op, ArrayRef<Tensor> operands) {
  FailureOr<Step> step = bind(op);
  if (failed(step))
    return failure();
  SmallVector<Tensor> arguments;
  for (auto [tensor, value] : llvm::zip(operands, op->getOperands()))
    arguments.push_back(step->onReals ? dequantized(tensor, value.getType()) : tensor);
  return runStep(*step, arguments, nullptr);
}

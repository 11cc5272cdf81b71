//===- Replay.cpp - A run again from one value on -------------------------===//
#include "tare/Evaluator/Replay.h"

#include "Step.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Matchers.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/LoopEnds.h"

#include "llvm/ADT/DenseSet.h"

#include <algorithm>

using namespace tare;
using namespace mlir;

struct Replay::State {
  size_t arguments = 0;
  std::vector<Step> steps;
  /// By step: the value of each result.
  std::vector<SmallVector<Value>> results;
  /// By step that begins a loop: the step that ends it.
  DenseMap<size_t, size_t> loopEnds;
  DenseMap<Value, size_t> slots;
  DenseSet<Value> inLoops;
  std::vector<size_t> outputSlots;
  /// What every run begins with: the constants, null elsewhere.
  Values initial;
  mutable kernels::floating::PackedConstants packed;

  LogicalResult build(func::FuncOp function);
  LogicalResult addOp(Operation &op);
  size_t addSlot(Value value, Tensor constant = {});
  void findLoops();

  Status runSteps(size_t begin, size_t end, Values &values, std::vector<bool> *changed, Edit edit,
                  Value last = {}) const;
  Status runStep(const Step &step, Values &values) const;
  Status runLoop(size_t begin, size_t end, Values &values) const;
  bool reads(size_t begin, size_t end, const std::vector<bool> &changed) const;
};

size_t Replay::State::addSlot(Value value, Tensor constant) {
  initial.push_back(std::move(constant));
  return slots[value] = initial.size() - 1;
}

LogicalResult Replay::State::addOp(Operation &op) {
  if (ElementsAttr value; matchPattern(&op, m_Constant(&value)))
    return addSlot(op.getResult(0), qnn::toTensor(value)), mlir::success();
  if (isa<qnn::LoopBeginOp>(op) && op.use_empty())
    return mlir::success();
  FailureOr<Step> step = bind(&op);
  if (failed(step))
    return op.emitError("layer '") << qnn::layerName(&op) << "': " << op.getName() << " cannot be evaluated";
  for (Value operand : op.getOperands())
    step->operands.push_back(slots.lookup(operand));
  step->constantWeight = hasFiniteWeights(*step, initial);
  step->result = addSlot(op.getResult(0));
  for (auto [index, further] : llvm::enumerate(step->further))
    further.slot = addSlot(op.getResult(index + 1));
  results.emplace_back(op.getResults());
  steps.push_back(std::move(*step));
  return mlir::success();
}

/// The verifier has seen to it that they are in pairs.
void Replay::State::findLoops() {
  SmallVector<size_t> open;
  for (size_t index = 0; index != steps.size(); ++index) {
    if (!open.empty())
      inLoops.insert(results[index].begin(), results[index].end());
    if (steps[index].loop.type == program::Op::LoopBegin) {
      open.push_back(index);
      inLoops.insert(results[index].begin(), results[index].end());
    } else if (steps[index].loop.type == program::Op::LoopEnd) {
      loopEnds[open.pop_back_val()] = index;
      // What a loop gives is there once.
      if (open.empty())
        for (Value value : results[index])
          inLoops.erase(value);
    }
  }
}

LogicalResult Replay::State::build(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    addSlot(argument);
  arguments = initial.size();
  for (Operation &op : function.front().without_terminator())
    if (failed(addOp(op)))
      return failure();
  for (Value value : function.front().getTerminator()->getOperands())
    outputSlots.push_back(slots.lookup(value));
  findLoops();
  return mlir::success();
}

Status Replay::State::runStep(const Step &step, Values &values) const {
  auto operands = llvm::map_to_vector(step.operands, [&](size_t slot) -> const Tensor * { return &values[slot]; });
  Tensor result = step.onReals ? Tensor() : Tensor(step.resultType);
  auto further = llvm::map_to_vector(step.further, [](const Step::FurtherResult &other) { return Tensor(other.type); });
  Status done = tare::runStep(step, operands, &packed, result, further);
  values[step.result] = std::move(result);
  for (auto [other, tensor] : llvm::zip(step.further, further))
    values[other.slot] = tensor;
  return done;
}

static std::vector<size_t> resultSlots(const Step &step) {
  std::vector<size_t> slots{step.result};
  for (const Step::FurtherResult &further : step.further)
    slots.push_back(further.slot);
  return slots;
}

Status Replay::State::runLoop(size_t begin, size_t end, Values &values) const {
  const program::LoopBeginT &first = *steps[begin].loop.AsLoopBegin();
  const program::LoopEndT &last = *steps[end].loop.AsLoopEnd();
  for (size_t at : {begin, end}) {
    values[steps[at].result] = Tensor(steps[at].resultType);
    for (const Step::FurtherResult &further : steps[at].further)
      values[further.slot] = Tensor(further.type);
  }
  auto operandsOf = [&](size_t at) {
    return llvm::map_to_vector(steps[at].operands, [&](size_t slot) { return values[slot].view(); });
  };
  auto resultsOf = [&](size_t at) {
    return llvm::map_to_vector(resultSlots(steps[at]), [&](size_t slot) { return values[slot].mutableView(); });
  };
  for (int64_t turn = 0; turn != last.steps; ++turn) {
    kernels::beginStep(first, turn, operandsOf(begin), resultsOf(begin));
    if (Status done = runSteps(begin + 1, end, values, nullptr, {}); !done)
      return done;
    const auto given = operandsOf(end);
    kernels::endStep(last, turn, given, resultsOf(end));
    size_t bytes = 0;
    for (const ConstTensorView &each : given)
      bytes += each.type.bytes();
    Tensor scratch(ElementType::u8, {int64_t(bytes)});
    if (turn + 1 != last.steps)
      kernels::carryStates(last, given, resultsOf(begin), scratch.mutableAs<std::byte>());
  }
  return tare::success();
}

bool Replay::State::reads(size_t begin, size_t end, const std::vector<bool> &changed) const {
  return std::any_of(steps.begin() + begin, steps.begin() + end, [&](const Step &step) {
    return llvm::any_of(step.operands, [&](size_t slot) { return changed[slot]; });
  });
}

/// Runs the steps from `begin` to `end`: all of them, or those that read what has changed.
Status Replay::State::runSteps(size_t begin, size_t end, Values &values, std::vector<bool> *changed, Edit edit,
                               Value last) const {
  for (size_t index = begin, next; index < end; index = next) {
    auto loop = loopEnds.find(index);
    const size_t at = loop == loopEnds.end() ? index : loop->second;
    next = at + 1;
    if (changed && !reads(index, next, *changed))
      continue;
    if (Status done = at == index ? runStep(steps[at], values) : runLoop(index, at, values); !done)
      return done;
    const std::vector<size_t> slotsOfResults = resultSlots(steps[at]);
    for (auto [value, slot] : llvm::zip(results[at], slotsOfResults)) {
      if (changed)
        (*changed)[slot] = true;
      if (Tensor other = edit ? edit(value, values) : Tensor())
        values[slot] = std::move(other);
      if (value == last)
        return tare::success();
    }
  }
  return tare::success();
}

Replay::Replay(std::unique_ptr<State> state) : state(std::move(state)) {}
Replay::Replay(Replay &&) = default;
Replay &Replay::operator=(Replay &&) = default;
Replay::~Replay() = default;

FailureOr<Replay> Replay::create(ModuleOp module) {
  auto function = module.lookupSymbol<func::FuncOp>("main");
  if (!function || !function.getBody().hasOneBlock())
    return module.emitError("expected a function @main with one block");
  auto state = std::make_unique<State>();
  if (failed(state->build(function)))
    return failure();
  return Replay(std::move(state));
}

void Replay::substitute(OpOperand &operand, Tensor constant) {
  for (Step &step : state->steps)
    if (step.op == operand.getOwner()) {
      step.operands[operand.getOperandNumber()] = state->initial.size();
      state->initial.push_back(std::move(constant));
      step.constantWeight = hasFiniteWeights(step, state->initial);
    }
}

Result<Replay::Values> Replay::run(ArrayRef<Tensor> arguments, Edit edit) const {
  Values values = state->initial;
  llvm::copy(arguments, values.begin());
  for (auto [value, slot] : state->slots)
    if (slot < state->arguments)
      if (Tensor other = edit ? edit(value, values) : Tensor())
        values[slot] = std::move(other);
  Status done = state->runSteps(0, state->steps.size(), values, nullptr, edit);
  return done ? Result<Values>(std::move(values)) : done.error();
}

Result<Replay::Values> Replay::rerun(Values values, Value value, Tensor tensor, Edit edit, Value last) const {
  const size_t slot = state->slots.lookup(value);
  values[slot] = std::move(tensor);
  std::vector<bool> changed(values.size());
  changed[slot] = true;
  Status done = state->runSteps(0, state->steps.size(), values, &changed, edit, last);
  return done ? Result<Values>(std::move(values)) : done.error();
}

const Tensor &Replay::at(const Values &values, Value value) const {
  static const Tensor none;
  auto slot = state->slots.find(value);
  return slot == state->slots.end() ? none : values[slot->second];
}

std::vector<Tensor> Replay::outputs(const Values &values) const {
  std::vector<Tensor> tensors;
  for (size_t slot : state->outputSlots)
    tensors.push_back(values[slot]);
  return tensors;
}

bool Replay::isInLoop(Value value) const { return state->inLoops.contains(value); }

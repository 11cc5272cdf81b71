//===- Evaluator.cpp - Runs any form of the IR ----------------------------===//
#include "Graph.h"

#include "tare/Dialect/Qnn/Names.h"
#include "tare/Kernels/LoopEnds.h"

#include "llvm/ADT/SetVector.h"

#include <cstring>

using namespace tare;
using namespace mlir;

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
    if (step.op)
      llvm::append_range(values, step.op->getResults());
  return values;
}

std::vector<Tensor> Evaluator::run(ArrayRef<Tensor> operands, Observer observe, ElementOrder order,
                                   std::optional<std::string> *problem) const {
  auto show = [&](const Step &step, Value value, Tensor &result) {
    if (observe)
      observe(value, order == ElementOrder::any ? result : rowMajor(step, result));
  };
  return graph->run(operands, show, problem);
}

std::vector<Tensor> Evaluator::runEdited(ArrayRef<Tensor> operands, Editor edit) const {
  return graph->run(operands, [&](const Step &step, Value value, Tensor &result) {
    // Integers are row-major already: there it shares their memory.
    edit(value, [&] { return rowMajor(step, result); });
  });
}

std::optional<std::string> Evaluator::problem() const {
  std::lock_guard lock(graph->problemMutex);
  return graph->problem;
}

/// "; it follows from the input 'ids'": what the node's integers are computed from.
static std::string originText(Operation *node) {
  SmallVector<Value> open;
  auto addIntegers = [&](Operation *op) {
    llvm::copy_if(op->getOperands(), std::back_inserter(open),
                  [](Value operand) { return isa<IntegerType>(getElementTypeOrSelf(operand.getType())); });
  };
  addIntegers(node);
  llvm::SetVector<Value> seen;
  std::string inputs;
  while (!open.empty()) {
    Value value = open.pop_back_val();
    if (!seen.insert(value))
      continue;
    if (isa<BlockArgument>(value))
      inputs += (inputs.empty() ? "; it follows from the input '" : "', '") + qnn::valueName(value);
    else
      llvm::append_range(open, value.getDefiningOp()->getOperands());
  }
  return inputs.empty() ? "" : inputs + "'";
}

Status Evaluator::Graph::runOne(const Step &step, std::vector<Tensor> &values) const {
  auto operands = llvm::map_to_vector(step.operands, [&](size_t slot) -> const Tensor * { return &values[slot]; });
  Tensor &result = values[step.result];
  if (step.place == Step::Place::operand) {
    result = operands[0]->reshaped(step.resultType.shape);
    return tare::success();
  }
  if (step.place == Step::Place::own && !step.onReals)
    result = Tensor(step.resultType);
  auto further = llvm::map_to_vector(step.further, [](const Step::FurtherResult &other) { return Tensor(other.type); });
  Status done = runStep(step, operands, &packed, result, further);
  for (auto [other, tensor] : llvm::zip(step.further, further))
    values[other.slot] = tensor;
  if (done || !step.op)
    return done;
  return Error{done.error().message + originText(step.op)};
}

void Evaluator::Graph::note(const Error &error, std::optional<std::string> *ofRun) const {
  if (ofRun && !*ofRun)
    *ofRun = error.message;
  std::lock_guard lock(problemMutex);
  if (!problem)
    problem = error.message;
}

void Evaluator::Graph::show(const Step &step, std::vector<Tensor> &values, Visit visit) const {
  if (!step.op)
    return;
  visit(step, step.op->getResult(0), values[step.result]);
  for (auto [index, further] : llvm::enumerate(step.further))
    visit(step, step.op->getResult(index + 1), values[further.slot]);
}

/// The loop that a step is an end of, or null.
const Evaluator::Graph::Loop *Evaluator::Graph::loopAt(size_t index) const {
  if (!steps[index].loop.value)
    return nullptr;
  return &*llvm::find_if(loops, [&](const Loop &loop) { return loop.begin == index || loop.end == index; });
}

static SmallVector<ConstTensorView> viewsOf(const Step &step, const std::vector<Tensor> &values) {
  return llvm::map_to_vector(step.operands, [&](size_t slot) { return values[slot].view(); });
}

/// Where the results lie: in new memory, or where they are.
static SmallVector<TensorView> resultViews(const Step &step, std::vector<Tensor> &values,
                                           llvm::function_ref<bool(size_t)> isNew) {
  SmallVector<TensorView> views;
  for (size_t index = 0; index <= step.further.size(); ++index) {
    Tensor &tensor = values[index == 0 ? step.result : step.further[index - 1].slot];
    if (isNew(index))
      tensor = Tensor(index == 0 ? step.resultType : step.further[index - 1].type);
    views.push_back(tensor.mutableView());
  }
  return views;
}

void Evaluator::Graph::beginStep(const Step &step, int64_t turn, std::vector<Tensor> &values) const {
  const program::LoopBeginT &loop = *step.loop.AsLoopBegin();
  // Later steps find the states that endStep() has left.
  auto views = resultViews(step, values, [&](size_t index) { return turn == 0 || index <= loop.sequences; });
  kernels::beginStep(loop, turn, viewsOf(step, values), views);
}

void Evaluator::Graph::endStep(const Step &step, const Loop &loop, int64_t turn, std::vector<Tensor> &values) const {
  const program::LoopEndT &end = *step.loop.AsLoopEnd();
  auto views = resultViews(step, values, [&](size_t) { return turn == 0; });
  kernels::endStep(end, turn, viewsOf(step, values), views);
  if (turn + 1 == loop.count)
    return;
  // Copies, since what they are of may be in the arena; all before any is in its place, since a state may go to
  // another.
  SmallVector<Tensor> carried;
  for (size_t slot : ArrayRef(step.operands).slice(1, end.carries)) {
    carried.emplace_back(values[slot].type());
    std::memcpy(carried.back().mutableAs<std::byte>(), values[slot].data(), values[slot].type().bytes());
  }
  ArrayRef<Step::FurtherResult> states = ArrayRef(steps[loop.begin].further).take_back(end.carries);
  for (auto [state, tensor] : llvm::zip(states, carried))
    values[state.slot] = std::move(tensor);
}

/// Runs one step; the one that comes next.
size_t Evaluator::Graph::runAt(size_t index, State &state, Visit visit, std::optional<std::string> *ofRun) const {
  const Step &step = steps[index];
  std::vector<Tensor> &values = state.values;
  const Loop *loop = loopAt(index);
  if (!loop) {
    if (Status done = runOne(step, values); !done)
      note(done.error(), ofRun);
  } else {
    int64_t &turn = state.turns[loop - loops.data()];
    if (index == loop->begin) {
      beginStep(step, turn, values);
    } else {
      endStep(step, *loop, turn, values);
      if (++turn != loop->count)
        return loop->begin;
      turn = 0;
    }
  }
  show(step, values, visit);
  for (size_t slot : step.lastUses)
    values[slot] = Tensor();
  return index + 1;
}

std::vector<Tensor> Evaluator::Graph::run(ArrayRef<Tensor> operands,
                                          llvm::function_ref<void(const Step &, Value, Tensor &)> visit,
                                          std::optional<std::string> *ofRun) const {
  WorkspacePool::Lease workspace(workspaces, layout);
  std::vector<Tensor> &values = workspace.values();
  llvm::copy(operands, values.begin());
  State state{values, SmallVector<int64_t>(loops.size())};
  for (size_t index = 0; index != steps.size();)
    index = runAt(index, state, visit, ofRun);
  std::vector<Tensor> results;
  for (size_t slot : outputSlots)
    results.push_back(values[slot]);
  for (size_t slot : fleeting)
    values[slot] = Tensor();
  return results;
}

FailureOr<std::vector<Tensor>> tare::evaluateResults(Operation *op, ArrayRef<Tensor> operands) {
  FailureOr<Step> step = bind(op);
  if (failed(step))
    return failure();
  Result<std::vector<Tensor>> results = resultsOf(*step, operands);
  if (!results)
    return failure();
  return std::move(*results);
}

FailureOr<Tensor> tare::evaluateOp(Operation *op, ArrayRef<Tensor> operands) {
  FailureOr<std::vector<Tensor>> results = evaluateResults(op, operands);
  if (failed(results))
    return failure();
  return (*results)[0];
}

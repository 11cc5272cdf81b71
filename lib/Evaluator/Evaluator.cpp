//===- Evaluator.cpp - Runs any form of the IR ----------------------------===//
#include "Graph.h"

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
      values.push_back(step.op->getResult(0));
  return values;
}

std::vector<Tensor> Evaluator::run(ArrayRef<Tensor> operands, Observer observe, ElementOrder order) const {
  return graph->run(operands, [&](const Step &step, Tensor &result) {
    if (observe && step.op)
      observe(step.op->getResult(0), order == ElementOrder::any ? result : rowMajor(step, result));
  });
}

std::vector<Tensor> Evaluator::runEdited(ArrayRef<Tensor> operands, Editor edit) const {
  return graph->run(operands, [&](const Step &step, Tensor &result) {
    // Integers are row-major already: there it shares their memory.
    if (step.op)
      edit(step.op->getResult(0), [&] { return rowMajor(step, result); });
  });
}

std::vector<Tensor> Evaluator::Graph::run(ArrayRef<Tensor> operands,
                                          llvm::function_ref<void(const Step &, Tensor &)> visit) const {
  WorkspacePool::Lease workspace(workspaces, layout);
  std::vector<Tensor> &values = workspace.values();
  llvm::copy(operands, values.begin());
  SmallVector<const Tensor *> arguments;
  for (const Step &step : steps) {
    arguments.clear();
    for (size_t slot : step.operands)
      arguments.push_back(&values[slot]);
    Tensor &result = values[step.result];
    if (step.place == Step::Place::operand) {
      result = arguments[0]->reshaped(step.resultType.shape);
    } else {
      if (step.place == Step::Place::own && !step.onReals)
        result = Tensor(step.resultType);
      runStep(step, arguments, &packed, result);
    }
    visit(step, result);
    for (size_t slot : step.lastUses)
      values[slot] = Tensor();
  }
  std::vector<Tensor> results;
  for (size_t slot : outputSlots)
    results.push_back(values[slot]);
  for (size_t slot : fleeting)
    values[slot] = Tensor();
  return results;
}

FailureOr<Tensor> tare::evaluateOp(Operation *op, ArrayRef<Tensor> operands) {
  FailureOr<Step> step = bind(op);
  if (failed(step))
    return failure();
  return resultOf(*step, operands);
}

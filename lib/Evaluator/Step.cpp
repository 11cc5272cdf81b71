#include "Step.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/Loops.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Evaluator/Evaluator.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace mlir;

namespace {

tare::TensorType realType(const tare::TensorType &type) { return {ElementType::f32, type.shape}; }

using Operands = ArrayRef<const Tensor *>;

/// An error about a layer's operands.
Status ofLayer(const Step &step, Status done) {
  return done ? done : Error{"layer '" + qnn::layerName(step.op) + "': " + done.error().message};
}

Status runKernel(const Step &step, Operands operands, Tensor &result) {
  std::vector<ConstTensorView> views;
  for (const Tensor *operand : operands)
    views.push_back(operand->view());
  if (step.kernel->check)
    if (Status fits = step.kernel->check(step.parameters, views); !fits)
      return ofLayer(step, fits);
  step.kernel->reference(step.parameters, views, result.mutableView());
  return tare::success();
}

/// On the real numbers of the quantized operands.
Tensor runOnReals(const Step &step, Operands operands, kernels::floating::PackedConstants *packed) {
  SmallVector<Tensor> reals;
  for (auto [operand, value] : llvm::zip(operands, step.op->getOperands()))
    // Constants are dequantized already.
    reals.push_back(operand->element() == ElementType::f32 ? *operand : dequantized(*operand, value.getType()));
  auto pointers = llvm::map_to_vector(reals, [](const Tensor &tensor) { return &tensor; });
  Tensor result(realType(step.resultType));
  step.entry->evaluate(step.op, {pointers, result.mutableView(), packed});
  return quantized(result, step.op->getResult(0).getType());
}

Status runHost(const Step &step, Operands operands, Tensor &result, MutableArrayRef<Tensor> further) {
  SmallVector<const Tensor *> byPosition;
  for (int64_t number : step.hostOperands)
    byPosition.push_back(number < 0 ? nullptr : operands[number]);
  SmallVector<Tensor> results{result};
  llvm::append_range(results, further);
  return ofLayer(step, host::run(*step.host, byPosition, results));
}

} // namespace

Status tare::runStep(const Step &step, Operands operands, kernels::floating::PackedConstants *packed, Tensor &result,
                     MutableArrayRef<Tensor> further) {
  if (step.host)
    return runHost(step, operands, result, further);
  if (!step.constantWeight)
    packed = nullptr;
  if (step.kernel)
    return runKernel(step, operands, result);
  if (step.entry->check)
    if (Status fits = step.entry->check(step.op, operands); !fits)
      return step.op ? ofLayer(step, fits) : fits;
  if (step.onReals)
    result = runOnReals(step, operands, packed);
  else
    step.entry->evaluate(step.op, {operands, result.mutableView(), packed, step.orders});
  return tare::success();
}

Result<std::vector<Tensor>> tare::resultsOf(const Step &step, ArrayRef<Tensor> operands) {
  auto pointers = llvm::map_to_vector(operands, [](const Tensor &tensor) { return &tensor; });
  std::vector<Tensor> results{step.onReals ? Tensor() : Tensor(step.resultType)};
  for (const Step::FurtherResult &further : step.further)
    results.emplace_back(further.type);
  if (Status done = runStep(step, pointers, nullptr, results[0], MutableArrayRef(results).drop_front()); !done)
    return done.error();
  return results;
}

/// Whether these are a constant's numbers, none of them NaN or infinite.
static bool isFinite(const Tensor &constant) {
  if (!constant || constant.element() != ElementType::f32)
    return bool(constant);
  auto isFinite = [](float value) { return std::isfinite(value); };
  return std::all_of(constant.as<float>(), constant.as<float>() + constant.count(), isFinite);
}

bool tare::hasFiniteWeights(const Step &step, const std::vector<Tensor> &constants) {
  return step.operands.size() > 1 && isFinite(constants[step.operands[1]]) &&
         (step.operands.size() < 3 || isFinite(constants[step.operands[2]]));
}

/// Of the graph or of the hardware level.
template <typename HostOp> static Step bindHost(HostOp op, StringRef kind) {
  Step step;
  step.op = op;
  step.host = qnn::hostNode(kind, op.getOpset(), op.getParameters());
  step.hostOperands = qnn::inputNumbers(op.getPositions(), op.getInputs().size());
  step.resultType = qnn::toHost(op.getResult(0).getType());
  for (Value result : llvm::drop_begin(op->getResults()))
    step.further.push_back({0, qnn::toHost(result.getType())});
  return step;
}

static Step bindLoop(Operation *op, program::OpUnion loop) {
  Step step;
  step.op = op;
  step.loop = std::move(loop);
  step.resultType = qnn::toHost(op->getResult(0).getType());
  for (Value result : llvm::drop_begin(op->getResults()))
    step.further.push_back({0, qnn::toHost(result.getType())});
  return step;
}

FailureOr<Step> tare::bind(Operation *op) {
  if (op->getNumResults() == 0)
    return failure();
  program::OpUnion loop;
  if (auto begin = dyn_cast<qnn::LoopBeginOp>(op))
    loop.Set(qnn::beginTable(begin));
  else if (auto end = dyn_cast<qnn::LoopEndOp>(op))
    loop.Set(qnn::endTable(end));
  else if (isa<npu::LoopBeginOp, npu::LoopEndOp>(op))
    loop = cast<npu::NpuOpInterface>(op).encode();
  if (loop.value)
    return bindLoop(op, std::move(loop));
  if (auto node = dyn_cast<qnn::HostOp>(op))
    return bindHost(node, node.getKind());
  if (auto node = dyn_cast<npu::HostOp>(op))
    return bindHost(node, node.getNode());
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

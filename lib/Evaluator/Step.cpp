#include "Step.h"
#include "tare/Dialect/Npu/NpuOps.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Evaluator/Evaluator.h"

using namespace tare;
using namespace mlir;

namespace {

tare::TensorType realType(const tare::TensorType &type) { return {ElementType::f32, type.shape}; }

using Operands = ArrayRef<const Tensor *>;

void runKernel(const Step &step, Operands operands, Tensor &result) {
  std::vector<ConstTensorView> views;
  for (const Tensor *operand : operands)
    views.push_back(operand->view());
  step.kernel->reference(step.parameters, views, result.mutableView());
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

} // namespace

void tare::runStep(const Step &step, Operands operands, kernels::floating::PackedConstants *packed, Tensor &result) {
  if (!step.constantWeight)
    packed = nullptr;
  if (step.kernel)
    runKernel(step, operands, result);
  else if (step.onReals)
    result = runOnReals(step, operands, packed);
  else
    step.entry->evaluate(step.op, {operands, result.mutableView(), packed, step.orders});
}

Tensor tare::resultOf(const Step &step, ArrayRef<Tensor> operands) {
  auto pointers = llvm::map_to_vector(operands, [](const Tensor &tensor) { return &tensor; });
  Tensor result;
  if (!step.onReals)
    result = Tensor(step.resultType);
  runStep(step, pointers, nullptr, result);
  return result;
}

FailureOr<Step> tare::bind(Operation *op) {
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

//===- ArithmeticOps.cpp - Ops that may carry a fused activation ----------===//
#include "Registry.h"
#include "Windows.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/Elementwise.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::qnn;
namespace floating = tare::kernels::floating;

/// The fused activation of ops that have one.
static void applyClamp(std::optional<ClampAttr> clamp, const TensorView &result) {
  if (!clamp)
    return;
  float low = clamp->getMin(), high = clamp->getMax();
  float *values = result.as<float>();
  for (int64_t i = 0, n = result.count(); i < n; ++i)
    values[i] = std::min(std::max(values[i], low), high);
}

static llvm::ArrayRef<int64_t> spatialOf(const ConstTensorView &weight) {
  return llvm::ArrayRef<int64_t>(weight.type.shape).drop_front(2);
}

/// An activation that the convolution computes, too. It would turn NaN into a number: not where weights have any.
static std::optional<floating::Clamp> fusedClamp(std::optional<ClampAttr> clamp, const Evaluation &e) {
  if (!clamp || !e.packed)
    return std::nullopt;
  floating::Clamp range{float(clamp->getMin()), float(clamp->getMax())};
  bool isRelu = range.low == 0 && std::isinf(range.high);
  bool isFused = isRelu || (std::isfinite(range.low) && std::isfinite(range.high));
  return isFused ? std::optional(range) : std::nullopt;
}

static void evaluateConv(ConvOp op, const Evaluation &e) {
  kernels::Geometry geometry =
      window(spatialOf(e.operand(1)), op.getStrides(), op.getPads(), op.getDilations(), op.getGroup());
  std::optional<floating::Clamp> clamp = fusedClamp(op.getClamp(), e);
  floating::conv(e.operand(0), e.operand(1), e.optional(2), geometry, e.result, e.packed, e.orders, clamp);
  if (!clamp)
    applyClamp(op.getClamp(), e.result);
}

static void evaluateConvTranspose(ConvTransposeOp op, const Evaluation &e) {
  kernels::Geometry geometry =
      window(spatialOf(e.operand(1)), op.getStrides(), op.getPads(), op.getDilations(), op.getGroup());
  floating::convTranspose(e.operand(0), e.operand(1), e.optional(2), geometry, e.result, e.packed,
                          floating::WeightOrder::outputsFirst);
  applyClamp(op.getClamp(), e.result);
}

static void evaluateLinear(LinearOp op, const Evaluation &e) {
  floating::linear(e.operand(0), e.operand(1), e.optional(2), e.result, e.packed);
  applyClamp(op.getClamp(), e.result);
}

static void evaluateMatMul(MatMulOp op, const Evaluation &e) {
  floating::matMul(e.operand(0), e.operand(1), e.result);
  applyClamp(op.getClamp(), e.result);
}

static void evaluateBatchNorm(BatchNormOp op, const Evaluation &e) {
  floating::batchNorm(e.operand(0), e.operand(1), e.operand(2), e.operand(3), e.operand(4),
                      op.getEpsilon().convertToDouble(), e.result);
}

template <auto kernel, typename OpTy> static void evaluateBinary(OpTy op, const Evaluation &e) {
  kernel(e.operand(0), e.operand(1), e.result);
  applyClamp(op.getClamp(), e.result);
}

static void evaluateAveragePool(AveragePoolOp op, const Evaluation &e) {
  kernels::Geometry geometry = window(op.getKernel(), op.getStrides(), op.getPads(), std::nullopt);
  floating::averagePool(e.operand(0), geometry, op.getCountIncludePad(), e.result, e.orders.x);
  applyClamp(op.getClamp(), e.result);
}

static void evaluateReduceMean(ReduceMeanOp op, const Evaluation &e) {
  std::vector<int64_t> axes;
  for (int64_t axis : op.getAxes())
    axes.push_back(axisIn(e.orders.x, axis));
  floating::reduceMean(e.operand(0), axes, e.result);
  applyClamp(op.getClamp(), e.result);
}

void tare::addArithmeticOps(EvaluationRegistry &registry) {
  registry.add<ConvOp>(evaluateConv, OrderRule::either);
  registry.add<ConvTransposeOp>(evaluateConvTranspose);
  registry.add<LinearOp>(evaluateLinear);
  registry.add<MatMulOp>(evaluateMatMul);
  registry.add<BatchNormOp>(evaluateBatchNorm);
  registry.add<AddOp>(evaluateBinary<floating::add, AddOp>, OrderRule::same);
  registry.add<SubOp>(evaluateBinary<floating::sub, SubOp>, OrderRule::same);
  registry.add<MulOp>(evaluateBinary<floating::mul, MulOp>, OrderRule::same);
  registry.add<DivOp>(evaluateBinary<floating::div, DivOp>, OrderRule::same);
  registry.add<AveragePoolOp>(evaluateAveragePool, OrderRule::same);
  registry.add<ReduceMeanOp>(evaluateReduceMean, OrderRule::reads);
}

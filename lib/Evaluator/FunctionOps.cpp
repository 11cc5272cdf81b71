//===- FunctionOps.cpp - y = f(x), and softmax ----------------------------===//
#include "Registry.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/Elementwise.h"
#include "tare/Kernels/Functions.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::qnn;
namespace floating = tare::kernels::floating;

/// Any unary op: its own definition, in double. Slow for large tensors, and never wrong.
template <typename OpTy> static void evaluateFunction(OpTy op, const Evaluation &e) {
  Function function = op.getFunction();
  floating::unary(e.operand(0), e.result,
                  [&](float x) { return float(kernels::evaluate(function.kind, function.parameters, x, 0)); });
}

static void evaluateRelu(ReluOp, const Evaluation &e) {
  floating::unary(e.operand(0), e.result, [](float x) { return std::max(x, 0.0f); });
}

static void evaluateClip(ClipOp op, const Evaluation &e) {
  float low = op.getInterval().getMin(), high = op.getInterval().getMax();
  floating::unary(e.operand(0), e.result, [=](float x) { return std::min(std::max(x, low), high); });
}

static void evaluateLeakyRelu(LeakyReluOp op, const Evaluation &e) {
  float alpha = op.getAlpha().convertToDouble();
  floating::unary(e.operand(0), e.result, [=](float x) { return x < 0 ? alpha * x : x; });
}

static void evaluatePRelu(PReluOp op, const Evaluation &e) {
  llvm::ArrayRef<double> slope = op.getSlope();
  // The slopes run along axis 1: [C, 1, ..] broadcasts to it.
  Shape shape(std::max<size_t>(e.operand(0).type.shape.size(), 2) - 1, 1);
  shape[0] = slope.size();
  Tensor slopes(ElementType::f32, shape);
  std::copy(slope.begin(), slope.end(), slopes.mutableAs<float>());
  floating::prelu(e.operand(0), slopes.view(), e.result);
}

static void evaluateSoftmax(SoftmaxOp op, const Evaluation &e) {
  floating::softmax(e.operand(0), op.getAxis(), e.result);
}

void tare::addFunctionOps(EvaluationRegistry &registry) {
  registry.add<ReluOp>(evaluateRelu, OrderRule::same);
  registry.add<ClipOp>(evaluateClip, OrderRule::same);
  registry.add<LeakyReluOp>(evaluateLeakyRelu, OrderRule::same);
  registry.add<PReluOp>(evaluatePRelu);
  registry.add<SigmoidOp>(evaluateFunction<SigmoidOp>, OrderRule::same);
  registry.add<TanhOp>(evaluateFunction<TanhOp>, OrderRule::same);
  registry.add<HardSigmoidOp>(evaluateFunction<HardSigmoidOp>, OrderRule::same);
  registry.add<HardSwishOp>(evaluateFunction<HardSwishOp>, OrderRule::same);
  registry.add<TruncateOp>(evaluateFunction<TruncateOp>, OrderRule::same);
  registry.add<SwishOp>(evaluateFunction<SwishOp>, OrderRule::same);
  registry.add<ReciprocalOp>(evaluateFunction<ReciprocalOp>, OrderRule::same);
  registry.add<SoftmaxOp>(evaluateSoftmax);
}

//===- Function.cpp - y = f(x), element by element ------------------------===//
#include "../Registry.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/Elementwise.h"
#include "tare/Kernels/Functions.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::qnn;
namespace floating = tare::kernels::floating;

/// Whether the value is rounded to a grid, so that its last bits tell on which side of a step it is.
static bool isRounded(mlir::Value value) {
  return llvm::any_of(value.getUsers(), llvm::IsaPred<mlir::quant::QuantizeCastOp>);
}

/// Any unary op: in a float graph by vectors, elsewhere by its own definition, in double, which is slow and never
/// wrong.
template <typename OpTy> static void evaluateFunction(OpTy op, const Evaluation &e) {
  Function function = op.getFunction();
  // What has been on a grid may have been rounded beyond where there are numbers, as tables take it (A44).
  const bool isOfGrid = op.getInput().template getDefiningOp<mlir::quant::DequantizeCastOp>();
  bool isFloat = !isOfGrid && !isRounded(op.getResult()) && op.getType().getElementType().isF32() &&
                 op.getInput().getType().getElementType().isF32();
  if (isFloat && floating::function(function.kind, function.parameters, e.operand(0), e.result))
    return;
  auto evaluate = isOfGrid ? kernels::evaluateWithin : kernels::evaluate;
  floating::unary(e.operand(0), e.result,
                  [&](float x) { return float(evaluate(function.kind, function.parameters, x, 0)); });
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

/// Of NaN it is NaN, which no table has.
static void evaluateSign(SignOp, const Evaluation &e) {
  floating::unary(e.operand(0), e.result, [](float x) { return std::isnan(x) ? x : float(x > 0) - float(x < 0); });
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

namespace {

template <typename OpTy> void addFunction(EvaluationRegistry &registry) {
  if constexpr (OpTy::template hasTrait<UnaryFunctionOpInterface::Trait>())
    registry.add<OpTy>(evaluateFunction<OpTy>, OrderRule::same);
}

/// Every op that says what its function is.
template <typename... OpTys> void addFunctions(EvaluationRegistry &registry) { (addFunction<OpTys>(registry), ...); }

} // namespace

void tare::addFunctionOps(EvaluationRegistry &registry) {
  addFunctions<
#define GET_OP_LIST
#include "tare/Dialect/Qnn/QnnOpList.inc"
      >(registry);
  // Faster, or with more than one function.
  registry.add<ReluOp>(evaluateRelu, OrderRule::same);
  registry.add<ClipOp>(evaluateClip, OrderRule::same);
  registry.add<LeakyReluOp>(evaluateLeakyRelu, OrderRule::same);
  registry.add<SignOp>(evaluateSign, OrderRule::same);
  registry.add<PReluOp>(evaluatePRelu);
}

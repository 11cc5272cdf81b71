//===- Matrix.cpp - Linear layers, and products of activations ------------===//
#include "../Registry.h"
#include "Clamp.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace tare;
using namespace tare::qnn;
namespace floating = tare::kernels::floating;

static void evaluateLinear(LinearOp op, const Evaluation &e) {
  floating::linear(e.operand(0), e.operand(1), e.optional(2), e.result, e.packed);
  applyClamp(op.getClamp(), e.result);
}

static void evaluateMatMul(MatMulOp op, const Evaluation &e) {
  floating::matMul(e.operand(0), e.operand(1), e.result);
  applyClamp(op.getClamp(), e.result);
}

void tare::addMatrixOps(EvaluationRegistry &registry) {
  registry.add<LinearOp>(evaluateLinear);
  registry.add<MatMulOp>(evaluateMatMul);
}

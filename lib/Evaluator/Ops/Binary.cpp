//===- Binary.cpp - Two operands, broadcasting ----------------------------===//
#include "../Registry.h"
#include "Clamp.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/Elementwise.h"

using namespace tare;
using namespace tare::qnn;
namespace floating = tare::kernels::floating;

template <auto kernel, typename OpTy> static void evaluateBinary(OpTy op, const Evaluation &e) {
  kernel(e.operand(0), e.operand(1), e.result);
  applyClamp(op.getClamp(), e.result);
}

void tare::addBinaryOps(EvaluationRegistry &registry) {
  registry.add<AddOp>(evaluateBinary<floating::add, AddOp>, OrderRule::same);
  registry.add<SubOp>(evaluateBinary<floating::sub, SubOp>, OrderRule::same);
  registry.add<MulOp>(evaluateBinary<floating::mul, MulOp>, OrderRule::same);
  registry.add<DivOp>(evaluateBinary<floating::div, DivOp>, OrderRule::same);
}

//===- Normalization.cpp - Batch norm, and softmax ------------------------===//
#include "../Registry.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace tare;
using namespace tare::qnn;
namespace floating = tare::kernels::floating;

static void evaluateBatchNorm(BatchNormOp op, const Evaluation &e) {
  floating::batchNorm(e.operand(0), e.operand(1), e.operand(2), e.operand(3), e.operand(4),
                      op.getEpsilon().convertToDouble(), e.result);
}

static void evaluateSoftmax(SoftmaxOp op, const Evaluation &e) {
  floating::softmax(e.operand(0), op.getAxis(), e.result);
}

void tare::addNormalizationOps(EvaluationRegistry &registry) {
  registry.add<BatchNormOp>(evaluateBatchNorm);
  registry.add<SoftmaxOp>(evaluateSoftmax);
}

//===- Normalization.cpp - Normalizations and softmax ---------------------===//
#include "../Registry.h"
#include "Clamp.h"
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

static void evaluateNormalize(NormalizeOp op, const Evaluation &e) {
  auto values = [](std::optional<llvm::ArrayRef<double>> list) {
    return list ? std::span<const double>(list->data(), list->size()) : std::span<const double>();
  };
  floating::Normalization norm{{op.getAxes().begin(), op.getAxes().end()},
                               op.getEpsilon().convertToDouble(),
                               op.getKeepMean(),
                               int64_t(op.getAxis().value_or(0)),
                               values(op.getGamma()),
                               values(op.getBeta())};
  floating::normalize(e.operand(0), norm, e.result);
  applyClamp(op.getClamp(), e.result);
}

void tare::addNormalizationOps(EvaluationRegistry &registry) {
  registry.add<BatchNormOp>(evaluateBatchNorm);
  registry.add<SoftmaxOp>(evaluateSoftmax);
  registry.add<NormalizeOp>(evaluateNormalize);
}

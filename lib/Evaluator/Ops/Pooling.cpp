//===- Pooling.cpp - Windows over an image --------------------------------===//
#include "../Registry.h"
#include "Clamp.h"
#include "Windows.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace tare;
using namespace tare::qnn;
namespace floating = tare::kernels::floating;

static void evaluateMaxPool(MaxPoolOp op, const Evaluation &e) {
  floating::maxPool(e.operand(0), window(op.getKernel(), op.getStrides(), op.getPads(), op.getDilations()), e.result,
                    e.orders.x);
}

static void evaluateAveragePool(AveragePoolOp op, const Evaluation &e) {
  kernels::Geometry geometry = window(op.getKernel(), op.getStrides(), op.getPads(), std::nullopt);
  floating::averagePool(e.operand(0), geometry, op.getCountIncludePad(), e.result, e.orders.x);
  applyClamp(op.getClamp(), e.result);
}

void tare::addPoolingOps(EvaluationRegistry &registry) {
  registry.add<MaxPoolOp>(evaluateMaxPool, OrderRule::same);
  registry.add<AveragePoolOp>(evaluateAveragePool, OrderRule::same);
}

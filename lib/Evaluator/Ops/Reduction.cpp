//===- Reduction.cpp - Means along axes -----------------------------------===//
#include "../Registry.h"
#include "Clamp.h"
#include "Windows.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace tare;
using namespace tare::qnn;
namespace floating = tare::kernels::floating;

static void evaluateReduceMean(ReduceMeanOp op, const Evaluation &e) {
  std::vector<int64_t> axes;
  for (int64_t axis : op.getAxes())
    axes.push_back(axisIn(e.orders.x, axis));
  floating::reduceMean(e.operand(0), axes, e.result);
  applyClamp(op.getClamp(), e.result);
}

void tare::addReductionOps(EvaluationRegistry &registry) {
  registry.add<ReduceMeanOp>(evaluateReduceMean, OrderRule::reads);
}

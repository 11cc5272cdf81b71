//===- Convolution.cpp - Convolutions -------------------------------------===//
#include "../Registry.h"
#include "Clamp.h"
#include "Windows.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include <cmath>

using namespace tare;
using namespace tare::qnn;
namespace floating = tare::kernels::floating;

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

void tare::addConvolutionOps(EvaluationRegistry &registry) {
  registry.add<ConvOp>(evaluateConv, OrderRule::either);
  registry.add<ConvTransposeOp>(evaluateConvTranspose);
}

//===- BiasLimits.cpp - Biases of saturated channels ----------------------===//
#include "Quantize/BiasLimits.h"
#include "Graph/Affine.h"
#include "Quantize/RangeBounds.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Evaluator/Evaluator.h"

#include <cmath>

using namespace mlir;
using namespace tare;

static constexpr StringLiteral passName = "tare-bound-ranges";

static bool isBeyond(ElementsAttr constant, qnn::Interval limits) {
  auto [least, greatest] = rangeOf(constant);
  return least < limits.first || greatest > limits.second;
}

/// The bias of a channel with which no input brings its sums back between `ends`; with some room for roundings.
static qnn::Interval biasLimits(const Tensor &weights, int64_t channel, int64_t channels, qnn::Interval input,
                                qnn::Interval ends) {
  constexpr double room = 1.0 / 16;
  const int64_t count = weights.count() / channels;
  double least = 0, greatest = 0;
  for (const float *w = weights.as<float>() + channel * count, *end = w + count; w != end; ++w) {
    auto [low, high] = std::minmax({*w * input.first, *w * input.second});
    // Padding is 0.
    least += std::min(low, 0.0);
    greatest += std::max(high, 0.0);
  }
  const double more = room * (greatest - least);
  return {ends.first - greatest - more, ends.second - least + more};
}

void tare::limitBias(qnn::AccumulatorOpInterface op, const ReaderLimits &limits) {
  ElementsAttr constant = floatConstantValue(op.getBiasValue());
  auto [least, greatest] = knownRange(op.getActivationOperand().get());
  auto [from, to] = qnn::fusedInterval(op);
  auto [floor, ceiling] = limits.of(op->getResult(0));
  const qnn::Interval ends(std::max(floor, from), std::min(ceiling, to));
  if (!constant || !std::isfinite(greatest - least) || !isBeyond(constant, ends))
    return;
  Tensor weights = realConstant(op.getWeightOperand().get());
  if (!weights)
    return;
  Tensor bias = qnn::toTensor(constant), limited(bias.type());
  for (int64_t channel = 0; channel != bias.count(); ++channel) {
    auto [low, high] = biasLimits(weights, channel, bias.count(), {least, greatest}, ends);
    limited.mutableAs<float>()[channel] = std::clamp<double>(bias.as<float>()[channel], low, high);
  }
  if (std::equal(bias.as<float>(), bias.as<float>() + bias.count(), limited.as<float>()))
    return;
  remarkPassed(op, passName, "BiasBounded") << remark::reason("its result saturates whatever the input is");
  IRRewriter builder(op);
  Value before = op.getBiasValue();
  std::string name = qnn::valueName(before) + "_bounded";
  op->setOperand(2, qnn::ConstantOp::create(builder, qnn::nameLoc(op->getContext(), name, name),
                                            qnn::toAttr(op->getContext(), limited, name)));
  eraseDeadConstants(builder, before);
}

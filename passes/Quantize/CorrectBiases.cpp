//===- CorrectBiases.cpp - Mean shifts by rounded weights -----------------===//
//
// Invariant: afterwards, as far as calibration has seen what a layer reads and
// its bias has room, rounding its weights leaves the mean of each output channel
// where it was.
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/AccumulatorBound.h"
#include "Arithmetic/Grids.h"
#include "Quantize/GridGroups.h"
#include "Quantize/TapShares.h"
#include "Remarks.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Qnn/ChannelMeans.h"
#include "tare/Dialect/Qnn/Choices.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Passes.h"

#include <algorithm>
#include <cmath>

namespace tare {
#define GEN_PASS_DEF_CORRECTBIASES
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;

namespace {

constexpr StringLiteral passName = "tare-correct-biases";

/// The value of the float graph that casts have made `value` from.
Value behindCasts(Value value) {
  while (isa_and_present<quant::QuantizeCastOp, quant::DequantizeCastOp>(value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return value;
}

/// The weights of a layer before they were rounded; null where the model has them as integers.
ElementsAttr realWeights(AccumulatorOpInterface op) {
  Value weights = behindCasts(op.getWeightOperand().get());
  return qnn::isFloatTensor(weights) ? qnn::constantValue(weights) : ElementsAttr();
}

/// (A77) By output channel, the mean of what rounded weights add: sum (W~ - W) * E[x].
std::vector<double> shiftsOf(AccumulatorOpInterface op, const Tensor &weights, const Tensor &rounded,
                             ArrayRef<double> means) {
  const int64_t channels = op.getOutputChannels();
  const std::vector<double> shares = tapShares(op);
  const int64_t taps = int64_t(shares.size()), inputs = weights.count() / channels / taps;
  const int64_t groups = int64_t(means.size()) / inputs;
  std::vector<double> shifts(channels);
  for (int64_t o = 0; o < channels; ++o) {
    const int64_t first = o / (channels / groups) * inputs;
    for (int64_t i = 0; i < inputs; ++i) {
      const int64_t at = (o * inputs + i) * taps;
      double error = 0;
      for (int64_t t = 0; t < taps; ++t)
        error += (double(rounded.as<float>()[at + t]) - double(weights.as<float>()[at + t])) * shares[t];
      shifts[o] += error * means[first + i];
    }
  }
  return shifts;
}

/// Whether the means are of the channels that the layer's weights count.
bool fits(AccumulatorOpInterface op, const Tensor &weights, size_t means) {
  auto input = cast<ShapedType>(op.getActivationOperand().get().getType());
  const int64_t axis = qnn::inputChannelAxis(op), channels = op.getOutputChannels();
  const int64_t inputs = weights.count() / channels / int64_t(tapShares(op).size());
  return int64_t(means) == input.getDimSize(axis) && inputs > 0 && int64_t(means) % inputs == 0 &&
         channels % (int64_t(means) / inputs) == 0;
}

/// Corrects the layers of one function.
class Corrector {
public:
  Corrector(func::FuncOp function, const Target &target, bool all)
      : function(function), target(target), all(all), means(qnn::channelMeansOf(function)),
        choices(qnn::Choices::of(function)) {}

  void run() {
    function.walk([&](AccumulatorOpInterface op) {
      const qnn::LayerChoice *choice = choices.ofLayer(op);
      if (choice && choice->biasCorrection ? *choice->biasCorrection : all)
        correct(op);
    });
  }

private:
  void correct(AccumulatorOpInterface op) {
    ElementsAttr attr = realWeights(op);
    std::optional<Grid> activation = gridBehind(op.getActivationOperand().get());
    std::optional<Grid> grid = gridBehind(op.getWeightOperand().get());
    auto seen = means.find(qnn::valueName(behindCasts(op.getActivationOperand().get())));
    if (!attr || !grid || !activation)
      return;
    const Tensor weights = qnn::toTensor(attr);
    if (seen == means.end() || !fits(op, weights, seen->second.size())) {
      remarkMissed(op, passName, "BiasNotCorrected") << remark::reason("calibration has no means of what it reads");
      return;
    }
    auto cast = op.getWeightOperand().get().getDefiningOp<quant::DequantizeCastOp>();
    const Tensor integers = constantOnGrid(weights, cast.getInput().getType());
    const std::vector<double> shifts =
        shiftsOf(op, weights, dequantized(integers, cast.getInput().getType()), seen->second);
    qnn::forgetPages(attr);
    move(op, shifts, sumsOf(integers, op.getOutputChannels()), *activation,
         accumulatorGrid(*activation, *grid, op.getOutputChannels(), 0));
  }

  /// Takes the shifts from the bias, as far as there is room.
  void move(AccumulatorOpInterface op, ArrayRef<double> shifts, ArrayRef<ChannelSums> sums, const Grid &activation,
            const Grid &grid) {
    const int64_t channels = op.getOutputChannels();
    Value before = op.getBiasValue();
    Tensor old = before ? biasOf(before) : Tensor();
    if (before && !old) {
      remarkMissed(op, passName, "BiasNotCorrected") << remark::reason("its bias is the model's own integers");
      return;
    }
    const double limit = std::min(accumulatorLimit(target, activation), double(INT32_MAX));
    Tensor bias(ElementType::f32, {channels});
    double most = 0;
    for (int64_t c = 0; c < channels; ++c) {
      const double own = old ? double(old.as<float>()[c]) : 0;
      const double moved = own - shifts[c], steps = std::abs(qnn::nearestStep(moved, grid.scale(c)));
      const bool hasRoom =
          kernels::accumulatorBound(double(sums[c].magnitude), double(activation.reach()), steps) <= limit;
      bias.mutableAs<float>()[c] = float(hasRoom ? moved : own);
      most = std::max(most, hasRoom ? std::abs(shifts[c]) : 0);
    }
    const std::string name = qnn::layerName(op) + "_bias";
    OpBuilder builder(op);
    Value constant = qnn::ConstantOp::create(builder, qnn::nameLoc(op->getContext(), name, name),
                                             qnn::toAttr(op->getContext(), bias, name));
    Value cast = castBothWays(builder, constant, grid, name);
    before ? op->setOperand(2, cast) : op->insertOperands(2, cast);
    std::optional<Grid> result = resultGrid(op);
    remarkPassed(op, passName, "BiasCorrected")
        << remark::add("by {0:e2} {1} at most", result ? most / result->scale() : most,
                       result ? "steps of the result" : "(a real number)");
  }

  /// The bias in float, as it was before it was rounded; null where the model has it as integers.
  static Tensor biasOf(Value bias) {
    Value source = behindCasts(bias);
    ElementsAttr attr = qnn::isFloatTensor(source) ? qnn::constantValue(source) : ElementsAttr();
    return attr ? qnn::toTensor(attr) : Tensor();
  }

  /// Of the weights' integers.
  static std::vector<ChannelSums> sumsOf(const Tensor &integers, int64_t channels) {
    const int64_t count = integers.count() / channels;
    std::vector<ChannelSums> sums;
    for (int64_t c = 0; c < channels; ++c)
      sums.push_back(kernels::sumsOf(std::span(integers.as<int8_t>() + c * count, size_t(count))));
    return sums;
  }

  func::FuncOp function;
  const Target &target;
  const bool all;
  const qnn::ChannelMeans means;
  const qnn::Choices choices;
};

struct CorrectBiases : tare::impl::CorrectBiasesBase<CorrectBiases> {
  using CorrectBiasesBase::CorrectBiasesBase;

  void runOnFunction() final {
    func::FuncOp function = getOperation();
    FailureOr<Target> target = npu::getTarget(function);
    if (failed(target))
      return signalPassFailure();
    if (function->hasAttr(qnn::channelMeansAttrName))
      Corrector(function, *target, all).run();
    function->removeAttr(qnn::channelMeansAttrName);
  }
};

} // namespace

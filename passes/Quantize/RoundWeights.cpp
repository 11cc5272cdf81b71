//===- RoundWeights.cpp - Weights to the side that loses least ------------===//
//
// Invariant: afterwards, as far as calibration has seen what a layer reads, its
// weights lie on their grid, where its results are nearest to those of the real
// weights.
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/AccumulatorBound.h"
#include "Arithmetic/Grids.h"
#include "Quantize/LeastSquares.h"
#include "Remarks.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Qnn/Choices.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/InputProducts.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Passes.h"
#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <cmath>

namespace tare {
#define GEN_PASS_DEF_ROUNDWEIGHTS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;

namespace {

constexpr StringLiteral passName = "tare-round-weights";

/// The real weights of a layer, and the casts that put them on their grid.
struct RealWeights {
  quant::DequantizeCastOp dequantize;
  ElementsAttr reals;
  Grid grid;

  /// Nothing where the model has them as integers.
  static std::optional<RealWeights> of(AccumulatorOpInterface op) {
    auto real = op.getWeightOperand().get().getDefiningOp<quant::DequantizeCastOp>();
    auto integers = real ? real.getInput().getDefiningOp<quant::QuantizeCastOp>() : nullptr;
    ElementsAttr constant = integers ? qnn::constantValue(integers.getInput()) : nullptr;
    if (!constant || !constant.getElementType().isF32())
      return std::nullopt;
    return RealWeights{real, constant, *Grid::of(integers.getType())};
  }
};

/// The weights of one layer, rounded channel by channel.
class LayerRounding {
public:
  LayerRounding(AccumulatorOpInterface op, const RealWeights &weights, const Tensor &products, const Target &target)
      : reals(qnn::toTensor(weights.reals)), grid(weights.grid), channels(op.getOutputChannels()),
        count(reals.count() / channels), rounded(ElementType::f32, reals.shape()), kept(size_t(channels)),
        lost(size_t(channels)), activation(*gridBehind(op.getActivationOperand().get())),
        room(accumulatorLimit(target, activation)) {
    const int64_t groups = products.shape()[0];
    for (int64_t g = 0; g < groups; ++g)
      losses.emplace_back(std::span(products.as<double>() + g * count * count, size_t(count * count)), count);
    noteBiases(op);
  }

  void run() {
    const int64_t groups = int64_t(losses.size()), each = channels / groups;
    // Of one group, as many as share the reading of its products.
    constexpr int64_t block = 16;
    const int64_t blocks = (each + block - 1) / block;
    parallelFor(size_t(groups * blocks), 0, [&](size_t index, size_t) {
      const int64_t group = int64_t(index) / blocks, first = int64_t(index) % blocks * block;
      round(losses[size_t(group)], group * each + first, std::min(block, each - first));
    });
  }

  const Tensor &weights() const { return rounded; }
  /// The share of the squared error of the layer's results that is left, of what the nearest weights lose.
  double share() const {
    double before = 0, after = 0;
    for (const auto &[nearest, chosen] : lost)
      before += nearest, after += chosen;
    return before > 0 ? after / before : 1;
  }
  /// How many channels had no room for other weights in the accumulator.
  int64_t keptChannels() const { return llvm::count(kept, true); }

private:
  void noteBiases(AccumulatorOpInterface op) {
    biases.assign(size_t(channels), 0);
    std::optional<Grid> own = op.getBiasValue() ? gridBehind(op.getBiasValue()) : std::nullopt;
    Tensor bias = own ? realConstant(op.getBiasValue()) : Tensor();
    for (int64_t c = 0; bias && c < channels; ++c)
      biases[size_t(c)] = std::abs(qnn::nearestStep(double(bias.as<float>()[c]), own->scale(c)));
  }

  /// `number` channels from `first` on, which read the same.
  void round(const SquaredLoss &loss, int64_t first, int64_t number) {
    std::vector<ChannelSteps> channels;
    for (int64_t c = first; c < first + number; ++c) {
      const int64_t zero = grid.zeroPoint(c);
      channels.push_back({{}, grid.min - zero, grid.max - zero});
      for (int64_t i = 0; i < count; ++i)
        channels.back().steps.push_back(double(reals.as<float>()[c * count + i]) / grid.scale(c));
    }
    const std::vector<RoundedChannel> found = loss.round(channels);
    for (int64_t c = 0; c < number; ++c)
      take(found[size_t(c)], first + c);
  }

  void take(const RoundedChannel &found, int64_t channel) {
    const bool hasRoom = fits(found.chosen, channel);
    kept[size_t(channel)] = !hasRoom;
    const double scale = grid.scale(channel), square = scale * scale;
    lost[size_t(channel)] = {found.nearestLoss * square, (hasRoom ? found.chosenLoss : found.nearestLoss) * square};
    const std::vector<int64_t> &integers = hasRoom ? found.chosen : found.nearest;
    float *out = rounded.mutableAs<float>() + channel * count;
    for (int64_t i = 0; i < count; ++i)
      out[i] = float(double(integers[size_t(i)]) * scale);
  }

  /// (A19)
  bool fits(ArrayRef<int64_t> chosen, int64_t channel) const {
    double magnitude = 0;
    for (int64_t w : chosen)
      magnitude += double(std::abs(w));
    return kernels::accumulatorBound(magnitude, double(activation.reach()), biases[size_t(channel)]) <= room;
  }

  const Tensor reals;
  const Grid grid;
  const int64_t channels, count;
  /// One per group.
  std::vector<SquaredLoss> losses;
  /// In steps of the accumulator.
  std::vector<double> biases;
  Tensor rounded;
  /// By channel. Not of bits, which threads share.
  std::vector<char> kept;
  std::vector<std::pair<double, double>> lost;
  const Grid activation;
  const double room;
};

struct RoundWeights : tare::impl::RoundWeightsBase<RoundWeights> {
  using RoundWeightsBase::RoundWeightsBase;

  void runOnFunction() final {
    func::FuncOp function = getOperation();
    FailureOr<Target> target = npu::getTarget(function);
    if (failed(target))
      return signalPassFailure();
    if (function->hasAttr(qnn::inputProductsAttrName))
      function.walk([&](AccumulatorOpInterface op) { round(op, *target); });
    function->removeAttr(qnn::inputProductsAttrName);
  }

private:
  void round(AccumulatorOpInterface op, const Target &target) {
    const Tensor products = qnn::inputProductsOf(getOperation(), qnn::layerName(op));
    std::optional<RealWeights> weights = RealWeights::of(op);
    if (!products || !weights || !gridBehind(op.getActivationOperand().get()))
      return;
    if (!fits(op, products)) {
      remarkMissed(op, passName, "WeightsNotRounded") << remark::reason("the products are of another layer");
      return;
    }
    LayerRounding rounding(op, *weights, products, target);
    rounding.run();
    qnn::forgetPages(weights->reals);
    replace(op, *weights, rounding.weights());
    remarkPassed(op, passName, "WeightsRounded")
        << remark::add("{0:f1} % of the squared error of its results is left{1}", 100 * rounding.share(),
                       rounding.keptChannels() ? llvm::formatv("; {0} channels kept the nearest weights, as the "
                                                               "accumulator has no room for others",
                                                               rounding.keptChannels())
                                                     .str()
                                               : std::string());
  }

  /// Whether the products are of as many weights and groups as the layer has.
  static bool fits(AccumulatorOpInterface op, const Tensor &products) {
    auto type = cast<ShapedType>(op.getWeightOperand().get().getType());
    const int64_t channels = op.getOutputChannels(), groups = products.shape()[0];
    return channels > 0 && products.shape()[1] == type.getNumElements() / channels && groups > 0 &&
           channels % groups == 0;
  }

  static void replace(AccumulatorOpInterface op, RealWeights weights, const Tensor &rounded) {
    const std::string name = qnn::layerName(op) + "_weight";
    OpBuilder builder(op);
    Value constant =
        qnn::ConstantOp::create(builder, weights.dequantize.getLoc(), qnn::toAttr(op->getContext(), rounded, name));
    op.getWeightOperand().set(castBothWays(builder, constant, weights.grid, name));
  }
};

} // namespace

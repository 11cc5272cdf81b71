//===- WeightLoss.cpp - Outputs that rounded weights spoil ----------------===//
#include "WeightLoss.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Evaluator/ModelPorts.h"
#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <memory>

using namespace mlir;
using namespace tare;

namespace {

/// A bell-shaped channel whose largest weight is four times its deviation loses a hundredth of its weights to 0; a
/// tenth costs 22 dB of them where all meet the same numbers. Of one channel, of 16 weights or more, a fifth is looked
/// into.
constexpr double manyZeroed = 0.1, manyOfChannel = 0.2;
constexpr int64_t fewWeights = 16;
/// No more layers are measured one by one, each of which takes as long as the float graph.
constexpr size_t mostMeasured = 8;
/// What is better than an output by no more dB is a tenth of its error at least.
constexpr double tenthOfError = 10;

/// Weights of a layer: an operand that is a constant, and the grid that quantization has put it on.
struct Weights {
  Operation *layer;
  unsigned operand;
  Tensor reals;
  RankedTensorType type;
};

/// The weights of a layer in the QDQ form that it multiplies by; nothing of other ops, and where the model brings
/// integers.
std::optional<Weights> weightsOf(Operation &op) {
  if (!isa<qnn::AccumulatorOpInterface, qnn::MatMulOp>(op))
    return std::nullopt;
  for (unsigned operand : {1u, 0u}) {
    auto real = op.getOperand(operand).getDefiningOp<quant::DequantizeCastOp>();
    auto integers = real ? real.getInput().getDefiningOp<quant::QuantizeCastOp>() : nullptr;
    ElementsAttr constant = integers ? qnn::constantValue(integers.getInput()) : nullptr;
    if (constant && constant.getElementType().isF32())
      return Weights{&op, operand, qnn::toTensor(constant), cast<RankedTensorType>(integers.getType())};
  }
  return std::nullopt;
}

/// The runs of elements that have a scale each: channels lie along the first axis, or there is but one scale.
int64_t channelsOf(const qnn::Grid &grid) { return grid.axis.value_or(0) == 0 ? int64_t(grid.scales.size()) : 1; }

/// Above it a channel's weights are large: a multiple of the median of those that are not 0.
float largeFrom(const float *weights, int64_t count) {
  std::vector<float> sizes;
  for (int64_t i = 0; i != count; ++i)
    if (weights[i] != 0)
      sizes.push_back(std::abs(weights[i]));
  if (sizes.empty())
    return HUGE_VALF;
  auto middle = sizes.begin() + sizes.size() / 2;
  std::ranges::nth_element(sizes, middle);
  return float(largeRatio) * *middle;
}

/// f(first element, elements), for each channel.
template <typename F> void forEachRun(const Tensor &weights, const qnn::Grid &grid, F f) {
  const int64_t channels = channelsOf(grid), count = weights.count() / channels;
  for (int64_t channel = 0; channel != channels; ++channel)
    f(channel * count, count);
}

/// The same with the channel's number, and from where on its weights are large.
template <typename F> void forEachChannel(const Tensor &weights, const qnn::Grid &grid, F f) {
  forEachRun(weights, grid, [&](int64_t first, int64_t count) {
    f(first, count, first / count, largeFrom(weights.as<float>() + first, count));
  });
}

Tensor rounded(const Weights &weights) {
  return dequantized(constantOnGrid(weights.reals, weights.type), weights.type);
}

/// Without those that are large, which take longer to find.
RoundedWeights zeroedOf(const Weights &weights, const qnn::Grid &grid) {
  RoundedWeights counted;
  counted.layer = qnn::layerName(weights.layer);
  const Tensor found = rounded(weights);
  const float *w = weights.reals.as<float>(), *r = found.as<float>();
  forEachRun(weights.reals, grid, [&](int64_t first, int64_t count) {
    int64_t used = 0, zeroed = 0;
    for (int64_t i = first; i != first + count; ++i) {
      used += w[i] != 0;
      zeroed += w[i] != 0 && r[i] == 0;
    }
    counted.weights += used;
    counted.zeroed += zeroed;
    counted.isSuspect |= used >= fewWeights && double(zeroed) >= manyOfChannel * double(used);
  });
  counted.isSuspect |= counted.zeroed > 0 && double(counted.zeroed) >= manyZeroed * double(counted.weights);
  return counted;
}

RoundedWeights countedOf(const Weights &weights, const qnn::Grid &grid) {
  RoundedWeights counted = zeroedOf(weights, grid);
  const float *w = weights.reals.as<float>();
  forEachChannel(weights.reals, grid, [&](int64_t first, int64_t count, int64_t, float large) {
    counted.large += std::count_if(w + first, w + first + count, [&](float each) { return std::abs(each) > large; });
  });
  // Where many are large, they are no exceptions to the rest.
  if (4 * counted.large > counted.weights)
    counted.large = 0;
  return counted;
}

/// The weights where the large ones have a grid of their own, and so have the others: the steps of the layer's grid,
/// as often halved as their largest allows, which any hardware can.
Tensor roundedApart(const Weights &weights, const qnn::Grid &grid) {
  Tensor result(ElementType::f32, weights.reals.shape());
  const float *w = weights.reals.as<float>();
  forEachChannel(weights.reals, grid, [&](int64_t first, int64_t count, int64_t channel, float large) {
    float least = 0;
    for (int64_t i = first; i != first + count; ++i)
      if (std::abs(w[i]) <= large)
        least = std::max(least, std::abs(w[i]));
    const double step = grid.scale(channel), low = double(grid.min - grid.zeroPoint(channel)),
                 high = double(grid.max - grid.zeroPoint(channel));
    double fine = step;
    while (least > 0 && least <= fine / 2 * (high - low) / 2)
      fine /= 2;
    for (int64_t i = first; i != first + count; ++i) {
      const bool isLarge = std::abs(w[i]) > large;
      const double own = isLarge ? step : fine, q = std::nearbyint(w[i] / own);
      result.mutableAs<float>()[i] = float(own * (isLarge ? std::clamp(q, low, high) : q));
    }
  });
  return result;
}

std::vector<Weights> suspectsOf(ModuleOp qdq) {
  std::vector<Weights> suspects;
  auto function = qdq.lookupSymbol<func::FuncOp>("main");
  for (Operation &op : function.front()) {
    std::optional<Weights> weights = weightsOf(op);
    std::optional<qnn::Grid> grid = weights ? qnn::Grid::of(weights->type) : std::nullopt;
    if (!grid || grid->bits > 8)
      continue;
    if (zeroedOf(*weights, *grid).isSuspect)
      suspects.push_back(std::move(*weights));
  }
  return suspects;
}

/// The float form with other weights, which it has until this ends.
class OtherWeights {
public:
  OtherWeights(Operation *op, unsigned operand, const Tensor &weights)
      : op(op), operand(operand), before(op->getOperand(operand)) {
    OpBuilder builder(op);
    auto type = cast<RankedTensorType>(before.getType());
    auto constant = qnn::ConstantOp::create(builder, before.getLoc(), qnn::toAttr(type, weights));
    op->setOperand(operand, constant);
  }
  OtherWeights(const OtherWeights &) = delete;
  ~OtherWeights() {
    Operation *constant = op->getOperand(operand).getDefiningOp();
    op->setOperand(operand, before);
    constant->erase();
  }

private:
  Operation *op;
  unsigned operand;
  Value before;
};

/// The layer of the float form, of another context, with weights of that name and shape.
Operation *layerOf(func::FuncOp function, const Weights &weights) {
  for (Operation &op : function.front())
    if (op.getName().getStringRef() == weights.layer->getName().getStringRef() &&
        qnn::layerName(&op) == qnn::layerName(weights.layer) &&
        qnn::toHost(op.getOperand(weights.operand).getType()).shape == weights.reals.shape() &&
        qnn::constantValue(op.getOperand(weights.operand)))
      return &op;
  return nullptr;
}

Result<ModelOutputs> outputsOf(ModuleOp module, const ModelOutputs &inputs, size_t threads) {
  FailureOr<Evaluator> evaluator = Evaluator::create(module);
  if (failed(evaluator))
    return Error{"the float form cannot be evaluated"};
  auto function = module.lookupSymbol<func::FuncOp>("main");
  ModelOutputs outputs(inputs.size());
  parallelFor(inputs.size(), threads, [&](size_t sample, size_t) {
    SmallVector<Tensor> arguments;
    for (BlockArgument argument : function.getArguments())
      arguments.push_back(asArgument(inputs[sample][argument.getArgNumber()], argument));
    outputs[sample] = evaluator->run(arguments);
    for (size_t i = 0; i != outputs[sample].size(); ++i)
      outputs[sample][i] = asOutput(outputs[sample][i], function, i);
  });
  return outputs;
}

} // namespace

bool WeightLosses::areSuspected(ModuleOp qdq) { return !suspectsOf(qdq).empty(); }

Result<WeightLosses> WeightLosses::of(ModuleOp qdq, ModuleOp real, const ModelOutputs &inputs, size_t threads) {
  WeightLosses losses;
  auto function = real.lookupSymbol<func::FuncOp>("main");
  struct Place {
    Operation *op;
    unsigned operand;
    Tensor rounded, apart;
  };
  std::vector<Place> places;
  for (const Weights &weights : suspectsOf(qdq))
    if (Operation *layer = layerOf(function, weights)) {
      const qnn::Grid grid = *qnn::Grid::of(weights.type);
      losses.layers.push_back(countedOf(weights, grid));
      places.push_back({layer, weights.operand, rounded(weights),
                        losses.layers.back().large > 0 ? roundedApart(weights, grid) : rounded(weights)});
    }
  auto run = [&](ArrayRef<Place> some, bool isApart) {
    std::vector<std::unique_ptr<OtherWeights>> others;
    for (const Place &place : some)
      others.push_back(std::make_unique<OtherWeights>(place.op, place.operand, isApart ? place.apart : place.rounded));
    return outputsOf(real, inputs, threads);
  };
  auto take = [&](ModelOutputs &outputs, ArrayRef<Place> some, bool isApart) -> Status {
    Result<ModelOutputs> made = run(some, isApart);
    if (!made)
      return made.error();
    outputs = std::move(*made);
    return tare::success();
  };
  if (Status done = take(losses.together, places, /*isApart=*/false); !done)
    return done.error();
  if (Status done = take(losses.apart, places, /*isApart=*/true); !done)
    return done.error();
  for (size_t i = 0; i != std::min(places.size(), mostMeasured); ++i)
    if (Status done = take(losses.layers[i].outputs, ArrayRef(places).slice(i, 1), /*isApart=*/false); !done)
      return done.error();
  return losses;
}

static std::string textOf(const RoundedWeights &worst, size_t others, double sqnr) {
  std::string names = fmt::format("layer '{}'", worst.layer);
  if (others > 0)
    names += fmt::format(" and {} more", others);
  return fmt::format("the weights of {}, rounded to 8 bits, alone leave {:.1f} dB: {} of its {} that are not 0 became "
                     "0 beside larger ones",
                     names, sqnr, worst.zeroed, worst.weights);
}

static std::string remedyOf(const RoundedWeights &worst, size_t others, double sqnr, double apart) {
  if (worst.large == 0 || !(apart > sqnr + quarterOfError))
    return "no option or target has finer weights; train the model with weight decay, or quantization-aware, until the "
           "weights of a channel are of like size";
  return fmt::format("write {} in the model as the sum of two, one with the {} weight{} larger than {:.0f} times the "
                     "median of their output channel, one with the others (0 elsewhere): then the weights leave {:.1f} "
                     "dB",
                     others > 0 ? fmt::format("each such layer, as '{}',", worst.layer)
                                : fmt::format("layer '{}'", worst.layer),
                     worst.large, worst.large == 1 ? "" : "s", largeRatio, apart);
}

std::optional<WeightLoss> WeightLosses::find(double found, double limit,
                                             llvm::function_ref<double(const ModelOutputs &)> sqnrOf) const {
  if (layers.empty())
    return std::nullopt;
  const double sqnr = sqnrOf(together);
  if (!(sqnr < limit && sqnr <= found + quarterOfError))
    return std::nullopt;
  std::multimap<double, const RoundedWeights *> worst;
  for (const RoundedWeights &layer : layers)
    if (double alone = layer.outputs.empty() ? HUGE_VAL : sqnrOf(layer.outputs); alone <= sqnr + tenthOfError)
      worst.emplace(alone, &layer);
  if (worst.empty())
    return std::nullopt;
  const RoundedWeights &first = *worst.begin()->second;
  return WeightLoss{first.layer, sqnr, textOf(first, worst.size() - 1, sqnr),
                    remedyOf(first, worst.size() - 1, sqnr, sqnrOf(apart))};
}

//===- WeightLoss.cpp - Outputs that rounded weights spoil ----------------===//
#include "Driver/Check/WeightLoss.h"

#include "Driver/Compare/DifferenceText.h"
#include "Driver/Execute/Executable.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Dialect/Qnn/Steps.h"
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

/// Of the layers those that lost most are measured one by one, no more, as each takes as long as the float graph, on so
/// many samples.
constexpr size_t mostMeasured = 4, samplesOfLayer = 1;
/// What is better than an output by no more dB is a tenth of its error at least.
constexpr double tenthOfError = 10;

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

/// The same with the channel's number, and from where on its weights are large.
template <typename F> void forEachChannel(const Tensor &weights, const qnn::Grid &grid, F f) {
  forEachRun(weights, grid, [&](int64_t first, int64_t count) {
    f(first, count, first / count, largeFrom(weights.as<float>() + first, count));
  });
}

/// How many are larger than largeRatio times the median of their channel; 0 where they are too many to be apart from
/// the rest.
int64_t largeOf(const Tensor &reals, const qnn::Grid &grid, const ZeroedCount &counted) {
  const float *w = reals.as<float>();
  int64_t all = 0;
  forEachChannel(reals, grid, [&](int64_t first, int64_t count, int64_t, float large) {
    all += std::count_if(w + first, w + first + count, [&](float each) { return std::abs(each) > large; });
  });
  return 4 * all > counted.weights ? 0 : all;
}

/// The weights where the large ones have a grid of their own, and so have the others: the steps of the layer's grid,
/// as often halved as their largest allows, which any hardware can.
Tensor roundedApart(const Tensor &reals, const qnn::Grid &grid) {
  Tensor result(ElementType::f32, reals.shape());
  const float *w = reals.as<float>();
  forEachChannel(reals, grid, [&](int64_t first, int64_t count, int64_t channel, float large) {
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
      // All of those that are not large are on the finer grid.
      const double own = isLarge ? step : fine;
      const double q = qnn::nearestWithin(w[i] / own, isLarge ? low : -HUGE_VAL, isLarge ? high : HUGE_VAL);
      result.mutableAs<float>()[i] = float(own * q);
    }
  });
  return result;
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

Result<ModelOutputs> outputsOf(ModuleOp module, const ModelOutputs &inputs, size_t samples, size_t threads) {
  FailureOr<Evaluator> evaluator = Evaluator::create(module);
  if (failed(evaluator))
    return Error{"the float form cannot be evaluated"};
  auto function = module.lookupSymbol<func::FuncOp>("main");
  ModelOutputs outputs(samples);
  parallelFor(samples, threads, [&](size_t sample, size_t) {
    SmallVector<Tensor> arguments;
    for (BlockArgument argument : function.getArguments())
      arguments.push_back(asArgument(inputs[sample][argument.getArgNumber()], argument));
    outputs[sample] = evaluator->run(arguments);
    for (size_t i = 0; i != outputs[sample].size(); ++i)
      outputs[sample][i] = asOutput(outputs[sample][i], function, i);
  });
  return outputs;
}

ModelOutputs firstOf(const ModelOutputs &outputs, size_t samples) {
  return {outputs.begin(), outputs.begin() + std::min(samples, outputs.size())};
}

} // namespace

/// A layer of whose weights, or of a channel's, many became 0.
struct WeightLosses::Layer {
  /// The kind of op, and its layer's name.
  std::string op, name;
  unsigned operand;
  Tensor reals, rounded;
  qnn::Grid grid;
  ZeroedCount counted;
  /// See largeOf(), which takes longer than to count those that became 0.
  std::optional<int64_t> large = std::nullopt;
  /// Of the first samples, where nothing but these weights is rounded.
  std::optional<ModelOutputs> outputs = std::nullopt;

  int64_t countLarge() {
    if (!large)
      large = largeOf(reals, grid, counted);
    return *large;
  }

  /// The layer of the float form, of another context, with weights of that name and shape.
  Operation *in(func::FuncOp function) const {
    for (Operation &each : function.front())
      if (each.getName().getStringRef() == op && qnn::layerName(&each) == name &&
          qnn::toHost(each.getOperand(operand).getType()).shape == reals.shape() &&
          qnn::constantValue(each.getOperand(operand)))
        return &each;
    return nullptr;
  }
};

WeightLosses::WeightLosses(ModuleOp qdq) {
  forEachRoundedWeights(qdq, [&](const RoundedWeights &weights) {
    if (weights.counted.isSuspect)
      layers.push_back(std::make_unique<Layer>(
          weights.layer->getName().getStringRef().str(), qnn::layerName(weights.layer), weights.operand,
          copyOf(weights.reals.view()), dequantized(weights.integers, weights.type), weights.grid, weights.counted));
  });
}

WeightLosses::WeightLosses(WeightLosses &&) = default;
WeightLosses::~WeightLosses() = default;

void WeightLosses::measureIn(ModuleOp module, const ModelOutputs &samples, size_t workers) {
  real = module;
  inputs = &samples;
  threads = workers;
  auto function = module.lookupSymbol<func::FuncOp>("main");
  std::erase_if(layers, [&](const std::unique_ptr<Layer> &layer) { return !layer->in(function); });
  std::ranges::stable_sort(layers, std::ranges::greater(), [](const std::unique_ptr<Layer> &layer) {
    return double(layer->counted.zeroed) / double(layer->counted.weights);
  });
}

Result<ModelOutputs> WeightLosses::outputsWith(ArrayRef<Layer *> some, bool isApart, size_t samples) {
  auto function = real.lookupSymbol<func::FuncOp>("main");
  std::vector<std::unique_ptr<OtherWeights>> others;
  for (Layer *layer : some) {
    Tensor weights = isApart && layer->countLarge() > 0 ? roundedApart(layer->reals, layer->grid) : layer->rounded;
    others.push_back(std::make_unique<OtherWeights>(layer->in(function), layer->operand, weights));
  }
  return outputsOf(real, *inputs, std::min(samples, inputs->size()), threads);
}

Status WeightLosses::measure(std::optional<ModelOutputs> &outputs, ArrayRef<Layer *> some, bool isApart,
                             size_t samples) {
  if (outputs)
    return tare::success();
  Result<ModelOutputs> made = outputsWith(some, isApart, samples);
  if (!made)
    return made.error();
  outputs = std::move(*made);
  return tare::success();
}

Result<std::multimap<double, WeightLosses::Layer *>>
WeightLosses::worstLayers(llvm::function_ref<double(const ModelOutputs &)> sqnrOf) {
  std::multimap<double, Layer *> worst;
  // Where there is one, it makes all of the loss.
  if (layers.size() == 1) {
    worst.emplace(sqnrOf(*together), layers.front().get());
    return worst;
  }
  const double sqnr = sqnrOf(firstOf(*together, samplesOfLayer));
  for (size_t i = 0; i != std::min(layers.size(), mostMeasured); ++i) {
    Layer *layer = layers[i].get();
    if (Status done = measure(layer->outputs, layer, /*isApart=*/false, samplesOfLayer); !done)
      return done.error();
    if (double alone = sqnrOf(*layer->outputs); alone <= sqnr + tenthOfError)
      worst.emplace(alone, layer);
  }
  return worst;
}

static std::string textOf(const std::string &layer, const ZeroedCount &counted, size_t others, double sqnr) {
  std::string names = fmt::format("layer '{}'", layer);
  if (others > 0)
    names += fmt::format(" and {} more", others);
  return fmt::format("the weights of {}, rounded to 8 bits, alone leave {}: {} of its {} that are not 0 became "
                     "0 beside larger ones",
                     names, decibels(sqnr), counted.zeroed, counted.weights);
}

static constexpr char noFinerWeights[] =
    "no option or target has finer weights; train the model with weight decay, or quantization-aware, until the "
    "weights of a channel are of like size";

static std::string splitText(const std::string &layer, int64_t large, size_t others, double apart) {
  return fmt::format("write {} in the model as the sum of two, one with the {} weight{} larger than {:.0f} times the "
                     "median of their output channel, one with the others (0 elsewhere): then the weights leave {}",
                     others > 0 ? fmt::format("each such layer, as '{}',", layer) : fmt::format("layer '{}'", layer),
                     large, large == 1 ? "" : "s", largeRatio, decibels(apart));
}

Result<std::optional<WeightLoss>> WeightLosses::find(double found, double limit,
                                                     llvm::function_ref<double(const ModelOutputs &)> sqnrOf) {
  if (layers.empty())
    return std::optional<WeightLoss>();
  SmallVector<Layer *> all = llvm::map_to_vector(layers, [](auto &layer) { return layer.get(); });
  if (Status done = measure(together, all, /*isApart=*/false, inputs->size()); !done)
    return done.error();
  const double sqnr = sqnrOf(*together);
  if (!(sqnr < limit && sqnr <= found + quarterOfError))
    return std::optional<WeightLoss>();
  auto worst = worstLayers(sqnrOf);
  if (!worst)
    return worst.error();
  if (worst->empty())
    return std::optional<WeightLoss>();
  Layer &first = *worst->begin()->second;
  const size_t others = worst->size() - 1;
  WeightLoss loss{first.name, sqnr, textOf(first.name, first.counted, others, sqnr), noFinerWeights};
  if (first.countLarge() == 0)
    return std::optional(std::move(loss));
  if (Status done = measure(apart, all, /*isApart=*/true, inputs->size()); !done)
    return done.error();
  if (const double split = sqnrOf(*apart); split > sqnr + quarterOfError)
    loss.remedy = splitText(first.name, first.countLarge(), others, split);
  return std::optional(std::move(loss));
}

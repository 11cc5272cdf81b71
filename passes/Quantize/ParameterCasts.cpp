//===- ParameterCasts.cpp - Weights and biases on their grids -------------===//
#include "Quantize/ParameterCasts.h"
#include "Arithmetic/AccumulatorBound.h"
#include "Arithmetic/Multiplier.h"
#include "Graph/Affine.h"
#include "Quantize/ConstantCosts.h"
#include "Quantize/Intermediates.h"
#include "Quantize/Unquantized.h"
#include "Quantize/WeightRepair.h"
#include "Remarks.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Repairs.h"

#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;

static constexpr StringLiteral passName = "tare-insert-quant-dequant";

/// A bias that the model has as integers, of those channels whose sums leave the accumulator, and 0 of all others,
/// which stay what the model says. Null where there is none. Tools saturate the bias of a channel whose weights are
/// nearly zero.
static ElementsAttr overflowingBias(AccumulatorOpInterface op, const Grid &grid, const Grid &activation,
                                    const Target &target) {
  auto weights = op.getWeightOperand().get().getDefiningOp<quant::DequantizeCastOp>();
  Tensor bias = op.getBiasValue() && weights ? realConstant(op.getBiasValue()) : Tensor();
  if (!bias || bias.count() != op.getOutputChannels())
    return nullptr;
  Tensor integers = qnn::toTensor(qnn::constantValue(weights.getInput()));
  const double limit = accumulatorLimit(target, activation);
  const int64_t count = integers.count() / bias.count();
  bool isAny = false;
  for (int64_t c = 0; c < bias.count(); ++c) {
    float &value = bias.mutableAs<float>()[c];
    const auto sums = kernels::sumsOf(std::span(integers.as<int8_t>() + c * count, size_t(count)));
    // As a double: such a bias may have more bits than any integer.
    const double steps = qnn::nearestStep(value, activation.scale() * grid.scale(c));
    const double reached = kernels::accumulatorBound(double(sums.magnitude), double(activation.reach()), steps);
    isAny |= reached > limit;
    value = reached > limit ? value : 0.0f;
  }
  return isAny ? qnn::toAttr(op->getContext(), bias, qnn::layerName(op) + "_bias") : ElementsAttr();
}

/// One warning a layer and cause: the channels, the worst cost.
static void reportMoved(AccumulatorOpInterface op, ArrayRef<MovedScale> scales, bool inSteps) {
  constexpr size_t shown = 8;
  std::string channels;
  for (const MovedScale &moved : scales.take_front(shown))
    channels += (channels.empty() ? "" : ", ") + std::to_string(moved.channel);
  if (scales.size() > shown)
    channels += ", .. (" + std::to_string(scales.size()) + " in all)";
  double cost = 0;
  for (const MovedScale &moved : scales)
    cost = std::max(cost, moved.cost);
  struct Words {
    StringRef kind, what, remedy;
  };
  // By MoveCause.
  static constexpr Words words[] = {
      {"LargeBias", "that were too fine for the bias were raised",
       "activations in coarser steps (8 bits, or a wider range) leave the bias more room"},
      {"LargeSum", "that were too fine for the accumulator were raised",
       "a target with a wider accumulator would hold them"},
      {"NarrowMultiplier", "that the multiplier and the shifts do not hit were moved",
       "a target with a wider multiplier or more shifts would hold them"},
  };
  const Words &cause = words[size_t(scales.front().cause)];
  reportRepair(op, {"CoarserWeights", int64_t(scales.size()), cost, inSteps, cause.kind.str(), cause.remedy.str()},
               llvm::formatv("layer '{0}', channel{1} {2}: weight scales {3}, at the cost of at most {4} {5}",
                             qnn::layerName(op), scales.size() > 1 ? "s" : "", channels, cause.what, costText(cost),
                             inSteps ? "LSB of the output" : "(a real number)")
                   .str());
}

/// A chosen scale that is finer than the weights need cuts the largest of them off.
static void warnOfClipped(AccumulatorOpInterface op, const Grid &own, const Grid &chosen) {
  double most = 0;
  int64_t worst = 0;
  for (int64_t c = 0, count = own.scales.size(); c < count; ++c)
    if (const double cut = (own.scale(c) - chosen.scale(c)) * double(own.max); cut > most)
      most = cut, worst = c;
  if (most <= chosen.scale(worst) / 2)
    return;
  reportWarning(
      op->getLoc(),
      {"ClippedWeights", "", qnn::layerName(op), most, CostUnit::real,
       llvm::formatv("layer '{0}', channel {1}: the configuration's weights.scale {2:e4} cuts off weights by up to "
                     "{3:e2}",
                     qnn::layerName(op), worst, chosen.scale(worst), most),
       llvm::formatv("take {0:e9} or more, or leave weights.scale out", own.scale(worst))});
}

static void castBias(AccumulatorOpInterface op, const Grid &grid) {
  Value bias = op.getBiasValue();
  ElementsAttr constant = floatConstantValue(bias);
  if (!constant)
    return;
  // It stays in float until tare-compute-requantization tells of it, along with whatever else does not fit.
  if (biasMisfit(constant, grid))
    return;
  OpBuilder builder(op);
  op->setOperand(2, castBothWays(builder, bias, grid, qnn::layerName(op) + "_bias"));
}

std::optional<Grid> ParameterCasts::weightGridOf(AccumulatorOpInterface op) {
  Value weights = op.getWeightOperand().get();
  if (std::optional<Grid> grid = gridBehind(weights))
    return grid;
  ElementsAttr constant = floatConstantValue(weights);
  if (!constant)
    return std::nullopt;
  auto [it, isNew] = freshGrids.try_emplace(constant, std::nullopt);
  if (isNew)
    if (Result<Grid> grid = weightGrid(constant)) {
      it->second = *grid;
      qnn::forgetPages(constant);
      if (!target.weights.perChannel)
        it->second->scales.assign(grid->scales.size(), *llvm::max_element(grid->scales));
    }
  return it->second ? std::optional(chosenGridOf(op, *it->second)) : std::nullopt;
}

Grid ParameterCasts::chosenGridOf(AccumulatorOpInterface op, Grid own) const {
  const qnn::LayerChoice *choice = choices.ofLayer(op);
  if (!choice)
    return own;
  const size_t channels = own.scales.size();
  if (choice->weightScales.size() == channels)
    own.scales.assign(choice->weightScales.begin(), choice->weightScales.end());
  else if (choice->weightScales.size() == 1)
    own.scales.assign(channels, choice->weightScales.front());
  else if (!choice->perChannel.value_or(true))
    own.scales.assign(channels, *llvm::max_element(own.scales));
  return own;
}

FailureOr<Grid> ParameterCasts::castToGrids(AccumulatorOpInterface op, const Grid &activation,
                                            const PowerOfTwoGrids &moved) {
  FailureOr<Grid> weights = castWeights(op, activation, moved);
  if (succeeded(weights))
    castBias(op, accumulatorGrid(activation, *weights, op.getOutputChannels(), 0));
  return weights;
}

FailureOr<Grid> ParameterCasts::castWeights(AccumulatorOpInterface op, const Grid &activation,
                                            const PowerOfTwoGrids &moved) {
  OpOperand &operand = op.getWeightOperand();
  if (auto cast = operand.get().getDefiningOp<quant::DequantizeCastOp>(); cast && qnn::constantValue(cast.getInput()))
    return keepWeights(op, cast, activation);
  ElementsAttr constant = floatConstantValue(operand.get());
  if (!constant)
    return op->emitOpError("of layer '") << qnn::layerName(op) << "' has weights that are not constant";
  std::optional<Grid> grid = weightGridOf(op);
  if (!grid)
    return op->emitOpError("of layer '") << qnn::layerName(op)
                                         << "' cannot be quantized: " << weightGrid(constant).error().message;
  if (const qnn::LayerChoice *choice = choices.ofLayer(op); choice && !choice->weightScales.empty())
    warnOfClipped(op, *freshGrids.lookup(constant), *grid);
  if (target.powerOfTwoScales())
    grid = moved.weights.lookup(op);
  else if (repair)
    raiseScales(op, *grid, qnn::toTensor(constant), activation);
  qnn::forgetPages(constant);
  OpBuilder builder(op);
  operand.set(castBothWays(builder, operand.get(), *grid, qnn::layerName(op) + "_weight"));
  return *grid;
}

FailureOr<Grid> ParameterCasts::keepWeights(AccumulatorOpInterface op, quant::DequantizeCastOp integers,
                                            const Grid &activation) {
  auto own = cast<RankedTensorType>(integers.getInput().getType());
  Grid grid = *Grid::of(own);
  bool isNormal = grid.axis.value_or(0) == 0 && llvm::all_of(grid.zeroPoints, [](int64_t zero) { return zero == 0; });
  if (!repair || target.powerOfTwoScales() || !isNormal)
    return grid;
  if (!grid.axis) {
    Grid spread = grid;
    spread.axis = 0;
    spread.scales.assign(op.getOutputChannels(), grid.scale());
    spread.zeroPoints.assign(op.getOutputChannels(), 0);
    if (!overflowingBias(op, spread, activation, target))
      return grid;
    grid = spread;
  }
  Tensor reals = dequantized(qnn::toTensor(qnn::constantValue(integers.getInput())), own);
  SmallVector<double> before = grid.scales;
  raiseScales(op, grid, reals, activation);
  if (grid.scales == before)
    return grid;
  RankedTensorType type = onGrid(own, grid);
  OpBuilder builder(op);
  ElementsAttr rounded =
      qnn::toAttr(qnn::storageType(type), constantOnGrid(reals, type), qnn::layerName(op) + "_weight");
  Value constant = qnn::ConstantOp::create(builder, integers.getInput().getLoc(), type, rounded);
  op.getWeightOperand().set(quant::DequantizeCastOp::create(builder, integers.getLoc(), integers.getType(), constant));
  return grid;
}

void ParameterCasts::raiseScales(AccumulatorOpInterface op, Grid &grid, const Tensor &weights, const Grid &activation) {
  ElementsAttr bias = floatConstantValue(op.getBiasValue());
  if (!bias)
    bias = overflowingBias(op, grid, activation, target);
  AccumulatorContext context{weights, bias, activation, std::nullopt};
  context.result = resultGrid(op);
  describeActivation(context, op, target);
  SmallVector<MovedScale> scales = moveScales(grid, context, target);
  for (const MovedScale &moved : scales)
    remarkPassed(op, passName, moved.to > moved.from ? "WeightScaleRaised" : "WeightScaleLowered")
        << remark::add("channel {0} from {1:e2} to {2:e2}, at the cost of {3:e2} {4} at most", moved.channel,
                       moved.from, moved.to, moved.cost, context.result ? "output steps" : "(a real number)");
  for (MoveCause cause : {MoveCause::bias, MoveCause::accumulator, MoveCause::multiplier}) {
    SmallVector<MovedScale> alike;
    llvm::copy_if(scales, std::back_inserter(alike), [&](const MovedScale &moved) { return moved.cause == cause; });
    if (!alike.empty())
      reportMoved(op, alike, context.result.has_value());
  }
}

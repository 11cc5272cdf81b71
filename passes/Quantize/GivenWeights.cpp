//===- GivenWeights.cpp - A model's own weights that no layer has ---------===//
#include "Quantize/GivenGrids.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Repairs.h"

#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;

namespace {

constexpr unsigned weightBits = 8;

/// What of the weights' grid no accumulator op has; empty where one has all of it.
std::string misfit(const Grid &grid) {
  if (grid.bits != weightBits)
    return llvm::formatv("weights of {0} bits, but weights have {1}", grid.bits, weightBits);
  if (grid.isPerTensor() || *grid.axis == 0)
    return "";
  return llvm::formatv("weights with a scale per index of axis {0}, but a sum has one for each output channel (axis 0)",
                       *grid.axis);
}

/// What the results can be off by when the weights are rounded to the grid that they will get: in steps of the result,
/// where the model says its grid.
double roundingCost(const Tensor &weights, const Grid &grid, const std::optional<Grid> &activation,
                    const std::optional<Grid> &result) {
  int64_t channels = weights.shape()[0], count = weights.count() / channels;
  double worst = 0;
  for (int64_t c = 0; c < channels; ++c) {
    double error = 0, scale = grid.scale(c);
    for (int64_t i = c * count; i < (c + 1) * count; ++i)
      error += std::abs(weights.as<float>()[i] - scale * std::nearbyint(weights.as<float>()[i] / scale));
    worst = std::max(worst, error);
  }
  if (activation)
    worst *= activation->scale() * double(std::max(activation->max - activation->zeroPoint(),
                                                   activation->zeroPoint() - activation->min));
  return result ? worst / result->scale() : worst;
}

class WeightConformer {
public:
  WeightConformer(const Target &target, bool repair) : target(target), repair(repair) {}

  LogicalResult conform(AccumulatorOpInterface op) const {
    Value weights = op.getWeightOperand().get();
    std::optional<Grid> grid = gridBehind(weights);
    Tensor reals = grid ? realConstant(weights) : Tensor();
    if (!reals)
      return mlir::success();
    if (std::string why = misfit(*grid); !why.empty())
      return requantize(op, reals, why);
    if (target.weights.perChannel || llvm::all_equal(grid->scales))
      return mlir::success();
    return op->emitError() << "layer '" << qnn::layerName(op) << "' has weights with a scale per channel, but target '"
                           << target.name << "' has one scale for all of them (per_channel: false); quantize the "
                           << "weights for the whole tensor, or convert the float model";
  }

private:
  /// The real weights, which tare-insert-quant-dequant quantizes as those of a float model.
  LogicalResult requantize(AccumulatorOpInterface op, const Tensor &reals, const std::string &why) const {
    if (!repair)
      return op->emitError() << "layer '" << qnn::layerName(op) << "' has " << why
                             << "; do without --no-repair, which rounds them anew, or convert the float model";
    ElementsAttr attr = qnn::toAttr(op->getContext(), reals, qnn::layerName(op) + "_weight");
    Result<Grid> grid = weightGrid(attr);
    if (!grid)
      return op->emitError() << "layer '" << qnn::layerName(op) << "' cannot be quantized: " << grid.error().message;
    std::optional<Grid> activation = gridBehind(op.getActivationOperand().get()), result = castGrid(op->getResult(0));
    bool inSteps = activation && result;
    double cost = roundingCost(reals, *grid, activation, result);
    reportRepair(op, {"WeightsRequantized", op.getOutputChannels(), cost, inSteps},
                 llvm::formatv("layer '{0}' has {1}: they were rounded to 8 bits with a scale per output channel, at the "
                               "cost of at most {2:e3} {3}",
                               qnn::layerName(op), why, cost, inSteps ? "LSB of the output" : "(a real number)")
                     .str());
    OpBuilder builder(op);
    OpOperand &operand = op.getWeightOperand();
    operand.set(qnn::ConstantOp::create(builder, operand.get().getLoc(), attr));
    return mlir::success();
  }

  /// The grid that the model quantizes a float value to.
  static std::optional<Grid> castGrid(Value value) {
    for (Operation *user : value.getUsers())
      if (auto cast = dyn_cast<quant::QuantizeCastOp>(user))
        return Grid::of(cast.getType());
    return std::nullopt;
  }

  const Target &target;
  const bool repair;
};

} // namespace

LogicalResult tare::conformWeights(func::FuncOp function, const Target &target, bool repair) {
  WeightConformer conformer(target, repair);
  bool failed = false;
  function.walk([&](AccumulatorOpInterface op) { failed |= mlir::failed(conformer.conform(op)); });
  return mlir::failure(failed);
}

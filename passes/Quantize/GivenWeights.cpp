//===- GivenWeights.cpp - A model's own weights that no layer has ---------===//
#include "Quantize/GivenGrids.h"
#include "Quantize/GridGroups.h"
#include "Quantize/StepCosts.h"
#include "Quantize/WeightRepair.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Repairs.h"

#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;

namespace {

/// The constant matrix with rows and columns exchanged, dequantized.
Value transposed(OpBuilder &builder, quant::DequantizeCastOp matrix) {
  auto before = cast<RankedTensorType>(matrix.getInput().getType());
  int64_t rows = before.getDimSize(0), columns = before.getDimSize(1);
  Tensor integers = qnn::toTensor(qnn::constantValue(matrix.getInput()));
  Tensor result(integers.element(), {columns, rows});
  for (int64_t i = 0; i < integers.count(); ++i)
    result.mutableAs<int16_t>()[i % columns * rows + i / columns] = integers.as<int16_t>()[i];
  auto type = RankedTensorType::get({columns, rows}, before.getElementType());
  ElementsAttr attr = qnn::toAttr(qnn::storageType(type), result, qnn::valueName(matrix));
  auto constant = qnn::ConstantOp::create(builder, matrix.getLoc(), type, attr);
  return quant::DequantizeCastOp::create(builder, matrix.getLoc(), type.clone(builder.getF32Type()), constant);
}

/// What the result of a layer holds: by calibration, or by the model's own grid.
std::optional<qnn::Interval> rangeOfResult(Operation *op) {
  if (std::optional<Grid> grid = resultGrid(op))
    return coveredRange(*grid);
  qnn::RangeAttr range = rangeAttr(op->getResult(0));
  return range ? std::optional(qnn::Interval(range.getMin(), range.getMax())) : std::nullopt;
}

/// What of a product matters to which the bias is added: what is farther out is so, too, with any of the bias' elements
/// added.
qnn::Interval rangeBeforeBias(const qnn::Interval &result, const Tensor &bias) {
  auto [low, high] = std::minmax_element(bias.as<float>(), bias.as<float>() + bias.count());
  return {result.first - *high, result.second - *low};
}

/// The product of two activations that a linear layer is whose weights could be one; exact. A bias is added to it,
/// which makes it an intermediate of 16 bits.
void replaceLinear(AccumulatorOpInterface op) {
  auto linear = cast<qnn::LinearOp>(op.getOperation());
  OpBuilder builder(op);
  Value matrix = transposed(builder, linear.getWeight().getDefiningOp<quant::DequantizeCastOp>());
  Tensor bias = linear.getBias() ? realConstant(linear.getBias()) : Tensor();
  std::string step = qnn::layerName(op) + "_product";
  Operation *result =
      qnn::MatMulOp::create(builder, bias ? qnn::nameLoc(op->getContext(), step, step) : op->getLoc(), linear.getType(),
                            linear.getInput(), matrix, bias ? qnn::ClampAttr() : linear.getClampAttr());
  if (bias) {
    result->setAttr(qnn::intermediateAttrName, builder.getUnitAttr());
    auto [low, high] = rangeBeforeBias(*rangeOfResult(op), bias);
    setRange(result->getResult(0), low, high, qnn::RangeLabel::Implied);
    ElementsAttr attr = qnn::toAttr(op->getContext(), bias, qnn::layerName(op) + "_bias");
    auto addend = qnn::ConstantOp::create(builder, linear.getBias().getLoc(), attr);
    result = qnn::AddOp::create(builder, op->getLoc(), linear.getType(), result->getResult(0), addend,
                                linear.getClampAttr());
  }
  if (Attribute range = op->getDiscardableAttr(qnn::rangeAttrName))
    result->setDiscardableAttr(qnn::rangeAttrName, range);
  linear.replaceAllUsesWith(result->getResult(0));
  linear.erase();
}

/// Whether the bias, if there is one, can be added by an op of its own to what is between.
bool canAddBias(qnn::LinearOp linear, const Target &target) {
  return !linear.getBias() ||
         (target.hasOp("add") && realConstant(linear.getBias()) && rangeOfResult(linear).has_value());
}

class WeightConformer {
public:
  WeightConformer(const Target &target, bool repair) : target(target), repair(repair) {}

  LogicalResult conform(AccumulatorOpInterface op) const {
    Value weights = op.getWeightOperand().get();
    std::optional<Grid> grid = givenGrid(weights);
    Tensor reals = grid ? realConstant(weights) : Tensor();
    if (!reals)
      return mlir::success();
    // What stands between the integers and the layer moves the axis of their scales, or tears it apart.
    if (!gridBehind(weights))
      return requantize(op, reals, "scales along an axis that is none of the layer's weights", onePerOutput);
    if (isMatrixOfActivations(op, *grid, target)) {
      replaceLinear(op);
      return mlir::success();
    }
    if (!grid->isPerTensor() && *grid->axis != 0)
      return requantize(op, reals, llvm::formatv("a scale per index of axis {0}", *grid->axis).str(), onePerOutput);
    if (missesPowersOfTwo(op, *grid))
      return requantize(op, reals, "scales that are no powers of two", "target '" + target.name + "' only shifts");
    if (target.weights.perChannel || llvm::all_equal(grid->scales))
      return mlir::success();
    return requantize(op, reals, "a scale per channel",
                      "target '" + target.name + "' has one scale for all of them (per_channel: false)");
  }

private:
  static constexpr char onePerOutput[] = "a sum has one for each output channel (axis 0)";

  /// Whether the target only shifts, and the weights alone are on scales that it cannot shift by: a model all of whose
  /// scales are others is not meant for it.
  bool missesPowersOfTwo(AccumulatorOpInterface op, const Grid &grid) const {
    auto isPower = [](double scale) { return exponentOf(scale).has_value(); };
    std::optional<Grid> activation = gridBehind(op.getActivationOperand().get());
    return target.powerOfTwoScales() && !llvm::all_of(grid.scales, isPower) &&
           (!activation || llvm::all_of(activation->scales, isPower));
  }

  /// Scales that the layer or the target has not: the real weights, which tare-insert-quant-dequant quantizes as those
  /// of a float model.
  LogicalResult requantize(AccumulatorOpInterface op, const Tensor &reals, const std::string &found,
                           const std::string &butThereIs) const {
    std::string text =
        llvm::formatv("layer '{0}' has weights with {1}, but {2}", qnn::layerName(op), found, butThereIs);
    if (!repair)
      return op->emitError() << text << "; do without --no-repair, which rounds them anew, or convert the float model";
    ElementsAttr attr = qnn::toAttr(op->getContext(), reals, qnn::layerName(op) + "_weight");
    Result<Grid> grid = weightGrid(attr);
    if (!grid)
      return op->emitError() << "layer '" << qnn::layerName(op) << "' cannot be quantized: " << grid.error().message;
    if (target.powerOfTwoScales())
      for (double &scale : grid->scales)
        scale = std::exp2(std::ceil(std::log2(scale)));
    if (!target.weights.perChannel)
      grid->scales.assign(grid->scales.size(), *llvm::max_element(grid->scales));
    tell(op, text, reals, *grid);
    OpBuilder builder(op);
    OpOperand &operand = op.getWeightOperand();
    operand.set(qnn::ConstantOp::create(builder, operand.get().getLoc(), attr));
    return mlir::success();
  }

  /// The cost, where the model says the activation's grid.
  void tell(AccumulatorOpInterface op, const std::string &text, const Tensor &reals, const Grid &grid) const {
    std::optional<Grid> activation = gridBehind(op.getActivationOperand().get());
    AccumulatorContext context{reals, {}, activation.value_or(activationGrid(-1, 1, {})), std::nullopt};
    context.result = expectedGrid(op, context.activation, target);
    double cost = roundingCost(context, grid);
    bool inSteps = activation && context.result;
    reportRepair(op, {"RequantizedWeights", op.getOutputChannels(), cost, inSteps},
                 llvm::formatv("{0}: they were rounded to 8 bits with {1}, at the cost of at most {2:e3} {3}", text,
                               target.weights.perChannel ? "a scale per output channel" : "one scale", cost,
                               inSteps      ? "LSB of the output"
                               : activation ? "(a real number)"
                                            : "(a real number, of activations within [-1, 1])")
                     .str());
  }

  const Target &target;
  const bool repair;
};

} // namespace

std::optional<Grid> tare::expectedGrid(Operation *op, const Grid &activation, const Target &target) {
  if (std::optional<Grid> grid = resultGrid(op))
    return grid;
  qnn::RangeAttr range = rangeAttr(op->getResult(0));
  const ActivationFormat *format = formatOfBits(target, activation.bits);
  if (!range || !format)
    return std::nullopt;
  return activationGrid(range.getMin(), range.getMax(), {activation.bits, format->symmetric});
}

bool tare::isMatrixOfActivations(AccumulatorOpInterface op, const Grid &grid, const Target &target) {
  auto linear = dyn_cast<qnn::LinearOp>(op.getOperation());
  bool isActivation = grid.bits == 16 && grid.isPerTensor() && grid.zeroPoint() == 0 && formatOfBits(target, grid.bits);
  return linear && isActivation && target.hasOp("matmul") && !target.powerOfTwoScales() &&
         cast<RankedTensorType>(linear.getInput().getType()).getRank() > 1 && canAddBias(linear, target);
}

LogicalResult tare::conformWeights(func::FuncOp function, const Target &target, bool repair) {
  WeightConformer conformer(target, repair);
  bool failed = false;
  SmallVector<AccumulatorOpInterface> ops;
  function.walk([&](AccumulatorOpInterface op) { ops.push_back(op); });
  for (AccumulatorOpInterface op : ops)
    failed |= mlir::failed(conformer.conform(op));
  return mlir::failure(failed);
}

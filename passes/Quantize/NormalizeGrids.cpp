//===- NormalizeGrids.cpp - One way to write a grid -----------------------===//
//
// Invariant: afterwards every quantized type stores signed integers, quantized
// constants are integers, and the weights of an accumulator op have one scale
// per output channel and zero point 0.
//
//===----------------------------------------------------------------------===//
#include "Quantize/GivenGrids.h"
#include "Quantize/GridGroups.h"
#include "Quantize/WeightRepair.h"
#include "Quantize/WeightTerms.h"
#include "Remarks.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Passes.h"
#include "tare/Passes/Repairs.h"
#include "tare/Tensor/OffsetBinary.h"

#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cmath>

namespace tare {
#define GEN_PASS_DEF_NORMALIZEGRIDS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::Grid;

namespace {

constexpr StringLiteral passName = "tare-normalize-grids";

/// Weights are kept exactly in so many terms: enough for all of 8 bits, whatever their zero point.
constexpr int64_t mostTerms = 3;

/// The half of the storage's range, by which unsigned integers become signed ones.
int64_t offset(const Grid &grid) { return int64_t(1) << (grid.bits - 1); }

/// The same numbers with signed integers: q - 2^(bits - 1); null where they are signed already.
RankedTensorType signedType(Type type) {
  std::optional<Grid> grid = Grid::of(type);
  if (!grid || grid->isSigned)
    return nullptr;
  for (int64_t &zero : grid->zeroPoints)
    zero -= offset(*grid);
  grid->min -= offset(*grid);
  grid->max -= offset(*grid);
  grid->isSigned = true;
  return onGrid(type, *grid);
}

void makeSigned(Value value) {
  RankedTensorType type = signedType(value.getType());
  if (!type)
    return;
  if (auto constant = value.getDefiningOp<qnn::ConstantOp>()) {
    Tensor moved = shiftedByHalf(qnn::toTensor(constant.getValue()));
    constant.setValueAttr(qnn::toAttr(qnn::storageType(type), moved, qnn::valueName(value)));
  }
  value.setType(type);
}

bool isUnsigned(Value value) {
  std::optional<Grid> grid = Grid::of(value.getType());
  return grid && !grid->isSigned;
}

/// The model's integers at its inputs and outputs stay what they are: whoever runs it is told how they become signed.
void notePorts(func::FuncOp function) {
  UnitAttr yes = UnitAttr::get(function.getContext());
  for (BlockArgument argument : function.getArguments())
    if (isUnsigned(argument))
      function.setArgAttr(argument.getArgNumber(), qnn::portUnsignedAttrName, yes);
  for (OpOperand &result : function.getBody().front().getTerminator()->getOpOperands())
    if (isUnsigned(result.get()))
      function.setResultAttr(result.getOperandNumber(), qnn::portUnsignedAttrName, yes);
}

/// What the model quantizes itself when it runs, but knows before.
void quantizeConstant(quant::QuantizeCastOp op) {
  ElementsAttr reals = qnn::constantValue(op.getInput());
  if (!reals)
    return;
  OpBuilder builder(op);
  Tensor integers = quantized(qnn::toTensor(reals), op.getType());
  auto attr = qnn::toAttr(qnn::storageType(op.getType()), integers, qnn::valueName(op.getInput()));
  op.replaceAllUsesWith(qnn::ConstantOp::create(builder, op.getLoc(), op.getType(), attr).getResult());
  op.erase();
}

struct NormalizeGrids : tare::impl::NormalizeGridsBase<NormalizeGrids> {
  using NormalizeGridsBase::NormalizeGridsBase;

  void runOnFunction() final {
    func::FuncOp function = getOperation();
    target = npu::getTarget(function);
    if (failed(target))
      return signalPassFailure();
    function.walk(quantizeConstant);
    notePorts(function);
    for (Block &block : function.getBody()) {
      for (Value argument : block.getArguments())
        makeSigned(argument);
      for (Operation &op : block)
        for (Value result : op.getResults())
          makeSigned(result);
    }
    Operation *terminator = function.getBody().front().getTerminator();
    function.setType(
        FunctionType::get(&getContext(), function.getBody().front().getArgumentTypes(), terminator->getOperandTypes()));
    function.walk([&](qnn::AccumulatorOpInterface op) {
      if (failed(normalizeWeights(op)))
        signalPassFailure();
    });
  }

private:
  FailureOr<Target> target;

  LogicalResult normalizeWeights(qnn::AccumulatorOpInterface op) {
    OpOperand &operand = op.getWeightOperand();
    auto cast = operand.get().getDefiningOp<quant::DequantizeCastOp>();
    ElementsAttr integers = cast ? qnn::constantValue(cast.getInput()) : ElementsAttr();
    if (!integers)
      return mlir::success();
    Grid grid = *Grid::of(cast.getInput().getType());
    // Weights with a scale per input channel, or as good as activations, are tare-conform-grids' to deal with.
    if (grid.axis.value_or(0) != 0 || isMatrixOfActivations(op, grid, *target))
      return mlir::success();
    bool hasZeroPoint = llvm::any_of(grid.zeroPoints, [](int64_t zero) { return zero != 0; });
    bool isPlain = grid.bits == 8 && !hasZeroPoint;
    if (grid.axis && isPlain)
      return mlir::success();
    OpBuilder builder(op);
    if (!grid.axis) {
      grid.axis = 0;
      grid.scales.assign(op.getOutputChannels(), grid.scales[0]);
      grid.zeroPoints.assign(op.getOutputChannels(), grid.zeroPoints[0]);
    }
    if (!isPlain)
      return normalizeSteps(op, cast, distances(qnn::toTensor(integers), grid.zeroPoints), grid, builder);
    replace(op, cast, onGrid(cast.getType(), grid), integers, builder);
    return mlir::success();
  }

  /// The same numbers as 8-bit weights without a zero point: on their own scale where their distances from it fit, in
  /// one term or in several, or rounded.
  LogicalResult normalizeSteps(qnn::AccumulatorOpInterface op, quant::DequantizeCastOp cast, const Tensor &steps,
                               Grid grid, OpBuilder &builder) {
    const int32_t *begin = steps.as<int32_t>(), *end = begin + steps.count();
    const int64_t farthest = std::max<int64_t>(*std::max_element(begin, end), -int64_t(*std::min_element(begin, end)));
    // Before there are any: of wide weights there would be millions.
    const int64_t needed = WeightTerms::countFor(steps);
    if (needed > mostTerms || (needed > 1 && !canReadAgain(*target)))
      return round(op, cast, farthest, grid, builder);
    WeightTerms terms(steps);
    setByteRange(grid, farthest);
    if (terms.count() > 1) {
      remarkPassed(op, passName, "WeightsInTerms")
          << remark::reason("weights up to {0} steps from their zero point", farthest)
          << remark::metric("Terms", terms.count());
      op.getActivationOperand().set(readAgain(builder, op, terms.again()));
    }
    Tensor weights = terms.weights();
    RankedTensorType type = onGrid(qnn::expressedType(cast.getType()).clone(weights.shape()), grid);
    replace(op, cast, type, qnn::toAttr(qnn::storageType(type), weights, qnn::layerName(op) + "_weight"), builder);
    return mlir::success();
  }

  /// 8 bits without a zero point.
  static void setByteRange(Grid &grid, int64_t farthest) {
    grid.bits = 8;
    grid.isSigned = true;
    grid.max = INT8_MAX;
    grid.min = farthest > grid.max ? INT8_MIN : -grid.max;
    grid.zeroPoints.assign(grid.scales.size(), 0);
  }

  /// Weights too far from their zero point: rounded to a grid without one, which is a repair.
  LogicalResult round(qnn::AccumulatorOpInterface op, quant::DequantizeCastOp cast, int64_t farthest, Grid grid,
                      OpBuilder &builder) {
    if (!repair)
      return op->emitError() << "layer '" << qnn::layerName(op) << "' has weights up to " << farthest
                             << " steps from their zero point, more than 8 bits hold; without --no-repair they are "
                                "rounded, or quantize them to 8 bits with zero point 0";
    auto stored = llvm::cast<RankedTensorType>(cast.getInput().getType());
    Tensor reals = dequantized(qnn::toTensor(qnn::constantValue(cast.getInput())), stored);
    if (target->powerOfTwoScales()) {
      // As many bits less as they have too many.
      for (double &scale : grid.scales)
        scale *= std::exp2(std::ceil(std::log2(double(farthest) / INT8_MAX)));
      setByteRange(grid, INT8_MAX);
    } else {
      Result<Grid> fresh = weightGrid(qnn::toAttr(&getContext(), reals));
      if (!fresh)
        return op->emitOpError("of layer '")
               << qnn::layerName(op) << "' cannot be quantized: " << fresh.error().message;
      grid = *fresh;
    }
    reportRounded(op, reals, farthest, grid, *target);
    RankedTensorType type = onGrid(cast.getType(), grid);
    ElementsAttr rounded =
        qnn::toAttr(qnn::storageType(type), constantOnGrid(reals, type), qnn::layerName(op) + "_weight");
    replace(op, cast, type, rounded, builder);
    return mlir::success();
  }

  /// Of an activation of which nothing is known nothing can be told: it is an error later on.
  static void reportRounded(qnn::AccumulatorOpInterface op, const Tensor &reals, int64_t farthest, const Grid &grid,
                            const Target &target) {
    Value input = op.getActivationOperand().get();
    std::optional<Grid> activation = gridBehind(input);
    if (qnn::RangeAttr range = activation ? qnn::RangeAttr() : rangeAttr(input))
      activation = activationGrid(range.getMin(), range.getMax(), {});
    if (!activation)
      return;
    AccumulatorContext context{reals, {}, *activation, std::nullopt};
    context.result = expectedGrid(op, *activation, target);
    double cost = roundingCost(context, grid);
    reportRepair(op, {"RoundedWeights", int64_t(grid.scales.size()), cost, context.result.has_value()},
                 llvm::formatv("layer '{0}': weights up to {1} steps from their zero point do not fit 8 bits and were "
                               "rounded, at the cost of at most {2} {3}; quantize them to 8 bits with zero point 0",
                               qnn::layerName(op), farthest, costText(cost),
                               context.result ? "LSB of the output" : "(a real number)")
                     .str());
  }

  static void replace(qnn::AccumulatorOpInterface op, quant::DequantizeCastOp cast, RankedTensorType type,
                      ElementsAttr integers, OpBuilder &builder) {
    auto constant = qnn::ConstantOp::create(builder, cast.getInput().getLoc(), type, integers);
    op.getWeightOperand().set(
        quant::DequantizeCastOp::create(builder, cast.getLoc(), qnn::expressedType(type), constant));
    if (cast->use_empty())
      cast->erase();
  }
};

} // namespace

//===- GridCasts.cpp - Values read through their grids --------------------===//
#include "Quantize/GridCasts.h"
#include "Arithmetic/TargetOperators.h"
#include "Graph/Affine.h"
#include "Quantize/ConstantCosts.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;

static constexpr StringLiteral passName = "tare-insert-quant-dequant";

LogicalResult GridCasts::insert(ArrayRef<Operation *> ops, ParameterCasts &parameters) const {
  for (Value value : groups.values())
    castActivation(value, *groups.grid(value));
  for (Operation *op : ops)
    if (isa<qnn::LoopBeginOp, qnn::LoopEndOp>(op))
      castLoopEnd(op);
  for (Operation *op : ops)
    if (auto gridOp = dyn_cast<GridOpInterface>(op); gridOp && !boundary.moves(op))
      castOperands(gridOp);
  LogicalResult result = mlir::success();
  for (Operation *op : ops)
    if (auto accumulator = dyn_cast<AccumulatorOpInterface>(op);
        accumulator && failed(castParameters(accumulator, parameters)))
      result = failure();
  return result;
}

void GridCasts::castActivation(Value value, const Grid &grid) const {
  auto isCast = [&](OpOperand &use) {
    bool passesInput = isa<BlockArgument>(value) && boundary.takesOut(use.getOwner());
    // The host reads what it has made itself.
    bool passesHost = value.getDefiningOp<qnn::HostOp>() && boundary.takesOut(use.getOwner());
    return passesInput || passesHost || isa<quant::QuantizeCastOp>(use.getOwner());
  };
  if (value.getDefiningOp<quant::DequantizeCastOp>() || llvm::all_of(value.getUses(), isCast))
    return;
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  SmallPtrSet<OpOperand *, 4> uses;
  for (OpOperand &use : value.getUses())
    if (!isCast(use))
      uses.insert(&use);
  Operation *maker = value.getDefiningOp();
  Value dequantized = castBothWays(builder, value, grid, maker ? qnn::layerName(maker) : qnn::valueName(value));
  value.replaceUsesWithIf(dequantized, [&](OpOperand &use) { return uses.contains(&use); });
  if (maker && !target.hasAllOps())
    dequantized.getDefiningOp()->getOperand(0).getDefiningOp()->setAttr(chosenGridAttrName, builder.getUnitAttr());
}

void GridCasts::castLoopEnd(Operation *op) const {
  OpBuilder builder(op);
  const bool begins = isa<qnn::LoopBeginOp>(op);
  for (OpOperand &operand : op->getOpOperands()) {
    if (!qnn::isFloatTensor(operand.get()) || !floatConstantValue(operand.get()))
      continue;
    const unsigned number = operand.getOperandNumber();
    std::optional<Grid> grid = groups.grid(op->getResult(begins ? number + 1 : number - 1));
    std::string layer = qnn::layerName(op) + "_operand" + std::to_string(number);
    if (grid)
      operand.set(castBothWays(builder, operand.get(), *grid, layer));
  }
}

void GridCasts::castOperands(GridOpInterface op) const {
  const ActivationRule &rule = groups.ruleBeside(op);
  const bool hasWider = target.activation(ElementType::i16);
  // What is joined is on the grid of the result, and so is a constant whose elements are chosen.
  std::optional<Grid> unified, ofConstants;
  if (auto cast = existingCast(op->getResult(0)); cast && op.getGridRule() == GridRule::Unified)
    unified = ofConstants = Grid::of(cast.getType());
  else if (cast && op.getGridRule() == GridRule::Same)
    ofConstants = Grid::of(cast.getType());
  auto accumulator = dyn_cast<AccumulatorOpInterface>(op.getOperation());
  OpBuilder builder(op);
  for (OpOperand &operand : op->getOpOperands()) {
    if (accumulator && &operand != &accumulator.getActivationOperand())
      continue; // Weights and biases have grids of their own.
    if (!qnn::isFloatTensor(operand.get()))
      continue;
    std::string layer = qnn::layerName(op) + "_operand" + std::to_string(operand.getOperandNumber());
    if (ElementsAttr constant = floatConstantValue(operand.get())) {
      Grid grid = ofConstants ? *ofConstants : moved.gridOf(operand, constant, rule);
      warnOfCoarseConstant(op, operand, qnn::toTensor(constant), grid, rule, hasWider && rule.bits < 16);
      operand.set(castBothWays(builder, operand.get(), grid, layer));
    } else if (std::optional<Grid> grid = gridBehind(operand.get()); unified && grid && !sameGrid(*grid, *unified)) {
      remarkPassed(op, passName, "OperandRequantized")
          << remark::reason("'{0}' has other readers, which need its finer grid", qnn::valueName(operand.get()));
      operand.set(castBothWays(builder, operand.get(), *unified, layer));
    }
  }
}

LogicalResult GridCasts::castParameters(AccumulatorOpInterface op, ParameterCasts &parameters) const {
  std::optional<Grid> activation = gridBehind(op.getActivationOperand().get());
  if (!activation)
    return mlir::success(); // Its activation stayed float: tare-fuse-quantized says so.
  FailureOr<Grid> weights = parameters.castToGrids(op, *activation, moved);
  if (failed(weights))
    return failure();
  if (!tails.contains(op) || groups.contains(op->getResult(0)))
    return mlir::success();
  remarkPassed(op, passName, "AccumulatorKept");
  castActivation(op->getResult(0),
                 accumulatorGrid(*activation, *weights, op.getOutputChannels(), op.getResultChannelAxis()));
  return mlir::success();
}

//===- QnnInterfaces.cpp - What holds for every op on grids ---------------===//
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"

using namespace mlir;
using namespace tare::qnn;

static bool isQuantized(Value value) { return bool(quantizedElement(value.getType())); }

/// The operands that a grid may belong to: all but integers as a model has them, which choose elements.
static auto operandsOnGrids(Operation *op) {
  return llvm::make_filter_range(op->getOpOperands(),
                                 [](OpOperand &operand) { return !isIntegerTensor(operand.get()); });
}

bool tare::qnn::isAccumulator(Type type) {
  constexpr unsigned accumulatorBits = 32;
  std::optional<Grid> grid = Grid::of(type);
  return grid && grid->bits == accumulatorBits;
}

bool tare::qnn::isOfAccumulators(Value value) {
  auto op = value.getDefiningOp<GridOpInterface>();
  return op && op.givesAccumulators();
}

std::pair<double, double> tare::qnn::fusedInterval(Operation *op) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (auto fused = dyn_cast<ClampOpInterface>(op))
    if (std::optional<ClampAttr> clamp = fused.getClamp())
      return {clamp->getMin(), clamp->getMax()};
  return {-infinity, infinity};
}

/// (A1) One scale for the tensor, but where the op says otherwise.
static LogicalResult verifyAxes(GridOpInterface op) {
  for (OpOperand &operand : operandsOnGrids(op))
    if (!Grid::of(operand.get().getType())->isPerTensor() && !op.takesAxisGrid(operand))
      return op->emitOpError("takes one scale for the whole tensor, found a list of scales: ")
             << operand.get().getType();
  Type result = op->getResult(0).getType();
  if (Grid::of(result)->isPerTensor() || op.givesAxisGrid())
    return success();
  return op->emitOpError("gives one scale for the whole tensor, found a list of scales: ") << result;
}

/// Hardware has one width in an op: that of its activations, and of its result where that is no accumulator.
static LogicalResult verifyWidths(GridOpInterface op) {
  Type activation;
  for (OpOperand &operand : operandsOnGrids(op)) {
    Type type = operand.get().getType();
    if (op.takesAxisGrid(operand))
      continue;
    if (activation && Grid::of(activation)->bits != Grid::of(type)->bits)
      return op->emitOpError("has activations of one width, found ") << activation << " and " << type;
    activation = type;
  }
  Type result = op->getResult(0).getType();
  if (!activation || isAccumulator(result) || Grid::of(result)->bits == Grid::of(activation)->bits)
    return success();
  return op->emitOpError("has a result of its activations' width, found ") << activation << " and " << result;
}

LogicalResult tare::qnn::verifyGrid(Operation *op) {
  bool quantized = isQuantized(op->getResult(0));
  for (OpOperand &operand : operandsOnGrids(op))
    if (isQuantized(operand.get()) != quantized)
      return op->emitOpError("operands and result must be all float or all quantized, found ")
             << operand.get().getType() << " and " << op->getResult(0).getType();
  auto gridOp = cast<GridOpInterface>(op);
  bool mayChangeWidth = gridOp.changesWidth() || op->hasAttr(inLayerAttrName);
  if (quantized && (failed(verifyAxes(gridOp)) || (!mayChangeWidth && failed(verifyWidths(gridOp)))))
    return failure();
  GridRule rule = gridOp.getGridRule();
  if (!quantized || rule == GridRule::Own || rule == GridRule::Bounded || gridOp.mayRescale())
    return success();
  Grid result = *Grid::of(op->getResult(0).getType());
  for (OpOperand &operand : operandsOnGrids(op)) {
    Grid grid = *Grid::of(operand.get().getType());
    if (grid.scales != result.scales || grid.zeroPoints != result.zeroPoints || grid.bits != result.bits)
      return op->emitOpError("keeps its operand's grid, found ")
             << operand.get().getType() << " and " << op->getResult(0).getType();
  }
  return success();
}

//===- FuseLoops.cpp - The ends of loops on quantized types ---------------===//
#include "Quantize/FuseLoops.h"
#include "Arithmetic/Grids.h"
#include "Quantize/IntegerValues.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"

using namespace mlir;
using namespace tare;
using qnn::Grid;

/// Why a loop's end cannot take the operand as integers and give the result so; empty where it can.
static std::string reasonAgainst(Value operand, Value result) {
  if (!qnn::isFloatTensor(operand))
    return "";
  if (!operand.getDefiningOp<quant::DequantizeCastOp>())
    return "its operand '" + qnn::valueName(operand) + "' is not quantized";
  if (!llvm::all_of(result.getUsers(), llvm::IsaPred<quant::QuantizeCastOp>))
    return "its result '" + qnn::valueName(result) + "' is read in float";
  return "";
}

static std::optional<Grid> gridOfReaders(Value result) {
  std::optional<Grid> grid;
  // Users are listed from the last one.
  for (Operation *user : result.getUsers())
    if (auto cast = dyn_cast<quant::QuantizeCastOp>(user))
      grid = Grid::of(cast.getType());
  return grid;
}

/// The grid on which an element goes through a loop's end: that of the state, or what reads the result, or the
/// operand's where nobody does.
static Grid gridInLoop(Operation &op, size_t number, Value result, Value integers) {
  if (auto end = dyn_cast<qnn::LoopEndOp>(op); end && number < end.getCarries().size())
    return *Grid::of(end.getBegin().getState(number).getType());
  if (std::optional<Grid> grid = gridOfReaders(result))
    return *grid;
  // A state that no step reads is there for what is carried behind the last one.
  auto begin = dyn_cast<qnn::LoopBeginOp>(op);
  if (begin && number >= begin.getSequences().size()) {
    const size_t state = number - begin.getSequences().size();
    if (std::optional<Grid> grid = gridOfReaders(begin.getEnd().getLast(state)))
      return *grid;
    if (auto carried = begin.getEnd().getCarries()[state].getDefiningOp<quant::DequantizeCastOp>())
      return *Grid::of(carried.getInput().getType());
  }
  return *Grid::of(integers.getType());
}

/// `results` are what becomes of `operands`, one of each.
static std::string fuse(OpBuilder &builder, Operation &op, OperandRange operands, ResultRange results) {
  // One value may be several operands, each on a grid of its own.
  SmallVector<Value> integers(op.getOperands());
  SmallVector<Type> types(op.getResultTypes());
  const size_t firstOperand = op.getNumOperands() - operands.size(), first = op.getNumResults() - results.size();
  for (auto [number, pair] : llvm::enumerate(llvm::zip_equal(operands, results))) {
    auto [operand, result] = pair;
    std::string why = reasonAgainst(operand, result);
    if (!why.empty())
      return why;
    auto from = operand.template getDefiningOp<quant::DequantizeCastOp>();
    if (!from)
      continue;
    Grid grid = gridInLoop(op, number, result, from.getInput());
    types[first + number] = onGrid(result.getType(), grid);
    std::string layer = qnn::layerName(&op) + "_operand" + std::to_string(number);
    Location loc = qnn::nameLoc(op.getContext(), layer + "_requantize", qnn::valueName(operand));
    integers[firstOperand + number] = onType(builder, from.getInput(), onGrid(operand.getType(), grid), loc);
  }
  Operation *fused = builder.clone(op);
  fused->setOperands(integers);
  for (auto [index, type] : llvm::enumerate(types))
    fused->getResult(index).setType(type);
  if (first)
    op.getResult(0).replaceAllUsesWith(fused->getResult(0));
  for (auto [index, result] : llvm::enumerate(results))
    if (fused->getResult(first + index).getType() == result.getType())
      result.replaceAllUsesWith(fused->getResult(first + index));
    else
      replaceCasts(builder, result, fused->getResult(first + index));
  return "";
}

std::string tare::fuseLoopEnd(OpBuilder &builder, Operation &op) {
  if (auto begin = dyn_cast<qnn::LoopBeginOp>(op))
    return fuse(builder, op, begin.getOperands(), op.getResults().drop_front());
  return fuse(builder, op, op.getOperands().drop_front(), op.getResults());
}

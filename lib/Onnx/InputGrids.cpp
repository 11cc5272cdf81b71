//===- InputGrids.cpp - What the integers of inputs mean ------------------===//
#include "InputGrids.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridRule;
using qnn::ReinterpretOp;

namespace {

/// Whether integers mean real numbers; indices mean none.
bool isOnGrid(Value value) { return bool(qnn::quantizedElement(value.getType())); }

/// Whether the op moves integers: its operands and its result are on one grid.
bool movesIntegers(Operation *op) {
  auto gridOp = dyn_cast<qnn::GridOpInterface>(op);
  if (!gridOp || !isOnGrid(op->getResult(0)))
    return false;
  return gridOp.getGridRule() == GridRule::Same || gridOp.getGridRule() == GridRule::Unified;
}

/// An input's integers, and those that they are moved to or joined with: all on one grid, whichever it is. Unlike
/// qnn::allMadeOf() it goes back, too: what joins ties its operands.
class MovedIntegers {
public:
  explicit MovedIntegers(BlockArgument input) { add(input); }

  /// The grid of the first DequantizeLinear; null where there is none, or where some of the integers have a meaning
  /// that another op gives them.
  quant::QuantizedType wanted() const {
    if (isFixed)
      return nullptr;
    ReinterpretOp first;
    for (Value value : values)
      for (Operation *user : value.getUsers())
        if (auto reader = dyn_cast<ReinterpretOp>(user))
          if (!first || reader->isBeforeInBlock(first))
            first = reader;
    quant::QuantizedType type = first ? qnn::quantizedElement(first.getType()) : nullptr;
    // The axis of a scale for each channel would move along.
    bool hasAxis = type && !Grid::of(type)->isPerTensor();
    return hasAxis && values.size() > 1 ? nullptr : type;
  }

  void giveGrid(quant::QuantizedType type) {
    for (Value value : values) {
      keepMeaning(value);
      if (auto pad = value.getDefiningOp<qnn::PadOp>())
        keepBorder(pad, *Grid::of(type));
    }
    for (Value value : values)
      value.setType(cast<RankedTensorType>(value.getType()).clone(type));
  }

private:
  void add(Value value) {
    if (!values.insert(value))
      return;
    if (Operation *op = value.getDefiningOp()) {
      if (movesIntegers(op))
        for (Value operand : llvm::make_filter_range(op->getOperands(), isOnGrid))
          add(operand);
      else
        isFixed |= !isa<ReinterpretOp, qnn::ConstantOp>(op);
    }
    for (Operation *user : value.getUsers())
      if (user->getNumResults() == 1 && movesIntegers(user))
        add(user->getResult(0));
  }

  /// A Cast reads the integers themselves.
  static void keepMeaning(Value value) {
    for (OpOperand &use : llvm::make_early_inc_range(value.getUses()))
      if (auto cast = dyn_cast<quant::DequantizeCastOp>(use.getOwner())) {
        OpBuilder builder(cast);
        use.set(ReinterpretOp::create(builder, cast.getLoc(), value.getType(), value));
      }
  }

  /// A border is given as a real number: here so far, as the integer.
  static void keepBorder(qnn::PadOp pad, const Grid &grid) {
    double integer = pad.getValue().convertToDouble();
    pad.setValue(APFloat((integer - double(grid.zeroPoint())) * grid.scale()));
  }

  llvm::SetVector<Value> values;
  bool isFixed = false;
};

} // namespace

void onnx::chooseInputGrids(func::FuncOp function) {
  for (BlockArgument input : function.getArguments()) {
    if (!qnn::quantizedElement(input.getType()))
      continue;
    MovedIntegers integers(input);
    if (quant::QuantizedType type = integers.wanted())
      integers.giveGrid(type);
  }
  for (auto op : llvm::make_early_inc_range(function.getOps<ReinterpretOp>()))
    if (op.getInput().getType() == op.getType()) {
      op.replaceAllUsesWith(op.getInput());
      op.erase();
    }
}

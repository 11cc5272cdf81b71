//===- Unquantized.cpp - Values that a quantized model leaves out ---------===//
#include "Quantize/Unquantized.h"
#include "Quantize/GridGroups.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace tare;
using qnn::GridOpInterface;

namespace {

bool isQuantizer(Operation *op) { return isa<quant::QuantizeCastOp>(op); }

bool isUnquantized(Value value);

/// Whether its only reader leaves the numbers what they are, and a quantizer stands behind: its grid is this value's.
/// Not qnn::allMadeOf(): where the way forks the readers' grids may differ, so that each value has one reader at most.
bool hasGridOfResult(Value value) {
  auto reader = value.hasOneUse() ? dyn_cast<GridOpInterface>(*value.user_begin()) : GridOpInterface();
  return reader && reader.getGridRule() == qnn::GridRule::Same && reader.movesElements() &&
         !isUnquantized(reader->getResult(0)) && !reader->use_empty() &&
         llvm::all_of(reader->getUsers(), llvm::IsaPred<quant::QuantizeCastOp, GridOpInterface>);
}

/// Read by an op as it is, and quantized for nobody.
bool isUnquantized(Value value) {
  return qnn::isFloatTensor(value) && value.getDefiningOp<GridOpInterface>() && !value.use_empty() &&
         llvm::none_of(value.getUsers(), isQuantizer) && !hasGridOfResult(value);
}

/// Parts of a graph whose ops pass unquantized values to one another.
class Parts {
public:
  explicit Parts(func::FuncOp function) {
    for (auto op : function.getOps<GridOpInterface>())
      add(op);
  }

  /// Between quantizers on all sides.
  bool isEnclosed(Operation *op) const { return !open.contains(parts.getLeaderValue(op)); }

private:
  void add(GridOpInterface op) {
    parts.insert(op);
    for (Value operand : op->getOperands()) {
      if (isUnquantized(operand))
        unite(operand.getDefiningOp(), op);
      if (qnn::isFloatTensor(operand) && isa<BlockArgument>(operand))
        openUp(op);
    }
    if (isUnquantized(op->getResult(0)) && !llvm::all_of(op->getUsers(), llvm::IsaPred<GridOpInterface>))
      openUp(op);
  }

  void unite(Operation *a, Operation *b) {
    bool either = !isEnclosed(a) || !isEnclosed(b);
    parts.unionSets(a, b);
    if (either)
      openUp(a);
  }

  void openUp(Operation *op) { open.insert(parts.getLeaderValue(op)); }

  llvm::EquivalenceClasses<Operation *> parts;
  /// The leaders of parts that reach a border of the model.
  llvm::SmallPtrSet<Operation *, 8> open;
};

} // namespace

void tare::markUnquantized(func::FuncOp function) {
  Parts parts(function);
  for (auto op : function.getOps<GridOpInterface>()) {
    bool hasOwnGrid = op.getGridRule() == qnn::GridRule::Own || op.getGridRule() == qnn::GridRule::Bounded;
    // Without a range it is for the user to give data: a tool may have left its quantizer out by mistake.
    if (hasOwnGrid && rangeAttr(op->getResult(0)) && isUnquantized(op->getResult(0)) && parts.isEnclosed(op))
      op->setAttr(qnn::intermediateAttrName, UnitAttr::get(function.getContext()));
  }
}

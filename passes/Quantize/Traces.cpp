//===- Traces.cpp - What a quantizer rounds, moved and limited ------------===//
#include "Quantize/Traces.h"
#include "Quantize/GridGroups.h"
#include "tare/Dialect/Qnn/Movements.h"

#include "mlir/IR/IRMapping.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;

/// 0 and what is at the end of a grid are on any.
bool tare::hasBorder(Operation *op) {
  std::optional<double> border = constantBorder(op);
  return border && *border != 0 && std::isfinite(*border);
}

bool tare::isLimit(Operation *op) { return isa<qnn::UnaryFunctionOpInterface>(op) && isa<qnn::RequantOpInterface>(op); }

bool tare::movesAlone(Operation *op) {
  auto gridOp = dyn_cast<GridOpInterface>(op);
  return gridOp && gridOp.getGridRule() == GridRule::Same && qnn::movedOperands(op).size() == 1 &&
         !gridOp.interpolates() && !hasBorder(op);
}

std::optional<Grid> tare::gridOfMoved(Value value) {
  if (std::optional<Grid> grid = gridBehind(value))
    return grid;
  Operation *op = value.getDefiningOp();
  return op && movesAlone(op) ? gridOfMoved(op->getOperand(0)) : std::nullopt;
}

void Trace::limitFirst(qnn::ClampAttr first) {
  if (!limits || !first) {
    limits = limits ? limits : first;
    return;
  }
  auto limited = [&](double end) { return std::clamp(end, limits.getMin(), limits.getMax()); };
  limits = qnn::ClampAttr::get(first.getContext(), limited(first.getMin()), limited(first.getMax()));
}

Value Trace::moved(OpBuilder &builder, Value value) const {
  for (Operation *move : llvm::reverse(moves)) {
    IRMapping mapping;
    mapping.map(move->getOperand(0), value);
    value = builder.clone(*move, mapping)->getResult(0);
  }
  return value;
}

Trace tare::trace(Value value) {
  Trace traced{value, {}, {}};
  for (Operation *op = value.getDefiningOp(); op; op = traced.source.getDefiningOp()) {
    if (isLimit(op)) {
      auto [low, high] = cast<qnn::UnaryFunctionOpInterface>(op).getImage();
      traced.limitFirst(qnn::ClampAttr::get(op->getContext(), low, high));
    } else if (movesAlone(op)) {
      traced.moves.push_back(op);
    } else {
      break;
    }
    traced.source = op->getOperand(0);
  }
  return traced;
}

//===- TargetOperators.cpp - Ops of the graph on a target -----------------===//
#include "Arithmetic/TargetOperators.h"
#include "Arithmetic/Grids.h"
#include "Arithmetic/RequantizerLimits.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include <algorithm>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;

StringRef tare::operatorOf(OperationName op) {
  static const std::vector<std::string> known = allOperatorNames();
  // What only limits, and what only goes to another grid, is a rescale; a difference is a sum.
  StringRef name = llvm::StringSwitch<StringRef>(op.stripDialect())
                       .Cases({"relu", "clip", "requantize"}, "rescale")
                       .Case("sub", "add")
                       .Default(op.hasInterface<qnn::UnaryFunctionOpInterface>() ? "lookup" : op.stripDialect());
  return op.getDialectNamespace() == qnn::QnnDialect::getDialectNamespace() && llvm::is_contained(known, name)
             ? name
             : StringRef();
}

bool tare::onlyMoves(Operation *op) {
  auto gridOp = dyn_cast<GridOpInterface>(op);
  return gridOp && (gridOp.movesElements() || isa<qnn::PadOp>(op));
}

std::optional<unsigned> tare::activationBits(Operation *op) {
  auto gridOp = dyn_cast<GridOpInterface>(op);
  unsigned bits = 0;
  auto note = [&](const std::optional<Grid> &grid) {
    if (grid && (grid->bits == 8 || grid->bits == 16))
      bits = std::max(bits, unsigned(grid->bits));
  };
  for (OpOperand &operand : op->getOpOperands())
    if (!gridOp || !gridOp.takesAxisGrid(operand)) {
      note(gridBehind(operand.get()));
      note(Grid::of(operand.get().getType()));
    }
  for (Operation *user : op->getUsers())
    if (auto cast = dyn_cast<quant::QuantizeCastOp>(user))
      note(Grid::of(cast.getType()));
  return bits ? std::optional(bits) : std::nullopt;
}

bool tare::isComputedWide(Operation *op, const Target &target) {
  StringRef name = operatorOf(op->getName());
  const bool mayBeWider = target.activation(ElementType::i8) && target.activation(ElementType::i16) &&
                          !target.powerOfTwoScales() && target.hasOp("rescale", ElementType::i8) &&
                          target.hasOp("rescale", ElementType::i16);
  return mayBeWider && !name.empty() && !onlyMoves(op) && !target.hasOp(name, ElementType::i8) &&
         target.hasOp(name, ElementType::i16);
}

bool tare::isRequantizedInFloat(Operation *op, const Target &target) {
  auto requantize = dyn_cast<qnn::RequantizeOp>(op);
  if (!requantize)
    return false;
  auto has = [&](Value value) {
    std::optional<Grid> grid = Grid::of(value.getType());
    return !grid || target.hasOp("rescale", grid->bits == 8 ? ElementType::i8 : ElementType::i16);
  };
  return !has(requantize.getInput()) || !has(requantize.getResult());
}

/// "i8 and i16"
static std::string typesOf(const OperatorFormat &format) {
  return llvm::join(llvm::map_range(format.types, [](ElementType type) { return EnumNameElementType(type); }), " and ");
}

std::optional<std::string> tare::whyNotOnTarget(Operation *op, ElementType type, const Target &target) {
  StringRef name = operatorOf(op->getName());
  if (name.empty())
    return std::nullopt;
  const OperatorFormat *format = target.findOp(name);
  if (!format)
    return "the target has no " + name.str();
  if (!target.hasOp(name, type))
    return "the target has " + name.str() + " for " + typesOf(*format) + " activations alone";
  return whyNotRequantized(op, type, target);
}

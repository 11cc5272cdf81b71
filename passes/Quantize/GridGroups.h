//===- GridGroups.h - Values that share a grid ------------------*- C++ -*-===//
//
// Same-grid ops tie their result to their operand, and concatenations tie all
// of theirs where that costs nothing. A group of values that are tied has one
// grid: of the casts that the model has already, of a function's image, or of the
// union of the members' ranges.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_GRIDGROUPS_H
#define TARE_PASSES_QUANTIZE_GRIDGROUPS_H

#include "Arithmetic/Grids.h"
#include "Arithmetic/ValueRanges.h"
#include "Quantize/GridGroup.h"
#include "tare/Dialect/Qnn/Choices.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <vector>

namespace tare {

/// The values that stay float: each reaches nothing but the function's results and what the host computes, through ops
/// that only move elements. What is joined there has a grid for each part. `states` are none of them.
class OutputBoundary {
public:
  explicit OutputBoundary(mlir::func::FuncOp function, llvm::DenseSet<mlir::Value> states = {});
  /// Only the function's results and host ops read `value`, perhaps moved.
  bool contains(mlir::Value value) const { return values.contains(value) && !states.contains(value); }
  /// Whether all that `user` does is to take its operands out of the graph.
  bool takesOut(mlir::Operation *user) const;
  /// Whether `op` moves what leaves the graph, and stays float.
  bool moves(mlir::Operation *op) const;

private:
  qnn::ValuesReadBy values;
  /// Are kept for the next call, and so have a grid.
  llvm::DenseSet<mlir::Value> states;
};

/// Integers of an input, moved or given another meaning at most.
bool entersMoved(mlir::Value integers);

/// Integers that an op reads in no form: they leave, moved or given another meaning at most, with or without the
/// numbers that they stand for.
bool leavesMoved(mlir::Value integers, const OutputBoundary &boundary);

/// The cast to a grid that reads `value` already, or null.
mlir::quant::QuantizeCastOp existingCast(mlir::Value value);

/// The grid that the model rounds the result of `op` to; nothing where it says none, or where it keeps the accumulator,
/// which has a scale per channel.
std::optional<qnn::Grid> resultGrid(mlir::Operation *op);

/// What a configuration says of grids.
struct GridChoices {
  /// Of single values.
  qnn::Choices choices;
  /// Whether a value of which nothing is said has the wide rule.
  bool isWide = false;
};

class GridGroups {
public:
  /// Values have the `rule`; those that are computed from wider integers, which the model brings, the rule `wide`; but
  /// for what is chosen.
  explicit GridGroups(ActivationRule rule, std::optional<ActivationRule> wide = std::nullopt, GridChoices chosen = {})
      : rule(rule), wide(wide), chosen(std::move(chosen)) {}

  /// Puts an activation into a group of its own, with what is known of it.
  void add(mlir::Value value);
  /// The same of one that is of the wide rule, or is not, whatever it is computed from.
  void add(mlir::Value value, bool isWide);
  /// Ties the result of `op`, which must have been added, to its operands as the op's grid rule says.
  void tie(qnn::GridOpInterface op);

  /// Ties two values that are the same elements at two ends of a loop's step, where no grid that the model says
  /// forbids it; `innerUses` as of unite().
  void tieAlike(mlir::Value a, mlir::Value b, int64_t innerUses);

  /// Makes the grid of a value's group no finer than `scale`; false where casts or a function's image say the grid.
  bool coarsen(mlir::Value value, double scale);

  /// The values that have been added, in that order.
  llvm::ArrayRef<mlir::Value> values() const { return order; }
  bool contains(mlir::Value value) const { return ids.contains(value); }
  /// The number of a value's group; the members of one have the same.
  unsigned group(mlir::Value value) const { return find(value); }
  /// The grid that casts or a function's image say; nothing where it may be chosen.
  std::optional<qnn::Grid> pinned(mlir::Value value) const { return groups[find(value)].said(); }
  /// The range of a group's members, 0 included; nothing where none has one.
  const std::optional<std::pair<double, double>> &range(mlir::Value value) const { return groups[find(value)].range; }
  /// Chooses the grid of a value's group.
  void pin(mlir::Value value, const qnn::Grid &grid) { groups[find(value)].pinned = grid; }
  /// The grid of a value's group; nothing where neither a range nor a cast says it.
  std::optional<qnn::Grid> grid(mlir::Value value) const;
  /// The rule of a value's grid, where it may be chosen.
  ActivationRule ruleFor(mlir::Value value) const { return ruleOf(groups[find(value)]); }
  /// The rule for constants that `op` reads beside its activations; what is wide within a layer has none beside it.
  const ActivationRule &ruleBeside(qnn::GridOpInterface op) const {
    bool isWideBeside = readsWide(op) || (isWide(op->getResult(0)) && !op->hasAttr(qnn::inLayerAttrName));
    return isWideBeside ? *wide : rule;
  }
  /// Whether some operand of `op`, which must have been added if it is an activation, is or will be integers of the
  /// wide rule.
  bool readsWide(mlir::Operation *op) const;
  /// Whether a float value is, or will be, integers of the wide rule.
  bool isWide(mlir::Value value) const;

private:
  /// Whether the result of `op` gets the wide rule: it is a step that the model does not round at all, or computed from
  /// integers that are wide for a reason of their own.
  bool needsWide(mlir::Operation *op) const;
  /// Whether an operand of `op`, or of the steps that it has been computed in, is wide for a reason of its own.
  bool comesFromWide(mlir::Operation *op) const;
  ActivationRule ruleOf(const GridGroup &group) const {
    const ActivationRule &base = group.isWide ? *wide : rule;
    return {base.bits, base.symmetric || group.isSymmetric};
  }
  /// Whether a value is wide because somebody chose so: what is computed from it has its own width.
  bool isWideByChoice(mlir::Value value) const;
  /// Gives a value's group what is chosen for it.
  void choose(GridGroup &group, mlir::Value value) const;
  void bound(GridGroup &group, qnn::GridOpInterface op) const;
  unsigned find(mlir::Value value) const;
  void unite(unsigned a, unsigned b, int64_t innerUses);
  void adoptStored(mlir::Value constant, mlir::Value result);
  void tieSame(qnn::GridOpInterface op);
  void tieUnified(qnn::GridOpInterface op);

  ActivationRule rule;
  std::optional<ActivationRule> wide;
  GridChoices chosen;
  llvm::DenseMap<mlir::Value, unsigned> ids;
  llvm::SmallVector<mlir::Value> order;
  mutable llvm::SmallVector<unsigned> parents;
  std::vector<GridGroup> groups;
  /// The intermediates that are computed from integers that are wide for a reason of their own.
  llvm::DenseSet<mlir::Value> madeFromWide;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_GRIDGROUPS_H

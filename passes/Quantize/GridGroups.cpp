//===- GridGroups.cpp - Values that share a grid --------------------------===//
#include "Quantize/GridGroups.h"
#include "Arithmetic/ChosenGrid.h"
#include "Quantize/FunctionRanges.h"
#include "Quantize/Intermediates.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Evaluator/Evaluator.h"

#include <algorithm>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridRule;

static bool movesOrMeans(Operation *op) { return isa<qnn::ReinterpretOp>(op) || qnn::movesElements(op); }

bool tare::entersMoved(Value integers) {
  return qnn::allMadeFrom(integers, movesOrMeans, [](Value value) {
    Operation *op = value.getDefiningOp();
    return !op || movesOrMeans(op);
  });
}

bool tare::leavesMoved(Value integers, const OutputBoundary &boundary) {
  return qnn::allMadeOf(integers, movesOrMeans, [&](Value value) {
    // The numbers of what leaves may be wanted beside it, but some reader takes the integers themselves.
    bool isOutput = false;
    for (Operation *user : value.getUsers()) {
      if (isa<quant::DequantizeCastOp>(user) ? !boundary.contains(user->getResult(0))
                                             : !isa<func::ReturnOp>(user) && !movesOrMeans(user))
        return false;
      isOutput |= !isa<quant::DequantizeCastOp>(user);
    }
    return isOutput;
  });
}

static bool takesAway(Operation *op) { return op->hasTrait<OpTrait::IsTerminator>() || isa<qnn::HostOp>(op); }

OutputBoundary::OutputBoundary(func::FuncOp function, llvm::DenseSet<Value> states)
    : values(function.front(), takesAway), states(std::move(states)) {}

bool OutputBoundary::moves(Operation *op) const { return qnn::movesElements(op) && contains(op->getResult(0)); }

bool OutputBoundary::takesOut(Operation *user) const { return takesAway(user) || moves(user); }

quant::QuantizeCastOp tare::existingCast(Value value) {
  for (Operation *user : value.getUsers())
    if (auto cast = dyn_cast<quant::QuantizeCastOp>(user))
      return cast;
  return nullptr;
}

std::optional<Grid> tare::resultGrid(Operation *op) {
  quant::QuantizeCastOp cast = existingCast(op->getResult(0));
  std::optional<Grid> grid = cast ? Grid::of(cast.getType()) : std::nullopt;
  return grid && grid->isPerTensor() ? grid : std::nullopt;
}

void GridGroups::add(Value value) {
  Operation *maker = value.getDefiningOp();
  add(value, maker && needsWide(maker));
}

void GridGroups::add(Value value, bool isWide) {
  GridGroup group;
  for (OpOperand &use : value.getUses())
    group.uses += !isa<quant::QuantizeCastOp>(use.getOwner());
  Operation *maker = value.getDefiningOp();
  group.isWide = isWide || chosen.isWide;
  choose(group, value);
  if (maker && isIntermediate(maker) && comesFromWide(maker))
    madeFromWide.insert(value);
  if (!group.pinned)
    group.range = neededRange(value, ruleOf(group), wide);
  // An op has results for each grid (tare-split-grids). An input has them all at once, and the grid of one reader says
  // nothing of the others.
  bool readsFloatInput = isa<BlockArgument>(value) && group.uses != 0 && group.range;
  if (auto cast = value.getDefiningOp<quant::DequantizeCastOp>())
    group.pinned = Grid::of(cast.getInput().getType());
  else if (auto cast = existingCast(value); cast && !readsFloatInput)
    group.pinned = Grid::of(cast.getType());
  else if (auto op = value.getDefiningOp<qnn::GridOpInterface>();
           op && op.getGridRule() == GridRule::Bounded && !group.pinned)
    bound(group, op);
  unsigned id = groups.size();
  ids[value] = id;
  order.push_back(value);
  parents.push_back(id);
  groups.push_back(group);
}

void GridGroups::choose(GridGroup &group, Value value) const {
  const qnn::ValueChoice *choice = chosen.choices.ofValue(value);
  if (!choice)
    return;
  if (choice->bits) {
    group.isWide = wide && *choice->bits == wide->bits;
    group.isWideByChoice = group.isWide;
  }
  group.isSymmetric = choice->symmetric.value_or(false);
  if (!choice->hasGrid())
    return;
  group.pinned = chosenGrid(*choice, ruleOf(group));
  group.range = coveredRange(*group.pinned);
}

bool GridGroups::isWideByChoice(Value value) const {
  return contains(value) && !value.getDefiningOp<quant::DequantizeCastOp>() && groups[find(value)].isWideByChoice;
}

bool GridGroups::isWide(Value value) const {
  if (!wide)
    return false;
  if (contains(value) && !pinned(value))
    return groups[find(value)].isWide;
  std::optional<Grid> grid = contains(value) ? pinned(value) : gridBehind(value);
  return grid && grid->bits == wide->bits;
}

bool GridGroups::readsWide(Operation *op) const {
  return llvm::any_of(op->getOperands(), [&](Value operand) { return isWide(operand); });
}

bool GridGroups::needsWide(Operation *op) const { return (wide && isIntermediate(op)) || comesFromWide(op); }

bool GridGroups::comesFromWide(Operation *op) const {
  return llvm::any_of(op->getOperands(), [&](Value operand) {
    if (isIntermediate(operand.getDefiningOp()))
      return madeFromWide.contains(operand);
    return isWide(operand) && !isWideByChoice(operand);
  });
}

/// What calibration saw within the image; all of the image where it saw nothing.
void GridGroups::bound(GridGroup &group, qnn::GridOpInterface op) const {
  auto [low, high] = op.getBounds();
  if (!group.range) {
    group.image = imageGrid(low, high, ruleOf(group));
    return;
  }
  group.range = std::pair(std::max(group.range->first, low), std::min(group.range->second, high));
  group.floor = op.getFinestStep();
}

unsigned GridGroups::find(Value value) const {
  unsigned id = ids.lookup(value);
  while (parents[id] != id)
    id = parents[id] = parents[parents[id]];
  return id;
}

/// Makes b part of a; `innerUses` operands of b's members are of ops within the union.
void GridGroups::unite(unsigned a, unsigned b, int64_t innerUses) {
  if (a != b) {
    parents[b] = a;
    groups[a].take(groups[b]);
  }
  groups[a].inner += innerUses;
}

void GridGroups::tie(qnn::GridOpInterface op) {
  if (op.getGridRule() == GridRule::Same)
    tieSame(op);
  else if (op.getGridRule() == GridRule::Unified)
    tieUnified(op);
}

void GridGroups::tieAlike(Value a, Value b, int64_t innerUses) {
  if (!contains(a) || !contains(b))
    return;
  const unsigned from = find(a), to = find(b);
  const std::optional<Grid> &one = groups[from].pinned, &other = groups[to].pinned;
  const bool agree = one && other
                         ? sameGrid(*one, *other)
                         : (!one || holds(*one, groups[to].range)) && (!other || holds(*other, groups[from].range));
  if (agree)
    unite(from, to, innerUses);
}

/// A constant that the model has as integers keeps its grid where elements of it are chosen.
void GridGroups::adoptStored(Value constant, Value result) {
  GridGroup &group = groups[find(result)];
  if (std::optional<Grid> grid = gridBehind(constant); grid && grid->isPerTensor() && !group.pinned)
    group.pinned = grid;
}

void GridGroups::tieSame(qnn::GridOpInterface op) {
  Value operand = op->getOperand(0), result = op->getResult(0);
  if (!contains(operand))
    return adoptStored(operand, result);
  unsigned from = find(operand), to = find(result);
  if (!groups[to].pinned) {
    // The result's own range is no wider than the operand's: it only repeats what it was given, and what it pads with.
    groups[to].range = paddingRange(op);
    groups[to].isInterpolated = op.interpolates();
    if (!groups[from].pinned || holds(*groups[from].pinned, groups[to].range))
      return unite(from, to, 1);
    // A border that the operand's grid cannot hold takes a grid of its own.
    return widen(groups[to].range, coveredRange(*groups[from].pinned));
  }
  // The model says the result's grid. An operand that nobody else reads may as well have it; otherwise the two differ.
  GridGroup &group = groups[from];
  bool agree = group.pinned && sameGrid(*group.pinned, *groups[to].pinned);
  bool cutsFirst = (op.interpolates() || group.isInterpolated) && !holds(*groups[to].pinned, group.range);
  bool adopts = !group.pinned && groups[to].pinned->isPerTensor() && group.uses - group.inner == 1 && !cutsFirst;
  if (agree || adopts)
    unite(from, to, 1);
}

void GridGroups::tieUnified(qnn::GridOpInterface op) {
  Value result = op->getResult(0);
  GridGroup &group = groups[find(result)];
  llvm::MapVector<unsigned, int64_t> operands; // Groups, and how often the op reads them.
  SmallVector<Grid> stored;                    // Of constants that the model holds as integers.
  group.range.reset();
  bool allPinned = true;
  for (Value operand : op->getOperands()) {
    if (ElementsAttr constant = qnn::constantValue(operand)) {
      widen(group.range, rangeOf(constant));
      allPinned = false;
    } else if (contains(operand)) {
      unsigned id = find(operand);
      ++operands[id];
      widen(group.range, groups[id].range);
      std::optional<Grid> said = groups[id].said();
      allPinned &= said.has_value();
      if (said && !groups[id].range)
        widen(group.range, coveredRange(*said));
    } else if (std::optional<Grid> grid = gridBehind(operand)) {
      stored.push_back(*grid);
      if (Tensor reals = realConstant(operand))
        widen(group.range, rangeOf(qnn::toAttr(op->getContext(), reals)));
    }
  }
  // Where every operand has its grid already, the first one's does as well as any if they agree.
  if (!group.pinned && allPinned && !operands.empty()) {
    const Grid first = *groups[operands.front().first].said();
    if (llvm::all_of(operands, [&](auto &entry) { return sameGrid(*groups[entry.first].said(), first); }) &&
        llvm::all_of(stored, [&](const Grid &grid) { return sameGrid(grid, first); }))
      group.pinned = first;
  }
  // Wider by choice than the result is an operand alone.
  auto fits = [&](unsigned id) { return !groups[id].isWideByChoice || groups[find(result)].isWide; };
  for (auto [id, uses] : operands)
    if (fits(id) && groups[id].mayJoin(groups[find(result)], uses))
      unite(find(result), id, uses);
}

std::optional<Grid> GridGroups::grid(Value value) const {
  const GridGroup &group = groups[find(value)];
  return group.grid(ruleOf(group));
}

bool GridGroups::coarsen(Value value, double scale) {
  GridGroup &group = groups[find(value)];
  if (group.pinned)
    return false;
  group.floor = std::max(group.floor, scale);
  return true;
}

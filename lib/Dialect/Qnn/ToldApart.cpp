//===- ToldApart.cpp - Which numbers of a value its readers tell apart ----===//
#include "tare/Dialect/Qnn/ToldApart.h"

#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Kernels/Functions.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::Interval;

namespace {

const Interval all{-HUGE_VAL, HUGE_VAL};

bool isAll(const Interval &range) { return range.first == -HUGE_VAL && range.second == HUGE_VAL; }

Interval unionOf(const Interval &a, const Interval &b) {
  return {std::min(a.first, b.first), std::max(a.second, b.second)};
}

/// Where a function of one channel is not flat, or nearly so: of an S-shaped one, up to a 512th of its width from its
/// ends, within what grids of 8 bits are cut to.
Interval steepOf(program::FunctionKind kind, ArrayRef<double> p) {
  using enum program::FunctionKind;
  constexpr double nearly = 1.0 / 512;
  const double sigmoidEnd = std::log(1 / nearly - 1), tanhEnd = std::atanh(1 - 2 * nearly);
  switch (kind) {
  case relu:
    return {0, HUGE_VAL};
  case clip:
    return {p[0], p[1]};
  case hard_swish:
    return {-3, HUGE_VAL};
  case hard_sigmoid:
    return p[0] == 0 ? all
                     : Interval{std::min(-p[1] / p[0], (1 - p[1]) / p[0]), std::max(-p[1] / p[0], (1 - p[1]) / p[0])};
  case sigmoid:
    return {-sigmoidEnd, sigmoidEnd};
  case program::FunctionKind::tanh:
    return {-tanhEnd, tanhEnd};
  default:
    return all;
  }
}

Interval readBy(qnn::UnaryFunctionOpInterface op) {
  const qnn::Function function = op.getFunction();
  const int64_t channels = kernels::channelsOf(function.kind, function.parameters);
  ArrayRef<double> parameters = function.parameters;
  const size_t each = parameters.size() / channels;
  Interval range{HUGE_VAL, -HUGE_VAL};
  for (int64_t channel = 0; channel != channels; ++channel)
    range = unionOf(range, steepOf(function.kind, parameters.slice(channel * each, each)));
  return range;
}

/// Whether the results are elements of the operands, so that it does not matter where these are cut: of a max pooling,
/// too, as it takes the largest.
bool passesOn(Operation *op, bool byGrids) {
  if (isa<quant::QuantizeCastOp, quant::DequantizeCastOp>(op))
    return !byGrids;
  return op->getNumResults() == 1 && (qnn::movesElements(op) || isa<qnn::MaxPoolOp>(op));
}

Interval heldBy(const Grid &grid) {
  Interval range{HUGE_VAL, -HUGE_VAL};
  for (size_t i = 0; i != grid.scales.size(); ++i)
    range = unionOf(range, {grid.scale(i) * double(grid.min - grid.zeroPoint(i)),
                            grid.scale(i) * double(grid.max - grid.zeroPoint(i))});
  return range;
}

Interval readBy(Operation *op) {
  if (auto cast = dyn_cast<quant::QuantizeCastOp>(op))
    return heldBy(*Grid::of(cast.getType()));
  auto function = dyn_cast<qnn::UnaryFunctionOpInterface>(op);
  return function ? readBy(function) : all;
}

} // namespace

std::optional<Interval> qnn::toldApart(Value value, bool byGrids) {
  constexpr size_t mostMoved = 64;
  Interval range{HUGE_VAL, -HUGE_VAL};
  auto passes = [&](Operation *op) { return passesOn(op, byGrids); };
  auto tellsSome = [&](Value moved) {
    for (Operation *user : moved.getUsers())
      if (!passes(user) && isAll(range = unionOf(range, readBy(user))))
        return false;
    return !moved.use_empty();
  };
  return allMadeOf(value, passes, tellsSome, mostMoved) && range.first < range.second ? std::optional(range)
                                                                                      : std::nullopt;
}

std::optional<Interval> qnn::toldApartOf(BlockArgument argument) {
  auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
  if (auto noted = function.getArgAttrOfType<DenseF64ArrayAttr>(argument.getArgNumber(), toldApartAttrName))
    return Interval(noted[0], noted[1]);
  return toldApart(argument, /*byGrids=*/false);
}

void qnn::noteToldApart(func::FuncOp function) {
  for (BlockArgument argument : function.getArguments())
    if (std::optional<Interval> told = toldApartOf(argument); told && isFloatTensor(argument))
      function.setArgAttr(argument.getArgNumber(), toldApartAttrName,
                          DenseF64ArrayAttr::get(function.getContext(), {told->first, told->second}));
}

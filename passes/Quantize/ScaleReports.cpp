//===- ScaleReports.cpp - What the choice of scales moved -----------------===//
#include "Quantize/GivenGrids.h"
#include "Quantize/PassedErrors.h"
#include "Quantize/ScaleChooser.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Passes/Repairs.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;

/// Names in one message.
static constexpr size_t shown = 8;

void ScaleChooser::refuse(const std::string &name, double scale) {
  others.push_back(llvm::formatv("'{0}' ({1:e4})", name, scale).str());
}

LogicalResult ScaleChooser::refuseOtherScales() {
  return others.empty() ? mlir::success() : refuseScales(context.function, context.target, others);
}

void ScaleChooser::reportViolations() const {
  const ShiftRange &shift = context.target.shift;
  for (unsigned index : problem.violated(exponents))
    owners[index]->emitError()
        << "layer '" << qnn::layerName(owners[index]) << "': no scales that are powers of two give every shift q in ["
        << shift.min << ", " << shift.max << "] of target '" << context.target.name << "'" << scalesOf(owners[index])
        << "; a grid that the model or a function fixes is in the way: leave it to calibration, or use a target with "
           "more shifts";
}

std::string ScaleChooser::scaleText(double scale) {
  if (std::optional<int> exponent = exponentOf(scale))
    return "2^" + std::to_string(*exponent);
  return llvm::formatv("{0:e3}", scale).str();
}

/// " (found for 'x' 2^-3, for 'y' 2^-9)"
std::string ScaleChooser::scalesOf(Operation *op) const {
  std::string text;
  auto note = [&](Value value) {
    if (std::optional<Variable> variable = variableOf(value))
      text +=
          (text.empty() ? " (the nearest: '" : ", '") + qnn::valueName(value) + "' " + scaleText(scaleOf(*variable));
  };
  for (Value operand : op->getOperands())
    note(operand);
  note(op->getResult(0));
  return text.empty() ? text : text + ")";
}

void ScaleChooser::reportMoves() const {
  const std::vector<int> best = problem.unconstrained();
  for (Value value : groups.values()) {
    Variable variable = variables.lookup(groups.group(value));
    if (names.lookup(variable) == qnn::valueName(value) && exponents[variable] != best[variable])
      reportValue(value, std::ldexp(bases[variable], best[variable]), scaleOf(variable), best);
  }
  for (const Layer &layer : layers)
    if (layer.steps)
      reportWeights(layer);
  for (const ConstantOperand &constant : constants)
    if (int chosen = exponentOfConstant(constant); chosen != constant.cost.best())
      reportConstant(constant, chosen, best);
}

constexpr unsigned narrowBits = 8;

void ScaleChooser::reportHits(double before, double after) const {
  int64_t count = 0;
  double most = 1;
  Variable worst = 0;
  for (Variable variable = 0; variable != bases.size(); ++variable) {
    if (bases[variable] == naturals[variable])
      continue;
    ++count;
    if (double ratio = bases[variable] / naturals[variable]; ratio > most)
      most = ratio, worst = variable;
  }
  // What is coarser by less hardly loses anything: a quarter of a decibel, or one bit of sixteen.
  const double hardly = context.rule.bits > narrowBits ? 2.0 : 1.0 + 1.0 / 32;
  if (most < hardly)
    return;
  Operation *first = *llvm::find_if(context.ops, [](Operation *op) { return isa<GridOpInterface>(op); });
  // What lay on the numbers of a finer grid, as a constant beside data, is rounded anew.
  constexpr double rounding = 0.5;
  std::string name = names.lookup(worst);
  std::string which = name.empty() ? "most of a constant" : llvm::formatv("most that of '{0}'", name).str();
  reportRepair(
      first, {"HitScales", count, rounding},
      llvm::formatv(
          "the scales of {0} value{1} are coarser, {2}, from {3:e2} to {4:e2}, so that multipliers of {5} bits "
          "with q in [{6}, {7}] hit them: scales that suit each value alone would lose {8:e2} of the squared "
          "signal, these lose {9:e2}; it costs at most {10:f1} LSB of the new grids",
          count, count > 1 ? "s" : "", which, naturals[worst], bases[worst], context.target.multiplierBits,
          context.target.shift.min, context.target.shift.max, before, after, rounding)
          .str());
}

void ScaleChooser::reportConstant(const ConstantOperand &constant, int chosen, ArrayRef<int> unconstrained) const {
  Operation *op = constant.operand->getOwner();
  double best = std::ldexp(constant.base, constant.cost.best()), scale = std::ldexp(constant.base, chosen);
  report(op, "ConstantExponent", "layer '" + qnn::layerName(op) + "': the scale of its constant",
         constant.operand->get(), {{constant.operand}, unconstrained}, best,
         gridOfScale(scale, constant.range.first, constant.range.second, ruleOf(constant)), constant.range);
}

void ScaleChooser::reportValue(Value value, double best, double chosen, ArrayRef<int> unconstrained) const {
  Operation *maker = value.getDefiningOp();
  std::pair<double, double> range = groups.range(value).value_or(std::pair(0.0, 0.0));
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : value.getUses())
    uses.push_back(&use);
  report(maker ? maker : *value.user_begin(), "ValueExponent", "the scale of value", value, {uses, unconstrained}, best,
         gridOfScale(chosen, range.first, range.second, groups.ruleFor(value)), range);
}

/// The most that `grid` takes from a value of the range, by rounding or by clipping an end, in its LSB.
static double costOf(const Grid &grid, std::pair<double, double> range) {
  constexpr double rounding = 0.5;
  return std::max({rounding, range.second / grid.scale() - double(grid.max - grid.zeroPoint()),
                   double(grid.min - grid.zeroPoint()) - range.first / grid.scale()});
}

std::optional<ScaleChooser::AtReader> ScaleChooser::atReaders(const Readers &readers, double error) const {
  AtReader most;
  for (OpOperand *use : readers.uses) {
    Operation *reader = use->getOwner();
    std::optional<Variable> y = reader->getNumResults() == 1 ? variableOf(reader->getResult(0)) : std::nullopt;
    // Beside steps that had to be coarser themselves all is little.
    bool isOwnStep = y && exponents[*y] <= readers.unconstrained[*y];
    std::optional<double> passed = isOwnStep ? passedOn(*use, error) : std::nullopt;
    if (!passed)
      return std::nullopt;
    if (double steps = *passed / scaleOf(*y); most.result.empty() || steps > most.steps)
      most = {steps, qnn::valueName(reader->getResult(0))};
  }
  return most.result.empty() ? std::nullopt : std::optional(most);
}

void ScaleChooser::report(Operation *op, StringRef kind, const std::string &what, Value value, const Readers &readers,
                          double best, const Grid &chosen, std::pair<double, double> range) const {
  double cost = ::costOf(chosen, range);
  std::string grid = "the new grid";
  // A step that is small beside those of whatever reads it is none to speak of.
  if (std::optional<AtReader> reader = atReaders(readers, cost * chosen.scale()); reader && reader->steps < cost / 2) {
    cost = reader->steps;
    grid = "'" + reader->result + "'";
  }
  reportRepair(op, {kind, 1, cost, true, "", "", chosen.bits > narrowBits},
               llvm::formatv("{0} '{1}' is {2} where {3} has the least squared error, so that every shift is in "
                             "[{4}, {5}]; it costs at most {6:e2} LSB of {7}",
                             what, qnn::valueName(value), scaleText(chosen.scale()), scaleText(best),
                             context.target.shift.min, context.target.shift.max, cost, grid)
                   .str());
}

void ScaleChooser::reportWeights(const Layer &layer) const {
  std::vector<int> chosen = problem.channelExponents(layer.number, exponents);
  SmallVector<std::string> channels;
  double cost = 0;
  for (size_t c = 0; c != chosen.size(); ++c) {
    if (chosen[c] == layer.costs[c].best())
      continue;
    channels.push_back(std::to_string(c));
    double moved = layer.steps->deviation(c, chosen[c]) * std::ldexp(reach(), exponents[layer.x]);
    cost = std::max(cost, layer.y ? std::ldexp(moved, -exponents[*layer.y]) : moved);
  }
  if (channels.empty())
    return;
  size_t count = channels.size();
  channels.resize(std::min(count, shown));
  std::string list = llvm::join(channels, ", ");
  if (count > shown)
    list += llvm::formatv(", .. ({0} in all)", count).str();
  reportRepair(layer.op,
               {"WeightExponents", int64_t(count), cost, layer.y.has_value(), "", "", context.rule.bits > narrowBits},
               llvm::formatv("layer '{0}', channel{1} {2}: weight scales are not the powers of two with the least "
                             "squared error, so that the bias, the accumulator and the shifts fit, at the cost of at "
                             "most {3} {4}",
                             qnn::layerName(layer.op), count > 1 ? "s" : "", list, costText(cost),
                             layer.y ? "LSB of the output" : "(a real number)")
                   .str());
}

//===----------------------------------------------------------------------===//
// The result
//===----------------------------------------------------------------------===//

int ScaleChooser::exponentOfConstant(const ConstantOperand &constant) const {
  if (constant.variable)
    return exponents[*constant.variable];
  return context.repair ? problem.channelExponents(constant.layer, exponents).front() : constant.cost.best();
}

PowerOfTwoGrids ScaleChooser::apply(GridGroups &into) const {
  PowerOfTwoGrids result;
  auto isNatural = [&](Variable variable) {
    return family == ScaleFamily::natural && naturals[variable] == scaleOf(variable);
  };
  for (Value value : groups.values())
    if (Variable variable = *variableOf(value); !groups.pinned(value) && !isNatural(variable)) {
      auto [min, max] = *groups.range(value);
      into.pin(value, gridOfScale(scaleOf(variable), min, max, groups.ruleFor(value)));
    }
  for (const ConstantOperand &constant : constants)
    if (double scale = std::ldexp(constant.base, exponentOfConstant(constant));
        !constant.variable || !isNatural(*constant.variable))
      result.constants[constant.operand] =
          gridOfScale(scale, constant.range.first, constant.range.second, ruleOf(constant));
  for (const Layer &layer : layers)
    if (layer.steps)
      result.weights[layer.op] = weightGridOf(layer);
  return result;
}

Grid ScaleChooser::weightGridOf(const Layer &layer) const {
  std::vector<int> chosen = problem.channelExponents(layer.number, exponents);
  if (!context.repair)
    llvm::transform(layer.costs, chosen.begin(), [](const ConvexCost &cost) { return cost.best(); });
  Grid grid = powerOfTwoGrid(0, 0, 0, {8, /*symmetric=*/true});
  grid.axis = 0;
  grid.scales.clear();
  for (int exponent : chosen)
    grid.scales.push_back(std::ldexp(1.0, exponent));
  grid.zeroPoints.assign(chosen.size(), 0);
  return grid;
}

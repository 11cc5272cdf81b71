//===- ScaleReports.cpp - What the choice of scales moved -----------------===//
#include "Quantize/ScaleReports.h"
#include "Quantize/PassedErrors.h"
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

/// "2^-7", or a scale that is no power of two in figures.
static std::string scaleText(double scale) {
  if (std::optional<int> exponent = exponentOf(scale))
    return "2^" + std::to_string(*exponent);
  return llvm::formatv("{0:e3}", scale).str();
}

void ScaleReports::reportViolations() const {
  const ShiftRange &shift = model.context.target.shift;
  for (unsigned index : model.problem.violated(model.exponents))
    model.owners[index]->emitError()
        << "layer '" << qnn::layerName(model.owners[index])
        << "': no scales that are powers of two give every shift q in [" << shift.min << ", " << shift.max
        << "] of target '" << model.context.target.name << "'" << scalesOf(model.owners[index])
        << "; a grid that the model or a function fixes is in the way: leave it to calibration, or use a target with "
           "more shifts";
}

/// " (found for 'x' 2^-3, for 'y' 2^-9)"
std::string ScaleReports::scalesOf(Operation *op) const {
  std::string text;
  auto note = [&](Value value) {
    if (std::optional<Variable> variable = model.variableOf(value))
      text += (text.empty() ? " (the nearest: '" : ", '") + qnn::valueName(value) + "' " +
              scaleText(model.scaleOf(*variable));
  };
  for (Value operand : op->getOperands())
    note(operand);
  note(op->getResult(0));
  return text.empty() ? text : text + ")";
}

void ScaleReports::reportMoves() const {
  const std::vector<int> best = model.problem.unconstrained();
  for (Value value : model.groups.values()) {
    Variable variable = *model.variableOf(value);
    if (model.names.lookup(variable) == qnn::valueName(value) && model.exponents[variable] != best[variable])
      reportValue(value, std::ldexp(model.bases[variable], best[variable]), model.scaleOf(variable), best);
  }
  for (const Layer &layer : model.layers)
    if (layer.steps)
      reportWeights(layer);
  for (const ConstantOperand &constant : model.constants)
    if (int chosen = model.exponentOfConstant(constant); chosen != constant.cost.best())
      reportConstant(constant, chosen, best);
}

constexpr unsigned narrowBits = 8;

void ScaleReports::reportHits(double before, double after) const {
  int64_t count = 0;
  double most = 1;
  Variable worst = 0;
  for (Variable variable = 0; variable != model.bases.size(); ++variable) {
    if (model.bases[variable] == model.naturals[variable])
      continue;
    ++count;
    if (double ratio = model.bases[variable] / model.naturals[variable]; ratio > most)
      most = ratio, worst = variable;
  }
  // What is coarser by less hardly loses anything: a quarter of a decibel, or one bit of sixteen.
  const double hardly = model.context.rule.bits > narrowBits ? 2.0 : 1.0 + 1.0 / 32;
  if (most < hardly)
    return;
  Operation *first = *llvm::find_if(model.context.ops, [](Operation *op) { return isa<GridOpInterface>(op); });
  // What lay on the numbers of a finer grid, as a constant beside data, is rounded anew.
  constexpr double rounding = 0.5;
  std::string name = model.names.lookup(worst);
  std::string which = name.empty() ? "most of a constant" : llvm::formatv("most that of '{0}'", name).str();
  reportRepair(
      first, {"HitScales", count, rounding},
      llvm::formatv(
          "the scales of {0} value{1} are coarser, {2}, from {3:e2} to {4:e2}, so that multipliers of {5} bits "
          "with q in [{6}, {7}] hit them: scales that suit each value alone would lose {8:e2} of the squared "
          "signal, these lose {9:e2}; it costs at most {10:f1} LSB of the new grids",
          count, count > 1 ? "s" : "", which, model.naturals[worst], model.bases[worst],
          model.context.target.multiplierBits, model.context.target.shift.min, model.context.target.shift.max, before,
          after, rounding)
          .str());
}

void ScaleReports::reportConstant(const ConstantOperand &constant, int chosen, ArrayRef<int> unconstrained) const {
  Operation *op = constant.operand->getOwner();
  double best = std::ldexp(constant.base, constant.cost.best()), scale = std::ldexp(constant.base, chosen);
  report(op, "ConstantExponent", "layer '" + qnn::layerName(op) + "': the scale of its constant",
         constant.operand->get(), {{constant.operand}, unconstrained}, best,
         gridOfScale(scale, constant.range.first, constant.range.second, model.ruleOf(constant)), constant.range);
}

void ScaleReports::reportValue(Value value, double best, double chosen, ArrayRef<int> unconstrained) const {
  Operation *maker = value.getDefiningOp();
  std::pair<double, double> range = model.groups.range(value).value_or(std::pair(0.0, 0.0));
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : value.getUses())
    uses.push_back(&use);
  report(maker ? maker : *value.user_begin(), "ValueExponent", "the scale of value", value, {uses, unconstrained}, best,
         gridOfScale(chosen, range.first, range.second, model.groups.ruleFor(value)), range);
}

/// The most that `grid` takes from a value of the range, by rounding or by clipping an end, in its LSB.
static double costOf(const Grid &grid, std::pair<double, double> range) {
  constexpr double rounding = 0.5;
  return std::max({rounding, range.second / grid.scale() - double(grid.max - grid.zeroPoint()),
                   double(grid.min - grid.zeroPoint()) - range.first / grid.scale()});
}

std::optional<ScaleReports::AtReader> ScaleReports::atReaders(const Readers &readers, double error) const {
  AtReader most;
  for (OpOperand *use : readers.uses) {
    Operation *reader = use->getOwner();
    std::optional<Variable> y = reader->getNumResults() == 1 ? model.variableOf(reader->getResult(0)) : std::nullopt;
    // Beside steps that had to be coarser themselves all is little.
    bool isOwnStep = y && model.exponents[*y] <= readers.unconstrained[*y];
    std::optional<double> passed = isOwnStep ? passedOn(*use, error) : std::nullopt;
    if (!passed)
      return std::nullopt;
    if (double steps = *passed / model.scaleOf(*y); most.result.empty() || steps > most.steps)
      most = {steps, qnn::valueName(reader->getResult(0))};
  }
  return most.result.empty() ? std::nullopt : std::optional(most);
}

void ScaleReports::report(Operation *op, StringRef kind, const std::string &what, Value value, const Readers &readers,
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
                             model.context.target.shift.min, model.context.target.shift.max, cost, grid)
                   .str());
}

void ScaleReports::reportWeights(const Layer &layer) const {
  std::vector<int> chosen = model.problem.channelExponents(layer.number, model.exponents);
  SmallVector<std::string> channels;
  double cost = 0;
  for (size_t c = 0; c != chosen.size(); ++c) {
    if (chosen[c] == layer.costs[c].best())
      continue;
    channels.push_back(std::to_string(c));
    double moved = layer.steps->deviation(c, chosen[c]) * std::ldexp(model.reach(), model.exponents[layer.x]);
    cost = std::max(cost, layer.y ? std::ldexp(moved, -model.exponents[*layer.y]) : moved);
  }
  if (channels.empty())
    return;
  size_t count = channels.size();
  channels.resize(std::min(count, shown));
  std::string list = llvm::join(channels, ", ");
  if (count > shown)
    list += llvm::formatv(", .. ({0} in all)", count).str();
  reportRepair(
      layer.op,
      {"WeightExponents", int64_t(count), cost, layer.y.has_value(), "", "", model.context.rule.bits > narrowBits},
      llvm::formatv("layer '{0}', channel{1} {2}: weight scales are not the powers of two with the least "
                    "squared error, so that the bias, the accumulator and the shifts fit, at the cost of at "
                    "most {3} {4}",
                    qnn::layerName(layer.op), count > 1 ? "s" : "", list, costText(cost),
                    layer.y ? "LSB of the output" : "(a real number)")
          .str());
}

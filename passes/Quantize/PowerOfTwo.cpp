//===- PowerOfTwo.cpp - Scales for targets that only shift ----------------===//
#include "Quantize/PowerOfTwo.h"
#include "Quantize/StepCosts.h"
#include "Requant/Multiplier.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Kernels/Tables.h"
#include "tare/Passes/Repairs.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;
using Variable = ExponentProblem::Variable;

namespace {

/// A bias keeps this many bits, so that half of the accumulator is left for the products.
constexpr int biasBits = 30;

ElementsAttr floatConstant(Value value) {
  ElementsAttr attr = qnn::constantValue(value);
  return attr && attr.getElementType().isF32() ? attr : ElementsAttr();
}

/// "2^-7"
std::string power(int exponent) { return "2^" + std::to_string(exponent); }

class Chooser {
public:
  Chooser(const PowerOfTwoContext &context, GridGroups &groups) : context(context), groups(groups) {}

  FailureOr<PowerOfTwoGrids> run() {
    addGroups();
    for (Operation *op : context.ops)
      if (auto gridOp = dyn_cast<GridOpInterface>(op); gridOp && !op->use_empty())
        addOp(gridOp);
    if (failed(refuseOtherScales()))
      return failure();
    exponents = problem.unconstrained();
    if (context.repair) {
      exponents = problem.solve();
      while (problem.violated(exponents).empty() && refine())
        exponents = problem.solve();
      if (failed(checkSolved()))
        return failure();
      reportMoves();
    }
    return apply();
  }

private:
  struct Layer {
    AccumulatorOpInterface op;
    WeightSteps steps;
    std::vector<ConvexCost> costs;
    Tensor bias;
    Variable x;
    unsigned number;
  };
  /// y = a * b, none of them constant: e_y - e_a - e_b is no difference of two exponents. If a model fixes one, it is
  /// b.
  struct Product {
    Operation *op;
    Variable a, b, y;
    bool isTight = false;
  };
  struct ConstantOperand {
    OpOperand *operand;
    std::pair<double, double> range;
    ConvexCost cost;
    /// A choice of its own, or a layer of one channel.
    std::optional<Variable> variable;
    unsigned layer = 0;
  };

  //===--------------------------------------------------------------------===//
  // The problem
  //===--------------------------------------------------------------------===//

  void addGroups() {
    for (Value value : groups.values()) {
      auto [entry, isNew] = variables.try_emplace(groups.group(value), 0);
      if (isNew) {
        names[entry->second = addGroup(value)] = qnn::valueName(value);
        lossless.insert(entry->second);
      }
      addValue(value, entry->second);
    }
    for (Value value : groups.values()) {
      Variable variable = variables.lookup(groups.group(value));
      if (groups.pinned(value) || !lossless.erase(variable))
        continue;
      // Nobody says what its members lose.
      auto [min, max] = *groups.range(value);
      problem.addCost(variable, evenCost(min, max, context.rule));
    }
  }

  Variable addGroup(Value value) {
    const std::optional<Grid> &pinned = groups.pinned(value);
    if (!pinned)
      return problem.addVariable();
    std::optional<int> exponent = exponentOf(pinned->scale());
    if (!exponent)
      refuse(qnn::valueName(value), pinned->scale());
    return problem.addFixed(exponent.value_or(0));
  }

  /// What a member of a group loses; a same-grid op's result only repeats what it was given.
  void addValue(Value value, Variable variable) {
    qnn::RangeAttr range = value.getDefiningOp<quant::DequantizeCastOp>() ? qnn::RangeAttr() : rangeAttr(value);
    if (groups.pinned(value) || !range || range.getLabel() == qnn::RangeLabel::Inherited)
      return;
    problem.addCost(variable, stepCost(range, context.rule));
    lossless.erase(variable);
  }

  std::optional<Variable> variableOf(Value value) const {
    return groups.contains(value) ? std::optional(variables.lookup(groups.group(value))) : std::nullopt;
  }

  void addOp(GridOpInterface op) {
    owners.push_back(op);
    std::optional<Variable> y = variableOf(op->getResult(0));
    if (auto accumulator = dyn_cast<AccumulatorOpInterface>(op.getOperation()))
      return addAccumulator(accumulator, y);
    bool isUnified = op.getGridRule() == GridRule::Unified;
    SmallVector<Variable> operands;
    for (OpOperand &operand : op->getOpOperands())
      if (std::optional<Variable> x = variableOf(operand.get()))
        operands.push_back(*x);
      else if (!isUnified && floatConstant(operand.get()))
        addConstant(operand);
    if (y)
      addShifts(op, operands, *y);
  }

  /// A constant operand has a grid of its own; of a product it is what weights are to a layer.
  void addConstant(OpOperand &operand) {
    ElementsAttr constant = floatConstant(operand.get());
    ConstantOperand entry{&operand, rangeOf(constant), constantCost(constant, context.rule), std::nullopt};
    Operation *op = operand.getOwner();
    std::optional<Variable> y = variableOf(op->getResult(0));
    std::optional<Variable> x =
        op->getNumOperands() == 2 ? variableOf(op->getOperand(1 - operand.getOperandNumber())) : std::nullopt;
    if (isProduct(op) && x && y) {
      ExponentChannel channel;
      channel.error = entry.cost;
      entry.layer = problem.addLayer(*x, y, {channel}, context.target.shift, owner());
    } else {
      entry.variable = problem.addVariable();
      problem.addCost(*entry.variable, entry.cost);
      if (y && isSum(op))
        addSumBounds(*entry.variable, *y);
    }
    constants.push_back(entry);
  }

  static bool isProduct(Operation *op) { return isa<qnn::MulOp, qnn::MatMulOp>(op); }
  static bool isSum(Operation *op) {
    auto requant = dyn_cast<qnn::RequantOpInterface>(op);
    return requant && requant.sharesShift();
  }

  /// The bounds of e_y by the operands that are no constants. (A35)
  void addShifts(GridOpInterface op, ArrayRef<Variable> operands, Variable y) {
    const ShiftRange &shift = context.target.shift;
    auto requant = dyn_cast<qnn::RequantOpInterface>(op.getOperation());
    bool moves = op.getGridRule() == GridRule::Unified || op.getGridRule() == GridRule::Same;
    if (isSum(op)) {
      for (Variable x : operands)
        addSumBounds(x, y);
      if (operands.size() == 2)
        for (auto [a, b] : {std::pair(operands[0], operands[1]), {operands[1], operands[0]}})
          problem.addBound(a, b, -largestAlignment(context.format), owner());
    } else if (isProduct(op) && operands.size() == 2) {
      bool firstIsPinned = groups.pinned(op->getOperand(0)).has_value();
      products.push_back({op, operands[firstIsPinned], operands[!firstIsPinned], y});
    } else if (isa<qnn::SoftmaxOp>(op)) {
      problem.addLimits(y, shift.min - kernels::probabilityBits, shift.max - kernels::probabilityBits, owner());
    } else if (requant && requant.dividesByCount()) {
      // At worst a mean of one element, whose multiplier is all of its bits.
      for (Variable x : operands)
        problem.addBound(x, y, shift.min + 1 - context.target.meanMultiplierBits, owner());
    } else if ((requant || moves) && !isProduct(op)) {
      for (Variable x : operands)
        if (x != y)
          addRange(x, y, shift);
    }
  }

  void addRange(Variable x, Variable y, const ShiftRange &range) {
    problem.addBound(x, y, range.min, owner());
    problem.addBound(y, x, -range.max, owner());
  }

  /// The coarser operand is aligned to the finer by a shift to the left, so only the largest shift bounds the result.
  void addSumBounds(Variable x, Variable y) {
    problem.addBound(y, x, -context.target.shift.max, owner());
    problem.addBound(x, y, context.target.shift.min - largestAlignment(context.format), owner());
  }

  //===--------------------------------------------------------------------===//
  // Layers with weights
  //===--------------------------------------------------------------------===//

  double accumulatorLimit() const { return std::ldexp(1.0, context.format.accumulatorBits - 1) - 1; }

  /// |x - Zx| at most.
  double reach() const { return std::ldexp(1.0, int(context.rule.bits) - (context.rule.symmetric ? 1 : 0)); }

  void addAccumulator(AccumulatorOpInterface op, std::optional<Variable> y) {
    OpOperand &activation = op.getActivationOperand();
    std::optional<Variable> x = variableOf(activation.get());
    if (!x && floatConstant(activation.get())) {
      addConstant(activation);
      x = constants.back().variable;
    }
    if (!x)
      return; // Its activation stayed float: tare-fuse-quantized says so.
    Value weights = op.getWeightOperand().get();
    if (auto cast = weights.getDefiningOp<quant::DequantizeCastOp>())
      return addFixedWeights(op, *Grid::of(cast.getInput().getType()), *x, y);
    ElementsAttr constant = floatConstant(weights);
    if (!constant || !weightGrid(constant))
      return; // Refused when the weights are cast.
    WeightSteps steps(constant);
    ElementsAttr bias = op.getBiasValue() ? floatConstant(op.getBiasValue()) : ElementsAttr();
    Layer layer{op, steps, {}, bias ? qnn::toTensor(bias) : Tensor(), *x, 0};
    std::vector<ExponentChannel> channels(steps.channels());
    for (size_t c = 0; c != channels.size(); ++c) {
      layer.costs.push_back(steps.cost(c));
      channels[c].error = layer.costs.back();
      channels[c].lowest = steps.lowestFor(c, accumulatorLimit() / reach());
      if (double offset = biasAt(layer, c))
        channels[c].lowestAccumulator = std::ilogb(offset) + 1 - std::min(biasBits, context.format.accumulatorBits - 2);
    }
    layer.number = problem.addLayer(*x, y, std::move(channels), context.target.shift, owner());
    layers.push_back(std::move(layer));
  }

  void addFixedWeights(AccumulatorOpInterface op, const Grid &grid, Variable x, std::optional<Variable> y) {
    std::vector<ExponentChannel> channels(grid.scales.size());
    for (auto [scale, channel] : llvm::zip(grid.scales, channels)) {
      channel.fixed = exponentOf(scale);
      if (!channel.fixed)
        return refuse(qnn::valueName(op.getWeightOperand().get()), scale);
    }
    problem.addLayer(x, y, std::move(channels), context.target.shift, owner());
  }

  static double biasAt(const Layer &layer, size_t channel) {
    return layer.bias ? std::abs(layer.bias.as<float>()[channel]) : 0.0;
  }

  //===--------------------------------------------------------------------===//
  // What no difference of two exponents says
  //===--------------------------------------------------------------------===//

  /// Looks at the solution's products and accumulators, and bounds what is out of range. A product's second operand
  /// then stays where it is, so with such bounds the choice may be short of the best. False where all is well.
  bool refine() {
    bool changed = false;
    for (Product &product : products)
      changed |= refineProduct(product);
    for (Layer &layer : layers)
      changed |= refineAccumulators(layer);
    return changed;
  }

  bool refineProduct(Product &product) {
    const ShiftRange &shift = context.target.shift;
    int b = exponents[product.b], q = exponents[product.y] - exponents[product.a] - b;
    if (product.isTight || (q >= shift.min && q <= shift.max))
      return false;
    product.isTight = true;
    problem.addBound(product.a, product.y, shift.min + b, ownerOf(product.op));
    problem.addBound(product.y, product.a, -(shift.max + b), ownerOf(product.op));
    problem.addLimits(product.b, b, b, ownerOf(product.op));
    return true;
  }

  /// The products and the bias together.
  bool refineAccumulators(const Layer &layer) {
    bool changed = false;
    std::vector<int> weights = problem.channelExponents(layer.number, exponents);
    for (size_t c = 0; c != weights.size(); ++c) {
      double bias = std::ldexp(biasAt(layer, c), -exponents[layer.x] - weights[c]);
      if (double(layer.steps.magnitude(c, weights[c])) * reach() + bias < accumulatorLimit())
        continue;
      problem.raiseLowest(layer.number, c, weights[c] + 1);
      changed = true;
    }
    return changed;
  }

  //===--------------------------------------------------------------------===//
  // Refusals and reports
  //===--------------------------------------------------------------------===//

  unsigned owner() const { return owners.size() - 1; }
  unsigned ownerOf(Operation *op) const { return llvm::find(owners, op) - owners.begin(); }

  void refuse(const std::string &name, double scale) {
    others.push_back(llvm::formatv("'{0}' ({1:e4})", name, scale).str());
  }

  LogicalResult refuseOtherScales() {
    if (others.empty())
      return mlir::success();
    constexpr size_t shown = 8;
    size_t count = others.size();
    others.resize(std::min(count, shown));
    func::FuncOp function = context.function;
    return function.emitError()
           << "target '" << context.target.name
           << "' only shifts, so scales must be powers of two; the model says scales that are none, of "
           << llvm::join(others, ", ") << (count > shown ? ", .." : "") << " (" << count
           << " in all); convert the float model, or one that was quantized with powers of two";
  }

  LogicalResult checkSolved() {
    const ShiftRange &shift = context.target.shift;
    LogicalResult result = mlir::success();
    for (unsigned index : problem.violated(exponents))
      result =
          owners[index]->emitError()
          << "layer '" << qnn::layerName(owners[index]) << "': no scales that are powers of two give every shift q in ["
          << shift.min << ", " << shift.max << "] of target '" << context.target.name << "'" << scalesOf(owners[index])
          << "; a grid that the model or a function fixes is in the way: leave it to calibration, or use a target with "
             "more shifts";
    return result;
  }

  /// " (found for 'x' 2^-3, for 'y' 2^-9)"
  std::string scalesOf(Operation *op) const {
    std::string text;
    auto note = [&](Value value) {
      if (std::optional<Variable> variable = variableOf(value))
        text +=
            (text.empty() ? " (the nearest: '" : ", '") + qnn::valueName(value) + "' " + power(exponents[*variable]);
    };
    for (Value operand : op->getOperands())
      note(operand);
    note(op->getResult(0));
    return text.empty() ? text : text + ")";
  }

  /// One warning per value and per layer whose scales are not the best for themselves.
  void reportMoves() {
    std::vector<int> best = problem.unconstrained();
    for (Value value : groups.values()) {
      Variable variable = variables.lookup(groups.group(value));
      if (names.lookup(variable) == qnn::valueName(value) && exponents[variable] != best[variable])
        reportValue(value, best[variable], exponents[variable]);
    }
    for (const Layer &layer : layers)
      reportWeights(layer);
    for (const ConstantOperand &constant : constants)
      if (int chosen = exponentOfConstant(constant); chosen != constant.cost.best())
        reportConstant(constant, chosen);
  }

  void reportConstant(const ConstantOperand &constant, int chosen) {
    Operation *op = constant.operand->getOwner();
    report(op, "ConstantExponent", "layer '" + qnn::layerName(op) + "': the scale of its constant",
           constant.operand->get(), constant.cost.best(), chosen, constant.range);
  }

  void reportValue(Value value, int best, int chosen) {
    Operation *maker = value.getDefiningOp();
    report(maker ? maker : *value.user_begin(), "ValueExponent", "the scale of value", value, best, chosen,
           groups.range(value).value_or(std::pair(0.0, 0.0)));
  }

  void report(Operation *op, StringRef kind, const std::string &what, Value value, int best, int chosen,
              std::pair<double, double> range) {
    double cost = costOf(range, chosen);
    reportRepair(op, {kind, 1, cost},
                 llvm::formatv("{0} '{1}' is {2} where {3} has the least squared error, so that every shift is in "
                               "[{4}, {5}]; it costs at most {6:e2} LSB of the new grid",
                               what, qnn::valueName(value), power(chosen), power(best), context.target.shift.min,
                               context.target.shift.max, cost)
                     .str());
  }

  /// By rounding, or by clipping the end of the range, in LSB.
  double costOf(std::pair<double, double> range, int chosen) const {
    constexpr double rounding = 0.5;
    Grid grid = powerOfTwoGrid(chosen, range.first, range.second, context.rule);
    return std::max({rounding, range.second / grid.scale() - double(grid.max - grid.zeroPoint()),
                     double(grid.min - grid.zeroPoint()) - range.first / grid.scale()});
  }

  void reportWeights(const Layer &layer) {
    constexpr size_t shown = 8;
    std::vector<int> chosen = problem.channelExponents(layer.number, exponents);
    std::optional<Variable> y = variableOf(layer.op->getResult(0));
    SmallVector<std::string> channels;
    double cost = 0;
    for (size_t c = 0; c != chosen.size(); ++c) {
      if (chosen[c] == layer.costs[c].best())
        continue;
      channels.push_back(std::to_string(c));
      double moved = layer.steps.deviation(c, chosen[c]) * std::ldexp(reach(), exponents[layer.x]);
      cost = std::max(cost, y ? std::ldexp(moved, -exponents[*y]) : moved);
    }
    if (channels.empty())
      return;
    size_t count = channels.size();
    channels.resize(std::min(count, shown));
    std::string list = llvm::join(channels, ", ");
    if (count > shown)
      list += llvm::formatv(", .. ({0} in all)", count).str();
    reportRepair(layer.op, {"WeightExponents", int64_t(count), cost, y.has_value()},
                 llvm::formatv("layer '{0}', channel{1} {2}: weight scales are not the powers of two with the least "
                               "squared error, so that the bias, the accumulator and the shifts fit, at the cost of at "
                               "most {3:e2} {4}",
                               qnn::layerName(layer.op), count > 1 ? "s" : "", list, cost,
                               y ? "LSB of the output" : "(a real number)")
                     .str());
  }

  //===--------------------------------------------------------------------===//
  // The result
  //===--------------------------------------------------------------------===//

  int exponentOfConstant(const ConstantOperand &constant) const {
    if (constant.variable)
      return exponents[*constant.variable];
    return context.repair ? problem.channelExponents(constant.layer, exponents).front() : constant.cost.best();
  }

  PowerOfTwoGrids apply() {
    PowerOfTwoGrids result;
    for (Value value : groups.values())
      if (!groups.pinned(value)) {
        auto [min, max] = *groups.range(value);
        groups.pin(value, powerOfTwoGrid(exponents[variables.lookup(groups.group(value))], min, max, context.rule));
      }
    for (const ConstantOperand &constant : constants)
      result.constants[constant.operand] =
          powerOfTwoGrid(exponentOfConstant(constant), constant.range.first, constant.range.second, context.rule);
    for (const Layer &layer : layers) {
      std::vector<int> chosen = problem.channelExponents(layer.number, exponents);
      if (!context.repair)
        llvm::transform(layer.costs, chosen.begin(), [](const ConvexCost &cost) { return cost.best(); });
      Grid grid = powerOfTwoGrid(0, 0, 0, {8, /*symmetric=*/true});
      grid.axis = 0;
      grid.scales.clear();
      for (int exponent : chosen)
        grid.scales.push_back(std::ldexp(1.0, exponent));
      grid.zeroPoints.assign(chosen.size(), 0);
      result.weights[layer.op] = grid;
    }
    return result;
  }

  const PowerOfTwoContext &context;
  GridGroups &groups;
  ExponentProblem problem;
  std::vector<int> exponents;
  /// By group.
  DenseMap<unsigned, Variable> variables;
  /// The first member of each variable's group.
  DenseMap<Variable, std::string> names;
  /// Variables without a cost.
  DenseSet<Variable> lossless;
  std::vector<Layer> layers;
  std::vector<ConstantOperand> constants;
  std::vector<Product> products;
  /// Whom a bound belongs to.
  std::vector<Operation *> owners;
  /// Scales of the model that are no powers of two.
  std::vector<std::string> others;
};

} // namespace

FailureOr<PowerOfTwoGrids> tare::choosePowersOfTwo(const PowerOfTwoContext &context, GridGroups &groups) {
  return Chooser(context, groups).run();
}

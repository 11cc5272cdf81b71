//===- Candidates.cpp - Values whose width may be chosen ------------------===//
#include "Driver/Budget/Candidates.h"

#include "tare/Config/Layers.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;

namespace {

bool hasRule(Operation *op, GridRule rule) {
  auto grid = dyn_cast_if_present<GridOpInterface>(op);
  return grid && grid.getGridRule() == rule;
}

bool areEqual(const Grid &a, const Grid &b) {
  return a.bits == b.bits && a.scales == b.scales && a.zeroPoints == b.zeroPoints;
}

/// The values of a function, by their names; steps within a node have none.
llvm::StringMap<Value> valuesByName(func::FuncOp function) {
  llvm::StringMap<Value> values;
  for (Value argument : function.getArguments())
    values.try_emplace(qnn::valueName(argument), argument);
  for (Operation &op : function.front())
    if (!op.hasAttr(qnn::intermediateAttrName))
      for (Value result : op.getResults())
        values.try_emplace(qnn::valueName(result), result);
  return values;
}

class Finder {
public:
  Finder(func::FuncOp real, const std::vector<config::TensorGrid> &grids, const qnn::Choices &chosen)
      : real(real), chosen(chosen), values(valuesByName(real)) {
    for (const config::TensorGrid &tensor : grids)
      if (tensor.layersOfWeights.empty())
        known.try_emplace(tensor.name, tensor.grid);
  }

  std::vector<Candidate> find() {
    const std::vector<config::Layer> layers = config::layersOf(real);
    for (const config::Layer &layer : layers)
      add(layer);
    uniteJoined();
    llvm::MapVector<Value, Candidate> groups;
    for (auto &[value, single] : singles) {
      Candidate &group = groups[classes.getLeaderValue(value)];
      if (group.values.empty())
        group.layer = single.layer, group.op = single.op;
      group.values.push_back(value);
      group.grids.push_back(single.grids.front());
    }
    std::vector<Candidate> candidates;
    for (const config::Layer &layer : layers)
      if (Value source = sourceOfLeaving(layer))
        groups[classes.getLeaderValue(source)].leaving.push_back(values.lookup(layer.values.front()));
    for (auto &[leader, group] : groups)
      candidates.push_back(std::move(group));
    return candidates;
  }

private:
  bool isSettled(const std::string &name) const {
    auto choice = chosen.values.find(name);
    return choice != chosen.values.end() && (choice->second.bits || choice->second.scale);
  }

  void add(const config::Layer &layer) {
    // What is said of one of several results is said of all.
    if (!layer.refusals.activations.empty() || layer.values.size() != 1 || isSettled(layer.values.front()))
      return;
    auto grid = known.find(layer.values.front());
    auto value = values.find(layer.values.front());
    if (grid == known.end() || value == values.end() || grid->second.bits > 16 || !grid->second.isPerTensor())
      return;
    Candidate single;
    single.layer = layer.name, single.op = layer.op;
    single.grids = {grid->second};
    singles[value->second] = std::move(single);
    classes.insert(value->second);
  }

  /// The value whose grid this one has.
  static Value sourceOf(Value value) {
    while (hasRule(value.getDefiningOp(), GridRule::Same))
      value = value.getDefiningOp()->getOperand(0);
    return value;
  }

  /// The candidate's value that a layer reads whose accumulators leave; null where there is none, or its width is said.
  Value sourceOfLeaving(const config::Layer &layer) const {
    const Value value = values.lookup(layer.values.front());
    if (!layer.hasOwnWidth || !layer.refusals.activations.empty() || !value || singles.count(value) ||
        isSettled(layer.values.front()))
      return {};
    auto maker = value.getDefiningOp<qnn::AccumulatorOpInterface>();
    Value source = maker ? sourceOf(maker.getActivationOperand().get()) : Value();
    return source && singles.count(source) ? source : Value();
  }

  /// Operands on the grid of what joins them.
  void uniteJoined() {
    for (auto &[value, single] : singles) {
      if (!hasRule(value.getDefiningOp(), GridRule::Unified))
        continue;
      for (Value operand : value.getDefiningOp()->getOperands())
        if (auto source = singles.find(sourceOf(operand));
            source != singles.end() && areEqual(source->second.grids.front(), single.grids.front()))
          classes.unionSets(value, source->first);
    }
  }

  func::FuncOp real;
  const qnn::Choices &chosen;
  llvm::StringMap<Value> values;
  llvm::StringMap<Grid> known;
  llvm::MapVector<Value, Candidate> singles;
  llvm::EquivalenceClasses<Value> classes;
};

} // namespace

std::vector<std::string> Candidate::names() const {
  std::vector<std::string> names;
  for (const std::vector<Value> *some : {&values, &leaving})
    for (Value value : *some)
      names.push_back(qnn::valueName(value));
  return names;
}

std::vector<Candidate> tare::candidatesOf(func::FuncOp real, const std::vector<config::TensorGrid> &grids,
                                          const qnn::Choices &chosen) {
  return Finder(real, grids, chosen).find();
}

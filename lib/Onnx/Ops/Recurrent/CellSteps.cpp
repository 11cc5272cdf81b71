//===- CellSteps.cpp - The steps of a recurrent layer ---------------------===//
#include "CellSteps.h"
#include "Activations.h"
#include "LoopWriter.h"

#include <algorithm>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::recurrent;

mlir::Value CellSteps::run(mlir::Value &h, mlir::Value &c, bool hasCell, bool wantsAll) {
  startsAtZero = !h && !c;
  for (const Gate &gate : gates)
    hoisted.push_back(hoist(gate));
  if (layer.isWithin)
    writeLengths();
  if (layer.steps > 1)
    return loop(h, c, hasCell, wantsAll);
  mlir::Value given = stepWithin(h, c);
  if (!wantsAll)
    return nullptr;
  return node.createPart<qnn::ReshapeOp>(part("all"), given, Integers{1, layer.batch, layer.hidden});
}

mlir::Value CellSteps::recurrent(size_t gate, mlir::Value h) {
  mlir::Value bias = keepsRecurrentBias(gates[gate]) ? recurrentBias(gate) : nullptr;
  return node.createPart<qnn::LinearOp>(part(llvm::Twine("h") + gates[gate].name), h, recurrentWeight(gate), bias,
                                        nullptr);
}

mlir::Value CellSteps::gate(size_t gate, mlir::Value h, const host::Activation &activation, mlir::Value seen) {
  mlir::Value sum = input(gate);
  if (h)
    sum = add(gates[gate].name + std::string("_sum"), sum, recurrent(gate, h));
  if (seen)
    sum = add(gates[gate].name + std::string("_seen"), sum, seen);
  return clippedAndActivated(gates[gate].name, sum, activation);
}

mlir::Value CellSteps::add(const std::string &name, mlir::Value a, mlir::Value b) {
  return node.createPart<qnn::AddOp>(part(name), a, b, nullptr);
}

mlir::Value CellSteps::multiply(const std::string &name, mlir::Value a, mlir::Value b) {
  return node.createPart<qnn::MulOp>(part(name), a, b, nullptr);
}

mlir::Value CellSteps::clippedAndActivated(const std::string &name, mlir::Value x, const host::Activation &activation) {
  if (layer.clip > 0)
    x = node.createPart<qnn::ClipOp>(part(name + "_clip"), x,
                                     qnn::ClampAttr::get(node.builder().getContext(), -layer.clip, layer.clip));
  return activate(node, part(name), x, activation);
}

const host::Activation &CellSteps::activation(size_t number) const {
  size_t perDirection = layer.activations.size() / layer.directions;
  return layer.activations[direction * perDirection + number];
}

mlir::Value CellSteps::rowOfUnits(llvm::StringRef name, const Tensor &all, int64_t number) {
  return weight(name, rows(all, number, 1).reshaped({1, layer.hidden}));
}

void CellSteps::writeLengths() {
  Tensor isWithin = layer.isWithin, isBehind(ElementType::f32, layer.isWithin.shape());
  // Without a loop, that of the one step.
  if (layer.steps == 1) {
    isWithin = isWithin.reshaped({layer.batch, 1});
    isBehind = isBehind.reshaped({layer.batch, 1});
  }
  std::transform(isWithin.as<float>(), isWithin.as<float>() + isWithin.count(), isBehind.mutableAs<float>(),
                 [](float each) { return 1 - each; });
  within = weight("within", isWithin);
  // The other way round they have not begun yet: of states of 0 there is nothing to keep.
  if (!isReverse() || !startsAtZero)
    behind = weight("behind", isBehind);
}

mlir::Value CellSteps::stepWithin(mlir::Value &h, mlir::Value &c) {
  mlir::Value oldH = h, oldC = c;
  step(h, c);
  if (!within)
    return h;
  mlir::Value given = h = multiply("state_within", within, h);
  if (c)
    c = multiply("cell_within", within, c);
  if (!behind)
    return given;
  if (oldH)
    h = add("state_or_last", h, multiply("state_behind", behind, oldH));
  if (oldC)
    c = add("cell_or_last", c, multiply("cell_behind", behind, oldC));
  return given;
}

mlir::Value CellSteps::loop(mlir::Value &h, mlir::Value &c, bool hasCell, bool wantsAll) {
  std::vector<NamedValue> sequences, states{{part("state_h"), orZeros("h0", h)}};
  if (hasCell)
    states.push_back({part("state_c"), orZeros("c0", c)});
  for (auto [index, gate] : llvm::enumerate(gates))
    sequences.push_back({part(llvm::Twine("x") + gate.name + "_step"), hoisted[index], isReverse()});
  if (within) {
    sequences.push_back({part("within_step"), within, isReverse()});
    if (behind)
      sequences.push_back({part("behind_step"), behind, isReverse()});
  }
  LoopWriter loop(node, prefix, layer.steps, sequences, states);
  for (size_t gate = 0; gate != gates.size(); ++gate)
    inputs[gate] = loop.slice(gate);
  if (within) {
    within = loop.slice(gates.size());
    if (behind)
      behind = loop.slice(gates.size() + 1);
  }
  h = loop.state(0);
  if (hasCell)
    c = loop.state(1);
  mlir::Value given = stepWithin(h, c);
  std::vector<NamedValue> carries{{part("last_h"), h}}, collects;
  if (hasCell)
    carries.push_back({part("last_c"), c});
  if (wantsAll)
    collects.push_back({part("all"), given, isReverse()});
  llvm::SmallVector<mlir::Value> results = loop.end(carries, collects);
  h = results[0];
  if (hasCell)
    c = results[1];
  return wantsAll ? results.back() : nullptr;
}

mlir::Value CellSteps::orZeros(llvm::StringRef name, mlir::Value state) {
  if (state || node.failed())
    return state;
  Tensor zeros(ElementType::f32, Shape{layer.batch, layer.hidden});
  std::fill_n(zeros.mutableAs<float>(), zeros.count(), 0.0f);
  return weight(name, zeros);
}

Tensor CellSteps::rows(const Tensor &all, int64_t number, int64_t columns) const {
  int64_t perDirection = all.count() / layer.directions, count = layer.hidden * columns;
  Tensor own(ElementType::f32, Shape{layer.hidden, columns});
  std::copy_n(all.as<float>() + direction * perDirection + number * count, count, own.mutableAs<float>());
  return own;
}

mlir::Value CellSteps::weight(llvm::StringRef name, const Tensor &tensor) {
  return node.constant(node.derivedName(prefix + name), tensor);
}

mlir::Value CellSteps::hoist(const Gate &gate) {
  Tensor bias(ElementType::f32, Shape{layer.hidden});
  std::fill_n(bias.mutableAs<float>(), layer.hidden, 0.0f);
  if (layer.bias) {
    bias = biasRows(gate.number);
    Tensor state = biasRows(gates.size() + gate.number);
    if (!keepsRecurrentBias(gate))
      std::transform(bias.as<float>(), bias.as<float>() + layer.hidden, state.as<float>(), bias.mutableAs<float>(),
                     std::plus<>());
  }
  std::string name = gate.name;
  mlir::Value flat = node.createPart<qnn::ReshapeOp>(prefix + "x" + name + "_rows", layer.x,
                                                     Integers{layer.steps * layer.batch, layer.inputs});
  mlir::Value rowsOfAll = node.createPart<qnn::LinearOp>(prefix + "x" + name, flat,
                                                         weight("W" + name, rows(*layer.w, gate.number, layer.inputs)),
                                                         layer.bias ? weight("B" + name, bias) : nullptr, nullptr);
  inputs[hoisted.size()] = rowsOfAll;
  if (layer.steps == 1)
    return rowsOfAll;
  return node.createPart<qnn::ReshapeOp>(prefix + "x" + name + "_steps", rowsOfAll,
                                         Integers{layer.steps, layer.batch, layer.hidden});
}

mlir::Value CellSteps::recurrentWeight(size_t gate) {
  mlir::Value &known = weights[gate];
  if (!known)
    known = weight(std::string("R") + gates[gate].name, rows(*layer.r, gates[gate].number, layer.hidden));
  return known;
}

mlir::Value CellSteps::recurrentBias(size_t gate) {
  mlir::Value &known = biases[gate];
  if (!known && layer.bias)
    known = weight(std::string("Rb") + gates[gate].name, biasRows(gates.size() + gates[gate].number));
  return known;
}

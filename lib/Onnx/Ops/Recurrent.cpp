//===- Recurrent.cpp - RNN, GRU, LSTM -------------------------------------===//
//
// A recurrent layer over a known number of steps is that many times its cell, written out in ordinary ops: so its
// gates are calibrated, checked and computed like any other layer. What does not depend on the state, x W^T of all
// steps, is one product per gate in front of them.
//
// Formulas: https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html, onnx__RNN.html.
//
//===----------------------------------------------------------------------===//
#include "ConstantData.h"
#include "Node.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// More cells than these are not written out.
constexpr int64_t mostCells = 1024;

/// What the attributes and operands say, checked.
struct Layer {
  int64_t steps = 0, batch = 0, inputs = 0, hidden = 0, directions = 1;
  bool reverse = false;
  double clip = 0;
  /// Of hard sigmoids, all of which share them.
  double alpha = 0.2, beta = 0.5;
  /// Three per direction at most: those of f, g and h in ONNX's formulas.
  std::vector<std::string> activations;
  mlir::Value x;
  const Tensor *w = nullptr, *r = nullptr, *bias = nullptr;
};

/// A gate's part of a direction's weights.
struct Gate {
  const char *name;
  /// Where its rows are among the gates' of W and R.
  int64_t number;
};

class Cells {
public:
  Cells(Node &node, const Layer &layer, int64_t direction, llvm::ArrayRef<Gate> gates)
      : node(node), layer(layer), direction(direction), gates(gates),
        prefix(direction > 0 || layer.reverse ? "reverse." : "") {}
  virtual ~Cells() = default;

  /// Runs all steps from the states (null: zero); gives h of each step, in the steps' own order.
  llvm::SmallVector<mlir::Value> run(mlir::Value &h, mlir::Value &c) {
    for (const Gate &gate : gates)
      hoisted.push_back(hoist(gate));
    llvm::SmallVector<mlir::Value> results(layer.steps);
    bool backwards = direction > 0 || layer.reverse;
    for (int64_t i = 0; i < layer.steps && !node.failed(); ++i) {
      time = backwards ? layer.steps - 1 - i : i;
      step(h, c);
      results[time] = h;
    }
    return results;
  }

protected:
  virtual void step(mlir::Value &h, mlir::Value &c) = 0;
  /// Whether a gate's recurrent bias is added to its product with the state and not before.
  virtual bool keepsRecurrentBias(const Gate &) const { return false; }

  /// "node.3.xi": the part of a step.
  std::string part(const llvm::Twine &name) const {
    std::string number = layer.steps > 1 ? std::to_string(time) + "." : "";
    return prefix + number + name.str();
  }

  /// The step's rows of x W^T + b.
  mlir::Value input(size_t gate) {
    if (layer.steps == 1)
      return hoisted[gate];
    Integers starts{time * layer.batch, 0}, sizes{layer.batch, layer.hidden};
    return node.createPart<qnn::SliceOp>(part(llvm::Twine("x") + gates[gate].name), hoisted[gate], starts,
                                         Integers{1, 1}, sizes);
  }

  /// h R^T of a gate, with its bias where it keeps one.
  mlir::Value recurrent(size_t gate, mlir::Value h) {
    mlir::Value bias = keepsRecurrentBias(gates[gate]) ? recurrentBias(gate) : nullptr;
    return node.createPart<qnn::LinearOp>(part(llvm::Twine("h") + gates[gate].name), h, recurrentWeight(gate), bias,
                                          nullptr);
  }

  /// f(x W^T + h R^T + b), of no state f(x W^T + b).
  mlir::Value gate(size_t gate, mlir::Value h, llvm::StringRef activation) {
    mlir::Value sum = input(gate);
    if (h)
      sum = add(gates[gate].name + std::string("_sum"), sum, recurrent(gate, h));
    return activate(gates[gate].name, sum, activation);
  }

  mlir::Value add(const std::string &name, mlir::Value a, mlir::Value b) {
    return node.createPart<qnn::AddOp>(part(name), a, b, nullptr);
  }
  mlir::Value multiply(const std::string &name, mlir::Value a, mlir::Value b) {
    return node.createPart<qnn::MulOp>(part(name), a, b, nullptr);
  }

  mlir::Value activate(const std::string &name, mlir::Value x, llvm::StringRef activation) {
    if (layer.clip > 0)
      x = node.createPart<qnn::ClipOp>(part(name + "_clip"), x,
                                       qnn::ClampAttr::get(node.builder().getContext(), -layer.clip, layer.clip));
    return applied(name, x, activation);
  }

  mlir::Value applied(const std::string &name, mlir::Value x, llvm::StringRef activation) {
    if (activation == "Sigmoid")
      return node.createPart<qnn::SigmoidOp>(part(name), x);
    if (activation == "Tanh")
      return node.createPart<qnn::TanhOp>(part(name), x);
    if (activation == "Relu")
      return node.createPart<qnn::ReluOp>(part(name), x);
    mlir::OpBuilder &builder = node.builder();
    return node.createPart<qnn::HardSigmoidOp>(part(name), x, builder.getF64FloatAttr(layer.alpha),
                                               builder.getF64FloatAttr(layer.beta));
  }

  llvm::StringRef activation(size_t number) const {
    size_t perDirection = layer.activations.size() / layer.directions;
    return layer.activations[direction * perDirection + number];
  }

  Node &node;
  const Layer &layer;
  int64_t direction;

private:
  /// The gate's rows of a constant [directions, gates * hidden, columns].
  Tensor rows(const Tensor &all, int64_t number, int64_t columns) const {
    int64_t perDirection = all.count() / layer.directions, count = layer.hidden * columns;
    Tensor own(ElementType::f32, Shape{layer.hidden, columns});
    std::copy_n(all.as<float>() + direction * perDirection + number * count, count, own.mutableAs<float>());
    return own;
  }

  /// The gate's part of the biases [directions, 2 * gates * hidden], those of the state behind those of the input.
  Tensor biasRows(int64_t number) const { return rows(*layer.bias, number, 1).reshaped({layer.hidden}); }

  mlir::Value weight(llvm::StringRef name, const Tensor &tensor) {
    return node.constant((node.resultName(firstResult()) + "/" + prefix + name).str(), tensor);
  }

  /// One that has a name.
  unsigned firstResult() const {
    unsigned index = 0;
    while (index + 1 < node.numResults() && node.resultName(index).empty())
      ++index;
    return index;
  }

  /// x W^T of all steps, and the biases that do not depend on the state.
  mlir::Value hoist(const Gate &gate) {
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
    return node.createPart<qnn::LinearOp>(prefix + "x" + name, flat,
                                          weight("W" + name, rows(*layer.w, gate.number, layer.inputs)),
                                          layer.bias ? weight("B" + name, bias) : nullptr, nullptr);
  }

  mlir::Value recurrentWeight(size_t gate) {
    mlir::Value &known = weights[gate];
    if (!known)
      known = weight(std::string("R") + gates[gate].name, rows(*layer.r, gates[gate].number, layer.hidden));
    return known;
  }

  mlir::Value recurrentBias(size_t gate) {
    mlir::Value &known = biases[gate];
    if (!known && layer.bias)
      known = weight(std::string("Rb") + gates[gate].name, biasRows(gates.size() + gates[gate].number));
    return known;
  }

  llvm::ArrayRef<Gate> gates;
  std::string prefix;
  int64_t time = 0;
  llvm::SmallVector<mlir::Value> hoisted;
  std::array<mlir::Value, 4> weights{}, biases{};
};

constexpr Gate rnnGates[] = {{"h", 0}};

class RnnCells : public Cells {
public:
  RnnCells(Node &node, const Layer &layer, int64_t direction) : Cells(node, layer, direction, rnnGates) {}

private:
  void step(mlir::Value &h, mlir::Value &) final { h = gate(0, h, activation(0)); }
};

constexpr Gate gruGates[] = {{"z", 0}, {"r", 1}, {"n", 2}};

class GruCells : public Cells {
public:
  GruCells(Node &node, const Layer &layer, int64_t direction)
      : Cells(node, layer, direction, gruGates), linearFirst(node.intAttribute("linear_before_reset", 0) != 0) {}

private:
  bool keepsRecurrentBias(const Gate &gate) const final { return linearFirst && gate.number == 2; }

  void step(mlir::Value &h, mlir::Value &) final {
    mlir::Value z = gate(0, h, activation(0)), r = gate(1, h, activation(0));
    mlir::Value n = activate("n", candidate(h, r), activation(1));
    // (1 - z) n + z h = n + z (h - n)
    mlir::Value difference =
        h ? node.createPart<qnn::SubOp>(part("difference"), h, n, nullptr)
          : node.createPart<qnn::MulOp>(part("difference"), n, node.scalarConstant(part("minus_one"), -1), nullptr);
    h = add("state", n, multiply("update", z, difference));
  }

  /// What the tanh is of.
  mlir::Value candidate(mlir::Value h, mlir::Value r) {
    mlir::Value x = input(2);
    if (h && !linearFirst)
      return add("n_sum", x, recurrent(2, multiply("reset", r, h)));
    mlir::Value state = h ? recurrent(2, h) : zeroState();
    return state ? add("n_sum", x, multiply("reset", r, state)) : x;
  }

  /// Of no state the product with R is its bias alone, which the reset gate multiplies; null without one.
  mlir::Value zeroState() {
    if (!linearFirst || !layer.bias)
      return nullptr;
    int64_t perDirection = layer.bias->count() / layer.directions;
    Tensor bias(ElementType::f32, Shape{1, layer.hidden});
    std::copy_n(layer.bias->as<float>() + direction * perDirection + 5 * layer.hidden, layer.hidden,
                bias.mutableAs<float>());
    return node.constant((node.resultName(0) + "/" + part("Rbn")).str(), bias);
  }

  bool linearFirst;
};

constexpr Gate lstmGates[] = {{"i", 0}, {"o", 1}, {"f", 2}, {"c", 3}};

class LstmCells : public Cells {
public:
  LstmCells(Node &node, const Layer &layer, int64_t direction) : Cells(node, layer, direction, lstmGates) {}

private:
  void step(mlir::Value &h, mlir::Value &c) final {
    mlir::Value i = gate(0, h, activation(0)), o = gate(1, h, activation(0)), f = gate(2, h, activation(0));
    mlir::Value written = multiply("write", i, gate(3, h, activation(1)));
    c = c ? add("cell", multiply("keep", f, c), written) : written;
    h = multiply("state", o, activateState(c));
  }

  /// The clip is of what enters gates alone.
  mlir::Value activateState(mlir::Value c) { return applied("cell_" + activation(2).lower(), c, activation(2)); }
};

/// The one number of a list of parameters, of which hard sigmoids alone have any here.
double commonParameter(Node &node, llvm::StringRef name, double fallback) {
  std::vector<float> list = node.floatsAttribute(name).value_or(std::vector<float>());
  if (list.empty())
    return fallback;
  if (!llvm::all_equal(list))
    (void)node.error("attribute '" + name + "' has different numbers, expected one for all activations");
  return list.front();
}

/// The activations of all directions: ONNX's defaults, or those that the node names.
bool readActivations(Node &node, Layer &layer, std::vector<std::string> defaults) {
  for (const proto::AttributeProto &attribute : node.proto().attribute()) {
    if (attribute.name() != "activations")
      continue;
    layer.activations.assign(attribute.strings().begin(), attribute.strings().end());
  }
  size_t wanted = layer.directions * defaults.size();
  while (layer.activations.empty() || (layer.activations.size() < wanted && layer.activations == defaults))
    layer.activations.insert(layer.activations.end(), defaults.begin(), defaults.end());
  for (const std::string &activation : layer.activations)
    if (!llvm::is_contained({"Sigmoid", "Tanh", "Relu", "HardSigmoid"}, activation))
      (void)node.error("has the activation '" + activation + "', expected Sigmoid, Tanh, Relu or HardSigmoid");
  layer.alpha = commonParameter(node, "activation_alpha", layer.alpha);
  layer.beta = commonParameter(node, "activation_beta", layer.beta);
  if (layer.activations.size() != wanted)
    (void)node.error(fmt::format("has {} activations, expected {}", layer.activations.size(), wanted));
  return !node.failed();
}

/// Weights are [directions, gates * hidden, columns].
const Tensor *readWeight(Node &node, unsigned index, llvm::StringRef role, const Shape &expected) {
  const Tensor *weight = node.requireKnown(index, role);
  if (weight && (weight->element() != ElementType::f32 || weight->shape() != expected))
    (void)node.error(fmt::format("{} has the type {}, expected float32 {}", role.str(), toString(weight->type()),
                                 toString(expected)));
  return weight;
}

/// Whether all sequences are known to have all steps.
bool areFullLength(Node &node, int64_t steps) {
  const Tensor *lengths = node.known(4);
  return lengths && llvm::all_of(toIntegers(*lengths), [&](int64_t length) { return length == steps; });
}

std::optional<Layer> readLayer(Node &node, int64_t gates, std::vector<std::string> defaults) {
  Layer layer;
  layer.x = node.operand(0);
  std::string direction = node.stringAttribute("direction", "forward");
  layer.directions = direction == "bidirectional" ? 2 : 1;
  layer.reverse = direction == "reverse";
  layer.clip = node.floatAttribute("clip", 0);
  if (node.intAttribute("layout", 0) != 0)
    (void)node.error("attribute 'layout' is 1, expected 0: time first");
  if (node.failed() || !readActivations(node, layer, std::move(defaults)))
    return std::nullopt;
  llvm::ArrayRef<int64_t> shape = dims(layer.x);
  if (shape.size() != 3) {
    (void)node.error("expected an input [steps, batch, elements], found " + toString(*node.shapeOf(0)));
    return std::nullopt;
  }
  layer.steps = shape[0], layer.batch = shape[1], layer.inputs = shape[2];
  if (node.hasOperand(4) && !areFullLength(node, layer.steps))
    (void)node.error(fmt::format("operand sequence_lens must be a constant of {} for each sequence; only sequences of "
                                 "full length are written out in steps",
                                 layer.steps));
  std::optional<Shape> r = node.shapeOf(2);
  layer.hidden = r && r->size() == 3 ? (*r)[2] : 0;
  layer.w = readWeight(node, 1, "W", {layer.directions, gates * layer.hidden, layer.inputs});
  layer.r = readWeight(node, 2, "R", {layer.directions, gates * layer.hidden, layer.hidden});
  if (node.hasOperand(3))
    layer.bias = readWeight(node, 3, "B", {layer.directions, 2 * gates * layer.hidden});
  if (layer.steps * layer.directions > mostCells)
    (void)node.error(fmt::format("has {} steps in {} directions; at most {} are written out: export one step, with its "
                                 "states as inputs and outputs",
                                 layer.steps, layer.directions, mostCells));
  return node.failed() ? std::nullopt : std::optional(layer);
}

/// A direction's [batch, hidden] of an initial state [directions, batch, hidden]; null where there is none.
mlir::Value initialState(Node &node, const Layer &layer, unsigned operand, int64_t direction) {
  if (!node.hasOperand(operand))
    return nullptr;
  // Of zeros nothing comes.
  const Tensor *known = node.known(operand);
  if (known && llvm::all_of(toDoubles(*known), [](double value) { return value == 0; }))
    return nullptr;
  mlir::Value all = node.operand(operand);
  if (!all)
    return nullptr;
  if (Shape expected{layer.directions, layer.batch, layer.hidden}; *node.shapeOf(operand) != expected) {
    (void)node.error("initial state '" + node.operandName(operand) + "' has the shape " +
                     toString(*node.shapeOf(operand)) + ", expected " + toString(expected));
    return nullptr;
  }
  std::string name = "initial" + std::to_string(operand) + (direction ? ".reverse" : "");
  if (layer.directions > 1)
    all = node.createPart<qnn::SliceOp>(name + ".slice", all, Integers{direction, 0, 0}, Integers{1, 1, 1},
                                        Integers{1, layer.batch, layer.hidden});
  return node.createPart<qnn::ReshapeOp>(name, all, Integers{layer.batch, layer.hidden});
}

/// Values of [batch, hidden] as [1, 1, batch, hidden], joined along an axis.
mlir::Value stack(Node &node, const Layer &layer, llvm::StringRef name, llvm::ArrayRef<mlir::Value> values,
                  Integers shape, int64_t axis) {
  llvm::SmallVector<mlir::Value> parts;
  for (auto [index, value] : llvm::enumerate(values))
    parts.push_back(node.createPart<qnn::ReshapeOp>(fmt::format("{}.{}", name.str(), index), value, shape));
  return parts.size() == 1 ? parts[0] : node.createPart<qnn::ConcatOp>(name, mlir::ValueRange(parts), axis);
}

/// The result `index`: what is computed, under the result's name.
LogicalResult giveResult(Node &node, mlir::Value value, const Integers &shape, unsigned index) {
  if (node.resultName(index).empty() || node.failed())
    return mlir::failure(node.failed());
  return node.give(node.createNamed<qnn::ReshapeOp>(node.resultName(index), value, shape), index);
}

template <typename DirectionCells>
LogicalResult importLayer(Node &node, int64_t gates, const std::vector<std::string> &defaults, bool hasCell) {
  std::optional<Layer> layer = readLayer(node, gates, defaults);
  if (!layer)
    return failure();
  if (node.hasOperand(7))
    return node.error("has peepholes, which are not written out in steps");
  if (node.intAttribute("input_forget", 0) != 0)
    return node.error("attribute 'input_forget' is 1, expected 0");
  llvm::SmallVector<mlir::Value> sequences, lastStates, lastCells;
  for (int64_t direction = 0; direction < layer->directions; ++direction) {
    mlir::Value h = initialState(node, *layer, 5, direction);
    mlir::Value c = hasCell ? initialState(node, *layer, 6, direction) : nullptr;
    DirectionCells cells(node, *layer, direction);
    llvm::SmallVector<mlir::Value> steps = cells.run(h, c);
    if (node.failed())
      return failure();
    if (node.isUsed(0))
      sequences.push_back(stack(node, *layer, direction ? "reverse.sequence" : "sequence", steps,
                                {1, 1, layer->batch, layer->hidden}, 0));
    lastStates.push_back(h);
    lastCells.push_back(c);
  }
  Integers state{layer->directions, layer->batch, layer->hidden}, one{1, layer->batch, layer->hidden};
  if (node.isUsed(0)) {
    mlir::Value all = sequences.size() == 1
                          ? sequences[0]
                          : node.createPart<qnn::ConcatOp>("directions", mlir::ValueRange(sequences), 1);
    if (failed(giveResult(node, all, {layer->steps, layer->directions, layer->batch, layer->hidden}, 0)))
      return failure();
  }
  if (node.isUsed(1) && failed(giveResult(node, stack(node, *layer, "last", lastStates, one, 0), state, 1)))
    return failure();
  if (hasCell && node.isUsed(2))
    return giveResult(node, stack(node, *layer, "last_cell", lastCells, one, 0), state, 2);
  return mlir::success();
}

LogicalResult importRnn(Node &node) { return importLayer<RnnCells>(node, 1, {"Tanh"}, false); }
LogicalResult importGru(Node &node) { return importLayer<GruCells>(node, 3, {"Sigmoid", "Tanh"}, false); }
LogicalResult importLstm(Node &node) { return importLayer<LstmCells>(node, 4, {"Sigmoid", "Tanh", "Tanh"}, true); }

} // namespace

void tare::onnx::registerRecurrent(OpTable &table) {
  table.addImport("RNN", importRnn);
  table.addImport("GRU", importGru);
  table.addImport("LSTM", importLstm);
}

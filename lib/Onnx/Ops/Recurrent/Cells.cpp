//===- Cells.cpp - The cells of RNN, GRU and LSTM -------------------------===//
//
// Formulas: https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html, onnx__RNN.html.
//
//===----------------------------------------------------------------------===//
#include "Cells.h"
#include "LoopWriter.h"

#include <algorithm>
#include <array>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::recurrent;

namespace {

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

  /// Runs all steps from the states (null: zero); gives h of all steps, [steps, batch, hidden], where it is wanted.
  mlir::Value run(mlir::Value &h, mlir::Value &c, bool hasCell, bool wantsAll) {
    for (const Gate &gate : gates)
      hoisted.push_back(hoist(gate));
    if (layer.steps > 1)
      return loop(h, c, hasCell, wantsAll);
    step(h, c);
    if (!wantsAll)
      return nullptr;
    return node.createPart<qnn::ReshapeOp>(part("all"), h, Integers{1, layer.batch, layer.hidden});
  }

protected:
  virtual void step(mlir::Value &h, mlir::Value &c) = 0;
  /// Whether a gate's recurrent bias is added to its product with the state and not before.
  virtual bool keepsRecurrentBias(const Gate &) const { return false; }

  /// "node.reverse.hi"
  std::string part(const llvm::Twine &name) const { return prefix + name.str(); }

  /// The step's rows of x W^T + b.
  mlir::Value input(size_t gate) { return inputs[gate]; }

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
  /// The steps as a loop over the rows of x W^T + b.
  mlir::Value loop(mlir::Value &h, mlir::Value &c, bool hasCell, bool wantsAll) {
    std::vector<NamedValue> sequences, states{{part("state_h"), orZeros("h0", h)}};
    if (hasCell)
      states.push_back({part("state_c"), orZeros("c0", c)});
    for (auto [index, gate] : llvm::enumerate(gates))
      sequences.push_back({part(llvm::Twine("x") + gate.name + "_step"), hoisted[index], !prefix.empty()});
    LoopWriter loop(node, prefix, layer.steps, sequences, states);
    for (size_t gate = 0; gate != gates.size(); ++gate)
      inputs[gate] = loop.slice(gate);
    h = loop.state(0);
    if (hasCell)
      c = loop.state(1);
    step(h, c);
    std::vector<NamedValue> carries{{part("last_h"), h}}, collects;
    if (hasCell)
      carries.push_back({part("last_c"), c});
    if (wantsAll)
      collects.push_back({part("all"), h, !prefix.empty()});
    llvm::SmallVector<mlir::Value> results = loop.end(carries, collects);
    h = results[0];
    if (hasCell)
      c = results[1];
    return wantsAll ? results.back() : nullptr;
  }

  mlir::Value orZeros(llvm::StringRef name, mlir::Value state) {
    if (state || node.failed())
      return state;
    Tensor zeros(ElementType::f32, Shape{layer.batch, layer.hidden});
    std::fill_n(zeros.mutableAs<float>(), zeros.count(), 0.0f);
    return weight(name, zeros);
  }

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
    return node.constant((node.firstResultName() + "/" + prefix + name).str(), tensor);
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
    mlir::Value rowsOfAll = node.createPart<qnn::LinearOp>(
        prefix + "x" + name, flat, weight("W" + name, rows(*layer.w, gate.number, layer.inputs)),
        layer.bias ? weight("B" + name, bias) : nullptr, nullptr);
    inputs[hoisted.size()] = rowsOfAll;
    if (layer.steps == 1)
      return rowsOfAll;
    return node.createPart<qnn::ReshapeOp>(prefix + "x" + name + "_steps", rowsOfAll,
                                           Integers{layer.steps, layer.batch, layer.hidden});
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
  llvm::SmallVector<mlir::Value> hoisted;
  /// By gate: the step's rows.
  std::array<mlir::Value, 4> inputs{}, weights{}, biases{};
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
    return node.constant((node.firstResultName() + "/" + part("Rbn")).str(), bias);
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

} // namespace

mlir::Value recurrent::writeRnn(Node &node, const Layer &layer, int64_t direction, mlir::Value &h, mlir::Value &c,
                                bool wantsAll) {
  return RnnCells(node, layer, direction).run(h, c, /*hasCell=*/false, wantsAll);
}

mlir::Value recurrent::writeGru(Node &node, const Layer &layer, int64_t direction, mlir::Value &h, mlir::Value &c,
                                bool wantsAll) {
  return GruCells(node, layer, direction).run(h, c, /*hasCell=*/false, wantsAll);
}

mlir::Value recurrent::writeLstm(Node &node, const Layer &layer, int64_t direction, mlir::Value &h, mlir::Value &c,
                                 bool wantsAll) {
  return LstmCells(node, layer, direction).run(h, c, /*hasCell=*/true, wantsAll);
}

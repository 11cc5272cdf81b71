//===- Cells.cpp - The cells of RNN, GRU and LSTM -------------------------===//
//
// Formulas: https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html, onnx__RNN.html.
//
//===----------------------------------------------------------------------===//
#include "Cells.h"
#include "Activations.h"
#include "CellSteps.h"

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::recurrent;

namespace {

constexpr Gate rnnGates[] = {{"h", 0}};

class RnnCells : public CellSteps {
public:
  RnnCells(Node &node, const Layer &layer, int64_t direction) : CellSteps(node, layer, direction, rnnGates) {}

private:
  void step(mlir::Value &h, mlir::Value &) final { h = gate(0, h, activation(0)); }
};

constexpr Gate gruGates[] = {{"z", 0}, {"r", 1}, {"n", 2}};

class GruCells : public CellSteps {
public:
  GruCells(Node &node, const Layer &layer, int64_t direction)
      : CellSteps(node, layer, direction, gruGates), linearFirst(node.intAttribute("linear_before_reset", 0) != 0) {}

private:
  bool keepsRecurrentBias(const Gate &gate) const final { return linearFirst && gate.number == 2; }

  void step(mlir::Value &h, mlir::Value &) final {
    mlir::Value z = gate(0, h, activation(0)), r = gate(1, h, activation(0));
    mlir::Value n = clippedAndActivated("n", candidate(h, r), activation(1));
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
    return rowOfUnits("Rbn", *layer.bias, 5);
  }

  bool linearFirst;
};

constexpr Gate lstmGates[] = {{"i", 0}, {"o", 1}, {"f", 2}, {"c", 3}};

class LstmCells : public CellSteps {
public:
  LstmCells(Node &node, const Layer &layer, int64_t direction) : CellSteps(node, layer, direction, lstmGates) {}

private:
  void step(mlir::Value &h, mlir::Value &c) final {
    mlir::Value i = gate(0, h, activation(0), seen("i", 0, c));
    mlir::Value f = layer.forgetsTheRest ? rest(i) : gate(2, h, activation(0), seen("f", 2, c));
    mlir::Value written = multiply("write", i, gate(3, h, activation(1)));
    c = c ? add("cell", multiply("keep", f, c), written) : written;
    // The output gate sees the new cell.
    mlir::Value o = gate(1, h, activation(0), seen("o", 1, c));
    // The clip is of what enters gates alone.
    h = multiply("state", o, activate(node, part("cell_" + lower(activation(2).name)), c, activation(2)));
  }

  /// What a gate's peephole adds; null without one, or without a cell.
  mlir::Value seen(const std::string &name, int64_t number, mlir::Value c) {
    if (!layer.peepholes || !c)
      return nullptr;
    return multiply(name + "_peephole", c, rowOfUnits("P" + name, *layer.peepholes, number));
  }

  mlir::Value rest(mlir::Value i) {
    return node.createPart<qnn::SubOp>(part("f"), node.scalarConstant(part("one"), 1), i, nullptr);
  }

  static std::string lower(std::string_view name) { return llvm::StringRef(name).lower(); }
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

//===- CellSteps.h - The steps of a recurrent layer -------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_RECURRENT_CELLSTEPS_H
#define TARE_LIB_ONNX_OPS_RECURRENT_CELLSTEPS_H

#include "Layer.h"

#include <array>

namespace tare::onnx::recurrent {

/// A gate's part of a direction's weights.
struct Gate {
  const char *name;
  /// Where its rows are among the gates' of W and R.
  int64_t number;
};

/// One direction of a layer: what the cells of all kinds share.
class CellSteps {
public:
  CellSteps(Node &node, const Layer &layer, int64_t direction, llvm::ArrayRef<Gate> gates)
      : node(node), layer(layer), direction(direction), gates(gates),
        prefix(direction > 0 || layer.reverse ? "reverse." : "") {}
  virtual ~CellSteps() = default;

  /// Runs all steps from the states (null: zero); gives h of all steps, [steps, batch, hidden], where it is wanted.
  mlir::Value run(mlir::Value &h, mlir::Value &c, bool hasCell, bool wantsAll);

protected:
  virtual void step(mlir::Value &h, mlir::Value &c) = 0;
  /// Whether a gate's recurrent bias is added to its product with the state and not before.
  virtual bool keepsRecurrentBias(const Gate &) const { return false; }

  /// "node.reverse.hi"
  std::string part(const llvm::Twine &name) const { return prefix + name.str(); }
  /// The step's rows of x W^T + b.
  mlir::Value input(size_t gate) { return inputs[gate]; }
  /// h R^T of a gate, with its bias where it keeps one.
  mlir::Value recurrent(size_t gate, mlir::Value h);
  /// f(x W^T + h R^T + b), of no state f(x W^T + b); with `seen`, what a peephole sees, added.
  mlir::Value gate(size_t gate, mlir::Value h, const host::Activation &activation, mlir::Value seen = nullptr);
  mlir::Value clippedAndActivated(const std::string &name, mlir::Value x, const host::Activation &activation);
  mlir::Value add(const std::string &name, mlir::Value a, mlir::Value b);
  mlir::Value multiply(const std::string &name, mlir::Value a, mlir::Value b);
  /// This direction's function of that number: 0 is f in ONNX's formulas, 1 is g, 2 is h.
  const host::Activation &activation(size_t number) const;
  /// Columns [number * hidden, (number + 1) * hidden) of this direction of a constant [directions, columns], as
  /// [1, hidden].
  mlir::Value rowOfUnits(llvm::StringRef name, const Tensor &all, int64_t number);

  Node &node;
  const Layer &layer;
  int64_t direction;

private:
  bool isReverse() const { return !prefix.empty(); }
  void writeLengths();
  /// A step; gives what Y has of it. Sequences that have ended keep their states, and Y is 0 there.
  mlir::Value stepWithin(mlir::Value &h, mlir::Value &c);
  /// The steps as a loop over the rows of x W^T + b.
  mlir::Value loop(mlir::Value &h, mlir::Value &c, bool hasCell, bool wantsAll);
  mlir::Value orZeros(llvm::StringRef name, mlir::Value state);
  /// The gate's rows of a constant [directions, gates * hidden, columns].
  Tensor rows(const Tensor &all, int64_t number, int64_t columns) const;
  /// The gate's part of the biases [directions, 2 * gates * hidden], those of the state behind those of the input.
  Tensor biasRows(int64_t number) const { return rows(*layer.bias, number, 1).reshaped({layer.hidden}); }
  mlir::Value weight(llvm::StringRef name, const Tensor &tensor);
  /// x W^T of all steps, and the biases that do not depend on the state.
  mlir::Value hoist(const Gate &gate);
  mlir::Value recurrentWeight(size_t gate);
  mlir::Value recurrentBias(size_t gate);

  llvm::ArrayRef<Gate> gates;
  std::string prefix;
  bool startsAtZero = false;
  llvm::SmallVector<mlir::Value> hoisted;
  /// By gate: the step's rows.
  std::array<mlir::Value, 4> inputs{}, weights{}, biases{};
  /// The step's: 1 for the sequences that have it and 0 for those that have ended, and the other way round; null where
  /// all sequences have all steps, and `behind` where nothing is to be kept.
  mlir::Value within, behind;
};

} // namespace tare::onnx::recurrent

#endif // TARE_LIB_ONNX_OPS_RECURRENT_CELLSTEPS_H

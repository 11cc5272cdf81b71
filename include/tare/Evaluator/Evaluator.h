//===- Evaluator.h - Runs any form of the IR --------------------*- C++ -*-===//
//
// Float qnn, QDQ, fused and npu IR all run here, on the kernels of lib/Kernels:
// each step of the compiler is checked by running both sides of it.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_EVALUATOR_EVALUATOR_H
#define TARE_EVALUATOR_EVALUATOR_H

#include "mlir/IR/BuiltinOps.h"
#include "tare/Tensor/Tensor.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tare {

/// A module's @main, ready to run. run() is const and may be called from several threads at once; a result depends on
/// the operands alone. The module must outlive the evaluator and not change.
class Evaluator {
public:
  /// An argument or result of @main.
  struct Port {
    std::string name;
    TensorType type;
    /// The type in the IR: it has the grid of a quantized tensor.
    mlir::RankedTensorType irType;
  };

  /// Called with each op's result as soon as it is computed (constants excepted): in a loop at each of its steps. Its
  /// elements are gone after the call.
  using Observer = llvm::function_ref<void(mlir::Value, const Tensor &)>;

  /// What an observer sees: tensors of their values' shapes; or, for those who look at the elements alone, tensors
  /// whose dimensions may be permuted, as they are computed.
  enum class ElementOrder { rowMajor, any };

  /// An observer that asks for the results it wants, row-major. Of integers it gets the memory itself, whose elements
  /// it may overwrite: what follows computes on them.
  using Editor = llvm::function_ref<void(mlir::Value, llvm::function_ref<Tensor()> result)>;

  /// Prepares @main: constant operands are computed once, here. An op that cannot be run is an error at its location.
  static mlir::FailureOr<Evaluator> create(mlir::ModuleOp module);

  Evaluator(Evaluator &&);
  Evaluator &operator=(Evaluator &&);
  ~Evaluator();

  const std::vector<Port> &inputs() const;
  const std::vector<Port> &outputs() const;

  /// The values that run() shows to an observer, in that order.
  std::vector<mlir::Value> computedValues() const;

  /// One sample: a tensor per input, of the inputs' types; a tensor per output. Quantized values are their integers.
  /// `problem` gets why this sample cannot be run, as problem() says it.
  std::vector<Tensor> run(llvm::ArrayRef<Tensor> operands, Observer observe = {},
                          ElementOrder order = ElementOrder::rowMajor,
                          std::optional<std::string> *problem = nullptr) const;
  /// The same with an editor.
  std::vector<Tensor> runEdited(llvm::ArrayRef<Tensor> operands, Editor edit) const;
  /// Why some sample so far could not be run: a node of the model cannot take an operand's elements (an index out of
  /// range), which follow from these inputs. The results of such a sample mean nothing.
  std::optional<std::string> problem() const;

private:
  struct Graph;
  explicit Evaluator(std::unique_ptr<Graph> graph);
  std::unique_ptr<Graph> graph;
};

/// All results of one op. Fails, silently, for ops that cannot be run.
mlir::FailureOr<std::vector<Tensor>> evaluateResults(mlir::Operation *op, llvm::ArrayRef<Tensor> operands);

/// Computes one op on constants: what constant folding uses. Fails, silently, for ops that cannot be run.
mlir::FailureOr<Tensor> evaluateOp(mlir::Operation *op, llvm::ArrayRef<Tensor> operands);

/// The real values of a quantized tensor's integers, float32; a tensor of another type as it is.
Tensor dequantized(const Tensor &tensor, mlir::Type irType);
/// The real values of a constant, float or dequantized, or of what only moves the elements of one or rounds them; a
/// null tensor for any other value.
Tensor realConstant(mlir::Value value);
/// The integers of real values on the grid of `irType`, as a program that runs makes them: divided in float32, rounded
/// half to even, saturated. Values of another type as they are.
Tensor quantized(const Tensor &reals, mlir::Type irType);
/// (A2) The integers of float32 weights, biases and other constants on the grid of `irType`: of the quotients in real
/// numbers.
Tensor constantOnGrid(const Tensor &reals, mlir::Type irType);

} // namespace tare

#endif // TARE_EVALUATOR_EVALUATOR_H

//===- Registry.h - How each op is evaluated --------------------*- C++ -*-===//
//
// One function per op, found by the op's type: a new op adds an entry to its
// family's file and touches nothing else.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_EVALUATOR_REGISTRY_H
#define TARE_LIB_EVALUATOR_REGISTRY_H

#include "mlir/IR/Operation.h"
#include "tare/Kernels/Float.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"
#include "llvm/ADT/DenseMap.h"

#include <functional>

namespace tare {

/// What a function gets besides the op: the operands' values, the result to fill, and where packed weights are kept
/// (null where the weights are not constant).
struct Evaluation {
  llvm::ArrayRef<const Tensor *> operands;
  TensorView result;
  kernels::floating::PackedConstants *packed = nullptr;
  /// Of the first operand and of the result; tensors with channels last have their dimensions in that order.
  kernels::floating::ChannelOrders orders = {};

  ConstTensorView operand(size_t index) const { return operands[index]->view(); }
  kernels::floating::OptionalView optional(size_t index) const {
    return index < operands.size() ? kernels::floating::OptionalView(operands[index]->view()) : std::nullopt;
  }
};

/// What an op can do with images whose channels are last.
enum class OrderRule {
  /// Nothing: it reads and writes row-major tensors.
  channelsFirst,
  /// It reads and writes either order, each for itself.
  either,
  /// The result has the order of the operands, which is that of all of them.
  same,
  /// It reads either order; the result is row-major.
  reads
};

class EvaluationRegistry {
public:
  struct Entry {
    std::function<void(mlir::Operation *, const Evaluation &)> evaluate;
    /// Moves elements without looking at them: runs on a quantized tensor's integers as they are.
    bool movesElements = false;
    OrderRule order = OrderRule::channelsFirst;
    /// Whether the op takes the operands' elements, as OpKernel::check says it of hardware's; null where it takes all.
    Status (*check)(mlir::Operation *op, llvm::ArrayRef<const Tensor *> operands) = nullptr;
  };

  template <typename OpTy>
  void add(void (*function)(OpTy, const Evaluation &), OrderRule order = OrderRule::channelsFirst,
           bool movesElements = false) {
    auto evaluate = [function](mlir::Operation *op, const Evaluation &e) { function(llvm::cast<OpTy>(op), e); };
    entries[mlir::TypeID::get<OpTy>()] = {evaluate, movesElements, order};
  }
  /// Of an op that is added.
  template <typename OpTy> void addCheck(Status (*check)(mlir::Operation *, llvm::ArrayRef<const Tensor *>)) {
    entries.find(mlir::TypeID::get<OpTy>())->second.check = check;
  }

  /// The op's entry, or null.
  const Entry *find(mlir::Operation *op) const;

  /// All ops that Tare evaluates.
  static const EvaluationRegistry &instance();

private:
  llvm::DenseMap<mlir::TypeID, Entry> entries;
};

// One per family: Ops/<Family>.cpp.
void addFunctionOps(EvaluationRegistry &registry);
void addBinaryOps(EvaluationRegistry &registry);
void addMatrixOps(EvaluationRegistry &registry);
void addConvolutionOps(EvaluationRegistry &registry);
void addNormalizationOps(EvaluationRegistry &registry);
void addPoolingOps(EvaluationRegistry &registry);
void addReductionOps(EvaluationRegistry &registry);
void addMovementOps(EvaluationRegistry &registry);
void addBorderOps(EvaluationRegistry &registry);

} // namespace tare

#endif // TARE_LIB_EVALUATOR_REGISTRY_H

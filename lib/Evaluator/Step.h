//===- Step.h - One op of a graph, ready to run -----------------*- C++ -*-===//
#ifndef TARE_LIB_EVALUATOR_STEP_H
#define TARE_LIB_EVALUATOR_STEP_H

#include "Registry.h"
#include "tare/Host/Operator.h"
#include "tare/Kernels/Registry.h"

namespace tare {

/// An op whose operands and result are slots of the value table.
struct Step {
  /// None where the step changes the order of an image's dimensions for its readers.
  mlir::Operation *op = nullptr;
  /// For ops of the graph level.
  const EvaluationRegistry::Entry *entry = nullptr;
  /// For ops of the hardware level: the operator's kernel and parameters.
  const kernels::OpKernel *kernel = nullptr;
  program::OpUnion parameters;
  /// For a node in the model's own types; which of the step's operands each of the node's is, -1 for one left out.
  std::optional<host::Node> host;
  llvm::SmallVector<int64_t> hostOperands;
  /// Of the ends of a loop: LoopBegin or LoopEnd.
  program::OpUnion loop;
  std::vector<size_t> operands;
  /// Quantized operands enter as real numbers, and the result is quantized.
  bool onReals = false;
  /// Weights and bias, where there are any, are constants and finite.
  bool constantWeight = false;
  size_t result = 0;
  /// Of the first operand and of the result.
  kernels::floating::ChannelOrders orders;
  /// The dimensions in the result's order.
  TensorType resultType;
  /// Where the result's elements are: in the arena, where the operand's are, or in memory that each run allocates.
  enum class Place { arena, operand, own } place = Place::own;
  /// The results behind the first, which have memory of their own: such nodes and loops' ends alone have any.
  struct FurtherResult {
    size_t slot;
    TensorType type;
  };
  std::vector<FurtherResult> further;
  /// Slots with memory of their own that no later step reads.
  std::vector<size_t> lastUses;
};

/// How `op` is run, its slots left open; fails where nothing runs it.
mlir::FailureOr<Step> bind(mlir::Operation *op);

/// Whether weights and bias, where there are any, are constants and finite; `constants` has one by slot, null for what
/// is none.
bool hasFiniteWeights(const Step &step, const std::vector<Tensor> &constants);

/// Fills `result`, which has its memory but for steps on real numbers. Fails where an operand's elements are out of
/// range.
Status runStep(const Step &step, llvm::ArrayRef<const Tensor *> operands, kernels::floating::PackedConstants *packed,
               Tensor &result, llvm::MutableArrayRef<Tensor> further = {});

/// A step's result with its channels first.
Tensor rowMajor(const Step &step, const Tensor &result);

/// All results in memory of their own.
Result<std::vector<Tensor>> resultsOf(const Step &step, llvm::ArrayRef<Tensor> operands);

} // namespace tare

#endif // TARE_LIB_EVALUATOR_STEP_H

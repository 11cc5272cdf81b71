//===- Replay.h - A run again from one value on -----------------*- C++ -*-===//
//
// What one value's error does to the outputs is asked for many values: each time
// only what follows of that value is computed anew.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_EVALUATOR_REPLAY_H
#define TARE_EVALUATOR_REPLAY_H

#include "mlir/IR/BuiltinOps.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include <memory>
#include <vector>

namespace tare {

/// A module's @main whose runs keep all values. But for substitute(), its functions may be called from several threads
/// at once. The module must outlive it and not change.
class Replay {
public:
  /// All values of one sample, row-major; a copy shares the tensors. Of a loop it has the last step's.
  using Values = std::vector<Tensor>;
  /// Called with each value as soon as it is computed, arguments first; what it gives takes the value's place, a null
  /// tensor nothing's. Not within loops. It finds the value, and what is before it, by at().
  using Edit = llvm::function_ref<Tensor(mlir::Value, const Values &)>;

  /// An op that cannot be run is an error at its location.
  static mlir::FailureOr<Replay> create(mlir::ModuleOp module);
  Replay(Replay &&);
  Replay &operator=(Replay &&);
  ~Replay();

  /// Another constant of the same type for an operand. Before anything runs.
  void substitute(mlir::OpOperand &operand, Tensor constant);

  /// One sample: a tensor per argument. An error where a node does not take an operand's elements.
  Result<Values> run(llvm::ArrayRef<Tensor> arguments, Edit edit) const;
  /// The same run had `value` been `changed`: what reads it is computed anew, and edited; up to `last`, where it is
  /// given. The rest is as in `values`.
  Result<Values> rerun(Values values, mlir::Value value, Tensor changed, Edit edit, mlir::Value last = {}) const;

  /// A value, which may be a constant; null where nothing computes it.
  const Tensor &at(const Values &values, mlir::Value value) const;
  std::vector<Tensor> outputs(const Values &values) const;
  /// Whether a loop computes the value at each of its steps.
  bool isInLoop(mlir::Value value) const;

private:
  struct State;
  explicit Replay(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

} // namespace tare

#endif // TARE_EVALUATOR_REPLAY_H

//===- Graph.h - A module's @main as steps ----------------------*- C++ -*-===//
#ifndef TARE_LIB_EVALUATOR_GRAPH_H
#define TARE_LIB_EVALUATOR_GRAPH_H

#include "Step.h"
#include "Workspace.h"
#include "tare/Evaluator/Evaluator.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <mutex>

namespace tare {

struct Evaluator::Graph {
  std::vector<Port> inputs, outputs;
  std::vector<Step> steps;
  WorkspaceLayout layout;
  /// One per slot: the constants' values; empty for the others.
  std::vector<Tensor> &constants = layout.constants;
  std::vector<size_t> outputSlots;
  /// A loop's ends among the steps; inner loops come first.
  struct Loop {
    size_t begin, end;
    int64_t count;
  };
  std::vector<Loop> loops;
  /// Slots that hold no memory between runs.
  std::vector<size_t> fleeting;
  mutable kernels::floating::PackedConstants packed;
  mutable WorkspacePool workspaces;
  /// Why some sample could not be run.
  mutable std::optional<std::string> problem;
  mutable std::mutex problemMutex;

  mlir::LogicalResult build(mlir::func::FuncOp function);
  /// Runs the steps, and shows each result, in the order of its elements. `ofRun`, if given, gets the first problem.
  std::vector<Tensor> run(llvm::ArrayRef<Tensor> operands,
                          llvm::function_ref<void(const Step &, mlir::Value, Tensor &)> visit,
                          std::optional<std::string> *ofRun = nullptr) const;

private:
  using Visit = llvm::function_ref<void(const Step &, mlir::Value, Tensor &)>;
  /// A run's values, and by loop the step that it is at.
  struct State {
    std::vector<Tensor> &values;
    llvm::SmallVector<int64_t> turns;
  };
  const Loop *loopAt(size_t index) const;
  Status runOne(const Step &step, std::vector<Tensor> &values) const;
  void beginStep(const Step &step, int64_t turn, std::vector<Tensor> &values) const;
  void endStep(const Step &step, const Loop &loop, int64_t turn, std::vector<Tensor> &values) const;
  size_t runAt(size_t index, State &state, Visit visit, std::optional<std::string> *ofRun) const;
  void show(const Step &step, std::vector<Tensor> &values, Visit visit) const;
  void note(const Error &error, std::optional<std::string> *ofRun) const;
  mlir::LogicalResult addOp(mlir::Operation &op);
  void addConstant(mlir::Operation &op, mlir::ElementsAttr value);
  size_t addSlot(mlir::Value value);
  void addPorts(mlir::func::FuncOp function);
  void chooseOrders();
  void findLoops();
  void choosePlaces();
  void planMemory();
  void findLastUses();
  size_t lastRead(size_t reader, size_t maker) const;
  /// The slot of `value`, as real numbers where the step wants them and the value is a quantized constant.
  size_t operandSlot(mlir::Value value, const Step &step);

  llvm::DenseMap<mlir::Value, size_t> slots;
  llvm::DenseMap<mlir::Value, size_t> realConstants;
};

} // namespace tare

#endif // TARE_LIB_EVALUATOR_GRAPH_H

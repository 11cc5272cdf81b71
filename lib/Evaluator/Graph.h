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
  Status runOne(const Step &step, std::vector<Tensor> &values) const;
  void note(const Error &error, std::optional<std::string> *ofRun) const;
  mlir::LogicalResult addOp(mlir::Operation &op);
  void addConstant(mlir::Operation &op, mlir::ElementsAttr value);
  size_t addSlot(mlir::Value value);
  void addPorts(mlir::func::FuncOp function);
  void chooseOrders();
  void choosePlaces();
  void planMemory();
  void findLastUses();
  /// The slot of `value`, as real numbers where the step wants them and the value is a quantized constant.
  size_t operandSlot(mlir::Value value, const Step &step);

  llvm::DenseMap<mlir::Value, size_t> slots;
  llvm::DenseMap<mlir::Value, size_t> realConstants;
};

} // namespace tare

#endif // TARE_LIB_EVALUATOR_GRAPH_H

//===- GraphOutputs.h - What a graph gives ----------------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_GRAPHOUTPUTS_H
#define TARE_LIB_ONNX_GRAPHOUTPUTS_H

#include "ImportNotes.h"
#include "NodeContext.h"

namespace tare::onnx {

/// The outputs of a graph whose nodes are imported.
class GraphOutputs {
public:
  GraphOutputs(const Graph &graph, NodeContext &context, const Reporter &reporter, ImportNotes &notes)
      : graph(graph), context(context), reporter(reporter), notes(notes) {}

  /// Ends `function` with them, and names its ports.
  mlir::LogicalResult finish(mlir::func::FuncOp function);

private:
  /// What the function returns; `isUnsigned`, by output, says which are unsigned integers in the model.
  mlir::FailureOr<llvm::SmallVector<mlir::Value>> collect(llvm::SmallVectorImpl<bool> &isUnsigned);
  /// A constant of unsigned integers is stored as signed ones, as a program has them.
  Result<mlir::Value> makeOutput(llvm::StringRef name, bool &isUnsigned);
  void namePorts(mlir::func::FuncOp function, mlir::ValueRange results, llvm::ArrayRef<bool> isUnsigned) const;
  /// A name that is listed again gets a number: "y:2".
  llvm::SmallVector<std::string> outputNames() const;
  /// "node 'a' (Conv, opset 13): " of the one that gives the value; nothing where none does.
  std::string makerOf(const std::string &value) const;

  const Graph &graph;
  NodeContext &context;
  const Reporter &reporter;
  ImportNotes &notes;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_GRAPHOUTPUTS_H

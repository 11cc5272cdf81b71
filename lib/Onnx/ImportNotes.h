//===- ImportNotes.h - What an import tells in the end ----------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_IMPORTNOTES_H
#define TARE_LIB_ONNX_IMPORTNOTES_H

#include "GraphValue.h"
#include "Reporter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SetVector.h"

namespace tare::onnx {

/// Collects what is told once for a whole graph.
class ImportNotes {
public:
  explicit ImportNotes(mlir::MLIRContext &context) : builder(&context) {}

  /// The graph finds the ranges of `operands` when it runs, and would need that of their product `result`.
  void noteDynamic(llvm::ArrayRef<std::string> operands, llvm::StringRef result);
  /// Whoever reads the value reads float32. Null is no value.
  void noteRounded(llvm::StringRef name, const GraphValue *value);

  /// The model computes the value in float16.
  void noteHalf(llvm::StringRef name) { halfValues.insert(builder.getStringAttr(name)); }

  /// Says on the function which values the model computes in float16: only calibration sees where these overflow.
  void markHalves(mlir::func::FuncOp function) const;
  /// What the graph would compute when it runs is left to calibration: whoever has no ranges says so by an attribute.
  void reportDynamic(mlir::func::FuncOp function, const Reporter &reporter) const;
  void reportRoundedDoubles(const Reporter &reporter) const;

private:
  mlir::Builder builder;
  llvm::SetVector<mlir::StringAttr> dynamicOperands, dynamicResults, halfValues;
  /// Constants of float64 that something reads as float32.
  llvm::SetVector<mlir::StringAttr> roundedDoubles;
};

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_IMPORTNOTES_H

//===- ModuleExecutable.h - Models and IR in the evaluator ------*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_MODULEEXECUTABLE_H
#define TARE_DRIVER_EXECUTE_MODULEEXECUTABLE_H

#include "Driver/Compile/CompilerContext.h"
#include "Driver/Execute/Border.h"
#include "Driver/Execute/Executable.h"
#include "tare/Evaluator/Evaluator.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/DenseMap.h"

namespace tare {

/// Loads an ONNX model or a file of IR, and finds its @main.
Result<mlir::OwningOpRef<mlir::ModuleOp>> loadModule(const std::string &path, ModelKind kind,
                                                     const ExecutableOptions &options, CompilerContext &context);

/// "conv" for qnn.conv, npu.conv; "quantize" for quant.qcast.
std::string kindOf(mlir::Operation *op);
/// The type that says what a value's integers mean: its own, or the one that the lowering has recorded.
mlir::Type gridTypeOf(mlir::Value value);

class ModuleExecutable : public Executable {
public:
  static Result<std::unique_ptr<Executable>> load(const std::string &path, ModelKind kind,
                                                  const ExecutableOptions &options, const Listener &listener);

  Status prepare(const PortForms &forms) override;
  Result<std::unique_ptr<Runner>> makeRunner(size_t threads) const override;
  Tensor realOf(size_t layer, const ConstTensorView &result) const override;
  std::optional<qnn::Interval> toldApart(size_t layer) const override { return layerRanges[layer]; }
  bool hasModelLayout() const override;
  std::vector<std::optional<calibration::IntegerRange>> integerInputs() const override;
  void showWarnings() const override { context.showWarnings(); }
  ~ModuleExecutable() override { context.dropWarnings(); }

private:
  friend class ModuleRunner;
  ModuleExecutable(std::string path, const Listener &listener) : path(std::move(path)), context(listener) {}
  Status describePorts();
  std::vector<ExecutablePort> rawOutputs();
  bool isUnsignedOutput(size_t index) const;
  void listLayers(const llvm::DenseSet<mlir::Operation *> &added);

  std::string path;
  /// Showing warnings changes nothing else.
  mutable CompilerContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  std::vector<HostPath> inputSteps;
  std::optional<HostResults> results;
  /// Where the model has unsigned integers and the IR signed ones.
  std::vector<bool> unsignedInputs, unsignedResults;
  PortForms forms;
  std::optional<Evaluator> evaluator;
  llvm::DenseMap<mlir::Value, size_t> layerNumbers;
  std::vector<mlir::Type> layerGrids;
  std::vector<std::optional<qnn::Interval>> layerRanges;
};

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_MODULEEXECUTABLE_H

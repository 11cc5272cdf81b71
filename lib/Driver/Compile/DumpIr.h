//===- DumpIr.h - One numbered file per pass --------------------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_DUMPIR_H
#define TARE_DRIVER_COMPILE_DUMPIR_H

#include "Driver/Compile/DumpedFiles.h"
#include "tare/Tensor/Result.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "llvm/ADT/StringSet.h"

#include <memory>
#include <string>

namespace tare {

/// Writes the module after each pass that changed it, as FOLDER/NN-PASS.mlir, and its large constants once, as
/// FOLDER/weights/KEY.npy: each file can be run, inspected, converted and given to tare-opt where it lies.
/// Numbered files of an earlier dump are removed; a file that no dump wrote is neither removed nor replaced.
class IrDump {
public:
  explicit IrDump(std::string folder) : folder(folder), files(std::move(folder)) {}

  /// For one pass manager; this object outlives it.
  std::unique_ptr<mlir::PassInstrumentation> instrumentation();

  /// The first file that could not be written. None is written after it.
  const Status &status() const { return outcome; }

private:
  friend class DumpInstrumentation;
  void write(mlir::ModuleOp module, llvm::StringRef pass, llvm::StringRef text);

  std::string folder;
  DumpedFiles files;
  unsigned count = 0;
  llvm::StringSet<> weights;
  Status outcome = success();
};

} // namespace tare

#endif // TARE_DRIVER_COMPILE_DUMPIR_H

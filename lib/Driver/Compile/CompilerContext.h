//===- CompilerContext.h - MLIR, and what it has to say ---------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_COMPILERCONTEXT_H
#define TARE_DRIVER_COMPILE_COMPILERCONTEXT_H

#include "tare/Diagnostics/Warning.h"
#include "tare/Driver/Listener.h"
#include "tare/Tensor/Result.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

#include <mutex>
#include <string>
#include <vector>

namespace tare {

/// What was changed so that the hardware can hold a layer.
struct RepairRecord {
  std::string layer, kind;
  int64_t channels = 0;
  /// In `unit`: "LSB" of the layer's result, or "real".
  double cost = 0;
  std::string unit;
};

/// An MLIRContext with every dialect that Tare reads and writes. Its diagnostics are collected, so that a user gets one
/// message: errors become the Error of the step that failed; warnings are printed when showWarnings() says so.
class CompilerContext {
public:
  /// The listener outlives this.
  explicit CompilerContext(const Listener &listener);
  /// Shows what has not been shown.
  ~CompilerContext();

  mlir::MLIRContext &operator*() { return context; }
  mlir::MLIRContext *operator->() { return &context; }

  /// What went wrong since the last call: all errors and their notes as one message that names `file`. Call it when a
  /// step has failed; warnings that were not shown are not shown any more.
  Error takeError(const std::string &file);

  /// Prints the warnings since the last call, ranked, those of one cause as one line.
  void showWarnings();
  /// Forgets what has not been shown: what was repaired on the way to nothing is of no use beside the error.
  void dropWarnings();

  /// The warnings so far, in the order in which they were made.
  const std::vector<Warning> &warnings() const { return warningRecords; }

  /// The repairs so far, in the order in which they were made.
  const std::vector<RepairRecord> &repairs() const { return repairRecords; }

private:
  mlir::LogicalResult handle(mlir::Diagnostic &diagnostic);

  const Listener &listener;
  mlir::MLIRContext context;
  mlir::ScopedDiagnosticHandler handler;
  std::mutex mutex;
  std::vector<std::string> errors;
  std::vector<Warning> warningRecords;
  size_t shownWarnings = 0;
  std::vector<RepairRecord> repairRecords;
};

} // namespace tare

#endif // TARE_DRIVER_COMPILE_COMPILERCONTEXT_H
